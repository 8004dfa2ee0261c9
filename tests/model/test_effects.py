"""Everything that can be set has an effect, and distributions mean what their draws mean."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel

from sim.agents.build import binding
from sim.model import Run
from sim.scenario.declare import Choice, LogNormal, Uniform
from sim.scenario.errors import InputError
from sim.scenario.fields import keys_of
from sim.scenario.loader import load
from sim.scenario.parameters import Change, Control, Levers, Offensive
from sim.scenario.resolved import Resolved
from sim.world.numbers import PATHS
from tests.model.worlds import (
    RUN_COLUMNS,
    SEED,
    Ensemble,
    as_in_2019,
    bits,
    ensemble,
    finish,
    named,
    shipped_ensemble,
    with_scenario,
)
from tests.oracle.cases import CASES

# --- every number


PLACES = [*CASES, "tiny", "hasakah-2022", "ne-syria-2019"]
"""Where an effect is looked for, the quickest first."""


def standing(where: Resolved, path: str) -> float | None:
    """The number at a path of a scenario, None if there is none."""
    value: Any = where.scenario
    for key in path.split("."):
        value = getattr(value, key) if value is not None else None
    return value if isinstance(value, float) else None


def alternatives(path: str, value: float) -> list[float]:
    """A few other values; the declared bounds clip them."""
    if path == "isr.revisit_hours":  # must suit the step
        return [2.0 * value]
    return [2.0 * value, 0.5 * value, value + 0.5, value + 20.0, 0.0]


@cache
def standing_results(name: str) -> tuple[tuple[bytes, ...], ...]:
    """Tables of the first replicates of a place as it is."""
    run = Run(named(name))
    return tuple(bits(run.complete(SEED, replicate)) for replicate in range(_looked_at(name)))


def _looked_at(name: str) -> int:
    return 3 if name in CASES or name == "tiny" else 1


def moves(name: str, path: str) -> float | None:
    """A value of a parameter that changes some column in this place, None if no tried value does."""
    where = named(name)
    value = standing(where, path)
    if value is None:
        return None
    for other in alternatives(path, value):
        changed = where.with_numbers({path: other})
        if standing(changed, path) == value:
            continue
        run = Run(changed)
        for replicate, expected in enumerate(standing_results(name)):
            if bits(run.complete(SEED, replicate)) != expected:
                return other
    return None


@pytest.mark.parametrize("path", PATHS)
def test_every_number_has_an_effect(path: str) -> None:
    assert any(moves(name, path) is not None for name in PLACES)
