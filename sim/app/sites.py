"""Numbers of facilities for the map: as they are, or as reported."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.app.labels import claim_text, facility_title, grade_label, party_titles, short_title, source_label
from sim.app.map_layers import Projection
from sim.model import DetentionModel
from sim.world.codes import CUSTODY, DAY, NO_ASSAULT, NONE, RELEASED

STATES = {
    "held": "held",
    "thin": "thinly guarded",
    "disorder": "in disorder",
    "attack": "under attack",
    "open": "open, unguarded",
    "taken": "taken over",
    "empty": "empty",
}
"""States and their names on the page, in the order of the legend."""
THIN = 0.5
"""Share of the assigned guards below which a facility counts as thinly guarded."""
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
    latest = {int(report["facility"]): report for report in made}
    return [_reported_state(model, f, latest.get(f)) for f in plan.rows]


def _reported_state(model: DetentionModel, f: int, last: Any) -> dict[str, Any]:
    """Return the last report with its age (days) and grade, and each role's claim; without a report only the age."""
    confirmed = float(model.belief.confirmed[f])
    if last is None:
        return {"state": "unreported", "age": round(model.hours / 24, 2), "confirmed": confirmed, "claims": []}
    observer = int(last["observer"])
    claims = model.belief.claim[:, f]
    numbers = claims[~np.isnan(claims)]
    highest = float(numbers.max()) if len(numbers) else None
    return {
        "state": "denied" if highest == 0 else "claimed",
        "age": round(model.hours / 24 - float(last["minute"]) / DAY, 2),
        "grade": grade_label(model, observer),
        "last": f"{source_label(model, observer)} {claim_text(last)}",
        "highest": highest,
        "confirmed": confirmed,
        "claims": [
            [role, float(value)] for role, value in zip(model.roles, claims.tolist(), strict=True) if value == value
        ],
    }


def _finite(value: Any) -> int | None:
    return round(float(value)) if np.isfinite(value) else None
