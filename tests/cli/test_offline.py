"""Commands that reckon and draw open no socket, and start no program but Git."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

GUARD = """
import json, socket, sys

seen = []

class Refused(socket.socket):
    def __init__(self, *given, **named):
        seen.append("socket.socket")
        raise OSError("a socket was opened")

def refuse(*given, **named):
    seen.append("socket.create_connection")
    raise OSError("a connection was opened")

def watch(event, given):  # what is made below Python's own face, by _socket, passes here too
    if event.startswith("socket."):
        seen.append(event)
        raise OSError(event)
    if event == "subprocess.Popen":
        seen.append(f"program {given[1][0] if isinstance(given[1], (list, tuple)) else given[1]}")

socket.socket, socket.create_connection = Refused, refuse
sys.addaudithook(watch)
"""
COMMANDS = [
    ["check", "tiny"],
    ["run", "tiny", "--replicates", "4", "--out", "run", "--record", "full", "--quiet"],
    ["sweep", "scenarios/sweeps/tiny.yaml", "--replicates", "4", "--out", "sweep", "--quiet"],
    ["plot", "run"],
    ["plot", "sweep"],
    ["show", "sweep"],
    ["new", "theatre", "mine"],
]


def test_commands_open_no_socket(process, here: Path) -> None:
    code = GUARD + (
        "from sim.cli.main import main\n"
        "codes = [main(command) for command in json.loads(sys.argv[1])]\n"
        "print('guard:', json.dumps([codes, seen]))\n"
    )
    outcome = process("-c", code, json.dumps(COMMANDS))
    assert outcome.code == 0, outcome.err
    codes, seen = json.loads(outcome.out.splitlines()[-1].removeprefix("guard: "))
    assert codes == [0] * len(COMMANDS), outcome.err
    assert [what for what in seen if what != "program git"] == []
    for name in ("run", "sweep"):
        assert (here / name / "report.html").stat().st_size > 10_000
        assert list((here / name / "plots").glob("*.png"))


@pytest.mark.parametrize(
    "opens",
    [
        "socket.socket()",
        "socket.create_connection(('127.0.0.1', 9))",
        "__import__('_socket').socket()",
        "socket.getaddrinfo('localhost', 9)",
        "__import__('urllib.request').request.urlopen('http://127.0.0.1:9/')",
    ],
)
def test_the_guard_sees_a_socket(process, here: Path, opens: str) -> None:
    code = f"{GUARD}\ntry:\n    {opens}\nexcept OSError:\n    pass\nprint(len(seen) > 0)"
    assert process("-c", code).out == "True\n"


def test_reports_ask_a_browser_for_nothing(process, here: Path) -> None:
    """Every address in a report is one to read about, none that a browser would load with the page."""
    made = process("-m", "sim", "run", "tiny", "--replicates", "4", "--out", "run", "--quiet")
    assert made.code == 0, made.err
    text = (here / "run" / "report.html").read_text("utf-8")
    for start in ('src="http', "src='http", "url(http", 'url("http', "@import", '<link rel="stylesheet"', 'src="//'):
        assert start not in text
