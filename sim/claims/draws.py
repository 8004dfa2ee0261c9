"""Draws of the numbers of the claims model, as fitted offline to documented claims (`benchmarks/fit_claims.py`)."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.scenario.shipped import folder
from sim.scenario.vocabulary import ROLES

Floats = NDArray[np.float64]

BY_ROLE: dict[str, str] = {
    "bias": "log of the median of a number over the truth",
    "scale": "scale of the effect that all numbers of the role in one event share, Student t, log",
    "deny": "log odds of a denial against a number, at SIZE persons",
    "wordless": "log odds of a claim without a number against a number, at SIZE persons",
    "speak": "log odds that the role says anything, at SIZE persons",
}
"""Numbers of the model that each role has, with their meaning."""
COMMON: dict[str, str] = {
    "within": "scale of the noise of one number about that, Student t, log",
    "freedom": "degrees of freedom of both",
    "own": "added to bias where a guarding force speaks of its own failure, log",
    "blame": "added to bias where another role blames somebody, log",
    "deny_own": "added to the log odds of a denial of an own failure",
    "deny_blame": "the same where another role blames somebody",
    "deny_size": "added to the log odds of a denial for each log unit of size",
    "deny_none": "added to the log odds of a denial where nobody got out",
    "wordless_size": "as deny_size, of a claim without a number",
    "wordless_none": "as deny_none, of a claim without a number",
    "speak_size": "as deny_size, of saying anything",
    "speak_none": "as deny_none, of saying anything",
    "invented": "log of the median of a number claimed where nobody got out",
    "invented_scale": "its scale, log",
}
"""Numbers of the model that all roles share."""
SIZE = 200.0
"""Size at which the log odds are stated, persons: near the median of the record."""

TABLE, FOLDS, SETTLED = "draws/claims.csv", "draws/claims-folds.csv", "events/settled.csv"


class Draws(NamedTuple):
    """Joint draws: of each role's numbers float64 (draws, roles), of the common ones (draws,)."""

    bias: Floats
    scale: Floats
    deny: Floats
    wordless: Floats
    speak: Floats
    within: Floats
    freedom: Floats
    own: Floats
    blame: Floats
    deny_own: Floats
    deny_blame: Floats
    deny_size: Floats
    deny_none: Floats
    wordless_size: Floats
    wordless_none: Floats
    speak_size: Floats
    speak_none: Floats
    invented: Floats
    invented_scale: Floats

    @property
    def size(self) -> int:
        """Number of draws."""
        return len(self.within)

    def take(self, rows: NDArray[np.int64] | slice) -> Draws:
        """Return some of the draws."""
        return Draws(*(np.asarray(values[rows]) for values in self))


def column(name: str, role: str) -> str:
    """Return the column of the table that holds a number of a role."""
    return f"{name}.{role.replace(' ', '_')}"


def columns() -> list[str]:
    """Return the columns of the table, in order."""
    return [column(name, role) for name in BY_ROLE for role in ROLES] + list(COMMON)


def of_rows(rows: list[dict[str, str]]) -> Draws:
    """Return draws from rows of a table, text by column. Raises KeyError for a column missing, as of a role added."""
    if rows and (missing := set(columns()) - set(rows[0])):
        raise KeyError(f"{TABLE} lacks {min(missing)}: fit the model of claims again, `make calibrate`")
    table = {name: np.array([float(row[name]) for row in rows]) for name in columns()}
    by_role = [np.stack([table[column(name, role)] for role in ROLES], axis=1) for name in BY_ROLE]
    return Draws(*by_role, *(table[name] for name in COMMON))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def fitted() -> Draws:
    """Return the draws fitted to the whole record."""
    return of_rows(_rows(folder() / TABLE))


@cache
def without() -> dict[str, Draws]:
    """Return the draws fitted without an event and its twin in the record of mass escapes, by the event's id."""
    found: dict[str, list[dict[str, str]]] = {}
    for row in _rows(folder() / FOLDS):
        found.setdefault(row["event_id"], []).append(row)
    return {event: of_rows(rows) for event, rows in found.items()}


@cache
def settled() -> dict[str, tuple[int, int]]:
    """Return the low and high settled count of the Syrian events that have one, persons, by the event's id."""
    return {row["event_id"]: (int(row["low"]), int(row["high"])) for row in _rows(folder() / SETTLED)}
