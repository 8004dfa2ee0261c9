"""The content of the brief as plain data: answers in words, tables of text."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim.analysis.effects import effects, not_compared
from sim.analysis.escapes import median_interval, never_bound, summary
from sim.analysis.gap import Delays, delay_quantile, delays
from sim.analysis.modes import modes
from sim.analysis.summary import defined, quantiles
from sim.analysis.tipping import PATH
from sim.outcomes import CAUSES, HEADLINE, ROLE_COLUMNS
from sim.plots.facilities import ranked
from sim.plots.provenance import Provenance
from sim.plots.view import Numbers, ResultsView, Site
from sim.report.carried import worlds
from sim.report.decision import head as lever_head
from sim.report.decision import lines as lever_lines
from sim.report.decision import rows as lever_rows
from sim.wording import between, count, days, mean, middle, per_cent, setting, settings, span, thinness, thinnest, tidy

HUNDRED = 100
"""Fewest runs of which a worst one in a hundred is named."""
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
LIMITS = (
    "It is no forecast. It says what follows if the scenario holds, with the spread that the scenario's own uncertainty"
    " and chance bring about; many of its numbers are assumed, and `detention-sim params` says which.",
    "It is no evidence of what happened at any place. Confirmed, claimed and reported are what the model's observers"
    " say in a simulated world.",
    "It gives no operational guidance: it holds no site plans, no positions of named units, and optimises no attack."
    " It works on aggregate, public facts.",
    "People are counted, not judged: an escape says nothing about guilt, and most of those held in camps are women and"
    " children.",
)
GLOSSARY = (
    ("exit (escape)", "a person crossing a facility's outer perimeter without a decision of its first custodian."),
    (
        "confirmed",
        "exits that count as confirmed by the scenario's rule; a later confirmation replaces an earlier one.",
    ),
    ("gap", "exits less exits confirmed, run by run; its median is not the difference of the two medians."),
    ("people out", "persons who escaped at least once; who escapes twice makes two exits."),
    ("accounted for", "people out for whom a true report of an observer accounts, over all who are out."),
    ("never truly reported", "exits in episodes (no pause over 24 hours) of which no observer makes a true report."),
    (
        "median, 90%",
        "half of all runs lie below the median; nine in ten lie in the 90% range: luck and what is not known.",
    ),
    (
        "known to, error",
        "how well the number of runs lets a figure be known (95%): it shrinks with more runs, the range does not.",
    ),
    ("run (replicate)", "one simulated history of the same scenario."),
)


class Answer(NamedTuple):
    """A question of the decision-maker, the short answer, and the details."""

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


def answers(view: ResultsView) -> list[Answer]:
    """Return the answers to the four questions at the reference point; none without a finished replicate."""
    if not view.index or not len(view.runs(HEADLINE)[view.reference]):
        return []
    return [_how_many(view), _how_known(view), _where(view), _how_thin(view)]


def tables(view: ResultsView) -> list[Table]:
    """Return every table that applies."""
    if not view.index or not len(view.runs(HEADLINE)[view.reference]):
        return []
    found = [_factors(view), _points(view), _sites(view), _causes(view), _claims(view), _states(view)]
    return [table for table in found if table is not None and table.rows]


def _how_many(view: ResultsView) -> Answer:
    escaped = view.pooled(HEADLINE)
    found = summary(escaped)
    held = float(np.median(view.pooled("population")))
    question = "How many could get out?"
    if found.largest <= 0:
        bound = per_cent(never_bound(len(view.unlevered) if view.sampled else found.n))
        return Answer(question, "nobody in any run", (f"At 95% confidence, fewer than {bound} of runs would see any.",))
    if found.n == 1:
        share = f"{per_cent(found.q50 / held)} of the {count(held)} people detained at the start. " if held > 0 else ""
        said = f"{share}One run shows what may happen; how likely it is takes many."
        return Answer(question, f"{count(found.q50)} in the one run", (said,))
    low, high = median_interval(escaped, view.worlds(view.reference))
    some = per_cent(float(np.mean(escaped > 0)))
    headline = f"{count(found.q50)} (median)" if found.q50 >= 0.5 else f"somebody in {some} of runs"
    details = [f"Nine in ten runs lie {between(found.q05, found.q95)}; the mean is {mean(found.mean)}."]
    if found.n >= HUNDRED:
        details.append(f"The worst run in a hundred lets out {count(found.q99)} or more.")
    else:
        details.append(f"The worst of {found.n:,} runs lets out {count(found.largest)}.")
    if found.q50 < 0.5:
        details.append("The median is 0.")
    elif held > 0:
        details.append(f"The median is {per_cent(found.q50 / held)} of the {count(held)} people detained at the start.")
    if low == low and high == high:
        details.append(f"With {found.n:,} runs the median is known to lie {between(low, high)} (95%).")
    else:
        details.append(f"{found.n:,} runs cannot say how well the median is known.")
    kinds = modes(escaped)
    if kinds:
        told = "; ".join(f"{per_cent(mode.share)} of runs about {count(mode.middle)}" for mode in kinds)
        details.append(f"Runs come in {len(kinds)} kinds, so the median describes few of them: {told}.")
    return Answer(question, headline, tuple(details))


def _how_known(view: ResultsView) -> Answer:
    question = "How much of it would anyone know?"
    confirmed, gap = summary(view.pooled("confirmed")), summary(view.pooled("gap"))
    shares = view.pooled("undetected_share")
    first = view.pooled("first_escape_day")
    once = gap.n == 1
    headline = f"{count(confirmed.q50)} confirmed{'' if once else ' (median)'}"
    median = f" (median; 90% of runs: {span(gap.q05, gap.q95)})"
    details = [
        f"The gap, exits not confirmed, is {count(gap.q50)}{'' if once else median}."
        + (" Below zero, more is confirmed than happened." if gap.q05 < -0.5 else "")
    ]
    if np.isnan(first).all():
        details.append("Nobody gets out in any run, so there is nothing to detect.")
        return Answer(question, headline, tuple(details))
    low, half, high = quantiles(defined("undetected_share", shares), (0.05, 0.5, 0.95))
    shown = per_cent(low) if per_cent(low) == per_cent(high) else f"{per_cent(low)} to {per_cent(high)}"
    median = f" (median; 90% of the runs with exits: {shown})"
    details.append(f"{per_cent(half)} of exits are never truly reported{'' if once else median}.")
    horizon = view.horizon(view.reference)
    for name, words in (("first_report_day", "true report"), ("first_confirmed_day", "confirmed count")):
        found = delays(first, view.pooled(name), horizon)
        details.append(_first(words, found, horizon, once=once))
    return Answer(question, headline, tuple(details))


def _first(words: str, found: Delays, horizon: float, *, once: bool) -> str:
    """Return how long after the first escape something is first known, and in how many runs it never is."""
    half = delay_quantile(found, 0.5)
    if once and found.never:
        return f"There is no {words} by day {horizon:g}."
    if once:
        return f"A first {words} comes {days(half)} after the first escape."
    never = f"there is none in {per_cent(found.never)} of runs" if found.never else "every run has one"
    if math.isnan(half):
        return f"A first {words} does not come in half of all runs; by day {horizon:g} {never}."
    return f"A first {words} comes {days(half)} after the first escape (median); by day {horizon:g} {never}."


def _where(view: ResultsView) -> Answer:
    question = "Where, and why?"
    causes = {cause: float(np.mean(view.pooled(f"escaped_{cause}"))) for cause in CAUSES}
    total = sum(causes.values())
    sites = _ranked_by_number(view)
    if total <= 0:
        return Answer(question, "nowhere", ("No exit in any run.",))
    first = max(causes, key=lambda cause: causes[cause])
    whole = "of all exits" if view.once else "of all exits over all runs"
    details = [f"By cause: {', '.join(_parts(causes, total))} {whole}."]
    if sites:
        means = {tidy(site.name, 40): float(np.mean(site.escaped)) for site in sites}
        details.append(f"By place: {', '.join(_parts(means, sum(means.values())))}.")
        often = [site for site in sites if float(np.mean(site.escaped >= 0.5 * site.held)) >= 0.05]
        details += [_emptied(often)] if often else []
        headline = f"{tidy(sites[0].name, 40)}; {first}"
    else:
        headline = first
    return Answer(question, headline, tuple(details))


def _ranked_by_number(view: ResultsView) -> list[Site]:
    if not view.has("facilities"):
        return []
    return sorted(view.sites(view.reference), key=lambda site: (-float(np.mean(site.escaped)), site.name))


def _parts(values: dict[str, float], total: float) -> list[str]:
    """Return the three largest parts of a whole, in words."""
    order = sorted(values, key=lambda name: -values[name])[:3]
    return [f"{name} {per_cent(values[name] / total)}" for name in order if values[name] > 0]


def _emptied(sites: list[Site]) -> str:
    often = {tidy(site.name, 40): float(np.mean(site.escaped >= 0.5 * site.held)) for site in sites}
    order = sorted(often, key=lambda name: -often[name])
    once = len(sites[0].escaped) == 1
    named = ", ".join(name if once else f"{name} in {per_cent(often[name])} of runs" for name in order[:3])
    more = f", and {len(sites) - 3} more places{'' if once else ' in fewer'}" if len(sites) > 3 else ""
    return f"Exits come to half of the number held or more at {named}{more}."


def _how_thin(view: ResultsView) -> Answer:
    question = "How thin can guards get?"
    found = view.tipping
    if found is None:
        asked = f"These results do not vary {PATH} alone over numbers; `detention-sim sweep guards-tipping` does."
        return Answer(question, "not asked here", (asked,))
    listed = [f"{count(found.median(scale))} at {scale:g}" for scale in found.scales[:14]]
    sentence = thinness(found)
    details = (f"{sentence[0].upper()}{sentence[1:]}.", f"Median people out: {', '.join(listed)}.")
    return Answer(question, thinnest(found).removesuffix(","), details)


def _factors(view: ResultsView) -> Table | None:
    """Return the effect of each varied factor on the median number of people out."""
    if not view.varied or len(view.points) > 2000:
        return None
    table = view.results.paired(HEADLINE)
    found = effects(table, view.varied)
    rows = tuple(
        (
            tidy(e.path, 60),
            setting(e.least) if e.change else "–",
            setting(e.most) if e.change else "–",
            f"{count(e.change)} ({count(e.low)} to {count(e.high)})" + ("" if e.told else ", not told apart from none"),
        )
        for e in found
    )
    note = (
        "Change of the median number of people out from the value where it is least to that where it is most, all other"
    )
    note += " factors averaged; 95% intervals that hold for all levels at once. Of a sampled number, a quarter of its"
    note += " range each."
    missing = not_compared(table, view.varied)
    rows += tuple((tidy(path, 60), "–", "–", "not compared: too few points") for path in missing)
    title = "What matters most" + (" of the factors compared" if missing else "")
    if not any(e.told for e in found):
        title = "What matters: no factor is told apart from none" if found else "What matters: too few points to tell"
    return Table(title, note, ("factor", "least at", "most at", "change of median people out"), rows)


def decision(view: ResultsView) -> tuple[Table, list[str]] | None:
    """Return the levers of a study against doing nothing, and what follows; None where there is none to tell."""
    found = view.study
    if found is None:
        return None
    heads, rows = lever_rows(found)
    return Table("Which lever", f"{lever_head(found)}.", heads, tuple(rows)), list(lever_lines(found))


def _points(view: ResultsView) -> Table | None:
    """Return a row for every point of a sweep."""
    if len(view.points) < 2:
        return None
    columns = {name: view.runs(name) for name in (HEADLINE, "confirmed", "gap", "accounted_share")}
    rows = []
    for n, values in enumerate(view.points[:MOST_POINTS]):
        if not len(columns[HEADLINE][n]):
            continue
        out = columns[HEADLINE][n]
        share = columns["accounted_share"][n]
        known = defined("accounted_share", share)
        rows.append(
            (
                f"{view.index[n]}",
                *(setting(values[path]) for path in view.varied),
                middle(out),
                count(float(quantiles(out, (0.99,))[0])) if len(out) >= HUNDRED else "–",
                count(float(np.median(columns["confirmed"][n]))),
                count(float(np.median(columns["gap"][n]))),
                per_cent(float(np.median(known))) if len(known) else "–",
            )
        )
    left = len(view.points) - MOST_POINTS
    note = "Medians over runs; people out with the 90% range, and what the worst run in a hundred lets out or more."
    note = "One run of each point." if view.replicates[1] == 1 else note
    note += f" {left:,} further points are in points.parquet." if left > 0 else ""
    heads = (
        "point",
        *(tidy(p, 40) for p in view.varied),
        "people out" if view.replicates[1] == 1 else "people out (90%)",
        "1 in 100",
        "confirmed",
        "gap",
        "accounted for",
    )
    return Table("Every point", note, heads, tuple(rows), 1 + len(view.varied))


def _sites(view: ResultsView) -> Table | None:
    """Return a row for every facility."""
    if not view.has("facilities"):
        return None
    sites = ranked(view.sites(view.reference))
    rows = []
    for site in sites[:MOST_SITES]:
        rows.append(
            (
                tidy(site.name, 40),
                count(site.held),
                middle(site.escaped),
                per_cent(float(np.mean(site.escaped)) / site.held),
                *_some(site.escaped),
                count(float(np.median(site.confirmed))),
                count(float(np.median(site.escaped - site.confirmed))),
            )
        )
    left = len(sites) - MOST_SITES
    note = (
        "Worst first. Residents of camps, who may walk out, are not among those held. Exits, not people: who gets out"
    )
    note += " twice, or was brought there, makes more exits than the number held at the start has people."
    note += f" {left:,} further facilities are left out." if left > 0 else ""
    heads: tuple[str, ...] = (
        "facility", "held", "exits, median (90%)", "mean, of held", "runs with any", "confirmed", "gap",
    )  # fmt: skip
    heads = ("facility", "held", "exits", "of held", "confirmed", "gap") if view.once else heads
    return Table("By facility", note, heads, tuple(rows))


def _causes(view: ResultsView) -> Table | None:
    """Return a row for every cause."""
    total = float(np.mean(view.pooled("escaped")))
    if total <= 0:
        return None
    rows = []
    for cause in sorted(CAUSES, key=lambda c: -float(np.mean(view.pooled(f"escaped_{c}")))):
        values = view.pooled(f"escaped_{cause}")
        average = float(np.mean(values))
        spread = () if view.once else (middle(values),)
        rows.append((cause, mean(average), per_cent(average / total), *spread, *_some(values)))
    heads: tuple[str, ...] = ("cause", "mean exits", "share of exits", "median (90%)", "runs with any")
    heads = ("cause", "exits", "share of exits") if view.once else heads
    return Table("By cause", "The first cause that applies to each exit.", heads, tuple(rows))


def _some(values: Numbers) -> tuple[str, ...]:
    """Return in how many runs there is any; nothing of one run, whose number says it."""
    return (per_cent(float(np.mean(values > 0))),) if len(values) > 1 else ()


def _claims(view: ResultsView) -> Table | None:
    """Return the claims of each role at the horizon, against the truth of the same run."""
    escaped = view.pooled("escaped")
    rows: list[tuple[str, ...]] = []
    for role in ROLE_COLUMNS:
        claim = view.pooled(f"claimed_{role}")
        made = ~np.isnan(claim)
        if not made.any():
            continue
        if view.once:
            rows.append((role.replace("_", " "), count(claim[0]), count(escaped[0])))
            continue
        over = float(np.mean(claim[made] > 1.1 * escaped[made]))
        under = float(np.mean(claim[made] < 0.9 * escaped[made]))
        often = per_cent(float(np.mean(made)))
        rows.append((role.replace("_", " "), often, middle(claim[made]), per_cent(under), per_cent(over)))
    heads: tuple[str, ...] = (
        "role", "runs with a number", "claims, median (90%)", "more than 10% too low", "more than 10% too high",
    )  # fmt: skip
    note = "At the horizon, of the runs in which it names a number."
    if view.once:
        heads, note = ("role", "exits claimed", "exits"), "At the horizon."
    return Table("What each side claims", note, heads, tuple(rows))


def _states(view: ResultsView) -> Table:
    """Return the number of people in each state at the horizon."""
    held = float(np.median(view.pooled("population")))
    rows = []
    for name, words in STATES:
        rows.append((words, middle(view.pooled(name))))
    note = f"Of {count(held)} people detained at the start; people, but for returns, which may count one person twice."
    return Table(
        "Where they are at the horizon",
        note,
        ("state", "persons" if view.once else "persons, median (90%)"),
        tuple(rows),
    )


def provenance(view: ResultsView) -> list[tuple[str, str]]:
    """Return the provenance of the numbers: scenario, program, seed, inputs."""
    manifest: dict[str, Any] = view.results.manifest
    told = Provenance.of(view)
    timings = manifest.get("timings") or {}
    packages = manifest.get("packages") or {}
    done = manifest.get("counts", {}).get("done", 0)
    rows = [
        ("scenario or sweep", tidy(told.name, 200)),
        ("status", f"{view.results.status}, {done:,} replicate{'' if done == 1 else 's'} done, {view.failed:,} failed"),
        ("points", view.points_said),
        ("replicates of each", view.replicates_said),
        ("seed", told.seed),
        ("days simulated", f"{view.horizon(view.reference):g}" if view.index else ""),
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


def setting_of(view: ResultsView) -> str:
    """Return which of several points the answers are about, in a sentence; empty if there is one."""
    if len(view.points) < 2:
        return ""
    if view.sampled:
        return f"The answers are over {worlds(view)}, which stand for what is not known."
    return f"The answers are for the one nearest the defaults: {settings(view.fixed())}. All are in the annex."
