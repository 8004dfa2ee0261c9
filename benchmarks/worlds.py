"""Scenario files of any size: so many facilities, people, cells of ground and days.

    python benchmarks/worlds.py FOLDER [--facilities N] [--people P] [--width W] [--height H] [--days D] [--offensives K]

Places stand in rows over the whole map, with one guard to ten people held (all shifts), as in `ne-syria-2019`. With
offensives, units start at the west edge and cross the map. Nothing here stands for a real place.
"""

from __future__ import annotations

import argparse
import json
import math
from pathlib import Path
from typing import Any, NamedTuple

KM_PER_DEGREE = 111.32
OBSERVERS = [
    {"name": "guard-reporter", "role": "guarding force", "kind": "reporter", "party": "guard", "delay_hours": 10},
    {"name": "liaison", "role": "sponsor government", "kind": "liaison", "party": "sponsor", "leaves": True},
    {"name": "ngo", "role": "NGO", "kind": "source", "presence": 0.3, "delay_hours": 72},
    {"name": "desk", "role": "media", "kind": "desk", "presence": 0.6, "delay_hours": 36, "false_per_month": 1},
]


class Size(NamedTuple):
    """How large a world is."""

    facilities: int = 100
    people: int = 40_000
    width: int = 60
    height: int = 60
    days: float = 60.0
    offensives: int = 0

    @property
    def name(self) -> str:
        """A name for its files."""
        return "world-" + "-".join(f"{value:g}" for value in self)


def degrees(column: float, row: float, cell_km: float, height: int) -> dict[str, float]:
    """Latitude and longitude of a point of the map in cells from its south-west corner, which is at 0, 0."""
    middle = height * cell_km / (2 * KM_PER_DEGREE)
    east = KM_PER_DEGREE * math.cos(math.radians(middle))
    return {"lat": round(row * cell_km / KM_PER_DEGREE, 6), "lon": round(column * cell_km / east, 6)}


def held(n: int) -> dict[str, dict[str, int]]:
    """So many people: half fighters, a fifth women, the others minors, a third of each from abroad."""
    fighters, families = n // 2, n // 5
    kinds = {"fighters": fighters, "families": families, "minors": n - fighters - families}
    return {kind: {"local": k - 2 * (k // 3), "iraqi": k // 3, "foreign": k // 3} for kind, k in kinds.items()}


def facilities(size: Size, cell_km: float) -> dict[str, Any]:
    """Places in rows over the map, each with its share of the people."""
    columns = math.ceil(math.sqrt(size.facilities * size.width / size.height))
    rows = math.ceil(size.facilities / columns)
    made = {}
    for f in range(size.facilities):
        n = (f + 1) * size.people // size.facilities - f * size.people // size.facilities
        column = (f % columns + 0.5) * size.width / columns
        row = (f // columns + 0.5) * size.height / rows
        made[f"place-{f:05d}"] = {
            "kind": "camp" if f % 7 == 3 else "prison",
            "party": "guard",
            **degrees(column, row, cell_km, size.height),
            "held": held(n),
            "guards": round(0.1 * n),
            "source": "assumed: invented",
        }
    return made


def theatre(size: Size) -> dict[str, Any]:
    """The theatre of a world; its map is always 300 km wide."""
    cell_km = 300.0 / size.width
    places = {}
    for k in range(size.offensives):
        row = (k + 0.5) * size.height / size.offensives
        for side, column in (("west", 0.01), ("east", size.width - 0.01)):
            places[f"{side}-{k}"] = degrees(column, row, cell_km, size.height)
    return {
        "name": size.name,
        "grid": {"width": size.width, "height": size.height, "cell_km": cell_km, "west": 0.0, "south": 0.0},
        "ground": "guard",
        "parties": {
            "guard": {"hostile_to": ["invader", "movement"]},
            "sponsor": {"hostile_to": ["movement"], "sponsor": True},
            "invader": {"hostile_to": ["guard", "movement"], "search": 0.3},
            "movement": {"hostile_to": ["guard", "sponsor", "invader"], "armed_movement": True},
        },
        "places": places,
        "facilities": facilities(size, cell_km),
        "cells": {"cell": {**degrees(size.width / 2, size.height / 2, cell_km, size.height)}},
        "defaults": {"observers": OBSERVERS},
    }


def scenario(size: Size) -> dict[str, Any]:
    """The scenario of a world: one attack a month for every ten places, and the offensives."""
    units = [
        {
            "party": "invader",
            "from": f"west-{k}",
            "start": "2020-01-05",
            "objectives": [f"east-{k}"],
            "km_per_day": 6,
        }
        for k in range(size.offensives)
    ]
    return {
        "name": size.name,
        "start": "2020-01-01",
        "days": size.days,
        "step_hours": 1,
        "theatre": f"{size.name}-theatre.yaml",
        "control": {"offensives": units},
        "armed_cells": {"attacks_per_month": min(30.0, size.facilities / 10)},
    }


def write(folder: Path, size: Size) -> Path:
    """Write a world's two files; returns the scenario's path."""
    (folder / f"{size.name}-theatre.yaml").write_text(json.dumps(theatre(size), indent=1), "utf-8")
    path = folder / f"{size.name}.yaml"
    path.write_text(json.dumps(scenario(size), indent=1), "utf-8")
    return path


def main() -> None:
    """Write one world."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    for name, value in Size()._asdict().items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    given = vars(parser.parse_args())
    print(write(given.pop("folder"), Size(**given)))


if __name__ == "__main__":
    main()
