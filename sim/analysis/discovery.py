"""Scenario discovery: boxes of uncertain numbers in which something happens (PRIM, by the EMA workbench).

Every box is found again in resampled worlds: which limits come back, where, and what the box is worth in worlds that it
was not made from.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.worlds import Keys

Truths = NDArray[np.bool_]

RESAMPLES = 10
"""Resamples of worlds in which a box is found again."""
LEAST_MASS = 0.05
"""Smallest share of runs in a box."""
MARK = "\x1f"
"""Between a path and one of its names in a column of its own; no path holds it."""
ERROR = 0.05
"""Largest probability of a box in worlds without any pattern that is still called a finding."""
STABLE = 0.5
"""Share of resamples that must limit a path, or the limit is dropped."""


class Limit(NamedTuple):
    """The limit of one path: numbers from `low` to `high` (None: open), or `names`.

    `again` is the share of resamples that limit the path too; `lows` and `highs` the 10% and 90% quantiles of where.
    """

    low: float | None
    high: float | None
    names: tuple[str, ...] | None
    again: float
    lows: tuple[float, float] | None
    highs: tuple[float, float] | None


class Trade(NamedTuple):
    """One box on the way from all runs to few: what it covers, how dense it is, its share of runs, limits."""

    coverage: float
    density: float
    mass: float
    limits: int


class Box(NamedTuple):
    """A box: `coverage`, share of all cases that lie in it; `density`, share of its runs that are cases.

    `held_out` are lowest, middle and highest density over the worlds left out of each resample; `p` is the probability
    that worlds without any pattern give boxes as good on worlds they were not made from (`by_chance`); a box is
    `found` if some limit comes back and p is at most ERROR.
    """

    limits: dict[str, Limit]
    coverage: float
    density: float
    mass: float
    held_out: tuple[float, float, float]
    trades: list[Trade]
    p: float
    found: bool


class Data(NamedTuple):
    """Runs: `columns` by name, numbers as they are and names as 0 or 1 each; the `world` of each, and the cases."""

    columns: dict[str, NDArray[np.float64]]
    world: NDArray[np.int64]
    cases: Truths

    def rows(self, where: NDArray[Any]) -> Data:
        """Return some rows."""
        return Data({name: c[where] for name, c in self.columns.items()}, self.world[where], self.cases[where])


def encoded(points: Mapping[str, Sequence[Any]], cases: Truths, worlds: Keys | None = None) -> Data:
    """Return the table of runs.

    Parameters: points, the values of each path by point; cases, (points, replicates); worlds, int64 (points,), the
    world of each point, None for one each.
    """
    many, replicates = cases.shape
    columns = {}
    for path, values in points.items():
        if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
            columns[path] = np.repeat(np.asarray(values, np.float64), replicates)
            continue
        for name in dict.fromkeys(map(str, values)):
            here = np.array([str(value) == name for value in values], np.float64)
            columns[f"{path}{MARK}{name}"] = np.repeat(here, replicates)
    return Data(columns, np.repeat(np.arange(many) if worlds is None else worlds, replicates), cases.ravel())


def discover(data: Data, *, most: int = 2, least_density: float | None = None) -> list[Box]:
    """Return up to `most` boxes, each among the runs outside those before it; none if there is no case, or only cases.

    Parameters: least_density, take the box of largest coverage that is as dense; default the one with the largest
    harmonic mean of coverage and density.
    """
    boxes: list[Box] = []
    left = np.ones(len(data.cases), bool)
    total = int(data.cases.sum())
    while len(boxes) < most and 0 < data.cases[left].sum() < left.sum():
        box = _box(data.rows(left), total, len(data.cases), least_density)
        if box is None or (boxes and not box.found):
            break
        boxes.append(box)
        left &= ~inside(box.limits, data)
    return boxes


def inside(limits: Mapping[str, Limit], data: Data) -> Truths:
    """Return which runs lie in a box."""
    found = np.ones(len(data.cases), bool)
    for path, limit in limits.items():
        if limit.names is not None:
            mine = [data.columns[f"{path}{MARK}{name}"] > 0.5 for name in limit.names]
            found &= np.any(mine, axis=0) if mine else False
            continue
        if limit.low is not None:
            found &= data.columns[path] >= limit.low
        if limit.high is not None:
            found &= data.columns[path] <= limit.high
    return found


def _box(data: Data, cases: int, runs: int, least_density: float | None) -> Box | None:
    """Return one box, with the limits that resampling confirms; None where PRIM finds none."""
    first = _peeled(data, least_density)
    if first is None:
        return None
    limits, trades = first
    generator = np.random.default_rng(1)
    worlds = np.unique(data.world)
    again: list[dict[str, Limit]] = []
    held: list[tuple[Data, dict[str, Limit]]] = []
    for _ in range(RESAMPLES):
        drawn = generator.choice(worlds, len(worlds))
        counts = np.bincount(np.searchsorted(worlds, drawn), minlength=len(worlds))[np.searchsorted(worlds, data.world)]
        found = _peeled(data.rows(np.repeat(np.arange(len(counts)), counts)), least_density)
        again.append(found[0] if found is not None else {})
        held.append((data.rows(np.flatnonzero(counts == 0)), again[-1]))
    kept = {path: _confirmed(path, limit, again) for path, limit in limits.items()}
    steady = {path: limit for path, limit in kept.items() if limit.again >= STABLE}
    stable = steady or kept
    here = inside(stable, data)
    if not here.any():
        return None
    chance = by_chance(data, least_density)
    tried = [(rest.cases, inside(box, rest)) for rest, box in held if box]
    outside = [float(got[there].mean()) for got, there in tried if there.any()]
    spread = (min(outside), float(np.median(outside)), max(outside)) if outside else (np.nan, np.nan, np.nan)
    share = len(data.cases) / runs
    shown = [Trade(t.coverage * data.cases.sum() / cases, t.density, t.mass * share, t.limits) for t in trades]
    return Box(
        limits=stable,
        coverage=float(data.cases[here].sum() / cases),
        density=float(data.cases[here].mean()),
        mass=float(here.sum() / runs),
        held_out=spread,
        trades=shown,
        p=chance,
        found=bool(steady and chance <= ERROR),
    )


def by_chance(data: Data, least_density: float | None = None) -> float:
    """Return the probability that chance alone makes a box as good as PRIM's on worlds it was not made from.

    Worlds are halved; a box is made from each half and tried on the other, whose worlds inside and outside are compared
    by their share of cases (Mann-Whitney); the smaller probability counts twice.
    """
    from scipy.stats import mannwhitneyu

    worlds, at = np.unique(data.world, return_inverse=True)
    half = np.random.default_rng(2).permutation(len(worlds)) % 2
    found = []
    for k in (0, 1):
        box = _peeled(data.rows(half[at] == k), least_density)
        rest = data.rows(half[at] != k)
        here = inside(box[0], rest) if box is not None else np.zeros(len(rest.cases), bool)
        share, within = _by_world(rest, rest.cases), _by_world(rest, here) > 0.5
        if within.any() and not within.all():
            found.append(float(mannwhitneyu(share[within], share[~within], alternative="greater").pvalue))
    return min(1.0, 2 * min(found)) if found else 1.0


def _by_world(data: Data, values: Truths) -> NDArray[np.float64]:
    """Return the mean of a column of runs by world."""
    _, at = np.unique(data.world, return_inverse=True)
    return np.asarray(np.bincount(at, values) / np.bincount(at), np.float64)


def _confirmed(path: str, limit: Limit, again: Sequence[Mapping[str, Limit]]) -> Limit:
    """Return a limit with how often, and where, resamples set it."""
    mine = [found[path] for found in again if path in found]
    if limit.names is not None:
        return limit._replace(again=sum(one.names == limit.names for one in mine) / len(again))
    lows = [one.low for one in mine if one.low is not None]
    highs = [one.high for one in mine if one.high is not None]
    same = [
        one
        for one in mine
        if (limit.low is None or one.low is not None) and (limit.high is None or one.high is not None)
    ]
    return limit._replace(
        again=len(same) / len(again),
        lows=_tenths(lows) if limit.low is not None else None,
        highs=_tenths(highs) if limit.high is not None else None,
    )


def _tenths(values: Sequence[float]) -> tuple[float, float] | None:
    if not values:
        return None
    low, high = np.quantile(values, (0.1, 0.9))
    return float(low), float(high)


def _peeled(data: Data, least_density: float | None) -> tuple[dict[str, Limit], list[Trade]] | None:
    """Return the limits of PRIM's best box and the way to it; None without cases or without a limit."""
    if not 0 < data.cases.sum() < len(data.cases):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of optional parts of the workbench that are not used
        import pandas as pd
        from ema_workbench.analysis.prim import Prim

        logging.getLogger("EMA").setLevel(logging.ERROR)
        frame = pd.DataFrame({f"c{k}": column for k, column in enumerate(data.columns.values())})
        box = Prim(frame, data.cases, mass_min=LEAST_MASS).find_box()
    if box is None:
        return None
    way = box.peeling_trajectory
    coverage, density = way["coverage"].to_numpy(float), way["density"].to_numpy(float)
    best = _best(coverage, density, least_density)
    trades = [
        Trade(float(c), float(d), float(m), int(n))
        for c, d, m, n in zip(coverage, density, way["mass"], way["res_dim"], strict=True)
    ]
    limits = _limits(box.box_lims[best], list(data.columns), data)
    return (limits, trades) if limits else None


def _best(coverage: NDArray[np.float64], density: NDArray[np.float64], least: float | None) -> int:
    """Return the box to take on the way."""
    if least is None:
        return int(np.argmax(2 * coverage * density / np.maximum(coverage + density, 1e-12)))
    dense = np.flatnonzero(density >= least)
    return int(dense[np.argmax(coverage[dense])]) if len(dense) else int(np.argmax(density))


def _limits(table: Any, names: list[str], data: Data) -> dict[str, Limit]:
    """Return the limits of a box of the workbench, names of one path together."""
    found: dict[str, Limit] = {}
    names_of: dict[str, dict[str, str]] = {}  # path, name: open, closed or alone
    for k, name in enumerate(names):
        low, high = (float(table[f"c{k}"].iloc[row]) for row in (0, 1))
        least, most = float(data.columns[name].min()), float(data.columns[name].max())
        path, mark, level = name.partition(MARK)
        if mark and most > 0.5:
            alone = low > 0.25 and least < 0.5  # the workbench cuts halfway, at 0.5
            names_of.setdefault(path, {})[level] = "alone" if alone else "closed" if high < 0.75 else "open"
        elif not mark and (low > least or high < most):
            found[path] = Limit(low if low > least else None, high if high < most else None, None, 0.0, None, None)
    for path, levels in names_of.items():
        alone_here = tuple(level for level, state in levels.items() if state == "alone")
        held = alone_here or tuple(level for level, state in levels.items() if state == "open")
        if len(held) < len(levels):
            found[path] = Limit(None, None, held, 0.0, None, None)
    return found
