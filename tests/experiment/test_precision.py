"""Replicating until a mean is known: the rule, and that its intervals cover."""

import json

import numpy as np
import pytest
from scipy.special import stdtrit

from sim.experiment.design import scenario_design, sweep_design
from sim.experiment.execution import execute, recording
from sim.experiment.precision import Precision, look, looks, parse_precision
from sim.experiment.query import numbers
from sim.experiment.results import Results
from sim.experiment.store import Memory
from sim.scenario.errors import InputError


def ran(design, precision, **how):
    store = Memory()
    with recording(design, store, "summary", precision) as manifest:
        execute(design, store, manifest, **how)
    return Results.of(store)


def test_looks_come_at_times_one_and_a_half_and_end_at_the_limit():
    assert looks(1500) == [200, 300, 450, 675, 1012, 1500]
    assert looks(200) == [200]
    assert looks(201) == [200, 201]
    assert looks(7) == [7]


def test_a_look_asks_for_the_half_width_and_for_a_tail():
    values = np.tile([0.0, 10.0], 200)
    found = look(values, 0.1)
    half = stdtrit(399, 0.975) * np.std(values, ddof=1) / 20
    assert (found.mean, found.above_mean, found.bounded) == (5.0, 200, "mean")
    assert found.half_width == pytest.approx(half)
    assert found.upper_bound == pytest.approx(5 + half)
    assert found.reached
    assert half < 0.5
    assert look(values, half / 5 * 1.001).reached
    assert not look(values, half / 5 * 0.999).reached
    few = np.r_[np.full(971, 100.0), np.full(29, 101.0)]
    assert not look(few, 0.5).reached  # narrow, but only 29 exceed the mean
    assert look(np.r_[few[1:], 101.0], 0.5).reached


@pytest.mark.parametrize("value", [0.0, 3.0])
def test_what_never_varies_is_not_reached_and_bounds_the_share_that_would(value):
    found = look(np.full(300, value), 0.05)
    assert (found.reached, found.mean) == (False, value)
    assert pytest.approx(1 - (1 - found.upper_bound) ** 300) == 0.95
    assert "share" in found.bounded


def test_a_sweep_stops_each_point_by_itself_and_says_what_was_reached():
    design = sweep_design("tiny", {"replicates": 1000})
    results = ran(design, Precision("escaped", 0.04))
    points = results.manifest["precision"]["points"]
    values = results.metric("escaped")
    assert {len(v) for v in values.values()} <= set(looks(1000))
    assert len({len(v) for v in values.values()}) > 1
    for entry in points:
        mine = values[entry["point"]]
        assert entry["replicates"] == len(mine)
        assert entry["half_width"] == pytest.approx(look(mine, 0.04).half_width)
        assert (entry["status"] == "reached") is look(mine, 0.04).reached
        assert entry["status"] == "reached" or len(mine) == 1000
        for n in looks(1000):
            assert n >= len(mine) or not look(mine[:n], 0.04).reached  # it did not go on in vain
    assert results.status == "done"
    assert results.manifest["counts"]["replicates"] == results.manifest["counts"]["done"] == len(results.runs)


def test_workers_do_not_matter():
    design = scenario_design("tiny", {"replicates": 800})
    one, three = (ran(design, Precision("gap", 0.07), workers=n) for n in (1, 3))
    assert one.runs.equals(three.runs)
    assert one.manifest["precision"] == three.manifest["precision"]


def test_a_metric_that_is_always_zero_runs_to_the_limit():
    results = ran(scenario_design("tiny", {"replicates": 310}), Precision("repatriated", 0.05))
    (entry,) = results.manifest["precision"]["points"]
    assert (entry["status"], entry["replicates"], entry["mean"]) == ("not_reached", 310, 0.0)
    assert entry["upper_bound"] == pytest.approx(1 - 0.05 ** (1 / 310))


def test_the_limit_holds_below_the_first_look():
    results = ran(scenario_design("tiny", {"replicates": 30}), Precision("escaped", 10.0))
    assert results.manifest["precision"]["points"][0]["replicates"] == len(results.runs) == 30


def test_the_command_line_says_so(tmp_path, capsys):
    from sim.cli.main import main

    given = ["run", "tiny", "--replicates", "400", "--precision", "escaped=0.0001", "--json", "--no-plots"]
    assert main([*given, "--out", str(tmp_path / "here")]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["replicates"] == 400
    assert "not reached at point 0 with 400 replicates" in err


@pytest.mark.parametrize("text", ["escaped", "escaped=", "escaped=x", "escaped=-1", "escaped=nan", "point=0.1", "=0.1"])
def test_what_is_no_precision_is_refused(text):
    with pytest.raises(InputError):
        parse_precision(text)
    assert parse_precision(" escaped = 0.05 ") == Precision("escaped", 0.05)


SHARE = 0.05
SEQUENCES = 1200
"""Simulated runs of each kind; a coverage then has a standard error of 0.6%."""
LIMIT = 20_000
KINDS = {"long": (8, 120, 4), "longer": (20, 200, 2), "quiet": (50, 300, 4)}
"""Mean of the ordinary counts, mean of the tail, and shape of the gamma that mixes it."""


def skewed(generator, kind):
    """Counts, of which 6% come from a tail many times as large; and their true mean."""
    body, tail, shape = KINDS[kind]
    of_tail = generator.random(LIMIT) < 0.06
    counts = np.where(
        of_tail, generator.poisson(generator.gamma(shape, tail / shape, LIMIT)), generator.poisson(body, LIMIT)
    )
    return counts.astype(float), 0.94 * body + 0.06 * tail


def covers(values, mean):
    half = stdtrit(len(values) - 1, 0.975) * np.std(values, ddof=1) / np.sqrt(len(values))
    return abs(np.mean(values) - mean) <= half


def naive(values):
    """Looking every ten replicates from ten on, and stopping at once."""
    n = np.arange(1, len(values) + 1)
    total, squares = np.cumsum(values), np.cumsum(values**2)
    mean = total / n
    sd = np.sqrt(np.maximum(0.0, squares - n * mean**2) / np.maximum(1, n - 1))
    at = np.arange(9, len(values), 10)
    half = stdtrit(n[at] - 1, 0.975) * sd[at] / np.sqrt(n[at])
    reached = at[half <= SHARE * np.abs(mean[at])]
    return values[: (reached[0] if len(reached) else len(values) - 1) + 1]


def coverage(kind):
    """Share of intervals that cover the true mean: by the rule, and by looking naively."""
    generator = np.random.default_rng(20191009)
    covered = np.zeros(2, int)
    for _ in range(SEQUENCES):
        values, mean = skewed(generator, kind)
        enough = next((n for n in looks(LIMIT) if look(values[:n], SHARE).reached), LIMIT)
        covered += covers(values[:enough], mean), covers(naive(values), mean)
    return covered / SEQUENCES


@pytest.mark.parametrize("kind", KINDS)
def test_95_percent_intervals_cover_93_to_97_and_naive_looking_does_not(kind):
    ruled, hasty = coverage(kind)
    assert 0.93 <= ruled <= 0.97
    assert hasty < 0.85 or kind != "quiet"


def test_the_values_looked_at_are_those_of_good_replicates(monkeypatch):
    import sim.model

    complete = sim.model.Run.complete

    def broken(self, seed, replicate):
        if replicate % 7 == 3:
            raise ZeroDivisionError
        return complete(self, seed, replicate)

    monkeypatch.setattr(sim.model.Run, "complete", broken)
    results = ran(scenario_design("tiny", {"replicates": 220}), Precision("escaped", 0.001))
    (entry,) = results.manifest["precision"]["points"]
    good = results.metric("escaped")[0]
    assert entry["replicates"] == len(good) == 220 - len(range(3, 220, 7))
    assert entry["mean"] == pytest.approx(np.mean(numbers(results.done(["escaped"]), "escaped")))
