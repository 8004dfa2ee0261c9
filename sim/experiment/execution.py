"""Running a design: batches on threads, or on any executor of the `concurrent.futures` kind, into a store.

Tables do not depend on the executor, the number of workers or the order in which batches end: a batch is a matter
of the design, and its parts carry its name.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from functools import partial
from itertools import islice
from types import FrameType
from typing import TYPE_CHECKING, Protocol

from sim.experiment.design import Batch, Design
from sim.experiment.manifest import Manifest
from sim.experiment.store import Store

if TYPE_CHECKING:
    from sim.experiment.batch import Done

FULL = (errno.ENOSPC, errno.EDQUOT)
"""Errors of a disk that is full."""


class Interrupted(Exception):
    """The run was stopped before its end; what is stored stays. `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class AllFailed(Exception):
    """No replicate came to its end; the message is the first error."""


class Watcher(Protocol):
    """Told how a run goes, on the thread that called `execute`."""

    def compiling(self) -> None:
        """The rules are being compiled, which takes about half a minute."""

    def started(self, total: int) -> None:
        """So many replicates are about to run."""

    def advanced(self, replicates: int) -> None:
        """So many more replicates are stored."""


class Silent:
    """A watcher that looks away."""

    def compiling(self) -> None:
        """Say nothing."""

    def started(self, total: int) -> None:
        """Say nothing."""

    def advanced(self, replicates: int) -> None:
        """Say nothing."""


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextlib.contextmanager
def recording(design: Design, store: Store, record: str = "daily") -> Iterator[Manifest]:
    """Begin results: a manifest in the store at once, with its final status when the block ends, however it ends.

    Parameters: record, summary, daily or full. SIGTERM counts as Ctrl-C within.
    Raises Interrupted (Ctrl-C, SIGTERM, a full disk) and whatever the block raises.
    """
    with _terminable():
        manifest = Manifest(design, store, record=record)
        with _finished(manifest):
            yield manifest


def execute(
    design: Design,
    store: Store,
    manifest: Manifest,
    *,
    workers: int | None = None,
    watcher: Watcher | None = None,
    batches: Iterable[Batch] | None = None,
) -> None:
    """Run a design into a store, within `recording`.

    Parameters: workers, threads, default one a core; batches, all of the design's in another order.
    Raises AllFailed.
    """
    job = _Job(design, store, manifest, watcher or Silent())
    job.prepare()
    count = workers or cores()
    with _threads(count, job.stop) as executor:
        job.run(executor, iter(batches) if batches is not None else design.batches(), 2 * count)
    job.judge()


class _Job:
    """A design on its way into a store."""

    def __init__(self, design: Design, store: Store, manifest: Manifest, watcher: Watcher) -> None:
        self.design = design
        self.store = store
        self.manifest = manifest
        self.record = str(manifest.data["record"])
        self.watcher = watcher
        self.stop = threading.Event()
        self.error: str | None = None
        self.scenarios = {point.index: point.resolved for point in design.points}

    def prepare(self) -> None:
        """Write what is known beforehand, and have the rules compiled."""
        from sim.engine.compiled import code_hash
        from sim.experiment.batch import is_cold, warm
        from sim.experiment.points import points_table
        from sim.experiment.tables import described

        self.manifest.describe(self.design, code_hash(), described(self.record))
        self.store.write("scenario.yaml", self.design.points[0].resolved.as_yaml().encode())
        self.store.write("points.parquet", points_table(self.design))
        if is_cold():
            self.watcher.compiling()
        began = time.monotonic()
        with contextlib.suppress(Exception):  # what is wrong with it, its replicates will say
            warm(self.design.points[0].resolved)
        self.manifest.compiled(time.monotonic() - began)

    def run(self, executor: Executor, batches: Iterator[Batch], ahead: int) -> None:
        """Run the batches, never more than `ahead` of what is stored."""
        from sim.experiment.batch import complete

        self.watcher.started(self.design.total)
        work = partial(complete, record=self.record, stopping=self.stop.is_set)
        running: set[Future[Done]] = set()
        while True:
            for batch in islice(batches, ahead - len(running)):
                running.add(executor.submit(work, batch, self.scenarios[batch.point]))
            if not running:
                return
            ended, running = wait(running, return_when=FIRST_COMPLETED)
            for future in ended:
                self.keep(future.result())

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
    """A pool that, when left by an error, gives up what runs and what waits."""
    executor = ThreadPoolExecutor(workers, thread_name_prefix="replicates")
    try:
        yield executor
    except BaseException:
        stop.set()
        raise
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


@contextlib.contextmanager
def _finished(manifest: Manifest) -> Iterator[None]:
    """Gives the manifest its final status, however the block ends."""
    try:
        yield
    except KeyboardInterrupt:
        with _undisturbed():
            _try_finish(manifest, "stopped", "interrupted")
        raise Interrupted("interrupted") from None
    except OSError as error:
        full = error.errno in FULL
        _try_finish(manifest, "stopped" if full else "failed", str(error))
        if not full:
            raise
        raise Interrupted("the disk is full") from None
    except AllFailed as error:
        manifest.finish("failed", str(error))
        raise
    except Exception as error:
        manifest.finish("failed", f"{type(error).__name__}: {error}")
        raise
    manifest.finish("done")


def _try_finish(manifest: Manifest, status: str, error: str) -> None:
    """Write the status if the disk lets us; if not, the last manifest written stays."""
    with contextlib.suppress(OSError):
        manifest.finish(status, error)


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """Within, SIGTERM raises KeyboardInterrupt, on the main thread; elsewhere signals are not ours."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Within, Ctrl-C and SIGTERM wait for nobody: the last words get written."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
