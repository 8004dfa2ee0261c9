"""Calls: times of more or fewer attacks, and those who rejoined make them more and stronger."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.agents.armed_cell import surge_at
from sim.model import Run
from sim.scenario.resolved import Resolved
from tests.model.worlds import SEED, world
from tests.oracle.cases import people, prison


def called(**cells: Any) -> Resolved:
    """Thirty days of attacks by one cell that achieve nothing, so that only their number counts."""
    return world(
        {
            "days": 30,
            "armed_cells": {"attacks_per_month": 3.0, "attackers": 20.0, "attackers_sd": 0.0} | cells,
            "assault": {"success_level": -10.0, "fight_hours": 0.1, "loss_failure": 0.0},
        },
        {
            "facilities": {"block": prison(36.41, 38.53, people(20), 40)},
            "cells": {"sand": {"lat": 36.1, "lon": 38.1, "strength": 1.0}},
        },
    )


def attack_minutes(where: Resolved, replicates: int) -> np.ndarray:
    """The minutes at which assaults began, of all replicates together."""
    run = Run(where, full=True)
    found = []
    for replicate in range(replicates):
        run.complete(SEED, replicate)
        log = run.truth.log[: int(run.truth.clock["log_count"][0])]
        found += list(log["minute"][log["kind"] == 1])
    return np.array(found)


SURGES = [
    {"date": "2019-10-11", "factor": 4.0, "days": 10.0},
    {"date": "2019-10-16", "factor": 0.5, "days": 15.0},
]


def test_attacks_come_at_the_rate_of_the_surges() -> None:
    n, rate = 200, 3.0 / 30.0
    minutes = attack_minutes(called(surges=SURGES), n)
    for first, last, factor in ((0, 10, 1.0), (10, 15, 4.0), (15, 20, 2.0), (20, 30, 0.5)):
        found = int(((minutes >= 1440 * first) & (minutes < 1440 * last)).sum())
        wanted = n * rate * factor * (last - first)
        assert abs(found - wanted) < 4 * np.sqrt(wanted), f"days {first} to {last}: {found}, not {wanted:.0f}"


def test_surges_multiply_and_end() -> None:
    run = Run(called(surges=SURGES))
    run.reset(SEED, 0)
    at = [surge_at(run.truth, minute) for minute in (14399, 14400, 21600, 28799, 28800, 43199, 43200)]
    assert at == [1.0, 4.0, 2.0, 2.0, 0.5, 0.5, 1.0]
    assert run.truth.clock["surge_most"][0] == 4.0


def test_a_surge_of_one_changes_nothing() -> None:
    plain, same = Run(called()), Run(called(surges=[{"date": "2019-10-05", "factor": 1.0, "days": 9.0}]))
    for replicate in range(5):
        one, other = plain.complete(SEED, replicate), same.complete(SEED, replicate)
        assert one.run.tobytes() == other.run.tobytes()
