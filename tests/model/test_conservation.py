"""Nobody is lost or made: the counters agree with each other and with the persons one by one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.model import Run
from sim.scenario.fields import parameters
from sim.scenario.parameters import Levers
from sim.scenario.resolved import Resolved
from sim.world.codes import AT_LARGE, HELD, STATES
from sim.world.numbers import PATHS
from tests.model.account import imbalances, table_imbalances
from tests.model.worlds import SEED, SHIPPED, named, with_scenario
from tests.oracle.cases import CASES, Tree


@pytest.mark.parametrize("name", SHIPPED)
def test_everything_adds_up_in_a_shipped_scenario(name: str, long: bool) -> None:
    run = Run(named(name))
    for replicate in range(5 if long else 1):
        run.reset(SEED, replicate)
        steps, done = int(run.truth.clock["steps"][0]), 0
        stride = max(1, steps // (60 if long else 12)) | 1  # odd, so that all hours of the day come up
        while done < steps:
            run.advance(min(stride, steps - done))
            done += min(stride, steps - done)
            assert imbalances(run) == [], f"replicate {replicate}, step {done}"
        assert table_imbalances(run) == []


@pytest.mark.parametrize("name", CASES)
def test_everything_adds_up_at_every_step_of_a_small_world(name: str) -> None:
    run = Run(named(name))
    run.reset(SEED, 0)
    assert imbalances(run) == []
    for step in range(int(run.truth.clock["steps"][0])):
        run.advance(1)
        assert imbalances(run) == [], f"step {step}"
    assert table_imbalances(run) == []


def test_the_small_worlds_take_every_way() -> None:
    """Without this the tests above could be about nothing."""
    states, totals, came = np.zeros(7, int), {}, 0
    for name in CASES:
        run = Run(named(name))
        for replicate in range(3):
            run.complete(SEED, replicate)
            states += run.truth.states
            came += int(run.truth.clock["entries"][0])
            for column in ("died_outside", "moved", "recaptured", "left_freely", "escaped_camp"):
                totals[column] = totals.get(column, 0) + int(run.truth.total[column][0])
            totals["died inside"] = totals.get("died inside", 0) + int(run.truth.facility["died"].sum())
    assert dict(zip(STATES, states > 0, strict=True)) == dict.fromkeys(STATES, True)
    assert {name: count > 0 for name, count in totals.items()} == dict.fromkeys(totals, True)
    assert came > 0


BOUNDS = {p.path: (p.low, p.high) for p in parameters()}
MOST = {
    "guards.scale": 4.0,
    "stealth.per_1000_year": 50000.0,
    "armed_cells.attacks_per_month": 60.0,
    "armed_cells.growth_max": 5.0,
    "shelling.hits_per_month": 200.0,
    "levers.move_first.per_day": 300.0,
    "levers.repatriation.per_month": 2000.0,
}
"""What is drawn at most, where the declared bound would only take long."""
DRAWN = [path for path in PATHS if path != "isr.revisit_hours"]  # which must suit the step


@st.composite
def numbers(draw: st.DrawFn) -> dict[str, float]:
    """Some parameters anywhere within their declared bounds, the bounds themselves often."""
    chosen = draw(st.lists(st.sampled_from(DRAWN), max_size=12, unique=True))
    values = {}
    for path in chosen:
        low, high = BOUNDS[path]
        high = min(high, MOST.get(path, 1000.0))
        values[path] = draw(st.one_of(st.sampled_from([low, high]), st.floats(low, high)))
    return values


class Drawn(NamedTuple):
    """A small world with other numbers, other levers, and a choice of whether detection acts."""

    name: str
    response: bool
    levers: Tree
    numbers: dict[str, float]

    def world(self) -> Resolved:
        """The world itself. Numbers of levers that are not pulled fall away."""
        changed = with_scenario(named(self.name), response=self.response, levers=Levers.model_validate(self.levers))
        return changed.with_numbers({path: x for path, x in self.numbers.items() if self._stands(path)})

    def _stands(self, path: str) -> bool:
        keys = path.split(".")
        return keys[0] != "levers" or keys[1] in self.levers


def levers(facilities: list[str], start: str) -> st.SearchStrategy[Tree]:
    """Any of the levers, in the facilities of a theatre."""
    some = st.lists(st.sampled_from(facilities), unique=True)
    place = st.sampled_from(facilities)
    share = st.floats(0, 1)
    emptied = {"from": st.lists(place, unique=True, min_size=1), "start": st.just(start), "per_day": st.floats(0, 60)}
    who = st.sampled_from(["all", "fighters", "families"])
    offers = {
        "guard_floor": st.fixed_dictionaries({"per_100": st.floats(0, 60)}),
        "residual_isr": st.fixed_dictionaries({"share": share}),
        "formal_handover": st.fixed_dictionaries({"facilities": some}),
        "move_first": st.fixed_dictionaries(emptied, optional={"to": place}),
        "repatriation": st.fixed_dictionaries({"per_month": st.floats(0, 900), "who": who}),
        "hardening": st.fixed_dictionaries({"walls": share, "cameras": share, "facilities": some}),
        "reaction_force": st.fixed_dictionaries({"residual": share}),
    }
    return st.fixed_dictionaries({}, optional=offers)


@st.composite
def worlds(draw: st.DrawFn) -> Drawn:
    """Any small world."""
    name = draw(st.sampled_from([*CASES, "tiny"]))
    where = named(name)
    detained = [place for place, site in where.theatre.facilities.items() if site.regime == "detained"]
    return Drawn(name, draw(st.booleans()), draw(levers(detained, where.scenario.start)), draw(numbers()))


@settings(max_examples=40)
@given(drawn=worlds(), seed=st.integers(0, 2**63 - 1), replicate=st.integers(0, 10**6))
def test_everything_adds_up_whatever_the_numbers(drawn: Drawn, seed: int, replicate: int) -> None:
    run = Run(drawn.world())
    run.reset(seed, replicate)
    for step in range(int(run.truth.clock["steps"][0])):
        run.advance(1)
        assert imbalances(run) == [], f"step {step}"
    assert table_imbalances(run) == []


def test_an_imbalance_is_seen() -> None:
    run = Run(named("everything"))
    run.reset(SEED, 0)
    run.advance(int(run.truth.clock["steps"][0]))
    out = int(np.flatnonzero(run.truth.people["state"] == AT_LARGE)[0])
    run.truth.people["state"][out] = HELD
    assert {line.split(":")[0] for line in imbalances(run)} >= {"states are the persons'", "held at the facilities"}
    run.reset(SEED, 0)
    run.truth.people["active"][0] = 1
    assert [line.split(":")[0] for line in imbalances(run)] == [
        "in disorder in the blocks",
        "in disorder at the facilities",
    ]
