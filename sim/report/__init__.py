"""The brief: `report.html`, one self-contained file."""

from __future__ import annotations

from pathlib import Path

REPORT = "report.html"


def write_report(results: Path) -> Path:
    """Write `report.html` into a results folder. Raises InputError, OSError."""
    from sim.experiment import confined
    from sim.experiment.results import Results
    from sim.plots import drawn
    from sim.plots.view import ResultsView
    from sim.report.page import page

    view = ResultsView(Results.open(results))
    return confined.write(results, REPORT, page(view, drawn(view)).encode())


def write_all(results: Path) -> list[Path]:
    """Write figures and report of a results folder, each drawn once; return the paths. Raises InputError, OSError."""
    from sim.experiment import confined
    from sim.experiment.results import Results
    from sim.plots import drawn, write_drawn
    from sim.plots.view import ResultsView
    from sim.report.page import page

    view = ResultsView(Results.open(results))
    figures = drawn(view)
    paths = write_drawn(results, figures)
    return [*paths, confined.write(results, REPORT, page(view, figures).encode())]
