"""The account: exits by facility, cause and episode; returns, transfers, moves, repatriations and deaths."""

from __future__ import annotations

from sim.agents.detainee import residents_leave
from sim.engine.columns import Record, fixed, owned, state
from sim.engine.compiled import compiled
from sim.world.codes import DAY, EXIT, FIGHTER, FOREIGN
from sim.world.record import list_too_short, note
from sim.world.state import Truth

TOTALS = Record(
    "TOTALS",
    owned(
        __name__,
        fixed("population", "i8", "persons", "detained people at the start"),
        state("left_freely", "i8", "persons", "residents who walked out"),
        state("escaped", "i8", "exits", "crossings of an outer perimeter"),
        state("escaped_persons", "i8", "persons", "people who escaped at least once"),
        state("escaped_camp", "i8", "exits", "from policed camp sections"),
        state("escaped_fighters", "i8", "exits", "by fighters"),
        state("escaped_foreign_fighters", "i8", "exits", "by foreign fighters"),
        state("recaptured", "i8", "returns", "returns to custody"),
        state("moved", "i8", "persons", "moves between modelled facilities"),
        state("died_outside", "i8", "persons", "deaths at large"),
        state("first_escape", "i8", "min", "end of the step of the first exit, -1 for none", start=-1),
    ),
)
ACCOUNT = owned(
    __name__,
    state("escaped", "i8", "exits", "exits so far"),
    state("escaped_persons", "i8", "persons", "people whose first exit was from here"),
    state("recaptured", "i8", "returns", "returns to custody of those who left from here"),
    state("transferred", "i8", "persons", "moved out of the modelled facilities"),
    state("moved", "i8", "persons", "moved to another modelled facility"),
    state("repatriated", "i8", "persons", "repatriated"),
    state("died", "i8", "persons", "dead inside"),
    state("first_escape", "i8", "min", "end of the step of the first exit, -1 for none", start=-1),
    state("episode", "i8", "", "index of the running or last episode, -1 for none", start=-1),
    state("episode_step", "i8", "exits", "its exits when the step began, 0 if it began in the step"),
    state("exits_step", "i8", "exits", "exits in this step"),
)
"""Columns of FACILITY."""
COUNTS = owned(
    __name__,
    state("exits_step", "i8", "exits", "exits everywhere in this step"),
    state("episodes", "i8", "", "episodes so far"),
)
"""Columns of CLOCK."""
EPISODE = Record(
    "EPISODE",
    owned(
        __name__,
        state("facility", "i8", "", "index of the facility"),
        state("start", "i8", "min", "first exits"),
        state("exits", "i8", "exits", "exits so far"),
        state("fighters", "i8", "exits", "of them by fighters"),
        state("cause", "i8", "", "cause of the first exits"),
        state("last_exit", "i8", "min", "last exits so far"),
    ),
)

EPISODE_MINUTES = DAY
"""Longest pause between the exits of one episode, minutes."""


@compiled
def begin_account(t: Truth, f: int) -> None:
    """Set a facility's exits in this step to 0."""
    site = t.facility[f]
    site.exits_step = 0


@compiled
def begin_account_of_all(t: Truth) -> None:
    """Set the exits everywhere in this step to 0."""
    t.clock[0].exits_step = 0


@compiled
def begin_episode_step(t: Truth, f: int) -> None:
    """Note the exits of the running episode as the step begins."""
    site = t.facility[f]
    if site.episode >= 0:
        site.episode_step = t.episode[site.episode].exits


@compiled
def book_person(t: Truth, i: int) -> None:
    """Book a person's exit from the facility that holds the person, before the person leaves its roll."""
    person = t.people[i]
    site = t.facility[person.facility]
    total = t.total[0]
    if person.escapes == 0:
        total.escaped_persons += 1
        site.escaped_persons += 1
    total.escaped += 1
    if site.camp == 1:
        total.escaped_camp += 1
    if person.kind == FIGHTER:
        total.escaped_fighters += 1
        if person.origin == FOREIGN:
            total.escaped_foreign_fighters += 1
    site.escaped += 1


@compiled
def book_exits(t: Truth, f: int, n: int, fighters: int, minute: int, cause: int) -> None:
    """Book n exits of one substep: their cause, the first exit, their episode, which begins after a longer pause.

    Parameters: fighters, how many of them are.
    """
    clock = t.clock[0]
    total = t.total[0]
    site = t.facility[f]
    t.causes[cause] += n
    site.exits_step += n
    clock.exits_step += n
    if total.first_escape < 0:
        total.first_escape = clock.m1
    if site.first_escape < 0:
        site.first_escape = clock.m1
    note(t, minute, EXIT, f, cause, float(n))
    if site.episode >= 0 and minute - t.episode[site.episode].last_exit <= EPISODE_MINUTES:
        running = t.episode[site.episode]
        running.exits += n
        running.fighters += fighters
        running.last_exit = minute
        return
    if clock.episodes >= t.episode.shape[0]:
        list_too_short(t)
        return
    site.episode = clock.episodes
    site.episode_step = 0
    clock.episodes += 1
    begun = t.episode[site.episode]
    begun.facility = f
    begun.start = minute
    begun.exits = n
    begun.fighters = fighters
    begun.cause = cause
    begun.last_exit = minute


@compiled
def book_residents(t: Truth, f: int, n: int) -> None:
    """Book n residents who walk out, and take them off the roll."""
    residents_leave(t, f, n)
    t.total[0].left_freely += n


@compiled
def book_recaptured(t: Truth, f: int) -> None:
    """Book the return to custody of one person who left a facility."""
    t.total[0].recaptured += 1
    t.facility[f].recaptured += 1


@compiled
def book_transferred(t: Truth, f: int, n: int) -> None:
    """Book n people moved out of the modelled facilities."""
    t.facility[f].transferred += n


@compiled
def book_moved(t: Truth, f: int, n: int) -> None:
    """Book n people moved to another modelled facility."""
    t.facility[f].moved += n
    t.total[0].moved += n


@compiled
def book_repatriated(t: Truth, f: int) -> None:
    """Book one person repatriated."""
    t.facility[f].repatriated += 1


@compiled
def book_dead_inside(t: Truth, f: int) -> None:
    """Book one person dead inside."""
    t.facility[f].died += 1


@compiled
def book_dead_outside(t: Truth) -> None:
    """Book one person dead at large."""
    t.total[0].died_outside += 1
