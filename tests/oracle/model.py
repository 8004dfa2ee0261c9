"""The oracle: one Mesa agent per person, guard, facility, unit and observer, decision by decision from docs/ODD.md.

Plain and slow on purpose, and written from that text alone: the docking tests compare the array model with it,
number by number. Overrides of `scenario.facilities` are already merged into the theatre, and distributions are
already replaced by numbers.

Where the text leaves a choice that shows in results, the oracle reads it so:

- N at a resident facility is the residents present; nobody is *held* there (no shelling, no attack).
- Custody is settled once a step, in 7.5; G is read anew at every substep.
- Effectiveness is that of the guards' own party: the old one's until custody is taken over.
- N_b, A_b and C of 7.11 are those at which the disorder rule begins its substep, after deaths and stealth.
- Candidates of a day (attacks, shells, stealth, rumours) act in the order of their number.
- "In order of escape" is the order in which the substeps of 7.8-7.12 let people out, facility by facility.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import mesa

from sim.scenario.declare import parse_date
from sim.scenario.parameters import Change, Scenario
from sim.scenario.theatre import Theatre
from tests.oracle.draws import Draws, add_up, half_up, key, poisson
from tests.oracle.facility import CAUSES, DAY, Facility, in_units
from tests.oracle.ground import Ground, OccupyingForce, distance
from tests.oracle.observing import THEATRE, Board, Observer, Surveillance
from tests.oracle.people import STATES, ArmedCell, Detainee

LONGEST_SUBSTEP = 15


class OracleModel(mesa.Model):
    """One replicate of one scenario."""

    def __init__(self, scenario: Scenario, theatre: Theatre, seed: int, replicate: int) -> None:
        super().__init__(rng=0)  # never drawn from: every number is addressed
        self.sc = scenario
        self.theatre = theatre
        self.draws = Draws(seed, replicate)
        self.hour_0 = parse_date(scenario.start).replace(hour=0, minute=0)
        self.step_minutes = round(60 * scenario.step_hours)
        self.n_steps = round(scenario.days * DAY / self.step_minutes)
        parts = 1
        while self.step_minutes % parts or self.step_minutes // parts > LONGEST_SUBSTEP:
            parts += 1
        self.substep_minutes = self.step_minutes // parts
        self.m0, self.m1 = 0, 0
        self.dt = self.step_minutes / 60
        self._set_levers()
        self.schedule = sorted((self.minute_of(date), float(share)) for date, share in scenario.withdrawal.schedule)
        self.armed_movement = next((name for name, party in theatre.parties.items() if party.armed_movement), None)

        self.ground = Ground(theatre)
        self.feel_sponsor()
        self.facilities = {name: Facility(self, name, spec) for name, spec in theatre.facilities.items()}
        self.sites = [facility for facility in self.facilities.values() if not facility.resident]
        self.units = [OccupyingForce(self, i, offensive) for i, offensive in enumerate(scenario.control.offensives)]
        self.cells = [ArmedCell(self, name, spec) for name, spec in theatre.cells.items()]
        self.changes_left = sorted(scenario.control.changes, key=lambda change: self.minute_of(change.date))
        self.pressure = dict.fromkeys(theatre.parties, 0.0)

        self.outside: list[Detainee] = []  # in order of escape
        self.news = 0.0
        self.news_due: list[tuple[float, float]] = []  # minute from which it is heard, weight
        self.observers: list[Observer] = [Observer(self, spec) for spec in scenario.observers]
        self.surveillance = Surveillance(self)
        self.board = Board(self.sites, scenario.confirmation)

        self.moved = 0
        self.ahead = Counter[str]()  # people whom a lever took beyond its number, of days to come
        self.died_outside = 0
        self.exits: Counter[str] = Counter()  # by cause, kind of facility and of person
        self.events: list[dict[str, Any]] = []
        self.isr_hours = 0.0
        self.reported = 0.0
        self.first_confirmed: int | None = None
        self._daily: list[dict[str, Any]] = [self._daily_row(0)]

    def _set_levers(self) -> None:
        sc, levers = self.sc, self.sc.levers
        self.guard_floor_per_100 = sc.guards.floor_per_100
        if levers.guard_floor is not None:
            self.guard_floor_per_100 = max(self.guard_floor_per_100, levers.guard_floor.per_100)
        self.isr_residual = sc.isr.residual
        if levers.residual_isr is not None:
            self.isr_residual = max(self.isr_residual, levers.residual_isr.share)
        self.reaction_residual = sc.assault.reaction_residual
        if levers.reaction_force is not None:
            self.reaction_residual = max(self.reaction_residual, levers.reaction_force.residual)

    # --- small questions

    def minute_of(self, date: str) -> int:
        """Minutes from hour 0 to a date."""
        then: datetime = parse_date(date)
        return round((then - self.hour_0).total_seconds() / 60)

    def place_km(self, name: str) -> tuple[float, float]:
        """Where a place or a facility is."""
        point = self.theatre.places.get(name) or self.theatre.facilities[name]
        return self.ground.km(point.lat, point.lon)

    def hostile(self, party: str, other: str) -> bool:
        """Whether a party fights another."""
        return other in self.theatre.parties[party].hostile_to

    def search_by(self, party: str) -> float:
        """Effort a party spends on people at large."""
        return 0.0 if party == self.armed_movement else self.theatre.parties[party].search

    def has_dated_change(self, facility: Facility) -> bool:
        """Whether the table names the facility or an area it lies in."""
        return any(
            change.facility == facility.name
            or (change.area is not None and not change.ground_only and facility.stands_in(change.area))
            for change in self.sc.control.changes
        )

    def nearest_facility(self, x: float, y: float, fits: Callable[[Facility], bool]) -> Facility | None:
        """The nearest detained facility that fits; ties: the one with the smaller key."""
        fitting = [facility for facility in self.sites if fits(facility)]
        return min(fitting, key=lambda f: (distance(x, y, f.x, f.y), key(f.name)), default=None)

    @property
    def day(self) -> int:
        """d"""
        return self.m0 // DAY

    @property
    def day_start(self) -> int:
        """D"""
        return DAY * self.day

    @property
    def people(self) -> list[Detainee]:
        """Everybody detained at the start."""
        return [person for facility in self.facilities.values() for person in facility.people]

    # --- a step

    def step(self) -> None:
        """The ten stages, in order."""
        self.m0, self.m1 = self.m1, self.m1 + self.step_minutes
        self.feel_sponsor()
        if self.m0 == self.day_start:
            self.begin_day()
        self.move_ground()
        self.move_guards()
        for facility in self.facilities.values():
            facility.feel(self.news)
        self.plan_attacks()
        for facility in self.facilities.values():
            facility.exits_in_step = 0
            for k0 in range(self.m0, self.m1, self.substep_minutes):
                facility.substep(k0, k0 + self.substep_minutes)
        for person in self.outside:
            person.live_until(self.m1)
        self.outside = [person for person in self.outside if person.state == "at_large"]
        self.spread_news()
        self.observe()
        self._keep_books()

    def run(self) -> OracleModel:
        """Step to the horizon."""
        while self.steps < self.n_steps:
            self.step()
        self.running = False
        return self

    # --- 7.2 sponsor

    def presence_at(self, minute: int) -> float:
        """w: the sponsor's presence."""
        if not self.schedule or minute < self.schedule[0][0]:
            return 1.0
        for (t0, v0), (t1, v1) in zip(self.schedule, self.schedule[1:], strict=False):
            if t0 <= minute < t1:
                return v0 + (v1 - v0) * (minute - t0) / (t1 - t0)
        return self.schedule[-1][1]

    def isr_at(self, minute: int) -> float:
        """Share of facilities watched."""
        residual = self.isr_residual
        return self.sc.isr.coverage * (residual + (1 - residual) * self.presence_at(minute))

    def feel_sponsor(self) -> None:
        """What hangs on the sponsor's presence in this step."""
        self.w = self.presence_at(self.m0)
        floor = self.sc.guards.upkeep_floor
        self.upkeep = floor + (1 - floor) * self.w
        self.reaction = self.reaction_residual + (1 - self.reaction_residual) * self.w
        self.isr_now = self.isr_at(self.m0)

    # --- 7.3 day

    def begin_day(self) -> None:
        """Agitation, the day's candidates, and the levers that take people away."""
        for facility in self.facilities.values():
            facility.begin_day()
        self._repatriate()
        self._move_first()

    def _quota(self, stream: str, start: str | None, per_day: float) -> int:
        """How many people a lever takes today; none before the first day that begins at or after its date."""
        first_day = 0 if start is None else max(0, math.ceil(self.minute_of(start) / DAY))
        e = self.day - first_day
        if e < 0:
            return 0
        v = self.draws.u(stream, THEATRE, 0, 0)
        return math.floor((e + 1) * per_day + v) - math.floor(e * per_day + v)

    def _by_turn(self) -> list[list[Detainee]]:
        """Units held in the order in which levers take them."""
        held = [person for person in self.people if person.state == "held"]
        return in_units(sorted(held, key=lambda person: person.turn))

    def _repatriate(self) -> None:
        lever = self.sc.levers.repatriation
        if lever is None:
            return
        left = self._quota("levers.repatriation", lever.start, lever.per_month / 30.4375) - self.ahead["repatriation"]
        kinds = {
            "all": ("fighters", "families", "minors"),
            "fighters": ("fighters",),
            "families": ("families", "minors"),
        }
        for unit in self._by_turn():
            one = unit[0]
            kept = one.facility.in_own_custody() and (not lever.origin or one.facility.name in lever.origin)
            if left > 0 and kept and one.nationality == "foreign" and one.kind in kinds[lever.who]:
                for person in unit:
                    person.facility.repatriate(person)
                    left -= 1
        self.ahead["repatriation"] = max(0, -left)

    def _move_first(self) -> None:
        lever = self.sc.levers.move_first
        if lever is None:
            return
        left = self._quota("levers.move_first", lever.start, lever.per_day) - self.ahead["move_first"]
        for name in lever.origin:
            source = self.facilities[name]
            if not source.in_own_custody():
                continue
            there = self._destination(source)
            if there is None or there is source:
                continue
            for unit in self._by_turn():
                if left <= 0 or unit[0].facility is not source:
                    continue
                for person in unit:
                    source.move_to(person, there)
                    self.moved += 1
                    left -= 1
        self.ahead["move_first"] = max(0, -left)

    def _destination(self, source: Facility) -> Facility | None:
        lever = self.sc.levers.move_first

        def fits(f: Facility) -> bool:
            return f.controller == source.controller and f.custody == "guarded" and f.can_take_in()

        if lever.to is not None:
            return self.facilities[lever.to] if fits(self.facilities[lever.to]) else None
        return self.nearest_facility(source.x, source.y, lambda f: fits(f) and f.name not in lever.origin)

    # --- 7.4 ground

    def move_ground(self) -> None:
        """Dated changes, contested places, custody that is due, units, distance of the front, evacuation."""
        while self.changes_left and self.minute_of(self.changes_left[0].date) <= self.m0:
            self._change(self.changes_left.pop(0))
        for facility in self.facilities.values():
            if facility.contested_by is not None and facility.contested_due <= self.m0:
                facility.change_hands(facility.contested_by, self._handover(facility, None))
        for facility in self.facilities.values():
            if facility.custody_due is not None and facility.custody_due <= self.m0 and not facility.taken_over:
                facility.take_over()
        for unit in self.units:
            if unit.active:
                unit.advance_along()
                unit.take_ground()
        for facility in self.facilities.values():
            for unit in self.units:
                if unit.active:
                    unit.contest(facility)
        for facility in self.facilities.values():
            facility.front_km = min(
                (
                    distance(facility.x, facility.y, unit.x, unit.y)
                    for unit in self.units
                    if unit.active and unit.hostile_to(facility.controller)
                ),
                default=math.inf,
            )
            advancing = [
                distance(facility.x, facility.y, unit.x, unit.y)
                for unit in self.units
                if unit.active and unit.km_per_day > 0 and unit.hostile_to(facility.controller)
            ]
            facility.call_km = min(advancing, default=facility.call_km)
            facility.threat = math.exp(-facility.front_km / self.sc.guards.flee_km)
        for facility in self.facilities.values():
            facility.evacuate()

    def _change(self, change: Change) -> None:
        if change.area is not None:
            cells = self.ground.cells_in(change.area)
            for cell in cells:
                self.ground.control[cell] = change.to
            for facility in self.facilities.values():
                if not facility.stands_in(change.area):
                    continue
                if change.ground_only:
                    facility.ground_given = change.to
                else:
                    facility.change_hands(change.to, self._handover(facility, change))
        if change.facility is not None:
            facility = self.facilities[change.facility]
            facility.change_hands(change.to, self._handover(facility, change))

    def _handover(self, facility: Facility, change: Change | None) -> str:
        if self.lever_is_formal(facility):
            return "formal"
        if change is not None and change.handover is not None:
            return change.handover
        return self.sc.control.handover

    def would_pass_formally(self, facility: Facility) -> bool:
        """Whether a facility would pass formally if a unit took it."""
        return self.lever_is_formal(facility) or self.sc.control.handover == "formal"

    def lever_is_formal(self, facility: Facility) -> bool:
        """Whether the lever of formal handovers names a facility, or none."""
        lever = self.sc.levers.formal_handover
        return lever is not None and (not lever.facilities or facility.name in lever.facilities)

    # --- 7.5 guards

    def move_guards(self) -> None:
        """The front's pressure, the morning call, and custody."""
        rules = self.sc.guards
        for party, f in self.pressure.items():
            pressed = any(unit.active and unit.hostile_to(party) for unit in self.units)
            target, tau = (1.0, rules.pressure_up_hours) if pressed else (0.0, rules.pressure_down_hours)
            self.pressure[party] = f + (target - f) * (1 - math.exp(-self.dt / tau))
        morning = self.m0 <= self.day_start + 360 < self.m1
        for facility in self.facilities.values():
            facility.order_to_stay()
            facility.hear_fire()
            if not facility.changed and morning:
                facility.morning(self.pressure[facility.controller])
            facility.settle_custody()

    # --- 7.7 attacks

    def plan_attacks(self) -> None:
        """Dated attacks, then those that cells make, that begin in this step."""
        rules, draws = self.sc.armed_cells, self.draws
        for facility in self.facilities.values():
            facility.attack = None
        for i, attack in enumerate(rules.attacks):
            minute = max(0, self.minute_of(attack.date))
            facility = self.facilities[attack.facility]
            if self.m0 <= minute < self.m1 and facility.order and facility.assault is None and facility.attack is None:
                z = draws.z("attacks.dated", THEATRE, 0, i)
                facility.attack = (minute, self._attackers(attack.attackers, z))
        if not any(cell.strength > 0 for cell in self.cells):
            return
        start = self.day_start
        mean = rules.attacks_per_month / 30 * rules.growth_max * self._surge_max()
        for k in range(poisson(draws.u("attacks.count", THEATRE, start, 0), mean)):
            minute = start + math.floor(DAY * draws.u("attacks.time", THEATRE, start, k))
            if self.m0 <= minute < self.m1:
                self._consider_attack(k, minute)

    def _attackers(self, median: float, z: float) -> int:
        return max(1, half_up(median * math.exp(self.sc.armed_cells.attackers_sd * z)))

    def _consider_attack(self, k: int, minute: int) -> None:
        rules, draws, start = self.sc.armed_cells, self.draws, self.day_start
        rejoined = sum(person.state == "rejoined" for person in self.people)
        rate = min(rules.growth_max, 1 + rules.growth_per_100 * rejoined / 100) * self._surge(minute)
        if not draws.u("attacks.accept", THEATRE, start, k) < rate / (rules.growth_max * self._surge_max()):
            return
        cell = self._attacking_cell(draws.u("attacks.cell", THEATRE, start, k))
        target, best = None, -math.inf
        for facility in self.sites:
            weight = self._appeal(facility, cell) if self._may_attack(facility) else 0.0
            if weight > 0:
                score = math.log(weight) - math.log(-math.log(draws.u("attacks.target", facility.name, start, k)))
                if score > best:
                    target, best = facility, score
        if target is not None and target.attack is None:
            z = draws.z("attacks.size", THEATRE, start, k)
            stronger = min(rules.growth_max, 1 + rules.strength_per_100 * rejoined / 100)
            target.attack = (minute, self._attackers(rules.attackers * stronger, z))

    def _surge(self, minute: int) -> float:
        """S: by how much the rate of undated attacks is raised at a minute."""
        product = 1.0
        for surge in self.sc.armed_cells.surges:
            begins = self.minute_of(surge.date)
            if begins <= minute < begins + DAY * surge.days:
                product *= surge.factor
        return product

    def _surge_max(self) -> float:
        starts = [self.minute_of(surge.date) for surge in self.sc.armed_cells.surges]
        return max([1.0, *(self._surge(minute) for minute in starts)])

    def _attacking_cell(self, u: float) -> ArmedCell:
        total = add_up(cell.strength for cell in self.cells)
        cumulated = 0.0
        for cell in self.cells:
            cumulated += cell.strength
            if cumulated / total >= u:
                return cell
        return self.cells[-1]

    def _may_attack(self, facility: Facility) -> bool:
        movement = self.armed_movement
        if movement is None or not facility.order or facility.assault is not None:
            return False
        return self.hostile(facility.controller, movement) or self.hostile(movement, facility.controller)

    def _appeal(self, facility: Facility, cell: ArmedCell) -> float:
        rules = self.sc.armed_cells
        fighters = sum(person.is_fighter for person in facility.order)
        others = facility.n - fighters
        km = distance(cell.x, cell.y, facility.x, facility.y)
        prize = fighters + rules.family_prize * others
        warded = math.exp(-10 * rules.ward * facility.n_guards / facility.n)
        return prize * math.exp(-km / rules.plan_km) * warded

    # --- 7.12 exits

    def count_exit(self, facility: Facility, person: Detainee, k0: int, cause: str) -> None:
        """Keep the books of one exit; the person is now outside."""
        self.outside.append(person)
        self.exits[cause] += 1
        self.exits[facility.spec.kind] += 1
        self.exits[person.kind] += 1
        if person.is_fighter and person.nationality == "foreign":
            self.exits["foreign fighters"] += 1
        what = {"minute": k0, "facility": facility.name, "cause": cause}
        if not self.events or any(self.events[-1][name] != value for name, value in what.items()):
            self.events.append(what | {"count": 0})
        self.events[-1]["count"] += 1

    # --- 7.14 news

    def spread_news(self) -> None:
        """What has happened is sent out; the level fades, and what is heard from the next step on is added."""
        rules = self.sc.news
        for facility in self.facilities.values():
            if facility.exits_in_step > 0:
                size = facility.episode.size
                weight = rules.weight * (self._newsworth(size) - self._newsworth(size - facility.exits_in_step))
                self.news_due.append((self.m1 + 60 * rules.delay_hours, weight))
        self.news *= math.exp(-self.dt / (24 * rules.tau_days))
        self.news += add_up(weight for due, weight in self.news_due if due <= self.m1)
        self.news_due = [(due, weight) for due, weight in self.news_due if due > self.m1]

    def _newsworth(self, size: int) -> float:
        rules = self.sc.news
        return min(1.0, size / rules.full) if size >= rules.minimum else 0.0

    # --- 7.15 observation

    def observe(self) -> None:
        """Alarms, learning, surveillance, rumours, reports, statements."""
        for facility in self.sites:
            assault = facility.assault
            if assault is not None and facility.alarm < assault.start:
                if any(observer.sees_assault(facility) for observer in [*self.observers, self.surveillance]):
                    facility.alarm = self.m1
                    facility.be_noticed()
        for facility in self.sites:
            for observer in self.observers:
                if facility.exits_in_step > 0 and observer.kind != "statement":
                    observer.learn(facility)
        for facility in self.sites:
            self.surveillance.look(facility)
        for observer in self.observers:
            observer.tell_rumours()
        for facility in self.sites:
            for observer in [*self.observers, self.surveillance]:
                observer.report(facility)
        for observer in self.observers:
            if observer.kind == "statement":
                observer.make_statements()

    # --- books

    def _keep_books(self) -> None:
        self.isr_hours += self.isr_now * self.dt * len(self.sites)
        self.reported = max([self.reported, *(claim for claim in self.board.claims().values() if claim is not None)])
        if self.first_confirmed is None and self.board.confirmed > 0:
            self.first_confirmed = self.m1
        if self.m1 % DAY == 0:
            self._daily.append(self._daily_row(self.m1 // DAY))

    def count_states(self) -> dict[str, int]:
        """People by state."""
        counts = Counter(person.state for person in self.people)
        return {state: counts[state] for state in STATES}

    @property
    def escaped(self) -> int:
        """Exits so far."""
        return sum(facility.escaped for facility in self.facilities.values())

    @property
    def recaptured(self) -> int:
        """Returns to custody so far."""
        return sum(facility.recaptured for facility in self.facilities.values())

    @property
    def reports(self) -> list[dict[str, Any]]:
        """Every report: minute, observer, facility or theatre, low, high, true."""
        return [vars(report).copy() for report in self.board.reports]

    def _facilities_lost(self) -> int:
        return sum(facility.controller != facility.spec.party for facility in self.facilities.values())

    def _facilities_emptied(self) -> int:
        emptied = 0
        for f in self.sites:
            departures = f.escaped + f.transferred + f.moved_out + f.repatriated + f.died_here
            emptied += f.n0 > 0 and f.n < 0.05 * f.n0 and f.escaped >= departures / 2
        return emptied

    def _guards_on_duty(self) -> int:
        return sum(facility.guards_on_duty for facility in self.facilities.values())

    def _daily_row(self, day: int) -> dict[str, Any]:
        states = self.count_states()
        return {
            "day": day,
            "escaped": self.escaped,
            "recaptured": self.recaptured,
            "confirmed": self.board.confirmed,
            **self.board.claims(),
            "held": states["held"],
            "at_large": states["at_large"],
            "guards_on_duty": self._guards_on_duty(),
            "isr_coverage": self.isr_now,
            "facilities_lost": self._facilities_lost(),
        }

    # --- tables

    def daily_rows(self) -> list[dict[str, Any]]:
        """Table `daily`, days 0 to now."""
        return [dict(row) for row in self._daily]

    def facility_rows(self) -> list[dict[str, Any]]:
        """Table `facilities`."""
        return [
            {
                "facility": f.name,
                "held0": f.n0,
                "held": f.n,
                "escaped": f.escaped,
                "recaptured": f.recaptured,
                "confirmed": self.board.confirmed_at.get(f.name),
                "first_escape_day": _days(f.first_exit_m1),
                "control_end": f.controller,
                "guards_end": f.guards_on_duty,
                "wall_end": f.opening,
            }
            for f in self.facilities.values()
        ]

    def run_row(self) -> dict[str, Any]:
        """Table `runs`, from `population` to `isr_hours`."""
        gaps = [row["escaped"] - row["confirmed"] for row in self._daily]
        unreported = sum(e.size for f in self.sites for e in f.episodes if not e.reported)
        first_exits = [f.first_exit_m1 for f in self.sites if f.first_exit_m1 is not None]
        return {
            "population": len(self.people),
            **self.count_states(),
            "left_freely": sum(f.left_freely for f in self.facilities.values()),
            "escaped": self.escaped,
            "escaped_persons": sum(person.escapes > 0 for person in self.people),
            "escaped_prison": self.exits["prison"],
            "escaped_camp": self.exits["camp"],
            "escaped_fighters": self.exits["fighters"],
            "escaped_foreign_fighters": self.exits["foreign fighters"],
            **{f"escaped_{cause}": self.exits[cause] for cause in CAUSES},
            "recaptured": self.recaptured,
            "moved": self.moved,
            "reported": self.reported,
            **self.board.claims(),
            "confirmed": self.board.confirmed,
            "gap": self.escaped - self.board.confirmed,
            "gap_peak": max(gaps),
            "gap_person_days": add_up(max(0.0, gap) for gap in gaps[1:]),
            "undetected_share": unreported / self.escaped if self.escaped else None,
            "accounted_share": self._accounted_share(),
            "first_escape_day": _days(min(first_exits, default=None)),
            "first_report_day": _days(self.board.first_true_report),
            "first_confirmed_day": _days(self.first_confirmed),
            "facilities_lost": self._facilities_lost(),
            "facilities_emptied": self._facilities_emptied(),
            "guards_on_duty": self._guards_on_duty(),
            "isr_hours": self.isr_hours,
        }

    def _accounted_share(self) -> float | None:
        """Of the people who ever got out, how many the largest true report of each place covers."""
        out = sum(person.escapes > 0 for person in self.people)
        covered = add_up(min(f.first_exits, self.board.accounted[f.name]) for f in self.sites)
        return covered / out if out else None

    def state(self) -> dict[str, Any]:
        """A snapshot, for comparison step by step."""
        return {
            "minute": self.m1,
            "facilities": {
                f.name: {
                    "held": f.n,
                    "units": f.n if f.resident else len(f.units),
                    "in_disorder": len(f.active),
                    "opening": f.opening,
                    "authority": f.authority,
                    "agitation": f.agitation,
                    "guards": f.n_guards,
                    "custody": f.custody,
                    "escaped": f.escaped,
                    "exposed": f.exposed,
                    "confirmed": self.board.confirmed_at.get(f.name),
                }
                for f in self.facilities.values()
            },
            "states": self.count_states(),
            "reports": len(self.board.reports),
        }


def _days(minute: int | None) -> float | None:
    return None if minute is None else minute / DAY
