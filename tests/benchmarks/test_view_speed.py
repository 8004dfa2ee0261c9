"""The benchmark of the view: no mode is left out, however few runs are asked for."""

from collections import Counter

import pytest

from benchmarks.view_speed import MODES, positive, turns


@pytest.mark.parametrize("runs", [1, 2, 3])
def test_every_mode_is_played_as_often_as_asked(runs: int) -> None:
    assert Counter(turns(runs)) == dict.fromkeys(("What happened", "What officials can see"), runs)
    assert turns(runs)[: len(MODES)] == list(MODES)


@pytest.mark.parametrize("text", ["0", "-1", "two"])
def test_a_number_of_runs_that_measures_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        positive(text)
