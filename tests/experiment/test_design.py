"""Designs: points, batches, and the names of options in errors."""

import pytest

from sim.experiment.design import batch_size, no_longer_than, scenario_design, sweep_design, with_options
from sim.scenario.errors import InputError
from sim.scenario.loader import load


@pytest.mark.parametrize("replicates", [1, 7, 20, 23, 1001])
def test_batches_cover_every_replicate_of_every_point_once(replicates):
    design = sweep_design("tiny", {"replicates": replicates})
    covered = [(batch.point, r) for batch in design.batches() for r in batch.replicates]
    assert len(covered) == len(set(covered)) == design.total
    assert set(covered) == {(p, r) for p in range(6) for r in range(replicates)}


def test_every_point_has_its_first_replicates_before_any_has_its_next(design):
    batches = list(design.batches())
    assert [(b.first, b.point) for b in batches] == sorted((b.first, b.point) for b in batches)


@pytest.mark.parametrize(("replicates", "sizes"), [(40, [4, 36]), (5, [2, 3]), (3, [3]), (53, [50, 3])])
def test_few_replicates_are_not_run_point_by_point(replicates, sizes):
    """Stopped early, a sweep has some of every point, and not all of its first ones."""
    batches = list(sweep_design("tiny", {"replicates": replicates}).batches())
    assert [b.size for b in batches if b.point == 0] == sizes
    assert {b.point for b in batches[:6]} == set(range(6))
    assert [b.size for b in scenario_design("tiny", {"replicates": replicates}).batches()][0] == min(50, replicates)


def test_names_of_parts_sort_as_points_and_replicates_do(design):
    batches = sorted(design.batches(), key=lambda b: (b.point, b.first))
    assert [b.name for b in batches] == sorted(b.name for b in batches)


@pytest.mark.parametrize(
    ("points", "replicates", "rows", "size"),
    [
        (1, 200, 61, 50),
        (45, 200, 61, 71),
        (1, 10**6, 61, 1000),
        (1, 10**5, 61, 782),
        (1, 10**6, 20_000, 10),
        (1, 10**6, 10**6, 1),
    ],
)
def test_a_batch_is_neither_tiny_nor_beyond_memory(points, replicates, rows, size):
    assert batch_size(points, replicates, rows) == size


@pytest.mark.parametrize(
    ("size", "seconds", "cut"), [(36, 0.001, 36), (36, 0.1, 20), (500, 0.01, 200), (20, 1.9, 1), (20, 60.0, 1)]
)
def test_slow_replicates_travel_in_small_batches(size, seconds, cut):
    assert no_longer_than(size, seconds) == cut


@pytest.mark.parametrize("option", ["days", "replicates", "seed"])
def test_an_option_of_its_own_is_named_as_such_when_it_is_wrong(option):
    for make, name in ((scenario_design, "tiny"), (sweep_design, "tiny")):
        with pytest.raises(InputError, match=rf"^--{option}: "):
            make(name, {option: -1.5})


def test_a_loaded_scenario_takes_other_replicates_and_seed_but_no_nonsense():
    scenario = with_options(load("tiny"), replicates=3, seed=9).scenario
    assert (scenario.replicates, scenario.seed) == (3, 9)
    for wrong in ({"replicates": 0, "seed": None}, {"replicates": None, "seed": -1}, {"replicates": 2.5, "seed": 1}):
        with pytest.raises(InputError):
            with_options(load("tiny"), **wrong)
