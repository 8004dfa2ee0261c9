"""What every parameter and lever does: each varied down and up by itself, in a scenario in which it can act.

    python -m benchmarks.effects [--replicates N] [--only PATTERN] [--out FILE]

Replicates of the settings compared share seed and number, so that every random number is addressed alike. The page says
where the sign found is the one expected. A parameter that the declarations have and GROUPS does not is varied all the
same, in the scenario of 2019, with no sign expected; a test asks for its entry.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from pydantic import BaseModel

from benchmarks.effects_table import (
    ALSO,
    AT_ZERO,
    EMPTY,
    EXPLAINED,
    GROUPS,
    LEFT_OUT,
    LEVERS,
    NOT_HERE,
    YEAR_2019,
    Group,
    Lever,
    Stage,
)
from sim.model import Run
from sim.scenario.declare import DISTRIBUTIONS, Choice
from sim.scenario.draw import quantile
from sim.scenario.fields import Parameter, attributes_of, keys_of, parameters
from sim.scenario.loader import load
from sim.scenario.parameters import Levers
from sim.scenario.resolved import Resolved

PAGE = Path(__file__).resolve().parents[1] / "docs" / "effects.md"
REPLICATES = 200
SMALL = 3
"""Times as many in the small worlds."""
SEED = 1


class Change(NamedTuple):
    """A paired difference of means: what was set, the difference and its 95% half-width."""

    value: str
    mean: float
    half: float

    @property
    def sign(self) -> int:
        """1 or -1 where the interval leaves 0 out, else 0."""
        return 0 if abs(self.mean) <= self.half or self.mean == 0.0 else (1 if self.mean > 0.0 else -1)

    @property
    def text(self) -> str:
        """The change as the page has it."""
        return f"{self.value}: {self.mean:+.3g} ± {self.half:.2g}"


WANTED = {"+": 1, "-": -1, "0": 0}


class Row(NamedTuple):
    """A parameter's row: the effect of going down and up, with 95% intervals; None where a bound leaves no room."""

    path: str
    group: Group
    base: float
    down: Change | None
    up: Change | None

    @property
    def verdict(self) -> str:
        """`agrees`, `contradicts`, `no effect`, or `moves` where no sign is expected."""
        sides = ((self.down, -1), (self.up, 1))
        signs = [way * change.sign for change, way in sides if change is not None and change.sign != 0]
        sign = self.group.sign
        if not signs:
            return "agrees" if sign == "0" else "no effect"
        if sign == "?":
            return "moves"
        return "agrees" if all(found == WANTED[sign] for found in signs) else "contradicts"

    @property
    def cells(self) -> list[str]:
        """What the page says in each column."""
        group = self.group
        changes = ["–" if change is None else change.text for change in (self.down, self.up)]
        named = [f"`{self.path}`", group.stage.text, group.outcome, f"{self.base:.4g}"]
        return [*named, *changes, group.sign, self.verdict, group.note]


class LeverRow(NamedTuple):
    """A lever's row: three doses against none, and each against the one before."""

    lever: Lever
    base: float
    doses: tuple[Change, ...]
    steps: tuple[Change, ...]

    @property
    def verdict(self) -> str:
        """`agrees`, `contradicts` where a dose has the wrong sign, `more hurts` where only a step has, or `no effect`."""
        wanted = WANTED[self.lever.sign]
        if any(change.sign == -wanted for change in self.doses):
            return "contradicts"
        if any(change.sign == -wanted for change in self.steps):
            return "more hurts"
        return "agrees" if any(change.sign == wanted for change in self.doses) else "no effect"

    @property
    def cells(self) -> list[str]:
        """What the page says in each column."""
        lever = self.lever
        changes = [change.text for change in (*self.doses, *self.steps)]
        named = [f"`levers.{lever.path}`", lever.stage.text, lever.outcome, f"{self.base:.4g}"]
        return [*named, *changes, lever.sign, self.verdict, lever.note]


def is_scalar(parameter: Parameter) -> bool:
    """Whether a parameter is a number: declared with a unit, or with a number as default or bounds of one."""
    default = parameter.default
    number = isinstance(default, int | float) and not isinstance(default, bool)
    return bool(parameter.unit or number or parameter.low is not None or parameter.high is not None)


def left_out(path: str) -> str | None:
    """Why a number is not varied, None if it is."""
    return next((why for pattern, why in LEFT_OUT.items() if fnmatchcase(path, pattern)), None)


def varied() -> list[Parameter]:
    """Every number that is varied, levers aside, as declared."""
    return [p for p in parameters() if is_scalar(p) and not left_out(p.path) and not p.path.startswith("levers.")]


def group_of(path: str) -> Group | None:
    """The group of a parameter, None if it is in none."""
    return next((group for group in GROUPS if fnmatchcase(path, group.pattern)), None)


def groups_of(path: str) -> list[Group]:
    """All groups of a parameter, one row each; one without a sign if the tables do not have it."""
    first = group_of(path) or Group(path, "?", YEAR_2019)
    return [first, *(group for group in ALSO if fnmatchcase(path, group.pattern))]


def uncovered() -> list[str]:
    """Numbers and levers of the declarations that the tables here do not have."""
    pulled = {lever.path.split(".")[0] for lever in LEVERS}
    numbers = [p.path for p in varied() if group_of(p.path) is None]
    paths = {f"levers.{lever.path}" for lever in LEVERS}
    levers = [f"levers.{key}" for key in keys_of(Levers) if key not in pulled]
    levers += [
        p.path
        for p in parameters()
        if p.path.startswith("levers.") and is_scalar(p) and not left_out(p.path) and p.path not in paths
    ]
    return numbers + sorted(set(levers))


def places(value: Any, keys: list[str], at: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every place below a value that a path with stars means, as a dotted path, and what stands there."""
    if not keys:
        yield ".".join(at), value
    elif isinstance(value, BaseModel):
        name = attributes_of(type(value)).get(keys[0])
        if name is not None:
            yield from places(getattr(value, name), keys[1:], (*at, keys[0]))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, keys[1:], (*at, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, keys[1:], (*at, str(index)))


def here(stage: Stage, path: str) -> dict[str, Any]:
    """The values that a parameter has in a stage, by dotted path; what is unset is left out."""
    resolved = loaded(stage)
    inside = path.startswith("theatre.")
    keys = path.split(".")
    found = places(resolved.theatre if inside else resolved.scenario, keys[1:] if inside else keys)
    named = {f"theatre.{at}" if inside else at: value for at, value in found if value is not None}
    kept = {at: value for at, value in named.items() if not any(fnmatchcase(at, place) for place in NOT_HERE)}
    return {at: value for at, value in kept.items() if value != 0 or not any(fnmatchcase(at, p) for p in EMPTY)}


def settings(parameter: Parameter, value: Any) -> tuple[Any, Any, Any]:
    """A value's middle, and a lower and a higher one within bounds: half and half more, or a distribution's 10 and 90%."""
    if isinstance(value, tuple(DISTRIBUTIONS.values())):
        levels = np.array([0.1, 0.5, 0.9])
        # A choice, such as a column of joint draws, has no order of its own.
        low, middle, high = (
            float(v)
            for v in (np.quantile(value.choice, levels) if isinstance(value, Choice) else quantile(value, levels))
        )
        return middle, low, high
    least = -math.inf if parameter.low is None else parameter.low
    most = math.inf if parameter.high is None else parameter.high
    if value == 0:
        return value, max(least, -0.3 if least < 0 else 0.0), AT_ZERO.get(parameter.path, min(0.3, most / 3.0))
    step = abs(value) / 2
    down, up = max(least, value - step), min(most, value + step)
    if isinstance(value, int):
        down, up = max(math.ceil(least), math.floor(down)), min(most, math.ceil(up))
        return value, int(down), int(up)
    return value, down, up


class Bench:
    """Runs stages with settings, and keeps the outcomes of each stage as it is."""

    def __init__(self, replicates: int) -> None:
        """Parameters: replicates, of a shipped scenario; a small world has `SMALL` times as many."""
        self.replicates = replicates
        self._kept: dict[str, np.ndarray] = {}

    def outcomes(self, stage: Stage, more: Mapping[str, Any]) -> np.ndarray:
        """The rows of `runs` of a stage with further settings: (replicates,)."""
        if not more and stage.text in self._kept:
            return self._kept[stage.text]
        run = Run(load(stage.path, stage.settings | dict(more)))
        replicates = self.replicates * (SMALL if stage.is_small else 1)
        rows = np.concatenate([run.complete(SEED, replicate).run.copy() for replicate in range(replicates)])
        if not more:
            self._kept[stage.text] = rows
        return rows


def change(base: np.ndarray, other: np.ndarray, text: str) -> Change:
    """The paired difference of an outcome, (replicates,) each; pairs that lack a number are left out."""
    difference = other.astype(float) - base
    known = difference[~np.isnan(difference)]
    if len(known) < 2:
        return Change(text, 0.0, 0.0)
    return Change(text, float(known.mean()), float(1.96 * known.std(ddof=1) / math.sqrt(len(known))))


def mean(values: np.ndarray) -> float:
    """The mean of what is known, nan if nothing is."""
    known = values[~np.isnan(values.astype(float))]
    return float(known.mean()) if len(known) else math.nan


def parameter_row(bench: Bench, parameter: Parameter, group: Group) -> Row:
    """The effect of one parameter, at all places that it has at once."""
    found = here(group.stage, parameter.path)
    chosen = {at: settings(parameter, value) for at, value in found.items() if fnmatchcase(at, group.at)}
    base = bench.outcomes(group.stage, {at: three[0] for at, three in chosen.items() if three[0] != found[at]})
    changes: list[Change | None] = []
    for side in (1, 2):
        moved = {at: three[side] for at, three in chosen.items()}
        if moved == {at: three[0] for at, three in chosen.items()}:
            changes.append(None)
            continue
        text = f"{next(iter(moved.values())):.4g}" if len(moved) == 1 else "all"
        rows = bench.outcomes(group.stage, moved)
        changes.append(change(base[group.outcome], rows[group.outcome], text))
    return Row(parameter.path, group, mean(base[group.outcome]), changes[0], changes[1])


def lever_row(bench: Bench, lever: Lever) -> LeverRow:
    """The effect of one lever at three doses."""
    name, _, number = lever.path.partition(".")
    levels = [bench.outcomes(lever.stage, {})[lever.outcome]]
    levels += [bench.outcomes(lever.stage, {f"levers.{name}": dose})[lever.outcome] for dose in lever.doses]
    texts = [f"{dose[number]:g}" if number else str(k) for k, dose in enumerate(lever.doses, 1)]
    against_none = tuple(change(levels[0], level, text) for level, text in zip(levels[1:], texts, strict=True))
    steps = tuple(change(levels[k], levels[k + 1], f"{texts[k - 1]} to {texts[k]}") for k in (1, 2))
    return LeverRow(lever, mean(levels[0]), against_none, steps)


@cache
def _loaded(path: str, overrides: str) -> Resolved:
    return load(path, json.loads(overrides))


def loaded(stage: Stage) -> Resolved:
    """A stage as it stands, read once."""
    return _loaded(stage.path, json.dumps(stage.settings))


def rows(bench: Bench, pattern: str = "*") -> Iterator[Row | LeverRow]:
    """The rows of all parameters and levers whose path fits a pattern."""
    for parameter in varied():
        if fnmatchcase(parameter.path, pattern):
            for group in groups_of(parameter.path):
                yield parameter_row(bench, parameter, group)
    for lever in LEVERS:
        if fnmatchcase(f"levers.{lever.path}", pattern):
            yield lever_row(bench, lever)


HEAD = """# Effects

Every number of scenario and theatre files, and every lever, varied by itself where it can act. Made by `make effects`.

A scenario is a small world made for the mechanism (`benchmarks/stages/`, {small} replicates a setting) or a shipped one ({replicates}); no number
of a small world is an estimate for a real place. Replicates are paired: the same random numbers in every setting. Intervals are 95%, and
one among twenty numbers that do nothing seems to do something.

## Parameters

Down and up is by half of the value within its bounds, or to the 10% and 90% quantiles where the scenario has a distribution; a number
that stands in several places (facilities, parties, observers) is varied in all of them at once, unless a note says where. *Mean* is the outcome as the
scenario stands; *expected* is the sign of an increase: `?` where theory says nothing, `0` where nothing may change. *Found*: `agrees` if every change beyond
noise has that sign, `contradicts` if one has not, `moves` where none is expected. A parameter has a second row where its sign is
another elsewhere, or where the case itself is of interest.

"""
COLUMNS = "| parameter | scenario | outcome | mean | down | up | expected | found | note |\n" + "|---" * 9 + "|\n"
LEVERS_HEAD = """
## Levers

Each lever pulled a little, more and much, against not at all, then more against a little and much against more. *Agrees*: every dose that
moves the outcome beyond noise moves it to the side expected, and no step to more moves it back beyond noise.

"""
LEVERS_COLUMNS = (
    "| lever | scenario | outcome | mean | a little | more | much | step to more | step to much | expected | found | note |\n"
    + "|---" * 12
    + "|\n"
)
VERDICTS = ("agrees", "moves", "no effect", "contradicts")
LEVER_VERDICTS = ("agrees", "no effect", "more hurts", "contradicts")


def _counted(found: Sequence[Row | LeverRow], verdicts: Sequence[str]) -> str:
    counts = (f"{verdict}: {sum(row.verdict == verdict for row in found)}" for verdict in verdicts)
    return f"\n{', '.join(counts)}; {len(found)} together.\n"


def _table(found: Sequence[Row | LeverRow]) -> str:
    return "".join(f"| {' | '.join(row.cells)} |\n" for row in found)


def idle(found: Sequence[Row | LeverRow]) -> list[str]:
    """Paths of parameters that move nothing in any of their rows, and of those that may move nothing."""
    still: dict[str, bool] = {}
    for row in found:
        if isinstance(row, Row):
            nothing = row.verdict == "no effect" or row.group.sign == "0"
            still[row.path] = still.get(row.path, True) and nothing
    return [path for path, nothing in still.items() if nothing]


def page(found: Sequence[Row | LeverRow], replicates: int) -> str:
    """The page's text."""
    numbers = [row for row in found if isinstance(row, Row)]
    levers = [row for row in found if isinstance(row, LeverRow)]
    text = HEAD.format(replicates=replicates, small=SMALL * replicates) + COLUMNS + _table(numbers)
    text += _counted(numbers, VERDICTS)
    text += LEVERS_HEAD + LEVERS_COLUMNS + _table(levers) + _counted(levers, LEVER_VERDICTS)
    text += "\n## Without effect\n\n| parameter | why |\n|---|---|\n"
    text += "".join(f"| `{path}` | {EXPLAINED.get(path, '')} |\n" for path in idle(found))
    text += "\n## Not varied\n\n| number | why |\n|---|---|\n"
    text += "".join(f"| `{path}` | {why} |\n" for path, why in LEFT_OUT.items())
    return text


def main() -> None:
    """Write the page."""
    parser = argparse.ArgumentParser(description="Vary every parameter and lever, and write docs/effects.md.")
    parser.add_argument("--replicates", type=int, default=REPLICATES, help="of a shipped scenario")
    parser.add_argument("--only", default="*", help="pattern of paths; the page then has these alone")
    parser.add_argument("--out", type=Path, default=PAGE)
    given = parser.parse_args()
    began = time.monotonic()
    found = []
    for row in rows(Bench(given.replicates), given.only):
        found.append(row)
        print(f"{time.monotonic() - began:.0f} s", *row.cells, sep=" | ", file=sys.stderr)
    given.out.write_text(page(found, given.replicates), encoding="utf-8")
    print(f"{given.out}: {len(found)} rows in {time.monotonic() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
