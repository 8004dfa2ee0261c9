"""What every part of the suite shares: clocks, rows of the table, and what machine it was.

A row's value is the median of its runs. Where two things are compared they are run in turn, so that what else the
machine does is shared alike; ratios are medians of the ratios of such turns.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import math
import os
import platform
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
WAIT: float | None = None
"""Cores that others may keep busy when a measurement by the wall begins; set by the suite's `--wait`."""
PACKAGES = ("numpy", "numba", "mesa", "pyarrow", "ema_workbench", "covasim")


@dataclass(frozen=True)
class Row:
    """One figure: all its values in the order measured, and what it should reach, if anything.

    `key` is its name for other files; `sense` is `least` or `most`, what `target` is; `note` is one line, for the
    cause where a target is missed too.
    """

    key: str
    what: str
    unit: str
    values: tuple[float, ...]
    target: float | None = None
    sense: str = "least"
    note: str = ""

    @property
    def value(self) -> float:
        """The median; NaN where nothing was measured."""
        return statistics.median(self.values) if self.values else math.nan

    @property
    def met(self) -> bool | None:
        """Whether the median reaches the target; None without one."""
        if self.target is None:
            return None
        return self.value >= self.target if self.sense == "least" else self.value <= self.target

    def as_json(self) -> dict[str, Any]:
        """As the file of results has it."""
        values = [float(f"{value:.5g}") for value in self.values]
        median = float(f"{self.value:.5g}") if values else None
        return {**asdict(self), "values": values, "median": median, "met": self.met}

    @classmethod
    def of(cls, told: dict[str, Any]) -> Row:
        """From the file of results."""
        fields = {name: told[name] for name in cls.__dataclass_fields__}
        return cls(**{**fields, "values": tuple(told["values"])})


class Spent(NamedTuple):
    """Seconds of the processor, children's with them, and of the clock on the wall; cores that others kept busy."""

    processor: float
    wall: float
    others: float


def processor() -> float:
    """Seconds of the processor that this process and its ended children took."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def spent(work: Callable[[], Any]) -> Spent:
    """What some work takes."""
    busy, began, at = machine_busy(), processor(), time.perf_counter()
    work()
    wall = time.perf_counter() - at
    ours = processor() - began
    return Spent(ours, wall, max(0.0, machine_busy() - busy - ours) / wall)


def settle(longest: float = 60.0) -> None:
    """Wait until others keep no more than `WAIT` cores busy over three seconds, or so long; at once if nobody asked."""
    until = time.monotonic() + longest
    while WAIT is not None and spent(lambda: time.sleep(3)).others > WAIT and time.monotonic() < until:
        pass


def machine_busy() -> float:
    """Seconds that all cores of the machine were busy or taken away since it started; NaN where it does not say."""
    with contextlib.suppress(OSError, ValueError):
        user, nice, system, _idle, _waiting, *more = map(
            int, Path("/proc/stat").read_text().split("\n")[0].split()[1:9]
        )
        return (user + nice + system + sum(more)) / os.sysconf("SC_CLK_TCK")
    return math.nan


def in_turn(runs: int, *works: Callable[[], Any]) -> list[list[Spent]]:
    """What each of some works takes, `runs` times, one after the other in every run."""
    turns = [[spent(work) for work in works] for _ in range(runs)]
    return [list(each) for each in zip(*turns, strict=True)]


def ratios(above: Sequence[float], below: Sequence[float]) -> tuple[float, ...]:
    """One ratio a turn."""
    return tuple(a / b for a, b in zip(above, below, strict=True))


def has(package: str) -> bool:
    """Whether a package is installed."""
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        return bool(importlib.metadata.version(package))
    return False


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Within, what is written to the process's standard output and error goes nowhere."""
    kept = [(number, os.dup(number)) for number in (1, 2)]
    with open(os.devnull, "w") as nowhere:
        for number, _ in kept:
            os.dup2(nowhere.fileno(), number)
        try:
            yield
        finally:
            for number, copy in kept:
                os.dup2(copy, number)
                os.close(copy)


def machine() -> dict[str, Any]:
    """Date, processor, memory, versions, commit, and how busy the machine is before anything is measured."""
    versions = {name: importlib.metadata.version(name) for name in PACKAGES if has(name)}
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "processor": _processor_name(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": versions,
        "commit": _commit(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def _processor_name() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown"


def _commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short=10", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip()


def number(value: float) -> str:
    """Three digits that count, with thousands apart."""
    if not math.isfinite(value):
        return "–"
    for size, word in ((1e9, "billion"), (1e6, "million")):
        if abs(value) >= size:
            return f"{number(value / size)} {word}"
    if not abs(value) >= 1e-3:  # none, or too small for places after the point
        return f"{value:.3g}"
    digits = max(0, 2 - int(f"{abs(value):e}".split("e")[1]))
    return f"{float(f'{value:.3g}'):,.{digits}f}"


def printed(rows: Sequence[Row]) -> None:
    """Rows on the terminal."""
    for row in rows:
        if not row.values:
            print(row.what, flush=True)
            continue
        goal = "" if row.target is None else f"{'met' if row.met else 'MISSED'}, {bound(row)}"
        spread = f"{number(min(row.values))} to {number(max(row.values))} in {len(row.values)}"
        print(f"{row.what:62} {number(row.value):>13} {row.unit:24} {spread:30} {goal}", flush=True)


def bound(row: Row) -> str:
    """A row's target in words."""
    return "" if row.target is None else f"at {row.sense} {number(row.target)}"
