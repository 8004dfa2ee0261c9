"""The console and the tables of printed answers."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from sim.scenario.errors import printable
from sim.wording import set_by_options, settings

if TYPE_CHECKING:
    from sim.experiment.results import Results

PLAIN = str.maketrans("−–…", "--~")
"""Replacements for signs that a terminal may lack."""
WIDEST = 10_000
"""Columns of a terminal on which every table finds room."""


@contextlib.contextmanager
def console_of(to_stderr: bool) -> Iterator[Console]:
    """Give a console that prints all lines at the end, and none after an error."""
    stream = sys.stderr if to_stderr else sys.stdout
    console = Console(file=stream, highlight=False, markup=False, width=None if stream.isatty() else 110)
    with console.capture() as lines:
        yield console
    stream.write(lines.get())


def told_options(console: Console, results: Results) -> None:
    """Print what options set, if anything."""
    if changed := set_by_options(results.manifest):
        console.print(printable(f"Set by options: {settings(changed)}."))


class Listed(Table):
    """A table that is a list of its cells where the terminal is narrower than its longest words side by side."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table, or each row as lines: its name, and below it each head with its cell."""
        needed = Measurement.get(console, options.update(max_width=WIDEST), self).minimum
        if needed <= options.max_width:
            yield from super().__rich_console__(console, options)
            return
        heads, cells = [column.header for column in self.columns], [list(column.cells) for column in self.columns]
        for name, *row in zip(*cells, strict=True):
            yield Text(str(name), style="bold")
            for head, cell in zip(heads[1:], row, strict=True):
                yield Text(f"  {head}: {cell}")


def table_of(first: str, *others: str) -> Table:
    """Return an empty table with these heads; numbers stand to the right, and are neither cut nor broken."""
    table = Listed(box=None, pad_edge=False, header_style="bold")
    table.add_column(Text(printable(first)), overflow="fold")
    for title in others:
        table.add_column(title, justify="right", overflow="fold")
    return table
