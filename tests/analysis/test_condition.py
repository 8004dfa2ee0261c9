"""Conditions on outcomes: what they mean, and what is refused."""

import numpy as np
import pytest

from sim.analysis.condition import parse
from sim.scenario.errors import InputError

COLUMNS = {
    "escaped": np.array([0.0, 100.0, 501.0, 900.0]),
    "gap": np.array([5.0, -3.0, 5.0, -3.0]),
    "first_report_day": np.array([1.0, 3.0, np.nan, 30.0]),
    "undetected_share": np.array([np.nan, 0.0, 0.5, 1.0]),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("escaped > 500", [0, 0, 1, 1]),
        ("escaped>=100 and gap < 0", [0, 1, 0, 1]),
        ("escaped == 0 or escaped > 500 and gap != 5", [1, 0, 0, 1]),
        ("gap <= -3e0", [0, 1, 0, 1]),
        ("first_report_day > 20", [0, 0, 1, 1]),
        ("first_report_day < 20", [1, 1, 0, 0]),
        ("undetected_share < 0.7", [0, 1, 1, 0]),
        ("undetected_share != 0.5", [0, 1, 0, 1]),
    ],
)
def test_what_a_condition_means(text: str, expected: list[int]) -> None:
    assert parse(text).holds(COLUMNS).astype(int).tolist() == expected


def test_it_reads_as_written() -> None:
    assert str(parse(" escaped>500  and gap<1 or gap==7 ")) == "escaped > 500 and gap < 1 or gap == 7"
    assert parse("escaped>500 and gap<1 or gap==7").names == ["escaped", "gap"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no comparison"),
        ("escaped", "no comparison"),
        ("escaped > 500 and", "no comparison"),
        ("escaped > 500; drop table runs", "no comparison"),
        ("escaped = 5", "no comparison"),
        ("1 < escaped", "no comparison"),
        ("escaped > nan", "no comparison"),
        ("escapd > 5", "did you mean `escaped`?"),
        ("escaped > 5 or " * 60 + "gap > 1", "longer than 500"),
    ],
)
def test_what_is_refused(text: str, says: str) -> None:
    with pytest.raises(InputError, match="--when") as caught:
        parse(text)
    assert says in str(caught.value)


def test_a_condition_stands_at_no_line_of_a_file() -> None:
    with pytest.raises(InputError) as caught:
        parse("escaped = 5")
    assert [(problem.file, problem.line) for problem in caught.value.problems] == [("--when", 0)]


def test_five_hundred_characters_are_read_and_no_more() -> None:
    text = " or ".join(["escaped > .5e1"] * 27)
    exact = text + " " * (500 - len(text))
    assert len(parse(exact).any_of) == 27 and parse(exact).any_of[0][0].number == 5.0
    with pytest.raises(InputError, match="longer than 500"):
        parse(exact + " ")


def test_all_terms_of_an_alternative_hold_and_any_alternative_does() -> None:
    """Against the truth table of three terms, written in every order."""
    low, mid, high = (np.array([float(k >> n & 1) for k in range(8)]) for n in range(3))
    columns = {"escaped": low, "gap": mid, "undetected_share": high}
    a, b, c = low == 1, mid == 1, high == 1
    one, two, three = (f"{name} > 0" for name in columns)
    assert parse(f"{one} and {two} or {three}").holds(columns).tolist() == (a & b | c).tolist()
    assert parse(f"{one} or {two} and {three}").holds(columns).tolist() == (a | b & c).tolist()
    assert parse(f"{one} and {two} and {three}").holds(columns).tolist() == (a & b & c).tolist()
    assert parse(f"{one} or {two} or {three}").holds(columns).tolist() == (a | b | c).tolist()
