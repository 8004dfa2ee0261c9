"""Validation: forecasts of documented events by the calibrated model, scored against the record and against baselines.

Every event is forecast with numbers fitted without its own fold (`scenarios/events/folds.csv`: events of one country or
conflict); an event that the record does not have, with all of it. The baselines leave out the same events.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.contrast import Interval
from sim.analysis.escapes import share_interval
from sim.analysis.recorded import as_recorded
from sim.analysis.scores import (
    crps,
    crps_uniform,
    ignorance,
    interval_score,
    mean_difference,
    over_range,
    pit,
    skill,
    weighted_quantiles,
)
from sim.experiment.hindcast import hindcasts
from sim.scenario.events import Event, record
from sim.scenario.eventworld import HELD_UNKNOWN
from sim.scenario.jointdraws import read_draws
from sim.scenario.shipped import folder

Floats = NDArray[np.float64]
Numbers = Mapping[str, float]

REPLICATES = 400
LOW, HIGH = 0.05, 0.95
SHRINK = 3.0
"""A mode with n other events has the weight n / (n + SHRINK) in the baseline, all events the rest."""
POSTERIOR, FOLD_POSTERIOR, FOLDS = "draws/record.csv", "draws/record-folds.csv", "events/folds.csv"


class Forecast(NamedTuple):
    """One event with its forecast of what is recorded, and its scores where it is scored; shares of those held."""

    event: Event
    fold: str
    none_out: float
    sample: Floats
    low: float
    middle: float
    high: float
    inside: bool | None = None
    crps: float | None = None
    crps_baseline: float | None = None
    crps_pooled: float | None = None
    crps_uniform: float | None = None
    ignorance: float | None = None
    interval_score: float | None = None
    pit: float | None = None
    brier_none: float | None = None
    low_baseline: float | None = None
    high_baseline: float | None = None
    inside_baseline: bool | None = None
    interval_score_baseline: float | None = None

    @property
    def is_scored(self) -> bool:
        """Return whether the event is scored as a share, given that somebody got out."""
        return self.crps is not None

    def as_data(self) -> dict[str, Any]:
        """Return the event as `validate --json` prints it."""
        event = self.event
        known = event.held and event.low is not None and event.high is not None
        return {
            "event_id": event.event_id,
            "mode": event.mode or None,
            "accepted_low": event.share(event.low) if known and event.low is not None else None,
            "accepted_high": event.share(event.high) if known and event.high is not None else None,
            "q05": self.low,
            "q50": self.middle,
            "q95": self.high,
            "inside_90": self.inside,
            "crps": self.crps,
            "crps_baseline": self.crps_baseline,
            "crps_pooled": self.crps_pooled,
            "crps_uniform": self.crps_uniform,
            "ignorance": self.ignorance,
            "interval_score": self.interval_score,
            "q05_baseline": self.low_baseline,
            "q95_baseline": self.high_baseline,
            "inside_90_baseline": self.inside_baseline,
            "interval_score_baseline": self.interval_score_baseline,
            "pit": self.pit,
            "none_out": self.none_out,
            "brier_none": self.brier_none,
            "scored": self.is_scored,
            "why_not_scored": event.why_not_scored or ("nobody got out: scored apart" if event.is_zero else "") or None,
        }


class Skill(NamedTuple):
    """Skill against one baseline, with the ends of its 95% bootstrap interval."""

    value: float
    low: float
    high: float


class Validation(NamedTuple):
    """All events, and what they come to together; `width` and `interval_score` are ours less the baseline's, mean over
    events with its 95% bootstrap interval.
    """

    forecasts: tuple[Forecast, ...]
    n_scored: int
    coverage: float
    coverage_low: float
    coverage_high: float
    mean_width: float
    mean_width_baseline: float
    coverage_baseline: float
    width: Interval
    interval_score: Interval
    against_baseline: Skill
    against_pooled: Skill
    against_uniform: Skill

    def as_data(self) -> dict[str, Any]:
        """Return what `validate --json` prints."""
        scored = [forecast for forecast in self.forecasts if forecast.is_scored]

        def mean(name: str) -> float | None:
            return float(np.mean([getattr(forecast, name) for forecast in scored])) if scored else None

        found: dict[str, Any] = {
            "events": [forecast.as_data() for forecast in self.forecasts],
            "n_scored": self.n_scored,
            "coverage_90": _number(self.coverage),
            "coverage_90_low": self.coverage_low,
            "coverage_90_high": self.coverage_high,
            "mean_width_90": _number(self.mean_width),
            "mean_width_90_baseline": _number(self.mean_width_baseline),
            "coverage_90_baseline": _number(self.coverage_baseline),
            "crps": mean("crps"),
            "ignorance": mean("ignorance"),
            "interval_score": mean("interval_score"),
            "interval_score_baseline": mean("interval_score_baseline"),
        }
        for name, one in (
            ("width_90_difference", self.width),
            ("interval_score_difference", self.interval_score),
            ("crps_skill", self.against_baseline),
            ("crps_skill_pooled", self.against_pooled),
            ("crps_skill_uniform", self.against_uniform),
        ):
            found |= {name: _number(one.value), f"{name}_low": _number(one.low), f"{name}_high": _number(one.high)}
        return found


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


@cache
def folds() -> dict[str, str]:
    """Return the fold of every event of the record, by its id."""
    with (folder() / FOLDS).open(encoding="utf-8", newline="") as file:
        return {row["event_id"]: row["fold"] for row in csv.DictReader(file)}


@cache
def posterior() -> tuple[Numbers, ...]:
    """Return joint draws of the numbers fitted to the whole record."""
    table = read_draws(folder() / POSTERIOR)
    return tuple(dict(zip(table.paths, row, strict=True)) for row in table.values)


@cache
def fold_posteriors() -> dict[str, tuple[Numbers, ...]]:
    """Return joint draws of the numbers fitted without a fold, for every fold."""
    found: dict[str, list[Numbers]] = {}
    with (folder() / FOLD_POSTERIOR).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            fold = row.pop("fold")
            found.setdefault(fold, []).append({path: float(value) for path, value in row.items()})
    return {fold: tuple(rows) for fold, rows in found.items()}


def validate(events: Sequence[Event] | None = None, *, replicates: int = REPLICATES, workers: int = 2) -> Validation:
    """Return forecasts of events and their scores.

    Parameters: events; None: the record that comes with the program; replicates, of each event; workers, threads.
    """
    known = record()
    events = known if events is None else tuple(events)
    assigned, without = folds(), fold_posteriors()
    fold_of = [assigned.get(event.event_id, "") for event in events]
    numbers = [without.get(fold, posterior()) for fold in fold_of]
    samples = hindcasts(events, numbers, replicates, workers=workers)
    ids = {event.event_id for event in events}
    others = [*events, *(event for event in known if event.event_id not in ids)]
    pool = [Past(event, assigned.get(event.event_id, "")) for event in others if _is_past(event)]
    return scored([_forecast(e, f, x, pool) for e, f, x in zip(events, fold_of, samples, strict=True)])


class Past(NamedTuple):
    """An event that a baseline may draw on."""

    event: Event
    fold: str

    @property
    def share(self) -> float:
        """Return the accepted share, the middle of the range where it is contested."""
        event = self.event
        assert event.low is not None and event.high is not None
        if event.best is not None:
            return event.share(event.best)
        return 0.5 * (event.share(event.low) + event.share(event.high))


def _is_past(event: Event) -> bool:
    return not event.why_not_scored and not event.is_zero


def baseline(event: Event, fold: str, pool: Sequence[Past]) -> tuple[Floats, Floats, Floats]:
    """Return the shares of the events that may be drawn on, with their weights as a same-mode mixture and as a pool.

    Left out are the event itself and its fold. Events of the mode, n in number, share the weight n / (n + SHRINK).
    """
    used = [past for past in pool if past.event.event_id != event.event_id and not (fold and past.fold == fold)]
    shares = np.array([past.share for past in used])
    same = np.array([bool(event.mode) and past.event.mode == event.mode for past in used], np.float64)
    pooled = np.full(len(used), 1.0 / max(1, len(used)))
    n = float(same.sum())
    mixed = pooled if n == 0 else n / (n + SHRINK) * same / n + SHRINK / (n + SHRINK) * pooled
    return shares, mixed, pooled


def _forecast(event: Event, fold: str, simulated: Floats, pool: Sequence[Past]) -> Forecast:
    held = event.held or HELD_UNKNOWN
    sample = as_recorded(simulated, held, np.random.default_rng(held))
    none_out = float(np.mean(sample == 0.0))
    given = sample[sample > 0.0] if not event.is_zero and (sample > 0.0).any() else sample
    low, middle, high = (float(q) for q in np.quantile(given, (LOW, 0.5, HIGH)))
    if event.why_not_scored or event.is_zero:
        is_none = not event.why_not_scored and event.is_zero
        brier = (1.0 - none_out) ** 2 if is_none else None
        return Forecast(event, fold, none_out, given, low, middle, high, brier_none=brier)
    assert event.held and event.low is not None and event.high is not None
    first, last = (event.best, event.best) if event.best is not None else (event.low, event.high)
    a, b = event.share(first), event.share(last)
    shares, mixed, pooled = baseline(event, fold, pool)
    low_baseline, high_baseline = weighted_quantiles(shares, mixed, (LOW, HIGH))
    u = float(np.random.default_rng(held + 1).random())
    return Forecast(
        event,
        fold,
        none_out,
        given,
        low,
        middle,
        high,
        _meet(a, b, low, high),
        over_range(lambda y: crps(given, y), a, b),
        over_range(lambda y: crps(shares, y, mixed), a, b),
        over_range(lambda y: crps(shares, y, pooled), a, b),
        over_range(crps_uniform, a, b),
        over_range(lambda y: ignorance(np.rint(given * held), np.rint(y * held)), a, b),
        over_range(lambda y: interval_score(low, high, y), a, b),
        pit(given, 0.5 * (a + b), u),
        None,
        low_baseline,
        high_baseline,
        _meet(a, b, low_baseline, high_baseline),
        over_range(lambda y: interval_score(low_baseline, high_baseline, y), a, b),
    )


def _meet(first: float, last: float, low: float, high: float) -> bool:
    """Return whether an accepted range meets a forecast one."""
    return bool(last >= low - 1e-12 and first <= high + 1e-12)


def _all(forecasts: Sequence[Forecast], name: str) -> Floats:
    return np.array([getattr(forecast, name) for forecast in forecasts], np.float64)


def scored(forecasts: Sequence[Forecast]) -> Validation:
    """Return what forecasts come to together."""
    chosen = [forecast for forecast in forecasts if forecast.is_scored]
    inside = [bool(forecast.inside) for forecast in chosen]
    widths = np.array([forecast.high - forecast.low for forecast in chosen])
    theirs = _all(chosen, "high_baseline") - _all(chosen, "low_baseline")
    scores = _all(chosen, "interval_score") - _all(chosen, "interval_score_baseline")

    def against(name: str) -> Skill:
        return Skill(*skill(_all(chosen, "crps"), _all(chosen, name)))

    return Validation(
        tuple(forecasts),
        len(chosen),
        float(np.mean(inside)) if chosen else float("nan"),
        *share_interval(sum(inside), len(inside)),
        float(np.mean(widths)) if chosen else float("nan"),
        float(np.mean(theirs)) if chosen else float("nan"),
        float(np.mean(_all(chosen, "inside_baseline"))) if chosen else float("nan"),
        Interval(*mean_difference(widths - theirs)),
        Interval(*mean_difference(scores)),
        against("crps_baseline"),
        against("crps_pooled"),
        against("crps_uniform"),
    )
