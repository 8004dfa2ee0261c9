"""The gap episode by episode: delays to the first true report and to confirmation, censored at the horizon."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

import sim
from sim.analysis.gap import delays, kaplan_meier


@pytest.fixture(scope="module")
def results():
    scenario = sim.load("ne-syria-2019", {"days": 30.0, "guards.scale": 0.8})
    return sim.run(scenario, replicates=6, record="full")


def test_episodes_hold_all_exits_and_those_nobody_reported(results) -> None:
    exits, missed = defaultdict(int), defaultdict(int)
    for row in results.episodes.to_pylist():
        exits[row["replicate"]] += row["exits"]
        missed[row["replicate"]] += row["exits"] if row["first_report_day"] is None else 0
        assert row["start_day"] <= row["end_day"]
    for row in results.runs.to_pylist():
        assert exits[row["replicate"]] == row["escaped"]
        assert missed[row["replicate"]] / row["escaped"] == pytest.approx(row["undetected_share"])


def test_pauses_within_an_episode_are_a_day_at_most_and_between_two_longer(results) -> None:
    seen = defaultdict(list)
    for row in results.episodes.to_pylist():
        seen[row["replicate"], row["facility"]].append(row)
    for rows in seen.values():
        for one, following in zip(rows, rows[1:], strict=False):
            assert following["start_day"] - one["end_day"] > 1.0
    moments = defaultdict(list)
    for row in results.events.to_pylist():
        if row["kind"] == "exit":
            moments[row["replicate"], row["facility"]].append(row["day"])
    for key, days in moments.items():
        pauses = np.diff(sorted(days))
        assert len(seen[key]) == 1 + int((pauses > 1.0 + 1e-9).sum())


def test_the_first_report_of_a_run_is_that_of_its_first_reported_episode(results) -> None:
    first = defaultdict(list)
    for row in results.episodes.to_pylist():
        if row["first_report_day"] is not None:
            assert row["first_report_day"] >= row["start_day"]
            first[row["replicate"]].append(row["first_report_day"])
    for row in results.runs.to_pylist():
        assert row["first_report_day"] == (min(first[row["replicate"]]) if first[row["replicate"]] else None)


def test_delays_are_censored_at_the_horizon(results) -> None:
    table = results.episodes
    known = table["first_report_day"].to_numpy(zero_copy_only=False).astype(float)
    found = delays(table["start_day"].to_numpy(), known, 30.0)
    assert len(found.known) == np.isfinite(known).sum() > 0
    assert len(found.censored) == np.isnan(known).sum() > 0
    assert found.before == 0
    curve = kaplan_meier(found)
    assert 0.0 < curve.share[-1] <= 1.0
