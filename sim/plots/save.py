"""Write a figure as PNG or SVG, byte by byte reproducible, with its provenance inside."""

from __future__ import annotations

import io
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.experiment import confined

if TYPE_CHECKING:
    from sim.plots.view import ResultsView

DPI = 150
KEYWORD = "detention-sim"
"""Text chunk of a PNG that holds the short manifest."""

_SVG_SETTINGS = {"svg.hashsalt": KEYWORD, "svg.fonttype": "none"}
_LOCK = Lock()


def png(figure: Figure, manifest: str) -> bytes:
    """Return the figure as PNG, 150 dots an inch."""
    _as_plain_text(figure)
    figure.set_dpi(DPI)
    stream = io.BytesIO()
    canvas: Any = FigureCanvasAgg(figure)
    canvas.print_png(stream, metadata={KEYWORD: manifest, "Software": KEYWORD})
    return stream.getvalue()


def svg(figure: Figure, manifest: str) -> bytes:
    """Return the figure as SVG, with text as text, without date or random identifiers."""
    _as_plain_text(figure)
    stream = io.BytesIO()
    canvas: Any = FigureCanvasSVG(figure)
    settings: Any = matplotlib.rcParams
    metadata = {"Date": None, "Creator": KEYWORD, "Description": manifest}
    with _LOCK:  # Matplotlib has these two only as global settings
        before = {key: settings[key] for key in _SVG_SETTINGS}
        settings.update(_SVG_SETTINGS)
        try:
            canvas.print_svg(stream, metadata=metadata)
        finally:
            settings.update(before)
    return stream.getvalue()


def written(view: ResultsView, figure: Figure, folder: Path, name: str) -> list[Path]:
    """Write a figure of results into `plots/` of a folder, as PNG and SVG, and return the paths. Raises OSError."""
    from sim.plots.provenance import embedded

    manifest = embedded(view, name)
    made = {"png": png(figure, manifest), "svg": svg(figure, manifest)}
    return [confined.write(folder, f"plots/{name}.{suffix}", content) for suffix, content in made.items()]


def _as_plain_text(figure: Figure) -> None:
    """Switch off mathematics in the text that Matplotlib wrote itself."""
    for text in figure.findobj(Text):
        text.set_parse_math(False)
