"""Facilities: exits and exits confirmed, as a share of the number held; exits may be more than the people held."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim import wording
from sim.analysis.summary import quantiles
from sim.plots import style
from sim.plots.view import ResultsView, Site

if TYPE_CHECKING:
    from sim.experiment.results import Results

NAME = "facilities"
CAPTION = "Facility by facility: exits and exits confirmed, as a share of the number held."
MOST = 25
"""Most facilities drawn."""


def applies(results: Results | ResultsView) -> bool:
    """Tell whether facilities were recorded that hold detained people."""
    view = ResultsView.of(results)
    return view.has("facilities") and bool(view.sites(view.reference))


def ranked(sites: list[Site]) -> list[Site]:
    """Sort facilities by mean exits over held, largest first."""
    return sorted(sites, key=lambda site: (-float(np.mean(site.escaped)) / site.held, -site.held, site.name))


def draw(results: Results | ResultsView) -> Figure:
    """Draw a row for each facility: median and middle 90% of runs, truth above belief, with the counts beside them."""
    view = ResultsView.of(results)
    every = ranked(view.sites(view.reference))
    sites = every[:MOST]
    held = view.fixed()
    spread = "" if view.once else ": medians, and the middle 90% of runs"
    subtitle = f"Exits (dots) and exits confirmed (squares) as a share of those held{spread}."
    subtitle += f" At {wording.settings(held)}." if held else ""
    subtitle += f" The first {len(sites)} of {len(every):,} facilities." if len(every) > len(sites) else ""
    top = max(float(np.quantile(v, 0.95)) / site.held for site in sites for v in (site.escaped, site.confirmed))
    subtitle += (
        " Above 100%: people got out twice or were brought there, or counts are too high." if top > 1.005 else ""
    )
    longest = max(len(wording.tidy(site.name, 26)) for site in sites)
    sheet = style.sheet(view, _title(every), subtitle, 0.36 * len(sites) + 0.35, left=0.5 + 0.075 * longest, right=3.2,
                        foot=0.9, extra_top=0.12)  # fmt: skip
    axes = sheet.axes()[0][0]
    style.share_axis(axes, "x", top or 1.0)
    axes.set_xlim(-0.015 * axes.get_xlim()[1], axes.get_xlim()[1] * 1.01)
    axes.set_ylim(len(sites) - 0.4, -0.7)
    axes.grid(True, axis="x", color=style.GRID, linewidth=0.8)
    axes.grid(False, axis="y")
    style.ticks(axes, "y", range(len(sites)), [wording.tidy(site.name, 26) for site in sites])
    axes.tick_params(axis="y", labelcolor=style.INK)
    style.name_axes(axes, "Share of those held at the start")
    for y, site in enumerate(sites):
        _row(axes, y, site)
    _columns(axes, sites, style.WIDTH * (sheet.right - sheet.left))
    return sheet.figure


def _title(sites: list[Site]) -> str:
    emptied = sum(float(np.median(site.escaped)) >= 0.5 * site.held for site in sites)
    if len(sites) == 1:
        low, high = (wording.per_cent(q) for q in np.quantile(sites[0].escaped / sites[0].held, (0.05, 0.95)))
        share = low if low == high else f"{low} to {high}"
        return f"Exits from {wording.tidy(sites[0].name, 26)}: {share} of the number held"
    once = len(sites[0].escaped) == 1
    if emptied:
        often = "" if once else " in half of all runs"
        return f"At {emptied} of {len(sites):,} facilities exits come to half of the number held or more{often}"
    if once:
        return "At no facility do exits come to half of the number held"
    touched = sum(float(np.quantile(site.escaped, 0.95)) >= 0.05 * site.held for site in sites)
    if touched:
        return f"At {touched} of {len(sites):,} facilities exits come to 5% of the number held or more (1 run in 20)"
    return "At no facility do exits come to 5% of the number held in 19 of 20 runs"


def _row(axes: Axes, y: int, site: Site) -> None:
    """Draw truth above, belief below."""
    marks = ((site.escaped, -0.14, style.TRUTH, "o"), (site.confirmed, 0.16, style.BELIEF, "s"))
    for values, shift, color, marker in marks:
        low, middle, high = quantiles(values, (0.05, 0.5, 0.95)) / site.held
        axes.plot(
            [low, high], [y + shift] * 2, color=color, linewidth=2.2, alpha=0.55, solid_capstyle="round", zorder=2
        )
        axes.plot([middle], [y + shift], marker, color=color, markersize=6.0 if marker == "o" else 5.0,
                  markeredgecolor=style.PAPER, markeredgewidth=0.8, zorder=3, clip_on=False)  # fmt: skip


def _columns(axes: Axes, sites: list[Site], width: float) -> None:
    """Write counts in columns to the right of the axes. Parameters: width, of the axes, inches."""
    places = [1.0 + inches / width for inches in (0.6, 2.15, 3.0)]
    across = axes.get_yaxis_transform()
    out = "out" if len(sites[0].escaped) == 1 else "out, median (90%)"
    heads = (("held", style.INK), (out, style.TRUTH), ("confirmed", style.readable(style.BELIEF)))
    for place, (head, color) in zip(places, heads, strict=True):
        style.write(axes, place, -0.95, head, size=9.0, color=color, weight="bold", ha="right", transform=across)
    for y, site in enumerate(sites):
        texts = (
            wording.count(site.held),
            wording.middle(site.escaped),
            wording.count(float(np.median(site.confirmed))),
        )
        for place, text in zip(places, texts, strict=True):
            style.write(axes, place, y, text, size=9.0, ha="right", va="center", transform=across)
