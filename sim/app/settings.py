"""Settings that a page may change in a scenario, and the scenario with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from sim.scenario.declare import parse_date
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


SLIDERS = (
    Slider("guards.scale", "Guards", "times the number given", 0.0, 2.0, 0.05),
    Slider("isr.coverage", "ISR coverage", "share of facility-hours watched", 0.0, 1.0, 0.05),
    Slider("guards.redeploy_share", "Guards to front", "largest share the front may take", 0.0, 1.0, 0.05),
    Slider(PACE, "Pace of withdrawal", "times as fast as in the scenario; 0: the sponsor stays", 0.0, 4.0, 0.25),
)


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
    """Return a withdrawal with the same first day, `pace` times as fast, to the minute; empty for pace 0."""
    if pace == 0.0 or not schedule:
        return []
    first = parse_date(schedule[0][0])
    moved = []
    for date, share in schedule:
        minutes = round((parse_date(date) - first).total_seconds() / 60 / pace)
        moved.append((f"{first + timedelta(minutes=minutes):%Y-%m-%dT%H:%M}", share))
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
            parts.append(f"{labels[path]} {value:.2f}")
    return ", ".join(parts) or "as in the scenario"
