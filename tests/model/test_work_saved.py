"""Work saved is never a result: looking at everything, every step, comes to the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.worlds import Size, write
from sim.agents.records import RECORDS
from sim.engine.columns import Part, specs
from sim.model import Run
from sim.scenario.loader import load
from sim.scenario.resolved import Resolved
from sim.world.codes import NEVER
from sim.world.state import Truth
from tests.docking.test_docking import differences, fast_state, state_differences
from tests.model.worlds import SEED, bits, named
from tests.oracle.cases import CASES
from tests.oracle.model import OracleModel


def saved_work() -> dict[str, list[tuple[str, str, float]]]:
    """By file of rules: array, column and value of what says that nothing is saved, from the declarations."""
    records = {record.name: record for record in RECORDS}
    found: dict[str, list[tuple[str, str, float]]] = {}
    for array, spec in specs(Truth).items():
        for field in records[spec.holds].fields.values() if spec.holds in records else ():
            if field.forget is not None:
                found.setdefault(field.owner, []).append((array, field.name, field.forget))
    return found


FORGOTTEN = saved_work()


def forget(run: Run, owner: str) -> None:
    """Set what an owner has saved to nothing; places at rest are looked at, so that it matters."""
    for array, column, nothing in [*FORGOTTEN[owner], *FORGOTTEN["sim.agents.rest"]]:
        getattr(run.truth, array)[column] = nothing
    run.truth.clock["ground_due"] = 0


def test_every_file_that_saves_work_is_forgotten_below() -> None:
    assert {owner.removeprefix("sim.agents.") for owner in FORGOTTEN} == {
        "rest", "thresholds", "go_order", "disorder_lists", "disorder_ranks", "guard", "flight",
        "occupying_force", "levers",
    }  # fmt: skip
    saved = {f.owner for record in RECORDS for f in record.fields.values() if f.part is Part.SAVED}
    assert saved == set(FORGOTTEN)


WORLDS = [*CASES, "tiny", "hasakah-2022"]


@pytest.mark.parametrize("owner", FORGOTTEN)
@pytest.mark.parametrize("name", WORLDS)
def test_looking_again_finds_the_same(name: str, owner: str) -> None:
    where = named(name)
    saved, looking = Run(where), Run(where)
    for replicate in range(2):
        saved.reset(SEED, replicate)
        looking.reset(SEED, replicate)
        for step in range(int(saved.truth.clock["steps"][0])):
            forget(looking, owner)
            looking.advance(1)
            saved.advance(1)
            assert fast_state(saved) == fast_state(looking), step
        assert bits(saved.finish()) == bits(looking.finish())


def test_places_do_rest_and_people_are_settled() -> None:
    """What is compared above is really saved."""
    run = Run(load("ne-syria-2019", {"guards.scale": 0.5}))
    run.reset(SEED, 0)
    resting = settled = 0
    for _ in range(1440):
        run.advance(1)
        sites, blocks = run.truth.facility, run.truth.block
        resting += int((sites["rest_until"] > run.truth.clock["m0"][0]).sum())
        settled += int((blocks["near"] - blocks["look"]).clip(0).sum())
    assert resting > 0.5 * 1440 * len(sites)
    assert settled > 1000
    in_part = (sites["ordered"] > 0) & (sites["ordered"] < 0.2 * sites["held0"])
    assert in_part.any()


def test_nothing_is_due_that_was_passed_over() -> None:
    run = Run(named("everything"))
    run.reset(SEED, 0)
    for _ in range(int(run.truth.clock["steps"][0])):
        run.advance(1)
        clock, sites = run.truth.clock[0], run.truth.facility
        due = min(int(sites["contested_due"].min()), int(sites["custody_due"].min()), NEVER)
        assert clock["ground_due"] <= due
        at_large = run.truth.out[: clock["out_count"]]
        assert (run.truth.fugitive["due"][at_large] >= clock["m1"]).all()
        assert (np.diff(at_large) > 0).all()


@pytest.mark.parametrize("replicate", range(3))
def test_a_made_world_agrees_with_the_oracle(tmp_path: Path, replicate: int) -> None:
    """Many places, several to a cell, units across them all: who captures whom, who contests what."""
    size = Size(facilities=23, people=700, width=7, height=5, days=16, offensives=3)
    busy = {"armed_cells.attacks_per_month": 20.0, "at_large.retake_per_day": 0.2, "control.reach_km": 40.0}
    where = load(str(write(tmp_path, size)), busy)
    _agree(where, replicate)


def _agree(where: Resolved, replicate: int) -> None:
    run = Run(where)
    oracle = OracleModel(where.scenario, where.theatre, seed=SEED, replicate=replicate)
    run.reset(SEED, replicate)
    for step in range(oracle.n_steps):
        oracle.step()
        run.advance(1)
        assert state_differences(oracle, run) == [], step
    found = {name: float(run.finish().run[name][0]) for name in run.tables.run.dtype.names or ()}
    row = oracle.run_row()
    assert differences({key: row[key] for key in found}, found) == []
    assert found["recaptured"] > 20
    assert found["facilities_lost"] > 2
