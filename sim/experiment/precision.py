"""Precision: replicate until the 95% half-width of a mean, or of a mean difference, is below a share of a mean."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim.analysis.summary import METRICS, Floats, at_mean, controlled_half_width, half_width_95
from sim.scenario.errors import InputError, Problem, one_of, shown

FIRST = 200
"""Replicates before the first look."""
GROWTH = 1.5
"""Replicates at a look over those at the look before: few looks, so that stopping early costs no coverage."""
TAIL = 30
"""Fewest replicates above the mean: with fewer, rare large outcomes are hardly seen and the sd is too small."""


class Precision(NamedTuple):
    """A metric of `runs`, and the share of its mean that its half-width must not exceed.

    With `paired` it is the half-width of the mean difference of each point from point 0, and the mean of point 0; with
    `controls` too, the half-width by regression on the numbers drawn (`analysis.controls`).
    """

    metric: str
    share: float
    paired: bool = False
    controls: bool = False

    def as_data(self) -> dict[str, Any]:
        """Return the manifest's entry."""
        said = {name: True for name in ("paired", "controls") if getattr(self, name)}
        return {"metric": self.metric, "share": self.share, **said, "points": []}


class Look(NamedTuple):
    """The state of a point at one look.

    `upper_bound` is of the mean where the metric varies, else of the share of replicates that would differ (95%,
    `1 - 0.05^(1/n)`), as `bounded` says. `above_mean` of paired differences counts pairs off the median difference.
    """

    replicates: int
    mean: float | None
    half_width: float | None
    above_mean: int
    reached: bool
    upper_bound: float | None
    bounded: str


def parse_precision(text: str) -> Precision:
    """Parse `metric=share` of `--precision`. Raises InputError: no such metric, a nullable one, not a share."""
    name, equals, number = text.partition("=")
    metric = name.strip()

    def wrong(problem: str, expected: str) -> InputError:
        return InputError([Problem("--precision", 0, metric, problem, expected)])

    try:
        share = float(number)
    except ValueError:
        share = math.nan
    if metric not in METRICS:
        raise wrong("no such metric", one_of(metric, [n for n, column in METRICS.items() if not column.nullable]))
    if METRICS[metric].nullable:
        raise wrong("may be null, and a mean over the rest would mislead", "a metric that is never null")
    if not equals or not 0 < share < math.inf:
        raise wrong(f"{shown(number.strip() or text)} is not a share", "a number above 0, such as escaped=0.05")
    return Precision(metric, share)


def look(values: Floats, share: float, of: float | None = None, controls: Floats | None = None) -> Look:
    """Check whether the mean is known well enough: `t sd / sqrt(n) <= share |mean|`, and TAIL values above it.

    Parameters: of, the mean that the share is taken of, if another: the baseline's for paired differences, where TAIL
    values must lie off the mean; controls, numbers drawn in each replicate, less their means, to regress on.
    """
    n = len(values)
    if n == 0:
        return Look(0, None, None, 0, False, None, "mean")
    mean, half = float(np.mean(values)), half_width_95(values)
    if not np.ptp(values) > 0:  # constant, or null
        known = mean if math.isfinite(mean) else None
        return Look(n, known, None, 0, False, 1 - 0.05 ** (1 / n), "share of replicates that differ")
    if controls is not None:
        by_controls, error, freedom = at_mean(values, controls)
        mean, half = (by_controls, controlled_half_width(error, freedom)) if freedom else (mean, math.inf)
    above = int(np.count_nonzero(values > mean if of is None else values != np.median(values)))
    limit = share * abs(mean if of is None else of)
    return Look(n, mean, half, above, half <= limit and above >= TAIL, mean + half, "mean")


def looks(limit: int) -> list[int]:
    """Return the numbers of replicates at which to look, up to the limit: 200, 300, 450, ..."""
    found = []
    n = float(FIRST)
    while n < limit:
        found.append(int(n))
        n *= GROWTH
    return [*found, limit]


def entry(point: int, found: Look) -> dict[str, Any]:
    """Return the manifest's entry for the last look at a point."""
    fields = {name: None if value == math.inf else value for name, value in found._asdict().items()}
    fields["status"] = "reached" if fields.pop("reached") else "not_reached"
    return {"point": point, **fields}
