"""The ensemble behind a run: replicates of the same settings, run in a thread that is given up when settings change."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sim.model import Run
from sim.scenario.resolved import Resolved

REPLICATES = 200
"""Replicates of an ensemble, numbered from 0."""
COLUMNS = ("escaped", "confirmed")
"""Columns of `daily` that are kept of every replicate."""
TELL_SECONDS = 0.7
"""Least time between two messages that the ensemble has grown."""
_turn = threading.Semaphore(1)
"""One ensemble of the whole server runs at a time, so that pages stay quick on two cores."""


class Finished(NamedTuple):
    """An ensemble that ran to its end: what it is of, and its columns."""

    resolved: Resolved
    seed: int
    many: int
    days: dict[str, np.ndarray]


_finished: deque[Finished] = deque(maxlen=12)
"""The last ones of all pages, so that a reload, or a colleague with the same address, need not wait for them again."""


class Ensemble:
    """Replicates 0 to 199 of one scenario and seed, completed one after the other in a thread of their own.

    The compiled rules release the interpreter's lock, so the page plays on meanwhile.
    """

    def __init__(self, resolved: Resolved, seed: int, changed: Callable[[], None], many: int = REPLICATES) -> None:
        """Begin. Parameters: changed, called from the thread now and then as replicates end."""
        self.seed, self.wanted = seed, many
        self.error = ""
        self._resolved, self._changed = resolved, changed
        self._stop = threading.Event()
        self._days: dict[str, np.ndarray] = {}
        self._done = 0
        known = next((one for one in list(_finished) if one[:3] == (resolved, seed, many)), None)
        if known is not None:
            self._days, self._done = known.days, many
        self._thread = threading.Thread(target=self._work, name="ensemble", daemon=True)
        if known is None:
            self._thread.start()

    @property
    def done(self) -> int:
        """Number of replicates that have ended."""
        return self._done

    def cancel(self) -> None:
        """Give up after the replicate that runs now."""
        self._stop.set()

    def wait(self, seconds: float) -> bool:
        """Wait for the end; return whether it came."""
        if self._thread.ident is not None:
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def daily(self, column: str) -> np.ndarray:
        """Return a column of `daily`: (replicates that have ended, days + 1)."""
        return self._days[column][: self._done] if self._done else np.zeros((0, 1))

    def _work(self) -> None:
        try:
            with _turn:
                self._run()
        except Exception as error:  # the run that is shown has the same error, and tells it
            self.error = f"{type(error).__name__}: {error}"
        if not self._stop.is_set():
            self._changed()

    def _run(self) -> None:
        if self._stop.is_set():
            return
        run, told = Run(self._resolved), time.monotonic()
        for replicate in range(self.wanted):
            if self._stop.is_set():
                return
            daily = run.complete(self.seed, replicate).daily
            if not self._days:
                self._days = {name: np.zeros((self.wanted, len(daily))) for name in COLUMNS}
            for name, rows in self._days.items():
                rows[replicate] = daily[name]
            self._done = replicate + 1
            if time.monotonic() - told >= TELL_SECONDS and self._done < self.wanted:
                told = time.monotonic()
                self._changed()
        _finished.append(Finished(self._resolved, self.seed, self.wanted, self._days))
