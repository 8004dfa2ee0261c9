"""The program under a name of its own: `import detention_sim` where a folder `sim` of yours hides the package `sim`.

Everything of `sim` is here, submodules too (`from detention_sim.agents import Detainee`), and is the same thing. If
another `sim` was imported before, this raises ImportError: one process can hold only one of the two.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec, spec_from_file_location, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim import *  # noqa: F403

OURS = ("outcomes.py", "tables.py", "py.typed")
"""Files by which the package is known."""


def _place() -> Path | None:
    """Return the first folder of the search path that holds this program's package."""
    places = (Path(entry or ".") / "sim" for entry in (str(Path(__file__).parents[1]), *sys.path))
    return next((place for place in places if all((place / name).is_file() for name in OURS)), None)


def _program() -> ModuleType:
    place = _place()
    if place is None:
        raise ImportError("detention_sim: the package `sim` of detention-sim is not on the search path")
    known = sys.modules.get("sim")
    if known is not None:
        if known.__file__ is None or Path(known.__file__).resolve().parent != place.resolve():
            where = known.__file__ or list(known.__path__)
            raise ImportError(f"detention_sim: another `sim` is imported already, {where}; import detention_sim first")
        return known
    spec = spec_from_file_location("sim", place / "__init__.py")
    assert spec is not None and spec.loader is not None
    module = sys.modules["sim"] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules["sim"]
        raise
    return module


class _Alias(MetaPathFinder, Loader):
    """Imports `detention_sim.x` as `sim.x`: one module under two names."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Return where a submodule is: here."""
        return spec_from_loader(fullname, self) if fullname.startswith(f"{__name__}.") else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the module of `sim`."""
        module = import_module(f"sim.{spec.name.partition('.')[2]}")
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Let the module keep its own name."""
        module.__spec__ = self._spec


_sim = _program()
__all__ = list(_sim.__all__)
__path__: list[str] = []
sys.meta_path.insert(0, _Alias())


def __getattr__(name: str) -> Any:
    if name.startswith("__") and name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(_sim, name)


def __dir__() -> list[str]:
    return dir(_sim)
