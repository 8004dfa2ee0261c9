"""Codes: in the arrays a word is its index in a list of words. Each list is declared once."""

from __future__ import annotations

from sim.scenario.vocabulary import (
    CATEGORIES,
    HANDOVERS,
    INCIDENT_KINDS,
    OBSERVER_KINDS,
    OBSERVER_SITES,
    PEOPLE_ORIGINS,
)

STATES = ("held", "at_large", "rejoined", "left_theatre", "dead", "transferred", "repatriated")
"""States of a detained person: exclusive, and their sum is conserved."""
HELD, AT_LARGE, REJOINED, LEFT_THEATRE, DEAD, TRANSFERRED, REPATRIATED = range(len(STATES))

KINDS = ("fighter", "family", "minor")
FIGHTER, FAMILY, MINOR = range(len(KINDS))
ALL_PEOPLE, FIGHTERS, FAMILIES = range(len(CATEGORIES))
ORIGINS = PEOPLE_ORIGINS
LOCAL, IRAQI, FOREIGN = range(len(ORIGINS))

CAUSES = ("stealth", "disorder", "assault", "shelling", "abandonment", "release")
"""Causes of an exit."""
STEALTH, DISORDER, ASSAULT, SHELLING, ABANDONMENT, RELEASE = range(len(CAUSES))

CUSTODY = ("guarded", "none", "occupied", "released", "moving")
"""Kinds of custody: who keeps a facility."""
GUARDED, NONE, OCCUPIED, RELEASED, MOVING = range(len(CUSTODY))

GUARD_STATES = ("on site", "at the front", "fled", "lost", "relieved")
ON_SITE, AT_FRONT, FLED, LOST, RELIEVED = range(len(GUARD_STATES))

NO_ASSAULT, FIGHT, GATE = range(3)

NO_INCIDENT = -1
RIOT, HOSTAGES, KEYS, CROWD, TUNNEL = range(len(INCIDENT_KINDS))

NO_HANDOVER, HASTY, FORMAL = range(len(HANDOVERS))

RETAKE, REJOIN, LEAVE, DEATH, REVIEW = range(5)
"""Fates of a person at large; the last is to be reviewed at midnight."""

WATCHER_KINDS = (*OBSERVER_KINDS, "isr")
"""Kinds of observers, surveillance last."""
LIAISON, REPORTER, SOURCE, DESK, STATEMENT, SURVEILLANCE = range(len(WATCHER_KINDS))
ALL_SITES, ASSAULTED_SITES, TAKEN_SITES = range(len(OBSERVER_SITES))

FORMS = ("number", "range", "denial", "wordless", "rumour", "statement")
"""Forms of a claim."""
NUMBER, RANGE, DENIAL, WORDLESS, RUMOUR, TOLD = range(len(FORMS))

EVENT_KINDS = (
    "exit", "assault", "repelled", "gate", "relief", "control", "custody", "hit", "call", "guards_gone", "moved",
    "incident", "quelled",
)  # fmt: skip
(
    EXIT, ATTACK, REPELLED, GATE_FELL, RELIEF, CONTROL, CUSTODY_CHANGE, HIT, CALL, GUARDS_GONE, MOVED,
    INCIDENT, QUELLED,
) = range(len(EVENT_KINDS))  # fmt: skip

NEVER = 2**62
"""A minute that never comes."""
DAY = 1440
"""Minutes in a day."""
