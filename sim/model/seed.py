"""The seed of a Mesa model from what Mesa takes as `rng`, and Mesa's scenario of a model, which makes it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np
from mesa.experimental.scenarios import Scenario

from sim.scenario.resolved import Resolved

type Rng = (
    int
    | np.integer
    | Sequence[int]
    | np.random.SeedSequence
    | np.random.BitGenerator
    | np.random.Generator
    | Literal["scenario"]
    | None
)
"""What Mesa takes as `rng`, and the scenario's own seed."""

KINDS = "a whole number, a numpy Generator, BitGenerator or SeedSequence, whole numbers, None or 'scenario'"
GENERATORS = np.random.SeedSequence | np.random.BitGenerator | np.random.Generator
LARGEST = 2**63


def seed_of(rng: Rng, stated: int) -> int:
    """Return the seed that `rng` stands for; None is fresh entropy, and 'scenario' the seed that the scenario states.

    A generator is asked for one number. Raises TypeError for what is none of these, ValueError for a number below 0 or
    of more than 63 bits.
    """
    if isinstance(rng, str) and rng == "scenario":
        return stated
    if isinstance(rng, int | np.integer):
        if not 0 <= rng < LARGEST:
            raise ValueError("rng: expected a whole number from 0 to 2^63 - 1")
        return int(rng)
    if not (rng is None or isinstance(rng, GENERATORS) or _are_numbers(rng)):
        raise TypeError(f"rng: expected {KINDS}")
    return int(np.random.default_rng(rng).integers(LARGEST, dtype=np.uint64))


def _are_numbers(rng: object) -> bool:
    return isinstance(rng, Sequence | np.ndarray) and all(isinstance(part, int | np.integer) for part in rng)


class MadeOf(NamedTuple):
    """What a model was made of: a scenario, settings by path, a seed and a replicate."""

    source: Resolved | str | Path
    overrides: Mapping[str, object]
    seed: int
    replicate: int


class StatedScenario(Scenario):
    """Mesa's scenario of a model: what Mesa's `Reset` hands to the class so that it makes the same model again.

    Mesa makes it anew from its class alone, so every model has a class of its own (`stating`).
    """

    _made_of: ClassVar[MadeOf]

    def __init__(self, *, rng: Any = None, **others: Any) -> None:
        # Numbered here: Mesa numbers by class, and so keeps every class, with what the model was made of, for good.
        numbered = {"_scenario_id": 0, **others}
        super().__init__(rng=self._made_of.seed if rng is None else rng, **numbered)

    def __reduce__(self) -> Any:
        return stating, (self._made_of,)

    @property
    def made_of(self) -> MadeOf:
        """Return what its model was made of."""
        return self._made_of


def stating(made_of: MadeOf) -> StatedScenario:
    """Return the scenario, for Mesa, of a model made of this."""
    made: StatedScenario = type("DetentionScenario", (StatedScenario,), {"_made_of": made_of})()
    return made


def settings_of(scenario: Scenario) -> dict[str, Any]:
    """Return the settings that any scenario of Mesa's holds, `scenario` and `replicate` among them; not its seed."""
    return {name: value for name, value in scenario if name not in ("rng", "model")}
