"""Packages that only some commands need."""

from __future__ import annotations

from importlib.util import find_spec

from sim.scenario.errors import InputError, Problem


def need(command: str, extra: str, *packages: str) -> None:
    """Raise InputError if a package of an extra is not installed."""
    lacking = [name for name in packages if find_spec(name) is None]
    if lacking:
        expected = f"pip install 'detention-sim[{extra}]'"
        raise InputError([Problem(command, 0, ", ".join(lacking), "is not installed", expected)])
