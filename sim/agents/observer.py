"""Observer: liaison team, reporter, source, desk or spokesman; surveillance is the last. It learns, misses, counts,
reports late, denies and invents. The observation pass reads the truth and writes reports, claims and confirmations;
the view."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.alarm import alarms, can_see
from sim.agents.attributes import own_name
from sim.agents.confirmation import account_for, add_up_claims, publish, state_total, sum_of_claims
from sim.agents.given import Given, number, whole
from sim.agents.knowledge import (
    begin_report,
    find_next_due,
    know_episode,
    known,
    mark_reported,
    schedule_report,
    tell_if_new,
)
from sim.agents.notice import is_heard, notice
from sim.agents.speech import ERROR, invention, say
from sim.agents.surveillance import add_watched_hours, draw_phase, note_coverage, set_coverage, surveillance
from sim.claims.misreport import claimed_range
from sim.engine.arrayset import Column, RowAgent
from sim.engine.columns import Field, Record, decision, fixed, owned, state
from sim.engine.compiled import compiled
from sim.engine.random import lognormal_quantile, name_key, poisson_quantile, uniform
from sim.scenario.parameters import Observer as Stated
from sim.scenario.vocabulary import CATEGORIES, OBSERVER_SITES, PEOPLE_ORIGINS, RELIABILITIES, ROLES
from sim.world.belief import Belief
from sim.world.codes import (
    ALL_PEOPLE,
    ASSAULT,
    ASSAULTED_SITES,
    DAY,
    FAMILIES,
    FIGHTERS,
    RUMOUR,
    SHELLING,
    STATEMENT,
    TAKEN_SITES,
    TOLD,
    WATCHER_KINDS,
    WORDLESS,
)
from sim.world.state import Truth


def _stated(name: str, unit: str, meaning: str) -> Field:
    """Declare a number of an observer that the scenario states."""
    return decision(name, "f8", unit, meaning, f"observers.*.{name}")


OBSERVER = Record(
    "OBSERVER",
    owned(
        __name__,
        decision("key", "u8", "", "key of its name in random numbers"),
        decision("role", "i8", "", "index of the role"),
        decision("kind", "i8", "", "index of the kind"),
        decision("party", "i8", "", "index of the party, -1 for none"),
        decision("sites", "i8", "", "index of the facilities it looks at: all, assaulted, taken"),
        decision("listens", "i8", "", "bit r: adds up the claims of role r"),
        decision("category", "i8", "", "index of the people whom its claims are about"),
        decision("blames", "i8", "", "index of the party that it blames, -1 for none"),
        decision("fitted", "i8", "0/1", "1 if it speaks by the fitted model of claims"),
        _stated("presence", "share", "of facilities it can see"),
        decision("leaves", "i8", "0/1", "1 if its presence goes with the sponsor's"),
        _stated("detect", "probability", "it learns of an episode it could see"),
        _stated("notice_size", "exits", "episode size it hears of, exponential mean"),
        _stated("delay_hours", "h", "from the event to its report, median"),
        _stated("delay_sd", "log", "spread of the delay"),
        _stated("update_hours", "h", "between its reports while the count grows"),
        _stated("bias", "ratio", "median of claim over truth"),
        _stated("bias_own_failure", "ratio", "the same where the failure is its own, NaN for the same"),
        _stated("error", "log", "spread of that ratio"),
        _stated("denies", "probability", "it denies an episode"),
        _stated("wordless", "probability", "it claims without a number"),
        _stated("range_factor", "ratio", "a claim is given as a range of this ratio, 1 for a number"),
        _stated("false_per_month", "1/month", "reports of what did not happen"),
        _stated("false_size", "exits", "size of such a report, median"),
        decision("reliability", "i8", "", "Admiralty code, 0 for A"),
        decision("credibility", "i8", "", "Admiralty code, 1 to 6"),
        decision("direct", "i8", "0/1", "1 if it counts heads itself"),
        decision("origin", "i8", "", "index of who said it first"),
        state("rumours", "i8", "", "false reports drawn for the day"),
        state("statements", "i8", "", "statements made or passed over"),
    ),
)
SURVEILLANCE_PLACE = owned(__name__, fixed("isr", "i8", "", "index of the surveillance among the observers"))
"""Columns of BOARD."""

LEARN = name_key("observer.learn")
SIZE = name_key("observer.size")
DELAY = name_key("observer.delay")
RUMOUR_COUNT = name_key("rumour.count")
RUMOUR_TIME = name_key("rumour.time")
RUMOUR_SITE = name_key("rumour.site")
RUMOUR_SIZE = name_key("rumour.size")

GUARDING_FORCE = ROLES.index("guarding force")
RUNNING_MINUTES = DAY
"""Greatest age of an episode's last exit, minutes, at which the episode still runs."""


def observer_rows(given: Given) -> np.ndarray:
    """Return the observers in file order, surveillance last."""
    isr = given.scenario.isr
    origin_index = {name: i for i, name in enumerate(dict.fromkeys(given.names.origins))}
    rows = OBSERVER.rows(len(given.names.observers))
    surveillance = Stated(
        name="isr", role="sponsor government", kind="source", reliability="B", credibility=2,
        bias=isr.bias, error=isr.error, delay_hours=isr.delay_hours,
    )  # fmt: skip
    for field in OBSERVER.fields.values():
        if field.path is not None:
            rows[field.name][-1] = number(getattr(surveillance, field.name))
    for row, observer in zip(rows, [*given.scenario.observers, surveillance], strict=True):
        row["key"] = name_key(observer.name)
        row["role"] = ROLES.index(observer.role)
        row["kind"] = WATCHER_KINDS.index(observer.kind)
        row["party"] = given.party(observer.party)
        row["sites"] = OBSERVER_SITES.index(observer.sites)
        row["listens"] = sum(1 << ROLES.index(role) for role in set(observer.listens))
        row["category"] = CATEGORIES.index(observer.category)
        row["blames"] = given.party(observer.blames)
        row["fitted"] = observer.fitted
        row["leaves"] = observer.leaves
        row["reliability"] = RELIABILITIES.index(observer.reliability)
        row["credibility"] = observer.credibility
        row["direct"] = observer.direct
        row["origin"] = origin_index[observer.origin or observer.name]
    rows["kind"][-1] = WATCHER_KINDS.index("isr")
    return rows


def people_alone(given: Given) -> np.ndarray:
    """Return by facility the people whom it alone holds at the start, as an index of CATEGORIES: all if it is mixed."""
    found = np.full(len(given.names.facilities), ALL_PEOPLE, np.int64)
    for f, site in enumerate(given.theatre.facilities.values()):
        fighters, others = (
            any(whole(getattr(kind, origin)) > 0 for kind in kinds for origin in PEOPLE_ORIGINS)
            for kinds in ((site.held.fighters,), (site.held.families, site.held.minors))
        )
        if fighters != others:
            found[f] = FIGHTERS if fighters else FAMILIES
    return found


@compiled
def open_observers(t: Truth, b: Belief) -> None:
    """Set the observers to their start: surveillance's own numbers, bias for own failure, minutes of first looks."""
    params = t.parameters[0]
    for f in range(t.facility.shape[0]):
        draw_phase(t, b, f)
    isr = b.observer[b.board[0].isr]
    isr.bias = params.isr_bias
    isr.error = params.isr_error
    for o in range(b.observer.shape[0]):
        if math.isnan(b.observer[o].bias_own_failure):
            b.observer[o].bias_own_failure = b.observer[o].bias
    set_coverage(t, b)


@compiled
def learn(t: Truth, b: Belief, f: int) -> None:
    """Let observers, except surveillance and spokesmen, learn of the episode at a facility with exits in this step."""
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
        if is_heard(watcher.role):
            notice(t, f)
        u = uniform(clock.seed, DELAY, clock.replicate, pair.key, start, 0)
        hours = lognormal_quantile(u, watcher.delay_hours, watcher.delay_sd)
        schedule_report(b, f, o, clock.m1 + int(math.floor(60.0 * hours)))


@compiled
def rumours(t: Truth, b: Belief) -> None:
    """Make the false reports (rumours) of this step; draw their number at the start of a day."""
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
            minute = day + int(math.floor(DAY * u))
            if clock.m0 <= minute < clock.m1:
                spread_rumour(t, b, o, day, k)


@compiled
def spread_rumour(t: Truth, b: Belief, o: int, day: int, k: int) -> None:
    """Make one false report: draw its facility, of those that its observer speaks of, and its size."""
    clock = t.clock[0]
    best = -1
    least = 2.0
    for f in range(t.facility.shape[0]):
        if t.facility[f].resident == 1 or not speaks_of(t, b, f, o):
            continue
        u = uniform(clock.seed, RUMOUR_SITE, clock.replicate, b.pair[f, o].key, day, k)
        if u < least:
            least = u
            best = f
    if best < 0:
        return
    watcher = b.observer[o]
    u = uniform(clock.seed, RUMOUR_SIZE, clock.replicate, watcher.key, day, k)
    size = invention(b, watcher.role, u) if watcher.fitted == 1 else lognormal_quantile(u, watcher.false_size, 1.0)
    value = max(1.0, math.floor(size + 0.5)) + known(t, b, best, o)
    publish(t, b, best, o, value, value, RUMOUR, 0, blamed(t, b, best, o, -1))


@compiled
def speaks_of(t: Truth, b: Belief, f: int, o: int) -> bool:
    """Return whether a facility is one that an observer looks at, and holds people whom its claims are about."""
    watcher = b.observer[o]
    if b.pair[f, o].elsewhere == 1:
        return False
    if watcher.sites == ASSAULTED_SITES and t.facility[f].assaulted == 0:
        return False
    if watcher.sites == TAKEN_SITES and t.facility[f].changed == 0:
        return False
    return bool(watcher.category == ALL_PEOPLE or b.holds[f] == ALL_PEOPLE or b.holds[f] == watcher.category)


@compiled
def blamed(t: Truth, b: Belief, f: int, o: int, cause: int) -> int:
    """Return the party that an observer blames for what got out; -1 for none.

    A guarding force blames somebody for what came of shelling, or where the place was taken. Parameters: cause, of the
    episode, -1 where there is none.
    """
    watcher = b.observer[o]
    if watcher.role == GUARDING_FORCE and cause != SHELLING and t.facility[f].changed == 0:
        return -1
    return int(watcher.blames)


@compiled
def make_report(t: Truth, b: Belief, f: int, o: int) -> None:
    """Make a report that is due: a claim of what is known, if that is news. The next is due while the episode runs."""
    clock = t.clock[0]
    watcher = b.observer[o]
    pair = b.pair[f, o]
    episode = t.episode[pair.learned]
    count = known(t, b, f, o)
    begin_report(b, f, o)
    if count > 0.0 and tell_if_new(b, f, o, count):
        party = blamed(t, b, f, o, episode.cause)
        guards = watcher.role == GUARDING_FORCE
        own = guards and party < 0 and episode.cause != ASSAULT and episode.cause != SHELLING
        low, high, form = say(t, b, f, o, count, episode.start, own, party >= 0 and not guards)
        is_true = 1 if form == WORDLESS or high > 0.0 else 0
        if is_true == 1:
            mark_reported(t, b, f, o)
            account_for(b, f, low, high, form, count)
        publish(t, b, f, o, low, high, form, is_true, party)
    if o != b.board[0].isr and clock.m1 - episode.last_exit <= RUNNING_MINUTES:
        schedule_report(b, f, o, clock.m1 + int(math.floor(60.0 * watcher.update_hours)))


@compiled
def due_reports(t: Truth, b: Belief) -> None:
    """Make the reports due by the end of the step, facility by facility, observers in order."""
    board = b.board[0]
    m1 = t.clock[0].m1
    if board.next_due > m1:
        return
    for f in range(b.pair.shape[0]):
        for o in range(b.pair.shape[1]):
            if b.pair[f, o].due <= m1:
                make_report(t, b, f, o)
    find_next_due(b)


@compiled
def statements(t: Truth, b: Belief) -> None:
    """Let spokesmen state totals for the theatre, from the claims of the roles that they listen to."""
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
            total = sum_of_claims(b, watcher.listens, watcher.category)
            if math.isnan(total) or minute <= clock.m0:
                continue
            u = uniform(clock.seed, ERROR, clock.replicate, watcher.key, minute, 0)
            low, high = claimed_range(total, u, watcher.bias, watcher.error, 1.0)
            state_total(t, b, o, low, high, TOLD)


@compiled
def observe(t: Truth, b: Belief) -> None:
    """Carry out the observation pass: alarms, learning, surveillance, rumours, reports, statements, sums of claims."""
    clock = t.clock[0]
    set_coverage(t, b)
    note_coverage(t, b)
    alarms(t, b)
    for f in range(t.facility.shape[0] if clock.exits_step > 0 or b.board[0].showing > 0 else 0):
        if t.facility[f].resident == 1:
            continue
        if t.facility[f].exits_step > 0:
            learn(t, b, f)
        if t.facility[f].exits_step > 0 or b.signs[f] == 1:
            surveillance(t, b, f)
    add_watched_hours(t, b)
    rumours(t, b)
    due_reports(t, b)
    statements(t, b)
    add_up_claims(t, b)


class Observer(RowAgent):
    """An observer, or a desk that speaks for several; the last is surveillance."""

    name = own_name("observers")
    kind = Column(lambda model, rows: np.asarray(WATCHER_KINDS)[model.belief.observer["kind"][rows]], "kind")
    role = Column(lambda model, rows: np.asarray(model.roles)[model.belief.observer["role"][rows]], "role")

    def claims(self) -> dict[str, float]:
        """Return its last numbered claim by facility, exits."""
        claims = self.model.belief.pair["claim"][:, self.row]
        return {name: float(v) for name, v in zip(self.model.names.facilities, claims, strict=True) if v == v}
