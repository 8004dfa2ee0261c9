"""Stopped by a signal, a sweep says so, and resumes as if it had never been; `test_faults.py` has what asks nobody."""

import signal
import time

import pytest

from tests.endurance.processes import assert_same, manifest, run, start, until

SWEEP = ("sweep", "tiny", "--replicates", "300", "--record", "full", "--no-plots", "--quiet")
RESUME = ("resume", "out", "--no-plots", "--quiet")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The sweep, never interrupted, and the seconds that it took."""
    folder = tmp_path_factory.mktemp("whole")
    began = time.monotonic()
    run(*SWEEP, "--out", "whole", cwd=folder)
    return folder / "whole", time.monotonic() - began


def test_stopped_politely_it_resumes_too(tmp_path, whole):
    process = start(*SWEEP, "--out", "out", cwd=tmp_path)
    assert until(lambda: list((tmp_path / "out").glob("runs/part-*")), process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 3
    assert b"stopped (interrupted)" in err
    assert b"resume" in err
    assert manifest(tmp_path / "out")["status"] == "stopped"
    run(*RESUME, cwd=tmp_path)
    assert_same(tmp_path / "out", whole[0])


def test_sigterm_while_figures_are_drawn(tmp_path):
    """The tables are done by then; the process still ends as a stopped one, with nothing on stdout."""
    given = ("run", "tiny", "--replicates", "20", "--json", "--out", "out")
    process = start(*given, cwd=tmp_path)
    assert until(lambda: (tmp_path / "out/manifest.json").exists() and manifest(tmp_path / "out")["status"] == "done")
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (3, b""), err
    assert err.splitlines()[-1].startswith(b"detention-sim: stopped")


def test_sigterm_as_it_begins(tmp_path):
    process = start(*SWEEP, "--out", "out", cwd=tmp_path)
    assert until((tmp_path / "out/manifest.json").exists, process)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (3, b""), err
    assert b"Traceback" not in err
    assert manifest(tmp_path / "out")["status"] in ("running", "stopped")


def test_a_background_job_is_stopped_too(tmp_path):
    """A shell has SIGINT ignored for a command that it starts with `&`."""

    def ignored() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    process = start(*SWEEP, "--out", "out", cwd=tmp_path, preexec_fn=ignored)
    assert until(lambda: list((tmp_path / "out").glob("runs/part-*")), process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 3, err


LONG = """\
name: long
start: 2019-10-01
days: 1
replicates: 4
unrest: {per_1000_year: 100000}
theatre:
  name: plain
  grid: {width: 20, height: 10, cell_km: 10, west: 40.0, south: 35.0}
  ground: sdf
  parties: {sdf: {}}
  facilities:
"""


@pytest.mark.parametrize("days", ["[1, 4000]", "[4000, 1]"], ids=["while the pool runs", "while the first is timed"])
def test_sigterm_does_not_wait_for_a_replicate_of_minutes(tmp_path, days):
    rows = (
        f"    f{i}: {{party: sdf, lat: 35.4, lon: 40.7, guards: 10, held: {{minors: {{local: 900}}}}}}"
        for i in range(300)
    )
    (tmp_path / "long.yaml").write_text(LONG + "\n".join(rows))
    (tmp_path / "sweep.yaml").write_text(f"scenario: long.yaml\nvary: {{days: {days}}}\n")
    process = start("sweep", "sweep.yaml", "--no-plots", "--workers", "2", "--out", "out", cwd=tmp_path)
    out = tmp_path / "out"
    if days == "[1, 4000]":
        assert until(lambda: list(out.glob("runs/part-000000-*")), process)
    else:
        assert until(lambda: (out / "manifest.json").exists() and not (out / "scenario.yaml").exists(), process)
    time.sleep(3.0)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 3, err
    assert b"stopped (interrupted)" in err
    assert time.monotonic() - began < 10.0
    assert manifest(out)["status"] == "stopped"
