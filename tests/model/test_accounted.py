"""`accounted_share`: persons out for whom a true report accounts, by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from sim.model import Run
from sim.scenario.resolved import Resolved
from tests.model.worlds import SEED, finish, world
from tests.oracle.cases import people, prison

HELD = 60


def unguarded(*observers: dict[str, Any], guards: float = 0.0, **more: Any) -> Resolved:
    """A prison of 60 that nobody guards and that everybody leaves, seen by these alone."""
    place = prison(36.41, 38.53, people(HELD), guards, leave_share=1.0, **more)
    settings = {"days": 5, "isr": {"coverage": 0.0}, "observers": list(observers)}
    return world(settings, {"facilities": {"block": place}})


def eye(name: str = "desk", **more: Any) -> dict[str, Any]:
    """An observer who learns of everything in time and counts exactly, but for what is given."""
    usual = {"role": "media", "kind": "source", "detect": 1.0, "notice_size": 0.0, "delay_hours": 60.0}
    return {"name": name, **usual, "delay_sd": 0.0, "error": 0.0, **more}


@pytest.mark.parametrize(
    ("observers", "share"),
    [
        ([], 0.0),
        ([eye()], 1.0),
        ([eye(bias=0.5)], 0.5),
        ([eye(bias=0.25), eye("late", bias=0.5)], 0.5),  # claims of all exits so far are not added up
        ([eye(bias=3.0)], 1.0),  # what is invented accounts for nobody
        ([eye(wordless=1.0)], 1.0),  # a wordless report, for what its observer knows
        ([eye(denies=1.0)], 0.0),
        ([eye(delay_hours=200.0)], 0.0),  # not by the horizon
        ([eye(bias=0.5, range_factor=4.0)], 0.5),  # 15 to 60 counts as 30
    ],
)
def test_a_report_accounts_for_what_it_says_up_to_what_is_known(observers: list[dict[str, Any]], share: float) -> None:
    row = finish(unguarded(*observers)).run
    assert row["escaped_persons"][0] == HELD
    assert row["accounted_share"][0] == pytest.approx(share, abs=0.5 / HELD)


def test_one_early_report_clears_the_episode_but_not_its_people() -> None:
    """The report of an observer who never updates: the episode is detected, most of its people are unaccounted for."""
    row = finish(unguarded(eye(delay_hours=1.0, update_hours=1000.0), flow_per_hour=3.0)).run
    assert row["undetected_share"][0] == 0.0
    assert 0.0 < row["accounted_share"][0] < 0.5


def test_it_is_null_where_nobody_is_out() -> None:
    row = finish(unguarded(eye(), guards=20.0)).run
    assert row["escaped_persons"][0] == 0
    assert math.isnan(row["accounted_share"][0])


def test_places_are_added_up_each_at_most_its_own_people() -> None:
    """One place of which too much is known does not make up for another of which nothing is."""
    places = {name: prison(36.41, 38.5 + k / 10, people(HELD), 0.0, leave_share=1.0) for k, name in enumerate("ab")}
    run = Run(world({"days": 5}, {"facilities": places}))
    run.reset(SEED, 0)
    run.advance(int(run.truth.clock["steps"][0]))
    out = run.truth.facility["escaped_persons"]
    assert out.tolist() == [HELD, HELD]
    run.belief.accounted[:] = np.array([100.0, 15.0])
    assert run.finish().run["accounted_share"][0] == pytest.approx((60 + 15) / 120)
