"""Layer raw data: one file on another, options on top, each value with the place where it was written.

Values are never changed in place, so that one parsed file serves every point of a sweep.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sim.scenario.errors import InputError, Problem, one_of, shown
from sim.scenario.fields import Kind, below
from sim.scenario.yamlfile import MAX_DEPTH, Document, Keys, dotted

_INDEX = re.compile(r"[0-9]{1,6}")
_PATH = re.compile(r"[^\s.]+(\.[^\s.]+)*")


@dataclass(frozen=True)
class Origin:
    """The place where a value was written: file or option, line (0 for an option), and keys."""

    file: str
    line: int
    where: Keys


@dataclass(frozen=True)
class Layered:
    """Raw data with the origin of every key that a file or option wrote."""

    data: dict[str, Any]
    origins: dict[Keys, Origin]
    file: str

    def origin(self, where: Keys) -> Origin:
        """Return the origin of a place: its own, else its nearest ancestor's with the remaining keys added."""
        for length in range(len(where), 0, -1):
            found = self.origins.get(where[:length])
            if found is not None:
                return replace(found, where=(*found.where, *where[length:]))
        return Origin(self.file, 1, where)

    def problem(self, where: Keys, problem: str, expected: str = "") -> Problem:
        """Return a problem at a place, with the file, line and key where it was written."""
        origin = self.origin(where)
        return Problem(origin.file, origin.line, dotted(origin.where), problem, expected)

    def part(self, key: str) -> Layered:
        """Return the mapping under a key as a layer of its own, an empty layer if there is none."""
        inner = self.data.get(key)
        if inner is None:
            return Layered({}, {}, self.file)
        data = inner if isinstance(inner, dict) else {}
        origins = {where[1:]: origin for where, origin in self.origins.items() if len(where) > 1 and where[0] == key}
        return Layered(data, origins, self.file)

    def without(self, *keys: str) -> Layered:
        """Return the layer without some keys of the root."""
        data = {key: value for key, value in self.data.items() if key not in keys}
        origins = {where: origin for where, origin in self.origins.items() if where[0] not in keys}
        return Layered(data, origins, self.file)


@dataclass(frozen=True)
class Override:
    """One value set from outside: dotted path, parsed value, and the place where it was written.

    `where` is None for an option; in a sweep it is the place in the sweep file, and `within` holds the origins of
    the value's parts, by their place in the value.
    """

    path: str
    value: Any
    file: str
    line: int = 0
    where: Keys | None = None
    within: Mapping[Keys, Origin] = field(default_factory=dict)

    def problem(self, problem: str, expected: str = "") -> Problem:
        """Return a problem of the option itself."""
        key = self.path if self.where is None else dotted(self.where)
        return Problem(self.file, self.line, key, problem, expected)


def layer(document: Document) -> Layered:
    """Return a parsed file as a layer. Raises InputError if its root is not a mapping."""
    if not isinstance(document.data, dict):
        what = "is empty" if document.data is None else f"holds {shown(document.data)}"
        raise InputError([Problem(document.file, 1, "", f"the document {what}", "a mapping of keys")])
    origins = {where: Origin(document.file, line, where) for where, line in document.lines.items()}
    return Layered(document.data, origins, document.file)


def merge(base: Layered, over: Layered, kind: Kind) -> Layered:
    """Return `over` laid on `base`: mappings merge; other values, distributions included, replace."""
    if not base.data:
        return over
    origins: dict[Keys, Origin] = {}

    def keep(source: Layered, where: Keys, value: Any) -> None:
        for place in _places(where, value):
            if place in source.origins:
                origins[place] = source.origins[place]

    def join(low: dict[str, Any], high: dict[str, Any], where: Keys, here: Kind | None) -> dict[str, Any]:
        joined: dict[str, Any] = {}
        for key in [*low, *(key for key in high if key not in low)]:
            place = (*where, key)
            inner = below(here, key) if here is not None else None
            if key not in high:
                joined[key] = low[key]
                keep(base, place, low[key])
            elif key in low and _merges(low[key], high[key], inner):
                origins.update({place: o} if (o := over.origins.get(place)) else {})
                joined[key] = join(low[key], high[key], place, inner)
            else:
                joined[key] = high[key]
                keep(over, place, high[key])
        return joined

    return Layered(join(base.data, over.data, (), kind), origins, over.file)


def _merges(low: Any, high: Any, kind: Kind | None) -> bool:
    return isinstance(low, dict) and isinstance(high, dict) and not (kind is not None and kind.number)


def _places(where: Keys, value: Any) -> Iterator[Keys]:
    yield where
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _places((*where, key), inner)


def put(base: Layered, override: Override, where_from: int = 0) -> Layered:
    """Return `base` with one value set; missing mappings on the way are made, items of lists must exist.

    `where_from` leaves out leading keys of the path (1 for `theatre.` applied to the theatre itself).
    Raises InputError naming the option.
    """
    if not _PATH.fullmatch(override.path) or override.path.count(".") >= MAX_DEPTH:
        raise InputError([override.problem("is not a path", "dotted keys such as guards.scale")])
    keys = override.path.split(".")[where_from:]
    where: list[str | int] = []

    def descend(here: Any, rest: list[str]) -> Any:
        if not rest:
            return override.value
        if isinstance(here, list):
            index = _item(here, rest[0], override)
            where.append(index)
            return [*here[:index], descend(here[index], rest[1:]), *here[index + 1 :]]
        if here is not None and not isinstance(here, dict):
            if len(where) == 0 or not isinstance(here, int | float):
                raise InputError([override.problem(f"`{dotted(tuple(where))}` holds no keys")])
            here = None  # a number gives way to the part of a distribution
        where.append(rest[0])
        inner = (here or {}).get(rest[0])
        return {**(here or {}), rest[0]: descend(inner, rest[1:])}

    data = descend(base.data, keys)
    return Layered(data, _origins_after(base, override, tuple(where), where_from), base.file)


def _origins_after(base: Layered, override: Override, place: Keys, where_from: int) -> dict[Keys, Origin]:
    """Return the origins after an override: its own, those of its parts, and those of mappings made for it."""
    origins = {p: origin for p, origin in base.origins.items() if p[: len(place)] != place}
    for length in range(len(place), 0, -1):
        if length < len(place) and _holds(base.data, place[:length]):
            break
        where = override.where
        if where is None:
            where = tuple(override.path.split(".")[: length + where_from])
        origins[place[:length]] = Origin(override.file, override.line, where)
    origins.update({(*place, *inner): origin for inner, origin in override.within.items()})
    return origins


def _holds(data: Any, where: Keys) -> bool:
    for key in where:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _item(items: list[Any], key: str, override: Override) -> int:
    """Return the index of an item given by number or by its `name`. Raises InputError."""
    if _INDEX.fullmatch(key):
        if int(key) < len(items):
            return int(key)
        expected = f"0 to {len(items) - 1}" if items else "a list with items"
        raise InputError([override.problem(f"there is no item {key} in the list", expected)])
    names = [item.get("name") if isinstance(item, dict) else None for item in items]
    if key in names:
        return names.index(key)
    known = [name for name in names if isinstance(name, str)]
    raise InputError([override.problem(f"there is no item `{shown(key)}` in the list", one_of(key, known))])


def drop(base: Layered, places: Collection[Keys]) -> Layered:
    """Return the layer without some places; later items of a list move up and keep their origins."""
    origins: dict[Keys, Origin] = {}

    def copy(value: Any, old: Keys, new: Keys) -> Any:
        if old in base.origins:
            origins[new] = base.origins[old]
        if isinstance(value, dict):
            return {k: copy(v, (*old, k), (*new, k)) for k, v in value.items() if (*old, k) not in places}
        if isinstance(value, list):
            kept = [index for index in range(len(value)) if (*old, index) not in places]
            return [copy(value[i], (*old, i), (*new, n)) for n, i in enumerate(kept)]
        return value

    return Layered(copy(base.data, (), ()), origins, base.file)
