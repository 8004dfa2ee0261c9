"""News: word of escapes elsewhere, by grapevine, from what happened and never from reports."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.given import Given
from sim.engine.columns import decision, owned, state
from sim.engine.compiled import compiled
from sim.scenario.declare import LogNormal, support
from sim.world.state import Truth

NEWS = owned(
    __name__,
    state("news", "f8", "s", "agitation from escapes elsewhere, before the cap"),
    state("news_before", "f8", "s", "the same at the start of the last step"),
    decision("news_kept", "f8", "share", "of news left after a step"),
)
"""Columns of CLOCK."""


def news_to_come(given: Given, steps: int, step_minutes: int) -> np.ndarray:
    """Return zeros for the news of every step, and of the steps by which the longest delay passes the horizon."""
    delay = given.scenario.news.delay_hours
    longest = support(delay)[1] if not isinstance(delay, LogNormal) else 720.0
    return np.zeros(steps + 3 + math.ceil(60 * longest / step_minutes))


@compiled
def fix_rates_of_news(t: Truth) -> None:
    """Work out the exponential of the length of a step."""
    clock = t.clock[0]
    clock.news_kept = math.exp(-clock.dt / (24.0 * t.parameters[0].news_tau_days))


@compiled
def weight_of_episode(size: int, minimum: float, full: float) -> float:
    """Return the weight in the news of an episode of this size (exits), 0 to 1."""
    return min(1.0, size / full) if size >= minimum else 0.0


@compiled
def news(t: Truth) -> None:
    """Send out word of this step's escapes; let the news fade and add what is heard from the next step on."""
    clock = t.clock[0]
    params = t.parameters[0]
    steps = int(math.ceil(60.0 * params.news_delay_hours / clock.step_minutes))
    for f in range(t.facility.shape[0] if clock.exits_step > 0 else 0):
        site = t.facility[f]
        if site.exits_step == 0:
            continue
        size = t.episode[site.episode].exits
        gain = weight_of_episode(size, params.news_minimum, params.news_full) - weight_of_episode(
            site.episode_step, params.news_minimum, params.news_full
        )
        at = clock.step + 1 + steps
        if at < t.heard.shape[0]:
            t.heard[at] += params.news_weight * gain
    clock.news_before = clock.news
    clock.news = clock.news * clock.news_kept + t.heard[clock.step + 1]
