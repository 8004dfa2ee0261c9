"""What happened and what was reported, in words, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from sim.app.ground import party_titles
from sim.model import DetentionModel
from sim.plots.style import count, tidy
from sim.world.codes import (
    ATTACK,
    CALL,
    CONTROL,
    CUSTODY_CHANGE,
    DAY,
    DENIAL,
    EXIT,
    GATE,
    GATE_FELL,
    GUARDED,
    GUARDS_GONE,
    HIT,
    MOVED,
    MOVING,
    NONE,
    OBSERVER_KINDS,
    OCCUPIED,
    RELEASED,
    RELIEF,
    REPELLED,
    WORDLESS,
)

MOST = 120
"""Rows shown of a list."""
CAUSES = ("by stealth", "in disorder", "in an assault", "after shelling", "left unguarded", "let go by the holder")
CUSTODY_WORDS = {
    OCCUPIED: "the new holder takes custody",
    RELEASED: "the new holder opens the gate",
    MOVING: "the new holder begins to move people out",
    NONE: "the new holder leaves it unguarded",
    GUARDED: "guarded",
}


class Row(NamedTuple):
    """A row of the list; `tone` is exit, claim or plain."""

    when: str
    where: str
    what: str
    tone: str = "plain"
    mark: str = ""


def clock_text(minutes: float) -> str:
    """`Day 12.5`: days to two digits, at least one."""
    return f"Day {round(minutes / DAY, 2)}"


def facility_title(model: DetentionModel, f: int, limit: int = 60) -> str:
    """A facility's title, as text on one line."""
    name = model.names.facilities[f]
    return tidy(model.resolved.theatre.facilities[name].title or name, limit)


def short(title: str) -> str:
    """A title without what stands in brackets, and not long."""
    plain = title.split(" (")[0].strip() or title
    return plain if len(plain) <= 26 else plain[:25].rstrip() + "…"


def events(model: DetentionModel) -> list[dict[str, str]]:
    """What happened, newest first; exits of one facility, day and cause in one row."""
    log = model.truth.log[: model.truth.clock["log_count"][0]]
    rows: list[Row] = []
    exits: dict[tuple[int, int, int], tuple[int, float]] = {}  # the row, and how many so far
    for event in _told(log, model):
        minute, kind, f, detail, number = event.tolist()
        if kind != EXIT:
            rows.append(Row(clock_text(minute), short(facility_title(model, f)), _event(model, kind, detail, number)))
            continue
        key = (minute // DAY, f, detail)
        at, before = exits.get(key, (len(rows), 0.0))
        total = before + number
        row = Row(clock_text(minute), short(facility_title(model, f)), f"{count(total)} out {CAUSES[detail]}", "exit")
        if key in exits:
            rows[at] = row._replace(when=rows[at].when)
        else:
            rows.append(row)
        exits[key] = (at, total)
    return [row._asdict() for row in rows[::-1][:MOST]]


def _told(log: np.ndarray, model: DetentionModel) -> np.ndarray:
    """The events worth a row: those of detained people's facilities, calls to the front only where few are left."""
    sites = model.truth.facility
    assigned = sites["assigned"][log["facility"]]
    quiet = (log["kind"] == CALL) & (log["count"] > 0.5 * assigned)
    return np.asarray(log[~quiet][-2000:])


def _event(model: DetentionModel, kind: int, detail: int, number: float) -> str:
    """One event that is no exit."""
    if kind == CONTROL:
        return f"passes to {party_titles(model)[detail]}"
    if kind == MOVED:
        return f"{count(number)} moved to {short(facility_title(model, detail))}"
    if kind == GUARDS_GONE:
        return "no guard is left" if detail == NONE else f"guarded again, by {count(number)}"
    if kind == ATTACK:
        return f"attacked by {count(number)}" + (", who take the gate by surprise" if detail == GATE else "")
    return {
        CUSTODY_CHANGE: CUSTODY_WORDS.get(detail, ""),
        REPELLED: "the attack is beaten off",
        GATE_FELL: "the attackers hold the gate",
        RELIEF: f"relief comes; {count(number)} of the held are dead",
        HIT: f"shelled; {count(number)} loose within",
        CALL: f"{count(number)} guards left after a call to the front",
    }.get(kind, "")


def grade(model: DetentionModel, observer: int) -> str:
    """An observer's grade by the Admiralty code, as `C3`."""
    row = model.belief.observer[observer]
    return f"{'ABCDEF'[int(row['reliability'])]}{int(row['credibility'])}"


def made(model: DetentionModel) -> np.ndarray:
    """The reports made so far."""
    return np.asarray(model.belief.report[: model.belief.board["reports"][0]])


def claim_text(report: Any) -> str:
    """What a report says, as officials read it: nothing in it tells a rumour from a report."""
    if report["form"] == DENIAL:
        return "denies any escape"
    if report["form"] == WORDLESS:
        return "escapes, no number"
    low, high = float(report["low"]), float(report["high"])
    return f"claims {count(low)} out" if low == high else f"claims {count(low)} to {count(high)} out"


def reports(model: DetentionModel) -> list[dict[str, str]]:
    """What was reported, newest first."""
    return [row._asdict() for row in _reports(model, made(model)[-MOST:])]


def _reports(model: DetentionModel, some: np.ndarray) -> Iterator[Row]:
    for report in some[::-1]:
        o, f = int(report["observer"]), int(report["facility"])
        where = short(facility_title(model, f)) if f >= 0 else "All facilities"
        what = f"{source(model, o)} {claim_text(report)}"
        yield Row(clock_text(report["minute"]), where, what, "claim", grade(model, o))


def source(model: DetentionModel, observer: int) -> str:
    """Who reports, as `Media (desk)`; surveillance by its own name."""
    row = model.belief.observer[observer]
    if observer == model.belief.board["isr"][0]:
        return "ISR"
    role = model.roles[int(row["role"])]
    return f"{role[0].upper()}{role[1:]} ({OBSERVER_KINDS[int(row['kind'])]})"
