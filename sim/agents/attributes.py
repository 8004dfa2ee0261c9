"""Columns that several kinds of agents have: names of facilities and parties instead of their index."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.arrayset import Column


def facility_name(array: str, field: str) -> Column:
    """A facility's index read as its name."""

    def values(model: Any, rows: np.ndarray) -> np.ndarray:
        return np.asarray(model.names.facilities)[getattr(model.truth, array)[field][rows]]

    return Column(values, "facility")


def own_name(kind: str) -> Column:
    """A row's own name."""
    return Column(lambda model, rows: np.asarray(getattr(model.names, kind))[rows], "name")


def party_name(array: str, field: str) -> Column:
    """A party's index read as its name."""

    def values(model: Any, rows: np.ndarray) -> np.ndarray:
        return np.asarray(model.names.parties)[getattr(model.truth, array)[field][rows]]

    return Column(values, "party")
