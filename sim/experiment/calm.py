"""What each place loses when nothing happens: a month of a scenario's theatre with all that is dated taken out."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from pydantic import BaseModel

from sim.analysis.rates import Rate, rate
from sim.model import Run
from sim.scenario.declare import Acts
from sim.scenario.fields import mark_of, marked
from sim.scenario.parameters import Scenario
from sim.scenario.resolved import Resolved

DAYS = 30
YEAR = 365.25
MOST, LEAST = 200, 20
"""Replicates of a small and of a large theatre."""
WORK = 8_000_000
"""People times replicates aimed at, a facility counting as much as FACILITY people."""
FACILITY = 500
SECONDS = 2.0
"""Processor time after which, LEAST replicates being done, no further one begins: disorder makes them slow."""
RECORD_HIGH = 18.3
"""Escapes per 1,000 person-years, the high end of ordinary systems: US states in 1993 (`stealth.per_1000_year`)."""


class CalmLoss(NamedTuple):
    """What a detained facility loses when nothing happens: escapes per 1,000 years of a person held at the start."""

    facility: str
    per_1000_year: Rate
    replicates: int
    authority: float
    guards_per_100: float
    held_per_capacity: float

    @property
    def is_high(self) -> bool:
        """Return whether the lower end of the interval lies above the base rates on record."""
        return self.per_1000_year.low > RECORD_HIGH


def calm(resolved: Resolved) -> Resolved:
    """Return a scenario in which nothing happens: DAYS days without what is dated, withdrawal, attacks or shelling.

    Every list whose items bear a date of action is empty, and a lever that may bear one is not pulled. What the theatre
    is stays: people, guards, walls, parties, the other levers, distributions. Steps are of an hour or more.
    """
    scenario = resolved.scenario
    sections = {name: _undated(getattr(scenario, name)) for name in type(scenario).model_fields}
    changed: dict[str, Any] = {name: value for name, value in sections.items() if value is not getattr(scenario, name)}
    still: dict[str, dict[str, Any]] = {
        "armed_cells": {"attacks_per_month": 0.0},
        "shelling": {"hits_per_month": 0.0},
        "withdrawal": {"schedule": []},
    }
    for name, update in still.items():
        changed[name] = changed.get(name, getattr(scenario, name)).model_copy(update=update)
    changed |= {"days": float(DAYS), "step_hours": max(1.0, scenario.step_hours), "response": False}
    quiet: Scenario = scenario.model_copy(update=changed)
    return replace(resolved, scenario=quiet)


def _undated(value: Any) -> Any:
    """Return a value without dated items in its lists, and without sections that bear a date themselves."""
    if isinstance(value, list):
        dated = any(isinstance(item, BaseModel) and any(marked(item, Acts)) for item in value)
        return [] if dated else value
    if not isinstance(value, BaseModel):
        return value
    changed: dict[str, Any] = {}
    for name, info in type(value).model_fields.items():
        inner = getattr(value, name)
        if inner is None:
            continue
        dropped = isinstance(inner, BaseModel) and info.default is None and _is_dated(type(inner))
        left = None if dropped else _undated(inner)
        if left is not inner:
            changed[name] = left
    return value.model_copy(update=changed) if changed else value


def _is_dated(section: type[BaseModel]) -> bool:
    """Return whether a date of action may stand directly in a section."""
    return any(mark_of(info, Acts) is not None for info in section.model_fields.values())


def loss_in_calm(resolved: Resolved) -> list[CalmLoss]:
    """Return what every detained facility that holds anybody loses when nothing happens, in the theatre's order.

    Replicates are MOST, fewer for a large theatre but at least LEAST, of the scenario's seed.
    """
    run = Run(calm(resolved))
    sites, parties = run.truth.facility, run.truth.party
    work = int(sites["held0"][sites["resident"] == 0].sum()) + FACILITY * len(sites)
    wanted = max(LEAST, min(MOST, WORK // max(1, work)))
    escaped: list[np.ndarray] = []
    held: list[np.ndarray] = []
    run.reset(resolved.scenario.seed, 0)
    run.advance(0)  # compiled rules are loaded before the time is taken
    began = time.thread_time()
    while len(escaped) < wanted and (len(escaped) < LEAST or time.thread_time() - began < SECONDS):
        rows = run.complete(resolved.scenario.seed, len(escaped)).facility
        escaped.append(rows["escaped"].copy())
        held.append(rows["held0"].copy())
    found, people = np.array(escaped), np.array(held)
    losses = []
    for f, name in enumerate(run.names.facilities):
        mean = float(people[:, f].mean())
        if run.truth.facility["resident"][f] == 1 or mean == 0.0:
            continue
        site = run.truth.facility[f]
        losses.append(
            CalmLoss(
                name,
                rate(found[:, f], people[:, f] * (DAYS / YEAR / 1000.0)),
                len(escaped),
                float(parties["authority"][site["initial"]]),
                100.0 * float(site["on_site"]) / max(1.0, float(site["held0"])),
                float(site["held0"]) / float(site["capacity"]),
            )
        )
    return losses
