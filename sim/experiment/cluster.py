"""A Dask cluster as an executor: batches run on the workers with the same code, Python and packages."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from typing import Any

from sim.experiment.environment import Environment, differences, here
from sim.experiment.extra import install
from sim.experiment.lacking import lacking
from sim.scenario.errors import InputError, Problem

PATIENCE = 10.0
"""Seconds to wait for the scheduler."""
OFTEN = 2.0
"""Seconds between looks at the list of workers."""
RETRIES = 3
"""Retries of a batch whose worker is lost."""


class ForeignCode(Exception):
    """The code, Python or packages of a worker differ from those that asked."""


class Lost(Exception):
    """The cluster went away while it was needed, or its last worker that fits did; the message is one line."""


class NoWorkers(Lost):
    """No worker is left with the same code, Python and packages."""


def run_here(asked: Environment, work: Callable[..., Any], *arguments: Any) -> Any:
    """Run a call on this worker. Raises ForeignCode if its environment is not the one asked for."""
    for name, theirs, ours in _named(asked):
        raise ForeignCode(f"the {name} here is {ours}, asked for was {theirs}")
    return work(*arguments)


def _named(environment: Environment) -> list[tuple[str, str | None, str | None]]:
    """Return what differs here from another environment: its name, there and here."""
    return [(found.name, found.theirs, found.ours) for found in differences(*environment)]


class Cluster(Executor):
    """The workers of a running Dask scheduler with the same code, Python and packages; others are refused by name.

    Workers may come and go: new ones are checked before they get work, and the work of a lost one is done again.
    """

    def __init__(self, address: str, say: Callable[[str], None]) -> None:
        """Parameters: address, `tcp://host:port` of the scheduler; say, called with a line for each refused worker.

        Raises InputError: Dask is not installed, no scheduler answers, no worker fits; Lost: it was there, and is gone.
        """
        try:
            import distributed
        except ImportError:
            expected = install("cluster")
            raise InputError([Problem("--cluster", 0, "", "Dask is not installed", expected)]) from None
        for name in list(logging.root.manager.loggerDict):
            if name.split(".")[0] in ("distributed", "tornado"):
                logging.getLogger(name).setLevel(logging.CRITICAL)  # errors are reported in one line of our own
        try:
            self._client: Any = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            expected = "tcp://host:port of a running Dask scheduler"
            raise InputError([Problem("--cluster", 0, address, f"nobody answers: {reason}", expected)]) from None
        self._lost: tuple[type[BaseException], ...] = (
            CancelledError,
            OSError,
            distributed.client.FutureCancelledError,
            distributed.scheduler.KilledWorker,
        )
        """What a call or a future of the client raises when the cluster is gone."""
        self._say = say
        self._fit: dict[str, bool] = {}
        self._same: list[str] = []
        self._looked = 0.0
        try:
            self._look()
        except NoWorkers:
            self.shutdown()
            expected = "a worker with this version of detention-sim and its packages"
            raise InputError([Problem("--cluster", 0, address, "has no worker with the same code", expected)]) from None
        except Lost:
            self.shutdown()
            raise

    @contextlib.contextmanager
    def _answering(self) -> Iterator[None]:
        """Raise Lost for what a call or a future of the client raises when the cluster is gone."""
        try:
            yield
        except self._lost as error:
            if lacking(error) is not None:  # a worker's machine ran out of something
                raise
            raise Lost(str(error).splitlines()[0] if str(error) else type(error).__name__) from None

    @property
    def workers(self) -> int:
        """Threads of the workers that fit. Raises Lost."""
        with self._answering():
            threads: dict[str, int] = self._client.nthreads(self._same)
        return max(1, sum(threads.values()))

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a call on one of the workers; the future raises what the call raises. Raises Lost."""
        if time.monotonic() - self._looked > OFTEN:
            self._look()
        # If only these were allowed, a batch would wait for ever once they are gone; `run_here` refuses on the others.
        how = {"workers": self._same, "allow_other_workers": True, "retries": RETRIES, "pure": False}
        with self._answering():
            future: Future[Any] = self._client.get_executor(**how).submit(run_here, here(), fn, *args, **kwargs)
        return future

    def result(self, future: Future[Any]) -> Any:
        """Return the result of a call that has ended, or raise what it raised. Raises Lost."""
        with self._answering():
            return future.result()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Cancel our calls and disconnect; the cluster goes on, if it is still there."""
        with contextlib.suppress(*self._lost):
            self._client.close(timeout=2)

    def _look(self) -> None:
        """Check new workers. Raises NoWorkers if none fits, Lost."""
        with self._answering():
            known = list(self._client.scheduler_info(n_workers=-1)["workers"])
        self._looked = time.monotonic()
        new = [address for address in known if address not in self._fit]
        if new:
            with self._answering():
                found = self._client.run(here, workers=new, on_error="return")
            for address in new:
                refused = _refused(found.get(address))
                self._fit[address] = not refused
                if refused:
                    self._say(f"worker {address} is refused: {refused}")
        self._same = sorted(address for address in known if self._fit[address])
        if not self._same:
            raise NoWorkers("the cluster has no worker with this code")


def _refused(answer: object) -> str:
    """Return why a worker that gave this answer is refused, empty if it is not."""
    if not isinstance(answer, Environment):
        return f"its code is unknown ({type(answer).__name__}), ours is {here().code}"
    return "; ".join(f"its {name} is {theirs}, ours is {ours}" for name, theirs, ours in _named(answer))
