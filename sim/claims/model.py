"""The model of claims: how what is said of an event depends on how many got out; drawn from, and weighed, by one text.

With T out, a role that speaks denies, gives no number, or gives one, by a multinomial logit of its role, own failure or
blame, and log size. A number is

    log claim = log T + bias(role) + own or blame + effect(role, event) + noise,

effect and noise Student t: the effect is one for all numbers of a role in an event, so that many claims of one side add
no precision beyond it. Where nobody got out, a number is invented: exp(N(invented, invented_scale)) takes the place of
T, bias and effect. That anybody says anything enters once. Rounding and words are intervals of log counts.

All arrays are (draws, counts) with draws of the model's numbers from `draws.py`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.claims.draws import SIZE, Draws
from sim.claims.statements import FORMS, NUMBERED, Said, Statement, interval, unit

Floats = NDArray[np.float64]

STEP = 0.05
"""Step of the grid of log counts on which effects are integrated."""
BELOW, ABOVE = math.log(0.2), math.log(3e7)
"""Ends of that grid."""
TINY = 1e-300
NARROW = 0.7
"""Width of an interval, in scales of the noise, up to which its probability is summed from the density."""


class Numbers(NamedTuple):
    """The numbers of one role in one event: each statement's wordings as intervals, and its shift of the median."""

    intervals: tuple[tuple[Said, ...], ...]
    own: tuple[bool, ...]
    blame: tuple[bool, ...]


def log_forms(draws: Draws, role: int, own: bool, blame: bool, counts: Floats) -> dict[str, Floats]:
    """Return the log probability of each form of a statement, by the form. Parameters: counts, persons out."""
    size = np.log(np.maximum(counts, 1.0) / SIZE)[None, :] * (counts > 0)
    none = (counts == 0)[None, :]
    denied = draws.deny[:, role] + own * draws.deny_own + blame * draws.deny_blame
    logits = np.stack(
        [
            denied[:, None] + draws.deny_size[:, None] * size + draws.deny_none[:, None] * none,
            draws.wordless[:, role][:, None]
            + draws.wordless_size[:, None] * size
            + draws.wordless_none[:, None] * none,
            np.zeros((draws.size, len(counts))),
        ]
    )
    logs = logits - special.logsumexp(logits, axis=0)
    return dict(zip(FORMS, logs, strict=True))


def log_known(draws: Draws, roles: Sequence[int], counts: Floats) -> Floats:
    """Return the log probability that any of these roles says anything."""
    size = np.log(np.maximum(counts, 1.0) / SIZE) * (counts > 0)
    silent = np.zeros((draws.size, len(counts)))
    for role in roles:
        odds = draws.speak[:, role][:, None] + draws.speak_size[:, None] * size
        silent += special.log_expit(-(odds + draws.speak_none[:, None] * (counts == 0)))
    return np.asarray(np.log(np.maximum(-np.expm1(silent), TINY)))


def log_numbers(draws: Draws, role: int, numbers: Numbers, counts: Floats) -> Floats:
    """Return the log probability of all numbers of one role in one event, the shared effect integrated out.

    It is a convolution in log counts, done once on a grid, and read off at the counts asked for.
    """
    grid = np.arange(BELOW, ABOVE, STEP)
    given = np.ones((draws.size, len(grid)))
    for wordings, own, blame in zip(*numbers, strict=True):
        given *= _probability(draws, wordings, own * draws.own + blame * draws.blame, grid)
    freedom, scale = draws.freedom[:, None], draws.scale[:, role][:, None]
    lags = np.arange(-len(grid) + 1, len(grid)) * STEP
    effect = _student(np.asarray(lags[None, :], np.float64), freedom, scale)
    effect /= effect.sum(1, keepdims=True)
    size = 1 << (given.shape[1] + effect.shape[1] - 2).bit_length()  # a power of two, no shorter than the result
    mixed = np.fft.irfft(np.fft.rfft(given, size, axis=1) * np.fft.rfft(effect, size, axis=1), size, axis=1)
    start = len(grid) - 1
    logs = np.log(np.maximum(mixed[:, start : start + len(grid)], 1e-18))
    at = np.log(np.maximum(counts, 1.0))[None, :] + draws.bias[:, role][:, None]
    found = _read(logs, (at - BELOW) / STEP)
    none = np.exp(-0.5 * ((grid[None, :] - draws.invented[:, None]) / draws.invented_scale[:, None]) ** 2)
    invented = np.log(np.maximum((given * none).sum(1) / none.sum(1), TINY))
    return np.where(counts[None, :] > 0, found, invented[:, None])


def log_likelihood(draws: Draws, said: Sequence[Statement], counts: Floats) -> Floats:
    """Return the log likelihood of what one role says about one category of people. Raises ValueError for several."""
    if len({(one.role, one.category) for one in said}) != 1:
        raise ValueError("statements of one role about one category")
    role = said[0].role
    total = np.zeros((draws.size, len(counts)))
    for one in said:
        total += log_forms(draws, role, one.own, one.blame, counts)[one.said[0].form]
    numbered = [one for one in said if one.said[0].form == NUMBERED]
    if numbered:
        numbers = Numbers(
            tuple(one.said for one in numbered), tuple(o.own for o in numbered), tuple(o.blame for o in numbered)
        )
        total += log_numbers(draws, role, numbers, counts)
    return total


def _probability(draws: Draws, wordings: Sequence[Said], shift: Floats, grid: Floats) -> Floats:
    """Return the probability that a number falls in its interval, given log T, bias and effect; mean of wordings."""
    found = np.zeros((draws.size, len(grid)))
    within, freedom = draws.within[:, None], draws.freedom[:, None]
    centre = grid[None, :] + shift[:, None]
    for one in wordings:
        width = one.high - one.low
        if width < NARROW * float(within.min()):  # three-point Gauss-Legendre, ten times as fast
            middle, half = 0.5 * (one.low + one.high), 0.5 * width
            for at, weight in zip(*np.polynomial.legendre.leggauss(3), strict=True):
                found += half * weight * _student(middle + half * at - centre, freedom, within)
        else:
            bottom = special.stdtr(freedom, (one.low - centre) / within) if one.low > -math.inf else 0.0
            found += special.stdtr(freedom, (one.high - centre) / within) - bottom
    return np.maximum(found / len(wordings), 0.0)


def _student(x: Floats, freedom: Floats, scale: Floats) -> Floats:
    """Return the density of Student's t about 0."""
    log = special.gammaln((freedom + 1) / 2) - special.gammaln(freedom / 2) - 0.5 * np.log(math.pi * freedom)
    return np.asarray(np.exp(log - (freedom + 1) / 2 * np.log1p((x / scale) ** 2 / freedom)) / scale)


def _read(table: Floats, at: Floats) -> Floats:
    """Return a table's rows at real positions, linear between columns: float64 (draws, positions)."""
    left = np.clip(np.floor(at).astype(np.int64), 0, table.shape[1] - 2)
    part = np.clip(at - left, 0.0, 1.0)
    low = np.take_along_axis(table, left, 1)
    return low + part * (np.take_along_axis(table, left + 1, 1) - low)


# Forwards


class Speaker(NamedTuple):
    """Who makes a statement: a role (index of ROLES), of its own failure, or blaming somebody."""

    role: int
    own: bool = False
    blame: bool = False


def speaks_of(draws: Draws, k: int, roles: Sequence[int], count: int, rng: np.random.Generator) -> bool:
    """Draw whether anybody says anything of an event."""
    known = log_known(draws.take(np.array([k])), roles, np.array([float(count)]))
    return bool(rng.random() < math.exp(known[0, 0]))


def draw_statements(
    draws: Draws, k: int, speakers: Sequence[Speaker], count: int, rng: np.random.Generator
) -> tuple[Statement, ...]:
    """Draw what speakers say of an event with `count` out, by row k of the draws; numbers are rounded as people do."""
    one = draws.take(np.array([k]))
    freedom, within = float(one.freedom[0]), float(one.within[0])
    centre: dict[int, float] = {}
    made = []
    for speaker in speakers:
        role = speaker.role
        forms = log_forms(one, role, speaker.own, speaker.blame, np.array([float(count)]))
        form = FORMS[int(rng.choice(len(FORMS), p=np.exp([forms[name][0, 0] for name in FORMS])))]
        said = Said(form)
        if form == NUMBERED:
            if role not in centre:
                centre[role] = _centre(one, role, count, rng)
            shift = speaker.own * float(one.own[0]) + speaker.blame * float(one.blame[0])
            value = math.exp(min(centre[role] + shift + within * rng.standard_t(freedom), ABOVE))
            number = _rounded(value, rng)
            said = Said(NUMBERED, *interval(number, number))
        made.append(Statement(role, (said,), "all", speaker.own, speaker.blame))
    return tuple(made)


def _centre(one: Draws, role: int, count: int, rng: np.random.Generator) -> float:
    """Draw log T, bias and effect of a role in an event; what is invented where nobody got out."""
    if count == 0:
        return float(rng.normal(one.invented[0], one.invented_scale[0]))
    effect = float(one.scale[0, role]) * rng.standard_t(float(one.freedom[0]))
    return math.log(count) + float(one.bias[0, role]) + effect


def _rounded(value: float, rng: np.random.Generator) -> int:
    """Return one of the round numbers that are read as an interval which holds this value, each as likely."""
    found = {max(1, round(value))}
    for power in range(math.floor(math.log10(max(value, 1.0))) + 1):
        for step in (10**power, 5 * 10**power):
            near = round(value / step) * step
            if near > 0 and abs(value - near) <= unit(near) / 2:
                found.add(near)
    return int(rng.choice(sorted(found)))
