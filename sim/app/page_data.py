"""Data sent to the page of runs: controls, base maps, log, and a frame of what happened or what officials can see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np

from sim.app.address import address
from sim.app.event_log import MAX_ROWS
from sim.app.labels import clock_text
from sim.app.map_layers import control_layers, front_line, moving_units, people_dots
from sim.app.palette import role_lines
from sim.app.record import laid_over
from sim.app.run_pane import COLUMNS, RunPane
from sim.app.sentences import account, headline, stamp, tiles_of_belief, tiles_of_truth
from sim.app.session import SPEEDS, Session
from sim.app.settings import HANDOVER, Slider
from sim.app.sites import STATES, MapPlan, public_facts, reported_states, residents, true_states
from sim.app.spread import MODE_COLUMN, bands, comparison, place
from sim.app.takeaway import takeaway
from sim.app.terms import shown
from sim.model import DetentionModel
from sim.outcomes import title
from sim.scenario.declare import parse_date
from sim.scenario.errors import printable
from sim.wording import tidy

WORDS = ("escaped", "confirmed", "recaptured", "guards_on_duty", "isr_coverage")
"""Columns whose short names the page writes itself."""
MAX_POINTS = 240
"""Most points sent of a line, before the last one."""


def controls(session: Session) -> dict[str, Any]:
    """Return what can be set on the page, and its present values."""
    pane, first = session.pane, session.first.model
    return {
        "file": pane.file or "",
        "files": [{"file": file, "name": printable(file.rsplit(".", 1)[0])[:120]} for file in session.start.files()],
        "loaded_run": "" if pane.file else tidy(pane.label, 120),
        "description": tidy(pane.model.resolved.scenario.description, 300) if pane.model else "",
        "seed": session.seed_text,
        "seed_error": session.seed_error,
        "replicate": session.replicate_text,
        "replicate_error": session.replicate_error,
        "notice": session.notice,
        "record": session.record,
        "records": session.records(),
        "any_record": bool(session.start.records()),
        "take": takeaway(session.pane, session.start) if session.taking else None,
        "speed": session.hours,
        "speeds": list(SPEEDS),
        "sliders": [_slider(pane, slider) for slider in pane.sliders],
        "terms": shown(tuple(slider.path for slider in pane.sliders)),
        "handover": pane.handover(),
        "handovers": list(pane.handovers),
        "handover_path": HANDOVER,
        "changed": bool(pane.settings),
        "active": session.active,
        "titles": session.titles(),
        "labels": [tidy(pane.label, 60) for pane in session.panes],
        "pinned": session.pinned,
        "kinds": session.kinds,
        "text": session.text,
        "page": session.page,
        "results": session.start.archive is not None,
        "states": STATES,
        "words": {name: title(name) for name in WORDS},
        "roles": role_lines(first.roles) if first is not None else [],
    }


def _slider(pane: RunPane, slider: Slider) -> dict[str, Any]:
    drawn = pane.model is not None and slider.path in pane.model.run.draws
    return {**slider._asdict(), "value": pane.number(slider.path), "drawn": drawn, "set": slider.path in pane.settings}


def base_map_of(pane: RunPane, mode: str) -> dict[str, Any]:
    """Return the base map of a run, empty without a run. It changes seldom.

    Officials are shown who held each cell on day 0: in this model no report says who holds what.
    """
    model, plan = pane.model, pane.plan
    if model is None or plan is None:
        return {}
    control = model.truth.control if mode == "truth" else pane.first_control
    return base_map(model, plan, control, pane.first_control)


def base_map(model: DetentionModel, plan: MapPlan, control: np.ndarray, first: np.ndarray) -> dict[str, Any]:
    """Return the base map: who holds each cell now and held it at first, camp residents, and facilities."""
    dated = model.resolved.scenario.control
    return {
        **control_layers(model, control, first),
        "residents": residents(model),
        "sites": public_facts(model, plan),
        "fronts": bool(dated.offensives or dated.changes),
    }


def frame(session: Session) -> dict[str, Any]:
    """Return the present moment in the chosen mode; in that of officials nothing of the truth is sent."""
    first = session.first
    model = first.model
    shared = {
        "serial": session.serial,
        "address": address(session),
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
    pair = comparison(first, session.panes[1], session.mode) if len(session.panes) > 1 else None
    return {**shared, "panes": [_pane_data(pane, session) for pane in session.panes], "pair": pair}


def date_text(model: DetentionModel) -> str:
    """Return the date and hour in the calendar."""
    now = parse_date(model.resolved.scenario.start).replace(hour=0, minute=0) + timedelta(hours=model.hours)
    return f"{now.day} {now:%b %Y, %H:%M}"


def _pane_data(pane: RunPane, session: Session) -> dict[str, Any]:
    model, plan = pane.model, pane.plan
    if model is None or plan is None:
        return {"errors": pane.errors}
    shown = _truth(pane, model) if session.mode == "truth" else _belief(pane, model)
    horizon = model.resolved.scenario.days
    return {
        "errors": [],
        "horizon": horizon,
        "stamp": stamp(pane),
        "headline": headline(pane, session.mode),
        "place": place(pane, session.mode),
        "bands": bands(pane.ensemble, MODE_COLUMN[session.mode]),
        **shown,
        "record": laid_over(session.claims, model.resolved, session.pinned) if session.record else None,
        "panel": _panel(pane, session),
    }


def _truth(pane: RunPane, model: DetentionModel) -> dict[str, Any]:
    assert pane.plan is not None
    return {
        "numbers": tiles_of_truth(pane, model),
        "account": account(model),
        **truth_overlay(model, pane.plan),
        "series": series(pane, COLUMNS),
    }


def truth_overlay(model: DetentionModel, plan: MapPlan) -> dict[str, Any]:
    """Return what is drawn over the base map in truth."""
    dots, people_per_dot = people_dots(model)
    return {
        "sites": true_states(model, plan),
        "units": moving_units(model),
        "front": front_line(model),
        "dots": dots,
        "people_per_dot": people_per_dot,
    }


def belief_overlay(model: DetentionModel, plan: MapPlan) -> dict[str, Any]:
    """Return what is drawn over the base map from reports: facilities alone."""
    return {"sites": reported_states(model, plan), "units": [], "front": "", "dots": "", "people_per_dot": 1}


def _belief(pane: RunPane, model: DetentionModel) -> dict[str, Any]:
    assert pane.plan is not None
    shown = belief_overlay(model, pane.plan)
    heard = sum(site["state"] != "unreported" for site in shown["sites"])
    return {
        "numbers": tiles_of_belief(pane, heard, len(shown["sites"])),
        "account": [],
        **shown,
        "series": series(pane, ("confirmed", "coverage", "reports")),
    }


def series(pane: RunPane, columns: tuple[str, ...]) -> dict[str, Any]:
    """Return columns of the history and the claims up to now, thinned."""
    steps = thinned(pane.at)
    rows = pane.history[steps]
    return {
        "days": np.round(steps * pane.step_hours / 24, 3).tolist(),
        **{name: _plain(rows[name]) for name in columns},
        "claims": [line for role in range(rows["told"].shape[1]) for line in _claim_lines(rows, role)],
    }


def _claim_lines(rows: np.ndarray, role: int) -> list[dict[str, Any]]:
    """Return what a role claims by scope: for the whole theatre (`places` 0), and added up over some places."""
    lines = []
    for scope in ("told", "summed"):
        values = rows[scope][:, role]
        if not np.isnan(values).all():
            places = int(rows["places"][-1, role]) if scope == "summed" else 0
            lines.append({"role": role, "whole": scope == "told", "places": places, "values": _plain(values)})
    return lines


def thinned(last: int) -> np.ndarray:
    """Return every n-th step and the last; n doubles as a run grows, so that points drawn before stay in place."""
    stride = 1
    while last // stride > MAX_POINTS:
        stride *= 2
    steps = np.arange(0, last + 1, stride)
    return steps if last % stride == 0 else np.append(steps, last)


def _panel(pane: RunPane, session: Session) -> dict[str, Any] | None:
    """Return held persons and guards of the pinned facility at each step, thinned; None in the officials' mode."""
    assert pane.model is not None
    names = pane.model.names.facilities
    if session.mode != "truth" or session.pinned not in names or not pane.held.shape[1]:
        return None
    f, steps = names.index(session.pinned), thinned(pane.at)
    return {
        "days": np.round(steps * pane.step_hours / 24, 3).tolist(),
        "held": pane.held[steps, f].tolist(),
        "guards": pane.guards[steps, f].tolist(),
    }


def log(session: Session) -> dict[str, Any]:
    """Return the newest rows of the log that pass its filters, for the run that the controls set."""
    pane = session.pane
    if pane.model is None:
        return {"rows": [], "more": 0}
    kinds = session.kinds if session.mode == "truth" else "report"
    rows = pane.event_log.rows(kinds, session.pinned, session.text)
    return {"rows": [row.shown() for row in rows[:MAX_ROWS]], "more": max(0, len(rows) - MAX_ROWS)}


def _plain(values: np.ndarray) -> list[float | None]:
    """Return numbers for JSON: None for NaN, five decimals."""
    return [None if value != value else round(value, 5) for value in values.tolist()]
