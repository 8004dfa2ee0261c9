"""Results folders spoiled by a seeded generator: edited, torn, swapped, foreign, linked and put together from two."""

import copy
import hashlib
import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ODD = [
    None,
    -1,
    0,
    0.5,
    1e308,
    10**30,
    True,
    "x",
    "",
    "../../etc/passwd",
    "\ud800",
    [],
    {},
    [[]],
    [None],
    {"a": 1},
    "2026-01-01",
]
THINGS = ["folder", "pipe", "device", "link", "dangling", "empty", "missing"]


def files(folder: Path) -> list[Path]:
    """The files of a folder, in order."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")


def parts(folder: Path) -> list[Path]:
    """The parts of its tables."""
    return [path for path in files(folder) if path.name.startswith("part-") and path.parent.parent == folder]


def places(value, at=()) -> list[tuple]:
    """Every place of nested data."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, inner in items for found in [(*at, key), *places(inner, (*at, key))]]


def manifest_edited(folder: Path, _other: Path, rng: random.Random) -> None:
    """One to three places of the manifest hold something else, or are gone."""
    data = json.loads((folder / "manifest.json").read_text())
    for _ in range(rng.choice([1, 1, 2, 3])):
        at = rng.choice(places(data))
        here = data
        for key in at[:-1]:
            here = here[key]
        what = rng.choice(["odd", "odd", "gone", "other"])
        if what == "gone":
            del here[at[-1]]
        else:
            there = data
            for key in rng.choice(places(data)):
                there = there[key]
            here[at[-1]] = rng.choice(ODD) if what == "odd" else copy.deepcopy(there)
    (folder / "manifest.json").write_text(json.dumps(data))


def torn(folder: Path, _other: Path, rng: random.Random) -> None:
    """A file ends early."""
    path = rng.choice(files(folder))
    path.write_bytes(path.read_bytes()[: rng.randrange(max(1, path.stat().st_size))])


def flipped(folder: Path, _other: Path, rng: random.Random) -> None:
    """Some bytes of a file are others."""
    path = rng.choice(files(folder))
    data = bytearray(path.read_bytes())
    for _ in range(rng.choice([1, 1, 5, 50])):
        if data:
            data[rng.randrange(len(data))] = rng.randrange(256)
    path.write_bytes(data)


def swapped(folder: Path, _other: Path, rng: random.Random) -> None:
    """Two files have each other's content."""
    one, two = rng.sample(files(folder) if rng.random() < 0.5 else parts(folder), 2)
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)


def foreign(folder: Path, other: Path, rng: random.Random) -> None:
    """A file is that of other results."""
    path = rng.choice(files(folder))
    theirs = other / path.relative_to(folder)
    shutil.copyfile(theirs if theirs.is_file() else rng.choice(files(other)), path)


def mixed(folder: Path, other: Path, rng: random.Random) -> None:
    """The manifest, or a whole table, is that of other results."""
    name = rng.choice(["manifest.json", "runs", "daily", "facilities", "scenario.yaml", "points.parquet"])
    if (other / name).is_dir():
        shutil.rmtree(folder / name, ignore_errors=True)
        shutil.copytree(other / name, folder / name)
    else:
        shutil.copyfile(other / name, folder / name)


def replaced(folder: Path, other: Path, rng: random.Random) -> None:
    """Something that is no file stands in the place of one."""
    path = rng.choice(files(folder))
    path.unlink()
    match rng.choice(THINGS):
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "link":
            path.symlink_to(other / "manifest.json")
        case "dangling":
            path.symlink_to("nowhere")
        case "empty":
            path.touch()


def more(folder: Path, other: Path, rng: random.Random) -> None:
    """Files lie there that the manifest does not know."""
    table = rng.choice(["runs", "daily", "plots", "estimates", "."])
    (folder / table).mkdir(exist_ok=True)
    name = rng.choice(["part-000009-000000000.parquet", "part-0.parquet", "x.tmp", "manifest.json.tmp", "escaped=0.05"])
    shutil.copyfile(rng.choice(files(other)), folder / table / name)


def forged(folder: Path, other: Path, rng: random.Random) -> None:
    """A part has another shape, and the manifest the hash of it."""
    data = json.loads((folder / "manifest.json").read_text())
    entry = rng.choice(data["parts"])
    path = folder / entry["file"]
    rows = pq.read_table(path, partitioning=None)
    column = rng.choice(rows.column_names)
    at = rows.column_names.index(column)
    match rng.choice(["drop", "text", "null", "none", "twice", "more", "rename", "bytes", "table", "list"]):
        case "drop":
            rows = rows.drop_columns([column])
        case "text":
            rows = rows.set_column(at, column, pa.array(["x"] * len(rows)))
        case "null":
            rows = rows.set_column(at, column, pa.nulls(len(rows)))
        case "none":
            rows = rows.slice(0, 0)
        case "twice":
            rows = pa.concat_tables([rows, rows])
        case "more":
            rows = rows.append_column("another", pa.array(range(len(rows))))
        case "rename":
            rows = rows.rename_columns([f"{name}_" if name == column else name for name in rows.column_names])
        case "table":
            rows = pa.table({"a": [1]})
        case "list":
            rows = rows.set_column(at, column, pa.array([[1]] * len(rows)))
        case "bytes":
            rows = None
    if rows is None:
        path.write_bytes(b"PAR1" + bytes(rng.randrange(256) for _ in range(200)) + b"PAR1")
    else:
        pq.write_table(rows, path)
    entry["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    if rng.random() < 0.5 and rows is not None:
        entry["rows"] = len(rows)
    (folder / "manifest.json").write_text(json.dumps(data))


WAYS: list[Callable[[Path, Path, random.Random], None]] = [
    manifest_edited, manifest_edited, torn, flipped, swapped, foreign, mixed, replaced, more, forged, forged
]  # fmt: skip
