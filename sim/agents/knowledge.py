"""An observer's knowledge of a facility: the episodes it has learned of, and when it will report."""

from __future__ import annotations

import numpy as np

from sim.agents.given import Given
from sim.engine.columns import Record, fixed, owned, state
from sim.engine.compiled import compiled
from sim.engine.random import name_key
from sim.world.belief import Belief
from sim.world.codes import ALL_PEOPLE, FIGHTERS, NEVER
from sim.world.state import Truth

PAIR = Record(
    "PAIR",
    owned(
        __name__,
        fixed("key", "u8", "", "key of observer and facility in random numbers"),
        fixed("elsewhere", "i8", "0/1", "1 if the observer looks at other facilities alone"),
        state("learned", "i8", "", "last episode learned, -1 for none", start=-1),
        state("unreported", "i8", "", "first episode learned since the last true report, -1 for none", start=-1),
        state("before", "f8", "exits", "known exits of earlier episodes"),
        state("seen", "f8", "exits", "exits of the learned episode as surveillance last saw them"),
        state("due", "i8", "min", "when its next report is due", start=NEVER),
        state("told", "f8", "exits", "what was last reported, -1 for nothing", start=-1),
    ),
    owned(
        "sim.agents.confirmation",
        state("claim", "f8", "exits", "last numbered claim, NaN for none", start=np.nan),
        state("claimed_at", "i8", "min", "when it was made"),
        state("sequence", "i8", "", "number of the report it was made in"),
    ),
)
PENDING = owned(__name__, state("next_due", "i8", "min", "next report of any pair", start=NEVER))
"""Columns of BOARD."""


def pair_rows(given: Given) -> np.ndarray:
    """Return what every observer knows of every facility at the start: PAIR (facilities, observers)."""
    rows = PAIR.rows(len(given.names.facilities), len(given.names.observers))
    for f, facility in enumerate(given.names.facilities):
        rows["key"][f] = [name_key(f"{observer}@{facility}") for observer in given.names.observers]
        rows["elsewhere"][f, :-1] = [bool(o.at) and facility not in o.at for o in given.scenario.observers]
    return rows


@compiled
def schedule_report(b: Belief, f: int, o: int, due: int) -> None:
    """Set the minute at which a report is due, unless one is pending."""
    pair = b.pair[f, o]
    if pair.due == NEVER:
        pair.due = due
        if due < b.board[0].next_due:
            b.board[0].next_due = due


@compiled
def know_episode(t: Truth, b: Belief, f: int, o: int, episode: int) -> None:
    """Let an observer learn of an episode, and close the last one it learned of: its exits count as known."""
    pair = b.pair[f, o]
    if pair.learned == episode:
        return
    if pair.learned >= 0:
        isr = o == b.board[0].isr
        pair.before += pair.seen if isr else exits_of(t, pair.learned, b.observer[o].category)
    if pair.unreported < 0:
        pair.unreported = episode
    pair.learned = episode
    pair.seen = 0.0
    b.learned_by[episode] |= 1 << o


@compiled
def exits_of(t: Truth, episode: int, category: int) -> float:
    """Return the exits of an episode by people of a category."""
    found = t.episode[episode]
    if category == ALL_PEOPLE:
        return float(found.exits)
    return float(found.fighters if category == FIGHTERS else found.exits - found.fighters)


@compiled
def known(t: Truth, b: Belief, f: int, o: int) -> float:
    """Return the exits at a facility that an observer knows of, of the people whom its claims are about."""
    pair = b.pair[f, o]
    if pair.learned < 0:
        return 0.0
    if o == b.board[0].isr:
        return pair.before + pair.seen
    return pair.before + exits_of(t, pair.learned, b.observer[o].category)


@compiled
def see_exits(t: Truth, b: Belief, f: int, o: int, exits: float) -> None:
    """Note the exits of the running episode as surveillance has just seen them."""
    b.pair[f, o].seen = exits


@compiled
def begin_report(b: Belief, f: int, o: int) -> None:
    """Note that no report is pending any more: the one that was due is being made."""
    b.pair[f, o].due = NEVER


@compiled
def tell_if_new(b: Belief, f: int, o: int, count: float) -> bool:
    """Return whether a count differs from the one last told, and note it as told."""
    pair = b.pair[f, o]
    if count == pair.told:
        return False
    pair.told = count
    return True


@compiled
def mark_reported(t: Truth, b: Belief, f: int, o: int) -> None:
    """Mark every episode that the observer learned of since its last true report as reported now."""
    pair = b.pair[f, o]
    if pair.unreported < 0:
        return
    for e in range(pair.unreported, pair.learned + 1):
        learned = b.learned_by[e] >> o & 1 == 1
        if learned and t.episode[e].facility == f and b.reported_at[e] < 0:
            b.reported_at[e] = t.clock[0].m1
    pair.unreported = -1


@compiled
def find_next_due(b: Belief) -> None:
    """Find the minute at which the next report of any pair is due."""
    next_due = NEVER
    for f in range(b.pair.shape[0]):
        for o in range(b.pair.shape[1]):
            next_due = min(next_due, b.pair[f, o].due)
    b.board[0].next_due = next_due
