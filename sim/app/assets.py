"""Files that pages are built from: Vue components and the style sheet; and their data as JSON."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from sim.app.palette import css_variables

HERE = Path(__file__).parent


@cache
def parts() -> dict[str, str]:
    """Return the source of the page's Vue components by tag name."""
    return {f"dv-{path.stem}": path.read_text("utf-8") for path in sorted((HERE / "parts").glob("*.vue"))}


@cache
def style() -> str:
    """Return the page's style sheet, colours included."""
    return css_variables() + (HERE / "page.css").read_text("utf-8")


def to_json(value: object) -> str:
    """Return a value as JSON text, which Vue passes on; an object would be watched and copied part by part."""
    return json.dumps(value, allow_nan=False, separators=(",", ":"))
