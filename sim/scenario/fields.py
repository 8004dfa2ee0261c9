"""Walk the declaration: what may stand where, marks on types, and every parameter with unit, bounds and source."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.scenario.declare import DISTRIBUTIONS, Changes, Distribution, Uniform, describe
from sim.scenario.parameters import Scenario
from sim.scenario.theatre import Facility, Theatre
from sim.scenario.yamlfile import Keys


@dataclass(frozen=True)
class Kind:
    """The kind of value at one place: declared keys, named entries, a list, a number or another value."""

    model: type[BaseModel] | None = None
    values: Any = None
    items: Any = None
    number: bool = False
    choices: tuple[str, ...] = ()
    text: str = "value"


@dataclass(frozen=True)
class Parameter:
    """One declared parameter.

    `path` is dotted, with `*` for a name or index. `default` is None for a required parameter and for one without a
    default. `low` and `high` are inclusive bounds in `unit`, None if there is no bound.
    """

    path: str
    default: Any
    required: bool
    unit: str
    low: float | None
    high: float | None
    source: str
    status: str
    description: str

    @property
    def is_number(self) -> bool:
        """Whether it is one number of every scenario, which `Resolved.with_numbers` can replace."""
        plain = "*" not in self.path and not self.path.startswith(("theatre.", "levers."))
        return plain and bool(self.status) and self.default is not None

    def as_dict(self) -> dict[str, Any]:
        """Return the fields by name, as `params --json` prints them."""
        return dict(self.__dict__)


def kind(annotation: Any) -> Kind:
    """Return the kind of value that a declared type allows, leaving None aside."""
    return _kind(annotation)


@cache
def _kind(annotation: Any) -> Kind:
    members = list(_members(annotation))
    if Uniform in members:
        return Kind(number=True, text="a number or a distribution")
    for member in members:
        if isinstance(member, type) and issubclass(member, BaseModel):
            return Kind(model=member, text="a mapping")
    for member in members:
        origin = get_origin(member)
        if origin is dict:
            return Kind(values=get_args(member)[1], text="a mapping")
        if origin is list:
            return Kind(items=get_args(member)[0], text="a list")
        if origin is tuple:
            return Kind(text=f"a list of {len(get_args(member))} values")
        if origin is Literal:
            choices = tuple(str(choice) for choice in get_args(member))
            return Kind(choices=choices, text=f"one of {', '.join(choices)}")
    texts = {float: "a number", int: "a whole number", bool: "true or false", str: "text"}
    return Kind(text=next((texts[m] for m in members if m in texts), "value"))


def _members(annotation: Any) -> Iterator[Any]:
    """Yield the members of a union without their annotations and without None."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _members(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for member in get_args(annotation):
            yield from _members(member)
    elif annotation is not type(None):
        yield annotation


@cache
def keys_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields of a mapping by the key that a file uses (`from`, not `origin`)."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


@cache
def attributes_of(model: type[BaseModel]) -> dict[str, str]:
    """Return the attributes of a mapping by the key that a file uses: `origin` by `from`, `regime` by `custody`."""
    return {info.alias or name: name for name, info in model.model_fields.items()}


@cache
def _groups() -> dict[str, type[BaseModel]]:
    found = {}
    for key, info in keys_of(Theatre).items():
        members = kind(info.annotation).values
        model = kind(members).model if members is not None else None
        if model is not None:
            found[key] = model
    return found


GROUPS: Mapping[str, type[BaseModel]] = _groups()
"""Groups of named things in a theatre (`facilities`, `parties`, ...), and what each member declares."""


def mark_of[M](info: FieldInfo, marker: type[M]) -> M | None:
    """Return the marker of this kind on the type of a declared key, None if it has none."""
    return next(_markers(_annotated(info), marker), None)


def marked[M](model: BaseModel, marker: type[M], at: Keys = ()) -> Iterator[tuple[Keys, M, str]]:
    """Yield place, marker and text of every text below a model whose declared type carries such a marker."""
    for key, annotation in _carrying(type(model), cast(Any, marker)).items():
        yield from _marked(getattr(model, attributes_of(type(model))[key]), annotation, marker, (*at, key))


def _marked[M](value: Any, annotation: Any, marker: type[M], at: Keys) -> Iterator[tuple[Keys, M, str]]:
    if isinstance(value, BaseModel):
        yield from marked(value, marker, at)
    elif isinstance(value, str):
        yield from ((at, found, value) for found in _markers(annotation, marker))
    elif isinstance(value, list | tuple):
        types_ = _arguments(annotation, type(value))
        for index, item in enumerate(value):
            yield from _marked(item, types_[min(index, len(types_) - 1)], marker, (*at, index))
    elif isinstance(value, dict):
        of_key, of_value = _arguments(annotation, dict)
        for key, item in value.items():
            yield from _marked(key, of_key, marker, (*at, key))
            yield from _marked(item, of_value, marker, (*at, key))


@cache
def _carrying(model: type[BaseModel], marker: type) -> dict[str, Any]:
    """Return the declared types, by key, in which such a marker stands at any depth."""
    declared = {key: _annotated(info) for key, info in keys_of(model).items()}
    return {key: annotation for key, annotation in declared.items() if _carries(annotation, marker)}


def _annotated(info: FieldInfo) -> Any:
    """Return a key's type with its marks, which Pydantic keeps apart."""
    return Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation


def _carries(annotation: Any, marker: type) -> bool:
    if any(_markers(annotation, marker)):
        return True
    for member in _members(annotation):
        if isinstance(member, type) and issubclass(member, BaseModel):
            if _carrying(member, marker):
                return True
        elif any(_carries(inner, marker) for inner in get_args(member)):
            return True
    return False


def _markers[M](annotation: Any, marker: type[M]) -> Iterator[M]:
    """Yield the markers of a type itself or of a member of a union, not those of what it holds."""
    if get_origin(annotation) is Annotated:
        yield from (found for found in annotation.__metadata__ if isinstance(found, marker))
        yield from _markers(get_args(annotation)[0], marker)
    elif get_origin(annotation) in (Union, types.UnionType):
        for member in get_args(annotation):
            yield from _markers(member, marker)


def _arguments(annotation: Any, container: type) -> tuple[Any, ...]:
    """Return what a list, tuple or mapping is declared to hold."""
    return next(get_args(member) for member in _members(annotation) if get_origin(member) is container)


def below(here: Kind, key: str | int) -> Kind | None:
    """Return the kind of value under `key`, None if the key may not stand there."""
    if here.model is not None and isinstance(key, str):
        if issubclass(here.model, Scenario) and key in _GROWN:
            return _GROWN[key]
        info = keys_of(here.model).get(key)
        return kind(info.annotation) if info is not None else None
    if here.values is not None and isinstance(key, str):
        return here.values if isinstance(here.values, Kind) else kind(here.values)
    if here.items is not None and isinstance(key, int):
        return kind(here.items)
    return None


def known_keys(here: Kind) -> list[str]:
    """Return the keys that may stand in a mapping of this kind."""
    if here.number:
        return list(DISTRIBUTIONS)
    return list(keys_of(here.model)) if here.model is not None else []


SCENARIO = Kind(model=Scenario, text="a mapping")
THEATRE = Kind(model=Theatre, text="a mapping")
# Declared as plain mappings, because they are merged into the theatre before validation.
_GROWN = {"facilities": Kind(values=Kind(model=Facility)), "theatre": THEATRE}


def field_at(root: Kind, where: Keys) -> FieldInfo | None:
    """Return the declaration of a place: of its key, or of the list or mapping it belongs to."""
    here: Kind | None = root
    found: FieldInfo | None = None
    for key in where:
        if here is None:
            break
        if here.model is not None:
            found = keys_of(here.model).get(str(key))
        here = below(here, key)
    return found


def kind_at(root: Kind, where: Keys) -> Kind | None:
    """Return the kind of value at a place, None if nothing may stand there."""
    here: Kind | None = root
    for key in where:
        here = below(here, key) if here is not None else None
    return here


def may_change_later(path: str) -> bool:
    """Return whether what a dotted path sets may change while a run is under way, as declared with the parameters.

    Items of lists go by number or name, parts of distributions by their number; an unknown key goes by its section.
    """
    here: Kind | None = SCENARIO
    later = False
    for key in path.split("."):
        if here is None:
            break
        info = keys_of(here.model).get(key) if here.model is not None else None
        mark = mark_of(info, Changes) if info is not None else None
        later = mark.later if mark is not None else later
        here = below(here, 0 if here.items is not None else key)
    return later


def bounds(info: FieldInfo) -> tuple[float | None, float | None]:
    """Return the inclusive bounds of a parameter, None for no bound; an open bound is given as its limit."""
    extra = info.json_schema_extra
    if isinstance(extra, dict) and "low" in extra:
        return extra["low"], extra["high"]  # type: ignore[return-value]
    low = high = None
    for rule in info.metadata:
        low = getattr(rule, "ge", None) if getattr(rule, "ge", None) is not None else getattr(rule, "gt", low)
        high = getattr(rule, "le", None) if getattr(rule, "le", None) is not None else getattr(rule, "lt", high)
    return low, high


@cache
def parameters() -> tuple[Parameter, ...]:
    """Return every declared parameter of a scenario, then those of a theatre under `theatre.`."""
    scenario = tuple(p for p in _walk(SCENARIO, "") if not p.path.startswith(("facilities.", "theatre.")))
    theatre = tuple(p for p in _walk(THEATRE, "theatre.") if not p.path.startswith("theatre.defaults."))
    return scenario + theatre


def _walk(here: Kind, prefix: str) -> Iterator[Parameter]:
    if here.model is None:
        return
    for key, info in keys_of(here.model).items():
        inner = kind(info.annotation)
        while inner.items is not None or inner.values is not None:
            deeper = kind(inner.items if inner.items is not None else inner.values)
            if deeper.model is None:
                break
            key, inner = f"{key}.*", deeper
        if inner.model is not None:
            yield from _walk(inner, f"{prefix}{key}.")
        else:
            yield _parameter(f"{prefix}{key}", info)


def _parameter(path: str, info: FieldInfo) -> Parameter:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    low, high = bounds(info)
    required = info.is_required()
    default = None if required else info.get_default(call_default_factory=True)
    if isinstance(default, Distribution):
        default = describe(default)
    return Parameter(
        path=path,
        default=default,
        required=required,
        unit=str(extra.get("unit", "")),
        low=low,
        high=high,
        source=str(extra.get("source", "")),
        status=str(extra.get("status", "")),
        description=info.description or "",
    )
