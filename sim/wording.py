"""Numbers, settings and answers in words, the same in the console, the figures, the report and the browser view."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sim.analysis.summary import quantiles
from sim.analysis.tipping import FEW, PATH, WITHIN, Tipping
from sim.scenario.errors import printable
from sim.scenario.fields import parameters


def tidy(text: str, limit: int) -> str:
    """Return a text on one line of at most `limit` characters, without unprintable ones."""
    line = " ".join(printable(str(text)).split(" "))
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def wrapped(text: str, width: int, most: int) -> list[str]:
    """Return at most `most` lines of at most `width` characters."""
    return textwrap.wrap(tidy(text, width * most), width, max_lines=most, placeholder="…") or [""]


def count(value: float) -> str:
    """Return a count with separators of thousands."""
    if math.isnan(value):
        return "–"
    return f"{value:,.0f}".replace("-", "−") if abs(value) >= 0.5 else "0"


def mean(value: float) -> str:
    """Return a mean count, with one decimal if it is small."""
    return f"{value:.1f}" if 0.05 <= abs(value) < 9.95 else count(value)


def per_cent(share: float) -> str:
    """Return a share in per cent, with one decimal if it is below 10% or nearly 100%; of a change with its sign."""
    if math.isnan(share):
        return "–"
    if share < 0.0:
        return ">−0.1%" if share > -0.001 else f"−{per_cent(-share)}"
    value = 100.0 * share
    if value == 0.0 or value >= 99.95:
        return f"{value:.0f}%"
    if value < 0.1:
        return "<0.1%"
    digits = f"{value:.1f}" if value < 10.0 or value >= 99.5 else f"{value:.0f}"
    return f"{digits.removesuffix('.0')}%"


def days(value: float) -> str:
    """Return a time in days, or in hours below 2 days."""
    if math.isnan(value):
        return "–"
    if value < 2.0:
        return f"{24 * value:.0f} h"
    return f"{value:.1f} days" if value < 10.0 else f"{value:.0f} days"


def setting(value: Any) -> str:
    """Return a varied value as a short label."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:g}"
    return tidy(str(value), 28)


def path_label(path: str, year: str = "") -> str:
    """Return a path with the unit of its declaration: `guards.scale (share of 2019 guards)`."""
    if path == "guards.scale":
        return f"{path} (share of {year} guards)" if year else f"{path} (share of the guards given)"
    declared = next((p for p in parameters() if p.path == path), None)
    if declared is None or not declared.unit:
        return tidy(path, 60)
    unit = declared.unit
    if declared.description.startswith("of "):  # declarations read on: unit, then what it is a unit of
        unit = f"{unit} {declared.description}"
    return f"{path} ({unit.split(';')[0]})"


def path_lines(path: str, year: str = "") -> str:
    """Return the label of a path on a few short lines, for small axes."""
    name, _, unit = path_label(path, year).partition(" (")
    lines = textwrap.wrap(f"({unit}", 22, max_lines=2, placeholder="…)") if unit else []
    return "\n".join([tidy(name, 30), *lines])


def span(low: float, high: float) -> str:
    """Return `98 to 3,512`, or one number if both are the same."""
    return count(low) if count(low) == count(high) else f"{count(low)} to {count(high)}"


def between(low: float, high: float) -> str:
    """Return `between 7 and 60`, or `at 7` if both are the same."""
    return f"at {count(low)}" if count(low) == count(high) else f"between {count(low)} and {count(high)}"


def middle(values: ArrayLike) -> str:
    """Return a median count with the middle 90%, `790 (21–1,987)`; of one run its count alone."""
    low, half, high = (float(q) for q in quantiles(values, (0.05, 0.5, 0.95)))
    return count(half) if np.size(values) < 2 else f"{count(half)} ({count(low)}–{count(high)})"


def settings(values: Mapping[str, Any]) -> str:
    """Return `isr.coverage 0.4, control.handover none`."""
    return ", ".join(f"{tidy(path, 40)} {setting(value)}" for path, value in values.items())


def set_by_options(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return what options changed of the files that results were made from, by path; `manifest` is theirs."""
    given = (manifest.get("request") or {}).get("overrides") or {}
    return {path: value for path, value in given.items() if path not in ("replicates", "seed")}


def metric(name: str, value: float) -> str:
    """Return a metric's value with the digits of its kind: `never` for a day that is null."""
    if name.endswith("_day"):
        return "never" if math.isnan(value) else f"{value:.1f}".replace("-", "−")
    return per_cent(value) if name.endswith("_share") else count(value)


def thinnest(found: Tipping) -> str:
    """Return how thin the guard can get in a few words."""
    if found.scale is None:
        return f"not even {PATH} {found.scales[-1]:g} is enough"
    return f"down to {PATH} {found.scale:g}" + (", the lowest tried," if found.below is None else "")


def limit_of(found: Tipping) -> str:
    """Return what the limit of escapes is, in words."""
    if found.of_held:
        return "half of those held"
    times = "twice" if WITHIN == 2 else f"{WITHIN:g} times"
    return f"{times} the {count(found.median_given)} at {found.given:g}, or {FEW:g} if that is more"


def thinness(found: Tipping) -> str:
    """Return how thin the guard can get, by what limit, and what happens beyond it."""
    limit = f"{count(found.limit)} ({limit_of(found)})"
    beyond = f"at {found.below:g} it is {count(found.median(found.below))}" if found.below is not None else ""
    if found.scale is None:
        return f"{thinnest(found)}: the median of people out should stay within {limit}; {beyond}"
    return f"{thinnest(found)} the median of people out stays within {limit}" + (f"; {beyond}" if beyond else "")


PEOPLE = {"all": "people", "fighters": "fighters", "families": "women and children"}
"""Categories of a claim as a sentence names them."""


class Believed(NamedTuple):
    """What is believed of a count: the chance that it is 0; 5, 50 and 95% quantiles, and the same if it is not 0."""

    none: float
    whole: Sequence[float]
    some: Sequence[float]


LIKELY = 0.5
"""Chance of none from which a sentence begins with it."""


def official(event: str, facility: str | None, began: str, day: str, category: str, belief: Believed) -> str:
    """Return what an official could say of one event: an interval and the middle, or the chance that none left."""
    where = "in the whole theatre" if facility is None else f"at {facility}"
    who = PEOPLE[category]
    low, middle, high = map(count, belief.whole)
    least, _, most = map(count, belief.some)
    none = per_cent(belief.none)
    if belief.none >= LIKELY:
        said = f"most likely no {who} got out {where} ({none}); if any, {least} to {most} (90%)"
    elif belief.whole[0] < 0.5:
        said = f"{who} may have got out {where}: none ({none}), or else {least} to {most} (90%)"
    else:
        said = f"between {low} and {high} {who} got out {where} (90%), most likely about {middle}"
    return f"{event}: of {began[:10]} to {day}, {said}."


def reasons(prior: Sequence[float], source: str, claims: int, origins: int) -> str:
    """Return what an estimate rests on: the interval before any claim, and how many claims of how many origins."""
    low, middle, high = prior
    before = f"before any claim {count(low)} to {count(high)}, middle {count(middle)} ({source})"
    return f"{before}; {told(claims, origins)}"


def told(claims: int, origins: int) -> str:
    """Return how many claims there are, and of how many origins."""
    if not claims:
        return "nobody has said anything yet"
    return f"{claims} claim{'' if claims == 1 else 's'} of {origins} origin{'' if origins == 1 else 's'}"
