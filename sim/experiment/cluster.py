"""A Dask cluster as an executor: batches run on its workers, if these have this very code."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from typing import Any

from sim.experiment.environment import Environment, differences, here
from sim.scenario.errors import InputError, Problem

PATIENCE = 10.0
"""Seconds in which a scheduler must answer."""
OFTEN = 2.0
"""Seconds after which we look again who the workers are."""
RETRIES = 3
"""Times that a batch is tried again when the connection to its worker breaks."""


class ForeignCode(Exception):
    """A worker has other code than the one that asked."""


class NoWorkers(Exception):
    """No worker is left that has this code."""


def run_here(asked: Environment, work: Callable[..., Any], *arguments: Any) -> Any:
    """Do the work, on a worker. Raises ForeignCode if its environment is not the one asked for."""
    for name, theirs, ours in _named(asked):
        raise ForeignCode(f"the {name} here is {ours}, asked for was {theirs}")
    return work(*arguments)


def _named(environment: Environment) -> list[tuple[str, str | None, str | None]]:
    """Return what differs here from another environment: its name, there and here."""
    return [(found.name, found.theirs, found.ours) for found in differences(*environment)]


class Cluster(Executor):
    """The workers of a running Dask scheduler that have the same code; the others are left out, and it is said.

    Workers may come and go: new ones are asked for their code before they get work, and what a lost one was doing
    is done again elsewhere.
    """

    def __init__(self, address: str, say: Callable[[str], None]) -> None:
        """Parameters: address, `tcp://host:port` of the scheduler; say, told of workers that are refused.

        Raises InputError: Dask is not installed, nobody answers, no worker has this code.
        """
        try:
            import distributed
        except ImportError:
            expected = "the extra: pip install 'detention-sim[cluster]'"
            raise InputError([Problem("--cluster", 0, "", "Dask is not installed", expected)]) from None
        for name in list(logging.root.manager.loggerDict):
            if name.split(".")[0] in ("distributed", "tornado"):
                logging.getLogger(name).setLevel(logging.CRITICAL)  # what goes wrong, we say in a line
        try:
            self._client: Any = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            expected = "tcp://host:port of a running Dask scheduler"
            raise InputError([Problem("--cluster", 0, address, f"nobody answers: {reason}", expected)]) from None
        self.lost: tuple[type[BaseException], ...] = (
            CancelledError,
            NoWorkers,
            OSError,
            distributed.client.FutureCancelledError,
            distributed.scheduler.KilledWorker,
        )
        self._say = say
        self._fit: dict[str, bool] = {}
        self._same: list[str] = []
        self._looked = 0.0
        try:
            self._look()
        except NoWorkers:
            self._client.close()
            expected = "a worker with this version of detention-sim and its packages"
            raise InputError([Problem("--cluster", 0, address, "has no worker with the same code", expected)]) from None

    @property
    def workers(self) -> int:
        """Threads of the workers that have this code."""
        threads: dict[str, int] = self._client.nthreads(self._same)
        return max(1, sum(threads.values()))

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do the work on one of the workers; what it raises there is raised here."""
        if time.monotonic() - self._looked > OFTEN:
            self._look()
        # Were only these allowed, a batch whose workers all went would wait for ever; `run_here` guards the others.
        executor = self._client.get_executor(workers=self._same, allow_other_workers=True, retries=RETRIES, pure=False)
        future: Future[Any] = executor.submit(run_here, here(), fn, *args, **kwargs)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster; what still runs there for us is cancelled. The cluster itself goes on."""
        self._client.close(timeout=2)

    def _look(self) -> None:
        """Ask new workers for their code. Raises NoWorkers if none has ours."""
        known = list(self._client.scheduler_info(n_workers=-1)["workers"])
        self._looked = time.monotonic()
        new = [address for address in known if address not in self._fit]
        if new:
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
