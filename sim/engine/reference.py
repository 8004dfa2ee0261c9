"""A bundle of arrays handed to compiled rules as one pointer.

Rules take a bundle (a `NamedTuple` of arrays). Passed by value, every rule would be compiled to take some thirty
arrays apart; passed as a reference, it takes one pointer: the same speed, a fifth of the time to compile. Compiled
entry points turn the tuple into the reference; in plain Python (compilation switched off) it stays the tuple.

The caller of the entry point owns the arrays, and outlives the call. So rules borrow the bundle and its arrays without
counting references: Numba's own counting, with locked instructions at every call and every read of an array, took a
quarter of a run. No rule may keep an array of the bundle beyond the call.
"""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AttributeTemplate
from numba.extending import infer_getattr, intrinsic, lower_getattr_generic, models, register_model


class Reference(types.Type):
    """The type of a pointer to a bundle's arrays."""

    def __init__(self, bundle: str, members: tuple[tuple[str, types.Type], ...]) -> None:
        self.members = dict(members)
        self.held = types.Tuple([kind for _, kind in members])
        digest = hashlib.blake2b(str(members).encode(), digest_size=6).hexdigest()
        super().__init__(name=f"{bundle}Ref-{digest}")


@register_model(Reference)
class _ReferenceModel(models.OpaqueModel):
    """A plain pointer, never counted."""


@infer_getattr
class _Members(AttributeTemplate):
    key = Reference

    def generic_resolve(self, bundle: Reference, name: str) -> Any:
        return bundle.members.get(name)


@lower_getattr_generic(Reference)
def _lend(context: Any, builder: Any, bundle: Reference, value: Any, name: str) -> Any:
    """Load an array (`t.people`) through the pointer, without an owner, so that its references are not counted."""
    place = builder.bitcast(value, context.get_value_type(bundle.held).as_pointer())
    index = list(bundle.members).index(name)
    array = builder.load(cgutils.gep_inbounds(builder, place, 0, index))
    lent = cgutils.create_struct_proxy(bundle.members[name])(context, builder, value=array)
    lent.meminfo = ir.Constant(lent.meminfo.type, None)
    return lent._getvalue()


def _of_records(bundle: type[Any], *arrays: np.ndarray) -> Any:
    """Return the bundle with its structured arrays as arrays of records: plain Python reads a column by a dot."""
    return bundle(*(array.view(np.recarray) if array.dtype.names else array for array in arrays))


def referenced(bundle: type[Any]) -> Any:
    """Return the function that makes a bundle's reference inside a compiled entry point: `Ref(*bundle)`."""
    if numba.config.DISABLE_JIT:
        return partial(_of_records, bundle)

    @intrinsic
    def reference(typingctx: Any, *arrays: Any) -> Any:
        members = types.Tuple([types.unliteral(kind) for kind in arrays])
        kind = Reference(bundle.__name__, tuple(zip(bundle._fields, members, strict=True)))

        def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            # On the entry point's stack: the bundle lives as long as its call.
            place = cgutils.alloca_once_value(builder, arguments[0])
            return builder.bitcast(place, cgutils.voidptr_t)

        return kind(types.StarArgTuple(members.types)), codegen

    reference.__doc__ = f"Reference to a {bundle.__name__}."
    return reference
