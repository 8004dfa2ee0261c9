"""Layers of a scenario: what ranks above what, what merges and what replaces, and the resolved whole."""

import hashlib
import os
from pathlib import Path

import pytest
import yaml

from sim.scenario import shipped
from sim.scenario.declare import Beta, Choice, LogNormal, Triangular, Uniform
from sim.scenario.errors import InputError
from sim.scenario.loader import load, parse_sets
from sim.scenario.resolved import Resolved
from sim.scenario.sweep import load_sweep
from tests.scenario.conftest import SCENARIO, THEATRE


def error_of(path, overrides=None, **more) -> InputError:
    with pytest.raises(InputError) as caught:
        load(path, overrides, **more)
    return caught.value


def test_layers_rank_option_scenario_theatre_default(scenario: Path) -> None:
    whole = load(scenario)
    assert whole.scenario.guards.redeploy_share == 0.4  # the scenario
    assert whole.scenario.guards.reserve_share == 0.25  # the theatre's defaults
    assert whole.scenario.shelling.hits_per_month == 3
    assert whole.scenario.guards.floor_per_100 == 0  # the declaration
    assert [observer.name for observer in whole.scenario.observers] == ["liaison", "media"]  # a list replaces
    assert load(scenario, {"guards.reserve_share": 0.75}).scenario.guards.reserve_share == 0.75


def test_facility_overrides_go_onto_the_theatre_key_by_key(scenario: Path) -> None:
    whole = load(scenario)
    hasakah = whole.theatre.facilities["hasakah"]
    assert hasakah.guards == Triangular(triangular=(5, 10, 15))
    assert hasakah.held.fighters.local == 60
    assert whole.scenario.facilities == {}
    above = load(scenario, {"theatre.facilities.hasakah.guards": 7, "facilities.hasakah.walls": 0.9})
    assert (above.theatre.facilities["hasakah"].guards, above.theatre.facilities["hasakah"].walls) == (7, 0.9)
    assert load(scenario, {"facilities.hasakah.guards": 8}).theatre.facilities["hasakah"].guards == 8
    assert load(scenario, {"theatre.parties.sdf.authority": 0.2}).theatre.parties["sdf"].authority == 0.2


def test_a_file_extends_another(write, scenario: Path) -> None:
    write("sub/mid.yaml", "extends: ../scenario.yaml\nguards: {floor_per_100: 2, scale: {beta: [2, 3]}}\n")
    top = write(
        "top.yaml", "extends: sub/mid.yaml\nname: top\nguards: {redeploy_share: {uniform: [0, 1]}}\nobservers: []\n"
    )
    whole = load(top)
    assert whole.scenario.name == "top"
    assert whole.scenario.days == 30
    assert whole.scenario.guards.scale == Beta(beta=(2, 3))  # a distribution replaces a distribution
    assert whole.scenario.guards.floor_per_100 == 2  # mappings merge
    assert whole.scenario.guards.redeploy_share == Uniform(uniform=(0, 1))  # a distribution replaces a number
    assert whole.scenario.observers == []  # a list replaces
    assert list(whole.sources) == ["top.yaml", "sub/mid.yaml", "scenario.yaml", "theatre.yaml"]
    assert load(write("n.yaml", "extends: sub/mid.yaml\nguards: {scale: 1}\n")).scenario.guards.scale == 1


def test_the_theatre_is_relative_to_the_file_that_names_it(write, scenario_text: str) -> None:
    write("base/s.yaml", scenario_text.replace("theatre.yaml", "../theatre.yaml"))
    assert load(write("far/off/t.yaml", "extends: ../../base/s.yaml\n")).theatre.name == "valley"


def test_problems_name_the_file_of_the_layer(write, scenario: Path) -> None:
    top = write("top.yaml", "extends: scenario.yaml\nguards:\n  scale: -1\n")
    write("scenario.yaml", scenario.read_text().replace("days: 30", "days: x"))
    assert {(p.file, p.line, p.key) for p in error_of(top).problems} == {
        ("top.yaml", 3, "guards.scale"),
        ("scenario.yaml", 3, "days"),
    }


def test_circles_and_long_chains_are_refused(write, scenario: Path) -> None:
    write("a.yaml", "extends: b.yaml\n")
    write("b.yaml", "name: b\nextends: ./a.yaml\n")
    (circle,) = error_of("a.yaml").problems
    assert (circle.file, circle.line, circle.key) == ("b.yaml", 2, "extends")
    assert "circle" in circle.problem
    write("c0.yaml", "extends: scenario.yaml\n")
    for number in range(1, 8):
        write(f"c{number}.yaml", f"extends: c{number - 1}.yaml\n")
    assert load("c6.yaml").scenario.name == "autumn"  # eight files
    (long,) = error_of("c7.yaml").problems
    assert (long.file, long.expected) == ("c0.yaml", "at most 8 files")


def test_overrides_reach_items_of_lists_by_number_and_by_name(scenario: Path) -> None:
    whole = load(
        scenario,
        {"observers.0.bias": 0.5, "observers.media.delay_hours": 48, "control.offensives.0.km_per_day": 3, "days": 10},
    )
    assert whole.scenario.observers[0].bias == 0.5
    assert whole.scenario.observers[1].delay_hours == 48
    assert whole.scenario.control.offensives[0].km_per_day == 3
    assert whole.scenario.days == 10
    assert load(scenario, {"control.changes": []}).scenario.control.changes == []
    assert load(scenario, {"levers.formal_handover": {}}).scenario.levers.formal_handover is not None
    assert load(scenario, {"guards.scale": {"choice": [1, 2]}}).scenario.guards.scale == Choice(choice=[1, 2])


@pytest.mark.parametrize(
    ("path", "value", "key", "problem", "expected"),
    [
        ("guards.scal", 1, "guards.scal", "unknown key", "did you mean `scale`?"),
        ("gards.scale", 1, "gards", "unknown key", "did you mean `guards`?"),
        ("isr.coverage", 40, "isr.coverage", "40 is out of bounds", "0 to 1 (share)"),
        ("observers.7.bias", 1, "observers.7.bias", "there is no item 7", "0 to 1"),
        ("observers.medai.bias", 1, "observers.medai.bias", "no item `medai`", "did you mean `media`?"),
        ("name.x", 1, "name.x", "`name` holds no keys", ""),
        ("guards..scale", 1, "guards..scale", "is not a path", "dotted keys"),
        ("a" + ".a" * 5000, 1, None, "is not a path", "dotted keys"),
        ("extends", "x.yaml", "extends", "cannot be set", ""),
        ("theatre.defaults.isr", 1, "theatre.defaults.isr", "cannot be set", ""),
        ("theatre", "none.yaml", "theatre", "no such file none.yaml", ""),
        ("theatre.facilities.hasakah.guards", -1, "theatre.facilities.hasakah.guards", "-1 is out", "0 to 20000"),
        ("facilities.hasaka.guards", 1, "facilities.hasaka", "unknown facility", "did you mean `hasakah`?"),
        (
            "control.changes",
            [{"date": "2019-10-02", "to": "x", "area": "border"}],
            "control.changes.0.to",
            "unknown",
            "",
        ),
    ],
)
def test_a_bad_override_names_its_option(scenario: Path, path, value, key, problem, expected) -> None:
    (found,) = error_of(scenario, {path: value}).problems
    assert found.file.startswith(f"--set {path[:40]}")
    assert found.line == 0
    assert key is None or found.key == key
    assert problem in found.problem
    assert expected in found.expected


def test_settings_are_parsed_as_yaml() -> None:
    assert parse_sets(["a.b=1e1", "c=[no, 2]", "d={uniform: [0, 1]}", "e=", "f=x=y"]) == {
        "a.b": 10.0,
        "c": ["no", 2],
        "d": {"uniform": [0, 1]},
        "e": None,
        "f": "x=y",
    }
    with pytest.raises(InputError) as caught:
        parse_sets(["nothing", "a=1", "a=2", "b=[1", "=3"])
    assert [(p.file, p.line) for p in caught.value.problems] == [
        ("--set nothing", 0),
        ("--set a", 0),
        ("--set b", 0),
        ("--set =3", 0),
    ]


def test_sources_carry_the_digest_of_every_file(scenario: Path) -> None:
    sources = load(scenario).sources
    assert sources == {
        name: hashlib.sha256(Path(name).read_bytes()).hexdigest() for name in ("scenario.yaml", "theatre.yaml")
    }


@pytest.mark.parametrize("text", ["vary: {guards.scale: [1]}\n", "scenario: scenario.yaml\nlevers: {none: {}}\n"])
def test_a_sweep_given_for_a_scenario_is_named_as_one(write, scenario, text: str) -> None:
    with pytest.raises(InputError, match=r"^w.yaml:1: is a sweep file; expected a scenario, or the command `sweep`$"):
        load(write("w.yaml", text))


def test_the_name_of_a_shipped_sweep_or_scenario_is_told_from_no_name_at_all(write) -> None:
    with pytest.raises(
        InputError,
        match="^guards-tipping:1: is the name of a shipped sweep; expected a scenario, or the command `sweep`",
    ):
        load("guards-tipping")
    with pytest.raises(
        InputError, match="^quiet-year:1: is the name of a shipped scenario; expected a sweep, or the command `run`"
    ):
        load_sweep("quiet-year")


def test_dates_outside_the_horizon_are_notes(write, scenario_text: str) -> None:
    text = scenario_text.replace("date: 2019-10-15", "date: 2019-09-30").replace(
        "start: 2019-10-09", "start: 2019-10-31"
    )
    whole = load(write("s.yaml", text.replace("stops: 2019-10-17", "stops: 2019-11-17")))
    assert whole.notes == (
        "control.changes.0.date: 2019-09-30 is before the start; it acts at hour 0",
        "control.offensives.0.start: 2019-10-31 is after the horizon; it never acts",
    )
    assert load(write("t.yaml", scenario_text)).notes == ()


def test_questions_that_can_have_no_answer_are_noted(write) -> None:
    """Nobody who looks, nobody who is fought: allowed, and said."""
    theatre = THEATRE[: THEATRE.index("  observers:")]
    write("theatre.yaml", theatre)
    bare = SCENARIO[: SCENARIO.index("observers:")] + SCENARIO[SCENARIO.index("facilities:") :]
    assert load(write("s.yaml", bare + "isr: {coverage: 0}\n")).notes == (
        "observers: nobody looks and nobody reports, so no escape is ever detected",
    )
    assert load(write("s.yaml", bare)).notes == ("observers: nobody reports but surveillance",)
    write("theatre.yaml", theatre.replace("turkey: {hostile_to: [sdf]}", "turkey: {hostile_to: []}"))
    assert load(write("s.yaml", SCENARIO)).notes == (
        "control.offensives.0: turkey is hostile to no party that holds a place; it threatens none",
    )


def test_hours_count_from_midnight_of_the_start(write, scenario_text: str) -> None:
    whole = load(write("s.yaml", scenario_text.replace("start: 2019-10-01", "start: 2019-10-01T06:00")))
    assert whole.hours("2019-10-01") == 0
    assert whole.hours("2019-10-02T01:30") == 25.5
    assert whole.hours("2019-09-30") == -24
    assert whole.steps == 720


def test_numbers_are_every_distribution_by_path(scenario: Path) -> None:
    numbers = load(scenario, {"levers.move_first": MOVE}).numbers()
    assert set(numbers) == {
        "guards.scale",
        "observers.1.delay_hours",
        "levers.move_first.per_day",
        "theatre.facilities.hasakah.guards",
    }
    assert numbers["guards.scale"] == Uniform(uniform=(0.5, 1.5))
    assert isinstance(numbers["observers.1.delay_hours"], LogNormal)


MOVE = {"from": ["hasakah"], "start": "2019-10-02", "per_day": {"uniform": [10, 20]}}


def test_numbers_are_put_in_and_clipped(scenario: Path) -> None:
    whole = load(scenario)
    drawn = whole.with_numbers(
        {"guards.scale": 99.0, "observers.1.delay_hours": 12, "theatre.facilities.hasakah.guards": -3.0}
    )
    assert drawn.scenario.guards.scale == 20  # its upper bound
    assert drawn.scenario.observers[1].delay_hours == 12
    assert drawn.theatre.facilities["hasakah"].guards == 0
    assert drawn.numbers() == {}
    assert whole.numbers().keys() == {"guards.scale", "observers.1.delay_hours", "theatre.facilities.hasakah.guards"}
    assert drawn.scenario.control == whole.scenario.control
    assert whole.with_numbers({}) == whole


@pytest.mark.parametrize(
    "path", ["guards.x", "guards", "x.y", "observers.9.bias", "observers.0.name", "theatre.facilities.x.guards"]
)
def test_a_path_that_holds_no_number_is_a_key_error(scenario: Path, path: str) -> None:
    with pytest.raises(KeyError):
        load(scenario).with_numbers({path: 1.0})


def same(one: Resolved, other: Resolved) -> bool:
    """Equal but for where the theatre and the draws were read from, and defaults, which have been applied."""
    if one.joint() != other.joint():
        return False
    again = {"theatre": "inline", "draws": other.scenario.draws}
    alike = one.scenario.model_copy(update=again), one.theatre.model_copy(update={"defaults": {}})
    return alike == (other.scenario, other.theatre)


def test_the_resolved_scenario_is_one_file_that_loads_again(write, scenario: Path) -> None:
    odd = {"name": "1e3", "description": 'no: #"x"\n  é\u2028', "levers.move_first": MOVE, "control.handover": "none"}
    whole = load(scenario, odd)
    again = load(write("resolved.yaml", whole.as_yaml()))
    assert same(whole, again)
    assert again.numbers() == whole.numbers()
    assert again.as_yaml() == whole.as_yaml()
    assert list(again.sources) == ["resolved.yaml"]
    assert yaml.safe_load(whole.as_yaml())["control"]["offensives"][0]["from"] == "crossing"
    assert load("resolved.yaml", {"theatre.facilities.hasakah.guards": 3}).theatre.facilities["hasakah"].guards == 3


@pytest.mark.parametrize("name", shipped.names())
def test_shipped_scenarios_load_and_come_back(name: str, tmp_path: Path) -> None:
    whole = load(name)
    (tmp_path / "resolved.yaml").write_text(whole.as_yaml(), encoding="utf-8")
    if whole.draws is not None:  # a results folder keeps them beside the scenario
        (tmp_path / whole.draws.kept).write_bytes(whole.draws.content)
    assert same(whole, load(tmp_path / "resolved.yaml"))


def test_a_shipped_name_means_the_shipped_file_unless_there_is_one(write, scenario_text: str, monkeypatch) -> None:
    write("tiny", scenario_text)
    assert load("tiny").scenario.name == "autumn"
    assert load("scenarios/tiny.yaml").scenario.name == "tiny"
    monkeypatch.chdir("/")
    assert load("tiny").scenario.name == "tiny"


def test_a_folder_of_that_name_hides_no_shipped_scenario(tmp_path, monkeypatch) -> None:
    """As `run tiny --out tiny` leaves one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny").mkdir()
    assert load("tiny").scenario.name == "tiny"
    with pytest.raises(InputError, match="is a folder"):
        load("./tiny")


def test_an_inline_theatre_has_its_own_lines(write, theatre_text: str) -> None:
    inline = "".join(f"  {line}\n" for line in theatre_text.replace("guards: 20", "guards: -20").splitlines())
    (found,) = error_of(write("s.yaml", f"name: s\nstart: 2019-10-01\ndays: 1\ntheatre:\n{inline}")).problems
    assert (found.line, found.key) == (22, "theatre.facilities.hasakah.guards")


@pytest.mark.parametrize("reference", ["../out.yaml", "{here}/in/theatre.yaml", "link.yaml", "sub/../theatre.yaml"])
def test_nothing_outside_a_folder_is_read_when_told_so(
    write, theatre_text: str, scenario_text: str, reference: str
) -> None:
    write("in/theatre.yaml", theatre_text)
    write("in/sub/x", "")
    write("out.yaml", theatre_text)
    os.symlink("../out.yaml", "in/link.yaml")
    reference = reference.format(here=os.getcwd())
    write("in/s.yaml", scenario_text.replace("theatre.yaml", reference))
    assert load("in/s.yaml").theatre.name == "valley"
    (found,) = error_of("in/s.yaml", inside="in").problems
    assert "refused" in found.problem or "outside" in found.problem
    (found,) = error_of("out.yaml", inside="in").problems
    assert "outside" in found.problem
    write("in/t.yaml", scenario_text)
    assert load("in/t.yaml", inside="in").theatre.name == "valley"


def test_a_shipped_scenario_can_be_extended_by_name_from_anywhere(write) -> None:
    path = write("mine.yaml", "extends: ne-syria-2019\nname: mine\nguards: {scale: 0.5}\n")
    found = load(path)
    assert found.scenario.name == "mine"
    assert found.theatre == load("ne-syria-2019").theatre
    with pytest.raises(InputError, match="no such file"):
        load(path, inside=path.parent)
    with pytest.raises(InputError, match="no such file"):
        load(write("other.yaml", "extends: no-such\nname: other\n"))


def test_a_file_beside_it_goes_before_a_shipped_one(write, scenario) -> None:
    write("tiny", scenario.read_text())
    assert load(write("mine.yaml", "extends: tiny\nname: mine\n")).scenario.days == 30
