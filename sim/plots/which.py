"""What made a figure: the short manifest read from a PNG or SVG file, and the same in words."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from sim.plots.save import KEYWORD
from sim.scenario.errors import InputError, Problem
from sim.scenario.files import display, read_bytes
from sim.wording import setting, settings, tidy

MOST_BYTES = 50 << 20
"""Largest file that is looked into."""
MOST_POINTS = 12
"""Most points listed in words."""
_DESCRIPTION = re.compile(r"<dc:description>(.*?)</dc:description>", re.S)


def made_by(path: Path) -> dict[str, Any]:
    """Return the manifest that a figure carries. Raises InputError for any other file."""
    content = read_bytes(path, MOST_BYTES)
    text = _of_png(content) if content.startswith(b"\x89PNG") else _of_svg(content)
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if not isinstance(told, dict) or "scenario" not in told or not isinstance(told.get("code"), dict):
        raise _no_figure(path, "does not say what made it")
    return told


def lines(told: dict[str, Any]) -> Iterator[str]:
    """Yield what made a figure, a line each; a line is left out where an older figure does not say it."""
    results, code = told.get("results") or {}, told["code"]
    yield f"{tidy(str(told.get('figure') or 'figure'), 60)} of {tidy(str(told['scenario']), 120)}"
    if told.get("command"):
        yield f"command: {tidy(str(told['command']), 400)}"
    given = told.get("overrides") or {}
    if isinstance(given, dict) and given:
        yield f"set by options: {', '.join(f'{tidy(str(p), 60)} = {setting(v)}' for p, v in given.items())}"
    if isinstance(results, dict) and results:
        folder = tidy(str(results.get("folder") or "in memory"), 120)
        yield f"results: {folder}, SHA-256 of their tables {str(results.get('sha256', ''))[:16]}"
    yield f"seed {told.get('seed', '')}, {told.get('replicates', '')} replicates of each point"
    commit = f", commit {str(code['commit'])[:10]}" if code.get("commit") else ""
    yield f"program: detention-sim {code.get('version', '')}{commit}, hash of the code {str(code.get('hash', ''))[:16]}"
    points = [point for point in told.get("points") or [] if isinstance(point, dict) and point.get("values")]
    for point in points[:MOST_POINTS]:
        yield f"point {point.get('point')}: {settings(dict(point['values']))}"
    left = len(points) - MOST_POINTS + int(told.get("points_left_out") or 0)
    if left > 0:
        yield f"and {left:,} further points"


def _of_png(content: bytes) -> str:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(content)) as image:
            return str(getattr(image, "text", {}).get(KEYWORD, ""))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return ""


def _of_svg(content: bytes) -> str:
    found = _DESCRIPTION.search(content.decode("utf-8", "replace"))
    return html.unescape(found[1]) if found else ""


def _no_figure(path: Path, what: str) -> InputError:
    return InputError([Problem(display(path), 0, "", what, "a PNG or SVG that detention-sim drew")])
