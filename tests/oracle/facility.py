"""A facility: custody, guards, mood, assault, shelling, incidents, escapes, disorder, walls (ODD 7.3-7.12)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING

import mesa

from sim.scenario.theatre import Facility as FacilitySpec
from tests.oracle.draws import binomial, half_up, lognormal, poisson
from tests.oracle.ground import distance
from tests.oracle.people import Detainee, Guard

if TYPE_CHECKING:
    from tests.oracle.model import OracleModel

CAUSES = ("stealth", "disorder", "assault", "shelling", "abandonment", "release")
AFTERMATH = 360
"""Minutes after an assault for which exits still count as its own."""
PAUSE = 1440
"""Longest pause in minutes within an episode."""
DAY = 1440
PER_YEAR_H = 8766


@dataclass(eq=False)
class Episode:
    """Exits at one facility with no pause over a day."""

    first: int  # k0 of the first exit
    step_start: int  # m0 of the step in which it began
    cause: str  # of the first exit
    size: int = 0
    fighters: int = 0  # of them
    last: int = 0  # k0 of the last exit
    reported: bool = False  # truly


@dataclass
class Assault:
    """An attack from outside, from its start to its end."""

    start: int
    attackers: int
    succeeds: bool
    fight_until: int
    relief_min: int  # R: from the start until relief, if nobody sees it sooner
    let_out_per_hour: float
    gate_fell: bool = False
    opened: float = 0.0  # people let out of their cells so far
    out: int = 0  # of these, people who have left


class Fading:
    """A sum that fades."""

    def __init__(self, hours: float) -> None:
        self.hours, self.amount, self.minute = hours, 0.0, 0

    def at(self, minute: int) -> float:
        """What is left of it."""
        return self.amount * math.exp(-(minute - self.minute) / 60 / self.hours)

    def add(self, amount: float, minute: int) -> None:
        """More of it."""
        self.amount, self.minute = self.at(minute) + amount, minute


def freed(out: float, n: float, k: float, r: float, tau: float) -> float:
    """O after tau hours of dO/dt = k + r O (1 - O / n), by its closed form, until all n are out."""
    if out >= n or n <= 0:
        return n
    if r == 0:
        return min(n, out + k * tau)
    root = math.sqrt(1 + 4 * k / (r * n))
    rest, limit = n * (1 - root) / 2, n * (1 + root) / 2
    ratio = (out - rest) / (limit - out) * math.exp(min(700.0, r * root * tau))
    return min(n, (rest + ratio * limit) / (1 + ratio))


def in_units(people: Iterable[Detainee]) -> list[list[Detainee]]:
    """People in order, those of a unit together."""
    return [list(unit) for _, unit in groupby(people, key=lambda person: person.head.unique_id)]


def shifted(share: float, log_odds: float) -> float:
    """A share moved on the scale of log odds; 0 and 1 stay."""
    if share <= 0 or share >= 1:
        return share
    return 1 / (1 + (1 - share) / share * math.exp(-log_odds))


class Facility(mesa.Agent):
    """A prison, an annex, or the residents of a camp."""

    def __init__(self, model: OracleModel, name: str, spec: FacilitySpec) -> None:
        super().__init__(model)
        self.name = name
        self.spec = spec
        self.resident = spec.regime == "resident"
        self.x, self.y = model.ground.km(spec.lat, spec.lon)
        self.cell = model.ground.cell_at(self.x, self.y)

        self.n_residents = half_up(spec.residents) if self.resident else 0
        counts = [
            (kind, nationality, half_up(getattr(getattr(spec.held, kind), nationality)))
            for kind in ("fighters", "families", "minors")
            for nationality in ("local", "iraqi", "foreign")
        ]
        detained = 0 if self.resident else sum(count for _, _, count in counts)
        self.n0 = self.n_residents if self.resident else detained
        kinds = {"fighters" if kind == "fighters" else "families" for kind, _, count in counts if count > 0}
        self.holds_alone = kinds.pop() if len(kinds) == 1 else "all"
        self.n_blocks = max(1, math.ceil(detained / spec.block_size))
        self.people: list[Detainee] = []
        if not self.resident:
            for kind, nationality, count in counts:
                for k in range(count):
                    head = self._woman_of(nationality, k, count) if kind == "minors" else None
                    self.people.append(Detainee(model, self, len(self.people), kind, nationality, head))
        self.order = sorted(self.people, key=lambda person: (person.go, person.index))
        """Those held here: "the order" of the ODD."""

        count = math.floor(model.sc.guards.scale * spec.guards + model.draws.u("guards.count", name, 0, 0))
        self.guards = [Guard(model, name, j) for j in range(count)]
        self.occupier_guards = 0.0

        self.capacity = self.n0 if spec.capacity is None else spec.capacity
        hardening = model.sc.levers.hardening
        hardened = hardening is not None and (not hardening.facilities or name in hardening.facilities)
        self.walls_added = (1 - spec.walls) * hardening.walls if hardened else 0.0
        self.walls = spec.walls + self.walls_added
        self.cameras = 1 - (1 - spec.cameras) * (1 - hardening.cameras) if hardened else spec.cameras
        self.opening0 = model.sc.walls.baseline * (1 - self.walls)
        self.opening = self.opening0
        walls = model.sc.walls
        of_kind = walls.prison_flow_per_hour if spec.kind == "prison" else walls.camp_flow_per_hour
        self.flow_per_hour = of_kind if spec.flow_per_hour is None else spec.flow_per_hour
        open_hours = walls.prison_open_hours if spec.kind == "prison" else walls.camp_open_hours
        draws = model.draws
        self.open_hours = open_hours * math.exp(walls.open_sd * draws.z("event.opening", name, 0, 0))
        leave_share = walls.leave_share if spec.leave_share is None else spec.leave_share
        self.leave_now = shifted(leave_share, walls.leave_sd * draws.z("event.leave", name, 0, 0))
        self.search_now = math.exp(model.sc.at_large.retake_sd * draws.z("event.search", name, 0, 0))

        self.controller = spec.party
        self.custody = "guarded" if self.guards else "none"
        self.changed = False
        self.formal = False
        self.taken_over = False
        self.custody_due: int | None = None
        self.contested_by: str | None = None
        self.ground_given: str | None = None
        self.contested_due = 0
        self.front_km = math.inf
        self.call_km = math.inf  # of the front that calls, as last known
        self.threat = 0.0
        self.fire = Fading(model.sc.guards.fire_hours)  # Phi
        self.fire_elsewhere = 0.0  # what this step adds to it for the next
        self.gone = Fading(model.sc.guards.gone_hours)  # Z
        self.ordered = False  # by the lever, to stay

        self.authority: float = model.theatre.parties[spec.party].authority
        self.agitation = 0.0
        self.unrest = (0.0, 0.0)  # x_d, x_(d+1)
        self.u_day = 0  # U_D
        self.n_day = 0  # N_D
        self.hit_minutes: list[int] = []  # of the day, by number
        self.candidate_minutes: list[int] = []  # of stealthy escapes, likewise
        self.attack: tuple[int, int] | None = None  # minute and attackers of one that begins in this step
        self.exposed = 0
        self.incident: str | None = None  # kind of the one in force
        self.tunnel_left, self.tunnel_found = 0, 0
        self.quelled = 0
        self.incident_minutes: list[int] = []  # of the day's candidates, by number
        self.shell_until = 0
        self.pulled_until = 0
        self.assault: Assault | None = None
        self.assault_end: int | None = None
        self.ever_assaulted = False
        self.episodes: list[Episode] = []
        self.exits_in_step = 0
        self.noticed_until = -math.inf
        self.alarm = -math.inf

        self.escaped = 0
        self.first_exits = 0  # of people who had never been out
        self.recaptured = 0
        self.transferred = 0
        self.moved_out = 0
        self.repatriated = 0
        self.died_here = 0
        self.left_freely = 0
        self.first_exit_m1: int | None = None

    def _woman_of(self, nationality: str, k: int, minors: int) -> Detainee | None:
        """Whose the k-th of so many minors of one origin is; nobody's if no woman is of that origin."""
        women = [person for person in self.people if person.kind == "families" and person.nationality == nationality]
        return women[k * len(women) // minors] if women else None

    # --- who is here

    @property
    def n(self) -> int:
        """N: people held, or residents present."""
        return self.n_residents if self.resident else len(self.order)

    @property
    def units(self) -> list[list[Detainee]]:
        """Units of which someone is held, in order; U in number."""
        return in_units(self.order)

    @property
    def on_site(self) -> list[Guard]:
        """Own guards on site, by rising index."""
        return [guard for guard in self.guards if guard.status == "on site"]

    @property
    def n_guards(self) -> float:
        """G: guards on site plus the occupier's."""
        return len(self.on_site) + self.occupier_guards

    @property
    def guards_on_duty(self) -> int:
        """G in whole guards."""
        return len(self.on_site) + half_up(self.occupier_guards)

    @property
    def active(self) -> list[Detainee]:
        """Those in disorder, in order."""
        return [person for person in self.order if person.in_disorder]

    @property
    def effectiveness(self) -> float:
        """Of those who guard: the first party's guards stay its own in a formal handover."""
        party = self.controller if self.taken_over else self.spec.party
        return self.model.theatre.parties[party].effectiveness

    @property
    def upkeep(self) -> float:
        """The sponsor's share in guards' effect, until control changes."""
        return 1.0 if self.changed else self.model.upkeep

    @property
    def near_front(self) -> bool:
        """Within reach of stray fire."""
        return self.front_km <= self.model.sc.shelling.front_km

    @property
    def episode(self) -> Episode | None:
        """The last one."""
        return self.episodes[-1] if self.episodes else None

    def can_take_in(self) -> bool:
        """Kept, no assault on it or just gone, perimeter whole."""
        kept = self.custody in ("guarded", "occupied")
        just_over = self.assault_end is not None and self.model.m0 < self.assault_end + AFTERMATH
        return kept and self.assault is None and not just_over and self.opening < self.model.sc.walls.breached

    def in_own_custody(self) -> bool:
        """Guarded, unchanged, and not under assault."""
        return self.custody == "guarded" and not self.changed and self.assault is None

    def stands_in(self, area: str) -> bool:
        """Whether it lies in an area."""
        return self.model.ground.is_in(area, self.spec.lat, self.spec.lon)

    def take_in(self, person: Detainee) -> None:
        """Someone is brought in: last in order."""
        person.facility = self
        person.state = "held"
        person.in_disorder = False
        person.block = person.head.index % self.n_blocks
        self.order.append(person)

    def take_out(self, person: Detainee) -> None:
        """Someone is no longer here."""
        self.order.remove(person)
        person.in_disorder = False

    def be_noticed(self) -> None:
        """Somebody who can act on it has seen an escape or an assault here."""
        self.noticed_until = self.model.m1 + 60 * self.model.sc.at_large.noticed_hours

    def repatriate(self, person: Detainee) -> None:
        """Someone goes home."""
        self.take_out(person)
        person.state = "repatriated"
        self.repatriated += 1

    def move_to(self, person: Detainee, there: Facility) -> None:
        """Someone is moved to another modelled facility."""
        self.take_out(person)
        there.take_in(person)
        self.moved_out += 1

    # --- 7.3 day

    def begin_day(self) -> None:
        """Agitation's next day; the shells and stealthy candidates of the day."""
        model, draws = self.model, self.model.draws
        rho = math.exp(-1 / model.sc.disorder.agitation_days)
        day, start = model.day, model.day_start
        today = draws.z("agitation", self.name, 0, 0) if day == 0 else self.unrest[1]
        shock = draws.z("agitation", self.name, DAY * (day + 1), 0)
        self.unrest = (today, rho * today + math.sqrt(1 - rho * rho) * shock)
        self.u_day, self.n_day = len(self.units), self.n

        hits = poisson(draws.u("shelling.count", self.name, start, 0), model.sc.shelling.hits_per_month / 30)
        self.hit_minutes = [self._minute("shelling.time", k) for k in range(hits)]
        mean = 24 * self._stealth_rate() * self.u_day * (1 + model.sc.stealth.thin_gain)
        candidates = 0 if self.resident else poisson(draws.u("stealth.count", self.name, start, 0), mean)
        self.candidate_minutes = [self._minute("stealth.time", k) for k in range(candidates)]

        unrest = model.sc.unrest
        bound = (1 + unrest.thin_gain) * (1 + unrest.crowd_gain)
        mean = 0.0 if self.resident else 24 * unrest.per_1000_year / 1000 / PER_YEAR_H * self.n_day * bound
        starts = poisson(draws.u("incident.count", self.name, start, 0), mean)
        self.incident_minutes = [self._minute("incident.time", k) for k in range(starts)]

    def _minute(self, stream: str, k: int) -> int:
        start = self.model.day_start
        return start + math.floor(DAY * self.model.draws.u(stream, self.name, start, k))

    def _stealth_rate(self) -> float:
        """Escapes per person-hour."""
        return self.model.sc.stealth.per_1000_year / 1000 / PER_YEAR_H

    # --- 7.4 ground

    def change_hands(self, party: str, handover: str) -> None:
        """Control passes; custody follows after a gap. Once only."""
        if self.changed or self.controller == party:
            return
        model, control = self.model, self.model.sc.control
        self.changed = True
        self.controller = party
        self.formal = handover == "formal"
        g = model.draws.z("control.gap", self.name, 0, 0)
        median = {"formal": 0.0, "hasty": control.hasty_hours, "none": control.none_hours}[handover]
        gap = median * math.exp(control.gap_sd * g)
        setup = 0.0 if handover == "hasty" else model.theatre.parties[party].custody_policy.setup_hours
        self.custody_due = model.m0 + math.floor(60 * (setup + gap))
        if not self.formal:
            self.relieve_guards()
            if model.draws.u("control.arrival", self.name, 0, 0) < model.theatre.parties[party].custody_policy.seize:
                self.custody_due = model.m0
        model.ground.control[self.cell] = party

    def relieve_guards(self) -> None:
        """The old guards are done, wherever they are."""
        for guard in self.guards:
            guard.status = "relieved"

    def enemy_near(self) -> bool:
        """Whether hostile units are near, or are known to start near before long."""
        near, warning = self.model.sc.control.evacuate_km, self.model.sc.control.warning_hours
        starts = [
            unit.start
            for unit in self.model.units
            if unit.hostile_to(self.spec.party) and distance(self.x, self.y, *unit.from_km) <= near
        ]
        warned = bool(starts) and min(starts) - math.floor(60 * warning) <= self.model.m0 < min(starts)
        return self.front_km <= near or warned

    def evacuate(self) -> None:
        """The guards bring people away from units that come near, to a place that is far from them."""
        model = self.model
        chance = model.theatre.parties[self.spec.party].custody_policy.evacuate
        if self.resident or not model.draws.u("control.evacuate", self.name, 0, 0) < chance:
            return
        if self.custody != "guarded" or self.changed or self.assault is not None:
            return
        if not self.enemy_near():
            return
        u = model.draws.u("control.lorries", self.name, model.m0, 0)
        if not self.order:
            return
        units = self.units
        mean = model.sc.control.evacuate_per_hour * model.dt * len(units) / self.n
        going = [person for unit in units[: poisson(u, mean)] for person in unit]
        there = model.nearest_facility(
            self.x,
            self.y,
            lambda f: f is not self and f.controller == self.controller and f.can_take_in() and not f.enemy_near(),
        )
        for person in going:
            if there is None:
                self.take_out(person)
                person.state = "transferred"
                self.transferred += 1
            else:
                self.move_to(person, there)
                model.moved += 1

    def take_over(self) -> None:
        """The new party decides what becomes of the people."""
        policy = self.model.theatre.parties[self.controller].custody_policy
        self.relieve_guards()
        self.taken_over = True
        free = 0.0 if self.formal else policy.free
        neglect = 0.0 if self.formal else policy.neglect
        v = self.model.draws.u("control.policy", self.name, 0, 0)
        if v < free:
            self.custody = "released"
        elif v < free + policy.move:
            self.custody = "moving"
        elif v < free + policy.move + neglect:
            self.custody = "none"
        else:
            self.custody = "occupied"
            self.occupier_guards = max(1.0, policy.guards_per_100 * self.n / 100)

    # --- 7.5 guards

    def hear_fire(self) -> None:
        """The fire that fell elsewhere in the last step counts from now on."""
        self.fire.add(self.fire_elsewhere, self.model.m0)
        self.fire_elsewhere = 0.0

    def come_under_fire(self, k0: int) -> None:
        """A hit here, or an assault: guards hear it, here at once and nearby."""
        self.fire.add(1.0, k0)
        for facility in self.model.facilities.values():
            km = distance(self.x, self.y, facility.x, facility.y)
            if facility is not self:
                facility.fire_elsewhere += math.exp(-km / self.model.sc.guards.fire_km)

    def fear(self, guards: int, minute: int) -> float:
        """x with so many own guards on site."""
        rules = self.model.sc.guards
        stirring = self.exposed + len(self.active) * self.opening
        gone = self.gone.at(minute)
        alone = gone / (gone + guards) if gone > 0 else 0.0
        outnumbered = stirring / (stirring + rules.stir_per_guard * guards) if stirring > 0 else 0.0
        return (
            rules.threat_weight * self.threat
            + rules.fire_weight * (1 - math.exp(-self.fire.at(minute)))
            + rules.alone_weight * alone
            + rules.stir_weight * outnumbered
            - rules.hold_sponsor * self.model.w
            - rules.hold_reaction * self.model.reaction
        )

    @property
    def order_in_force(self) -> bool:
        """Whether guards are told to stay until they are relieved."""
        if self.changed:
            return self.formal and not self.taken_over
        return self.ordered

    def order_to_stay(self) -> None:
        """Given once, when the front is near or the place contested."""
        if self.model.would_pass_formally(self) and (self.near_front or self.contested_by is not None):
            self.ordered = True

    def keeps_order(self, guard: Guard) -> bool:
        """Whether a guard is under such an order and keeps to it."""
        u = self.model.draws.u("guards.order", self.name, 0, guard.index)
        return self.order_in_force and u < self.model.sc.guards.order_kept

    def morning(self, pressure: float) -> None:
        """06:00: the lost are replaced, the fled return, the front calls."""
        model, rules = self.model, self.model.sc.guards
        minute = model.day_start + 360
        noticed = model.sc.response and minute < self.noticed_until
        per_day = max(rules.replace_per_day, rules.reinforce_per_day) if noticed else rules.replace_per_day
        fear = self.fear(len(self.on_site) + 1, model.m0)
        for guard in self.guards:
            if guard.status == "lost":
                replaced = model.draws.u("guards.replace", self.name, minute, guard.index)
                if replaced < 1 - math.exp(-per_day):
                    guard.status = "on site"
        for guard in self.guards:
            if guard.status == "fled" and fear < guard.nerve / 2 and self.ground_given is None:
                guard.status = "on site"
        free = sorted(
            (g for g in self.guards if g.status in ("on site", "at the front") and not self.keeps_order(g)),
            key=lambda guard: (guard.call, guard.index),
        )
        share = rules.redeploy_share * pressure * self.spec.call_priority
        share *= math.exp(-self.call_km / rules.call_km)
        called = sum(guard.call < share for guard in free)
        here = len(free) + sum(self.keeps_order(guard) for guard in self.on_site)
        spare = max(0, here - math.ceil(model.guard_floor_per_100 * self.n / 100))
        for rank, guard in enumerate(free):
            goes = rank < min(called, spare)
            self.gone.add(rules.called_weight * (goes and guard.status == "on site"), model.m0)
            guard.status = "at the front" if goes else "on site"

    def flee(self, k0: int) -> None:
        """One after the other those with the least nerve run, each seeing who has gone before."""
        if self.changed and not self.formal:
            return
        free = [guard for guard in self.on_site if not self.keeps_order(guard)]
        for guard in sorted(free, key=lambda guard: (guard.nerve, guard.index)):
            if not guard.nerve < self.fear(len(self.on_site), k0):
                return
            guard.status = "fled"
            self.gone.add(1.0, k0)

    def settle_custody(self) -> None:
        """Guarded while there are guards, until somebody takes over; nobody riots where nobody guards."""
        if not self.taken_over:
            self.custody = "guarded" if self.n_guards > 0 else "none"
        if self.custody in ("none", "released", "moving"):
            for person in self.order:
                person.in_disorder = False

    def on_shift(self, k0: int) -> float:
        """C: effective guards on shift."""
        rules = self.model.sc
        c = self.n_guards / rules.guards.shifts * self.effectiveness * self.upkeep
        c *= 1 + rules.guards.camera_gain * self.cameras
        c *= 1 + rules.guards.wall_gain * self.walls_added
        if self.assault is not None and self.assault.gate_fell:
            c *= 1 - rules.assault.suppress_share
        if k0 < self.pulled_until:
            c *= 1 - rules.shelling.pull_share
        if self.incident not in (None, "riot"):
            c *= 1 - rules.unrest.pull_share
        return c

    # --- 7.6 mood

    def feel(self, news: float) -> None:
        """Agitation at the step's middle, and authority."""
        model, rules = self.model, self.model.sc.disorder
        phi = ((model.m0 + model.m1) / 2 - model.day_start) / DAY
        over = max(0.0, self.n / self.capacity - 1) if self.capacity > 0 else 0.0
        crowd = min(rules.crowding_max, rules.crowding_weight * over)
        x0, x1 = self.unrest
        slow = rules.agitation_sd * ((1 - phi) * x0 + phi * x1)
        self.agitation = max(0.0, crowd + min(model.sc.news.cap, news) + slow)
        if self.custody in ("guarded", "occupied", "moving"):
            target = model.theatre.parties[self.controller].authority
            fading = math.exp(-model.dt / rules.authority_up_hours)
            self.authority = target + (self.authority - target) * fading
        else:
            self.authority = self.authority * math.exp(-model.dt / rules.authority_down_hours)

    # --- 7.8-7.12 substeps

    def substep(self, k0: int, k1: int) -> None:
        """One substep of the fast processes."""
        tau = (k1 - k0) / 60
        self.flee(k0)
        self.settle_custody()
        self._substep_assault(k0, k1, tau)
        if self.incident is not None and k0 >= self.quelled:
            self.incident = None
            self.exposed = 0
        self._substep_shelling(k0, k1)
        self._substep_incidents(k0, k1)
        self._substep_stealth(k0, k1)
        self._substep_tunnel(k0, tau)
        uncontained = self._substep_disorder(k0, tau)
        self._substep_exits(k0, tau)
        self._substep_walls(uncontained, tau)

    def holds_gate(self, k0: int) -> bool:
        """Whether attackers hold the gate."""
        return self.assault is not None and self.assault.gate_fell

    # 7.8

    def _substep_assault(self, k0: int, k1: int, tau: float) -> None:
        if self.attack is not None and k0 <= self.attack[0] < k1:
            self._begin_assault(k0, self.attack[1])
            self.attack = None
        assault, rules = self.assault, self.model.sc.assault
        if assault is None:
            return
        if k0 >= self._relief_due(assault):
            self._end_assault(k0)
            return
        if not assault.gate_fell:
            if k0 < assault.fight_until:
                return
            if not assault.succeeds:
                self._end_assault(k0)
                return
            self._count_fallen_guards(assault, rules.loss_success, k0)
            assault.gate_fell = True
        n = float(self.n + assault.out)
        assault.opened = freed(assault.opened, n, assault.let_out_per_hour, rules.self_release_per_hour, tau)

    def _relief_due(self, assault: Assault) -> float:
        share = self.model.sc.assault.alarm_share
        if self.model.sc.response and self.alarm >= assault.start:
            return min(assault.start + assault.relief_min, self.alarm + math.ceil((1 - share) * assault.relief_min))
        return assault.start + assault.relief_min

    def _begin_assault(self, k0: int, attackers: int) -> None:
        model, rules, draws = self.model, self.model.sc.assault, self.model.draws
        defenders = rules.defend_share * self.n_guards * self.effectiveness * self.upkeep
        median = rules.relief_hours * (1 + rules.relief_penalty * (1 - model.reaction))
        relief_h = lognormal(draws.u("assault.relief", self.name, k0, 0), median, rules.relief_sd)
        odds = rules.success_level + rules.success_sd * draws.z("assault.event", self.name, k0, 0)
        odds += rules.success_slope * math.log(attackers / max(1.0, defenders))
        succeeds = draws.u("assault.success", self.name, k0, 0) < 1 / (1 + math.exp(-odds))
        fight_h = lognormal(draws.u("assault.fight", self.name, k0, 0), rules.fight_hours, rules.fight_sd)
        event = math.exp(rules.open_sd * draws.z("assault.opening", self.name, k0, 0))
        size = (max(1, self.n) / 1000) ** rules.size_exponent
        self.ever_assaulted = True
        self.come_under_fire(k0)
        self.assault = Assault(
            start=k0,
            attackers=attackers,
            succeeds=succeeds or defenders < 1,
            fight_until=k0 if defenders < 1 else k0 + math.floor(60 * fight_h),
            relief_min=math.ceil(60 * relief_h),
            let_out_per_hour=rules.open_per_attacker_hour * attackers * event * size,
        )

    def _count_fallen_guards(self, assault: Assault, share_lost: float, k0: int) -> None:
        extra = self.model.draws.u("assault.lost", self.name, assault.start, 0)
        lost = math.floor(self.model.sc.assault.defend_share * self.n_guards * share_lost + extra)
        lost = min(lost, math.floor(self.n_guards))
        if self.occupier_guards > 0:
            self.occupier_guards -= lost
            return
        for guard in self.on_site[: int(lost)]:
            guard.status = "lost"
            self.gone.add(1.0, k0)

    def _end_assault(self, k0: int) -> None:
        assault, rules = self.assault, self.model.sc.assault
        if not assault.gate_fell:
            self._count_fallen_guards(assault, rules.loss_failure, k0)
        else:
            loose = min(self.n, max(0, math.floor(assault.opened) - assault.out))
            dead = binomial(self.model.draws.u("assault.dead", self.name, k0, 0), loose, rules.death_share)
            for person in self.order[:dead]:
                self.take_out(person)
                person.state = "dead"
                self.died_here += 1
            self.opening = max(self.opening, rules.breach_open)
        self.assault = None
        self.assault_end = k0

    # 7.9

    def _substep_shelling(self, k0: int, k1: int) -> None:
        rules, draws = self.model.sc.shelling, self.model.draws
        if k0 >= self.shell_until and self.incident is None:
            self.exposed = 0
        if self.near_front and self.order:
            for k, minute in enumerate(self.hit_minutes):
                if not k0 <= minute < k1:
                    continue
                v = draws.u("shelling.size", self.name, minute, k)
                self.opening += rules.opening * (1 - self.walls) * (v * v) * (1 - self.opening)
                u = draws.u("shelling.exposed", self.name, minute, k)
                self.exposed = min(self.n, self.exposed + math.floor(lognormal(u, rules.exposed, rules.exposed_sd)))
                self.shell_until = minute + DAY
                self.pulled_until = minute + math.floor(60 * rules.pull_hours)
                self.come_under_fire(k0)

    # 7.9b

    def _substep_incidents(self, k0: int, k1: int) -> None:
        for dated in self.model.sc.incidents:
            minute = max(0, self.model.minute_of(dated.date))
            if dated.facility != self.name or not k0 <= minute < k1:
                continue
            if dated.kind == "tunnel":
                self._open_tunnel(minute, dated.severity)
            elif self._may_begin():
                self._begin_incident(minute, dated.kind, dated.severity)
        for k, minute in enumerate(self.incident_minutes):
            if k0 <= minute < k1 and self._may_begin() and self._accepts_incident(k):
                self._begin_incident(minute, self._undated_kind(k), None)
        if self.incident is not None and self.holds_gate(k0):
            self.assault.opened = min(float(self.n + self.assault.out), self.assault.opened + self.exposed)
            self.exposed = 0

    def _open_tunnel(self, m: int, severity: float | None) -> None:
        rules, draws = self.model.sc.unrest, self.model.draws
        if self.tunnel_left or not self.order or self.custody not in ("guarded", "occupied"):
            return
        median = rules.tunnel_share if severity is None else severity
        share = shifted(median, rules.severity_sd * draws.z("tunnel.share", self.name, m, 0))
        self.tunnel_left = half_up(share * self.n)
        unseen = lognormal(draws.u("tunnel.found", self.name, m, 0), rules.tunnel_hours, rules.quell_sd)
        self.tunnel_found = m + math.floor(60 * unseen)

    def _substep_tunnel(self, k0: int, tau: float) -> None:
        if k0 >= self.tunnel_found or not self.order:
            self.tunnel_left = 0
        if not self.tunnel_left or self.custody not in ("guarded", "occupied") or self.holds_gate(k0):
            return
        units = self.units
        pool = math.ceil(Fraction(min(self.tunnel_left, self.n) * len(units), self.n))
        mean = self.model.sc.unrest.tunnel_flow_per_hour * tau * len(units) / self.n
        for unit in units[: min(pool, poisson(self.model.draws.u("tunnel", self.name, k0, 0), mean))]:
            for person in unit:
                self._let_out(person, k0, "stealth")
                self.tunnel_left = max(0, self.tunnel_left - 1)

    def _may_begin(self) -> bool:
        return self.incident is None and self.custody in ("guarded", "occupied") and bool(self.order)

    def _accepts_incident(self, k: int) -> bool:
        rules = self.model.sc.unrest
        crowded = min(1.0, max(0.0, self.n / self.capacity - 1)) if self.capacity > 0 else 0.0
        mult = (1 + rules.thin_gain * self._thin()) * (1 + rules.crowd_gain * crowded)
        bound = (1 + rules.thin_gain) * (1 + rules.crowd_gain)
        u = self.model.draws.u("incident.accept", self.name, self.model.day_start, k)
        return u < mult * self.n / (self.n_day * bound)

    def _undated_kind(self, k: int) -> str:
        rules = self.model.sc.unrest
        v = self.model.draws.u("incident.kind", self.name, self.model.day_start, k)
        if v < rules.hostages_undated:
            return "hostages"
        return "keys" if v < rules.hostages_undated + rules.keys_undated else "riot"

    def _begin_incident(self, m: int, kind: str, severity: float | None) -> None:
        rules, draws = self.model.sc.unrest, self.model.draws
        median = getattr(rules, f"{kind}_share") if severity is None else severity
        share = shifted(median, rules.severity_sd * draws.z("incident.severity", self.name, m, 0))
        self.exposed = min(self.n, self.exposed + half_up(share * self.n))
        if draws.u("incident.gate", self.name, m, 0) < getattr(rules, f"{kind}_gate"):
            self.opening += draws.u("incident.opening", self.name, m, 0) * (1 - self.opening)
        hours = rules.hostages_hours if kind == "hostages" else rules.quell_hours
        lasts = lognormal(draws.u("incident.quelled", self.name, m, 0), hours, rules.quell_sd)
        self.quelled = m + math.floor(60 * lasts)
        self.incident = kind

    # 7.10

    def _substep_stealth(self, k0: int, k1: int) -> None:
        if self.custody not in ("guarded", "occupied", "moving") or self.holds_gate(k0):
            return
        gain = self.model.sc.stealth.thin_gain
        for k, minute in enumerate(self.candidate_minutes):
            if k0 <= minute < k1 and self.order:
                accept = self.model.draws.u("stealth.accept", self.name, self.model.day_start, k)
                if accept < self._stealth_multiplier() * len(self.units) / (self.u_day * (1 + gain)):
                    for person in self.units[0]:
                        self._let_out(person, k0, "stealth")

    def _stealth_multiplier(self) -> float:
        rules = self.model.sc.stealth
        return (1 + rules.thin_gain * self._thin()) * (1 - rules.camera_cut * self.cameras)

    def _thin(self) -> float:
        # a place that stood empty at the start has had guards without end for each of nobody
        kept = (self.n_guards / self.n) / (self.spec.guards / self.n0) if self.n0 > 0 and self.spec.guards > 0 else 0.0
        return max(0.0, 1 - kept)

    # 7.11

    def _substep_disorder(self, k0: int, tau: float) -> float:
        """People join and calm down; returns U, those in disorder whom nobody contains."""
        if self.custody not in ("guarded", "occupied") or not self.order:
            return 0.0
        rules, draws = self.model.sc.disorder, self.model.draws
        members: list[list[Detainee]] = [[] for _ in range(self.n_blocks)]
        for person in self.order:
            members[person.block].append(person)
        contained = self._containment(members, self.on_shift(k0))
        joins, calms = 1 - math.exp(-rules.up_per_hour * tau), 1 - math.exp(-rules.down_per_hour * tau)
        uncontained = 0.0
        for block, p in zip(members, contained, strict=True):
            for person in block:
                if person.head is not person:
                    continue
                dares = person.net_threshold(self.agitation, self.authority) > p
                if dares != person.in_disorder:
                    u = draws.u("disorder.switch", person.origin.name, k0, person.index)
                    if u < (joins if dares else calms):
                        person.in_disorder = dares
            uncontained += sum(person.in_disorder for person in block) * (1 - p)
        return uncontained

    def _containment(self, members: list[list[Detainee]], c: float) -> list[float]:
        """P_b of every block: half the guards stand by the head, half go where disorder is."""
        rules, reserve = self.model.sc.disorder, self.model.sc.guards.reserve_share
        n, a = self.n, len(self.active)
        contained = []
        for block in members:
            n_b, a_b = len(block), sum(person.in_disorder for person in block)
            drawn = a_b / a if a > 0 else n_b / n
            c_b = (1 - reserve) * c * n_b / n + reserve * c * drawn
            held_back = 1 - math.exp(-rules.containment_k * c_b / (a_b + rules.watching * n_b + 1))
            contained.append((1 - rules.way_out * self.opening if a > 0 else 1.0) * held_back)
        return contained

    # 7.12

    def _substep_exits(self, k0: int, tau: float) -> None:
        v = self.model.draws.u("exits", self.name, k0, 0)
        if self.resident:
            if self.custody == "none":
                left = poisson(v, self.flow_per_hour * self.opening * tau)
                n = min(self._who_would_leave(), left)
                self.n_residents -= n
                self.left_freely += n
            return
        if not self.order:
            return
        rules, n_held, n_units = self.model.sc.walls, self.n, len(self.units)

        def draw(flow: float) -> int:
            return poisson(v, flow * n_units / n_held)

        if self.custody == "released":
            self._leave(k0, n_units, draw(self.flow_per_hour * tau), "release")
        elif self.holds_gate(k0):
            free = max(0, min(n_held, math.floor(self.assault.opened) - self.assault.out))
            flow = max(self.flow_per_hour, self.model.sc.assault.flow_per_hour)
            left = self._leave(k0, math.ceil(Fraction(free * n_units, n_held)), draw(flow * tau), "assault")
            self.assault.out += sum(map(len, left))
        elif self.custody == "none":
            pool = math.ceil(Fraction(self._who_would_leave() * n_units, n_held))
            self._leave(k0, pool, draw(self.flow_per_hour * self.opening * tau), "abandonment")
        elif self.custody == "moving":
            for unit in self.units[: draw(self.flow_per_hour * tau / 4)]:
                for person in unit:
                    self.take_out(person)
                    person.state = "transferred"
                    self.transferred += 1
        else:
            in_disorder = len(self.active)
            exposed_units = math.floor(Fraction(self.exposed * n_units, n_held) + Fraction(1, 2))
            pool = min(n_units, in_disorder + exposed_units)
            p_gate = 1 - math.exp(-rules.gate_k * self.on_shift(k0) / (pool + 1))
            flow = self.flow_per_hour * max(0.0, self.opening - self.opening0) * (1 - p_gate) * tau
            left = self._leave(k0, pool, draw(flow), "shelling" if k0 < self.shell_until else "disorder")
            self.exposed = max(0, self.exposed - sum(map(len, left[in_disorder:])))

    def _who_would_leave(self) -> int:
        """The pool of a place nobody guards."""
        gone = self.left_freely if self.resident else self.escaped
        return max(0, min(self.n, half_up(self.leave_now * self.n0) - gone))

    def _leave(self, k0: int, pool: int, wanted: int, cause: str) -> list[list[Detainee]]:
        """Units leave whole: those in disorder first, in order, then the others."""
        first = [unit for unit in self.units if unit[0].in_disorder]
        others = [unit for unit in self.units if not unit[0].in_disorder]
        leaving = (first + others)[: min(pool, wanted)]
        for unit in leaving:
            for person in unit:
                self._let_out(person, k0, cause)
        return leaving

    def _let_out(self, person: Detainee, k0: int, cause: str) -> None:
        """One exit: the person stands outside, the episode grows."""
        just_over = self.assault_end is not None and k0 < self.assault_end + AFTERMATH
        if cause != "release" and (self.assault is not None or just_over):
            cause = "assault"
        self.take_out(person)
        person.go_out(k0)
        self.escaped += 1
        self.first_exits += person.escapes == 1
        self.exits_in_step += 1
        if self.first_exit_m1 is None:
            self.first_exit_m1 = self.model.m1
        if self.episode is None or k0 - self.episode.last > PAUSE:
            self.episodes.append(Episode(first=k0, step_start=self.model.m0, cause=cause))
        self.episode.size += 1
        self.episode.fighters += person.kind == "fighters"
        self.episode.last = k0
        self.model.count_exit(self, person, k0, cause)

    def _substep_walls(self, uncontained: float, tau: float) -> None:
        rules = self.model.sc.walls
        if self.custody == "none":
            self.opening = 1 - (1 - self.opening) * math.exp(-tau / self.open_hours)
        elif self.custody in ("guarded", "occupied"):
            e = rules.erosion_per_hour * (1 - self.walls) * max(0.0, uncontained - rules.erosion_minimum) / 1000
            in_order = not self.active and self.n_guards > 0 and self.assault is None and self.incident is None
            r = rules.repair_per_hour * self.upkeep if in_order else 0.0
            if e + r > 0:
                end = (e + r * self.opening0) / (e + r)
                self.opening = end + (self.opening - end) * math.exp(-(e + r) * tau)
            if abs(self.opening - self.opening0) < 1e-6:
                self.opening = self.opening0
