"""Numbers and answers as people read them."""

import math

import pytest

from sim.analysis.tipping import Tipping
from sim.wording import between, metric, per_cent, span, thinness, thinnest


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0%"),
        (0.0004, "<0.1%"),
        (0.034, "3.4%"),
        (0.08, "8%"),
        (0.5, "50%"),
        (0.9962, "99.6%"),
        (1.0, "100%"),
        (1.25, "125%"),
        (-0.037, "−3.7%"),
        (-0.0004, ">−0.1%"),
        (float("nan"), "–"),
    ],
)
def test_shares_are_written_with_the_digits_they_deserve(value, text) -> None:
    assert per_cent(value) == text


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("first_report_day", math.nan, "never"),
        ("first_report_day", 3.25, "3.2"),
        ("undetected_share", 0.034, "3.4%"),
        ("undetected_share", math.nan, "–"),
        ("gap", -1234.4, "−1,234"),
        ("undetected_share", -0.25, "−25%"),
        ("first_report_day", -1.5, "−1.5"),
        ("gap", -0.4, "0"),
    ],
)
def test_a_metric_is_written_by_its_kind(name, value, text) -> None:
    assert metric(name, value) == text


def test_a_range_with_equal_ends_is_one_number() -> None:
    assert (span(5.2, 5.4), span(5, 7)) == ("5", "5 to 7")
    assert (between(5, 5), between(5, 7)) == ("at 5", "between 5 and 7")


def test_how_thin_in_words() -> None:
    tipping = Tipping(0.5, 0.25, 1.0, 1000.0, 2000.0, (0.25, 0.5, 1.0), (9000.0, 1900.0, 1000.0), None)
    assert thinnest(tipping) == "down to guards.scale 0.5"
    assert thinness(tipping) == (
        "down to guards.scale 0.5 the median of people out stays within 2,000 (twice the 1,000 at 1, or 10 if that is more);"
        " at 0.25 it is 9,000"
    )
    assert thinness(tipping._replace(scale=0.25, below=None)).startswith(
        "down to guards.scale 0.25, the lowest tried, the median of people out stays within 2,000"
    )
    assert thinness(tipping._replace(scale=None, below=1.0)).startswith("not even guards.scale 1 is enough: ")
    lost = Tipping(None, 1.0, 1.0, 58.0, 30.0, (0.5, 1.0), (60.0, 58.0), None)
    assert thinness(lost) == (
        "not even guards.scale 1 is enough: the median of people out should stay within 30 (half of those held);"
        " at 1 it is 58"
    )
