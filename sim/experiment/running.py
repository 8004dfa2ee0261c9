"""The honest official's day: for each replicate and day, the interval that the reports so far allowed to be given.

At each place the prior is what other replicates have by that day, and the reports there are weighed by the fitted model
of claims. The total joins the places by the ranks that they have together in the simulation, so that without any
report it is the simulated total itself. What spokesmen add up from others' claims repeats them, and is not weighed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.analysis.summary import half_width_95
from sim.claims.draws import fitted
from sim.claims.model import log_known, log_likelihood
from sim.claims.statements import GUARDING, UNNUMBERED, Statement, wording
from sim.experiment.batch import encoded
from sim.experiment.estimate import KNOWING, VAGUE
from sim.experiment.honest import Day, by_day, name_of
from sim.experiment.results import Results
from sim.experiment.store import Folder
from sim.scenario.errors import InputError, Problem
from sim.scenario.files import display
from sim.scenario.resolved import Resolved
from sim.scenario.vocabulary import CATEGORIES, ROLES

Floats = NDArray[np.float64]

DRAWS = 40
"""Draws of the model of claims: an interval by day needs fewer than an estimate."""
MOST = 200
"""Replicates of a point that are used at most."""
MINUTES = 1440
NOT_WEIGHED = ("statement",)
"""Forms of reports that repeat others."""


class Source(Protocol):
    """Where the tables of replicates come from: results, or a run kept in memory."""

    def table(self, name: str, columns: Sequence[str] | None = None, point: int | None = None) -> Any:
        """Return a table of one point."""

    def scenario(self, point: int) -> Resolved:
        """Return the scenario of a point."""


def running(results: Results) -> tuple[list[Day], dict[int, Any]]:
    """Return the days of every point, and its table: replicate, day, exits, q05, q50, q95.

    Raises InputError for results that are not recorded in full or hold fewer than 20 replicates of a point.
    """
    name = display(results.path) if results.path is not None else "results"
    if results.manifest.get("record") != "full":
        raise InputError([Problem(name, 0, "", "holds no reports", "results of a run with --record full")])
    days: list[Day] = []
    tables: dict[int, Any] = {}
    for entry in results.manifest["points"]:
        point = int(entry["point"])
        table = Days(results, point, name).table()
        tables[point] = table
        days += by_day(table)
    return days, tables


class Narrowing(NamedTuple):
    """How much narrower the last day's interval is than in other results: mean over pairs, ends of its 95% interval."""

    point: int
    day: int
    narrowing: float
    low: float
    high: float
    pairs: int

    def as_data(self) -> dict[str, Any]:
        """Return it as `estimate --running --against --json` prints it."""
        return self._asdict()


def narrowing(tables: dict[int, Any], others: dict[int, Any]) -> list[Narrowing]:
    """Return how much narrower the last day's intervals are than in other results, by points that both have.

    Pairs are of equal replicate, which with the same seed have the same random numbers; the interval is Student's t of
    their differences. Parameters: tables, others, as of `running`.
    """
    found = []
    for point in sorted(set(tables) & set(others)):
        mine, theirs = _last(tables[point]), _last(others[point])
        both = sorted(set(mine) & set(theirs))
        apart = np.array([theirs[replicate] - mine[replicate] for replicate in both])
        if len(both) > 1:
            half = half_width_95(apart)
            middle, day = float(apart.mean()), int(tables[point]["day"].to_numpy().max())
            found.append(Narrowing(point, day, middle, middle - half, middle + half, len(both)))
    return found


def _last(table: Any) -> dict[int, float]:
    """Return the width of the last day's interval by replicate."""
    day = table["day"].to_numpy()
    last = day == day.max()
    width = (table["q95"].to_numpy() - table["q05"].to_numpy())[last]
    return dict(zip(table["replicate"].to_numpy()[last].tolist(), width.tolist(), strict=True))


def write(results: Results, tables: dict[int, Any]) -> list[Path]:
    """Write the tables beside the results, and return their paths."""
    assert results.path is not None
    store = Folder(results.path)
    names = []
    for point, table in tables.items():
        names.append(name_of(point))
        store.write(names[-1], encoded(table).content)
    store.settle()
    return [results.path / name for name in names]


class Days:
    """The replicates of one point: exits by place and day, reports, and their weighing."""

    def __init__(self, results: Source, point: int, name: str) -> None:
        self.point = point
        self.alone = _alone(results.scenario(point))
        daily = results.table("daily", ("point", "replicate", "day", "escaped"), point)
        every = np.unique(daily["replicate"].to_numpy())[:MOST]
        if len(every) < 20:
            expected = "20 at least: they are each other's prior"
            raise InputError([Problem(name, 0, f"point {point}", f"has {len(every)} replicates", expected)])
        self.replicates = every
        self.row = {int(replicate): k for k, replicate in enumerate(every)}
        self.days = int(daily["day"].to_numpy().max()) + 1
        self.total = np.zeros((len(every), self.days))
        for replicate, day, escaped in _rows(daily, ("replicate", "day", "escaped")):
            if replicate in self.row:
                self.total[self.row[replicate], day] = escaped
        self._exits(results.table("events", None, point))
        self._reports(results.table("reports", None, point))
        self.draws = fitted().take(np.arange(min(DRAWS, fitted().size)))
        self.weighed: dict[tuple[Statement, ...], Floats] = {}
        self.levels = _levels(self.total.max() * 3 + 100)
        self.known = log_known(self.draws, KNOWING, self.levels)

    def _exits(self, events: Any) -> None:
        """Sum exits by place and day: `out[place]` float64 (replicates, days)."""
        self.out: dict[str, Floats] = {}
        for replicate, day, kind, place, count in _rows(events, ("replicate", "day", "kind", "facility", "count")):
            if kind != "exit" or replicate not in self.row:
                continue
            by_day = self.out.setdefault(place, np.zeros((len(self.row), self.days)))
            last = math.ceil(round(day * MINUTES) / MINUTES)
            by_day[self.row[replicate], min(last, self.days - 1) :] += count

    def _reports(self, reports: Any) -> None:
        """Sort reports by replicate and place: the day by which each is known, its origin and what it says."""
        self.told: dict[int, dict[str, list[tuple[int, str, Statement]]]] = {}
        columns = ("replicate", "day", "role", "origin", "facility", "claimed_low", "claimed_high", "form")
        about = ("category", "blames", "observer")
        blaming = {who for who, party in _rows(reports, ("observer", "blames")) if party is not None}
        for replicate, day, role, origin, place, low, high, form, category, party, who in _rows(
            reports, (*columns, *about)
        ):
            if replicate not in self.row or place == "theatre" or form in NOT_WEIGHED:
                continue
            if category not in ("all", self.alone[place]):
                continue  # of some of those held there: the exits of these alone are not in the results
            said = wording(None, None) if low is None else wording(round(low), round(high))
            known = math.ceil(round(day * MINUTES) / MINUTES)
            guards = role == ROLES[GUARDING]
            own, blame = guards and who in blaming and party is None, not guards and party is not None
            one = Statement([*ROLES].index(role), (said,), "all", own, blame)
            self.told.setdefault(self.row[replicate], {}).setdefault(place, []).append((known, origin, one))

    def intervals(self, days: Sequence[int]) -> Floats:
        """Return the quantiles of some days, of every replicate: float64 (replicates, days, 3)."""
        n = len(self.total)
        found = np.zeros((n, len(days), 3))
        noise = np.random.default_rng(1).random((n, 1))
        ranks = {place: _ranks(out, noise) for place, out in self.out.items()}
        for at, d in enumerate(days):
            for k in range(n):
                found[k, at] = self._quantiles(k, d, ranks)
        return found

    def table(self) -> Any:
        """Return the interval of every replicate and day."""
        n, days = self.total.shape
        found = self.intervals(range(days))
        names: dict[str, Any] = {"point": np.full(n * days, self.point), "replicate": np.repeat(self.replicates, days)}
        names["day"] = np.tile(np.arange(days), n)
        values = {
            "escaped": self.total.ravel(),
            **{q: found[:, :, i].ravel() for i, q in enumerate(("q05", "q50", "q95"))},
        }
        return pa.table({**names, **values})

    def _quantiles(self, k: int, d: int, ranks: dict[str, Floats]) -> Floats:
        """Return the quantiles of the total that could be given in replicate k on day d."""
        total = self.total[:, d].copy()
        for place, told in self.told.get(k, {}).items():
            latest: dict[tuple[str, int], Statement] = {}
            for known, origin, one in told:
                key = (origin, one.role)
                if known <= d and not (one.said[0].form == UNNUMBERED and key in latest):
                    latest[key] = one
            if not latest:
                continue
            prior = self.out[place][:, d] if place in self.out else np.zeros(len(total))
            u = ranks[place][:, d] if place in ranks else np.linspace(0.0, 1.0, len(total))
            total += self._place(prior, tuple(latest.values()), u) - prior
        return np.quantile(total, (0.05, 0.5, 0.95), method="inverted_cdf")

    def _place(self, prior: Floats, said: tuple[Statement, ...], u: Floats) -> Floats:
        """Return exits at a place after its reports, one for each replicate, at the ranks u."""
        weights = _weights(prior, self.levels)
        by_role: dict[int, list[Statement]] = {}
        for one in said:
            by_role.setdefault(one.role, []).append(one)
        logs = self.known.copy()
        for role in sorted(by_role):
            key = tuple(sorted(by_role[role], key=repr))
            if key not in self.weighed:
                self.weighed[key] = log_likelihood(self.draws, key, self.levels)
            logs += self.weighed[key]
        after = weights * np.exp(logs - logs.max()).mean(0)
        reached = np.cumsum(after) / after.sum()
        return self.levels[np.minimum(np.searchsorted(reached, u), len(self.levels) - 1)]


def _alone(resolved: Resolved) -> dict[str, str]:
    """Return by facility the people whom it alone holds at the start; `all` where it is mixed."""
    from sim.agents.given import Given
    from sim.agents.observer import people_alone

    return dict(zip(resolved.theatre.facilities, (CATEGORIES[k] for k in people_alone(Given(resolved))), strict=True))


def _levels(most: float) -> Floats:
    """Return the counts at which a place's likelihood is computed: whole to 20, then 6% apart."""
    steps = np.rint(np.exp(np.arange(math.log(20.0), math.log(max(most, 40.0)) + 0.06, 0.06)))
    return np.unique(np.concatenate([np.arange(21.0), steps]))


def _weights(prior: Floats, levels: Floats) -> Floats:
    """Return the prior of a place on the levels: its replicates, each spread a little, and a little put everywhere."""
    n = len(prior)
    some = prior[prior > 0]
    weights = np.zeros(len(levels))
    weights[0] = (n - len(some) + 0.5) / (n + 1.0)
    rest = 1.0 - weights[0]
    vague = rest * (VAGUE if len(some) else 1.0)
    logs = np.log(levels[1:])
    widths = np.gradient(logs)
    weights[1:] += vague * widths / widths.sum()
    if len(some):
        values, counts = np.unique(some, return_counts=True)
        width = 0.9 * min(max(float(np.log(some).std()), 0.05), 1.5) * len(some) ** -0.2
        kernel = np.exp(-0.5 * ((logs[None, :] - np.log(values)[:, None]) / width) ** 2) * widths
        kernel /= kernel.sum(1, keepdims=True)
        weights[1:] += (rest - vague) * (counts[:, None] * kernel).sum(0) / len(some)
    return weights


def _ranks(out: Floats, noise: Floats) -> Floats:
    """Return the rank of each replicate on each day, as a share, ties broken by one number for each replicate."""
    n = len(out)
    order = np.lexsort((np.broadcast_to(noise, out.shape), out), axis=0)
    ranks = np.empty_like(out)
    np.put_along_axis(ranks, order, (np.arange(n) + 0.5)[:, None] / n * np.ones_like(out), axis=0)
    return ranks


def _rows(table: Any, columns: Sequence[str]) -> Any:
    """Return the rows of some columns as tuples of Python values."""
    return zip(*(table[name].to_pylist() for name in columns), strict=True)
