"""Translate Pydantic's errors into plain problems at the line of their key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ValidationError

from sim.scenario.declare import DISTRIBUTIONS
from sim.scenario.errors import LIMIT, Problem, one_of, shown
from sim.scenario.fields import Kind, field_at, kind_at, known_keys
from sim.scenario.layers import Layered, drop
from sim.scenario.yamlfile import Keys

_TAGS = frozenset({"number", *DISTRIBUTIONS})
_COMPARISONS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}


def validate[M: BaseModel](model: type[M], layers: Layered, root: Kind) -> tuple[M | None, list[Problem]]:
    """Return the validated mapping, or None, and every problem found."""
    value, errors = _attempt(model, layers)
    problems = [_problem(error, layers, root) for error in errors[:LIMIT]]
    if len(errors) > LIMIT:
        problems.append(Problem(layers.file, 1, "", f"{len(errors) - LIMIT} more problems not listed"))
    return value, problems


@dataclass(frozen=True)
class Salvaged[M: BaseModel]:
    """A faulty mapping without its faulty parts, so that further checks can go on.

    `value` is None if too little is left; `layers` is what it was made of; `dropped` are the places removed, none of
    them below an item of a list.
    """

    value: M | None
    layers: Layered
    dropped: frozenset[Keys] = frozenset()


def salvage[M: BaseModel](
    model: type[M], layers: Layered, root: Kind, stand_ins: Mapping[str, Any] = MappingProxyType({})
) -> Salvaged[M]:
    """Return the mapping without its faulty parts; `stand_ins` fills required keys of the root."""
    dropped: set[Keys] = set()
    for _ in range(8):
        value, errors = _attempt(model, layers)
        if value is not None:
            return Salvaged(value, layers, frozenset(dropped))
        if len(errors) > LIMIT:
            break
        places = {_removable(_place(error, layers.data, root), layers.data, root) for error in errors} - {()}
        dropped |= places
        layers = drop(layers, places)
        layers = Layered({**stand_ins, **layers.data}, layers.origins, layers.file)
    return Salvaged(None, layers, frozenset(dropped))


def _attempt[M: BaseModel](model: type[M], layers: Layered) -> tuple[M | None, list[Any]]:
    try:
        return model.model_validate(layers.data, by_alias=True, by_name=False), []
    except ValidationError as error:
        return None, error.errors(include_url=False, include_context=True)


def _removable(where: Keys, data: Any, root: Kind) -> Keys:
    """Return the place to remove: itself, its parent if it is missing, or the whole list item or distribution.

    Half an item would give misleading problems in later checks.
    """
    here = data
    for depth, key in enumerate(where):
        try:
            here = here[key]
        except (KeyError, IndexError, TypeError):
            return where[:depth]
        kind = kind_at(root, where[: depth + 1])
        if isinstance(key, int) or (kind is not None and kind.number):
            return where[: depth + 1]
    return where


def _place(error: Any, data: Any, root: Kind) -> Keys:
    """Return the place of an error in the file: Pydantic's location without the tags of distributions."""
    where: list[str | int] = []
    tagged = False
    for step in error["loc"]:
        if step == "[key]":
            continue
        if not tagged and step in _TAGS:
            here = kind_at(root, tuple(where))
            if here is not None and here.number:
                tagged = True
                continue
        where.append(step)
    return tuple(where)


def _problem(error: Any, layers: Layered, root: Kind) -> Problem:
    where = _place(error, layers.data, root)
    problem, expected = _words(error, where, root)
    return layers.problem(where, problem, expected)


def _words(error: Any, where: Keys, root: Kind) -> tuple[str, str]:
    """Return the problem and what was expected."""
    type_, value, context = error["type"], error["input"], error.get("ctx", {})
    info = field_at(root, where)
    extra = info.json_schema_extra if info is not None and isinstance(info.json_schema_extra, dict) else {}
    unit = f" ({extra['unit']})" if extra.get("unit") else ""
    here = kind_at(root, where)
    text = here.text if here is not None else "a number"
    if type_ == "extra_forbidden":
        if "." in str(where[-1]):
            return "unknown key", "nested keys, not dotted ones"
        parent = kind_at(root, where[:-1])
        if parent is not None and parent.number:
            return "a second key in a distribution", "one distribution"
        return "unknown key", one_of(str(where[-1]), known_keys(parent) if parent is not None else [])
    if type_ == "missing" and here is None:  # part of a distribution or of a row
        return "is missing", text
    if type_ == "missing":
        what = info.description if info is not None and info.description and not isinstance(where[-1], int) else ""
        return "is missing", f"{text}: {what}{unit}" if what else text + unit
    if type_ in ("float_type", "int_type", "int_from_float", "finite_number"):
        return _not_a_number(value, here, text + unit)
    if type_ in _COMPARISONS:
        name, words = _COMPARISONS[type_]
        about = unit or (f" ({info.description})" if info is not None and info.description else "")
        return f"{shown(value)} is out of bounds", f"{words} {context[name]:g}{about}"
    if type_ == "value_error":
        return _own_words(str(context.get("error", error["msg"])), value)
    if type_ == "literal_error":
        near = one_of(value, here.choices) if isinstance(value, str) and here is not None else ""
        return f"`{shown(value)}` is not known", near if near.startswith("did") else text
    if type_ == "string_pattern_mismatch":
        return f"`{shown(value)}` is not a name", "lower case letters, digits and hyphens"
    if type_ in ("too_short", "too_long", "string_too_long"):
        return _length(type_, context)
    return f"{_quoted(value)} does not fit", text + unit


def _quoted(value: Any) -> str:
    return shown(value) if isinstance(value, dict | list | tuple) else f"`{shown(value)}`"


def _not_a_number(value: Any, here: Kind | None, text: str) -> tuple[str, str]:
    if here is not None and here.number and isinstance(value, dict):
        key = str(next(iter(value), ""))
        return f"unknown distribution `{shown(key)}`", one_of(key, list(DISTRIBUTIONS))
    if isinstance(value, int | float) and not isinstance(value, bool):
        finite = abs(value) < 1e300  # False for NaN as well
        return f"{shown(value)} is not a {'whole' if finite else 'finite'} number", text
    if value is None:
        return "has no value", text
    return f"{_quoted(value)} is not a number", text


def _own_words(message: str, value: Any) -> tuple[str, str]:
    """Return the two halves of a message `problem; expected what`, of which the first may be missing."""
    problem, _, expected = message.partition("expected ")
    if problem:
        return problem.rstrip("; "), expected
    if expected.startswith("a date"):
        return f"{_quoted(value)} is not a date", expected
    return f"{_described(value)} is out of bounds", expected


def _described(value: Any) -> str:
    return "the distribution" if isinstance(value, dict) else shown(value)


def _length(type_: str, context: dict[str, Any]) -> tuple[str, str]:
    if type_ == "too_short":
        return "too few items", f"at least {context['min_length']}"
    if type_ == "too_long":
        return "too many items", f"at most {context['max_length']}"
    return "the text is too long", f"at most {context['max_length']} characters"
