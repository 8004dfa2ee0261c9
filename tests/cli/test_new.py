"""`new`: files to begin with, which `check` accepts as they stand, which run, and which overwrite nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import sim
from sim.scenario import shipped
from sim.scenario.declare import DISTRIBUTIONS
from sim.scenario.loader import load, load_theatre
from sim.scenario.sweep import load_sweep

PLACES = (
    "Site Name,Latitude,Longitude,Individuals,Type\nNorth Jail,36.512,40.733,500,prison\nEast,36.37,41.14,9000,camp\n"
)


def test_each_kind_is_accepted_as_it_stands_and_they_fit_together(cli, here: Path) -> None:
    written = {"theatre": "theatres/mine.yaml", "scenario": "mine.yaml", "sweep": "sweeps/mine.yaml"}
    for kind, file in written.items():
        outcome = cli("new", kind, "mine")
        assert (outcome.code, outcome.err) == (0, "")
        assert outcome.out.startswith(f"{file}: written; next: edit it, detention-sim ")
        assert cli("check", file, "--no-calm") == (0, f"{file}: ok\n", "")
    scenario = load("mine.yaml")
    assert scenario.scenario.name == scenario.theatre.name == "mine"
    assert load_sweep("sweeps/mine.yaml").size == 18


def test_the_distributions_that_a_new_scenario_names_are_those_there_are(cli, here: Path) -> None:
    cli("new", "scenario", "mine")
    told = Path("mine.yaml").read_text().split("# Any number may be a range")[1].split("\nguards:")[0]
    assert set(re.findall(r"\{(\w+): [\[{]", told)) == set(DISTRIBUTIONS)


def test_what_is_written_runs_and_people_can_get_out_of_it(cli, here: Path) -> None:
    cli("new", "theatre", "mine")
    cli("new", "scenario", "mine")
    runs = sim.run("mine.yaml", replicates=4, seed=1).runs
    assert runs["status"].to_pylist() == ["done"] * 4
    assert runs["population"].to_pylist() == [500] * 4
    unguarded = sim.run(sim.load("mine.yaml", {"guards.scale": 0.0}), replicates=4, seed=1).runs
    assert sum(unguarded["escaped"].to_pylist()) > 0


def test_without_files_of_that_name_shipped_ones_serve(cli, here: Path) -> None:
    assert cli("new", "scenario", "mine").code == cli("new", "sweep", "other").code == 0
    assert yaml.safe_load(Path("mine.yaml").read_text())["theatre"] == "tiny"
    assert yaml.safe_load(Path("sweeps/other.yaml").read_text())["scenario"] == "ne-syria-2019"


def test_another_file_can_be_named_and_is_found_from_where_the_new_one_lies(cli, here: Path) -> None:
    cli("new", "theatre", "mine", "--out", "a/ground.yaml")
    assert cli("new", "scenario", "mine", "--of", "a/ground.yaml", "--out", "b/mine.yaml").code == 0
    assert yaml.safe_load(Path("b/mine.yaml").read_text())["theatre"] == "../a/ground.yaml"
    assert cli("new", "sweep", "mine", "--of", "hasakah-2022").code == 0
    assert yaml.safe_load(Path("sweeps/mine.yaml").read_text())["scenario"] == "hasakah-2022"


@pytest.mark.parametrize("kind", ["theatre", "scenario", "sweep"])
def test_nothing_is_overwritten(cli, here: Path, kind: str) -> None:
    cli("new", kind, "mine")
    (file,) = here.rglob("mine.yaml")
    file.write_text("kept")
    outcome = cli("new", kind, "mine")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == f"{file.relative_to(here)}: is there already; expected another name, or --out FILE\n"
    assert file.read_text() == "kept"


@pytest.mark.parametrize("name", ["null", "123", "1e5", "yes", "0x1f", "2020-01-01"])
def test_a_name_that_yaml_takes_for_something_else_stays_a_name(cli, here: Path, name: str) -> None:
    cli("new", "theatre", name)
    assert load_theatre(f"theatres/{name}.yaml").name == name
    Path("p.csv").write_text(f"name,lat,lon,pop\n{name},1,2,3\n")
    cli("new", "theatre", "listed", "--places", "p.csv")
    assert list(load_theatre("theatres/listed.yaml").facilities) == [name]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("theatre", "Mine"), "NAME: `Mine` is not a name"),
        (("theatre", "../x"), "NAME: `../x` is not a name"),
        (("theatre", "x" * 61), "NAME: `xxx"),
        (("scenario", "x", "--places", "p.csv"), "--places: a scenario has no places"),
        (("theatre", "x", "--of", "tiny"), "--of: a theatre is of no other file"),
        (("theatre", "x", "--places", "none.csv"), "none.csv:1: no such file"),
        (("scenario", "x", "--of", "nowhere"), "--of: no such file nowhere"),
        (("sweep", "x", "--of", "nowhere"), "--of: no such file nowhere"),
        (("zoo", "x"), "detention-sim: Invalid value for 'kind': 'zoo'"),
    ],
)
def test_what_is_wrong_is_told_in_a_line_and_leaves_no_file(cli, here: Path, arguments, problem: str) -> None:
    outcome = cli("new", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(problem) and outcome.err.count("\n") == 1
    assert not list(here.rglob("*.yaml"))


def test_a_theatre_about_the_places_of_a_list(cli, here: Path) -> None:
    Path("p.csv").write_text(PLACES)
    assert cli("new", "theatre", "listed", "--places", "p.csv").code == 0
    theatre = load_theatre("theatres/listed.yaml")
    jail, east = theatre.facilities["north-jail"], theatre.facilities["east"]
    assert (jail.title, jail.lat, jail.lon, jail.held.fighters.local) == ("North Jail", 36.5, 40.75, 500)
    assert (jail.guards, jail.kind, jail.regime) == (45, "prison", "detained")
    assert (east.residents, east.kind, east.regime, east.guards) == (9000, "camp", "resident", 450)
    for facility in (jail, east):
        x, y = theatre.grid.kilometres(facility.lat, facility.lon)
        width, height = theatre.grid.width * theatre.grid.cell_km, theatre.grid.height * theatre.grid.cell_km
        assert min(x, y, width - x, height - y) >= 59
    assert "p.csv, line 2" in jail.source and "guards" in jail.source and "assumed" in jail.source
    cli("new", "scenario", "listed")
    assert sim.run("listed.yaml", replicates=2, seed=1).runs["population"].to_pylist() == [500, 500]


@pytest.mark.parametrize(
    "rows",
    ["A,84,0,5\n", "A,-84,180,5\n", "A,-60,-180,5\nB,60,-10,5\n", "A,0.01,0,1\n", "A,1,2,200000\n"],
)
def test_any_place_of_the_world_gets_a_map_that_holds_it(cli, here: Path, rows: str) -> None:
    Path("p.csv").write_text(f"name,lat,lon,pop\n{rows}")
    outcome = cli("new", "theatre", "listed", "--places", "p.csv")
    assert outcome.code == 0, outcome.err


def test_bad_cells_are_told_by_line_and_nothing_is_written(cli, here: Path) -> None:
    Path("p.csv").write_text("name;lat;lon;pop\nA;91;2;x\nB;1;2;3\nC;1;;3\n")
    outcome = cli("new", "theatre", "listed", "--places", "p.csv")
    assert (outcome.code, outcome.out) == (2, "")
    assert [line.split(":")[1] for line in outcome.err.splitlines()] == ["2", "2", "4"]
    assert not Path("theatres").exists()


def test_every_number_of_a_template_is_an_example_or_assumed() -> None:
    folder = Path(sim.__file__).parent / "scenario" / "templates"
    assert {path.stem for path in folder.iterdir()} == {"theatre", "scenario", "sweep"}
    parties = re.search(r"^parties:\n(.*?)^ground", (folder / "theatre.yaml").read_text(), re.M | re.S)
    assert parties is not None
    numbers = [line for line in parties[1].splitlines() if re.search(r": *[{]?.*\d", line.split("#")[0])]
    assert len(numbers) > 5 and all("assumed" in line for line in numbers)
    assert shipped.names("theatres")
