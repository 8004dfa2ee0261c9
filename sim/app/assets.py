"""What every page is built of, whatever it shows: Vue components, the style sheet, data as JSON."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from sim.app.palette import css_variables

HERE = Path(__file__).parent


@cache
def parts() -> dict[str, str]:
    """The components that the page is made of, by the name of their tag."""
    return {f"dv-{path.stem}": path.read_text("utf-8") for path in sorted((HERE / "parts").glob("*.vue"))}


@cache
def style() -> str:
    """The page's style sheet."""
    return css_variables() + (HERE / "page.css").read_text("utf-8")


def to_json(value: object) -> str:
    """JSON: text is handed through as it is, where Vue would watch and copy every part of an object."""
    return json.dumps(value, allow_nan=False, separators=(",", ":"))
