"""`detention-sim show`: summarise results, and write their tables as CSV."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import options
from sim.scenario.errors import InputError, Problem
from sim.scenario.files import display

if TYPE_CHECKING:
    from sim.experiment.results import Results

FORMULA = r"^[=+@\t\r-].*"
"""Texts that a spreadsheet would carry out."""


def command(
    folder: options.ResultsFolder,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write the tables as CSV files into this folder.")] = None,
    as_json: options.AsJson = False,
) -> None:
    """Show a summary of results."""
    from sim.cli.answer import answer
    from sim.cli.running import sweep_json
    from sim.experiment.results import Results

    results = Results.open(folder)
    written = write_csv(results, csv) if csv is not None else []
    if as_json:
        typer.echo(json.dumps(sweep_json(results)))
        return
    answer(results, sorted((folder / "plots").glob("*.png")), to_stderr=False)
    for path in written:
        typer.echo(display(path))


def write_csv(results: Results, folder: Path) -> list[Path]:
    """Write `points` and every recorded table as CSV, part by part, and return their paths. Raises InputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = [name for name in _recorded(results) if _write_table(results, name, folder)]
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError([Problem("--csv", 0, display(folder), f"cannot be used: {reason}", "a folder")]) from None
    return [folder / f"{name}.csv" for name in names]


def _recorded(results: Results) -> list[str]:
    points = ["points"] if results.manifest["points"] else []
    return [*points, *dict.fromkeys(part["table"] for part in results.manifest["parts"])]


def _write_table(results: Results, name: str, folder: Path) -> bool:
    from pyarrow.csv import CSVWriter

    parts = iter([results.points]) if name == "points" else results.parts(name)
    writer, schema = None, None
    try:
        for part in parts:
            schema = schema or part.schema
            if not part.schema.equals(schema):  # PyArrow's writer would end the process
                where = display(results.path) if results.path is not None else name
                raise InputError([Problem(where, 0, name, "has parts of different columns", "parts of one table")])
            writer = writer or CSVWriter(folder / f"{name}.csv", schema)
            writer.write_table(_as_text(part))
    finally:
        if writer is not None:
            writer.close()
    return writer is not None


def _as_text(table: Any) -> Any:
    """Return a table with an apostrophe before each text that a spreadsheet would take for a formula."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for at, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            texts = pc.replace_substring_regex(table.column(at), FORMULA, r"'\0")
            table = table.set_column(at, field, texts)
    return table
