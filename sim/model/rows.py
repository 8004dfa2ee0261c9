"""The rows of a replicate's tables. Columns that stand for a list of words are written by that list."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.agents.confirmation import claimed
from sim.agents.guard import guards_here, guards_on_duty
from sim.engine.compiled import compiled
from sim.engine.reference import referenced
from sim.outcomes import DAILY_ROW, FACILITY_ROW, RUN_ROW
from sim.world.belief import Belief, BeliefRef
from sim.world.codes import AT_LARGE, DAY, HELD
from sim.world.state import Truth, TruthRef

UNWRITTEN = -math.inf
"""The mark of a number that is not written yet; no outcome can be minus infinity."""


class Tables(NamedTuple):
    """The arrays that a replicate's results are written into."""

    run: np.ndarray  # RUN_RECORD (1,)
    daily: np.ndarray  # DAILY_RECORD (days + 1,)
    facility: np.ndarray  # FACILITY_RECORD (facilities,)

    def as_rows(self) -> Tables:
        """Return the same memory as the rules write it: each list of words as one column with an item for each word."""
        return Tables(self.run.view(RUN_ROW), self.daily.view(DAILY_ROW), self.facility.view(FACILITY_ROW))


TablesRef = referenced(Tables)


@compiled
def facilities_lost(t: Truth) -> int:
    """Return the number of facilities whose controller is not the one at the start."""
    n = 0
    for f in range(t.facility.shape[0]):
        if t.facility[f].controller != t.facility[f].initial:
            n += 1
    return n


@compiled
def end_day(t: Truth, b: Belief, tables: Tables, which: int) -> None:
    """Write the daily row of this number and update the gap's peak and sum."""
    board = b.board[0]
    total = t.total[0]
    confirmed = np.sum(b.confirmed)
    gap = total.escaped - confirmed
    board.gap_peak = max(board.gap_peak, gap)
    if which > 0:
        board.gap_person_days += max(0.0, gap)
    if which >= tables.daily.shape[0]:
        return
    row = tables.daily[which]
    row.escaped = total.escaped
    row.recaptured = total.recaptured
    row.confirmed = confirmed
    for role in range(b.claim.shape[0]):
        row.claimed[role] = claimed(b, role)
    row.held = t.states[HELD]
    row.at_large = t.states[AT_LARGE]
    row.guards_on_duty = guards_on_duty(t)
    row.isr_coverage = board.coverage
    row.facilities_lost = facilities_lost(t)


@compiled
def finish(t: Truth, b: Belief, tables: Tables) -> None:
    """Write the row of a replicate and those of its facilities."""
    truth, belief, written = TruthRef(*t), BeliefRef(*b), TablesRef(*tables)
    write_run(truth, belief, written)
    for f in range(truth.facility.shape[0]):
        write_facility(truth, belief, written, f)


@compiled
def write_run(t: Truth, b: Belief, tables: Tables) -> None:
    """Write the row of a replicate."""
    board = b.board[0]
    total = t.total[0]
    row = tables.run[0]
    row.population = total.population
    for k in range(t.states.shape[0]):
        row.states[k] = t.states[k]
    row.left_freely = total.left_freely
    row.escaped = total.escaped
    row.escaped_persons = total.escaped_persons
    row.escaped_camp = total.escaped_camp
    row.escaped_prison = total.escaped - total.escaped_camp
    row.escaped_fighters = total.escaped_fighters
    row.escaped_foreign_fighters = total.escaped_foreign_fighters
    for k in range(t.causes.shape[0]):
        row.causes[k] = t.causes[k]
    row.recaptured = total.recaptured
    row.moved = total.moved
    row.reported = board.reported
    for role in range(b.claim.shape[0]):
        row.claimed[role] = claimed(b, role)
    row.confirmed = np.sum(b.confirmed)
    row.gap = total.escaped - row.confirmed
    row.gap_peak = board.gap_peak
    row.gap_person_days = board.gap_person_days
    row.undetected_share = undetected_share(t, b)
    row.accounted_share = accounted_share(t, b)
    row.first_escape_day = day_or_null(total.first_escape)
    row.first_report_day = day_or_null(board.first_report)
    row.first_confirmed_day = day_or_null(board.first_confirmed)
    row.facilities_lost = facilities_lost(t)
    row.facilities_emptied = facilities_emptied(t)
    row.guards_on_duty = guards_on_duty(t)
    row.isr_hours = board.watched_hours


@compiled
def write_facility(t: Truth, b: Belief, tables: Tables, f: int) -> None:
    """Write the row of a facility."""
    site = t.facility[f]
    row = tables.facility[f]
    row.held0 = site.held0
    row.held = site.held
    row.escaped = site.escaped
    row.recaptured = site.recaptured
    row.confirmed = b.confirmed[f]
    row.first_escape_day = day_or_null(site.first_escape)
    row.guards_end = guards_here(t, f)
    row.wall_end = site.opening
    row.control_end = site.controller


@compiled
def day_or_null(minute: int) -> float:
    """Return a minute in days since the start; null (NaN) for never."""
    return minute / DAY if minute >= 0 else math.nan


@compiled
def undetected_share(t: Truth, b: Belief) -> float:
    """Return the share of exits in episodes without a true report; null (NaN) if there are no exits."""
    if t.total[0].escaped == 0:
        return math.nan
    missed = 0
    for e in range(t.clock[0].episodes):
        if b.reported_at[e] < 0:
            missed += t.episode[e].exits
    return missed / t.total[0].escaped


@compiled
def accounted_share(t: Truth, b: Belief) -> float:
    """Return the share of persons out for whom a true report accounts; null (NaN) if nobody is out.

    A facility's true reports account for at most the persons whose first exit was there.
    """
    if t.total[0].escaped_persons == 0:
        return math.nan
    found = 0.0
    for f in range(t.facility.shape[0]):
        found += min(float(t.facility[f].escaped_persons), b.accounted[f])
    return found / t.total[0].escaped_persons


@compiled
def facilities_emptied(t: Truth) -> int:
    """Return the number of emptied facilities: held under 5% of those at the start, half of the departures exits."""
    n = 0
    for f in range(t.facility.shape[0]):
        site = t.facility[f]
        if site.resident == 1 or site.held0 == 0 or site.held >= 0.05 * site.held0:
            continue
        departures = site.escaped + site.transferred + site.moved + site.repatriated + site.died
        if site.escaped >= 0.5 * departures:
            n += 1
    return n


def fill_unwritten(tables: Tables) -> None:
    """Mark every real number of the tables as not written yet."""
    for table in tables:
        for name in table.dtype.names or ():
            if table.dtype[name].kind == "f":
                table[name] = UNWRITTEN


def check_written(tables: Tables) -> None:
    """Raise NotImplementedError, naming the column, if no rule has written one."""
    for kind, table in tables._asdict().items():
        for name in table.dtype.names or ():
            if table.dtype[name].kind == "f" and (table[name] == UNWRITTEN).any():
                raise NotImplementedError(f"{kind}.{name} is declared in sim/outcomes.py, and nothing writes it")
