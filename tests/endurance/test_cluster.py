"""A real Dask cluster on loopback, of processes started by their own commands."""

import re
import resource
import shutil
import signal
from pathlib import Path

import pytest

from tests.endurance.cluster import Cluster
from tests.endurance.processes import ROOT, assert_same, manifest, run, start, until

SWEEP = ("sweep", "tiny", "--replicates", "800", "--no-plots", "--quiet")


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """The sweep on this machine's own cores."""
    folder = tmp_path_factory.mktemp("local")
    run(*SWEEP, "--out", "local", cwd=folder)
    return folder / "local"


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers, which end with the test."""
    made = Cluster(tmp_path)
    yield made
    made.close()


def parts(folder: Path) -> int:
    return len(list(folder.glob("runs/part-*.parquet")))


@pytest.mark.slow
def test_a_lost_worker_changes_nothing(cluster, tmp_path, local):
    process = start(*SWEEP, "--out", "out", "--cluster", cluster.address, cwd=tmp_path)
    assert until(lambda: parts(tmp_path / "out") > 3, process)
    cluster.workers[0].send_signal(signal.SIGKILL)
    assert process.poll() is None
    _, err = process.communicate(timeout=240)
    assert process.returncode == 0, err.decode()
    assert_same(tmp_path / "out", local)


@pytest.mark.slow
def test_a_lost_scheduler_stops_the_sweep_and_it_resumes_locally(cluster, tmp_path, local):
    process = start(*SWEEP, "--out", "out", "--cluster", cluster.address, cwd=tmp_path)
    assert until(lambda: parts(tmp_path / "out") > 3, process)
    cluster.scheduler.send_signal(signal.SIGKILL)
    _, err = process.communicate(timeout=240)
    assert process.returncode == 3, err.decode()
    assert b"the cluster was lost" in err
    assert b"Traceback" not in err
    assert manifest(tmp_path / "out")["status"] == "stopped"
    run("resume", "out", "--no-plots", "--quiet", cwd=tmp_path)
    assert_same(tmp_path / "out", local)


@pytest.mark.slow
def test_a_full_disk_is_no_lost_cluster(cluster, tmp_path, local):
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, 9_000))

    given = (*SWEEP, "--out", "out", "--cluster", cluster.address)
    _, err = run(*given, cwd=tmp_path, code=3, preexec_fn=limited)
    assert "the disk is full" in err
    run("resume", "out", "--no-plots", "--quiet", cwd=tmp_path)
    assert_same(tmp_path / "out", local)


@pytest.mark.slow
def test_a_worker_with_other_code_is_refused(cluster, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(ROOT / "sim", other / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "scenarios", other / "scenarios")
    (other / "sim/experiment/other.py").write_text('"""One file more."""\n')
    cluster.worker(other)
    given = ("run", "tiny", "--replicates", "40", "--no-plots")
    _, err = run(*given, "--out", "out", "--cluster", cluster.address, cwd=tmp_path)
    assert re.search(r"worker tcp://127.0.0.1:\d+ is refused: its code is [0-9a-f]{16}, ours is [0-9a-f]{16}", err)
    for process in cluster.workers:
        process.terminate()
        process.wait(timeout=20)
    _, err = run(*given, "--out", "none", "--cluster", cluster.address, cwd=tmp_path, code=2)
    assert "has no worker with the same code" in err
    assert not (tmp_path / "none").exists()
    run(*given, "--out", "local", cwd=tmp_path)
    assert_same(tmp_path / "out", tmp_path / "local")
