"""Killed at any moment, a sweep resumes and ends as if it had never been."""

import random
import signal
import time

import pytest

from tests.endurance.processes import assert_same, manifest, run, start, until

SWEEP = ("sweep", "tiny", "--replicates", "600", "--record", "full", "--no-plots", "--quiet")
RESUME = ("resume", "out", "--no-plots", "--quiet")


def stored(folder):
    """Names of the parts that lie there."""
    return {str(path) for path in folder.rglob("part-*.parquet")}


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_kill_9_at_random_moments(tmp_path, long):
    """The first kill comes before any part exists, the others anywhere between two starts."""
    kills = 50 if long else 5
    began = time.monotonic()
    run(*SWEEP, "--out", "whole", cwd=tmp_path)
    alone = time.monotonic() - began
    out = tmp_path / "out"
    chance = random.Random(7)
    process = start(*SWEEP, "--out", "out", cwd=tmp_path)
    assert until((out / "manifest.json").exists, process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert manifest(out)["status"] == "running"
    assert manifest(out)["parts"] == []
    done, killed = [0], 1
    while killed < kills:
        process = start(*RESUME, cwd=tmp_path)
        if chance.random() < 0.3:
            time.sleep(chance.uniform(0.0, 2.0))  # while it starts, mostly
        else:
            there = stored(out)
            until(lambda there=there: stored(out) - there, process)  # once it has written something new
            time.sleep(chance.uniform(0.0, 0.25))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if process.returncode == 0:  # it had come to its end before: spoil it, and go on killing
            spoiled = chance.choice(manifest(out)["parts"])
            (out / spoiled["file"]).unlink()
        else:
            killed += 1
        done.append(manifest(out)["counts"]["done"])
    run(*RESUME, cwd=tmp_path)
    print(f"\n{killed} kills; replicates stored after each: {done}; uninterrupted {alone:.1f} s")
    assert max(done) > 0
    assert_same(out, tmp_path / "whole")


def test_stopped_politely_it_resumes_too(tmp_path):
    run(*SWEEP, "--out", "whole", cwd=tmp_path)
    process = start(*SWEEP, "--out", "out", cwd=tmp_path)
    assert until(lambda: list((tmp_path / "out").glob("runs/part-*")), process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 3
    assert b"stopped (interrupted)" in err
    assert b"resume" in err
    assert manifest(tmp_path / "out")["status"] == "stopped"
    run(*RESUME, cwd=tmp_path)
    assert_same(tmp_path / "out", tmp_path / "whole")


def test_sigterm_while_figures_are_drawn(tmp_path):
    """The tables are done by then; the process still ends as a stopped one, with nothing on stdout."""
    given = ("run", "tiny", "--replicates", "20", "--json", "--out", "out")
    process = start(*given, cwd=tmp_path)
    assert until(lambda: (tmp_path / "out/manifest.json").exists() and manifest(tmp_path / "out")["status"] == "done")
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (3, b""), err
    assert err.endswith(b"detention-sim: stopped\n")


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
