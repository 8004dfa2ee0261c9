"""Addressed random numbers: Philox as NumPy has it, exact quantiles as SciPy has them, and names that do not collide."""

from __future__ import annotations

import ast
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.agents.build import names_of
from sim.engine.random import (
    binomial_quantile,
    exponential_quantile,
    fill_uniform,
    four_uniforms,
    lognormal_quantile,
    name_key,
    normal_quantile,
    one_of,
    philox,
    poisson_quantile,
    uniform,
)
from sim.scenario.loader import load

ROOT = Path(__file__).resolve().parents[2]
WORD = st.integers(0, 2**64 - 1)
SMALLEST, LARGEST = 2.0**-54, 1.0 - 2.0**-53
"""The ends of what `uniform` can give."""
EDGES = (SMALLEST, 1e-12, 1e-6, 1e-3)
CHANCES = (*EDGES, *np.linspace(0.01, 0.99, 99).tolist(), *(1.0 - u for u in reversed(EDGES[1:])))


def numpys_philox(key: tuple[int, int], counter: tuple[int, int, int, int]) -> list[int]:
    """One block of NumPy's, which adds one to its counter before it draws."""
    whole = sum(word << 64 * place for place, word in enumerate(counter))
    before = (whole - 1) % 2**256
    return np.random.Philox(key=key[0] + (key[1] << 64), counter=before).random_raw(4).tolist()


@given(key=st.tuples(WORD, WORD), counter=st.tuples(WORD, WORD, WORD, WORD))
def test_a_block_is_numpys_bit_for_bit(key, counter) -> None:
    words = philox(*(np.uint64(word) for word in (*key, *counter)))
    assert [int(word) for word in words] == numpys_philox(key, counter)


@given(
    seed=st.integers(0, 2**63 - 1),
    stream=WORD,
    replicate=st.integers(0, 2**40),
    entity=WORD,
    minute=st.integers(0, 2**40),
    index=st.integers(0, 2**33),
)
def test_a_number_is_the_word_at_its_address(seed, stream, replicate, entity, minute, index) -> None:
    words = numpys_philox((seed, stream), (replicate, entity, minute, index // 4))
    found = uniform(seed, np.uint64(stream), replicate, np.uint64(entity), minute, index)
    assert found == ((words[index % 4] >> 12) + 0.5) * 2.0**-52


ADDRESS = ("seed", "stream", "replicate", "entity", "minute", "index")


@pytest.mark.parametrize("part", range(6), ids=ADDRESS)
def test_changing_any_part_of_the_address_changes_the_number(part: int) -> None:
    rng = np.random.default_rng(part)
    for _ in range(200):
        address = [int(rng.integers(0, 2**40)) for _ in ADDRESS]
        other = address.copy()
        other[part] += int(rng.integers(1, 100))
        assert at(address) == at(address)
        assert at(address) != at(other)


def at(address: list[int]) -> float:
    seed, stream, replicate, entity, minute, index = address
    return uniform(seed, np.uint64(stream), replicate, np.uint64(entity), minute, index)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 7, 8, 1001])
def test_filling_gives_the_same_numbers_as_asking_one_by_one(n: int) -> None:
    stream, entity = name_key("exits"), name_key("lone-prison")
    filled = np.full(n, np.nan)
    fill_uniform(filled, 5, stream, 3, entity, 1440)
    assert filled.tolist() == [uniform(5, stream, 3, entity, 1440, i) for i in range(n)]


def test_numbers_are_uniform_on_the_open_interval() -> None:
    numbers = np.empty(400_000)
    fill_uniform(numbers, 11, name_key("exits"), 0, name_key("lone-prison"), 0)
    assert 0.0 < numbers.min() < 1e-4
    assert 1.0 - 1e-4 < numbers.max() < 1.0
    assert abs(numbers.mean() - 1 / 2) < 5 * math.sqrt(1 / 12 / len(numbers))
    assert abs(numbers.var() - 1 / 12) < 5 * math.sqrt(1 / 180 / len(numbers))
    assert stats.kstest(numbers, "uniform").pvalue > 1e-4


def test_neighbouring_addresses_do_not_go_together() -> None:
    stream, entity = name_key("exits"), name_key("lone-prison")
    drawn = np.empty((6, 20_000))
    for row, (seed, key, replicate, who, minute) in zip(
        drawn,
        [
            (1, stream, 0, entity, 0),
            (2, stream, 0, entity, 0),
            (1, stream + np.uint64(1), 0, entity, 0),
            (1, stream, 1, entity, 0),
            (1, stream, 0, entity + np.uint64(1), 0),
            (1, stream, 0, entity, 60),
        ],
        strict=True,
    ):
        fill_uniform(row, seed, key, replicate, who, minute)
    correlation = np.corrcoef(drawn) - np.eye(6)
    assert np.abs(correlation).max() < 5 / math.sqrt(drawn.shape[1])


def test_normal_lognormal_and_exponential_quantiles_are_scipys() -> None:
    chances = np.array([10.0**-k for k in range(1, 17)] + list(CHANCES) + [SMALLEST, LARGEST, 0.075, 0.925])
    found = np.array([normal_quantile(u) for u in chances])
    np.testing.assert_allclose(found, stats.norm.ppf(chances), rtol=3e-15, atol=1e-16)
    assert normal_quantile(0.5) == 0.0
    lognormal = [lognormal_quantile(u, 2.5, 0.7) for u in chances]
    np.testing.assert_allclose(lognormal, stats.lognorm.ppf(chances, 0.7, scale=2.5), rtol=1e-13)
    exponential = [exponential_quantile(u) for u in chances]  # from above: u is the chance of outliving it
    np.testing.assert_allclose(exponential, stats.expon.isf(chances), rtol=1e-14)


def test_the_normal_quantile_is_odd_and_rises() -> None:
    chances = np.linspace(0.0005, 0.4995, 1000)
    low = np.array([normal_quantile(u) for u in chances])
    assert (np.diff(low) > 0).all()
    np.testing.assert_allclose([normal_quantile(1.0 - u) for u in chances], -low, rtol=1e-12)


def is_quantile(n: int, u: float, below: float, at_most: float, slack: float) -> bool:
    """Whether n is the smallest whole number with P(N <= n) >= u, given P(N < n) and P(N <= n), to rounding."""
    return below < u * (1 + slack) + slack * (1 - u) and at_most > u - slack


@pytest.mark.parametrize(
    "mean", [1e-300, 1e-12, 1e-3, 0.1, 1.0, 7.5, 49.9, 50.1, 99.0, 101.0, 200.0, 1e3, 1e4, 1e5, 1e6]
)
def test_poisson_quantile_is_the_smallest_number_that_reaches_the_chance(mean: float) -> None:
    slack = max(1e-13, 1e-15 * mean)  # the exponent n log(mean) is of this size, and so is its rounding
    for u in CHANCES:
        if 1.0 - u < 10 * slack:
            continue
        n = poisson_quantile(u, mean)
        assert is_quantile(n, u, stats.poisson.cdf(n - 1, mean), stats.poisson.cdf(n, mean), slack), (u, n)


@pytest.mark.parametrize("mean", [0.0, -1.0])
def test_nothing_comes_of_no_mean(mean: float) -> None:
    assert [poisson_quantile(u, mean) for u in (SMALLEST, 0.5, LARGEST)] == [0, 0, 0]


def test_poisson_and_binomial_numbers_have_the_law_they_are_named_for() -> None:
    u = np.empty(50_000)
    fill_uniform(u, 3, name_key("exits"), 0, name_key("lone-prison"), 0)
    for mean in (0.3, 12.0, 400.0):
        drawn = np.array([poisson_quantile(x, mean) for x in u])
        assert abs(drawn.mean() - mean) < 5 * math.sqrt(mean / len(u))
        assert abs(drawn.var() / mean - 1) < 0.05
    for n, p in ((10, 0.2), (1000, 0.5), (5000, 0.97)):
        drawn = np.array([binomial_quantile(x, n, p) for x in u])
        assert abs(drawn.mean() - n * p) < 5 * math.sqrt(n * p * (1 - p) / len(u))
        assert abs(drawn.var() / (n * p * (1 - p)) - 1) < 0.05


@pytest.mark.parametrize("n", [1, 2, 10, 49, 50, 60, 1000, 100_000])
@pytest.mark.parametrize("p", [1e-300, 1e-12, 1e-3, 0.1, 0.5, 0.9, 0.97])
def test_binomial_quantile_is_the_smallest_number_that_reaches_the_chance(n: int, p: float) -> None:
    slack = max(1e-13, 1e-15 * n)
    for u in CHANCES:
        if min(u, 1.0 - u) < 10 * slack:
            continue
        k = binomial_quantile(u, n, p)
        assert is_quantile(k, u, stats.binom.cdf(k - 1, n, p), stats.binom.cdf(k, n, p), slack), (u, k)


@pytest.mark.parametrize(("n", "p", "expected"), [(0, 0.5, 0), (-3, 0.5, 0), (40, 0.0, 0), (40, 1.0, 40), (0, 1.0, 0)])
def test_none_and_all_are_certain(n: int, p: float, expected: int) -> None:
    assert [binomial_quantile(u, n, p) for u in (SMALLEST, 0.5, LARGEST)] == [expected] * 3


@pytest.mark.parametrize("mean", [200.0, 1e4])
def test_the_last_chance_below_1_gives_no_monstrous_number(mean: float) -> None:
    assert poisson_quantile(LARGEST, mean) < mean + 15 * math.sqrt(mean)
    assert binomial_quantile(LARGEST, 10 * int(mean), 0.1) < mean + 15 * math.sqrt(mean)


@pytest.mark.parametrize("n", [49, 60])
def test_almost_certain_is_almost_all(n: int) -> None:
    for p in (0.999, 1 - 1e-9):
        for u in (1e-12, 1e-9, 1e-6, 0.5, 1 - 1e-9):
            failures = next(
                j for j in range(n + 1) if stats.binom.cdf(j, n, 1 - p) >= 1 - u
            )  # counted from the other end
            assert binomial_quantile(u, n, p) == n - failures, (p, u)


SCENARIOS = sorted(path.stem for path in (ROOT / "scenarios").glob("*.yaml"))


def streams() -> Iterator[tuple[str, str]]:
    """Every name handed to `name_key` as a literal, and the file it stands in."""
    for path in sorted((ROOT / "sim").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "name_key":
                if isinstance(node.args[0], ast.Constant):
                    yield node.args[0].value, str(path.relative_to(ROOT))


def test_no_two_rules_share_a_stream() -> None:
    found = [name for name, _ in streams()]
    assert len(found) > 40
    assert [name for name, n in Counter(found).items() if n > 1] == []


def test_no_two_names_share_a_key() -> None:
    names = {name for name, _ in streams()}
    for scenario in SCENARIOS:
        resolved = load(scenario)
        called = names_of(resolved)
        names |= {*called.facilities, *called.observers, *resolved.numbers(), *resolved.theatre.cells}
        names |= {f"{observer}@{facility}" for observer in called.observers for facility in called.facilities}
        names |= {f"{offensive.party}-{i}" for i, offensive in enumerate(resolved.scenario.control.offensives)}
    assert len(names) > 250
    assert len({int(name_key(name)) for name in names}) == len(names)


def test_a_name_has_one_key_for_ever() -> None:
    assert int(name_key("theatre")) == 0x3B82467FB47E2F0B  # blake2b of eight bytes, the first byte lowest
    assert int(name_key("")) == 0xB4B2797457A0A6E4


def test_four_at_a_time_are_the_same_numbers() -> None:
    for block in (0, 1, 7, 10**6):
        four = four_uniforms(5, name_key("fugitive.move"), 3, name_key("hasakah"), 1440, block)
        for which in range(4):
            address = (5, name_key("fugitive.move"), 3, name_key("hasakah"), 1440, 4 * block + which)
            assert four[which] == one_of(four, which) == uniform(*address)
