"""Every number and lever has its place and its sign in the tables of effects, and the page is what the tables give."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest

from benchmarks import effects
from benchmarks.effects import (
    Bench,
    Change,
    LeverRow,
    Row,
    group_of,
    groups_of,
    here,
    idle,
    lever_row,
    page,
    parameter_row,
    settings,
    varied,
)
from benchmarks.effects_table import ALSO, EXPLAINED, GROUPS, LEVERS, STAGES, Group, Lever, Stage, doses
from sim.model import Run
from sim.outcomes import RUNS
from sim.scenario.fields import Parameter, parameters
from sim.scenario.loader import load

# --- the tables


def test_every_number_and_lever_is_in_the_tables() -> None:
    assert effects.uncovered() == [], "give each a line in benchmarks/effects_table.py: where it acts, and its sign"


def test_tables_name_what_there_is() -> None:
    paths = [parameter.path for parameter in varied()]
    used = {group.pattern for group in map(group_of, paths) if group is not None}
    used |= {group.pattern for path in paths for group in groups_of(path)}
    assert [group.pattern for group in (*GROUPS, *ALSO) if group.pattern not in used] == []
    outcomes = {column.name for column in RUNS}
    for entry in (*GROUPS, *ALSO, *LEVERS):
        assert entry.sign in ("+", "-", "?", "0"), entry
        assert entry.outcome in outcomes, entry
    assert set(EXPLAINED) <= set(paths)


def test_every_small_world_is_used_and_every_stage_can_be_loaded() -> None:
    stages = {entry.stage.text: entry.stage for entry in (*GROUPS, *ALSO, *LEVERS)}
    for stage in stages.values():
        load(stage.path, stage.settings)
    staged = {stage.scenario for stage in stages.values() if stage.is_small}
    files = {path.stem: path.read_text(encoding="utf-8") for path in STAGES.glob("*.yaml")}
    extended = {name for name in files if any(f"extends: {name}.yaml" in text for text in files.values())}
    assert set(files) == staged | extended


@pytest.mark.parametrize("parameter", varied(), ids=lambda p: p.path)
def test_settings_lie_within_bounds_and_below_and_above(parameter: Parameter) -> None:
    for group in groups_of(parameter.path):
        found = here(group.stage, parameter.path)
        assert found, f"{group.stage.text} has no such number"
        for value in found.values():
            middle, down, up = settings(parameter, value)
            assert down <= middle <= up
            assert down < up
            assert parameter.low is None or down >= parameter.low
            assert parameter.high is None or up <= parameter.high


def test_what_is_set_can_be_loaded() -> None:
    """All numbers of a group of places at once, both ways: shares of one party must not come to more than 1."""
    for parameter in varied():
        if parameter.path.startswith(("theatre.", "observers.", "isr.")):
            for group in groups_of(parameter.path):
                found = here(group.stage, parameter.path)
                for side in (1, 2):
                    moved = {at: settings(parameter, value)[side] for at, value in found.items()}
                    load(group.stage.path, group.stage.settings | moved)


def test_a_star_means_all_places() -> None:
    where = Stage("ne-syria-2019")
    walls = here(where, "theatre.facilities.*.walls")
    assert len(walls) == len(effects.loaded(where).theatre.facilities)
    assert walls["theatre.facilities.hasakah.walls"] == 0.35
    assert list(here(where, "control.offensives.*.km_per_day").values()) == [6, 5, 8, 0]


# --- rows


def row(sign: str, down: float, up: float) -> Row:
    return Row("x", Group("x", sign, Stage("tiny")), 1.0, Change("1", down, 1.0), Change("2", up, 1.0))


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
    ],
)
def test_verdicts(found: Row, verdict: str) -> None:
    assert found.verdict == verdict


@pytest.mark.parametrize(
    ("against_none", "steps", "verdict"),
    [
        ((-2.0, -4.0, -6.0), (-2.0, -2.0), "agrees"),
        ((-0.5, -0.5, -6.0), (0.5, -5.0), "agrees"),
        ((-6.0, -4.0, -4.0), (2.0, 0.0), "more hurts"),
        ((0.5, 0.5, -0.5), (0.0, 0.0), "no effect"),
        ((2.0, -2.0, -3.0), (-4.0, -1.0), "contradicts"),
    ],
)
def test_verdicts_of_levers(against_none: tuple[float, ...], steps: tuple[float, ...], verdict: str) -> None:
    lever = Lever("guard_floor.per_100", doses("per_100", 1.0, 2.0, 3.0), Stage("tiny"))
    changes = [tuple(Change("", mean, 1.0) for mean in means) for means in (against_none, steps)]
    assert LeverRow(lever, 9.0, *changes).verdict == verdict


def test_a_small_table_of_tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = Stage("tiny")
    few = tuple(group._replace(stage=tiny) for group in GROUPS if group.pattern in ("guards.scale", "isr.bias"))
    monkeypatch.setattr(effects, "GROUPS", few)
    monkeypatch.setattr(effects, "ALSO", ())
    chosen = [p for p in parameters() if p.path in ("guards.scale", "isr.bias")]
    monkeypatch.setattr(effects, "varied", lambda: chosen)
    floor = Lever("guard_floor.per_100", doses("per_100", 2.0, 4.0, 8.0), tiny)
    monkeypatch.setattr(effects, "LEVERS", (floor,))
    scale, bias, pulled = list(effects.rows(Bench(6)))
    by_hand = {}
    for guards in (1.0, 0.5):
        run = Run(load("tiny", {"guards.scale": guards}))
        by_hand[guards] = np.array([run.complete(effects.SEED, k).run["escaped_persons"][0] for k in range(6)])
    assert isinstance(scale, Row)
    assert isinstance(pulled, LeverRow)
    assert scale.base == pulled.base == by_hand[1.0].mean()
    assert scale.down is not None
    assert scale.down.mean == pytest.approx((by_hand[0.5] - by_hand[1.0]).mean())
    assert pulled.doses[1].mean + pulled.steps[1].mean == pytest.approx(pulled.doses[2].mean)
    text = page([scale, bias, pulled], 6)
    assert "| `guards.scale` | tiny | escaped_persons |" in text
    assert "2 together" in text
    assert "1 together" in text


def test_pairs_without_a_number_are_left_out() -> None:
    change = effects.change(np.array([1.0, 1.0, 1.0]), np.array([2.0, np.nan, 4.0]), "")
    assert change.mean == 2.0


def test_what_moves_something_somewhere_is_not_idle() -> None:
    other = row("+", 0.0, 0.0)._replace(path="y")
    assert idle([row("+", 0.0, 0.0), row("+", -5.0, 5.0), other]) == ["y"]


# --- the page as it stands


def cells_of(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split(" | ")]


@cache
def tables() -> tuple[list[list[str]], list[list[str]]]:
    """The rows of the page's two tables, as cells."""
    text = effects.PAGE.read_text(encoding="utf-8")
    numbers, levers = text.split("\n## Levers\n")
    levers = levers.split("\n## ")[0]
    return tuple([cells_of(line) for line in part.splitlines() if line.startswith("| `")] for part in (numbers, levers))  # type: ignore[return-value]


def test_the_page_has_every_row_of_the_tables_and_no_other() -> None:
    numbers, levers = tables()
    expected = [
        [f"`{parameter.path}`", group.stage.text, group.outcome, group.sign, group.note]
        for parameter in varied()
        for group in groups_of(parameter.path)
    ]
    assert [[*cells[:3], cells[6], cells[8]] for cells in numbers] == expected, "make effects"
    pulled = [[f"`levers.{x.path}`", x.stage.text, x.outcome, x.sign, x.note] for x in LEVERS]
    assert [[*cells[:3], cells[9], cells[11]] for cells in levers] == pulled, "make effects"


def test_the_page_was_made_with_enough_replicates() -> None:
    text = effects.PAGE.read_text(encoding="utf-8")
    small, shipped = map(int, re.findall(r"\((?:`benchmarks/stages/`, )?(\d+)[^)]*\)", text)[:2])
    assert small >= 600
    assert shipped >= 200


def test_what_has_no_effect_or_another_sign_is_explained() -> None:
    numbers, levers = tables()
    told = [cells for cells in numbers if cells[0].strip("`") not in EXPLAINED]
    silent = [cells[:3] for cells in told if cells[7] in ("no effect", "contradicts") and not cells[8]]
    silent += [cells[:3] for cells in levers if cells[10] != "agrees" and not cells[11]]
    assert silent == []
    listed = effects.PAGE.read_text(encoding="utf-8").split("\n## Without effect\n")[1].split("\n## ")[0]
    reasons = [cells_of(line) for line in listed.splitlines() if line.startswith("| `")]
    assert reasons == [[f"`{path}`", why] for path, why in EXPLAINED.items()]


MECHANISMS = (
    "disorder.crowding_weight",
    "news.weight",
    "walls.erosion_per_hour",
    "theatre.facilities.*.walls",
    "theatre.facilities.*.cameras",
    "armed_cells.growth_per_100",
    "armed_cells.strength_per_100",
    "armed_cells.surges.*.factor",
    "theatre.parties.*.custody.free",
    "isr.residual",
)
"""What `tests/model/test_mechanisms.py` switches off or doubles."""


def test_mechanisms_with_a_test_of_their_own_move_here_too() -> None:
    found = {path: next(cells[7] for cells in tables()[0] if cells[0] == f"`{path}`") for path in MECHANISMS}
    assert set(found.values()) == {"agrees"}, found


def number(cell: str) -> tuple[float, float]:
    """The difference in a cell of the page, and its half-width."""
    found = re.search(r": ([-+][\d.e+-]+) ± ([\d.e+-]+)$", cell)
    assert found is not None, cell
    return float(found[1]), float(found[2])


@pytest.mark.parametrize(
    "path",
    [
        "guards.nerve_min",
        "disorder.family_risk_min",
        "unrest.pull_share",
        "assault.relief_hours",
        "stealth.thin_gain",
        "at_large.km_per_day",
        "confirmation.origins",
        "theatre.parties.*.custody.seize",
    ],
)
def test_the_page_says_what_the_rules_do(path: str) -> None:
    """A few quick rows made anew: rules that have changed since show."""
    parameter = next(p for p in varied() if p.path == path)
    made = parameter_row(Bench(200), parameter, groups_of(path)[0]).cells
    stands = next(cells for cells in tables()[0] if cells[0] == f"`{path}`")
    assert float(made[3]) == pytest.approx(float(stands[3]), rel=0.01)
    for ours, theirs in zip(made[4:6], stands[4:6], strict=True):
        mean, half = number(ours)
        assert mean == pytest.approx(number(theirs)[0], abs=0.2 * half), "make effects"
    assert made[7] == stands[7]


def test_the_page_says_what_a_lever_does() -> None:
    lever = next(x for x in LEVERS if x.path == "hardening.cameras" and x.stage.is_small)
    made = lever_row(Bench(200), lever).cells
    stands = next(cells for cells in tables()[1] if cells[:2] == made[:2])
    for ours, theirs in zip(made[4:9], stands[4:9], strict=True):
        mean, half = number(ours)
        assert mean == pytest.approx(number(theirs)[0], abs=0.2 * half), "make effects"
