"""Settings that a page may change in a scenario, and the scenario with them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sim.scenario.declare import parse_date
from sim.scenario.fields import parameters
from sim.scenario.resolved import Resolved

HANDOVER = "control.handover"
PACE = "withdrawal.pace"
"""Not a path of scenarios: how many times as fast as scheduled the sponsor withdraws; 0 for no withdrawal."""


class Slider(NamedTuple):
    """A number that the page sets: its path, label, unit, and range."""

    path: str
    label: str
    unit: str
    low: float
    high: float
    step: float


FARTHEST = 4.0
"""How many times its default a slider of an unbounded number reaches."""
SLIDERS = (
    Slider("guards.scale", "Guards", "times the number given", 0.0, 2.0, 0.05),
    Slider("isr.coverage", "ISR coverage", "share of facility-hours watched", 0.0, 1.0, 0.05),
    Slider("guards.redeploy_share", "Guards to front", "largest share the front may take", 0.0, 1.0, 0.05),
    Slider(PACE, "Pace of withdrawal", "times as fast as in the scenario; 0: the sponsor stays", 0.0, 4.0, 0.25),
)


def sliders_of(resolved: Resolved | None) -> tuple[Slider, ...]:
    """Return the sliders of a scenario: those of its `view.controls`, else the usual ones that can act in it."""
    view = resolved.scenario.view if resolved is not None else None
    if view is None or not view.controls:
        idle = idle_in(resolved) if resolved is not None else frozenset()
        return tuple(slider for slider in SLIDERS if slider.path not in idle)
    usual = {slider.path: slider for slider in SLIDERS}
    return tuple(usual.get(path) or _declared(path) for path in dict.fromkeys(view.controls))


def idle_in(resolved: Resolved) -> frozenset[str]:
    """Return the page's usual settings that nothing in a scenario can feel, whatever their value.

    Without an offensive no front calls guards; where no ground changes hands either, nothing is handed over; and a
    sponsor who never leaves has no pace.
    """
    scenario = resolved.scenario
    control = scenario.control
    passes = any(not change.ground_only and change.handover is None for change in control.changes)
    able = {
        "guards.redeploy_share": bool(control.offensives),
        HANDOVER: bool(control.offensives) or passes,
        PACE: bool(scenario.withdrawal.schedule),
    }
    return frozenset(path for path, acts in able.items() if not acts)


def _declared(path: str) -> Slider:
    """Return the slider of a declared number: within its bounds, and no further than some times its default."""
    parameter = next(parameter for parameter in parameters() if parameter.path == path)
    low = parameter.low if parameter.low is not None else 0.0
    high = parameter.high if parameter.high is not None else math.inf
    default = parameter.default if isinstance(parameter.default, int | float) else 0.0
    reach = FARTHEST * max(abs(float(default)), abs(low)) or 1.0
    high = high if high - low <= 2.0 else min(high, low + reach)
    step = 10.0 ** math.floor(math.log10((high - low) / 20))
    label = path.rpartition(".")[2].replace("_", " ")
    return Slider(path, label[:1].upper() + label[1:], f"{parameter.unit}, {parameter.description}", low, high, step)


def changed(resolved: Resolved, settings: Mapping[str, object]) -> Resolved:
    """Return the scenario with a page's settings."""
    numbers = {path: value for path, value in settings.items() if path != PACE and isinstance(value, int | float)}
    resolved = resolved.with_numbers(numbers) if numbers else resolved
    scenario = resolved.scenario
    if HANDOVER in settings:
        control = scenario.control.model_copy(update={"handover": settings[HANDOVER]})
        scenario = scenario.model_copy(update={"control": control})
    pace = settings.get(PACE)
    if isinstance(pace, int | float):
        schedule = paced(scenario.withdrawal.schedule, float(pace))
        withdrawal = scenario.withdrawal.model_copy(update={"schedule": schedule})
        scenario = scenario.model_copy(update={"withdrawal": withdrawal})
    return replace(resolved, scenario=scenario)


def paced(schedule: list[tuple[str, float]], pace: float) -> list[tuple[str, float]]:
    """Return a withdrawal with the same first day, `pace` times as fast, to the minute; empty for pace 0.

    Dates so slow that they leave the calendar are left out: they lie after every horizon.
    """
    if pace == 0.0 or not schedule:
        return []
    first = parse_date(schedule[0][0])
    moved = []
    for date, share in schedule:
        minutes = (parse_date(date) - first).total_seconds() / 60 / pace
        if minutes < (datetime.max - first).total_seconds() / 60:
            moved.append((f"{first + timedelta(minutes=round(minutes)):%Y-%m-%dT%H:%M}", share))
    return moved


def decisions(settings: Mapping[str, object]) -> str:
    """Return the settings that a page has changed as text."""
    labels = {slider.path: slider.label for slider in SLIDERS}
    parts = []
    for path, value in settings.items():
        if path == HANDOVER:
            parts.append(f"handover: {value}")
        elif path == PACE and value == 0:
            parts.append("the sponsor stays")
        else:
            parts.append(f"{labels.get(path, path)} {value:.2f}")
    return ", ".join(parts) or "as in the scenario"
