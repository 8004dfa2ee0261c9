"""Everything that can be set has an effect, and distributions mean what their draws mean."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel

from sim.agents.build import binding
from sim.model import Run
from sim.scenario.declare import Choice
from sim.scenario.fields import attributes_of, keys_of
from sim.scenario.loader import load
from sim.scenario.parameters import Change, Control, Levers, Offensive
from sim.scenario.resolved import Resolved
from sim.world.numbers import PATHS
from tests.model.worlds import (
    RUN_COLUMNS,
    SEED,
    Ensemble,
    as_in_2019,
    bits,
    ensemble,
    finish,
    named,
    shipped_ensemble,
    with_scenario,
    world,
)
from tests.oracle.cases import CASES, people, prison

# --- every number


PLACES = [*CASES, "tiny", "hasakah-2022", "ne-syria-2019"]
"""Where an effect is looked for, the quickest first."""


def standing(where: Resolved, path: str) -> float | None:
    """The number at a path of a scenario, None if there is none."""
    value: Any = where.scenario
    for key in path.split("."):
        value = getattr(value, key) if value is not None else None
    return value if isinstance(value, float) else None


def alternatives(path: str, value: float) -> list[float]:
    """A few other values; the declared bounds clip them."""
    if path == "isr.revisit_hours":  # must suit the step
        return [2.0 * value]
    return [2.0 * value, 0.5 * value, value + 0.5, value + 20.0, 0.0]


@cache
def standing_results(name: str) -> tuple[tuple[bytes, ...], ...]:
    """Tables of the first replicates of a place as it is."""
    run = Run(named(name))
    return tuple(bits(run.complete(SEED, replicate)) for replicate in range(_looked_at(name)))


def _looked_at(name: str) -> int:
    return 3 if name in CASES or name == "tiny" else 1


def moves(name: str, path: str) -> float | None:
    """A value of a parameter that changes some column in this place, None if no tried value does."""
    where = named(name)
    value = standing(where, path)
    if value is None:
        return None
    for other in alternatives(path, value):
        changed = where.with_numbers({path: other})
        if standing(changed, path) == value:
            continue
        run = Run(changed)
        for replicate, expected in enumerate(standing_results(name)):
            if bits(run.complete(SEED, replicate)) != expected:
                return other
    return None


@pytest.mark.parametrize("path", PATHS)
def test_every_number_has_an_effect(path: str) -> None:
    assert any(moves(name, path) is not None for name in PLACES)


def test_a_number_set_to_itself_has_no_effect() -> None:
    """Else the search above would find effects of nothing."""
    for name in ("everything", "tiny", "hasakah-2022"):
        where = named(name)
        kept = {path: value for path in PATHS if (value := standing(where, path)) is not None}
        assert len(kept) > 90
        run = Run(where.with_numbers(kept))
        for replicate, expected in enumerate(standing_results(name)):
            assert bits(run.complete(SEED, replicate)) == expected


# --- distributions


def spread(value: Any, change: Callable[..., Any], prefix: str = "") -> Any:
    """A copy with every declared number that stands there changed by `change(path, number, low, high)`."""
    if isinstance(value, list):
        return [spread(inner, change, f"{prefix}{k}.") for k, inner in enumerate(value)]
    if isinstance(value, dict):
        return {key: spread(inner, change, f"{prefix}{key}.") for key, inner in value.items()}
    if not isinstance(value, BaseModel):
        return value
    updates = {}
    for key, info in keys_of(type(value)).items():
        name = attributes_of(type(value))[key]
        inner = getattr(value, name)
        extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        if "unit" not in extra:
            updates[name] = spread(inner, change, f"{prefix}{key}.")
        elif isinstance(inner, float):
            updates[name] = change(f"{prefix}{key}", inner, extra["low"], extra["high"])
    return value.model_copy(update=updates)


def uncertain(where: Resolved, chosen: Callable[[str], bool]) -> Resolved:
    """The same with every chosen number one of two, each as likely."""

    def change(path: str, value: float, low: float, high: float | None) -> Any:
        if not chosen(path):
            return value
        others = (value, 2.0 * value) if path == "isr.revisit_hours" else (0.8 * value, 1.1 * value + 0.01)
        return Choice(choice=[min(max(x, low), high if high is not None else x) for x in others])

    return Resolved(
        spread(where.scenario, change),
        spread(where.theatre, lambda path, *rest: change(f"theatre.{path}", *rest)),
        (),
        {},
    )


@pytest.mark.parametrize("name", [*CASES, "tiny", "hasakah-2022"])
def test_bound_draws_mean_what_plain_numbers_mean(name: str) -> None:
    """All numbers that are set in the arrays, at once: one set in the wrong place would show."""
    where = uncertain(named(name), lambda path: binding(path, named(name)) is not None)
    assert len(where.numbers()) > 100
    run = Run(where)
    made = run._first
    for replicate in (1, 0, 2):
        found = bits(run.complete(SEED, replicate))
        assert found == bits(finish(where.with_numbers(run.draws), replicate)), replicate
    assert run._first is made or run._capacity.episodes > 256, "nothing need be made anew"


@pytest.mark.parametrize("name", ["everything", "disorder", "tiny"])
def test_draws_that_need_new_arrays_mean_what_plain_numbers_mean(name: str) -> None:
    where = uncertain(named(name), lambda path: binding(path, named(name)) is None)
    paths = set(where.numbers())
    assert any(".held." in path for path in paths)
    run = Run(where)
    for replicate in (1, 0, 2):
        found = bits(run.complete(SEED, replicate))
        assert found == bits(finish(where.with_numbers(run.draws), replicate)), replicate


BOUND = "guards.scale"
ANEW = "theatre.facilities.lone-prison.held.fighters.local"


@pytest.mark.parametrize(("path", "between"), [(BOUND, [0.2, 1.5]), (ANEW, [10.0, 90.0])])
def test_a_distribution_is_drawn_once_per_replicate(path: str, between: list[float]) -> None:
    where = load("tiny", {path: {"uniform": between}})
    run = Run(where)
    draws, results = {}, {}
    for replicate in range(5):
        results[replicate] = bits(run.complete(SEED, replicate))
        draws[replicate] = run.draws[path]
        if path == ANEW:
            assert run.tables.run["population"][0] == math.floor(run.draws[path] + 0.5) + 20
    assert len(set(draws.values())) == len(set(results.values())) == 5
    for replicate in (3, 1):
        assert bits(run.complete(SEED, replicate)) == results[replicate]
        assert run.draws[path] == draws[replicate]
        plain = load("tiny", {path: draws[replicate]})
        assert bits(finish(plain, replicate)) == results[replicate]
    run.reset(SEED + 1, 0)
    assert run.draws[path] != draws[0]


def test_draws_follow_their_distribution_and_know_nothing_of_each_other() -> None:
    one = Run(load("tiny", {BOUND: {"uniform": [0.4, 0.6]}}))
    two = Run(load("tiny", {BOUND: {"uniform": [0.4, 0.6]}, "guards.shifts": {"uniform": [1.0, 3.0]}}))
    drawn = np.array([[one.drawn(SEED, r)[BOUND], *two.drawn(SEED, r).values()] for r in range(400)])
    assert (drawn[:, 0] == drawn[:, list(two.draws or two.drawn(SEED, 0)).index(BOUND) + 1]).all()
    assert drawn[:, 0].min() >= 0.4
    assert drawn[:, 0].max() <= 0.6
    assert abs(drawn[:, 0].mean() - 0.5) < 3 * 0.2 / math.sqrt(12 * 400)
    assert abs(np.corrcoef(drawn[:, 1], drawn[:, 2])[0, 1]) < 0.15


def test_the_numbers_of_2019_vary_between_replicates() -> None:
    run = Run(named("ne-syria-2019"))
    first, second = run.drawn(SEED, 0), run.drawn(SEED, 1)
    assert len(first) == 43
    assert all(first[path] != second[path] for path in first)


def test_draws_are_clipped_at_the_declared_bounds() -> None:
    run = Run(load("tiny", {"guards.redeploy_share": {"lognormal": {"median": 0.9, "sigma": 1.0}}}))
    held = []
    for replicate in range(10):
        run.reset(SEED, replicate)
        held.append(float(run.truth.parameters["guards_redeploy_share"][0]))
    assert max(held) == 1.0


def test_many_more_guards_than_the_median_end_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    where = load("tiny", {"theatre.facilities.lone-prison.guards": {"lognormal": {"median": 6.0, "sigma": 3.0}}})
    run = Run(where)
    allocate, times = run._allocate, iter(range(3))

    def counted(resolved: Resolved) -> None:
        assert next(times, None) is not None, "it does not end"
        allocate(resolved)

    monkeypatch.setattr(run, "_allocate", counted)
    for replicate in range(12):
        run.complete(SEED, replicate)


def test_a_cost_may_be_uncertain() -> None:
    levers = {"levers.guard_floor.per_100": 5.0, "levers.guard_floor.cost": {"uniform": [1.0, 2.0]}}
    finish(load("tiny", levers))


# --- control


def test_the_way_custody_passes_matters_in_2019() -> None:
    replicates = 24
    escaped = {"none": as_in_2019(replicates).run["escaped"]}
    for way in ("hasty", "formal"):
        escaped[way] = shipped_ensemble("ne-syria-2019", replicates, control__handover=way).run["escaped"]
    assert (escaped["none"] - escaped["formal"]).mean() > 200, "much of the annex of Ain Issa"
    assert (escaped["none"] != escaped["formal"]).mean() > 0.5
    # The takers need a day and a half or more to set up, and a camp empties within hours: a hasty change ends the
    # gap too late for most.
    assert (escaped["none"] != escaped["hasty"]).any()


def test_a_row_may_say_how_custody_passes() -> None:
    """A prison that empties slowly, so that the length of the gap shows."""

    def escaped(row: str | None, otherwise: str) -> float:
        change = {"date": "2019-10-02", "facility": "block", "to": "invader"} | ({"handover": row} if row else {})
        control = {"changes": [change], "handover": otherwise, "none_hours": 48.0, "hasty_hours": 12.0}
        place = prison(36.41, 38.53, people(60), 8, flow_per_hour=1.0)
        return ensemble(world({"control": control}, {"facilities": {"block": place}}), 12).run["escaped"].mean()

    none, hasty, formal = (escaped(way, "formal") for way in ("none", "hasty", "formal"))
    assert none > hasty + 10 > hasty > formal == 0
    assert (escaped(None, "none"), escaped(None, "hasty"), escaped(None, "formal")) == (none, hasty, formal)


def test_a_dated_change_has_an_effect() -> None:
    where = named("tiny")
    lost = Change(date="2020-01-02", facility="lone-prison", to="invader", handover="none")
    control = where.scenario.control.model_copy(update={"offensives": []})
    kept = ensemble(with_scenario(where, control=control), 12)
    gone = ensemble(with_scenario(where, control=control.model_copy(update={"changes": [lost]})), 12)
    assert (kept.run["facilities_lost"] == 0).all()
    assert (gone.run["facilities_lost"] == 1).all()
    assert gone.run["escaped"].mean() > kept.run["escaped"].mean() + 10
    assert (gone.facility["control_end"] != kept.facility["control_end"]).all()


def test_an_offensive_has_an_effect() -> None:
    where = named("tiny")
    unit = where.scenario.control.offensives[0]

    def facilities_lost(*units: Offensive) -> float:
        control = Control(handover="none", offensives=list(units))
        return ensemble(with_scenario(where, control=control), 12).run["facilities_lost"].mean()

    assert facilities_lost() == 0.0
    assert facilities_lost(unit.model_copy(update={"km_per_day": 0.0})) == 0.0
    assert facilities_lost(unit.model_copy(update={"km_per_day": 60.0})) == 1.0
    assert facilities_lost(unit.model_copy(update={"km_per_day": 60.0, "start": "2020-01-10T20:00"})) == 0.0


def test_the_sponsors_going_has_an_effect() -> None:
    gone, stayed = as_in_2019(8), shipped_ensemble("ne-syria-2019-no-withdrawal", 8)
    assert (gone.run["isr_hours"] < stayed.run["isr_hours"]).all()
    assert gone.run["escaped"].sum() != stayed.run["escaped"].sum()
    assert (stayed.daily["isr_coverage"] == stayed.daily["isr_coverage"][:, :1]).all()


# --- observers

CLAIMS = [name for name in RUN_COLUMNS if name.startswith("claimed_")]
OBSERVERS = [(o.name, o.role) for o in named("ne-syria-2019").scenario.observers]


@cache
def watched() -> tuple[int, ...]:
    """Replicates of 2019 that are looked at: the first ones, and a few with an assault, which is rare."""
    attacked = np.flatnonzero(~np.isnan(as_in_2019().run["claimed_attacker"]))
    return (*range(10), *(int(r) for r in attacked[attacked >= 10][:3]))


def watched_of(whole: Ensemble) -> Ensemble:
    """The rows of these replicates."""
    rows = list(watched())
    return Ensemble(whole.run[rows], whole.daily[rows], whole.facility[rows], whole.names)


def column_of(role: str) -> str:
    return f"claimed_{role.replace(' ', '_')}"


def differs(one: Ensemble, other: Ensemble, name: str) -> bool:
    """Whether a column differs, at the end or on some day."""
    same_end = np.array_equal(one.run[name], other.run[name], equal_nan=True)
    return not (same_end and np.array_equal(one.daily[name], other.daily[name], equal_nan=True))


def roles_that_hear(role: str) -> set[str]:
    """Roles that speak by hearsay of this one."""
    return {o.role for o in named("ne-syria-2019").scenario.observers if role in o.listens}


@pytest.mark.parametrize(("name", "role"), OBSERVERS)
def test_every_observer_is_heard(name: str, role: str) -> None:
    where = named("ne-syria-2019")
    rest = [o for o in where.scenario.observers if o.name != name]
    assert len(rest) == len(OBSERVERS) - 1
    whole, without = watched_of(as_in_2019()), ensemble(with_scenario(where, observers=rest), watched())
    assert differs(whole, without, column_of(role))
    for column in {*CLAIMS} - {column_of(other) for other in {role, *roles_that_hear(role)}}:
        assert not differs(whole, without, column), column


def test_surveillance_is_heard() -> None:
    blind = shipped_ensemble("ne-syria-2019", 10, isr__coverage=0.0)
    assert differs(as_in_2019(10), blind, column_of("sponsor government"))
    assert (blind.run["isr_hours"] == 0).all()


@pytest.mark.parametrize(("key", "value"), [("origins", 1), ("origins", 4), ("direct_reliability", "never")])
def test_the_rule_of_confirmation_has_an_effect(key: str, value: object) -> None:
    where = named("ne-syria-2019")
    rule = where.scenario.confirmation.model_copy(update={key: value})
    whole, other = as_in_2019(10), ensemble(with_scenario(where, confirmation=rule), 10)
    assert differs(whole, other, "confirmed")
    assert not any(differs(whole, other, column) for column in CLAIMS)


# --- levers


def pulled(name: str, replicates: int, **levers: Any) -> Ensemble:
    """A shipped scenario with levers pulled."""
    return ensemble(with_scenario(named(name), levers=Levers.model_validate(levers)), replicates)


def test_a_floor_of_guards_keeps_people_in() -> None:
    base, floor = as_in_2019(12), shipped_ensemble("ne-syria-2019-guard-floor", 12)
    assert floor.run["escaped"].mean() < base.run["escaped"].mean()
    assert (floor.daily["guards_on_duty"].min(axis=1) > base.daily["guards_on_duty"].min(axis=1)).all()


def test_eyes_that_stay_see_longer_and_change_nothing() -> None:
    base, stay = as_in_2019(12), shipped_ensemble("ne-syria-2019-residual-isr", 12)
    assert (stay.run["isr_hours"] > base.run["isr_hours"]).all()
    assert (stay.daily["isr_coverage"][:, -1] > base.daily["isr_coverage"][:, -1]).all()
    assert (stay.run["escaped"] == base.run["escaped"]).all()
    assert differs(base, stay, column_of("sponsor government"))


def test_a_formal_handover_keeps_people_in_where_it_is_agreed() -> None:
    base, formal = as_in_2019(12), pulled("ne-syria-2019", 12, formal_handover={"facilities": ["ain-issa"]})
    everywhere = pulled("ne-syria-2019", 12, formal_handover={})
    as_set = shipped_ensemble("ne-syria-2019-formal-handover", 12)
    assert formal.at("ain-issa")["escaped"].mean() < 0.3 * base.at("ain-issa")["escaped"].mean()
    elsewhere = formal.at("tel-abyad")["escaped"] - base.at("tel-abyad")["escaped"]
    assert abs(elsewhere.mean()) <= 2.5 * elsewhere.std(ddof=1) / np.sqrt(len(elsewhere)), "nothing was agreed there"
    assert everywhere.run.tobytes() == as_set.run.tobytes()


def test_moving_people_first_leaves_fewer_to_escape() -> None:
    base, moved = as_in_2019(12), shipped_ensemble("ne-syria-2019-move-first", 12)
    assert (moved.run["moved"] > 900).all()
    assert (moved.run["moved"] - base.run["moved"]).mean() > 400, "some are brought away by their guards without it"
    assert moved.at("ain-issa")["escaped"].mean() < 0.2 * base.at("ain-issa")["escaped"].mean()
    assert (moved.at("al-hol")["held"] > base.at("al-hol")["held"]).all()


def test_people_who_are_repatriated_are_gone() -> None:
    base = as_in_2019(6)
    home = pulled("ne-syria-2019", 6, repatriation={"per_month": 300.0, "start": "2019-10-07"})
    assert (base.run["repatriated"] == 0).all()
    assert (np.abs(home.run["repatriated"] - 300.0 * 59 / 30.4375) <= 5).all(), "whole families go"
    assert (home.run["escaped"] != base.run["escaped"]).any()
    fighters = pulled("ne-syria-2019", 6, repatriation={"per_month": 300.0, "who": "fighters"})
    families = pulled("ne-syria-2019", 6, repatriation={"per_month": 300.0, "who": "families"})
    assert (fighters.at("roj")["held"] > families.at("al-hol")["held"] - families.at("al-hol")["held0"]).all()
    assert (fighters.at("hasakah")["held"] < families.at("hasakah")["held"]).all()


def test_hardened_walls_and_cameras_stand() -> None:
    base = as_in_2019(8)
    hard = pulled("ne-syria-2019", 8, hardening={"walls": 0.6, "cameras": 0.9})
    some = pulled("ne-syria-2019", 8, hardening={"walls": 0.6, "cameras": 0.0, "facilities": ["roj"]})
    seen = pulled("ne-syria-2019", 8, hardening={"walls": 0.0, "cameras": 0.9})
    assert (hard.at("roj")["wall_end"] < base.at("roj")["wall_end"]).all()
    assert hard.run["escaped"].mean() < base.run["escaped"].mean()
    assert (some.at("roj")["wall_end"] < base.at("roj")["wall_end"]).all()
    assert np.median(some.at("shaddadi")["wall_end"]) == np.median(base.at("shaddadi")["wall_end"])
    assert (seen.run["escaped"] != base.run["escaped"]).any(), "cameras add to the guards' effect"


def test_help_that_comes_shortens_an_assault() -> None:
    where = load("hasakah-2022", {"assault.reaction_residual": 0.0, "withdrawal.schedule": [["2022-01-01", 0.0]]})
    alone = ensemble(where, 60)
    helped = ensemble(with_scenario(where, levers=Levers.model_validate({"reaction_force": {"residual": 1.0}})), 60)
    assert helped.run["escaped"].mean() < 0.8 * alone.run["escaped"].mean()


def test_a_lever_below_what_stands_changes_nothing() -> None:
    where = named("hardening_and_other_levers")
    base = with_scenario(where, levers=Levers())
    levers = {"guard_floor": {"per_100": 0.0}, "residual_isr": {"share": 0.1}, "reaction_force": {"residual": 0.0}}
    lower = with_scenario(where, levers=Levers.model_validate(levers))
    for replicate in range(4):
        assert bits(finish(base, replicate)) == bits(finish(lower, replicate))
