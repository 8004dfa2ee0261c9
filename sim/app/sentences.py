"""Sentences and tiles: what happened, what officials can see, and where everybody is."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.app.run_pane import RunPane
from sim.model import DetentionModel
from sim.outcomes import short, title
from sim.wording import count, span
from sim.world.codes import STATES

ALONE = {"exits": "exit", "people": "person", "roles": "role"}
"""Nouns and their singular."""


def stamp(pane: RunPane) -> str:
    """Return what every screen and print says of a run: that it is simulated, and which run it is."""
    if pane.model is None:
        return "Simulated"
    return f"Simulated: replicate {pane.model.replicate} of seed {pane.model.seed_number}"


def some(number: float, noun: str) -> str:
    """Return a number with its noun: `1 exit`, `854 exits`."""
    return f"{count(number)} {ALONE[noun] if round(number) == 1 else noun}"


def headline(pane: RunPane, mode: str) -> list[str]:
    """Return the two sentences above the map."""
    assert pane.model is not None
    return _happened(pane, pane.model) if mode == "truth" else _seen(pane)


def _happened(pane: RunPane, model: DetentionModel) -> list[str]:
    out, persons = int(model.truth.total["escaped"][0]), int(model.truth.total["escaped_persons"][0])
    sure = float(pane.history[pane.at]["confirmed"])
    if not pane.at:
        return [
            "Nobody has escaped yet.",
            "Press Play to watch what happens, and switch to see what officials would know.",
        ]
    if not out:
        return ["Nobody has escaped.", f"{some(sure, 'exits')} confirmed all the same." if sure else ""]
    strong = f"{some(persons, 'people')} out, {some(out, 'exits')}."
    if not sure:
        return [strong, "Officials can confirm none."]
    return [strong, f"Officials confirm {some(sure, 'exits')}{', more than there were' if sure > out else ''}."]


def _seen(pane: RunPane) -> list[str]:
    sure = float(pane.history[pane.at]["confirmed"])
    return [f"How many exits? {count(sure) if sure else 'None'} confirmed.", total_claimed(pane)]


def total_claimed(pane: RunPane) -> str:
    """Return what is claimed for the whole theatre, by theatre-wide claims alone; else how many places have a claim."""
    assert pane.model is not None and pane.plan is not None
    told = pane.history[pane.at]["told"]
    known = told[~np.isnan(told)]
    if len(known):
        roles = some(len(known), "roles")
        return f"For the whole theatre {roles} claim{'s' if len(known) == 1 else ''} {span(known.min(), known.max())}."
    return f"Nobody claims a total for the theatre; numbers are claimed for {claimed_places(pane)} places."


def claimed_places(pane: RunPane) -> str:
    """Return for how many places somebody claims a number: `4 of 15`."""
    assert pane.model is not None and pane.plan is not None
    rows = pane.plan.rows
    known = ~np.isnan(pane.model.belief.claim[:, rows])
    return f"{int(known.any(axis=0).sum())} of {len(rows)}"


def account(model: DetentionModel) -> list[str]:
    """Return sentences that say where everybody is who was there at the start; the numbers of each add up."""
    population = int(model.truth.total["population"][0])
    now = [(int(n), short(name)) for name, n in zip(STATES, model.truth.states.tolist(), strict=True) if n]
    lines = [f"Of {count(population)} {short('population')}: {_listed(now)}."] if population else []
    camps = model.truth.facility[model.truth.facility["resident"] == 1]
    if len(camps):
        gone = int(model.truth.total["left_freely"][0])
        there = [(int(camps["held"].sum()), "still there"), (gone, short("left_freely"))]
        lines.append(f"Of {count(int(camps['held0'].sum()))} camp residents: {_listed([p for p in there if p[0]])}.")
    return lines


def _listed(parts: list[tuple[int, str]]) -> str:
    return ", ".join(f"{count(n)} {what}" for n, what in parts)


def tiles_of_truth(pane: RunPane, model: DetentionModel) -> list[dict[str, str]]:
    """Return the numbers beside the map in the mode of what happened."""
    now, states = pane.history[pane.at], model.truth.states
    gap = float(now["escaped"] - now["confirmed"])
    return [
        tile("escaped", now["escaped"], "truth"),
        tile("confirmed", now["confirmed"], "belief"),
        {**tile("gap", gap), "label": title("gap") if gap >= 0 else "Gap: too many confirmed"},
        tile("held", states[STATES.index("held")]),
        tile("at_large", states[STATES.index("at_large")]),
        tile("guards_on_duty", now["guards"]),
    ]


def tiles_of_belief(pane: RunPane, heard: int, places: int) -> list[dict[str, str]]:
    """Return the numbers beside the map in the officials' mode.

    Parameters: heard, facilities with a report; places, facilities on the map.
    """
    now = pane.history[pane.at]
    told = now["told"][~np.isnan(now["told"])]
    total = span(told.min(), told.max()) if len(told) else "none"
    return [
        tile("confirmed", now["confirmed"], "belief"),
        {"key": "total", "label": "Claimed for the theatre", "text": total, "tone": ""},
        {"key": "claimed_places", "label": "Places with a number", "text": claimed_places(pane), "tone": ""},
        {"key": "reports", "label": "Reports", "text": count(float(now["reports"])), "tone": ""},
        {"key": "sites", "label": "Places heard of", "text": f"{heard} of {places}", "tone": ""},
        {"key": "escaped", "label": title("escaped"), "text": "not known", "tone": "hidden"},
    ]


def tile(key: str, value: Any, tone: str = "") -> dict[str, str]:
    """Return a column's number with its short name."""
    number = float(value)
    return {"key": key, "label": title(key), "text": "–" if math.isnan(number) else count(number), "tone": tone}
