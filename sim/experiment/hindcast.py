"""Hindcast: a documented event simulated many times, what was not known about it drawn anew each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from sim.model import Run
from sim.scenario.events import Event
from sim.scenario.eventworld import variants

Floats = NDArray[np.float64]


class Hindcast:
    """Simulates one event. Threads must not share one."""

    def __init__(self, event: Event) -> None:
        """Make the event's worlds."""
        worlds = variants(event)
        self._runs = [Run(world) for _, world in worlds]
        self._ends = np.cumsum([weight for weight, _ in worlds])

    def shares(self, numbers: Sequence[Mapping[str, float]], replicates: int, seed: int = 1, first: int = 0) -> Floats:
        """Return the shares of those held who got out, each person once: float64 (replicates,).

        Replicate r takes the numbers r modulo their length, and a variant of the event's mode so that in any run of
        replicates variants come as often as they weigh. Parameters: numbers, values of rule parameters by path, all of
        the same paths; none: the program's defaults; first, number of the first replicate.
        """
        found = np.empty(replicates)
        rows = list(numbers) or [{}]
        for k in range(replicates):
            r = first + k
            phase = (r * 0.6180339887498949) % 1.0  # additive recurrence: evenly spread whatever the number
            run = self._runs[int(np.searchsorted(self._ends[:-1], phase, side="right"))]
            tables = run.complete(seed, r, rows[r % len(rows)])
            found[k] = tables.run["escaped_persons"][0] / max(1, tables.run["population"][0])
        return found


def hindcasts(
    events: Sequence[Event],
    numbers: Sequence[Sequence[Mapping[str, float]]],
    replicates: int,
    *,
    seed: int = 1,
    workers: int = 2,
) -> list[Floats]:
    """Return the simulated shares of several events, in their order.

    Parameters: numbers, for each event as in `Hindcast.shares`; workers, threads.
    """

    def one(pair: tuple[Event, Sequence[Mapping[str, float]]]) -> Floats:
        return Hindcast(pair[0]).shares(pair[1], replicates, seed)

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(one, zip(events, numbers, strict=True)))
