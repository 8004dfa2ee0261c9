"""Packages that only some commands need, by the extra that brings them."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from sim.scenario.errors import InputError, Problem

PLOTS = ("matplotlib",)
VIEW = ("solara", "ipyvue", "ipyvuetify", *PLOTS)
"""Packages that tell whether an extra is installed."""


def install(extra: str) -> str:
    """Return the command that installs an extra."""
    return f"pip install 'detention-sim[{extra}]'"


def need(command: str, extra: str, *packages: str) -> None:
    """Raise InputError if a package of an extra is not installed."""
    lacking = [name for name in packages if find_spec(name) is None]
    if lacking:
        raise InputError([Problem(command, 0, ", ".join(lacking), "is not installed", install(extra))])


def draws(wanted: bool, later: str = "") -> bool:
    """Return whether figures are to be drawn; say in a line on stderr if they were wanted and nothing can draw them.

    Parameters: wanted, whether they are asked for; later, the command that draws them once Matplotlib is there.
    """
    if wanted and find_spec("matplotlib") is None:
        then = f", then {later}" if later else ""
        text = f"no figures were drawn: Matplotlib is not installed; {install('plots')}{then}"
        print(f"detention-sim: {text}", file=sys.stderr)
        return False
    return wanted
