"""Read CSV as people write it: a byte order mark, semicolons or tabs of a spreadsheet, blank lines, odd headers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator

from sim.scenario.errors import InputError, Problem


def column(cell: str) -> str:
    """Return a header cell as a column name: lower case, stripped, spaces as underscores."""
    return re.sub(r"[\s_]+", "_", cell.strip()).lower()


def separator(text: str, fits: Callable[[set[str]], bool]) -> str:
    """Return what stands between cells: a comma, or the semicolon or tab of a spreadsheet where that is unambiguous.

    It is where the header has every required column with that mark, as `fits` says of its names, and none with commas.
    """
    header = next((line for line in text.lstrip("\ufeff").splitlines() if line.strip()), "")
    for mark in (";", "\t"):
        if "," not in header and fits({column(cell.strip().strip('"')) for cell in header.split(mark)}):
            return mark
    return ","


def records(text: str, file: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the records that are not blank, each with the line on which it begins. Raises InputError."""
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=separator, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise InputError([Problem(file, line, "", f"is not valid CSV: {error}")]) from None
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield line, cells
        line = reader.line_num + 1
