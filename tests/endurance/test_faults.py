"""Whatever happens to a sweep, and however often, it resumes, no row is lost and none stands twice."""

import contextlib
import hashlib
import random
import re
import resource
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.endurance.cluster import Cluster
from tests.endurance.disk import may_mount, small_disk
from tests.endurance.processes import assert_same, manifest, run, start, stored, until

SEEDS, LONG = (1, 2, 3, 4), 250
"""Of the moments at which faults come, and how many come in the long form of each; the short form is of the first."""
SWEEP = ("sweep", "tiny", "--replicates", "300", "--record", "full", "--no-plots", "--quiet", "--overwrite")
RESUME = ("resume", "out", "--no-plots", "--quiet")
STOPPED, BUSY, KILLED = 3, 2, -signal.SIGKILL


class Place:
    """Where a sweep runs: `out` in a folder on a small disk, and the cluster, begun when it is first asked for."""

    def __init__(self, folder: Path, logs: Path) -> None:
        self.folder = folder
        self.out = folder / "out"
        self._logs = logs
        self._clusters: list[Cluster] = []

    @property
    def cluster(self) -> Cluster:
        if not self._clusters:
            self.new_cluster()
        return self._clusters[-1]

    def new_cluster(self) -> None:
        """Begin another cluster in place of the last."""
        self.close()
        logs = self._logs / str(len(self._clusters))
        logs.mkdir()
        self._clusters.append(Cluster(logs))

    def close(self) -> None:
        if self._clusters:
            self._clusters[-1].close()


def killed(process: subprocess.Popen, place: Place) -> None:
    process.kill()


def listens(process: subprocess.Popen) -> bool:
    """Whether it has set its handlers: before, while Python itself starts, a signal ends it as any Python program."""
    caught = re.search(r"SigCgt:\s*(\w+)", Path(f"/proc/{process.pid}/status").read_text())
    return caught is not None and bool(int(caught[1], 16) >> (signal.SIGTERM - 1) & 1)


def terminated(process: subprocess.Popen, place: Place) -> None:
    until(lambda: listens(process), process)
    process.send_signal(signal.SIGTERM)


def interrupted(process: subprocess.Popen, place: Place) -> None:
    until(lambda: listens(process), process)
    process.send_signal(signal.SIGINT)


def interrupted_twice(process: subprocess.Popen, place: Place) -> None:
    interrupted(process, place)
    process.send_signal(signal.SIGINT)


def paused(process: subprocess.Popen, place: Place) -> None:
    process.send_signal(signal.SIGSTOP)
    time.sleep(0.2)
    process.send_signal(signal.SIGCONT)
    time.sleep(0.05)
    process.kill()


def rivalled(process: subprocess.Popen, place: Place) -> None:
    """Two more resumes come while it stands still: both are sent away, or find all done; then it dies."""
    process.send_signal(signal.SIGSTOP)
    rivals = [start(*RESUME, cwd=place.folder) for _ in range(2)]
    said = [rival.communicate(timeout=60)[1] for rival in rivals]
    process.kill()
    over = (place.out / "manifest.json").exists() and manifest(place.out)["status"] == "done"
    for rival, error in zip(rivals, said, strict=True):
        assert rival.returncode == BUSY or over, error
        assert b"Traceback" not in error


def moved_away(process: subprocess.Popen, place: Place) -> None:
    """Its folder has another name until it gives up: it makes no new one, and does not say that it is done."""
    aside = place.folder / "aside"
    place.out.rename(aside)
    process.wait(60)
    assert not place.out.exists()
    aside.rename(place.out)


def no_more_files(process: subprocess.Popen, place: Place) -> None:
    """From now on it can open nothing, neither a part nor what Python still imports."""
    until(lambda: listens(process), process)
    with contextlib.suppress(ProcessLookupError):
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (3, 3))


def full_disk(process: subprocess.Popen, place: Place) -> None:
    """Nothing more can be written until it gives up."""
    ballast = place.folder / "ballast"
    with contextlib.suppress(OSError), open(ballast, "wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    process.wait(60)
    ballast.unlink()


def left_alone(process: subprocess.Popen, place: Place) -> None:
    """What strikes it was there at its start."""


def worker_killed(process: subprocess.Popen, place: Place) -> None:
    """The cluster goes on with one worker, until another has come."""
    place.cluster.workers.pop(0).kill()
    place.cluster.workers.append(place.cluster.worker())


def workers_paused(process: subprocess.Popen, place: Place) -> None:
    for number, seconds in ((signal.SIGSTOP, 1.0), (signal.SIGCONT, 0.0)):
        for worker in place.cluster.workers:
            worker.send_signal(number)
        time.sleep(seconds)


def worker_killed_and_sweep(process: subprocess.Popen, place: Place) -> None:
    worker_killed(process, place)
    process.kill()


def scheduler_killed(process: subprocess.Popen, place: Place) -> None:
    place.cluster.scheduler.kill()
    process.wait(120)
    place.new_cluster()


def at_most(limit: int, value: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(limit, (value, value))


class Kind(NamedTuple):
    """What is done to the process, its exit codes if it was not done before, and what is so from its start."""

    strike: Callable[[subprocess.Popen, Place], None]
    codes: tuple[int, ...]
    limit: Callable[[], None] | None = None
    on_cluster: bool = False


KINDS = {
    "kill -9": Kind(killed, (KILLED,)),
    "SIGTERM": Kind(terminated, (STOPPED,)),
    "Ctrl-C": Kind(interrupted, (STOPPED,)),
    "Ctrl-C twice": Kind(interrupted_twice, (STOPPED,)),
    "paused, killed": Kind(paused, (KILLED,)),
    "two rivals, killed": Kind(rivalled, (KILLED,)),
    "folder renamed": Kind(moved_away, (STOPPED, BUSY)),
    "no more files": Kind(no_more_files, (STOPPED,)),
    "full disk": Kind(full_disk, (STOPPED,)),
    "files of 9 kB at most": Kind(left_alone, (STOPPED,), at_most(resource.RLIMIT_FSIZE, 9_000)),
    "worker killed": Kind(worker_killed, (0,), on_cluster=True),
    "workers paused": Kind(workers_paused, (0,), on_cluster=True),
    "worker and sweep killed": Kind(worker_killed_and_sweep, (KILLED,), on_cluster=True),
    "scheduler killed": Kind(scheduler_killed, (STOPPED, BUSY), on_cluster=True),
}


def kept(folder: Path) -> dict[str, str]:
    """Checksums of the parts that the manifest lists, each found on the disk as listed; nothing where none is there."""
    if not (folder / "manifest.json").exists():
        return {}
    parts = manifest(folder)["parts"]
    listed = {part["file"]: part["sha256"] for part in parts}
    assert len(listed) == len(parts), "a part is listed twice"
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name
    return listed


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """On a disk of 32 MB, where one may be mounted."""
    folder, logs = tmp_path / "disk", tmp_path / "logs"
    logs.mkdir()
    with contextlib.ExitStack() as stack:
        if may_mount(tmp_path):
            stack.enter_context(small_disk(folder, 32 * 1024))
        else:
            folder.mkdir()
        made = Place(folder, logs)
        stack.callback(made.close)
        yield made


def strike(kind: Kind, place: Place, chance: random.Random) -> tuple[bool, int, bytes]:
    """Begin or resume the sweep and let it meet a fault: whether it did, its exit code and what it said."""
    command = RESUME if (place.out / "manifest.json").exists() else (*SWEEP, "--out", "out")
    cluster = ("--cluster", place.cluster.address) if kind.on_cluster else ()
    process = start(*command, *cluster, cwd=place.folder, preexec_fn=kind.limit)
    if kind.limit is None:
        if chance.random() < 0.3:
            time.sleep(chance.uniform(0.0, 1.5))  # while it starts, mostly
        else:
            there = stored(place.out)
            until(lambda: stored(place.out) - there, process)  # once it has written something new
            time.sleep(chance.uniform(0.0, 0.25))
    ran = process.poll() is None
    with contextlib.suppress(FileNotFoundError):  # no folder to move yet
        kind.strike(process, place)
    _, error = process.communicate(timeout=240)
    met = process.returncode != 0 or (ran and 0 in kind.codes)
    return met, process.returncode, error


@pytest.mark.slow
@pytest.mark.timeout(14_400)
@pytest.mark.parametrize("seed", [SEEDS[0], *(pytest.param(seed, marks=pytest.mark.long) for seed in SEEDS[1:])])
def test_no_row_is_lost_or_doubled(place: Place, tmp_path: Path, long: bool, seed: int) -> None:
    """Kinds come in turn, at random moments; a sweep that came to its end is compared, and another begun.

    The short form leaves out those of a cluster, which has tests of its own.
    """
    run(*SWEEP, "--out", "whole", cwd=tmp_path)
    out, chance = place.out, random.Random(seed)
    mountable = place.folder.is_mount()
    kinds = [
        name for name, kind in KINDS.items() if (long or not kind.on_cluster) and (mountable or name != "full disk")
    ]
    counts: Counter[str] = Counter()
    tries, sweeps, progress = 0, 0, 0
    before: dict[str, str] = {}
    while counts.total() < (LONG if long else len(kinds)):
        name = kinds[tries % len(kinds)]
        tries += 1
        met, code, error = strike(KINDS[name], place, chance)
        assert code in (0, *KINDS[name].codes), (name, code, error)
        # Python itself tells of a Ctrl-C that met it while it dropped an object, and goes on to the next.
        assert b"Traceback" not in error or error.startswith(b"Exception ignored in"), (name, error)
        counts[name] += met
        now = kept(out)
        assert before.items() <= now.items(), "a part is gone, or another"
        progress += len(now) > len(before)
        before = now
        if met and counts.total() % 50 == 0:
            print(f"\nseed {seed}: {counts.total()} faults, {sweeps} sweeps, parts added {progress} times", flush=True)
        if now and manifest(out)["status"] == "done":
            assert_same(out, tmp_path / "whole")
            shutil.rmtree(out)
            sweeps, before = sweeps + 1, {}
    if (out / "manifest.json").exists():
        run(*RESUME, cwd=place.folder)
        assert_same(out, tmp_path / "whole")
        sweeps += 1
    print(f"\nseed {seed}: {counts.total()} faults, {dict(counts)}; {sweeps} sweeps; parts were added {progress} times")
    assert progress > 0 or not long
