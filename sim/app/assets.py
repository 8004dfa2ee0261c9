"""Files that pages are built from: Vue components and the style sheet; and their data as JSON."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from sim.app.palette import css_variables

HERE = Path(__file__).parent


@cache
def parts() -> dict[str, str]:
    """Return the source of the page's Vue components by tag name."""
    found = sorted((HERE / "parts").glob("*.vue"))
    return {f"dv-{path.stem}": _filled_in(path.read_text("utf-8")) for path in found}


def _filled_in(source: str) -> str:
    """Put modules in the place of `require('./NAME.js')`: the page compiles each part alone, and can import nothing."""

    def module(match: re.Match[str]) -> str:
        text = (HERE / "parts" / match[1]).read_text("utf-8")
        return f"(() => {{ const module = {{exports: {{}}}};\n{text}\nreturn module.exports; }})()"

    return re.sub(r"require\('\./([a-z]+\.js)'\)", module, source)


@cache
def style() -> str:
    """Return the page's style sheet, colours included."""
    return css_variables() + (HERE / "page.css").read_text("utf-8")


def to_json(value: object) -> str:
    """Return a value as JSON text, which Vue passes on; an object would be watched and copied part by part."""
    return json.dumps(value, allow_nan=False, separators=(",", ":"))
