"""Dates, bounds of distributions, and the edges of the map."""

import math
from datetime import datetime

import pytest
from pydantic import ValidationError

from sim.scenario.declare import parse_date, support
from sim.scenario.parameters import Guards, Isr
from sim.scenario.theatre import Grid


def test_dates_are_local_civil_time() -> None:
    assert parse_date("2019-10-09") == datetime(2019, 10, 9)
    assert parse_date("2019-10-09T23:59") == datetime(2019, 10, 9, 23, 59)


@pytest.mark.parametrize(
    "text",
    ["", "2019", "2019-02-30", "2019-10-09T24:00", "2019-10-09 12:00", "2019-10-09T12:00Z", "2019-10-09T12:00+03",
     "09-10-2019", "\u0662\u0660\u0661\u0669-10-09", "2019-10-9"],
)  # fmt: skip
def test_other_dates_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a date YYYY-MM-DD"):
        parse_date(text)


@pytest.mark.parametrize(
    "value",
    [0, 20, {"uniform": [0, 20]}, {"triangular": [0, 1, 20]}, {"choice": [0, 20]}, {"beta": [1, 1]},
     {"lognormal": {"median": 20, "sigma": 3}}],
)  # fmt: skip
def test_what_lies_within_the_bounds_is_taken(value: object) -> None:
    low, high = support(Guards.model_validate({"scale": value}).scale)
    assert 0 <= low <= high


@pytest.mark.parametrize(
    "value",
    [-0.001, 20.001, {"uniform": [-1, 1]}, {"triangular": [0, 1, 21]}, {"choice": [1, 21]},
     {"lognormal": {"median": 21, "sigma": 1}}, {"lognormal": {"median": 1, "sigma": 11}}, {"beta": [0, 1]}, {"beta": [1, 1e300]}, True, "1",
     None, [1], float("nan"), float("inf"), 10**400],
)  # fmt: skip
def test_what_does_not_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        Guards.model_validate({"scale": value})


def test_long_tails_are_held_by_their_centre() -> None:
    """Their draws are clipped; only a centre outside the bounds is surely a mistake."""
    assert Isr.model_validate({"signs_hours": {"lognormal": {"median": 6, "sigma": 1}}})  # bounds from 0.01
    with pytest.raises(ValidationError):
        Guards.model_validate({"shifts": {"beta": [1, 1]}})  # mean 0.5, bounds 1 to 6


def test_kilometres_are_those_of_the_equirectangular_projection_to_the_bit() -> None:
    """Written out once more in the order of operations on which the results of runs rest."""
    for west, south, height, cell in ((38.0, 34.0, 37, 9.7), (-17.3, -81.0, 999, 0.31), (179.9, 60.0, 11, 200.0)):
        grid = Grid(width=50, height=height, cell_km=cell, west=west, south=south)
        middle = south + height * cell / (2 * 111.32)
        for lat, lon in ((south, west), (south + 0.7, west + 1.3), (36.123456, 40.654321)):
            expected = (lon - west) * 111.32 * math.cos(math.radians(middle)), (lat - south) * 111.32
            assert grid.kilometres(lat, lon) == expected


def test_a_point_is_on_the_map_where_a_run_finds_a_cell_for_it() -> None:
    grid = Grid(width=31, height=17, cell_km=7.3, west=38.4, south=33.9)
    for n in range(32):
        for lat, lon in ((34.0, 38.4 + n * (grid.east - 38.4) / 31), (33.9 + n * (grid.north - 33.9) / 17, 38.5)):
            column, row = grid.cell_of(*grid.kilometres(lat, lon))
            assert grid.contains(lat, lon) == (0 <= column < 31 and 0 <= row < 17)


def test_the_map_has_its_west_and_south_edges_and_not_the_others() -> None:
    grid = Grid(width=20, height=10, cell_km=11.132, west=40.0, south=-0.5)
    assert (grid.north, grid.east) == pytest.approx((0.5, 42.0))
    assert grid.contains(-0.5, 40.0)
    assert grid.contains(0.499, 41.999)
    for lat, lon in ((0.501, 41.0), (-0.501, 41.0), (0.0, 39.999), (0.0, 42.001)):
        assert not grid.contains(lat, lon)
