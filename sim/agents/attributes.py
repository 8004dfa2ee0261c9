"""Attributes that several kinds of agents have: names of facilities and parties instead of their indices."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.engine.arrayset import Column


def facility_name(array: str, field: str) -> Column:
    """Return an attribute that reads a facility's index as its name."""

    def values(model: Any, rows: np.ndarray) -> np.ndarray:
        return np.asarray(model.names.facilities)[getattr(model.truth, array)[field][rows]]

    return Column(values, "facility")


def own_name(kind: str) -> Column:
    """Return an attribute that reads a row's own name."""
    return Column(lambda model, rows: np.asarray(getattr(model.names, kind))[rows], "name")


def party_name(array: str, field: str) -> Column:
    """Return an attribute that reads a party's index as its name."""

    def values(model: Any, rows: np.ndarray) -> np.ndarray:
        return np.asarray(model.names.parties)[getattr(model.truth, array)[field][rows]]

    return Column(values, "party")
