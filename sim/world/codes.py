"""Small whole numbers that stand for words in the arrays."""

from __future__ import annotations

# Where a detained person is: exclusive and conserved.
HELD, AT_LARGE, REJOINED, LEFT_THEATRE, DEAD, TRANSFERRED, REPATRIATED = range(7)
STATES = ("held", "at_large", "rejoined", "left_theatre", "dead", "transferred", "repatriated")

FIGHTER, FAMILY, MINOR = range(3)
KINDS = ("fighter", "family", "minor")
LOCAL, IRAQI, FOREIGN = range(3)
ORIGINS = ("local", "iraqi", "foreign")

STEALTH, DISORDER, ASSAULT, SHELLING, ABANDONMENT, RELEASE = range(6)
CAUSES = ("stealth", "disorder", "assault", "shelling", "abandonment", "release")

# Who keeps a facility.
GUARDED, NONE, OCCUPIED, RELEASED, MOVING = range(5)
CUSTODY = ("guarded", "none", "occupied", "released", "moving")

ON_SITE, AT_FRONT, FLED, LOST, RELIEVED = range(5)
GUARD_STATES = ("on site", "at the front", "fled", "lost", "relieved")

NO_ASSAULT, FIGHT, GATE = range(3)

NO_HANDOVER, HASTY, FORMAL = range(3)
HANDOVERS = ("none", "hasty", "formal")

RETAKE, REJOIN, LEAVE, DEATH, REVIEW = range(5)

LIAISON, REPORTER, SOURCE, DESK, STATEMENT, SURVEILLANCE = range(6)
OBSERVER_KINDS = ("liaison", "reporter", "source", "desk", "statement", "isr")
ALL_SITES, ASSAULTED_SITES, TAKEN_SITES = range(3)
SITES = ("all", "assaulted", "taken")
NUMBER, RANGE, DENIAL, WORDLESS, RUMOUR, TOLD = range(6)
FORMS = ("number", "range", "denial", "wordless", "rumour", "statement")

EXIT, ATTACK, REPELLED, GATE_FELL, RELIEF, CONTROL, CUSTODY_CHANGE, HIT, CALL, GUARDS_GONE, MOVED = range(11)
EVENT_KINDS = (
    "exit", "assault", "repelled", "gate", "relief", "control", "custody", "hit", "call", "guards_gone", "moved",
)  # fmt: skip

NEVER = 2**62
"""A minute that does not come."""
DAY = 1440
"""Minutes in a day."""
