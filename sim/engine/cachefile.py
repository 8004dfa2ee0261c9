"""How compiled rules are stored: one writer at a time, code before the index that names it, never under a used name.

Numba's own order is the other way round: it writes the index first, and names the code by the next free number. A
process that is killed in between, or two that compile at once, can then leave an index that names the code of another
version or of other types, which is loaded without a word.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from numba.core import caching

LOCK = ".lock"


class SafeCacheFile(caching.IndexDataCacheFile):
    """The index and code of one function: see the head of this file."""

    def save(self, key: Any, data: Any) -> None:
        """Store the code for the types `key`, then an index that names it."""
        with _alone(Path(self._cache_path)):
            overloads = self._load_index()
            before = overloads.get(key)
            name = self._data_name(secrets.randbits(48))
            self._save_data(name, data)
            overloads[key] = name
            self._save_index(overloads)
            if before is not None:
                with contextlib.suppress(OSError):
                    os.unlink(self._data_path(before))


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold a lock against other writers in a folder; it ends with the process, however that ends."""
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def install() -> None:
    """Have Numba store what it compiles from now on in this way."""
    caching.IndexDataCacheFile = SafeCacheFile
