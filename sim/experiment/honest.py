"""The honest official's days as they are stored: how wide an interval could be given, and how often it was right."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.experiment.results import Results
from sim.experiment.store import Folder

FOLDER = "estimates"


class Day(NamedTuple):
    """One day of one point: mean width of the 90% interval, exits, and the share of replicates that it held."""

    point: int
    day: int
    width_90: float
    coverage_90: float

    def as_data(self) -> dict[str, Any]:
        """Return the day as `estimate --running --json` prints it."""
        return self._asdict()


def stored(results: Results) -> list[Day]:
    """Return the days that were written beside the results, by point; none if there are none that can be read."""
    days: list[Day] = []
    for entry in results.manifest["points"] if results.path is not None else []:
        try:
            content = Folder(str(results.path)).read(name_of(int(entry["point"])))
            days += by_day(pq.read_table(pa.BufferReader(content)))
        except (OSError, KeyError, pa.ArrowException):
            continue
    return days


def by_day(table: Any) -> list[Day]:
    """Return the days of a point's table: mean width, and the share of replicates that the interval held."""
    escaped, low, high = (table[column].to_numpy() for column in ("escaped", "q05", "q95"))
    day, point = table["day"].to_numpy(), int(table["point"][0].as_py()) if len(table) else 0
    found = []
    for d in np.unique(day):
        mine = day == d
        held = (low[mine] <= escaped[mine]) & (escaped[mine] <= high[mine])
        found.append(Day(point, int(d), float((high - low)[mine].mean()), float(held.mean())))
    return found


def name_of(point: int) -> str:
    """Return the name of a point's table."""
    return f"{FOLDER}/part-{point:06d}-{0:09d}.parquet"
