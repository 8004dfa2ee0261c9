"""The arrays of truth and belief, built from a resolved scenario before anything is drawn.

Each kind makes its own rows; this file assembles them, and fills what belongs to no kind: the clock, the size of the
map, and the counts of each list.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.agents.account import EPISODE, TOTALS
from sim.agents.armed_cell import attack_rows, cell_rows, describe_movement, surge_rows
from sim.agents.at_large import FUGITIVE
from sim.agents.blocks import divide_into_blocks
from sim.agents.confirmation import REPORT, describe_confirmation
from sim.agents.control import dated_rows, facilities_in_areas, mark_dated
from sim.agents.custody import describe_custody, hostility
from sim.agents.detainee import enrol
from sim.agents.facility import describe_sites, first_in_squares
from sim.agents.given import Given, Names, names_of
from sim.agents.guard import post_guards
from sim.agents.incident import incident_rows
from sim.agents.knowledge import pair_rows
from sim.agents.levers import describe_levers
from sim.agents.news import news_to_come
from sim.agents.observer import observer_rows, people_alone
from sim.agents.occupying_force import units_and_objectives
from sim.agents.records import BLOCK, BOARD, CLOCK, FACILITY, PARTY, PERSON, RECORDS
from sim.agents.speech import SPEECH
from sim.agents.sponsor import presence_schedule
from sim.agents.walls import describe_walls
from sim.engine.columns import check_bundle, specs
from sim.scenario.limits import MAX_GIGABYTES
from sim.scenario.vocabulary import ROLES
from sim.world.belief import Belief
from sim.world.codes import CAUSES, DAY, STATES
from sim.world.map import layers
from sim.world.numbers import parameter_record
from sim.world.record import LOG
from sim.world.state import Truth

if TYPE_CHECKING:
    from sim.scenario.resolved import Resolved

__all__ = ["Capacity", "Names", "binding", "build_belief", "build_truth", "names_of"]

SUBSTEP_MINUTES = 15
"""Longest substep, minutes: the part of a step in which disorder, assaults, exits and walls change."""


IN_LISTS = (
    "episodes of escape",
    "people brought into a facility",
    "events of a full record",
    "reports of a full record",
)
"""What the rows of each list of `Capacity` are, in their order."""


class Capacity(NamedTuple):
    """Numbers of rows of the lists that a run fills."""

    episodes: int = 256
    entries: int = 4096
    log: int = 0
    reports: int = 0

    @property
    def bytes(self) -> int:
        """Return the memory of the lists of a replicate."""
        sizes = (EPISODE.dtype.itemsize + 4 * 8, 3 * 4, LOG.dtype.itemsize, REPORT.dtype.itemsize)
        return sum(rows * size for rows, size in zip(self, sizes, strict=True))

    def larger(self, short: Sequence[bool]) -> Capacity:
        """Return four times the rows of every list that proved too `short`.

        Raises ValueError if the lists would take more than MAX_GIGABYTES, or none was too short.
        """
        if not any(short):
            raise ValueError("a list proved too short that cannot be made longer")
        made = Capacity(*(4 * rows if more else rows for rows, more in zip(self, short, strict=True)))
        if made.bytes > MAX_GIGABYTES * 1e9:
            rows, what = max((rows, what) for rows, what, more in zip(self, IN_LISTS, short, strict=True) if more)
            raise ValueError(f"over {rows:,} {what} in a replicate: its lists would take over {MAX_GIGABYTES:g} GB")
        return made

    def covering(self, other: Capacity) -> Capacity:
        """Return a capacity of the larger number of rows of both, list by list."""
        return Capacity(*map(max, self, other))


def substeps_in(step_minutes: int) -> int:
    """Return the smallest number of equal substeps of whole minutes, none longer than SUBSTEP_MINUTES."""
    n = max(1, math.ceil(step_minutes / SUBSTEP_MINUTES))
    while step_minutes % n:
        n += 1
    return n


def build_truth(resolved: Resolved, capacity: Capacity) -> Truth:
    """Return the arrays of the truth pass, at the start, with nothing drawn."""
    given = Given(resolved)
    theatre = given.theatre
    control, terrain, areas = layers(theatre, {name: k for k, name in enumerate(given.names.parties)})
    clock = _clock(given)
    describe_movement(clock, given)
    party = PARTY.rows(len(theatre.parties))
    facility = FACILITY.rows(len(theatre.facilities))
    describe_sites(facility, given)
    describe_walls(facility, given)
    describe_custody(facility, clock, given)
    move_from = describe_levers(facility, clock, given)
    people = enrol(facility, given, PERSON)
    block = divide_into_blocks(facility, people, given, BLOCK)
    guard = post_guards(facility, given)
    changes = dated_rows(given)
    inside = facilities_in_areas(given)
    mark_dated(facility, changes, inside)
    unit, objective = units_and_objectives(given)
    height, width = control.shape
    square_first = first_in_squares(facility, (height * theatre.grid.cell_km, width * theatre.grid.cell_km), clock)
    population = len(people)
    states = np.zeros(len(STATES), np.int64)
    states[0] = population
    total = TOTALS.rows(1)
    total["population"] = population
    step_minutes = int(clock["step_minutes"][0])
    truth = Truth(
        clock=clock,
        parameters=parameter_record(given.scenario, theatre),
        total=total,
        states=states,
        causes=np.zeros(len(CAUSES), np.int64),
        party=party,
        hostile=hostility(given),
        control=control,
        terrain=terrain,
        square_first=square_first,
        areas=areas,
        inside=inside,
        schedule=presence_schedule(given),
        changes=changes,
        facility=facility,
        block=block,
        people=people,
        trait=np.zeros((population, 3)),
        order=np.zeros(population, np.int32),
        turn=np.zeros(population, np.int32),
        near=np.zeros(population, np.int32),
        rank=np.zeros(population, np.int32),
        bound=np.zeros(population),
        fugitive=FUGITIVE.rows(population),
        hazard=np.zeros((population, 4)),
        out=np.zeros(population, np.int32),
        fate_first=np.full(DAY // step_minutes, -1, np.int32),
        entry=np.zeros((capacity.entries, 3), np.int32),
        guard=guard,
        guard_order=np.zeros(len(guard), np.int32),
        unit=unit,
        objective=objective,
        cell=cell_rows(given),
        surge=surge_rows(given),
        attack=attack_rows(given),
        incident=incident_rows(facility, given),
        move_from=move_from,
        heard=news_to_come(given, resolved.steps, step_minutes),
        episode=EPISODE.rows(capacity.episodes),
        log=LOG.rows(capacity.log),
        noticed=np.full(len(facility), -1, np.int64),
        alarm=np.full(len(facility), -1, np.int64),
    )
    return _filled(truth, given)


def _clock(given: Given) -> np.ndarray:
    clock = CLOCK.rows(1)
    step_minutes = round(given.scenario.step_hours * 60)
    clock["steps"] = given.resolved.steps
    clock["step_minutes"] = step_minutes
    clock["substeps"] = substeps_in(step_minutes)
    clock["substep_minutes"] = step_minutes // substeps_in(step_minutes)
    clock["dt"] = given.scenario.step_hours
    clock["response"] = given.scenario.response
    clock["width_km"] = given.theatre.grid.width * given.theatre.grid.cell_km
    clock["height_km"] = given.theatre.grid.height * given.theatre.grid.cell_km
    return clock


def build_belief(resolved: Resolved, capacity: Capacity) -> Belief:
    """Return the arrays of the observation pass, at the start, with nothing drawn."""
    given = Given(resolved)
    facilities = len(given.names.facilities)
    board = BOARD.rows(1)
    describe_confirmation(board, given)
    board["isr"] = len(given.names.observers) - 1
    belief = Belief(
        board=board,
        observer=observer_rows(given),
        speech=SPEECH.rows(len(ROLES)),
        pair=pair_rows(given),
        claim=np.full((len(ROLES), facilities), np.nan),
        theatre_claim=np.full(len(ROLES), np.nan),
        holds=people_alone(given),
        confirmed=np.zeros(facilities),
        accounted=np.zeros(facilities),
        signs=np.zeros(facilities, np.int64),
        phase=np.zeros(facilities, np.int64),
        began=np.full(capacity.episodes, -1.0),
        learned_by=np.zeros(capacity.episodes, np.int64),
        reported_at=np.full(capacity.episodes, -1, np.int64),
        confirmed_at=np.full(capacity.episodes, -1, np.int64),
        report=REPORT.rows(capacity.reports),
    )
    return _filled(belief, given)


def _filled[Bundle: (Truth, Belief)](arrays: Bundle, given: Given) -> Bundle:
    """Write the numbers that columns take from the scenario. Raise TypeError for an array not made as declared."""
    check_bundle(arrays, RECORDS)
    records = {record.name: record for record in RECORDS}
    for name, spec in specs(type(arrays)).items():
        if spec.holds in records and spec.holds != "PARAMETERS":
            given.fill(records[spec.holds], getattr(arrays, name))
    return arrays


class Binding(NamedTuple):
    """The place of a scenario's number: an array of truth or belief, its row and column."""

    array: str
    row: int
    column: str


def binding(path: str, resolved: Resolved) -> Binding | None:
    """Return the place of a number's path; None if no column holds it, so that the arrays must be built anew for it."""
    keys = path.split(".")
    given = Given(resolved)
    for bundle in (Truth, Belief):
        for array, spec in specs(bundle).items():
            for field in _BY_RECORD.get(spec.holds, ()):
                collection, star, below = str(field.path).partition(".*.")
                depth = len(collection.split("."))
                if not star:
                    if field.path == path:
                        return Binding(array, 0, field.name)
                elif keys[:depth] == collection.split(".") and keys[depth + 1 :] == below.split("."):
                    return Binding(array, _row(given.at(collection), keys[depth]), field.name)
    return None


def _row(collection: object, key: str) -> int:
    """Return the row of an item by its number or name."""
    return int(key) if isinstance(collection, list) else list(collection).index(key)  # type: ignore[call-overload]


_BY_RECORD = {
    record.name: tuple(field for field in record.fields.values() if field.path is not None) for record in RECORDS
}
