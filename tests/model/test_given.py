"""Numbers given to a replicate take the place of the scenario's, and do not stay."""

from __future__ import annotations

import pytest

from sim.model import Run
from sim.scenario.loader import load
from tests.model.worlds import bits, copied, finish

GIVEN = {"guards.scale": 0.4, "disorder.threshold": 0.05, "theatre.facilities.old-school.walls": 0.9}


def test_given_numbers_are_the_scenarios() -> None:
    name = next(iter(load("tiny").theatre.facilities))
    given = {path.replace("old-school", name): value for path, value in GIVEN.items()}
    run = Run(load("tiny"))
    mine = bits(run.complete(5, 3, given))
    assert mine == bits(finish(load("tiny", given), replicate=3, seed=5))
    assert mine != bits(copied(run.complete(5, 3)))


def test_they_do_not_stay() -> None:
    run = Run(load("tiny"))
    before = bits(run.complete(5, 3))
    run.complete(5, 3, {"guards.scale": 0.4, "disorder.threshold": 0.05})
    assert bits(run.complete(5, 3)) == before
    run.complete(5, 3, {"guards.scale": 0.4})
    run.complete(5, 3, {"disorder.threshold": 0.05})
    assert bits(run.complete(5, 3)) == before


def test_a_path_that_holds_no_number_is_refused() -> None:
    with pytest.raises(KeyError):
        Run(load("tiny")).complete(1, 0, {"guards.no_such": 1.0})
