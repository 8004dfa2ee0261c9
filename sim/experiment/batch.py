"""The unit of work: a batch of replicates of one point, simulated and encoded as Parquet."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.agents.build import Names
from sim.engine.compiled import cache_folder
from sim.experiment import tables
from sim.experiment.branch import Branch
from sim.experiment.design import Batch, Past
from sim.model import Run
from sim.outcomes import DAILY_RECORD, FACILITY_RECORD, RUN_RECORD
from sim.scenario.resolved import Resolved

LONGEST_ERROR = 500
"""Characters of an error that a row keeps."""


class Part(NamedTuple):
    """One table's rows of a batch, encoded."""

    rows: int
    sha256: str
    content: bytes


class Done(NamedTuple):
    """A batch's result: its part of each table, how many replicates failed, and the first error."""

    batch: Batch
    parts: dict[str, Part]
    failed: int
    error: str | None


class Stopped(Exception):
    """The batch was given up before its end; nothing of it is kept."""


def complete(
    batch: Batch,
    resolved: Resolved,
    record: str,
    stopping: Callable[[], bool] | None = None,
    past: Past | None = None,
) -> Done:
    """Run a batch. A replicate that raises becomes a row with its error.

    Parameters: record, one of `tables.RECORDS`; stopping, asked before every replicate whether to give up; past, what
    the point was up to some step. Raises Stopped.
    """
    rows = _Rows(batch, resolved.scenario.seed)
    run: Run | None = None
    for replicate in batch.replicates:
        if stopping is not None and stopping():
            raise Stopped
        try:
            run = run or _run(resolved, past, full=record == "full")
            rows.add(run, replicate, full=record == "full")
        except Exception as error:  # whatever it is, the other replicates go on
            rows.fail(error)
            run = None
    parts = {name: encoded(rows.table(name)) for name in tables.RECORDS[record]}
    errors = [error for error in rows.errors if error is not None]
    return Done(batch, parts, len(errors), errors[0] if errors else None)


def _run(resolved: Resolved, past: Past | None, *, full: bool) -> Run:
    return Run(resolved, full=full) if past is None else Branch(past.resolved, resolved, past.step, full=full)


class _Rows:
    """The rows of a batch as its replicates end."""

    def __init__(self, batch: Batch, seed: int) -> None:
        self.point = batch.point
        self.seed = seed
        self.replicates = np.asarray(batch.replicates)
        self.errors: list[str | None] = []
        self.names = Names((), (), (), (), ())
        self.runs: list[np.ndarray] = []
        self.days: list[np.ndarray] = []
        self.sites: list[np.ndarray] = []
        self.events: list[Any] = []
        self.reports: list[Any] = []
        self.episodes: list[Any] = []

    def add(self, run: Run, replicate: int, *, full: bool) -> None:
        """Run a replicate and keep its rows. Raises what the model raises, ValueError for numbers that are none."""
        made = run.complete(self.seed, replicate)
        for record in made:
            if (name := tables.unsound(record)) is not None:
                raise ValueError(f"{name} is not a finite number")
        if full:
            log = run.truth.log[: int(run.truth.clock["log_count"][0])]
            told = run.belief.report[: int(run.belief.board["reports"][0])]
            events = tables.events(self.point, replicate, log, run.names)
            many = int(run.truth.clock["episodes"][0])
            known = (run.belief.reported_at[:many], run.belief.confirmed_at[:many])
            found = tables.episodes(self.point, replicate, run.truth.episode[:many], *known, run.names)
            self.episodes.append(found)
            self.reports.append(tables.reports(self.point, replicate, told, run.belief.observer, run.names))
            self.events.append(events)
        self.names = run.names
        self.runs.append(made.run.copy())
        self.days.append(made.daily.copy())
        self.sites.append(made.facility.copy())
        self.errors.append(None)

    def fail(self, error: Exception) -> None:
        """Keep a failed replicate."""
        text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        self.runs.append(np.zeros(1, RUN_RECORD))
        self.errors.append(text[:LONGEST_ERROR])

    def table(self, name: str) -> Any:
        """A table of the batch. A failed replicate has a row in `runs` only."""
        good = self.replicates[[error is None for error in self.errors]]
        if name == "runs":
            return tables.runs(
                self.point, self.replicates, self.seed, self.errors, _stacked(self.runs, RUN_RECORD)[:, 0]
            )
        if name == "daily":
            return tables.daily(self.point, good, _stacked(self.days, DAILY_RECORD))
        if name == "facilities":
            return tables.facilities(self.point, good, _stacked(self.sites, FACILITY_RECORD), self.names)
        made = {"events": self.events, "reports": self.reports, "episodes": self.episodes}[name]
        return pa.concat_tables([tables.SCHEMAS[name].empty_table(), *made])


def _stacked(records: list[np.ndarray], kind: np.dtype) -> np.ndarray:
    """Replicates' records as rows of one array (replicates, rows of each)."""
    stacked = np.empty((len(records), len(records[0]) if records else 1), kind)
    for k, record in enumerate(records):
        stacked[k] = record
    return stacked


def encoded(table: Any) -> Part:
    """A table as the content of a Parquet file."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", use_dictionary=False, store_schema=False)
    content = sink.getvalue().to_pybytes()
    return Part(len(table), hashlib.sha256(content).hexdigest(), content)


def is_cold() -> bool:
    """Whether the rules must be compiled first, which takes about half a minute."""
    return not any(cache_folder().rglob("model.advance-*.nbi"))


def warm(resolved: Resolved) -> float:
    """Compile the rules, or load them from the cache, once and not in every thread; then time one replicate.

    Returns: seconds of the processor that a replicate takes.
    """
    run = Run(resolved)
    run.reset(resolved.scenario.seed, 0)
    run.advance(0)
    run.finish()
    began = time.thread_time()
    run.complete(resolved.scenario.seed, 0)
    return time.thread_time() - began
