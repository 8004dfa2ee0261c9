"""The page: Jinja2 with autoescape, figures as data URIs, nothing loaded."""

from __future__ import annotations

import base64
from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from sim.plots import Drawn
from sim.plots.provenance import Provenance, command, overrides_said
from sim.plots.view import ResultsView
from sim.report import brief, carried
from sim.wording import tidy


def page(view: ResultsView, figures: list[Drawn]) -> str:
    """Return the report as HTML."""
    told = Provenance.of(view)
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    answers = brief.answers(view)
    found = view.carried if answers else None
    environment.filters["code"] = _code
    template = environment.from_string(files("sim.report").joinpath("report.html.j2").read_text("utf-8"))
    return template.render(
        name=tidy(told.name or "results", 200),
        description=told.description,
        line=told.line(view),
        status=view.results.status,
        point=brief.setting_of(view),
        command=command(view),
        overrides=overrides_said(view),
        said=carried.sentences(view, found) if answers else [],
        assumptions=carried.assumptions(view, found),
        known=found is not None,
        responds=view.scenario is not None and view.scenario.scenario.response is not False,
        answers=answers,
        decision=brief.decision(view),
        tables=brief.tables(view),
        figures=[(figure.name, figure.caption, _uri(figure.svg)) for figure in figures],
        notes=told.notes,
        imposed=told.imposed,
        provenance=brief.provenance(view),
        glossary=brief.GLOSSARY,
        limits=brief.LIMITS,
    )


def _uri(svg: bytes) -> str:
    """Return an image as a data URI, which can neither run nor load anything."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode('ascii')}"


def _code(text: str) -> list[tuple[bool, str]]:
    """Cut a text at backticks: for each piece, whether it is code, and the piece."""
    return [(bool(k % 2), piece) for k, piece in enumerate(text.split("`"))]
