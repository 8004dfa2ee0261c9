"""People outside: what happens to them does not depend on the map's cells, nor on the order of a file."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from sim.model import Run
from sim.scenario.resolved import Resolved
from tests.model.worlds import SEED, ensemble, world
from tests.oracle.cases import people, prison

COUNTED = ("escaped", "recaptured", "rejoined", "left_theatre", "dead", "at_large", "transferred")


def camp_of_foreigners(cell_km: float, side_km: float = 160.0, **rates: float) -> Resolved:
    """An unguarded prison of 400 in the middle of a square map of this size, whatever its cells."""
    cells = round(side_km / cell_km)
    held = {"fighters": {"local": 100.0, "foreign": 100.0}, "families": {"foreign": 200.0}}
    return world(
        {"days": 30, "at_large": {"km_per_day": 15.0, "border_km_per_day": 4.0, "leave_per_day": 0.2} | rates},
        {
            "grid": {"width": cells, "height": cells, "cell_km": cell_km, "west": 38.0, "south": 36.0},
            "border_km": 15.0,
            "areas": {"north": {"terrain": 1.0}, "desert": {"terrain": 1.0}},
            "facilities": {"block": prison(36.72, 38.9, held, 0.0)},
        },
    )


@pytest.mark.slow
def test_results_do_not_depend_on_the_size_of_cells() -> None:
    found = {cell_km: ensemble(camp_of_foreigners(cell_km), 150).run for cell_km in (20.0, 10.0, 5.0)}
    for name in COUNTED:
        columns = {cell_km: rows[name] for cell_km, rows in found.items()}
        middle = columns[10.0]
        for cell_km, column in columns.items():
            error = math.hypot(column.std(ddof=1), middle.std(ddof=1)) / math.sqrt(len(column))
            near = max(2.0 * error, 0.05 * abs(middle.mean()))
            assert abs(column.mean() - middle.mean()) <= near, (name, cell_km, column.mean(), middle.mean())
    assert found[10.0]["left_theatre"].mean() > 20


def walked(**rates: float) -> tuple[np.ndarray, np.ndarray]:
    """Kilometres from the facility after ten days, of people whom nothing befalls: local and foreign apart."""
    nothing = {
        "retake_early_per_hour": 0.0,
        "retake_per_day": 0.0,
        "rejoin_per_day": 0.0,
        "leave_per_day": 0.0,
        "death_per_day": 0.0,
    }
    run = Run(camp_of_foreigners(10.0, side_km=1000.0, **(nothing | rates)))
    run.reset(SEED, 0)
    run.advance(3 * 24)
    first = run.truth.fugitive.copy()
    run.advance(10 * 24)
    outside = (run.truth.people["state"] == 1) & (first["since"] > 0) & (first["since"] < 3 * 1440)
    moved = np.stack([run.truth.fugitive[axis] - first[axis] for axis in ("x", "y")])[:, outside]
    local = run.truth.people["origin"][outside] == 0
    return moved[:, local], moved[:, ~local]


def test_a_day_of_walking_is_as_long_as_declared() -> None:
    local, foreign = walked(km_per_day=9.0, border_km_per_day=0.0)
    everybody = np.concatenate([local, foreign], axis=1)
    n = everybody.shape[1]
    assert n > 200
    mean_square = (everybody**2).sum(axis=0).mean()
    assert mean_square == pytest.approx(10 * 9.0**2, rel=4.0 / math.sqrt(n))
    assert abs(everybody.mean(axis=1)).max() < 4 * 9.0 * math.sqrt(10 / 2 / n)


def test_people_from_abroad_drift_to_the_border_and_locals_do_not() -> None:
    local, foreign = walked(km_per_day=0.0, border_km_per_day=3.0)
    assert np.abs(local).max() == 0.0
    assert np.hypot(*foreign) == pytest.approx(np.full(foreign.shape[1], 30.0))


# --- every event is its own


def alone(**settings: Any) -> Resolved:
    """One prison of 600 that nobody guards, four days."""
    facility = prison(36.4, 38.4, people(600), 0.0)
    return world({"days": 4, **settings}, {"facilities": {"block": facility}})


def test_an_unguarded_prison_loses_a_share_that_differs_between_events() -> None:
    rows = ensemble(alone(), 400).run
    gone = rows["escaped_persons"] / 600
    low, high = np.quantile(gone, (0.05, 0.95))
    assert high - low >= 0.35
    assert 0.55 <= gone.mean() <= 0.95
    fixed = ensemble(alone(walls={"leave_sd": 0.0}), 100).run["escaped_persons"]
    assert (fixed == 540).all(), "without the spread it is the share that the file gives"


def test_the_share_retaken_early_differs_between_events() -> None:
    rows = ensemble(alone(days=2), 400).run
    share = rows["recaptured"] / np.maximum(1, rows["escaped"])
    low, high = np.quantile(share, (0.05, 0.95))
    assert high - low >= 0.3


# --- who is taken, and where to


def two_prisons(first: str, second: str, **scenario: Any) -> Resolved:
    """Two prisons at one place, of one party, in this order of the file; people flee a third nearby."""
    held = {"fighters": {"foreign": 60.0}}
    facilities = {
        first: prison(36.4, 38.6, held, 20.0),
        second: prison(36.4, 38.6, held, 20.0),
        "lost": prison(36.4, 38.4, people(200), 0.0),
    }
    return world({"days": 6, **scenario}, {"facilities": facilities})


def test_facilities_at_one_place_do_not_depend_on_their_order() -> None:
    busy = {"at_large": {"retake_per_day": 0.3}, "levers": {"repatriation": {"per_month": 300.0}}}
    one, other = (ensemble(two_prisons(*names, **busy), 20) for names in (("north", "south"), ("south", "north")))
    for name in ("north", "south", "lost"):
        for column in ("held", "escaped", "recaptured"):
            assert (one.at(name)[column] == other.at(name)[column]).all(), (name, column)
    assert one.run["recaptured"].sum() > 100


def test_repatriation_takes_people_by_number_and_not_by_row() -> None:
    """Fighters come before families in a file; a lever for all takes both alike."""
    held = {"fighters": {"foreign": 300.0}, "families": {"foreign": 300.0}}
    lever = {"levers": {"repatriation": {"per_month": 3043.75}}}
    where = world({"days": 2, **lever}, {"facilities": {"block": prison(36.4, 38.4, held, 300.0)}})
    run = Run(where)
    fighters = []
    for replicate in range(30):
        run.complete(SEED, replicate)
        taken = run.truth.people["state"] == 6
        assert taken.sum() in range(195, 206)
        fighters.append((run.truth.people["kind"][taken] == 0).sum())
    assert np.mean(fighters) == pytest.approx(100, abs=4 * 6.0 / math.sqrt(30))


@pytest.mark.parametrize("opening", [0.05, 0.3])
def test_nobody_is_brought_into_a_breached_facility(opening: float) -> None:
    held = people(50)
    where = world(
        {"days": 3, "walls": {"repair_per_hour": 0.0}, "at_large": {"retake_per_day": 2.0}},
        {"facilities": {"lost": prison(36.4, 38.4, people(300), 0.0), "kept": prison(36.4, 38.6, held, 40.0)}},
    )
    run = Run(where)
    run.reset(SEED, 0)
    run.truth.facility["opening"][1] = opening
    run.advance(72)
    kept = run.truth.facility[1]
    assert run.truth.total["recaptured"][0] > 100
    assert (kept["held"] > 60) == (opening < 0.1)
    if opening > 0.1:
        assert kept["held"] <= 50
        assert run.truth.states[5] > 100, "out of the network instead"
