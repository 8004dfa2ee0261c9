"""Read sweep files, designs over scenarios, into points."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from sim.scenario import shipped
from sim.scenario.declare import DISTRIBUTIONS, Beta, Choice, Distribution, Number, Strict, Triangular, Uniform
from sim.scenario.errors import InputError, Problem, one_of, shown
from sim.scenario.fields import Kind
from sim.scenario.layers import Layered, Origin, Override
from sim.scenario.loader import Loader, exists, missing, overrides_of
from sim.scenario.parameters import Scenario
from sim.scenario.resolved import Resolved
from sim.scenario.translate import validate
from sim.scenario.yamlfile import Keys

MAX_POINTS = 100_000
DESIGNS = ("grid", "lhs", "sobol", "saltelli")
"""How points are laid out: every combination of the listed values, or a sample of the varied paths."""

LEVER = "lever"
"""Column that names the lever of a point."""

_NUMBER: TypeAdapter[Number] = TypeAdapter(Number)
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
        default_factory=dict,
        description="by dotted path a list of values, or a distribution to sample (not in a grid); "
        "`scenario` may be varied like a path",
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
    """A design. Its points are made when they are first used.

    `varied` names the columns of `points`: varied paths, then `lever` if there are any. In a grid the first varies
    slowest; a sample's points each stand with every lever before the next. `size` is the number of points.
    """

    name: str
    description: str
    design: str
    samples: int | None
    replicates: int
    seed: int
    varied: tuple[str, ...]
    size: int
    first: Resolved
    bounds: dict[str, tuple[float, float]]
    _make: Callable[[], list[Point]]
    _notes: tuple[str, ...]
    _sources: dict[str, str]

    @cached_property
    def points(self) -> list[Point]:
        """Return every point with its scenario. Raises InputError with every problem found."""
        return self._make()

    @property
    def notes(self) -> tuple[str, ...]:
        """Return notes on what is odd but allowed."""
        return (*self._notes, *dict.fromkeys(note for point in self.points for note in point.resolved.notes))

    @property
    def sources(self) -> dict[str, str]:
        """Return the SHA-256 of every file read, by name."""
        return {**self._sources, **{name: d for point in self.points for name, d in point.resolved.sources.items()}}


@dataclass(frozen=True)
class _Level:
    """One value of an axis: how it is shown, what it sets, and the scenario file it chooses, if any."""

    shown: object
    overrides: tuple[Override, ...]
    scenario: tuple[str, Origin] | None = None


@dataclass(frozen=True)
class _Axis:
    """A varied path or the levers: its values, or one level with the distribution it is sampled from."""

    column: str
    levels: list[_Level]
    distribution: Distribution | None = None

    def at(self, u: float) -> int:
        """Return the level at a position from 0 to 1."""
        return min(int(u * len(self.levels)), len(self.levels) - 1)


def load_sweep(
    path: str | Path, overrides: Mapping[str, object] | None = None, *, inside: str | Path | None = None
) -> Sweep:
    """Read a sweep file, or the shipped sweep of that name, and every scenario it makes.

    Parameters: overrides, as for `load`, but not of a path that varies; inside, as for `load`.
    Raises InputError with everything that is wrong.
    """
    sweep = open_sweep(path, overrides, inside=inside)
    _ = sweep.points
    return sweep


def open_sweep(
    path: str | Path, overrides: Mapping[str, object] | None = None, *, inside: str | Path | None = None
) -> Sweep:
    """Read a sweep file without making its points. Raises InputError for problems of the file itself."""
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
    """A reader of one sweep file that collects its problems."""

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
        """Return the design. Raises InputError."""
        self._check_design()
        axes = self._axes()
        self._check_conflicts(axes)
        size = self._size(axes)
        if size > MAX_POINTS:
            self._wrong(("vary",), f"the design has {size:,} points", f"at most {MAX_POINTS:,}")
        self._stop_if_wrong()
        try:
            first = self._loaded([axis.levels[0] for axis in axes])
        except InputError:
            first = self._points(axes, 1)[0].resolved  # says what is wrong with every point
        self._check_places(first)
        self._stop_if_wrong()
        scenario = first.scenario
        return Sweep(
            name=self.file.name or Path(self.layers.file).stem,
            description=self.file.description,
            design=self.file.design,
            samples=self.file.samples if self.file.design != "grid" else None,
            replicates=scenario.replicates,
            seed=scenario.seed,
            varied=tuple(axis.column for axis in axes),
            size=size,
            first=first,
            bounds={axis.column: ends for axis in axes if (ends := _ends(axis.distribution)) is not None},
            _make=lambda: [self._in_step(point, scenario) for point in self._points(axes, scenario.seed)],
            _notes=tuple(self._notes()),
            _sources={self.layers.file: self.loader.digests[self.layers.file]},
        )

    def _size(self, axes: list[_Axis]) -> int:
        """Return the number of points."""
        if self.file.design == "grid":
            return math.prod(len(axis.levels) for axis in axes)
        levers = math.prod(len(axis.levels) for axis in axes if axis.column == LEVER)
        factors = sum(axis.column != LEVER for axis in axes)
        samples = self.file.samples or 1
        return (samples * (factors + 2) if self.file.design == "saltelli" else samples) * levers

    def _wrong(self, where: Keys, problem: str, expected: str = "") -> None:
        self.problems.append(self.layers.problem(where, problem, expected))

    def _stop_if_wrong(self) -> None:
        if self.problems:
            raise InputError(self.problems)

    def _check_design(self) -> None:
        file = self.file
        if file.design != "grid" and file.samples is None:
            self._wrong(("samples",), "is missing", f"number of {'base ' * (file.design == 'saltelli')}points")
        if file.design != "grid" and not file.vary:
            self._wrong(("vary",), f"{file.design} has nothing to sample", "a path that varies")
        if file.scenario is None and "scenario" not in file.vary:
            self._wrong(("scenario",), "is missing", "path of a scenario file")
        if file.scenario is not None and "scenario" in file.vary:
            self._wrong(("scenario",), "is varied, too", "one of the two")
        for path in file.labels:
            if path not in file.vary:
                self._wrong(("labels", path), "labels a path that does not vary", one_of(path, list(file.vary)))

    def _axes(self) -> list[_Axis]:
        axes = [self._axis(path, values) for path, values in self.file.vary.items()]
        if self.file.levers:
            levels = [_Level(name, self._lever(name, settings)) for name, settings in self.file.levers.items()]
            axes.append(_Axis(LEVER, levels))
        return axes

    def _axis(self, path: str, values: object) -> _Axis:
        """Return the axis of one varied path."""
        sampled = isinstance(values, dict) and any(name in values for name in DISTRIBUTIONS)
        if not sampled or self.file.design == "grid" or path in _NOT_VARIED or path in (LEVER, "scenario"):
            return _Axis(path, self._levels(path, values, sampled=sampled))
        at = ("vary", path)
        try:
            distribution: Distribution = _NUMBER.validate_python(values)  # type: ignore[assignment]
        except ValidationError as error:
            for found in error.errors():
                self._wrong(at, f"{shown(values)} does not fit: {found['msg']}", "a distribution")
            return _Axis(path, [])
        return _Axis(path, [_Level(shown(values), (self._override(at, path, values),))], distribution)

    def _levels(self, path: str, values: object, *, sampled: bool) -> list[_Level]:
        """Return the levels of one varied path."""
        at = ("vary", path)
        if path in _NOT_VARIED or path == LEVER:
            self._wrong(at, "cannot be varied")
            return []
        if not isinstance(values, list) or not values:
            what = "a grid samples no distribution" if sampled else f"{shown(values)} does not fit"
            if sampled and path == "scenario":
                what = "files are not drawn from a distribution"
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
        """Return the column values of a varied path: numbers and texts as written, names for other values."""
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
            alike = (
                type(value) is int and abs(value) < 10**300
            )  # 1 and 1.0 are one value; larger numbers do not fit a float
            same = json.dumps(float(value) if alike else value, sort_keys=True)
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
        """Return a value that the sweep file sets, with the lines of its parts."""
        origin = self.layers.origin(where)
        return Override(path, value, origin.file, origin.line, origin.where, self.parts.get(where, {}))

    def _lever(self, name: str, settings: dict[str, object]) -> tuple[Override, ...]:
        for path in settings:
            if path in _NOT_VARIED:
                self._wrong(("levers", name, path), "is the same at every point", "a path that a lever may set")
        return tuple(self._override(("levers", name, path), path, value) for path, value in settings.items())

    def _check_conflicts(self, axes: list[_Axis]) -> None:
        """Note varied paths that something else sets, and paths that both a lever and an option set."""
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

    def _check_places(self, first: Resolved) -> None:
        """Note varied places that are written in two ways."""

        def place(path: str) -> str:
            try:
                return first.place(path)
            except ValueError:
                return path

        varied = {path: place(path) for path in self.file.vary if path != "scenario"}
        for n, (path, at) in enumerate(varied.items()):
            for other in list(varied)[:n]:
                if _touches(at, varied[other]):
                    self._wrong(("vary", path), f"is the same place as {other}", "each place once")
        for override in [*self.options, *self._settings()]:
            for path, at in varied.items():
                if _touches(place(override.path), at) and not _touches(override.path, path):
                    self.problems.append(override.problem(f"the sweep varies {path}", "a path that does not vary"))
        for name, settings in self.file.levers.items():
            for path in settings:
                if any(_touches(place(path), at) and not _touches(path, other) for other, at in varied.items()):
                    self._wrong(("levers", name, path), "is varied, too", "one of the two")

    def _in_step(self, point: Point, first: Scenario) -> Point:
        """Return a point with the seed and replicates that all points share, so that replicates pair up."""
        scenario = point.resolved.scenario
        shared = {"seed": first.seed, "replicates": first.replicates}
        if {name: getattr(scenario, name) for name in shared} == shared:
            return point
        note = f"scenario: all points take seed {first.seed} and {first.replicates} replicates, as the first has them"
        notes = (*point.resolved.notes, note)
        resolved = replace(point.resolved, scenario=scenario.model_copy(update=shared), notes=notes)
        return replace(point, resolved=resolved)

    def _settings(self) -> list[Override]:
        return [self._override(("set", path), path, value) for path, value in self.file.settings.items()]

    def _base(self) -> list[Override]:
        """Return what is set at every point, in order of rising rank."""
        own = [(path, getattr(self.file, path)) for path in ("replicates", "seed")]
        return [*self._settings(), *(self._override((path,), path, value) for path, value in own if value is not None)]

    def _points(self, axes: list[_Axis], seed: int) -> list[Point]:
        """Return every point. Raises InputError."""
        points: list[Point] = []
        failed = 0
        limits: dict[tuple[int, ...], dict[str, tuple[float, float]]] = {}
        known: dict[tuple[int, ...], Resolved] = {}
        for index, (levels, drawn) in enumerate(self._laid(axes, seed)):
            values = {axis.column: axis.levels[k].shown for axis, k in zip(axes, levels, strict=True)}
            try:
                if levels not in known:
                    known[levels] = self._loaded([axis.levels[k] for axis, k in zip(axes, levels, strict=True)])
            except InputError as error:
                self.problems += error.problems
                failed += 1
                if failed == 100:  # the rest of a large design would repeat them at length
                    break
                continue
            resolved = known[levels]
            if drawn:
                if levels not in limits:
                    limits[levels] = resolved.limits()
                numbers = {resolved.place(path): value for path, value in drawn.items()}
                clipped = {p: min(max(v, limits[levels][p][0]), limits[levels][p][1]) for p, v in numbers.items()}
                resolved = resolved.with_numbers(clipped)
                values |= zip(drawn, clipped.values(), strict=True)
            else:
                del known[levels]  # points that share them follow one another
            points.append(Point(index, values, resolved))
        self._stop_if_wrong()
        return points

    def _laid(self, axes: list[_Axis], seed: int) -> Iterator[tuple[tuple[int, ...], dict[str, float]]]:
        """Return every point as the index of its level on each axis and the numbers drawn for its distributions."""
        if self.file.design == "grid":
            yield from ((levels, {}) for levels in product(*(range(len(axis.levels)) for axis in axes)))
            return
        from sim.scenario.draw import quantile  # imports NumPy, which a grid does not need
        from sim.scenario.sampling import unit_points

        factors = [axis for axis in axes if axis.column != LEVER]
        cube = unit_points(self.file.design, self.file.samples or 1, len(factors), seed)
        drawn = [
            quantile(axis.distribution, cube[:, k]) if axis.distribution is not None else None
            for k, axis in enumerate(factors)
        ]
        levers = [range(len(axis.levels)) for axis in axes if axis.column == LEVER]
        for row, place in enumerate(cube):
            levels = tuple(axis.at(u) for axis, u in zip(factors, place, strict=True))
            numbers = {
                axis.column: float(column[row])
                for axis, column in zip(factors, drawn, strict=True)
                if column is not None
            }
            for lever in product(*levers):
                yield (*levels, *lever), numbers

    def _loaded(self, levels: Sequence[_Level]) -> Resolved:
        """Return the scenario that some levels make. Raises InputError."""
        fixed = (self.file.scenario, self.layers.origin(("scenario",))) if self.file.scenario is not None else None
        chosen = next((level.scenario for level in levels if level.scenario is not None), fixed)
        return self._load(chosen, [*self._base(), *(o for level in levels for o in level.overrides), *self.options])

    def _load(self, chosen: tuple[str, Origin] | None, overrides: Iterable[Override]) -> Resolved:
        assert chosen is not None  # _check_design ensures it
        value, origin = chosen
        path = Path(origin.file).parent / value
        if not exists(path) and shipped.find(value) != Path(value):
            return self.loader.load(shipped.find(value), overrides)
        return self.loader.load(self.loader.refer(self.layers, origin.where, value), overrides)

    def _notes(self) -> Iterator[str]:
        samples, design = self.file.samples, self.file.design
        if samples is not None and design == "grid":
            yield "samples: a grid has no samples; it is ignored"
        if samples is not None and design in ("sobol", "saltelli") and samples & (samples - 1):
            yield f"samples: {design} is balanced at powers of two, {samples} is not one"


def _ends(distribution: Distribution | None) -> tuple[float, float] | None:
    """Return the least and largest value that a distribution draws; None for one without an end, or for none."""
    match distribution:
        case Uniform(uniform=ends):
            return ends
        case Triangular(triangular=(least, _, largest)):
            return least, largest
        case Beta():
            return 0.0, 1.0
        case Choice(choice=values):
            return min(values), max(values)
    return None


def _touches(one: str, other: str) -> bool:
    """Return whether two paths are the same or one lies below the other."""
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


def _label(value: object, index: int) -> str:
    """Return a short name for a list or a mapping."""
    if value is None:
        return "null"
    text = json.dumps(value, ensure_ascii=False).replace('"', "") if value else "none"
    return text if len(text) <= 40 else f"value-{index + 1}"
