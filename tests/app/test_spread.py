"""The ensemble behind a run: the replicates of a sweep, in the background, given up when settings change."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from sim.app.ensemble import Ensemble
from sim.app.run_pane import RunPane
from sim.app.session import Session
from sim.app.settings import changed
from sim.app.spread import bands, comparison, incomparable, place, rank
from sim.app.start import Start
from sim.model import Run
from sim.scenario.loader import load


def finished(file: str, root: Path, **settings: object) -> RunPane:
    """A run whose ensemble has ended."""
    pane = RunPane(file, file, changed=lambda: None)
    pane.settings = {path.replace("__", "."): value for path, value in settings.items()}
    pane.begin(load(root / "scenarios" / file))
    assert pane.ensemble is not None and pane.ensemble.wait(120) and pane.ensemble.done == 200
    return pane


def exits(file: str, root: Path, day: int, **settings: object) -> np.ndarray:
    """Exits by the end of a day in replicates 0 to 199, by a run of its own."""
    run = Run(load(root / "scenarios" / file, {path.replace("__", "."): value for path, value in settings.items()}))
    return np.array([run.complete(1, replicate).daily["escaped"][day] for replicate in range(200)])


def test_an_ensemble_is_the_replicates_of_a_sweep(root: Path) -> None:
    pane = finished("tiny.yaml", root)
    assert pane.ensemble is not None
    assert (pane.ensemble.daily("escaped")[:, 10] == exits("tiny.yaml", root, 10)).all()
    pane.go(240)
    assert (pane.history["escaped"][::24] == pane.ensemble.daily("escaped")[0]).all()  # this run is replicate 0
    shown = bands(pane.ensemble, "escaped")
    assert shown is not None and shown["n"] == 200
    low, quarter, three, high = np.array(shown["ends"])[:, -1]
    assert [low, quarter, three, high] == np.quantile(exits("tiny.yaml", root, 10), (0.05, 0.25, 0.75, 0.95)).tolist()


def test_an_ensemble_of_the_same_is_there_at_once_and_of_another_is_not(root: Path) -> None:
    first = finished("tiny.yaml", root, guards__scale=0.75).ensemble
    again = RunPane("tiny.yaml", "tiny.yaml", changed=lambda: None)
    again.settings = {"guards.scale": 0.75}
    again.begin(load(root / "scenarios" / "tiny.yaml"))
    assert first is not None and again.ensemble is not None and again.ensemble.done == 200
    assert (again.ensemble.daily("escaped") == first.daily("escaped")).all()
    for seed, settings in ((2, {"guards.scale": 0.75}), (1, {"guards.scale": 0.7})):
        other = Ensemble(changed(load(root / "scenarios" / "tiny.yaml"), settings), seed, lambda: None)
        assert other.wait(60) and (other.daily("escaped") != first.daily("escaped")).any(), seed


def test_the_place_of_a_run_is_told_of_the_last_whole_day(root: Path) -> None:
    pane = finished("tiny.yaml", root)
    pane.go(24 * 7 + 11)
    others = exits("tiny.yaml", root, 7)
    own = others[0]
    below = 100 * np.mean(others < own)
    said = place(pane, "truth")
    assert said.startswith(f"This run, day 7: {own:.0f} exits")
    assert said.endswith("of 200 runs.")
    assert (f"more than {below:.0f}%" in said) == (below >= 10)


@pytest.mark.parametrize(
    ("own", "text"),
    [
        (3.0, "3 exits, more than 60%, as many as 20% and fewer than 20% of 10 runs"),
        (0.0, "0 exits, as many as 20% and fewer than 80% of 10 runs"),
        (9.0, "9 exits, more than 100% of 10 runs"),
        (4.5, "4 exits, more than 90% and fewer than 10% of 10 runs"),
    ],
)
def test_ranks_in_words(own: float, text: str) -> None:
    values = np.array([0, 0, 1, 1, 2, 2, 3, 3, 4, 5], float)
    assert rank(own, values, "exits") == text


def test_the_difference_of_two_ensembles_is_paired(root: Path) -> None:
    a, b = finished("tiny.yaml", root), finished("tiny.yaml", root, guards__scale=0.25)
    for pane in (a, b):
        pane.go(240)
    one, two = exits("tiny.yaml", root, 10), exits("tiny.yaml", root, 10, guards__scale=0.25)
    differences = two - one
    found = comparison(a, b, "truth")
    mean, half = differences.mean(), 1.972 * differences.std(ddof=1) / np.sqrt(200)
    assert f"{differences[0]:.0f} more exits in B than in A" in found["text"]
    assert (
        f"Over 200 pairs, day 10: +{mean:.1f} exits on average" in found["text"]
        or f"+{mean:.0f} exits" in found["text"]
    )
    for end in (mean - half, mean + half):
        assert f"+{end:.1f}" in found["text"] or f"+{end:.0f}" in found["text"]
    assert np.array(found["ends"])[:, -1].tolist() == np.quantile(differences, (0.05, 0.25, 0.75, 0.95)).tolist()


def test_runs_of_different_worlds_have_no_difference(root: Path) -> None:
    a, b = (RunPane(file, file) for file in ("ne-syria-2019.yaml", "tiny.yaml"))
    for pane in (a, b):
        pane.begin(load(root / "scenarios" / str(pane.file)))
    assert incomparable(a, b) == "the runs differ in theatre and start and length"
    assert comparison(a, b, "truth")["days"] == []
    same = RunPane("tiny.yaml", "tiny.yaml", replicate=4)
    same.begin(load(root / "scenarios/tiny.yaml"))
    assert incomparable(b, same) == "the runs differ in replicate"
    assert incomparable(b, b) == ""


def test_a_change_of_settings_gives_up_what_ran_for_the_old_ones(root: Path) -> None:
    session = Session(Start(root / "scenarios", "ne-syria-2019.yaml"), changed=lambda: None)
    old = session.first.ensemble
    session.act({"do": "guards.scale", "value": 0.5})
    new = session.first.ensemble
    assert old is not None and new is not None and new is not old
    assert old.wait(30) and old.done < 200
    session.close()
    assert new.wait(30) and new.done < 200


def test_the_page_answers_while_an_ensemble_runs(root: Path) -> None:
    told = threading.Event()
    many = Ensemble(load(root / "scenarios/ne-syria-2019.yaml"), 1, told.set, many=100_000)
    try:
        assert told.wait(60)
        before = many.done
        session = Session(Start(root / "scenarios", "tiny.yaml"))
        session.act({"do": "go", "value": 240})
        assert session.first.at == 240
        assert 0 < before <= many.done < 100_000
    finally:
        many.cancel()
        assert many.wait(30)
