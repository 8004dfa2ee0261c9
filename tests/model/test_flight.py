"""Guards flee by personal thresholds: each part of fear, the cascade, the order to stay, and what a formal handover does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.agents.flight import share_of
from sim.model import Run
from sim.scenario.loader import load
from sim.scenario.resolved import Resolved
from sim.world.codes import AT_FRONT, FLED, ON_SITE
from tests.model.worlds import SEED, ensemble, world
from tests.oracle.cases import RIOT, Tree, people, prison

NOTHING: Tree = {
    "nerve_min": 0.01, "redeploy_share": 0.0, "threat_weight": 0.0, "fire_weight": 0.0, "alone_weight": 0.0,
    "stir_weight": 0.0, "hold_sponsor": 0.0, "hold_reaction": 0.0, "call_km": 5000.0, "called_weight": 1.0,
}  # fmt: skip
"""Nothing weighs on guards until a test says so."""
STANDS_BY: Tree = {"party": "invader", "start": "2019-10-01", "objectives": ["border"], "km_per_day": 0.001}
"""A hostile unit that advances hardly at all, 43 km from the block, without taking it."""


def guarded(guards: Tree, *, days: float = 3, party_guards: float = 200, held: int = 60, **sections: Any) -> Resolved:
    """A prison with many guards, and another 4 km from it; the first is called `block`."""
    scenario = {"days": days, "guards": NOTHING | guards, "shelling": {"hits_per_month": 0.0, "front_km": 60.0}}
    places = {
        "block": prison(36.41, 38.53, people(held), party_guards, call_priority=1.01),  # all, at call_km
        "yard": prison(36.446, 38.53, people(30), 40, call_priority=1.01),
    }
    return world(scenario | sections, {"facilities": places})


def stands_by(**control: Any) -> Tree:
    return {"offensives": [STANDS_BY], "reach_km": 0.1, **control}


def after(where: Resolved, steps: int, replicate: int = 0) -> Run:
    run = Run(where)
    run.reset(SEED, replicate)
    run.advance(steps)
    return run


def status(run: Run, facility: int = 0) -> np.ndarray:
    site = run.truth.facility[facility]
    return run.truth.guard["status"][site["guard_first"] : site["guard_first"] + site["guards"]]


def nerve(run: Run, facility: int = 0) -> np.ndarray:
    site = run.truth.facility[facility]
    return run.truth.guard["nerve"][site["guard_first"] : site["guard_first"] + site["guards"]]


def fled(where: Resolved, steps: int = 60) -> int:
    """Guards of the block who are away because they fled."""
    return int((status(after(where, steps)) == FLED).sum())


# --- each part of fear


def test_without_anything_to_fear_nobody_flees() -> None:
    assert fled(guarded({}, control=stands_by())) == 0


def test_hostile_forces_frighten_and_more_so_where_they_are_near() -> None:
    far = fled(guarded({"threat_weight": 1.0, "flee_km": 30.0}, control=stands_by()))
    near = fled(guarded({"threat_weight": 1.0, "flee_km": 60.0}, control=stands_by()))
    assert 20 < far < near - 20 < 180


def raid(attackers: float = 1.0) -> Tree:
    """An assault on the place next door."""
    return {"attacks": [{"date": "2019-10-02T10:00", "facility": "yard", "attackers": attackers}]}


def test_fire_next_door_frightens_from_the_next_step_on() -> None:
    where = guarded({"fire_weight": 0.8, "fire_km": 5.0}, armed_cells=raid())
    run = after(where, 35)  # the step that holds 10:00 is the last
    assert (status(run) == FLED).sum() == 0
    run.advance(1)
    x = 0.8 * (1 - np.exp(-np.exp(-0.036 * 111.32 / 5.0)))
    assert 0.25 < x < 0.35
    assert set(np.flatnonzero(status(run) == FLED)) == set(np.flatnonzero(nerve(run) < x))
    assert fled(guarded({"fire_weight": 0.8, "fire_km": 1.0}, armed_cells=raid()), 40) < (nerve(run) < x).sum() / 4


def test_fire_is_forgotten() -> None:
    """On the place itself at once, next door from the next step on; a day later what is left adds to the next."""
    again = raid()["attacks"] + [raid()["attacks"][0] | {"date": "2019-10-03T10:00"}]
    run = after(guarded({"fire_hours": 12.0, "fire_km": 4.0}, days=5, armed_cells={"attacks": again}), 24 + 12)
    near = np.exp(-0.036 * 111.32 / 4.0)
    assert run.truth.facility["fire"] == pytest.approx([near, 1.0])
    assert list(run.truth.facility["fire_at"]) == [24 * 60 + 11 * 60, 24 * 60 + 10 * 60]
    run.advance(24)
    assert run.truth.facility["fire"] == pytest.approx([near * (1 + np.exp(-2)), 1 + np.exp(-2)])


def test_those_who_go_draw_others_after_them() -> None:
    called = {"redeploy_share": 0.6, "pressure_up_hours": 1.0}
    assert fled(guarded(called, control=stands_by())) == 0
    some = fled(guarded(called | {"alone_weight": 0.3}, control=stands_by()))
    more = fled(guarded(called | {"alone_weight": 0.6}, control=stands_by()))
    assert 5 < some < more - 5


def test_people_who_stir_frighten_the_few_who_guard_them() -> None:
    riot = {"disorder": RIOT, "party_guards": 4, "held": 200}

    def least(weight: float) -> float:
        """Fewest guards of the block on site at any time, a mean of ten replicates."""
        run = Run(guarded({"stir_weight": weight, "stir_per_guard": 5.0, "nerve_min": 0.2}, **riot))
        fewest = []
        for replicate in range(10):
            run.reset(SEED, replicate)
            fewest.append(4)
            for _ in range(72):
                run.advance(1)
                fewest[-1] = min(fewest[-1], int(run.truth.facility["on_site"][0]))
        return float(np.mean(fewest))

    assert least(0.0) == 4.0
    assert least(1.0) < 2.0


@pytest.mark.parametrize("what", ["hold_sponsor", "hold_reaction"])
def test_the_sponsor_holds_guards_until_it_leaves(what: str) -> None:
    pressed = {"threat_weight": 1.0, "flee_km": 60.0}
    gone = {"schedule": [["2019-10-02T12:00", 1.0], ["2019-10-03", 0.0]]}
    loose = fled(guarded(pressed, control=stands_by()), 20)
    held = fled(guarded(pressed | {what: 0.3}, control=stands_by(), withdrawal=gone), 20)
    left = fled(guarded(pressed | {what: 0.3}, control=stands_by(), withdrawal=gone), 60)
    assert held < loose - 30
    assert left == loose


# --- the cascade


def goes(nerves: np.ndarray, threat: float, alone_weight: float) -> set[int]:
    """Who flees within a step: the one with the least nerve, again and again, until he stays."""
    here = set(range(len(nerves)))
    while here:
        first = min(here, key=lambda j: (nerves[j], j))
        away = len(nerves) - len(here)
        if not nerves[first] < threat + alone_weight * (away / (away + len(here))):
            break
        here.remove(first)
    return set(range(len(nerves))) - here


@pytest.mark.parametrize("alone_weight", [0.0, 0.5, 0.9, 1.3])
def test_a_cascade_runs_to_its_end_within_a_step_in_the_order_of_nerve(alone_weight: float) -> None:
    where = guarded(
        {"threat_weight": 1.0, "flee_km": 15.0, "alone_weight": alone_weight}, party_guards=30, control=stands_by()
    )
    sizes = []
    for replicate in range(20):
        run = after(where, 1, replicate)
        expected = goes(nerve(run), float(run.truth.facility["threat"][0]), alone_weight)
        assert set(np.flatnonzero(status(run) == FLED)) == expected
        sizes.append(len(expected))
    assert min(sizes) < 25  # else the order would show in nothing
    assert max(sizes) > (25 if alone_weight > 1 else 2)


# --- the order to stay


def test_about_those_who_keep_orders_stay_when_all_are_called_and_frightened() -> None:
    everybody = {"threat_weight": 10.0, "redeploy_share": 1.0, "pressure_up_hours": 1.0, "order_kept": 0.7}
    lever = {"formal_handover": {}}
    stay, there = 0, 0
    for replicate in range(10):
        run = after(guarded(everybody, control=stands_by(), levers=lever), 40, replicate)
        stay += int((status(run) == ON_SITE).sum())
        there += len(status(run))
    assert abs(stay / there - 0.7) < 4 * np.sqrt(0.7 * 0.3 / there)
    assert not (status(after(guarded(everybody, control=stands_by()), 40)) == ON_SITE).any()


def test_an_order_holds_only_where_it_was_given_and_only_near_the_front() -> None:
    called = {"redeploy_share": 1.0, "pressure_up_hours": 1.0, "order_kept": 1.0}
    named = {"formal_handover": {"facilities": ["yard"]}}
    run = after(guarded(called, control=stands_by(), levers=named), 40)
    assert (status(run, 0) == AT_FRONT).all()
    assert (status(run, 1) == ON_SITE).all()
    distant = {"hits_per_month": 0.0, "front_km": 10.0}
    run = after(guarded(called, control=stands_by(), levers=named, shelling=distant), 40)
    assert (status(run, 1) == AT_FRONT).all()


def test_an_order_lasts_after_the_front_has_gone() -> None:
    """The front still calls for days after it stops: those who keep the order are not called then either."""
    called = {"redeploy_share": 1.0, "pressure_up_hours": 1.0, "order_kept": 1.0}
    stopped = {"offensives": [STANDS_BY | {"stops": "2019-10-01T12:00"}], "reach_km": 0.1}
    run = after(guarded(called, control=stopped, levers={"formal_handover": {}}), 60)
    assert (status(run) == ON_SITE).all()
    assert (status(after(guarded(called, control=stopped), 60)) == AT_FRONT).any()


def advancing() -> Tree:
    """A unit that comes and takes the block: no row of the table says so."""
    unit = {"party": "invader", "start": "2019-10-01T12:00", "from": "border", "objectives": ["block"]}
    return {"offensives": [unit | {"km_per_day": 25.0}], "reach_km": 8.0, "handover": "none"}


def escapes(guards: Tree, *, lever: bool, control: Tree) -> np.ndarray:
    levers = {"formal_handover": {"facilities": ["block"]}} if lever else {}
    where = guarded(guards, days=6, party_guards=12, control=control, levers=levers)
    return ensemble(where, 60).at("block")["escaped"].astype(float)


@pytest.mark.parametrize(
    "control", [advancing(), {"changes": [{"date": "2019-10-03", "facility": "block", "to": "invader"}]}]
)
def test_a_formal_handover_keeps_people_in_over_emergent_and_dated_changes(control: Tree) -> None:
    as_shipped = {"threat_weight": 1.0, "alone_weight": 1.1, "redeploy_share": 0.5, "nerve_min": 0.35}
    change = escapes(as_shipped, lever=True, control=control) - escapes(as_shipped, lever=False, control=control)
    assert change.mean() + 3 * change.std() / np.sqrt(len(change)) < -10


def test_in_a_quiet_year_no_guard_flees() -> None:
    run = Run(load("quiet-year"))
    for replicate in range(5):
        run.complete(SEED, replicate)
        assert not (run.truth.guard["status"] == FLED).any()
        assert not (run.truth.facility["gone"] > 0).any()


def test_a_share_of_nothing_is_nothing() -> None:
    assert [share_of(0.0, 0.0), share_of(0.0, 2.0), share_of(1.0, 3.0), share_of(1.0, 0.0)] == [0.0, 0.0, 0.25, 1.0]
