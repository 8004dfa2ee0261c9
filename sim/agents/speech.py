"""Speech: what an observer says of a count by the fitted model of claims: a denial, no number, or a number."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from sim.claims.draws import SIZE, fitted
from sim.claims.misreport import claimed_range, form_of_claim, range_about
from sim.engine.columns import Record, drawn, owned
from sim.engine.compiled import compiled
from sim.engine.random import name_key, normal_quantile, student, uniform
from sim.scenario.vocabulary import ROLES
from sim.world.belief import Belief
from sim.world.codes import DENIAL, WORDLESS
from sim.world.state import THEATRE, Truth

SPEECH = Record(
    "SPEECH",
    owned(
        __name__,
        drawn("bias", "f8", "log", "median of its numbers over the truth"),
        drawn("scale", "f8", "log", "scale of the effect that its numbers of one episode share, Student t"),
        drawn("deny", "f8", "log odds", "of a denial against a number, where 200 people are out"),
        drawn("wordless", "f8", "log odds", "of a claim without a number, likewise"),
        drawn("within", "f8", "log", "scale of the noise of one observer's number, Student t"),
        drawn("freedom", "f8", "", "degrees of freedom of both"),
        drawn("own", "f8", "log", "added to bias where a guarding force speaks of its own failure"),
        drawn("blame", "f8", "log", "added to bias where another role blames somebody"),
        drawn("deny_own", "f8", "log odds", "added to deny, as own"),
        drawn("deny_blame", "f8", "log odds", "added to deny, as blame"),
        drawn("deny_size", "f8", "log odds", "added to deny for each log unit of size"),
        drawn("wordless_size", "f8", "log odds", "added to wordless for each log unit of size"),
        drawn("invented", "f8", "log", "median of a number where nobody got out"),
        drawn("invented_scale", "f8", "log", "its spread"),
    ),
)

ROW = name_key("claims.draws")
EFFECT = name_key("claims.effect")
NOISE = name_key("observer.noise")
ERROR = name_key("observer.error")
DENY = name_key("observer.deny")
WORD = name_key("observer.word")


@cache
def fitted_rows() -> np.ndarray:
    """Return the fitted draws as SPEECH rows (draws, roles)."""
    draws = fitted()
    rows = SPEECH.rows(draws.size, len(ROLES))
    for name in rows.dtype.names or ():
        values = getattr(draws, name)
        rows[name] = values if values.ndim == 2 else values[:, None]
    return rows


def draw_speech(belief: Belief, seed: int, replicate: int) -> None:
    """Write one row of the fitted draws, chosen once for a replicate, where any observer speaks by it."""
    if belief.observer["fitted"].any():
        rows = fitted_rows()
        belief.speech[:] = rows[int(uniform(seed, ROW, replicate, THEATRE, 0, 0) * len(rows))]


@compiled
def say(
    t: Truth, b: Belief, f: int, o: int, count: float, start: int, own: bool, blames: bool
) -> tuple[float, float, int]:
    """Return the low and high end and the form of what an observer says of a count: fitted, or by its own numbers.

    Parameters: count, exits; start, first minute of the episode; own, whether a guarding force speaks of its own
    failure; blames, whether another role blames somebody.
    """
    clock = t.clock[0]
    watcher = b.observer[o]
    pair = b.pair[f, o]
    denies = watcher.denies
    wordless = watcher.wordless
    if watcher.fitted == 1:
        denies, wordless = odds_of_forms(b, watcher.role, count, own, blames)
    form = form_of_claim(
        uniform(clock.seed, DENY, clock.replicate, pair.key, start, 0),
        uniform(clock.seed, WORD, clock.replicate, pair.key, start, 0),
        denies,
        wordless,
        watcher.range_factor,
    )
    if form == WORDLESS:
        return math.nan, math.nan, form
    if form == DENIAL:
        return 0.0, 0.0, form
    if watcher.fitted == 1:
        low, high = range_about(count, fitted_ratio(t, b, f, o, count, start, own, blames), watcher.range_factor)
        return max(low, 1.0), max(high, 1.0), form
    bias = watcher.bias_own_failure if own else watcher.bias
    u = uniform(clock.seed, ERROR, clock.replicate, pair.key, start, 0)
    low, high = claimed_range(count, u, bias, watcher.error, watcher.range_factor)
    return low, high, form


@compiled
def odds_of_forms(b: Belief, role: int, count: float, own: bool, blames: bool) -> tuple[float, float]:
    """Return the fitted probabilities of a denial, and of a claim without a number where it is no denial."""
    speech = b.speech[role]
    size = math.log(count / SIZE)
    deny = speech.deny + speech.deny_size * size
    if own:
        deny += speech.deny_own
    if blames:
        deny += speech.deny_blame
    wordless = math.exp(speech.wordless + speech.wordless_size * size)
    return math.exp(deny) / (1.0 + math.exp(deny) + wordless), wordless / (1.0 + wordless)


@compiled
def fitted_ratio(t: Truth, b: Belief, f: int, o: int, count: float, start: int, own: bool, blames: bool) -> float:
    """Return claim over count of a number by the fitted model; nobody claims more than the place held at the start."""
    clock = t.clock[0]
    site = t.facility[f]
    role = b.observer[o].role
    speech = b.speech[role]
    key = b.pair[f, o].key
    effect = student(
        uniform(clock.seed, EFFECT, clock.replicate, site.key, start, 2 * role),
        uniform(clock.seed, EFFECT, clock.replicate, site.key, start, 2 * role + 1),
        speech.freedom,
    )
    noise = student(
        uniform(clock.seed, NOISE, clock.replicate, key, start, 0),
        uniform(clock.seed, NOISE, clock.replicate, key, start, 1),
        speech.freedom,
    )
    log = speech.bias + speech.scale * effect + speech.within * noise
    if own:
        log += speech.own
    if blames:
        log += speech.blame
    return min(math.exp(min(log, 50.0)), max(1.0, site.held0 / count))


@compiled
def invention(b: Belief, role: int, u: float) -> float:
    """Return the size of what a role invents by the fitted model, exits."""
    return math.exp(b.speech[role].invented + b.speech[role].invented_scale * normal_quantile(u))
