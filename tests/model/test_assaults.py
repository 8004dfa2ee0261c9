"""Assaults: force decides, size does not by construction, and cells open as their equation says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from sim.agents.assault import chance_of_success, freed_after
from sim.scenario.resolved import Resolved
from tests.model.worlds import Ensemble, ensemble, world
from tests.oracle.cases import prison


def attacked(held: int, guards: float, attackers: float, **assault: Any) -> Resolved:
    """One prison, attacked on the first noon, three days; a reaction force is at hand."""
    dated = {"date": "2019-10-01T12:00", "facility": "block", "attackers": attackers}
    return world(
        {
            "days": 3,
            "step_hours": 1.0,
            "armed_cells": {"attacks": [dated], "attackers_sd": 0.0, "attacks_per_month": 0.0},
            "stealth": {"per_1000_year": 0.0},
            "guards": {"redeploy_share": 0.0},
            "disorder": {"threshold": 1.0},
            "assault": assault,
        },
        {"facilities": {"block": prison(36.4, 38.4, {"fighters": {"local": float(held)}}, guards, block_size=150)}},
    )


def share(held: int, rows: Ensemble) -> np.ndarray:
    """Of those held, who got out."""
    return rows.run["escaped_persons"] / held


def test_success_rises_with_attackers_for_a_guard() -> None:
    """From one attacker to four guards up to four attackers to one."""
    rates = []
    for attackers in (10.0, 40.0, 160.0):
        out = ensemble(attacked(300, 40.0, attackers), 300).run["escaped_assault"]
        rates.append(float((out > 0).mean()))
    assert rates[0] < rates[1] < rates[2]
    assert rates[2] - rates[0] >= 0.3


def test_how_much_gets_out_does_not_hang_on_size_by_construction() -> None:
    beyond = []
    for held in (300, 3000):
        gone = share(held, ensemble(attacked(held, held / 15, 60.0), 300))
        beyond.append(float((gone[gone > 0] > 0.8).mean()))
    assert abs(beyond[0] - beyond[1]) < 0.35


def test_the_record_of_assaults_is_spread_as_the_model_spreads_it() -> None:
    """At the sizes of the record, a few tenths of the successes lie in each of its ranges: none is empty."""
    gone = np.concatenate([share(held, ensemble(attacked(held, held / 20, 60.0), 150)) for held in (500, 1000, 1800)])
    gone = gone[gone > 0]
    parts = [float(((gone > low) & (gone <= high)).mean()) for low, high in ((0.0, 0.4), (0.4, 0.8), (0.8, 1.0))]
    assert min(parts) > 0.08, parts


@pytest.mark.parametrize(
    ("k", "r", "n"), [(40.0, 1.5, 600.0), (120.0, 0.0, 300.0), (0.0, 2.0, 100.0), (3.0, 1.0, 2000.0)]
)
def test_cells_open_as_their_equation_says(k: float, r: float, n: float) -> None:
    out = 5.0
    for _ in range(6):
        solved = solve_ivp(lambda _, o: k + r * o * (1 - o / n), (0, 0.25), [out], rtol=1e-10, atol=1e-12).y[0, -1]
        step = freed_after(out, n, k, r, 0.25)
        assert step == pytest.approx(solved, rel=1e-7)
        halves = freed_after(freed_after(out, n, k, r, 0.125), n, k, r, 0.125)
        assert halves == pytest.approx(step, rel=1e-12)
        out = step
    assert freed_after(n, n, k, r, 1.0) == n
    assert freed_after(0.0, n, 0.0, r, 1.0) == 0.0
    assert freed_after(0.0, n, n, r, 2.0) == n, "attackers who could let out all in an hour leave none after two"


def test_the_chance_of_success_is_logistic_in_the_force_ratio() -> None:
    assert chance_of_success(20.0, 20.0, 0.0, 0.8) == pytest.approx(0.5)
    odds = [p / (1 - p) for p in (chance_of_success(a, 20.0, 0.3, 0.8) for a in (10.0, 20.0, 40.0))]
    assert odds[1] / odds[0] == pytest.approx(2**0.8)
    assert odds[2] / odds[1] == pytest.approx(2**0.8)
