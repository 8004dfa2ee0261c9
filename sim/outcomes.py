"""Every output column: type, unit, meaning. Tables, manifest and axis labels read this list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from sim.scenario.vocabulary import ROLES
from sim.tables import TABLES as TABLE_LEVELS
from sim.world.codes import CAUSES as CAUSES
from sim.world.codes import STATES

ROLE_COLUMNS = tuple(role.replace(" ", "_") for role in ROLES)
"""Roles as columns name them."""
_STATES = {
    "held": "in any modelled facility at the horizon, whoever controls it",
    "at_large": "outside, neither rejoined nor left the theatre",
    "rejoined": "rejoined the held movement",
    "left_theatre": "crossed the map's edge",
    "dead": "dead",
    "transferred": "moved by a custodian out of the modelled facilities",
    "repatriated": "repatriated, lawful release included",
}


class Column(NamedTuple):
    """One column of a table. `kind`: count (whole number), level (real number) or name; `nullable`: may be null."""

    name: str
    kind: str
    unit: str
    meaning: str
    nullable: bool = False

    @property
    def undefined(self) -> bool:
        """Whether null means that there is nothing to speak of, not that a day lies beyond the horizon."""
        return self.nullable and not self.name.endswith("_day")


def _count(name: str, unit: str, meaning: str) -> Column:
    return Column(name, "count", unit, meaning)


HEADLINE = "escaped_persons"
"""The outcome that every surface leads with: persons, not exits."""

RUNS: tuple[Column, ...] = (
    _count("population", "persons", "detained people at the start; residents of camps are outside it"),
    *(_count(name, "persons", _STATES[name]) for name in STATES),
    _count("left_freely", "persons", "residents who walked out"),
    _count("escaped", "exits", "crossings of an outer perimeter without the first custodian's decision"),
    _count("escaped_persons", "persons", "people who escaped at least once"),
    _count("escaped_prison", "exits", "from prisons"),
    _count("escaped_camp", "exits", "from policed camp sections"),
    _count("escaped_fighters", "exits", "by fighters"),
    _count("escaped_foreign_fighters", "exits", "by foreign fighters"),
    *(_count(f"escaped_{cause}", "exits", f"caused by {cause}") for cause in CAUSES),
    _count("recaptured", "returns", "returns to custody, surrender included"),
    _count("moved", "persons", "moves between modelled facilities"),
    Column("reported", "level", "exits claimed", "largest claimed_<role> ever made, rumours included"),
    *(
        Column(f"claimed_{role}", "level", "exits claimed", f"what the role {role.replace('_', ' ')} claims", True)
        for role in ROLE_COLUMNS
    ),
    Column("confirmed", "level", "exits", "sum over facilities of the confirmed count"),
    Column("gap", "level", "exits", "escaped - confirmed"),
    Column("gap_peak", "level", "exits", "largest daily gap"),
    Column("gap_person_days", "level", "exit-days", "sum of the positive daily gaps"),
    Column("undetected_share", "level", "share", "exits in episodes without a true report, over escaped", True),
    Column(
        "accounted_share",
        "level",
        "share",
        "persons out for whom a true report accounts (ODD 7.15), over escaped_persons; null: nobody is out (undefined)",
        True,
    ),
    Column("first_escape_day", "level", "days", "end of the step of the first exit", True),
    Column("first_report_day", "level", "days", "first true report", True),
    Column("first_confirmed_day", "level", "days", "first confirmed count above 0", True),
    _count("facilities_lost", "facilities", "whose controller is not the initial one"),
    _count("facilities_emptied", "facilities", "under 5% of those held at the start, half or more of departures exits"),
    _count("guards_on_duty", "guards", "assigned and present, all shifts, at the horizon"),
    Column("isr_hours", "level", "facility-hours", "watched by surveillance"),
)

DAILY: tuple[Column, ...] = (
    _count("escaped", "exits", "cumulative"),
    _count("recaptured", "returns", "cumulative"),
    Column("confirmed", "level", "exits", "confirmed so far; may fall"),
    *(
        Column(f"claimed_{role}", "level", "exits claimed", f"what the role {role.replace('_', ' ')} claims", True)
        for role in ROLE_COLUMNS
    ),
    _count("held", "persons", "in any modelled facility"),
    _count("at_large", "persons", "outside"),
    _count("guards_on_duty", "guards", "assigned and present, all shifts"),
    Column("isr_coverage", "level", "share", "of facility-hours watched"),
    _count("facilities_lost", "facilities", "whose controller is not the initial one"),
)

FACILITIES: tuple[Column, ...] = (
    _count("held0", "persons", "held at the start (residents in a resident facility)"),
    _count("held", "persons", "held at the horizon"),
    _count("escaped", "exits", "from this facility"),
    _count("recaptured", "returns", "of people who escaped from this facility"),
    Column("confirmed", "level", "exits", "confirmed here"),
    Column("first_escape_day", "level", "days", "end of the step of the first exit here", True),
    Column("control_end", "name", "", "who controls it at the horizon"),
    _count("guards_end", "guards", "present at the horizon"),
    Column("wall_end", "level", "share", "opening of the perimeter at the horizon, 0-1"),
)

EVENTS: tuple[Column, ...] = (
    Column("day", "level", "days", "when"),
    Column(
        "kind",
        "name",
        "",
        "exit, assault, repelled, gate, relief, control, custody, hit, call, guards_gone, moved, incident, quelled",
    ),
    Column("facility", "name", "", "where"),
    Column("cause", "name", "", "cause of an exit; party of a change; custody entered; kind of incident", True),
    Column("count", "level", "", "persons, attackers or guards"),
)

EPISODES: tuple[Column, ...] = (
    Column("facility", "name", "", "where"),
    Column("start_day", "level", "days", "first exit"),
    Column("end_day", "level", "days", "last exit so far"),
    Column("cause", "name", "", "cause of the first exits"),
    _count("exits", "exits", "exits with no pause over 24 h"),
    Column("first_report_day", "level", "days", "first true report; null: none by the horizon (censored)", True),
    Column("first_confirmed_day", "level", "days", "first count above 0 confirmed since; null: censored", True),
)

REPORTS: tuple[Column, ...] = (
    Column("day", "level", "days", "when the report was made"),
    Column("observer", "name", "", "who reports"),
    Column("role", "name", "", "role of the observer"),
    Column("origin", "name", "", "who said it first"),
    Column("facility", "name", "", "where; `theatre` for all"),
    Column("claimed_low", "level", "exits", "cumulative exits claimed, low end", True),
    Column("claimed_high", "level", "exits", "high end", True),
    Column("form", "name", "", "number, range, denial, wordless, rumour, statement"),
    Column("true_report", "count", "0/1", "it reports an escape that happened"),
    Column("reliability", "name", "", "Admiralty code A-F"),
    Column("credibility", "count", "", "Admiralty code 1-6"),
    Column("category", "name", "", "whom the claim is about: all, fighters, families"),
    Column("blames", "name", "", "party that is blamed; null: none", True),
)


class Table(NamedTuple):
    """One table of results: its keys and its other columns.

    `failed`: a failed replicate has a row, in which every one of `columns` is null.
    """

    keys: tuple[Column, ...]
    columns: tuple[Column, ...]
    failed: bool = False


_REPLICATE = (_count("point", "", "number of the point"), _count("replicate", "", "number of the replicate"))
_OUTCOME = (
    _count("seed", "", "seed of the random numbers"),
    Column("status", "name", "", "done or failed"),
    Column("error", "name", "", "error of a failed replicate", True),
)
_COLUMNS = {
    "runs": Table((*_REPLICATE, *_OUTCOME), RUNS, failed=True),
    "daily": Table((*_REPLICATE, _count("day", "days", "days since the start")), DAILY),
    "facilities": Table((*_REPLICATE, Column("facility", "name", "", "where")), FACILITIES),
    "events": Table(_REPLICATE, EVENTS),
    "reports": Table(_REPLICATE, REPORTS),
    "episodes": Table(_REPLICATE, EPISODES),
}
TABLES = {name: _COLUMNS[name] for name in TABLE_LEVELS}
"""Columns of every table that `sim.tables` names."""


def record_of(columns: tuple[Column, ...]) -> np.dtype:
    """Return the structured type that compiled code writes: one float64 per numeric column (null is NaN)."""
    return np.dtype([(c.name, np.float64) for c in columns if c.kind != "name"], align=True)


def row_of(record: np.dtype, **lists: Sequence[str]) -> np.dtype:
    """Return the type of the same memory in which each list of columns is one column with an item for each.

    Raises ValueError if a list's columns do not follow one another.
    """
    names = list(record.names or ())
    fields: list[Any] = []
    at = 0
    while at < len(names):
        found = next((name for name, columns in lists.items() if names[at] == columns[0]), None)
        size = len(lists[found]) if found is not None else 1
        if found is not None and names[at : at + size] != list(lists[found]):
            raise ValueError(f"the columns of {found} do not follow one another")
        fields.append((names[at], record[at]) if found is None else (found, np.float64, (size,)))
        at += size
    return np.dtype(fields, align=True)


SHORT = {
    "population": "detained at the start",
    "at_large": "at large",
    "left_theatre": "left the theatre",
    "left_freely": "left freely",
    "escaped": "exits",
    "escaped_persons": "people who escaped",
    "escaped_prison": "exits from prisons",
    "escaped_camp": "exits from camps",
    "escaped_fighters": "exits by fighters",
    "escaped_foreign_fighters": "exits by foreign fighters",
    **{f"escaped_{cause}": f"exits caused by {cause}" for cause in CAUSES},
    "recaptured": "returns to custody",
    "moved": "moves between facilities",
    "reported": "largest claim ever made",
    **{f"claimed_{column}": f"claimed by {role}" for column, role in zip(ROLE_COLUMNS, ROLES, strict=True)},
    "confirmed": "confirmed exits",
    "gap": "gap",
    "gap_peak": "largest gap",
    "gap_person_days": "gap in exit-days",
    "undetected_share": "share of exits never reported",
    "accounted_share": "share of people out accounted for",
    "first_escape_day": "day of the first exit",
    "first_report_day": "day of the first true report",
    "first_confirmed_day": "day of the first confirmed exit",
    "facilities_lost": "facilities lost",
    "facilities_emptied": "facilities emptied",
    "guards_on_duty": "guards on duty",
    "isr_hours": "facility-hours watched",
    "isr_coverage": "ISR coverage",
}
"""Short names for tiles, axes and sentences, where the column's own name would not do."""


def short(name: str) -> str:
    """Return a column's short name in lower case: `people who escaped`."""
    return SHORT.get(name, name.replace("_", " "))


def title(name: str) -> str:
    """Return a column's short name as it begins a line: `People who escaped`."""
    text = short(name)
    return text[:1].upper() + text[1:]


RUN_RECORD = record_of(RUNS)
DAILY_RECORD = record_of(DAILY)
FACILITY_RECORD = np.dtype([*record_of(FACILITIES).descr, ("control_end", np.int64)], align=True)

_CLAIMED = tuple(f"claimed_{role}" for role in ROLE_COLUMNS)
RUN_ROW = row_of(RUN_RECORD, states=STATES, causes=tuple(f"escaped_{cause}" for cause in CAUSES), claimed=_CLAIMED)
DAILY_ROW = row_of(DAILY_RECORD, claimed=_CLAIMED)
FACILITY_ROW = FACILITY_RECORD
"""The same records as rules write them."""
