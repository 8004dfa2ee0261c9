"""Writing a figure as PNG and as SVG, the same bytes every time, with its provenance inside."""

from __future__ import annotations

import io
import os
from pathlib import Path
from threading import Lock

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.text import Text

DPI = 150
KEYWORD = "detention-sim"
"""Text chunk of a PNG that holds the short manifest."""

_SVG_SETTINGS = {"svg.hashsalt": KEYWORD, "svg.fonttype": "none"}
_LOCK = Lock()


def png(figure: Figure, manifest: str) -> bytes:
    """The figure at 150 dots an inch."""
    _as_plain_text(figure)
    figure.set_dpi(DPI)
    stream = io.BytesIO()
    FigureCanvasAgg(figure).print_png(stream, metadata={KEYWORD: manifest, "Software": KEYWORD})
    return stream.getvalue()


def svg(figure: Figure, manifest: str) -> bytes:
    """The figure with text as text, no date and no random identifier."""
    _as_plain_text(figure)
    stream = io.BytesIO()
    metadata = {"Title": None, "Date": None, "Creator": KEYWORD, "Description": manifest}
    metadata = {key: value for key, value in metadata.items() if key == "Date" or value is not None}
    with _LOCK:  # Matplotlib knows these two only as global settings; nothing else of ours reads them
        before = {key: matplotlib.rcParams[key] for key in _SVG_SETTINGS}
        matplotlib.rcParams.update(_SVG_SETTINGS)
        try:
            FigureCanvasSVG(figure).print_svg(stream, metadata=metadata)
        finally:
            matplotlib.rcParams.update(before)
    return stream.getvalue()


def replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _as_plain_text(figure: Figure) -> None:
    """Whatever Matplotlib itself wrote is no mathematics either."""
    for text in figure.findobj(Text):
        text.set_parse_math(False)  # type: ignore[attr-defined]
