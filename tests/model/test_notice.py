"""Eyes: where the scenario responds, what is noticed sooner is answered sooner, and never to the worse."""

from __future__ import annotations

import numpy as np

from sim.model import Run
from sim.scenario.resolved import Resolved
from tests.model.worlds import SEED, Ensemble, ensemble, with_scenario, world
from tests.oracle.cases import people, prison


def attacked(coverage: float, *, response: bool = True) -> Resolved:
    """Two prisons, each attacked once by many; help takes half a day if nobody sees the attack."""
    attacks = [
        {"date": "2019-10-02T03:10", "facility": "block", "attackers": 80.0},
        {"date": "2019-10-05T15:10", "facility": "yard", "attackers": 80.0},
    ]
    return world(
        {
            "days": 12,
            "response": response,
            "armed_cells": {"attacks": attacks},
            "assault": {"relief_hours": 12.0, "self_release_per_hour": 0.1, "open_per_attacker_hour": 0.2},
            "isr": {"coverage": coverage, "residual": 1.0, "revisit_hours": 1.0},
            "at_large": {"km_per_day": 2.0},
        },
        {"facilities": {"block": prison(36.41, 38.53, people(600), 40), "yard": prison(36.17, 38.77, people(400), 30)}},
    )


def difference(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """Mean difference of pairs, the second less the first, and 1.96 standard errors of it."""
    pairs = other.astype(float) - one
    return float(pairs.mean()), float(1.96 * pairs.std(ddof=1) / np.sqrt(len(pairs)))


def retaken(rows: Ensemble) -> np.ndarray:
    """Of those who got out, the share retaken; replicates in which somebody got out."""
    out = rows.run["escaped"]
    return np.where(out > 0, rows.run["recaptured"] / np.maximum(out, 1), np.nan)


def test_surveillance_shortens_assaults_and_helps_the_search() -> None:
    blind, seen = ensemble(attacked(0.0), 200), ensemble(attacked(1.0), 200)
    mean, error = difference(blind.run["escaped"], seen.run["escaped"])
    assert mean + error < 0.0, f"escapes moved by {mean:.1f} ± {error:.1f}"
    both = ~np.isnan(retaken(blind)) & ~np.isnan(retaken(seen))
    mean, error = difference(retaken(blind)[both], retaken(seen)[both])
    assert mean - error > 0.0, f"the share retaken moved by {mean:.3f} ± {error:.3f}"


def test_to_respond_does_not_raise_escapes() -> None:
    deaf, answered = ensemble(attacked(0.7, response=False), 200), ensemble(attacked(0.7), 200)
    mean, error = difference(deaf.run["escaped"], answered.run["escaped"])
    assert mean + error < 0.0, f"escapes moved by {mean:.1f} ± {error:.1f}"


def assault_minutes(run: Run, replicate: int) -> list[float]:
    """How long each assault lasted in a replicate, facility by facility, in minutes."""
    run.complete(SEED, replicate)
    return [float(site["assault_until"] - site["assault_start"]) for site in run.truth.facility]


def test_relief_never_comes_later_for_more_eyes() -> None:
    runs = [Run(attacked(coverage)) for coverage in (0.0, 0.5, 1.0)]
    sooner = 0
    for replicate in range(60):
        lasted = np.array([assault_minutes(run, replicate) for run in runs])
        assert (np.diff(lasted, axis=0) <= 0.0).all(), replicate
        sooner += int((lasted[2] < lasted[0]).sum())
    assert sooner > 10


def test_guards_lost_are_replaced_sooner_once_noticed() -> None:
    where = attacked(1.0)
    slow = with_scenario(where, guards=where.scenario.guards.model_copy(update={"reinforce_per_day": 0.0}))
    mean, error = difference(ensemble(slow, 60).run["guards_on_duty"], ensemble(where, 60).run["guards_on_duty"])
    assert mean - error > 0.0, f"guards at the end moved by {mean:.2f} ± {error:.2f}"
