"""What the brief says, as plain data: answers in words, tables of text."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim.analysis.escapes import median_interval, never_bound, summary
from sim.analysis.gap import delay_quantile, delays
from sim.experiment.findings import effects, paired
from sim.experiment.summary import quantiles
from sim.outcomes import CAUSES, ROLE_COLUMNS
from sim.plots import tipping
from sim.plots.facilities import ranked
from sim.plots.provenance import Provenance
from sim.plots.study import Numbers, Site, Study
from sim.plots.style import count, days, mean, per_cent, setting, settings, tidy

MOST_POINTS = 100
MOST_SITES = 60
STATES = (
    ("held", "held in a modelled facility, whoever controls it"),
    ("at_large", "at large"),
    ("rejoined", "back with the held movement"),
    ("left_theatre", "gone from the theatre"),
    ("dead", "dead"),
    ("transferred", "moved into custody elsewhere"),
    ("repatriated", "repatriated, lawful release included"),
    ("recaptured", "returns to custody so far"),
)
NOT = (
    "It is no forecast. It says what follows if the scenario holds, with the spread that the scenario's own uncertainty"
    " and chance bring about; many of its numbers are assumed, and `detention-sim params` says which.",
    "It is no evidence of what happened at any place. Confirmed, claimed and reported are what the model's observers"
    " say in a simulated world.",
    "It gives no operational guidance: it holds no site plans, no positions of named units, and optimises no attack."
    " It works on aggregate, public facts.",
    "People are counted, not judged: an escape says nothing about guilt, and most of those held in camps are women and"
    " children.",
)
WORDS = (
    ("exit (escape)", "a person crossing a facility's outer perimeter without a decision of its first custodian."),
    (
        "confirmed",
        "exits that count as confirmed by the scenario's rule; a later confirmation replaces an earlier one.",
    ),
    ("gap", "exits less exits confirmed, run by run; its median is not the difference of the two medians."),
    ("never truly reported", "exits in episodes (no pause over 24 hours) of which no observer makes a true report."),
    ("median, 90%", "half of all runs lie below the median; nine in ten lie in the 90% range."),
    ("run (replicate)", "one simulated history of the same scenario."),
)


class Answer(NamedTuple):
    """A question of the decision-maker, the short answer, and what stands behind it."""

    question: str
    headline: str
    details: tuple[str, ...]


class Table(NamedTuple):
    """A table of text; the first `names` columns are names, the others numbers."""

    title: str
    note: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: int = 1


def answers(study: Study) -> list[Answer]:
    """The four questions, at the reference point; none where no replicate came to its end."""
    if not study.index or not len(study.runs("escaped")[study.reference]):
        return []
    return [_how_many(study), _how_known(study), _where(study), _how_thin(study)]


def tables(study: Study) -> list[Table]:
    """Every table that applies."""
    if not study.index or not len(study.runs("escaped")[study.reference]):
        return []
    found = [_factors(study), _points(study), _sites(study), _causes(study), _claims(study), _states(study)]
    return [table for table in found if table is not None and table.rows]


def _column(study: Study, name: str) -> Numbers:
    return study.runs(name)[study.reference]


def _how_many(study: Study) -> Answer:
    escaped = _column(study, "escaped")
    found = summary(escaped)
    held = float(np.median(_column(study, "population")))
    question = "How many could get out?"
    if found.largest <= 0:
        bound = per_cent(never_bound(found.n))
        return Answer(question, "nobody in any run", (f"At 95% confidence, fewer than {bound} of runs would see any.",))
    low, high = median_interval(escaped)
    details = [
        f"Nine in ten runs lie between {count(found.q05)} and {count(found.q95)}; the mean is {mean(found.mean)}."
    ]
    if found.n >= 100:
        details.append(f"The worst run in a hundred lets out {count(found.q99)} or more.")
    else:
        details.append(f"The worst of {found.n:,} runs lets out {count(found.largest)}.")
    if held > 0:
        details.append(f"The median is {per_cent(found.q50 / held)} of the {count(held)} people detained at the start.")
    details.append(f"With {found.n:,} runs the median is known to lie between {count(low)} and {count(high)} (95%).")
    return Answer(question, f"{count(found.q50)} in the median run", tuple(details))


def _how_known(study: Study) -> Answer:
    question = "How much of it would anyone know?"
    confirmed, gap = summary(_column(study, "confirmed")), summary(_column(study, "gap"))
    shares = _column(study, "undetected_share")
    first = _column(study, "first_escape_day")
    details = [
        f"{_spread('The gap, exits not confirmed, is', gap.q50, gap.q05, gap.q95)}"
        + (" Below zero, more is confirmed than happened." if gap.q05 < -0.5 else "")
    ]
    if np.isnan(first).all():
        details.append("Nobody gets out in any run, so there is nothing to detect.")
        return Answer(question, f"{count(confirmed.q50)} confirmed in the median run", tuple(details))
    low, middle, high = quantiles(shares[~np.isnan(shares)], (0.05, 0.5, 0.95))
    details.append(
        f"{per_cent(middle)} of exits are never truly reported (90% of runs: {per_cent(low)} to {per_cent(high)})."
    )
    horizon = study.horizon(study.reference)
    for column, words in (("first_report_day", "true report"), ("first_confirmed_day", "confirmed count")):
        found = delays(first, _column(study, column), horizon)
        half = delay_quantile(found, 0.5)
        when = (
            f"comes {days(half)} after the first escape in the median run" if not math.isnan(half) else "does not come"
        )
        where = "" if not math.isnan(half) else " in half of all runs"
        never = f"there is none in {per_cent(found.never)} of runs" if found.never else "every run has one"
        details.append(f"A first {words} {when}{where}; by day {horizon:g} {never}.")
    return Answer(question, f"{count(confirmed.q50)} confirmed in the median run", tuple(details))


def _spread(words: str, middle: float, low: float, high: float) -> str:
    return f"{words} {count(middle)} in the median run (90% of runs: {count(low)} to {count(high)})."


def _where(study: Study) -> Answer:
    question = "Where, and why?"
    causes = {cause: float(np.mean(_column(study, f"escaped_{cause}"))) for cause in CAUSES}
    total = sum(causes.values())
    sites = _ranked_by_number(study)
    if total <= 0:
        return Answer(question, "nowhere", ("No exit in any run.",))
    first = max(causes, key=lambda cause: causes[cause])
    details = [f"By cause: {', '.join(_parts(causes, total))} of all exits over all runs."]
    if sites:
        means = {tidy(site.name, 40): float(np.mean(site.escaped)) for site in sites}
        details.append(f"By place: {', '.join(_parts(means, sum(means.values())))}.")
        often = [site for site in sites if float(np.mean(site.escaped >= 0.5 * site.held)) >= 0.05]
        details += [_emptied(often)] if often else []
        headline = f"{tidy(sites[0].name, 40)}; {first}"
    else:
        headline = first
    return Answer(question, headline, tuple(details))


def _ranked_by_number(study: Study) -> list[Site]:
    if not study.has("facilities"):
        return []
    return sorted(study.sites(study.reference), key=lambda site: (-float(np.mean(site.escaped)), site.name))


def _parts(values: dict[str, float], total: float) -> list[str]:
    """The three largest parts of a whole, in words."""
    order = sorted(values, key=lambda name: -values[name])[:3]
    return [f"{name} {per_cent(values[name] / total)}" for name in order if values[name] > 0]


def _emptied(sites: list[Site]) -> str:
    often = {tidy(site.name, 40): float(np.mean(site.escaped >= 0.5 * site.held)) for site in sites}
    order = sorted(often, key=lambda name: -often[name])
    named = ", ".join(f"{name} in {per_cent(often[name])} of runs" for name in order[:3])
    more = f", and {len(sites) - 3} more places in fewer" if len(sites) > 3 else ""
    return f"Half of its people or more leave {named}{more}."


def _how_thin(study: Study) -> Answer:
    question = "How thin can guards get?"
    path = tipping.PATH
    if path not in study.varied or not study.numeric(path):
        return Answer(
            question,
            "not asked here",
            (f"These results do not vary {path}; `detention-sim sweep guards-tipping` does.",),
        )
    x = [float(study.points[n][path]) for n in tipping.line(study)]
    band = tipping.band(study)
    medians = [float(np.median(study.runs("escaped")[n])) for n in tipping.line(study)]
    at = f"Medians of exits: {', '.join(f'{count(m)} at {v:g}' for m, v in list(zip(medians, x, strict=True))[:14])}."
    if band is None:
        return Answer(
            question,
            "no tipping point found",
            (f"Between {min(x):g} and {max(x):g} of the guards order does not tip over.", at),
        )
    headline = tipping.title(band, np.array(x), np.array([[0, 0, m, 0, 0] for m in medians]))
    lost = (
        f"Order is lost in a run with more than {count(band.threshold)} exits; it holds where at most one in ten is so."
    )
    return Answer(question, headline[0].lower() + headline[1:], (lost, at))


def _factors(study: Study) -> Table | None:
    """What each varied factor does to the median number of exits."""
    if not study.varied or len(study.points) > 2000:
        return None
    found = effects(paired(study.results), study.varied)
    rows = tuple(
        (
            tidy(e.path, 60),
            setting(e.least) if e.change else "–",
            setting(e.most) if e.change else "–",
            f"{count(e.change)} ({count(e.low)} to {count(e.high)})",
        )
        for e in found
    )
    note = "Change of the median number of exits from the value where it is least to that where it is most, all other"
    note += " factors averaged; 95% interval from paired replicates."
    return Table("What matters most", note, ("factor", "least at", "most at", "change of median exits"), rows)


def _points(study: Study) -> Table | None:
    """Every point of a sweep."""
    if len(study.points) < 2:
        return None
    columns = {name: study.runs(name) for name in ("escaped", "confirmed", "gap", "undetected_share")}
    rows = []
    for n, values in enumerate(study.points[:MOST_POINTS]):
        if not len(columns["escaped"][n]):
            continue
        low, middle, high, tail = quantiles(columns["escaped"][n], (0.05, 0.5, 0.95, 0.99))
        share = columns["undetected_share"][n]
        known = share[~np.isnan(share)]
        rows.append(
            (
                f"{study.index[n]}",
                *(setting(values[path]) for path in study.varied),
                f"{count(middle)} ({count(low)}–{count(high)})",
                count(tail),
                count(float(np.median(columns["confirmed"][n]))),
                count(float(np.median(columns["gap"][n]))),
                per_cent(float(np.median(known))) if len(known) else "–",
            )
        )
    left = len(study.points) - MOST_POINTS
    note = "Medians over runs; exits with the 90% range and the worst run in a hundred."
    note += f" {left:,} further points are in points.parquet." if left > 0 else ""
    heads = (
        "point",
        *(tidy(p, 40) for p in study.varied),
        "exits (90%)",
        "1 in 100",
        "confirmed",
        "gap",
        "never truly reported",
    )
    return Table("Every point", note, heads, tuple(rows), 1 + len(study.varied))


def _sites(study: Study) -> Table | None:
    """By facility."""
    if not study.has("facilities"):
        return None
    sites = ranked(study.sites(study.reference))
    rows = []
    for site in sites[:MOST_SITES]:
        low, middle, high = quantiles(site.escaped, (0.05, 0.5, 0.95))
        rows.append(
            (
                tidy(site.name, 40),
                count(site.held),
                f"{count(middle)} ({count(low)}–{count(high)})",
                per_cent(float(np.mean(site.escaped)) / site.held),
                per_cent(float(np.mean(site.escaped > 0))),
                count(float(np.median(site.confirmed))),
                count(float(np.median(site.escaped - site.confirmed))),
            )
        )
    left = len(sites) - MOST_SITES
    note = "Worst first. Residents of camps, who may walk out, are not among those held."
    note += f" {left:,} further facilities are left out." if left > 0 else ""
    heads = ("facility", "held", "exits, median (90%)", "mean share out", "runs with any", "confirmed", "gap")
    return Table("By facility", note, heads, tuple(rows))


def _causes(study: Study) -> Table | None:
    """By cause."""
    total = float(np.mean(_column(study, "escaped")))
    if total <= 0:
        return None
    rows = []
    for cause in sorted(CAUSES, key=lambda c: -float(np.mean(_column(study, f"escaped_{c}")))):
        values = _column(study, f"escaped_{cause}")
        low, middle, high = quantiles(values, (0.05, 0.5, 0.95))
        some, average = float(np.mean(values > 0)), float(np.mean(values))
        rows.append(
            (
                cause,
                mean(average),
                per_cent(average / total),
                f"{count(middle)} ({count(low)}–{count(high)})",
                per_cent(some),
            )
        )
    heads = ("cause", "mean exits", "share of exits", "median (90%)", "runs with any")
    return Table("By cause", "The first cause that applies to each exit.", heads, tuple(rows))


def _claims(study: Study) -> Table | None:
    """What each role claims at the horizon, against the truth of the same run."""
    escaped = _column(study, "escaped")
    rows = []
    for role in ROLE_COLUMNS:
        claim = _column(study, f"claimed_{role}")
        made = ~np.isnan(claim)
        if not made.any():
            continue
        low, middle, high = quantiles(claim[made], (0.05, 0.5, 0.95))
        over = float(np.mean(claim[made] > 1.1 * escaped[made]))
        under = float(np.mean(claim[made] < 0.9 * escaped[made]))
        spread = f"{count(middle)} ({count(low)}–{count(high)})"
        rows.append((role.replace("_", " "), per_cent(float(np.mean(made))), spread, per_cent(under), per_cent(over)))
    heads = ("role", "runs with a number", "claims, median (90%)", "more than 10% too low", "more than 10% too high")
    return Table("What each side claims", "At the horizon, of the runs in which it names a number.", heads, tuple(rows))


def _states(study: Study) -> Table:
    """Where the people are at the horizon."""
    held = float(np.median(_column(study, "population")))
    rows = []
    for name, words in STATES:
        low, middle, high = quantiles(_column(study, name), (0.05, 0.5, 0.95))
        rows.append((words, f"{count(middle)} ({count(low)}–{count(high)})"))
    note = f"Of {count(held)} people detained at the start; people, but for returns, which may count one person twice."
    return Table("Where they are at the horizon", note, ("state", "persons, median (90%)"), tuple(rows))


def provenance(study: Study) -> list[tuple[str, str]]:
    """Where the numbers come from."""
    manifest: dict[str, Any] = study.results.manifest
    told = Provenance.of(study)
    timings = manifest.get("timings") or {}
    packages = manifest.get("packages") or {}
    done = manifest.get("counts", {}).get("done", 0)
    rows = [
        ("scenario or sweep", tidy(told.name, 200)),
        ("status", f"{study.results.status}, {done:,} replicates done, {study.failed:,} failed"),
        ("points", f"{len(study.points):,}"),
        ("replicates of each", f"{study.replicates[1]:,}"),
        ("seed", told.seed),
        ("days simulated", f"{study.horizon(study.reference):g}" if study.index else ""),
        ("recorded", str(manifest.get("record", ""))),
        ("program", f"detention-sim {told.version}, commit {told.revision or 'unknown'}"),
        ("hash of the code", told.code[:16]),
        ("Python", f"{manifest.get('python', '')} on {manifest.get('architecture', '')}"),
        ("packages", ", ".join(f"{name} {number}" for name, number in packages.items())),
        ("begun, took", f"{timings.get('started', '')}, {timings.get('seconds', '')} s"),
    ]
    rows += [(f"input {tidy(name, 120)}", f"SHA-256 {str(digest)[:16]}…") for name, digest in _inputs(manifest)]
    return [(name, value) for name, value in rows if value]


def _inputs(manifest: dict[str, Any]) -> list[tuple[str, object]]:
    return list((manifest.get("inputs") or {}).items())


def setting_of(study: Study) -> str:
    """Which point the answers are about, where there are several."""
    return settings(study.fixed()) if len(study.points) > 1 else ""
