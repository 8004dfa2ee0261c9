"""Progress in a notebook: one line below the cell, renewed as replicates are stored."""

from __future__ import annotations

import sys
import time
from importlib import import_module
from typing import Any

from sim.experiment.execution import Silent, Watcher

EVERY = 0.2
"""Fewest seconds between two renewals of the line."""


def own_watcher() -> Watcher:
    """Return a watcher that shows progress where a notebook's kernel runs this, else one that shows nothing."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return Notebook() if getattr(shell, "kernel", None) is not None else Silent()


class Notebook:
    """A watcher whose line stands below the cell."""

    def __init__(self) -> None:
        self._total = self._done = 0
        self._shown = 0.0
        self._handle: Any = None

    def say(self, text: str) -> None:
        """Show a message, as printing does."""
        print(text)

    def compiling(self) -> None:
        """Say that the rules are being compiled."""
        self._show("compiling the rules, once a version: one to three minutes ...")

    def started(self, total: int) -> None:
        """Begin: this many replicates will run."""
        self._total, self._done = total, 0
        self._show(f"0 of {total:,} replicates")

    def advanced(self, replicates: int) -> None:
        """Note that this many more replicates are stored."""
        self._done += replicates
        now = time.monotonic()
        if now - self._shown >= EVERY or self._done >= self._total:
            self._shown = now
            self._show(f"{self._done:,} of {self._total:,} replicates")

    def _show(self, text: str) -> None:
        face: Any = import_module("IPython.display")
        line = face.Pretty(text)
        if self._handle is None:
            self._handle = face.display(line, display_id=True)
        else:
            self._handle.update(line)
