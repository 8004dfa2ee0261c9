"""What happens does not depend on what is believed; only the search does, and only where the scenario says so."""

from __future__ import annotations

import ast
import dis
import inspect
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.model import Run, schedule
from sim.outcomes import DAILY_RECORD, ROLE_COLUMNS, RUN_RECORD
from sim.scenario.declare import Choice
from sim.scenario.parameters import Confirmation, Isr
from sim.scenario.resolved import Resolved
from sim.scenario.theatre import Facility
from tests.model.worlds import (
    SEED,
    TRUE_DAILY,
    TRUE_FACILITY,
    TRUE_RUN,
    bits,
    columns,
    ensemble,
    finish,
    named,
    truth_of,
    with_scenario,
    world,
)
from tests.oracle.cases import EYES, camp_with_residents, merged, prison, two_prisons

# --- reports change nothing

SMALL = ["everything", "observers_of_each_kind", "response", "isr", "statements_and_confirmation", "tiny"]


def other_isr(where: Resolved) -> Resolved:
    step = where.scenario.step_hours
    isr = Isr(
        coverage=1.0, residual=1.0, revisit_hours=2 * step, detect_per_look=1.0, signs_hours=90.0, delay_hours=0.5
    )
    return with_scenario(where, isr=isr.model_copy(update={"bias": 3.0, "error": 1.0}))


def blind_isr(where: Resolved) -> Resolved:
    return with_scenario(where, isr=where.scenario.isr.model_copy(update={"coverage": 0.0}))


def uncertain_isr(where: Resolved) -> Resolved:
    coverage = Choice(choice=[0.1, 0.5, 0.9])
    return with_scenario(where, isr=where.scenario.isr.model_copy(update={"coverage": coverage}))


def no_observers(where: Resolved) -> Resolved:
    return with_scenario(where, observers=[])


def other_observers(where: Resolved) -> Resolved:
    changed = {
        "presence": 1.0, "leaves": False, "detect": 1.0, "notice_size": 0.0, "delay_hours": 1.0, "delay_sd": 0.0,
        "update_hours": 2.0, "bias": 4.0, "bias_own_failure": 0.1, "denies": 0.0, "wordless": 0.0,
        "false_per_month": 60.0,
    }  # fmt: skip
    observers = [o.model_copy(update=changed) for o in where.scenario.observers]
    return with_scenario(where, observers=list(reversed(observers)))


def other_confirmation(where: Resolved) -> Resolved:
    rule = Confirmation(origins=1, agree_within=5.0, direct_reliability="F", window_days=300.0)
    return with_scenario(where, confirmation=rule)


def other_eyes(where: Resolved) -> Resolved:
    return other_confirmation(other_isr(other_observers(where)))


CHANGES = (
    other_isr, blind_isr, uncertain_isr, no_observers, other_observers, other_confirmation, other_eyes,
)  # fmt: skip


def truth_arrays(run: Run) -> dict[str, bytes]:
    """All that the truth holds, the parameters and what was noticed left out."""
    return {
        name: array.tobytes()
        for name, array in run.truth._asdict().items()
        if name not in ("parameters", "noticed", "alarm")
    }


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", SMALL)
def test_reports_change_nothing_that_happens(name: str, change: Callable[[Resolved], Resolved]) -> None:
    where = with_scenario(named(name), response=False)
    one, other = Run(where), Run(change(where))
    seen_differently = False
    for replicate in range(4):
        before, after = one.complete(SEED, replicate), other.complete(SEED, replicate)
        assert truth_of(before) == truth_of(after), replicate
        assert truth_arrays(one) == truth_arrays(other), replicate
        seen_differently |= bits(before) != bits(after)
    assert seen_differently or name not in ("everything", "observers_of_each_kind"), "the change changes nothing at all"


@pytest.mark.parametrize("change", [other_eyes, no_observers])
def test_reports_change_nothing_that_happens_in_2019(change: Callable[[Resolved], Resolved]) -> None:
    where = named("ne-syria-2019")
    one, other = ensemble(where, 4), ensemble(change(where), 4)
    for table, names in (("run", TRUE_RUN), ("daily", TRUE_DAILY), ("facility", TRUE_FACILITY)):
        assert columns(getattr(one, table), names) == columns(getattr(other, table), names)
    assert (one.run["reported"] != other.run["reported"]).any()


def test_every_column_is_of_one_kind_or_the_other() -> None:
    """So that a new column is thought about here."""
    assert {*RUN_RECORD.names, *DAILY_RECORD.names} - {*TRUE_RUN, *TRUE_DAILY} == {
        "confirmed", "reported", "gap", "gap_peak", "gap_person_days", "undetected_share",
        "accounted_share", "first_report_day", "first_confirmed_day", "isr_hours", "isr_coverage", *(f"claimed_{role}" for role in ROLE_COLUMNS),
    }  # fmt: skip


# --- the one edge back


@pytest.mark.parametrize("name", ["response", "everything"])
def test_what_is_noticed_is_searched_for(name: str) -> None:
    where = named(name)
    with_edge = ensemble(with_scenario(where, response=True), 60).run["recaptured"]
    without = ensemble(with_scenario(where, response=False), 60).run["recaptured"]
    blind = with_scenario(
        where, response=True, observers=[], isr=where.scenario.isr.model_copy(update={"coverage": 0.0})
    )
    unseen = ensemble(blind, 60).run["recaptured"]
    assert with_edge.sum() > without.sum()
    assert (with_edge != without).any()
    assert (unseen == without).all()


def test_what_is_noticed_is_searched_for_in_2019() -> None:
    with_edge = finish(with_scenario(named("ne-syria-2019"), response=True))
    without = finish(named("ne-syria-2019"))
    assert with_edge.run["recaptured"][0] > without.run["recaptured"][0]


# --- the source says so too


def written_in_python(function: Any) -> Any:
    """The Python function of a compiled one."""
    return getattr(function, "py_func", function)


def named_in(code: Any, *operations: str) -> set[str]:
    """Names that a function's code uses in these operations, inner code included."""
    found = {str(step.argval) for step in dis.get_instructions(code) if step.opname in operations}
    for constant in code.co_consts:
        if inspect.iscode(constant):
            found |= named_in(constant, *operations)
    return found


def global_names(function: Any) -> set[str]:
    """Names of the module that a function uses."""
    return named_in(function.__code__, "LOAD_GLOBAL", "LOAD_NAME")


def called_from(function: Any, seen: dict[str, Any]) -> dict[str, Any]:
    """Every function of the package that is called from one, itself included, by its full name."""
    function = written_in_python(function)
    full_name = f"{function.__module__}.{function.__name__}"
    if full_name in seen:
        return seen
    seen[full_name] = function
    for name in global_names(function):
        inner = written_in_python(function.__globals__.get(name))
        assert not inspect.ismodule(inner) or not inner.__name__.startswith("sim"), f"{full_name} calls by module"
        if inspect.isfunction(inner) and inner.__module__.startswith("sim."):
            called_from(inner, seen)
    return seen


@pytest.fixture(scope="module")
def truth_pass() -> dict[str, Any]:
    """Every function of the truth pass."""
    seen: dict[str, Any] = {}
    for rule in (*schedule.TRUTH_PASS, *schedule.DAILY):
        called_from(rule, seen)
    return seen


def test_the_truth_pass_is_seen_whole(truth_pass: dict[str, Any]) -> None:
    assert {
        "sim.agents.sponsor.sponsor", "sim.agents.news.news", "sim.agents.levers.repatriate",
        "sim.agents.levers.move_first", "sim.agents.custody.take_custody", "sim.agents.guard.call_up",
        "sim.agents.armed_cell.attacks", "sim.agents.disorder.disorder", "sim.agents.walls.walls",
        "sim.agents.at_large.plan",
        "sim.world.record.note",
    } <= set(truth_pass)  # fmt: skip
    observation = called_from(schedule.OBSERVATION_PASS[0], {})
    assert not {name for name in set(truth_pass) & set(observation) if not name.startswith(("sim.engine", "sim.world"))}
    assert "sim.agents.observer.learn" in observation


def test_no_rule_of_the_truth_pass_takes_what_is_believed(truth_pass: dict[str, Any]) -> None:
    for name, function in truth_pass.items():
        assert not {"Belief", "BeliefRef"} & set(map(str, function.__annotations__.values())), name
        assert not {"Belief", "BeliefRef", "belief"} & set(function.__code__.co_varnames[: _arguments(function)]), name
        assert not {"Belief", "BeliefRef", "observe"} & global_names(function), name
        if not name.startswith(("sim.engine", "sim.world")):
            assert set(function.__annotations__) >= set(function.__code__.co_varnames[: _arguments(function)]), name


def _arguments(function: Any) -> int:
    return function.__code__.co_argcount + function.__code__.co_kwonlyargcount


def imported(module: str) -> set[str]:
    """Modules that a module's file imports."""
    found = set()
    for node in ast.walk(ast.parse(inspect.getsource(sys.modules[module]))):
        if isinstance(node, ast.ImportFrom):
            found |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def test_no_file_of_the_truth_pass_knows_of_belief(truth_pass: dict[str, Any]) -> None:
    files = {function.__module__ for function in truth_pass.values()} - {"sim.model.schedule"}  # of both passes
    assert {
        f"sim.agents.{name}"
        for name in ("facility", "detainee", "guard", "custody", "armed_cell", "levers", "at_large")
    } <= files
    for module in sorted(files):
        believing = ("observer", "knowledge", "confirmation", "surveillance", "alarm", "notice")
        forbidden = {"sim.world.belief", "sim.claims.misreport", *(f"sim.agents.{name}" for name in believing)}
        assert not forbidden & imported(module), module
    assert "sim.world.belief" in imported("sim.agents.observer")


@pytest.mark.parametrize(
    ("edge", "readers"),
    [("noticed", {"at_large.plan", "guard.replaced_per_day"}), ("alarm", {"assault.relief_comes"})],
)
def test_few_read_what_was_noticed(edge: str, readers: set[str], truth_pass: dict[str, Any]) -> None:
    found = {name for name, function in truth_pass.items() if edge in named_in(function.__code__, "LOAD_ATTR")}
    assert found == {f"sim.agents.{name}" for name in readers}


# --- a facility nobody reaches

HERMIT = {"hermit": {"hostile_to": ["movement"], "search": 0.0}}
FAR = {"party": "hermit", "lat": 36.05, "lon": 39.25}
"""In a far corner, of a party that holds no ground, fights no one and is at odds with the movement only."""


def hermitage(kind: str) -> dict[str, Any]:
    """People who stay where they are: local, so that nobody repatriates them, behind guards in plenty."""
    held = {"fighters": {"local": 40.0}, "families": {"local": 10.0}, "minors": {"local": 10.0}}
    return {"kind": kind, "held": held, "guards": 60.0, "walls": 1.0} | FAR


def quiet_worlds() -> dict[str, tuple[dict, dict]]:
    """Scenario and theatre of small worlds, in which a far facility is out of reach of attacks and of riots."""
    calm = {"step_hours": 1.0, "armed_cells": {"plan_km": 1.0}, "observers": EYES}
    offensive = {
        "party": "invader",
        "start": "2019-10-03",
        "from": "border",
        "objectives": ["block"],
        "km_per_day": 8.0,
    }
    return {
        "attacks and people on the run": (
            calm
            | {
                "days": 12,
                "stealth": {"per_1000_year": 0.0},
                "armed_cells": {"plan_km": 1.0, "attacks_per_month": 25.0, "attackers": 12.0},
                "at_large": {"retake_per_day": 0.2, "rejoin_per_day": 0.2},
                "assault": {"death_share": 0.2},
            },
            {
                "facilities": two_prisons() | camp_with_residents(),
                "cells": {"river": {"lat": 36.5, "lon": 38.5, "strength": 2.0}},
            },
        ),
        "a front, riots and levers": (
            calm
            | {
                "days": 10,
                "disorder": {"threshold": 0.1, "agitation_sd": 0.0},
                "guards": {"scale": 0.5},
                "control": {"offensives": [offensive]},
                "shelling": {"hits_per_month": 30.0, "front_km": 25.0},
                "levers": {
                    "repatriation": {"per_month": 60.0},
                    "move_first": {"from": ["block"], "start": "2019-10-02", "per_day": 4.0},
                },
            },
            {"facilities": two_prisons()},
        ),
    }


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("kind", ["prison", "camp"])
@pytest.mark.parametrize("which", quiet_worlds())
def test_a_facility_nobody_reaches_changes_no_other(which: str, kind: str, first: bool) -> None:
    scenario, theatre = quiet_worlds()[which]
    theatre = merged(theatre, {"parties": HERMIT})
    mine, own = {"hermitage": hermitage(kind)}, theatre["facilities"]
    more = theatre | {"facilities": mine | own if first else own | mine}
    without, with_it = ensemble(world(scenario, theatre), 12), ensemble(world(scenario, more), 12)
    assert (with_it.at("hermitage")["held"] == 60).all()
    assert without.run["escaped"].sum() > 0
    for name in own:
        assert without.at(name).tobytes() == with_it.at(name).tobytes(), name


def test_a_facility_nobody_reaches_changes_no_other_in_2019() -> None:
    where = named("ne-syria-2019")
    raw = prison(34.95, 42.7, {"fighters": {"local": 30.0}}, 40.0, walls=1.0) | {"party": "us"}
    held = {**where.theatre.facilities, "hermitage": Facility.model_validate(raw)}
    quiet = {"observers": [o.model_copy(update={"false_per_month": 0.0}) for o in where.scenario.observers]}
    quiet["armed_cells"] = where.scenario.armed_cells.model_copy(update={"plan_km": 5.0, "attacks_per_month": 3.0})
    quiet["stealth"] = where.scenario.stealth.model_copy(update={"per_1000_year": 0.0})
    where = with_scenario(where, **quiet)
    more = replace(where, theatre=where.theatre.model_copy(update={"facilities": held}))
    without, with_it = ensemble(where, 4), ensemble(more, 4)
    assert (with_it.at("hermitage")["held"] == 30).all()
    for name in without.names:
        assert without.at(name).tobytes() == with_it.at(name).tobytes(), name
    assert np.all(without.run["escaped"] > 0)
