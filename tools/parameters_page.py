"""Write docs/parameters.md, the table of every parameter, from the declarations: python tools/parameters_page.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.scenario.fields import Parameter, parameters

PAGE = Path(__file__).resolve().parents[1] / "docs" / "parameters.md"
HEAD = """# Parameters

Every parameter of scenario and theatre files, made from the declarations by `python tools/parameters_page.py`; a test
holds that they agree. `detention-sim params PATTERN` prints the same. Status: measured, literature or assumed.

| path | default | unit | bounds | status | what it is | source |
|---|---|---|---|---|---|---|
"""


def cell(value: Any) -> str:
    """A value as text in a table."""
    return "" if value is None else str(value).replace("|", "\\|").replace("\n", " ")


def row(parameter: Parameter) -> str:
    """One parameter's row."""
    default = "required" if parameter.required else cell(parameter.default)
    ends = ["" if end is None else f"{end:g}" for end in (parameter.low, parameter.high)]
    bounds = " to ".join(ends) if any(ends) else ""
    cells = (
        f"`{parameter.path}`",
        default,
        parameter.unit,
        bounds,
        parameter.status,
        parameter.description,
        parameter.source,
    )
    return "| " + " | ".join(cell(c) for c in cells) + " |"


def page() -> str:
    """The page's text."""
    return HEAD + "".join(f"{row(parameter)}\n" for parameter in parameters())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
