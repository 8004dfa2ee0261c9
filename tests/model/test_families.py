"""A woman and her minors are one unit: one decision, one way out, one way back. Boys and orphans decide for themselves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from sim.model import Run
from sim.scenario.resolved import Resolved
from sim.world.codes import AT_LARGE, DEAD, FAMILY, FIGHTER, HELD, MINOR
from tests.docking.test_docking import state_differences
from tests.model.account import families_apart
from tests.model.worlds import SEED, bits, in_two_threads, named, world
from tests.oracle.cases import CASES, RIOT, Tree, prison
from tests.oracle.model import OracleModel

NOBODY_COMES_BACK: Tree = {"retake_early_per_hour": 0.0, "retake_per_day": 0.0}
WOMEN, MINORS = 24, 68
FAMILIES: Tree = {"families": {"foreign": WOMEN}, "minors": {"foreign": MINORS}}


def camp(scenario: Tree, held: Tree = FAMILIES, guards: float = 2.0, **more: Any) -> Resolved:
    """A camp, and the movement at the other end of the map."""
    site = prison(36.41, 38.53, held, guards) | {"kind": "camp", "block_size": 30} | more
    return world({"at_large": NOBODY_COMES_BACK} | scenario, {"facilities": {"camp": site}})


def escapes(where: Resolved, replicates: int) -> np.ndarray:
    """Escapes of every person, (replicates, people)."""

    def work(which: Sequence[int]) -> list[np.ndarray]:
        run, found = Run(where), []
        for replicate in which:
            run.complete(SEED, replicate)
            found.append(run.truth.people["escapes"].astype(int))
        return found

    return np.array([one for half in in_two_threads(work, replicates) for one in half])


def people_of(where: Resolved) -> np.ndarray:
    return Run(where).truth.people


# --- who belongs together


def test_minors_are_shared_out_evenly_over_the_women_of_their_origin() -> None:
    held = {
        "fighters": {"local": 3.0},
        "families": {"local": 2.0, "foreign": 3.0},
        "minors": {"local": 5.0, "iraqi": 2.0, "foreign": 2.0},
    }
    people = people_of(camp({}, held))
    assert people["unit"].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 3, 3, 3, 4, 4, 13, 14, 5, 6]


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("families")])
def test_a_family_stays_together_until_somebody_dies(name: str) -> None:
    run = Run(named(name))
    for replicate in range(3):
        run.reset(SEED, replicate)
        for step in range(int(run.truth.clock["steps"][0])):
            run.advance(1)
            assert families_apart(run) == [], f"replicate {replicate}, step {step}"


def test_the_small_worlds_try_families() -> None:
    """Else the test above could be about nothing: families retaken, parted by death, and led out without a mother."""
    back = parted = motherless = 0
    for name in (name for name in CASES if name.startswith("families")):
        run = Run(named(name))
        for replicate in range(8):
            run.complete(SEED, replicate)
            people = run.truth.people
            mother = people[people["unit"]]
            led = (people["kind"] == MINOR) & (mother["kind"] == FAMILY)
            back += int((led & (people["state"] == HELD) & (people["escapes"] > 0)).sum())
            alone = led & (mother["state"] == DEAD) & (people["state"] != DEAD)
            parted += int(alone.sum())
            motherless += int((alone & (people["escapes"] > mother["escapes"])).sum())
    assert min(back, parted, motherless) > 0


# --- they leave together


@pytest.mark.parametrize("cause", ["disorder", "shelling", "stealth"])
def test_minors_leave_a_guarded_camp_as_women_do(cause: str) -> None:
    scenario = {
        "disorder": {"days": 1, "disorder": RIOT | {"family_risk_min": 0.1}, "walls": {"camp_flow_per_hour": 15.0}},
        "shelling": {
            "days": 4,
            "shelling": {"hits_per_month": 60.0, "front_km": 500.0, "exposed": 10.0, "opening": 0.9},
        },
        "stealth": {"days": 3, "stealth": {"per_1000_year": 40000.0}},
    }[cause]
    if cause == "shelling":
        front = {"party": "invader", "start": "2019-10-01", "objectives": ["border"], "km_per_day": 0.0}
        scenario["control"] = {"offensives": [front]}
    where = camp(scenario, guards=6.0 if cause == "shelling" else 2.0)
    out = escapes(where, 10)
    minors = people_of(where)["kind"] == MINOR
    assert 30 < out.sum() < 0.9 * out.size
    assert abs(out[:, minors].sum() / out.sum() - MINORS / (WOMEN + MINORS)) < 0.15


def test_lone_escapes_are_as_many_people_as_the_rate_says() -> None:
    """Whole families leave, fewer times: 1 - exp(-rate T) of the people, by the rate per person."""
    days, rate = 3, 40000.0 / 1000.0 / 8766.0
    where = camp({"days": days, "stealth": {"per_1000_year": 40000.0, "thin_gain": 0.0, "camera_cut": 0.0}}, guards=8.0)
    out = escapes(where, 400)
    p = 1.0 - math.exp(-rate * 24.0 * days)
    sizes = np.bincount(people_of(where)["unit"])
    error = math.sqrt(float((sizes**2).sum()) * p * (1.0 - p) / len(out)) / (WOMEN + MINORS)
    assert abs(out.mean() - p) < 3.0 * error
    assert error < 0.01


def test_as_many_people_leave_an_opened_camp_as_the_flow_says() -> None:
    hours, flow, replicates = 24, 1.2, 200
    change = {"date": "2019-10-01", "facility": "camp", "to": "state", "handover": "hasty"}
    where = world(
        {"days": 1, "at_large": NOBODY_COMES_BACK, "control": {"changes": [change], "hasty_hours": 0.0}},
        {
            "facilities": {"camp": prison(36.41, 38.53, FAMILIES, 4, flow_per_hour=flow)},
            "parties": {"state": {"custody": {"free": 1.0}}},
        },
    )
    out = escapes(where, replicates).sum(axis=1)
    error = out.std(ddof=1) / math.sqrt(replicates)
    assert error < 0.03 * flow * hours
    assert abs(out.mean() - flow * hours) < 3.0 * error


# --- who decides


def test_boys_riot_as_women_of_their_number_do() -> None:
    """Nothing but the kind tells a minor on its own from a woman without minors."""
    scenario = {
        "days": 3,
        "disorder": RIOT | {"family_risk_min": 0.2},
        "at_large": {"retake_early_per_hour": 0.1},
        "stealth": {"per_1000_year": 9000.0},
        "walls": {"erosion_minimum": 1.0},
    }
    held = {"local": 20.0, "foreign": 15.0}
    boys, women = (Run(camp(scenario, {kind: held}, guards=1.0)) for kind in ("minors", "families"))
    rioted = 0
    for replicate in range(3):
        assert bits(boys.complete(SEED, replicate)) == bits(women.complete(SEED, replicate))
        boys.reset(SEED, replicate)
        for _ in range(24):
            boys.advance(1)
            rioted = max(rioted, int(boys.truth.facility["active"][0]))
    assert rioted > 3


def test_minors_with_a_woman_do_not_decide() -> None:
    run = Run(camp({"days": 2, "disorder": RIOT | {"family_risk_min": 0.1}, "walls": {"camp_flow_per_hour": 1.0}}))
    run.reset(SEED, 0)
    most = 0
    for _ in range(48):
        run.advance(1)
        people = run.truth.people
        assert not people["active"][people["kind"] == MINOR].any()
        most = max(most, int(run.truth.facility["active"][0]))
    assert most > WOMEN // 2


def fighters_only(name: str) -> Any:
    """A small world with fighters in the place of all others."""
    scenario, theatre = CASES[name]()
    changed = {}
    for key, facility in theatre.facilities.items():
        tree = facility.model_dump(by_alias=True, exclude_unset=True)
        held = {"fighters": {}}
        for kind in tree.get("held", {}).values():
            for origin, count in kind.items():
                held["fighters"][origin] = held["fighters"].get(origin, 0.0) + count
        changed[key] = type(facility).model_validate(tree | {"held": held})
    return scenario, theatre.model_copy(update={"facilities": changed})


@pytest.mark.parametrize("name", ["families_riot", "families_unguarded"])
def test_fighters_are_units_of_one(name: str) -> None:
    case = fighters_only(name)
    run = Run(Resolved(*case, (), {}))
    oracle = OracleModel(*case, seed=SEED, replicate=0)
    run.reset(SEED, 0)
    assert (run.truth.people["kind"] == FIGHTER).all()
    for step in range(oracle.n_steps):
        oracle.step()
        run.advance(1)
        assert (run.truth.facility["units"] == run.truth.facility["held"]).all()
        assert state_differences(oracle, run) == [], f"step {step}"
    assert oracle.escaped > 0


# --- levers


def moved_to(party: str, days: int = 10) -> Run:
    """People of the camp are moved, three a day, to a place of a party; in families of three or four."""
    lever = {"move_first": {"from": ["camp"], "to": "yard", "start": "2019-10-01", "per_day": 3.0}}
    camp_and_yard = {
        "camp": prison(36.41, 38.53, FAMILIES, 8),
        "yard": prison(36.17, 38.77, {"fighters": {"local": 5.0}}, 4, party=party),
    }
    run = Run(world({"days": days, "levers": lever}, {"facilities": camp_and_yard}))
    run.complete(SEED, 0)
    return run


def test_levers_move_whole_families_in_the_long_run_as_many_as_they_should() -> None:
    run = moved_to("keeper")
    assert 30 <= run.truth.total["moved"][0] <= 33
    assert families_apart(run) == []


def test_people_are_moved_to_their_own_party_alone() -> None:
    assert moved_to("state").truth.total["moved"][0] == 0


def test_nobody_is_moved_during_an_assault() -> None:
    attack = {"date": "2019-10-01T22:00", "facility": "camp", "attackers": 20.0}
    lever = {"move_first": {"from": ["camp"], "to": "yard", "start": "2019-10-02", "per_day": 5.0}}
    assault = {"fight_hours": 30.0, "fight_sd": 0.0, "relief_hours": 30.0, "relief_sd": 0.0}
    places = {
        "camp": prison(36.41, 38.53, FAMILIES, 8),
        "yard": prison(36.17, 38.77, {"fighters": {"local": 5.0}}, 4),
    }
    scenario = {"days": 3, "levers": lever, "assault": assault}
    under = Run(world(scenario | {"armed_cells": {"attacks": [attack]}}, {"facilities": places}))
    calm = Run(world(scenario, {"facilities": places}))
    for run in (under, calm):
        run.reset(SEED, 0)
        run.advance(47)
    assert under.truth.facility["assault"][0] > 0
    assert under.truth.total["moved"][0] == 0
    assert calm.truth.total["moved"][0] > 0
    assert (calm.truth.people["state"] != AT_LARGE).all()
