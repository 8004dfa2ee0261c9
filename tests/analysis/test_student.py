"""Student's t without SciPy, against SciPy."""

import pytest
from scipy import special

from sim.analysis.student import incomplete_beta, normal_below, normal_quantile, t_quantile


@pytest.mark.parametrize("freedom", [1, 1.3, 2, 3, 4.7, 9, 30, 199, 5e3, 1e6, 1e9])
@pytest.mark.parametrize("probability", [0.9, 0.975, 0.9995])
def test_quantiles_of_t_are_scipys(freedom: float, probability: float) -> None:
    assert t_quantile(freedom, probability) == pytest.approx(special.stdtrit(freedom, probability), rel=1e-7)


def test_the_normal_distribution_is_scipys() -> None:
    for p in (0.001, 0.5, 0.975, 0.99999):
        assert normal_quantile(p) == pytest.approx(special.ndtri(p), abs=1e-9)
    for x in (-6.0, -1.0, 0.0, 2.5):
        assert normal_below(x) == pytest.approx(special.ndtr(x), rel=1e-9)


@pytest.mark.parametrize("x", [0.0, 1e-6, 0.2, 0.5, 0.9, 1 - 1e-9, 1.0])
@pytest.mark.parametrize(("a", "b"), [(0.5, 0.5), (3.0, 0.5), (80.0, 0.5), (2.0, 7.0)])
def test_the_incomplete_beta_function_is_scipys(x: float, a: float, b: float) -> None:
    assert incomplete_beta(x, a, b) == pytest.approx(special.betainc(a, b, x), rel=1e-10, abs=1e-14)
