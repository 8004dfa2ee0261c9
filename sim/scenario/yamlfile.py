"""Read YAML as plain values with the line of every key.

A file holds one document, at most 40 levels deep, without anchors, aliases, tags, duplicate keys or keys that
are not text.
Scalars follow the core schema of YAML 1.2: `no`, `yes` and dates are text, `1e3` is a number, and what stands
in quotes is always text. Built on PyYAML's event stream, so that neither its constructors nor its YAML 1.1
resolution takes part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sim.scenario.errors import InputError, Problem, shown
from sim.scenario.files import decode, display, read_bytes

Keys = tuple[str | int, ...]
"""Where a value stands: keys of mappings and indices of lists, from the root."""

MAX_DEPTH = 40
MAX_VALUES = 500_000

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LONGEST_NUMBER = 400  # characters; longer ones are text, as Python is slow or refuses to read them
_LOADER: type[Any] = getattr(yaml, "CLoader", yaml.SafeLoader)


@dataclass
class Document:
    """A parsed file: plain data, and the line (from 1) on which each key or list item begins."""

    file: str
    data: Any
    lines: dict[Keys, int] = field(default_factory=dict)
    content: bytes = b""


def read(path: str | Path) -> Document:
    """Parse a YAML file.

    Raises InputError with the line of the fault, whatever the file holds.
    """
    content = read_bytes(path)
    name = display(path)
    document = parse(decode(content, name), name)
    document.content = content
    return document


def parse(text: str, file: str) -> Document:
    """Parse YAML text; `file` is the name that problems carry. Raises InputError."""
    document = Document(file, None)
    try:
        loader = _LOADER(text)
        try:
            document.data = _Builder(_events(loader), file, document.lines).build()
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise InputError([_syntax(error, text, file)]) from None
    except UnicodeEncodeError as error:  # lone surrogates, which libyaml cannot take
        line = text.count("\n", 0, error.start) + 1
        raise InputError([Problem(file, line, "", "is not text in UTF-8", "UTF-8")]) from None
    return document


def parse_value(text: str, file: str) -> Any:
    """Parse one value as it would stand in a file, for `--set`. Raises InputError naming `file` without a line."""
    try:
        return parse(text, file).data if text.strip() else None
    except InputError as error:
        raise InputError([Problem(file, 0, p.key, p.problem, p.expected) for p in error.problems]) from None


def scalar(text: str) -> str | int | float | bool | None:
    """Return the value of an unquoted scalar by the core schema of YAML 1.2."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if len(text) > _LONGEST_NUMBER:
        return text
    if _INT.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text[2:], 8 if text[1] == "o" else 16)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _SPECIAL.fullmatch(text):
        return float(text.replace(".", ""))
    return text


def dotted(where: Keys) -> str:
    """Return a place as messages and options write it: `control.changes.0.to`."""
    return ".".join(str(key) for key in where)


def _events(loader: Any) -> Iterator[Any]:
    while loader.check_event():
        yield loader.get_event()


def _syntax(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """Return PyYAML's error as a problem."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
    if mark is not None:
        line = min(int(mark.line), text.count("\n")) + 1
        if text.split("\n")[line - 1][int(mark.column) :].startswith("\t"):
            return Problem(file, line, "", "is not valid YAML: a tab stands here", "spaces")
    else:
        line = text.count("\n", 0, max(0, int(getattr(error, "position", 0) or 0))) + 1
    return Problem(file, line, "", f"is not valid YAML: {shown(what, 200)}")


class _Builder:
    """A builder of plain values from events that notes the line of each."""

    def __init__(self, events: Iterator[Any], file: str, lines: dict[Keys, int]) -> None:
        self.events = events
        self.file = file
        self.lines = lines

    def build(self) -> Any:
        """Return the value of the one document, None for an empty file."""
        value = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._refused(event, (), "a second document begins here", "one document")
                value = self._value(next(self.events), ())
        return value

    def _value(self, event: Any, where: Keys) -> Any:
        if isinstance(event, yaml.AliasEvent):
            raise self._refused(event, where, f"aliases are refused: `*{shown(event.anchor)}`", "the value itself")
        if event.anchor is not None:
            raise self._refused(event, where, f"anchors are refused: `&{shown(event.anchor)}`", "a plain value")
        if event.tag is not None:
            raise self._refused(event, where, f"tags are refused: `{shown(event.tag)}`", "a plain value")
        if isinstance(event, yaml.ScalarEvent):
            plain = event.style is None or event.style == ""
            return scalar(event.value) if plain else event.value
        if len(where) >= MAX_DEPTH:
            raise self._refused(event, where[:3], "nested too deeply", f"at most {MAX_DEPTH} levels")
        return self._mapping(where) if isinstance(event, yaml.MappingStartEvent) else self._list(where)

    def _mapping(self, where: Keys) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event, where)
            here = (*where, key)
            if key in mapping:
                raise self._refused(event, here, f"the key stands twice, first on line {self.lines[here]}", "it once")
            self._note(event, here)
            mapping[key] = self._value(next(self.events), here)
        return mapping

    def _key(self, event: Any, where: Keys) -> str:
        if isinstance(event, yaml.CollectionStartEvent):
            raise self._refused(event, where, "a key that is a list or a mapping", "keys that are text")
        key = self._value(event, where)
        if not isinstance(key, str):
            raise self._refused(event, where, f"the key `{shown(key)}` is not text", "keys that are text")
        return key

    def _list(self, where: Keys) -> list[Any]:
        items: list[Any] = []
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            here = (*where, len(items))
            self._note(event, here)
            items.append(self._value(event, here))
        return items

    def _note(self, event: Any, where: Keys) -> None:
        """Note the line of a key or item. Raises InputError after MAX_VALUES, which bounds memory."""
        if len(self.lines) >= MAX_VALUES:
            raise self._refused(event, where[:2], "too many values", f"at most {MAX_VALUES:,} in one file")
        self.lines[where] = event.start_mark.line + 1

    def _refused(self, event: Any, where: Keys, problem: str, expected: str) -> InputError:
        return InputError([Problem(self.file, event.start_mark.line + 1, dotted(where), problem, expected)])
