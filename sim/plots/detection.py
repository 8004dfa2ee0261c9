"""Detection: delays from the first escape to a true report and to confirmation, and the share never reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim import wording
from sim.analysis.escapes import share_over_worlds
from sim.analysis.gap import Curve, Delays, clustered, delay_quantile, delays, kaplan_meier, trusted_until
from sim.analysis.summary import quantiles
from sim.plots import style
from sim.plots.view import ResultsView, thinned

if TYPE_CHECKING:
    from sim.experiment.results import Results

NAME = "detection"
CAPTION = "How late anyone knows: delays to the first true report and to confirmation, and the share never reported."
MOST = 4
"""Most points compared."""
KINDS = (("first_report_day", "first true report"), ("first_confirmed_day", "confirmation"))


def applies(results: Results | ResultsView) -> bool:
    """Tell whether there is an escape at a point shown."""
    view = ResultsView.of(results)
    return any(bool((~np.isnan(view.over("first_escape_day", n))).any()) for n in view.shown[1])


def found(view: ResultsView, point: int, column: str) -> Delays:
    """Return the delays at one point (its position)."""
    return delays(view.over("first_escape_day", point), view.over(column, point), view.horizon(point))


def curve_of(view: ResultsView, point: int, column: str) -> Curve:
    """Return the share known within each delay; of a sample with an interval over its worlds."""
    delay, worlds = found(view, point, column), view.worlds(point)
    if worlds is None or not delay.n:
        return kaplan_meier(delay)
    escaped = ~np.isnan(view.over("first_escape_day", point))
    seen = ~np.isnan(view.over(column, point)[escaped])
    days = np.empty(delay.n)
    days[seen], days[~seen] = delay.known, delay.censored
    curve = clustered(days, seen, worlds[escaped])
    return Curve(*(np.concatenate([[0.0], part]) for part in curve)) if curve.days[0] > 0.0 else curve


def draw(results: Results | ResultsView) -> Figure:
    """Draw two curves for one point; for several points a panel for each delay, with a curve for each point."""
    view = ResultsView.of(results)
    path, shown = view.shown
    shown = thinned([n for n in shown if found(view, n, "first_report_day").n], view.reference, MOST)
    return _single(view, shown[0]) if len(shown) == 1 else _several(view, path, shown)


def _single(view: ResultsView, point: int) -> Figure:
    both = [found(view, point, column) for column, _ in KINDS]
    half = [delay_quantile(delay, 0.5) for delay in both]
    once = view.once
    title = f"{_within('A true report', half[0])}, {_within('a confirmed count', half[1])}"
    title += "" if once else " (medians)"
    if np.isnan(half).all():
        title = f"{'There' if once else 'In half of all runs there'} is no true report by the horizon"
    subtitle = (
        "Left: share of runs known so many days after their first escape (Kaplan-Meier with 95% interval, censored at"
        " the horizon). Right: what stays unknown (95% intervals; for exits the middle 90% of runs)."
    )
    if once:
        subtitle = "One run: what may happen, not how likely it is. Left: when it is known; right: what stays unknown."
    sheet = style.sheet(view, title, subtitle, 4.0)
    left, right = sheet.axes(1, 2, wspace=0.28, width_ratios=[1.5, 1.0])[0]
    _frame(left, both)
    names: list[tuple[float, str, str]] = []
    labels = (("a true report", "-", style.INK), ("a confirmed count", style.DASHES, style.BELIEF))
    for (words, dashes, color), delay, (column, _) in zip(labels, both, KINDS, strict=True):
        curve = _curve(left, curve_of(view, point, column), delay, color, dashes, band=0.15)
        text = f"{words}: not in {wording.per_cent(delay.never)} of runs"
        if once:
            text = f"{words}: {'none' if delay.never else 'made'}"
        names.append((_height(left, curve, above=dashes == "-"), text, style.readable(color)))
    _name(left, names)
    style.name_axes(left, "Days since the first escape", "Share of runs in which it is known")
    _unknown(right, view, point)
    _note_early(left, both[1])
    return sheet.figure


def _several(view: ResultsView, path: str, shown: list[int]) -> Figure:
    never = [found(view, n, "first_confirmed_day").never for n in shown]
    low, high = wording.per_cent(min(never)), wording.per_cent(max(never))
    title = f"No confirmed count by the horizon in {low}{f' to {high}' if low != high else ''} of runs"
    title += f", over {wording.tidy(path, 24)}" if path else ""
    fixed = view.fixed(path) if path else {}
    held = f" At {wording.settings(fixed)}." if fixed else ""
    subtitle = (
        "Share of runs known so many days after their first escape (Kaplan-Meier, censored at the horizon), and the"
        f" share of exits in episodes without a true report: median and middle 90% of runs.{held}"
    )
    sheet = style.sheet(view, title, subtitle, 3.9)
    report, confirmed, last = sheet.axes(1, 3, wspace=0.56, width_ratios=[1.0, 1.0, 0.85])[0]
    colors = style.shades(style.BELIEF_RAMP, len(shown))
    for axes, (column, words) in zip((report, confirmed), KINDS, strict=True):
        curves = [found(view, n, column) for n in shown]
        _frame(axes, curves)
        ends = []
        for n, delay, color in zip(shown, curves, colors, strict=True):
            curve = _curve(axes, curve_of(view, n, column), delay, color, "-", band=0.08)
            label = wording.tidy(view.label(path, n), 9)
            ends.append(style.EndLabel(float(curve.share[-1]), label, style.readable(color)))
        style.end_labels(axes, axes.get_xlim()[1], ends)
        style.name_axes(axes, "Days since the first escape", f"Known by {words}")
    confirmed.tick_params(labelleft=False)
    _undetected_by_point(last, view, path, shown, colors)
    return sheet.figure


def _within(what: str, days: float) -> str:
    if np.isnan(days):
        return f"{'no' if what.startswith('a ') else 'No'} {what[2:]} by the horizon"
    return f"{what} within {wording.days(days)}"


def _frame(axes: Axes, every: list[Delays]) -> None:
    last = max(float(np.max(np.concatenate([d.known, d.censored]))) for d in every)
    style.share_axis(axes, "y")
    axes.set_ylim(0.0, 1.08)
    last = max(last, 0.1)
    axes.set_xlim(0.0, last)
    step = style.round_step(last / 5, whole=last > 4)
    style.ticks(axes, "x", np.arange(0.0, last + 1e-9, step), [f"{v:g}" for v in np.arange(0.0, last + 1e-9, step)])


def _curve(axes: Axes, every: Curve, delay: Delays, color: str, dashes: object, band: float) -> Curve:
    """Draw the estimate and its interval while enough runs are under observation; return what is drawn."""
    end = min(axes.get_xlim()[1], trusted_until(delay))
    curve = Curve(*(column[every.days <= end] for column in every))
    days = np.append(curve.days, end)
    low, share, high = (np.append(column, column[-1]) for column in (curve.low, curve.share, curve.high))
    if not np.isnan(high).any():
        axes.fill_between(days, low, high, step="post", color=color, alpha=band, linewidth=0, zorder=2)
    axes.step(days, share, where="post", color=color, linewidth=2.0, linestyle=dashes, zorder=4)
    return curve


def _height(axes: Axes, curve: Curve, *, above: bool) -> float:
    """Return the height of a curve's label: above or below its interval at the right end."""
    high = float(curve.high[-1]) if not np.isnan(curve.high[-1]) else 0.0
    begin = 0.35 * axes.get_xlim()[1]
    low = float(curve.low[max(0, int(np.searchsorted(curve.days, begin, "right")) - 1)])
    return high + 0.03 if above or low < 0.12 else low - 0.035


def _name(axes: Axes, names: list[tuple[float, str, str]]) -> None:
    """Write labels at the right end, moved apart where they would overlap."""
    heights = style.spread([height for height, _, _ in reversed(names)], 0.075, 0.03, 1.05)
    for (_, text, color), y in zip(reversed(names), heights, strict=True):
        style.write(
            axes, 0.99, y, text, color=color, size=9.0, ha="right", va="center", zorder=6,
            transform=axes.get_yaxis_transform(),
        )  # fmt: skip


def _never(view: ResultsView, point: int, column: str) -> tuple[float, tuple[float, float]]:
    """Return the share of runs with an escape in which it is not known by the horizon, with its 95% interval."""
    escaped = ~np.isnan(view.over("first_escape_day", point))
    worlds = view.worlds(point)
    never = np.isnan(view.over(column, point)[escaped])
    return float(never.mean()), share_over_worlds(never, None if worlds is None else worlds[escaped])


def _unknown(axes: Axes, view: ResultsView, point: int) -> None:
    """Draw what stays unknown: runs without a true report or confirmation, exits never truly reported."""
    undetected = view.over("undetected_share", point)
    known = undetected[~np.isnan(undetected)]
    low, middle, high = quantiles(known, (0.05, 0.5, 0.95))
    report, confirmed = (_never(view, point, column) for column, _ in KINDS)
    rows = [
        ("runs without a true report", *report, style.INK),
        ("runs without a confirmed count", *confirmed, style.BELIEF),
        ("exits never truly reported", float(middle), (float(low), float(high)), style.TRUTH),
    ]
    style.share_axis(axes, "x", min(1.0, max(0.05, *(interval[1] for _, _, interval, _ in rows))))
    axes.set_xlim(0.0, axes.get_xlim()[1] * 1.01)
    axes.grid(True, axis="x", color=style.GRID, linewidth=0.8)
    axes.grid(False, axis="y")
    for y, (words, value, interval, color) in enumerate(rows):
        axes.plot(
            interval, [y, y], color=color, linewidth=2.6, alpha=0.5, solid_capstyle="butt", zorder=2, clip_on=False
        )
        axes.plot([value], [y], "o", color=color, markersize=7, markeredgecolor=style.PAPER, zorder=3, clip_on=False)
        words = f"{words}: {wording.per_cent(value)}"
        style.write(axes, 0.0, y - 0.17, words, size=9.0, color=style.readable(color), weight="bold", va="bottom")
        span = "" if len(undetected) == 1 else f"{wording.per_cent(interval[0])} to {wording.per_cent(interval[1])}"
        style.write(axes, 0.0, y + 0.15, span, size=8.0, color=style.MUTED, va="top")
    axes.set_ylim(2.55, -0.55)
    style.ticks(axes, "y", [], [])
    style.name_axes(axes, "Share", "What stays unknown")


def _undetected_by_point(axes: Axes, view: ResultsView, path: str, shown: list[int], colors: list[str]) -> None:
    """Draw the median and middle 90% of runs by point."""
    tops = 0.0
    for x, n in enumerate(shown):
        share = view.over("undetected_share", n)
        low, middle, high = quantiles(share[~np.isnan(share)], (0.05, 0.5, 0.95))
        tops = max(tops, float(high))
        axes.plot([x, x], [low, high], color=style.TRUTH, linewidth=2.4, alpha=0.45, zorder=2, solid_capstyle="round")
        axes.plot([x], [middle], "o", color=style.TRUTH, markersize=7, markeredgecolor=style.PAPER, zorder=3)
        axes.annotate(wording.per_cent(middle), (x, middle), (0, 7), textcoords="offset points", fontsize=8.5,
                      color=style.TRUTH, va="bottom", ha="center", parse_math=False, zorder=4,
                      bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.8, "alpha": 0.85})  # fmt: skip
    style.share_axis(axes, "y", min(1.0, max(0.05, tops * 1.1)))
    axes.set_xlim(-0.5, len(shown) - 0.25)
    places = range(len(shown))
    names = [view.label(path, n).removeprefix("point ") for n in shown]
    style.ticks(axes, "x", places, [wording.tidy(name, max(5, 18 // len(shown))) for name in names])
    style.name_axes(axes, path or "Point", "Exits never truly reported")


def _note_early(axes: Axes, confirmed: Delays) -> None:
    """Note the confirmations that came before any escape, which count as no delay."""
    if confirmed.before:
        words = (
            f"{confirmed.before:,} of {confirmed.n:,} runs had a false confirmation before any escape: shown as 0 days"
        )
        style.write(axes, 0.0, -0.2, words, size=8.0, color=style.MUTED, transform=axes.transAxes)
