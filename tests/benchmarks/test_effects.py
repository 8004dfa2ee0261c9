"""Every number and lever has its place and its sign in the table of effects, and the page says what was found."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import effects
from benchmarks.effects import GROUPS, LEVERS, Bench, Change, Row, Stage, group_of, here, page, settings, varied
from sim.model import Run
from sim.outcomes import RUNS
from sim.scenario.fields import parameters
from sim.scenario.loader import load


def test_every_number_and_lever_is_in_the_tables() -> None:
    assert effects.uncovered() == [], "give each a line in benchmarks/effects.py: where it acts, and its expected sign"


def test_tables_name_what_there_is() -> None:
    paths = [parameter.path for parameter in varied()]
    used = {group.pattern for group in map(group_of, paths) if group is not None}
    assert [group.pattern for group in GROUPS if group.pattern not in used] == []
    outcomes = {column.name for column in RUNS}
    for entry in (*GROUPS, *LEVERS):
        assert entry.sign in ("+", "-", "?", "0"), entry
        assert entry.outcome in outcomes, entry
    for stage in {entry.stage.text: entry.stage for entry in (*GROUPS, *LEVERS)}.values():
        load(stage.scenario, stage.settings)
    assert set(effects.EXPLAINED) <= set(paths)


@pytest.mark.parametrize("parameter", varied(), ids=lambda p: p.path)
def test_settings_lie_within_bounds_and_below_and_above(parameter: object) -> None:
    group = group_of(parameter.path)  # type: ignore[attr-defined]
    assert group is not None
    found = here(effects.loaded(group.stage), parameter.path)  # type: ignore[attr-defined]
    for value in found.values():
        middle, down, up = settings(parameter, value)  # type: ignore[arg-type]
        assert down <= middle <= up
        assert down < up
        assert parameter.low is None or down >= parameter.low  # type: ignore[attr-defined]
        assert parameter.high is None or up <= parameter.high  # type: ignore[attr-defined]


def test_what_is_set_can_be_loaded() -> None:
    """All numbers of a group of places at once, both ways: shares of one party must not come to more than 1."""
    for parameter in varied():
        if parameter.path.startswith("theatre."):
            group = group_of(parameter.path)
            assert group is not None
            found = here(effects.loaded(group.stage), parameter.path)
            for side in (1, 2):
                moved = {at: settings(parameter, value)[side] for at, value in found.items()}
                load(group.stage.scenario, group.stage.settings | moved)


def test_a_star_means_all_places() -> None:
    where = load("ne-syria-2019")
    walls = here(where, "theatre.facilities.*.walls")
    assert len(walls) == len(where.theatre.facilities)
    assert walls["theatre.facilities.hasakah.walls"] == 0.35
    assert list(here(where, "control.offensives.*.km_per_day").values()) == [6, 5, 8, 0]


def row(sign: str, down: float, up: float, *, lever: bool = False) -> Row:
    return Row("x", Stage("tiny"), "escaped", sign, 1.0, Change("1", down, 1.0), Change("2", up, 1.0), lever)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (row("+", -5.0, 5.0), "agrees"),
        (row("+", -0.5, 5.0), "agrees"),
        (row("-", -5.0, 5.0), "contradicts"),
        (row("+", 5.0, 5.0), "contradicts"),
        (row("+", 0.5, -0.5), "no effect"),
        (row("?", 5.0, 5.0), "moves"),
        (row("0", 0.0, 0.0), "agrees"),
        (row("0", 0.0, 5.0), "contradicts"),
        (row("-", -5.0, -9.0, lever=True), "agrees"),
        (row("-", 5.0, -9.0, lever=True), "contradicts"),
    ],
)
def test_verdicts(found: Row, verdict: str) -> None:
    assert found.verdict == verdict


def test_a_small_table_of_tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = Stage("tiny")
    few = tuple(group._replace(stage=tiny) for group in GROUPS if group.pattern in ("guards.scale", "isr.bias"))
    monkeypatch.setattr(effects, "GROUPS", few)
    chosen = [p for p in parameters() if p.path in ("guards.scale", "isr.bias")]
    monkeypatch.setattr(effects, "varied", lambda: chosen)
    monkeypatch.setattr(effects, "LEVERS", ())
    found = list(effects.rows(Bench(6)))
    assert [r.path for r in found] == ["guards.scale", "isr.bias"]
    scale = found[0]
    by_hand = {}
    for guards in (1.0, 0.5):
        run = Run(load("tiny", {"guards.scale": guards}))
        by_hand[guards] = np.array([run.complete(effects.SEED, k).run["escaped_persons"][0] for k in range(6)])
    assert scale.base == by_hand[1.0].mean()
    assert scale.down is not None
    assert scale.down.mean == pytest.approx((by_hand[0.5] - by_hand[1.0]).mean())
    text = page(found, 6)
    assert "| `guards.scale` | tiny | escaped_persons |" in text
    assert "2 together" in text


def test_pairs_without_a_number_are_left_out() -> None:
    class Known(Bench):
        def outcomes(self, stage, more):  # type: ignore[no-untyped-def]
            return np.array([(2.0,), (np.nan,), (4.0,)], [("x", float)])

    base = np.array([(1.0,), (1.0,), (1.0,)], [("x", float)])
    change = Known(3).change(Stage("tiny"), base, {}, "x", "")
    assert change.mean == 2.0
