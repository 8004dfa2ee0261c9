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
ABOUT = {
    "runs": "one row for each replicate of each point: outcomes over the whole run",
    "daily": "one row for each replicate and day: counts as they stood at the end of it",
    "facilities": "one row for each replicate and facility",
    "events": "one row for each event, by replicate and time",
    "reports": "one row for each report of an observer",
    "episodes": "one row for each episode of exits, with the days on which it was reported and confirmed",
}
"""What the rows of each table are, in words for its file."""


def tables_of(record: str) -> tuple[str, ...]:
    """Return the names of the tables that a record level writes."""
    levels = RECORD_LEVELS[: RECORD_LEVELS.index(record) + 1]
    return tuple(name for name, level in TABLES.items() if level in levels)
