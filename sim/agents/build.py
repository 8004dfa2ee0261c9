"""From a resolved scenario to the arrays of truth and belief, before anything is drawn."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from sim.agents.armed_cell import ARMED_CELL, DATED_ATTACK
from sim.agents.detainee import FUGITIVE, PERSON
from sim.agents.facility import BLOCK, FACILITY
from sim.agents.guard import GUARD
from sim.agents.occupying_force import UNIT
from sim.engine.random import name_key
from sim.scenario.declare import Distribution, LogNormal, support
from sim.scenario.draw import quantile
from sim.scenario.parameters import ROLES, Observer
from sim.scenario.resolved import Resolved
from sim.scenario.theatre import Facility, Origins
from sim.world.belief import BOARD, OBSERVER, PAIR, REPORT, Belief
from sim.world.codes import DAY, HANDOVERS, NEVER, OBSERVER_KINDS, SITES
from sim.world.ground import cell_of, kilometres, layers
from sim.world.numbers import field_name, parameter_record
from sim.world.state import CHANGE, CLOCK, EPISODE, LOG, PARTY, TOTALS, Truth

TICK_MINUTES = 15
"""Longest tick of the fast processes."""


class Room(NamedTuple):
    """How long the lists are that a run fills."""

    episodes: int = 256
    entries: int = 4096
    log: int = 0
    reports: int = 0

    def larger(self) -> Room:
        """Four times the room."""
        return Room(*(4 * n for n in self))

    def covering(self, other: Room) -> Room:
        """Room for both."""
        return Room(*map(max, self, other))


class Names(NamedTuple):
    """Names by index."""

    facilities: tuple[str, ...]
    parties: tuple[str, ...]
    observers: tuple[str, ...]
    origins: tuple[str, ...]
    areas: tuple[str, ...]


def number(value: float | Distribution | None) -> float:
    """A plain number; NaN for a distribution (bound later) or for nothing."""
    return float(value) if isinstance(value, int | float) else math.nan


def whole(value: float | Distribution | None) -> int:
    """A count of people, rounded half up."""
    return math.floor(number(value) + 0.5) if isinstance(value, int | float) else 0


def names_of(resolved: Resolved) -> Names:
    """The names in their order of index; surveillance is the last observer."""
    observers = (*(o.name for o in resolved.scenario.observers), "isr")
    origins = (*(o.origin or o.name for o in resolved.scenario.observers), "isr")
    theatre = resolved.theatre
    return Names(tuple(theatre.facilities), tuple(theatre.parties), observers, origins, tuple(theatre.areas))


def _minute(resolved: Resolved, date: str | None) -> int:
    return NEVER if date is None else round(resolved.hours(date) * 60)


def ticks_in(step_minutes: int) -> int:
    """Fewest equal whole-minute parts of a step that are no longer than a tick may be."""
    n = max(1, math.ceil(step_minutes / TICK_MINUTES))
    while step_minutes % n:
        n += 1
    return n


def build_truth(resolved: Resolved, room: Room) -> Truth:
    """The arrays of the truth pass, at the start, with nothing drawn."""
    scenario, theatre = resolved.scenario, resolved.theatre
    names = names_of(resolved)
    party_index = {name: i for i, name in enumerate(names.parties)}
    control, terrain, areas = layers(theatre, party_index)
    clock = _clock(resolved, party_index)
    facility, people, blocks, guards = _facilities(resolved, party_index)
    changes = _changes(resolved, names, party_index)
    _mark(resolved, names, facility, changes, areas)
    units, objectives = _units(resolved, party_index)
    population = len(people)
    states = np.zeros(7, np.int64)
    states[0] = population
    total = np.zeros(1, TOTALS)
    total["population"] = population
    total["first_escape"] = -1
    step_minutes = int(clock["step_minutes"][0])
    delay = scenario.news.delay_hours
    longest = support(delay)[1] if not isinstance(delay, LogNormal) else 720.0
    heard = np.zeros(resolved.steps + 3 + math.ceil(60 * longest / step_minutes))
    return Truth(
        clock=clock,
        par=parameter_record(scenario, theatre),
        total=total,
        states=states,
        causes=np.zeros(6, np.int64),
        party=_parties(resolved),
        hostile=_hostility(resolved, party_index),
        control=control,
        terrain=terrain,
        site_at=_places(facility, control),
        square_first=_squares(facility, control.shape, theatre.grid.cell_km, clock),
        areas=areas,
        schedule=np.array(
            [(_minute(resolved, date), share) for date, share in scenario.withdrawal.schedule], dtype=np.float64
        ).reshape(-1, 2),
        changes=changes,
        facility=facility,
        block=_blocks(facility, people, blocks),
        people=people,
        trait=np.zeros((population, 3)),
        order=np.zeros(population, np.int32),
        near=np.zeros(population, np.int32),
        fugitive=np.zeros(population, FUGITIVE),
        hazard=np.zeros((population, 4)),
        out=np.zeros(population, np.int32),
        fate_first=np.full(DAY // step_minutes, -1, np.int32),
        entry=np.zeros((room.entries, 3), np.int32),
        guard=np.zeros(guards, GUARD),
        guard_order=np.zeros(guards, np.int32),
        unit=units,
        objective=objectives,
        cell=_cells(resolved),
        attack=_attacks(resolved, names),
        move_from=_move_from(resolved, names),
        heard=heard,
        episode=np.zeros(room.episodes, EPISODE),
        log=np.zeros(room.log, LOG),
        noticed=np.full(len(facility), -1, np.int64),
    )


def _clock(resolved: Resolved, party_index: dict[str, int]) -> np.ndarray:
    scenario, theatre = resolved.scenario, resolved.theatre
    clock = np.zeros(1, CLOCK)
    step_minutes = round(scenario.step_hours * 60)
    clock["steps"] = resolved.steps
    clock["step_minutes"] = step_minutes
    clock["ticks"] = ticks_in(step_minutes)
    clock["tick_minutes"] = step_minutes // ticks_in(step_minutes)
    clock["dt"] = scenario.step_hours
    clock["ground_state"] = 1
    clock["sites"] = sum(facility.regime != "resident" for facility in theatre.facilities.values())
    clock["response"] = scenario.response
    clock["handover"] = HANDOVERS.index(scenario.control.handover)
    movement = [party_index[name] for name, party in theatre.parties.items() if party.armed_movement]
    clock["movement"] = movement[0] if movement else -1
    levers = scenario.levers
    clock["formal_everywhere"] = levers.formal_handover is not None and not levers.formal_handover.facilities
    clock["move_start"] = _minute(resolved, levers.move_first.start if levers.move_first else None)
    clock["move_to"] = -1
    if levers.move_first and levers.move_first.to:
        clock["move_to"] = list(theatre.facilities).index(levers.move_first.to)
    clock["repatriate_start"] = clock["ground_due"] = NEVER
    if levers.repatriation:
        clock["repatriate_start"] = max(0, _minute(resolved, levers.repatriation.start or scenario.start))
        clock["repatriate_who"] = ("all", "fighters", "families").index(levers.repatriation.who)
    return clock


def _parties(resolved: Resolved) -> np.ndarray:
    parties = resolved.theatre.parties.values()
    rows = np.zeros(len(parties), PARTY)
    for i, party in enumerate(parties):
        for name in ("effectiveness", "authority", "search"):
            rows[name][i] = number(getattr(party, name))
        for name in ("guards_per_100", "setup_hours", "free", "move", "neglect"):
            rows[name][i] = number(getattr(party.custody_policy, name))
    return rows


def _hostility(resolved: Resolved, party_index: dict[str, int]) -> np.ndarray:
    hostile = np.zeros((len(party_index), len(party_index)), np.bool_)
    for name, party in resolved.theatre.parties.items():
        for other in party.hostile_to:
            hostile[party_index[name], party_index[other]] = True
    return hostile


def _groups(facility: Facility) -> Iterator[tuple[int, int, int]]:
    """Kind, origin and number of every group of detained people, in the order of index."""
    for kind, held in enumerate((facility.held.fighters, facility.held.families, facility.held.minors)):
        for origin, name in enumerate(Origins.model_fields):
            yield kind, origin, whole(getattr(held, name))


def guard_rows(resolved: Resolved, facility: Facility) -> int:
    """Most guards a facility can have in any replicate."""
    return math.floor(_most(resolved.scenario.guards.scale, 20.0) * _most(facility.guards, 20_000.0)) + 1


def _most(value: float | Distribution, bound: float) -> float:
    """Largest number that can be drawn, up to its declared bound."""
    if isinstance(value, LogNormal):
        return min(bound, float(quantile(value, 1.0 - 2.0**-53)))
    return min(bound, support(value)[1])


def _facilities(resolved: Resolved, party_index: dict[str, int]) -> tuple[np.ndarray, np.ndarray, int, int]:
    """Facilities, people, number of blocks, number of guard rows."""
    theatre = resolved.theatre
    rows = np.zeros(len(theatre.facilities), FACILITY)
    people: list[np.ndarray] = []
    first = blocks = guards = 0
    for f, (name, facility) in enumerate(theatre.facilities.items()):
        row = rows[f]
        _describe(resolved, row, name, facility)
        row["initial"] = row["controller"] = row["keeper"] = party_index[facility.party]
        row["first"], row["block_first"], row["guard_first"] = first, blocks, guards
        if facility.regime == "resident":
            row["held0"] = row["held"] = whole(facility.residents)
            row["blocks"] = 0
        else:
            here = _people_of(f, facility)
            people.append(here)
            row["held0"] = row["held"] = len(here)
            row["fighters"] = int((here["kind"] == 0).sum())
            row["blocks"] = max(1, math.ceil(len(here) / facility.block_size))
            here["block"] = np.arange(len(here)) % row["blocks"]
            first += len(here)
        row["guard_rows"] = guard_rows(resolved, facility)
        blocks += int(row["blocks"])
        guards += int(row["guard_rows"])
    everyone = np.concatenate(people) if people else np.zeros(0, PERSON)
    return rows, everyone, blocks, guards


def _blocks(facility: np.ndarray, people: np.ndarray, blocks: int) -> np.ndarray:
    """Blocks with the people who stand in them at the start; facilities follow one another, and blocks in them."""
    rows = np.zeros(blocks, BLOCK)
    rows["held"] = np.bincount(facility["block_first"][people["home"]] + people["block"], minlength=blocks)
    rows["first"] = np.cumsum(rows["held"]) - rows["held"]
    return rows


def _places(facility: np.ndarray, control: np.ndarray) -> np.ndarray:
    """The first facility in every cell, -1 for none; each facility notes the next one in its cell."""
    first = np.full(control.shape, -1, np.int32)
    height, width = control.shape
    facility["next_here"] = -1
    for f in reversed(range(len(facility))):
        row, column = int(facility["row"][f]), int(facility["column"][f])
        if 0 <= row < height and 0 <= column < width:
            facility["next_here"][f] = first[row, column]
            first[row, column] = f
    return first


def _squares(facility: np.ndarray, shape: tuple[int, int], cell_km: float, clock: np.ndarray) -> np.ndarray:
    """Squares of the map with about one facility of detained people each: the first there, each notes the next."""
    height_km, width_km = shape[0] * cell_km, shape[1] * cell_km
    side = math.sqrt(height_km * width_km / max(1, len(facility)))
    clock["square_km"] = side
    first = np.full((math.ceil(height_km / side), math.ceil(width_km / side)), -1, np.int32)
    rows, columns = first.shape
    facility["next_in_square"] = -1
    for f in reversed(np.flatnonzero(facility["resident"] == 0)):
        row = min(max(0, int(facility["y"][f] / side)), rows - 1)
        column = min(max(0, int(facility["x"][f] / side)), columns - 1)
        facility["next_in_square"][f] = first[row, column]
        first[row, column] = f
    return first


def _describe(resolved: Resolved, row: Any, name: str, facility: Facility) -> None:
    """The columns that say what a facility is, and the state it starts in."""
    grid = resolved.theatre.grid
    levers = resolved.scenario.levers
    row["key"] = name_key(name)
    row["x"], row["y"] = kilometres(grid, facility.lat, facility.lon)
    row["column"], row["row"] = cell_of(grid, row["x"], row["y"])
    row["camp"] = facility.kind == "camp"
    row["resident"] = facility.regime == "resident"
    row["assigned"] = number(facility.guards)
    row["capacity"] = number(facility.capacity)
    row["walls"] = number(facility.walls)
    row["cameras"] = number(facility.cameras)
    row["leave_share"] = number(facility.leave_share)
    row["flow"] = number(facility.flow_per_hour)
    row["call_priority"] = number(facility.call_priority)
    hard = levers.hardening
    row["hardened"] = hard is not None and (not hard.facilities or name in hard.facilities)
    row["formal_lever"] = levers.formal_handover is not None and name in levers.formal_handover.facilities
    row["emptied_by_lever"] = levers.move_first is not None and name in levers.move_first.origin
    for never in ("custody_due", "contested_due", "assault_due"):
        row[never] = NEVER
    for none in ("episode", "first_escape", "entry_head", "entry_tail", "hits", "near_entry"):
        row[none] = -1
    row["distance"] = np.inf
    row["quiet_guards"] = np.inf


def _people_of(f: int, facility: Facility) -> np.ndarray:
    """A facility's own people in the order of their index."""
    groups = list(_groups(facility))
    people = np.zeros(sum(n for _, _, n in groups), PERSON)
    people["kind"] = np.repeat([kind for kind, _, _ in groups], [n for _, _, n in groups])
    people["origin"] = np.repeat([origin for _, origin, _ in groups], [n for _, _, n in groups])
    people["home"] = people["facility"] = f
    people["slot"] = -1
    return people


def _changes(resolved: Resolved, names: Names, party_index: dict[str, int]) -> np.ndarray:
    """The table of control changes, in date order then list order."""
    table = resolved.scenario.control.changes
    rows = np.zeros(len(table), CHANGE)
    for row, change in zip(rows, sorted(table, key=lambda c: _minute(resolved, c.date)), strict=True):
        row["minute"] = _minute(resolved, change.date)
        row["facility"] = names.facilities.index(change.facility) if change.facility else -1
        row["area"] = names.areas.index(change.area) if change.area else -1
        row["to"] = party_index[change.to]
        row["handover"] = HANDOVERS.index(change.handover) if change.handover else -1
    return rows


def _mark(resolved: Resolved, names: Names, facility: np.ndarray, changes: np.ndarray, areas: np.ndarray) -> None:
    """Mark facilities that the table of changes names: for these the table wins over units on the move."""
    for change in changes:
        if change["facility"] >= 0:
            facility["dated"][change["facility"]] = 1
        else:
            inside = areas[change["area"]][facility["row"], facility["column"]]
            facility["dated"][inside] = 1


def _units(resolved: Resolved, party_index: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """Units and their objectives in kilometres."""
    theatre = resolved.theatre
    offensives = resolved.scenario.control.offensives

    def at(name: str) -> tuple[float, float]:
        place = theatre.places.get(name) or theatre.facilities[name]
        return kilometres(theatre.grid, place.lat, place.lon)

    rows = np.zeros(len(offensives), UNIT)
    points: list[tuple[float, float]] = []
    for index, (row, offensive) in enumerate(zip(rows, offensives, strict=True)):
        row["key"] = name_key(f"{offensive.party}-{index}")
        row["party"] = party_index[offensive.party]
        row["start"], row["stops"] = _minute(resolved, offensive.start), _minute(resolved, offensive.stops)
        row["km_per_day"] = number(offensive.km_per_day)
        row["x"], row["y"] = at(offensive.origin or offensive.objectives[0])
        row["objective"] = len(points)
        points += [at(name) for name in offensive.objectives]
        row["objective_end"] = len(points)
    return rows, np.array(points, dtype=np.float64).reshape(-1, 2)


def _cells(resolved: Resolved) -> np.ndarray:
    cells = resolved.theatre.cells.values()
    rows = np.zeros(len(cells), ARMED_CELL)
    for row, cell in zip(rows, cells, strict=True):
        row["x"], row["y"] = kilometres(resolved.theatre.grid, cell.lat, cell.lon)
        row["strength"] = number(cell.strength)
    return rows


def _attacks(resolved: Resolved, names: Names) -> np.ndarray:
    attacks = resolved.scenario.armed_cells.attacks
    rows = np.zeros(len(attacks), DATED_ATTACK)
    for row, attack in zip(rows, attacks, strict=True):
        row["minute"] = _minute(resolved, attack.date)
        row["facility"] = names.facilities.index(attack.facility)
        row["attackers"] = number(attack.attackers)
    return rows


def _move_from(resolved: Resolved, names: Names) -> np.ndarray:
    lever = resolved.scenario.levers.move_first
    return np.array([names.facilities.index(name) for name in (lever.origin if lever else [])], dtype=np.int64)


def build_belief(resolved: Resolved, room: Room) -> Belief:
    """The arrays of the observation pass, at the start, with nothing drawn."""
    names = names_of(resolved)
    n = len(names.facilities)
    confirmation = resolved.scenario.confirmation
    board = np.zeros(1, BOARD)
    board["next_due"] = NEVER
    board["first_report"] = board["first_confirmed"] = -1
    board["origins"] = confirmation.origins
    board["direct_reliability"] = "ABCDEF".find(confirmation.direct_reliability[:1])
    if confirmation.direct_reliability == "never":
        board["direct_reliability"] = -1
    board["isr"] = len(names.observers) - 1
    pair = np.zeros((n, len(names.observers)), PAIR)
    for f, facility in enumerate(names.facilities):
        pair["key"][f] = [name_key(f"{observer}@{facility}") for observer in names.observers]
    pair["learned"] = pair["unreported"] = -1
    pair["due"] = NEVER
    pair["told"] = -1.0
    pair["claim"] = np.nan
    return Belief(
        board=board,
        observer=_observers(resolved, names),
        pair=pair,
        claim=np.full((len(ROLES), n), np.nan),
        theatre_claim=np.full(len(ROLES), np.nan),
        confirmed=np.zeros(n),
        signs=np.zeros(n, np.int64),
        phase=np.zeros(n, np.int64),
        began=np.full(room.episodes, -1.0),
        learned_by=np.zeros(room.episodes, np.int64),
        reported_at=np.full(room.episodes, -1, np.int64),
        confirmed_at=np.full(room.episodes, -1, np.int64),
        report=np.zeros(room.reports, REPORT),
    )


OBSERVER_NUMBERS = (
    "presence", "detect", "notice_size", "delay_hours", "delay_sd", "update_hours", "bias", "bias_own_failure",
    "error", "denies", "wordless", "range_factor", "false_per_month", "false_size",
)  # fmt: skip


def _observers(resolved: Resolved, names: Names) -> np.ndarray:
    """Observers in file order, surveillance last."""
    parties = list(names.parties)
    isr = resolved.scenario.isr
    origin_index = {name: i for i, name in enumerate(dict.fromkeys(names.origins))}
    rows = np.zeros(len(names.observers), OBSERVER)
    surveillance = Observer(
        name="isr", role="sponsor government", kind="source", reliability="B", credibility=2,
        bias=isr.bias, error=isr.error, delay_hours=isr.delay_hours,
    )  # fmt: skip
    for i, observer in enumerate([*resolved.scenario.observers, surveillance]):
        row = rows[i]
        row["key"] = name_key(observer.name)
        row["role"] = ROLES.index(observer.role)
        row["kind"] = OBSERVER_KINDS.index(observer.kind)
        row["party"] = parties.index(observer.party) if observer.party else -1
        row["sites"] = SITES.index(observer.sites)
        row["listens"] = sum(1 << ROLES.index(role) for role in set(observer.listens))
        row["leaves"] = observer.leaves
        for name in OBSERVER_NUMBERS:
            row[name] = number(getattr(observer, name))
        row["reliability"] = "ABCDEF".index(observer.reliability)
        row["credibility"] = observer.credibility
        row["direct"] = observer.direct
        row["origin"] = origin_index[observer.origin or observer.name]
    rows["kind"][-1] = OBSERVER_KINDS.index("isr")
    return rows


def binding(path: str, resolved: Resolved) -> tuple[str, int, str] | None:
    """Array, row and column that a number's path is held in; None if the arrays must be built anew for it."""
    keys = path.split(".")
    if keys[0] in ("guards", "disorder", "news", "walls", "stealth", "assault", "shelling", "at_large", "isr"):
        return ("par", 0, field_name(path)) if path != "news.delay_hours" else None
    if keys[0] in ("levers", "confirmation") or len(keys) == 2 and keys[0] in ("armed_cells", "control"):
        return "par", 0, field_name(path)
    if keys[0] == "observers" and keys[2] in OBSERVER_NUMBERS:
        return "observer", int(keys[1]), keys[2]
    if keys[:2] == ["control", "offensives"]:
        return "unit", int(keys[2]), keys[3]
    if keys[:2] == ["armed_cells", "attacks"]:
        return "attack", int(keys[2]), keys[3]
    return _theatre_binding(keys[1:], resolved) if keys[0] == "theatre" else None


def _theatre_binding(keys: list[str], resolved: Resolved) -> tuple[str, int, str] | None:
    theatre = resolved.theatre
    if keys[0] == "parties":
        return "party", list(theatre.parties).index(keys[1]), keys[-1]
    if keys[0] == "cells" and keys[2] == "strength":
        return "cell", list(theatre.cells).index(keys[1]), "strength"
    columns = {
        "guards": "assigned", "walls": "walls", "cameras": "cameras", "leave_share": "leave_share",
        "call_priority": "call_priority", "flow_per_hour": "flow", "capacity": "capacity",
    }  # fmt: skip
    if keys[0] == "facilities" and keys[2] in columns:
        return "facility", list(theatre.facilities).index(keys[1]), columns[keys[2]]
    return None
