"""Facilities as the map shows them: as they are, or as the reports have them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.app.ground import Frame, party_titles
from sim.app.words import claim_text, clock_text, facility_title, grade, made, short, source
from sim.model import DetentionModel
from sim.plots.style import count
from sim.world.codes import CUSTODY, DAY, NO_ASSAULT, NONE, RELEASED

STATES = {
    "held": "held",
    "thin": "thinly guarded (under half)",
    "disorder": "in disorder",
    "attack": "under attack",
    "open": "open and unguarded",
    "taken": "taken over",
    "empty": "empty",
}
"""States by the word the page gives them, in the order of the legend."""
THIN = 0.5
"""Share of the guards given below which a place counts as thinly guarded."""
EMPTY = 0.05
DISORDER = 0.02
"""Share of those held in disorder from which a place counts as in disorder."""
FADE_DAYS = 14.0
LARGEST, SMALLEST = 24.0, 4.0
"""Radii on the map."""


class Label(NamedTuple):
    """Where a facility's name stands."""

    x: float
    y: float
    anchor: str


def state(site: Any) -> str:
    """A facility's state in one word."""
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


def radius(people: float, most: float) -> float:
    """Area grows with people; `most` is the largest prison or annex."""
    return round(min(44.0, SMALLEST + (LARGEST - SMALLEST) * float(np.sqrt(people / max(1.0, most)))), 1)


def largest(model: DetentionModel) -> float:
    """People held at the start in the largest prison or annex."""
    sites = model.truth.facility
    detained = sites["held0"][sites["resident"] == 0]
    return float(detained.max()) if len(detained) else float(sites["held0"].max(initial=1))


class Plan(NamedTuple):
    """What a run's map keeps from frame to frame: titles, sizes, and where circles stand."""

    titles: list[str]
    parties: list[str]
    most: float
    rows: list[int]  # facilities whose people are detained, the largest first, so that it lies below
    places: dict[int, tuple[float, float]]

    @classmethod
    def of(cls, model: DetentionModel) -> Plan:
        """The plan of a run."""
        most, rows = largest(model), detained(model)
        titles = [facility_title(model, f) for f in range(len(model.names.facilities))]
        return cls(titles, party_titles(model), most, rows, places(model, rows, most))


def places(model: DetentionModel, rows: list[int], most: float) -> dict[int, tuple[float, float]]:
    """Where circles stand: where the places lie, but moved apart where one would cover another."""
    frame, sites = Frame.of(model.resolved.theatre.grid), model.truth.facility[rows]
    at = np.stack([frame.x(sites["x"]), frame.y(sites["y"])], axis=1).astype(float)
    r = np.array([radius(n, most) for n in sites["held0"]])
    for _ in range(80 if len(rows) <= 200 else 0):
        apart = at[:, None] - at[None]
        distance = np.hypot(apart[..., 0], apart[..., 1])
        turn = 2.4 * np.subtract.outer(np.arange(len(rows)), np.arange(len(rows)))  # for those in one spot
        way = np.where(distance[..., None] > 1e-6, apart, np.stack([np.cos(turn), np.sin(turn)], axis=-1))
        way /= np.maximum(np.hypot(way[..., 0], way[..., 1]), 1e-9)[..., None]
        push = np.clip(r[:, None] + r[None] + 2.5 - distance, 0.0, None)
        np.fill_diagonal(push, 0.0)
        if not push.any():
            break
        at += 0.25 * (push[..., None] * way).sum(axis=1)
    return {f: (round(float(x), 1), round(float(y), 1)) for f, (x, y) in zip(rows, at, strict=True)}


def residents(model: DetentionModel, plan: Plan) -> list[dict[str, Any]]:
    """Camps' residents, who may walk out: rings behind the rest."""
    frame = Frame.of(model.resolved.theatre.grid)
    return [
        {"x": round(frame.x(site["x"]), 1), "y": round(frame.y(site["y"]), 1), "r": radius(site["held0"], plan.most)}
        for site in model.truth.facility
        if site["resident"]
    ]


def happened(model: DetentionModel, plan: Plan) -> list[dict[str, Any]]:
    """Prisons and annexes as they are."""
    return [_truth(model, plan, f) for f in plan.rows]


def seen(model: DetentionModel, plan: Plan) -> list[dict[str, Any]]:
    """Prisons and annexes as the reports have them; nothing here reads the truth but sizes at the start."""
    latest = {int(report["facility"]): report for report in made(model)}
    return [_belief(model, plan, f, latest.get(f)) for f in plan.rows]


def detained(model: DetentionModel) -> list[int]:
    """Indices of the facilities whose people are detained, the largest first, so that it lies below."""
    sites = model.truth.facility
    rows = np.flatnonzero(sites["resident"] == 0)
    return [int(f) for f in rows[np.argsort(-sites["held0"][rows], kind="stable")]]


def _placed(model: DetentionModel, plan: Plan, f: int) -> dict[str, Any]:
    x, y = plan.places[f]
    return {"id": model.names.facilities[f], "x": x, "y": y, "title": plan.titles[f]}


def _truth(model: DetentionModel, plan: Plan, f: int) -> dict[str, Any]:
    site = model.truth.facility[f]
    escaped = int(site["escaped"])
    word = state(site)
    guards = int(site["on_site"]) + int(np.floor(site["occupier_guards"] + 0.5))
    facts = [
        f"State: {STATES[word].split(' (')[0]}",
        f"Held: {count(site['held'])} of {count(site['held0'])} at the start",
        f"Guards present: {count(guards)} of {count(site['assigned'])} given",
        f"Holder: {plan.parties[int(site['controller'])]} ({CUSTODY[int(site['custody'])]})",
        f"Escaped: {count(escaped)}, recaptured {count(site['recaptured'])}",
        f"Confirmed: {count(model.belief.confirmed[f])}",
        f"In disorder: {count(site['active'])}, perimeter open {100 * float(site['opening']):.0f}%",
    ]
    if site["assault"] != NO_ASSAULT:
        facts.append(f"Attackers: {count(site['attackers'])}")
    return {
        **_placed(model, plan, f),
        "state": word,
        "r": radius(site["held"], plan.most),
        "note": f"{count(escaped)} out" if escaped else "",
        "facts": facts,
        "held": int(site["held"]),
        "escaped": escaped,
    }


def _belief(model: DetentionModel, plan: Plan, f: int, last: Any) -> dict[str, Any]:
    site, confirmed = model.truth.facility[f], float(model.belief.confirmed[f])
    facts = [f"Held at the start: {count(site['held0'])}"]
    shown = {**_placed(model, plan, f), "r": radius(site["held0"], plan.most), "confirmed": confirmed}
    if last is None:
        return {**shown, "state": "unreported", "note": "", "strength": 1.0, "facts": [*facts, "No report"]}
    age = model.hours / 24 - float(last["minute"]) / DAY
    observer = int(last["observer"])
    claims = model.belief.claim[:, f]
    numbers = claims[~np.isnan(claims)]
    highest = float(numbers.max()) if len(numbers) else float("nan")
    facts += [f"Confirmed: {count(confirmed)}"]
    facts += [f"{role}: {count(v)} claimed" for role, v in zip(model.roles, claims.tolist(), strict=True) if v == v]
    facts += [
        f"Last report: {clock_text(last['minute'])}, {age:.1f} days ago, grade {grade(model, observer)}",
        f"{source(model, observer)} {claim_text(last)}",
    ]
    claimed = f"{count(highest)} claimed" if highest == highest else "no number"
    return {
        **shown,
        "state": "denied" if highest == 0 else "claimed",
        "note": f"{claimed}, {age:.0f} d, {grade(model, observer)}",
        "strength": round(max(0.25, 1.0 - 0.75 * age / FADE_DAYS), 2),
        "facts": facts,
    }


def labels(model: DetentionModel, plan: Plan) -> dict[str, dict[str, Any]]:
    """Where facilities' names stand: the first place around each that hides nothing."""
    frame, sites = Frame.of(model.resolved.theatre.grid), model.truth.facility
    circles = {f: (*plan.places[f], radius(sites["held0"][f], plan.most)) for f in plan.rows}
    taken = [(x - r, y - r, x + r, y + r) for x, y, r in circles.values()]
    placed: dict[str, dict[str, Any]] = {}
    for f, (x, y, r) in circles.items():
        title = short(plan.titles[f])
        box, label = _best(x, y, r, max(len(title) * 6.6, 100.0), taken, frame)
        taken.append(box)
        placed[model.names.facilities[f]] = {"text": title, **label._asdict()}
    return placed


Box = tuple[float, float, float, float]


def _best(x: float, y: float, r: float, wide: float, taken: list[Box], frame: Frame) -> tuple[Box, Label]:
    """The place for a name of two lines that overlaps least with what is there."""
    high = 28.0
    options: list[tuple[Box, Label, float]] = []
    for dy in (0.0, -0.6 * high, 0.6 * high, -1.2 * high, 1.2 * high):
        right, left, top = x + r + 5, x - r - 5, y + dy - high / 2
        far = 0.8 * abs(dy)
        options.append(((right, top, right + wide, top + high), Label(right, top + 12, "start"), far))
        options.append(((left - wide, top, left, top + high), Label(left, top + 12, "end"), far + 2))
    for top in (y + r + 2, y - r - 2 - high):
        options.append(((x - wide / 2, top, x + wide / 2, top + high), Label(x, top + 12, "middle"), 8.0))
    costs = [_cost(box, taken, frame) + far for box, _, far in options]
    box, label, _ = options[int(np.argmin(costs))]
    return box, Label(round(label.x, 1), round(label.y, 1), label.anchor)


def _cost(box: Box, taken: list[Box], frame: Frame) -> float:
    hidden = sum(
        max(0.0, min(box[2], b[2]) - max(box[0], b[0])) * max(0.0, min(box[3], b[3]) - max(box[1], b[1])) for b in taken
    )
    outside = max(0.0, -box[0]) + max(0.0, box[2] - frame.width) + max(0.0, -box[1]) + max(0.0, box[3] - frame.height)
    return hidden + 100.0 * outside


def units(model: DetentionModel, plan: Plan) -> list[dict[str, Any]]:
    """Units on the move."""
    frame = Frame.of(model.resolved.theatre.grid)
    return [
        {"x": round(frame.x(u["x"]), 1), "y": round(frame.y(u["y"]), 1), "title": plan.parties[int(u["party"])]}
        for u in model.truth.unit
        if u["active"] == 1
    ]
