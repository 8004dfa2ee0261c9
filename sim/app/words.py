"""What happened and what was reported, in words."""

from __future__ import annotations

from typing import Any

from sim.app.ground import party_titles
from sim.model import DetentionModel
from sim.wording import count, tidy
from sim.world.codes import (
    ATTACK,
    CALL,
    CONTROL,
    CUSTODY_CHANGE,
    DAY,
    DENIAL,
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

CAUSES = ("by stealth", "in disorder", "in an assault", "after shelling", "left unguarded", "let go by the holder")
CUSTODY_WORDS = {
    OCCUPIED: "the new holder takes custody",
    RELEASED: "the new holder opens the gate",
    MOVING: "the new holder begins to move people out",
    NONE: "the new holder leaves it unguarded",
    GUARDED: "guarded",
}


def clock_text(minutes: float) -> str:
    """`Day 12.5`: days to two digits, at least one."""
    return f"Day {round(minutes / DAY, 2)}"


def many(number: float, noun: str) -> str:
    """`1 guard`, `2 guards`."""
    return f"{count(number)} {noun}" if round(number) == 1 else f"{count(number)} {noun}s"


def facility_title(model: DetentionModel, f: int, limit: int = 60) -> str:
    """A facility's title, as text on one line."""
    name = model.names.facilities[f]
    return tidy(model.resolved.theatre.facilities[name].title or name, limit)


def short(title: str) -> str:
    """A title without what stands in brackets, and not long."""
    plain = title.split(" (")[0].strip() or title
    return plain if len(plain) <= 26 else plain[:25].rstrip() + "…"


def event_text(model: DetentionModel, kind: int, detail: int, number: float) -> str:
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
        CALL: f"{many(number, 'guard')} left after a call to the front",
    }.get(kind, "")


def grade(model: DetentionModel, observer: int) -> str:
    """An observer's grade by the Admiralty code, as `C3`."""
    row = model.belief.observer[observer]
    return f"{'ABCDEF'[int(row['reliability'])]}{int(row['credibility'])}"


def claim_text(report: Any) -> str:
    """What a report says, as officials read it: nothing in it tells a rumour from a report."""
    if report["form"] == DENIAL:
        return "denies any escape"
    if report["form"] == WORDLESS:
        return "escapes, no number"
    low, high = float(report["low"]), float(report["high"])
    return f"claims {count(low)} out" if low == high else f"claims {count(low)} to {count(high)} out"


def source(model: DetentionModel, observer: int) -> str:
    """Who reports, as `Media (desk)`; surveillance by its own name."""
    row = model.belief.observer[observer]
    if observer == model.belief.board["isr"][0]:
        return "ISR"
    role = model.roles[int(row["role"])]
    return f"{role[0].upper()}{role[1:]} ({OBSERVER_KINDS[int(row['kind'])]})"
