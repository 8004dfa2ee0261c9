"""Each mechanism of the model, switched off or doubled in a world made for it, moves its outcome, and to the right side.

Replicates are paired: the same random numbers with the mechanism and without. A difference counts as seen where it lies
1.96 of its standard errors from 0; the messages state both.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.scenario.resolved import Resolved
from tests.model.worlds import Ensemble, ensemble, world
from tests.oracle.cases import Tree, merged, people, prison

RIOTOUS: Tree = {"threshold": 0.1, "agitation_sd": 0.02}
"""Disorder as declared; the quiet world switches it off."""


def moved(column: str, one: Resolved, other: Resolved, replicates: int, facility: str | None = None) -> np.ndarray:
    """Differences of an outcome, pair by pair: the second world less the first."""

    def outcome(rows: Ensemble) -> np.ndarray:
        return (rows.run if facility is None else rows.at(facility))[column].astype(float)

    return outcome(ensemble(other, replicates)) - outcome(ensemble(one, replicates))


def assert_raises(what: str, pairs: np.ndarray) -> None:
    """Fail unless the mean difference is above 0 beyond noise."""
    error = 1.96 * pairs.std(ddof=1) / np.sqrt(len(pairs))
    said = f"{what}: {pairs.mean():.2f} ± {error:.2f} in {len(pairs)} pairs"
    assert pairs.mean() - error > 0.0, said


# --- disorder


def crowded(weight: float) -> Resolved:
    """A prison with three people in each place, and guards just enough for calm people."""
    return world(
        {"days": 10, "disorder": RIOTOUS | {"crowding_weight": weight}},
        {"facilities": {"block": prison(36.41, 38.53, people(600), 24, capacity=200.0)}},
    )


def told(weight: float) -> Resolved:
    """One place is emptied on the first day; another, far off, hears of it."""
    return world(
        {
            "days": 12,
            "disorder": RIOTOUS,
            "news": {"weight": weight},
            "control": {"changes": [{"date": "2019-10-01T06:00", "facility": "open", "to": "state"}]},
        },
        {
            "facilities": {
                "block": prison(36.41, 38.53, people(600), 24),
                "open": prison(36.1, 39.2, people(300), 10),
            }
        },
    )


NOBODY_IS_RETAKEN: Tree = {"retake_early_per_hour": 0.0, "retake_per_day": 0.0}


def filmed(cameras: float) -> Resolved:
    """A prison with too few guards, which cameras may help."""
    return world(
        {"days": 3, "disorder": RIOTOUS, "at_large": NOBODY_IS_RETAKEN},
        {"facilities": {"block": prison(36.41, 38.53, people(600), 16, cameras=cameras)}},
    )


def test_crowding_raises_escapes() -> None:
    assert_raises("crowding on", moved("escaped_disorder", crowded(0.0), crowded(0.05), 60))


def test_news_of_escapes_elsewhere_raises_escapes() -> None:
    assert_raises("news on", moved("escaped", told(0.0), told(0.12), 60, "block"))


def worn(per_hour: float, walls: float = 0.5, way_out: float = 1.0, guards: float = 16.0) -> Resolved:
    """A prison with too few guards, where disorder wears the walls."""
    return world(
        {
            "days": 3,
            "disorder": RIOTOUS | {"way_out": way_out},
            "walls": {"erosion_per_hour": per_hour},
            "at_large": NOBODY_IS_RETAKEN,
        },
        {"facilities": {"block": prison(36.41, 38.53, people(600), guards, walls=walls)}},
    )


def test_what_wears_walls_raises_escapes() -> None:
    """Where people see the way out that a wall gives, as `disorder.way_out` has it."""
    assert_raises("erosion 10 to 240", moved("escaped_persons", worn(10.0), worn(240.0), 100))


def test_weak_walls_raise_escapes() -> None:
    assert_raises("walls 0.9 to 0.1", moved("escaped_persons", worn(60.0, 0.9), worn(60.0, 0.1), 100))


def test_where_nobody_sees_a_way_out_a_weak_wall_is_a_valve() -> None:
    """Why the way out is in the rule: at 0, the first to stir leave before others join, and the riot ends."""
    assert_raises(
        "erosion 60 to 10", moved("escaped_persons", worn(60.0, 0.5, 0.0, 12.0), worn(10.0, 0.5, 0.0, 12.0), 60)
    )


def test_cameras_lower_escapes() -> None:
    assert_raises("cameras 1 to 0", moved("escaped_persons", filmed(1.0), filmed(0.0), 60))


# --- cells


def hunted(**cells: Any) -> Resolved:
    """A prison whose gate attackers often open; those who get out go back to the cells within days."""
    return world(
        merged(
            {
                "days": 60,
                "step_hours": 3.0,
                "armed_cells": {"attacks_per_month": 1.0, "attackers": 40.0, "growth_max": 6.0},
                "at_large": NOBODY_IS_RETAKEN | {"rejoin_per_day": 0.3},
                "assault": {"open_per_attacker_hour": 0.3, "self_release_per_hour": 0.1},
            },
            {"armed_cells": cells},
        ),
        {
            "facilities": {
                "block": prison(36.41, 38.53, people(1500), 60),
                "yard": prison(36.17, 38.77, people(1000), 40),
            },
            "cells": {"sand": {"lat": 36.3, "lon": 38.5, "strength": 1.0}},
        },
    )


NO_GROWTH = {"growth_per_100": 0.0, "strength_per_100": 0.0}


@pytest.mark.parametrize(
    ("what", "cells"),
    [
        ("more attacks by those who rejoined", NO_GROWTH | {"growth_per_100": 0.5}),
        ("stronger attacks by those who rejoined", NO_GROWTH | {"strength_per_100": 0.5}),
        ("a call", NO_GROWTH | {"surges": [{"date": "2019-10-08", "factor": 4.0, "days": 30.0}]}),
    ],
)
def test_cells_that_grow_or_are_called_raise_escapes(what: str, cells: dict[str, Any]) -> None:
    assert_raises(what, moved("escaped_assault", hunted(**NO_GROWTH), hunted(**cells), 150))


# --- takers


def taken(free: float, handover: str, leave_share: float = 0.5) -> Resolved:
    """A prison that passes to another party, which may open the gate."""
    return world(
        {
            "days": 12,
            "control": {
                "changes": [{"date": "2019-10-02", "facility": "block", "to": "invader"}],
                "handover": handover,
            },
            "walls": {"leave_sd": 0.0},
        },
        {
            "facilities": {"block": prison(36.41, 38.53, people(200), 20, leave_share=leave_share)},
            "parties": {"invader": {"custody": {"free": free}}},
        },
    )


def test_a_taker_that_frees_raises_escapes_where_it_comes_before_people_have_gone() -> None:
    """After a hasty change many are still inside. After a gap of days nobody is left whom a taker could free."""
    assert_raises("free 0 to 0.5, hasty", moved("escaped_persons", taken(0.0, "hasty"), taken(0.5, "hasty"), 60))
    late = moved("escaped_persons", taken(0.0, "none", 1.0), taken(1.0, "none", 1.0), 20)
    assert np.abs(late).mean() < 20.0, f"free 0 to 1 after the place is empty: {late.mean():.1f}"


# --- eyes


def test_surveillance_that_stays_is_confirmed() -> None:
    def watched(residual: float) -> Resolved:
        return world(
            {
                "days": 20,
                "control": {"changes": [{"date": "2019-10-02", "facility": "block", "to": "invader"}]},
                "withdrawal": {"schedule": [["2019-10-01", 0.0]]},
                "isr": {"residual": residual, "coverage": 0.8, "revisit_hours": 2.0},
                "confirmation": {"origins": 1},
            },
            {"facilities": {"block": prison(36.41, 38.53, people(200), 20)}},
        )

    assert_raises("residual 0 to 1", moved("confirmed", watched(0.0), watched(1.0), 60))


def test_the_differences_of_nothing_are_not_seen() -> None:
    with pytest.raises(AssertionError, match=r"nothing: 0\.00"):
        assert_raises("nothing", moved("escaped", filmed(0.5), filmed(0.5), 5))
