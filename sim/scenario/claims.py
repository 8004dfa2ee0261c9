"""Read claims files: who said how many got out, where and when, one claim a row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from sim.scenario import csvfile
from sim.scenario.declare import parse_date
from sim.scenario.errors import InputError, Problem, one_of, shown
from sim.scenario.files import check_separator, decode, display, read_bytes
from sim.scenario.vocabulary import CATEGORIES, ROLES

COLUMNS: dict[str, str] = {
    "event_id": "the event the claim is about",
    "date": "date of the event, YYYY-MM-DD or YYYY-MM-DDTHH:MM",
    "facility": "a facility of the theatre, or `theatre` for all of them",
    "claimed_on": "date on which the claim was made",
    "claim_role": "role of whoever made it",
    "claimed_escaped_low": "low end of the claimed number of exits (persons), or a range a-b; empty: no number given",
    "claimed_escaped_high": "high end (persons); empty: at least the low end",
}
"""Columns that a claims file must have, with their meaning."""

OPTIONAL: dict[str, str] = {
    "category": "whom the claim is about: all, fighters or families; default all",
    "origin": "who said it first; claims of one origin are one",
    "blames": "the party that the claim blames",
    "claim_source": "where the claim was published",
    "population_at_risk": "people held when the event began (persons), a number or a range a-b",
    "control_before": "who held the place before, free text",
    "control_after": "who held it after, free text",
    "cause": "what let them out, free text",
    "recaptured": "how many were retaken, free text",
}
"""Columns that a claims file may have; others are kept with the claim and ignored."""

ROLE_ALIASES = {
    "media_witness": "media",
    "NGO_monitor": "NGO",
    "third_party_official": "other government",
    "guarding_side_legislator": "guarding force",
    "opponent": "attacker",
}
"""Other words for a role; case, spaces, hyphens and underscores are ignored."""

MAX_PERSONS = 10_000_000

_COUNT = re.compile(r"[0-9]+")
_RANGE = re.compile(r"([0-9]+)\s*[-–]\s*([0-9]+)")
_FACILITY = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True)
class Claim:
    """One claim of cumulative exits.

    `low` and `high` are persons: equal for a single number, `high` None for "at least", both None for a claim
    without a number. `facility` is None for a claim about the whole theatre. `origin` and `blames` are empty where the
    file does not say. `population_low` and `population_high` are people held, None where not given. `other` holds the
    further columns as they stand. `note` says what is odd but allowed, or is empty.
    """

    line: int
    event_id: str
    date: str
    facility: str | None
    claimed_on: str
    role: str
    low: int | None
    high: int | None
    category: str = "all"
    origin: str = ""
    blames: str = ""
    source: str = ""
    population_low: int | None = None
    population_high: int | None = None
    control_before: str = ""
    control_after: str = ""
    cause: str = ""
    recaptured: str = ""
    other: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    note: str = ""


def read_claims(path: str | Path) -> list[Claim]:
    """Return every claim of a file in file order. Raises InputError with every problem found."""
    name = display(path)
    return parse_claims(decode(read_bytes(path), name), name)


def parse_claims(text: str, file: str) -> list[Claim]:
    """Return the claims in a text; `file` is the name that problems carry. Raises InputError."""
    return _claims(text, file, csvfile.separator(text, set(COLUMNS).issubset))


def _claims(text: str, file: str, mark: str) -> list[Claim]:
    """Return the claims in a text with a mark between the cells. Raises InputError with every problem found."""
    records = csvfile.records(text, file, mark)
    line, header = next(records, (1, []))
    check_separator(header, file, partial(_claims, text, file), line)
    columns = [csvfile.column(cell) for cell in header]
    problems = list(_header_problems(columns, file, line))
    if any(columns.count(name) > 1 for name in columns if name):
        raise InputError(problems)  # no telling which of the two a row means
    missing = set(COLUMNS).difference(columns)
    claims: list[Claim] = []
    for line, cells in records:
        if len(cells) != len(columns):
            expected = f"{len(columns)}, as in the header"
            problems.append(Problem(file, line, "", f"{len(cells)} cells", expected))
            continue
        row = _Row(file, line, dict(zip(columns, (cell.strip() for cell in cells), strict=True)))
        claim = row.claim()
        problems += [problem for problem in row.problems if problem.key not in missing]
        claims += [claim] if claim is not None else []
    if not claims and not problems:
        problems.append(Problem(file, 1, "", "no claims", "a row for each claim below the header"))
    if problems:
        raise InputError(problems)
    return claims


def role_of(text: str) -> str | None:
    """Return the role that a cell means, None if it is not a role."""
    return _ROLES.get(_squeezed(text))


def schema() -> dict[str, Any]:
    """Return the JSON Schema of one row, with cells as text."""
    roles = [*ROLES, *ROLE_ALIASES]
    properties: dict[str, Any] = {
        name: {"type": "string", "description": meaning} for name, meaning in {**COLUMNS, **OPTIONAL}.items()
    }
    properties["claim_role"]["examples"] = roles
    properties["category"]["enum"] = list(CATEGORIES)
    for name in ("claimed_escaped_low", "claimed_escaped_high", "population_at_risk"):
        properties[name]["pattern"] = r"^([0-9]+(\s*[-–]\s*[0-9]+)?)?$"
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Claim",
        "description": "One row of a claims file (CSV, UTF-8, with a header); other columns are kept and ignored.",
        "type": "object",
        "properties": properties,
        "required": list(COLUMNS),
        "additionalProperties": {"type": "string"},
    }


def _squeezed(text: str) -> str:
    return re.sub(r"[\s_-]+", "", text).lower()


_ROLES = {_squeezed(role): role for role in ROLES} | {_squeezed(alias): role for alias, role in ROLE_ALIASES.items()}


def _header_problems(columns: list[str], file: str, line: int) -> Iterator[Problem]:
    known = [*COLUMNS, *OPTIONAL]
    for name in COLUMNS:
        if name not in columns:
            near = one_of(name, [column for column in columns if column and column not in known])
            expected = near.replace("did you mean", "instead of") if near.startswith("did") else COLUMNS[name]
            yield Problem(file, line, name, "the column is missing", expected.rstrip("?"))
    for index, name in enumerate(columns):
        if name and name in columns[:index]:
            yield Problem(file, line, shown(name), "the column stands twice", "it once")


class _Row:
    """A reader of one row that collects its problems."""

    def __init__(self, file: str, line: int, cells: dict[str, str]) -> None:
        self.file = file
        self.line = line
        self.cells = cells
        self.problems: list[Problem] = []

    def claim(self) -> Claim | None:
        """Return the claim, None if the row has problems."""
        low, high = self._numbers()
        at_risk = self._range("population_at_risk")
        role = self._parsed("claim_role", role_of, "is not a role", one_of(self._cell("claim_role"), ROLES))
        facility = self._cell("facility")
        if not _FACILITY.fullmatch(facility):
            self._wrong("facility", f"`{shown(facility)}` is not a facility's name", "a name, or theatre")
        category = self._cell("category").lower() or "all"
        if category not in CATEGORIES:
            self._wrong("category", f"`{shown(category)}` is not known", one_of(category, CATEGORIES))
        if not self._cell("event_id"):
            self._wrong("event_id", "is missing", COLUMNS["event_id"])
        date, claimed_on = self._date("date"), self._date("claimed_on")
        if date and claimed_on and parse_date(claimed_on).date() < parse_date(date).date():
            self._wrong("claimed_on", f"{claimed_on} is before the event ({date})", "the event's date or later")
        if self.problems:
            return None
        known = {*COLUMNS, *OPTIONAL, ""}
        return Claim(
            line=self.line,
            event_id=self._cell("event_id"),
            date=date,
            facility=None if facility == "theatre" else facility,
            claimed_on=claimed_on,
            role=role or "",
            low=low,
            high=high,
            category=category,
            origin=self._cell("origin"),
            blames=self._cell("blames"),
            source=self._cell("claim_source"),
            population_low=at_risk[0],
            population_high=at_risk[1],
            control_before=self._cell("control_before"),
            control_after=self._cell("control_after"),
            cause=self._cell("cause"),
            recaptured=self._cell("recaptured"),
            other=tuple((name, cell) for name, cell in self.cells.items() if name not in known),
            note=self._note(low, high),
        )

    def _cell(self, name: str) -> str:
        return self.cells.get(name, "")

    def _wrong(self, key: str, problem: str, expected: str) -> None:
        self.problems.append(Problem(self.file, self.line, key, problem, expected))

    def _parsed(self, name: str, parse: Callable[[str], str | None], problem: str, expected: str) -> str | None:
        value = parse(self._cell(name))
        if value is None:
            self._wrong(name, f"`{shown(self._cell(name))}` {problem}", expected)
        return value

    def _date(self, name: str) -> str:
        text = self._cell(name)
        try:
            parse_date(text)
        except ValueError as error:
            self._wrong(name, f"`{shown(text)}` is not a date", str(error).removeprefix("expected "))
            return ""
        return text

    def _numbers(self) -> tuple[int | None, int | None]:
        """Return both ends of the claimed number: `high` None for "at least", both None for no number."""
        low, top = self._range("claimed_escaped_low")
        bottom, high = self._range("claimed_escaped_high")
        if self.problems:
            return None, None
        if low is None and high is not None:
            if bottom == high:
                self._wrong("claimed_escaped_low", "is missing", "the low end, 0 for `at most`")
            return bottom, high
        ranged = top if top != low else None  # a range in the low cell brings its own high end
        high = high if high is not None else ranged
        if low is not None and high is not None and low > high:
            self._wrong("claimed_escaped_low", f"{low} is more than the high end {high}", "low at most high")
        return low, high

    def _note(self, low: int | None, high: int | None) -> str:
        """Return what is said of a range in one cell that the other does not repeat, else an empty text."""
        cells = [self._cell("claimed_escaped_low"), self._cell("claimed_escaped_high")]
        if not all(cells) or not any(map(_RANGE.fullmatch, cells)) or cells[0] == cells[1]:
            return ""
        return f"{cells[0]} and {cells[1]} are read as {low} to {high}"

    def _range(self, name: str) -> tuple[int | None, int | None]:
        """Return both ends of a number or range, None and None for an empty cell."""
        text = self._cell(name)
        match = _RANGE.fullmatch(text)
        if len(text) <= 40 and (match or _COUNT.fullmatch(text)):
            ends = (int(match[1]), int(match[2])) if match else (int(text), int(text))
            if ends[0] > ends[1]:
                self._wrong(name, f"{text}: the low end is above the high end", "a-b with a at most b")
            elif ends[1] > MAX_PERSONS:
                self._wrong(name, f"{text} is out of bounds", f"at most {MAX_PERSONS:,} (persons)")
            else:
                return ends
        elif text:
            negative = re.fullmatch(r"-[0-9.]+", text)
            what = f"{shown(text)} is negative" if negative else f"`{shown(text)}` is not a count"
            self._wrong(name, what, "a whole number of persons, a range a-b, or nothing")
        return None, None
