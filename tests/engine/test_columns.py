"""A column is declared once; what follows from its declaration."""

from __future__ import annotations

import math
from typing import Annotated, NamedTuple

import numpy as np
import pytest

from sim.engine.columns import Part, Record, Spec, check_bundle, fixed, owned, restored, saved, specs, state


class Bundle(NamedTuple):
    kept: Annotated[np.ndarray, Spec("SITE", "sites", "sites")]
    drawn: Annotated[np.ndarray, Spec("f8", "sites", "numbers", Part.DRAWN, "drawn at the start")]


SITE = Record("SITE", owned("here", fixed("key", "u8", "", "key"), state("due", "i8", "min", "when", start=-1)))


def test_rows_begin_as_declared() -> None:
    rows = SITE.rows(2, 3)
    assert rows.shape == (2, 3)
    assert (rows["due"] == -1).all()
    assert (rows["key"] == 0).all()
    assert np.isnan(Record("X", owned("here", state("a", "f8", "", "a", start=math.nan))).rows(1)["a"][0])


@pytest.mark.parametrize("name", ["size", "data", "flags", "item", "copy"])
def test_a_name_that_records_have_for_something_else_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="NumPy's records"):
        Record("X", owned("here", state(name, "f8", "", "it would be shadowed in plain mode")))


def test_a_column_declared_twice_is_refused() -> None:
    group = owned("here", state("a", "f8", "", "a"))
    with pytest.raises(ValueError, match=r"X\.a is declared by here and there"):
        Record("X", group, owned("there", state("a", "f8", "", "a")))


def test_saved_work_that_cannot_be_forgotten_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot|can forget"):
        owned("here", saved("a", "f8", "", "a"))


def test_an_array_is_set_back_unless_it_says_why_not() -> None:
    assert restored(Bundle) == ("kept",)


def test_an_array_without_a_declaration_is_refused() -> None:
    class Loose(NamedTuple):
        a: np.ndarray

    with pytest.raises(TypeError, match=r"Loose\.a is not declared"):
        specs(Loose)


def test_an_array_not_made_as_declared_is_refused() -> None:
    check_bundle(Bundle(SITE.rows(1), np.zeros(1)), [SITE])
    with pytest.raises(TypeError, match=r"Bundle\.drawn"):
        check_bundle(Bundle(SITE.rows(1), np.zeros(1, np.int64)), [SITE])
