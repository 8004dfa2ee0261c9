"""Calm: a prison where nothing happens loses what lone escapes take, whatever authority its guards have."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.scenario.parameters import Stealth
from sim.scenario.resolved import Resolved
from tests.model.worlds import ensemble, resolved
from tests.oracle.cases import build, prison

HELD = 3800
DAYS = 30
REPLICATES = 40
"""12,500 person-years a setting: 19 lone escapes are expected, give or take 4.4."""
AUTHORITIES = (0.5, 0.6, 0.7, 0.8)
RATIOS = (8, 12, 20)
"""People held for one guard of all shifts."""
BASE = float(Stealth().per_1000_year)  # type: ignore[arg-type]


def calm_prison(authority: float, ratio: int, **disorder: float) -> Resolved:
    """One prison for a month without fire, attacks, news or changes; disorder and lone escapes by default."""
    usual = {"threshold": 0.1, **disorder}
    return resolved(
        build(
            {"days": DAYS, "disorder": usual, "stealth": {"per_1000_year": BASE}},
            {
                "parties": {"keeper": {"authority": authority}},
                "facilities": {"place": prison(36.41, 38.53, {"fighters": {"local": float(HELD)}}, HELD / ratio)},
            },
        )
    )


@cache
def rate(authority: float, ratio: int, **disorder: float) -> float:
    """Exits per 1,000 person-years."""
    runs = ensemble(calm_prison(authority, ratio, **disorder), REPLICATES).run
    return float(runs["escaped"].sum() / (REPLICATES * HELD * DAYS / 365.25) * 1000.0)


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("authority", AUTHORITIES)
def test_a_calm_prison_loses_within_ten_times_the_base_rate(authority: float, ratio: int) -> None:
    assert BASE / 10.0 < rate(authority, ratio) < BASE * 10.0


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize(("less", "more"), list(zip(AUTHORITIES, AUTHORITIES[1:], strict=False)))
def test_a_tenth_of_authority_is_no_cliff(less: float, more: float, ratio: int) -> None:
    assert 0.2 < rate(less, ratio) / rate(more, ratio) < 5.0


def test_with_all_legitimacy_in_authority_there_is_a_cliff() -> None:
    """Else the tests above would hold whatever weight authority had."""
    assert rate(0.5, 12, authority_weight=1.0) > 100.0 * rate(0.6, 12, authority_weight=0.1)


def test_authority_still_counts() -> None:
    """A place thin enough to simmer loses more under less authority: paired, twice its standard error."""
    few = 30
    less, more = (ensemble(calm_prison(authority, few), 20).run["escaped"] for authority in (0.4, 0.8))
    difference = less.astype(float) - more
    assert difference.mean() > 2.0 * difference.std(ddof=1) / np.sqrt(len(difference)) > 0.0


@pytest.mark.parametrize("weight", [0.0, 0.1, 1.0])
def test_at_the_reference_the_weight_changes_nothing(weight: float) -> None:
    usual = ensemble(calm_prison(0.7, 40), 2)
    other = ensemble(calm_prison(0.7, 40, authority_weight=weight), 2)
    assert usual.run["escaped_disorder"].sum() > 0
    assert other.run.tobytes() == usual.run.tobytes()
