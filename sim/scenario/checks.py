"""Checks across values: names that must exist, times that must fit the steps, sizes that must fit in memory."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from itertools import islice

from pydantic import BaseModel

from sim.scenario.declare import Acts, Choice, Refers, parse_date
from sim.scenario.errors import LIMIT, Problem, one_of, shown
from sim.scenario.fields import GROUPS, marked, parameters
from sim.scenario.layers import Layered
from sim.scenario.limits import MAX_BLOCKS, MAX_GIGABYTES, MAX_PEOPLE, MAX_STEPS
from sim.scenario.parameters import Scenario
from sim.scenario.resolved import Resolved
from sim.scenario.size import groups_held, memory, most_blocks, most_held, most_people
from sim.scenario.theatre import Facility, Theatre
from sim.scenario.yamlfile import Keys, dotted

_EPSILON = 1e-9


Names = Mapping[str, Collection[str]]
"""What a theatre names, by group (`facilities`, `parties`, ...)."""


def names_in(theatre: Layered) -> Names:
    """Return the names in the raw content of a theatre, entries with faults in them included."""
    groups = {group: theatre.data.get(group) for group in GROUPS}
    return {group: tuple(members) if isinstance(members, dict) else () for group, members in groups.items()}


def check_theatre(theatre: Theatre, layers: Layered, names: Names, dropped: frozenset[Keys]) -> list[Problem]:
    """Return every inconsistency of a theatre whose values are each valid; faulty ones have been `dropped`."""
    problems = list(_references(theatre, layers, names))
    for name in theatre.facilities:
        if ("facilities", name, "custody") not in dropped:
            problems += _regime(name, theatre.facilities[name], layers)
    checks = (_on_the_grid, _boxes, _people, _blocks)
    return [*problems, *(problem for check in checks for problem in check(theatre, layers))]


def check_scenario(scenario: Scenario, layers: Layered, names: Names | None, dropped: frozenset[Keys]) -> list[Problem]:
    """Return every inconsistency of a scenario whose values are each valid; faulty ones have been `dropped`.

    `names` is None if the theatre could not be read; then names are not checked.
    """
    checks = [_schedule, _offensive_dates, _observer_names, _change_targets, _view_controls]
    if ("step_hours",) not in dropped:
        checks += [_clock, _revisits]
    problems = [problem for check in checks for problem in check(scenario, layers)]
    return [*problems, *_references(scenario, layers, names)] if names is not None else problems


def notes_of(whole: Resolved) -> Iterator[str]:
    """Yield notes on what is allowed and acts on nothing: dates outside the simulated time, eyes and units of none."""
    horizon = whole.scenario.days * 24
    for where, _, date in marked(whole.scenario, Acts):
        key, hour = dotted(where), whole.hours(date)
        if hour < 0:
            yield f"{key}: {date} is before the start; it acts at hour 0"
        elif hour >= horizon:
            yield f"{key}: {date} is after the horizon; it never acts"
    yield from _blind(whole.scenario)
    yield from _harmless(whole)


def _blind(scenario: Scenario) -> Iterator[str]:
    """Note that nobody reports: then a gap is a matter of course, and no result."""
    if scenario.observers:
        return
    if scenario.isr.coverage == 0.0:
        yield "observers: nobody looks and nobody reports, so no escape is ever detected"
    else:
        yield "observers: nobody reports but surveillance"


def _harmless(whole: Resolved) -> Iterator[str]:
    """Note units that fight nobody who holds a place: they take no ground and frighten nobody."""
    holders = {facility.party for facility in whole.theatre.facilities.values()}
    for index, unit in enumerate(whole.scenario.control.offensives):
        if not holders & set(whole.theatre.parties[unit.party].hostile_to):
            key = f"control.offensives.{index}"
            yield f"{key}: {unit.party} is hostile to no party that holds a place; it threatens none"


def _is_multiple(value: float, unit: float) -> bool:
    ratio = value / unit
    return math.isfinite(ratio) and abs(ratio - round(ratio)) <= _EPSILON * max(1.0, abs(ratio)) and round(ratio) >= 1


def _clock(scenario: Scenario, layers: Layered) -> Iterator[Problem]:
    step, days = scenario.step_hours, scenario.days
    at = ("step_hours",)
    if not _is_multiple(step * 60, 1):
        yield layers.problem(at, f"{step:g} h is not a whole number of minutes", "whole minutes")
    elif not _is_multiple(24, step):
        yield layers.problem(at, f"{step:g} does not divide 24", "a divisor of 24, in h")
    elif not _is_multiple(days * 24, step):
        problem = f"{days:g} days are not a whole number of steps of {step:g} h"
        yield layers.problem(("days",), problem, "days times 24 a multiple of step_hours")
    elif days * 24 / step > MAX_STEPS + _EPSILON:
        problem = f"{days:g} days of {step:g} h steps make {days * 24 / step:,.0f} steps"
        yield layers.problem(("days",), problem, f"at most {MAX_STEPS:,}")


def _revisits(scenario: Scenario, layers: Layered) -> Iterator[Problem]:
    value, step = scenario.isr.revisit_hours, scenario.step_hours
    if not _is_multiple(24, step):
        return  # _clock reports the step
    at: Keys = ("isr", "revisit_hours")
    if at not in layers.origins and ("step_hours",) in layers.origins:
        at = ("step_hours",)  # the file chose the step, not the revisit
    expected = f"isr.revisit_hours a multiple of step_hours ({step:g} h)"
    if not isinstance(value, float | Choice):
        yield layers.problem(at, "a continuous distribution does not fit the steps", f"{expected}, or a choice of such")
        return
    for number in value.choice if isinstance(value, Choice) else [value]:
        if not _is_multiple(number, step):
            yield layers.problem(at, f"{number:g} h is not a multiple of step_hours", expected)


def _schedule(scenario: Scenario, layers: Layered) -> Iterator[Problem]:
    at = ("withdrawal", "schedule")
    rows = scenario.withdrawal.schedule
    for index, (_, share) in enumerate(rows):
        if not 0 <= share <= 1:
            yield layers.problem((*at, index), f"{share:g} is out of bounds", "0 to 1 (share of sponsor presence left)")
    for index, (before, after) in enumerate(zip(rows, rows[1:], strict=False), start=1):
        if not parse_date(before[0]) < parse_date(after[0]):
            yield layers.problem((*at, index), f"{after[0]} does not come after {before[0]}", "dates in order")


def _offensive_dates(scenario: Scenario, layers: Layered) -> Iterator[Problem]:
    for index, offensive in enumerate(scenario.control.offensives):
        if offensive.stops is not None and not parse_date(offensive.start) < parse_date(offensive.stops):
            at = ("control", "offensives", index, "stops")
            problem = f"{offensive.stops} does not come after {offensive.start}"
            yield layers.problem(at, problem, "a date after its start")


def _observer_names(scenario: Scenario, layers: Layered) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, observer in enumerate(scenario.observers):
        if observer.name in seen:
            at = ("observers", index, "name")
            yield layers.problem(at, f"`{observer.name}` stands twice", "a name for each observer")
        seen.add(observer.name)


def _view_controls(scenario: Scenario, layers: Layered) -> Iterator[Problem]:
    known = [parameter.path for parameter in parameters() if parameter.is_number]
    for index, path in enumerate(scenario.view.controls if scenario.view is not None else ()):
        if path not in known:
            yield layers.problem(
                ("view", "controls", index), f"{shown(path)} is no number of a scenario", one_of(path, known)
            )


def _change_targets(scenario: Scenario, layers: Layered) -> Iterator[Problem]:
    for index, change in enumerate(scenario.control.changes):
        if (change.facility is None) == (change.area is None):
            what = "neither facility nor area" if change.facility is None else "both facility and area"
            yield layers.problem(("control", "changes", index), f"names {what}", "one of them")
        elif change.ground_only and change.facility is not None:
            at = ("control", "changes", index, "ground_only")
            yield layers.problem(at, "a facility's change is never of ground only", "an area, or leave ground_only out")


def _references(model: BaseModel, layers: Layered, names: Names) -> Iterator[Problem]:
    """Yield every name that a scenario or theatre uses and the theatre does not have."""

    @cache
    def known(refers: Refers) -> dict[str, None]:
        return dict.fromkeys(name for group in refers.groups for name in names[group])

    unknown = ((at, refers, name) for at, refers, name in marked(model, Refers) if name not in known(refers))
    for at, refers, name in islice(unknown, LIMIT):  # near misses are slow to find, and InputError lists no more
        yield layers.problem(at, f"unknown {refers.what} `{shown(name)}`", one_of(name, list(known(refers))))


def _on_the_grid(theatre: Theatre, layers: Layered) -> Iterator[Problem]:
    grid = theatre.grid
    if not grid.north <= 89 or not grid.east - grid.west <= 360:
        edge = f"north to {grid.north:.1f} degrees" if grid.north > 89 else f"{grid.east - grid.west:.0f} degrees wide"
        yield layers.problem(("grid",), f"the map reaches {edge}", "at most 89 degrees north and 360 wide")
        return
    extent = f"{grid.south:.2f} to {grid.north:.2f} north, {grid.west:.2f} to {grid.east:.2f} east (degrees)"
    for group in (key for key, model in GROUPS.items() if {"lat", "lon"} <= set(model.model_fields)):
        for name, member in getattr(theatre, group).items():
            if not grid.contains(member.lat, member.lon):
                key = "lat" if grid.contains(grid.south, member.lon) else "lon"
                problem = f"{member.lat:g} north, {member.lon:g} east is off the grid"
                yield layers.problem((group, name, key), problem, extent)


def _boxes(theatre: Theatre, layers: Layered) -> Iterator[Problem]:
    grid = theatre.grid
    for name, area in theatre.areas.items():
        west, south, east, north = area.box
        at = ("areas", name, "box")
        if not (west < east and south < north):
            yield layers.problem(at, "the box is empty", "[west, south, east, north] in degrees")
        elif west > grid.east or east < grid.west or south > grid.north or north < grid.south:
            yield layers.problem(at, "the box is off the grid", "a box that touches the grid")


def _regime(name: str, facility: Facility, layers: Layered) -> Iterator[Problem]:
    if facility.regime == "resident" and groups_held(facility):
        at: Keys = ("facilities", name, "held")
        yield layers.problem(at, "a resident facility holds nobody", "residents, or custody: detained")
    if facility.regime == "detained" and facility.residents != 0:
        at = ("facilities", name, "residents")
        yield layers.problem(at, "a detained facility has no residents", "held, or custody: resident")


def _people(theatre: Theatre, layers: Layered) -> Iterator[Problem]:
    total = sum(map(most_people, theatre.facilities.values()))
    if total > MAX_PEOPLE:
        yield layers.problem(("facilities",), f"{total:,} people in all", f"at most {MAX_PEOPLE:,}")


def _blocks(theatre: Theatre, layers: Layered) -> Iterator[Problem]:
    for name, facility in theatre.facilities.items():
        blocks = most_blocks(facility)
        if blocks > MAX_BLOCKS:
            problem = f"{most_held(facility):,} people in blocks of {facility.block_size} make {blocks:,} blocks"
            yield layers.problem(("facilities", name, "block_size"), problem, f"at most {MAX_BLOCKS:,}")


def check_memory(scenario: Scenario, theatre: Theatre, layers: Layered) -> list[Problem]:
    """Return the problem of a scenario whose replicates would take too much memory, at the key of the largest part.

    `layers` are those of the theatre.
    """
    parts = memory(scenario, theatre)
    gigabytes = sum(part.bytes for part in parts) / 1e9
    if gigabytes <= MAX_GIGABYTES:
        return []
    most = max(parts, key=lambda part: part.bytes)
    problem = f"a replicate takes about {gigabytes:.1f} GB of memory, most of it for {most.number:,} {most.what}"
    return [
        layers.problem(
            (most.key,), problem, f"at most {MAX_GIGABYTES:g} GB, beside at most as much for lists that grow"
        )
    ]
