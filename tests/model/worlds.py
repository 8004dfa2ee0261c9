"""What these tests share: worlds, replicates, and the tables they leave."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from sim.model import Run, Tables
from sim.outcomes import DAILY, FACILITIES, RUNS
from sim.scenario import shipped
from sim.scenario.loader import load
from sim.scenario.resolved import Resolved
from tests.oracle.cases import CASES, Case, Tree, build

SEED = 11
SHIPPED = tuple(shipped.names())

RUN_COLUMNS = tuple(column.name for column in RUNS)
DAILY_COLUMNS = tuple(column.name for column in DAILY)
FACILITY_COLUMNS = tuple(column.name for column in FACILITIES)
BELIEVED = {
    *(name for name in RUN_COLUMNS if name.startswith(("claimed_", "gap", "confirmed", "reported", "isr_"))),
    "undetected_share",
    "accounted_share",
    "first_report_day",
    "first_confirmed_day",
    "isr_coverage",
}
"""Columns that depend on reports or on surveillance."""
TRUE_RUN = [name for name in RUN_COLUMNS if name not in BELIEVED]
TRUE_DAILY = [name for name in DAILY_COLUMNS if name not in BELIEVED]
TRUE_FACILITY = [name for name in FACILITY_COLUMNS if name not in BELIEVED]


class Ensemble(NamedTuple):
    """Tables of several replicates, stacked: (replicates,), (replicates, days + 1), (replicates, facilities)."""

    run: np.ndarray
    daily: np.ndarray
    facility: np.ndarray
    names: tuple[str, ...]

    def at(self, facility: str) -> np.ndarray:
        """The rows of one facility, (replicates,)."""
        return self.facility[:, self.names.index(facility)]


def resolved(case: Case) -> Resolved:
    """A small world as it runs."""
    return Resolved(*case, (), {})


def world(scenario: Tree, theatre: Tree | None = None) -> Resolved:
    """A small world made of what differs from the quiet one."""
    return resolved(build(scenario, theatre))


@cache
def named(name: str) -> Resolved:
    """A small case or a shipped scenario."""
    return resolved(CASES[name]()) if name in CASES else load(name)


def with_scenario(where: Resolved, **sections: Any) -> Resolved:
    """The same with whole sections of the scenario replaced; nothing is checked."""
    return replace(where, scenario=where.scenario.model_copy(update=sections))


def copied(tables: Tables) -> Tables:
    """Tables that the next replicate does not overwrite."""
    return Tables(*(table.copy() for table in tables))


def bits(tables: Tables) -> tuple[bytes, ...]:
    """Every column of every table, to the last bit."""
    return tuple(np.ascontiguousarray(table[name]).tobytes() for table in tables for name in table.dtype.names or ())


def columns(table: np.ndarray, names: Iterable[str]) -> dict[str, bytes]:
    """Chosen columns of a table, to the last bit."""
    return {name: np.ascontiguousarray(table[name]).tobytes() for name in names}


def truth_of(tables: Tables) -> list[dict[str, bytes]]:
    """The columns that no report can change."""
    chosen = zip(tables, (TRUE_RUN, TRUE_DAILY, TRUE_FACILITY), strict=True)
    return [columns(table, names) for table, names in chosen]


def finish(where: Resolved, replicate: int = 0, seed: int = SEED) -> Tables:
    """The tables of one replicate of a fresh run."""
    return Run(where).complete(seed, replicate)


def in_two_threads(work: Callable[[Sequence[int]], Any], replicates: int | Sequence[int]) -> list[Any]:
    """Work on both halves of the replicates at once: compiled rules hold no lock."""
    which = range(replicates) if isinstance(replicates, int) else replicates
    half = (len(which) + 1) // 2
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(work, (which[:half], which[half:])))


def ensemble(where: Resolved, replicates: int | Sequence[int], seed: int = SEED) -> Ensemble:
    """All tables of the first so many replicates, or of chosen ones."""

    def work(which: Sequence[int]) -> list[Tables]:
        run = Run(where)
        return [copied(run.complete(seed, replicate)) for replicate in which]

    made = [tables for part in in_two_threads(work, replicates) for tables in part]
    return Ensemble(
        np.concatenate([tables.run for tables in made]),
        np.stack([tables.daily for tables in made]),
        np.stack([tables.facility for tables in made]),
        tuple(where.theatre.facilities),
    )


@cache
def shipped_ensemble(name: str, replicates: int, **settings: Any) -> Ensemble:
    """Tables of a shipped scenario, made once; settings write `__` for the dots of a path."""
    overrides = {path.replace("__", "."): value for path, value in settings.items()}
    return ensemble(load(name, overrides), replicates)


REPLICATES_2019 = 400
"""Of the scenario of 2019 as it stands, made once for all tests that look at it."""


def as_in_2019(replicates: int = REPLICATES_2019) -> Ensemble:
    """The first so many replicates of the scenario of 2019."""
    whole = shipped_ensemble("ne-syria-2019", REPLICATES_2019)
    return Ensemble(whole.run[:replicates], whole.daily[:replicates], whole.facility[:replicates], whole.names)
