"""Truth and belief: what happened and what was known of it, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim import wording
from sim.analysis.escapes import bands
from sim.outcomes import ROLE_COLUMNS
from sim.plots import style
from sim.plots.view import Numbers, ResultsView

if TYPE_CHECKING:
    from sim.experiment.results import Results

NAME = "truth_and_belief"
CAPTION = "What happened and what was known of it, day by day: exits, exits confirmed, and what each side claims."
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
CLAIMS = tuple(f"claimed_{role}" for role in ROLE_COLUMNS)


class Days(NamedTuple):
    """One point by day: quantiles of truth and of belief (a row for each of `SHARES`), and median claims by role."""

    day: Numbers
    escaped: Numbers
    confirmed: Numbers
    claims: dict[str, Numbers]


def applies(results: Results | ResultsView) -> bool:
    """Tell whether daily rows were recorded."""
    return ResultsView.of(results).has("daily")


def draw(results: Results | ResultsView) -> Figure:
    """Draw truth and belief side by side for one point, with the claims of the roles; above each other for several."""
    view = ResultsView.of(results)
    path, shown = view.shown
    found = [by_day(view, point) for point in shown]
    return _single(view, found[0]) if len(shown) == 1 else _several(view, path, shown, found)


def by_day(view: ResultsView, point: int) -> Days:
    """Return quantiles over replicates for every day.

    A role's claim is the median of those replicates in which it makes one, on days when at least half of them have it.
    """
    day, columns = view.daily(point, ["escaped", "confirmed", *CLAIMS])
    claims = {}
    for name in CLAIMS:
        made = ~np.isnan(columns[name])
        often = made.mean(axis=0) >= 0.5
        middle = np.full(len(day), np.nan)
        if often.any():
            middle[often] = np.nanmedian(columns[name][:, often], axis=0)
        claims[name.removeprefix("claimed_")] = middle
    return Days(day, bands(columns["escaped"], SHARES), bands(columns["confirmed"], SHARES), claims)


def _single(view: ResultsView, found: Days) -> Figure:
    out, known = float(found.escaped[2, -1]), float(found.confirmed[2, -1])
    last = int(found.day[-1])
    title = f"By day {last}, {wording.count(out)} exits, {wording.count(known)} confirmed"
    title += "" if view.once else " (medians)"
    if out <= 0 and known <= 0:
        title = f"By day {last}, {'the one run has' if view.once else 'half of all runs have'} seen no escape"
    subtitle = (
        "Medians over runs, shaded the middle 50% and 90% of runs. Thin lines: what each role claims, the median of the"
        " runs in which it names a number, on days when at least half do."
    )
    if view.once:
        subtitle = "The one run: what may happen, not how likely it is. Thin lines: what each role claims."
    sheet = style.sheet(view, title, subtitle, 4.1, right=2.0)
    truth, belief = sheet.axes(1, 2, wspace=0.12, width_ratios=[1.0, 1.25])[0]
    top = max(float(found.escaped[4].max()), float(found.confirmed[4].max()), style.widest(found.claims.values()))
    _frame((truth, belief), found, top)
    _truth(truth, found)
    _belief(belief, found)
    style.name_axes(truth, "Day", "What happened: exits")
    style.name_axes(belief, "Day", "What is known: exits confirmed and claimed")
    belief.tick_params(axis="y", labelleft=False)
    style.end_labels(belief, float(found.day[-1]), [*_ends(found), *_claims(belief, found)])
    _name_gap(belief, found)
    return sheet.figure


def _several(view: ResultsView, path: str, shown: list[int], found: list[Days]) -> Figure:
    gaps = [float(np.median(view.over("gap", point))) for point in shown]
    title = f"Truth and belief: median gaps of {wording.span(min(gaps), max(gaps))}"
    title += f" over {wording.tidy(path, 28)}" if path else ""
    fixed = view.fixed(path) if path else {}
    held = f", at {wording.settings(fixed)}" if fixed else ""
    subtitle = (
        f"By day{held}. Medians over runs, shaded the middle 50% and 90% of runs. Above: what happened."
        " Below: what is confirmed of it, the solid line again the truth, hatched the gap between the medians."
    )
    sheet = style.sheet(view, title, subtitle, 4.6, left=0.95, extra_top=0.1)
    small = 9.0 if len(shown) <= 4 else 7.5
    above, below = sheet.axes(2, len(shown), wspace=0.16, hspace=0.18)
    top = max(max(float(days.escaped[4].max()), float(days.confirmed[4].max())) for days in found)
    for place, (truth, belief, point, days) in enumerate(zip(above, below, shown, found, strict=True)):
        _frame((truth, belief), days, top, many=6 if len(shown) < 4 else 3)
        _truth(truth, days)
        _belief(belief, days)
        _inside(truth, _ends(days)[0].text, style.TRUTH, small)
        _inside(belief, _ends(days)[1].text, style.readable(style.BELIEF), small)
        heading = view.label(path, point)
        room = 76 // len(shown)
        if path and not place and len(path) + len(heading) < room:
            heading = f"{path} {heading}"
        truth.set_title(
            wording.tidy(heading, room), loc="left", fontsize=10, color=style.INK, pad=8, fontweight="bold",
            parse_math=False,
        )  # fmt: skip
        truth.tick_params(labelbottom=False)
        belief.set_xlabel("Day", fontsize=9, color=style.INK)
        for axes, words in ((truth, "exits"), (belief, "exits confirmed")):
            if place:
                axes.tick_params(labelleft=False)
            else:
                axes.set_ylabel(words, fontsize=9, color=style.INK, labelpad=6)
    return sheet.figure


def _frame(pair: tuple[Axes, Axes], found: Days, top: float, many: int = 4) -> None:
    """Set the same scales on both axes."""
    last = max(float(found.day[-1]), 1.0)
    step = style.round_step(last / many, whole=True)
    for axes in pair:
        style.from_zero(axes, "y", top * 1.02)
        axes.set_xlim(0.0, last)
        style.ticks(axes, "x", np.arange(0.0, last + 0.5, step))


def _truth(axes: Axes, found: Days) -> None:
    """Draw exits, with their bands."""
    _shade(axes, found.day, found.escaped, style.TRUTH)
    axes.plot(found.day, found.escaped[2], color=style.TRUTH, linewidth=2.4, zorder=6)


def _belief(axes: Axes, found: Days) -> None:
    """Draw exits confirmed, with their bands, the true median again, and the gap between the medians."""
    _shade(axes, found.day, found.confirmed, style.BELIEF)
    axes.fill_between(
        found.day, found.confirmed[2], found.escaped[2], facecolor="none", edgecolor=style.FAINT, hatch="////",
        linewidth=0.0, zorder=3,
    )  # fmt: skip
    axes.plot(found.day, found.escaped[2], color=style.TRUTH, linewidth=2.4, zorder=6)
    axes.plot(found.day, found.confirmed[2], color=style.BELIEF, linewidth=2.4, linestyle=style.DASHES, zorder=6)


def _shade(axes: Axes, day: Numbers, quantiles: Numbers, color: str) -> None:
    axes.fill_between(day, quantiles[0], quantiles[4], color=color, alpha=0.14, linewidth=0, zorder=1)
    axes.fill_between(day, quantiles[1], quantiles[3], color=color, alpha=0.26, linewidth=0, zorder=2)


def _ends(found: Days) -> list[style.EndLabel]:
    """Return the labels of both medians at the horizon."""
    out, known = float(found.escaped[2, -1]), float(found.confirmed[2, -1])
    return [
        style.EndLabel(out, f"escaped {wording.count(out)}", style.TRUTH, "bold"),
        style.EndLabel(known, f"confirmed {wording.count(known)}", style.readable(style.BELIEF), "bold"),
    ]


def _claims(axes: Axes, found: Days) -> list[style.EndLabel]:
    """Draw a thin line for the claims of each role, and return the labels of their ends."""
    labels = []
    for role, claim in found.claims.items():
        some = ~np.isnan(claim)
        if some.any():
            axes.plot(found.day[some], claim[some], color=style.MUTED, linewidth=0.9, zorder=4)
            last = float(claim[some][-1])
            labels.append(style.EndLabel(last, f"{role.replace('_', ' ')} {wording.count(last)}", style.MUTED))
    return labels


def _inside(axes: Axes, text: str, color: str, size: float) -> None:
    """Write the last value into the upper left of a small panel, where rising curves leave room."""
    style.write(
        axes, 0.03, 0.97, text, color=color, size=size, weight="bold", va="top", zorder=7, transform=axes.transAxes,
        bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.8, "alpha": 0.75},
    )  # fmt: skip


def _name_gap(axes: Axes, found: Days) -> None:
    """Label the gap where it is wide and no claim crosses it."""
    gap = found.escaped[2] - found.confirmed[2]
    _, top = axes.get_ylim()
    wide = np.flatnonzero(gap > 0.06 * top)
    if not len(wide):
        return
    at = int(wide[len(wide) // 2])
    low, high = float(found.confirmed[2, at]), float(found.escaped[2, at])
    taken = [low, high, *(float(claim[at]) for claim in found.claims.values() if low < claim[at] < high)]
    taken.sort()
    room = max(range(len(taken) - 1), key=lambda k: taken[k + 1] - taken[k])
    middle = (taken[room] + taken[room + 1]) / 2.0
    style.on_line(axes, float(found.day[at]), middle, "gap", style.INK, ha="center", va="center")
