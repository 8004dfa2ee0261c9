"""Estimate: how many really got out, from what simulation gives and what everybody claims (`docs/estimate.md`).

The prior is the simulated truth, smoothed and with a little put everywhere; the likelihood is that of the fitted model
of claims (`sim/claims/model.py`), averaged over its draws. An event that the model of claims was fitted to is
estimated with draws fitted without it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.scores import weighted_quantiles
from sim.claims.draws import Draws, fitted, without
from sim.claims.model import log_known, log_likelihood
from sim.claims.statements import Statement, odd_causes, statements
from sim.experiment.prior import MODES, REPLICATES, Window, of_event, simulated, window_of
from sim.scenario.claims import Claim
from sim.scenario.declare import parse_date
from sim.scenario.errors import InputError, Problem, one_of
from sim.scenario.eventworld import HELD_UNKNOWN
from sim.scenario.resolved import Resolved
from sim.scenario.size import most_held
from sim.scenario.vocabulary import CATEGORIES, ROLES
from sim.wording import Believed

Floats = NDArray[np.float64]

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
NODES = 9
"""Points of the kernel that smooths each simulated count, on the log scale."""
FINE = 400
"""Counts of the evenly spread part of the prior."""
VAGUE = 0.02
"""Part of the prior above zero that is even on the log scale from 1 to all held: the simulation may be wrong."""
FEW = 20.0
"""Effective replicates below which the prior and the claims hardly meet."""
APART = 20.0
"""How much better an even spread must explain the claims than the simulation for a warning."""
KNOWING = tuple(range(len(ROLES)))
"""Roles of which anybody may say something."""


class Prior(NamedTuple):
    """Weighted counts: of all, of fighters, of families float64 (points, 3); weights that sum to 1.

    The first point is 0; NODES for each of `some` replicates follow, then the evenly spread ones. `none`: replicates in
    which nobody got out.
    """

    counts: Floats
    weights: Floats
    none: int
    some: int


class Posterior(NamedTuple):
    """What is believed of one event: counts of the category asked for, their weights before and after the claims.

    `effective`: replicates that the posterior rests on; `apart`: how much better an even spread explains the claims.
    """

    counts: Floats
    before: Floats
    after: Floats
    effective: float
    apart: float

    def quantiles(self, levels: Sequence[float] = LEVELS) -> list[float]:
        """Return quantiles after the claims, whole persons."""
        return weighted_quantiles(self.counts, self.after, levels)

    def prior_quantiles(self, levels: Sequence[float] = LEVELS) -> list[float]:
        """Return quantiles before the claims."""
        return weighted_quantiles(self.counts, self.before, levels)

    @property
    def none(self) -> float:
        """Return the chance, after the claims, that nobody got out."""
        return float(self.after[self.counts == 0].sum())

    def believed(self) -> Believed:
        """Return what a sentence says of it; where nobody can have got out, `some` is NaN."""
        levels = (0.05, 0.5, 0.95)
        some = self.counts > 0
        given = [math.nan] * 3
        if self.after[some].sum() > 0:
            given = weighted_quantiles(self.counts[some], self.after[some], levels)
        return Believed(self.none, self.quantiles(levels), given)


class Estimate(NamedTuple):
    """The estimate of one event."""

    event_id: str
    facility: str | None
    began: str
    category: str
    claims: tuple[Claim, ...]
    statements: tuple[Statement, ...]
    posterior: Posterior
    held: int
    source: str
    notes: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        """Return the event as `estimate --json` prints it."""
        q = [round(value) for value in self.posterior.quantiles()]
        before = [round(value) for value in self.posterior.prior_quantiles()]
        names = [f"q{round(100 * level):02d}" for level in LEVELS]
        return {
            "event_id": self.event_id,
            **dict(zip(names, q, strict=True)),
            "claims_used": len(self.claims),
            "origins": len(self.statements),
            "category": self.category,
            "facility": self.facility or "theatre",
            "prior": dict(zip(names, before, strict=True)),
            "none_out": self.posterior.none,
            "effective_replicates": self.posterior.effective,
            "prior_from": self.source,
            "warnings": list(self.notes),
        }


def smoothed(simulated: Floats, held: int) -> Prior:
    """Return a prior from simulated counts (replicates, 3): each above 0 spread by a kernel on the log scale.

    Zero has the weight of the replicates in which nobody got out, plus half a replicate; VAGUE of the rest, or half a
    replicate if none got out, is spread evenly on the log scale from 1 to all held, divided as people on average are.
    """
    n = len(simulated)
    some = simulated[simulated[:, 0] > 0]
    none = (n - len(some) + 0.5) / (n + 1.0)
    vague = (1.0 - none) * (VAGUE if len(some) else 1.0)
    parts = [np.zeros((1, 3))]
    weights = [np.array([none])]
    if len(some):
        logs = np.log(some[:, 0])
        width = 0.9 * min(max(float(logs.std()), 0.05), 1.5) * len(some) ** -0.2
        z = (np.arange(NODES) + 0.5) / NODES
        factors = np.exp(width * _normal(z))
        whole = np.clip(np.rint(some[:, None, 0] * factors[None, :]), 1.0, max(held, 1)).ravel()
        share = np.repeat(some[:, 1] / some[:, 0], NODES)
        parts.append(_divided(whole, share))
        weights.append(np.full(len(whole), (1.0 - none - vague) / len(whole)))
    even = np.unique(np.rint(np.exp(np.linspace(0.0, math.log(max(held, 2)), FINE))))
    edges = np.log(np.concatenate([[0.5], 0.5 * (even[1:] + even[:-1]), [even[-1] + 0.5]]))
    parts.append(_divided(even, np.full(len(even), _fighters(some))))
    weights.append(vague * np.diff(edges) / np.diff(edges).sum())
    counts = np.concatenate(parts)
    return Prior(counts, np.concatenate(weights), n - len(some), len(some))


def _fighters(some: Floats) -> float:
    return float(some[:, 1].sum() / some[:, 0].sum()) if len(some) else 1.0


def _divided(whole: Floats, fighters: Floats) -> Floats:
    """Return counts of all, fighters and families from a whole and the fighters' share."""
    return np.stack([whole, np.rint(whole * fighters), whole - np.rint(whole * fighters)], axis=1)


def _normal(p: Floats) -> Floats:
    from scipy.special import ndtri

    return np.asarray(ndtri(p))


def posterior_of(prior: Prior, said: Sequence[Statement], draws: Draws, category: str = "all") -> Posterior:
    """Return the posterior: weights of the prior's counts times the likelihood, averaged over the draws.

    Claims of one role about one category share an effect; that anybody spoke enters once, where anybody did.
    """
    groups: dict[tuple[int, str], list[Statement]] = {}
    for one in said:
        groups.setdefault((one.role, one.category), []).append(one)
    total = np.zeros((draws.size, len(prior.counts)))
    for (_, about), mine in sorted(groups.items()):
        levels, where = _levels(prior.counts[:, _column(about)])
        total += log_likelihood(draws, mine, levels)[:, where]
    if groups:
        levels, where = _levels(prior.counts[:, 0])
        total += log_known(draws, KNOWING, levels)[:, where]
    likelihood = np.exp(total - total.max()).mean(0)
    after = prior.weights * likelihood
    after = after / after.sum()
    kept, place = np.unique(prior.counts[:, _column(category)], return_inverse=True)
    return Posterior(
        kept,
        np.bincount(place, prior.weights, len(kept)),
        np.bincount(place, after, len(kept)),
        *_meeting(prior, likelihood),
    )


def _column(category: str) -> int:
    return [*CATEGORIES].index(category)  # type: ignore[arg-type] # one of them, by the reader of claims


def _levels(counts: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Return the counts of a likelihood's columns, whole up to 40 and then 2% apart, and the column of each count."""
    steps = np.unique(np.rint(np.exp(np.arange(math.log(40.0), math.log(max(41.0, float(counts.max()))) + 0.02, 0.02))))
    every = np.unique(np.concatenate([np.arange(41.0), steps]))
    index = np.clip(np.searchsorted(every, counts), 1, len(every) - 1)
    nearest = index - (counts - every[index - 1] < every[index] - counts)
    used, where = np.unique(nearest, return_inverse=True)
    return every[used], where


def _meeting(prior: Prior, likelihood: Floats) -> tuple[float, float]:
    """Return how many replicates the posterior rests on in effect, and how much better an even spread explains it."""
    end = 1 + prior.some * NODES
    each = likelihood[1:end].reshape(prior.some, NODES).mean(1) if prior.some else np.zeros(0)
    first = prior.none * likelihood[0]
    effective = (first + each.sum()) ** 2 / max(first * likelihood[0] + (each**2).sum(), 1e-300)
    even = prior.weights[end:]
    by_even = float((even * likelihood[end:]).sum() / even.sum())
    by_replicates = (first + each.sum()) / max(1, prior.none + prior.some)
    return float(effective), float(by_even / max(by_replicates, 1e-300))


def estimates(
    resolved: Resolved,
    claims: Sequence[Claim],
    as_of: date,
    *,
    file: str,
    category: str | None = None,
    replicates: int = REPLICATES,
    workers: int = 2,
    running: Callable[[], None] = lambda: None,
) -> list[Estimate]:
    """Return the estimate of every event of a claims file that had begun by a day, in the order of their dates.

    Parameters: file, the name that problems carry; category, None: that of all of an event's claims if they agree, else
    all; running, called before replicates are run, which the cache may spare. Raises InputError for a facility of an
    event within the scenario's window that the theatre does not have.
    """
    events: dict[str, list[Claim]] = {}
    for claim in claims:
        if parse_date(claim.date).date() <= as_of:
            events.setdefault(claim.event_id, []).append(claim)
    if not events:
        raise InputError([Problem(file, 0, "", f"no event had begun by {as_of}", "a later --as-of")])
    problems = [problem for mine in events.values() for problem in _problems(mine, resolved, file, as_of)]
    if problems:
        raise InputError(problems)
    windows = {name: window_of(resolved, mine[0].facility, mine[0].date, as_of) for name, mine in events.items()}
    inside = [name for name, window in windows.items() if window is not None]
    wanted = [window for window in windows.values() if window is not None]
    priors = dict(zip(inside, simulated(resolved, wanted, replicates, workers, running), strict=True)) if wanted else {}
    order = sorted(events, key=lambda name: (events[name][0].date, name))
    return [
        _estimate(resolved, name, events[name], as_of, category, windows[name], priors.get(name), replicates, running)
        for name in order
    ]


def _problems(mine: list[Claim], resolved: Resolved, file: str, as_of: date) -> list[Problem]:
    first = mine[0]
    found = []
    for claim in mine[1:]:
        if (claim.facility, claim.date) != (first.facility, first.date):
            expected = f"as on line {first.line}: {first.facility or 'theatre'}, {first.date}"
            found.append(
                Problem(file, claim.line, "facility", f"event {claim.event_id} has two places or dates", expected)
            )
    known = resolved.theatre.facilities
    if first.facility is not None and first.facility not in known:
        if window_of(resolved, None, first.date, as_of) is not None:
            problem = f"`{first.facility}` is not a facility of the theatre"
            found.append(Problem(file, first.line, "facility", problem, one_of(first.facility, list(known))))
    return found


def _estimate(
    resolved: Resolved,
    name: str,
    mine: list[Claim],
    as_of: date,
    category: str | None,
    window: Window | None,
    counts: Floats | None,
    replicates: int,
    running: Callable[[], None],
) -> Estimate:
    used = tuple(claim for claim in mine if parse_date(claim.claimed_on).date() <= as_of)
    stated = {claim.category for claim in used or mine}
    about = category or (stated.pop() if len(stated) == 1 else "all")
    notes = odd_causes(used)
    first = mine[0]
    said = statements(used)
    if counts is None:
        counts, held, source, more = _single(resolved, mine, replicates, running)
        said = tuple(one._replace(category="all") for one in said)
        prior, posterior_about = smoothed(counts, held), "all"
        notes += more
    else:
        assert window is not None
        held, source, posterior_about = (
            _held(resolved, first.facility),
            f"{replicates} replicates of the scenario",
            about,
        )
        prior = smoothed(counts, held)
        if window.last < (as_of - parse_date(resolved.scenario.start).date()).days:
            notes.append(f"exits are counted to the scenario's horizon, day {window.last:g}")
    if prior.some == 0:
        notes.append("nobody got out in any replicate: that somebody did rests on half a replicate in the prior")
    draws = without().get(name, fitted())
    found = posterior_of(prior, said, draws, posterior_about)
    if said and (found.effective < FEW or found.apart > APART):
        notes.append(
            f"simulation and claims hardly meet: {found.effective:.0f} effective replicates, and an even spread"
            f" explains the claims {found.apart:.1f} times as well; the interval rests on the model of claims"
        )
    return Estimate(name, first.facility, first.date, about, used, said, found, held, source, tuple(notes))


def _held(resolved: Resolved, facility: str | None) -> int:
    """Return the most people that could get out: detained at a place, or everywhere."""
    sites = resolved.theatre.facilities
    return sum(most_held(site) for name, site in sites.items() if facility in (None, name))


def _single(
    resolved: Resolved, mine: list[Claim], replicates: int, running: Callable[[], None]
) -> tuple[Floats, int, str, list[str]]:
    """Return the prior of an event outside the scenario's window, from the single-facility event model."""
    at_risk = [math.sqrt(c.population_low * c.population_high) for c in mine if c.population_low and c.population_high]
    notes = []
    if at_risk:
        held = round(float(np.median(at_risk)))
    elif mine[0].facility in resolved.theatre.facilities:
        held = max(1, _held(resolved, mine[0].facility))
        notes.append(f"people at risk are not stated: {held:,} held at {mine[0].facility} in the theatre file")
    else:
        held = HELD_UNKNOWN
        notes.append(f"people at risk are not stated: {held:,}, the median of documented events")
    causes = sorted({c.cause.strip().lower() for c in mine if c.cause.strip()})
    modes = {MODES.get(cause, "") for cause in causes} - {""}
    mode = modes.pop() if len(modes) == 1 else ""
    changed = _changed(mine)
    source = f"the single-facility event model: {held:,} held, {mode.replace('_', ' ') or 'any mode'}"
    return of_event(held, mode, changed, replicates, running), held, source, notes


def _changed(mine: list[Claim]) -> str:
    """Return whether the ground changed hands, as the event model takes it: y, or n."""
    return (
        "y" if any(c.control_before and c.control_after and c.control_before != c.control_after for c in mine) else "n"
    )
