"""Scenario diffs, used to rebuild any sweep point from its results."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.scenario.errors import InputError
from sim.scenario.files import display
from sim.scenario.loader import load
from sim.scenario.resolved import Resolved
from sim.scenario.yamlfile import parse

Keys = tuple[str, ...]

_DRAWS = re.compile(r"draws-[0-9a-f]{12}\.csv")


def differences(base: Resolved, other: Resolved) -> dict[str, list[Any]]:
    """Return the diff from `base` to `other`: `set`, pairs of keys and value, and `drop`, keys; empty ones left out."""
    if base is other:
        return {}
    pairs = list(_changed(base.as_data(), other.as_data(), ()))
    found = {
        "set": [[list(keys), value] for keys, value in pairs if value is not None],
        "drop": [list(keys) for keys, value in pairs if value is None],
    }
    return {name: items for name, items in found.items() if items}


def restored(
    text: str,
    changes: dict[str, list[Any]],
    read: Callable[[str], bytes],
    overrides: Mapping[str, object] | None = None,
) -> Resolved:
    """Apply `changes` to the text of `scenario.yaml` and load it; `read` gives the files beside it.

    No other file is read. Raises InputError.
    """
    data: Any = deepcopy(parse(text, "scenario.yaml").data)
    for keys in changes.get("drop", []):
        _holder(data, keys).pop(keys[-1], None)
    for keys, value in changes.get("set", []):
        _holder(data, keys)[keys[-1]] = value
    with tempfile.TemporaryDirectory() as folder:
        if _DRAWS.fullmatch(str(data.get("draws"))):
            (Path(folder) / data["draws"]).write_bytes(read(data["draws"]))
        path = Path(folder) / "scenario.yaml"
        path.write_text(json.dumps(data), "utf-8")  # JSON is YAML
        here = display(path)
        try:
            resolved = load(path, overrides, inside=folder)
        except InputError as error:
            named = (replace(p, file="scenario.yaml" if p.file == here else p.file) for p in error.problems)
            raise InputError(named) from None
    return replace(resolved, notes=tuple(note.replace(here, "scenario.yaml") for note in resolved.notes))


def _changed(base: Any, other: Any, at: Keys) -> Iterator[tuple[Keys, Any]]:
    """Yield keys and new values where two mappings differ; None for a key that is gone."""
    for key in [*base, *(key for key in other if key not in base)]:
        old, new = base.get(key), other.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _changed(old, new, (*at, key))
        elif old != new or type(old) is not type(new):
            yield (*at, key), new


def _holder(data: Any, keys: list[str]) -> Any:
    for key in keys[:-1]:
        data = data.setdefault(key, {})
    return data
