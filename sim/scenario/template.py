"""Texts of files to begin with: a theatre, about places of a list or an example, a scenario, a sweep."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from pathlib import Path
from string import Template

import yaml

from sim.scenario.places import ListedPlace
from sim.scenario.theatre import KM_PER_DEGREE
from sim.scenario.vocabulary import FacilityKind, Regime

MARGIN_KM = 60.0
"""Room about the outermost places, for people at large."""
CELLS_KM = (10, 20, 50, 100, 200)
MOST_CELLS = 100
"""A side of the map has at most so many cells, if the largest cell allows it."""
STEP_DEGREES = 0.05
"""Positions are rounded to this, about 5 km: places of a list are entered as towns, not as buildings."""

_EXAMPLE = ListedPlace(0, "central-prison", "Central prison", 0.5, 0.5, 500, "prison", "detained", None, "")
_PER_GUARD: dict[Regime, int] = {"detained": 11, "resident": 20}
_BUILT: dict[FacilityKind, str] = {
    "prison": "    walls: 0.4           # assumed: a converted building\n    cameras: 0.2         # assumed\n",
    "camp": "    walls: 0.1           # assumed: a fence\n    cameras: 0.0         # assumed: none\n"
    "    block_size: 250      # assumed\n",
}


def theatre_text(name: str, places: Sequence[ListedPlace] = (), file: str = "") -> str:
    """Return a theatre about the places of a list, whose file's name stands in their sources, or about an example."""
    listed = list(places) or [_EXAMPLE]
    about = f"{len(listed)} places of {file}" if places else "An example with one prison"
    facilities = "\n".join(_facility(place, file) for place in listed)
    texts = {
        "name": _quoted(name),
        "description": json.dumps(f"{about}.", ensure_ascii=False),
        "facilities": facilities,
    }
    return _filled("theatre", {**texts, **_grid([_rounded(place) for place in listed])})


def scenario_text(name: str, theatre: str) -> str:
    """Return a scenario in a theatre, named as the scenario's file would name it."""
    return _filled("scenario", {"name": _quoted(name), "theatre": json.dumps(theatre, ensure_ascii=False)})


def sweep_text(scenario: str) -> str:
    """Return a sweep over a scenario, named as the sweep's file would name it."""
    return _filled("sweep", {"scenario": json.dumps(scenario, ensure_ascii=False)})


def _filled(kind: str, values: dict[str, str]) -> str:
    text = (Path(__file__).parent / "templates" / f"{kind}.yaml").read_text("utf-8")
    return Template(text).substitute(values)


def _quoted(name: str) -> str:
    """Return a name as YAML reads it back: in quotes where it would be taken for a number, a truth value or nothing."""
    plain = re.fullmatch(r"[a-z][a-z0-9-]+", name) and isinstance(yaml.safe_load(name), str)
    return name if plain else json.dumps(name)


def _rounded(place: ListedPlace) -> tuple[float, float]:
    """Return latitude and longitude to the step of positions."""
    lat, lon = (round(round(degrees / STEP_DEGREES) * STEP_DEGREES, 2) for degrees in (place.lat, place.lon))
    return lat, lon


def _grid(points: Sequence[tuple[float, float]]) -> dict[str, str]:
    """Return a map about points with its margin: cells as small as keep its sides short."""
    lats, lons = [lat for lat, _ in points], [lon for _, lon in points]
    south = math.floor((min(lats) - MARGIN_KM / KM_PER_DEGREE) * 100) / 100
    high_km = (max(lats) - south) * KM_PER_DEGREE + MARGIN_KM
    for cell_km in CELLS_KM:
        height = math.ceil(high_km / cell_km)
        middle = south + height * cell_km / (2 * KM_PER_DEGREE)
        per_degree = KM_PER_DEGREE * math.cos(math.radians(middle))
        west = max(-180.0, math.floor((min(lons) - MARGIN_KM / per_degree) * 100) / 100)
        width = math.ceil(((max(lons) - west) * per_degree + MARGIN_KM) / cell_km)
        if max(width, height) <= MOST_CELLS:
            break
    return {
        "width": str(width),
        "height": str(height),
        "cell_km": str(cell_km),
        "west": f"{west:g}",
        "south": f"{south:g}",
    }


def _facility(place: ListedPlace, file: str) -> str:
    """Return the lines of one facility; what the list does not say is assumed, and marked so."""
    lat, lon = _rounded(place)
    per_guard = _PER_GUARD[place.regime]
    guards, mark = place.guards, ""
    if guards is None:
        guards, mark = min(20_000, max(1, round(place.count / per_guard))), f"   # assumed, 1:{per_guard}"
    if place.regime == "resident":
        people = f"    custody: resident    # free to walk out\n    residents: {place.count}\n"
    else:
        who = "fighters" if place.kind == "prison" else "families"
        people = f"    held:\n      {who}: {{local: {place.count}}}   # that they are these, and local, is assumed\n"
    said = "; ".join(part for part in (place.source, f"{file}, line {place.line}" if place.line else "") if part)
    rest = f"{'guards, ' if mark else ''}walls, cameras and who is held assumed"
    source = json.dumps(f"{said}; {rest}" if said else "an example; all assumed", ensure_ascii=False)
    return (
        f"  {_quoted(place.key)}:\n"
        f"    title: {json.dumps(place.title, ensure_ascii=False)}\n"
        f"    kind: {place.kind}\n    party: guards\n    lat: {lat:g}\n    lon: {lon:g}\n"
        f"{people}    guards: {guards}{mark}\n{_BUILT[place.kind]}"
        f"    source: {source}\n    status: assumed\n"
    )
