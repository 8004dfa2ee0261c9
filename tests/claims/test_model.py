"""The model of claims against its formulas, written once more by scipy's distributions, quadrature and counting."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from scipy import integrate, special, stats

from sim.claims.draws import BY_ROLE, COMMON, SIZE, Draws, column, columns, of_rows, settled
from sim.claims.model import (
    Numbers,
    Speaker,
    _probability,
    _read,
    _rounded,
    _student,
    draw_statements,
    log_forms,
    log_known,
    log_likelihood,
    log_numbers,
    speaks_of,
)
from sim.claims.statements import DENIED, NUMBERED, UNNUMBERED, Said, Statement, interval, unit
from sim.scenario.vocabulary import ROLES

COUNTS = np.array([0.0, 1.0, 40.0, 900.0])


def made(size: int = 2, seed: int = 4, **fixed: float) -> Draws:
    """Draws of every number, none like another, so that one in place of another shows."""
    rng = np.random.default_rng(seed)
    by_role = [rng.normal(0.0, 1.0, (size, len(ROLES))) for _ in BY_ROLE]
    by_role[list(BY_ROLE).index("scale")] = rng.uniform(0.2, 0.6, (size, len(ROLES)))
    common = {name: rng.normal(0.0, 0.7, size) for name in COMMON}
    common |= {name: rng.uniform(0.15, 0.4, size) for name in ("within", "invented_scale")}
    common |= {"freedom": rng.uniform(3.0, 8.0, size), "invented": rng.uniform(3.0, 5.0, size)}
    common |= {name: np.full(size, value) for name, value in fixed.items()}
    return Draws(*by_role, *common.values())


def of(draws: Draws, k: int, name: str, role: int | None = None) -> float:
    values = getattr(draws, name)
    return float(values[k] if role is None else values[k, role])


@pytest.mark.parametrize(("own", "blame"), [(False, False), (True, False), (False, True)])
def test_forms_are_a_multinomial_logit(own: bool, blame: bool) -> None:
    draws, role = made(), 2
    found = log_forms(draws, role, own, blame, COUNTS)
    for k in range(draws.size):
        for c, count in enumerate(COUNTS):
            size, none = (math.log(count / SIZE), 0.0) if count else (0.0, 1.0)
            deny = of(draws, k, "deny", role) + of(draws, k, "deny_size") * size + of(draws, k, "deny_none") * none
            deny += of(draws, k, "deny_own") * own + of(draws, k, "deny_blame") * blame
            word = of(draws, k, "wordless", role) + of(draws, k, "wordless_size") * size
            word += of(draws, k, "wordless_none") * none
            odds = np.exp([deny, word, 0.0])
            for form, p in zip((DENIED, UNNUMBERED, NUMBERED), odds / odds.sum(), strict=True):
                assert math.exp(found[form][k, c]) == pytest.approx(p, rel=1e-9)


def test_anything_is_said_unless_all_are_silent() -> None:
    draws, roles = made(), [0, 3]
    found = log_known(draws, roles, COUNTS)
    for k in range(draws.size):
        for c, count in enumerate(COUNTS):
            size, none = (math.log(count / SIZE), 0.0) if count else (0.0, 1.0)
            more = of(draws, k, "speak_size") * size + of(draws, k, "speak_none") * none
            silent = math.prod(1.0 - float(special.expit(of(draws, k, "speak", role) + more)) for role in roles)
            assert math.exp(found[k, c]) == pytest.approx(1.0 - silent, rel=1e-9)


def density(draws: Draws, k: int, role: int, numbers: Numbers, count: float) -> float:
    """Probability of all numbers by quadrature over the shared effect, or over what is invented."""

    x = np.linspace(-1.5, 17.0, 7401)
    given = np.ones(len(x))
    for wordings, own, blame in zip(*numbers, strict=True):
        shift = own * of(draws, k, "own") + blame * of(draws, k, "blame")
        noise = stats.t(of(draws, k, "freedom"), loc=x + shift, scale=of(draws, k, "within"))
        given *= sum(noise.cdf(one.high) - noise.cdf(one.low) for one in wordings) / len(wordings)
    if count > 0:
        centre = stats.t(
            of(draws, k, "freedom"),
            loc=math.log(count) + of(draws, k, "bias", role),
            scale=of(draws, k, "scale", role),
        )
    else:
        centre = stats.norm(of(draws, k, "invented"), of(draws, k, "invented_scale"))
    return float(integrate.simpson(given * centre.pdf(x), x=x))


def test_numbers_share_an_effect_that_is_integrated_out() -> None:
    draws, role = made(1), 1
    numbers = Numbers(
        (
            (Said(NUMBERED, *interval(120, 120)), Said(NUMBERED, *interval(90, 200))),
            (Said(NUMBERED, *interval(60, None)),),
        ),
        (True, False),
        (False, True),
    )
    found = log_numbers(draws, role, numbers, COUNTS)
    for c, count in enumerate(COUNTS):
        assert math.exp(found[0, c]) == pytest.approx(density(draws, 0, role, numbers, count), rel=0.02), count


def test_one_exact_number_and_a_word_alike() -> None:
    """A narrow interval is summed from the density, a wide one from its ends."""
    draws, role = made(1, seed=9), 0
    for low, high in ((137, 137), (24, 99), (1, None)):
        numbers = Numbers(((Said(NUMBERED, *interval(low, high)),),), (False,), (False,))
        found = log_numbers(draws, role, numbers, np.array([70.0]))
        assert math.exp(found[0, 0]) == pytest.approx(density(draws, 0, role, numbers, 70.0), rel=0.02)


def test_what_a_role_says_is_weighed_once_a_form_and_once_together() -> None:
    draws = made(1)
    number = (Said(NUMBERED, *interval(50, 50)),)
    said = [Statement(1, number, own=True), Statement(1, (Said(DENIED),)), Statement(1, (Said(UNNUMBERED),))]
    found = log_likelihood(draws, said, COUNTS)
    forms = [log_forms(draws, 1, one.own, one.blame, COUNTS)[one.said[0].form] for one in said]
    alone = log_numbers(draws, 1, Numbers((number,), (True,), (False,)), COUNTS)
    np.testing.assert_allclose(found, sum(forms) + alone, rtol=1e-12)
    with pytest.raises(ValueError, match="one role about one category"):
        log_likelihood(draws, [said[0], Statement(2, number)], COUNTS)
    with pytest.raises(ValueError, match="one role about one category"):
        log_likelihood(draws, [said[0], Statement(1, number, "families")], COUNTS)


@pytest.mark.parametrize("count", [0, 300])
def test_what_is_drawn_is_what_is_weighed(count: int) -> None:
    """Forms as often as their logit says; numbers about their median, shifted for an own failure; one effect a role."""
    draws = made(2, within=0.05, freedom=30.0, deny_none=0.5, wordless_none=0.3)
    rng, role, k = np.random.default_rng(6), 2, 1
    speakers = (Speaker(role, own=True), Speaker(role))
    forms, own, plain, apart = Counter(), [], [], []
    for _ in range(1500):
        first, second = draw_statements(draws, k, speakers, count, rng)
        assert (first.role, first.own, second.own, first.category) == (role, True, False, "all")
        forms[first.said[0].form] += 1
        middles = [0.5 * (one.said[0].low + one.said[0].high) for one in (first, second)]
        own += [middles[0]] * (first.said[0].form == NUMBERED)
        plain += [middles[1]] * (second.said[0].form == NUMBERED)
        if first.said[0].form == second.said[0].form == NUMBERED and min(middles) > 1.5:
            apart.append(middles[0] - middles[1])
    expected = log_forms(draws, role, True, False, np.array([float(count)]))
    for form, logs in expected.items():
        assert forms[form] / 1500 == pytest.approx(math.exp(logs[k, 0]), abs=0.04)
    median = of(draws, k, "invented") if count == 0 else math.log(count) + of(draws, k, "bias", role)
    spread = of(draws, k, "invented_scale") if count == 0 else of(draws, k, "scale", role)
    assert np.median(plain) == pytest.approx(median, abs=0.08)
    assert np.median(own) == pytest.approx(median + of(draws, k, "own"), abs=0.1)
    assert np.subtract(*np.quantile(plain, (0.75, 0.25))) == pytest.approx(1.36 * spread, rel=0.2)
    assert np.std(apart) < 0.25, "both numbers of a role move together"


def test_draws_are_read_by_name() -> None:
    rows = [{name: str(100 * k + n) for n, name in enumerate(columns())} for k in range(2)]
    found = of_rows(rows)
    for name in BY_ROLE:
        for r, role in enumerate(ROLES):
            assert getattr(found, name)[:, r].tolist() == [float(row[column(name, role)]) for row in rows]
    for name in COMMON:
        assert getattr(found, name).tolist() == [float(row[name]) for row in rows]
    assert found.size == 2 and found.take(np.array([1])).own.tolist() == [float(rows[1]["own"])]
    del rows[0]["own"]
    with pytest.raises(KeyError, match="lacks own"):
        of_rows(rows)
    assert of_rows([]).size == 0


def test_settled_counts_are_ranges_of_known_events() -> None:
    found = settled()
    assert len(found) >= 5 and all(0 <= low <= high for low, high in found.values())


def test_a_table_is_read_between_its_columns_and_not_beyond_them() -> None:
    table = np.array([[1.0, 3.0, 9.0]])
    at = np.array([[-2.0, 0.0, 0.25, 1.0, 1.5, 2.0, 7.0]])
    np.testing.assert_allclose(_read(table, at), np.interp(at, [0.0, 1.0, 2.0], table[0]))


def test_who_blames_shifts_what_is_said_and_silence_is_as_likely_as_it_is_weighed() -> None:
    draws, role, rng = made(2, within=0.05, freedom=30.0, blame=0.5), 2, np.random.default_rng(7)
    middles = []
    for _ in range(600):
        (said,) = (one.said[0] for one in draw_statements(draws, 1, (Speaker(role, blame=True),), 3000, rng))
        middles += [0.5 * (said.low + said.high)] * (said.form == NUMBERED)
    assert np.median(middles) == pytest.approx(math.log(3000) + of(draws, 1, "bias", role) + 0.5, abs=0.12)
    told = np.mean([speaks_of(draws, 1, [0, 3], 30, rng) for _ in range(600)])
    assert told == pytest.approx(math.exp(log_known(draws, [0, 3], np.array([30.0]))[1, 0]), abs=0.06)


def test_the_density_is_scipys_students() -> None:
    x = np.linspace(-9.0, 9.0, 41)[None, :]
    for freedom, scale in ((1.5, 0.3), (4.0, 1.0), (30.0, 2.5)):
        found = _student(x, np.array([[freedom]]), np.array([[scale]]))
        assert found[0] == pytest.approx(stats.t.pdf(x[0] / scale, freedom) / scale)


@pytest.mark.parametrize("width", [0.001, 0.1, 0.69, 0.71, 3.0, math.inf])
def test_the_probability_of_an_interval_is_students_about_what_is_shifted(width: float) -> None:
    """Below NARROW of the least noise by quadrature, above it by the ends; the mean over wordings either way."""
    draws = made(2, within=0.5, freedom=4.0)
    grid, shift = np.linspace(0.0, 9.0, 19), np.array([0.4, -0.3])
    ends = [(-math.inf, 3.0) if width == math.inf else (at, at + width * 0.5) for at in (3.0, 4.2)]
    found = _probability(draws, [Said(NUMBERED, *pair) for pair in ends], shift, grid)
    for k in range(2):
        noise = stats.t(4.0, loc=grid + shift[k], scale=0.5)
        wanted = np.mean([noise.cdf(high) - noise.cdf(low) for low, high in ends], axis=0)
        assert found[k] == pytest.approx(wanted, rel=1e-5, abs=1e-12)


@pytest.mark.parametrize("value", [0.2, 1.0, 1.49, 4.6, 9.9, 10.2, 23.0, 48.7, 100.0, 451.0, 996.0, 1030.0])
def test_a_number_drawn_is_any_that_is_read_as_an_interval_with_the_value(value: float) -> None:
    every = {n for n in range(1, 2000) if abs(value - n) <= unit(n) / 2} | {max(1, round(value))}
    drawn = Counter(_rounded(value, np.random.default_rng(n)) for n in range(200))
    assert set(drawn) == every
    assert min(drawn.values()) > 0.5 * 200 / len(every), "each as likely"


def test_effects_are_integrated_to_a_part_in_two_hundred() -> None:
    draws = made(2, seed=12)
    numbers = Numbers(
        ((Said(NUMBERED, *interval(200, 299)),), (Said(NUMBERED, *interval(1, 40)),)), (True, False), (False, True)
    )
    found = log_numbers(draws, 0, numbers, np.array([0.0, 3.0, 80.0]))
    for k in range(2):
        for c, count in enumerate((0.0, 3.0, 80.0)):
            assert math.exp(found[k, c]) == pytest.approx(density(draws, k, 0, numbers, count), rel=0.005)


def test_speakers_who_agree_on_the_event_are_shifted_and_spread_as_the_model_says() -> None:
    """Numbers of one role about an event: the noise of each is Student's within, about one centre for all."""
    draws = made(1, within=1.0, freedom=5.0, own=2.0, blame=-1.5, deny_size=-1.0, wordless_size=-1.0)
    rng, role = np.random.default_rng(9), 1
    speakers = (Speaker(role), Speaker(role), Speaker(role, own=True), Speaker(role, blame=True))
    rows = []
    for _ in range(600):
        said = [one.said[0] for one in draw_statements(draws, 0, speakers, 400_000, rng)]
        rows.append([0.5 * (one.low + one.high) if one.form == NUMBERED else math.nan for one in said])
    first, second, own, blame = np.array(rows).T
    known = lambda x: x[~np.isnan(x)]  # noqa: E731
    noise = stats.t.rvs(5.0, scale=1.0, size=(2, 40_000), random_state=1)
    wanted = np.subtract(*np.quantile(noise[0] - noise[1], (0.75, 0.25)))
    assert np.subtract(*np.quantile(known(first - second), (0.75, 0.25))) == pytest.approx(wanted, rel=0.12)
    assert np.median(known(own - first)) == pytest.approx(2.0, abs=0.2)
    assert np.median(known(blame - first)) == pytest.approx(-1.5, abs=0.2)
    spread = np.subtract(*np.quantile(known(first), (0.75, 0.25)))
    effect = stats.t.rvs(5.0, scale=of(draws, 0, "scale", role), size=40_000, random_state=2)
    assert spread == pytest.approx(np.subtract(*np.quantile(effect + noise[0], (0.75, 0.25))), rel=0.12)


def test_who_is_silent_of_none_and_of_few_is_as_likely_to_speak_as_it_is_weighed() -> None:
    draws, rng = made(2), np.random.default_rng(10)
    for k, count in ((0, 0), (1, 1), (0, 5000)):
        told = np.mean([speaks_of(draws, k, [1], count, rng) for _ in range(500)])
        assert told == pytest.approx(math.exp(log_known(draws, [1], np.array([float(count)]))[k, 0]), abs=0.07)
    assert np.exp(log_known(draws, [], COUNTS)).max() < 1e-200, "nobody says nothing"


def test_what_has_no_number_adds_none() -> None:
    draws = made(1)
    said = [Statement(1, (Said(DENIED),)), Statement(1, (Said(UNNUMBERED),), blame=True)]
    forms = [log_forms(draws, 1, False, one.blame, COUNTS)[one.said[0].form] for one in said]
    np.testing.assert_allclose(log_likelihood(draws, said, COUNTS), sum(forms))
