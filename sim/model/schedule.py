"""The schedule: the rules of a step, stated once as data, and the calls that carry them out."""

from __future__ import annotations

from collections.abc import Callable

from sim.agents.armed_cell import attacks
from sim.agents.at_large import list_by_index, people_at_large
from sim.agents.at_rest import update_moods_at_rest
from sim.agents.custody import guards_and_custody
from sim.agents.facility import facilities, new_day
from sim.agents.levers import move_first, repatriate
from sim.agents.news import news
from sim.agents.observer import observe
from sim.agents.occupying_force import control_of_ground
from sim.agents.sponsor import sponsor
from sim.engine.compiled import compiled, in_turn
from sim.model.rows import Tables, TablesRef, end_day
from sim.model.start import start
from sim.world.belief import Belief, BeliefRef
from sim.world.codes import DAY
from sim.world.state import Truth, TruthRef


@compiled
def new_day_everywhere(t: Truth) -> None:
    """Draw the day's numbers of every facility."""
    for f in range(t.facility.shape[0]):
        new_day(t, f)


DAILY: tuple[Callable[[Truth], None], ...] = (new_day_everywhere, repatriate, move_first)
"""Rules of a day, in this order, carried out in its first step."""

_daily = in_turn(DAILY)


@compiled
def day(t: Truth) -> None:
    """Carry out the rules of a day in its first step."""
    if t.clock[0].m0 % DAY == 0:
        _daily(t)


TRUTH_PASS: tuple[Callable[[Truth], None], ...] = (
    sponsor,
    day,
    control_of_ground,
    guards_and_custody,
    attacks,
    facilities,
    people_at_large,
    news,
)
"""Rules of a step, in this order: docs/ODD.md, section 3."""
OBSERVATION_PASS: tuple[Callable[[Truth, Belief], None], ...] = (observe,)
"""Rules of observing a step."""

truth_pass = in_turn(TRUTH_PASS)
observation_pass = in_turn(OBSERVATION_PASS)


@compiled
def step(t: Truth, b: Belief, tables: Tables) -> None:
    """Carry out one step: the truth pass, the observation pass, and at a day's end its row."""
    clock = t.clock[0]
    clock.m0 = clock.step * clock.step_minutes
    clock.m1 = clock.m0 + clock.step_minutes
    truth_pass(t)
    observation_pass(t, b)
    clock.step += 1
    if clock.m1 % DAY == 0:
        end_day(t, b, tables, clock.m1 // DAY)


@compiled
def advance(t: Truth, b: Belief, tables: Tables, steps: int) -> None:
    """Carry out a number of steps in one call; the results are the same as one by one."""
    truth, belief, written = TruthRef(*t), BeliefRef(*b), TablesRef(*tables)
    for _ in range(steps):
        step(truth, belief, written)
    list_by_index(truth)
    update_moods_at_rest(truth)


@compiled
def begin(t: Truth, b: Belief, tables: Tables) -> None:
    """Start a replicate and write the row of day 0."""
    truth, belief = TruthRef(*t), BeliefRef(*b)
    start(truth, belief)
    end_day(truth, belief, TablesRef(*tables), 0)
