"""Read joint draws: a CSV with a parameter path a column, whose rows are drawn whole, such as a posterior sample."""

from __future__ import annotations

import csv
import hashlib
import io
import math
from dataclasses import dataclass
from pathlib import Path

from sim.scenario.errors import InputError, Problem, shown
from sim.scenario.files import check_separator, decode, display, read_bytes

MAX_COLUMNS = 200
KEPT = "draws-{}.csv"
"""Name under which results keep a table of draws, by the start of its SHA-256."""


@dataclass(frozen=True)
class JointDraws:
    """A table of joint draws. Replicate r takes the row `floor(n u)`, u its own addressed uniform number.

    `values` holds one tuple a row, in the order and units of `paths`; `lines` holds their lines in the file.
    `problems` says what is wrong with the rows left out; the loader adds what is wrong with the paths, and raises both.
    """

    file: str
    content: bytes
    paths: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    lines: tuple[int, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def sha256(self) -> str:
        """Return the hash of the file."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def kept(self) -> str:
        """Return its name in a results folder."""
        return KEPT.format(self.sha256[:12])

    def column(self, path: str) -> list[float]:
        """Return the values of one column."""
        k = self.paths.index(path)
        return [row[k] for row in self.values]


def read_draws(path: str | Path) -> JointDraws:
    """Return a table of draws. Raises InputError where the header is faulty or no row can be read."""
    name = display(path)
    return _read(read_bytes(path), name, ",")


def _read(content: bytes, name: str, mark: str) -> JointDraws:
    """Return a table of draws with a mark between the cells. Raises as `read_draws` does."""

    def again(other: str) -> None:
        raise InputError(_read(content, name, other).problems)

    reader = csv.reader(io.StringIO(decode(content, name), newline=""), delimiter=mark, strict=True)
    problems: list[Problem] = []
    rows: list[tuple[float, ...]] = []
    lines: list[int] = []
    faulty_header = True
    try:
        header = [cell.strip() for cell in next(reader, [])]
        check_separator(header, name, again)
        problems += _header(header, name)
        faulty_header = bool(problems)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                problems.append(Problem(name, reader.line_num, "", f"{len(cells)} cells", f"{len(header)}, as above"))
                continue
            numbers = [_number(cell) for cell in cells]
            for column, cell, number in zip(header, cells, numbers, strict=True):
                if math.isnan(number):
                    problems.append(Problem(name, reader.line_num, column, f"{shown(cell)} is no number", "a number"))
            if not any(map(math.isnan, numbers)):
                rows.append(tuple(numbers))
                lines.append(reader.line_num)
    except csv.Error as error:
        problems.append(Problem(name, reader.line_num, "", f"is not CSV: {error}", "comma-separated values"))
    if not rows and not problems:
        problems.append(Problem(name, 1, "", "holds no draws", "a row of numbers for each draw"))
    if problems and (faulty_header or not rows):
        raise InputError(problems)
    return JointDraws(name, content, tuple(header), tuple(rows), tuple(lines), tuple(problems))


def _header(header: list[str], name: str) -> list[Problem]:
    if len(header) > MAX_COLUMNS:
        return [Problem(name, 1, "", f"{len(header)} columns", f"at most {MAX_COLUMNS}")]
    found = [Problem(name, 1, "", "a column has no name", "a path such as guards.scale") for c in header if not c]
    twice = dict.fromkeys(column for column in header if column and header.count(column) > 1)
    return found + [Problem(name, 1, column, "stands twice", "each path once") for column in twice]


def _number(cell: str) -> float:
    """Return a finite number, NaN for any other text."""
    try:
        number = float(cell)
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan
