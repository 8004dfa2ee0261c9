"""The numbers drawn as control variates: those that the runs had, with means that are known."""

import numpy as np
import pytest
from scipy.stats import rankdata

from sim.experiment.controls import controls_of
from sim.model import Run
from sim.scenario.loader import load

WIDE = {"guards.scale": {"uniform": [0.5, 1.5]}, "news.weight": {"triangular": [0.1, 0.3, 0.9]}}


def test_a_control_is_in_the_order_of_the_number_drawn() -> None:
    scenario = load("tiny", WIDE)
    replicates = list(range(5, 65))
    controls = controls_of([scenario], 3, replicates)
    run = Run(scenario)
    drawn = [run.drawn(3, replicate) for replicate in replicates]
    assert controls.shape == (60, len(drawn[0]))
    for column, path in zip(controls.T, scenario.rule_numbers(), strict=True):
        assert rankdata(column).tolist() == rankdata([row[path] for row in drawn]).tolist()
    assert np.abs(controls).max() <= 0.5


def test_joint_draws_have_a_mean_of_exactly_0_over_their_rows() -> None:
    scenario = load("ne-syria-2019")
    rows = scenario.joint()
    run = Run(scenario)
    replicates = range(4000)
    controls = controls_of([scenario], 1, list(replicates))
    path = next(iter(rows[0]))
    drawn = np.array([run.drawn(1, replicate)[path] for replicate in replicates])
    values = np.array([row[path] for row in rows])
    expected = (rankdata(values) - 0.5) / len(values) - 0.5
    assert expected.mean() == pytest.approx(0, abs=1e-12)
    where = dict(zip(values.tolist(), expected.tolist(), strict=True))
    assert any(np.allclose(column, [where[value] for value in drawn.tolist()]) for column in controls.T)


def test_what_two_scenarios_draw_is_drawn_once_and_nothing_gives_no_control() -> None:
    one, other = load("tiny", {"guards.scale": WIDE["guards.scale"]}), load("tiny", WIDE)
    assert controls_of([one, other], 3, [0, 1, 2]).shape == controls_of([other], 3, [0, 1, 2]).shape
    assert controls_of([load("tiny")], 3, [0, 1, 2]).shape == (3, 0)
