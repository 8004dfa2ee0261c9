"""A bundle in compiled code: the arrays themselves, read and written, and counted by nobody."""

from __future__ import annotations

import sys
from typing import NamedTuple

import numpy as np

from sim.engine.compiled import compiled
from sim.engine.reference import referenced


class Bundle(NamedTuple):
    """Arrays of several kinds."""

    numbers: np.ndarray
    table: np.ndarray
    records: np.ndarray


BundleRef = referenced(Bundle)


@compiled
def touch(t: Bundle, k: int) -> float:
    """Read and write all members, through a view too."""
    row = t.table[k]
    row[1] += t.numbers[k]
    t.records[k].count += 1
    t.numbers[k] = t.records[k].count + row[1]
    return t.numbers[k]


@compiled
def entry(bundle: Bundle, times: int) -> float:
    """An entry point: the bundle by value, the rule by reference."""
    t = BundleRef(*bundle)
    last = 0.0
    for _ in range(times):
        last = touch(t, 1)
    return last


def bundle() -> Bundle:
    return Bundle(np.array([1.0, 2.0]), np.zeros((2, 3)), np.zeros(2, np.dtype([("count", "i8")], align=True)))


def test_rules_work_on_the_arrays_themselves() -> None:
    given = bundle()
    assert entry(given, 2) == 7.0  # table: 2, then 2 + 3; count: 1, then 2
    assert given.numbers.tolist() == [1.0, 7.0]
    assert given.table.tolist() == [[0.0, 0.0, 0.0], [0.0, 5.0, 0.0]]
    assert given.records["count"].tolist() == [0, 2]


def test_no_owner_is_left_behind_and_none_is_lost() -> None:
    given = bundle()
    entry(given, 1)
    before = [sys.getrefcount(array) for array in given]
    for _ in range(100):
        entry(given, 3)
    assert [sys.getrefcount(array) for array in given] == before


def test_an_entry_point_takes_other_arrays_at_every_call() -> None:
    first, second = bundle(), bundle()
    assert entry(first, 1) == entry(second, 1)
    first.numbers[1] = 10.0
    assert entry(first, 1) != entry(second, 1)
