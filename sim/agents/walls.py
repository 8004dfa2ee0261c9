"""Walls: how open the perimeter of a facility is, and what wears and repairs it."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.given import Given
from sim.agents.guard import present, upkeep_here
from sim.engine.columns import decision, owned, state
from sim.engine.compiled import compiled
from sim.engine.random import name_key, normal_quantile, uniform
from sim.world.codes import GUARDED, NO_ASSAULT, NO_INCIDENT, NONE, OCCUPIED
from sim.world.state import Truth

PERIMETER = owned(
    __name__,
    decision("walls", "f8", "share", "soundness of the perimeter, 1 = purpose-built", "theatre.facilities.*.walls"),
    decision("cameras", "f8", "share", "share of cameras that work", "theatre.facilities.*.cameras"),
    decision("hardened", "i8", "0/1", "1 if the hardening lever reaches it"),
    decision("walls_added", "f8", "share", "of soundness that the hardening lever added"),
    decision("flow", "f8", "persons/h", "through a full opening, W", "theatre.facilities.*.flow_per_hour"),
    state("opening", "f8", "share", "opening of the perimeter, B"),
    decision(
        "closed_kept", "f8", "share", "of what is closed that is so after a substep without guards, in this event"
    ),
    decision("opening0", "f8", "share", "opening in order"),
)
"""Columns of FACILITY."""

OPENING_EVENT = name_key("event.opening")


def describe_walls(rows: np.ndarray, given: Given) -> None:
    """Mark the facilities that the hardening lever reaches, in rows of FACILITY."""
    lever = given.scenario.levers.hardening
    if lever is not None:
        rows["hardened"] = [not lever.facilities or name in lever.facilities for name in given.names.facilities]


@compiled
def open_walls(t: Truth, f: int) -> None:
    """Set a facility's walls and cameras to their start, with the hardening lever."""
    clock = t.clock[0]
    params = t.parameters[0]
    site = t.facility[f]
    if site.hardened == 1:
        site.walls_added = (1.0 - site.walls) * params.levers_hardening_walls
        site.walls += site.walls_added
        site.cameras = 1.0 - (1.0 - site.cameras) * (1.0 - params.levers_hardening_cameras)
    if math.isnan(site.flow):
        site.flow = params.walls_camp_flow_per_hour if site.camp == 1 else params.walls_prison_flow_per_hour
    hours = params.walls_camp_open_hours if site.camp == 1 else params.walls_prison_open_hours
    z = normal_quantile(uniform(clock.seed, OPENING_EVENT, clock.replicate, site.key, 0, 0))
    hours *= math.exp(params.walls_open_sd * z)
    site.closed_kept = math.exp(-clock.substep_minutes / 60.0 / hours)
    site.opening0 = params.walls_baseline * (1.0 - site.walls)
    site.opening = site.opening0


@compiled
def opening_after(opening: float, opening0: float, erosion: float, repair: float, hours: float) -> float:
    """Return the opening of a wall after `hours` of dB/dt = e (1 - B) - r (B - B0), solved exactly.

    Parameters: opening, B, and opening0, B0 (0-1); erosion, e, and repair, r (per hour). Within 1e-6 of B0 it is B0.
    """
    rate = erosion + repair
    if rate <= 0.0:
        return opening
    goal = (erosion + repair * opening0) / rate
    value = goal + (opening - goal) * math.exp(-rate * hours)
    return opening0 if abs(value - opening0) < 1e-6 else value


@compiled
def walls(t: Truth, f: int) -> None:
    """Open, wear or repair the perimeter after the exits of the substep."""
    clock = t.clock[0]
    params = t.parameters[0]
    site = t.facility[f]
    hours = clock.substep_minutes / 60.0
    if site.custody == NONE:
        site.opening = 1.0 - (1.0 - site.opening) * site.closed_kept
    elif site.custody == GUARDED or site.custody == OCCUPIED:
        loose = max(0.0, site.uncontained - params.walls_erosion_minimum)
        erosion = params.walls_erosion_per_hour * (1.0 - site.walls) * loose / 1000.0
        ordered = site.active == 0 and present(t, f) > 0.0 and site.assault == NO_ASSAULT
        ordered = ordered and site.incident == NO_INCIDENT
        repair = params.walls_repair_per_hour * upkeep_here(t, f) if ordered else 0.0
        if erosion == 0.0 and site.opening == site.opening0:
            return
        site.opening = opening_after(site.opening, site.opening0, erosion, repair, hours)


@compiled
def hit_walls(t: Truth, f: int, weight: float) -> None:
    """Open the perimeter by a hit of this weight, 0 to 1."""
    site = t.facility[f]
    site.opening += t.parameters[0].shelling_opening * (1.0 - site.walls) * weight * (1.0 - site.opening)


@compiled
def open_gate(t: Truth, f: int, share: float) -> None:
    """Open a share, 0 to 1, of what is closed, however sound the walls are."""
    site = t.facility[f]
    site.opening += share * (1.0 - site.opening)


@compiled
def breach(t: Truth, f: int, opening: float) -> None:
    """Leave an opening of at least this share, 0 to 1."""
    site = t.facility[f]
    site.opening = max(site.opening, opening)
