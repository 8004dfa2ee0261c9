"""The command line as a whole: help, versions, light imports and exit codes."""

import errno
import os
import re
from pathlib import Path

import pytest

import sim.cli.main as face
from sim.cli.main import COMMANDS, Command

HEAVY = ("mesa", "numba", "llvmlite", "pandas", "matplotlib", "scipy", "pyarrow", "duckdb", "solara", "networkx")


@pytest.mark.parametrize(
    "arguments", [["--help"], ["check", "tiny", "--no-calm"], ["params", "guards"], ["schema", "sweep"], ["--version"]]
)
def test_light_commands_import_nothing_heavy(process, arguments: list[str]) -> None:
    code = (
        "import sys; from sim.cli.main import main; code = main(sys.argv[1:]);"
        f"print('heavy:', [m for m in {HEAVY} if m in sys.modules]); sys.exit(code)"
    )
    outcome = process("-c", code, *arguments)
    assert outcome.code == 0, outcome.err
    assert outcome.out.splitlines()[-1] == "heavy: []"


def test_help_lists_the_commands_that_exist(cli) -> None:
    outcome = cli("--help")
    assert outcome.code == 0
    for name in ("check", "params", "schema"):
        assert f"\n  {name} " in outcome.out
        assert cli(name, "--help").code == 0


def test_every_command_has_an_example_with_options_that_it_has(cli) -> None:
    for name, entry in COMMANDS.items():
        words = entry.example.split()
        assert words[0] == name
        told = cli(name, "--help").out
        assert f"Example: detention-sim {name}" in told
        for option in (word for word in words if word.startswith("--")):
            assert f"{option} " in told.split("Example:")[0], name


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        (["run", "tiny", "--replicates", "2", "--out", ""], "--out"),
        (["run", "tiny", "--replicates", "2", "--out="], "--out"),
        (["show", "sw", "--csv", ""], "--csv"),
        (["show", ""], "arguments"),
        (["view", "tiny", "--results", ""], "--results"),
    ],
)
def test_an_empty_value_is_not_the_current_folder(cli, arguments: list[str], key: str) -> None:
    before = sorted(Path.cwd().iterdir())
    assert cli(*arguments) == (2, "", f"{key}: is empty; expected a value\n")
    assert sorted(Path.cwd().iterdir()) == before


def test_a_command_without_a_module_is_left_out(cli, monkeypatch) -> None:
    monkeypatch.setitem(COMMANDS, "ghost", Command("sim.cli.ghost", "Haunt.", "ghost"))
    assert "ghost" not in cli("--help").out
    outcome = cli("ghost")
    assert (outcome.code, outcome.out) == (2, "")
    assert "No such command 'ghost'" in outcome.err


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["check"], ["check", "--nonsense", "x"], ["schema", "x"], ["--nonsense"]]
)
def test_wrong_usage_is_one_line_and_exit_2(cli, arguments: list[str]) -> None:
    outcome = cli(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("detention-sim: ")
    assert outcome.err.count("\n") == 1


def test_no_command_at_all_shows_the_help_and_is_wrong_usage(cli) -> None:
    outcome = cli()
    assert (outcome.code, outcome.out) == (2, "")
    assert "Commands:" in outcome.err


def test_the_version_is_told(cli) -> None:
    outcome = cli("--version")
    assert outcome.code == 0
    assert outcome.out.startswith("detention-sim ")


def broken(error: BaseException):
    def command() -> None:
        raise error

    return command


@pytest.fixture
def failing(monkeypatch):
    """Makes `check` raise an error."""

    def fail(error: BaseException) -> None:
        module = type("Module", (), {"command": staticmethod(broken(error))})
        monkeypatch.setattr(face, "import_module", lambda _: module)

    return fail


def test_a_fault_of_the_program_is_one_line_and_exit_1(cli, failing, monkeypatch) -> None:
    failing(ZeroDivisionError("by\nzero"))
    outcome = cli("check")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err == (
        "detention-sim: ZeroDivisionError: by\\nzero (set DETENTION_SIM_DEBUG=1 for the traceback)\n"
    )
    monkeypatch.setenv("DETENTION_SIM_DEBUG", "1")
    assert "Traceback" in cli("check").err


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EMFILE, errno.ENOMEM])
def test_what_the_machine_lacks_is_no_fault_of_the_program(cli, failing, number: int) -> None:
    failing(OSError(number, os.strerror(number)))
    outcome = cli("check")
    assert (outcome.code, outcome.out) == (3, "")
    assert re.fullmatch(r"detention-sim: stopped \([a-z ]+\)\n", outcome.err)


def test_ctrl_c_is_exit_3(cli, failing) -> None:
    failing(KeyboardInterrupt())
    assert cli("check").code == 3


@pytest.mark.parametrize(
    ("module", "happens", "said"),
    [
        ("sim.cli.main", "raise OSError(errno.EMFILE, 'Too many open files')", "stopped (too many files are open)"),
        # As compiled code does that builds a class while it is imported.
        (
            "sim.cli.run",
            "try: os.kill(os.getpid(), signal.SIGINT)\n        except KeyboardInterrupt: raise ValueError('in a class')",
            "stopped",
        ),
    ],
    ids=["too many files", "Ctrl-C that became another error"],
)
def test_what_an_import_meets_is_exit_3(process, here: Path, module: str, happens: str, said: str) -> None:
    code = (
        "import errno, os, signal, sys, sim.cli.start as start\n"
        "class Finder:\n"
        "    def find_spec(self, name, *_):\n"
        f"        if name != '{module}': return\n"
        f"        {happens}\n"
        "sys.meta_path.insert(0, Finder())\n"
        "sys.argv[1:] = ['run', 'tiny']\n"
        "sys.exit(start.start())"
    )
    outcome = process("-c", code)
    assert (outcome.code, outcome.out, outcome.err) == (3, "", f"detention-sim: {said}\n")


def test_ctrl_c_in_code_made_from_a_string_is_exit_3_too(process, here: Path) -> None:
    """An import makes data classes from strings; without care `python -m` then ends by the signal, 130 to a shell."""
    (here / "stopped.py").write_text(
        "import sys, sim.cli.main as main, sim.cli.start as start\n"
        "main.main = lambda: exec('raise KeyboardInterrupt')\n"
        "sys.exit(start.start())\n"
    )
    outcome = process("-m", "stopped")
    assert (outcome.code, outcome.err) == (3, "detention-sim: stopped\n")


def test_a_closed_pipe_is_no_fault(process, here) -> None:
    code = "import os,sys; from sim.cli.main import main; r, w = os.pipe(); os.close(r); os.dup2(w, 1); sys.exit(main(['params']))"
    outcome = process("-c", code)
    assert (outcome.code, outcome.err) == (0, "")


def test_python_m_sim_is_the_command(process) -> None:
    outcome = process("-m", "sim", "check", "no-such-scenario")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("no-such-scenario:1: no such file")


@pytest.mark.parametrize("cache", ["/dev/null/x", "/proc/nope", "a-file"])
def test_a_cache_that_cannot_be_made_is_told_before_anything_begins(cli, here, monkeypatch, cache):
    (here / "a-file").write_text("")
    monkeypatch.setenv("DETENTION_SIM_CACHE", cache)
    outcome = cli("run", "tiny", "--replicates", "1", "--out", "out")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"DETENTION_SIM_CACHE: {cache} cannot be used: ")
    assert outcome.err.count("\n") == 1
    assert not (here / "out").exists()


@pytest.mark.parametrize(
    ("line", "found"), [("detention-sim sw", ["sweep"]), ("detention-sim sweep --re", ["--replicates", "--record"])]
)
def test_a_shell_completes_commands_and_their_options(process, line: str, found: list[str]) -> None:
    asked = {"_DETENTION_SIM_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    done = process("-c", "from sim.cli.start import start; start()", **asked)
    assert (done.out.split(), done.err) == (found, "")
