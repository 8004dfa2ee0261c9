"""The shape of a manifest, checked whole before any command relies on it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sim.experiment.store import FORMAT, MANIFEST, PROGRAM, Store, parsed
from sim.scenario.errors import InputError, Problem
from sim.scenario.files import display
from sim.tables import RECORD_LEVELS, TABLES

Count = Annotated[int, Field(ge=0, le=2**53)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, Field(max_length=10_000)]
MOST_FAULTS = 5
"""Most faults told of one manifest."""


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow", allow_inf_nan=False)


class Part(_Strict):
    """A stored part: its table, file, first replicate, and what it holds."""

    table: str
    file: Name
    point: Count
    first: Count
    replicates: Annotated[int, Field(ge=1, le=2**53)]
    failed: Count
    rows: Count
    sha256: Digest

    @model_validator(mode="after")
    def _named(self) -> Part:
        if self.table not in TABLES or self.file != f"{self.table}/part-{self.point:06d}-{self.first:09d}.parquet":
            raise ValueError("file is no part of its table, point and first replicate")
        return self


class Point(_Strict):
    """A point: its number, the values of the varied paths, seed, days, and how its scenario differs."""

    point: Count
    values: dict[str, Any]
    seed: int
    days: float | int
    scenario: dict[str, Any]


class Counts(_Strict):
    """Replicates asked for, done and failed."""

    replicates: Count
    done: Count
    failed: Count


class Timings(_Strict):
    """When it began and what it took."""

    started: str
    seconds: float | int | None
    resumed: list[str]


class Precision(_Strict):
    """The precision that was asked for."""

    metric: str
    share: float | int
    points: Any


class Shape(_Strict):
    """A manifest as far as commands rely on it; further keys are let be."""

    program: Literal["detention-sim"]
    format: int
    kind: str
    name: Name
    status: str
    seed: int
    replicates: Count
    batch: Annotated[int, Field(ge=1)] | None
    record: str
    precision: Precision | None
    design: str
    varied: list[str]
    inputs: dict[str, Digest]
    request: dict[str, Any]
    code: str
    python: str
    packages: dict[str, str]
    counts: Counts
    timings: Timings
    files: dict[str, Digest]
    points: list[Point]
    parts: list[Part]

    @model_validator(mode="after")
    def _fits(self) -> Shape:
        if [point.point for point in self.points] != list(range(len(self.points))):
            raise ValueError("points are not numbered 0, 1, 2, ...")
        if self.record not in RECORD_LEVELS:
            raise ValueError(f"record is none of {', '.join(RECORD_LEVELS)}")
        if len(set(self.varied)) < len(self.varied):
            raise ValueError("varied names a path twice")
        if any(set(point.values) != set(self.varied) for point in self.points):
            raise ValueError("values of a point are not those of the varied paths")
        if any(part.point >= len(self.points) for part in self.parts):
            raise ValueError("a part is of no point")
        if len({part.file for part in self.parts}) < len(self.parts):
            raise ValueError("a part is listed twice")
        return self


def manifest_of(store: Store) -> dict[str, Any]:
    """Return the manifest of a store as it was written. Raises InputError: missing, foreign, edited."""
    name = display(store.path) if store.path is not None else "results"
    expected = f"a results folder, which has a {MANIFEST}"
    try:
        data = parsed(store.read(MANIFEST))
    except (FileNotFoundError, NotADirectoryError):
        raise InputError([Problem(name, 0, "", "holds no results", expected)]) from None
    except (OSError, ValueError, RecursionError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error).splitlines()[0]
        raise InputError([Problem(name, 0, MANIFEST, f"cannot be read: {reason}", expected)]) from None
    if data.get("program") != PROGRAM or data.get("format") != FORMAT:
        raise InputError([Problem(name, 0, MANIFEST, "is of another program or version", expected)])
    try:
        Shape.model_validate(data)
    except ValidationError as error:
        raise InputError([*_faults(name, error)]) from None
    return data


def _faults(name: str, error: ValidationError) -> list[Problem]:
    """Return the first faults of a manifest as problems."""
    faults = error.errors(include_url=False, include_input=False)
    expected = "the manifest as it was written"
    found = []
    for fault in faults[:MOST_FAULTS]:
        where = ".".join(str(step) for step in fault["loc"])
        message = str(fault["msg"]).removeprefix("Value error, ")
        found.append(Problem(name, 0, f"{MANIFEST}: {where}" if where else MANIFEST, message, expected))
    return found
