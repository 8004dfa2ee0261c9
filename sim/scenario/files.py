"""Read files that a user named: regular files of bounded size."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

from sim.scenario.errors import InputError, Problem
from sim.scenario.shipped import folder

MAX_BYTES = 4 * 1024 * 1024
"""Largest scenario, theatre, sweep or claims file, bytes."""


def display(path: str | Path) -> str:
    """Return a path as messages name it: normalised, and relative if it lies below the current folder."""
    text = os.path.normpath(path)
    try:
        here = os.getcwd()
    except OSError:
        return text
    if os.path.isabs(text) and text.startswith(here + os.sep):
        return os.path.relpath(text, here)
    return text


def from_here(path: str | Path) -> str:
    """Return a path as it is found from the current folder, so that results need not name the folders above both."""
    text = display(path)
    try:
        return os.path.relpath(text) if os.path.isabs(text) else text
    except OSError:
        return text


def shared_names(digests: Mapping[str, str]) -> dict[str, str]:
    """Return what is known of files by names fit to be shared: no folder of this machine, and so none of its users.

    A shipped file is `shipped/` and its place among the shipped ones, one below the current folder its place there, any
    other its name alone, with a number where two have the same.
    """
    shared: dict[str, str] = {}
    shipped = os.path.normpath(folder())
    for path, digest in digests.items():
        whole = os.path.normpath(os.path.abspath(path))
        if whole.startswith(shipped + os.sep):
            name = Path("shipped", os.path.relpath(whole, shipped)).as_posix()
        else:
            name = display(path)
            name = os.path.basename(name) if os.path.isabs(name) or name.startswith(os.pardir) else name
        number = 2
        stem = name
        while name in shared:
            name, number = f"{stem} ({number})", number + 1
        shared[name] = digest
    return shared


def read_bytes(path: str | Path, most: int = MAX_BYTES) -> bytes:
    """Return the content of a regular file of at most 4 MB, or `most` bytes.

    Raises InputError: missing, unreadable, not a regular file, too large, empty.
    """
    name = display(path)
    try:
        # Without O_NONBLOCK, opening a pipe without a writer would block.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        raise InputError([Problem(name, 1, "", "no such file")]) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError([Problem(name, 1, "", f"cannot be read: {reason.lower()}")]) from None
    try:
        content = _checked(descriptor, name, most)
    except OSError as error:
        raise InputError([Problem(name, 1, "", f"cannot be read: {(error.strerror or '').lower()}")]) from None
    finally:
        os.close(descriptor)
    return content


def _checked(descriptor: int, name: str, most: int) -> bytes:
    """Return the content of an open file, or raise if it is not regular, too large or empty."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not a regular file"
        raise InputError([Problem(name, 1, "", f"is {kind}", "a regular file")])
    too_large = InputError([Problem(name, 1, "", "the file is too large", f"at most {most >> 20} MB")])
    if status.st_size > most:
        raise too_large
    with os.fdopen(os.dup(descriptor), "rb") as stream:
        content = stream.read(most + 1)
    if len(content) > most:  # it grew after fstat
        raise too_large
    if not content.strip():
        raise InputError([Problem(name, 1, "", "the file is empty")])
    return content


def check_separator(header: list[str], name: str, again: Callable[[str], object], line: int = 1) -> None:
    """Raise InputError for a CSV whose header is one cell with semicolons or tabs in it.

    It has that problem and all those that `again` raises, which reads the table with that mark between cells.
    """
    marks = ((";", "semicolons"), ("\t", "tabs"))
    mark, found = next((pair for pair in marks if pair[0] in "".join(header)), ("", ""))
    if not mark or len(header) != 1:
        return
    expected = "commas, and points in decimal numbers"
    problems = [Problem(name, line, "", f"{found} stand between the cells", expected)]
    try:
        again(mark)
    except InputError as error:
        problems += error.problems
    raise InputError(problems)


def decode(content: bytes, name: str) -> str:
    """Return the content as text. Raises InputError with the line of the first byte that is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError([Problem(name, line, "", "is not text in UTF-8", "UTF-8")]) from None
