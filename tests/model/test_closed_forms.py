"""Where the answer is known in closed form, the compiled rules give it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from scipy import stats

from sim.agents.surveillance import looks_now, signs_last
from sim.model import Run
from sim.scenario.resolved import Resolved
from tests.model.worlds import SEED, in_two_threads, world
from tests.oracle.cases import Tree, prison

HOURS_PER_YEAR = 8766.0
NOBODY_COMES_BACK: Tree = {"retake_early_per_hour": 0.0, "retake_per_day": 0.0}

# --- lone escapes

PEOPLE, DAYS = 60, 3


def lone_escapes(step_hours: float, cameras: float, cut: float, replicates: int) -> np.ndarray:
    """Escapes from one prison in which there is nothing else, per replicate."""
    held = {"fighters": {"local": float(PEOPLE)}}
    where = world(
        {
            "days": DAYS,
            "step_hours": step_hours,
            "isr": {"revisit_hours": 24.0},
            "stealth": {"per_1000_year": 40000.0, "thin_gain": 4.0, "camera_cut": cut},
            "at_large": NOBODY_COMES_BACK,
        },
        {"facilities": {"block": prison(36.41, 38.53, held, 8, cameras=cameras)}},
    )

    def work(which: Sequence[int]) -> list[int]:
        run = Run(where)
        return [int(run.complete(SEED, replicate).run["escaped_stealth"][0]) for replicate in which]

    return np.concatenate(in_two_threads(work, replicates))


@pytest.mark.parametrize(("cameras", "cut"), [(0.3, 0.0), (0.5, 0.8)])
@pytest.mark.parametrize("step_hours", [1.0, 24.0])
def test_lone_escapes_are_binomial(step_hours: float, cameras: float, cut: float) -> None:
    """As guards thin nobody out (people only leave), everyone gets out at the declared rate: 1 - exp(-rate T)."""
    escapes = lone_escapes(step_hours, cameras, cut, 1500)
    rate = 40000.0 / 1000.0 / HOURS_PER_YEAR * (1.0 - cut * cameras)
    p = 1.0 - math.exp(-rate * 24.0 * DAYS)
    assert 0.1 < p < 0.4
    expected = len(escapes) * stats.binom.pmf(np.arange(PEOPLE + 1), PEOPLE, p)
    found = np.bincount(escapes, minlength=PEOPLE + 1)
    low = int(np.argmax(np.cumsum(expected) >= 10))
    high = PEOPLE - int(np.argmax(np.cumsum(expected[::-1]) >= 10))

    def pooled(counts: np.ndarray) -> np.ndarray:
        return np.concatenate([[counts[: low + 1].sum()], counts[low + 1 : high], [counts[high:].sum()]])

    assert stats.chisquare(pooled(found), pooled(expected)).pvalue > 0.005
    error = math.sqrt(p * (1 - p) / PEOPLE / len(escapes))
    assert abs(escapes.mean() / PEOPLE - p) < 3 * error


def test_the_step_does_not_matter_for_lone_escapes() -> None:
    hourly, daily = (lone_escapes(step_hours, 0.3, 0.0, 200) for step_hours in (1.0, 24.0))
    assert (hourly == daily).all()


# --- surveillance


def detection(dt: float, signs_hours: float, revisit_hours: float, detect: float, coverage: float) -> float:
    """Probability that an exit is detected: P = coverage S d / (1 - (1 - d) q^(T/dt)), stepped.

    S = (dt/T)(1 - q^(T/dt)) / (1 - q), q = exp(-dt/m): signs last another step with q, looks come every T.
    """
    q = math.exp(-dt / signs_hours)
    to_the_next = q ** (revisit_hours / dt)
    seen_once = dt / revisit_hours * (1.0 - to_the_next) / (1.0 - q)
    return coverage * seen_once * detect / (1.0 - (1.0 - detect) * to_the_next)


def detection_in_the_limit(signs_hours: float, revisit_hours: float, detect: float, coverage: float) -> float:
    """The same with steps of no length: S = (m/T)(1 - exp(-T/m))."""
    ratio = revisit_hours / signs_hours
    seen_once = (1.0 - math.exp(-ratio)) / ratio
    return coverage * seen_once * detect / (1.0 - (1.0 - detect) * math.exp(-ratio))


EYES = [  # step, signs, revisit, detect, coverage
    (1.0, 6.0, 6.0, 0.6, 1.0),
    (2.0, 3.0, 12.0, 0.9, 0.7),
    (0.5, 10.0, 4.0, 0.25, 1.0),
    (4.0, 2.0, 4.0, 0.5, 0.8),
]


@pytest.mark.parametrize("eyes", EYES)
def test_the_closed_form_has_its_limit(eyes: tuple[float, ...]) -> None:
    _, signs, revisit, detect, coverage = eyes
    limit = detection_in_the_limit(signs, revisit, detect, coverage)
    errors = [abs(detection(revisit / n, signs, revisit, detect, coverage) - limit) for n in (10, 100, 1000, 10000)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 1e-3 * limit


CELLS = 24
"""Prisons of one person each: every exit is alone, and its episode ends with it."""


def watched(dt: float, signs: float, revisit: float, detect: float, coverage: float) -> Resolved:
    one = {"fighters": {"local": 1.0}}
    return world(
        {
            "days": 16,
            "step_hours": dt,
            "stealth": {"per_1000_year": 100000.0, "thin_gain": 0.0},
            "at_large": NOBODY_COMES_BACK,
            "isr": {"coverage": coverage, "signs_hours": signs, "revisit_hours": revisit, "detect_per_look": detect},
        },
        {"facilities": {f"cell-{k}": prison(36.05 + 0.02 * k, 38.6, one, 1) for k in range(CELLS)}},
    )


@pytest.mark.parametrize("eyes", EYES)
def test_exits_are_detected_as_often_as_the_closed_form_says(eyes: tuple[float, ...]) -> None:
    where = watched(*eyes)

    def work(which: Sequence[int]) -> list[tuple[int, int]]:
        run = Run(where)
        counts = []
        for replicate in which:
            run.complete(SEED, replicate)
            episodes = int(run.truth.clock["episodes"][0])
            started = run.truth.episode["start"][:episodes]
            early = started < 11 * 1440  # the rest may be looked at after the horizon
            counts.append((int(early.sum()), int((run.belief.learned_by[:episodes][early] != 0).sum())))
            assert (run.truth.episode["exits"][:episodes] == 1).all()
        return counts

    exits, seen = np.sum(np.concatenate(in_two_threads(work, 240)), axis=0)
    p = detection(*eyes)
    error = math.sqrt(p * (1.0 - p) / exits)
    assert exits > 4000
    assert abs(seen / exits - p) < 3 * error, f"{seen / exits:.4f} seen, {p:.4f} expected, {error:.4f} error"
    if eyes[0] >= 2.0:
        limit = detection_in_the_limit(*eyes[1:])
        assert abs(limit - p) > 5 * error, "the step matters here, or this shows nothing"


def test_signs_and_looks_follow_their_rules() -> None:
    u = (np.arange(20000) + 0.5) / 20000
    lasting = np.mean([signs_last(x, 2.0, 6.0) for x in u])
    assert lasting == pytest.approx(math.exp(-2.0 / 6.0), abs=1e-4)
    looks = [minute for minute in range(0, 2880, 60) if looks_now(minute, 120, 360)]
    assert looks == list(range(120, 2880, 360))


# --- people at large


def test_people_at_large_leave_at_the_declared_rates() -> None:
    """Four competing hazards with constant rates: shares by cause, and the exponential law of how many are left."""
    rates = {"retake_per_day": 0.05, "rejoin_per_day": 0.1, "death_per_day": 0.03}
    held = {"fighters": {"local": 200.0}}
    where = world(
        {
            "days": 6,
            "step_hours": 6.0,
            "isr": {"revisit_hours": 24.0},
            "at_large": rates
            | {"retake_early_per_hour": 0.0, "leave_per_day": 0.0, "km_per_day": 0.0, "border_km_per_day": 0.0},
            "walls": {"prison_open_hours": 0.1, "prison_flow_per_hour": 20000.0},
        },
        {"facilities": {"open": prison(36.41, 38.53, held, 0, leave_share=1.0)}},
    )
    run = Run(where)
    ends = np.zeros(7)
    for replicate in range(40):
        run.complete(SEED, replicate)
        assert run.truth.total["escaped"][0] == 200
        ends += run.truth.states
    total = sum(rates.values())
    hours = 24.0 * 6  # everybody is out in the first substeps
    gone = 1.0 - math.exp(-total * hours / 24.0)
    expected = {1: 1.0 - gone, 2: gone * 0.1 / total, 4: gone * 0.03 / total, 5: gone * 0.05 / total}
    for state, share in expected.items():
        error = math.sqrt(share * (1.0 - share) / 8000)
        assert abs(ends[state] / 8000 - share) < 3 * error + 0.002, state  # 0.002: minutes until they are out
