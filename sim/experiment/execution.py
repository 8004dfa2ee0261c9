"""Run the batches of a design on threads, or on any `concurrent.futures` executor, and store the results.

Tables do not depend on the executor, the number of workers or the order in which batches end: the design alone
defines the batches, and parts are named after their batch.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from functools import partial
from io import BytesIO
from types import FrameType
from typing import TYPE_CHECKING, Any, Protocol

from sim.experiment.design import Batch, Design, no_longer_than
from sim.experiment.lacking import lacking
from sim.experiment.manifest import Manifest
from sim.experiment.store import Moved, Store
from sim.scenario.errors import InputError

if TYPE_CHECKING:  # the manifest is written before anything heavy is imported
    from sim.analysis.summary import Floats
    from sim.experiment.batch import Done
    from sim.experiment.precision import Precision
    from sim.experiment.schedule import Schedule
    from sim.scenario.resolved import Resolved

THREADS = "replicates"
"""Start of the names of the threads that run replicates."""
GRACE = 2.0
"""Longest wait for running replicates to end after Ctrl-C or SIGTERM, seconds; what they compute is not stored."""


class Interrupted(Exception):
    """The run was stopped early for this `reason`; stored parts stay."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AllFailed(Exception):
    """Every replicate failed; the message is the first error."""


class Watcher(Protocol):
    """Receives the progress of a run, on the thread that called `execute`."""

    def say(self, text: str) -> None:
        """Show a message."""

    def compiling(self) -> None:
        """Say that the rules are being compiled, which takes minutes."""

    def started(self, total: int) -> None:
        """Begin: this many replicates will run."""

    def advanced(self, replicates: int) -> None:
        """Note that this many more replicates are stored."""


class Silent:
    """A watcher that shows nothing."""

    def say(self, text: str) -> None:
        """Say nothing."""

    def compiling(self) -> None:
        """Say nothing."""

    def started(self, total: int) -> None:
        """Say nothing."""

    def advanced(self, replicates: int) -> None:
        """Say nothing."""


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextlib.contextmanager
def recording(
    design: Design, store: Store, record: str = "daily", precision: Precision | None = None
) -> Iterator[Manifest]:
    """Write a manifest at once, and its final status when the block ends, however it ends.

    Parameters: record, a record level; precision, replicate until it is reached. SIGTERM counts as Ctrl-C.
    Raises Interrupted (Ctrl-C, SIGTERM, a full disk or another lack of the machine), InputError (a faulty point:
    nothing is kept), and what the block raises.
    """
    begin = partial(Manifest.begun, design, store, record=record, precision=precision)
    asked = threading.Event()
    with _terminable(asked), store.locked(), _finished(begin, fresh=True) as manifest:
        manifest.asked = asked
        yield manifest


@contextlib.contextmanager
def continuing(store: Store, data: dict[str, Any], parts: list[dict[str, Any]]) -> Iterator[Manifest]:
    """Continue results that were begun: `data` is their manifest, `parts` its entries of intact parts."""
    asked = threading.Event()
    with _terminable(asked), _finished(partial(Manifest.reopened, store, data, parts), fresh=False) as manifest:
        manifest.asked = asked
        yield manifest


def execute(
    design: Design,
    store: Store,
    manifest: Manifest,
    *,
    workers: int | None = None,
    cluster: str | None = None,
    watcher: Watcher | None = None,
    batches: Iterable[Batch] | None = None,
) -> None:
    """Run the batches of a design that are not stored yet, within `recording` or `continuing`.

    Parameters: workers, threads, default one a core; cluster, address of a Dask scheduler to run on instead;
    batches, all batches of the design in another order.
    Raises AllFailed, InputError (a faulty point, no such cluster), Interrupted (the cluster is lost).
    """
    job = _Job(design, store, manifest, watcher or Silent())
    if cluster is not None:
        from sim.experiment.cluster import Cluster, Lost

        try:
            with Cluster(cluster, job.watcher.say) as executor:
                job.prepare()
                job.run(executor, batches, 2 * executor.workers + 2, result=executor.result)
        except Lost as error:
            raise Interrupted(f"the cluster was lost: {error}") from None
    else:
        job.prepare()
        count = workers or cores()
        with _threads(count, job.stop) as executor:
            job.run(executor, batches, 2 * count, stopping=job.stop.is_set)
    job.judge()


class _Job:
    """The state of one call of `execute`."""

    def __init__(self, design: Design, store: Store, manifest: Manifest, watcher: Watcher) -> None:
        self.design = design
        self.store = store
        self.manifest = manifest
        self.record = str(manifest.data["record"])
        self.watcher = watcher
        self.stop = threading.Event()
        self.error: str | None = None

    def prepare(self) -> None:
        """Compile the rules, and write the files beside the tables, anew when resumed."""
        scenarios = [point.resolved for point in self.design.points]
        for note in self.design.notes:
            self.watcher.say(f"note: {note}")
        from sim.experiment.batch import is_cold, warm
        from sim.experiment.points import points_table
        from sim.experiment.tables import described

        if is_cold():
            self.watcher.compiling()
        began = time.monotonic()
        seconds = 0.0
        with contextlib.suppress(Exception):  # its replicates will report the error
            seconds = _aside(partial(warm, scenarios[0]))
        self.manifest.compiled(time.monotonic() - began - seconds)
        files = {"scenario.yaml": scenarios[0].as_yaml().encode(), "points.parquet": points_table(self.design)}
        files |= {scenario.draws.kept: scenario.draws.content for scenario in scenarios if scenario.draws is not None}
        for name, content in files.items():
            self.store.write(name, content)
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        size = self.manifest.data["batch"] or no_longer_than(self.design.batch, seconds)
        self.manifest.describe(self.design, size, described(self.record), digests)
        self.store.settle()

    def schedule(self, batches: Iterable[Batch] | None) -> Schedule:
        """Return the order of the batches to run."""
        from sim.experiment.precision import Precision
        from sim.experiment.schedule import Everything, UntilPaired, UntilPrecise

        kept = self.manifest.batches()
        wanted = self.manifest.data["precision"]
        if wanted is None:
            return Everything(batches or self.design.batches(self.manifest.data["batch"]), kept)
        values = {
            batch: found for batch in kept if (found := self.watched(self.store.read(f"runs/{batch.name}"))) is not None
        }
        told = {name: bool(wanted.get(name)) for name in ("paired", "controls")}
        precision = Precision(wanted["metric"], wanted["share"], **told)
        until = UntilPaired if precision.paired else UntilPrecise
        return until(self.design, self.manifest.data["batch"], precision, values)

    def watched(self, part: bytes) -> Floats | None:
        """Return the metric of `--precision` for the good replicates of a part of `runs`; None without precision.

        Where pairs are watched, a replicate that failed is NaN, so that the others keep their places.
        """
        wanted = self.manifest.data["precision"]
        if wanted is None:
            return None
        import pyarrow.parquet as pq

        from sim.experiment.query import done, numbers

        table = pq.read_table(BytesIO(part), columns=["status", wanted["metric"]])
        return numbers(table if wanted.get("paired") else done(table), wanted["metric"])

    def run(
        self,
        executor: Executor,
        batches: Iterable[Batch] | None,
        ahead: int,
        *,
        stopping: Callable[[], bool] | None = None,
        result: Callable[[Future[Done]], Done] = Future.result,
    ) -> None:
        """Run the missing batches, at most `ahead` at once.

        Parameters: stopping, tells a running batch to give up; result, returns or raises what a future holds.
        """
        from sim.experiment.batch import complete
        from sim.experiment.cluster import ForeignCode

        schedule = self.schedule(batches)
        self.watcher.started(self.design.total - self.manifest.counted()["done"])
        running: dict[Future[Done], Batch] = {}

        def submit(batch: Batch) -> None:
            scenario = self.design.points[batch.point].resolved
            past = self.design.pasts.get(batch.point)
            running[executor.submit(complete, batch, scenario, self.record, stopping, past)] = batch

        try:
            while True:
                while len(running) < ahead and (batch := schedule.next()) is not None:
                    submit(batch)
                if not running:
                    break
                ended, _ = wait(running, timeout=1.0, return_when=FIRST_COMPLETED)
                if self.manifest.asked.is_set():
                    raise KeyboardInterrupt
                for future in ended:
                    batch = running.pop(future)
                    try:
                        done = result(future)
                    except ForeignCode:  # it went to a worker not checked yet
                        submit(batch)
                        continue
                    self.keep(done)
                    schedule.stored(batch, self.watched(done.parts["runs"].content))
        except KeyboardInterrupt:
            self.stop.set()
            wait(running, timeout=GRACE)
            raise
        if self.manifest.data["precision"] is not None:
            self.manifest.looked(schedule.entries())

    def keep(self, done: Done) -> None:
        """Store a batch's parts, then enter them in the manifest."""
        for table, part in done.parts.items():
            self.store.write(f"{table}/{done.batch.name}", part.content)
        self.error = self.error or done.error
        parts = {table: (part.rows, part.sha256) for table, part in done.parts.items()}
        self.manifest.add(done.batch, parts, done.failed)
        self.watcher.advanced(done.batch.size)

    def judge(self) -> None:
        """Raises AllFailed if no replicate came to its end."""
        counts = self.manifest.counted()
        if counts["failed"] == counts["done"]:
            raise AllFailed(self.error or "there was none")


@contextlib.contextmanager
def _threads(workers: int, stop: threading.Event) -> Iterator[ThreadPoolExecutor]:
    """Give a pool that on an error cancels waiting batches and tells running ones to stop.

    After Ctrl-C or SIGTERM it does not wait for a replicate under way, which may take a minute.
    """
    executor = ThreadPoolExecutor(workers, thread_name_prefix=THREADS)
    patient = True
    try:
        yield executor
    except BaseException as error:
        stop.set()
        patient = not isinstance(error, KeyboardInterrupt)
        raise
    finally:
        executor.shutdown(wait=patient, cancel_futures=True)


def timed(resolved: Resolved, patience: float) -> float | None:
    """Return the seconds of the processor that a scenario's first replicate takes; None if it is not done in time.

    Parameters: patience, seconds to wait for it. Raises what the model raises.
    """
    from sim.experiment.batch import warm

    with contextlib.suppress(TimeoutError):
        return _aside(partial(warm, resolved), patience)
    return None


def _aside[Found](work: Callable[[], Found], patience: float | None = None) -> Found:
    """Return what some work returns that runs on another thread, so that Ctrl-C and SIGTERM do not wait for its end.

    Raises what the work raises, TimeoutError after `patience` seconds.
    """
    found: Future[Found] = Future()

    def carry_out() -> None:
        try:
            found.set_result(work())
        except Exception as error:
            found.set_exception(error)

    threading.Thread(target=carry_out, name=f"{THREADS}-first", daemon=True).start()
    return found.result(patience)


def still_running() -> bool:
    """Return whether replicates go on that nobody waits for any more, after Ctrl-C or SIGTERM."""
    return any(thread.name.startswith(THREADS) for thread in threading.enumerate())


@contextlib.contextmanager
def _finished(begin: Callable[[], Manifest], *, fresh: bool) -> Iterator[Manifest]:
    """Set the final status of the manifest however the block ends; discard `fresh` results after bad input."""
    manifest: Manifest | None = None
    try:
        manifest = begin()
        yield manifest
        manifest.finish("done")
    except KeyboardInterrupt:
        with _undisturbed():
            _try_finish(manifest, "stopped", "interrupted")
        raise Interrupted("interrupted") from None
    except Interrupted as stop:
        _try_finish(manifest, "stopped", stop.reason)
        raise
    except InputError:
        if manifest is not None and fresh:
            manifest.discard()
        else:
            _try_finish(manifest, "stopped", "bad input")
        raise
    except Moved:  # what is stored lies elsewhere, its manifest with it
        raise
    except AllFailed as error:
        _try_finish(manifest, "failed", str(error))
        raise
    except Exception as error:
        if manifest is not None and manifest.asked.is_set():  # what Ctrl-C met made an error of its own of it
            _try_finish(manifest, "stopped", "interrupted")
            raise Interrupted("interrupted") from None
        if (reason := lacking(error)) is not None:
            _try_finish(manifest, "stopped", reason)
            raise Interrupted(reason) from None
        _try_finish(manifest, "failed", f"{type(error).__name__}: {error}")
        raise


def _try_finish(manifest: Manifest | None, status: str, error: str) -> None:
    """Write the status if the disk allows it; otherwise the last manifest stays."""
    with contextlib.suppress(OSError):
        if manifest is None:
            return
        manifest.finish(status, error)


@contextlib.contextmanager
def _terminable(asked: threading.Event) -> Iterator[None]:
    """Make Ctrl-C and SIGTERM set `asked` and raise KeyboardInterrupt; on other threads than the main one do nothing.

    Python drops an exception raised while an object is finalised; `asked` is still set then.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        asked.set()
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Ignore Ctrl-C and SIGTERM while the final status is written."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
