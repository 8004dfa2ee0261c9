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
    assert found[3].p < 0.01 and found[3].high < -15
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
