"""How many got out by simulation alone: the prior of an estimate, from replicates of the scenario or of one event.

Counts are exits at a place, or in the theatre, from the event's date to the day asked for, zeros included; simulated
reports have no part in them. They are kept in the user's cache, named by all that they depend on.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import platformdirs
from numpy.typing import NDArray

from sim.engine.version import code_hash
from sim.experiment.environment import here
from sim.scenario.declare import parse_date
from sim.scenario.events import Event
from sim.scenario.resolved import Resolved
from sim.world.codes import FIGHTER

if TYPE_CHECKING:
    from sim.model import Run

Counts = NDArray[np.float64]


class Window(NamedTuple):
    """Where and when exits are counted: a facility, None for the theatre; days since the start of the scenario."""

    facility: str | None
    first: float
    last: float


REPLICATES = 400
"""Of the prior, where nothing else is asked for."""
KEPT = 200
"""Most priors in the cache; the oldest go first."""
MODES = {
    "assault": "external_assault",
    "attack": "external_assault",
    "riot": "riot_internal",
    "camp_breakout": "riot_internal",
    "airstrike_shelling": "shelling_explosion",
    "shelling": "shelling_explosion",
    "airstrike": "shelling_explosion",
    "guard_withdrawal": "guards_left",
    "release_by_guards": "guards_left",
    "release": "authority_release",
    "tunnel": "tunnel_stealth",
    "opportunistic": "tunnel_stealth",
    "bribery": "tunnel_stealth",
}
"""Mode of the single-facility event model by the cause that claims state; any other, or none, is a mixture of all."""


def simulated(
    resolved: Resolved,
    windows: Sequence[Window],
    replicates: int,
    workers: int,
    running: Callable[[], None] = lambda: None,
) -> list[Counts]:
    """Return exits in each window, of all, of fighters, and of families and minors: float64 (replicates, 3) each.

    What the cache holds is read; the others come from one pass over the replicates, before which `running` is called.
    """
    world = _key(resolved, replicates)
    stored = {window: _path(f"{world}|{tuple(window)}") for window in windows}
    found = {window: counts for window, path in stored.items() if (counts := _read(path)) is not None}
    missing = [window for window in dict.fromkeys(windows) if window not in found]
    if missing:
        running()
        for window, counts in zip(missing, _run(resolved, missing, replicates, workers), strict=True):
            _write(stored[window], counts)
            found[window] = counts
    return [found[window] for window in windows]


def of_event(held: int, mode: str, changed: str, replicates: int, running: Callable[[], None] = lambda: None) -> Counts:
    """Return exits at a single facility of so many people when an event of this mode begins, columns all alike."""
    event = Event(line=0, event_id="", mode=mode, held=held, low=None, best=None, high=None, control_changed=changed)
    path = _path(f"event|{_versions()}|{held}|{mode}|{changed}|{replicates}")
    counts = _read(path)
    if counts is None:
        running()
        from sim.experiment.hindcast import Hindcast
        from sim.experiment.validation import posterior

        shares = Hindcast(event).shares(posterior(), replicates)
        counts = np.repeat(np.rint(shares * held)[:, None], 3, axis=1)
        _write(path, counts)
    return counts


def _run(resolved: Resolved, windows: Sequence[Window], replicates: int, workers: int) -> list[Counts]:
    from sim.model import Run

    seed = resolved.scenario.seed
    made = np.zeros((len(windows), replicates, 3))

    def some(first: int) -> None:
        run = Run(resolved)
        for replicate in range(first, replicates, workers):
            made[:, replicate] = _one(run, windows, seed, replicate)

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(some, range(workers)))
    return list(made)


def _one(run: Run, windows: Sequence[Window], seed: int, replicate: int) -> Counts:
    """Return exits in each window in one replicate: float64 (windows, 3)."""
    run.reset(seed, replicate)
    hours = run.resolved.scenario.step_hours
    steps = sorted({min(run.resolved.steps, max(0, round(24 * day / hours))) for w in windows for day in w[1:]})
    states: dict[int, Counts] = {}
    done = 0
    for step in steps:
        if step > done:
            run.advance(step - done)
        done = step
        states[step] = _out(run)
    found = np.zeros((len(windows), 3))
    for k, window in enumerate(windows):
        first, last = (min(run.resolved.steps, max(0, round(24 * day / hours))) for day in window[1:])
        apart = states[last] - states[first]
        found[k] = apart.sum(0) if window.facility is None else apart[run.names.facilities.index(window.facility)]
    return found


def _out(run: Run) -> Counts:
    """Return exits so far by facility: all, fighters, families and minors; kinds as of those who lived here."""
    escaped = run.truth.facility["escaped"].astype(np.float64)
    people = run.truth.people
    times = people["escapes"].astype(np.float64)
    every = np.bincount(people["home"], times, len(escaped))
    fighters = np.bincount(people["home"], times * (people["kind"] == FIGHTER), len(escaped))
    share = np.divide(fighters, every, out=np.zeros_like(every), where=every > 0)
    return np.stack([escaped, escaped * share, escaped * (1.0 - share)], axis=1)


def _versions() -> str:
    return json.dumps([code_hash(), here().packages["numba"], here().packages["numpy"]])


def _key(resolved: Resolved, replicates: int) -> str:
    """Return everything but the window that a prior depends on."""
    draws = resolved.draws
    data = json.dumps(resolved.as_data(), sort_keys=True, default=str)
    table = "" if draws is None else repr((draws.paths, draws.values))
    return f"scenario|{_versions()}|{data}|{table}|{resolved.scenario.seed}|{replicates}"


def _path(key: str) -> Path:
    root = Path(os.environ.get("DETENTION_SIM_CACHE") or platformdirs.user_cache_dir("detention-sim"))
    return root / "priors" / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.npy"


def _read(path: Path) -> Counts | None:
    """Return a stored prior, None if there is none or it cannot be read."""
    try:
        counts = np.load(io.BytesIO(path.read_bytes()), allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return counts if counts.ndim == 2 and counts.shape[1] == 3 else None


def _write(path: Path, counts: Counts) -> None:
    """Store a prior, whole or not at all; a cache that cannot be written is done without."""
    sink = io.BytesIO()
    np.save(sink, counts)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside.write_bytes(sink.getvalue())
        os.replace(beside, path)
        for old in sorted(path.parent.glob("*.npy"), key=lambda file: file.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        return


def window_of(resolved: Resolved, facility: str | None, began: str, as_of: date) -> Window | None:
    """Return the window of an event in a scenario, to its horizon at most; None if the event is outside it."""
    start = parse_date(resolved.scenario.start).date()
    days = math.floor(resolved.scenario.days + 1e-9)
    first = (parse_date(began).date() - start).days
    if not 0 <= first < days:
        return None
    last = min(days, (as_of + timedelta(days=1) - start).days)
    return Window(facility, float(first), float(max(first, last)))
