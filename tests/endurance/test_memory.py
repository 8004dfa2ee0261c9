"""Memory does not grow with replicates."""

import os

import pytest

from tests.endurance.processes import start


def peak(tmp_path, replicates: int) -> int:
    """Largest resident size of a run of `tiny`, bytes."""
    process = start(
        "run", "tiny", "--replicates", str(replicates), "--out", f"out-{replicates}", "--no-plots", "--quiet",
        cwd=tmp_path,
    )  # fmt: skip
    process.stdout.close()
    process.stderr.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss * 1024


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_twenty_times_the_replicates_take_no_more_memory(tmp_path, long):
    few, many = (10_000, 200_000) if long else (2_000, 16_000)
    small, large = peak(tmp_path, few), peak(tmp_path, many)
    print(f"\npeak of {few:,} replicates {small / 1e6:.0f} MB, of {many:,} {large / 1e6:.0f} MB: {large / small:.3f}")
    assert large < 1.2 * small
