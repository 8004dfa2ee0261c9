"""`run` and `sweep`: options, folders, exit codes and what is printed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import sim.model
import sim.report
from sim.experiment.results import Results
from sim.outcomes import RUNS

HEAVY = ("mesa", "numba", "pandas", "matplotlib", "scipy", "pyarrow", "duckdb", "solara", "numpy")
QUANTILES = ("q05", "q25", "q50", "q75", "q95")
METRIC = {"mean", "sd", "half_width_95", *QUANTILES, *(f"{q}_{end}" for q in QUANTILES for end in ("low", "high"))}
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def plain(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty current folder, and no figures: each set takes seconds, and they have tests of their own."""
    monkeypatch.setattr(sim.report, "write_all", lambda path: [])


def test_run_json_is_one_object_and_nothing_else(cli):
    outcome = cli("run", "tiny", "--replicates", "3", "--seed", "7", "--json")
    found = json.loads(outcome.out)
    assert set(found) == {"scenario", "replicates", "seed", "metrics", "out"}
    assert (found["scenario"], found["replicates"], found["seed"]) == ("tiny", 3, 7)
    assert list(found["metrics"]) == [column.name for column in RUNS]
    for column in RUNS:
        assert set(found["metrics"][column.name]) == METRIC | ({"n"} if column.nullable else set())
    assert "NaN" not in outcome.out
    assert found["out"].startswith("results/tiny/")
    assert Results.open(found["out"]).status == "done"
    assert "people out" in outcome.err


def test_sweep_json(cli):
    outcome = cli("sweep", "tiny", "--replicates", "2", "--json", "--quiet")
    assert (outcome.code, outcome.err) == (0, "")
    found = json.loads(outcome.out)
    assert set(found) == {"out", "status", "failed", "points"}
    assert (found["status"], found["failed"], len(found["points"])) == ("done", 0, 6)
    assert set(found["points"][0]) == {"point", "values", "replicates", "metrics"}
    assert found["points"][3]["values"] == {"guards.scale": 1.0, "control.handover": "formal"}
    assert set(found["points"][0]["metrics"]["escaped"]) == METRIC


def test_sweep_says_how_thin_the_guard_can_get_and_what_matters_most(cli):
    outcome = cli("sweep", "tiny", "--replicates", "3")
    assert outcome.code == 0, outcome.err
    for words in (
        "tiny: 6 points, 18 replicates",
        "How thin can the guard get",
        "confirmed",
        "No factor's effect on the median of people out is told apart from none",
        "95% intervals that hold for all levels at once",
        "Medians of people out lie from",
    ):
        assert words in outcome.out


def test_quiet_says_nothing(cli):
    assert cli("run", "tiny", "--replicates", "2", "--quiet") == (0, "", "")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], (1, 50, 0.5)),
        (["--set", "seed=3", "--set", "replicates=2", "--set", "isr.residual=0.9"], (3, 2, 0.9)),
        (["--set", "seed=3", "--seed", "4", "--replicates", "2"], (4, 2, 0.5)),
    ],
)
def test_precedence_option_then_set_then_sweep_then_scenario(cli, options, expected):
    Path("mine.yaml").write_text(
        f"extends: {ROOT}/scenarios/tiny.yaml\nname: mine\nreplicates: 9\nisr: {{residual: 0.1}}\n"
    )
    Path("sweep.yaml").write_text(
        "scenario: mine.yaml\nseed: 1\nreplicates: 50\nset: {isr.residual: 0.5}\nvary: {guards.scale: [1]}\n".replace(
            "set: {isr.residual: 0.5}\n", "" if "isr.residual=0.9" in options else "set: {isr.residual: 0.5}\n"
        )
    )
    outcome = cli("sweep", "sweep.yaml", *options, "--out", "o", "--record", "summary", "--quiet")
    assert outcome.code == 0, outcome.err
    results = Results.open("o")
    scenario = results.scenario(0).scenario
    assert (results.manifest["seed"], len(results.runs), scenario.isr.residual) == expected
    assert set(results.runs["seed"].to_pylist()) == {expected[0]}


def test_days_and_set_change_what_runs(cli):
    assert cli("run", "tiny", "--replicates", "2", "--days", "4", "--set", "guards.scale=2", "--out", "o").code == 0
    results = Results.open("o")
    assert results.daily["day"].to_pylist() == [0, 1, 2, 3, 4] * 2
    assert results.scenario().scenario.guards.scale == 2
    assert results.manifest["request"]["overrides"] == {"guards.scale": 2, "replicates": 2, "days": 4.0}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["run", "no-such"], "no-such:1: no such file"),
        (["run", "tny"], "did you mean `tiny`?"),
        (["run", "tiny", "--replicates", "0"], "--replicates"),
        (["run", "tiny", "--workers", "0"], "--workers"),
        (["run", "tiny", "--record", "all"], "--record"),
        (["run", "tiny", "--days", "0.3"], "--days"),
        (["run", "tiny", "--set", "guards.scal=1"], "did you mean `scale`?"),
        (["run", "tiny", "--set", "guards.scale"], "is not a setting"),
        (["sweep", "tiny", "--set", "guards.scale=1"], "the sweep varies guards.scale"),
        (["run", "tiny", "--cluster", "tcp://x"], "tcp://x: nobody answers"),
        (["run", "tiny", "--precision", "escapd=0.1"], "did you mean `escaped`?"),
        (["run", "tiny", "--precision", "first_report_day=0.1"], "may be null"),
        (["run", "tiny", "--precision", "escaped=0"], "0 is not a share"),
        (["run", "tiny", "--precision", "escaped"], "escaped is not a share"),
        (["resume", "no-such"], "holds no results"),
        (["resume", "."], "holds no results"),
    ],
)
def test_bad_input_is_exit_2_and_leaves_nothing(cli, arguments, problem):
    outcome = cli(*arguments, "--json")
    assert (outcome.code, outcome.out) == (2, "")
    assert problem in outcome.err
    assert "Traceback" not in outcome.err
    assert list(Path().iterdir()) == []


def test_results_are_overwritten_only_when_asked(cli):
    run = ("run", "tiny", "--replicates", "2", "--out", "o")
    assert cli(*run, "--record", "full").code == 0
    again = cli(*run)
    assert (again.code, again.out) == (2, "")
    assert "`resume`" in again.err and "`--overwrite`" in again.err
    assert len(Results.open("o").events) > 0
    assert cli("run", "no-such", "--out", "o", "--overwrite").code == 2
    assert Results.open("o").status == "done"  # bad input costs nothing
    assert cli(*run, "--overwrite").code == 0
    assert not Path("o/events").exists()


def test_figures_are_drawn_unless_refused(cli, monkeypatch):
    drawn = []
    written = ("plots/a.png", "plots/a.svg", "report.html")
    monkeypatch.setattr(sim.report, "write_all", lambda path: drawn.append(path) or [path / name for name in written])
    assert "1 figure in plots/, report.html" in cli("run", "tiny", "--replicates", "2", "--out", "a").out
    assert drawn == [Path("a")]
    cli("run", "tiny", "--replicates", "2", "--out", "b", "--no-plots")
    assert drawn == [Path("a")]


@pytest.fixture
def failing(monkeypatch):
    def fail(which):
        complete = sim.model.Run.complete

        def broken(self, seed, replicate):
            if which(replicate):
                raise ZeroDivisionError("by zero")
            return complete(self, seed, replicate)

        monkeypatch.setattr(sim.model.Run, "complete", broken)

    return fail


def test_some_failed_is_exit_0_and_counted(cli, failing):
    failing(lambda replicate: replicate == 1)
    outcome = cli("run", "tiny", "--replicates", "4", "--json", "--quiet")
    assert outcome.code == 0
    assert "1 of 4 replicates failed" in outcome.err
    assert json.loads(outcome.out)["replicates"] == 3
    assert json.loads(cli("sweep", "tiny", "--replicates", "2", "--json", "--quiet").out)["failed"] == 6


def test_all_failed_is_exit_1(cli, failing):
    failing(lambda _: True)
    outcome = cli("run", "tiny", "--replicates", "2", "--json", "--out", "o")
    assert (outcome.code, outcome.out) == (1, "")
    assert "every replicate failed: ZeroDivisionError: by zero" in outcome.err
    assert Results.open("o").status == "failed"


def test_the_manifest_is_there_before_anything_heavy(process, here):
    code = (
        "import os, sys\n"
        "from sim.experiment.manifest import Manifest\n"
        "def first(self):\n"
        f"    print('heavy:', [m for m in {HEAVY} if m in sys.modules], flush=True)\n"
        "    os._exit(0)\n"
        "Manifest.write = first\n"
        "from sim.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    for command in ("run", "sweep"):
        outcome = process("-c", code, command, "tiny", "--replicates", "1", "--no-plots")
        assert outcome.code == 0, outcome.err
        assert outcome.out == "heavy: []\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_run_is_exit_3_and_keeps_what_it_has(here, number):
    command = [sys.executable, "-m", "sim", "run", "tiny", "--replicates", "1000000", "--out", "o", "--json"]
    started = time.monotonic()
    running = subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        while not done_so_far() and running.poll() is None and time.monotonic() < started + 240:
            time.sleep(0.05)
        running.send_signal(number)
        out, err = running.communicate(timeout=60)
    finally:
        running.kill()
    assert (running.returncode, out) == (3, ""), err
    assert "stopped" in err and "Traceback" not in err
    results = Results.open("o")
    assert results.status == "stopped"
    assert len(results.runs) == results.manifest["counts"]["done"] > 0


def done_so_far() -> int:
    """Replicates that the manifest in `o` counts."""
    try:
        return int(json.loads(Path("o/manifest.json").read_text())["counts"]["done"])
    except FileNotFoundError:
        return 0
