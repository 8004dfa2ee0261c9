"""Text for the page: titles, events, reports, times and errors."""

from __future__ import annotations

from typing import Any

from sim.model import DetentionModel
from sim.scenario.errors import InputError, printable
from sim.wording import count, span, tidy
from sim.world.codes import (
    ATTACK,
    CALL,
    CONTROL,
    CUSTODY_CHANGE,
    DAY,
    DENIAL,
    GATE_FELL,
    GUARDED,
    GUARDS_GONE,
    HIT,
    INCIDENT,
    MOVED,
    MOVING,
    NONE,
    OCCUPIED,
    QUELLED,
    RELEASED,
    RELIEF,
    REPELLED,
    WATCHER_KINDS,
    WORDLESS,
)

MAX_ERRORS, MAX_ERROR_LENGTH = 40, 600
"""Most problems shown, and most characters of each."""
CAUSES = ("by stealth", "in disorder", "in an assault", "after shelling", "left unguarded", "let go by the holder")
CUSTODY_WORDS = {
    OCCUPIED: "the new holder takes custody",
    RELEASED: "the new holder opens the gate",
    MOVING: "the new holder begins to move people out",
    NONE: "the new holder leaves it unguarded",
    GUARDED: "guarded",
}
INCIDENTS = ("a riot", "guards taken hostage", "keys or arms taken", "a crowd at the gate")
"""Incidents by kind."""


def clock_text(minutes: float) -> str:
    """Return minutes since the start as `Day 12.5`, with one or two decimals."""
    return f"Day {round(minutes / DAY, 2)}"


def counted(number: float, noun: str) -> str:
    """Return a number with its noun: `1 guard`, `2 guards`."""
    return f"{count(number)} {noun}" if round(number) == 1 else f"{count(number)} {noun}s"


def facility_title(model: DetentionModel, f: int, limit: int = 60) -> str:
    """Return a facility's title on one line, of at most `limit` characters."""
    name = model.names.facilities[f]
    return tidy(model.resolved.theatre.facilities[name].title or name, limit)


def party_titles(model: DetentionModel) -> list[str]:
    """Return the titles of the parties by index."""
    parties = model.resolved.theatre.parties
    return [tidy(parties[name].title or name, 40) for name in model.names.parties]


def short_title(title: str) -> str:
    """Return a title without its brackets, of at most 26 characters."""
    plain = title.split(" (")[0].strip() or title
    return plain if len(plain) <= 26 else plain[:25].rstrip() + "…"


def event_text(model: DetentionModel, kind: int, detail: int, number: float) -> str:
    """Return the text of an event other than an exit."""
    if kind == CONTROL:
        return f"passes to {party_titles(model)[detail]}"
    if kind == MOVED:
        return f"{count(number)} moved to {short_title(facility_title(model, detail))}"
    if kind == GUARDS_GONE:
        return "no guard is left" if detail == NONE else f"guarded again, by {count(number)}"
    if kind == ATTACK:
        return f"attacked by {count(number)}"
    if kind == INCIDENT:
        return f"{INCIDENTS[detail]}; {count(number)} loose within"
    return {
        CUSTODY_CHANGE: CUSTODY_WORDS.get(detail, ""),
        REPELLED: "the attack is beaten off",
        GATE_FELL: "the attackers hold the gate",
        RELIEF: f"relief comes; {count(number)} of the held are dead",
        HIT: f"shelled; {count(number)} loose within",
        QUELLED: "order is restored within",
        CALL: f"{counted(number, 'guard')} left after a call to the front",
    }.get(kind, "")


def grade_label(model: DetentionModel, observer: int) -> str:
    """Return an observer's grade by the Admiralty code, such as `C3`."""
    row = model.belief.observer[observer]
    return f"{'ABCDEF'[int(row['reliability'])]}{int(row['credibility'])}"


def claim_text(report: Any) -> str:
    """Return what a report says as officials read it; a rumour reads like any other report."""
    if report["form"] == DENIAL:
        return "denies any escape"
    if report["form"] == WORDLESS:
        return "escapes, no number"
    low, high = float(report["low"]), float(report["high"])
    return f"claims {count(low)} out" if low == high else f"claims {count(low)} to {count(high)} out"


def claim_label(report: Any) -> str:
    """Return the same in a few words, for the map."""
    if report["form"] == DENIAL:
        return "denied"
    if report["form"] == WORDLESS:
        return "no number"
    return f"{span(float(report['low']), float(report['high']))} claimed"


def source_label(model: DetentionModel, observer: int) -> str:
    """Return who reports, such as `Media (desk)`; surveillance is `ISR`."""
    row = model.belief.observer[observer]
    if observer == model.belief.board["isr"][0]:
        return "ISR"
    role = model.roles[int(row["role"])]
    return f"{role[0].upper()}{role[1:]} ({WATCHER_KINDS[int(row['kind'])]})"


def error_messages(error: Exception) -> list[str]:
    """Return an error as text for the page, one item per problem."""
    problems = error.problems if isinstance(error, InputError) else [f"{type(error).__name__}: {error}"]
    return [_clipped(printable(str(problem))) for problem in problems[:MAX_ERRORS]]


def _clipped(text: str) -> str:
    return text if len(text) <= MAX_ERROR_LENGTH else f"{text[:MAX_ERROR_LENGTH]}…"
