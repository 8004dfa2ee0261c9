"""The relation of a claim to the truth where the scenario states it; by the fitted model: `sim/agents/speech.py`.

A claim about `known` exits is, with the observer's probabilities, a denial (0), a wordless claim, or
floor(known R + 0.5) with R lognormal: median `bias`, spread `error`. The bias depends on blame. A guarding
force tends to report its own failure low (`first_claim_ratios.csv`: 0.77, 0, 0.80, 0.83, 0.01 of the
settled count), and attackers tend to report high (1.07, 1.26, 1.13, 1.19, 0.91, 0.60, 1.13).
"""

from __future__ import annotations

import math

from sim.engine.compiled import compiled
from sim.engine.random import normal_quantile
from sim.world.codes import DENIAL, NUMBER, RANGE, WORDLESS


@compiled
def form_of_claim(u_deny: float, u_word: float, denies: float, wordless: float, range_factor: float) -> int:
    """Return the form of a claim: denial, wordless, range or number. Parameters: denies, wordless, probabilities."""
    if u_deny < denies:
        return DENIAL
    if u_word < wordless:
        return WORDLESS
    return RANGE if range_factor > 1.0 else NUMBER


@compiled
def claimed_range(known: float, u_error: float, bias: float, error: float, range_factor: float) -> tuple[float, float]:
    """Return the low and the high end of a numbered claim, exits; equal for a plain number."""
    return range_about(known, bias * math.exp(error * normal_quantile(u_error)), range_factor)


@compiled
def range_about(known: float, ratio: float, range_factor: float) -> tuple[float, float]:
    """Return the low and the high end of a claim that is `ratio` times what is known, exits."""
    half = math.sqrt(range_factor)
    if range_factor > 1.0:
        return math.floor(known * ratio / half + 0.5), math.floor(known * ratio * half + 0.5)
    value = math.floor(known * ratio + 0.5)
    return value, value


@compiled
def as_number(low: float, high: float) -> float:
    """Return a range as one number: its geometric mean, or the arithmetic one if the low end is 0."""
    if low == high:
        return low
    return math.sqrt(low * high) if low > 0.0 else 0.5 * (low + high)


@compiled
def agree(a: float, b: float, within: float) -> bool:
    """Return whether two counts agree: the larger is at most (1 + within) times the smaller, or both are 0."""
    return max(a, b) <= (1.0 + within) * min(a, b)
