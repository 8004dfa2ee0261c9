"""Bound the size of a replicate: people, blocks, guards, and the memory they take."""

from __future__ import annotations

import math
from typing import NamedTuple

from sim.scenario import limits
from sim.scenario.declare import Distribution, Section, largest
from sim.scenario.fields import bounds, keys_of
from sim.scenario.parameters import Guards, Scenario
from sim.scenario.theatre import Facility, Origins, Theatre
from sim.scenario.vocabulary import PEOPLE_KINDS, PEOPLE_ORIGINS


class Part(NamedTuple):
    """A part of a replicate's memory: the theatre's key that decides it, what it holds, how many, and their bytes."""

    key: str
    what: str
    number: int
    bytes: int


def groups_held(facility: Facility) -> list[tuple[str, float | Distribution]]:
    """Return the origin and number of every group of people held at a facility, empty groups left out."""
    kinds = (getattr(facility.held, kind) for kind in PEOPLE_KINDS)
    groups = ((origin, getattr(people, origin)) for people in kinds for origin in PEOPLE_ORIGINS)
    return [(origin, number) for origin, number in groups if number != 0]


def most_held(facility: Facility) -> int:
    """Return the largest number of people that a facility can hold at the start of a replicate."""
    return sum(_most(Origins, origin, number) for origin, number in groups_held(facility))


def most_people(facility: Facility) -> int:
    """Return the largest number of people that can be at a facility at the start, residents included."""
    return most_held(facility) + _most(Facility, "residents", facility.residents)


def most_blocks(facility: Facility) -> int:
    """Return the largest number of blocks that the people of a facility can fill."""
    return max(1, math.ceil(most_held(facility) / facility.block_size))


def most_guards(scale: float | Distribution, facility: Facility) -> int:
    """Return the largest number of guards that a facility can have in any replicate, `scale` being `guards.scale`."""
    return math.floor(_largest(Guards, "scale", scale) * _largest(Facility, "guards", facility.guards)) + 1


def memory(scenario: Scenario, theatre: Theatre) -> list[Part]:
    """Return the parts of the memory that a replicate can need."""
    facilities = theatre.facilities.values()
    cells = theatre.grid.width * theatre.grid.height
    pairs = len(facilities) * (len(scenario.observers) + 1)
    counts = (
        ("facilities", "people", sum(map(most_held, facilities)), limits.BYTES_PER_PERSON),
        ("facilities", "blocks", sum(map(most_blocks, facilities)), limits.BYTES_PER_BLOCK),
        (
            "facilities",
            "guards",
            sum(most_guards(scenario.guards.scale, f) for f in facilities),
            limits.BYTES_PER_GUARD,
        ),
        ("facilities", "facilities", len(facilities), limits.BYTES_PER_FACILITY),
        ("facilities", "pairs of a facility and an observer", pairs, limits.BYTES_PER_PAIR),
        ("grid", "cells", cells, limits.BYTES_PER_CELL),
        ("areas", "pairs of a cell and an area", cells * len(theatre.areas), limits.BYTES_PER_CELL_OF_AREA),
    )
    return [Part(key, what, number, number * size) for key, what, number, size in counts]


def _largest(section: type[Section], key: str, value: float | Distribution) -> float:
    """Return the largest number that can be drawn for a declared key."""
    return value if isinstance(value, int | float) else largest(value, bounds(keys_of(section)[key])[1])


def _most(section: type[Section], key: str, value: float | Distribution) -> int:
    """Return the largest count, rounded half up."""
    return math.floor(_largest(section, key, value) + 0.5)
