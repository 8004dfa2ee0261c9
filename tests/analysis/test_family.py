"""Many alternatives against one baseline: the error of the family, and Holm's values by hand."""

import numpy as np
import pytest
from scipy import stats

from sim.analysis.contrast import Sides
from sim.analysis.family import holm, simultaneous

STUDIES = 1000


def rate(studies: int, paired: bool) -> float:
    """Share of studies without any true effect in which some interval leaves out 0."""
    generator = np.random.default_rng(11)
    wrong = 0
    for _ in range(studies):
        baseline = generator.gamma(2.0, 100.0, (1, 60))
        family = []
        for _ in range(6):
            other = (
                baseline + generator.gamma(2.0, 40.0, (1, 60)) - 80.0
                if paired
                else generator.gamma(2.0, 100.0, (1, 60))
            )
            family.append(Sides(baseline, other, paired))
        wrong += any(found.low > 0 or found.high < 0 for found in simultaneous(family))
    return wrong / studies


def test_pairs_err_in_five_of_a_hundred_studies_without_an_effect() -> None:
    assert rate(STUDIES, True) == pytest.approx(0.05, abs=0.02)


def test_unpaired_families_err_no_more_often() -> None:
    assert rate(300, False) <= 0.07  # Bonferroni's: less where alternatives share a baseline


def test_intervals_and_p_values_agree_and_effects_are_found() -> None:
    generator = np.random.default_rng(2)
    baseline = generator.normal(100, 10, (2, 40))
    shifts = (0.0, 0.5, 3.0, -20.0)
    family = [Sides(baseline, baseline + s + generator.normal(0, 5, (2, 40)), True) for s in shifts]
    found = simultaneous(family)
    assert [one.p <= 0.05 for one in found] == [one.low > 0 or one.high < 0 for one in found]
    assert found[3].p == 1 / 1000 and found[3].high < -15, "none of 999 resamples is as far off"
    alone = simultaneous(family[:1])
    assert found[0].high - found[0].low > alone[0].high - alone[0].low


def test_what_never_differs_is_no_finding() -> None:
    baseline = np.arange(20.0)[None]
    found = simultaneous([Sides(baseline, baseline, True), Sides(baseline, baseline + 1, True)])
    assert found[0] == (0.0, 0.0, 1.0)
    assert found[1].low == found[1].high == 1.0


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5]) == [0.5]


def test_one_unpaired_alternative_has_welchs_p_value() -> None:
    generator = np.random.default_rng(2)
    for shift in (0.0, 6.0, 15.0):
        a, b = generator.gamma(2.0, 20.0, (1, 400)), generator.gamma(2.0, 20.0, (1, 300)) + shift
        (found,) = simultaneous([Sides(a, b, False)])
        theirs = stats.ttest_ind(b[0], a[0], equal_var=False)
        assert found.p == pytest.approx(theirs.pvalue, rel=0.15, abs=1e-6)
        assert (found.low, found.high) == pytest.approx(tuple(theirs.confidence_interval()), rel=0.01, abs=0.02)


def test_one_pair_alone_has_students_interval_and_two_replicates_have_one() -> None:
    generator = np.random.default_rng(3)
    a, b = generator.normal(0, 1, (2, 1, 12))
    (found,) = simultaneous([Sides(a, b, True)])
    assert (found.low, found.high) == pytest.approx(tuple(stats.ttest_rel(b[0], a[0]).confidence_interval()))
    both = simultaneous([Sides(a[:, :2], b[:, :2], True)] * 2)
    assert both[0].low < both[0].high
    assert all(np.isnan(one.low) for one in simultaneous([Sides(a[:, :1], b[:, :1], True)] * 2))


def test_one_alternative_twice_is_no_family_where_worlds_are_sampled() -> None:
    """What is largest of two equal errors is either: the factor is that of one, here the normal one."""
    world = np.random.default_rng(4).normal(0, 10, (40, 1)) + np.zeros((1, 8))
    found, again = simultaneous([Sides(np.zeros((40, 8)), world, True, True)] * 2)
    factor = (found.high - found.low) / 2 / stats.sem(world[:, 0])
    assert found == again and factor == pytest.approx(1.96 * np.sqrt(39 / 40), abs=0.12)
    assert (found.high + found.low) / 2 == pytest.approx(world.mean())


def test_bounds_of_alternatives_that_move_apart_are_sidaks() -> None:
    """Of independent differences the largest of k is within the 95% bound where each is within its k-th root."""
    generator = np.random.default_rng(5)
    other = generator.normal(0.1, 1.0, (4, 400))
    found = simultaneous([Sides(np.zeros((1, 400)), one[None], True) for one in other])
    factor = stats.norm.ppf(0.5 + 0.95 ** (1 / 4) / 2)
    for one, bound in zip(other, found, strict=True):
        z = abs(one.mean()) / stats.sem(one)
        assert (bound.high - bound.low) / 2 / stats.sem(one) == pytest.approx(factor, rel=0.06)
        assert (bound.high + bound.low) / 2 == pytest.approx(one.mean())
        assert bound.p == pytest.approx(1 - (2 * stats.norm.cdf(z) - 1) ** 4, abs=0.05)


def test_what_always_differs_alike_stands_beside_what_varies() -> None:
    generator = np.random.default_rng(6)
    baseline = generator.normal(0, 1, (1, 30))
    varied = Sides(baseline, baseline + generator.normal(0.2, 1, (1, 30)), True)
    still = [Sides(baseline * 0, baseline * 0 + shift, True) for shift in (0.0, 2.0)]
    none, two, one = simultaneous([*still, varied])
    assert (none, two) == ((0.0, 0.0, 1.0), (2.0, 2.0, 0.0))
    again, same = simultaneous([varied, varied])
    assert one == pytest.approx(again) and again == pytest.approx(same) and one.low < one.high


def bonferroni(family: list[Sides]) -> list[tuple[float, float]]:
    """Welch's intervals by SciPy, as much wider as normal ones would be."""
    wider = stats.norm.ppf(1 - 0.025 / len(family)) / stats.norm.ppf(0.975)
    tests = [stats.ttest_ind(one.alternative[0], one.baseline[0], equal_var=False) for one in family]
    ends = [
        (one.alternative.mean() - one.baseline.mean(), t.confidence_interval())
        for one, t in zip(family, tests, strict=True)
    ]
    return [(value + wider * (low - value), value + wider * (high - value)) for value, (low, high) in ends]


def test_without_pairs_intervals_are_bonferronis_and_p_values_holms() -> None:
    generator = np.random.default_rng(7)
    baseline = generator.normal(0, 1, (1, 300))
    family = [Sides(baseline, generator.normal(shift, 1, (1, 250)), False) for shift in (0.0, 0.05, -0.1)]
    found = simultaneous(family)
    assert [one[:2] for one in found] == [pytest.approx(ends, rel=1e-9) for ends in bonferroni(family)]
    plain = [stats.ttest_ind(one.alternative[0], baseline[0], equal_var=False).pvalue for one in family]
    order = np.argsort(plain)
    wanted = np.maximum.accumulate([min(1.0, (3 - k) * plain[n]) for k, n in enumerate(order)])
    assert [found[n].p for n in order] == pytest.approx(wanted, rel=0.05)


def test_constant_samples_without_pairs_differ_for_sure_or_not_at_all() -> None:
    ones = np.ones((1, 5))
    same, other = simultaneous([Sides(ones, ones[:, :3], False), Sides(ones, 3 * ones[:, :3], False)])
    assert (same, other) == ((0.0, 0.0, 1.0), (2.0, 2.0, 0.0))


@pytest.mark.parametrize("unlike", ["replicates", "sampled", "paired"])
def test_alternatives_of_unlike_kinds_are_not_resampled_together(unlike: str) -> None:
    generator = np.random.default_rng(8)
    a, b = generator.normal(0, 1, (2, 3, 12))
    cut = 8 if unlike == "replicates" else 12
    family = [Sides(a, b, True), Sides(a[:, :cut], b[:, :cut], unlike != "paired", unlike == "sampled")]
    wider = stats.norm.ppf(1 - 0.025 / 2) / stats.norm.ppf(0.975)
    low, high = stats.ttest_rel(b.mean(axis=0), a.mean(axis=0)).confidence_interval()
    assert simultaneous(family)[0].high - simultaneous(family)[0].low == pytest.approx(wider * (high - low))


def test_holms_values_rise_and_end_at_one() -> None:
    assert holm([0.9, 0.02, 0.8, 0.021]) == pytest.approx([1.0, 0.08, 1.0, 0.08])
    assert holm([]) == []


def test_a_p_value_counts_the_resamples_that_are_as_far_off() -> None:
    """Two pairs, drawn in two ways each alike in half of resamples: without spread any difference is as far off."""
    found = simultaneous([Sides(np.zeros((1, 2)), np.array([[1.0, 3.0]]), True)] * 2)
    assert found[0].p == pytest.approx(0.5, abs=0.06) and found[0].low == -np.inf


def test_a_difference_without_spread_does_not_spoil_a_family_of_sampled_worlds() -> None:
    world = np.random.default_rng(9).normal(0, 10, (30, 4))
    none, varied = simultaneous([Sides(world, world, True, True), Sides(world * 0, world, True, True)])
    (again, _) = simultaneous([Sides(world * 0, world, True, True)] * 2)
    assert none == (0.0, 0.0, 1.0) and varied == pytest.approx(again)
