"""Load a scenario file with its layers and its theatre into one validated whole."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sim.scenario import shipped
from sim.scenario.checks import Names, check_memory, check_scenario, check_theatre, names_in, notes_of
from sim.scenario.errors import InputError, Problem, one_of, shown, suggestion
from sim.scenario.fields import SCENARIO, THEATRE
from sim.scenario.files import display
from sim.scenario.jointdraws import JointDraws, read_draws
from sim.scenario.layers import Layered, Override, layer, merge, put
from sim.scenario.parameters import Scenario
from sim.scenario.resolved import Resolved
from sim.scenario.theatre import Theatre
from sim.scenario.translate import Salvaged, salvage, validate
from sim.scenario.yamlfile import Keys, parse_value, read

MAX_CHAIN = 8
"""Largest number of files in a chain of `extends`."""

INLINE = "inline"
"""What `Scenario.theatre` says when the theatre stands in the scenario file itself."""

_SHIPPED: dict[Keys, str] = {("extends",): "", ("theatre",): "theatres"}
"""Keys that may name a shipped file, and the folder of its kind."""
_STAND_INS = {"name": "unnamed", "start": "2000-01-01", "days": 1.0, "theatre": ""}
_NOT_DEFAULTS = ("theatre", "extends", "facilities")


def load(
    path: str | Path, overrides: Mapping[str, object] | None = None, *, inside: str | Path | None = None
) -> Resolved:
    """Read a scenario file, or the shipped scenario of that name, with everything it refers to.

    Parameters: overrides, parsed values by dotted path, which rank above every file (`guards.scale`,
    `observers.0.delay_hours` or `observers.<name>.delay_hours`, `theatre.facilities.hasakah.guards`); inside,
    a folder outside which no file is read, absolute and `..` paths refused.
    Raises InputError with everything that is wrong.
    """
    return Loader(inside).load(path, overrides_of(overrides or {}))


def load_theatre(path: str | Path) -> Theatre:
    """Read and check a theatre file on its own, its `defaults` included. Raises InputError."""
    loader = Loader()
    source = loader.read(shipped.find(path, "theatres"))
    resolution = _Resolution(loader, Layered(dict(_STAND_INS), {}, source.file), source, [])
    resolution.validate()
    return resolution.theatre


def parse_sets(options: Iterable[str]) -> dict[str, object]:
    """Return `--set` options (`path=value`, the value in YAML) as values by path.

    Raises InputError that names the option.
    """
    overrides: dict[str, object] = {}
    problems: list[Problem] = []
    for option in options:
        path, equals, text = option.partition("=")
        path = path.strip()
        name = f"--set {shown(path)}"
        if not equals or not path:
            problems.append(Problem(f"--set {shown(option)}", 0, "", "is not a setting", "path=value"))
        elif path in overrides:
            problems.append(Problem(name, 0, path, "is set twice", "it once"))
        else:
            try:
                overrides[path] = parse_value(text, name)
            except InputError as error:
                problems += error.problems
    if problems:
        raise InputError(problems)
    return overrides


def overrides_of(values: Mapping[str, object]) -> list[Override]:
    """Return values by path as overrides, each named as its `--set` option."""
    return [Override(path, value, f"--set {shown(path)}") for path, value in values.items()]


@dataclass(frozen=True)
class _Validated:
    """A theatre (None if it is not valid), its problems, and its names, faulty entries included."""

    theatre: Theatre | None
    problems: list[Problem]
    names: Names


class Loader:
    """A loader that reads each file and validates each theatre once for all points of a sweep."""

    def __init__(self, inside: str | Path | None = None) -> None:
        """Parameters: inside, a folder outside which no file is read, None for no limit."""
        self._inside = _real(inside) if inside is not None else None
        self._layers: dict[str, Layered] = {}
        self._theatres: dict[str, _Validated] = {}
        self._joint: dict[str, JointDraws] = {}
        self.digests: dict[str, str] = {}

    def load(self, path: str | Path, overrides: Iterable[Override] = ()) -> Resolved:
        """Load as `load` does, with overrides that carry the place where they were written."""
        given = list(overrides)
        scenario, files, draws = self._chain(shipped.find(path), given)
        if draws is not None:
            listed = [o for o in self._drawn_scenario(draws) if _in_a_list(o.path)]
            unset = [o for o in listed if o.path.split(".")[0] not in scenario.data]  # the theatre's defaults set it
            given = [*self._drawn_theatre(draws), *unset, *given]
            files = [*files, draws.file]
        problems: list[Problem] = [] if draws is None else list(draws.problems)
        theatre = None
        try:
            theatre, theatre_files = self._theatre(scenario, given)
            files = [*files, *theatre_files]
        except InputError as error:
            problems += error.problems
            scenario = replace(scenario, data={**scenario.data, "theatre": INLINE})  # its problem is already noted
        resolution = _Resolution(self, scenario, theatre, given)
        try:
            resolution.validate()
        except InputError as error:
            problems += error.problems
        if problems:
            raise InputError(problems)
        sources = {name: self.digests[name] for name in files}
        whole = Resolved(resolution.scenario, resolution.theatre, (), sources)
        notes = list(notes_of(whole))
        if draws is not None:
            drawn = tuple(path for path in draws.paths if resolution.written_by(path) == draws.file)
            places = tuple(whole.place(path) for path in drawn)
            _each_once(draws, dict(zip(drawn, places, strict=True)))
            whole = replace(whole, draws=draws, drawn=places)
            notes += [
                f"draws: {path} is set by {resolution.written_by(path)}, which overrides its column"
                for path in draws.paths
                if path not in drawn
            ]
        return replace(whole, notes=tuple(notes))

    def read(self, path: str | Path) -> Layered:
        """Return a parsed file as a layer. Raises InputError."""
        name = display(path)
        if name not in self._layers:
            if self._inside is not None and not _real(path).is_relative_to(self._inside):
                raise InputError([Problem(name, 1, "", "lies outside the scenario folder", "a file inside it")])
            document = read(path)
            self.digests[name] = hashlib.sha256(document.content).hexdigest()
            self._layers[name] = layer(document)
        return self._layers[name]

    def refer(self, source: Layered, where: Keys, value: object, *, from_option: bool = False) -> Path:
        """Return the path that a key refers to, relative to its file (for an option, to the current folder).

        If there is no such file, the name of a shipped one is tried, unless files are limited to `inside`.

        Raises InputError at that key if it is not a path, refused or missing.
        """
        if not isinstance(value, str) or not value.strip() or "\0" in value:
            raise InputError([source.problem(where, f"{shown(value)} is not a path", "path of a YAML file")])
        path = Path(value)
        if self._inside is not None and (path.is_absolute() or ".." in path.parts):
            raise InputError([source.problem(where, f"the path {shown(value)} is refused", "a path inside the folder")])
        if not from_option:
            path = Path(source.origin(where).file).parent / path
        if not exists(path) and self._inside is None and where in _SHIPPED:
            path = next((found for found in (shipped.find(value, _SHIPPED[where]),) if str(found) != value), path)
        if not exists(path):
            near = suggestion(path.name, _beside(path))
            expected = f"did you mean `{near}`?" if near else ""
            raise InputError([source.problem(where, f"no such file {shown(display(path), 200)}", expected)])
        return path

    def _chain(self, path: Path, overrides: list[Override]) -> tuple[Layered, list[str], JointDraws | None]:
        """Return a scenario file merged on those it extends, the names of them all, and its joint draws.

        Draws rank just below the file that names them, and above the files it extends.
        """
        top = _found(self, path)
        seen = [_real(path)]
        files = [top.file]
        stack = [top]
        while "extends" in stack[-1].data:
            source = stack[-1]
            base = self.refer(source, ("extends",), source.data["extends"])
            if _real(base) in seen:
                raise InputError([source.problem(("extends",), "the files extend one another in a circle")])
            if len(seen) >= MAX_CHAIN:
                raise InputError([source.problem(("extends",), "the chain is too long", f"at most {MAX_CHAIN} files")])
            seen.append(_real(base))
            stack.append(self.read(base))
            files.append(stack[-1].file)
        holder, draws = self._draws(stack, overrides)
        merged = Layered({}, {}, stack[-1].file)
        while stack:
            layers = stack.pop()
            if draws is not None and layers is holder:
                for override in self._drawn_scenario(draws):
                    if not _in_a_list(override.path) or isinstance(merged.data.get(override.path.split(".")[0]), list):
                        merged = put(merged, override)
            merged = merge(merged, layers.without("extends"), SCENARIO)
        return replace(merged, file=top.file), files, draws

    def _draws(self, stack: list[Layered], overrides: list[Override]) -> tuple[Layered | None, JointDraws | None]:
        """Return the file just above the joint draws in rank, and the draws; None and None without draws."""
        chosen = next((o for o in reversed(overrides) if o.path == "draws"), None)
        holder = stack[0] if chosen is not None else next((f for f in stack if "draws" in f.data), None)
        if holder is None:
            return None, None
        source = put(holder, chosen) if chosen is not None else holder
        value = source.data.get("draws")
        if value is None:
            return None, None
        path = self.refer(source, ("draws",), value, from_option=chosen is not None and chosen.line == 0)
        if self._inside is not None and not _real(path).is_relative_to(self._inside):
            raise InputError([source.problem(("draws",), "lies outside the scenario folder", "a file inside it")])
        key = str(_real(path))
        if key not in self._joint:
            self._joint[key] = read_draws(path)
            self.digests[self._joint[key].file] = self._joint[key].sha256
        return holder, self._joint[key]

    def _drawn_scenario(self, draws: JointDraws) -> Iterator[Override]:
        """Yield the columns that set the scenario or a facility, as overrides."""
        for path in draws.paths:
            value = {"choice": draws.column(path)}
            if path.startswith("theatre.facilities."):
                yield Override(path.removeprefix("theatre."), value, draws.file, 1, (path,))
            elif not path.startswith("theatre."):
                yield Override(path, value, draws.file, 1, (path,))

    def _drawn_theatre(self, draws: JointDraws) -> Iterator[Override]:
        """Yield the other columns of the theatre, as overrides of the lowest rank."""
        for path in draws.paths:
            if path.startswith("theatre.") and not path.startswith("theatre.facilities."):
                yield Override(path, {"choice": draws.column(path)}, draws.file, 1, (path,))

    def _theatre(self, scenario: Layered, overrides: list[Override]) -> tuple[Layered | None, list[str]]:
        """Return the raw content of the theatre and the names of the files it came from."""
        chosen = next((o for o in reversed(overrides) if o.path == "theatre"), None)
        source = put(scenario, chosen) if chosen is not None else scenario
        value = source.data.get("theatre")
        if "theatre" not in source.data:
            return None, []  # validation reports that it is missing
        if isinstance(value, dict):
            return source.part("theatre"), []
        option = chosen is not None and chosen.line == 0
        found = self.read(self.refer(source, ("theatre",), value, from_option=option))
        return found, [found.file]

    def validated(self, layers: Layered, patch: object) -> _Validated:
        """Return a validated theatre; `patch` identifies what was laid over the same file."""
        key = json.dumps([layers.file, patch], sort_keys=True, default=repr)
        if key not in self._theatres:
            theatre, problems = validate(Theatre, layers, THEATRE)
            rest = salvage(Theatre, layers, THEATRE) if theatre is None else Salvaged(theatre, layers)
            names = names_in(layers)
            if rest.value is not None:
                problems = [*problems, *check_theatre(rest.value, rest.layers, names, rest.dropped)]
            self._theatres[key] = _Validated(theatre, problems, names)
        return self._theatres[key]


class _Resolution:
    """One scenario on one theatre: merges the layers and validates the whole."""

    scenario: Scenario
    theatre: Theatre

    def __init__(self, loader: Loader, scenario: Layered, theatre: Layered | None, overrides: list[Override]) -> None:
        self._loader = loader
        self._problems: list[Problem] = []
        self._theatre = theatre
        self._patch: list[object] = []  # what is laid over the theatre file: the key of its cache
        overrides = [o for o in overrides if self._allowed(o)]
        defaults = self._defaults()
        layers = merge(defaults, scenario, SCENARIO) if defaults is not None else scenario
        for override in overrides:
            if not override.path.startswith("theatre."):
                layers = self._put(layers, override)
        if isinstance(layers.data.get("theatre"), dict):
            self._patch.append(layers.data["theatre"])
            layers = replace(layers, data={**layers.data, "theatre": INLINE})
        self._overlay(layers)
        for override in overrides:
            if override.path.startswith("theatre.") and self._theatre is not None:
                self._theatre = self._put(self._theatre, override, 1)
                self._patch.append([override.path, override.value, override.file, override.line])
        self._scenario = layers.without("facilities")

    def validate(self) -> None:
        """Fill `scenario` and `theatre`, or raise InputError with everything that is wrong."""
        scenario, problems = validate(Scenario, self._scenario, SCENARIO)
        self._problems += problems
        rest = Salvaged(scenario, self._scenario)
        if scenario is None:
            rest = salvage(Scenario, self._scenario, SCENARIO, _STAND_INS)
        ground = None
        if self._theatre is not None:
            ground = self._loader.validated(self._theatre, self._patch)
            self._problems += ground.problems
        if rest.value is not None:
            names = ground.names if ground is not None else None
            self._problems += check_scenario(rest.value, rest.layers, names, rest.dropped)
        if self._theatre and scenario and ground and ground.theatre and not ground.problems:
            self._problems += check_memory(scenario, ground.theatre, self._theatre)
        if self._problems or scenario is None or ground is None or ground.theatre is None:
            raise InputError(self._problems)
        self.scenario, self.theatre = scenario, ground.theatre

    def written_by(self, path: str) -> str:
        """Return the file or option that wrote the value at a path."""
        if path.startswith("facilities."):
            path = f"theatre.{path}"
        keys = tuple(int(key) if key.isdecimal() else key for key in path.split("."))
        if keys[0] == "theatre" and self._theatre is not None:
            return self._theatre.origin(keys[1:]).file
        return self._scenario.origin(keys).file

    def _allowed(self, override: Override) -> bool:
        """Return whether an override is allowed, and note the problem if not."""
        refused = {
            "extends": "cannot be set from outside",
            "theatre.defaults": "cannot be set from outside; set the key itself",
        }
        for path, reason in refused.items():
            if override.path == path or override.path.startswith(f"{path}."):
                self._problems.append(override.problem(reason))
                return False
        return True

    def _put(self, layers: Layered, override: Override, skip: int = 0) -> Layered:
        try:
            return put(layers, override, skip)
        except InputError as error:
            self._problems += error.problems
            return layers

    def _defaults(self) -> Layered | None:
        """Return the scenario keys that the theatre sets, None if it sets none."""
        if self._theatre is None or not isinstance(self._theatre.data.get("defaults", {}), dict):
            return None
        defaults = self._theatre.part("defaults")
        for key in _NOT_DEFAULTS:
            if key in defaults.data:
                self._problems.append(defaults.problem((key,), "may not stand among a theatre's defaults"))
        return defaults.without(*_NOT_DEFAULTS)

    def _overlay(self, scenario: Layered) -> None:
        """Lay the scenario's facilities over the theatre's, key by key."""
        facilities = scenario.data.get("facilities", {})
        if not isinstance(facilities, dict):
            self._problems.append(scenario.problem(("facilities",), f"{shown(facilities)} does not fit", "a mapping"))
        elif self._theatre is not None and facilities:
            there = self._theatre.data.get("facilities")
            known = list(there) if isinstance(there, dict) else []
            unknown = [name for name in facilities if name not in known]
            for name in unknown:
                self._problems.append(scenario.problem(("facilities", name), "unknown facility", one_of(name, known)))
            part = scenario.part("facilities").without(*unknown)
            origins = {("facilities", *where): origin for where, origin in part.origins.items()}
            over = Layered({"facilities": part.data}, origins, scenario.file)
            self._theatre = replace(merge(self._theatre, over, THEATRE), file=self._theatre.file)
            self._patch.append([part.data, [[list(k), o.file, o.line] for k, o in part.origins.items()]])


def _each_once(draws: JointDraws, places: Mapping[str, str]) -> None:
    """Raise InputError for columns that name a place in two ways, of which a run could draw one only."""
    first: dict[str, str] = {}
    for path, place in places.items():
        if place in first:
            problem = f"is the same place as {first[place]}"
            raise InputError([Problem(draws.file, 1, path, problem, "each place once")])
        first[place] = path


def _in_a_list(path: str) -> bool:
    """Return whether a path leads into one of the scenario's own lists."""
    return path.startswith("observers.")


def _found(loader: Loader, path: Path) -> Layered:
    """Return the top file as a layer. Raises InputError, with a near miss if there is no such file."""
    if not exists(path):
        raise missing(path)
    found = loader.read(path)
    if {"vary", "scenario"} & set(found.data) and not {"theatre", "extends"} & set(found.data):
        raise InputError([Problem(found.file, 1, "", "is a sweep file", "a scenario, or the command `sweep`")])
    return found


def missing(path: Path, kind: str = "") -> InputError:
    """Return the error for a file that does not exist, with a near miss among the shipped names of its kind."""
    wanted, other, command = ("sweep", "scenario", "run") if kind == "sweeps" else ("scenario", "sweep", "sweep")
    if str(path) in shipped.names("" if kind == "sweeps" else "sweeps"):
        expected = f"a {wanted}, or the command `{command}`"
        return InputError([Problem(display(path), 1, "", f"is the name of a shipped {other}", expected)])
    near = suggestion(path.stem, shipped.names(kind))
    expected = f"did you mean `{near}`?" if near else "the path of a file, or the name of a shipped one"
    return InputError([Problem(display(path), 1, "", "no such file", expected)])


def _real(path: str | Path) -> Path:
    """Return a path with links resolved; unlike Path.resolve, this never raises on circular links."""
    return Path(os.path.realpath(path))


def exists(path: Path) -> bool:
    """Return whether a path exists, False for one that the system refuses."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _beside(path: Path) -> list[str]:
    """Return the names of the YAML files in the folder of a path."""
    try:
        return [other.name for other in path.parent.glob("*.yaml")]
    except OSError:
        return []
