"""The head of the brief: the answer in three sentences, and the numbers that carry it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.analysis.assumptions import Carried, Swing
from sim.analysis.escapes import median_interval
from sim.analysis.gap import delay_quantile, delays
from sim.analysis.summary import defined, quantiles
from sim.experiment.assumptions import basis
from sim.outcomes import HEADLINE
from sim.plots.view import ResultsView
from sim.scenario.fields import parameters
from sim.wording import between, count, days, per_cent, span, tidy

MOST_NUMBERS = 8
"""Most numbers named among those that carry a result."""


class Assumption(NamedTuple):
    """A number that moves the answer: its path and meaning, the median where it is least and most, what it rests on."""

    path: str
    meaning: str
    least: str
    most: str
    basis: str


def worlds(view: ResultsView) -> str:
    """Return how many runs the answers are of, in words: `200 runs`, `512 runs at 64 sampled points`."""
    n = len(view.pooled(HEADLINE))
    many = f"{n:,} run{'' if n == 1 else 's'}"
    return f"{many} at {len(view.unlevered):,} sampled points" if view.sampled else many


def sentences(view: ResultsView, carries: Carried | None) -> list[str]:
    """Return the answer in three sentences: how many get out, how much is known of it, and how sure each is."""
    out = view.pooled(HEADLINE)
    if len(out) == 1:
        said = f"In the one run {count(out[0])} people get out of {count(_held(view))} held"
        return [f"{said}: what may happen, not how likely it is.", *([_known(view)] if out[0] > 0 else [])]
    low, middle, high = quantiles(out, (0.05, 0.5, 0.95))
    if middle < 0.5:
        some = per_cent(float(np.mean(out > 0)))
        tail = f", in one of twenty {count(high)} or more of {count(_held(view))} held" if high >= 0.5 else ""
        first = f"Somebody gets out in {some} of {worlds(view)}{tail}."
        return [first, _known(view), _sure(view, carries)]
    first = (
        f"In half of {worlds(view)} {count(middle)} people or more get out of {count(_held(view))} held, in nine of ten"
        f" {between(low, high)}."
    )
    return [first, _known(view), _sure(view, carries)]


def _held(view: ResultsView) -> float:
    return float(np.median(view.pooled("population")))


def _known(view: ResultsView) -> str:
    share = defined("accounted_share", view.pooled("accounted_share"))
    if not len(share):
        return "Nobody gets out in any run, so there is nothing to know of."
    low, middle, high = quantiles(share, (0.05, 0.5, 0.95))
    ends = per_cent(low) if per_cent(low) == per_cent(high) else f"{per_cent(low)} to {per_cent(high)}"
    spread = f" (median of the runs with anybody out; in 90% of them {ends})"
    said = f"True reports account for {per_cent(middle)} of the people out{spread if len(share) > 1 else ''}"
    found = delays(view.pooled("first_escape_day"), view.pooled("first_report_day"), view.horizon(view.reference))
    half = delay_quantile(found, 0.5)
    if half == half:
        said += f"; the first comes {days(half)} after the first escape"
        said += f" (median), and in {per_cent(found.never)} of these runs not at all" if found.never else ""
    return f"{said}."


def _sure(view: ResultsView, carries: Carried | None) -> str:
    out = view.pooled(HEADLINE)
    low, high = median_interval(out, view.worlds(view.reference))
    error = "so few runs cannot say how well the median is known"
    if low == low and high == high:
        error = f"the error of {len(out):,} runs is {span(low, high)} for the median (95%)"
    if carries is None:
        return f"The range is what the scenario leaves open and luck together; {error}."
    numbers = f"the {len(carries.swings)} numbers that the scenario does not know"
    if carries.share is None:
        return f"The range is luck and {numbers} together; {error}."
    share = carries.share
    return (
        f"Of that spread at least {per_cent(share.value)} ({per_cent(share.low)} to {per_cent(share.high)}) comes from"
        f" {numbers}, the rest from luck and interplay; {error}."
    )


def assumptions(view: ResultsView, found: Carried | None) -> list[Assumption]:
    """Return the numbers that move the people out beyond chance, strongest first."""
    if found is None:
        return []
    rests = basis(view.results, view.index[view.reference])
    declared = {parameter.path: parameter for parameter in parameters()}
    return [_assumption(swing, rests, declared) for swing in found.told[:MOST_NUMBERS]]


def _assumption(swing: Swing, rests: dict[str, str], declared: dict) -> Assumption:  # type: ignore[type-arg]
    known = declared.get(swing.path)
    return Assumption(
        tidy(swing.path, 60),
        known.description if known else "",
        count(swing.least),
        count(swing.most),
        rests.get(swing.path, "a range of the scenario"),
    )
