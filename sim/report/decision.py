"""A study of levers in words and cells, the same in the report and in the console."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sim.analysis.contrast import Interval
from sim.experiment.levers import Study
from sim.wording import mean, per_cent

MOST = 6
"""Most flips and numbers named."""


def head(found: Study) -> str:
    """Return what was compared, over how many worlds."""
    kind = "sampled worlds, replicates averaged" if found.sampled else "worlds (a replicate with its own numbers each)"
    many = len(found.options) - 1
    what = f"{many} lever{'' if many == 1 else 's'} against {found.options[0].name}"
    return f"{what}, {found.metric} over {found.worlds:,} {kind}"


def rows(found: Study) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the heads and, by regret, the cells of every lever; prices only where a lever states a cost."""
    priced = any(option.cost for option in found.options)
    heads: tuple[str, ...] = (
        "lever",
        "averted",
        "95% interval",
        "regret",
        "95% under",
        "chosen",
        f"<= {mean(found.enough)}",
    )
    heads += ("cost", "per averted", "95% interval", "per gap-day") if priced else ()
    table = []
    for option in sorted(found.options, key=lambda one: one.regret.expected):
        averted, each, nothing = option.price.averted, option.price.each, option is found.options[0]
        cells = [
            option.name, "-" if nothing else _number(averted.value), "-" if nothing else _span(averted),
            mean(option.regret.expected), mean(option.regret.q95), per_cent(option.regret.chosen),
            per_cent(option.good_enough),
        ]  # fmt: skip
        if priced:
            cost = "-" if option.cost is None else f"{option.cost:,.3g}"
            gap = "-" if nothing else _number(option.of_gap.each.value)
            cells += [cost, "-" if nothing else _number(each.value), "-" if nothing else _span(each), gap]
        table.append(tuple(cells))
    return heads, table


def lines(found: Study) -> Iterator[str]:
    """Yield what the table means, prices, where the ranking flips, and what is worth knowing."""
    others = [option.price.averted for option in found.options[1:]]
    if not any(averted.low > 0 or averted.high < 0 for averted in others):
        yield f"No lever is told apart from {found.options[0].name}: the order of the table is chance."
    yield (
        "Regret: mean loss beyond the best lever's in the same world, with hindsight, and what 95% of worlds stay"
        f" under. Chosen: share of resampled worlds in which it has the least mean loss; <= {mean(found.enough)}: share"
        " of worlds in which no more is lost."
    )
    if found.worth:
        steps = "; ".join(f"from {at:,.3g} {name}" for at, name in found.worth)
        yield f"Best by what one averted unit is worth, in the unit of cost: {steps}."
    else:
        yield "No lever states a `cost`: prices and break-even need `levers.*.cost`."
    for flip in found.flips[:MOST]:
        name = found.options[flip.lever].name
        yield f"The ranking flips: with {flip.path} {flip.where}, {name} is better by {_interval(flip.better_by)}."
    if not found.flips:
        yield "No part of any number's range is known to make another lever the best."
    yield f"Knowing the whole world before choosing would avert another {mean(found.all)} on average; by number:"
    telling = [(path, value) for path, value in found.knowing if value.matters][:MOST]
    for path, value in telling:
        yield f"  {path}: {value.value:,.1f} (by chance up to {value.chance:,.1f})"
    if not telling:
        yield "  none is worth more than chance would show: the choice does not hang on any one of them."


def _interval(found: Interval) -> str:
    return f"{_number(found.value)} ({_span(found)})"


def _span(found: Interval) -> str:
    return "-" if math.isnan(found.low) else f"{_number(found.low)} to {_number(found.high)}"


def _number(value: float) -> str:
    if math.isnan(value):
        return "-"
    return "no limit" if math.isinf(value) else f"{value:,.0f}" if abs(value) >= 10 else f"{value:.2g}"
