"""Every kind of bad scenario or theatre is a problem at its line, with what was expected; never a traceback."""

import pytest

from sim.scenario.errors import InputError, Problem
from sim.scenario.loader import load, load_theatre


def problems_of(path, overrides=None) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        load(path, overrides)
    return caught.value.problems


def only(path, overrides=None) -> Problem:
    problems = problems_of(path, overrides)
    assert len(problems) == 1, "\n".join(map(str, problems))
    return problems[0]


# What is replaced in the file, by what, and the one problem that follows: key, problem, expected. The problem is on
# the last line of the replacement, or on the one with the mark.
MARK = "§"
SCENARIO_FAULTS = {
    "unknown key": (
        "  redeploy_share: 0.4",
        "  redeploy_shar: 0.4",
        "guards.redeploy_shar",
        "unknown key",
        "did you mean `redeploy_share`?",
    ),
    "unknown section": ("guards:\n", "gards:§\n", "gards", "unknown key", "did you mean `guards`?"),
    "dotted key": ("days: 30", "days: 30\nisr.coverage: 0.1", "isr.coverage", "unknown key", "nested keys"),
    "wrong unit": (
        "days: 30",
        "days: 30\nisr: {coverage: 40}",
        "isr.coverage",
        "40 is out of bounds",
        "0 to 1 (share)",
    ),
    "negative count": (
        "[5, 10, 15]",
        "[-5, 10, 15]",
        "facilities.hasakah.guards",
        "the distribution is out of bounds",
        "0 to 20000 (guards)",
    ),
    "text for a number": (
        "  redeploy_share: 0.4",
        "  redeploy_share: 40%",
        "guards.redeploy_share",
        "`40%` is not a number",
        "a number or a distribution (share)",
    ),
    "quoted number": ("days: 30", 'days: "30"', "days", "`30` is not a number", "a number"),
    "truth for a number": ("days: 30", "days: true", "days", "`true` is not a number", "a number"),
    "infinite": ("days: 30", "days: .inf", "days", "inf is not a finite number", "a number"),
    "not a number": (
        "  redeploy_share: 0.4",
        "  redeploy_share: .nan",
        "guards.redeploy_share",
        "nan is not a finite number",
        "a number",
    ),
    "huge number": ("days: 30", "days: 1e999", "days", "inf is not a finite number", "a number"),
    "fraction for a whole number": (
        "days: 30",
        "days: 30\nseed: 1.5",
        "seed",
        "1.5 is not a whole number",
        "a whole number",
    ),
    "no value": ("days: 30", "days:", "days", "has no value", "a number"),
    "text for a truth": ("days: 30", "days: 30\nresponse: yes", "response", "`yes` does not fit", "true or false"),
    "missing key": (
        "name: autumn\nstart: 2019-10-01\ndays: 30",
        "name: autumn§\nstart: 2019-10-01",
        "days",
        "is missing",
        "a number: horizon",
    ),
    "unknown distribution": (
        "{uniform: [0.5, 1.5]}",
        "{unifrom: [0.5, 1.5]}",
        "guards.scale",
        "unknown distribution `unifrom`",
        "did you mean `uniform`?",
    ),
    "two distributions": (
        "{uniform: [0.5, 1.5]}",
        "{uniform: [0.5, 1.5], beta: [1, 1]}",
        "guards.scale.beta",
        "a second key",
        "one distribution",
    ),
    "ends out of order": (
        "{uniform: [0.5, 1.5]}",
        "{uniform: [1.5, 0.5]}",
        "guards.scale",
        "the ends are out of order",
        "a <= b",
    ),
    "one end": ("{uniform: [0.5, 1.5]}", "{uniform: [1.5]}", "guards.scale.uniform.1", "is missing", "a number"),
    "three ends": (
        "{uniform: [0.5, 1.5]}",
        "{uniform: [1, 1, 1]}",
        "guards.scale.uniform",
        "too many items",
        "at most 2",
    ),
    "negative median": (
        "median: 24",
        "median: -24",
        "observers.1.delay_hours.lognormal.median",
        "-24 is out of bounds",
        "more than 0 (h)",
    ),
    "a list for a mapping": (
        "guards:\n  scale: {uniform: [0.5, 1.5]}\n  redeploy_share: 0.4",
        "guards: []",
        "guards",
        "a list does not fit",
        "a mapping",
    ),
    "bad date": ("start: 2019-10-01", "start: 2019-13-01", "start", "`2019-13-01` is not a date", "YYYY-MM-DD"),
    "date with a zone": ("start: 2019-10-01", "start: 2019-10-01T00:00Z", "start", "is not a date", "without a zone"),
    "number for a date": ("start: 2019-10-01", "start: 2019", "start", "`2019` does not fit", "text"),
    "dates out of order": (
        "[2019-10-20, 0.0]",
        "[2019-10-07, 0.0]",
        "withdrawal.schedule.1",
        "does not come after 2019-10-07",
        "dates in order",
    ),
    "share above one": (
        "[2019-10-07, 1.0]",
        "[2019-10-07, 100]",
        "withdrawal.schedule.0",
        "100 is out of bounds",
        "0 to 1",
    ),
    "offensive that ends before it starts": (
        "stops: 2019-10-17",
        "stops: 2019-10-08",
        "control.offensives.0.stops",
        "does not come after",
        "after its start",
    ),
    "change of an unknown facility": (
        "facility: hasakah, to",
        "facility: hasaka, to",
        "control.changes.0.facility",
        "unknown facility `hasaka`",
        "did you mean `hasakah`?",
    ),
    "change of an unknown area": (
        "facility: hasakah, to",
        "area: bordr, to",
        "control.changes.0.area",
        "unknown area `bordr`",
        "did you mean `border`?",
    ),
    "change to an unknown party": (
        "to: turkey",
        "to: turky",
        "control.changes.0.to",
        "unknown party `turky`",
        "did you mean `turkey`?",
    ),
    "change of nothing": (
        "facility: hasakah, to",
        "to",
        "control.changes.0",
        "names neither facility nor area",
        "one of them",
    ),
    "change of two things": (
        "facility: hasakah, to",
        "facility: hasakah, area: border, to",
        "control.changes.0",
        "names both",
        "one of them",
    ),
    "unknown handover": (
        "changes:",
        "handover: quick§\n  changes:",
        "control.handover",
        "`quick` is not known",
        "one of none, hasty, formal",
    ),
    "offensive of an unknown party": (
        "{party: turkey, start",
        "{party: russia, start",
        "control.offensives.0.party",
        "unknown party `russia`",
        "one of sdf, turkey, us",
    ),
    "unknown objective": (
        "[crossing, hasakah]",
        "[crossing, nowhere]",
        "control.offensives.0.objectives.1",
        "unknown place or facility `nowhere`",
        "one of al-hol-main, crossing, hasakah",
    ),
    "no objectives": ("[crossing, hasakah]", "[]", "control.offensives.0.objectives", "too few items", "at least 1"),
    "unknown start": (
        "from: crossing",
        "from: crosing",
        "control.offensives.0.from",
        "unknown place",
        "did you mean `crossing`?",
    ),
    "our name for a key": (
        "from: crossing",
        "origin: crossing",
        "control.offensives.0.origin",
        "unknown key",
        "one of from",
    ),
    "observer of an unknown party": (
        "party: us}",
        "party: uk}",
        "observers.0.party",
        "unknown party `uk`",
        "one of sdf, turkey, us",
    ),
    "unknown role": ("role: media", "role: medai", "observers.1.role", "`medai` is not known", "did you mean `media`?"),
    "two observers of one name": (
        "name: media",
        "name: liaison",
        "observers.1.name",
        "`liaison` stands twice",
        "a name for each",
    ),
    "attack on an unknown facility": (
        "days: 30",
        "days: 30\narmed_cells: {attacks: [{date: 2019-10-02, facility: roj}]}",
        "armed_cells.attacks.0.facility",
        "unknown facility `roj`",
        "one of al-hol-main, hasakah",
    ),
    "incident at an unknown facility": (
        "days: 30",
        "days: 30\nincidents: [{date: 2019-10-02, facility: roj, kind: riot}]",
        "incidents.0.facility",
        "unknown facility `roj`",
        "one of al-hol-main, hasakah",
    ),
    "unknown kind of incident": (
        "days: 30",
        "days: 30\nincidents: [{date: 2019-10-02, facility: hasakah, kind: riots}]",
        "incidents.0.kind",
        "`riots` is not known",
        "did you mean `riot`?",
    ),
    "lever at an unknown facility": (
        "days: 30",
        "days: 30\nlevers: {hardening: {facilities: [hasaka]}}",
        "levers.hardening.facilities.0",
        "unknown facility",
        "did you mean `hasakah`?",
    ),
    "moving to an unknown facility": (
        "days: 30",
        "days: 30\nlevers: {move_first: {from: [hasakah], to: x, start: 2019-10-02}}",
        "levers.move_first.to",
        "unknown facility `x`",
        "one of",
    ),
    "moving from an unknown facility": (
        "days: 30",
        "days: 30\nlevers: {move_first: {from: [hasaka], start: 2019-10-02}}",
        "levers.move_first.from.0",
        "unknown facility",
        "did you mean `hasakah`?",
    ),
    "handover of an unknown facility": (
        "days: 30",
        "days: 30\nlevers: {formal_handover: {facilities: [hasakah, hasaka]}}",
        "levers.formal_handover.facilities.1",
        "unknown facility",
        "did you mean `hasakah`?",
    ),
    "override of an unknown facility": (
        "  hasakah: {guards",
        "  hasaka: {guards",
        "facilities.hasaka",
        "unknown facility",
        "did you mean `hasakah`?",
    ),
    "override of an unknown key": (
        "{guards: {triangular",
        "{gards: {triangular",
        "facilities.hasakah.gards",
        "unknown key",
        "did you mean `guards`?",
    ),
    "overrides that are no mapping": (
        "facilities:\n  hasakah: {guards: {triangular: [5, 10, 15]}}",
        "facilities: 3",
        "facilities",
        "3 does not fit",
        "a mapping",
    ),
    "step that does not divide a day": (
        "days: 30",
        "days: 30\nstep_hours: 5",
        "step_hours",
        "5 does not divide 24",
        "a divisor of 24",
    ),
    "step of odd seconds": (
        "days: 30",
        "days: 30\nstep_hours: 0.013",
        "step_hours",
        "not a whole number of minutes",
        "whole minutes",
    ),
    "step so short that none counts them": (
        "days: 30",
        "days: 30\nstep_hours: 1e-320",
        "step_hours",
        "not a whole number of minutes",
        "whole minutes",
    ),
    "days that are no whole steps": (
        "days: 30",
        "days: 0.3",
        "days",
        "0.3 days are not a whole number of steps of 1 h",
        "a multiple of step_hours",
    ),
    "too many steps": ("days: 30", "days: 20000", "days", "480,000 steps", "at most 100,000"),
    "revisit between steps": (
        "days: 30",
        "days: 30\nisr: {revisit_hours: 2.5}",
        "isr.revisit_hours",
        "2.5 h is not a multiple of step_hours",
        "step_hours (1 h)",
    ),
    "revisit chosen between steps": (
        "days: 30",
        "days: 30\nisr: {revisit_hours: {choice: [2, 2.5]}}",
        "isr.revisit_hours",
        "2.5 h is not a multiple",
        "step_hours (1 h)",
    ),
    "revisit without steps": (
        "days: 30",
        "days: 30\nisr: {revisit_hours: {uniform: [1, 6]}}",
        "isr.revisit_hours",
        "a continuous distribution",
        "or a choice",
    ),
    "missing theatre file": (
        "theatre.yaml",
        "theatr.yaml",
        "theatre",
        "no such file theatr.yaml",
        "did you mean `theatre.yaml`?",
    ),
    "theatre that is no path": (
        "theatre: theatre.yaml",
        "theatre: 3",
        "theatre",
        "3 is not a path",
        "path of a YAML file",
    ),
    "missing base": ("days: 30", "days: 30\nextends: no.yaml", "extends", "no such file no.yaml", ""),
    "draws": ("days: 30", "days: 30\ndraws: x.csv", "draws", "no such file x.csv", ""),
    "name as a list": ("name: autumn", "name: [autumn]", "name", "a list does not fit", "text"),
}


def faulty(text: str, old: str, new: str) -> tuple[str, int]:
    """The text with the fault in it, and the line on which the problem is to be found."""
    assert old in text
    marked = text.replace(old, new if MARK in new else new + MARK, 1)
    line = marked[: marked.index(MARK)].count("\n") + 1
    return marked.replace(MARK, ""), line


@pytest.mark.parametrize("fault", SCENARIO_FAULTS)
def test_a_fault_in_a_scenario_is_found_where_it_is(fault: str, write, scenario_text: str) -> None:
    old, new, key, problem, expected = SCENARIO_FAULTS[fault]
    text, line = faulty(scenario_text, old, new)
    found = only(write("s.yaml", text))
    assert (found.file, found.line, found.key) == ("s.yaml", line, key)
    assert problem in found.problem
    assert expected in found.expected


THEATRE_FAULTS = {
    "cells so small that none counts them": (
        "cell_km: 10",
        "cell_km: 1e-320",
        "grid.cell_km",
        "1e-320 is out of bounds",
        "at least 0.01",
    ),
    "facility off the grid to the north": (
        "lat: 35.4",
        "lat: 36.4",
        "facilities.hasakah.lat",
        "is off the grid",
        "35.00 to 35.90 north",
    ),
    "facility off the grid to the west": (
        "lon: 40.7",
        "lon: 39.9",
        "facilities.hasakah.lon",
        "is off the grid",
        "40.00 to 42.2",
    ),
    "place off the grid": (
        "lat: 35.6, lon: 40.5",
        "lat: 36.6, lon: 40.5",
        "places.crossing.lat",
        "is off the grid",
        "north",
    ),
    "area off the grid": (
        "[40.0, 35.5, 42.0, 36.0]",
        "[50.0, 35.5, 52.0, 36.0]",
        "areas.border.box",
        "off the grid",
        "touches",
    ),
    "empty area": (
        "[40.0, 35.5, 42.0, 36.0]",
        "[42.0, 35.5, 40.0, 36.0]",
        "areas.border.box",
        "the box is empty",
        "[west",
    ),
    "map beyond the pole": ("height: 10", "height: 1000", "grid", "the map reaches north", "89 degrees"),
    "negative people": (
        "local: 60",
        "local: -60",
        "facilities.hasakah.held.fighters.local",
        "-60 is out of bounds",
        "0 to 200000 (persons)",
    ),
    "unknown ground": ("ground: sdf", "ground: sfd", "ground", "unknown party `sfd`", "did you mean `sdf`?"),
    "unknown enemy": (
        "hostile_to: [turkey]",
        "hostile_to: [turky]",
        "parties.sdf.hostile_to.0",
        "unknown party",
        "did you mean `turkey`?",
    ),
    "unknown holder of an area": (
        "party: turkey}\nplaces",
        "party: x}§\nplaces",
        "areas.border.party",
        "unknown party `x`",
        "one of",
    ),
    "unknown custodian": (
        "    party: sdf",
        "    party: pkk",
        "facilities.hasakah.party",
        "unknown party `pkk`",
        "one of",
    ),
    "residents in a prison": (
        "    guards: 20",
        "    guards: 20\n    residents: 9",
        "facilities.hasakah.residents",
        "has no residents",
        "custody: resident",
    ),
    "people held among residents": (
        "residents: 500",
        "held: {families: {local: 5}}",
        "facilities.al-hol-main.held",
        "holds nobody",
        "residents",
    ),
    "bad name": ("  hasakah:\n", "  Hasakah:§\n", "facilities.Hasakah", "is not a name", "lower case"),
    "policy over one": (
        "us: {sponsor: true}",
        "us: {custody: {free: 0.7, move: 0.7}}",
        "parties.us.custody",
        "come to more than 1",
        "at most 1 together",
    ),
    "unknown default": ("hits_per_month: 3", "hits: 3", "defaults.shelling.hits", "unknown key", "one of"),
    "default out of bounds": (
        "reserve_share: 0.25",
        "reserve_share: 25",
        "defaults.guards.reserve_share",
        "25 is out of bounds",
        "0 to 1",
    ),
    "default that is no default": (
        "defaults:\n",
        "defaults:\n  theatre: x§\n",
        "defaults.theatre",
        "may not stand",
        "",
    ),
    "unknown key of the grid": ("width: 20", "width: 20, heigth: 3", "grid.heigth", "unknown key", "did you mean"),
}


@pytest.mark.parametrize("fault", THEATRE_FAULTS)
def test_a_fault_in_a_theatre_is_found_where_it_is(fault: str, write, theatre_text: str) -> None:
    old, new, key, problem, expected = THEATRE_FAULTS[fault]
    text, line = faulty(theatre_text, old, new)
    path = write("theatre.yaml", text)
    with pytest.raises(InputError) as alone:
        load_theatre(path)
    with pytest.raises(InputError) as under_a_scenario:
        load(write("s.yaml", "name: s\nstart: 2019-10-01\ndays: 1\ntheatre: theatre.yaml\n"))
    for error in (alone.value, under_a_scenario.value):
        (found,) = error.problems
        assert (found.file, found.line, found.key) == ("theatre.yaml", line, key)
        assert problem in found.problem
        assert expected in found.expected


def test_more_people_than_can_be_simulated_are_refused(write, theatre_text: str) -> None:
    row = "  camp-{}: {{kind: camp, custody: resident, party: sdf, lat: 35.3, lon: 41.0, residents: 500000}}\n"
    camps = "".join(row.format(number) for number in range(10))
    write("theatre.yaml", theatre_text.replace("defaults:", camps + "defaults:"))
    with pytest.raises(InputError, match="5,000,600 people in all; expected at most 5,000,000"):
        load_theatre("theatre.yaml")


def test_a_theatre_that_is_broken_is_named_and_the_scenario_still_checked(write, scenario_text: str) -> None:
    write("theatre.yaml", "name: [\n")
    problems = problems_of(write("s.yaml", scenario_text.replace("days: 30", "days: x")))
    assert [(p.file, p.line) for p in problems] == [("theatre.yaml", 2), ("s.yaml", 3)]


def test_all_problems_come_at_once(write, scenario_text: str, theatre_text: str) -> None:
    """Wrong values do not hide wrong names beside them, nor one file the other."""
    write("theatre.yaml", theatre_text.replace("lat: 35.4", "lat: 95"))
    text = (
        scenario_text.replace("days: 30", "days: soon")
        .replace("to: turkey", "to: turky")
        .replace("role: media", "role: x")
    )
    text = text.replace("    - {date", "    - {date: x, facility: hasakah, to: us}\n    - {date")
    text = text.replace("0.0]", "7]").replace("hasakah], from", "nowhere], from")
    keys = {problem.key for problem in problems_of(write("s.yaml", text))}
    assert keys == {
        "days",
        "withdrawal.schedule.1",
        "control.changes.0.date",
        "control.changes.1.to",
        "control.offensives.0.objectives.1",
        "observers.1.role",
        "facilities.hasakah.lat",
    }


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("custody: resident", "custody: residents", "facilities.al-hol-main.custody"),
        ("    lat: 35.4\n", "", "facilities.hasakah.lat"),
        ("  turkey: {hostile_to", "  turkey: {hostil_to", "parties.turkey.hostil_to"),
    ],
)
def test_one_mistake_in_a_theatre_is_one_problem(write, scenario: str, theatre_text: str, old, new, key) -> None:
    write("theatre.yaml", theatre_text.replace(old, new))
    assert only(scenario).key == key


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("days: 30", "days: 30\nstep_hours: half\nisr: {revisit_hours: 0.5}", "step_hours"),
        ("facility: hasakah", "facility: Hasakah", "control.changes.0.facility"),
        ("start: 2019-10-01", "start: soon", "start"),
        ("[2019-10-20, 0.0]", "[2019-10-20]", "withdrawal.schedule.1.1"),
        ("name: liaison, role", "nam: liaison, name: liaison, role", "observers.0.nam"),
    ],
)
def test_one_mistake_in_a_scenario_is_one_problem(write, scenario_text: str, old, new, key) -> None:
    assert only(write("s.yaml", scenario_text.replace(old, new))).key == key


def test_a_theatre_that_is_no_file_is_a_problem(write, scenario_text: str) -> None:
    assert "is a folder" in only(write("s.yaml", scenario_text.replace("theatre.yaml", "."))).problem


def test_a_default_that_does_not_suit_the_step_is_told_at_the_step(write, scenario_text: str) -> None:
    found = only(write("s.yaml", scenario_text.replace("days: 30", "days: 30\nstep_hours: 12")))
    assert (found.line, found.key) == (4, "step_hours")
    assert "6 h is not a multiple" in found.problem
    assert load("s.yaml", {"isr.revisit_hours": 24}).steps == 60


@pytest.mark.parametrize("text", ["- 1\n", "just words\n", "3\n", "# nothing\n"])
def test_a_document_that_is_no_mapping(write, text: str) -> None:
    found = only(write("s.yaml", text))
    assert (found.line, found.expected) == (1, "a mapping of keys")


def test_a_missing_scenario_has_a_near_miss(write) -> None:
    found = only("tinny")
    assert (found.file, found.line, found.expected) == ("tinny", 1, "did you mean `tiny`?")


def test_a_file_of_nothing_but_faults_ends_soon(write) -> None:
    problems = problems_of(write("s.yaml", "observers: [" + "1, " * 100_000 + "]\n"))
    assert len(problems) < 1100
