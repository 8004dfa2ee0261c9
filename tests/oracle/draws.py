"""Random numbers as the ODD writes them: by name of stream and entity (7.1)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache

import numpy as np

from sim.engine import random as engine


@cache
def key(name: str) -> np.uint64:
    """Key of a stream's or an entity's name."""
    return engine.name_key(name)


class Draws:
    """u(stream, entity, minute, index) and its relatives, of one seed and replicate."""

    def __init__(self, seed: int, replicate: int) -> None:
        self.seed = seed
        self.replicate = replicate

    def u(self, stream: str, entity: str, minute: int, index: int) -> float:
        """Uniform on (0, 1)."""
        return float(engine.uniform(self.seed, key(stream), self.replicate, key(entity), minute, index))

    def z(self, stream: str, entity: str, minute: int, index: int) -> float:
        """Standard normal."""
        return float(engine.normal_quantile(self.u(stream, entity, minute, index)))


def lognormal(u: float, median: float, sd: float) -> float:
    """Lognormal number of a uniform one."""
    return float(engine.lognormal_quantile(u, float(median), float(sd)))


def poisson(u: float, mean: float) -> int:
    """Poisson number of a uniform one."""
    return int(engine.poisson_quantile(u, float(mean)))


def binomial(u: float, n: int, p: float) -> int:
    """Binomial number of a uniform one."""
    return int(engine.binomial_quantile(u, n, float(p)))


def half_up(x: float) -> int:
    """Nearest whole number, half up."""
    return math.floor(x + 0.5)


def add_up(numbers: Iterable[float]) -> float:
    """Sum from left to right, as written; Python's own `sum` corrects its rounding, which arrays do not."""
    total = 0.0
    for number in numbers:
        total += number
    return total
