"""How the model behaves as a whole: quiet, two stable states, tipping, and the patterns of the record."""

from __future__ import annotations

import numpy as np
import pytest

from sim.model import Run
from sim.scenario.resolved import Resolved
from tests.model.worlds import (
    REPLICATES_2019,
    SEED,
    Ensemble,
    as_in_2019,
    named,
    shipped_ensemble,
    world,
)
from tests.oracle.cases import prison

# --- normal times


def test_nobody_is_in_disorder_in_a_quiet_year() -> None:
    run = Run(named("quiet-year"))
    for replicate in range(3):
        run.reset(SEED, replicate)
        for _ in range(int(run.truth.clock["steps"][0])):
            run.advance(1)
            assert not run.truth.facility["active"].any()


def test_lone_escapes_of_a_quiet_year_are_those_of_ordinary_systems() -> None:
    """Per 1,000 person-years: South Africa 0.17 at the low end, US states 18.3 in 1993 at the high end."""
    runs = shipped_ensemble("quiet-year", 40).run
    rates = runs["escaped_stealth"] / runs["population"] * 1000.0
    assert (rates > 0.17).all()
    assert (rates < 18.3).all()
    assert rates.mean() == pytest.approx(1.5, rel=0.1)
    assert (runs["escaped"] == runs["escaped_stealth"] + runs["escaped_disorder"]).all()


def test_incidents_of_a_quiet_year_are_rare_and_leave_the_base_rate_what_it_is() -> None:
    """One in 100,000 person-years is one in about five years here."""
    runs = shipped_ensemble("quiet-year", 40).run
    rates = runs["escaped"] / runs["population"] * 1000.0
    assert (rates < 18.3).all()
    assert np.median(rates) == pytest.approx(1.5, rel=0.2)
    assert (runs["escaped_disorder"] > 0).mean() < 0.5


# --- two stable states

HELD = 600
BAND = (20, 27)
"""Guards of all shifts, two of them, between which both states last: a quiet start holds with one guard on shift for
60 held or fewer, a riot once begun goes on from one for 44 up. Outside there is one state:"""
RIOTS_END, QUIET_ENDS = 35, 13
"""with one for 34 or fewer every riot dies out, with one for 92 up every quiet place tips."""


def one_place(guards: int) -> Resolved:
    """Fighters in blocks of 150 whom no exit, no mood and no news disturbs."""
    place = prison(36.41, 38.53, {"fighters": {"local": float(HELD)}}, float(guards), block_size=150)
    return world(
        {
            "days": 10,
            "disorder": {"threshold": 0.1, "agitation_sd": 0.0},
            "walls": {"baseline": 0.0, "erosion_per_hour": 0.0},
        },
        {"facilities": {"block": place}},
    )


def in_disorder_at_the_end(guards: int, *, begun: bool, replicates: int = 16) -> np.ndarray:
    """People in disorder after ten days, from nobody or from everybody."""
    run = Run(one_place(guards))
    ends = []
    for replicate in range(replicates):
        run.reset(SEED, replicate)
        assert run.truth.facility["on_site"][0] == guards
        if begun:
            run.truth.people["active"] = 1
            run.truth.block["active"] = run.truth.block["held"]
            run.truth.facility["active"] = run.truth.facility["held"]
        run.advance(int(run.truth.clock["steps"][0]))
        assert run.truth.total["escaped"][0] == 0
        assert run.truth.block["active"].sum() == run.truth.facility["active"][0] == run.truth.people["active"].sum()
        ends.append(int(run.truth.facility["active"][0]))
    return np.array(ends)


@pytest.mark.parametrize("guards", [BAND[0], 22, 24, BAND[1]])
def test_within_the_band_order_and_riot_both_last(guards: int) -> None:
    assert (in_disorder_at_the_end(guards, begun=False) == 0).all()
    assert (in_disorder_at_the_end(guards, begun=True) > 0.2 * HELD).all()


@pytest.mark.parametrize("guards", [RIOTS_END, 50, 110])
def test_with_more_guards_every_riot_dies_out(guards: int) -> None:
    assert (in_disorder_at_the_end(guards, begun=False) == 0).all()
    assert (in_disorder_at_the_end(guards, begun=True) == 0).all()


@pytest.mark.parametrize("guards", [QUIET_ENDS, 8])
def test_with_fewer_guards_every_place_tips(guards: int) -> None:
    quiet, riot = (in_disorder_at_the_end(guards, begun=begun) for begun in (False, True))
    assert (quiet > 0.5 * HELD).all()
    assert quiet.mean() == pytest.approx(riot.mean(), rel=0.05)


# --- unguarded places


def hours_until_half_are_gone(name: str, hours: int) -> np.ndarray:
    """Hours after which half of those held in a place of the theatre have escaped, if it never had a guard."""
    here = named("ne-syria-2019").theatre.facilities[name].model_dump(by_alias=True, exclude={"guards", "party"})
    where = world(
        {"days": hours / 24.0}, {"facilities": {"place": here | {"party": "keeper", "lat": 36.41, "lon": 38.53}}}
    )
    run = Run(where)
    found = []
    for replicate in range(8):
        run.reset(SEED, replicate)
        held0 = int(run.truth.facility["held0"][0])
        for hour in range(1, hours + 1):
            run.advance(1)
            if run.truth.total["escaped"][0] > held0 / 2:
                found.append(hour)
                break
        else:
            found.append(10**6)
    return np.array(found)


def test_a_camp_empties_within_a_day_and_a_prison_within_two() -> None:
    camp = hours_until_half_are_gone("ain-issa", 24)
    large_prison = hours_until_half_are_gone("hasakah", 48)
    assert camp.max() <= 24
    assert large_prison.max() <= 48
    assert large_prison.min() > 3 * camp.max()


# --- guards

PAIRED = 40


def escapes(scale: float, replicates: int = PAIRED) -> np.ndarray:
    """Escapes of 2019 with the guards multiplied by this; replicates share their random numbers."""
    if scale == 1.0:
        return as_in_2019(replicates).run["escaped"]
    return shipped_ensemble("ne-syria-2019", replicates, guards__scale=scale).run["escaped"]


@pytest.mark.parametrize(("fewer", "more"), [(0.5, 0.75), (0.75, 1.0), (1.0, 1.5), (0.5, 1.5)])
def test_more_guards_never_mean_more_escapes(fewer: float, more: float) -> None:
    difference = escapes(more) - escapes(fewer)
    low = difference.mean() - 1.96 * difference.std(ddof=1) / np.sqrt(len(difference))
    assert low <= 0.0
    assert difference.mean() < 0.0 or fewer >= 1.0, "with more than were there it is flat"


def test_the_network_tips_as_guards_thin() -> None:
    few = 12
    mean = {scale: escapes(scale, few if scale < 0.5 else PAIRED).mean() for scale in (0.0, 0.3, 0.5, 0.8, 1.0, 1.5)}
    assert mean[0.3] >= 3.0 * mean[1.0]
    assert mean[0.0] >= 10.0 * mean[1.0]
    assert mean[0.8] <= 2.0 * mean[1.5], "above 0.8 it is nearly flat"
    slopes = {"thin": (mean[0.3] - mean[0.5]) / 0.2, "full": (mean[0.8] - mean[1.5]) / 0.7}
    assert slopes["thin"] > 10.0 * slopes["full"]


# --- the step


def test_half_the_step_moves_the_mean_by_less_than_its_error() -> None:
    whole = as_in_2019().run["escaped"]
    half = shipped_ensemble("ne-syria-2019", REPLICATES_2019, step_hours=0.5).run["escaped"]
    error = whole.std(ddof=1) / np.sqrt(REPLICATES_2019)
    assert abs(half.mean() - whole.mean()) < error
    assert (half != whole).any()


# --- patterns of the record


@pytest.fixture(scope="module")
def hasakah() -> Ensemble:
    return shipped_ensemble("hasakah-2022", 300)


def test_several_hundred_got_away_at_hasakah_is_no_surprise(hasakah: Ensemble) -> None:
    gross = hasakah.run["escaped"]
    low, high = np.quantile(gross, [0.05, 0.95])
    assert low <= 200
    assert high >= 999
    assert ((gross >= 200) & (gross <= 999)).mean() > 0.03, "with the rising inside it is few or most"
    assert (gross < 50).any(), "it may be held"


def test_the_assault_on_hasakah_touches_no_other_place_much(hasakah: Ensemble) -> None:
    elsewhere = hasakah.run["escaped"] - hasakah.at("hasakah")["escaped"]
    assert np.quantile(elsewhere, 0.9) < 50


def test_fighters_who_escaped_in_2019() -> None:
    fighters = as_in_2019(300).run["escaped_fighters"]
    assert 30 <= np.median(fighters) <= 600
    assert np.quantile(fighters, 0.95) < 2000
    assert (fighters > 3000).mean() < 0.04


def test_the_annex_of_ain_issa_lost_most_of_its_people_in_2019() -> None:
    annex = as_in_2019(300).at("ain-issa")
    assert 0.5 <= np.median(annex["escaped"] / annex["held0"]) <= 1.0


def test_the_rest_of_the_network_held_in_2019() -> None:
    """Most of the escapes of the median replicate are those of the two places that fell."""
    whole = as_in_2019(300)
    fell = whole.at("ain-issa")["escaped"] + whole.at("tel-abyad")["escaped"]
    somebody = whole.run["escaped"] > 0
    assert np.median(fell[somebody] / whole.run["escaped"][somebody]) > 0.5
