"""Claims by role against the truth of the same run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim import wording
from sim.analysis.summary import quantiles
from sim.outcomes import ROLE_COLUMNS
from sim.plots import style
from sim.plots.view import Numbers, ResultsView

if TYPE_CHECKING:
    from sim.experiment.results import Results

NAME = "claims"
CAPTION = "What each side says at the horizon, against what happened in the same run."
LEAST, MOST = 0.005, 200.0
"""Limits of a claim as a multiple of the truth that the axis shows; what lies beyond is drawn at its edge."""
SHARES = (0.05, 0.5, 0.95)


class Role(NamedTuple):
    """The claims of one role: those made, the truth of the same runs, and how many runs there are in all."""

    name: str
    claimed: Numbers
    truth: Numbers
    runs: int

    @property
    def ratio(self) -> Numbers:
        """Claims over the truth, of the runs in which both are above 0."""
        both = (self.claimed > 0) & (self.truth > 0)
        return self.claimed[both] / self.truth[both]

    @property
    def denies(self) -> float:
        """Share of the runs with exits and a claim in which the claim is that nobody got out; NaN if there is none."""
        some = self.truth > 0
        return float(np.mean(self.claimed[some] <= 0)) if some.any() else float("nan")


def applies(results: Results | ResultsView) -> bool:
    """Tell whether any role names a number at the point that answers are of."""
    view = ResultsView.of(results)
    return bool(view.index) and any(not np.isnan(view.pooled(f"claimed_{role}")).all() for role in ROLE_COLUMNS)


def roles(view: ResultsView) -> list[Role]:
    """Return the roles that name a number in some run, most often first."""
    truth = view.pooled("escaped")
    found = []
    for role in ROLE_COLUMNS:
        claim = view.pooled(f"claimed_{role}")
        made = ~np.isnan(claim)
        if made.any():
            found.append(Role(role.replace("_", " "), claim[made], truth[made], len(claim)))
    return sorted(found, key=lambda one: -len(one.claimed))


def draw(results: Results | ResultsView) -> Figure:
    """Draw a row for each role: its claims beside the truth, and as a multiple of the truth of the same run."""
    view = ResultsView.of(results)
    found = roles(view)
    subtitle = (
        "At the horizon, of the runs in which a role names a number: medians and the middle 90%. Left: exits claimed,"
        f" over the band of what happened. Right: the claim over the exits of the same run"
        f" (beyond ×{LEAST:g} and ×{MOST:g}: at the edge).{view.at_point}"
    )
    if view.once:
        subtitle = (
            "At the horizon of the one run. Left: exits claimed, the line what happened. Right: one over the other."
        )
    sheet = style.sheet(view, _title(found), subtitle, 0.7 + 0.52 * len(found), left=1.75, right=0.55, extra_top=0.1)
    left, right = sheet.axes(1, 2, wspace=0.22)[0]
    _numbers(left, found, view.pooled("escaped"))
    _ratios(right, found)
    for axes in (left, right):
        axes.set_ylim(len(found) - 0.4, -0.75)
        axes.grid(False, axis="y")
        axes.grid(True, axis="x", color=style.GRID, linewidth=0.8)
        style.ticks(axes, "y", range(len(found)), [role.name if axes is left else "" for role in found])
    left.tick_params(axis="y", labelcolor=style.INK)
    return sheet.figure


def _title(found: list[Role]) -> str:
    middle = {role.name: float(np.median(role.ratio)) for role in found if len(role.ratio)}
    if not middle:
        return "Nobody gets out, and some say so or say more"
    least, most = min(middle, key=lambda name: middle[name]), max(middle, key=lambda name: middle[name])
    if least == most:
        return f"Only one role names a number: {least}, {_times(middle[least])} the truth"
    what = "Claims" if found[0].runs == 1 else "Median claims"
    return f"{what}: from {_times(middle[least])} the truth ({least}) to {_times(middle[most])} ({most})"


def _times(ratio: float) -> str:
    return f"{ratio:,.0f} times" if ratio >= 10 else f"{ratio:.2g} times"


def _numbers(axes: Axes, found: list[Role], truth: Numbers) -> None:
    """Draw claims as numbers over the band of the truth."""
    low, middle, high = (float(value) for value in quantiles(truth, SHARES))
    axes.axvspan(low, high, color=style.TRUTH, alpha=0.13, linewidth=0, zorder=1)
    axes.axvline(middle, color=style.TRUTH, linewidth=1.8, zorder=2)
    top = max(high, *(float(quantiles(role.claimed, SHARES)[2]) for role in found))
    style.from_zero(axes, "x", top, many=4)
    style.write(
        axes, middle, -0.68, f" what happened: {wording.count(middle)}", size=9.0, color=style.TRUTH, weight="bold",
        va="top", ha="left" if middle < 0.6 * axes.get_xlim()[1] else "right",
    )  # fmt: skip
    for y, role in enumerate(found):
        _mark(axes, y, quantiles(role.claimed, SHARES))
        often = f"in {wording.per_cent(len(role.claimed) / role.runs)} of runs" if role.runs > 1 else ""
        style.write(
            axes, -0.02, y + 0.2, often, size=8.0, color=style.MUTED, va="top", ha="right",
            transform=axes.get_yaxis_transform(),
        )  # fmt: skip
    style.name_axes(axes, "Exits claimed", "")


def _ratios(axes: Axes, found: list[Role]) -> None:
    """Draw claims as multiples of the truth of the same run, denials in words."""
    ends = [float(value) for role in found if len(role.ratio) for value in quantiles(role.ratio, (0.05, 0.95))]
    low = max(LEAST, min(0.45, *ends) / 1.2) if ends else 0.45
    high = min(MOST, max(2.2, *ends) * 1.2) if ends else 2.2
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    axes.axvline(1.0, color=style.TRUTH, linewidth=1.8, zorder=2)
    places = [value for value in (0.01, 0.1, 0.5, 1.0, 2.0, 10.0, 100.0) if low <= value <= high]
    style.ticks(axes, "x", places, [f"×{value:g}" for value in places])
    for y, role in enumerate(found):
        if len(role.ratio):
            _mark(axes, y, np.clip(quantiles(role.ratio, SHARES), low, high))
        words = f" denies in {wording.per_cent(role.denies)}" if role.denies > 0 else ""
        words = " denies" if words and role.runs == 1 else words
        style.write(axes, low, y + 0.16, words, size=8.0, color=style.MUTED, va="top")
    style.name_axes(axes, "Claim over the exits of the same run (log scale)", "")


def _mark(axes: Axes, y: int, bounds: Numbers) -> None:
    low, middle, high = bounds
    axes.plot(
        [low, high], [y, y], color=style.BELIEF, linewidth=2.6, alpha=0.6, solid_capstyle="round", zorder=4,
        clip_on=False,
    )  # fmt: skip
    axes.plot(
        [middle], [y], "s", color=style.BELIEF, markersize=6.5, markeredgecolor=style.PAPER, zorder=5, clip_on=False
    )
