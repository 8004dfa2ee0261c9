"""Estimate: what simulation gives before any claim, each claim by role, and what is believed after them."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim import wording
from sim.experiment.environment import program_version
from sim.experiment.estimate import Estimate
from sim.plots import style
from sim.plots.view import Numbers
from sim.scenario.claims import Claim
from sim.scenario.vocabulary import ROLES

CAPTION = "How many really got out: before any claim, what each role claims, and what is believed after them."
BIN = 0.1
"""Width of a bin, decades."""
NONE = -0.42
"""Where none out stands, left of 1 on the axis of decades."""
LETTER = 0.0095
"""Width of a letter of a claim's label, share of the axis."""
MOST = 24
"""Most claims drawn."""


def draw(found: Estimate, day: date, scenario: str) -> Figure:
    """Draw one event: belief before and after above, claims by role below, on one axis of counts."""
    low, _, middle, _, high = found.posterior.quantiles()
    where = found.facility or "the theatre"
    who = wording.PEOPLE[found.category]
    span = wording.span(low, high) if high >= 0.5 else "no"
    title = f"{found.event_id}: {span} {who} out of {where} by {day.isoformat()}, at 90%"
    subtitle = (
        "Above: share of belief by count, grey before any claim (simulation alone), blue after all claims; the bar is"
        " the 90% interval, the dot its middle. Below: what was claimed, one line a claim; repeats count once."
    )
    claims = _ordered(found.claims)
    rows = max(1, len(claims))
    upper, lower = 2.5, 0.5 + 0.21 * rows
    many = wording.told(len(found.claims), len(found.statements))
    foot = f"{scenario} · {found.source} · {many} · detention-sim {program_version()}"
    sheet = style.sheet(foot, title, subtitle, upper + lower, left=2.3)
    (top,), (bottom,) = sheet.axes(2, 1, hspace=0.16, height_ratios=[upper, lower])
    most = max(float(found.posterior.counts.max()), *(float(c.high or c.low or 1) for c in claims), 10.0)
    for axes in (top, bottom):
        axes.set_xlim(NONE - 0.28, math.log10(most) + 0.08)
    _belief(top, found, low, middle, high)
    _claims(bottom, claims, most, found.category)
    return sheet.figure


def _place(count: float) -> float:
    """Return where a count stands on the axis: its decade, none apart on the left."""
    return NONE if count < 0.5 else math.log10(max(1.0, count))


def _belief(axes: Axes, found: Estimate, low: float, middle: float, high: float) -> None:
    counts, before, after = found.posterior.counts, found.posterior.before, found.posterior.after
    edges = np.arange(-BIN / 2, math.log10(max(counts.max(), 10.0)) + BIN, BIN)
    some = counts > 0
    bars: list[tuple[Numbers, str, float]] = [(before, style.FAINT, 0.55), (after, style.BELIEF, 0.6)]
    top = 0.0
    for k, (weights, color, alpha) in enumerate(bars):
        masses, _ = np.histogram(np.log10(counts[some]), edges, weights=weights[some])
        none = float(weights[~some].sum())
        axes.stairs(masses, edges, fill=True, color=color, alpha=alpha, zorder=2 + k)
        axes.stairs(masses, edges, color=style.readable(color), linewidth=1.2, zorder=4 + k)
        axes.bar([NONE - 0.06 + 0.12 * k], [none], width=0.12, color=color, alpha=0.9, zorder=2 + k)
        top = max(top, none, float(masses.max(initial=0.0)))
        if none > 0:
            at = NONE - 0.06 + 0.12 * k
            style.write(axes, at, none + 0.02 * top, wording.per_cent(none), size=8.0, ha="right" if k == 0 else "left",
                        va="bottom", color=style.readable(style.MUTED if k == 0 else color))  # fmt: skip
    axes.set_ylim(0.0, 1.25 * top)
    y = 1.15 * top
    axes.plot([_place(low), _place(high)], [y, y], color=style.readable(style.BELIEF), linewidth=2.5, zorder=6)
    axes.plot([_place(middle)], [y], "o", color=style.readable(style.BELIEF), markersize=6, zorder=7)
    style.ticks(axes, "y", [], [])
    style.ticks(axes, "x", [], [])
    style.name_axes(axes, y="Share of belief, each tenth of a decade; none out on the left")
    axes.axvline((NONE + 0.0) / 2, color=style.GRID, linewidth=1.0)


def _ordered(claims: tuple[Claim, ...]) -> list[Claim]:
    """Return the claims by role and day, each wording once; the latest if there are too many to draw."""
    every = {(c.role, c.claimed_on, c.low, c.high, c.origin): c for c in claims}
    latest = sorted(every.values(), key=lambda c: c.claimed_on)[-MOST:]
    return sorted(latest, key=lambda c: (ROLES.index(c.role), c.claimed_on, c.low or 0, c.high or 0, c.origin))


def _claims(axes: Axes, claims: list[Claim], most: float, category: str) -> None:
    labels = []
    for row, claim in enumerate(claims):
        labels.append(f"{claim.role}, {claim.claimed_on[:10]}")
        right, said = _claim(axes, row, claim, most)
        said += f" {claim.category}" if claim.category != category else ""
        left, end = axes.get_xlim()
        late = right + 0.06 + LETTER * (end - left) * (len(said) + len(claim.origin) + 3) > end
        at = min(_place(float(claim.low or 0)), right) - 0.06 if late else right + 0.06
        said += f" ({claim.origin})" if claim.origin else ""
        style.write(axes, at, row, said, size=8.0, color=style.MUTED, va="center", ha="right" if late else "left")
    if not claims:
        style.write(axes, 0.0, 0.0, "nobody has said anything yet", size=9.0, color=style.MUTED, va="center")
    axes.set_ylim(max(1, len(claims)) - 0.4, -0.6)
    style.ticks(axes, "y", range(len(labels)), labels)
    axes.tick_params(axis="y", labelcolor=style.INK, labelsize=8)
    decades = range(math.floor(math.log10(most)) + 1)
    style.ticks(axes, "x", [NONE, *decades], ["none", *(wording.count(10.0**k) for k in decades)])
    style.name_axes(axes, "Exits (persons; log scale, none apart)")
    axes.axvline((NONE + 0.0) / 2, color=style.GRID, linewidth=1.0)


def _claim(axes: Axes, row: int, claim: Claim, most: float) -> tuple[float, str]:
    """Draw one claim, and return where its mark ends and what it says."""
    color = style.INK
    if claim.low is None:
        return NONE - 0.02, "no number"
    low, high = float(claim.low), float(claim.high if claim.high is not None else claim.low)
    if claim.high is None:
        axes.annotate(
            "", (_place(min(most, 2.0 * low + 1)), row), (_place(low), row), zorder=4,
            arrowprops={"arrowstyle": "->", "color": color, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip
        axes.plot([_place(low)], [row], "|", color=color, markersize=8, zorder=5)
        return _place(min(most, 2.0 * low + 1)), f"at least {wording.count(low)}"
    axes.plot([_place(low), _place(high)], [row, row], color=color, linewidth=2.0, zorder=4)
    axes.plot([_place(low), _place(high)], [row, row], "o" if low == high else "|", color=color, markersize=5, zorder=5)
    return _place(high), "none" if high == 0 else wording.span(low, high)
