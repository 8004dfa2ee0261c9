"""How compiled rules are stored: by content, one writer at a time, code before its index, never under a used name.

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
PACKAGE = Path(__file__).resolve().parents[1]


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


class ByContent(caching.UserProvidedCacheLocator):
    """Where the package's rules lie in the cache: by their file within the package, not by the place of the package.

    The cache folder is named by the content of all rules, so that every copy of them can use what one has compiled.
    """

    @classmethod
    def get_suitable_cache_subpath(cls, py_file: str) -> str:
        """Return the folder of a file's rules within the cache."""
        return str(Path(py_file).resolve().parent.relative_to(PACKAGE))

    @classmethod
    def from_function(cls, py_func: Any, py_file: str) -> Any:
        """Return the place of a function of the package; None for any other, whose place is as Numba has it."""
        return super().from_function(py_func, py_file) if Path(py_file).resolve().is_relative_to(PACKAGE) else None


def install() -> None:
    """Have Numba store what it compiles from now on in this way."""
    caching.IndexDataCacheFile = SafeCacheFile
    caching.CacheImpl._locator_classes = [ByContent, *caching.CacheImpl._locator_classes]
