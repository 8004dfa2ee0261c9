"""What the machine may run out of: neither the program's fault nor the scenario's, and over once there is more."""

from __future__ import annotations

import errno
import os

_DISK = "the disk is full"
_FILES = "too many files are open"
_MEMORY = "the memory is full"
_REASONS = {
    errno.ENOSPC: _DISK,
    errno.EDQUOT: _DISK,
    errno.EFBIG: _DISK,
    errno.EMFILE: _FILES,
    errno.ENFILE: _FILES,
    errno.ENOMEM: _MEMORY,
}


def lacking(error: BaseException) -> str | None:
    """Return what the machine has run out of, by an error; None for an error of another kind."""
    if isinstance(error, MemoryError):
        return _MEMORY
    if isinstance(error, OSError):
        return _REASONS.get(error.errno or 0)
    if isinstance(error, ImportError):  # a compiled module that could not be opened or mapped
        text = str(error)
        if "failed to map segment" in text:
            return _MEMORY
        return next((reason for number, reason in _REASONS.items() if os.strerror(number) in text), None)
    if isinstance(error, RuntimeError) and "can't start new thread" in str(error):
        return "no more threads can be started"
    return None
