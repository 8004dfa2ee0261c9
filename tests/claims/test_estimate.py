"""Claims in, posterior out: what moves it, and what does not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.claims.draws import fitted, settled, without
from sim.claims.model import _rounded, log_forms, log_likelihood
from sim.claims.statements import (
    DENIED,
    NUMBERED,
    UNNUMBERED,
    Said,
    Statement,
    interval,
    odd_causes,
    origin_of,
    statements,
    unit,
    wording,
)
from sim.experiment.estimate import posterior_of, smoothed
from sim.scenario.claims import Claim
from sim.scenario.vocabulary import ROLES
from sim.wording import Believed, official

GUARDS = ROLES.index("guarding force")


def claim(role: str = "guarding force", low: int | None = 100, high: int | None = 100, **more: object) -> Claim:
    given = {"line": 2, "event_id": "E", "date": "2019-10-13", "facility": "f", "claimed_on": "2019-10-13"}
    return Claim(role=role, low=low, high=high, **{**given, **more})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def prior():
    rng = np.random.default_rng(1)
    whole = np.rint(np.minimum(900.0, np.exp(rng.normal(4.5, 1.2, 200)))) * (rng.random(200) > 0.3)
    return smoothed(np.stack([whole, whole, 0 * whole], axis=1), 949)


def quantiles(prior, claims: list[Claim]) -> list[float]:
    return posterior_of(prior, statements(claims), fitted()).quantiles()


RIVALS = [
    claim(low=785, high=785, origin="aanes"),
    claim(low=850, high=859, origin="camp"),
    claim("NGO", origin="sohr"),
    claim("occupier", 0, 0, origin="turkey"),
    claim("media", None, None, origin="relatives"),
]


def test_order_duplicates_and_repeats_move_nothing(prior) -> None:
    as_given = posterior_of(prior, statements(RIVALS), fitted()).after
    repeated = [*RIVALS, *RIVALS[::-1], claim(low=785, high=785, origin="AANES ", source="another outlet", line=9)]
    assert statements(repeated) == statements(RIVALS)
    assert np.array_equal(posterior_of(prior, statements(repeated[::-1]), fitted()).after, as_given)


def test_without_an_origin_the_same_number_of_the_same_role_is_one_source() -> None:
    assert (
        len(statements([claim("media"), claim("media", source="another paper"), claim("media", low=90, high=90)])) == 2
    )


def test_an_origin_is_taken_at_its_latest_number() -> None:
    (one,) = statements(
        [
            claim(low=89, high=89, origin="sdf", claimed_on="2019-10-14"),
            claim(low=400, high=400, origin="sdf", claimed_on="2019-10-23"),
            claim(low=None, high=None, origin="sdf", claimed_on="2019-10-24"),
        ]
    )
    assert one.said == (wording(400, 400),)


def test_more_claims_of_one_side_narrow_less_than_one_of_another(prior) -> None:
    def width(claims: list[Claim]) -> float:
        q = quantiles(prior, claims)
        return q[-1] / max(q[0], 1.0)

    one = [claim(low=300, high=300, origin="a")]
    same = [claim(low=300, high=300, origin=name) for name in "abcdef"]
    other = [*one, claim("NGO", 300, 300, origin="n"), claim("media", 300, 300, origin="m")]
    assert width(other) < width(same)
    assert width(same) > 0.6 * width(one)


def test_a_denial_moves_belief_as_fitted_and_not_to_zero(prior) -> None:
    draws = fitted()
    found = posterior_of(prior, statements([claim("guarding force", 0, 0)]), draws)
    none = found.after[found.counts == 0].sum()
    before = found.before[found.counts == 0].sum()
    assert before < none < 0.995
    counts = np.array([0.0, 200.0])
    alone = np.exp(log_likelihood(draws, [Statement(GUARDS, (Said(DENIED),))], counts)).mean(0)
    forms = np.exp(log_forms(draws, GUARDS, False, False, counts)[DENIED]).mean(0)
    assert alone == pytest.approx(forms)
    assert alone[0] > 5 * alone[1]


def test_a_claim_without_a_number_says_little(prior) -> None:
    nothing = quantiles(prior, [])
    told = quantiles(prior, [claim("media", None, None)])
    assert told[2] >= nothing[2]
    assert told[-1] < 1.5 * nothing[-1]


def test_a_number_draws_belief_to_it(prior) -> None:
    low = quantiles(prior, [claim("media", 20, 20)])
    high = quantiles(prior, [claim("media", 700, 700)])
    assert low[-1] < high[2] and low[0] <= 20 <= low[-1] and high[0] <= 700 <= high[-1]


def test_claims_that_the_simulation_does_not_meet_are_told() -> None:
    few = np.rint(np.exp(np.random.default_rng(2).normal(1.0, 0.3, 200)))
    narrow = smoothed(np.stack([few, few, 0 * few], axis=1), 5000)
    met = posterior_of(narrow, statements([claim(low=3, high=3)]), fitted())
    apart = posterior_of(
        narrow, statements([claim(low=2000, high=2000), claim("NGO", 2500, 2500), claim("media", 1900, 1900)]), fitted()
    )
    assert met.apart < 1 < 20 < apart.apart
    assert apart.quantiles()[2] > 500, "the even part of the prior lets claims be heard"


@pytest.mark.parametrize(
    ("count", "found"), [(785, 5), (700, 100), (750, 50), (100, 50), (5, 1), (1000, 500), (859, 1), (20, 10)]
)
def test_the_unit_to_which_a_count_was_rounded(count: int, found: int) -> None:
    assert unit(count) == found


def test_words_and_ranges_as_intervals() -> None:
    assert np.exp(interval(700, 700)) == pytest.approx((650, 750))
    assert np.exp(interval(24, 99)) == pytest.approx((23.5, 99.5))
    assert np.exp(interval(100, None)) == pytest.approx((99.5, 199.5))
    assert np.exp(interval(1, None)) == pytest.approx((0, 23.5))
    assert np.exp(interval(2, None)) == pytest.approx((1.5, 3.5))
    assert np.exp(wording(0, 5)[1:]) == pytest.approx((0, 5.5))
    assert wording(0, 0).form == DENIED and wording(None, None).form == UNNUMBERED
    assert wording(0, 5).form == NUMBERED and wording(0, None).form == UNNUMBERED


def test_the_causes_that_make_a_failure_ones_own() -> None:
    (own,) = statements([claim(cause="riot")])
    (attacked,) = statements([claim(cause="assault")])
    (blamed,) = statements([claim("occupier", 700, 700, cause="release_by_guards")])
    (named,) = statements([claim("media", 700, 700, blames="sdf")])
    assert (own.own, own.blame) == (True, False)
    assert (attacked.own, attacked.blame) == (False, False)
    assert (blamed.own, blamed.blame, named.blame) == (False, True, True)
    (other,) = statements([claim("media", 700, 700, cause="riot")])
    (admitted,) = statements([claim(cause="collusion")])
    assert (other.own, other.blame, admitted.own, admitted.blame) == (False, False, False, False)
    odd = [claim(cause="Quake ", line=5), claim(cause="quake", line=3), claim(cause="riot", line=2), claim(line=4)]
    assert odd_causes(odd) == ["line 5: cause `quake` is not known, and is not used"]


def test_draws_as_shipped_are_joint_and_sound() -> None:
    draws = fitted()
    assert draws.size >= 100
    assert draws.bias.shape == (draws.size, len(ROLES))
    assert all(np.isfinite(values).all() for values in draws)
    assert (draws.scale > 0).all() and (draws.within > 0).all() and (draws.freedom > 1).all()
    assert set(without()) == set(settled())
    few, many = ROLES.index("occupier"), GUARDS
    assert draws.bias[:, few].std() > draws.bias[:, many].std(), "a role with few numbers stays wide"


@pytest.mark.parametrize(
    ("believed", "said"),
    [
        (
            Believed(0.72, (0, 0, 31), (3, 9, 40)),
            "most likely no women and children got out at camp (72%); if any, 3 to 40 (90%)",
        ),
        (
            Believed(0.2, (0, 9, 31), (3, 12, 40)),
            "women and children may have got out at camp: none (20%), or else 3 to 40 (90%)",
        ),
        (
            Believed(0.01, (3, 12, 40), (3, 12, 40)),
            "between 3 and 40 women and children got out at camp (90%), most likely about 12",
        ),
    ],
)
def test_the_sentence_says_plainly_what_is_most_likely(believed: Believed, said: str) -> None:
    assert (
        official("A", "camp", "2019-10-13", "2019-10-27", "families", believed)
        == f"A: of 2019-10-13 to 2019-10-27, {said}."
    )


def test_what_is_said_of_some_is_given_that_anybody_got_out(prior) -> None:
    found = posterior_of(prior, [], fitted().take(np.arange(5)))
    believed = found.believed()
    some = found.counts > 0
    assert believed.none == pytest.approx(found.after[~some].sum()) and 0 < believed.none < 1
    assert believed.some[0] > 0 and believed.some[0] >= believed.whole[0]
    inside = (found.counts >= believed.some[0]) & (found.counts <= believed.some[2])
    assert found.after[inside & some].sum() / found.after[some].sum() >= 0.9


def test_numbers_are_drawn_as_they_are_read() -> None:
    rng = np.random.default_rng(3)
    for value in (0.3, 1.2, 7.4, 96.0, 104.0, 149.0, 785.0, 1490.0, 20_400.0):
        for number in {_rounded(value, rng) for _ in range(60)}:
            low, high = interval(number, number)
            assert low <= math.log(value) <= high
    assert len({_rounded(1030.0, rng) for _ in range(60)}) > 2


def test_the_unit_is_the_largest_that_divides_a_count_at_least_twice() -> None:
    steps = [m * 10**k for k in range(8) for m in (1, 5)]
    for count in [*range(1, 2100), 10**6, 2 * 10**7, 10**8]:
        assert unit(count) == max([1, *(step for step in steps if count % step == 0 and count // step >= 2)]), count


def test_of_the_latest_day_every_number_is_a_wording_and_goes_before_a_denial() -> None:
    early, late = {"origin": "sdf", "claimed_on": "2019-10-14"}, {"origin": "sdf", "claimed_on": "2019-10-20"}
    given = [claim(low=50, high=50, **early), claim(low=90, high=90, **late), claim(low=70, high=80, **late)]
    (one,) = statements([*given, claim(low=0, high=0, **late)])
    assert one.said == (wording(70, 80), wording(90, 90))
    (denied,) = statements([claim(low=0, high=0, **late), given[0]])
    assert denied.said == (Said(DENIED),), "the latest, though it is no number"
    (word,) = statements([claim(low=None, high=None, **early), claim(low=None, high=None, **late)])
    assert word.said == (Said(UNNUMBERED),)


def test_an_origin_speaks_of_each_category_and_in_each_role_apart() -> None:
    given = [
        claim(origin=" Camp "),
        claim(origin="camp", category="families"),
        claim("media", origin="CAMP"),
        claim(low=90, high=90),
        claim(low=90, high=90, category="families"),
        claim(low=90, high=95),
        claim("media", 90, 90),
    ]
    found = statements(given)
    assert len(found) == 7 and set(statements(given[::-1])) == set(found)
    assert sorted({(one.role, one.category) for one in found}) == sorted(
        {(ROLES.index(one.role), one.category) for one in given}
    )
    assert origin_of(given[0]) == origin_of(given[2]) == ("origin", "camp")
    assert len({origin_of(one) for one in given[3:]}) == 4


def test_a_cause_is_read_whatever_its_case_and_who_is_blamed_owns_no_failure() -> None:
    (own,) = statements([claim(cause=" Riot ")])
    (blamed,) = statements([claim(cause="riot", blames="invader")])
    (other,) = statements([claim("media", 5, 5, cause="COLLUSION")])
    assert (own.own, own.blame, blamed.own, blamed.blame, other.blame) == (True, False, False, False, True)
