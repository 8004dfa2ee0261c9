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
