"""Whatever happened to a results folder, a command says in a line what is wrong, or gives the right answer."""

import contextlib
import io
import json
import os
import random
import shutil
import stat
from collections import Counter
from pathlib import Path

import pytest

from sim.cli.main import main
from tests.experiment.spoiling import WAYS, forged, manifest_edited, mixed

CASES, LONG = 40, 1000
READING: list[tuple[str, ...]] = [
    ("show", "DIR"),
    ("list",),
    ("list", "--json"),
    ("sensitivity", "DIR", "--no-plots"),
    ("levers", "DIR", "--no-plots"),
    ("discover", "DIR", "--when", "escaped > 0", "--no-plots"),
    ("discover", "DIR", "--reach", "escaped", "gap", "--no-plots"),
    ("compare", "DIR", "OTHER", "--no-plots"),
    ("compare", "OTHER", "DIR", "--no-plots"),
    ("compare", "DIR", "--points", "0", "1", "--no-plots"),
    ("show", "DIR", "--csv", "OUT"),
    ("replay", "DIR", "--replicate", "0", "--out", "OUT", "--no-plots"),
    ("replay", "DIR", "--point", "1", "--replicate", "3", "--from-day", "2", "--out", "OUT", "--no-plots"),
]
WRITING: list[tuple[str, ...]] = [("estimate", "DIR", "--running"), ("plot", "DIR"), ("resume", "DIR", "--no-plots")]
"""Commands that write into the folder: each comes now and then, as it takes seconds."""


def called(*arguments: str) -> tuple[int, str, str]:
    """Code, stdout and stderr of a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments)
    return code, out.getvalue(), err.getvalue()


def state(folder: Path) -> dict[str, object]:
    """Everything in a folder: kinds, content, targets of links; not the lock, which every writer takes."""
    found: dict[str, object] = {}
    for path in folder.rglob("*"):
        status = os.lstat(path)
        if path.name == ".lock":
            continue
        name = str(path.relative_to(folder))
        if stat.S_ISREG(status.st_mode):
            found[name] = path.read_bytes()
        else:
            found[name] = os.readlink(path) if stat.S_ISLNK(status.st_mode) else stat.S_IFMT(status.st_mode)
    return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """A folder with results of the sweep `tiny`, of one run and of another seed; no test changes them."""
    base = tmp_path_factory.mktemp("whole")
    here = Path.cwd()
    os.chdir(base)
    try:
        for name, given in {
            "sweep": ("sweep", "tiny", "--replicates", "21"),
            "again": ("sweep", "tiny", "--replicates", "21", "--seed", "2"),
            "run": ("run", "tiny", "--replicates", "30"),
        }.items():
            code, _, err = called(*given, "--record", "full", "--no-plots", "--quiet", "--out", name)
            assert code == 0, err
    finally:
        os.chdir(here)
    return base


def same_or_less(found: dict, truth: dict) -> None:
    """Each point has the metrics of the truth, or fewer replicates than it has."""
    for point in found["points"]:
        true = truth["points"][point["point"]]
        if point["replicates"] == true["replicates"]:
            assert point["metrics"]["escaped"] == true["metrics"]["escaped"]
        else:
            assert point["replicates"] < true["replicates"]


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_a_spoiled_folder_is_told_in_a_line_or_read_right(whole, tmp_path, monkeypatch, long) -> None:
    monkeypatch.chdir(tmp_path)
    truth = {name: json.loads(called("show", str(whole / name), "--json")[1]) for name in ("sweep", "run")}
    codes: Counter[str] = Counter()
    wrong: list[str] = []
    for case in range(LONG if long else CASES):
        rng = random.Random(case)
        name, other = rng.choice([("sweep", "again"), ("sweep", "again"), ("run", "sweep")])
        folder = tmp_path / "results" / "spoiled"
        shutil.rmtree(tmp_path / "results", ignore_errors=True)
        shutil.copytree(whole / name, folder)
        ways = rng.sample(WAYS, rng.choice([1, 1, 1, 2]))
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):  # the second may not find what it spoils
            for way in ways:
                way(folder, whole / other, rng)
        before = state(folder)
        commands = [("show", "DIR", "--json"), READING[case % len(READING)]]
        if case % 12 == 0:
            commands.append(WRITING[case // 12 % len(WRITING)])
        for command in commands:
            shutil.rmtree(tmp_path / "out", ignore_errors=True)
            given = {"DIR": str(folder), "OTHER": str(whole / other), "OUT": "out"}
            code, out, err = called(*(given.get(word, word) for word in command))
            codes[f"exit {code}"] += 1
            at = f"case {case}, {' and '.join(way.__name__ for way in ways)}, {' '.join(command)}: {code} {err.strip()[:300]}"
            forgery = command[0] == "replay" and code == 1 and "DIFFERS from the stored row" in err
            if not (code in (0, 2) or forgery) or "Traceback" in err or (code == 2 and (not err.strip() or out)):
                wrong.append(at)
            if command not in WRITING and state(folder) != before:
                wrong.append(f"changed on disk: {at}")
            if command[-1] == "--json" and command[0] == "show" and code == 0:
                if {forged, mixed, manifest_edited}.isdisjoint(ways):
                    same_or_less(json.loads(out), truth[name])
                if ways == [manifest_edited] and len(json.loads(out)["points"]) == len(truth[name]["points"]):
                    same_or_less(json.loads(out), truth[name])
    print(
        f"\n{codes.total():,} commands on {LONG if long else CASES:,} spoiled folders: {dict(codes)}; {len(wrong)} wrong"
    )
    assert not wrong, "\n".join(wrong)
    assert codes["exit 2"] > 0.25 * codes.total()
    assert codes["exit 0"] > 0.25 * codes.total()
