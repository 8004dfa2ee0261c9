"""What no single value can tell: names that must exist, times that must fit, people who must be counted once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from sim.scenario.declare import Choice, Distribution, LogNormal, parse_date, support
from sim.scenario.errors import LIMIT, Problem, one_of, shown
from sim.scenario.layers import Layered
from sim.scenario.parameters import Offensive, Scenario
from sim.scenario.resolved import Resolved
from sim.scenario.theatre import Cell, Facility, Place, Theatre
from sim.scenario.vocabulary import PEOPLE_KINDS, PEOPLE_ORIGINS
from sim.scenario.yamlfile import Keys

MAX_STEPS = 100_000
MAX_PEOPLE = 5_000_000
_EPSILON = 1e-9


@dataclass(frozen=True)
class Names:
    """What a theatre names, entries with faults in them included."""

    facilities: tuple[str, ...]
    areas: tuple[str, ...]
    parties: tuple[str, ...]
    places: tuple[str, ...]

    @classmethod
    def of(cls, theatre: Layered) -> Names:
        """Names in the raw content of a theatre."""
        groups = (theatre.data.get(group) for group in ("facilities", "areas", "parties", "places"))
        return cls(*(tuple(group) if isinstance(group, dict) else () for group in groups))


def check_theatre(theatre: Theatre, layers: Layered, names: Names, dropped: frozenset[Keys]) -> list[Problem]:
    """Everything inconsistent in a theatre whose values are each valid, faulty ones having been dropped."""
    problems = list(_parties(theatre, layers, names))
    for name in theatre.facilities:
        if ("facilities", name, "custody") not in dropped:
            problems += _regime(name, theatre.facilities[name], layers)
    return [*problems, *_on_the_grid(theatre, layers), *_boxes(theatre, layers), *_people(theatre, layers)]


def check_scenario(scenario: Scenario, layers: Layered, names: Names | None, dropped: frozenset[Keys]) -> list[Problem]:
    """Everything inconsistent in a scenario whose values are each valid, faulty ones having been dropped.

    `names` is None where the theatre could not be read, and names are not checked.
    """
    checks = [_schedule, _offensive_dates, _observer_names, _change_targets]
    if ("step_hours",) not in dropped:
        checks += [_clock, _revisits]
    problems = [problem for check in checks for problem in check(scenario, layers)]
    return [*problems, *_names(scenario, layers, names)] if names is not None else problems


def notes_of(whole: Resolved) -> Iterator[str]:
    """What is odd but allowed: things dated outside the time that is simulated."""
    horizon = whole.scenario.days * 24
    for key, date in _dated(whole.scenario):
        hour = whole.hours(date)
        if hour < 0:
            yield f"{key}: {date} is before the start; it acts at hour 0"
        elif hour >= horizon:
            yield f"{key}: {date} is after the horizon; it never acts"


def _dated(scenario: Scenario) -> Iterator[tuple[str, str]]:
    for index, change in enumerate(scenario.control.changes):
        yield f"control.changes.{index}.date", change.date
    for index, offensive in enumerate(scenario.control.offensives):
        yield f"control.offensives.{index}.start", offensive.start
    for index, attack in enumerate(scenario.armed_cells.attacks):
        yield f"armed_cells.attacks.{index}.date", attack.date
    if scenario.levers.move_first is not None:
        yield "levers.move_first.start", scenario.levers.move_first.start
    if scenario.levers.repatriation is not None and scenario.levers.repatriation.start is not None:
        yield "levers.repatriation.start", scenario.levers.repatriation.start


def _is_multiple(value: float, unit: float) -> bool:
    ratio = value / unit
    return abs(ratio - round(ratio)) <= _EPSILON * max(1.0, abs(ratio)) and round(ratio) >= 1


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
        return  # the step is at fault
    at: Keys = ("isr", "revisit_hours")
    if at not in layers.origins and ("step_hours",) in layers.origins:
        at = ("step_hours",)  # the default does not suit the step that the file chose
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


def _change_targets(scenario: Scenario, layers: Layered) -> Iterator[Problem]:
    for index, change in enumerate(scenario.control.changes):
        if (change.facility is None) == (change.area is None):
            what = "neither facility nor area" if change.facility is None else "both facility and area"
            yield layers.problem(("control", "changes", index), f"names {what}", "one of them")


def _names(scenario: Scenario, layers: Layered, names: Names) -> Iterator[Problem]:
    """Names that a scenario uses and its theatre does not have."""
    known = {
        "facility": dict.fromkeys(names.facilities),
        "area": dict.fromkeys(names.areas),
        "party": dict.fromkeys(names.parties),
        "place": dict.fromkeys([*names.places, *names.facilities]),
    }
    unknown = ((at, what, name) for at, what, name in _used(scenario) if name not in known[what])
    for at, what, name in islice(unknown, LIMIT):  # near misses take long to find, and no more are listed
        word = "place or facility" if what == "place" else what
        yield layers.problem(at, f"unknown {word} `{shown(name)}`", one_of(name, list(known[what])))


def _used(scenario: Scenario) -> Iterator[tuple[Keys, str, str]]:
    """Where a scenario names something of its theatre: place in the file, what it is, its name."""
    for index, change in enumerate(scenario.control.changes):
        at: Keys = ("control", "changes", index)
        yield (*at, "to"), "party", change.to
        if change.facility is not None:
            yield (*at, "facility"), "facility", change.facility
        if change.area is not None:
            yield (*at, "area"), "area", change.area
    for index, offensive in enumerate(scenario.control.offensives):
        yield from _used_by_offensive(("control", "offensives", index), offensive)
    for index, attack in enumerate(scenario.armed_cells.attacks):
        yield ("armed_cells", "attacks", index, "facility"), "facility", attack.facility
    for index, observer in enumerate(scenario.observers):
        if observer.party is not None:
            yield ("observers", index, "party"), "party", observer.party
    yield from _used_by_levers(scenario)


def _used_by_offensive(at: Keys, offensive: Offensive) -> Iterator[tuple[Keys, str, str]]:
    yield (*at, "party"), "party", offensive.party
    if offensive.origin is not None:
        yield (*at, "from"), "place", offensive.origin
    for index, name in enumerate(offensive.objectives):
        yield (*at, "objectives", index), "place", name


def _used_by_levers(scenario: Scenario) -> Iterator[tuple[Keys, str, str]]:
    levers = scenario.levers
    lists: list[tuple[str, str, Sequence[str]]] = []
    if levers.formal_handover is not None:
        lists.append(("formal_handover", "facilities", levers.formal_handover.facilities))
    if levers.hardening is not None:
        lists.append(("hardening", "facilities", levers.hardening.facilities))
    if levers.move_first is not None:
        lists.append(("move_first", "from", levers.move_first.origin))
        if levers.move_first.to is not None:
            yield ("levers", "move_first", "to"), "facility", levers.move_first.to
    for lever, key, names in lists:
        for index, name in enumerate(names):
            yield ("levers", lever, key, index), "facility", name


def _parties(theatre: Theatre, layers: Layered, names: Names) -> Iterator[Problem]:
    used: list[tuple[Keys, str]] = [(("ground",), theatre.ground)]
    for name, party in theatre.parties.items():
        used += [(("parties", name, "hostile_to", i), other) for i, other in enumerate(party.hostile_to)]
    used += [(("areas", name, "party"), area.party) for name, area in theatre.areas.items() if area.party is not None]
    used += [(("facilities", name, "party"), facility.party) for name, facility in theatre.facilities.items()]
    for at, name in used:
        if name not in names.parties:
            yield layers.problem(at, f"unknown party `{shown(name)}`", one_of(name, names.parties))


def _on_the_grid(theatre: Theatre, layers: Layered) -> Iterator[Problem]:
    grid = theatre.grid
    if not grid.north <= 89 or not grid.east - grid.west <= 360:
        edge = f"north to {grid.north:.1f} degrees" if grid.north > 89 else f"{grid.east - grid.west:.0f} degrees wide"
        yield layers.problem(("grid",), f"the map reaches {edge}", "at most 89 degrees north and 360 wide")
        return
    extent = f"{grid.south:.2f} to {grid.north:.2f} north, {grid.west:.2f} to {grid.east:.2f} east (degrees)"
    groups: tuple[tuple[str, Mapping[str, Facility | Place | Cell]], ...] = (
        ("facilities", theatre.facilities),
        ("places", theatre.places),
        ("cells", theatre.cells),
    )
    for group, members in groups:
        for name, member in members.items():
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
    if facility.regime == "resident" and any(_people_of(facility, "held")):
        at: Keys = ("facilities", name, "held")
        yield layers.problem(at, "a resident facility holds nobody", "residents, or custody: detained")
    if facility.regime == "detained" and facility.residents != 0:
        at = ("facilities", name, "residents")
        yield layers.problem(at, "a detained facility has no residents", "held, or custody: resident")


def _people_of(facility: Facility, which: str = "all") -> Iterator[float | Distribution]:
    """Numbers of people at a facility that are not zero."""
    for kind in PEOPLE_KINDS:
        for origin in PEOPLE_ORIGINS:
            number = getattr(getattr(facility.held, kind), origin)
            if number != 0:
                yield number
    if which == "all" and facility.residents != 0:
        yield facility.residents


def _people(theatre: Theatre, layers: Layered) -> Iterator[Problem]:
    total = sum(_largest(number) for facility in theatre.facilities.values() for number in _people_of(facility))
    if total > MAX_PEOPLE:
        yield layers.problem(("facilities",), f"{total:,.0f} people in all", f"at most {MAX_PEOPLE:,}")


def _largest(value: float | Distribution) -> float:
    """Largest number of people a value can give; a lognormal counts with its median, for it has no largest."""
    return value.lognormal.median if isinstance(value, LogNormal) else support(value)[1]
