"""Quantiles of Student's t and of the normal distribution, without SciPy, whose import takes longer than an answer."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

STEPS = 200
"""Most steps of a continued fraction and of Newton's method."""
TINY = 1e-300


def normal_quantile(probability: float) -> float:
    """Return a quantile of the normal distribution."""
    return NormalDist().inv_cdf(probability)


def normal_below(x: float) -> float:
    """Return the share of the normal distribution below x."""
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


@lru_cache(maxsize=1024)
def t_quantile(freedom: float, probability: float = 0.975) -> float:
    """Return a quantile of Student's t above its median, by Newton's method from the normal one, which is smaller."""
    t = normal_quantile(probability)
    if freedom > 1e8:
        return t
    scale = math.lgamma((freedom + 1.0) / 2.0) - math.lgamma(freedom / 2.0) - 0.5 * math.log(freedom * math.pi)
    for _ in range(STEPS):
        density = math.exp(scale - (freedom + 1.0) / 2.0 * math.log1p(t * t / freedom))
        above = 0.5 * incomplete_beta(freedom / (freedom + t * t), freedom / 2.0, 0.5)
        step = (above - (1.0 - probability)) / density
        t += step
        if abs(step) <= 1e-14 * t:
            break
    return t


def incomplete_beta(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function, by its continued fraction (Lentz's method)."""
    if x <= 0.0 or x >= 1.0:
        return float(x >= 1.0)
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - incomplete_beta(1.0 - x, b, a)
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    c, d = 1.0, 1.0 / _off_zero(1.0 - (a + b) * x / (a + 1.0))
    value = d
    for m in range(1, STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        for term in (even, odd):
            d = 1.0 / _off_zero(1.0 + term * d)
            c = _off_zero(1.0 + term / c)
            value *= c * d
        if abs(c * d - 1.0) < 1e-16:
            break
    return math.exp(front) * value / a


def _off_zero(value: float) -> float:
    return value if abs(value) > TINY else TINY
