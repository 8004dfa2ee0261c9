"""`check` takes what can run and nothing beyond: each bound is held at the bound and one step past it."""

import math
import sys
from collections.abc import Callable

import numpy as np
import pytest

from sim.model import Run
from sim.scenario import limits
from sim.scenario.declare import Choice, LogNormal, Uniform, largest
from sim.scenario.draw import quantile
from sim.scenario.errors import InputError, Problem
from sim.scenario.loader import load
from sim.scenario.resolved import Resolved
from sim.scenario.size import memory, most_blocks, most_guards, most_held

HEAD = """\
name: large
start: 2019-10-01
days: 1
step_hours: 24
isr: {revisit_hours: 24}
theatre:
  name: plain
  grid: {width: 20, height: 10, cell_km: 10, west: 40.0, south: 35.0}
  ground: sdf
  parties: {sdf: {}}
"""
Make = Callable[..., Resolved]


@pytest.fixture
def made(write) -> Make:
    """Loads a scenario with these facilities, each a list of keys, and further text."""

    def load_with(*facilities: str, more: str = "") -> Resolved:
        rows = "".join(f"    f{i}: {{party: sdf, lat: 35.4, lon: 40.7, {keys}}}\n" for i, keys in enumerate(facilities))
        return load(write("s.yaml", f"{HEAD}  facilities:\n{rows}{more}"))

    return load_with


def only(made: Make, *facilities: str, more: str = "") -> Problem:
    with pytest.raises(InputError) as caught:
        made(*facilities, more=more)
    (problem,) = caught.value.problems
    return problem


FIRST = HEAD.count("\n") + 1
"""The line of `facilities:`."""


def held(number: object, more: str = "") -> str:
    return f"held: {{fighters: {{local: {number}}}}}{more}"


def observers(number: int) -> str:
    rows = "".join(f"  - {{name: o{i}, role: media, kind: desk, detect: 1, notice_size: 0}}\n" for i in range(number))
    return f"observers:\n{rows}"


def test_facilities(made: Make) -> None:
    assert len(made(*["guards: 1"] * limits.MAX_FACILITIES).theatre.facilities) == 32_767
    problem = only(made, *["guards: 1"] * (limits.MAX_FACILITIES + 1))
    assert (problem.line, problem.key) == (FIRST, "theatre.facilities")
    assert (problem.problem, problem.expected) == ("too many items", "at most 32767")


def test_blocks_of_a_facility(made: Make) -> None:
    most = 5 * limits.MAX_BLOCKS
    assert most_blocks(made(held(most, ", block_size: 5")).theatre.facilities["f0"]) == 32_767
    problem = only(made, held(1), held(most + 1, ", block_size: 5"))
    assert (problem.line, problem.key) == (FIRST + 2, "theatre.facilities.f1.block_size")
    assert problem.problem == "163,836 people in blocks of 5 make 32,768 blocks"
    assert problem.expected == "at most 32,767"
    assert only(made, held("{uniform: [0, 200000]}", ", block_size: 5")).key == "theatre.facilities.f0.block_size"


def test_people_of_all_blocks_are_told_apart(made: Make) -> None:
    run = Run(made(held(5 * limits.MAX_BLOCKS, ", block_size: 5")))
    assert len(np.unique(run.truth.people["block"])) == limits.MAX_BLOCKS
    assert run.truth.people["block"].min() == 0


def test_observers(made: Make) -> None:
    assert len(made(held(1), more=observers(limits.MAX_OBSERVERS)).scenario.observers) == 62
    problem = only(made, held(1), more=observers(limits.MAX_OBSERVERS + 1))
    assert (problem.line, problem.key) == (FIRST + 2, "observers")
    assert (problem.problem, problem.expected) == ("too many items", "at most 62")


def test_every_observer_has_a_bit_of_its_own(made: Make) -> None:
    """With nobody on guard everyone walks out, and every observer learns of it."""
    text = observers(limits.MAX_OBSERVERS)
    run = Run(made(held(500), more=text.replace("}", ", presence: 1}")))
    run.complete(1, 0)
    learned = int(run.belief.learned_by[0])
    assert learned & (2**limits.MAX_OBSERVERS - 1) == 2**limits.MAX_OBSERVERS - 1
    assert 0 < learned < 2 ** (limits.MAX_OBSERVERS + 1)


def test_people_in_all(made: Make) -> None:
    whole = [held(200_000)] * 25
    assert sum(map(most_held, made(*whole).theatre.facilities.values())) == limits.MAX_PEOPLE
    problem = only(made, *whole, held(1))
    assert (problem.line, problem.key) == (FIRST, "theatre.facilities")
    assert (problem.problem, problem.expected) == ("5,000,001 people in all", "at most 5,000,000")
    assert only(made, *[held(200_000)] * 100).problem == "20,000,000 people in all"  # and not their memory besides


def test_a_lognormal_counts_with_the_most_that_can_be_drawn(made: Make) -> None:
    """Its median would pass: 26 times 1,000."""
    wide = "{lognormal: {median: 1000, sigma: 2}}"
    assert only(made, *[held(wide)] * 26).problem == "5,200,000 people in all"
    narrow = held("{lognormal: {median: 100000, sigma: 0.01}}")
    assert most_held(made(narrow).theatre.facilities["f0"]) == round(100_000 * math.exp(0.01 * 8.209536151601387))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3.0, 3.0),
        (Uniform(uniform=(1.0, 4.0)), 4.0),
        (Choice(choice=[1.0, 9.0, 2.0]), 9.0),
        (LogNormal.model_validate({"lognormal": {"median": 2, "sigma": 0.5}}), None),
        (LogNormal.model_validate({"lognormal": {"median": 2, "sigma": 0}}), 2.0),
    ],
)
def test_the_largest_number_is_that_of_the_largest_uniform_number(value, expected) -> None:
    if expected is None:
        expected = float(quantile(value, 1.0 - 2.0**-53))
    assert largest(value, None) == pytest.approx(expected, rel=1e-12)
    assert largest(value, 1.5) == 1.5


def test_memory_of_guards(made: Make) -> None:
    """20 times 20,000 guards at each of 178 facilities would be 2.0 GB."""
    scale = "guards: {scale: {lognormal: {median: 1, sigma: 1}}}\n"
    full = ["guards: {uniform: [0, 20000]}"] * 178
    assert made(*full, more=scale)
    problem = only(made, *full, "guards: 20000", more=scale)
    assert (problem.line, problem.key) == (FIRST, "theatre.facilities")
    assert problem.problem == "a replicate takes about 2.0 GB of memory, most of it for 71,600,179 guards"
    assert problem.expected == "at most 2 GB, beside at most as much for lists that grow"
    assert made(*full, "guards: 20000")  # at the scale of the file that names no other


def test_memory_of_areas_is_told_at_the_areas(made: Make) -> None:
    areas = "  areas:\n" + "".join(f"    a{i}: {{box: [40.0, 35.0, 41.0, 36.0]}}\n" for i in range(2100))
    large = areas + "  grid: {width: 1000, height: 1000, cell_km: 1, west: 40.0, south: 35.0}\n"
    text = HEAD.replace("  grid: {width: 20, height: 10, cell_km: 10, west: 40.0, south: 35.0}\n", "")
    assert made(held(1), more=areas)
    with pytest.raises(InputError) as caught:
        load_text(made, text, large)
    (problem,) = caught.value.problems
    assert problem.key == "theatre.areas"
    assert "about 2.1 GB of memory, most of it for 2,100,000,000 pairs of a cell and an area" in problem.problem


def load_text(made: Make, head: str, more: str) -> Resolved:
    with open("s.yaml", "w", encoding="utf-8") as file:
        file.write(f"{head}  facilities:\n    f0: {{party: sdf, lat: 35.4, lon: 40.7}}\n{more}")
    return load("s.yaml")


def test_the_memory_foretold_is_that_of_the_arrays(made: Make) -> None:
    """At most a twentieth more, and less by no more than the lists that every run has, a fifth of a megabyte."""
    for facilities, more in (
        ([held(200_000)], ""),
        (["guards: 20000"] * 5, "guards: {scale: 20}\n"),
        (["guards: 0"] * 2000, observers(50)),
        ([held(50_000, ", block_size: 5")], ""),
    ):
        resolved = made(*facilities, more=more)
        run = Run(resolved)
        arrays = [*run.truth, *run.belief, *run._first[0], *run._first[1]]
        each = {array.__array_interface__["data"][0]: array.nbytes for array in arrays}
        foretold = sum(part.bytes for part in memory(resolved.scenario, resolved.theatre))
        assert sum(each.values()) - 200_000 < foretold < 1.05 * sum(each.values()), facilities[0]


def test_the_guards_foretold_are_the_rows_of_a_run(made: Make) -> None:
    resolved = made("guards: {lognormal: {median: 100, sigma: 0.3}}", more="guards: {scale: {choice: [0.5, 1.5]}}\n")
    facility = resolved.theatre.facilities["f0"]
    assert most_guards(resolved.scenario.guards.scale, facility) == int(Run(resolved).truth.facility["guard_rows"][0])


def test_reading_and_building_cost_no_more_than_in_proportion_to_places(made: Make) -> None:
    """Calls are counted, as time is noisy; 12,001 places took 13 seconds once."""

    def calls(places: int) -> int:
        count = 0

        def counted(*_: object) -> None:
            nonlocal count
            count += 1

        sys.setprofile(counted)
        try:
            Run(made(*[f"guards: 10, {held(20)}"] * places))
        finally:
            sys.setprofile(None)
        return count

    calls(1)  # what is done once
    few, more, many = (calls(places) for places in (40, 80, 160))
    assert many - more == pytest.approx(2 * (more - few), rel=0.02)
    assert (many - more) / 80 < 4000  # calls and returns for a place
