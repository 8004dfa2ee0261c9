"""What a page is sent: its controls, the ground, the log, and a frame of what happened or of what officials can see."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import numpy as np

from sim.app.diary import SHOWN
from sim.app.ground import dots, front, ground
from sim.app.session import SPEEDS, Session
from sim.app.settings import HANDOVER, SLIDERS
from sim.app.side import COLUMNS, Side, large
from sim.app.sites import STATES, Plan, happened, places, residents, seen, units
from sim.app.words import clock_text
from sim.model import DetentionModel
from sim.scenario.declare import parse_date
from sim.scenario.errors import printable
from sim.wording import count, tidy
from sim.world.codes import HANDOVERS

POINTS = 240
"""Points sent of a line at most, and the last."""


def controls(session: Session) -> dict[str, Any]:
    """What can be set, and how it is set."""
    side, first = session.side, session.first.model
    return {
        "file": side.file or "",
        "files": [{"file": file, "name": printable(file.rsplit(".", 1)[0])[:120]} for file in session.start.files()],
        "given": "" if side.file else tidy(side.label, 120),
        "description": tidy(side.model.resolved.scenario.description, 300) if side.model else "",
        "seed": session.seed_text,
        "seed_error": session.seed_error,
        "speed": session.hours,
        "speeds": list(SPEEDS),
        "sliders": [_slider(side, k) for k in range(len(SLIDERS))],
        "handover": side.handover(),
        "handovers": list(HANDOVERS),
        "handover_path": HANDOVER,
        "changed": bool(side.settings),
        "active": session.active,
        "titles": session.titles(),
        "labels": [tidy(side.label, 60) for side in session.sides],
        "pinned": session.pinned,
        "kinds": session.kinds,
        "text": session.text,
        "page": session.page,
        "results": session.start.archive is not None,
        "states": STATES,
        "roles": list(first.roles) if first is not None else [],
        "start": first.resolved.scenario.start[:10] if first is not None else "",
    }


def _slider(side: Side, k: int) -> dict[str, Any]:
    slider = SLIDERS[k]
    drawn = side.model is not None and slider.path in side.model.run.draws
    return {**slider._asdict(), "value": side.number(slider.path), "drawn": drawn, "set": slider.path in side.settings}


def base(side: Side, mode: str) -> dict[str, Any]:
    """The ground and the places on it, which change seldom; empty without a run.

    Officials are shown the ground of day 0: in this model nobody reports who holds what, so they have no other.
    """
    model, plan = side.model, side.plan
    if model is None or plan is None:
        return {}
    control = model.truth.control if mode == "truth" else side.first_control
    return places_on(model, plan, control, side.first_control)


def places_on(model: DetentionModel, plan: Plan, control: np.ndarray, first: np.ndarray) -> dict[str, Any]:
    """Ground held so, and at first so, with the places that stand on it."""
    return {**ground(model, control, first), "residents": residents(model), "sites": places(model, plan)}


def frame(session: Session) -> dict[str, Any]:
    """The moment, in the chosen mode; in that of officials nothing of the truth is sent."""
    first = session.first
    model = first.model
    shared = {
        "serial": session.serial,
        "mode": session.mode,
        "at": first.at,
        "played": first.played,
        "steps": first.steps,
        "step_hours": first.step_hours,
        "day": round(first.at * first.step_hours / 24, 3),
        "clock": clock_text(60 * model.hours) if model is not None else "Day –",
        "date": date_text(model) if model is not None else "",
        "done": model is None or not model.running,
    }
    return {**shared, "sides": [_side(side, session) for side in session.sides]}


def date_text(model: DetentionModel) -> str:
    """The calendar's date and hour."""
    now = parse_date(model.resolved.scenario.start).replace(hour=0, minute=0) + timedelta(hours=model.hours)
    return f"{now.day} {now:%b %Y, %H:%M}"


def _side(side: Side, session: Session) -> dict[str, Any]:
    model, plan = side.model, side.plan
    if model is None or plan is None:
        return {"errors": side.errors}
    shown = _truth(side, model) if session.mode == "truth" else _belief(side, model)
    horizon = model.resolved.scenario.days
    return {"errors": [], "horizon": horizon, **shown, "panel": _panel(side, session)}


def _truth(side: Side, model: DetentionModel) -> dict[str, Any]:
    now, states = side.history[side.at], model.truth.states
    assert side.plan is not None
    return {
        "numbers": [
            _number("escaped", "Escaped", now[0], "truth"),
            _number("confirmed", "Confirmed", now[1], "belief"),
            _number("gap", "Gap", now[0] - now[1]),
            _number("held", "Held", states[0]),
            _number("at_large", "At large", states[1]),
            _number("guards_on_duty", "Guards on duty", now[2]),
        ],
        **happening(model, side.plan),
        "series": series(side, COLUMNS),
    }


def happening(model: DetentionModel, plan: Plan) -> dict[str, Any]:
    """What stands on the map as things are."""
    path, each = dots(model, large(model))
    return {
        "sites": happened(model, plan),
        "units": units(model, plan),
        "front": front(model),
        "dots": path,
        "each": each,
    }


def reporting(model: DetentionModel, plan: Plan) -> dict[str, Any]:
    """What stands on the map as the reports have it: places alone."""
    return {"sites": seen(model, plan), "units": [], "front": "", "dots": "", "each": 1}


def _belief(side: Side, model: DetentionModel) -> dict[str, Any]:
    now = side.history[side.at]
    told = [claim for claim in now[len(COLUMNS) :].tolist() if not math.isnan(claim)]
    assert side.plan is not None
    shown = reporting(model, side.plan)
    heard = sum(site["state"] != "unreported" for site in shown["sites"])
    return {
        "numbers": [
            _number("confirmed", "Confirmed", now[1], "belief"),
            _number("lowest", "Lowest claim", min(told, default=math.nan)),
            _number("highest", "Highest claim", max(told, default=math.nan)),
            _number("reports", "Reports", now[4]),
            {"key": "sites", "label": "Places heard of", "text": f"{heard} of {len(shown['sites'])}", "tone": ""},
            {"key": "escaped", "label": "Escaped", "text": "not known", "tone": "hidden"},
        ],
        **shown,
        "series": series(side, ("confirmed", "coverage", "reports")),
    }


def series(side: Side, columns: tuple[str, ...]) -> dict[str, Any]:
    """The columns of the steps up to now and each role's claims (none for a role that claims nothing), thinned."""
    steps = thinned(side.at)
    rows = side.history[steps]
    claims = rows[:, len(COLUMNS) :]
    return {
        "days": np.round(steps * side.step_hours / 24, 3).tolist(),
        **{name: _plain(rows[:, COLUMNS.index(name)]) for name in columns},
        "claims": [_plain(claim) if not np.isnan(claim).all() else None for claim in claims.T],
    }


def thinned(last: int) -> np.ndarray:
    """Every so many-th step, and the last; the stride doubles, so that drawn points stay where they are."""
    stride = 1
    while last // stride > POINTS:
        stride *= 2
    steps = np.arange(0, last + 1, stride)
    return steps if last % stride == 0 else np.append(steps, last)


def _panel(side: Side, session: Session) -> dict[str, Any] | None:
    """How many were held and how many guards stood at the pinned facility, step by step; for what happened only."""
    assert side.model is not None
    names = side.model.names.facilities
    if session.mode != "truth" or session.pinned not in names or not side.held.shape[1]:
        return None
    f, steps = names.index(session.pinned), thinned(side.at)
    return {
        "days": np.round(steps * side.step_hours / 24, 3).tolist(),
        "held": side.held[steps, f].tolist(),
        "guards": side.guards[steps, f].tolist(),
    }


def log(session: Session) -> dict[str, Any]:
    """The newest rows of the log that fit what it is narrowed down to, of the run that the controls set."""
    side = session.side
    if side.model is None:
        return {"rows": [], "more": 0}
    kinds = session.kinds if session.mode == "truth" else "report"
    rows = side.diary.rows(kinds, session.pinned, session.text)
    return {"rows": [row.shown() for row in rows[:SHOWN]], "more": max(0, len(rows) - SHOWN)}


def _plain(values: np.ndarray) -> list[float | None]:
    """Numbers for JSON: None for NaN, and no more digits than a chart shows."""
    return [None if value != value else round(value, 5) for value in values.tolist()]


def _number(key: str, label: str, value: float, tone: str = "") -> dict[str, str]:
    return {"key": key, "label": label, "text": count(float(value)), "tone": tone}
