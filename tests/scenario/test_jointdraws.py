"""Joint draws: which file outranks which, and that a row stays together."""

import numpy as np
import pytest

from sim.model import Run
from sim.scenario.declare import Choice
from sim.scenario.errors import InputError
from sim.scenario.fields import parameters
from sim.scenario.jointdraws import read_draws
from sim.scenario.loader import load

ROWS = [(0.5, 0.11, 7), (0.75, 0.12, 8), (1.25, 0.13, 9), (1.0, 0.14, 11)]
PATHS = ("guards.scale", "disorder.threshold", "theatre.facilities.lone-prison.guards")


@pytest.fixture
def posterior(write):
    """A table of draws, as `posterior.csv`."""
    lines = [",".join(PATHS), *(",".join(map(str, row)) for row in ROWS)]
    return write("posterior.csv", "\n".join(lines) + "\n")


@pytest.fixture
def base(write):
    """The shipped `tiny` written out as `base.yaml`, so that it can be extended."""
    data = load("tiny").as_yaml().replace("  scale: 1.0\n", "", 1)
    assert "lone-prison" in data
    return write("base.yaml", data)


@pytest.fixture
def drawn(write, base, posterior):
    """A scenario with these draws and further lines."""

    def scenario(text: str = "", overrides=None):
        return load(write("drawn.yaml", "extends: base.yaml\ndraws: posterior.csv\n" + text), overrides)

    return scenario


def values(run: Run) -> tuple:
    return tuple(run.draws[path] for path in PATHS)


def test_a_replicate_takes_one_row(drawn):
    resolved = drawn()
    assert resolved.drawn == PATHS
    assert isinstance(resolved.scenario.guards.scale, Choice)
    run = Run(resolved)
    taken = []
    for replicate in range(200):
        run.reset(1, replicate)
        taken.append(values(run))
        assert run.truth.parameters["guards_scale"][0] == run.draws["guards.scale"]
        assert run.truth.parameters["disorder_threshold"][0] == run.draws["disorder.threshold"]
    assert set(taken) == set(ROWS)
    counts = np.array([taken.count(row) for row in ROWS])
    assert counts.min() > 25  # 50 each, standard deviation 6


def test_it_means_what_the_plain_numbers_mean(drawn):
    run = Run(drawn())
    for replicate in range(5):
        there = run.complete(3, replicate).run.copy()
        plain = load("tiny", dict(zip(PATHS, values(run), strict=True)))
        assert there.tobytes() == Run(plain).complete(3, replicate).run.tobytes()


def test_a_path_that_the_file_sets_overrides_its_column_with_a_note(drawn):
    resolved = drawn("guards: {scale: 2}\n")
    assert resolved.scenario.guards.scale == 2
    assert resolved.drawn == PATHS[1:]
    assert [note for note in resolved.notes if note.startswith("draws")] == [
        "draws: guards.scale is set by drawn.yaml, which overrides its column"
    ]
    run = Run(resolved)
    run.reset(1, 0)
    assert "guards.scale" not in run.draws


def test_a_facility_that_the_file_sets_overrides_its_column(drawn):
    assert drawn("facilities: {lone-prison: {guards: 3}}\n").drawn == PATHS[:2]


def test_facilities_are_drawn_jointly_under_either_name(write, base):
    for path in ("facilities.lone-prison.guards", "theatre.facilities.lone-prison.guards"):
        write("posterior.csv", f"{path},guards.scale\n3,1\n30,2\n")
        run = Run(load(write("drawn.yaml", "extends: base.yaml\ndraws: posterior.csv\n")))
        pairs = set()
        for replicate in range(30):
            run.reset(1, replicate)
            pairs.add(tuple(run.draws.values()))
        assert pairs == {(3.0, 1.0), (30.0, 2.0)}


def test_observers_of_a_theatres_defaults_can_be_drawn(write):
    write("posterior.csv", "observers.0.bias_own_failure\n0.25\n")
    resolved = load("tiny", {"draws": "posterior.csv"})
    assert resolved.drawn == ("observers.0.bias_own_failure",)
    run = Run(resolved)
    run.reset(1, 0)
    assert run.belief.observer["bias_own_failure"][0] == 0.25


def test_options_outrank_draws_and_draws_outrank_what_is_extended(drawn):
    assert drawn(overrides={"guards.scale": 1.5}).drawn == PATHS[1:]
    assert load("base.yaml", {"disorder.threshold": 0.3}).scenario.disorder.threshold == 0.3
    assert isinstance(drawn().scenario.disorder.threshold, Choice)  # base.yaml sets it, and is extended


def test_draws_given_as_an_option_rank_below_the_file(base, posterior):
    resolved = load("base.yaml", {"draws": "posterior.csv"})
    assert "disorder.threshold" not in resolved.drawn  # base.yaml sets it
    assert "guards.scale" in resolved.drawn


def test_what_is_written_back_reads_the_same(drawn, tmp_path):
    resolved = drawn()
    (tmp_path / "scenario.yaml").write_text(resolved.as_yaml())
    (tmp_path / resolved.draws.kept).write_bytes(resolved.draws.content)
    again = load(tmp_path / "scenario.yaml")
    assert again.drawn == resolved.drawn
    assert again.as_data() == resolved.as_data()
    assert Run(again).complete(1, 4).run.tobytes() == Run(resolved).complete(1, 4).run.tobytes()


@pytest.mark.parametrize(
    ("text", "line", "key", "problem"),
    [
        ("guards.scal\n1\n", 1, "guards.scal", "unknown key"),
        ("isr.coverage\n0.5\n1.5\n", 1, "isr.coverage", "out of bounds"),
        ("control.handover\n1\n", 1, "control.handover", "a mapping"),
        ("guards.scale\nmany\n", 2, "guards.scale", "many is no number"),
        ("guards.scale\nnan\n", 2, "guards.scale", "nan is no number"),
        ("guards.scale,isr.coverage\n1\n", 2, "", "1 cells"),
        ("guards.scale;isr.coverage\n0,5;0,1\n", 1, "", "semicolons stand between the cells"),
        ("guards.scale\tisr.coverage\n1\t1\n", 1, "", "tabs stand between the cells"),
        ("guards.scale,guards.scale\n1,1\n", 1, "guards.scale", "stands twice"),
        ("guards.scale\n", 1, "", "holds no draws"),
        ("theatre.facilities.nowhere.guards\n1\n", 1, "theatre.facilities.nowhere.guards", "unknown facility"),
        ("name\n1\n", 1, "name", "does not fit"),
        ('"\n', 1, "", "is not CSV"),
    ],
)
def test_a_fault_is_found_where_it_is(write, base, text, line, key, problem):
    write("posterior.csv", text)
    path = write("drawn.yaml", "extends: base.yaml\ndraws: posterior.csv\n")
    with pytest.raises(InputError) as caught:
        load(path)
    found = caught.value.problems[0]
    assert (found.file, found.line, found.key) == ("posterior.csv", line, key)
    assert problem in found.problem


def test_cells_paths_and_the_scenario_are_found_wrong_at_once(write, base):
    write("posterior.csv", "guards.scal,isr.coverage\n1,x\n1,0.5\n1\n")
    path = write("drawn.yaml", "extends: base.yaml\ndraws: posterior.csv\ndays: soon\n")
    with pytest.raises(InputError) as caught:
        load(path)
    assert {(p.file, p.line, p.key) for p in caught.value.problems} == {
        ("posterior.csv", 1, "guards.scal"),
        ("posterior.csv", 2, "isr.coverage"),
        ("posterior.csv", 4, ""),
        ("drawn.yaml", 3, "days"),
    }


def test_draws_outside_the_folder_are_refused(write, base, tmp_path):
    path = write("inner/drawn.yaml", "extends: base.yaml\ndraws: ../posterior.csv\n")
    write("inner/base.yaml", base.read_text())
    write("posterior.csv", "guards.scale\n1\n")
    assert load(path).drawn == ("guards.scale",)
    with pytest.raises(InputError, match="is refused"):
        load(path, inside="inner")
    (tmp_path / "inner/link.csv").symlink_to(tmp_path / "posterior.csv")
    linked = write("inner/linked.yaml", "extends: base.yaml\ndraws: link.csv\n")
    with pytest.raises(InputError, match="outside the scenario folder"):
        load(linked, inside="inner")


def test_a_column_for_the_cost_of_a_lever_is_nobodys_rule(write, base):
    """It is read, kept and drawn as a choice, and no replicate asks for it."""
    write("costs.csv", "guards.scale,levers.guard_floor.cost\n0.5,100\n0.75,200\n")
    text = "extends: base.yaml\ndraws: costs.csv\nlevers: {guard_floor: {per_100: 2, cost: 5}}\n"
    lower = write("lower.yaml", text.replace("cost: 5", "per_100: 2").replace(", per_100: 2}", "}"))
    resolved = load(lower)
    assert resolved.drawn == ("guards.scale", "levers.guard_floor.cost")
    assert set(resolved.numbers()) - set(resolved.rule_numbers()) == {"levers.guard_floor.cost"}
    assert [set(row) for row in resolved.joint()] == [{"guards.scale"}] * 2
    run = Run(resolved)
    run.reset(1, 0)
    assert run.draws["guards.scale"] in (0.5, 0.75)
    assert load(write("file.yaml", text)).drawn == ("guards.scale",)


def test_a_place_under_two_names_is_refused(write, base):
    """A run could take one of the two columns only."""
    write("posterior.csv", "facilities.lone-prison.guards,guards.scale,theatre.facilities.lone-prison.guards\n3,1,4\n")
    with pytest.raises(InputError) as caught:
        load(write("drawn.yaml", "extends: base.yaml\ndraws: posterior.csv\n"))
    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.key) == ("posterior.csv", 1, "theatre.facilities.lone-prison.guards")
    assert problem.problem == "is the same place as facilities.lone-prison.guards"


def test_every_column_that_check_takes_can_be_drawn(write, base):
    """Each declared number of the scenario and of a facility in turn; of a lever only those that need no other."""
    taken = 0
    for parameter in parameters():
        path = parameter.path.replace("facilities.*", "facilities.lone-prison")
        low = parameter.low if parameter.low is not None else 1.0
        write("posterior.csv", f"{path}\n{max(low, 1.0) if (parameter.high or 1) >= 1 else low}\n")
        try:
            resolved = load(write("drawn.yaml", "extends: base.yaml\ndraws: posterior.csv\n"))
        except InputError:
            continue
        taken += 1
        run = Run(resolved)
        run.reset(1, 0)
        run.advance(1)
    assert taken > 150


def test_semicolons_and_the_cells_between_them_are_told_at_once(write):
    path = write("posterior.csv", "guards.scale;isr.coverage\n0,5;0.1\n1;2;3\n")
    with pytest.raises(InputError) as caught:
        read_draws(path)
    assert [(problem.line, problem.key) for problem in caught.value.problems] == [(1, ""), (2, "guards.scale"), (3, "")]
