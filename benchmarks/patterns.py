"""The patterns that the model is judged by, each with its criterion and what is found: writes docs/patterns.md.

    python -m benchmarks.patterns [--replicates 400] [--only KEY ...]

Replicates of one seed, so that variants are paired. A share is given with its 95% interval (Wilson), a mean with 1.96
standard errors, a quantile with its 95% interval by order statistics.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from sim.model import Run
from sim.scenario.loader import load
from sim.scenario.resolved import Resolved
from tests.model.worlds import Ensemble, ensemble, world
from tests.oracle.cases import people, prison

PAGE = Path(__file__).resolve().parents[1] / "docs" / "patterns.md"
REPLICATES = 400
QAMISHLI = ("qamishli-navkur", "qamishli-jirkin", "qamishli-alaya")


SET_FOR = {
    "annex-emptied",
    "annex-holds",
    "annex-range",
    "tel-abyad",
    "qamishli",
    "hasakah",
    "unguarded-spread",
    "retaken-spread",
}
"""Patterns that some number was set for (ODD, section 8): that they hold shows no skill."""


class Pattern(NamedTuple):
    """A pattern: its key, what it says, the criterion, what was found, and whether the criterion is met."""

    key: str
    what: str
    criterion: str
    found: str
    met: bool


@cache
def scenario(name: str, replicates: int, **settings: Any) -> Ensemble:
    """Tables of a shipped scenario; settings write `__` for the dots of a path, and tuples for lists."""
    overrides = {
        path.replace("__", "."): list(value) if isinstance(value, tuple) else value for path, value in settings.items()
    }
    return ensemble(load(name, overrides), replicates)


def share(hits: np.ndarray) -> str:
    """Return a share with its 95% interval by Wilson."""
    n = len(hits)
    low, high = stats.binomtest(int(hits.sum()), n).proportion_ci(0.95, "wilson")
    return f"{100 * hits.mean():.1f}% ({100 * low:.1f}-{100 * high:.1f})"


def quantile(values: np.ndarray, q: float) -> str:
    """Return a quantile with its 95% interval by order statistics."""
    ordered = np.sort(values)
    n = len(ordered)
    low, high = stats.binom.ppf([0.025, 0.975], n, q).astype(int)
    low, high = max(0, low - 1), min(n - 1, high)
    return f"{np.quantile(ordered, q):,.0f} ({ordered[low]:,.0f}-{ordered[high]:,.0f})"


def annex(replicates: int) -> Iterator[Pattern]:
    """Yield what becomes of Ain Issa's annex, with the events of 2019 and without."""
    site = scenario("ne-syria-2019", replicates).at("ain-issa")
    gone = site["escaped"] / site["held0"]
    over, under = gone > 0.5, gone < 0.1
    low, high = np.quantile(site["escaped"], (0.05, 0.95))
    yield Pattern(
        "annex-emptied",
        "Ain Issa's annex loses more than half its people, with no dated change",
        "40-95% of replicates",
        share(over),
        bool(0.4 <= over.mean() <= 0.95),
    )
    yield Pattern(
        "annex-holds",
        "Ain Issa's annex loses less than a tenth",
        "at least 3%",
        share(under),
        bool(under.mean() >= 0.03),
    )
    yield Pattern(
        "annex-range",
        "exits from Ain Issa's annex, 5% and 95%",
        "cover 100 to 900",
        f"{quantile(site['escaped'], 0.05)} to {quantile(site['escaped'], 0.95)}",
        bool(low <= 100 and high >= 900),
    )
    calm = scenario("ne-syria-2019", replicates, control__offensives=(), withdrawal__schedule=()).at("ain-issa")
    lost = calm["escaped"] / calm["held0"] > 0.1
    yield Pattern(
        "annex-without-cause",
        "the annex without offensive and withdrawal loses more than a tenth",
        "under 5%",
        share(lost),
        bool(lost.mean() < 0.05),
    )


def fighters(replicates: int) -> Iterator[Pattern]:
    """Yield the number of fighters out, and where they come from."""
    found = scenario("ne-syria-2019", replicates)
    out = found.run["escaped_fighters"]
    yield Pattern("fighters-median", "fighters out, median", "30-600", quantile(out, 0.5), 30 <= np.median(out) <= 600)
    top = np.quantile(out, 0.95)
    yield Pattern("fighters-tail", "fighters out, 95%", "under 2,500", quantile(out, 0.95), bool(top < 2500))
    elsewhere = out - found.at("tel-abyad")["escaped"]
    middle = np.median(elsewhere)
    yield Pattern(
        "fighters-elsewhere",
        "fighters out without those of Tel Abyad, median",
        "20-600",
        quantile(elsewhere, 0.5),
        bool(20 <= middle <= 600),
    )
    site = found.at("tel-abyad")
    part = site["escaped"] / np.maximum(1, site["held0"])
    none, some, most = part == 0, (part > 0) & (part < 0.8), part >= 0.8
    yield Pattern(
        "tel-abyad",
        "Tel Abyad: nobody out, a part, four fifths and more",
        "each in at least 5%",
        ", ".join(share(which) for which in (none, some, most)),
        bool(min(none.mean(), some.mean(), most.mean()) >= 0.05),
    )
    together = sum(found.at(name)["escaped"] for name in QAMISHLI)
    few = together <= 60
    yield Pattern(
        "qamishli", "Qamishli's three prisons together lose 60 or fewer", "at least 90%", share(few), few.mean() >= 0.9
    )
    held = found.at("hasakah")["escaped"] < 50
    yield Pattern("hasakah", "Hasakah loses fewer than 50", "at least 80%", share(held), bool(held.mean() >= 0.8))


def minors(replicates: int) -> Iterator[Pattern]:
    """Yield the share of minors among those who leave a camp under a thin guard."""
    held = {"families": {"foreign": 249.0}, "minors": {"foreign": 700.0}}
    place = prison(36.41, 38.53, held, 4.0, kind="camp", walls=0.1)
    quiet = {"days": 10, "disorder": {"threshold": 0.1, "agitation_sd": 0.02}}
    run = Run(world(quiet, {"facilities": {"camp": place}}))
    parts = []
    for replicate in range(min(replicates, 100)):
        run.complete(1, replicate)
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


def events(replicates: int) -> Iterator[Pattern]:
    """Yield how far events of one kind differ."""
    place = {"facilities": {"block": prison(36.4, 38.4, people(600), 0.0)}}
    gone = ensemble(world({"days": 4}, place), replicates).run["escaped_persons"] / 600
    low, high = np.quantile(gone, (0.05, 0.95))
    yield Pattern(
        "unguarded-spread",
        "an unguarded prison of 600: share gone by day 4, 5% to 95%",
        "at least 0.35 wide, mean 0.55-0.95",
        f"{low:.2f} to {high:.2f}, mean {gone.mean():.2f}",
        bool(high - low >= 0.35 and 0.55 <= gone.mean() <= 0.95),
    )
    rows = ensemble(world({"days": 2}, place), replicates).run
    back = rows["recaptured"] / np.maximum(1, rows["escaped"])
    low, high = np.quantile(back, (0.05, 0.95))
    yield Pattern(
        "retaken-spread",
        "retaken by day 2, share, 5% to 95%",
        "at least 0.3 wide",
        f"{low:.2f} to {high:.2f}",
        bool(high - low >= 0.3),
    )


def alike(key: str, what: str, others: dict[str, Ensemble], base: Ensemble) -> Pattern:
    """Compare every mean of `runs` with the base: within 2 standard errors or 5%."""
    worst, where = 0.0, ""
    for label, other in others.items():
        for name in base.run.dtype.names:
            a, b = base.run[name].astype(float), other.run[name].astype(float)
            a, b = a[np.isfinite(a)], b[np.isfinite(b)]
            if len(a) < 2 or len(b) < 2:
                continue
            error = math.hypot(a.std(ddof=1) / math.sqrt(len(a)), b.std(ddof=1) / math.sqrt(len(b)))
            near = max(2.0 * error, 0.05 * abs(a.mean()), 1e-9)
            off = abs(b.mean() - a.mean()) / near
            if off > worst:
                worst, where = off, f"{name} at {label}: {b.mean():,.4g} against {a.mean():,.4g}"
    return Pattern(
        key,
        what,
        "every mean of `runs` within 2 standard errors or 5%",
        f"worst {worst:.2f} of that ({where})",
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
    base, fine, coarse = (ensemble(with_cells("ne-syria-2019", km), replicates) for km in (10.0, 5.0, 20.0))
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


def page(patterns: list[Pattern], replicates: int) -> str:
    """Return the page."""
    lines = [
        "# Patterns",
        "",
        f"Written by `python -m benchmarks.patterns`; do not edit. {replicates} replicates each, seed of the tests,",
        f"{datetime.now(UTC):%d %B %Y}. In brackets 95% intervals. What was set so that a pattern holds stands in",
        "[ODD.md](ODD.md), section 8: that such a pattern holds is no evidence of skill.",
        "",
        "| pattern | criterion | found | | a number was set for it |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {p.what} | {p.criterion} | {p.found} | {'met' if p.met else '**missed**'} | {'yes' if p.key in SET_FOR else 'no'} |"
        for p in patterns
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
        print(f"{'met   ' if pattern.met else 'MISSED'} {pattern.key}: {pattern.criterion}: {pattern.found}")
    if not given.only:
        PAGE.write_text(page(patterns, given.replicates), "utf-8")


if __name__ == "__main__":
    main()
