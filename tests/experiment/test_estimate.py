"""Estimates of documented events without themselves, priors and their cache, and the honest official's day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import sim
from benchmarks.claims_left_out import left_out
from sim.experiment import prior
from sim.experiment.estimate import estimates, smoothed
from sim.experiment.prior import Window, simulated, window_of
from sim.experiment.results import Results
from sim.experiment.running import narrowing, running
from sim.scenario.claims import parse_claims
from sim.scenario.errors import InputError
from sim.scenario.loader import load

HEAD = "event_id,date,facility,claimed_on,claim_role,claimed_escaped_low,claimed_escaped_high,population_at_risk\n"


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Priors of its own for each test; compiled rules stay where they are."""
    monkeypatch.setattr(prior, "_path", lambda key: tmp_path / "priors" / f"{abs(hash(key))}.npy")
    return tmp_path


@pytest.mark.slow
def test_events_left_out_meet_the_settled_figures() -> None:
    made = left_out(100)
    assert sorted(one.found.event_id for one in made) == [f"E{n:02d}" for n in range(1, 15)]
    scored = {one.found.event_id: one.meets for one in made if one.settled is not None}
    assert len(scored) == 9
    assert [event for event, meets in scored.items() if not meets] == []
    widths = {one.found.event_id: np.diff(one.found.posterior.quantiles((0.05, 0.95)))[0] for one in made}
    assert widths["E14"] < 2500 and widths["E08"] < 1500, "claims narrow what simulation leaves open"


def test_the_prior_counts_exits_in_its_window_and_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    resolved = load("tiny", {"stealth.per_1000_year": 3000})
    whole, first, last = (
        Window("lone-prison", 0.0, 10.0),
        Window("lone-prison", 0.0, 4.0),
        Window("lone-prison", 4.0, 10.0),
    )
    found = simulated(resolved, [whole, first, last], 20, 2)
    assert found[0][:, 0].sum() > 0
    assert np.array_equal(found[0], found[1] + found[2])
    assert np.array_equal(found[0][:, 0], found[0][:, 1] + found[0][:, 2])
    runs = sim.run(resolved, replicates=20, seed=resolved.scenario.seed).runs
    assert found[0][:, 0].tolist() == runs["escaped"].to_pylist()
    monkeypatch.setattr(prior, "_run", lambda *_: pytest.fail("it is in the cache"))
    assert np.array_equal(simulated(resolved, [last, whole], 20, 1)[1], found[0])


def test_the_window_ends_with_the_day_or_the_horizon() -> None:
    resolved = load("ne-syria-2019")
    start = date.fromisoformat(resolved.scenario.start[:10])
    began = date.fromordinal(start.toordinal() + 3)
    same = window_of(resolved, "hasakah", began.isoformat(), began)
    assert same == Window("hasakah", 3.0, 4.0)
    late = window_of(resolved, None, began.isoformat(), date(2030, 1, 1))
    assert late == Window(None, 3.0, float(resolved.scenario.days))
    assert window_of(resolved, None, "2018-01-01", began) is None


def test_a_smoothed_prior_keeps_zeros_and_reaches_everywhere() -> None:
    counts = np.array([0, 0, 0, 10, 20, 400.0])
    made = smoothed(np.stack([counts, counts, 0 * counts], axis=1), 1000)
    assert made.weights.sum() == pytest.approx(1.0)
    assert made.weights[made.counts[:, 0] == 0].sum() == pytest.approx(3.5 / 7)
    assert made.counts[:, 0].max() == 1000
    assert (made.counts[:, 1] + made.counts[:, 2] == made.counts[:, 0]).all()


def test_events_outside_the_scenario_take_the_event_model() -> None:
    resolved = load("tiny")
    claims = parse_claims(HEAD + "A,2015-05-08,khalis,2015-05-08,guarding force,40,40,300\n", "c.csv")
    (found,) = estimates(resolved, claims, date(2015, 5, 20), file="c.csv", replicates=60)
    assert "event model: 300 held" in found.source
    low, _, _, _, high = found.posterior.quantiles()
    assert low <= 50 <= high <= 300
    later = parse_claims(HEAD + "A,2015-05-08,khalis,2015-06-08,guarding force,40,40,300\n", "c.csv")
    (before,) = estimates(resolved, later, date(2015, 5, 20), file="c.csv", replicates=60)
    assert before.claims == ()
    assert np.allclose(before.posterior.before, before.posterior.after)


def test_what_is_wrong_is_said_by_line() -> None:
    resolved = load("ne-syria-2019")
    row = "A,2019-10-13,ain-isa,2019-10-13,media,40,40,300\n"
    with pytest.raises(InputError) as caught:
        estimates(resolved, parse_claims(HEAD + row, "c.csv"), date(2019, 10, 20), file="c.csv", replicates=20)
    (problem,) = caught.value.problems
    assert (problem.line, problem.key) == (2, "facility") and "ain-issa" in str(problem)
    two = row.replace("ain-isa", "ain-issa") + row.replace("ain-isa", "hasakah")
    with pytest.raises(InputError) as caught:
        estimates(resolved, parse_claims(HEAD + two, "c.csv"), date(2019, 10, 20), file="c.csv", replicates=20)
    assert caught.value.problems[0].line == 3
    with pytest.raises(InputError, match="no event had begun"):
        estimates(resolved, parse_claims(HEAD + two, "c.csv"), date(2019, 10, 1), file="c.csv", replicates=20)


def test_the_honest_officials_day_covers_and_needs_a_full_record(tmp_path: Path) -> None:
    out = tmp_path / "full"
    from sim.cli.main import main

    leaky = ("--set", "stealth.per_1000_year=2000", "--replicates", "60", "--quiet", "--no-plots")
    assert main(("run", "tiny", *leaky, "--record", "full", "--out", str(out))) == 0
    days, tables = running(Results.open(out))
    assert [day.day for day in days] == list(range(11))
    table = tables[0]
    assert table.column_names == ["point", "replicate", "day", "escaped", "q05", "q50", "q95"]
    assert (table["q05"].to_numpy() <= table["q95"].to_numpy()).all()
    assert days[-1].width_90 > 0
    assert np.mean([day.coverage_90 for day in days]) > 0.75
    daily = tmp_path / "daily"
    assert main(("run", "tiny", *leaky, "--out", str(daily))) == 0
    with pytest.raises(InputError, match="record full"):
        running(Results.open(daily))


def test_narrowing_is_paired_by_replicate() -> None:
    def table(widths: list[float]) -> pa.Table:
        n = len(widths)
        last = {"replicate": np.arange(n), "day": np.full(n, 3), "q05": np.zeros(n), "q95": np.array(widths, float)}
        first = {**last, "day": np.zeros(n, int), "q95": np.full(n, 999.0)}
        return pa.concat_tables([pa.table(first), pa.table(last)])

    (found,) = narrowing({0: table([10, 20, 30])}, {0: table([15, 30, 45, 99]), 7: table([1, 2])})
    assert (found.point, found.day, found.pairs, found.narrowing) == (0, 3, 3, 10.0)
    half = 4.302652729696142 * 5.0 / np.sqrt(3)  # Student's t, 2 degrees of freedom
    assert found.high - found.narrowing == pytest.approx(half)
