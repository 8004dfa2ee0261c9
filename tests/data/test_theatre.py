"""The shipped data: theatres, scenarios, sweeps and claims hold together, and say where their numbers are from."""

from __future__ import annotations

import copy
import csv
import itertools
import math
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.scenario.declare import DISTRIBUTIONS, parse_date
from sim.scenario.loader import load
from sim.scenario.parameters import Scenario
from sim.scenario.theatre import Theatre
from sim.scenario.vocabulary import ROLES

SHIPPED = Path(__file__).parents[2] / "scenarios"
SCENARIOS = sorted(path.stem for path in SHIPPED.glob("*.yaml"))
THEATRES = sorted(path.stem for path in (SHIPPED / "theatres").glob("*.yaml"))
SWEEPS = sorted(path.stem for path in (SHIPPED / "sweeps").glob("*.yaml"))
CLAIMS = sorted(path.stem for path in (SHIPPED / "claims").glob("*.csv"))

PRISONS = ["hasakah", "qamishli-navkur", "qamishli-jirkin", "qamishli-alaya", "derik", "tel-abyad"]
PRISONS += ["shaddadi", "raqqa", "al-kasra", "manbij", "kobani", "tabqa"]
ANNEXES = ["ain-issa", "al-hol", "roj"]
RESIDENTS = ["ain-issa-main", "al-hol-main"]
KINDS = ("fighters", "families", "minors")
SWEEP_KEYS = {"scenario", "replicates", "seed", "vary", "design", "samples", "levers"}
CLAIM_COLUMNS = [
    "event_id",
    "date",
    "facility",
    "claimed_on",
    "claim_role",
    "claimed_escaped_low",
    "claimed_escaped_high",
]


# A second, plain reading of the files, independent of the loader.


def read(path: Path) -> dict[str, Any]:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(data, dict), path
    return data


def merged(base: Any, over: Any) -> Any:
    both_maps = isinstance(base, dict) and isinstance(over, dict)
    if not both_maps or any(name in value for name in DISTRIBUTIONS for value in (base, over)):
        return copy.deepcopy(over)
    both = {key: merged(base[key], over[key]) for key in base if key in over}
    return {**copy.deepcopy(base), **copy.deepcopy(over), **both}


def raw(path: Path) -> dict[str, Any]:
    data = read(path)
    parent = data.pop("extends", None)
    data = merged(joint(path.parent / data["draws"]), data) if "draws" in data else data
    return merged(raw(path.parent / parent), data) if parent else data


def joint(path: Path) -> dict[str, Any]:
    """The columns of a file of joint draws, each a choice at its dotted path."""
    found: dict[str, Any] = {}
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for name in rows[0]:
        here = found
        *keys, last = name.split(".")
        for key in keys:
            here = here.setdefault(key, {})
        here[last] = {"choice": [float(row[name]) for row in rows]}
    return found


@cache
def resolved(name: str) -> dict[str, Any]:
    """A scenario with `extends` and the theatre's defaults merged in."""
    data = raw(SHIPPED / f"{name}.yaml")
    return merged(theatre_data(name).get("defaults", {}), data)


@cache
def theatre_data(name: str) -> dict[str, Any]:
    """The theatre of a scenario, with the scenario's overrides of facilities."""
    data = raw(SHIPPED / f"{name}.yaml")
    theatre = read(SHIPPED / data["theatre"])
    return merged(theatre, {"facilities": data.get("facilities", {})})


def theatre(name: str) -> Theatre:
    return Theatre.model_validate(theatre_data(name))


def flat(value: Any, path: str = "") -> dict[str, Any]:
    if isinstance(value, dict) and value and not any(name in value for name in DISTRIBUTIONS):
        return {k: v for key, inner in value.items() for k, v in flat(inner, f"{path}.{key}".lstrip(".")).items()}
    return {path: value}


def persons(facility: Any) -> float:
    return sum(
        getattr(getattr(facility.held, kind), origin) for kind in KINDS for origin in ("local", "iraqi", "foreign")
    )


def cell(grid: Any, lat: float, lon: float) -> tuple[int, int]:
    middle = math.radians(grid.south + grid.height * grid.cell_km / 2 / 111.32)
    x = (lon - grid.west) * 111.32 * math.cos(middle)
    y = (lat - grid.south) * 111.32
    return math.floor(x / grid.cell_km), math.floor(y / grid.cell_km)


def holder(shape: Theatre, column: int, row: int) -> str:
    """Who holds a cell at the start: the last area whose box holds its centre."""
    grid = shape.grid
    middle = math.radians(grid.south + grid.height * grid.cell_km / 2 / 111.32)
    lon = grid.west + (column + 0.5) * grid.cell_km / (111.32 * math.cos(middle))
    lat = grid.south + (row + 0.5) * grid.cell_km / 111.32
    party = shape.ground
    for area in shape.areas.values():
        west, south, east, north = area.box
        if area.party is not None and west <= lon <= east and south <= lat <= north:
            party = area.party
    return party


# Theatres


@pytest.mark.parametrize("name", THEATRES)
def test_theatre_is_what_the_declaration_allows(name):
    Theatre.model_validate(read(SHIPPED / "theatres" / f"{name}.yaml"))


@pytest.mark.parametrize("name", THEATRES)
def test_everything_lies_on_the_grid_and_on_its_own_partys_ground(name):
    shape = Theatre.model_validate(read(SHIPPED / "theatres" / f"{name}.yaml"))
    for key, point in [*shape.facilities.items(), *shape.places.items(), *shape.cells.items()]:
        column, row = cell(shape.grid, point.lat, point.lon)
        assert 0 <= column < shape.grid.width and 0 <= row < shape.grid.height, key
    for key, facility in shape.facilities.items():
        assert holder(shape, *cell(shape.grid, facility.lat, facility.lon)) == facility.party, key


@pytest.mark.parametrize("name", THEATRES)
def test_parties_are_known_and_hostility_is_mutual(name):
    shape = Theatre.model_validate(read(SHIPPED / "theatres" / f"{name}.yaml"))
    known = set(shape.parties)
    named = {shape.ground, *(f.party for f in shape.facilities.values())}
    named |= {a.party for a in shape.areas.values() if a.party is not None}
    assert named <= known
    for key, party in shape.parties.items():
        assert set(party.hostile_to) <= known - {key}
        for other in party.hostile_to:
            assert key in shape.parties[other].hostile_to, f"{key} fights {other}, who does not fight back"
    assert sum(party.sponsor for party in shape.parties.values()) == 1
    assert sum(party.armed_movement for party in shape.parties.values()) == 1


def test_parties_are_those_of_the_contract():
    shape = theatre("ne-syria-2019")
    assert set(shape.parties) == {"sdf", "us", "turkey", "tso", "syrian-state", "held-movement"}
    assert "sdf" not in shape.parties["syrian-state"].hostile_to
    assert set(shape.parties["sdf"].hostile_to) == {"turkey", "tso", "held-movement"}
    assert set(shape.parties["held-movement"].hostile_to) == set(shape.parties) - {"held-movement"}


def test_grid_spans_the_theatre():
    grid = theatre("ne-syria-2019").grid
    east = grid.west + grid.width * grid.cell_km / (111.32 * math.cos(math.radians(36.2)))
    assert (grid.west, grid.south, grid.cell_km) == (37.4, 34.9, 10)
    assert east == pytest.approx(42.6, abs=0.11)
    assert grid.south + grid.height * grid.cell_km / 111.32 == pytest.approx(37.5, abs=0.09)


def test_facilities_are_those_of_the_contract():
    facilities = theatre("ne-syria-2019").facilities
    assert set(PRISONS + ANNEXES + RESIDENTS) <= set(facilities)
    for name, facility in facilities.items():
        assert facility.kind == ("prison" if name in PRISONS else "camp"), name
        assert facility.regime == ("resident" if name in RESIDENTS else "detained"), name
        assert (persons(facility) == 0) == (name in RESIDENTS), name
        assert (facility.residents > 0) == (name in RESIDENTS), name


def test_network_meets_the_reported_totals():
    facilities = theatre("ne-syria-2019").facilities
    fighters = sum(f.held.fighters.local + f.held.fighters.iraqi + f.held.fighters.foreign for f in facilities.values())
    foreign = sum(f.held.fighters.foreign for f in facilities.values())
    in_prisons = sum(persons(facilities[name]) for name in PRISONS)
    in_camps = sum(persons(facilities[name]) + facilities[name].residents for name in ANNEXES + RESIDENTS)
    assert 10_000 <= fighters <= in_prisons <= 12_000
    assert foreign == 2_000
    assert 80_000 <= in_camps <= 90_000
    assert 93_000 <= in_prisons + in_camps <= 97_000


def test_facilities_meet_their_own_reported_counts():
    facilities = theatre("ne-syria-2019").facilities
    annex = facilities["ain-issa"].held
    assert (annex.families.foreign, annex.minors.foreign, persons(facilities["ain-issa"])) == (249, 700, 949)
    assert facilities["ain-issa"].guards + facilities["ain-issa-main"].guards == 700
    hasakah = facilities["hasakah"].held.minors
    assert persons(facilities["hasakah"]) == 5_000
    assert hasakah.local + hasakah.iraqi + hasakah.foreign == 700
    assert (facilities["roj"].held.families.foreign, facilities["roj"].held.minors.foreign) == (500, 1_200)
    assert persons(facilities["al-hol"]) + facilities["al-hol-main"].residents == 70_000
    assert 350 <= persons(facilities["derik"]) <= 400
    assert persons(facilities["qamishli-alaya"]) == 1_200
    assert persons(facilities["al-kasra"]) == 500


def test_prisons_are_staffed_within_the_worldwide_range():
    facilities = theatre("ne-syria-2019").facilities
    for name in PRISONS:
        assert 1 <= persons(facilities[name]) / facilities[name].guards <= 28, name


def test_ain_issa_loses_nine_guards_in_ten_to_the_front():
    """60-70 of 700 or more were left on 13 October 2019: a tenth, within the share that the front may take."""
    low, high = resolved("ne-syria-2019")["guards"]["redeploy_share"]["uniform"]
    assert low < 1 - 65 / 700 < high


# Sources


@pytest.mark.parametrize("name", THEATRES)
def test_every_facility_area_place_and_cell_names_its_source(name):
    data = read(SHIPPED / "theatres" / f"{name}.yaml")
    for section in ("facilities", "areas", "places", "cells"):
        for key, entry in data.get(section, {}).items():
            assert entry.get("source"), f"{section}.{key}"
    for key, facility in data["facilities"].items():
        assert facility.get("status") in ("measured", "literature", "assumed"), key
        assert facility["status"] != "assumed" or "assumed" in facility["source"], key
        assert facility["status"] == "assumed" or re.search(r"\bS\d+", facility["source"]), key


@pytest.mark.parametrize("name", THEATRES)
def test_every_number_of_a_party_is_marked_assumed(name):
    text = (SHIPPED / "theatres" / f"{name}.yaml").read_text(encoding="utf-8")
    parties = re.search(r"^parties:\n(.*?)^\S", text, re.M | re.S)
    assert parties is not None
    lines = parties[1].splitlines()
    numbers = [i for i, line in enumerate(lines) if re.search(r": *[{]?.*\d", line.split("#")[0])]
    assert numbers
    for i in numbers:
        assert "ssumed" in lines[i] or "ssumed" in lines[i - 1] or "invented" in lines[i], lines[i]


def test_every_source_key_is_in_the_list_with_an_address():
    listed = set()
    for line in (SHIPPED / "theatres" / "SOURCES.md").read_text(encoding="utf-8").splitlines():
        row = re.fullmatch(r"\| (S\d+) \| (.+) \| (.+) \| <(https?://\S+)> \|", line)
        if row:
            assert row[1] not in listed, f"{row[1]} twice"
            listed.add(row[1])
    used = set()
    for path in [*SHIPPED.rglob("*.yaml"), *SHIPPED.rglob("*.csv")]:
        used |= set(re.findall(r"\bS\d{2,3}\b", path.read_text(encoding="utf-8")))
    assert used == listed


# Scenarios


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario_is_what_the_declaration_allows(name):
    scenario = Scenario.model_validate(resolved(name))
    shape = theatre(name)
    assert scenario.name == name
    assert (24 / scenario.step_hours).is_integer()
    assert (scenario.days * 24 / scenario.step_hours).is_integer()
    places = {**shape.places, **shape.facilities}
    for change in scenario.control.changes:
        assert (change.facility in shape.facilities) != (change.area in shape.areas)
        assert change.to in shape.parties
    for offensive in scenario.control.offensives:
        assert offensive.party in shape.parties
        assert {*offensive.objectives, *([offensive.origin] if offensive.origin else [])} <= set(places)
    assert all(attack.facility in shape.facilities for attack in scenario.armed_cells.attacks)
    assert all(observer.party in {None, *shape.parties} for observer in scenario.observers)
    assert set(scenario.facilities) <= set(shape.facilities)
    shares = [share for _, share in scenario.withdrawal.schedule]
    dates = [parse_date(date) for date, _ in scenario.withdrawal.schedule]
    assert dates == sorted(dates) and shares == sorted(shares, reverse=True)
    assert all(0 <= share <= 1 for share in shares)


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_loader_reads_what_the_plain_reading_reads(name):
    loaded = load(SHIPPED / f"{name}.yaml")
    plain = Scenario.model_validate({**resolved(name), "facilities": {}, "theatre": loaded.scenario.theatre})
    assert loaded.scenario == plain
    assert loaded.theatre.facilities == theatre(name).facilities
    assert loaded.theatre.areas == theatre(name).areas
    assert loaded.notes == ()


def test_the_contracts_scenarios_are_shipped():
    variants = ("no-withdrawal", "formal-handover", "residual-isr", "guard-floor", "move-first")
    assert {*(f"ne-syria-2019-{v}" for v in variants), "ne-syria-2019", "hasakah-2022", "quiet-year", "tiny"} <= set(
        SCENARIOS
    )


@pytest.mark.parametrize(
    "name, claimed",
    [
        ("no-withdrawal", {"withdrawal.schedule": []}),
        ("response", {"response": True}),
        ("formal-handover", {"control.handover": "formal", "levers.formal_handover": {}}),
        ("residual-isr", {"levers.residual_isr.share": 0.7}),
        ("guard-floor", {"levers.guard_floor.per_100": 5}),
        (
            "move-first",
            {
                "levers.move_first.from": ["ain-issa", "tel-abyad"],
                "levers.move_first.to": "al-hol",
                "levers.move_first.start": "2019-10-07",
                "levers.move_first.per_day": 205,
            },
        ),
    ],
)
def test_counterfactuals_differ_only_in_what_they_claim(name, claimed):
    before, after = flat(resolved("ne-syria-2019")), flat(resolved(f"ne-syria-2019-{name}"))
    changed = {k: after.get(k) for k in {*before, *after} if before.get(k, "absent") != after.get(k, "absent")}
    assert changed.pop("name") == f"ne-syria-2019-{name}"
    assert changed.pop("description")
    assert changed == claimed
    assert theatre_data("ne-syria-2019") == theatre_data(f"ne-syria-2019-{name}")


def test_rows_of_control_leave_the_handover_to_the_default():
    assert all("handover" not in row for row in resolved("ne-syria-2019")["control"]["changes"])


def test_both_places_are_emptied_before_the_ground_is_lost():
    shape = theatre("ne-syria-2019")
    lever = Scenario.model_validate(resolved("ne-syria-2019-move-first")).levers.move_first
    dated = Scenario.model_validate(resolved("ne-syria-2019-as-dated"))
    days = math.ceil(sum(persons(shape.facilities[name]) for name in lever.origin) / lever.per_day)
    assert days == 5
    lost = min(parse_date(row.date) for row in dated.control.changes if row.facility in lever.origin)
    assert (lost - parse_date(lever.start)).days >= days


def test_sponsor_leaves_and_the_offensive_comes_when_they_did():
    scenario = Scenario.model_validate(resolved("ne-syria-2019"))
    assert (scenario.start, scenario.days, scenario.step_hours) == ("2019-10-06", 60, 1)
    days = [date for date, _ in scenario.withdrawal.schedule]
    assert days == ["2019-10-07", "2019-10-13", "2019-10-24", "2019-12-01"]
    assert {o.start for o in scenario.control.offensives} == {"2019-10-09T16:00"}
    assert {o.party for o in scenario.control.offensives} == {"turkey", "tso"}


def test_fire_from_across_the_border_reaches_qamishli_and_takes_nothing():
    shape = theatre("ne-syria-2019")
    scenario = Scenario.model_validate(resolved("ne-syria-2019"))
    place, prison = shape.places["across-from-qamishli"], shape.facilities["qamishli-navkur"]
    km = math.hypot((place.lat - prison.lat) * 111.32, (place.lon - prison.lon) * 111.32 * math.cos(math.radians(36.2)))
    assert scenario.shelling.front_km > km > scenario.control.reach_km + shape.grid.cell_km
    middle = sum(scenario.guards.flee_km.uniform) / 2
    assert math.exp(-km / middle) < scenario.guards.nerve_min.uniform[0], "alone it drives no guard off"


def test_the_scenario_of_2019_dates_no_facility():
    changes = Scenario.model_validate(resolved("ne-syria-2019")).control.changes
    assert changes and all(row.ground_only and row.facility is None for row in changes)
    dated = Scenario.model_validate(resolved("ne-syria-2019-as-dated")).control.changes
    assert {row.facility for row in dated if not row.ground_only} == {"tel-abyad", "ain-issa", "ain-issa-main"}


def test_offensives_stay_clear_of_places_they_did_not_take():
    """No objective brings a unit within reach of a facility that did not change hands then."""
    shape = theatre("ne-syria-2019")
    scenario = Scenario.model_validate(resolved("ne-syria-2019-as-dated"))
    dated = {row.facility for row in scenario.control.changes}
    reach = scenario.control.reach_km + shape.grid.cell_km
    for offensive in scenario.control.offensives:
        for objective in offensive.objectives:
            place = shape.places[objective]
            for name in set(shape.facilities) - dated:
                facility = shape.facilities[name]
                dy, dx = place.lat - facility.lat, (place.lon - facility.lon) * math.cos(math.radians(36.2))
                assert 111.32 * math.hypot(dx, dy) > reach, (objective, name)


@pytest.mark.parametrize("name", ["ne-syria-2019", "hasakah-2022", "quiet-year"])
def test_observers_cover_every_role(name):
    observers = Scenario.model_validate(resolved(name)).observers
    assert {observer.role for observer in observers} == set(ROLES[:8]), "the roles of the record"
    names = [observer.name for observer in observers]
    assert len(names) == len(set(names))
    assert all(o.origin in {None, *names} for o in observers)


def test_hasakah_2022_is_one_attack_on_about_3500_people():
    scenario = Scenario.model_validate(resolved("hasakah-2022"))
    (attack,) = scenario.armed_cells.attacks
    assert (attack.date, attack.facility) == ("2022-01-20T19:00", "hasakah")
    assert (attack.attackers.lognormal.median, attack.attackers.lognormal.sigma) == (200, 0.3)
    assert scenario.armed_cells.attacks_per_month == 0 and scenario.control.offensives == []
    assert persons(theatre("hasakah-2022").facilities["hasakah"]) == 3_500
    assert scenario.days == 14


def test_quiet_year_has_nothing_going_on():
    scenario = Scenario.model_validate(resolved("quiet-year"))
    assert scenario.days == 365
    assert scenario.control.offensives == scenario.control.changes == scenario.withdrawal.schedule == []
    assert scenario.armed_cells.attacks_per_month == scenario.shelling.hits_per_month == 0
    assert scenario.armed_cells.attacks == []


def test_tiny_is_one_prison_of_sixty():
    shape = theatre("tiny")
    (facility,) = shape.facilities.values()
    assert persons(facility) == 60
    assert (shape.grid.width, shape.grid.height) == (6, 5)
    assert resolved("tiny")["days"] == 10


# Sweeps


def points(sweep: dict[str, Any]) -> list[dict[str, Any]]:
    """All points of a grid, crossed with the levers."""
    vary = sweep.get("vary", {})
    grid = [dict(zip(vary, values, strict=True)) for values in itertools.product(*vary.values())]
    levers = sweep.get("levers", {"": {}}).values()
    return [{**point, **lever} for point in grid for lever in levers]


@pytest.mark.parametrize("name", SWEEPS)
def test_every_point_of_a_sweep_is_a_scenario(name):
    path = SHIPPED / "sweeps" / f"{name}.yaml"
    sweep = read(path)
    assert set(sweep) <= SWEEP_KEYS
    assert sweep["design"] == "grid"
    base = (path.parent / sweep["scenario"]).resolve()
    assert base.parent == SHIPPED.resolve() and base.is_file()
    for point in points(sweep):
        scenario = load(base, point).scenario
        for dotted, value in point.items():
            here: Any = scenario
            for key in dotted.split("."):
                here = getattr(here, key)
            assert here == (type(here).model_validate(value) if isinstance(value, dict) else value)


def test_the_main_sweep_varies_guards_isr_and_control():
    sweep = read(SHIPPED / "sweeps" / "guards-isr-control.yaml")
    assert set(sweep["vary"]) == {"guards.scale", "isr.coverage", "control.handover"}
    assert len(points(sweep)) == 45


def test_levers_are_those_of_the_counterfactual_scenarios():
    levers = read(SHIPPED / "sweeps" / "levers-2019.yaml")["levers"]
    assert levers["as-it-was"] == {}
    for name in ("residual-isr", "guard-floor", "move-first"):
        assert flat(levers[name]) == {
            k: v for k, v in flat(resolved(f"ne-syria-2019-{name}")).items() if k.startswith("levers.")
        }


# Claims


def rows(name: str) -> list[dict[str, str]]:
    with (SHIPPED / "claims" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", CLAIMS)
def test_claims_can_be_read(name):
    known = {*theatre("ne-syria-2019").facilities, "theatre"}
    claims = rows(name)
    assert claims and list(claims[0])[: len(CLAIM_COLUMNS)] == CLAIM_COLUMNS
    for row in claims:
        assert None not in row and None not in row.values(), row
        assert row["facility"] in known
        assert row["claim_role"] in ROLES
        assert row["category"] in ("all", "fighters", "families")
        assert re.fullmatch(r"S\d+( S\d+)*", row["source"])
        assert re.fullmatch(r"[a-z0-9-]+", row["origin"])
        assert parse_date(row["claimed_on"]) >= parse_date(row["date"])
        low, high = row["claimed_escaped_low"], row["claimed_escaped_high"]
        assert low or not high
        assert not (low and high) or 0 <= float(low) <= float(high)
        assert re.fullmatch(r"(\d+(-\d+)?)?", row["population_at_risk"])


def test_claims_hold_every_event_once():
    events = [{row["event_id"] for row in rows(name)} for name in CLAIMS]
    assert set.union(*events) == {f"E{n:02}" for n in range(1, 15)}
    assert sum(len(e) for e in events) == 14
    assert {row["event_id"] for row in rows("hasakah-2022")} == {"E14"}
    assert {row["event_id"] for row in rows("ne-syria-2019")} == {f"E{n:02}" for n in range(2, 10)}
    assert sum(len(rows(name)) for name in CLAIMS) == 59


@pytest.mark.parametrize("name", ["ne-syria-2019", "hasakah-2022"])
def test_claimed_events_fall_into_the_scenario_of_that_name(name):
    scenario = Scenario.model_validate(resolved(name))
    start = parse_date(scenario.start)
    for row in rows(name):
        assert 0 <= (parse_date(row["date"]) - start).days < scenario.days


def test_ain_issa_carries_its_rival_counts():
    claims = [row for row in rows("ne-syria-2019") if row["event_id"] == "E04"]
    counts = {(row["claim_role"], row["claimed_escaped_low"]) for row in claims}
    assert {("guarding force", "785"), ("guarding force", "950"), ("NGO", "100"), ("occupier", "0")} <= counts


# Form


@pytest.mark.parametrize("path", sorted(SHIPPED.rglob("*.yaml")), ids=lambda path: path.stem)
def test_yaml_is_plain(path):
    text = path.read_text(encoding="utf-8")
    for event in yaml.parse(text):
        assert not isinstance(event, yaml.AliasEvent)
        assert getattr(event, "anchor", None) is None and getattr(event, "tag", None) is None, event.start_mark
    assert re.search(r"/(work|home|root|tmp)/", text) is None
    assert max(map(len, text.splitlines())) <= 120
