"""Random numbers that are addressed, not consumed.

`uniform(seed, stream, replicate, entity, minute, index)` is a pure function: the same address gives the same
number, whatever was drawn before, in compiled rules and in plain Python alike. Skipping a step therefore
skips nothing and adding a facility shifts nothing.

Generator: Philox4x64-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"), key
(seed, stream), counter (replicate, entity, minute, index // 4), output word index % 4; the tests compare it
with NumPy's bit for bit. Streams and entities are 64-bit hashes of their names.
"""

from __future__ import annotations

import hashlib
import math
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from sim.engine.compiled import compiled

_M0 = np.uint64(0xD2E7470EE14C6C93)
_M1 = np.uint64(0xCA5A826395121157)
_W0 = np.uint64(0x9E3779B97F4A7C15)
_W1 = np.uint64(0xBB67AE8584CAA73B)
_TO_UNIT = 2.0**-52


def name_key(name: str) -> np.uint64:
    """Return the 64-bit key of a stream's or an entity's name."""
    return np.uint64(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little"))


@intrinsic
def _multiply_wide(typingctx: Any, a: Any, b: Any) -> Any:
    """Return the high and low 64 bits of the 128-bit product of two unsigned integers, by one instruction."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide = ir.IntType(128)
        product = builder.mul(builder.zext(arguments[0], wide), builder.zext(arguments[1], wide))
        high = builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))
        return context.make_tuple(builder, signature.return_type, [high, builder.trunc(product, ir.IntType(64))])

    return types.UniTuple(types.uint64, 2)(types.uint64, types.uint64), codegen


@compiled
def _add(a: np.uint64, b: np.uint64) -> np.uint64:
    """Return the sum of two unsigned integers modulo 2^64."""
    return a + b


if numba.config.DISABLE_JIT:  # by Python's integers, since NumPy's warn when they wrap round

    def _multiply_wide(a: Any, b: Any) -> Any:
        product = int(a) * int(b)
        return np.uint64(product >> 64), np.uint64(product & 0xFFFFFFFFFFFFFFFF)

    def _add(a: np.uint64, b: np.uint64) -> np.uint64:
        return np.uint64((int(a) + int(b)) & 0xFFFFFFFFFFFFFFFF)


@compiled
def philox(
    key0: np.uint64, key1: np.uint64, c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return one block of Philox4x64-10: four 64-bit words for a 256-bit counter and a 128-bit key."""
    for _ in range(10):
        high0, low0 = _multiply_wide(_M0, c0)
        high1, low1 = _multiply_wide(_M1, c2)
        c0, c1, c2, c3 = high1 ^ c1 ^ key0, low1, high0 ^ c3 ^ key1, low0
        key0 = _add(key0, _W0)
        key1 = _add(key1, _W1)
    return c0, c1, c2, c3


@compiled
def to_unit(word: np.uint64) -> float:
    """Return a 64-bit word as a number on the open interval (0, 1)."""
    return (np.float64(word >> np.uint64(12)) + 0.5) * _TO_UNIT


@compiled
def four_uniforms(
    seed: int, stream: np.uint64, replicate: int, entity: np.uint64, minute: int, block: int
) -> tuple[float, float, float, float]:
    """Return `uniform` of the indices 4 block .. 4 block + 3, which share a block of words."""
    words = philox(
        np.uint64(seed),
        np.uint64(stream),
        np.uint64(replicate),
        np.uint64(entity),
        np.uint64(minute),
        np.uint64(block),
    )
    return to_unit(words[0]), to_unit(words[1]), to_unit(words[2]), to_unit(words[3])


@compiled
def one_of(four: tuple[float, float, float, float], which: int) -> float:
    """Return the number at a place from 0 to 3."""
    return four[0] if which == 0 else four[1] if which == 1 else four[2] if which == 2 else four[3]


@compiled
def uniform(seed: int, stream: np.uint64, replicate: int, entity: np.uint64, minute: int, index: int) -> float:
    """Return a number on the open interval (0, 1), fixed by its address.

    Parameters: seed; stream and entity, keys of names; replicate; minute, since the start (0 for what is
    drawn once); index, of the person or of the draw.
    """
    return one_of(four_uniforms(seed, stream, replicate, entity, minute, index >> 2), index & 3)


@compiled
def fill_uniform(out: np.ndarray, seed: int, stream: np.uint64, replicate: int, entity: np.uint64, minute: int) -> None:
    """Set `out[i] = uniform(seed, stream, replicate, entity, minute, i)` for every i, four at a time."""
    n = out.shape[0]
    for block in range(n >> 2):
        i = block << 2
        out[i], out[i + 1], out[i + 2], out[i + 3] = four_uniforms(seed, stream, replicate, entity, minute, block)
    for i in range(n & ~3, n):
        out[i] = uniform(seed, stream, replicate, entity, minute, i)


@compiled
def fill_by_replicate(out: np.ndarray, seed: int, stream: np.uint64, first: int, entity: np.uint64) -> None:
    """Set `out[k] = uniform(seed, stream, first + k, entity, 0, 0)` for every k."""
    for k in range(out.shape[0]):
        out[k] = uniform(seed, stream, first + k, entity, 0, 0)


_CENTRE = (
    (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
     13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608),
    (5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
     5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0),
)  # fmt: skip
_SHOULDER = (
    (7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
     3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734),
    (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
     0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0),
)  # fmt: skip
_TAIL = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
     0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772),
    (2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
     0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0),
)  # fmt: skip
"""Coefficients of AS 241's three ratios of polynomials, highest power first."""


@compiled
def _polynomials(r: float, coefficients: tuple[tuple[float, ...], tuple[float, ...]]) -> tuple[float, float]:
    """Return two polynomials at r, by Horner's rule."""
    above, below = 0.0, 0.0
    for k in range(len(coefficients[0])):
        above = above * r + coefficients[0][k]
        below = below * r + coefficients[1][k]
    return above, below


@compiled
def normal_quantile(u: float) -> float:
    """Return the inverse of the standard normal distribution at u in (0, 1); relative error below 1e-15.

    Source: Wichura 1988, algorithm AS 241 (PPND16).
    """
    q = u - 0.5
    if abs(q) <= 0.425:
        above, below = _polynomials(0.180625 - q * q, _CENTRE)
        return q * above / below
    r = math.sqrt(-math.log(u if q < 0.0 else 1.0 - u))
    above, below = _polynomials(r - 1.6, _SHOULDER) if r <= 5.0 else _polynomials(r - 5.0, _TAIL)
    return -above / below if q < 0.0 else above / below


@compiled
def lognormal_quantile(u: float, median: float, sigma: float) -> float:
    """Return the inverse of the lognormal distribution at u, given its median and the sd of its logarithm."""
    return median * math.exp(sigma * normal_quantile(u))


@compiled
def student(u: float, v: float, freedom: float) -> float:
    """Return a Student t number of two uniform ones, exact for any degrees of freedom.

    Source: Bailey 1994, "Polar generation of random variates with the t-distribution".
    """
    return math.sqrt(freedom * (u ** (-2.0 / freedom) - 1.0)) * math.cos(2.0 * math.pi * v)


@compiled
def exponential_quantile(u: float) -> float:
    """Return the exponential number with mean 1 for u: -log u, the inverse of its survival function."""
    return -math.log(u)


@compiled
def poisson_quantile(u: float, mean: float) -> int:
    """Return the smallest n with P(N <= n) >= u for N Poisson(mean): exact by summation, started near the mean.

    Above a mean of 50 the sum starts ten standard deviations below it, which leaves out less than 1e-20.
    """
    if mean <= 0.0:
        return 0
    n = 0
    if mean > 50.0:
        n = max(0, int(mean - 10.0 * math.sqrt(mean)))
    if n == 0:
        term = math.exp(-mean)  # equal to the other branch at n = 0, to the last bit
    else:
        term = math.exp(n * math.log(mean) - mean - math.lgamma(n + 1.0))
    total = term
    before = -1.0
    while total < u and total > before:  # also ends when rounding keeps the sum below u
        n += 1
        term *= mean / n
        before = total
        total += term
    return n


@compiled
def binomial_quantile(u: float, n: int, p: float) -> int:
    """Return the smallest k with P(K <= k) >= u for K Binomial(n, p): exact by summation, started near the mean.

    Above p = 1/2 failures are counted instead of successes, since the first terms would vanish.
    """
    if n <= 0 or p <= 0.0:
        return 0
    if p >= 1.0:
        return n
    failing = p > 0.5
    if failing:
        u, p = 1.0 - u, 1.0 - p
    k = 0
    mean = n * p
    if mean > 50.0:
        k = max(0, int(mean - 10.0 * math.sqrt(mean * (1.0 - p)) - 1.0))
    odds = p / (1.0 - p)
    term = math.exp(
        math.lgamma(n + 1.0)
        - math.lgamma(k + 1.0)
        - math.lgamma(n - k + 1.0)
        + k * math.log(p)
        + (n - k) * math.log1p(-p)
    )
    total = term
    before = -1.0
    while total < u and total > before and k < n:
        k += 1
        term *= odds * (n - k + 1) / k
        before = total
        total += term
    return n - k if failing else k
