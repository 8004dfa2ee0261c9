"""Observer: surveillance, liaison, reporter, source, desk or spokesman. It looks, misses, counts, reports late,
denies and invents. The observation pass reads the truth and writes reports, claims and confirmations."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.attributes import own_name
from sim.claims.misreport import agree, as_number, claimed_range, form_of_claim
from sim.engine.arrayset import Column, RowAgent
from sim.engine.compiled import compiled
from sim.engine.random import lognormal_quantile, name_key, poisson_quantile, uniform
from sim.world.belief import Belief
from sim.world.codes import (
    ASSAULT,
    ASSAULTED_SITES,
    DAY,
    DENIAL,
    NEVER,
    OBSERVER_KINDS,
    REPORTER,
    RUMOUR,
    SHELLING,
    STATEMENT,
    TAKEN_SITES,
    TOLD,
    WORDLESS,
)
from sim.world.state import Truth

PRESENCE = name_key("observer.presence")
LEARN = name_key("observer.learn")
SIZE = name_key("observer.size")
DELAY = name_key("observer.delay")
ERROR = name_key("observer.error")
DENY = name_key("observer.deny")
WORD = name_key("observer.word")
ISR_SIGNS = name_key("isr.signs")
ISR_WATCH = name_key("isr.watch")
ISR_PHASE = name_key("isr.phase")
ISR_LOOK = name_key("isr.look")
ISR_DELAY = name_key("isr.delay")
RUMOUR_COUNT = name_key("rumour.count")
RUMOUR_TIME = name_key("rumour.time")
RUMOUR_SITE = name_key("rumour.site")
RUMOUR_SIZE = name_key("rumour.size")

GUARDING_FORCE, ATTACKER, OCCUPIER, SPONSOR = range(4)
ISR_DELAY_SD = 0.6
RUNNING_MINUTES = 1440
"""An episode runs while its last exit is at most so long ago."""


@compiled
def can_see(t: Truth, b: Belief, f: int, o: int) -> bool:
    """Whether an observer could see an escape at a facility now."""
    clock = t.clock[0]
    watcher = b.observer[o]
    site = t.facility[f]
    if watcher.kind == REPORTER and site.controller != watcher.party:
        return False
    if watcher.sites == ASSAULTED_SITES and site.assaulted == 0:
        return False
    if watcher.sites == TAKEN_SITES and site.changed == 0:
        return False
    reach = watcher.presence * (clock.presence if watcher.leaves == 1 else 1.0)
    return uniform(clock.seed, PRESENCE, clock.replicate, b.pair[f, o].key, 0, 0) < reach


@compiled
def schedule_report(b: Belief, f: int, o: int, due: int) -> None:
    """A report is due, unless one is pending."""
    pair = b.pair[f, o]
    if pair.due == NEVER:
        pair.due = due
        if due < b.board[0].next_due:
            b.board[0].next_due = due


@compiled
def know_episode(t: Truth, b: Belief, f: int, o: int, episode: int) -> None:
    """An observer learns of an episode; the last one it learned of is closed."""
    pair = b.pair[f, o]
    if pair.learned == episode:
        return
    if pair.learned >= 0:
        isr = o == b.board[0].isr
        pair.before += pair.seen if isr else float(t.episode[pair.learned].exits)
    if pair.unreported < 0:
        pair.unreported = episode
    pair.learned = episode
    pair.seen = 0.0
    b.learned_by[episode] |= 1 << o


@compiled
def learn(t: Truth, b: Belief, f: int) -> None:
    """Everyone but surveillance and spokesmen, at a facility with exits in this step."""
    clock = t.clock[0]
    episode = t.facility[f].episode
    start = t.episode[episode].start
    size = t.episode[episode].exits
    for o in range(b.board[0].isr):
        watcher = b.observer[o]
        pair = b.pair[f, o]
        if watcher.kind == STATEMENT or pair.learned == episode:
            continue
        if uniform(clock.seed, LEARN, clock.replicate, pair.key, start, 0) >= watcher.detect:
            continue
        needed = -watcher.notice_size * math.log(uniform(clock.seed, SIZE, clock.replicate, pair.key, start, 0))
        if size < needed or not can_see(t, b, f, o):
            continue
        know_episode(t, b, f, o, episode)
        u = uniform(clock.seed, DELAY, clock.replicate, pair.key, start, 0)
        hours = lognormal_quantile(u, watcher.delay_hours, watcher.delay_sd)
        schedule_report(b, f, o, clock.m1 + int(math.floor(60.0 * hours)))


@compiled
def signs_last(u: float, dt: float, signs_hours: float) -> bool:
    """Signs of an exit last another step with probability exp(-dt / signs_hours)."""
    return u < math.exp(-dt / signs_hours)


@compiled
def looks_now(minute: int, phase: int, revisit_minutes: int) -> bool:
    """Whether a look falls on this minute."""
    return (minute - phase) % revisit_minutes == 0


@compiled
def surveillance(t: Truth, b: Belief, f: int) -> None:
    """Signs, looks and detections at one facility.

    Over an event of mean length m this detects with P = coverage S d / (1 - (1 - d) q^(T/dt)),
    S = (dt/T)(1 - q^(T/dt)) / (1 - q), q = exp(-dt/m), for looks every T that succeed with d.
    """
    clock = t.clock[0]
    par = t.par[0]
    site = t.facility[f]
    before = b.signs[f]
    if site.exits_step > 0:
        b.signs[f] = 1
    elif b.signs[f] == 1:
        u = uniform(clock.seed, ISR_SIGNS, clock.replicate, site.key, clock.m0, 0)
        b.signs[f] = 1 if signs_last(u, clock.dt, par.isr_signs_hours) else 0
    b.board[0].showing += b.signs[f] - before
    if b.signs[f] == 0:
        return
    if not looks_now(clock.m1, b.phase[f], int(round(60.0 * par.isr_revisit_hours))):
        return
    start = t.episode[site.episode].start
    if uniform(clock.seed, ISR_WATCH, clock.replicate, site.key, start, 0) >= b.began[site.episode]:
        return
    if uniform(clock.seed, ISR_LOOK, clock.replicate, site.key, clock.m1, 0) >= par.isr_detect_per_look:
        return
    o = b.board[0].isr
    pair = b.pair[f, o]
    know_episode(t, b, f, o, site.episode)
    pair.seen = float(t.episode[site.episode].exits)
    if pair.due != NEVER or pair.before + pair.seen == pair.told:
        return
    u = uniform(clock.seed, ISR_DELAY, clock.replicate, site.key, clock.m1, 0)
    hours = lognormal_quantile(u, par.isr_delay_hours, ISR_DELAY_SD)
    schedule_report(b, f, o, clock.m1 + int(math.floor(60.0 * hours)))


@compiled
def confirm(t: Truth, b: Belief, f: int, o: int, value: float) -> None:
    """The rule of confirmation, at a numbered claim of observer o at a facility."""
    board = b.board[0]
    par = t.par[0]
    watcher = b.observer[o]
    m1 = t.clock[0].m1
    if watcher.direct == 1 and watcher.reliability <= board.direct_reliability:
        set_confirmed(t, b, f, value)
        return
    lowest = value
    found = 0
    for other in range(b.observer.shape[0]):
        pair = b.pair[f, other]
        if math.isnan(pair.claim) or m1 - pair.claimed_at > 1440.0 * par.confirmation_window_days:
            continue
        if not latest_of_origin(b, f, other) or not agree(pair.claim, value, par.confirmation_agree_within):
            continue
        found += 1
        lowest = min(lowest, pair.claim)
    if found >= board.origins:
        set_confirmed(t, b, f, lowest)


@compiled
def latest_of_origin(b: Belief, f: int, o: int) -> bool:
    """Whether no later numbered claim at the facility has the same origin."""
    for other in range(b.observer.shape[0]):
        pair = b.pair[f, other]
        if b.observer[other].origin == b.observer[o].origin and not math.isnan(pair.claim):
            if pair.sequence > b.pair[f, o].sequence:
                return False
    return True


@compiled
def set_confirmed(t: Truth, b: Belief, f: int, value: float) -> None:
    """A count is confirmed; it replaces the last one."""
    b.confirmed[f] = value
    if value <= 0.0:
        return
    for e in range(t.clock[0].episodes):
        if t.episode[e].facility == f and b.confirmed_at[e] < 0:
            b.confirmed_at[e] = t.clock[0].m1


@compiled
def publish(t: Truth, b: Belief, f: int, o: int, low: float, high: float, form: int, is_true: int) -> None:
    """Enter a report: the record, the role's current claim, the confirmation, the notice."""
    clock = t.clock[0]
    board = b.board[0]
    watcher = b.observer[o]
    record(b, clock.m1, o, f, low, high, form, is_true)
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
        if watcher.role == GUARDING_FORCE or watcher.role == OCCUPIER or watcher.role == SPONSOR:
            t.noticed[f] = clock.m1 + int(math.floor(60.0 * t.par[0].at_large_noticed_hours))


@compiled
def record(b: Belief, minute: int, o: int, f: int, low: float, high: float, form: int, is_true: int) -> None:
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
    board.reports += 1


@compiled
def rumours(t: Truth, b: Belief) -> None:
    """Reports of what did not happen."""
    clock = t.clock[0]
    day = clock.m0 // DAY * DAY
    for o in range(b.board[0].isr):
        watcher = b.observer[o]
        if watcher.false_per_month <= 0.0:
            continue
        if clock.m0 == day:
            u = uniform(clock.seed, RUMOUR_COUNT, clock.replicate, watcher.key, day, 0)
            watcher.rumours = poisson_quantile(u, watcher.false_per_month / 30.0)
        for k in range(watcher.rumours):
            u = uniform(clock.seed, RUMOUR_TIME, clock.replicate, watcher.key, day, k)
            minute = day + int(math.floor(1440.0 * u))
            if clock.m0 <= minute < clock.m1:
                spread_rumour(t, b, o, day, k)


@compiled
def spread_rumour(t: Truth, b: Belief, o: int, day: int, k: int) -> None:
    """One rumour: its place, its size."""
    clock = t.clock[0]
    best = -1
    least = 2.0
    for f in range(t.facility.shape[0]):
        if t.facility[f].resident == 1:
            continue
        u = uniform(clock.seed, RUMOUR_SITE, clock.replicate, b.pair[f, o].key, day, k)
        if u < least:
            least = u
            best = f
    if best < 0:
        return
    watcher = b.observer[o]
    u = uniform(clock.seed, RUMOUR_SIZE, clock.replicate, watcher.key, day, k)
    size = max(1.0, math.floor(lognormal_quantile(u, watcher.false_size, 1.0) + 0.5))
    value = size + known(t, b, best, o)
    publish(t, b, best, o, value, value, RUMOUR, 0)


@compiled
def known(t: Truth, b: Belief, f: int, o: int) -> float:
    """Exits at a facility that an observer knows of."""
    pair = b.pair[f, o]
    if pair.learned < 0:
        return 0.0
    if o == b.board[0].isr:
        return pair.before + pair.seen
    return pair.before + float(t.episode[pair.learned].exits)


@compiled
def make_report(t: Truth, b: Belief, f: int, o: int) -> None:
    """A pending report falls due: a claim of what is known, if that is news."""
    clock = t.clock[0]
    watcher = b.observer[o]
    pair = b.pair[f, o]
    episode = t.episode[pair.learned]
    count = known(t, b, f, o)
    pair.due = NEVER
    if count != pair.told:
        pair.told = count
        own = watcher.role == GUARDING_FORCE and episode.cause != ASSAULT and episode.cause != SHELLING
        bias = watcher.bias_own_failure if own else watcher.bias
        form = form_of_claim(
            uniform(clock.seed, DENY, clock.replicate, pair.key, episode.start, 0),
            uniform(clock.seed, WORD, clock.replicate, pair.key, episode.start, 0),
            watcher.denies,
            watcher.wordless,
            watcher.range_factor,
        )
        low = 0.0
        high = 0.0
        if form == WORDLESS:
            low = math.nan
            high = math.nan
        elif form != DENIAL:
            u = uniform(clock.seed, ERROR, clock.replicate, pair.key, episode.start, 0)
            low, high = claimed_range(count, u, bias, watcher.error, watcher.range_factor)
        is_true = 1 if form == WORDLESS or high > 0.0 else 0
        if is_true == 1:
            mark_reported(t, b, f, o)
        publish(t, b, f, o, low, high, form, is_true)
    if o != b.board[0].isr and clock.m1 - episode.last_exit <= RUNNING_MINUTES:
        schedule_report(b, f, o, clock.m1 + int(math.floor(60.0 * watcher.update_hours)))


@compiled
def mark_reported(t: Truth, b: Belief, f: int, o: int) -> None:
    """A true report covers every episode the observer learned of since its last one."""
    pair = b.pair[f, o]
    if pair.unreported < 0:
        return
    for e in range(pair.unreported, pair.learned + 1):
        learned = b.learned_by[e] >> o & 1 == 1
        if learned and t.episode[e].facility == f and b.reported_at[e] < 0:
            b.reported_at[e] = t.clock[0].m1
    pair.unreported = -1


@compiled
def due_reports(t: Truth, b: Belief) -> None:
    """Reports due by the end of the step, facility by facility, observers in order."""
    board = b.board[0]
    m1 = t.clock[0].m1
    if board.next_due > m1:
        return
    for f in range(b.pair.shape[0]):
        for o in range(b.pair.shape[1]):
            if b.pair[f, o].due <= m1:
                make_report(t, b, f, o)
    next_due = NEVER
    for f in range(b.pair.shape[0]):
        for o in range(b.pair.shape[1]):
            next_due = min(next_due, b.pair[f, o].due)
    board.next_due = next_due


@compiled
def sum_of_claims(b: Belief, listens: int) -> float:
    """Sum over facilities of the largest current claim of the roles listened to; NaN if there is none."""
    total = math.nan
    for f in range(b.claim.shape[1]):
        largest = math.nan
        for role in range(b.claim.shape[0]):
            value = b.claim[role, f]
            if listens >> role & 1 == 1 and not math.isnan(value) and not (value <= largest):
                largest = value
        if not math.isnan(largest):
            total = largest if math.isnan(total) else total + largest
    return total


@compiled
def statements(t: Truth, b: Belief) -> None:
    """Theatre totals stated by spokesmen, from what other roles claim."""
    clock = t.clock[0]
    for o in range(b.board[0].isr):
        watcher = b.observer[o]
        if watcher.kind != STATEMENT:
            continue
        while True:
            minute = int(math.floor(60.0 * (watcher.delay_hours + watcher.statements * watcher.update_hours)))
            if minute > clock.m1:
                break
            watcher.statements += 1
            total = sum_of_claims(b, watcher.listens)
            if math.isnan(total) or minute <= clock.m0:
                continue
            u = uniform(clock.seed, ERROR, clock.replicate, watcher.key, minute, 0)
            low, high = claimed_range(total, u, watcher.bias, watcher.error, 1.0)
            b.theatre_claim[watcher.role] = low
            b.board[0].claims_changed = 1
            record(b, clock.m1, o, -1, low, high, TOLD, 0)


@compiled
def claimed(b: Belief, role: int) -> float:
    """What a role claims: the larger of the sum of its site claims and its theatre claim; NaN if neither."""
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
def observe(t: Truth, b: Belief) -> None:
    """The observation pass: learning, surveillance, rumours, reports, statements; then what is claimed by all."""
    clock = t.clock[0]
    par = t.par[0]
    board = b.board[0]
    board.coverage = par.isr_coverage * (par.isr_residual + (1.0 - par.isr_residual) * clock.presence)
    e = clock.episodes - 1
    while e >= 0 and b.began[e] < 0.0:
        b.began[e] = board.coverage
        e -= 1
    for f in range(t.facility.shape[0] if clock.exits_step > 0 or board.showing > 0 else 0):
        if t.facility[f].resident == 1:
            continue
        if t.facility[f].exits_step > 0:
            learn(t, b, f)
        if t.facility[f].exits_step > 0 or b.signs[f] == 1:
            surveillance(t, b, f)
    board.watched_hours += board.coverage * clock.dt * clock.sites
    rumours(t, b)
    due_reports(t, b)
    statements(t, b)
    if board.claims_changed == 1:
        board.claims_changed = 0
        for role in range(b.claim.shape[0]):
            value = claimed(b, role)
            if value > board.reported:
                board.reported = value
        if board.first_confirmed < 0 and np.sum(b.confirmed) > 0.0:
            board.first_confirmed = clock.m1


class Observer(RowAgent):
    """An observer, or a desk that speaks for several; the last is surveillance."""

    name = own_name("observers")
    kind = Column(lambda model, rows: np.asarray(OBSERVER_KINDS)[model.belief.observer["kind"][rows]], "kind")
    role = Column(lambda model, rows: np.asarray(model.roles)[model.belief.observer["role"][rows]], "role")

    def claims(self) -> dict[str, float]:
        """Its last numbered claim by facility."""
        claims = self.model.belief.pair["claim"][:, self.row]
        return {name: float(v) for name, v in zip(self.model.names.facilities, claims, strict=True) if v == v}
