"""A bundle of arrays handed to compiled rules as one pointer.

Rules take a bundle (a `NamedTuple` of arrays). Passed by value, every rule would be compiled to take some thirty
arrays apart; passed as a reference, it takes one pointer: the same speed, a fifth of the time to compile. Compiled
entry points turn the tuple into the reference; in plain Python (compilation switched off) it stays the tuple.
"""

from __future__ import annotations

from typing import Any

import numba
from numba import types
from numba.experimental import structref


def referenced(bundle: type[Any]) -> Any:
    """What turns the members of a bundle into its reference inside a compiled entry point: `Ref(*bundle)`."""
    if numba.config.DISABLE_JIT:
        return bundle

    @structref.register
    class BundleType(types.StructRef):
        def preprocess_fields(self, fields: Any) -> Any:
            return tuple((name, types.unliteral(kind)) for name, kind in fields)

    proxy = type(
        f"{bundle.__name__}Ref", (structref.StructRefProxy,), {"__doc__": f"Reference to a {bundle.__name__}."}
    )
    structref.define_proxy(proxy, BundleType, list(bundle._fields))
    return proxy
