"""How thin the guard can get, and the band in which runs go either way."""

import numpy as np
import pytest

from sim.analysis.tipping import Band, Tipping, either_way, tipping


def found(medians: dict[float, float], held: float = 1e9) -> Tipping | None:
    """Return what three equal replicates at each scale say."""
    return tipping(list(medians), [np.full(3, float(median)) for median in medians.values()], held)


def test_the_guard_is_adequate_while_the_median_is_at_most_twice_that_with_the_guards_as_given():
    made = found({0.25: 900, 1.5: 90, 0.5: 200, 1: 100, 0.75: 150})
    assert (made.scale, made.below, made.given, made.median_given, made.limit) == (0.5, 0.25, 1.0, 100, 200)
    assert (made.median(0.5), made.median(0.25)) == (200, 900)
    assert made.scales == (0.25, 0.5, 0.75, 1, 1.5)
    assert made.medians == (900, 200, 150, 100, 90)


def test_where_scale_1_was_not_tried_the_largest_stands_for_the_guards_as_given():
    made = found({0.25: 900, 0.5: 200, 0.75: 100})
    assert (made.scale, made.given, made.limit) == (0.5, 0.75, 200)


def test_a_thinner_guard_that_happens_to_do_well_does_not_count():
    assert found({1: 100, 0.5: 500, 0.25: 90}).scale == 1.0


def test_a_thicker_guard_that_does_not_do_counts():
    made = found({2: 500, 1: 100, 0.5: 100})
    assert (made.scale, made.below, made.median(made.below)) == (None, 2, 500)


def test_never_too_thin_and_a_median_of_nothing():
    assert found({1: 100, 0.5: 120}).below is None
    assert found({1: 0, 0.75: 8, 0.5: 11}).scale == 0.75


def test_twice_of_nearly_everybody_is_no_order_kept():
    made = found({1: 58, 0.5: 59, 0.25: 60}, held=60)
    assert (made.scale, made.below, made.limit, made.of_held) == (None, 1, 30, True)
    half = found({1: 30, 0.5: 31}, held=60)
    assert (half.scale, half.below) == (1, 0.5)
    assert not found({1: 14, 0.5: 20}, held=60).of_held


def test_one_scale_or_no_replicate_says_nothing():
    assert found({1: 1}) is None
    assert tipping([1.0, 0.5], [np.ones(3), np.zeros(0)], 100.0) is None


def test_the_band_is_that_of_a_share_of_those_held():
    columns = regimes([1, 0.95, 0.5, 0.2, 0.04, 0])
    assert tipping(range(6), columns, held=100.0).band == either_way(range(6), columns, 5.0) == Band(1, 4, 10)
    assert tipping(range(6), columns, held=40_000.0).band is None


def regimes(shares: list[float]) -> list[np.ndarray]:
    """Columns of 100 runs, of which such a share loses 1000 and the others 10."""
    return [np.repeat([1000.0, 10.0], [round(100 * share), 100 - round(100 * share)]) for share in shares]


@pytest.mark.parametrize(
    ("shares", "band"),
    [
        ([1, 0.95, 0.5, 0.2, 0.04, 0], Band(1, 4, 10)),
        ([0, 0.04, 0.2, 0.5, 0.95, 1], Band(4, 1, 10)),
        ([0.6, 0.5, 0.3, 0, 0, 0], Band(None, 3, 10)),
        ([1, 1, 1, 0.5, 0.5, 0.4], None),  # what is quiet loses as much: the threshold is beyond
        ([0, 0, 0, 0, 0, 0], None),
        ([0.4, 0.2, 0, 0, 0, 0], None),
        ([1, 0, 1, 0, 1, 0], None),
    ],
)
def test_the_band_lies_between_values_that_are_sure(shares, band) -> None:
    assert either_way(range(6), regimes(shares)) == band


def test_the_order_of_points_does_not_matter() -> None:
    columns = regimes([1, 0.95, 0.5, 0.2, 0.04, 0])
    order = [3, 1, 5, 0, 4, 2]
    assert either_way(order, [columns[k] for k in order]) == Band(1, 4, 10)


def test_few_exits_are_no_lost_order() -> None:
    assert either_way(range(6), regimes([1, 0.95, 0.5, 0.2, 0.04, 0]), least=2000) is None
    assert either_way([0, 1], regimes([1, 0])) is None
    assert either_way([0, 1, 2], [np.array([]), np.array([1.0]), np.array([1.0])]) is None


def test_nine_in_ten_are_sure_either_way_and_half_are_lost() -> None:
    assert either_way(range(4), regimes([0.9, 0.5, 0.1, 0.0])) == Band(0, 2, 10)
    assert either_way(range(4), regimes([0.0, 0.1, 0.5, 0.9])) == Band(3, 1, 10), "the same from the other side"
    assert either_way(range(3), regimes([0.5, 0.2, 0.0])) == Band(None, 2, 10), "three values are enough"
    assert either_way(range(3), regimes([0.49, 0.2, 0.0])) is None


def test_of_equal_medians_the_lower_mean_is_the_quieter() -> None:
    first, second = np.array([0.0] * 15 + [100.0] * 5), np.array([0.0] * 15 + [50.0] * 5)
    found = either_way(range(3), [np.full(20, 900.0), first, second])
    assert found == Band(0, 2, 50.0)


def test_at_the_limit_the_guard_is_adequate_and_ten_escapes_always_are() -> None:
    assert found({1: 100, 0.5: 200}).scale == 0.5 and found({1: 100, 0.5: 201}).scale == 1.0
    assert found({1: 2, 0.5: 10}).scale == 0.5 and found({1: 2, 0.5: 11}).scale == 1.0
    assert found({1: 6, 0.5: 12}).limit == 12.0 and found({1: 1, 0.5: 2}).limit == 10.0
    assert found({0.5: 1}) is None and tipping([1.0, 1.0], [np.ones(3)] * 2, 10.0) is None


def test_the_way_is_that_from_end_to_end_and_order_that_is_lost_again_has_no_band() -> None:
    assert either_way(range(5), regimes([0.5, 0.95, 0.5, 0.04, 0.0])) == Band(1, 3, 10)
    assert either_way(range(5), regimes([1.0, 0.0, 1.0, 0.5, 0.0])) is None
