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
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.endurance.processes import assert_same, manifest, run, start, stored, until

FAULTS, LONG = 7, 1000
SWEEP = ("sweep", "tiny", "--replicates", "300", "--record", "full", "--no-plots", "--quiet", "--overwrite")
RESUME = ("resume", "out", "--no-plots", "--quiet")
STOPPED, BUSY = 3, 2

Struck = Callable[[subprocess.Popen, Path], None]


def killed(process: subprocess.Popen, folder: Path) -> None:
    process.kill()


def listens(process: subprocess.Popen) -> bool:
    """Whether it has set its handlers: before, while Python itself starts, a signal ends it as any Python program."""
    caught = re.search(r"SigCgt:\s*(\w+)", Path(f"/proc/{process.pid}/status").read_text())
    return caught is not None and bool(int(caught[1], 16) >> (signal.SIGTERM - 1) & 1)


def terminated(process: subprocess.Popen, folder: Path) -> None:
    until(lambda: listens(process), process)
    process.send_signal(signal.SIGTERM)


def interrupted_twice(process: subprocess.Popen, folder: Path) -> None:
    until(lambda: listens(process), process)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)


def paused(process: subprocess.Popen, folder: Path) -> None:
    process.send_signal(signal.SIGSTOP)
    time.sleep(0.2)
    process.send_signal(signal.SIGCONT)
    time.sleep(0.05)
    process.kill()


def rivalled(process: subprocess.Popen, folder: Path) -> None:
    """Two more resumes come while it stands still: both are sent away, or find all done; then it dies."""
    process.send_signal(signal.SIGSTOP)
    rivals = [start(*RESUME, cwd=folder.parent) for _ in range(2)]
    said = [rival.communicate(timeout=60)[1] for rival in rivals]
    process.kill()
    over = (folder / "manifest.json").exists() and manifest(folder)["status"] == "done"
    for rival, error in zip(rivals, said, strict=True):
        assert rival.returncode == BUSY or over, error
        assert b"Traceback" not in error


def moved_away(process: subprocess.Popen, folder: Path) -> None:
    """Its folder has another name until it gives up: it makes no new one, and does not say that it is done."""
    aside = folder.with_name("aside")
    folder.rename(aside)
    process.wait(60)
    assert not folder.exists()
    aside.rename(folder)


def left_alone(process: subprocess.Popen, folder: Path) -> None:
    """What strikes it was there at its start."""


def at_most(limit: int, value: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(limit, (value, value))


KINDS: dict[str, tuple[Struck, Callable[[], None] | None, tuple[int, ...]]] = {
    "kill -9": (killed, None, (-signal.SIGKILL,)),
    "SIGTERM": (terminated, None, (STOPPED,)),
    "Ctrl-C twice": (interrupted_twice, None, (STOPPED,)),
    "paused, killed": (paused, None, (-signal.SIGKILL,)),
    "two rivals, killed": (rivalled, None, (-signal.SIGKILL,)),
    "folder renamed": (moved_away, None, (STOPPED, BUSY)),
    "files of 9 kB at most": (left_alone, at_most(resource.RLIMIT_FSIZE, 9_000), (STOPPED,)),
}
"""What may happen: what is done to the process, limits at its start, and its exit codes; 0 where it had ended before."""


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


@pytest.mark.slow
@pytest.mark.timeout(14_400)
def test_no_row_is_lost_or_doubled(tmp_path: Path, long: bool) -> None:
    """Kinds come in turn, at random moments; a sweep that came to its end is compared, and another begun."""
    run(*SWEEP, "--out", "whole", cwd=tmp_path)
    out, chance = tmp_path / "out", random.Random(7)
    counts: Counter[str] = Counter()
    tries, sweeps, progress = 0, 0, 0
    before: dict[str, str] = {}
    while counts.total() < (LONG if long else FAULTS):
        kind = list(KINDS)[tries % len(KINDS)]
        tries += 1
        strike, limit, codes = KINDS[kind]
        begun = (out / "manifest.json").exists()
        command = RESUME if begun else (*SWEEP, "--out", "out")
        process = start(*command, cwd=tmp_path, preexec_fn=limit)
        if limit is None:
            if chance.random() < 0.3:
                time.sleep(chance.uniform(0.0, 1.5))  # while it starts, mostly
            else:
                there = stored(out)
                until(lambda there=there: stored(out) - there, process)  # once it has written something new
                time.sleep(chance.uniform(0.0, 0.25))
        with contextlib.suppress(FileNotFoundError):  # no folder to move yet
            strike(process, out)
        _, error = process.communicate(timeout=120)
        assert process.returncode in (0, *codes), (kind, process.returncode, error)
        # Python itself tells of a Ctrl-C that met it while it dropped an object, and goes on to the next.
        assert b"Traceback" not in error or error.startswith(b"Exception ignored in"), (kind, error)
        counts[kind] += process.returncode != 0
        now = kept(out)
        assert before.items() <= now.items(), "a part is gone, or another"
        progress += len(now) > len(before)
        before = now
        if counts.total() and counts.total() % 100 == 0:
            print(f"\n{counts.total()} faults, {sweeps} sweeps, parts added {progress} times", flush=True)
        if begun and manifest(out)["status"] == "done":
            assert_same(out, tmp_path / "whole")
            shutil.rmtree(out)
            sweeps, before = sweeps + 1, {}
    if (out / "manifest.json").exists():
        run(*RESUME, cwd=tmp_path)
        assert_same(out, tmp_path / "whole")
        sweeps += 1
    print(f"\n{counts.total()} faults, {dict(counts)}; {sweeps} sweeps; parts were added {progress} times")
    assert progress > 0 or not long
