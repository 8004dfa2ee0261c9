"""The unit of work: a batch of replicates of one point, simulated and encoded as Parquet."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numba
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.agents.build import Names
from sim.engine.compiled import cache_folder
from sim.experiment import tables
from sim.experiment.branch import Branch
from sim.experiment.design import Batch, Past
from sim.experiment.lacking import lacking
from sim.model import Run
from sim.outcomes import DAILY_RECORD, FACILITY_RECORD, RUN_RECORD
from sim.scenario.resolved import Resolved
from sim.tables import tables_of

LONGEST_ERROR = 500
"""Most characters of an error in `runs`."""


class Part(NamedTuple):
    """One table's rows of a batch, encoded."""

    rows: int
    sha256: str
    content: bytes


class Done(NamedTuple):
    """The result of a batch: its part of each table, the number of failed replicates, and the first error."""

    batch: Batch
    parts: dict[str, Part]
    failed: int
    error: str | None


class Stopped(Exception):
    """The batch was told to stop; nothing of it is stored."""


def complete(
    batch: Batch,
    resolved: Resolved,
    record: str,
    stopping: Callable[[], bool] | None = None,
    past: Past | None = None,
) -> Done:
    """Run a batch; a replicate that raises becomes a row of `runs` with its error.

    Parameters: record, one of `RECORD_LEVELS`; stopping, called before every replicate, tells whether to stop; past,
    the scenario before a branch. Raises Stopped, and what says that the machine ran out of something.
    """
    rows = _Rows(batch, resolved.scenario.seed)
    run: Run | None = None
    for replicate in batch.replicates:
        if stopping is not None and stopping():
            raise Stopped
        try:
            run = run or _taken(resolved, past, full=record == "full")
            rows.add(run, replicate, full=record == "full")
        except Exception as error:
            if lacking(error) is not None:  # another machine would complete it: no row says otherwise
                raise
            rows.fail(error)  # the other replicates go on
            run = None
    _kept.run = (resolved, past, record == "full", run) if run is not None else None
    rows.check()
    parts = {name: encoded(rows.table(name)) for name in tables_of(record)}
    errors = [error for error in rows.errors if error is not None]
    return Done(batch, parts, len(errors), errors[0] if errors else None)


_kept = threading.local()


def _taken(resolved: Resolved, past: Past | None, *, full: bool) -> Run:
    """Take the arrays that this thread kept of its last batch, if that was of the same point; else make new ones."""
    wanted = (resolved, past, full)
    kept = getattr(_kept, "run", None)
    _kept.run = None
    if kept is not None and all(mine is theirs for mine, theirs in zip(kept[:3], wanted, strict=True)):
        found: Run = kept[3]
        return found
    return Run(resolved, full=full) if past is None else Branch(past.resolved, resolved, past.step, full=full)


class _Rows:
    """The rows of a batch, filled as its replicates end."""

    def __init__(self, batch: Batch, seed: int) -> None:
        self.point = batch.point
        self.seed = seed
        self.replicates = np.asarray(batch.replicates)
        self.errors: list[str | None] = []
        self.names = Names((), (), (), (), ())
        self.runs = np.zeros(batch.size, RUN_RECORD)
        self.days = np.zeros((batch.size, 0), DAILY_RECORD)  # made once the number of rows is known
        self.sites = np.zeros((batch.size, 0), FACILITY_RECORD)
        self.listed: dict[str, list[Any]] = {name: [tables.SCHEMAS[name].empty_table()] for name in tables_of("full")}

    def add(self, run: Run, replicate: int, *, full: bool) -> None:
        """Run a replicate and add its rows. Raises what the model raises."""
        made = run.complete(self.seed, replicate)
        if full:
            self._list(run, replicate)
        k = len(self.errors)
        if self.days.shape[1] != len(made.daily) or self.sites.shape[1] != len(made.facility):
            self.days = np.zeros((len(self.runs), len(made.daily)), DAILY_RECORD)
            self.sites = np.zeros((len(self.runs), len(made.facility)), FACILITY_RECORD)
        self.names = run.names
        self.runs[k], self.days[k], self.sites[k] = made.run[0], made.daily, made.facility
        self.errors.append(None)

    def _list(self, run: Run, replicate: int) -> None:
        """Add the rows of the tables of a full record."""
        log = run.truth.log[: int(run.truth.clock["log_count"][0])]
        told = run.belief.report[: int(run.belief.board["reports"][0])]
        many = int(run.truth.clock["episodes"][0])
        known = (run.belief.reported_at[:many], run.belief.confirmed_at[:many])
        at = (self.point, replicate)
        self.listed["events"].append(tables.events(*at, log, run.names))
        self.listed["reports"].append(tables.reports(*at, told, run.belief.observer, run.names))
        self.listed["episodes"].append(tables.episodes(*at, run.truth.episode[:many], *known, run.names))

    def fail(self, error: Exception) -> None:
        """Add a failed replicate."""
        text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        self.errors.append(text[:LONGEST_ERROR])

    def check(self) -> None:
        """Mark replicates with a non-finite value as failed."""
        for rows in (self.runs, self.days, self.sites):
            for k, name in tables.unsound(rows.reshape(len(self.runs), -1)):
                if self.errors[k] is None:
                    self.errors[k] = f"ValueError: {name} is not a finite number"

    def table(self, name: str) -> Any:
        """Return a table of the batch. A failed replicate has a row in `runs` only."""
        if name == "runs":
            return tables.runs(self.point, self.replicates, self.seed, self.errors, self.runs)
        good = np.array([error is None for error in self.errors], bool)
        whole = bool(good.all())
        if name == "daily":
            return tables.daily(self.point, self.replicates[good], self.days if whole else self.days[good])
        if name == "facilities":
            rows = self.sites if whole else self.sites[good]
            return tables.facilities(self.point, self.replicates[good], rows, self.names)
        made = pa.concat_tables(self.listed[name])
        return made if whole else made.filter(pa.array(np.isin(made["replicate"].to_numpy(), self.replicates[good])))


def encoded(table: Any) -> Part:
    """Return a table as the content of a Parquet file."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", use_dictionary=False)
    content = sink.getvalue().to_pybytes()
    return Part(len(table), hashlib.sha256(content).hexdigest(), content)


COMPILING = "Compiling the rules, once for this version of the program: one to three minutes."


def is_cold() -> bool:
    """Return whether the rules must be compiled first; in plain mode they never are."""
    return not numba.config.DISABLE_JIT and not any(cache_folder().rglob("schedule.advance-*.nbi"))


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
