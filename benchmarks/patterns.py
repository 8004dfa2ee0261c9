"""The patterns that the model is judged by, each with its criterion and what is found: writes docs/patterns.md.

    python -m benchmarks.patterns [--replicates 400] [--only KEY ...]

Replicates of one seed that no number was set on, the same for all variants. A share is given with its 95% interval
(Wilson), a quantile with its 95% interval by order statistics. Whether a share meets its criterion is undecided where
the criterion lies in that interval. Numbers are of people, each counted where he or she first got out.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from sim.analysis.summary import quantile_interval
from sim.model import Run
from sim.scenario.loader import load
from sim.scenario.resolved import Resolved
from sim.scenario.shipped import folder
from sim.world.codes import FIGHTER
from tests.model.worlds import Ensemble, ensemble, in_two_threads, world
from tests.oracle.cases import people, prison

PAGE = Path(__file__).resolve().parents[1] / "docs" / "patterns.md"
REPLICATES = 400
SEED = 20191006
"""Of the replicates: another than that of the tests, on which numbers were looked at while they were set."""
QAMISHLI = ("qamishli-navkur", "qamishli-jirkin", "qamishli-alaya")


SET_FOR = {
    "annex-emptied",
    "annex-holds",
    "annex-range",
    "fighters-tail",
    "fighters-elsewhere",
    "tel-abyad",
    "qamishli",
    "hasakah",
    "unguarded-spread",
    "retaken-spread",
}
"""Patterns that some number was set for (ODD, section 8): that they hold shows no skill."""


class Pattern(NamedTuple):
    """A pattern: its key, what it says, the criterion, what was found, and whether the criterion is met; None undecided."""

    key: str
    what: str
    criterion: str
    found: str
    met: bool | None

    @property
    def verdict(self) -> str:
        """Return whether it is met, in a word."""
        return "undecided" if self.met is None else "met" if self.met else "**missed**"


class People(NamedTuple):
    """People who got out, replicates by facilities: all, and fighters by where they were held at the start.

    `half_day` is the end of the six hours in which half of those held at the start had got out; NaN for never.
    """

    names: tuple[str, ...]
    held: np.ndarray
    out: np.ndarray
    fighters: np.ndarray
    half_day: np.ndarray

    def at(self, name: str) -> np.ndarray:
        """Return the people who got out of a facility first."""
        return self.out[:, self.names.index(name)]

    def share(self, name: str) -> np.ndarray:
        """Return these as a share of the people held at the start."""
        return self.at(name) / self.held[self.names.index(name)]


LOOK_HOURS = 6


def people_of(where: Resolved, replicates: int) -> People:
    """Return who got out of a scenario in the first so many replicates."""

    def work(which: Any) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        run = Run(where)
        rows = []
        for replicate in which:
            run.reset(SEED, replicate)
            truth = run.truth
            steps, each = int(truth.clock["steps"][0]), round(LOOK_HOURS / where.scenario.step_hours)
            half = np.full(len(truth.facility), math.nan)
            while (done := int(truth.clock["step"][0])) < steps:
                run.advance(min(each, steps - done))
                truth = run.truth
                site = truth.facility
                reached = np.isnan(half) & (site["escaped_persons"] >= 0.5 * site["held0"])
                half[reached] = truth.clock["step"][0] * where.scenario.step_hours / 24
            site, persons = truth.facility, truth.people
            fighter = (persons["escapes"] > 0) & (persons["kind"] == FIGHTER)
            by_home = np.bincount(persons["home"][fighter], minlength=len(site))
            rows.append((site["escaped_persons"].copy(), by_home, half))
        return rows

    made = [row for part in in_two_threads(work, replicates) for row in part]
    held = Run(where).truth.facility["held0"].copy()
    out, fighters, half = (np.stack(column) for column in zip(*made, strict=True))
    return People(tuple(where.theatre.facilities), held, out, fighters, half)


@cache
def people_in_2019(replicates: int) -> People:
    """Return who got out of the scenario of 2019 as it ships."""
    return people_of(load("ne-syria-2019"), replicates)


@cache
def scenario(name: str, replicates: int, **settings: Any) -> Ensemble:
    """Tables of a shipped scenario; settings write `__` for the dots of a path, and tuples for lists."""
    overrides = {
        path.replace("__", "."): list(value) if isinstance(value, tuple) else value for path, value in settings.items()
    }
    return ensemble(load(name, overrides), replicates, SEED)


def decided(hits: np.ndarray, at_least: float = 0.0, at_most: float = 1.0) -> bool | None:
    """Return whether a share lies within limits; None where a limit lies in its 95% interval."""
    low, high = stats.binomtest(int(hits.sum()), len(hits)).proportion_ci(0.95, "wilson")
    if any(0.0 < limit < 1.0 and low < limit < high for limit in (at_least, at_most)):
        return None
    return bool(at_least <= hits.mean() <= at_most)


def share(hits: np.ndarray) -> str:
    """Return a share with its 95% interval by Wilson."""
    n = len(hits)
    low, high = stats.binomtest(int(hits.sum()), n).proportion_ci(0.95, "wilson")
    return f"{100 * hits.mean():.1f}% ({100 * low:.1f}-{100 * high:.1f})"


def quantile(values: np.ndarray, q: float) -> str:
    """Return a quantile with its 95% interval by order statistics."""
    low, high = quantile_interval(values, q)
    return f"{np.quantile(values, q):,.0f} ({low:,.0f}-{high:,.0f})"


def shared(
    key: str, what: str, criterion: str, hits: np.ndarray, *, at_least: float = 0.0, at_most: float = 1.0
) -> Pattern:
    """Return the pattern that a share of replicates lies within limits."""
    return Pattern(key, what, criterion, share(hits), decided(hits, at_least, at_most))


def annex(replicates: int) -> Iterator[Pattern]:
    """Yield what becomes of Ain Issa's annex, with the events of 2019 and without."""
    found = people_in_2019(replicates)
    gone = found.share("ain-issa")
    over, under = gone > 0.5, gone < 0.1
    yield shared(
        "annex-emptied",
        "Ain Issa's annex loses more than half its people, with no dated change",
        "40-95% of replicates",
        over,
        at_least=0.4,
        at_most=0.95,
    )
    yield shared(
        "annex-holds",
        "Ain Issa's annex loses less than a tenth",
        "at least 3%",
        under,
        at_least=0.03,
    )
    out = found.at("ain-issa")
    low, high = np.quantile(out, (0.05, 0.95))
    yield Pattern(
        "annex-range",
        "people out of Ain Issa's annex, which held 949, 5% and 95%",
        "cover 100 to 900",
        f"{quantile(out, 0.05)} to {quantile(out, 0.95)}",
        bool(low <= 100 and high >= 900),
    )
    days = found.half_day[:, found.names.index("ain-issa")]
    days = days[~np.isnan(days)]
    low, high = np.quantile(days, (0.05, 0.95))
    yield Pattern(
        "annex-day",
        "the day on which half of the annex is out (day 0 is 6 October), where it empties, 5% and 95%",
        "hold 13 October, days 7 to 8, when the record has it emptied",
        f"{low:.1f} to {high:.1f}, median {np.median(days):.1f}; by the end of the 13th in {share(days <= 8)} of these",
        bool(low <= 8 and high >= 7),
    )
    calm = load("ne-syria-2019", {"control.offensives": [], "withdrawal.schedule": []})
    lost = people_of(calm, replicates).share("ain-issa") > 0.1
    yield shared(
        "annex-without-cause",
        "the annex without offensive and withdrawal loses more than a tenth",
        "under 5%",
        lost,
        at_most=0.05,
    )


def fighters(replicates: int) -> Iterator[Pattern]:
    """Yield the number of fighters out, and where they come from."""
    found = people_in_2019(replicates)
    out = found.fighters.sum(axis=1)
    yield Pattern("fighters-median", "fighters out, median", "30-600", quantile(out, 0.5), 30 <= np.median(out) <= 600)
    top = np.quantile(out, 0.95)
    yield Pattern("fighters-tail", "fighters out, 95%", "under 2,500", quantile(out, 0.95), bool(top < 2500))
    elsewhere = out - found.fighters[:, found.names.index("tel-abyad")]
    yield Pattern(
        "fighters-elsewhere",
        "fighters out, without those held at Tel Abyad, median",
        "20-600",
        quantile(elsewhere, 0.5),
        within_median(elsewhere, 20, 600),
    )
    part = found.share("tel-abyad")
    none, some, most = part == 0, (part > 0) & (part < 0.8), part >= 0.8
    verdicts = [decided(which, 0.05) for which in (none, some, most)]
    yield Pattern(
        "tel-abyad",
        "Tel Abyad, on which the offensive is directed: nobody out, a part, four fifths and more",
        "each in at least 5%",
        ", ".join(share(which) for which in (none, some, most)),
        None if None in verdicts else all(verdicts),
    )
    few = sum(found.at(name) for name in QAMISHLI) <= 60
    yield shared(
        "qamishli",
        "Qamishli's three prisons together lose 60 or fewer",
        "at least 90%",
        few,
        at_least=0.9,
    )
    held = found.at("hasakah") < 50
    yield shared("hasakah", "Hasakah loses fewer than 50", "at least 80%", held, at_least=0.8)
    camp = found.at("al-hol") < 100
    yield shared(
        "al-hol",
        "al-Hol's annex, where about a hundred tried and none got out, loses fewer than 100",
        "at least 90%",
        camp,
        at_least=0.9,
    )


def within_median(values: np.ndarray, low: float, high: float) -> bool | None:
    """Return whether a median lies within limits; None where a limit lies in its 95% interval."""
    first, last = quantile_interval(values, 0.5)
    if any(first < limit < last for limit in (low, high)):
        return None
    return bool(low <= np.median(values) <= high)


RESTS_ON: dict[str, dict[str, Any]] = {
    "as it ships": {},
    "nobody is called away (`guards.redeploy_share` 0)": {"guards.redeploy_share": 0},
    "a call frightens nobody (`guards.called_weight` 0)": {"guards.called_weight": 0},
    "few beside one frighten nobody (`guards.alone_weight` 0)": {"guards.alone_weight": 0},
    "the sponsor's presence does not hold (`guards.hold_sponsor` 0)": {"guards.hold_sponsor": 0},
    "a near front frightens as near as 14 km (`guards.flee_km`)": {"guards.flee_km": 14.1},
    "as far as 23 km": {"guards.flee_km": 22.9},
}


def rests_on(replicates: int) -> list[tuple[str, str, str]]:
    """Return what the annex's fate rests on: setting, share of replicates with more than half out, people out in all."""
    rows = []
    for label, settings in RESTS_ON.items():
        found = people_of(load("ne-syria-2019", settings), replicates)
        rows.append((label, share(found.share("ain-issa") > 0.5), quantile(found.out.sum(axis=1), 0.5)))
    with tempfile.TemporaryDirectory() as made:
        lines = (folder() / "draws" / "record-folds.csv").read_text("utf-8").splitlines()
        kept = [line.split(",", 1)[1] for line in lines if line.startswith(("fold,", "syria,"))]
        path = Path(made) / "without-syria.csv"
        path.write_text("\n".join(kept) + "\n", "utf-8")
        found = people_of(load("ne-syria-2019", {"draws": str(path)}), replicates)
    label = "numbers fitted without any event in Syria"
    rows.append((label, share(found.share("ain-issa") > 0.5), quantile(found.out.sum(axis=1), 0.5)))
    return rows


def minors(replicates: int) -> Iterator[Pattern]:
    """Yield the share of minors among those who leave a camp under a thin guard."""
    held = {"families": {"foreign": 249.0}, "minors": {"foreign": 700.0}}
    place = prison(36.41, 38.53, held, 4.0, kind="camp", walls=0.1)
    quiet = {"days": 10, "disorder": {"threshold": 0.1, "agitation_sd": 0.02}}
    run = Run(world(quiet, {"facilities": {"camp": place}}))
    parts = []
    for replicate in range(min(replicates, 100)):
        run.complete(SEED, replicate)
        out = run.truth.people["escapes"] > 0
        if out.sum() >= 50:
            parts.append((run.truth.people["kind"][out] == 2).mean())
    apart = abs(float(np.mean(parts)) - 700 / 949) if parts else math.inf
    yield Pattern(
        "minors",
        "minors among those who leave a camp of 949 under 4 guards, against their share of 0.74",
        "within 15 points",
        f"{np.mean(parts):.2f} ({len(parts)} runs with 50 or more out)" if parts else "nobody out",
        apart <= 0.15,
    )


def fitted(where: Resolved, replicates: int) -> np.ndarray:
    """Return the rows of `runs` of a world by the numbers fitted to the record: each replicate by a row of the draws."""
    rows = load("ne-syria-2019").joint()
    run = Run(where)
    return np.concatenate([run.complete(SEED, r, rows[r % len(rows)]).run.copy() for r in range(replicates)])


def events(replicates: int) -> Iterator[Pattern]:
    """Yield how far events of one kind differ, by the defaults and by the fitted numbers."""
    place = {"facilities": {"block": prison(36.4, 38.4, people(600), 0.0)}}
    four, two = world({"days": 4}, place), world({"days": 2}, place)
    for key, label, rows, early in (
        ("", "by the defaults", ensemble(four, replicates, SEED).run, ensemble(two, replicates, SEED).run),
        ("-fitted", "by the fitted numbers", fitted(four, replicates), fitted(two, replicates)),
    ):
        gone = rows["escaped_persons"] / 600
        low, high = np.quantile(gone, (0.05, 0.95))
        yield Pattern(
            f"unguarded-spread{key}",
            f"an unguarded prison of 600, {label}: share gone by day 4, 5% to 95%",
            "at least 0.35 wide, mean 0.55-0.95",
            f"{low:.2f} to {high:.2f}, mean {gone.mean():.2f}",
            bool(high - low >= 0.35 and 0.55 <= gone.mean() <= 0.95),
        )
        back = early["recaptured"] / np.maximum(1, early["escaped"])
        low, high = np.quantile(back, (0.05, 0.95))
        yield Pattern(
            f"retaken-spread{key}",
            f"retaken by day 2, share, {label}, 5% to 95%",
            "at least 0.3 wide",
            f"{low:.2f} to {high:.2f}",
            bool(high - low >= 0.3),
        )


def alike(key: str, what: str, others: dict[str, Ensemble], base: Ensemble) -> Pattern:
    """Compare every mean of `runs` with the base: within 2 standard errors or 5%."""
    worst, where = 0.0, ""
    clearest, told, compared = 0.0, "none", 0
    for label, other in others.items():
        for name in base.run.dtype.names:
            a, b = base.run[name].astype(float), other.run[name].astype(float)
            a, b = a[np.isfinite(a)], b[np.isfinite(b)]
            if len(a) < 2 or len(b) < 2:
                continue
            if len(a) == len(b) and np.ptp(b - a) > 0:  # replicate by replicate, as the random numbers are the same
                change, noise = float((b - a).mean()), float(stats.sem(b - a))
                compared += 1
                if abs(change) / noise > clearest:
                    clearest, told = abs(change) / noise, f"{name} at {label}: {change:+,.3g} ± {1.96 * noise:.2g}"
            error = math.hypot(a.std(ddof=1) / math.sqrt(len(a)), b.std(ddof=1) / math.sqrt(len(b)))
            near = max(2.0 * error, 0.05 * abs(a.mean()), 1e-9)
            off = abs(b.mean() - a.mean()) / near
            if off > worst:
                worst, where = off, f"{name} at {label}: {b.mean():,.4g} against {a.mean():,.4g}"
    return Pattern(
        key,
        what,
        "every mean of `runs` within 2 standard errors or 5%",
        f"worst {worst:.2f} of that ({where}); in pairs the clearest of {compared} changes is {told}",
        worst <= 1.0,
    )


def steps(replicates: int) -> Iterator[Pattern]:
    """Yield whether results depend on the length of a step."""
    base = scenario("ne-syria-2019", replicates)
    others = {f"{hours} h": scenario("ne-syria-2019", replicates, step_hours=hours) for hours in (3, 6)}
    yield alike("steps", "steps of 3 and 6 h against 1 h, ne-syria-2019", others, base)


WHOLE_KM = 20.0
"""The side of the largest cells: the map of the comparison is made of whole ones, so that it ends at the same place."""


def with_cells(name: str, km: float) -> Resolved:
    """Return a shipped scenario on a grid of these cells, over its ground made up to whole cells of 20 km."""
    resolved = load(name)
    grid = resolved.theatre.grid
    width, height = (math.ceil(cells * grid.cell_km / WHOLE_KM) * WHOLE_KM for cells in (grid.width, grid.height))
    other = grid.model_copy(update={"cell_km": km, "width": round(width / km), "height": round(height / km)})
    return replace(resolved, theatre=resolved.theatre.model_copy(update={"grid": other}))


def cells(replicates: int) -> Iterator[Pattern]:
    """Yield whether results depend on the size of the cells."""
    base, fine, coarse = (ensemble(with_cells("ne-syria-2019", km), replicates, SEED) for km in (10.0, 5.0, 20.0))
    yield alike("cells", "cells of 5 and 20 km against 10 km, ne-syria-2019", {"5 km": fine, "20 km": coarse}, base)


GROUPS: dict[str, Callable[[int], Iterator[Pattern]]] = {
    "annex": annex,
    "fighters": fighters,
    "minors": minors,
    "events": events,
    "steps": steps,
    "cells": cells,
}


def found(only: list[str] | None = None, replicates: int = REPLICATES) -> list[Pattern]:
    """Return all patterns of some groups, or of all."""
    return [pattern for key, group in GROUPS.items() if not only or key in only for pattern in group(replicates)]


def page(patterns: list[Pattern], rows: list[tuple[str, str, str]], replicates: int) -> str:
    """Return the page. Parameters: rows, of `rests_on`."""
    lines = [
        "# Patterns",
        "",
        f"Written by `python -m benchmarks.patterns`; do not edit. {replicates} replicates each, of seed {SEED}, on which no number was set,",
        f"{datetime.now(UTC):%d %B %Y}. In brackets 95% intervals, of the replicates alone; a share is undecided where its criterion lies in",
        "that interval. Numbers are of people, counted where they first got out. What was set so that a pattern holds stands in",
        "[ODD.md](ODD.md), section 8: that such a pattern holds is no evidence of skill. Tel Abyad's prison lies where the offensive is",
        "directed: that it falls, and within hours, is put in.",
        "",
        "| pattern | criterion | found | | a number was set for it |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {p.what} | {p.criterion} | {p.found} | {p.verdict} | {'yes' if p.key in SET_FOR else 'no'} |"
        for p in patterns
    ]
    lines += [
        "",
        "## What the annex rests on",
        "",
        "The same replicates with one thing changed. Most of what empties the annex is the call of its guards to the front and what that does to",
        "those who stay; and the share moves with numbers that nobody has measured, over ranges within which it was also set.",
        "",
        "| | more than half of the annex out | people out in all, median |",
        "|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print, and write the page if all groups were measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replicates", type=int, default=REPLICATES)
    parser.add_argument("--only", nargs="*", choices=list(GROUPS))
    given = parser.parse_args()
    patterns = found(given.only, given.replicates)
    for pattern in patterns:
        print(f"{pattern.verdict} {pattern.key}: {pattern.criterion}: {pattern.found}")
    if not given.only:
        PAGE.write_text(page(patterns, rests_on(given.replicates), given.replicates), "utf-8")


if __name__ == "__main__":
    main()
