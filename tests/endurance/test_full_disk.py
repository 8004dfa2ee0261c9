"""A disk that fills up: a clear error, nothing torn, and on again once there is space."""

import hashlib
import os
import resource
import subprocess
from pathlib import Path

import pytest

from tests.endurance.disk import may_mount, small_disk
from tests.endurance.processes import assert_same, manifest, run

SWEEP = ("sweep", "tiny", "--replicates", "300", "--record", "full", "--no-plots", "--quiet")


def assert_not_torn(folder: Path) -> None:
    """What the manifest lists is there as written; nothing else claims to be a part."""
    listed = {part["file"]: part["sha256"] for part in manifest(folder)["parts"]}
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert not list(folder.rglob("*.tmp"))


@pytest.mark.slow
def test_a_full_disk_stops_the_sweep_and_resume_completes_it(tmp_path):
    """On a small tmpfs; where mounting is not allowed, a limit on the size of files stands for it."""
    run(*SWEEP, "--out", "whole", cwd=tmp_path)
    if not may_mount(tmp_path):
        limit = 20_000

        def limited() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        _, err = run(*SWEEP, "--out", "out", cwd=tmp_path, code=3, preexec_fn=limited)
        out = tmp_path / "out"
        assert "the disk is full" in err
        assert "Traceback" not in err
        assert_not_torn(out)
        run("resume", "out", "--no-plots", "--quiet", cwd=tmp_path)
        assert_same(out, tmp_path / "whole")
        return
    needed = sum(path.stat().st_size for path in (tmp_path / "whole").rglob("*") if path.is_file())
    with small_disk(tmp_path / "disk", needed // 2048 + 200):
        ballast = tmp_path / "disk/ballast"
        ballast.write_bytes(os.urandom(100 * 1024))
        _, err = run(*SWEEP, "--out", "disk/out", cwd=tmp_path, code=3)
        assert "the disk is full" in err
        assert "Traceback" not in err
        out = tmp_path / "disk/out"
        assert_not_torn(out)
        assert 0 < manifest(out)["counts"]["done"] < 1800
        _, err = run("resume", "disk/out", "--no-plots", "--quiet", cwd=tmp_path, code=3)
        assert_not_torn(out)
        ballast.unlink()
        subprocess.run(["mount", "-o", "remount,size=64m", str(tmp_path / "disk")], check=True)
        run("resume", "disk/out", "--no-plots", "--quiet", cwd=tmp_path)
        assert_same(out, tmp_path / "whole")
