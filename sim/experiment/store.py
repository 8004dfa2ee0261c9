"""Stores of results: a folder, or memory. A file is written whole or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from sim.experiment import confined
from sim.scenario.errors import InputError, Problem
from sim.scenario.files import display
from sim.scenario.jointdraws import KEPT
from sim.tables import TABLES

PROGRAM = "detention-sim"
FORMAT = 1
"""Version of the layout of a results folder."""
MANIFEST = "manifest.json"
OTHERS = (MANIFEST, "scenario.yaml", "points.parquet", "report.html")
"""Files of results beside the tables and figures."""
ASIDE = ".overwritten"
_LEFT = f"({confined.TEMPORARY})?"
PART = re.compile(rf"part-[0-9-]+\.parquet{_LEFT}")
"""Names of parts, also while they are written."""
_OTHER = re.compile(rf"({'|'.join(map(re.escape, OTHERS))}){confined.TEMPORARY}")
_FIGURE = re.compile(rf".*\.(png|svg){_LEFT}")


def parsed(content: bytes) -> dict[str, Any]:
    """Return a manifest as read. Raises ValueError if it is not a JSON object."""
    data = json.loads(content)
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")
    return data


class Store(ABC):
    """Files by name (`runs/part-....parquet`)."""

    @property
    def path(self) -> Path | None:
        """The folder, None for memory."""
        return None

    @abstractmethod
    def write(self, name: str, content: bytes) -> None:
        """Write a file; after a crash it holds the new content or the old."""

    @abstractmethod
    def read(self, name: str) -> bytes:
        """Return the content of a file. Raises FileNotFoundError."""

    @abstractmethod
    def discard(self) -> None:
        """Remove our files, and the folder if it was made for them; restore what was to be overwritten."""

    @abstractmethod
    def settle(self) -> None:
        """Remove the results that the new ones overwrite."""

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold a lock against other writers. Raises InputError if another process holds it."""
        yield

    @abstractmethod
    def open(self, name: str) -> BinaryIO | str:
        """Return a path or stream from which PyArrow reads a file."""


class Memory(Store):
    """A store in memory."""

    def __init__(self) -> None:
        """An empty store."""
        self._files: dict[str, bytes] = {}

    def write(self, name: str, content: bytes) -> None:
        """Keep a file."""
        self._files[name] = content

    def read(self, name: str) -> bytes:
        """Return the content of a file. Raises FileNotFoundError."""
        if name not in self._files:
            raise FileNotFoundError(name)
        return self._files[name]

    def discard(self) -> None:
        """Forget everything."""
        self._files.clear()

    def settle(self) -> None:
        """Do nothing: nothing is overwritten."""

    def open(self, name: str) -> BinaryIO | str:
        """Return the content as a stream."""
        return BytesIO(self.read(name))


class Moved(OSError):
    """A locked folder is no longer where it was: it was moved or removed, or another stands in its place."""


class Folder(Store):
    """A store in a results folder."""

    def __init__(self, path: str | Path, made: Sequence[Path] = ()) -> None:
        """The folder at `path`, which need not exist yet; `made` lists folders that were made for it."""
        self._path = Path(path)
        self._made = made
        self._held: tuple[int, int] | None = None
        """Device and number of the folder while it is locked."""

    @property
    def path(self) -> Path:
        """The folder."""
        return self._path

    def write(self, name: str, content: bytes) -> None:
        """Write under a temporary name, flush to disk, then rename; no link is followed.

        Raises OSError, ValueError; Moved, where the folder was locked and is no longer there.
        """
        self._check_held()
        try:
            confined.write(self._path, name, content, make=self._held is None)
        except FileNotFoundError:
            self._check_held()
            raise

    def _check_held(self) -> None:
        """Raise Moved if the folder that is locked is no longer at its path."""
        if self._held is None:
            return
        try:
            now = os.stat(self._path)
        except FileNotFoundError:
            now = None
        if now is None or (now.st_dev, now.st_ino) != self._held:
            raise Moved(2, "its folder was moved or removed", str(self._path))

    def read(self, name: str) -> bytes:
        """Return the content of a regular file inside the folder. Raises OSError, ValueError."""
        return confined.read(self._path, name)

    def discard(self) -> None:
        """Remove our files, and the folder if it was made for them; restore what was to be overwritten."""
        clear(self._path, everything=True)
        aside = self._path / ASIDE
        if aside.is_dir():
            for entry in aside.iterdir():
                entry.rename(self._path / entry.name)
            aside.rmdir()
        for folder in self._made:
            with contextlib.suppress(OSError):
                folder.rmdir()

    def set_aside(self) -> None:
        """Move old results aside, for `discard` to restore or `settle` to remove."""
        aside = self._path / ASIDE
        if aside.is_symlink():
            aside.unlink()
        _remove_results(aside)
        aside.mkdir()
        for file in torn(self._path):
            file.unlink(missing_ok=True)
        for name in (*OTHERS, "plots", *TABLES, "estimates"):
            if os.path.lexists(self._path / name):
                (self._path / name).rename(aside / name)
        for file in self._path.glob(KEPT.format("?" * 12)):
            file.rename(aside / file.name)

    def settle(self) -> None:
        """Remove the results that the new ones overwrite; files that are not ours stay."""
        aside = self._path / ASIDE
        if aside.is_dir():
            clear(aside, everything=True)
            _give_back(aside, self._path)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold a lock against other processes; it ends with the process, however that ends.

        Raises InputError if another process holds it; Moved where a file was not found as the folder is gone.
        """
        self._path.mkdir(parents=True, exist_ok=True)
        folder = os.open(self._path, os.O_RDONLY)
        try:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                problem = "is being written by another process"
                raise InputError([Problem(display(self._path), 0, "", problem, "to wait until it ends")]) from None
            found = os.fstat(folder)
            self._held = found.st_dev, found.st_ino
            try:
                yield
            except FileNotFoundError:
                self._check_held()
                raise
        finally:
            self._held = None
            os.close(folder)

    def open(self, name: str) -> BinaryIO | str:
        """Return the path of a regular file inside the folder. Raises OSError, ValueError."""
        return confined.regular(self._path, name)


def default_folder(name: str) -> Path:
    """Return `results/NAME/UTCSTAMP-6HEX` below the current folder."""
    short = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "unnamed"
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    return Path("results") / short[:100] / f"{stamp}-{secrets.token_hex(3)}"


def prepare(path: Path, *, overwrite: bool) -> Folder:
    """Make a folder ready for new results: new, empty, or without a manifest; `overwrite` replaces old results.

    Only our files are removed. Raises InputError if it holds results and may not be overwritten, or is no folder.
    """
    name = display(path)
    made: list[Path] = []
    try:
        made = [folder for folder in (path, *path.parents) if not folder.exists()]
        path.mkdir(parents=True, exist_ok=True)
        if not os.access(path, os.W_OK | os.X_OK):
            raise PermissionError(13, "permission denied")
        held = (path / MANIFEST).exists()
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise InputError([Problem("--out", 0, name, f"cannot be used: {reason.lower()}", "a folder")]) from None
    if held and not overwrite:
        expected = "another folder, `resume` to finish it, or `--overwrite`"
        raise InputError([Problem("--out", 0, name, "holds results", expected)])
    if held and not _ours(path):
        raise InputError([Problem("--out", 0, name, f"its {MANIFEST} is not of detention-sim", "another folder")])
    folder = Folder(path, made)
    with folder.locked():
        if held:
            folder.set_aside()
        else:
            clear(path, everything=False)
    return folder


def clear(path: Path, *, everything: bool) -> None:
    """Remove old parts and what is half written, or with `everything` all our files. Other files stay."""
    for file in torn(path):
        file.unlink(missing_ok=True)
    if everything:
        for name in OTHERS:
            (path / name).unlink(missing_ok=True)
        for file in path.glob(KEPT.format("?" * 12)):
            file.unlink(missing_ok=True)
        _remove(path / "plots", _FIGURE)
    for table in (*TABLES, "estimates"):
        _remove(path / table, PART)


def torn(path: Path) -> list[Path]:
    """Return files beside the tables that a killed process left half written."""
    return [file for file in path.glob("*.tmp") if _OTHER.fullmatch(file.name)]


def _remove_results(aside: Path) -> None:
    """Remove the old results that a killed overwrite left aside."""
    if aside.is_dir():
        clear(aside, everything=True)
        _give_back(aside, aside.parent)


def _give_back(aside: Path, path: Path) -> None:
    """Move files that are not ours back to where they were."""
    for found in [*aside.rglob("*")]:
        if found.is_symlink() or not found.is_dir():
            target = path / found.relative_to(aside)
            target.parent.mkdir(parents=True, exist_ok=True)
            found.rename(target)
    for folder in sorted((entry for entry in aside.rglob("*") if entry.is_dir()), reverse=True):
        folder.rmdir()
    aside.rmdir()


def _remove(folder: Path, pattern: re.Pattern[str]) -> None:
    for file in confined.files_in(folder.parent, folder.name):
        if pattern.fullmatch(file.name):
            file.unlink()
    with contextlib.suppress(OSError):
        folder.rmdir()  # unless something else is in it


def _ours(path: Path) -> bool:
    """Tell whether the folder's manifest is one of this program."""
    try:
        return parsed(confined.read(path, MANIFEST)).get("program") == PROGRAM
    except (OSError, ValueError):
        return False
