"""Claims and confirmation: the reports made, each role's current claim, and the rule that confirms a count."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.given import Given
from sim.agents.notice import is_heard, notice
from sim.claims.misreport import agree, as_number
from sim.engine.columns import Record, decision, owned, state
from sim.engine.compiled import compiled
from sim.scenario.vocabulary import RELIABILITIES
from sim.world.belief import Belief
from sim.world.codes import ALL_PEOPLE, DAY, WORDLESS
from sim.world.state import Truth

REPORT = Record(
    "REPORT",
    owned(
        __name__,
        state("minute", "i8", "min", "when"),
        state("observer", "i8", "", "index of the observer"),
        state("facility", "i8", "", "index of the facility, -1 for the theatre"),
        state("low", "f8", "exits", "low end of the claim"),
        state("high", "f8", "exits", "high end of the claim"),
        state("form", "i8", "", "index of the form: number, range, denial, ..."),
        state("is_true", "i8", "0/1", "1 if it reports an escape that happened"),
        state("blames", "i8", "", "index of the party that is blamed, -1 for none"),
    ),
)
CLAIMS = owned(
    __name__,
    state("reports", "i8", "", "reports made"),
    state("overflow", "i8", "0/1", "1 if the list of reports was too short: the replicate is done again"),
    state("claims_changed", "i8", "0/1", "1 if a claim was made since the roles' claims were last added up"),
    state("first_report", "i8", "min", "first true report, -1 for none", start=-1),
    state("first_confirmed", "i8", "min", "first confirmed count above 0, -1 for none", start=-1),
    state("reported", "f8", "exits", "largest claim of any role ever"),
    decision("origins", "i8", "", "agreeing origins that confirm"),
    decision("direct_reliability", "i8", "", "reliability that confirms alone: 0 for A ... 5 for F, -1 never"),
)
"""Columns of BOARD."""


def describe_confirmation(board: np.ndarray, given: Given) -> None:
    """Write the rule of confirmation into the BOARD."""
    rule = given.scenario.confirmation
    board["origins"] = rule.origins
    never = rule.direct_reliability == "never"
    board["direct_reliability"] = -1 if never else RELIABILITIES.index(rule.direct_reliability)


@compiled
def confirm(t: Truth, b: Belief, f: int, o: int, value: float) -> None:
    """Apply the rule of confirmation to a numbered claim of observer o at a facility.

    A direct observer who is reliable enough confirms it alone; otherwise enough agreeing origins confirm their lowest.
    A claim about some of those held there confirms nothing.
    Parameters: value, the claim (exits).
    """
    board = b.board[0]
    params = t.parameters[0]
    watcher = b.observer[o]
    m1 = t.clock[0].m1
    if not is_of_all(b, f, o):
        return
    if watcher.direct == 1 and watcher.reliability <= board.direct_reliability:
        set_confirmed(t, b, f, value)
        return
    lowest = value
    found = 0
    for other in range(b.observer.shape[0]):
        pair = b.pair[f, other]
        if math.isnan(pair.claim) or m1 - pair.claimed_at > DAY * params.confirmation_window_days:
            continue
        if not is_of_all(b, f, other) or not latest_of_origin(b, f, other):
            continue
        if not agree(pair.claim, value, params.confirmation_agree_within):
            continue
        found += 1
        lowest = min(lowest, pair.claim)
    if found >= board.origins:
        set_confirmed(t, b, f, lowest)


@compiled
def is_of_all(b: Belief, f: int, o: int) -> bool:
    """Return whether an observer's claim at a facility is about all who are held there."""
    category = b.observer[o].category
    return bool(category == ALL_PEOPLE or category == b.holds[f])


@compiled
def latest_of_origin(b: Belief, f: int, o: int) -> bool:
    """Return whether no later numbered claim at the facility has the same origin."""
    for other in range(b.observer.shape[0]):
        pair = b.pair[f, other]
        if b.observer[other].origin == b.observer[o].origin and not math.isnan(pair.claim):
            if pair.sequence > b.pair[f, o].sequence:
                return False
    return True


@compiled
def set_confirmed(t: Truth, b: Belief, f: int, value: float) -> None:
    """Confirm a count of exits at a facility; it replaces the last one."""
    b.confirmed[f] = value
    if value <= 0.0:
        return
    for e in range(t.clock[0].episodes):
        if t.episode[e].facility == f and b.confirmed_at[e] < 0:
            b.confirmed_at[e] = t.clock[0].m1


@compiled
def publish(t: Truth, b: Belief, f: int, o: int, low: float, high: float, form: int, is_true: int, blames: int) -> None:
    """Enter a report: record it, set the role's current claim, try to confirm it, and mark an escape as noticed."""
    clock = t.clock[0]
    board = b.board[0]
    watcher = b.observer[o]
    record(b, clock.m1, o, f, low, high, form, is_true, blames)
    board.claims_changed = 1
    if form == WORDLESS:
        b.claim[watcher.role, f] = math.nan
    else:
        value = as_number(low, high)
        pair = b.pair[f, o]
        b.claim[watcher.role, f] = value
        pair.claim = value
        pair.claimed_at = clock.m1
        pair.sequence = board.reports
        confirm(t, b, f, o, value)
    if is_true == 1:
        if board.first_report < 0:
            board.first_report = clock.m1
        if is_heard(watcher.role):
            notice(t, f)


@compiled
def account_for(b: Belief, f: int, low: float, high: float, form: int, count: float) -> None:
    """Note for how many exits at a facility a true report accounts: its number, but no more than its observer knows.

    Parameters: low and high, ends of the claim; form, of which a wordless one accounts for all that is known; count,
    exits that the observer knows of.
    """
    known = count if form == WORDLESS else min(count, as_number(low, high))
    b.accounted[f] = max(b.accounted[f], known)


@compiled
def record(
    b: Belief, minute: int, o: int, f: int, low: float, high: float, form: int, is_true: int, blames: int
) -> None:
    """Count a report and, in a full record, keep it."""
    board = b.board[0]
    if b.report.shape[0] > 0:
        if board.reports >= b.report.shape[0]:
            board.overflow = 1
        else:
            row = b.report[board.reports]
            row.minute = minute
            row.observer = o
            row.facility = f
            row.low = low
            row.high = high
            row.form = form
            row.is_true = is_true
            row.blames = blames
    board.reports += 1


@compiled
def sum_of_claims(b: Belief, listens: int, category: int) -> float:
    """Return the sum over facilities of the largest current claim of the roles listened to; NaN if there is none.

    Parameters: listens, bit r for role r; category: unless all, only facilities that hold such people alone count.
    """
    total = math.nan
    for f in range(b.claim.shape[1]):
        if category != ALL_PEOPLE and b.holds[f] != category:
            continue
        largest = math.nan
        for role in range(b.claim.shape[0]):
            value = b.claim[role, f]
            if listens >> role & 1 == 1 and not math.isnan(value) and not (value <= largest):
                largest = value
        if not math.isnan(largest):
            total = largest if math.isnan(total) else total + largest
    return total


@compiled
def claimed(b: Belief, role: int) -> float:
    """Return a role's claim: the larger of its sum over facilities and its claim for the theatre; NaN if neither."""
    total = math.nan
    for f in range(b.claim.shape[1]):
        value = b.claim[role, f]
        if not math.isnan(value):
            total = value if math.isnan(total) else total + value
    told = b.theatre_claim[role]
    if math.isnan(total):
        return told
    if math.isnan(told):
        return total
    return max(total, told)


@compiled
def state_total(t: Truth, b: Belief, o: int, low: float, high: float, form: int) -> None:
    """Enter a spokesman's total for the theatre."""
    b.theatre_claim[b.observer[o].role] = low
    b.board[0].claims_changed = 1
    record(b, t.clock[0].m1, o, -1, low, high, form, 0, b.observer[o].blames)


@compiled
def add_up_claims(t: Truth, b: Belief) -> None:
    """Update the largest claim of any role, and the minute of the first confirmed count, if a claim was made."""
    board = b.board[0]
    if board.claims_changed == 0:
        return
    board.claims_changed = 0
    for role in range(b.claim.shape[0]):
        value = claimed(b, role)
        if value > board.reported:
            board.reported = value
    if board.first_confirmed < 0 and np.sum(b.confirmed) > 0.0:
        board.first_confirmed = t.clock[0].m1
