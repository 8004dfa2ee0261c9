"""A scenario ready to run: read, layered and checked."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import yaml
from pydantic import BaseModel

from sim.scenario.declare import Distribution, Unread, parse_date
from sim.scenario.fields import attributes_of, bounds, keys_of, mark_of
from sim.scenario.jointdraws import JointDraws
from sim.scenario.parameters import Scenario
from sim.scenario.theatre import Theatre
from sim.scenario.yamlfile import scalar


@dataclass(frozen=True)
class Resolved:
    """A scenario and its theatre as they will run.

    Facility overrides are applied in `theatre`, and `scenario.facilities` is empty. `notes` says what is odd but
    allowed; `sources` gives the SHA-256 of every file read, by name. `drawn` holds the paths that joint `draws` decide,
    whose values the scenario has as a choice of all of them.
    """

    scenario: Scenario
    theatre: Theatre
    notes: tuple[str, ...]
    sources: dict[str, str]
    draws: JointDraws | None = None
    drawn: tuple[str, ...] = ()

    @property
    def steps(self) -> int:
        """Return the number of steps to the horizon."""
        return round(self.scenario.days * 24 / self.scenario.step_hours)

    def hours(self, date: str) -> float:
        """Return the hours from 00:00 on the day of `start` to a date as files write it, negative before it.

        Raises ValueError if it is not such a date.
        """
        midnight = parse_date(self.scenario.start).replace(hour=0, minute=0)
        return (parse_date(date) - midnight).total_seconds() / 3600

    def numbers(self) -> dict[str, Distribution]:
        """Return every distribution by its path: `guards.scale`, `theatre.facilities.hasakah.guards`."""
        return {path: distribution for path, distribution, _ in self._drawn}

    def rule_numbers(self) -> dict[str, Distribution]:
        """Return the distributions that rules read, by path: all but the costs of levers."""
        return {path: distribution for path, distribution, info in self._drawn if mark_of(info, Unread) is None}

    def limits(self) -> dict[str, tuple[float, float]]:
        """Return the declared bounds of every distribution by its path, infinite if none is declared."""
        found = {}
        for path, _, info in self._drawn:
            low, high = bounds(info)
            found[path] = (-math.inf if low is None else low, math.inf if high is None else high)
        return found

    def place(self, path: str) -> str:
        """Return a dotted path in its canonical form: items of lists by number, facilities below `theatre`.

        Raises ValueError for the name of an item that does not exist.
        """
        if path.startswith("facilities."):
            path = f"theatre.{path}"
        keys = path.split(".")
        here: Any = self.scenario
        if keys[0] == "theatre":
            here, keys = self.theatre, keys[1:]
        for n, key in enumerate(keys):
            if isinstance(here, list) and not key.isdecimal():
                keys[n] = str([getattr(item, "name", None) for item in here].index(key))
            here = _inside(here, keys[n])
        return ".".join(["theatre", *keys] if path.startswith("theatre.") else keys)

    @cached_property
    def _drawn(self) -> list[tuple[str, Distribution, Any]]:
        return [*_distributions(self.scenario, ""), *_distributions(self.theatre, "theatre.")]

    def with_numbers(self, values: Mapping[str, float]) -> Resolved:
        """Return the scenario with plain numbers at these paths, each clipped to its declared bounds.

        Raises KeyError for a path that holds no number.
        """
        scenario: dict[str, Any] = {}
        theatre: dict[str, Any] = {}
        for path, value in values.items():
            keys = path.split(".")
            tree, keys = (theatre, keys[1:]) if keys[0] == "theatre" else (scenario, keys)
            for key in keys[:-1]:
                tree = tree.setdefault(key, {})
            tree[keys[-1]] = value
        return replace(
            self, scenario=_with(self.scenario, scenario, ""), theatre=_with(self.theatre, theatre, "theatre.")
        )

    def as_data(self) -> dict[str, Any]:
        """Return the scenario and its theatre as nested mappings of plain values, without what joint draws decide."""
        data = _plain(self.scenario)
        data.pop("facilities", None)
        data["theatre"] = _plain(self.theatre)
        data["theatre"].pop("defaults", None)
        if self.draws is not None:
            data["draws"] = self.draws.kept
            for path in self.drawn:
                _leave_out(data, path.split("."), instead=self.draws.values[0][self._column(path)])
        return data

    def _column(self, place: str) -> int:
        """Return the index of the joint-draws column that decides a place."""
        assert self.draws is not None
        return next(k for k, path in enumerate(self.draws.paths) if self.place(path) == place)

    def joint(self) -> list[dict[str, float]]:
        """Return the rows of the joint draws, each the drawn values that rules read, by path; none without draws."""
        if self.draws is None:
            return []
        read = self.rule_numbers()
        columns = {place: self._column(place) for place in self.drawn if place in read}
        return [{place: row[k] for place, k in columns.items()} for row in self.draws.values]

    def as_yaml(self) -> str:
        """Return one YAML document with every key, which `load` reads back; joint draws stay in a file beside it."""
        text: str = yaml.dump(self.as_data(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
        return text


def _leave_out(data: Any, keys: list[str], instead: float) -> None:
    """Remove a place from the data; in a theatre, where the key may be required, put a plain number there."""
    for key in keys[:-1]:
        data = data[int(key)] if isinstance(data, list) else data[key]
    if keys[0] == "theatre":
        data[keys[-1]] = instead
    else:
        data.pop(keys[-1])


def _inside(value: Any, key: str) -> Any:
    """Return the value under a key, None if there is none."""
    if isinstance(value, list):
        return value[int(key)] if int(key) < len(value) else None
    if isinstance(value, dict):
        return value.get(key)
    name = attributes_of(type(value)).get(key) if isinstance(value, BaseModel) else None
    return getattr(value, name) if name is not None else None


def _plain(model: BaseModel) -> dict[str, Any]:
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)


def _distributions(value: Any, prefix: str, info: Any = None) -> Iterator[tuple[str, Distribution, Any]]:
    """Yield path, value and declaration of every distribution below a value; `prefix` ends in a dot or is empty."""
    if isinstance(value, Distribution):
        yield prefix[:-1], value, info
    elif isinstance(value, BaseModel):
        for key, declared in keys_of(type(value)).items():
            inner = getattr(value, attributes_of(type(value))[key])
            yield from _distributions(inner, f"{prefix}{key}.", declared)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _distributions(inner, f"{prefix}{key}.", info)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _distributions(inner, f"{prefix}{index}.", info)


def _with(value: Any, tree: dict[str, Any], prefix: str) -> Any:
    """Return a copy of a model, list or mapping with the leaves of `tree` set. Raises KeyError."""
    if not tree:
        return value
    if isinstance(value, list):
        items = list(value)
        for key, inner in tree.items():
            if not key.isdecimal() or int(key) >= len(items):
                raise KeyError(f"{prefix}{key}")
            items[int(key)] = _with(items[int(key)], _branch(inner, prefix, key), f"{prefix}{key}.")
        return items
    if isinstance(value, dict):
        if unknown := set(tree) - set(value):
            raise KeyError(f"{prefix}{min(unknown)}")
        changed = {key: _with(value[key], _branch(tree[key], prefix, key), f"{prefix}{key}.") for key in tree}
        return {**value, **changed}
    if not isinstance(value, BaseModel) or isinstance(value, Distribution):
        raise KeyError(prefix[:-1])
    return value.model_copy(update=dict(_updates(value, tree, prefix)))


def _updates(model: BaseModel, tree: dict[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    """Yield the attributes of a mapping that change, with their new values."""
    fields = keys_of(type(model))
    for key, inner in tree.items():
        info = fields.get(key)
        if info is None:
            raise KeyError(f"{prefix}{key}")
        name = attributes_of(type(model))[key]
        old = getattr(model, name)
        if isinstance(inner, dict):
            yield name, _with(old, inner, f"{prefix}{key}.")
        elif isinstance(old, int | float | Distribution) and not isinstance(old, bool):
            low, high = bounds(info)
            value = float(inner)
            value = max(value, low) if low is not None else value
            yield name, min(value, high) if high is not None else value
        else:
            raise KeyError(f"{prefix}{key}")


def _branch(inner: Any, prefix: str, key: str) -> dict[str, Any]:
    if not isinstance(inner, dict):
        raise KeyError(f"{prefix}{key}")
    return inner


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """A writer of YAML that `yamlfile` reads back: no aliases, and quotes around text that looks like another type."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: Any, text: str) -> Any:
    style = '"' if not isinstance(scalar(text), str) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
