"""Write docs/arrays.md, the dictionary of all arrays and columns of a run: python tools/arrays_page.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.agents.records import RECORDS
from sim.engine.columns import Part, Record, Spec, specs
from sim.world.belief import Belief
from sim.world.state import Truth

PAGE = Path(__file__).resolve().parents[1] / "docs" / "arrays.md"
HEAD = """# Arrays and columns

Every array of a run and every column of the structured ones, made from the declarations by
`python tools/arrays_page.py`; a test holds that they agree. The parts:

| part | meaning |
|---|---|
| fixed | given by the scenario; no rule writes it once the replicate has begun |
| decision | the same, and a later decision may change it: a branch takes it from its own scenario |
| drawn | drawn once for a replicate, when it begins or when first needed |
| state | written by the rules |
| saved work | written by the rules to spare work, never a result |

An array is set back before every replicate unless its row says why it need not be.
"""


ARRAYS = """
## {title}

| array | holds | shape | meaning | part | not set back, because |
|---|---|---|---|---|---|
"""
COLUMNS = """
### {name}

| column | type | unit | meaning | part | scenario's number | written by |
|---|---|---|---|---|---|---|
"""


def row(*cells: object) -> str:
    """A row of a table."""
    return "| " + " | ".join(str(cell) for cell in cells) + " |\n"


def quoted(text: str | None) -> str:
    """A name as code, nothing for none."""
    return f"`{text}`" if text else ""


def arrays(title: str, bundle: type[Any]) -> str:
    """The arrays of a bundle."""
    return ARRAYS.format(title=title) + "".join(_array(name, spec) for name, spec in specs(bundle).items())


def _array(name: str, spec: Spec) -> str:
    structured = any(record.name == spec.holds for record in RECORDS)
    holds = f"[{spec.holds}](#{spec.holds.lower()})" if structured else quoted(spec.holds)
    return row(quoted(name), holds, spec.shape, spec.meaning, "by column" if structured else spec.part, spec.first)


def columns(record: Record) -> str:
    """The columns of a record, each with the file that owns it."""
    return COLUMNS.format(name=record.name) + "".join(
        row(
            quoted(field.name),
            quoted(field.kind),
            field.unit,
            field.meaning,
            field.part,
            quoted(field.path),
            quoted(field.owner.removeprefix("sim.")),
        )
        for field in record.fields.values()
    )


def page() -> str:
    """The page's text."""
    saved = sum(field.part is Part.SAVED for made in RECORDS for field in made.fields.values())
    count = sum(len(made.fields) for made in RECORDS)
    text = HEAD + f"\n{count} columns in {len(RECORDS)} records, {saved} of them saved work.\n"
    text += arrays("What happens", Truth) + arrays("What is believed", Belief) + "\n## Records\n"
    return text + "".join(map(columns, RECORDS))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
