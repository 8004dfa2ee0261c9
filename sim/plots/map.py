"""Map by facility: how many got out, against how many are confirmed and claimed, as circles of that area."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from sim import wording
from sim.experiment.query import numbers
from sim.plots import style
from sim.plots.view import MOST_ROWS, ResultsView, Site

if TYPE_CHECKING:
    from sim.experiment.results import Results
    from sim.scenario.theatre import Theatre

NAME = "map"
CAPTION = "Place by place on the map: how many got out, how many are confirmed, how many are claimed."
LARGEST = 0.5
"""Radius of the largest circle, inches."""
ACROSS = style.WIDTH - 0.6
"""Width of the map, inches."""
TALLEST = 5.6
"""Largest height of the map, inches."""
LABEL, CHARACTER = 0.15, 0.072
"""Height of a label and width of a character, inches."""


class Spot(NamedTuple):
    """One place: km east and north, people held at the start, and means over runs of exits, confirmed and claimed.

    `claimed` is the largest number that anybody claims of it, of the runs in which anybody does; NaN where nobody does
    or reports are not recorded.
    """

    name: str
    x: float
    y: float
    held: float
    out: float
    confirmed: float
    claimed: float

    @property
    def most(self) -> float:
        """Return the largest of the three numbers."""
        return float(np.nanmax([self.out, self.confirmed, self.claimed]))


def applies(results: Results | ResultsView) -> bool:
    """Tell whether facilities were recorded whose places are known."""
    view = ResultsView.of(results)
    return view.has("facilities") and bool(spots(view))


def spots(view: ResultsView) -> list[Spot]:
    """Return the places of the reference point that the theatre has, most exits first."""
    if view.scenario is None:
        return []
    theatre = view.scenario.theatre
    claims = _claims(view) if view.has("reports") else {}
    found = []
    for site in view.sites(view.reference):
        facility = theatre.facilities.get(site.name)
        if facility is not None:
            x, y = theatre.grid.kilometres(facility.lat, facility.lon)
            found.append(_spot(site, x, y, claims.get(site.name, math.nan)))
    return sorted(found, key=lambda spot: (-spot.most, spot.name))


def _spot(site: Site, x: float, y: float, claimed: float) -> Spot:
    return Spot(site.name, x, y, site.held, float(np.mean(site.escaped)), float(np.mean(site.confirmed)), claimed)


def _claims(view: ResultsView) -> dict[str, float]:
    """Return by facility the mean of the largest number claimed in a run, over the runs in which one is."""
    columns = ["point", "replicate", "facility", "claimed_low", "claimed_high"]
    group = view.group(view.reference)
    first = max(1, MOST_ROWS // 1000 // len(group))
    table = view.results.table("reports", columns, [view.index[n] for n in group], first=first)
    low, high = numbers(table, "claimed_low"), numbers(table, "claimed_high")
    high = np.where(np.isnan(high), low, high)
    both = np.where(low > 0.0, np.sqrt(np.maximum(low, 0.0) * high), 0.5 * (low + high))  # a range as one number
    largest: dict[tuple[str, float, float], float] = {}
    point, replicate = numbers(table, "point"), numbers(table, "replicate")
    for *run, value in zip(table["facility"].to_pylist(), point, replicate, both, strict=True):
        if value == value:
            largest[tuple(run)] = max(value, largest.get(tuple(run), 0.0))
    by_site: dict[str, list[float]] = {}
    for (where, *_), value in largest.items():
        by_site.setdefault(where, []).append(value)
    return {where: float(np.mean(values)) for where, values in by_site.items()}


def draw(results: Results | ResultsView) -> Figure:
    """Draw the ground as held at the start, and at each place circles whose areas are numbers of exits."""
    view = ResultsView.of(results)
    found = spots(view)
    assert view.scenario is not None and found, "applies() says so"
    theatre = view.scenario.theatre
    claims = any(spot.claimed == spot.claimed for spot in found)
    wide, high = theatre.grid.width * theatre.grid.cell_km, theatre.grid.height * theatre.grid.cell_km
    inches = min(TALLEST, ACROSS * high / wide)
    once = view.once
    subtitle = (
        f"Areas of circles: filled, {'' if once else 'mean '}exits{'' if once else ' in a run'};"
        f" dashed, {'' if once else 'mean '}confirmed"
        + ("; dotted, the largest number anybody claims" if claims else "")
        + (", mean of the runs with a claim" if claims and not once else "")
        + ". Where the ring is small in the disc, little is known. Ground as held at"
        f" the start.{view.at_point}"
    )
    sheet = style.sheet(view, _title(found, once=once), subtitle, inches + 0.1, left=0.3, foot=1.2)
    axes = sheet.axes()[0][0]
    axes.set_xlim(0.0, wide)
    axes.set_ylim(0.0, high)
    axes.set_aspect("equal")
    style.ticks(axes, "x", [])
    style.ticks(axes, "y", [])
    axes.grid(False)
    axes.spines["bottom"].set_visible(False)
    parties = ground(axes, theatre)
    km = max(wide / ACROSS, high / inches)  # in an inch
    largest = max(1.0, *(spot.most for spot in found))
    area = (LARGEST * km) ** 2 / largest
    for spot in found:
        _circles(axes, spot, area)
    _names(axes, found, area, km, (wide, high))
    _key(sheet, parties, largest, claims=claims)
    return sheet.figure


def _title(found: list[Spot], *, once: bool) -> str:
    out, known = sum(spot.out for spot in found), sum(spot.confirmed for spot in found)
    if out <= 0:
        return "Nobody gets out at any place" + (f", yet {wording.mean(known)} are confirmed" if known > 0 else "")
    first = max(found, key=lambda spot: spot.out)
    share = f": {wording.per_cent(first.out / out)} from {wording.tidy(first.name, 24)}" if len(found) > 1 else ""
    return f"{wording.mean(out)} exits{'' if once else ' in a run on average'}{share}; {wording.mean(known)} confirmed"


def ground(axes: Axes, theatre: Theatre) -> list[tuple[str, str]]:
    """Draw who holds each cell at the start, pale; return the titles and colours of the parties on the map."""
    from sim.world.map import layers

    names = list(theatre.parties)
    control, _, _ = layers(theatre, {name: k for k, name in enumerate(names)})
    return cells(axes, control, [theatre.parties[name].title or name for name in names])


def cells(axes: Axes, control: Any, titles: list[str]) -> list[tuple[str, str]]:
    """Draw cells in the colours of the parties that hold them; return the titles and colours of those on the map."""
    fills = np.array([to_rgb(color) for color in style.PARTY_FILLS])
    across, up = axes.get_xlim()[1], axes.get_ylim()[1]
    axes.imshow(
        fills[control % len(fills)], extent=(0.0, across, 0.0, up), origin="lower", interpolation="nearest", zorder=0,
        aspect="equal",
    )  # fmt: skip
    there = [int(party) for party in np.unique(control)]
    return [(wording.tidy(titles[party], 40), style.PARTY_FILLS[party % len(fills)]) for party in there]


def _circles(axes: Axes, spot: Spot, area: float) -> None:
    """Draw what happened as a disc, what is confirmed and claimed as rings about the same point."""
    if spot.confirmed > 0:  # a light ring below the dashes keeps them apart from the disc in grey
        light = {"fill": False, "edgecolor": style.PAPER, "linewidth": 3.6, "alpha": 0.9, "zorder": 5}
        axes.add_patch(Circle((spot.x, spot.y), math.sqrt(spot.confirmed * area), **light))
    for value, settings in (
        (spot.out, {"facecolor": style.TRUTH, "alpha": 0.72, "linewidth": 0, "zorder": 3}),
        (spot.confirmed, {"fill": False, "edgecolor": style.BELIEF, "linewidth": 2.0, "linestyle": "--", "zorder": 5}),
        (spot.claimed, {"fill": False, "edgecolor": style.INK, "linewidth": 1.1, "linestyle": ":", "zorder": 4}),
    ):
        if value > 0:
            axes.add_patch(Circle((spot.x, spot.y), math.sqrt(value * area), **settings))
    axes.plot([spot.x], [spot.y], ".", color=style.INK, markersize=3, zorder=6)


def _names(axes: Axes, found: list[Spot], area: float, km: float, size: tuple[float, float]) -> None:
    """Name the places, most exits first, where there is room: beside, above or below their circles."""
    taken: list[tuple[float, float, float, float]] = []
    for spot in found:
        r = 0.05 * km + 0.75 * math.sqrt(max(spot.out, spot.confirmed) * area)
        taken.append((spot.x - r, spot.y - r, spot.x + r, spot.y + r))
    for spot in found:
        text = wording.tidy(spot.name, 24)
        text += f"  {wording.mean(spot.out)} exits, {wording.count(spot.held)} held" if spot.out > 0 else ""
        wide, high = CHARACTER * len(text) * km, LABEL * km
        r = math.sqrt(spot.most * area) + 0.06 * km
        beside = [(r, -high / 2), (-r - wide, -high / 2), (-wide / 2, r), (-wide / 2, -r - high)]
        corners = [(r, r), (-r - wide, r), (r, -r - high), (-r - wide, -r - high)]
        for dx, dy in (*beside, *corners):
            x, y = spot.x + dx, spot.y + dy
            box = (x, y, x + wide, y + high)
            inside = x >= 0 and y >= 0 and box[2] <= size[0] and box[3] <= size[1]
            if inside and not any(_overlap(box, other) for other in taken):
                ink = style.INK if spot.out > 0 else style.MUTED
                style.write(axes, x, y + high / 2, text, size=8.0, color=ink, va="center", zorder=7)
                taken.append(box)
                break


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _key(sheet: style.Sheet, parties: list[tuple[str, str]], largest: float, *, claims: bool) -> None:
    """Draw below the map what the circles and the ground mean."""
    height = float(sheet.figure.get_figheight())
    axes = sheet.figure.add_axes((0.3 / style.WIDTH, 0.4 / height, ACROSS / style.WIDTH, 0.75 / height))
    axes.set_axis_off()
    axes.set_xlim(0.0, ACROSS)
    axes.set_ylim(0.0, 0.75)
    axes.set_aspect("equal")
    example = style.round_step(largest / 10, whole=largest >= 10)
    r = LARGEST * math.sqrt(example / largest)
    axes.add_patch(Circle((r, 0.5), r, facecolor=style.TRUTH, alpha=0.72, linewidth=0))
    x = 2 * r + 0.08
    exits = "1 exit" if example == 1 else f"{wording.count(example) if example > 1 else f'{example:g}'} exits"
    said = [(exits, style.TRUTH), ("- - confirmed", style.readable(style.BELIEF))]
    said += [("····· claimed", style.INK)] if claims else []
    for text, color in said:
        style.write(axes, x, 0.5, text, size=9.0, color=color, weight="bold", va="center")
        x += 0.085 * len(text) + 0.15
    x = 0.1
    for title, color in parties:
        axes.plot([x], [0.1], "s", color=color, markersize=8, markeredgecolor=style.FAINT)
        style.write(axes, x + 0.12, 0.1, title, size=8.0, color=style.MUTED, va="center")
        x += 0.4 + 0.065 * len(title)
