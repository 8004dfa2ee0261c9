"""The compiled model against the oracle: the same addressed random numbers, so the same decisions, step by step."""

from __future__ import annotations

import math
from typing import Any

import pytest

from sim.model import Run
from sim.outcomes import DAILY, FACILITIES, RUNS
from sim.scenario.resolved import Resolved
from sim.scenario.vocabulary import CATEGORIES
from sim.world.codes import CUSTODY, STATES
from tests.oracle.cases import CASES
from tests.oracle.model import OracleModel

REPLICATES = range(4)
SEED = 11


def fast_run(name: str) -> Run:
    scenario, theatre = CASES[name]()
    return Run(Resolved(scenario, theatre, (), {}))


def fast_state(run: Run) -> dict[str, Any]:
    truth, belief = run.truth, run.belief
    sites = truth.facility
    return {
        "minute": int(truth.clock["m1"][0]),
        "facilities": {
            name: {
                "held": int(sites["held"][f]),
                "units": int(sites["units"][f]),
                "in_disorder": int(sites["active"][f]),
                "opening": float(sites["opening"][f]),
                "authority": float(sites["authority"][f]),
                "agitation": float(sites["agitation"][f]),
                "guards": float(sites["on_site"][f] + sites["occupier_guards"][f]),
                "custody": CUSTODY[sites["custody"][f]],
                "escaped": int(sites["escaped"][f]),
                "exposed": int(sites["exposed"][f]),
                "confirmed": float(belief.confirmed[f]),
            }
            for f, name in enumerate(run.names.facilities)
        },
        "states": {name: int(truth.states[k]) for k, name in enumerate(STATES)},
        "reports": int(belief.board["reports"][0]),
    }


def same(a: Any, b: Any) -> bool:
    """Equal, with null equal to NaN and floats equal to rounding."""
    missing_a = a is None or (isinstance(a, float) and math.isnan(a))
    missing_b = b is None or (isinstance(b, float) and math.isnan(b))
    if missing_a or missing_b:
        return missing_a and missing_b
    if isinstance(a, str):
        return a == b
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)


def differences(expected: dict[str, Any], found: dict[str, Any]) -> list[str]:
    return [
        f"{key}: oracle {value}, compiled {found[key]}"
        for key, value in expected.items()
        if not same(value, found[key])
    ]


def state_differences(oracle: OracleModel, run: Run) -> list[str]:
    expected, found = oracle.state(), fast_state(run)
    out = differences(expected["states"], found["states"])
    for name, facility in expected["facilities"].items():
        facility = facility | {"confirmed": facility["confirmed"] or 0.0}
        resident = run.truth.facility["resident"][run.names.facilities.index(name)]
        skip = ("agitation", "authority", "escaped") if resident else ()
        kept = {key: value for key, value in facility.items() if key not in skip}
        out += [f"{name} {line}" for line in differences(kept, found["facilities"][name])]
    if expected["reports"] != found["reports"]:
        out.append(f"reports: oracle {expected['reports']}, compiled {found['reports']}")
    return out


@pytest.mark.parametrize("name", CASES)
def test_same_decisions_step_by_step_and_same_tables(name: str) -> None:
    run = fast_run(name)
    for replicate in REPLICATES:
        oracle = OracleModel(*CASES[name](), seed=SEED, replicate=replicate)
        run.reset(SEED, replicate)
        for step in range(oracle.n_steps):
            oracle.step()
            run.advance(1)
            assert state_differences(oracle, run) == [], f"replicate {replicate}, step {step}"
        tables = run.complete(SEED, replicate)
        found = {column.name: float(tables.run[column.name][0]) for column in RUNS}
        assert differences(oracle.run_row(), found) == []
        for day, row in enumerate(oracle.daily_rows()):
            found = {column.name: float(tables.daily[column.name][day]) for column in DAILY}
            expected = {key: value for key, value in row.items() if key in found}
            assert len(expected) == len(DAILY)
            assert differences(expected, found) == [], f"day {day}"
        for f, row in enumerate(oracle.facility_rows()):
            found = {c.name: float(tables.facility[c.name][f]) for c in FACILITIES if c.kind != "name"}
            found["control_end"] = run.names.parties[tables.facility["control_end"][f]]  # type: ignore[assignment]
            expected = {key: value for key, value in row.items() if key in found}
            expected["confirmed"] = expected["confirmed"] or 0.0
            assert len(expected) == len(FACILITIES)
            assert differences(expected, found) == [], row["facility"]


def test_reports_say_the_same_of_the_same_people_and_blame_the_same() -> None:
    scenario, theatre = CASES["fitted_claims"]()
    run = Run(Resolved(scenario, theatre, (), {}), full=True)
    seen: set[tuple[str, bool]] = set()
    for replicate in REPLICATES:
        oracle = OracleModel(scenario, theatre, SEED, replicate)
        for _ in range(oracle.n_steps):
            oracle.step()
        run.complete(SEED, replicate)
        made = run.belief.report[: run.belief.board["reports"][0]]
        assert len(made) == len(oracle.board.reports)
        for row, report in zip(made, oracle.board.reports, strict=True):
            assert run.names.observers[row["observer"]] == report.observer
            assert same(float(row["low"]), report.low) and same(float(row["high"]), report.high)
            assert CATEGORIES[run.belief.observer["category"][row["observer"]]] == report.category
            assert (None if row["blames"] < 0 else run.names.parties[row["blames"]]) == report.blames
            seen.add((report.category, report.blames is not None))
    assert {category for category, _ in seen} == {"all", "fighters", "families"}
    assert {blaming for _, blaming in seen} == {True, False}
