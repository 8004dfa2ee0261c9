"""The environment of a run: code, Python and packages, which can change a table as the inputs can."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from sim.engine.version import code_hash

PACKAGES = ("mesa", "numpy", "scipy", "numba", "llvmlite", "pyarrow", "pydantic")
"""Packages whose versions the numbers could depend on."""


class Environment(NamedTuple):
    """Code hash, Python's version, and the packages' versions by name (None: not installed)."""

    code: str
    python: str
    packages: dict[str, str | None]


class Difference(NamedTuple):
    """One entry of the manifest in which two environments differ, and both values."""

    key: str
    theirs: str | None
    ours: str | None

    @property
    def name(self) -> str:
        """Name of the entry in a sentence."""
        return {"code": "code", "python": "Python"}.get(self.key, self.key.removeprefix("packages."))


@cache
def here() -> Environment:
    """Return the environment of this process."""
    return Environment(code_hash(), platform.python_version(), {name: installed(name) for name in PACKAGES})


def installed(package: str) -> str | None:
    """Return the version of a package, None if it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def program_version() -> str:
    """Return this program's version: that of pyproject.toml when it was installed, "0" if it is not installed."""
    return installed("detention-sim") or "0"


def differences(code: object, python: object, packages: Mapping[str, str | None]) -> Iterator[Difference]:
    """Yield the differences between another environment and this one; of Python, major and minor version count."""
    ours = here()
    if code != ours.code:
        yield Difference("code", str(code), ours.code)
    if _minor(str(python)) != _minor(ours.python):
        yield Difference("python", str(python), ours.python)
    for name, before in packages.items():
        now = ours.packages[name] if name in ours.packages else installed(name)
        if now != before:
            yield Difference(f"packages.{name}", before, now)


def _minor(python: str) -> list[str]:
    return python.split(".")[:2]
