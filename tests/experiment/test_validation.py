"""Validation: out of fold, blind to identity, against baselines that leave out the same events; the fitting code."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.calibrate import (
    BLOCKS,
    Bank,
    Block,
    Number,
    fold_of,
    likelihood,
    normal,
    recovery,
    retaking,
    uniform,
    weights_of,
)
from sim.analysis.recorded import as_recorded
from sim.experiment.hindcast import Hindcast
from sim.experiment.validation import (
    Past,
    baseline,
    fold_posteriors,
    folds,
    posterior,
    validate,
    weighted_quantiles,
)
from sim.scenario.events import Event, record
from sim.scenario.loader import load

CHOSEN = ("M01", "M02", "M04", "M09", "M13", "M19", "M24", "M41", "M53", "M77")


def some() -> list[Event]:
    """A few events of many modes, small ones where there is a choice."""
    return [event for event in record() if event.event_id in CHOSEN]


def test_names_countries_and_dates_do_not_enter() -> None:
    """The same rows with these shuffled have the same forecasts, to the last bit."""
    events = some()
    names = [(event.country, event.facility, event.date) for event in events]
    names = [name for name in names if not name[1].startswith("nationwide")]
    rng = np.random.default_rng(3)
    shuffled = list(events)
    for k, event in enumerate(events):
        country, facility, date = names[int(rng.integers(len(names)))]
        if not event.is_aggregate:
            shuffled[k] = replace(event, country=country, facility=facility, date=date, note="")
    first, second = validate(events, replicates=40), validate(shuffled, replicates=40)
    for a, b in zip(first.forecasts, second.forecasts, strict=True):
        np.testing.assert_array_equal(a.sample, b.sample)
        assert a.as_data() == b.as_data()


def test_what_is_scored_and_what_is_listed() -> None:
    found = validate(some(), replicates=60)
    scored = {f.event.event_id: f for f in found.forecasts}
    assert found.n_scored == 6
    assert not scored["M13"].is_scored, "a total over many places"
    assert not scored["M24"].is_scored, "no accepted count"
    for name in ("M41", "M77"):
        assert scored[name].brier_none == pytest.approx((1.0 - scored[name].none_out) ** 2), "nobody out: apart"
        assert scored[name].crps is None
    assert scored["M53"].inside == (scored["M53"].low <= 1000 / 3500 and scored["M53"].high >= 300 / 3500)
    assert (scored["M04"].sample > 0).all(), "given that somebody got out"
    data = found.as_data()
    assert data["n_scored"] == 6
    assert {"coverage_90", "mean_width_90", "crps_skill", "crps_skill_pooled", "crps_skill_uniform"} <= set(data)


def test_events_of_other_files_are_forecast_by_the_whole_posterior() -> None:
    (event,) = [e for e in record() if e.event_id == "M19"]
    other = replace(event, event_id="mine")
    (mine,) = validate([other], replicates=60).forecasts
    np.testing.assert_array_equal(mine.sample, _given(other, Hindcast(other).shares(posterior(), 60)))
    (ours,) = validate([event], replicates=60).forecasts
    assert ours.fold == fold_of(event)
    np.testing.assert_array_equal(ours.sample, _given(event, Hindcast(event).shares(fold_posteriors()[ours.fold], 60)))


def _given(event: Event, sample: np.ndarray) -> np.ndarray:
    """Shares as the record gives them, given that somebody got out."""
    told = as_recorded(sample, event.held, np.random.default_rng(event.held))
    return told[told > 0]


def test_an_unknown_mode_and_unknown_counts_are_forecast() -> None:
    event = Event(2, "x", "", 300, 10, 20, 40)
    unknown = Event(3, "y", "external_assault", None, None, None, None)
    found = validate([event, unknown], replicates=60)
    assert found.n_scored == 1
    assert found.forecasts[0].high > found.forecasts[0].low
    assert found.forecasts[1].event.why_not_scored == "people held unknown"


def test_the_baseline_leaves_out_the_event_and_its_fold() -> None:
    event = Event(1, "a", "riot_internal", 100, 10, 10, 10)
    pool = [
        Past(event, "f"),
        Past(Event(2, "b", "riot_internal", 100, 20, 20, 20), "f"),
        Past(Event(3, "c", "riot_internal", 100, 30, 30, 30), "g"),
        Past(Event(4, "d", "disaster", 100, 40, 40, 40), "h"),
    ]
    shares, mixed, pooled = baseline(event, "f", pool)
    np.testing.assert_allclose(shares, [0.3, 0.4])
    np.testing.assert_allclose(pooled, [0.5, 0.5])
    np.testing.assert_allclose(mixed, [1 / 4 + 3 / 4 / 2, 3 / 4 / 2])
    shares, mixed, _ = baseline(event, "", pool)
    assert len(shares) == 3, "an event of no fold leaves out itself alone"
    assert mixed.sum() == pytest.approx(1.0)


def test_weighted_quantiles() -> None:
    assert weighted_quantiles(np.array([3.0, 1.0, 2.0]), np.array([0.2, 0.5, 0.3]), (0.05, 0.5, 0.95)) == [1, 1, 3]


def test_every_event_of_the_record_has_a_fold_and_numbers_fitted_without_it() -> None:
    assert set(folds()) == {event.event_id for event in record()}
    assert set(folds().values()) == set(fold_posteriors())
    syria = {name for name, fold in folds().items() if fold == "syria"}
    assert {"M38", "M39", "M40", "M41", "M53"} == syria, "one conflict, one fold"
    paths = [n.path for block in BLOCKS for n in block.numbers]
    for rows in (posterior(), *fold_posteriors().values()):
        assert all(set(paths) <= set(row) for row in rows)


def test_the_shipped_scenarios_draw_from_the_posterior() -> None:
    for name in ("ne-syria-2019", "hasakah-2022", "quiet-year"):
        resolved = load(name)
        assert resolved.draws is not None, name
        assert {tuple(row.values()) for row in resolved.joint()} <= {
            tuple(full[path] for path in row) for row, full in zip(resolved.joint(), posterior(), strict=True)
        }


def toy(rows: int, replicates: int, events: int) -> Bank:
    """A bank without a simulation: shares whose log odds are normal with the row's mean and spread."""
    block = Block("toy", (Number("mean", *normal(0.0, 1.0)), Number("sd", *uniform(0.4, 1.6))), ())
    rng = np.random.default_rng(8)
    z = rng.standard_normal((rows, 2))
    mean, sd = block.numbers[0].value(z[:, 0]), block.numbers[1].value(z[:, 1])
    odds = mean[None, :, None] + sd[None, :, None] * rng.standard_normal((events, rows, replicates + 1))
    made = tuple(Event(k, f"e{k}", "riot_internal", 1000, 1, 1, 1) for k in range(events))
    return Bank(block, made, z, (1.0 / (1.0 + np.exp(-odds))).astype(np.float32), rows, np.zeros(rows))


def test_ranks_of_the_fitting_code_are_uniform() -> None:
    """Simulation-based calibration: 300 data sets; the ranks' distribution stays in its 99% band."""
    found = recovery(toy(1500, 60, 8), seed=2)
    assert len(found["ranks"]) >= 200
    assert (found["kolmogorov"] < found["critical"]).all(), found["kolmogorov"]
    assert found["coverage"] == pytest.approx([0.9, 0.9], abs=0.06)
    assert found["reduction"][0] > 0.5, "eight events say much of their mean"


def test_the_ranks_are_not_uniform_where_the_likelihood_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test above can fail: data a good deal sharper than the kernel takes them for."""
    monkeypatch.setattr("benchmarks.calibrate.ERROR", 0.02)
    found = recovery(toy(600, 12, 8), seed=2)
    assert (found["kolmogorov"] > found["critical"]).any()


def test_the_likelihood_of_one_event() -> None:
    sample = np.array([[0.0, 0.2, 0.5, 0.5], [0.0, 0.0, 0.0, 0.9], [0.0, 0.0, 0.0, 0.0]])
    none = likelihood(sample, 100, 0.0, 0.0)
    np.testing.assert_allclose(none, [1.5 / 5, 3.5 / 5, 4.5 / 5])
    near, far, nobody = likelihood(sample, 100, 0.5, 0.5)
    assert near > 10 * far > 0
    assert nobody > 0, "a row in which nobody ever gets out is unlikely, not impossible"
    emptied = likelihood(sample, 100, 1.0, 1.0)
    assert emptied[1] > emptied[0]
    contested = likelihood(sample, 100, 0.1, 0.6)
    assert contested[0] > 0.8
    assert contested[1] < 0.1


def test_weights_sum_to_one_whatever_the_scale() -> None:
    np.testing.assert_allclose(weights_of(np.array([-2000.0, -2000.0])), [0.5, 0.5])
    np.testing.assert_allclose(weights_of(np.array([0.0, -2000.0])), [1.0, 0.0])


def test_recapture_is_fitted_to_the_last_report_of_each_event() -> None:
    fitted = {name: (days, share) for name, days, share in retaking().fitted}
    assert fitted["M42"] == (2.0, 0.792)
    assert fitted["M19"] == (8.0, 0.372)
    assert "M04" not in fitted, "a year later"
    assert "M19" not in {name for name, _, _ in retaking(["M19"]).fitted}
