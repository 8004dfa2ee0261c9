"""What must add up in stored tables, whatever the model does."""

import numpy as np
import pyarrow.compute as pc
import pytest

from tests.experiment.test_tables import CAUSES, CLAIMS, STATES


@pytest.fixture(scope="module")
def runs(stored):
    return {name: stored.runs[name].to_numpy(zero_copy_only=False) for name in stored.runs.column_names}


def per_replicate(table, column, **where):
    """Sums of a column by point and replicate, in their order."""
    for name, value in where.items():
        table = table.filter(pc.equal(table[name], value))
    summed = table.group_by(["point", "replicate"]).aggregate([(column, "sum")])
    return summed.sort_by([("point", "ascending"), ("replicate", "ascending")])


def test_everybody_is_somewhere(runs):
    assert (sum(runs[state] for state in STATES) == runs["population"]).all()


def test_every_exit_has_one_cause_and_one_kind_of_place(runs):
    assert (sum(runs[f"escaped_{cause}"] for cause in CAUSES) == runs["escaped"]).all()
    assert (runs["escaped_prison"] + runs["escaped_camp"] == runs["escaped"]).all()
    assert runs["escaped"].sum() > 0


def test_parts_are_no_more_than_the_whole(runs):
    for less, more in (
        ("escaped_persons", "escaped"),
        ("escaped_persons", "population"),
        ("escaped_foreign_fighters", "escaped_fighters"),
        ("escaped_fighters", "escaped"),
        ("recaptured", "escaped"),
    ):
        assert (runs[less] <= runs[more]).all(), (less, more)


def test_those_who_got_out_and_are_not_back_are_outside(runs):
    outside = runs["escaped"] - runs["recaptured"] - runs["at_large"] - runs["rejoined"] - runs["left_theatre"]
    assert ((outside >= 0) & (outside <= runs["dead"])).all()


def test_the_gap_is_what_is_not_confirmed(runs):
    assert np.allclose(runs["gap"], runs["escaped"] - runs["confirmed"])
    assert (runs["gap_peak"] >= runs["gap"]).all()


def test_facilities_sum_to_the_run(runs, stored):
    for column, of in (
        ("escaped", "escaped"),
        ("recaptured", "recaptured"),
        ("confirmed", "confirmed"),
        ("held", "held"),
    ):
        summed = per_replicate(stored.facilities, column)[f"{column}_sum"].to_numpy()
        assert np.allclose(summed, runs[of]), column


def test_the_last_day_is_the_run_and_day_zero_its_start(runs, stored):
    daily = stored.daily
    last = daily.filter(pc.equal(daily["day"], 10))
    for column in (
        "escaped",
        "recaptured",
        "confirmed",
        "held",
        "at_large",
        "guards_on_duty",
        "facilities_lost",
        *CLAIMS,
    ):
        assert np.array_equal(last[column].to_numpy(), runs[column], equal_nan=True), column
    first = daily.filter(pc.equal(daily["day"], 0))
    assert pc.sum(first["escaped"]).as_py() == 0
    assert (first["held"].to_numpy() == runs["population"]).all()


def test_cumulative_columns_never_fall(stored):
    daily = stored.daily
    later = np.diff(daily["day"].to_numpy()) > 0
    for column in ("escaped", "recaptured"):
        assert (np.diff(daily[column].to_numpy())[later] >= 0).all()


def test_every_exit_is_an_event_of_its_cause(runs, stored):
    events = stored.events
    for cause in CAUSES:
        counted = per_replicate(events, "count", kind="exit", cause=cause)
        found = dict(
            zip(
                zip(counted["point"].to_pylist(), counted["replicate"].to_pylist(), strict=True),
                counted["count_sum"].to_pylist(),
                strict=True,
            )
        )
        expected = dict(zip(zip(runs["point"], runs["replicate"], strict=True), runs[f"escaped_{cause}"], strict=True))
        assert {key: found.get(key, 0) for key in expected} == expected, cause


def test_the_largest_report_is_no_more_than_what_was_reported(runs, stored):
    made = stored.reports
    made = made.filter(pc.invert(pc.is_null(made["claimed_low"])))
    largest = made.group_by(["point", "replicate"]).aggregate([("claimed_low", "max")])
    reported = dict(zip(zip(runs["point"], runs["replicate"], strict=True), runs["reported"], strict=True))
    for row in largest.to_pylist():
        assert row["claimed_low_max"] <= reported[row["point"], row["replicate"]] + 1e-9
    assert len(largest) > 10
