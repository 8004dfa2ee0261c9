"""Files inside a folder: names that stay in it, no links followed, regular files only, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

TEMPORARY = r"(\.[0-9a-f]{8})?\.tmp"
"""What follows a name while its file is written, as a pattern; a process that is killed leaves such a file behind."""
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe without a writer would block


def parts_of(name: str) -> tuple[str, ...]:
    """Return the parts of a name below a folder. Raises ValueError if it is absolute, leaves the folder or is odd."""
    pure = PurePosixPath(name)
    if not pure.parts or pure.is_absolute() or ".." in pure.parts or "\0" in name or "\\" in name:
        raise ValueError(f"{name!r} is no name inside the folder")
    return pure.parts


def read(folder: Path, name: str) -> bytes:
    """Return the content of a regular file in a folder.

    Raises ValueError for a name outside it, OSError: missing, a link on the way below the folder, not a regular file.
    """
    with _opened(folder, parts_of(name)) as descriptor, os.fdopen(os.dup(descriptor), "rb") as stream:
        return stream.read()


def regular(folder: Path, name: str) -> str:
    """Return the path of a regular file in a folder, as `read` would find it. Raises as it does."""
    with _opened(folder, parts_of(name)):
        return os.path.join(folder, *parts_of(name))


def write(folder: Path, name: str, content: bytes, *, make: bool = True) -> Path:
    """Write a file in a folder: under a temporary name of its own, flushed to disk, then renamed. Return its path.

    Two that write one file at a time do not meet: the last to end is read.
    Parameters: make, whether the folder itself is made where it is missing; those below it are.
    Raises ValueError for a name outside it, OSError: also where a folder on the way is a link.
    """
    parts = parts_of(name)
    if make:
        folder.mkdir(parents=True, exist_ok=True)
    target = folder_of(folder, parts[:-1], make=True) / parts[-1]
    temporary = target.with_name(f"{parts[-1]}.{secrets.token_hex(4)}.tmp")
    try:
        with open(_new(temporary), "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    return target


def remove(folder: Path, name: str) -> None:
    """Remove a file, or a link itself, in a folder, if it is there. Raises ValueError, OSError as `write` does."""
    parts = parts_of(name)
    with contextlib.suppress(FileNotFoundError):
        (folder_of(folder, parts[:-1]) / parts[-1]).unlink()


def files_in(folder: Path, name: str) -> list[Path]:
    """Return what a folder below `folder` holds, but for folders; nothing where it is a link or is not there."""
    try:
        return sorted(
            path for path in folder_of(folder, parts_of(name)).iterdir() if path.is_symlink() or not path.is_dir()
        )
    except OSError:
        return []


def folder_of(folder: Path, parts: tuple[str, ...], *, make: bool = False) -> Path:
    """Return a folder below a folder, made where it is missing if asked for.

    Raises OSError if it, or one on the way, is a link or no folder.
    """
    path = folder
    for part in parts:
        path = path / part
        if make:
            with contextlib.suppress(FileExistsError):
                path.mkdir()
        mode = os.lstat(path).st_mode
        if not stat.S_ISDIR(mode):
            kind = "a link, which is not followed" if stat.S_ISLNK(mode) else "no folder"
            raise NotADirectoryError(20, f"{part} is {kind}", str(path))
    return path


def _new(path: Path) -> int:
    """Open a file that did not exist."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)


@contextlib.contextmanager
def _opened(folder: Path, parts: tuple[str, ...]) -> Iterator[int]:
    path = folder_of(folder, parts[:-1]) / parts[-1]
    if path.is_symlink():
        raise OSError(40, f"{parts[-1]} is a link, which is not followed", str(path))
    descriptor = os.open(path, _READ)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(22, f"{parts[-1]} is not a regular file", str(path))
        yield descriptor
    finally:
        os.close(descriptor)
