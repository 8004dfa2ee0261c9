"""What `--json` prints of a metric, against NumPy and by hand."""

import numpy as np
import pytest

from sim.analysis.summary import metric


def test_one_value_has_a_mean_and_no_spread() -> None:
    found = metric([7.0], nullable=False)
    assert (found["mean"], found["sd"], found["half_width_95"]) == (7.0, None, None)
    assert metric([], nullable=True)["mean"] is None and metric([], nullable=True)["n"] == 0


def test_several_values() -> None:
    values = np.array([1.0, 4.0, 4.0, 9.0])
    found = metric(values, nullable=True)
    assert (found["mean"], found["n"]) == (4.5, 4)
    assert found["sd"] == pytest.approx(values.std(ddof=1))
    assert found["half_width_95"] == pytest.approx(3.182446 * values.std(ddof=1) / 2)
