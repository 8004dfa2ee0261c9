"""What a page is sent: its controls, the ground, and a frame of what happened or of what officials can see."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

from sim.app.chart import gap_chart, guards_chart, reports_chart
from sim.app.ground import dots, ground
from sim.app.session import HANDOVER, SLIDERS, SPEEDS, Session, large
from sim.app.sites import STATES, Plan, happened, labels, residents, seen, units
from sim.app.words import clock_text, events, made, reports
from sim.model import DetentionModel
from sim.plots.style import count, tidy
from sim.scenario.declare import parse_date
from sim.scenario.errors import printable
from sim.world.codes import HANDOVERS


def controls(session: Session) -> dict[str, Any]:
    """What can be set, and how it is set."""
    model = session.model
    return {
        "file": session.file,
        "files": [{"file": file, "name": printable(file.rsplit(".", 1)[0])} for file in session.start.files()],
        "description": tidy(model.resolved.scenario.description, 160) if model else "",
        "seed": session.seed_text,
        "seed_error": session.seed_error,
        "speed": session.hours,
        "speeds": list(SPEEDS),
        "sliders": [_slider(session, k) for k in range(len(SLIDERS))],
        "handover": session.handover(),
        "handovers": list(HANDOVERS),
        "changed": bool(session.overrides),
        "handover_path": HANDOVER,
    }


def _slider(session: Session, k: int) -> dict[str, Any]:
    slider = SLIDERS[k]
    value = session.number(slider.path)
    drawn = session.model is not None and slider.path in session.model.run.draws
    return {**slider._asdict(), "value": value, "drawn": drawn, "set": slider.path in session.overrides}


def base(session: Session) -> dict[str, Any]:
    """The ground and the places on it, which change seldom; empty without a run."""
    model, plan = session.model, session.plan
    if model is None or plan is None:
        return {}
    return {**ground(model), "residents": residents(model, plan), "labels": labels(model, plan), "states": STATES}


def frame(session: Session) -> dict[str, Any]:
    """The moment, in the chosen mode; in that of officials nothing of the truth is sent."""
    model, plan = session.model, session.plan
    shared = {"serial": session.serial, "mode": session.mode, "errors": session.errors}
    if model is None or plan is None:
        return {**shared, "clock": "Day –", "date": "", "done": True, "share": 0.0}
    truth = session.mode == "truth"
    return {
        **shared,
        "clock": clock_text(60 * model.hours),
        "date": date_text(model),
        "done": not model.running,
        "share": round(model.hours / (24 * model.resolved.scenario.days), 4),
        **(_truth(session, model, plan) if truth else _belief(session, model, plan)),
    }


def date_text(model: DetentionModel) -> str:
    """The calendar's date and hour."""
    now = parse_date(model.resolved.scenario.start).replace(hour=0, minute=0) + timedelta(hours=model.hours)
    return f"{now.day} {now:%b %Y, %H:%M}"


def _truth(session: Session, model: DetentionModel, plan: Plan) -> dict[str, Any]:
    now, horizon = session.history[-1], model.resolved.scenario.days
    path, each = dots(model, large(model.truth))
    gap = now.escaped - now.confirmed
    return {
        "numbers": [
            _number("escaped", "Escaped", now.escaped, "truth"),
            _number("confirmed", "Confirmed", now.confirmed, "belief"),
            _number("gap", "Gap", gap),
            _number("held", "Held", int(model.truth.states[0])),
            _number("at_large", "At large", int(model.truth.states[1])),
            _number("guards_on_duty", "Guards on duty", now.guards),
        ],
        "sites": happened(model, plan),
        "units": units(model, plan),
        "dots": path,
        "each": each,
        "charts": [
            gap_chart(session.history, model.roles, horizon, truth=True),
            guards_chart(session.history, horizon),
        ],
        "list_title": "Events",
        "rows": events(model),
    }


def _belief(session: Session, model: DetentionModel, plan: Plan) -> dict[str, Any]:
    now, horizon = session.history[-1], model.resolved.scenario.days
    told = [claim for claim in now.claims if not math.isnan(claim)]
    reported = made(model)["facility"]
    places = seen(model, plan)
    return {
        "numbers": [
            _number("confirmed", "Confirmed", now.confirmed, "belief"),
            _number("lowest", "Lowest claim", min(told, default=math.nan)),
            _number("highest", "Highest claim", max(told, default=math.nan)),
            _number("reports", "Reports", now.reports),
            _number("sites", f"Places reported on, of {len(places)}", len(set(reported[reported >= 0].tolist()))),
            {"key": "escaped", "label": "Escaped", "text": "not known", "tone": "hidden"},
        ],
        "sites": places,
        "units": [],
        "dots": "",
        "each": 1,
        "charts": [
            gap_chart(session.history, model.roles, horizon, truth=False),
            reports_chart(session.history, horizon),
        ],
        "list_title": "Reports",
        "rows": reports(model),
    }


def _number(key: str, label: str, value: float, tone: str = "") -> dict[str, str]:
    return {"key": key, "label": label, "text": count(value), "tone": tone}
