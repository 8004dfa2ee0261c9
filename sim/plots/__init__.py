"""Figures, one a file, in one style (`style.py`). `write_plots` draws all that apply."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sim.experiment.results import Results
    from sim.plots.view import ResultsView

PLOTS = "plots"
"""Folder of the figures in a results folder."""
ORDER = (
    "exceedance", "causes", "truth_and_belief", "claims", "tipping", "heatmap", "regret", "tornado", "map",
    "facilities", "detection", "delays", "honest_day",
)  # fmt: skip
"""Modules that each draw one figure, in reading order."""


class Drawn(NamedTuple):
    """One figure: its name, caption, and content as PNG and SVG."""

    name: str
    caption: str
    png: bytes
    svg: bytes


def figures() -> list[ModuleType]:
    """Return the modules that draw: each has NAME, CAPTION, `applies(results)` and `draw(results)`."""
    from importlib import import_module

    return [import_module(f"sim.plots.{name}") for name in ORDER]


def drawn(results: Results | ResultsView) -> list[Drawn]:
    """Draw every figure that applies to these results."""
    from sim.plots.provenance import embedded
    from sim.plots.save import png, svg
    from sim.plots.view import ResultsView

    view = ResultsView.of(results)
    found = []
    for module in figures():
        if module.applies(view):
            figure, manifest = module.draw(view), embedded(view, module.NAME)
            found.append(Drawn(module.NAME, module.CAPTION, png(figure, manifest), svg(figure, manifest)))
    return found


def write_plots(results: Path) -> list[Path]:
    """Draw into `plots/` of a results folder and return the paths. Raises InputError, OSError."""
    from sim.experiment.extra import PLOTS as packages
    from sim.experiment.extra import need
    from sim.experiment.results import Results

    need("plot", "plots", *packages)
    return write_drawn(results, drawn(Results.open(results)))


def write_drawn(results: Path, found: list[Drawn]) -> list[Path]:
    """Write drawn figures, and remove our figures that no longer apply; return the paths. Raises OSError."""
    from sim.experiment import confined

    confined.folder_of(results, (PLOTS,), make=True)
    paths = []
    for figure in found:
        for suffix, content in (("png", figure.png), ("svg", figure.svg)):
            paths.append(confined.write(results, f"{PLOTS}/{figure.name}.{suffix}", content))
    for name in set(ORDER) - {figure.name for figure in found}:
        for suffix in ("png", "svg"):
            confined.remove(results, f"{PLOTS}/{name}.{suffix}")
    return paths
