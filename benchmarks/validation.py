"""The page of validation: every documented event with forecast and record, scores, and what they do not show.

    python -m benchmarks.validation [--replicates N]

Writes docs/validation.md and docs/images/validation.svg. `detention-sim validate` prints the same numbers.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import matplotlib as mpl
import numpy as np
from scipy import stats

mpl.use("Agg")
import matplotlib.pyplot as plt

from sim.analysis.contrast import Interval
from sim.analysis.escapes import share_interval
from sim.analysis.scores import mean_difference, skill
from sim.experiment.validation import REPLICATES, SHRINK, Forecast, Skill, Validation, validate
from sim.scenario.eventworld import HELD_UNKNOWN
from sim.scenario.shipped import folder

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "validation.md"
FIGURE = ROOT / "docs" / "images" / "validation.svg"
INK, BAND, RECORD, MISS = "#1f2933", "#9fb3c8", "#1f2933", "#b3261e"


def figure(found: Validation) -> None:
    """Draw every scored event: the 90% forecast, its median, and the record, by mode."""
    chosen = sorted((f for f in found.forecasts if f.is_scored), key=lambda f: (f.event.mode, f.event.event_id))
    fig, axes = plt.subplots(figsize=(7.2, 0.27 * len(chosen) + 1.5))
    for k, forecast in enumerate(reversed(chosen)):
        event = forecast.event
        axes.plot([forecast.low, forecast.high], [k, k], color=BAND, lw=7, solid_capstyle="butt")
        axes.plot([forecast.middle] * 2, [k - 0.3, k + 0.3], color="white", lw=2)
        assert event.low is not None and event.high is not None
        colour = RECORD if forecast.inside else MISS
        if event.best is None:
            axes.plot([event.share(event.low), event.share(event.high)], [k, k], color=colour, lw=1.5)
        else:
            axes.plot([event.share(event.best)], [k], "o", color=colour, ms=5)
    labels = [f"{f.event.event_id}  {f.event.mode.replace('_', ' ')}" for f in reversed(chosen)]
    axes.set_yticks(range(len(chosen)), labels, fontsize=8)
    axes.set_xlim(-0.02, 1.02)
    axes.set_xlabel("share of those held who got out, given that anybody did")
    axes.set_title(
        "Forecast without the event's own country: 90% (bar) and median (gap).\n"
        "Record: dot, or line where contested; red outside the forecast.",
        fontsize=8.5, loc="left", color=INK,
    )  # fmt: skip
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0)
    fig.tight_layout()
    mpl.rcParams["svg.hashsalt"] = "validation"
    fig.savefig(FIGURE, metadata={"Date": None})
    plt.close(fig)


def told(one: Skill | Interval) -> str:
    """Return a skill or a difference with its interval."""
    return f"{one.value:+.2f} ({one.low:+.2f} to {one.high:+.2f})"


def narrowest(shares: Sequence[float]) -> float:
    """Return the width of the narrowest range that holds all shares but one."""
    ordered = sorted(shares)
    return min(ordered[-1] - ordered[1], ordered[-2] - ordered[0])


def width_of(forecasts: Sequence[Forecast]) -> Interval:
    """Return the difference in width of forecasts to their baselines'."""
    return Interval(
        *mean_difference([f.high - f.low - ((f.high_baseline or 0.0) - (f.low_baseline or 0.0)) for f in forecasts])
    )


def by_mode(found: Validation) -> list[str]:
    """Return the rows of the table of modes."""
    rows = []
    for mode in sorted({f.event.mode for f in found.forecasts if f.is_scored}):
        chosen = [f for f in found.forecasts if f.is_scored and f.event.mode == mode]
        hits = sum(bool(f.inside) for f in chosen)
        low, high = share_interval(hits, len(chosen))
        width = np.mean([f.high - f.low for f in chosen])
        ours = np.mean([f.crps or 0.0 for f in chosen])
        theirs = np.mean([f.crps_baseline or 0.0 for f in chosen])
        pits = ", ".join(f"{f.pit:.2f}" for f in chosen)
        rows.append(
            f"| {mode} | {len(chosen)} | {hits} ({low:.2f} to {high:.2f}) | {width:.2f} | {ours:.3f} | {theirs:.3f} | {pits} |"
        )
    return rows


def _of_mode(found: Validation, mode: str) -> Skill:
    chosen = [f for f in found.forecasts if f.is_scored and f.event.mode == mode]
    return Skill(*skill([f.crps or 0.0 for f in chosen], [f.crps_baseline or 0.0 for f in chosen]))


def repeated(found: Validation) -> tuple[int, Skill]:
    """Return the number of events whose mode has another event on record, and the skill over these alone."""
    scored = [f for f in found.forecasts if f.is_scored]
    many = Counter(f.event.mode for f in scored)
    chosen = [f for f in scored if many[f.event.mode] > 1]
    return len(chosen), Skill(*skill([f.crps or 0.0 for f in chosen], [f.crps_baseline or 0.0 for f in chosen]))


def every_event(found: Validation) -> list[str]:
    """Return a row for each scored event: forecast, record, score."""
    scored = sorted((f for f in found.forecasts if f.is_scored), key=lambda f: (f.event.mode, f.event.event_id))
    return [
        f"| {f.event.event_id} | {f.event.mode} | {f.event.held:,} | {f.low:.2f} - {f.middle:.2f} - {f.high:.2f} |"
        f" {_record(f)} | {'yes' if f.inside else '**no**'} | {f.crps or 0.0:.3f} |"
        for f in scored
    ]


def failing(found: Validation) -> list[str]:
    """Return a line for each event outside its forecast."""
    return [
        f"- {f.event.event_id} ({f.event.mode}, {f.event.held:,} held): forecast {f.low:.2f} to {f.high:.2f}, record"
        f" {_record(f)}."
        for f in found.forecasts
        if f.is_scored and not f.inside
    ]


def _record(forecast: Forecast) -> str:
    event = forecast.event
    if event.best is not None:
        return f"{event.share(event.best):.3f}"
    assert event.low is not None and event.high is not None
    return f"{event.share(event.low):.2f} to {event.share(event.high):.2f}"


def counts(found: Validation) -> list[str]:
    """Return the rows of events of fire near a place, of which a count is known but not of how many."""
    rows = []
    for f in found.forecasts:
        event = f.event
        if event.mode != "shelling_explosion" or event.held or event.low is None or event.high is None or event.is_zero:
            continue
        some = HELD_UNKNOWN * f.sample[f.sample > 0.0]
        low, middle, high = np.quantile(some, (0.05, 0.5, 0.95))
        told = f"{event.best:,}" if event.best is not None else f"{event.low:,} to {event.high:,}"
        held = "yes" if event.low <= high and event.high >= low else "**no**"
        rows.append(f"| {event.event_id} | {low:,.0f} - {middle:,.0f} - {high:,.0f} | {told} | {held} |")
    return rows


def page(found: Validation, replicates: int) -> str:
    """Return the page."""
    scored = [f for f in found.forecasts if f.is_scored]
    pits = np.array([f.pit for f in scored], float)
    distance = stats.kstest(pits, "uniform")
    data = found.as_data()
    about = json.loads((folder() / "draws" / "record.json").read_text("utf-8"))
    why = Counter(f.event.why_not_scored for f in found.forecasts if f.event.why_not_scored)
    zero = [f for f in found.forecasts if f.brier_none is not None]
    against = {
        "other events of the mode, mixed with all": found.against_baseline,
        "all other events": found.against_pooled,
        "a uniform share": found.against_uniform,
    }
    unconstrained = ", ".join(f"`{path}`" for path, fitted in about["fitted"].items() if not fitted)
    many, over_many = repeated(found)
    positive = [label for label, one in against.items() if one.low > 0]
    verdict = (
        "The interval of the skill lies above 0 against all three."
        if len(positive) == 3
        else f"The interval of the skill lies above 0 against {len(positive)} of three; where it does not, no skill is shown."
    )
    scored = [f for f in found.forecasts if f.is_scored]
    attacks = [f for f in scored if f.event.mode == "external_assault"]
    shares = [f.event.share(f.event.best) for f in attacks if f.event.best is not None]
    lines = [
        "# Validation",
        "",
        f"Written by `python -m benchmarks.validation`; do not edit. {datetime.now(UTC):%d %B %Y}, {replicates} replicates of each"
        f" event, posterior of {about['made']} (rules {about['rules']}). The same numbers: `detention-sim validate`.",
        "",
        "## Method",
        "",
        "Each event of [the record](../scenarios/events/mass-escapes.csv) is a single place of detention over two days. It is given"
        " what was known: people held, guards where known, how it began, whether the ground changed hands. What its mode implies"
        " happens at hour 0, so this is a forecast *given how it began*, not a warning. The rest (guards where unknown, walls,"
        " room, attackers, the event's own luck) is drawn anew each time from the ranges in sim/scenario/eventworld.py; names,"
        " countries and dates do not enter. Numbers of the rules come from the posterior of [calibration.md](calibration.md), fitted"
        " without any event of the same country or conflict. Events in which somebody got out are scored given that somebody did,"
        " since the record was selected for it. A forecast is of the share as recorded: with the error that the fit allows an"
        " accepted figure, and with emptied places told of as 1 (sim/analysis/recorded.py). The baseline mixes the other events of the mode (weight n / (n + 3)) with all other"
        " events, and leaves out the same country or conflict.",
        "",
        "## Found",
        "",
        f"{found.n_scored} events scored. The 90% forecast holds {found.coverage:.0%} of them"
        f" (95% interval {found.coverage_low:.2f} to {found.coverage_high:.2f}), at a mean width of {found.mean_width:.2f};"
        f" the baseline's 90% range is {found.mean_width_baseline:.2f} wide and holds {found.coverage_baseline:.0%}. Differences to the baseline,"
        f" with 95% bootstrap intervals over events: in width {told(found.width)}, {told(width_of(attacks))} for attacks and"
        f" {told(width_of([f for f in scored if f not in attacks]))} for all other modes; in the interval score, which charges width and misses together, {told(found.interval_score)}.",
        "",
        "| CRPS skill against | (95% bootstrap interval over events) |",
        "|---|---|",
        *(f"| {label} | {told(one)} |" for label, one in against.items()),
        "",
        verdict,
        "",
        f"Modes of a single event rest on how the mode is imposed: over the {many} events whose mode is on record more than"
        f" once the skill against the baseline is {told(over_many)}.",
        "",
        f"Mean CRPS {data['crps']:.3f}, interval score {data['interval_score']:.2f}, ignorance {data['ignorance']:.2f} bits (bins of"
        " the VIEWS challenge 2023/24). PIT values against a uniform: Kolmogorov's distance"
        f" {distance.statistic:.2f}, p = {distance.pvalue:.2f}.",
        "",
        "![Every event with forecast and record](images/validation.svg)",
        "",
        "| mode | events | inside 90% | width | CRPS | baseline | PIT |",
        "|---|---|---|---|---|---|---|",
        *by_mode(found),
        "",
        "Each event, by numbers fitted without its country or conflict (5% - 50% - 95%):",
        "",
        "| event | mode | held | forecast | record | inside | CRPS |",
        "|---|---|---|---|---|---|---|",
        *every_event(found),
        "",
        "Nobody got out, scored apart (Brier score of the chance that nobody would): "
        + "; ".join(f"{f.event.event_id} chance {f.none_out:.2f}, score {f.brier_none:.2f}" for f in zero)
        + ".",
        "",
        f"Fire near a place, {HELD_UNKNOWN} held assumed since no event says how many were; the numbers of the rule are not"
        " fitted. Persons out, 5% - 50% - 95%:",
        "",
        "| event | forecast | record | inside |",
        "|---|---|---|---|",
        *counts(found),
        "",
        "Listed and not scored: " + ", ".join(f'{n} for "{reason}"' for reason, n in why.items()) + ".",
        "",
        "## Where it fails",
        "",
        *(failing(found) or ["No event lies outside its 90% forecast."]),
        "",
        "Attacks make up half of the record, and their outcomes run from a tenth to all: what would tell them apart (who held keys,"
        " how fast relief came, what attackers wanted) is not known beforehand, so forecasts of them are wide: skill against the"
        f" baseline {told(_of_mode(found, 'external_assault'))}. The gain is mostly in modes with one event on record (handover, captor's release, disaster, monitors gone): their forecast rests on how that"
        " mode is imposed, not on a fit (`VARIANTS` in sim/scenario/eventworld.py), and the level of an insider's handover is that one event's own"
        " number, so it is not out of sample. Where guards leave, the mechanism that the model is about, and in tunnels, the forecast does worse than"
        " the baseline. The figure of Ain Issa (M40) is contested from 100 to 950: it counts as inside wherever the forecast meets that"
        " range, is scored at its middle, and constrains the fit hardly at all.",
        "",
        "What was tried for attacks, by the leave-one-out score ([calibration.md](calibration.md), forms of the "
        "rule): the exponent of size near 0, near 1 and free, little and much self-release, force that hardly "
        "matters and force that nearly decides, attacks much alike and very unlike in how fast cells open, relief soon "
        "and late. Where a form differs from the free fit by more than its standard error it does worse, so the record "
        "cannot choose between them. The form that would have to change is the opening of cells: its "
        "spread between events is what makes the forecasts wide, and only a number known beforehand that it "
        f"depends on would narrow it. The narrowest range that holds all but one of the {len(shares)} accepted shares of attacks is "
        f"{narrowest(shares):.2f} wide, so nothing that treats attacks alike can be right and much narrower.",
        "",
        "## Expected on other events",
        "",
        "Modes of the same kinds, reported because they succeeded: coverage near that above, skill near that above with the"
        ' spread of its interval; for attacks alone, that given under "Where it fails". A mode that is not known is forecast by a mixture of all, and'
        " is wide.",
        "",
        "## What the record does not constrain",
        "",
        f"{unconstrained}: the recovery test does not find them again, and their posterior is their prior's but for chance. A"
        " result that turns on one of them is an assumption's."
        if unconstrained
        else "Every number freed is narrowed by the record.",
        "",
        "## Rival claims",
        "",
        "![Ranks of the truth among what `estimate` believes, by who speaks](images/claims-ranks.png)",
        "",
        "*Simulation-based calibration of `estimate`, 2,000 truths for each mix of roles: even if the code is right."
        " Coverage, and events left out: [estimate.md](estimate.md).*",
        "",
        "## Not to be used for",
        "",
        "The chance that an attack or a rising happens; which place it would be; warning; any place or group by name. Shares are"
        ' "given that it began and somebody got out".',
        "",
        f"Weight of the mode in the baseline: n / (n + {SHRINK:g}).",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Validate, draw and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replicates", type=int, default=REPLICATES)
    given = parser.parse_args()
    found = validate(replicates=given.replicates, workers=os.cpu_count() or 1)
    figure(found)
    PAGE.write_text(page(found, given.replicates), "utf-8")
    print(f"coverage {found.coverage:.2f}, skill {told(found.against_baseline)}")


if __name__ == "__main__":
    main()
