"""A month in which nothing happens: what is taken out, what stays, how much is tried."""

from __future__ import annotations

import pytest

from sim.experiment import calm as module
from sim.experiment.calm import calm, loss_in_calm
from sim.model import Run
from sim.scenario.declare import Acts
from sim.scenario.fields import marked
from sim.scenario.loader import load
from sim.scenario.shipped import names
from tests.model.worlds import world
from tests.oracle.cases import people, prison


@pytest.mark.parametrize("name", names())
def test_nothing_dated_is_left_and_the_theatre_is_as_it_was(name: str) -> None:
    before = load(name)
    after = calm(before)
    assert list(marked(after.scenario, Acts)) == []
    assert after.scenario.withdrawal.schedule == []
    assert after.scenario.shelling.hits_per_month == after.scenario.armed_cells.attacks_per_month == 0.0
    assert after.theatre is before.theatre
    for kept in ("guards", "disorder", "news", "walls", "stealth", "at_large", "observers"):
        assert getattr(after.scenario, kept) == getattr(before.scenario, kept)


def test_levers_without_a_date_stay_pulled() -> None:
    """One that may bear a date is not, whether it does or not: it takes people away."""
    move = {"from": ["block"], "start": "2019-10-02"}
    for repatriation in ({"per_month": 10.0, "start": "2019-10-02"}, {"per_month": 10.0}):
        levers = {"guard_floor": {"per_100": 4.0}, "repatriation": repatriation, "move_first": move}
        after = calm(world({"levers": levers})).scenario.levers
        assert after.guard_floor is not None
        assert after.repatriation is after.move_first is None


@pytest.mark.parametrize("name", ["everything", "tiny"])
def test_nothing_happens_in_it(name: str) -> None:
    from tests.model.worlds import named

    run = Run(calm(named(name)))
    for replicate in range(3):
        row = run.complete(1, replicate).run
        assert row["facilities_lost"][0] == row["escaped_assault"][0] == row["escaped_shelling"][0] == 0
        assert row["moved"][0] == row["repatriated"][0] == 0


def test_a_place_without_guards_stands_out_and_residents_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", module.LEAST)
    camp = {"kind": "camp", "party": "keeper", "lat": 36.55, "lon": 38.4, "custody": "resident", "residents": 80}
    places = {
        "open": prison(36.41, 38.53, people(60), 0.0),
        "kept": prison(36.17, 38.77, people(60), 12.0),
        "empty": prison(36.3, 38.3, people(0), 3.0),
        "camp": camp | {"guards": 5.0},
    }
    losses = {loss.facility: loss for loss in loss_in_calm(world({}, {"facilities": places}))}
    assert set(losses) == {"open", "kept"}
    assert losses["open"].is_high
    assert not losses["kept"].is_high
    assert losses["kept"].per_1000_year.rate == 0.0
    assert losses["kept"].guards_per_100 == pytest.approx(20.0)
    assert losses["kept"].replicates == module.LEAST


def test_a_large_theatre_is_tried_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS", 1000.0)
    monkeypatch.setattr(module, "MOST", 30)
    where = world({}, {"facilities": {"kept": prison(36.17, 38.77, people(60), 12.0)}})
    assert loss_in_calm(where)[0].replicates == 30
    monkeypatch.setattr(module, "WORK", 25 * (module.FACILITY + 60))
    assert loss_in_calm(where)[0].replicates == 25
    monkeypatch.setattr(module, "WORK", 1)
    assert loss_in_calm(where)[0].replicates == module.LEAST
