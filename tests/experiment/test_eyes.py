"""What one more observer buys: options at a place, tried in the same replicates, kept in order."""

from __future__ import annotations

import numpy as np
import pytest

from sim.experiment import eyes
from sim.experiment.eyes import buys, options
from sim.scenario.errors import InputError
from sim.scenario.loader import load

LEAKY = {"stealth.per_1000_year": 20000, "days": 12}


@pytest.fixture(scope="module")
def leaky():
    return load("tiny", LEAKY)


def test_eyes_that_are_kept_stay_look_at_their_place_alone_and_change_nothing_that_happens(leaky) -> None:
    (place,) = [name for name, site in leaky.theatre.facilities.items() if site.regime == "detained"][:1]
    found = options(leaky, [place])
    assert [one.kind for one in found] == ["liaison", "orbit"]
    assert all(one.observer.at == [place] and not one.observer.leaves for one in found)
    before = eyes._kept(leaky, 20, 1)
    after = eyes._kept(eyes._with(leaky, found), 20, 1)
    for name in ("daily", "events"):
        truth = [
            column
            for column in before.table(name).column_names
            if column in ("day", "escaped", "held", "kind", "count")
        ]
        assert before.table(name).select(truth).equals(after.table(name).select(truth))
    said = after.reports.to_pylist()
    theirs = [row for row in said if row["observer"] in {one.observer.name for one in found}]
    assert theirs and {row["facility"] for row in theirs} == {place}
    assert [row for row in said if row not in theirs] == before.reports.to_pylist()


def test_the_best_alone_is_kept_first_and_every_gain_has_its_interval(leaky) -> None:
    found = buys(leaky, replicates=24, kept=2)
    alone, order = [one for one in found if one.step == 0], [one for one in found if one.step > 0]
    assert [one.narrowing for one in alone] == sorted((one.narrowing for one in alone), reverse=True)
    assert order[0] == alone[0]._replace(step=1) and [one.step for one in order] == [1, 2]
    assert (order[1].kind, order[1].place) != (order[0].kind, order[0].place)
    assert order[1].width == pytest.approx(order[0].width - order[0].narrowing)
    assert all(one.low <= one.narrowing <= one.high and one.pairs == 24 for one in found)
    assert order[0].narrowing > 0 and np.isfinite(order[0].high)


def test_a_place_that_is_none_is_refused(leaky) -> None:
    with pytest.raises(InputError, match="no facility"):
        buys(leaky, ["atlantis"], replicates=20)
