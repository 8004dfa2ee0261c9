"""The schedule of a step, one replicate's run, and `DetentionModel`, the same as a Mesa model."""

from __future__ import annotations

import copyreg
import math
import weakref
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import mesa
import numpy as np
from mesa.datacollection import DataCollector
from mesa.discrete_space import OrthogonalMooreGrid

from sim.agents import ArmedCell, Detainee, Facility, Guard, Observer, OccupyingForce, Resident
from sim.agents.armed_cell import attacks
from sim.agents.build import Room, binding, build_belief, build_truth, names_of
from sim.agents.detainee import fugitives, list_by_index
from sim.agents.facility import new_day, rests, ticks, wake_moods
from sim.agents.guard import guards, muster, present
from sim.agents.levers import move_first, repatriate
from sim.agents.observer import ISR_PHASE, claimed, observe
from sim.agents.occupying_force import ground
from sim.engine.arrayset import ArrayAgentSet, EveryAgent
from sim.engine.compiled import compiled, inlined
from sim.engine.random import name_key, uniform
from sim.engine.reference import referenced
from sim.outcomes import DAILY_RECORD, FACILITY_RECORD, RUN_RECORD
from sim.scenario.draw import quantile
from sim.scenario.loader import load
from sim.scenario.parameters import ROLES
from sim.scenario.resolved import Resolved
from sim.world.belief import Belief, BeliefRef
from sim.world.codes import DAY, GUARDED, NONE
from sim.world.state import Truth, TruthRef


class Tables(NamedTuple):
    """Where a replicate's results are written."""

    run: np.ndarray  # RUN_RECORD (1,)
    daily: np.ndarray  # DAILY_RECORD (days + 1,)
    facility: np.ndarray  # FACILITY_RECORD (facilities,)


TablesRef = referenced(Tables)


@compiled
def sponsor(t: Truth) -> None:
    """The sponsor's presence w, linear between the dates of the schedule, and what goes with it."""
    clock = t.clock[0]
    par = t.par[0]
    dates = t.schedule.shape[0]
    w = 1.0
    if dates > 0 and clock.m0 >= t.schedule[dates - 1, 0]:
        w = t.schedule[dates - 1, 1]
    elif dates > 0 and clock.m0 >= t.schedule[0, 0]:
        k = 0
        while clock.m0 >= t.schedule[k + 1, 0]:
            k += 1
        phase = (clock.m0 - t.schedule[k, 0]) / (t.schedule[k + 1, 0] - t.schedule[k, 0])
        w = t.schedule[k, 1] + phase * (t.schedule[k + 1, 1] - t.schedule[k, 1])
    clock.presence = w
    clock.upkeep = par.guards_upkeep_floor + (1.0 - par.guards_upkeep_floor) * w
    clock.reaction = par.assault_reaction_residual + (1.0 - par.assault_reaction_residual) * w


@inlined
def day(t: Truth) -> None:
    """What happens once a day: the day's draws, then repatriations and moves."""
    if t.clock[0].m0 % DAY != 0:
        return
    for f in range(t.facility.shape[0]):
        new_day(t, f)
    repatriate(t)
    move_first(t)


@inlined
def facilities(t: Truth) -> None:
    """Every facility's ticks; where nothing can change nothing is looked at."""
    t.clock[0].exits_step = 0
    for f in range(t.facility.shape[0]):
        if not rests(t, f):
            t.facility[f].exits_step = 0
            ticks(t, f)


@compiled
def weight_of_episode(size: int, minimum: float, full: float) -> float:
    """How much news an episode of this size makes, 0 to 1."""
    return min(1.0, size / full) if size >= minimum else 0.0


@inlined
def news(t: Truth) -> None:
    """Word of this step's escapes sets out; what set out earlier is heard at the start of the next step."""
    clock = t.clock[0]
    par = t.par[0]
    steps = int(math.ceil(60.0 * par.news_delay_hours / clock.step_minutes))
    for f in range(t.facility.shape[0] if clock.exits_step > 0 else 0):
        site = t.facility[f]
        if site.exits_step == 0:
            continue
        size = t.episode[site.episode].exits
        gain = weight_of_episode(size, par.news_minimum, par.news_full) - weight_of_episode(
            site.episode_step, par.news_minimum, par.news_full
        )
        at = clock.step + 1 + steps
        if at < t.heard.shape[0]:
            t.heard[at] += par.news_weight * gain
    clock.news_before = clock.news
    clock.news = clock.news * clock.news_kept + t.heard[clock.step + 1]


@inlined
def truth_pass(t: Truth) -> None:
    """What happens in a step. The order is that of docs/ODD.md, section 3."""
    sponsor(t)
    day(t)
    ground(t)
    guards(t)
    attacks(t)
    facilities(t)
    fugitives(t)
    news(t)


@inlined
def step(t: Truth, b: Belief, tables: Tables) -> None:
    """One step: the truth, then what is seen of it, then the day's row."""
    clock = t.clock[0]
    clock.m0 = clock.step * clock.step_minutes
    clock.m1 = clock.m0 + clock.step_minutes
    truth_pass(t)
    observe(t, b)
    clock.step += 1
    if clock.m1 % DAY == 0:
        end_day(t, b, tables, clock.m1 // DAY)


@compiled
def advance(t: Truth, b: Belief, tables: Tables, steps: int) -> None:
    """So many steps in one call: the same function as one by one."""
    truth, belief, written = TruthRef(*t), BeliefRef(*b), TablesRef(*tables)
    for _ in range(steps):
        step(truth, belief, written)
    list_by_index(truth)
    wake_moods(truth)


@compiled
def guards_on_duty(t: Truth) -> int:
    """Guards present everywhere, all shifts."""
    n = 0
    for f in range(t.facility.shape[0]):
        n += t.facility[f].on_site + int(math.floor(t.facility[f].occupier_guards + 0.5))
    return n


@compiled
def facilities_lost(t: Truth) -> int:
    """Facilities whose controller is not the initial one."""
    n = 0
    for f in range(t.facility.shape[0]):
        if t.facility[f].controller != t.facility[f].initial:
            n += 1
    return n


@compiled
def end_day(t: Truth, b: Belief, tables: Tables, which: int) -> None:
    """Write the row of a day's end and carry the gap on."""
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
    row.claimed_guarding_force = claimed(b, 0)
    row.claimed_attacker = claimed(b, 1)
    row.claimed_occupier = claimed(b, 2)
    row.claimed_sponsor_government = claimed(b, 3)
    row.claimed_other_government = claimed(b, 4)
    row.claimed_NGO = claimed(b, 5)
    row.claimed_media = claimed(b, 6)
    row.claimed_later_accounting = claimed(b, 7)
    row.held = t.states[0]
    row.at_large = t.states[1]
    row.guards_on_duty = guards_on_duty(t)
    row.isr_coverage = board.coverage
    row.facilities_lost = facilities_lost(t)


@compiled
def begin(t: Truth, b: Belief, tables: Tables) -> None:
    """Start a replicate."""
    draw_start(TruthRef(*t), BeliefRef(*b), TablesRef(*tables))


@compiled
def fix_exponentials(t: Truth) -> None:
    """Exponentials of a step's or a tick's length, the same all through the replicate."""
    clock = t.clock[0]
    par = t.par[0]
    hours = clock.tick_minutes / 60.0
    clock.pressure_up = 1.0 - math.exp(-clock.dt / par.guards_pressure_up_hours)
    clock.pressure_down = 1.0 - math.exp(-clock.dt / par.guards_pressure_down_hours)
    clock.agitation_kept = math.exp(-1.0 / par.disorder_agitation_days)
    clock.authority_kept = math.exp(-clock.dt / par.disorder_authority_down_hours)
    clock.authority_lag = math.exp(-clock.dt / par.disorder_authority_up_hours)
    clock.news_kept = math.exp(-clock.dt / (24.0 * par.news_tau_days))
    clock.camp_closed = math.exp(-hours / par.walls_camp_open_hours)
    clock.prison_closed = math.exp(-hours / par.walls_prison_open_hours)
    clock.join = 1.0 - math.exp(-par.disorder_up_per_hour * hours)
    clock.calm = 1.0 - math.exp(-par.disorder_down_per_hour * hours)


@inlined
def draw_start(t: Truth, b: Belief, tables: Tables) -> None:
    """Draw what is drawn once, apply levers to numbers, and set every facility to its start."""
    clock = t.clock[0]
    par = t.par[0]
    if par.levers_guard_floor_per_100 > par.guards_floor_per_100:
        par.guards_floor_per_100 = par.levers_guard_floor_per_100
    if par.levers_residual_isr_share > par.isr_residual:
        par.isr_residual = par.levers_residual_isr_share
    if par.levers_reaction_force_residual > par.assault_reaction_residual:
        par.assault_reaction_residual = par.levers_reaction_force_residual
    fix_exponentials(t)
    for c in range(t.cell.shape[0]):
        clock.armed_strength += t.cell[c].strength
    for f in range(t.facility.shape[0]):
        open_facility(t, f)
        u = uniform(clock.seed, ISR_PHASE, clock.replicate, t.facility[f].key, 0, 0)
        revisit = par.isr_revisit_hours
        b.phase[f] = int(math.floor(u * revisit / clock.dt + 0.0)) * clock.step_minutes
    isr = b.observer[b.board[0].isr]
    isr.bias = par.isr_bias
    isr.error = par.isr_error
    for o in range(b.observer.shape[0]):
        if math.isnan(b.observer[o].bias_own_failure):
            b.observer[o].bias_own_failure = b.observer[o].bias
    sponsor(t)
    b.board[0].coverage = par.isr_coverage * (par.isr_residual + (1.0 - par.isr_residual) * clock.presence)
    end_day(t, b, tables, 0)


@compiled
def open_facility(t: Truth, f: int) -> None:
    """A facility at the start: walls and cameras with the hardening lever, guards, custody, authority."""
    par = t.par[0]
    site = t.facility[f]
    if site.hardened == 1:
        site.walls = 1.0 - (1.0 - site.walls) * (1.0 - par.levers_hardening_walls)
        site.cameras = 1.0 - (1.0 - site.cameras) * (1.0 - par.levers_hardening_cameras)
    if math.isnan(site.capacity):
        site.capacity = float(site.held0) if site.held0 > 0 else math.inf
    if math.isnan(site.flow):
        site.flow = par.walls_camp_flow_per_hour if site.camp == 1 else par.walls_prison_flow_per_hour
    site.opening0 = par.walls_baseline * (1.0 - site.walls)
    site.opening = site.opening0
    site.authority = t.party[site.controller].authority
    muster(t, f)
    site.custody = GUARDED if present(t, f) > 0.0 else NONE


@compiled
def finish(t: Truth, b: Belief, tables: Tables) -> None:
    """Write the results of a replicate."""
    write_run(TruthRef(*t), BeliefRef(*b), TablesRef(*tables))


@inlined
def write_run(t: Truth, b: Belief, tables: Tables) -> None:
    """Write the replicate's row and its facilities' rows."""
    board = b.board[0]
    total = t.total[0]
    row = tables.run[0]
    row.population = total.population
    row.held = t.states[0]
    row.at_large = t.states[1]
    row.rejoined = t.states[2]
    row.left_theatre = t.states[3]
    row.dead = t.states[4]
    row.transferred = t.states[5]
    row.repatriated = t.states[6]
    row.left_freely = total.left_freely
    row.escaped = total.escaped
    row.escaped_persons = total.escaped_persons
    row.escaped_camp = total.escaped_camp
    row.escaped_prison = total.escaped - total.escaped_camp
    row.escaped_fighters = total.escaped_fighters
    row.escaped_foreign_fighters = total.escaped_foreign_fighters
    row.escaped_stealth = t.causes[0]
    row.escaped_disorder = t.causes[1]
    row.escaped_assault = t.causes[2]
    row.escaped_shelling = t.causes[3]
    row.escaped_abandonment = t.causes[4]
    row.escaped_release = t.causes[5]
    row.recaptured = total.recaptured
    row.moved = total.moved
    row.reported = board.reported
    row.claimed_guarding_force = claimed(b, 0)
    row.claimed_attacker = claimed(b, 1)
    row.claimed_occupier = claimed(b, 2)
    row.claimed_sponsor_government = claimed(b, 3)
    row.claimed_other_government = claimed(b, 4)
    row.claimed_NGO = claimed(b, 5)
    row.claimed_media = claimed(b, 6)
    row.claimed_later_accounting = claimed(b, 7)
    row.confirmed = np.sum(b.confirmed)
    row.gap = total.escaped - row.confirmed
    row.gap_peak = board.gap_peak
    row.gap_person_days = board.gap_person_days
    row.undetected_share = undetected_share(t, b)
    row.first_escape_day = day_or_null(total.first_escape)
    row.first_report_day = day_or_null(board.first_report)
    row.first_confirmed_day = day_or_null(board.first_confirmed)
    row.facilities_lost = facilities_lost(t)
    row.guards_on_duty = guards_on_duty(t)
    row.isr_hours = board.watched_hours
    row.facilities_emptied = 0
    for f in range(t.facility.shape[0]):
        if is_emptied(t, f):
            row.facilities_emptied += 1
        finish_facility(t, b, tables, f)


@compiled
def day_or_null(minute: int) -> float:
    """Days since the start, null (NaN) for never."""
    return minute / 1440.0 if minute >= 0 else math.nan


@compiled
def undetected_share(t: Truth, b: Belief) -> float:
    """Exits in episodes without a true report over all exits; null (NaN) when there are none."""
    if t.total[0].escaped == 0:
        return math.nan
    missed = 0
    for e in range(t.clock[0].episodes):
        if b.reported_at[e] < 0:
            missed += t.episode[e].exits
    return missed / t.total[0].escaped


@compiled
def is_emptied(t: Truth, f: int) -> bool:
    """Held under 5% of those at the start, at least half of the departures exits."""
    site = t.facility[f]
    if site.resident == 1 or site.held0 == 0 or site.held >= 0.05 * site.held0:
        return False
    departures = site.escaped + site.transferred + site.moved + site.repatriated + site.died
    return site.escaped >= 0.5 * departures


@compiled
def finish_facility(t: Truth, b: Belief, tables: Tables, f: int) -> None:
    """Write one facility's row."""
    site = t.facility[f]
    row = tables.facility[f]
    row.held0 = site.held0
    row.held = site.held
    row.escaped = site.escaped
    row.recaptured = site.recaptured
    row.confirmed = b.confirmed[f]
    row.first_escape_day = day_or_null(site.first_escape)
    row.guards_end = site.on_site + math.floor(site.occupier_guards + 0.5)
    row.wall_end = site.opening
    row.control_end = site.controller


RESTORED = (
    "clock", "par", "total", "states", "causes", "party", "control", "changes", "facility", "block", "people", "unit",
    "cell", "attack", "heard", "noticed", "fate_first",
)  # fmt: skip
"""Arrays of truth that are set back before a replicate; the others are written before they are read."""
BELIEF_RESTORED = (
    "board", "observer", "pair", "claim", "theatre_claim", "confirmed", "signs", "began", "learned_by",
    "reported_at", "confirmed_at",
)  # fmt: skip


def copied[Bundle: (Truth, Belief)](first: Bundle, names: tuple[str, ...]) -> Bundle:
    """The bundle with copies of the arrays named; of the others no first state is kept."""
    return first._replace(**{name: getattr(first, name).copy() for name in names})


def pairs_of_bytes(
    bundle: Truth | Belief, first: Truth | Belief, names: tuple[str, ...]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Arrays to be set back and what to, as plain bytes: copied without a look at what they mean."""
    pairs = [(getattr(bundle, name), getattr(first, name)) for name in names if getattr(first, name).size]
    return [(array.reshape(-1).view(np.uint8), to.reshape(-1).view(np.uint8)) for array, to in pairs]


class Run:
    """One replicate at a time of one scenario: arrays made once, set back, drawn and advanced.

    `truth`, `belief` and `tables` are the arrays; a run is not shared between threads.
    """

    def __init__(self, resolved: Resolved, *, full: bool = False) -> None:
        """Parameters: resolved, the scenario; full, whether events and reports are kept."""
        self.resolved = resolved
        self.names = names_of(resolved)
        self.full = full
        self._room = Room(log=4096, reports=1024) if full else Room()
        # What a lever costs is nobody's rule.
        self._distributions = {path: d for path, d in resolved.numbers().items() if not path.endswith(".cost")}
        self._joint = resolved.joint()
        self._limits = resolved.limits()
        self._bindings = {path: binding(path, resolved) for path in self._distributions}
        self.draws: dict[str, float] = {}
        self._allocate(resolved)

    def _allocate(self, resolved: Resolved) -> None:
        self._first_truth = build_truth(resolved, self._room)
        self._first_belief = build_belief(resolved, self._room)
        self.truth = copied(self._first_truth, RESTORED)
        self.belief = copied(self._first_belief, BELIEF_RESTORED)
        self._pair_arrays()
        days = math.floor(resolved.scenario.days + 1e-9)
        self.tables = Tables(
            np.zeros(1, RUN_RECORD),
            np.zeros(days + 1, DAILY_RECORD),
            np.zeros(len(self.truth.facility), FACILITY_RECORD),
        )

    def reset(self, seed: int, replicate: int) -> None:
        """Set everything to the start of one replicate and draw what is drawn once."""
        self.seed, self.replicate = seed, replicate
        self.draws = self._draw(seed, replicate)
        if any(self._bindings[path] is None for path in self._distributions):
            self._allocate(self.resolved.with_numbers(self.draws))
        else:
            self._restore()
            self._bind()
        clock = self.truth.clock
        clock["seed"], clock["replicate"] = seed, replicate
        begin(self.truth, self.belief, self.tables)

    def _draw(self, seed: int, replicate: int) -> dict[str, float]:
        """The distributions' values in this replicate: one uniform each, addressed by its path, within its bounds.

        What joint draws decide comes from one row of theirs, which one uniform chooses.
        """
        values = {}
        if self._joint:
            u = uniform(seed, JOINT, replicate, THEATRE, 0, 0)
            values.update(self._joint[int(u * len(self._joint))])
        for path, distribution in self._distributions.items():
            if path in values:
                continue
            low, high = self._limits[path]
            u = uniform(seed, DRAW, replicate, name_key(path), 0, 0)
            values[path] = min(max(float(quantile(distribution, np.array([u]))[0]), low), high)
        return values

    def _pair_arrays(self) -> None:
        self._restored = [
            *pairs_of_bytes(self.truth, self._first_truth, RESTORED),
            *pairs_of_bytes(self.belief, self._first_belief, BELIEF_RESTORED),
        ]

    def _restore(self) -> None:
        if not np.may_share_memory(self._restored[0][0], self.truth.clock):
            self._pair_arrays()  # a copy of a run has arrays of its own
        for array, first in self._restored:
            array[:] = first

    def _bind(self) -> None:
        for path, value in self.draws.items():
            bound = self._bindings[path]
            assert bound is not None
            array, row, column = bound
            holder = self.belief if array == "observer" else self.truth
            getattr(holder, array)[column][row] = value

    def advance(self, steps: int) -> None:
        """Advance by so many steps; if a list proves too short, do the replicate again with longer ones."""
        done = int(self.truth.clock["step"][0])
        advance(self.truth, self.belief, self.tables, steps)
        while self.truth.clock["overflow"][0] or self.belief.board["overflow"][0]:
            self.make_room(self._room.larger())
            self.reset(self.seed, self.replicate)
            advance(self.truth, self.belief, self.tables, done + steps - int(self.truth.clock["step"][0]))

    @property
    def room(self) -> Room:
        """How long the lists are."""
        return self._room

    def make_room(self, room: Room) -> None:
        """Make the lists at least so long; what they hold is lost."""
        wanted = self._room.covering(room)
        if wanted != self._room:
            self._room = wanted
            self._allocate(self.resolved)

    def finish(self) -> Tables:
        """Write the run's row and the facilities' rows; the tables are overwritten by the next replicate."""
        finish(self.truth, self.belief, self.tables)
        return self.tables

    def complete(self, seed: int, replicate: int) -> Tables:
        """One replicate from start to horizon."""
        self.reset(seed, replicate)
        self.advance(int(self.truth.clock["steps"][0] - self.truth.clock["step"][0]))
        return self.finish()


DRAW = name_key("draw")
JOINT = name_key("draws")
THEATRE = name_key("theatre")


class DetentionModel(mesa.Model):
    """One replicate as a Mesa model: `step()`, `agents_by_type`, `grid`, `datacollector`, step by step.

    The same compiled rules on the same arrays as a sweep, so replicate r of seed s here is row (s, r) there, bit by
    bit. Agents are views made when asked for.
    """

    def __init__(
        self, scenario: Resolved | str | Path = "tiny", rng: int | None = None, replicate: int = 0, **settings: object
    ) -> None:
        """Parameters: scenario, resolved or a path or shipped name; rng, the seed (the scenario's by default);
        replicate; settings, scenario paths and values, dots or double underscores between keys.

        Raises InputError for a faulty scenario, TypeError for a seed that is not a whole number.
        """
        overrides = {name.replace("__", "."): value for name, value in settings.items()}
        if not isinstance(scenario, Resolved):
            scenario = load(str(scenario), overrides)
        elif overrides:
            raise TypeError("settings go with a path: load(path, settings) makes a resolved scenario of them")
        if rng is not None and not isinstance(rng, int | np.integer):
            raise TypeError("rng: expected a whole number, the seed")
        seed = scenario.scenario.seed if rng is None else int(rng)
        if not 0 <= seed < 2**63 or not 0 <= replicate < 2**63 or int(replicate) != replicate:
            raise ValueError("rng and replicate: expected whole numbers from 0 to 2^63 - 1")
        super().__init__(rng=seed)
        self.running: bool = True
        self.resolved = scenario
        self.seed_number, self.replicate = seed, replicate
        self.run = Run(scenario, full=True)
        self.run.reset(seed, replicate)
        self.names = self.run.names
        self.roles = ROLES
        self._index_people()
        self._place()
        self.datacollector = DataCollector({name: partial(_reported, name=name) for name in REPORTED})
        self.datacollector.collect(self)

    @property
    def truth(self) -> Truth:
        """The arrays of what happens."""
        return self.run.truth

    @property
    def belief(self) -> Belief:
        """The arrays of what is believed."""
        return self.run.belief

    @property
    def hours(self) -> float:
        """Hours since the start."""
        return float(self.truth.clock["step"][0] * self.truth.clock["dt"][0])

    @property
    def agents(self) -> EveryAgent:
        """Every agent of every kind."""
        return EveryAgent.of(self._agents_by_type.values(), self.random)

    def _index_people(self) -> None:
        """One set per kind of agent, over the arrays."""
        sites = self.truth.facility
        resident = np.flatnonzero(sites["resident"] == 1)
        counts = sites["held0"][resident]
        self.resident_home = np.repeat(resident, counts)
        self.resident_number = np.concatenate([np.arange(n) for n in counts]) if len(counts) else np.zeros(0, int)
        self.guard_home = np.repeat(np.arange(len(sites)), sites["guard_rows"])
        present = zip(sites["guard_rows"], sites["guards"], strict=True)
        exists = np.concatenate([np.arange(rows) < n for rows, n in present])
        rows = {
            Facility: np.arange(len(sites)),
            Detainee: np.arange(len(self.truth.people)),
            Resident: np.arange(len(self.resident_home)),
            Guard: np.flatnonzero(exists),
            OccupyingForce: np.arange(len(self.truth.unit)),
            ArmedCell: np.arange(len(self.truth.cell)),
            Observer: np.arange(len(self.belief.observer)),
        }
        self._agents_by_type = {view: ArrayAgentSet.over(self, view, some) for view, some in rows.items()}

    def _place(self) -> None:
        """The grid and its layers, which follow the arrays."""
        grid = self.resolved.theatre.grid
        self.grid = OrthogonalMooreGrid((grid.width, grid.height), torus=False, random=self.random)
        # The grid registers its class for copying, which would keep its layers for ever.
        weakref.finalize(self, copyreg.dispatch_table.pop, self.grid.cell_klass, None)
        for name, dtype in (("control", int), ("front", float), ("terrain", float)):
            self.grid.create_property_layer(name, default_value=dtype(0), dtype=dtype)
        self.grid.terrain.data = self.truth.terrain.T
        self._follow()

    def __getstate__(self) -> dict[str, Any]:
        """All but the grid: Mesa's copies of its cells lose the layers, so a copy of the model makes its own."""
        return {name: value for name, value in self.__dict__.items() if name != "grid"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._place()

    def _follow(self) -> None:
        self.grid.control.data = self.truth.control.T
        self.grid.front.data = self._front_km().T

    def _front_km(self) -> np.ndarray:
        """Distance of every cell from the nearest active unit, km; infinite if there is none."""
        size = self.resolved.theatre.grid.cell_km
        height, width = self.truth.control.shape
        x, y = (np.arange(width) + 0.5) * size, (np.arange(height) + 0.5) * size
        front = np.full((height, width), np.inf)
        for unit in self.truth.unit[self.truth.unit["active"] == 1]:
            front = np.minimum(front, np.hypot(x[None, :] - unit["x"], y[:, None] - unit["y"]))
        return front

    def step(self) -> None:
        """One step of the schedule; nothing after the horizon."""
        if not self.running:
            return
        self.run.advance(1)
        self._follow()
        self.datacollector.collect(self)
        clock = self.truth.clock[0]
        self.running = bool(clock["step"] < clock["steps"])

    def run_days(self, days: float) -> None:
        """Advance by so many days, or to the horizon."""
        for _ in range(round(days * 24 / self.resolved.scenario.step_hours)):
            if not self.running:
                return
            self.step()

    def outcomes(self) -> dict[str, float]:
        """The `runs` row as it stands now; null is NaN."""
        row = self.run.finish().run[0]
        return {name: float(row[name]) for name in row.dtype.names}


REPORTED = ("escaped", "recaptured", "confirmed", "held", "at_large", "guards_on_duty", "reports")
"""What the data collector keeps at every step."""


def _reported(model: DetentionModel, name: str) -> float:
    total, states = model.truth.total[0], model.truth.states
    if name == "confirmed":
        return float(model.belief.confirmed.sum())
    if name == "reports":
        return int(model.belief.board["reports"][0])
    if name == "guards_on_duty":
        return int(guards_on_duty_now(model.truth))
    if name in ("held", "at_large"):
        return int(states[("held", "at_large").index(name)])
    return int(total[name])


def guards_on_duty_now(truth: Truth) -> int:
    """Guards present everywhere, all shifts."""
    sites = truth.facility
    return int(sites["on_site"].sum() + np.floor(sites["occupier_guards"] + 0.5).sum())
