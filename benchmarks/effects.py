"""What every parameter and lever does: each varied down and up by itself, in a scenario in which it can act.

    python -m benchmarks.effects [--replicates N] [--only PATTERN] [--out FILE]

Replicates of the settings compared share seed and number, so that every random number is addressed alike. The page says
where the sign found is the one expected. A parameter that the declarations have and GROUPS does not is varied all the
same, in the scenario of 2019, with no sign expected; a test asks for its entry.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from pydantic import BaseModel

from sim.model import Run
from sim.scenario.declare import DISTRIBUTIONS, Choice
from sim.scenario.draw import quantile
from sim.scenario.fields import Parameter, attributes_of, keys_of, parameters
from sim.scenario.loader import load
from sim.scenario.parameters import Levers
from sim.scenario.resolved import Resolved

PAGE = Path(__file__).resolve().parents[1] / "docs" / "effects.md"
REPLICATES = 200
SEED = 1


class Stage(NamedTuple):
    """A scenario, with what is set in it so that a rule acts often."""

    scenario: str
    settings: dict[str, Any] = {}

    @property
    def text(self) -> str:
        """The stage as the page names it."""
        return ", ".join([self.scenario, *(f"{path} = {value}" for path, value in self.settings.items())])


YEAR_2019 = Stage("ne-syria-2019")
THIN = Stage("ne-syria-2019", {"guards.scale": 0.4})
RIOTOUS = Stage("ne-syria-2019", {"guards.scale": 0.3})
HASAKAH = Stage("hasakah-2022")
RAIDED = Stage("ne-syria-2019", {"armed_cells.attacks_per_month": 4.0})
SHELLED = Stage("ne-syria-2019", {"shelling.hits_per_month": 20.0})
LONE = Stage("quiet-year", {"stealth.per_1000_year": 30.0, "days": 90})
LONE_THIN = Stage("ne-syria-2019", {"stealth.per_1000_year": 100.0})
HASTY = Stage("ne-syria-2019", {"control.handover": "hasty"})
FORMAL = Stage("ne-syria-2019", {"control.handover": "formal"})
RAIDED_NOTICED = Stage("ne-syria-2019", {"armed_cells.attacks_per_month": 4.0, "response": True})
RESTLESS = Stage("quiet-year", {"unrest.per_1000_year": 2.0, "days": 90})
TUNNELLED = Stage(
    "quiet-year", {"incidents": [{"date": "2019-01-02", "facility": "hasakah", "kind": "tunnel"}], "days": 10}
)
SURGING = Stage("ne-syria-2019", {"armed_cells.surges": [{"date": "2019-10-10", "factor": 4.0, "days": 20.0}]})
NOTICED = Stage("ne-syria-2019", {"response": True})

OUT = "escaped_persons"


class Group(NamedTuple):
    """Parameters whose path fits a pattern: where they are varied, what is looked at, the sign of an increase.

    `sign`: "+" or "-", "?" where theory says nothing, "0" where nothing may change.
    """

    pattern: str
    sign: str
    stage: Stage = YEAR_2019
    outcome: str = OUT


GROUPS = (
    Group("guards.scale", "-"),
    Group("guards.redeploy_share", "+"),
    Group("guards.call_km", "+"),
    Group("guards.called_weight", "+"),
    Group("guards.floor_per_100", "-"),
    Group("guards.shifts", "+"),
    Group("guards.reserve_share", "?", THIN),
    Group("guards.nerve_min", "-", THIN),
    Group("guards.flee_km", "+", THIN),
    Group("guards.upkeep_floor", "-", THIN),
    Group("guards.threat_weight", "+"),
    Group("guards.fire_weight", "+", SHELLED),
    Group("guards.fire_km", "+", SHELLED),
    Group("guards.fire_hours", "+", SHELLED),
    Group("guards.alone_weight", "+"),
    Group("guards.gone_hours", "+"),
    Group("guards.stir_weight", "+", THIN),
    Group("guards.stir_per_guard", "-", THIN),
    Group("guards.hold_*", "-"),
    Group("guards.order_kept", "-", FORMAL),
    Group("guards.reinforce_per_day", "-", RAIDED_NOTICED),
    Group("guards.replace_per_day", "-", RAIDED),
    Group("guards.pressure_up_hours", "-", THIN),
    Group("guards.pressure_down_hours", "+", THIN),
    Group("guards.camera_gain", "-", THIN),
    Group("disorder.threshold", "-", THIN),
    Group("disorder.containment_k", "-", THIN),
    Group("disorder.risk_min", "-", THIN),
    Group("disorder.family_risk_min", "-", RIOTOUS),
    Group("disorder.watching", "+", THIN),
    Group("disorder.way_out", "+", THIN),
    Group("disorder.up_per_hour", "+", THIN),
    Group("disorder.down_per_hour", "-", THIN),
    Group("disorder.crowding_*", "+", THIN),
    Group("disorder.agitation_sd", "+", THIN),
    Group("disorder.agitation_days", "?", THIN),
    Group("disorder.authority_reference", "-", THIN),
    Group("disorder.authority_weight", "?", RIOTOUS),
    Group("disorder.authority_down_hours", "-", RIOTOUS),
    Group("disorder.authority_up_hours", "+", RIOTOUS),
    Group("news.weight", "+", THIN),
    Group("news.tau_days", "+", THIN),
    Group("news.delay_hours", "?", THIN),
    Group("news.minimum", "-", THIN),
    Group("news.full", "-", THIN),
    Group("news.cap", "+", THIN),
    Group("walls.erosion_per_hour", "+", THIN),
    Group("walls.erosion_minimum", "-", THIN),
    Group("walls.repair_per_hour", "-", SHELLED),
    Group("walls.baseline", "+", THIN),
    Group("walls.gate_k", "-", SHELLED),
    Group("walls.*_open_hours", "-"),
    Group("walls.open_sd", "?"),
    Group("walls.leave_share", "+"),
    Group("walls.leave_sd", "?"),
    Group("walls.breached", "?", RIOTOUS, "transferred"),
    Group("walls.*_flow_per_hour", "+"),
    Group("stealth.per_1000_year", "+", LONE),
    Group("stealth.thin_gain", "+", LONE_THIN, "escaped_stealth"),
    Group("stealth.camera_cut", "-", LONE),
    Group("assault.alarm_share", "-", RAIDED_NOTICED),
    Group("unrest.tunnel_*", "+", TUNNELLED),
    Group("unrest.per_1000_year", "+", RESTLESS),
    Group("unrest.thin_gain", "+", RESTLESS),
    Group("unrest.crowd_gain", "+", RESTLESS),
    Group("unrest.*_undated", "?", RESTLESS),
    Group("unrest.*_share", "+", RESTLESS),
    Group("unrest.severity_sd", "?", RESTLESS),
    Group("unrest.*_gate", "+", RESTLESS),
    Group("unrest.quell_sd", "?", RESTLESS),
    Group("unrest.*_hours", "+", RESTLESS),
    Group("incidents.*.severity", "+", HASAKAH),
    Group("control.evacuate_km", "?"),
    Group("control.warning_hours", "-"),
    Group("control.evacuate_per_hour", "-"),
    Group("theatre.parties.*.custody.seize", "-"),
    Group("theatre.parties.*.custody.evacuate", "-"),
    Group("assault.success_level", "+", HASAKAH),
    Group("assault.success_slope", "+", HASAKAH),
    Group("assault.success_sd", "?", HASAKAH),
    Group("assault.fight_hours", "-", HASAKAH),
    Group("assault.fight_sd", "?", HASAKAH),
    Group("assault.loss_*", "+", RAIDED),
    Group("assault.suppress_share", "+", RAIDED),
    Group("assault.defend_share", "-", HASAKAH),
    Group("assault.open_per_attacker_hour", "+", HASAKAH),
    Group("assault.size_exponent", "+", HASAKAH),
    Group("assault.self_release_per_hour", "+", HASAKAH),
    Group("assault.open_sd", "?", HASAKAH),
    Group("assault.flow_per_hour", "+", HASAKAH),
    Group("assault.relief_hours", "+", HASAKAH),
    Group("assault.relief_sd", "?", HASAKAH),
    Group("assault.relief_penalty", "+", HASAKAH),
    Group("assault.reaction_residual", "-", HASAKAH),
    Group("assault.breach_open", "+", RAIDED),
    Group("assault.death_share", "+", HASAKAH, "dead"),
    Group("armed_cells.attacks.[*].attackers", "+", HASAKAH),
    Group("armed_cells.attacks_per_month", "+"),
    Group("armed_cells.attackers", "+", RAIDED),
    Group("armed_cells.attackers_sd", "?", RAIDED),
    Group("armed_cells.growth_*", "+", RAIDED),
    Group("armed_cells.strength_per_100", "+", RAIDED),
    Group("armed_cells.surges.*.factor", "+", SURGING),
    Group("armed_cells.surges.*.days", "+", SURGING),
    Group("armed_cells.plan_km", "?", RAIDED),
    Group("armed_cells.ward", "?", RAIDED),
    Group("armed_cells.family_prize", "-", RAIDED, "escaped_fighters"),
    Group("shelling.*", "+", SHELLED),
    Group("control.offensives.[*].km_per_day", "+"),
    Group("control.hasty_hours", "+", HASTY),
    Group("control.none_hours", "+"),
    Group("control.gap_sd", "?"),
    Group("control.reach_km", "+"),
    Group("control.contest_hours", "?"),
    Group("control.pace_sd", "?"),
    Group("at_large.retake_early_per_hour", "+", YEAR_2019, "recaptured"),
    Group("at_large.early_hours", "+", YEAR_2019, "recaptured"),
    Group("at_large.retake_per_day", "+", YEAR_2019, "recaptured"),
    Group("at_large.family_factor", "+", YEAR_2019, "recaptured"),
    Group("at_large.rejoin_per_day", "+", YEAR_2019, "rejoined"),
    Group("at_large.leave_per_day", "+", YEAR_2019, "left_theatre"),
    Group("at_large.death_per_day", "+", YEAR_2019, "dead"),
    Group("at_large.retake_sd", "?", YEAR_2019, "recaptured"),
    Group("at_large.km_per_day", "+", YEAR_2019, "left_theatre"),
    Group("at_large.border_km_per_day", "+", YEAR_2019, "left_theatre"),
    Group("at_large.noticed_*", "+", NOTICED, "recaptured"),
    Group("isr.coverage", "+", YEAR_2019, "accounted_share"),
    Group("isr.residual", "+", YEAR_2019, "accounted_share"),
    Group("isr.revisit_hours", "-", YEAR_2019, "accounted_share"),
    Group("isr.detect_per_look", "+", YEAR_2019, "accounted_share"),
    Group("isr.signs_hours", "+", YEAR_2019, "accounted_share"),
    Group("isr.delay_hours", "+", YEAR_2019, "gap_person_days"),
    Group("isr.bias", "+", YEAR_2019, "reported"),
    Group("isr.error", "?", YEAR_2019, "reported"),
    Group("observers.[*].presence", "+", YEAR_2019, "accounted_share"),
    Group("observers.[*].detect", "+", YEAR_2019, "accounted_share"),
    Group("observers.[*].notice_size", "-", YEAR_2019, "accounted_share"),
    Group("observers.[*].delay_hours", "+", YEAR_2019, "gap_person_days"),
    Group("observers.[*].delay_sd", "?", YEAR_2019, "gap_person_days"),
    Group("observers.[*].update_hours", "+", YEAR_2019, "gap_person_days"),
    Group("observers.[*].bias", "+", YEAR_2019, "reported"),
    Group("observers.[*].bias_own_failure", "+", YEAR_2019, "claimed_guarding_force"),
    Group("observers.[*].error", "+", YEAR_2019, "reported"),
    Group("observers.[*].denies", "-", YEAR_2019, "accounted_share"),
    Group("observers.[*].wordless", "-", YEAR_2019, "confirmed"),
    Group("observers.[*].range_factor", "?", YEAR_2019, "confirmed"),
    Group("observers.[*].false_*", "+", YEAR_2019, "reported"),
    Group("observers.[*].credibility", "0", YEAR_2019, "confirmed"),
    Group("confirmation.origins", "-", YEAR_2019, "confirmed"),
    Group("confirmation.agree_within", "+", YEAR_2019, "confirmed"),
    Group("confirmation.window_days", "+", YEAR_2019, "confirmed"),
    Group("theatre.parties.[*].effectiveness", "-", THIN),
    Group("theatre.parties.[*].authority", "-", THIN),
    Group("theatre.parties.[*].search", "+", YEAR_2019, "recaptured"),
    Group("theatre.parties.[*].custody.guards_per_100", "-", FORMAL),
    Group("theatre.parties.[*].custody.setup_hours", "+"),
    Group("theatre.parties.[*].custody.free", "+", YEAR_2019, "escaped_release"),
    Group("theatre.parties.[*].custody.move", "+", YEAR_2019, "transferred"),
    Group("theatre.parties.[*].custody.neglect", "+", YEAR_2019, "escaped_abandonment"),
    Group("theatre.areas.[*].terrain", "+", YEAR_2019, "left_theatre"),
    Group("theatre.facilities.[*].held.*", "+"),
    Group("theatre.facilities.[*].residents", "+", YEAR_2019, "left_freely"),
    Group("theatre.facilities.[*].guards", "-"),
    Group("theatre.facilities.[*].capacity", "-", THIN),
    Group("theatre.facilities.[*].walls", "-", THIN),
    Group("theatre.facilities.[*].cameras", "-", THIN),
    Group("theatre.facilities.[*].block_size", "?", THIN),
    Group("theatre.facilities.[*].leave_share", "+"),
    Group("theatre.facilities.[*].flow_per_hour", "+"),
    Group("theatre.facilities.[*].call_priority", "+"),
    Group("theatre.cells.[*].strength", "?", RAIDED),
    Group("theatre.border_km", "+", YEAR_2019, "left_theatre"),
)
"""The first that fits counts. `[*]` is the star that stands for a name or a number in a path."""

LEFT_OUT = {
    "days": "the horizon, no quantity of the world",
    "step_hours": "the step; a test holds that it does not matter",
    "seed": "names the random numbers",
    "replicates": "how many",
    "theatre.grid.*": "the map's frame; nothing lies where it did on another",
    "theatre.*.lat": "where something is",
    "theatre.*.lon": "where something is",
    "*.cost": "no rule reads it",
}
"""Numbers that are not varied, and why."""

NOT_HERE = ("theatre.parties.held-movement.custody.*",)
"""Places that are left as they are where a number is varied in all: this party frees everybody, and the shares sum to 1."""

EMPTY = ("theatre.facilities.*.held.*", "theatre.facilities.*.residents", "theatre.facilities.*.guards")
"""Numbers that stay where they are 0: a place that holds none of a kind."""

AT_ZERO = {"guards.floor_per_100": 5.0, "observers.*.false_per_month": 2.0}
"""What a parameter that is 0 goes up to, where a third of its upper bound or at most 0.3 is no sensible choice."""

EXPLAINED: dict[str, str] = {
    "observers.*.credibility": "carried into the reports; no rule weighs it",
}
"""Why a parameter has no effect, to be filled in for those that the page lists."""


class Lever(NamedTuple):
    """A lever pulled a little and more, against not at all, and the sign of pulling it."""

    path: str
    little: dict[str, Any]
    more: dict[str, Any]
    sign: str = "-"
    stage: Stage = YEAR_2019
    outcome: str = OUT


FALLEN = ["ain-issa", "tel-abyad"]
MOVED = {"from": FALLEN, "to": "al-hol", "start": "2019-10-07"}
LEVERS = (
    Lever("guard_floor.per_100", {"per_100": 3.0}, {"per_100": 6.0}),
    Lever("residual_isr.share", {"share": 0.4}, {"share": 0.9}, "+", YEAR_2019, "accounted_share"),
    Lever("formal_handover", {"facilities": ["tel-abyad"]}, {}),
    Lever("move_first.per_day", MOVED | {"per_day": 50.0}, MOVED | {"per_day": 205.0}),
    Lever("repatriation.per_month", {"per_month": 500.0}, {"per_month": 5000.0}),
    Lever("hardening.walls", {"walls": 0.3, "cameras": 0.0}, {"walls": 0.8, "cameras": 0.0}, "-", THIN),
    Lever("hardening.cameras", {"walls": 0.0, "cameras": 0.3}, {"walls": 0.0, "cameras": 0.9}, "-", THIN),
    Lever("reaction_force.residual", {"residual": 0.75}, {"residual": 1.0}, "-", HASAKAH),
)


class Row(NamedTuple):
    """One row of the page: the effect of going down (a lever: of a little) and up (of more), with 95% intervals."""

    path: str
    stage: Stage
    outcome: str
    sign: str
    base: float
    down: Change | None
    up: Change | None
    lever: bool = False

    @property
    def verdict(self) -> str:
        """`agrees`, `contradicts`, `no effect`, or `moves` where no sign is expected."""
        signs = []
        for change, way in ((self.down, 1 if self.lever else -1), (self.up, 1)):
            if change is not None and change.sign != 0:
                signs.append(way * change.sign)
        if not signs:
            return "agrees" if self.sign == "0" else "no effect"
        if self.sign == "?":
            return "moves"
        wanted = {"+": 1, "-": -1, "0": 0}[self.sign]
        return "agrees" if all(sign == wanted for sign in signs) else "contradicts"


class Change(NamedTuple):
    """A paired difference of means: what was set, the difference and its 95% half-width."""

    value: str
    mean: float
    half: float

    @property
    def sign(self) -> int:
        """1 or -1 where the interval leaves 0 out, else 0."""
        return 0 if abs(self.mean) <= self.half or self.mean == 0.0 else (1 if self.mean > 0.0 else -1)


def is_scalar(parameter: Parameter) -> bool:
    """Whether a parameter is a number: declared with a unit, or with a number as default or bounds of one."""
    default = parameter.default
    number = isinstance(default, int | float) and not isinstance(default, bool)
    return bool(parameter.unit or number or parameter.low is not None or parameter.high is not None)


def left_out(path: str) -> str | None:
    """Why a number is not varied, None if it is."""
    return next((why for pattern, why in LEFT_OUT.items() if fnmatchcase(path, pattern)), None)


def varied() -> list[Parameter]:
    """Every number that is varied, levers aside, as declared."""
    return [p for p in parameters() if is_scalar(p) and not left_out(p.path) and not p.path.startswith("levers.")]


def group_of(path: str) -> Group | None:
    """The group of a parameter, None if it is in none."""
    return next((group for group in GROUPS if fnmatchcase(path, group.pattern)), None)


def uncovered() -> list[str]:
    """Numbers and levers of the declarations that the tables here do not have."""
    pulled = {lever.path.split(".")[0] for lever in LEVERS}
    numbers = [p.path for p in varied() if group_of(p.path) is None]
    paths = {f"levers.{lever.path}" for lever in LEVERS}
    levers = [f"levers.{key}" for key in keys_of(Levers) if key not in pulled]
    levers += [
        p.path
        for p in parameters()
        if p.path.startswith("levers.") and is_scalar(p) and not left_out(p.path) and p.path not in paths
    ]
    return numbers + sorted(set(levers))


def places(value: Any, keys: list[str], at: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every place below a value that a path with stars means, as a dotted path, and what stands there."""
    if not keys:
        yield ".".join(at), value
    elif isinstance(value, BaseModel):
        name = attributes_of(type(value)).get(keys[0])
        if name is not None:
            yield from places(getattr(value, name), keys[1:], (*at, keys[0]))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, keys[1:], (*at, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, keys[1:], (*at, str(index)))


def here(resolved: Resolved, path: str) -> dict[str, Any]:
    """The values that a parameter has in a scenario, by dotted path; what is unset is left out."""
    inside = path.startswith("theatre.")
    keys = path.split(".")
    found = places(resolved.theatre if inside else resolved.scenario, keys[1:] if inside else keys)
    named = {f"theatre.{at}" if inside else at: value for at, value in found if value is not None}
    kept = {at: value for at, value in named.items() if not any(fnmatchcase(at, place) for place in NOT_HERE)}
    return {at: value for at, value in kept.items() if value != 0 or not any(fnmatchcase(at, p) for p in EMPTY)}


def settings(parameter: Parameter, value: Any) -> tuple[Any, Any, Any]:
    """A value's middle, and a lower and a higher one within bounds: half and half more, or a distribution's 10 and 90%."""
    if isinstance(value, tuple(DISTRIBUTIONS.values())):
        levels = np.array([0.1, 0.5, 0.9])
        # A choice, such as a column of joint draws, has no order of its own.
        low, middle, high = (
            float(v)
            for v in (np.quantile(value.choice, levels) if isinstance(value, Choice) else quantile(value, levels))
        )
        return middle, low, high
    least = -math.inf if parameter.low is None else parameter.low
    most = math.inf if parameter.high is None else parameter.high
    if value == 0:
        return value, max(least, -0.3 if least < 0 else 0.0), AT_ZERO.get(parameter.path, min(0.3, most / 3.0))
    step = abs(value) / 2
    down, up = max(least, value - step), min(most, value + step)
    if isinstance(value, int):
        down, up = max(math.ceil(least), math.floor(down)), min(most, math.ceil(up))
        return value, int(down), int(up)
    return value, down, up


class Bench:
    """Runs stages with settings, and keeps the outcomes of each stage as it is."""

    def __init__(self, replicates: int) -> None:
        self.replicates = replicates
        self._kept: dict[str, np.ndarray] = {}

    def outcomes(self, stage: Stage, more: Mapping[str, Any]) -> np.ndarray:
        """The rows of `runs` of a stage with further settings: (replicates,)."""
        key = f"{stage}{sorted(more.items())}"
        if not more and key in self._kept:
            return self._kept[key]
        run = Run(load(stage.scenario, stage.settings | dict(more)))
        rows = np.concatenate([run.complete(SEED, replicate).run.copy() for replicate in range(self.replicates)])
        if not more:
            self._kept[key] = rows
        return rows

    def change(self, stage: Stage, base: np.ndarray, more: Mapping[str, Any], outcome: str, text: str) -> Change:
        """The paired difference that settings make."""
        difference = self.outcomes(stage, more)[outcome] - base[outcome]
        known = difference[~np.isnan(difference)]
        if len(known) < 2:
            return Change(text, 0.0, 0.0)
        return Change(text, float(known.mean()), float(1.96 * known.std(ddof=1) / math.sqrt(len(known))))


def parameter_row(bench: Bench, parameter: Parameter) -> Row:
    """The effect of one parameter, at all places that it has at once."""
    group = group_of(parameter.path) or Group(parameter.path, "?")
    chosen = {at: settings(parameter, v) for at, v in here(loaded(group.stage), parameter.path).items()}
    drawn = {at: middle for at, (middle, _, _) in chosen.items() if middle != _value(group.stage, parameter.path, at)}
    base = bench.outcomes(group.stage, drawn)
    changes: list[Change | None] = []
    for side in (1, 2):
        moved = {at: three[side] for at, three in chosen.items()}
        if moved == {at: three[0] for at, three in chosen.items()}:
            changes.append(None)
            continue
        first = next(iter(moved.values()))
        text = f"{first:.4g}" if len(moved) == 1 else "all"
        changes.append(bench.change(group.stage, base, moved, group.outcome, text))
    level = float(np.nanmean(base[group.outcome])) if (~np.isnan(base[group.outcome])).any() else math.nan
    return Row(parameter.path, group.stage, group.outcome, group.sign, level, changes[0], changes[1])


def lever_row(bench: Bench, lever: Lever) -> Row:
    """The effect of one lever, a little and more."""
    base = bench.outcomes(lever.stage, {})
    name, _, number = lever.path.partition(".")
    changes = [
        bench.change(lever.stage, base, {f"levers.{name}": value}, lever.outcome, str(value.get(number, "")))
        for value in (lever.little, lever.more)
    ]
    level = float(np.nanmean(base[lever.outcome]))
    return Row(f"levers.{lever.path}", lever.stage, lever.outcome, lever.sign, level, changes[0], changes[1], True)


_scenarios: dict[str, Resolved] = {}


def loaded(stage: Stage) -> Resolved:
    """A stage as it stands, read once."""
    if stage.text not in _scenarios:
        _scenarios[stage.text] = load(stage.scenario, stage.settings)
    return _scenarios[stage.text]


def _value(stage: Stage, path: str, at: str) -> Any:
    return here(loaded(stage), path)[at]


def rows(bench: Bench, pattern: str = "*") -> Iterator[Row]:
    """The rows of all parameters and levers whose path fits a pattern."""
    for parameter in varied():
        if fnmatchcase(parameter.path, pattern):
            yield parameter_row(bench, parameter)
    for lever in LEVERS:
        if fnmatchcase(f"levers.{lever.path}", pattern):
            yield lever_row(bench, lever)


HEAD = """# Effects

Every number of scenario and theatre files, and every lever, varied by itself, down and up: by half of its value within its
bounds, or to the 10% and 90% quantiles where the scenario has a distribution; a number that stands in several places (facilities,
parties, observers) in all of them at once; a lever a little (under *down*) and more (under *up*), against not pulled. Made by
`make effects`, with {replicates} paired replicates a setting; intervals are 95%. *Expected* is the sign of an increase (of pulling a
lever): `?` where theory says nothing, `0` where nothing may change. One among twenty that do nothing seems to.

"""
COLUMNS = "| parameter | scenario | outcome | mean | down | up | expected | |\n|---|---|---|---|---|---|---|---|\n"


def _cell(change: Change | None) -> str:
    if change is None:
        return "–"
    return f"{change.value}: {change.mean:+.3g} ± {change.half:.2g}"


def page(found: list[Row], replicates: int) -> str:
    """The page's text."""
    text = HEAD.format(replicates=replicates) + COLUMNS
    for row in found:
        text += (
            f"| `{row.path}` | {row.stage.text} | {row.outcome} | {row.base:.4g} | {_cell(row.down)} | {_cell(row.up)}"
            f" | {row.sign} | {row.verdict} |\n"
        )
    counts = {verdict: sum(row.verdict == verdict for row in found) for verdict in VERDICTS}
    text += "\n" + ", ".join(f"{verdict}: {n}" for verdict, n in counts.items()) + f"; {len(found)} together.\n"
    text += "\n## Without effect\n\n| parameter | why |\n|---|---|\n"
    text += "".join(f"| `{r.path}` | {EXPLAINED.get(r.path, '')} |\n" for r in found if _is_idle(r))
    text += "\n## Not varied\n\n| number | why |\n|---|---|\n"
    text += "".join(f"| `{path}` | {why} |\n" for path, why in LEFT_OUT.items())
    return text


VERDICTS = ("agrees", "moves", "no effect", "contradicts")


def _is_idle(row: Row) -> bool:
    return row.verdict == "no effect" or row.sign == "0"


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description="Vary every parameter and lever, and write docs/effects.md.")
    parser.add_argument("--replicates", type=int, default=REPLICATES)
    parser.add_argument("--only", default="*", help="pattern of paths; the page then has these alone")
    parser.add_argument("--out", type=Path, default=PAGE)
    given = parser.parse_args()
    began = time.monotonic()
    found = []
    for row in rows(Bench(given.replicates), given.only):
        found.append(row)
        line = f"{row.path}: {row.outcome} {_cell(row.down)}, {_cell(row.up)} ({row.sign}) {row.verdict}"
        print(line, file=sys.stderr)
    given.out.write_text(page(found, given.replicates), encoding="utf-8")
    print(f"{given.out}: {len(found)} rows in {time.monotonic() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
