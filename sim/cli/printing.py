"""The console and the tables of printed answers."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.scenario.errors import printable

PLAIN = str.maketrans("−–…", "--~")
"""Replacements for signs that a terminal may lack."""


@contextlib.contextmanager
def console_of(to_stderr: bool) -> Iterator[Console]:
    """Give a console that prints all lines at the end, and none after an error."""
    stream = sys.stderr if to_stderr else sys.stdout
    console = Console(file=stream, highlight=False, markup=False, width=None if stream.isatty() else 110)
    with console.capture() as lines:
        yield console
    stream.write(lines.get())


def table_of(first: str, *others: str) -> Table:
    """Return an empty table with these heads; numbers stand to the right, and digits are never cut."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(Text(printable(first)), overflow="fold")
    for title in others:
        table.add_column(title, justify="right", overflow="fold")
    return table
