"""Numbers of facilities for the map: as they are, or as reported."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.app.labels import (
    claim_label,
    claim_text,
    facility_title,
    grade_label,
    party_titles,
    short_title,
    source_label,
)
from sim.app.map_layers import Projection
from sim.model import DetentionModel
from sim.wording import span
from sim.world.codes import CUSTODY, DAY, DENIAL, NO_ASSAULT, NONE, RELEASED, WORDLESS

STATES = {
    "held": "held",
    "thin": "fewer than half its guards",
    "disorder": "in disorder",
    "attack": "under attack",
    "open": "open, unguarded",
    "taken": "taken over",
    "empty": "empty",
}
"""States and their names on the page, in the order of the legend."""
THIN = 0.5
"""Share of the assigned guards below which a facility counts as thinly guarded (`thin`)."""
EMPTY = 0.05
"""Share of those held at the start below which a facility counts as empty."""
DISORDER = 0.02
"""Share of those held who are in disorder from which a facility counts as in disorder."""


def state(site: Any) -> str:
    """Return a facility's state, a key of STATES."""
    guards = float(site["on_site"]) + float(site["occupier_guards"])
    if site["held"] < EMPTY * site["held0"] or site["held"] == 0:
        return "empty"
    if site["assault"] != NO_ASSAULT:
        return "attack"
    if site["custody"] in (NONE, RELEASED):
        return "open"
    if site["active"] >= max(5, DISORDER * site["held"]):
        return "disorder"
    if site["changed"]:
        return "taken"
    return "thin" if guards < THIN * site["assigned"] else "held"


class MapPlan(NamedTuple):
    """What stays the same on a run's map: titles, and the facilities on it."""

    titles: list[str]
    parties: list[str]
    rows: list[int]
    """Indices of the facilities whose people are detained, largest first, so that small ones are drawn on top."""

    @classmethod
    def of(cls, model: DetentionModel) -> MapPlan:
        """Return the plan of a run's map."""
        titles = [facility_title(model, f) for f in range(len(model.names.facilities))]
        return cls(titles, party_titles(model), detained(model))


def detained(model: DetentionModel) -> list[int]:
    """Return the indices of the facilities whose people are detained, largest first."""
    sites = model.truth.facility
    rows = np.flatnonzero(sites["resident"] == 0)
    return [int(f) for f in rows[np.argsort(-sites["held0"][rows], kind="stable")]]


def public_facts(model: DetentionModel, plan: MapPlan) -> list[dict[str, Any]]:
    """Return what is public of each prison and annex: name, place (SVG units), and numbers at the start."""
    projection, sites = Projection.of(model.resolved.theatre.grid), model.truth.facility
    return [
        {
            "id": model.names.facilities[f],
            "title": plan.titles[f],
            "short": short_title(plan.titles[f]),
            "x": round(float(projection.x(sites["x"][f])), 1),
            "y": round(float(projection.y(sites["y"][f])), 1),
            "held": int(sites["held0"][f]),
            "assigned": round(float(sites["assigned"][f])),
            "capacity": _finite(sites["capacity"][f]),
            "walls": round(float(sites["walls"][f]), 2),
            "cameras": round(float(sites["cameras"][f]), 2),
            "holder": plan.parties[int(sites["initial"][f])],
        }
        for f in plan.rows
    ]


def residents(model: DetentionModel) -> list[dict[str, Any]]:
    """Return place (SVG units) and number of camp residents, who may walk out; drawn as rings."""
    projection = Projection.of(model.resolved.theatre.grid)
    return [
        {
            "x": round(float(projection.x(site["x"])), 1),
            "y": round(float(projection.y(site["y"])), 1),
            "held": int(site["held0"]),
        }
        for site in model.truth.facility
        if site["resident"]
    ]


def true_states(model: DetentionModel, plan: MapPlan) -> list[dict[str, Any]]:
    """Return the true state of prisons and annexes, in the order of `public_facts`."""
    return [_true_state(model, plan, f) for f in plan.rows]


def _true_state(model: DetentionModel, plan: MapPlan, f: int) -> dict[str, Any]:
    site = model.truth.facility[f]
    guards = int(site["on_site"]) + int(np.floor(site["occupier_guards"] + 0.5))
    return {
        "state": state(site),
        "held": int(site["held"]),
        "guards": guards,
        "holder": plan.parties[int(site["controller"])],
        "custody": CUSTODY[int(site["custody"])],
        "escaped": int(site["escaped"]),
        "recaptured": int(site["recaptured"]),
        "confirmed": float(model.belief.confirmed[f]),
        "active": int(site["active"]),
        "opening": round(float(site["opening"]), 3),
        "attackers": int(site["attackers"]) if site["assault"] != NO_ASSAULT else 0,
    }


def reported_states(model: DetentionModel, plan: MapPlan) -> list[dict[str, Any]]:
    """Return the reported state of prisons and annexes, in the order of `public_facts`; reads nothing of the truth."""
    made = model.belief.report[: model.belief.board["reports"][0]]
    latest: dict[int, dict[int, Any]] = {}  # by facility and role, oldest role first
    for report in made:
        by_role = latest.setdefault(int(report["facility"]), {})
        role = int(model.belief.observer[int(report["observer"])]["role"])
        by_role.pop(role, None)
        by_role[role] = report
    return [_reported_state(model, f, list(latest.get(f, {}).values())) for f in plan.rows]


REPORTED = {DENIAL: "denied", WORDLESS: "wordless"}
"""States of a facility by the form of the newest report about it; any other form is a claim of a number."""


def _reported_state(model: DetentionModel, f: int, told: list[Any]) -> dict[str, Any]:
    """Return the newest report, and each role's newest one: every field of an entry is of one report.

    Parameters: told, the newest report of each role that made one, oldest first.
    """
    elapsed, confirmed = model.hours / 24, float(model.belief.confirmed[f])
    if not told:
        return {"state": "unreported", "age": round(elapsed, 2), "since": 1.0, "confirmed": confirmed, "claims": []}
    entries = [_entry(model, report) for report in told]
    newest = entries[-1]
    return {
        **newest,
        "state": REPORTED.get(int(told[-1]["form"]), "claimed"),
        "since": round(min(1.0, newest["age"] / max(elapsed, 1e-9)), 3),
        "confirmed": confirmed,
        "claims": entries[::-1],
        "range": _range(told),
    }


def _entry(model: DetentionModel, report: Any) -> dict[str, Any]:
    """Return what one report says (`text`), in two words for the map (`label`), who says it, its age and grade."""
    observer = int(report["observer"])
    return {
        "text": claim_text(report),
        "label": claim_label(report),
        "high": None if report["form"] == WORDLESS else float(report["high"]),
        "source": source_label(model, observer),
        "role": model.roles[int(model.belief.observer[observer]["role"])],
        "age": round(model.hours / 24 - float(report["minute"]) / DAY, 2),
        "grade": grade_label(model, observer),
    }


def _range(told: list[Any]) -> str:
    """Return the range of the roles' newest numbers, saying that it is one; empty unless they differ."""
    numbered = [report for report in told if report["form"] != WORDLESS]
    ends = [(float(report["low"]), float(report["high"])) for report in numbered]
    if len(set(ends)) < 2:
        return ""
    return f"{span(min(low for low, _ in ends), max(high for _, high in ends))}, range of {len(numbered)} roles"


def _finite(value: Any) -> int | None:
    return round(float(value)) if np.isfinite(value) else None
