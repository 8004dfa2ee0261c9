"""The posterior covers what it says: truths from a prior, claims by the model, ranks uniform (Talts et al. 2018)."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.recover_claims import MIXES, recover
from sim.claims.draws import fitted

TRUTHS = 1200
DRAWS = 8


@pytest.fixture(scope="module")
def recovered():
    draws = fitted().take(np.arange(DRAWS))
    each = TRUTHS // len(MIXES)
    return [recover(speakers, each, draws, 10 + n) for n, speakers in enumerate(MIXES.values())]


@pytest.mark.parametrize("level", [0.5, 0.9])
def test_intervals_hold_as_many_truths_as_they_say(recovered, level: float) -> None:
    ranks = np.concatenate([found.ranks for found in recovered])
    assert len(ranks) > 0.7 * TRUTHS
    assert np.mean(np.abs(ranks - 0.5) <= level / 2) == pytest.approx(level, abs=0.04)


def test_each_mix_of_roles_alone(recovered) -> None:
    for name, found in zip(MIXES, recovered, strict=True):
        error = 3.3 * 0.5 / np.sqrt(len(found.ranks))
        assert found.coverage(0.5) == pytest.approx(0.5, abs=error), name
        assert found.coverage(0.9) == pytest.approx(0.9, abs=3.3 * 0.3 / np.sqrt(len(found.ranks))), name


def test_that_nobody_got_out_is_believed_as_often_as_it_is_so(recovered) -> None:
    believed = np.concatenate([found.none_believed for found in recovered])
    none = np.concatenate([found.none for found in recovered])
    assert believed.mean() == pytest.approx(
        none.mean(), abs=3.3 * np.sqrt((believed * (1 - believed)).mean() / len(none))
    )
    sure = believed > 0.8
    assert sure.sum() > 30 and none[sure].mean() > 0.8
