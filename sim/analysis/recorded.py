"""How the share that got out of a place stands in the record: with an error, and now and then as "all"."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]

ERROR = 0.5
"""Spread of an accepted share about the true one, log odds: the figures' own error, and what the model leaves out."""
OTHER = 0.03
"""Part of events that are of another kind: any share may come of them."""
ALL_GONE = 0.95
"""Share from which a place counts as emptied."""
SAID_ALL = 0.7
"""Part of the places emptied that are told of as emptied, share 1: 5 of the 7 in the record; the others are counted."""


def log_odds(share: ArrayLike, held: int) -> Floats:
    """Return log odds of a share of those held, with half a person to each side."""
    x = np.asarray(share, np.float64)
    return np.asarray(special.logit((x * held + 0.5) / (held + 1.0)))


def as_recorded(share: ArrayLike, held: int, rng: np.random.Generator) -> Floats:
    """Return true shares as the record may give them: float64, of the same shape; 0 stays 0.

    Parameters: share, of `held` people; rng, for the error.
    """
    x = np.asarray(share, np.float64)
    odds = log_odds(x, held) + ERROR * rng.standard_normal(x.shape)
    told = (special.expit(odds) * (held + 1.0) - 0.5) / held
    told = np.where(rng.random(x.shape) < OTHER, rng.random(x.shape), told)
    told = np.clip(told, 0.5 / held, 1.0)
    told = np.where((told >= ALL_GONE) & (rng.random(x.shape) < SAID_ALL), 1.0, told)
    return np.where(x == 0.0, 0.0, told)
