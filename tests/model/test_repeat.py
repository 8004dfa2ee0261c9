"""A replicate is the same to the last bit, however it is run."""

from __future__ import annotations

import copy

import pytest

import sim.model.run
from sim.agents.build import Capacity
from sim.model import Run
from sim.scenario.declare import Choice
from sim.scenario.resolved import Resolved
from tests.model.worlds import SEED, SHIPPED, bits, ensemble, finish, named, world
from tests.oracle.cases import CASES

REUSED = [*CASES, "tiny", "hasakah-2022", "ne-syria-2019"]


def steps(run: Run) -> int:
    return int(run.truth.clock["steps"][0])


@pytest.mark.parametrize("name", [*CASES, *SHIPPED])
def test_step_by_step_is_the_same_as_at_one_go(name: str) -> None:
    stepped, fused = Run(named(name)), Run(named(name))
    for replicate in range(2):
        stepped.reset(SEED, replicate)
        for _ in range(steps(stepped)):
            stepped.advance(1)
        assert bits(stepped.finish()) == bits(fused.complete(SEED, replicate))
        for table in ("people", "states", "causes", "control", "total"):
            assert (getattr(stepped.truth, table) == getattr(fused.truth, table)).all(), table


def test_looking_at_the_tables_on_the_way_changes_nothing() -> None:
    run = Run(named("everything"))
    run.reset(SEED, 0)
    for _ in range(steps(run)):
        run.advance(1)
        run.finish()
    assert bits(run.finish()) == bits(finish(named("everything")))


@pytest.mark.parametrize("name", REUSED)
def test_a_used_run_is_as_good_as_a_new_one(name: str) -> None:
    fresh = {replicate: bits(finish(named(name), replicate)) for replicate in range(3)}
    run = Run(named(name))
    for replicate in (2, 0, 1, 1, 0, 2):
        assert bits(run.complete(SEED, replicate)) == fresh[replicate], replicate
    assert len(set(fresh.values())) > 1 or name in ("repatriation", "move_first_nowhere")


def test_a_replicate_given_up_half_way_leaves_no_trace() -> None:
    where = named("everything")
    run = Run(where)
    for replicate, done in ((1, 7), (2, 200), (0, 480)):
        run.reset(SEED, replicate)
        run.advance(done)
        assert bits(run.complete(SEED, 0)) == bits(finish(where, 0))


def test_a_copy_of_a_used_run_is_a_run_of_its_own() -> None:
    where = named("everything")
    run = Run(where)
    run.reset(SEED, 1)
    run.advance(50)
    other = copy.deepcopy(run)
    assert bits(other.complete(SEED, 2)) == bits(finish(where, 2))
    run.advance(steps(run) - 50)
    assert bits(run.finish()) == bits(finish(where, 1))
    assert bits(other.complete(SEED, 0)) == bits(finish(where, 0))


def test_replicates_and_seeds_differ() -> None:
    where = named("everything")
    made = {bits(finish(where, replicate, seed)) for replicate in range(3) for seed in (1, 2)}
    assert len(made) == 6


def test_a_full_record_changes_no_result() -> None:
    for name in ("everything", "observers_of_each_kind", "tiny"):
        assert bits(Run(named(name), full=True).complete(SEED, 1)) == bits(finish(named(name), 1))


def test_two_threads_give_what_one_gives() -> None:
    where = named("everything")
    made = ensemble(where, 9)
    run = Run(where)
    for replicate in range(9):
        run.complete(SEED, replicate)
        assert run.tables.run.tobytes() == made.run[replicate : replicate + 1].tobytes()
        assert run.tables.daily.tobytes() == made.daily[replicate].tobytes()
        assert run.tables.facility.tobytes() == made.facility[replicate].tobytes()


# --- lists that prove too short


@pytest.fixture
def cramped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs begin with room for next to nothing."""

    def room(log: int = 0, reports: int = 0) -> Capacity:
        return Capacity(2, 1, 2 if log else 0, 2 if reports else 0)

    monkeypatch.setattr(sim.model.run, "Capacity", room)


CROWDED = ["everything", "recapture_and_rejoining", "move_first", "stealth"]
"""Worlds with many episodes, or many people brought in."""


@pytest.fixture(scope="module")
def roomy() -> dict[str, list[tuple[bytes, ...]]]:
    """The same worlds with room enough from the start."""
    return {name: [bits(finish(named(name), replicate)) for replicate in range(3)] for name in CROWDED}


@pytest.mark.usefixtures("cramped")
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("name", CROWDED)
def test_lists_that_were_too_short_leave_no_trace(name: str, full: bool, roomy: dict) -> None:
    run = Run(named(name), full=full)
    assert run._capacity[:2] == (2, 1)
    for replicate in (1, 0, 2, 1):
        assert bits(run.complete(SEED, replicate)) == roomy[name][replicate], replicate
    assert run._capacity.episodes > 2
    if full:
        assert 0 < run.truth.clock["log_count"][0] <= len(run.truth.log)
        assert 0 <= run.belief.board["reports"][0] <= len(run.belief.report)


@pytest.mark.usefixtures("cramped")
@pytest.mark.parametrize("name", CROWDED)
def test_lists_that_prove_too_short_step_by_step(name: str, roomy: dict) -> None:
    run = Run(named(name))
    run.reset(SEED, 2)
    for done in range(steps(run)):
        run.advance(1)
        assert run.truth.clock["step"][0] == done + 1
    assert run._capacity.episodes > 2
    assert bits(run.finish()) == roomy[name][2]


@pytest.mark.usefixtures("cramped")
def test_lists_that_prove_too_short_where_the_world_is_made_anew() -> None:
    where = _uncertain()
    first = Run(where)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sim.model.run, "Capacity", Capacity)
        expected = [bits(finish(where, replicate)) for replicate in range(4)]
    for replicate in (3, 0, 2, 1):
        assert bits(first.complete(SEED, replicate)) == expected[replicate], replicate
    assert first._capacity.episodes > 2
    assert len(set(expected)) == 4


@pytest.mark.usefixtures("cramped")
def test_only_the_list_that_was_too_short_is_made_longer() -> None:
    run = Run(named("everything"), full=True)
    run.complete(SEED, 1)
    used = run.truth.clock["episodes"][0], run.truth.clock["entries"][0], run.truth.clock["log_count"][0]
    for rows, room in zip((*used, run.belief.board["reports"][0]), run.capacity, strict=True):
        assert rows <= room <= max(2, 4 * rows)


@pytest.mark.parametrize("full", [False, True])
def test_lists_that_would_fill_the_memory_fail_the_replicate(monkeypatch: pytest.MonkeyPatch, full: bool) -> None:
    """The same one on every machine, and before the memory is taken."""

    def room(log: int = 0, reports: int = 0) -> Capacity:
        return Capacity(2, 4096, log, reports)

    monkeypatch.setattr(sim.model.run, "Capacity", room)
    run = Run(named("recapture_and_rejoining"), full=full)
    monkeypatch.setattr("sim.agents.build.MAX_GIGABYTES", (run.capacity.bytes + 1) / 1e9)
    with pytest.raises(ValueError, match="over 2 episodes of escape in a replicate: its lists would take over"):
        for replicate in range(3):
            run.complete(SEED, replicate)


def test_the_memory_of_lists_is_that_of_their_arrays() -> None:
    run = Run(named("everything"), full=True)
    lists = [run.truth.episode, run.truth.entry, run.truth.log, run.belief.report]
    lists += [run.belief.began, run.belief.learned_by, run.belief.reported_at, run.belief.confirmed_at]
    assert run.capacity.bytes == sum(array.nbytes for array in lists)


def test_a_list_that_cannot_be_longer_is_no_endless_loop() -> None:
    with pytest.raises(ValueError, match="cannot be made longer"):
        Capacity().larger([False] * 4)


def _uncertain() -> Resolved:
    """A world with a number that is bound, and one for which the arrays are made anew."""
    held = {"fighters": {"local": Choice(choice=[20.0, 40.0, 60.0])}}
    here = {"kind": "prison", "party": "keeper", "lat": 36.41, "lon": 38.53, "guards": 6.0, "held": held}
    return world(
        {"days": 10, "stealth": {"per_1000_year": Choice(choice=[9000.0, 20000.0])}, "guards": {"scale": 0.7}},
        {"facilities": {"block": here}},
    )


def test_a_world_made_anew_leaves_no_trace() -> None:
    where = _uncertain()
    run = Run(where)
    for replicate in (3, 0, 2, 1, 3):
        assert bits(run.complete(SEED, replicate)) == bits(finish(where, replicate)), replicate
