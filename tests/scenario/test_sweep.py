"""Sweep files: the order of points, what may vary, and what may not be set."""

import pytest

from sim.scenario import shipped
from sim.scenario.errors import InputError
from sim.scenario.sweep import Sweep, load_sweep, open_sweep


@pytest.fixture
def sweep(write, scenario):
    """Loads a sweep of `scenario.yaml` with these further lines."""

    def loaded(text: str, overrides=None, head: str = "scenario: scenario.yaml\n") -> Sweep:
        return load_sweep(write("sweep.yaml", head + text), overrides)

    return loaded


def only(load, *arguments, **more):
    with pytest.raises(InputError) as caught:
        load(*arguments, **more)
    (problem,) = caught.value.problems
    return problem


def test_the_first_path_varies_slowest(sweep) -> None:
    found = sweep("vary:\n  guards.scale: [0.5, 1]\n  control.handover: [none, formal]\nreplicates: 7\nseed: 3\n")
    assert found.varied == ("guards.scale", "control.handover")
    assert [list(point.values.values()) for point in found.points] == [
        [0.5, "none"],
        [0.5, "formal"],
        [1, "none"],
        [1, "formal"],
    ]
    assert [point.index for point in found.points] == [0, 1, 2, 3]
    assert [point.resolved.scenario.guards.scale for point in found.points] == [0.5, 0.5, 1, 1]
    assert [point.resolved.scenario.control.handover for point in found.points] == ["none", "formal"] * 2
    assert (found.name, found.design, found.replicates, found.seed) == ("sweep", "grid", 7, 3)
    assert set(found.sources) == {"sweep.yaml", "scenario.yaml", "theatre.yaml"}


def test_levers_are_crossed_with_every_point(sweep) -> None:
    found = sweep(
        "vary: {guards.scale: [0.5, 1]}\n"
        "levers:\n  none: {}\n  formal: {levers.formal_handover: {}}\n  both: {isr.residual: 1, withdrawal.schedule: []}\n"
    )
    assert found.varied == ("guards.scale", "lever")
    assert [tuple(point.values.values()) for point in found.points][:4] == [
        (0.5, "none"),
        (0.5, "formal"),
        (0.5, "both"),
        (1, "none"),
    ]
    none, formal, both = (point.resolved.scenario for point in found.points[:3])
    assert none.levers.formal_handover is None
    assert formal.levers.formal_handover is not None
    assert (both.isr.residual, both.withdrawal.schedule, none.isr.residual) == (1, [], 0.2)


def test_options_rank_above_the_sweep_and_the_sweep_above_the_scenario(sweep) -> None:
    text = "set: {days: 20, isr.coverage: 0.3}\nreplicates: 5\nvary: {guards.scale: [1]}\n"
    found = sweep(text, {"days": 10, "replicates": 2, "seed": 9})
    scenario = found.points[0].resolved.scenario
    assert (scenario.days, scenario.isr.coverage, found.replicates, found.seed) == (10, 0.3, 2, 9)
    assert sweep("vary: {guards.scale: [1]}\n").replicates == 200


def test_scenarios_may_vary_and_be_shipped_ones(sweep, write, scenario) -> None:
    write("other.yaml", "extends: scenario.yaml\nname: other\n")
    found = sweep("vary: {scenario: [scenario.yaml, other.yaml, tiny], days: [10]}\n", head="")
    assert [point.resolved.scenario.name for point in found.points] == ["autumn", "other", "tiny"]
    assert [point.values["scenario"] for point in found.points] == ["scenario.yaml", "other.yaml", "tiny"]


def test_theatre_paths_and_whole_theatres_may_vary(sweep, write, theatre_text: str) -> None:
    write("sub/b.yaml", theatre_text.replace("name: valley", "name: other"))
    found = sweep("vary:\n  theatre: [theatre.yaml, sub/b.yaml]\n  theatre.facilities.hasakah.walls: [0.1, 0.2]\n")
    assert [point.resolved.theatre.name for point in found.points] == ["valley", "valley", "other", "other"]
    assert [point.resolved.theatre.facilities["hasakah"].walls for point in found.points] == [0.1, 0.2] * 2


def test_complex_values_get_short_names(sweep) -> None:
    long = "{date: 2019-10-15, facility: hasakah, to: turkey, handover: hasty}"
    text = f"vary:\n  control.changes: [[], [{long}]]\n  guards.scale: [{{uniform: [0, 1]}}, 2]\n"
    found = sweep(text)
    assert [tuple(point.values.values()) for point in found.points] == [
        ("none", "{uniform: [0, 1]}"),
        ("none", "2"),
        ("value-2", "{uniform: [0, 1]}"),
        ("value-2", "2"),
    ]
    named = sweep(text + "labels: {control.changes: [nobody comes, as it was]}\n")
    assert [point.values["control.changes"] for point in named.points][1:3] == ["nobody comes", "as it was"]


def test_points_share_a_theatre_that_is_the_same(sweep) -> None:
    first, second = sweep("vary: {guards.scale: [1, 2]}\n").points
    assert first.resolved.theatre is second.resolved.theatre
    first, second = sweep("vary: {theatre.facilities.hasakah.guards: [1, 2]}\n").points
    assert (
        first.resolved.theatre.facilities["hasakah"].guards,
        second.resolved.theatre.facilities["hasakah"].guards,
    ) == (
        1,
        2,
    )


@pytest.mark.parametrize(
    ("text", "line", "key", "problem", "expected"),
    [
        (
            f"vary: {{guards.scale: [1{'0' * 380}]}}\n",
            2,
            "vary.guards.scale.0",
            "is not a finite number",
            "a number or a distribution",
        ),
        ("vary: {guards.scale: [1, -2]}\n", 2, "vary.guards.scale.1", "-2 is out of bounds", "0 to 20"),
        ("vary:\n  guards.scal: [1]\n", 3, "vary.guards.scal.0", "unknown key", "did you mean `scale`?"),
        (
            "vary:\n  control.changes:\n    - - date: 2019-10-15\n        area: x\n        to: us\n",
            5,
            "vary.control.changes.0.0.area",
            "unknown area `x`",
            "border",
        ),
        (
            "vary: {guards.scale: {uniform: [0, 1]}}\n",
            2,
            "vary.guards.scale",
            "a grid samples no distribution",
            "a list of values",
        ),
        ("vary: {guards.scale: 1}\n", 2, "vary.guards.scale", "1 does not fit", "a list of values"),
        ("vary: {guards.scale: []}\n", 2, "vary.guards.scale", "no values", "a list"),
        ("vary: {guards.scale: [1, 2, 1.0]}\n", 2, "vary.guards.scale.2", "1.0 stands twice", "each value once"),
        ("vary: {seed: [1, 2]}\n", 2, "vary.seed", "cannot be varied", ""),
        ("vary: {scenario: [x.yaml]}\n", 1, "scenario", "is varied, too", "one of the two"),
        ("design: sobol\nvary: {guards.scale: [1, 2]}\n", 1, "samples", "is missing", "number of points"),
        ("design: saltelli\nvary: {guards.scale: [1]}\n", 1, "samples", "is missing", "number of base points"),
        ("design: lhs\nsamples: 3\n", 1, "vary", "lhs has nothing to sample", "a path that varies"),
        (
            "design: lhs\nsamples: 3\nvary: {guards.scale: {uniform: [2, 1]}}\n",
            4,
            "vary.guards.scale",
            "the ends are out of order",
            "a distribution",
        ),
        (
            "design: lhs\nsamples: 3\nvary: {isr.coverage: {uniform: [0, 2]}}\n",
            4,
            "vary.isr.coverage",
            "is out of bounds",
            "0 to 1",
        ),
        (
            "design: lhs\nsamples: 3\nvary: {days: {uniform: [1, 2]}}\n",
            4,
            "vary.days",
            "a mapping is not a number",
            "a number",
        ),
        ("design: gird\n", 2, "design", "`gird` is not known", "did you mean `grid`?"),
        ("vry: {}\n", 2, "vry", "unknown key", "did you mean `vary`?"),
        ("replicates: 0\n", 2, "replicates", "0 is out of bounds", "at least 1"),
        (
            "set: {guards.scale: 1}\nvary: {guards.scale: [1, 2]}\n",
            2,
            "set.guards.scale",
            "the sweep varies guards.scale",
            "",
        ),
        ("set: {guards: {}}\nvary: {guards.scale: [1, 2]}\n", 2, "set.guards", "the sweep varies guards.scale", ""),
        ("set: {isr.coverag: 1}\n", 2, "set.isr.coverag", "unknown key", "did you mean `coverage`?"),
        (
            "vary: {isr.residual: [1]}\nlevers: {x: {isr.residual: 0}}\n",
            3,
            "levers.x.isr.residual",
            "is varied, too",
            "",
        ),
        ("levers:\n  x: {isr.residual: 9}\n", 3, "levers.x.isr.residual", "9 is out of bounds", "0 to 1"),
        ("labels: {days: [a]}\n", 2, "labels.days", "labels a path that does not vary", ""),
        ("vary: {days: [1, 2]}\nlabels: {days: [a]}\n", 3, "labels.days", "1 names for 2 values", "2"),
        ("vary: {days: [1, 2]}\nlabels: {days: [a, a]}\n", 3, "labels.days", "a name stands twice", ""),
        (
            "vary: {days: ["
            + ", ".join(map(str, range(1, 400)))
            + "], isr.error: ["
            + ", ".join(f"{n / 200}" for n in range(400))
            + "]}\n",
            2,
            "vary",
            "159,600 points",
            "at most 100,000",
        ),
    ],
)
def test_a_fault_in_a_sweep_is_found_where_it_is(sweep, text, line, key, problem, expected) -> None:
    found = only(sweep, text)
    assert (found.file, found.line, found.key) == ("sweep.yaml", line, key)
    assert problem in found.problem
    assert expected in found.expected


def test_missing_scenarios(sweep) -> None:
    assert only(sweep, "vary: {days: [1]}\n", head="").key == "scenario"
    found = only(sweep, "", head="# note\nscenario: scenaro.yaml\n")
    assert (found.line, found.key, found.expected) == (2, "scenario", "did you mean `scenario.yaml`?")
    found = only(sweep, "vary: {scenario: [scenario.yaml, 3]}\n", head="")
    assert (found.line, found.key) == (1, "vary.scenario.1")


@pytest.mark.parametrize("path", ["guards.scale", "guards", "isr.residual"])
def test_an_option_on_a_varied_path_is_refused(sweep, path: str) -> None:
    text = "vary: {guards.scale: [1, 2]}\nlevers: {none: {}, eyes: {isr.residual: 1}}\n"
    found = only(sweep, text, {path: 1})
    assert (found.file, found.line) == (f"--set {path}", 0)


def test_a_fault_of_the_scenario_is_told_once(sweep, write, scenario_text: str) -> None:
    write("scenario.yaml", scenario_text.replace("days: 30", "days: x"))
    found = only(sweep, "vary: {guards.scale: [1, 2, 3]}\n")
    assert (found.file, found.line) == ("scenario.yaml", 3)


def test_samples_of_a_grid_are_noted(sweep) -> None:
    assert "samples" in sweep("samples: 5\n").notes[0]


@pytest.mark.parametrize("name", shipped.names("sweeps"))
def test_shipped_sweeps_load(name: str) -> None:
    assert load_sweep(name).points


def test_a_distribution_is_sampled_once_per_point_and_uncertainties_are_the_same_for_every_lever(sweep) -> None:
    found = sweep(
        "design: lhs\nsamples: 8\nseed: 4\n"
        "vary: {guards.scale: {uniform: [0.5, 1.5]}, control.handover: [none, formal]}\n"
        "levers: {none: {}, eyes: {isr.residual: 1}}\n"
    )
    assert (found.size, len(found.points), found.samples) == (16, 16, 8)
    worlds: dict[str, list[tuple]] = {"none": [], "eyes": []}
    for point in found.points:
        scale, handover, lever = point.values.values()
        assert point.resolved.scenario.guards.scale == scale
        assert point.resolved.scenario.control.handover == handover
        assert point.resolved.scenario.isr.residual == (1 if lever == "eyes" else 0.2)
        worlds[lever].append((scale, handover))
    assert worlds["none"] == worlds["eyes"]
    assert [point.values["lever"] for point in found.points] == ["none", "eyes"] * 8
    scales = sorted(scale for scale, _ in worlds["none"])
    assert all(0.5 + k / 8 <= scale < 0.5 + (k + 1) / 8 for k, scale in enumerate(scales))  # one in each slice
    assert sorted(handover for _, handover in worlds["none"]) == ["formal"] * 4 + ["none"] * 4


def test_the_seed_chooses_the_sample(sweep) -> None:
    text = "design: sobol\nsamples: 4\nvary: {guards.scale: {uniform: [0.5, 1.5]}}\n"
    drawn = [[point.values["guards.scale"] for point in sweep(text, {"seed": seed}).points] for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_draws_beyond_the_bounds_are_clipped(sweep) -> None:
    text = "design: lhs\nsamples: 20\nvary: {isr.coverage: {lognormal: {median: 0.9, sigma: 1}}}\n"
    drawn = [point.resolved.scenario.isr.coverage for point in sweep(text).points]
    assert max(drawn) == 1
    assert drawn == [point.values["isr.coverage"] for point in sweep(text).points]


def test_items_of_lists_vary_by_name_and_by_number(sweep) -> None:
    for path in ("observers.media.bias", "observers.1.bias"):
        text = f"design: lhs\nsamples: 3\nvary: {{{path}: {{uniform: [0.5, 1]}}}}\n"
        for point in sweep(text).points:
            assert point.resolved.scenario.observers[1].bias == point.values[path]


def test_facilities_vary_under_either_name(sweep) -> None:
    for path in ("facilities.hasakah.guards", "theatre.facilities.hasakah.guards"):
        text = f"design: lhs\nsamples: 3\nvary: {{{path}: {{uniform: [5, 30]}}}}\n"
        for point in sweep(text).points:
            assert point.resolved.theatre.facilities["hasakah"].guards == point.values[path]


@pytest.mark.parametrize(
    ("text", "overrides", "said"),
    [
        (
            "vary: {facilities.hasakah.guards: [1, 20]}\n",
            {"theatre.facilities.hasakah.guards": 9},
            "the sweep varies facilities.hasakah.guards",
        ),
        ("vary: {observers.1.bias: [0.5, 1]}\n", {"observers.media.bias": 0.7}, "the sweep varies observers.1.bias"),
        (
            "vary: {observers.1.bias: [0.5, 1]}\nlevers: {a: {observers.media.bias: 0.7}}\n",
            None,
            "is varied, too",
        ),
        (
            "design: lhs\nsamples: 2\nvary: {observers.1.bias: {uniform: [0, 1]}, observers.media.bias: {uniform: [0, 1]}}\n",
            None,
            "is the same place as observers.1.bias",
        ),
        ("levers: {a: {seed: 5}}\n", None, "is the same at every point"),
        ("levers: {a: {replicates: 5}}\n", None, "is the same at every point"),
    ],
)
def test_a_place_is_varied_once_however_it_is_written(sweep, text, overrides, said) -> None:
    assert said in only(sweep, text, overrides).problem


def test_points_of_several_scenarios_share_seed_and_replicates(sweep, write, scenario) -> None:
    write("other.yaml", "extends: scenario.yaml\nseed: 12\nreplicates: 40\n")
    found = sweep("vary: {scenario: [scenario.yaml, other.yaml]}\n", head="")
    assert {(point.resolved.scenario.seed, point.resolved.scenario.replicates) for point in found.points} == {(1, 200)}
    assert "all points take seed 1 and 200 replicates" in found.notes[-1]


def test_saltelli_makes_factors_plus_two_points_of_every_base_point(sweep) -> None:
    found = sweep(
        "design: saltelli\nsamples: 4\nvary: {guards.scale: {uniform: [0, 1]}, isr.coverage: {uniform: [0, 1]}}\n"
    )
    assert found.size == len(found.points) == 16
    rows = [tuple(point.values.values()) for point in found.points]
    for a, ab1, ab2, b in zip(*(rows[k::4] for k in range(4)), strict=True):
        assert ab1 == (b[0], a[1])
        assert ab2 == (a[0], b[1])


def test_what_is_no_power_of_two_is_noted(sweep) -> None:
    text = "design: sobol\nvary: {guards.scale: {uniform: [0, 1]}}\nsamples: "
    assert "powers of two" in sweep(text + "6\n").notes[0]
    assert not any("powers" in note for note in sweep(text + "8\n").notes)


def test_a_design_is_known_before_its_points_are_read(write, scenario) -> None:
    path = write("sweep.yaml", "scenario: scenario.yaml\nvary: {guards.scale: [1, -1]}\n")
    design = open_sweep(path)
    assert (design.size, design.varied) == (2, ("guards.scale",))
    with pytest.raises(InputError, match="-1 is out of bounds"):
        _ = design.points
