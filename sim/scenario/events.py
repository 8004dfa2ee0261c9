"""Read events files: what happened at places of detention that were attacked, left or risen in, one event a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sim.scenario.errors import InputError, Problem, one_of, shown
from sim.scenario.files import check_separator, decode, display, read_bytes
from sim.scenario.shipped import folder

COLUMNS: dict[str, str] = {
    "event_id": "name of the event, once in the file",
    "mode": "how it began, one of MODES; others and none are allowed: then a mixture of all",
    "held": "people held (persons); empty where unknown",
    "acc_low": "lowest accepted count of those who got out (persons)",
    "acc_best": "accepted count (persons); empty where contested",
    "acc_high": "highest accepted count (persons)",
}
"""Columns that an events file must have."""
OPTIONAL: dict[str, str] = {
    "date": "when",
    "country": "where: events of one country are left out together",
    "facility": "the place; `nationwide` for a total over many places",
    "control_changed": "whether the ground changed hands: y, partial or n",
    "guards": "guards on site; empty where unknown",
    "note": "free text",
    "frac": "share that got out, as computed by whoever made the file",
    "frac_basis": "what it rests on",
}
"""Columns that it may have; others are ignored."""

MODES = (
    "external_assault",
    "assault_plus_riot",
    "riot_internal",
    "riot_plus_outside",
    "tunnel_stealth",
    "handover_insider",
    "shelling_explosion",
    "guards_left",
    "occupier_withdrawal",
    "disaster",
    "regime_collapse_mixed",
    "captor_release",
    "authority_release",
    "monitor_withdrawal",
)
CHANGED = ("n", "partial", "y")
MAX_PERSONS = 10_000_000
LARGEST_PLACE = 20_000
"""People held from which a row is a total over many places."""


@dataclass(frozen=True)
class Event:
    """One event. Counts are persons, None where unknown; `mode` is empty where unknown or not one of MODES."""

    line: int
    event_id: str
    mode: str
    held: int | None
    low: int | None
    best: int | None
    high: int | None
    guards: int | None = None
    control_changed: str = ""
    country: str = ""
    facility: str = ""
    date: str = ""
    note: str = ""

    @property
    def is_aggregate(self) -> bool:
        """Return whether the row is a total over many places."""
        return self.facility.lower().startswith("nationwide") or (self.held or 0) >= LARGEST_PLACE

    @property
    def why_not_scored(self) -> str:
        """Return why the event is listed only; empty if it is scored."""
        if self.is_aggregate:
            return "a total over many places"
        if not self.held:
            return "people held unknown"
        if self.low is None or self.high is None:
            return "no accepted count"
        return ""

    @property
    def is_zero(self) -> bool:
        """Return whether nobody got out by the accepted figures."""
        return self.high == 0

    def share(self, count: int) -> float:
        """Return a count as a share of those held, at most 1."""
        assert self.held
        return min(1.0, count / self.held)


def record() -> tuple[Event, ...]:
    """Return the events that come with the program."""
    return read_events(folder() / "events" / "mass-escapes.csv")


def read_events(path: str | Path) -> tuple[Event, ...]:
    """Return the events of a file, in its order. Raises InputError with every problem found."""
    name = display(path)
    return parse_events(decode(read_bytes(path), name), name)


def parse_events(text: str, file: str) -> tuple[Event, ...]:
    """Return the events in a text; `file` is the name that problems carry. Raises InputError."""
    return _events(text, file, ",")


def _events(text: str, file: str, mark: str) -> tuple[Event, ...]:
    """Return the events in a text with a mark between the cells. Raises InputError with every problem found."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    problems: list[Problem] = []
    events: list[Event] = []
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        check_separator(header, file, partial(_events, text, file))
        problems += _header(header, file)
        if any(header.count(name) > 1 for name in header if name):
            raise InputError(problems)  # no telling which of the two a row means
        missing = set(COLUMNS).difference(header)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                problems.append(Problem(file, reader.line_num, "", f"{len(cells)} cells", f"{len(header)}, as above"))
                continue
            row = _Row(file, reader.line_num, dict(zip(header, (cell.strip() for cell in cells), strict=True)))
            event = row.event()
            if event.event_id and any(event.event_id == other.event_id for other in events):
                row.wrong("event_id", f"`{shown(event.event_id)}` stands twice", "each event once")
            problems += [problem for problem in row.problems if problem.key not in missing]
            events.append(event)
    except csv.Error as error:
        problems.append(Problem(file, reader.line_num, "", f"is not valid CSV: {error}", "comma-separated values"))
    if not events and not problems:
        problems.append(Problem(file, 1, "", "no events", "a row for each event below the header"))
    if problems:
        raise InputError(problems)
    return tuple(events)


def _header(header: Sequence[str], file: str) -> list[Problem]:
    found = [
        Problem(file, 1, name, "the column is missing", meaning)
        for name, meaning in COLUMNS.items()
        if name not in header
    ]
    twice = dict.fromkeys(column for column in header if column and header.count(column) > 1)
    return found + [Problem(file, 1, shown(column), "the column stands twice", "it once") for column in twice]


class _Row:
    """A reader of one row that collects its problems."""

    def __init__(self, file: str, line: int, cells: dict[str, str]) -> None:
        self.file, self.line, self.cells = file, line, cells
        self.problems: list[Problem] = []

    def wrong(self, key: str, problem: str, expected: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(self.file, self.line, key, problem, expected))

    def event(self) -> Event:
        """Return the event; its problems are in `problems`."""
        cell = self.cells.get
        if not cell("event_id"):
            self.wrong("event_id", "is missing", COLUMNS["event_id"])
        low, best, high = (self._count(name) for name in ("acc_low", "acc_best", "acc_high"))
        known = [count for count in (low, best, high) if count is not None]
        if known != sorted(known):
            self.wrong("acc_low", "the accepted counts do not rise", "acc_low <= acc_best <= acc_high")
        if known:
            low, high = (known[0] if low is None else low), (known[-1] if high is None else high)
        changed = cell("control_changed", "").lower()
        if changed and changed not in CHANGED:
            self.wrong("control_changed", f"`{shown(changed)}` is not known", one_of(changed, CHANGED))
        mode = cell("mode", "").lower()
        return Event(
            line=self.line,
            event_id=cell("event_id", ""),
            mode=mode if mode in MODES else "",
            held=self._count("held"),
            low=low,
            best=best,
            high=high,
            guards=self._count("guards"),
            control_changed=changed,
            country=cell("country", ""),
            facility=cell("facility", ""),
            date=cell("date", ""),
            note=cell("note", ""),
        )

    def _count(self, name: str) -> int | None:
        text = self.cells.get(name, "")
        if not text:
            return None
        if not text.isdecimal() or not text.isascii() or int(text[:12]) > MAX_PERSONS:
            self.wrong(name, f"`{shown(text)}` is not a count", f"a whole number, at most {MAX_PERSONS:,}, or nothing")
            return None
        return int(text)
