"""Reading results."""

import json
import math

import numpy as np
import pyarrow.parquet as pq
import pytest

from sim.analysis import summary
from sim.experiment.results import Results
from sim.scenario.errors import InputError
from tests.plots.folders import made_up
from tests.plots.test_figures import stopped


def test_a_folder_is_read_as_it_was_written(stored, copy):
    again = Results.open(copy)
    assert again.manifest == stored.manifest
    assert again.varied == ["guards.scale", "control.handover"]
    assert again.points.to_pylist()[3] == {"point": 3, "guards.scale": 1.0, "control.handover": "formal"}
    assert again.runs.equals(stored.runs)
    assert pq.read_table(copy / "runs").num_rows == len(stored.runs)


def test_only_what_is_asked_for_is_read(stored):
    some = stored.table("daily", ["replicate", "day"], point=2)
    assert some.column_names == ["replicate", "day"]
    assert len(some) == 53 * 11


def test_every_point_can_be_run_again(stored, design):
    for point in design.points:
        there, here = stored.scenario(point.index).as_data(), point.resolved.as_data()
        assert there == here
    with pytest.raises(InputError, match="no such point"):
        stored.scenario(6)


def test_quantiles_by_point(stored):
    found = stored.quantiles("escaped", (0.05, 0.5, 0.975))
    assert found.column_names == ["point", "guards.scale", "control.handover", "q05", "q50", "q97.5"]
    escaped = stored.table("runs", point=4)["escaped"].to_numpy()
    assert found["q97.5"][4].as_py() == pytest.approx(np.quantile(escaped, 0.975))


def test_exceedance_by_point(stored):
    found = stored.exceedance("escaped").to_pylist()
    escaped = stored.table("runs", point=1)["escaped"].to_numpy()
    for row in (row for row in found if row["point"] == 1):
        assert row["share"] == pytest.approx(np.mean(escaped >= row["value"]))
    with pytest.raises(InputError, match="did you mean `escaped`"):
        stored.exceedance("escapd")


def test_a_null_is_beyond_every_value():
    values = [1.0, math.nan, 3.0, 2.0, math.nan]
    assert summary.quantiles(values, (0.0, 0.25, 0.5)).tolist() == [1.0, 2.0, 3.0]
    assert np.isnan(summary.quantiles(values, (0.51, 0.75, 1.0))).all()
    assert np.isnan(summary.quantiles([], (0.5,))).all()
    x, share = summary.exceedance(values)
    assert x.tolist() == [1.0, 2.0, 3.0]
    assert share.tolist() == pytest.approx([1.0, 0.8, 0.6])


def test_quantiles_without_nulls_are_numpys():
    values = np.random.default_rng(1).normal(size=37)
    p = (0.0, 0.05, 0.33, 0.5, 0.95, 1.0)
    assert summary.quantiles(values, p) == pytest.approx(np.quantile(values, p))


def test_a_nullable_metric_has_no_mean_once_anything_is_null():
    some = summary.metric([1.0, math.nan, 3.0], nullable=True)
    known = {name: value for name, value in some.items() if not name.endswith(("_low", "_high"))}
    assert known == {"mean": None, "sd": None, "q05": 1.2, "q25": 2.0, "q50": 3.0, "q75": None, "q95": None, "half_width_95": None, "n": 2}  # fmt: skip
    assert some["q50_low"] is some["q50_high"] is some["q05_low"] is some["q95_high"] is None, "three say little"
    full = summary.metric([1.0, 2.0, 3.0], nullable=True)
    assert (full["mean"], full["sd"], full["n"]) == (2.0, 1.0, 3)
    assert full["half_width_95"] == pytest.approx(4.302653 / math.sqrt(3), rel=1e-6)  # Student's t, 2 degrees
    assert summary.metric([5.0], nullable=False)["half_width_95"] is None


@pytest.mark.parametrize("spoil", ["gone", "torn", "garbage"])
def test_a_part_that_is_not_as_written_is_named(copy, spoil):
    part = copy / "daily/part-000002-000000000.parquet"
    content = part.read_bytes()
    if spoil == "gone":
        part.unlink()
    else:
        part.write_bytes(content[:-100] if spoil == "torn" else b"garbage")
    results = Results.open(copy)
    assert len(results.runs) == 318
    with pytest.raises(InputError, match=r"daily/part-000002-000000000.parquet: cannot be read"):
        _ = results.daily


def test_labels_and_settings_that_are_not_as_written_are_named(copy):
    """Points in another order would give each point's numbers to another."""
    points = pq.read_table(copy / "points.parquet")
    pq.write_table(points.take(list(range(len(points)))[::-1]), copy / "points.parquet")
    with pytest.raises(InputError, match=r"points.parquet: cannot be read: it is not as it was written"):
        Results.open(copy).quantiles("escaped")
    text = (copy / "scenario.yaml").read_text()
    (copy / "scenario.yaml").write_text(text + "# mine\n")
    with pytest.raises(InputError, match=r"scenario.yaml: cannot be read: it is not as it was written"):
        Results.open(copy).scenario(0)


@pytest.mark.parametrize(
    "text", [None, "", "[", "[]", '{"program": "x"}', '{"program": "detention-sim", "format": 99}']
)
def test_what_holds_no_results_is_bad_input(tmp_path, text):
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(InputError):
        Results.open(tmp_path)
    with pytest.raises(InputError):
        Results.open(tmp_path / "manifest.json")


def test_results_so_far_can_be_read(copy):
    data = json.loads((copy / "manifest.json").read_text())
    data["status"] = "running"
    data["parts"] = [part for part in data["parts"] if part["first"] == 0]
    (copy / "manifest.json").write_text(json.dumps(data))
    results = Results.open(copy)
    assert (results.status, len(results.runs)) == ("running", 300)


def test_pairs_are_replicates_done_at_every_point(stored):
    made = stored.paired()
    assert made.values.shape == (6, 53)
    assert made.values[2].tolist() == stored.table("runs", point=2)["escaped"].to_pylist()


WORLDS = [{"guards.scale": 0.1 * k, "lever": name} for k in range(8) for name in ("nothing", "stay")]


def test_a_sample_begun_is_one_of_the_worlds_that_have_come_whole(tmp_path):
    """Of a grid nothing is compared before every point has begun, nor of a design whose points belong together."""
    for design, points in (("lhs", 10), ("sobol", 10), ("saltelli", 16), ("grid", 16)):
        results = Results.open(stopped(tmp_path / design, WORLDS, 11, replicates=3, manifest={"design": design}))
        made = results.paired()
        assert made.values.shape == (points, 3 if points == 10 else 0), design
        assert [entry["point"] for entry in made.points] == list(range(points))
        if points == 10:
            assert made.values[9].tolist() == results.metric("escaped")[9].tolist()


def test_a_share_of_nothing_is_left_out_and_a_day_never_reached_is_not(tmp_path):
    folder = made_up(tmp_path / "r", replicates=20)
    results = Results.open(folder)
    days, shares = results.metric("first_report_day")[0].copy(), results.metric("accounted_share")[0].copy()
    days[:15], shares[:15] = np.nan, np.nan
    results.metric = lambda name: {0: days if name == "first_report_day" else shares}
    found = results.quantiles("accounted_share")
    assert found["q50"][0].as_py() == pytest.approx(np.median(shares[15:]))
    assert results.quantiles("first_report_day")["q50"][0].as_py() is None
