"""Names of the tables of results, and from which record level on each is written.

Their columns stand in `outcomes`. This file needs no NumPy, so that a run can write its manifest before that is
imported.
"""

from __future__ import annotations

RECORD_LEVELS = ("summary", "daily", "full")
"""Values of `--record`: each level writes the tables of the ones before it, and more."""
TABLES = {
    "runs": "summary",
    "daily": "daily",
    "facilities": "daily",
    "events": "full",
    "reports": "full",
    "episodes": "full",
}
"""Every table in order, and the lowest record level that writes it."""


def tables_of(record: str) -> tuple[str, ...]:
    """Return the names of the tables that a record level writes."""
    levels = RECORD_LEVELS[: RECORD_LEVELS.index(record) + 1]
    return tuple(name for name, level in TABLES.items() if level in levels)
