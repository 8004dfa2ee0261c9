"""What words on the page mean, from the declarations that `params` and the tables of results have."""

from __future__ import annotations

from functools import cache

from sim.app.settings import PACE, SLIDERS
from sim.outcomes import DAILY, RUNS
from sim.scenario.fields import parameters


@cache
def of_columns() -> dict[str, str]:
    """Return what each column of results means, with its unit, by name."""
    return {column.name: _ended(f"{column.meaning} ({column.unit})") for column in (*DAILY, *RUNS) if column.meaning}


@cache
def of_settings() -> dict[str, str]:
    """Return what each number of a scenario means, with its unit, source and status, by path."""
    found = {PACE: _ended(next(slider.unit for slider in SLIDERS if slider.path == PACE))}
    for parameter in parameters():
        if not parameter.description:
            continue
        between = " " if parameter.description.startswith("of ") else ", "  # declarations read on: unit, of what
        what = between.join(part for part in (parameter.unit, parameter.description) if part)
        source = f" Source: {parameter.source}" if parameter.source else ""
        found[parameter.path] = (
            f"{_ended(what)} {parameter.status.capitalize()}.{source} In a scenario: {parameter.path}."
        )
    return found


def shown(paths: tuple[str, ...]) -> dict[str, str]:
    """Return the meanings that a page with these sliders needs: of its settings, and of all columns."""
    return {**of_columns(), **{path: of_settings()[path] for path in paths if path in of_settings()}}


def _ended(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."
