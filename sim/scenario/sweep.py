"""Sweep files: a design over scenarios, read into points."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from sim.scenario import shipped
from sim.scenario.declare import DISTRIBUTIONS, Strict
from sim.scenario.errors import InputError, Problem, one_of, shown
from sim.scenario.fields import Kind
from sim.scenario.layers import Layered, Origin, Override
from sim.scenario.loader import Loader, exists, missing, overrides_of
from sim.scenario.resolved import Resolved
from sim.scenario.translate import validate
from sim.scenario.yamlfile import Keys

MAX_POINTS = 100_000
DESIGNS = ("grid", "lhs", "sobol", "saltelli")
BUILT = ("grid",)
"""Designs that can be used."""

LEVER = "lever"
"""Column that names the lever of a point."""

_NOT_VARIED = ("replicates", "seed", "extends", "draws")


class SweepFile(Strict):
    """A sweep file."""

    name: str = Field("", max_length=200)
    description: str = ""
    scenario: str | None = Field(
        None, description="path of the scenario file, relative to this file, or a shipped name"
    )
    replicates: int | None = Field(
        None, ge=1, le=10**9, description="replicates of each point; default: the scenario's"
    )
    seed: int | None = Field(None, ge=0, le=2**63 - 1, description="seed of every point; default: the scenario's")
    vary: dict[str, object] = Field(
        default_factory=dict, description="list of values by dotted path; `scenario` may be varied like a path"
    )
    design: Literal["grid", "lhs", "sobol", "saltelli"] = Field("grid", description="how points are laid out")
    samples: int | None = Field(None, ge=1, le=MAX_POINTS, description="points of a design that samples; not for grid")
    levers: dict[Annotated[str, Field(min_length=1, max_length=100)], dict[str, object]] = Field(
        default_factory=dict, description="settings by name, each crossed with every point"
    )
    settings: dict[str, object] = Field(
        default_factory=dict, alias="set", description="values by dotted path, the same at every point"
    )
    labels: dict[str, list[str]] = Field(
        default_factory=dict, description="names for the values of a varied path, in their order"
    )


@dataclass(frozen=True)
class Point:
    """One point of a design: its number from 0, its value of each varied path as a table shows it, its scenario."""

    index: int
    values: dict[str, object]
    resolved: Resolved


@dataclass(frozen=True)
class Sweep:
    """A design ready to run.

    `varied` names the columns of `points`: varied paths, then `lever` if there are any. The first varies slowest.
    """

    name: str
    description: str
    design: str
    replicates: int
    seed: int
    varied: tuple[str, ...]
    points: list[Point]
    notes: tuple[str, ...]
    sources: dict[str, str]


@dataclass(frozen=True)
class _Level:
    """One value of an axis: how it is shown, and what it sets (`scenario` apart)."""

    shown: object
    overrides: tuple[Override, ...]
    scenario: tuple[str, Origin] | None = None


@dataclass(frozen=True)
class _Axis:
    column: str
    levels: list[_Level]


def load_sweep(
    path: str | Path, overrides: Mapping[str, object] | None = None, *, inside: str | Path | None = None
) -> Sweep:
    """Read a sweep file, or the shipped sweep of that name, and every scenario it makes.

    Parameters: overrides, as for `load`, but not of a path that varies; inside, as for `load`.
    Raises InputError with everything that is wrong.
    """
    loader = Loader(inside)
    found = shipped.find(path, "sweeps")
    if not exists(found):
        raise missing(found, "sweeps")
    layers = loader.read(found)
    file, problems = validate(SweepFile, layers, SWEEP)
    if file is None:
        raise InputError(problems)
    return _Reader(loader, layers, file, overrides_of(overrides or {})).sweep()


SWEEP = Kind(model=SweepFile, text="a mapping")


class _Reader:
    """Turns one sweep file into points."""

    def __init__(self, loader: Loader, layers: Layered, file: SweepFile, options: list[Override]) -> None:
        self.loader = loader
        self.layers = layers
        self.file = file
        self.options = options
        self.problems: list[Problem] = []
        self.parts: dict[Keys, dict[Keys, Origin]] = {}
        for where, origin in layers.origins.items():
            for length in (2, 3):  # ("set", path) and ("vary", path, index) or ("levers", name, path)
                if len(where) > length:
                    self.parts.setdefault(where[:length], {})[where[length:]] = origin

    def sweep(self) -> Sweep:
        """The design. Raises InputError."""
        self._check_design()
        axes = self._axes()
        self._check_conflicts(axes)
        count = math.prod(len(axis.levels) for axis in axes)
        if count > MAX_POINTS:
            self._wrong(("vary",), f"the design has {count:,} points", f"at most {MAX_POINTS:,}")
        self._stop_if_wrong()
        points = self._points(axes)
        self._stop_if_wrong()
        first = points[0].resolved
        sources = {name: digest for point in points for name, digest in point.resolved.sources.items()}
        return Sweep(
            name=self.file.name or Path(self.layers.file).stem,
            description=self.file.description,
            design=self.file.design,
            replicates=first.scenario.replicates,
            seed=first.scenario.seed,
            varied=tuple(axis.column for axis in axes),
            points=points,
            notes=tuple(self._notes(points)),
            sources={self.layers.file: self.loader.digests[self.layers.file], **sources},
        )

    def _wrong(self, where: Keys, problem: str, expected: str = "") -> None:
        self.problems.append(self.layers.problem(where, problem, expected))

    def _stop_if_wrong(self) -> None:
        if self.problems:
            raise InputError(self.problems)

    def _check_design(self) -> None:
        file = self.file
        if file.design not in BUILT:
            known = ", ".join(DESIGNS)
            self._wrong(("design",), f"`{file.design}` cannot be used yet (of {known})", " or ".join(BUILT))
        if file.scenario is None and "scenario" not in file.vary:
            self._wrong(("scenario",), "is missing", "path of a scenario file")
        if file.scenario is not None and "scenario" in file.vary:
            self._wrong(("scenario",), "is varied, too", "one of the two")
        for path in file.labels:
            if path not in file.vary:
                self._wrong(("labels", path), "labels a path that does not vary", one_of(path, list(file.vary)))

    def _axes(self) -> list[_Axis]:
        axes = [_Axis(path, self._levels(path, values)) for path, values in self.file.vary.items()]
        if self.file.levers:
            levels = [_Level(name, self._lever(name, settings)) for name, settings in self.file.levers.items()]
            axes.append(_Axis(LEVER, levels))
        return axes

    def _levels(self, path: str, values: object) -> list[_Level]:
        """Values of one varied path."""
        at = ("vary", path)
        if path in _NOT_VARIED or path == LEVER:
            self._wrong(at, "cannot be varied")
            return []
        if not isinstance(values, list) or not values:
            sampled = isinstance(values, dict) and any(name in values for name in DISTRIBUTIONS)
            what = "a grid samples no distribution" if sampled else f"{shown(values)} does not fit"
            self._wrong(at, "no values" if values == [] else what, "a list of values")
            return []
        names = self._labels(path, values)
        levels = []
        for index, value in enumerate(values):
            if path == "scenario":
                levels.append(_Level(names[index], (), self._scenario((*at, index), value)))
            else:
                levels.append(_Level(names[index], (self._override((*at, index), path, value),)))
        return levels

    def _labels(self, path: str, values: list[Any]) -> list[object]:
        """What stands in the column of a varied path: the value as written, a name where it is not simple."""
        given = self.file.labels.get(path)
        if given is not None and len(given) != len(values):
            self._wrong(("labels", path), f"{len(given)} names for {len(values)} values", f"{len(values)}")
        elif given is not None:
            if len(set(given)) < len(given):
                self._wrong(("labels", path), "a name stands twice", "a name for each value")
            return list(given)
        labels: list[object] = [v if isinstance(v, str | int | float) else _label(v, n) for n, v in enumerate(values)]
        seen: set[str] = set()
        for index, value in enumerate(values):
            same = json.dumps(float(value) if type(value) is int else value, sort_keys=True)
            if same in seen:
                self._wrong(("vary", path, index), f"{shown(value)} stands twice", "each value once")
            seen.add(same)
        mixed = len({isinstance(label, str) for label in labels}) > 1
        return [shown(label) for label in labels] if mixed else labels

    def _scenario(self, where: Keys, value: object) -> tuple[str, Origin] | None:
        if not isinstance(value, str):
            self._wrong(where, f"{shown(value)} is not a path", "path of a scenario file")
            return None
        return value, self.layers.origin(where)

    def _override(self, where: Keys, path: str, value: object) -> Override:
        """A value that the sweep file sets, with the lines of its parts."""
        origin = self.layers.origin(where)
        return Override(path, value, origin.file, origin.line, origin.where, self.parts.get(where, {}))

    def _lever(self, name: str, settings: dict[str, object]) -> tuple[Override, ...]:
        return tuple(self._override(("levers", name, path), path, value) for path, value in settings.items())

    def _check_conflicts(self, axes: list[_Axis]) -> None:
        """A varied path may be set by nothing else, and what a lever sets by no option."""
        varied = list(self.file.vary)
        for override in [*self.options, *self._settings()]:
            for path in varied:
                if _touches(override.path, path):
                    self.problems.append(override.problem(f"the sweep varies {path}", "a path that does not vary"))
        for name, settings in self.file.levers.items():
            for path in settings:
                if any(_touches(path, other) for other in varied):
                    self._wrong(("levers", name, path), "is varied, too", "one of the two")
                for option in self.options:
                    if _touches(option.path, path):
                        self.problems.append(option.problem(f"lever {shown(name)} sets {path}", "another path"))

    def _settings(self) -> list[Override]:
        return [self._override(("set", path), path, value) for path, value in self.file.settings.items()]

    def _base(self) -> list[Override]:
        """What holds at every point, in order of rising rank."""
        own = [(path, getattr(self.file, path)) for path in ("replicates", "seed")]
        return [*self._settings(), *(self._override((path,), path, value) for path, value in own if value is not None)]

    def _points(self, axes: list[_Axis]) -> list[Point]:
        base = self._base()
        fixed = (self.file.scenario, self.layers.origin(("scenario",))) if self.file.scenario is not None else None
        points: list[Point] = []
        failed = 0
        for index, levels in enumerate(product(*(axis.levels for axis in axes))):
            chosen = next((level.scenario for level in levels if level.scenario is not None), fixed)
            overrides = [*base, *(o for level in levels for o in level.overrides), *self.options]
            values = {axis.column: level.shown for axis, level in zip(axes, levels, strict=True)}
            try:
                points.append(Point(index, values, self._load(chosen, overrides)))
            except InputError as error:
                self.problems += error.problems
                failed += 1
                if failed == 100:  # the rest of a large design would mostly repeat them, for long
                    break
        return points

    def _load(self, chosen: tuple[str, Origin] | None, overrides: list[Override]) -> Resolved:
        assert chosen is not None  # _check_design has seen to it
        value, origin = chosen
        path = Path(origin.file).parent / value
        if not exists(path) and shipped.find(value) != Path(value):
            return self.loader.load(shipped.find(value), overrides)
        return self.loader.load(self.loader.refer(self.layers, origin.where, value), overrides)

    def _notes(self, points: list[Point]) -> Iterator[str]:
        if self.file.samples is not None:
            yield "samples: a grid has no samples; it is ignored"
        yield from dict.fromkeys(note for point in points for note in point.resolved.notes)


def _touches(one: str, other: str) -> bool:
    """Whether two paths are the same or one lies below the other."""
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


def _label(value: object, index: int) -> str:
    """A short name for a list or a mapping."""
    if value is None:
        return "null"
    text = json.dumps(value, ensure_ascii=False).replace('"', "") if value else "none"
    return text if len(text) <= 40 else f"value-{index + 1}"
