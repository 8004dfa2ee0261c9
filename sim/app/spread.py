"""Where a run lies among the replicates of its ensemble, and how two ensembles differ, in numbers and sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sim.analysis.contrast import Sides, difference
from sim.analysis.summary import quantiles
from sim.app.ensemble import Ensemble
from sim.app.run_pane import RunPane
from sim.outcomes import short
from sim.wording import count, mean, per_cent

LEVELS = (0.05, 0.25, 0.75, 0.95)
"""Ends of the bands: the middle 90% and the middle 50% of the replicates."""
MAX_DAYS = 240
"""Most days for which bands are sent."""
FEW = 20
"""Replicates below which no band is drawn."""
SAME = 0.05
"""Share of replicates with the very same number above which a sentence mentions them."""
MODE_COLUMN = {"truth": "escaped", "belief": "confirmed"}
"""The column whose spread is shown in each mode; in that of officials it is what the simulated officials confirm."""


def bands(ensemble: Ensemble | None, column: str) -> dict[str, Any] | None:
    """Return days and the ends of the bands of a column over the ensemble; None while there are few replicates."""
    if ensemble is None or ensemble.done < FEW:
        return None
    return _bands(ensemble.daily(column))


def _bands(values: np.ndarray) -> dict[str, Any]:
    days = _days(values.shape[1])
    ends = np.quantile(values[:, days], LEVELS, axis=0)  # all days at once: it is done for every frame
    return {"days": days.tolist(), "ends": np.round(ends, 2).tolist(), "n": len(values)}


def _days(many: int) -> np.ndarray:
    """Return every day, or every n-th and the last of a long run."""
    days = np.arange(0, many, max(1, -(-many // MAX_DAYS)))
    return days if days[-1] == many - 1 else np.append(days, many - 1)


def place(pane: RunPane, mode: str) -> str:
    """Return where the run lies among its ensemble on the last whole day: `this run, day 20: 854 exits, more than ...`.

    Empty without an ensemble; while it runs, how far it is.
    """
    ensemble, column = pane.ensemble, MODE_COLUMN[mode]
    if ensemble is None:
        return ""
    if ensemble.error:
        return f"The other replicates failed: {ensemble.error}"
    if ensemble.done < FEW:
        return f"{ensemble.done} of {ensemble.wanted} other runs of these settings are done …"
    day = int(pane.at * pane.step_hours / 24 + 1e-9)
    own = float(pane.history[round(day * 24 / pane.step_hours)][column])
    return f"This run, day {day}: {rank(own, ensemble.daily(column)[:, day], short(column))}."


def rank(own: float, values: np.ndarray, noun: str) -> str:
    """Return a value with its rank: `854 exits, more than 61% of 200 runs`."""
    n = len(values)
    below, above = np.count_nonzero(values < own - 1e-9), np.count_nonzero(values > own + 1e-9)
    same = n - below - above
    parts = [("more than", below), ("as many as", same if same > SAME * n else 0), ("fewer than", above)]
    said = [f"{words} {per_cent(many / n)}" for words, many in parts if many]
    ranks = " and ".join([*([", ".join(said[:-1])] if said[:-1] else []), said[-1]])
    if round(own) == 1:
        noun = noun.removesuffix("s")
    return f"{count(own)} {noun}, {ranks} of {n} runs"


def incomparable(a: RunPane, b: RunPane) -> str:
    """Return why no difference of two runs is shown, empty if it is."""
    if a.model is None or b.model is None:
        return "one of the runs does not load"
    one, two = a.model.resolved, b.model.resolved
    reasons = [
        reason
        for reason, differs in (
            ("theatre", one.theatre.name != two.theatre.name),
            ("start", one.scenario.start != two.scenario.start),
            ("length", one.scenario.days != two.scenario.days),
            ("seed", a.model.seed_number != b.model.seed_number),
            ("replicate", a.replicate != b.replicate),
        )
        if differs
    ]
    return f"the runs differ in {' and '.join(reasons)}" if reasons else ""


def comparison(a: RunPane, b: RunPane, mode: str) -> dict[str, Any]:
    """Return how B differs from A in the run and over the ensembles, replicate by replicate; or why that is not told.

    The mean has a 95% interval; the band is the middle 90% of the differences.
    """
    reason = incomparable(a, b)
    if reason:
        return {"text": f"No difference is shown: {reason}.", "days": [], "ends": [], "mean": []}
    column = MODE_COLUMN[mode]
    own = float(b.history[b.at][column] - a.history[a.at][column])
    text = f"This pair of runs now: {_more(own, short(column))}."
    one, two = a.ensemble, b.ensemble
    n = min(one.done, two.done) if one is not None and two is not None else 0
    if one is None or two is None or n < FEW:
        return {"text": text, "days": [], "ends": [], "mean": []}
    values = two.daily(column)[:n] - one.daily(column)[:n]
    day = int(a.at * a.step_hours / 24 + 1e-9)
    found = difference(Sides(one.daily(column)[None, :n, day], two.daily(column)[None, :n, day], paired=True))
    low, high = (_signed(end, count) for end in quantiles(values[:, day], (0.05, 0.95)))
    text += (
        f" Over {n} pairs, day {day}: {_signed(found.value)} {short(column)} on average (95% interval"
        f" {_signed(found.low)} to {_signed(found.high)}); in 90% of pairs {low} to {high}."
    )
    shown = _bands(values)
    return {"text": text, **shown, "mean": np.round(values.mean(axis=0)[shown["days"]], 2).tolist()}


def _more(value: float, noun: str) -> str:
    if abs(value) < 0.5:
        return f"as many {noun} in B as in A"
    return f"{count(abs(value))} {'more' if value > 0 else 'fewer'} {noun} in B than in A"


def _signed(value: float, words: Callable[[float], str] = mean) -> str:
    text = words(value).replace("-", "−")
    return f"+{text}" if value > 0 and text != "0" else text
