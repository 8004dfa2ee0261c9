"""What one more observer buys: how much narrower the interval of exits becomes by keeping a pair of eyes at a place.

An option is a liaison team, a source or an orbit of surveillance that stays at one place when the sponsor goes. Each is
tried beside what is kept already, in the same replicates with the same random numbers; the one that narrows the last
day's 90% interval most is kept, and the others are tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.analysis.summary import half_width_95
from sim.experiment.running import Days
from sim.scenario.errors import InputError, Problem, one_of
from sim.scenario.parameters import Observer
from sim.scenario.resolved import Resolved

Floats = NDArray[np.float64]

REPLICATES = 100
PLACES = 3
"""Places tried where none is named: those that lose most on average."""
KEPT = 3
"""Options kept one after another."""
KINDS = ("liaison", "orbit", "source")


class Option(NamedTuple):
    """A pair of eyes that may be kept at a place."""

    kind: str
    place: str
    observer: Observer


class Bought(NamedTuple):
    """What an option buys beside those kept before it: narrowing of the 90% interval, its mean and 95% interval, exits.

    `step`: 0 where it is tried alone, else its number in the order; `width`: mean width before it.
    """

    step: int
    kind: str
    place: str
    width: float
    narrowing: float
    low: float
    high: float
    pairs: int

    def as_data(self) -> dict[str, Any]:
        """Return it as `estimate --keep --json` prints it."""
        return self._asdict()


class Kept(NamedTuple):
    """Replicates kept in memory, as `running` reads results: a scenario and its tables."""

    resolved: Resolved
    daily: Any
    events: Any
    reports: Any

    def table(self, name: str, columns: Sequence[str] | None = None, point: int | None = None) -> Any:
        """Return a table; of one point there is one alone."""
        found = getattr(self, name)
        return found if columns is None else found.select(list(columns))

    def scenario(self, point: int) -> Resolved:
        """Return the scenario."""
        return self.resolved


def options(resolved: Resolved, places: Sequence[str]) -> list[Option]:
    """Return what may be kept at these places, with the numbers that the scenario has for such eyes of the sponsor.

    An orbit over a place learns of an episode as one look does, and shares its origin with the rest of surveillance.
    """
    isr = resolved.scenario.isr
    templates: dict[str, Observer] = {
        "orbit": Observer(
            name="orbit", role="sponsor government", kind="source", reliability="B", credibility=2, origin="isr",
            detect=isr.detect_per_look, notice_size=0.0, delay_hours=isr.delay_hours, bias=isr.bias, error=isr.error,
        )
    }  # fmt: skip
    for observer in resolved.scenario.observers:
        if observer.role == "sponsor government" and observer.kind in KINDS and observer.leaves:
            templates.setdefault(observer.kind, observer)
    stays = {"leaves": False, "presence": 1.0, "category": "all"}
    return [
        Option(kind, place, templates[kind].model_copy(update={**stays, "name": f"{kind}-{place}", "at": [place]}))
        for place in places
        for kind in KINDS
        if kind in templates
    ]


def buys(
    resolved: Resolved,
    places: Sequence[str] = (),
    *,
    replicates: int = REPLICATES,
    workers: int = 1,
    kept: int = KEPT,
    tried: Callable[[str], None] = lambda name: None,
) -> list[Bought]:
    """Return what each option buys alone, the most first, then the order in which to keep them.

    Parameters: places, facilities by name, none for those that lose most; tried, called before each run. Raises
    InputError for a place that is not one.
    """
    for place in places:
        if place not in resolved.theatre.facilities:
            expected = one_of(place, list(resolved.theatre.facilities))
            raise InputError([Problem("--at", 0, "", f"`{place}` is no facility", expected)])
    tried("as it is")
    base = _kept(resolved, replicates, workers)
    widths = _widths(base)
    left = options(resolved, places or _losing_most(base))
    alone: list[Bought] = []
    order: list[Bought] = []
    have: list[Option] = []
    while left and len(order) < kept:
        found = []
        for option in left:
            tried(f"{option.kind} at {option.place}")
            after = _widths(_kept(_with(resolved, [*have, option]), replicates, workers))
            found.append((_bought(len(order) + 1, option, widths, after), option, after))
        found.sort(key=lambda one: -one[0].narrowing)
        if not order:
            alone = [one[0]._replace(step=0) for one in found]
        best, option, widths = found[0]
        order.append(best)
        have.append(option)
        left.remove(option)
    return alone + order


def _with(resolved: Resolved, have: Sequence[Option]) -> Resolved:
    observers = [*resolved.scenario.observers, *(option.observer for option in have)]
    return replace(resolved, scenario=resolved.scenario.model_copy(update={"observers": observers}))


def _bought(step: int, option: Option, before: Floats, after: Floats) -> Bought:
    apart = before - after
    half = half_width_95(apart)
    middle = float(apart.mean())
    width = float(before.mean())
    return Bought(step, option.kind, option.place, width, middle, middle - half, middle + half, len(apart))


def _widths(kept: Kept) -> Floats:
    """Return the width of the last day's interval by replicate."""
    days = Days(kept, 0, "replicates")
    found = days.intervals([days.days - 1])[:, 0]
    return np.asarray(found[:, 2] - found[:, 0])


def _losing_most(kept: Kept) -> list[str]:
    lost: dict[str, float] = {}
    for kind, place, count in zip(
        *(kept.events[name].to_pylist() for name in ("kind", "facility", "count")), strict=True
    ):
        if kind == "exit":
            lost[place] = lost.get(place, 0.0) + count
    return sorted(lost, key=lambda place: -lost[place])[:PLACES]


def _kept(resolved: Resolved, replicates: int, workers: int) -> Kept:
    """Run replicates in memory, and return their tables by day, of events and of reports."""
    from sim.experiment import tables
    from sim.model import Run

    seed = resolved.scenario.seed
    made: list[tuple[Any, Any, Any]] = [(None, None, None)] * replicates

    def some(first: int) -> None:
        run = Run(resolved, full=True)
        for replicate in range(first, replicates, workers):
            daily = run.complete(seed, replicate).daily[None, :].copy()
            log = run.truth.log[: run.truth.clock["log_count"][0]]
            reports = run.belief.report[: run.belief.board["reports"][0]]
            made[replicate] = (
                tables.daily(0, np.array([replicate]), daily),
                tables.events(0, replicate, log, run.names),
                tables.reports(0, replicate, reports, run.belief.observer, run.names),
            )

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(some, range(min(workers, replicates))))
    return Kept(resolved, *(pa.concat_tables(column) for column in zip(*made, strict=True)))
