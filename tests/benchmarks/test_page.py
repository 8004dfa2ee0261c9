"""The page and figure are those of the raw numbers; a row's median and verdict."""

import json

import pytest

from benchmarks.figure import figures, power
from benchmarks.measure import Row, in_turn, number, ratios, spent
from benchmarks.page import page, rows_of


@pytest.fixture
def found(root):
    return json.loads((root / "results/reference/benchmarks.json").read_text("utf-8"))


def test_the_page_is_that_of_the_raw_numbers(found, root):
    assert (root / "docs/benchmarks.md").read_text("utf-8") == page(found)


def test_every_part_was_measured_and_says_on_what(found):
    from benchmarks.suite import PARTS

    assert list(found) == list(PARTS)
    for told in found.values():
        assert {"date", "processor", "cores", "python", "versions", "commit", "load_before"} <= set(told["machine"])
        assert {"numpy", "numba", "mesa"} <= set(told["machine"]["versions"])


def test_the_figure_names_every_peer_that_was_measured(found, root):
    drawn = figures(found)
    assert set(drawn) == {"benchmarks.png", "benchmarks.svg"}
    text = drawn["benchmarks.svg"].decode()
    for name in ("oracle, plain Mesa", "Mesa batch_run", "Covasim, 100,000 people", "to Parquet"):
        assert name in text
    assert (root / "docs/images/benchmarks.png").exists()
    assert (root / "docs/images/benchmarks.svg").read_text("utf-8").count("<text") == text.count("<text")


def test_rows_survive_the_file(found):
    rows = rows_of(found)
    assert len({row.key for row in rows}) == len(rows)
    for row, told in zip(rows, (r for part in found.values() for r in part["rows"]), strict=True):
        again = row.as_json()
        assert again.pop("median") == pytest.approx(told["median"], rel=1e-4)  # of values rounded since
        assert again == {name: value for name, value in told.items() if name != "median"}


@pytest.mark.parametrize(
    ("values", "target", "sense", "met"),
    [((1.0, 9.0, 3.0), 3.0, "least", True), ((1.0, 9.0, 3.0), 3.1, "least", False), ((2.0, 4.0), 3.0, "most", True),
     ((2.0, 4.2), 3.0, "most", False), ((2.0,), None, "least", None)],
)  # fmt: skip
def test_the_median_is_held_against_the_target(values, target, sense, met):
    assert Row("key", "what", "s", values, target, sense).met is met


def test_works_are_timed_in_turn():
    done = []
    found = in_turn(2, lambda: done.append("a"), lambda: done.append("b"))
    assert done == ["a", "b", "a", "b"]
    assert [len(each) for each in found] == [2, 2]
    assert ratios([2.0, 9.0], [1.0, 3.0]) == (2.0, 3.0)


def test_processor_time_is_not_that_of_waiting():
    import time

    took = spent(lambda: time.sleep(0.2))
    assert took.wall >= 0.2 > 10 * took.processor


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (0.06841, "0.0684"), (3.456, "3.46"), (47.94, "47.9"), (1130.8, "1,130"), (999.6, "1,000"),
     (4.85e6, "4.85 million"), (1.957e9, "1.96 billion"), (-0.583, "-0.583"), (2e-5, "2e-05"),
     (float("nan"), "–")],
)  # fmt: skip
def test_numbers_as_people_read_them(value, text):
    assert number(value) == text


def test_powers_of_ten_in_words():
    assert [power(n) for n in (-1, 0, 2, 4, 6, 9)] == ["0.1", "1", "100", "10 thousand", "1 million", "1 billion"]
