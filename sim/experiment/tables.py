"""From the model's structured arrays to Arrow tables with the columns of `sim.outcomes`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from sim.engine.version import code_hash
from sim.experiment.environment import program_version
from sim.outcomes import (
    CAUSES,
    DAILY,
    DAILY_RECORD,
    FACILITIES,
    FACILITY_RECORD,
    RUN_RECORD,
    RUNS,
    TABLES,
    Column,
    Table,
)
from sim.scenario.vocabulary import CATEGORIES, INCIDENT_KINDS, ROLES
from sim.tables import ABOUT, tables_of
from sim.world.codes import CONTROL, CUSTODY, CUSTODY_CHANGE, EVENT_KINDS, EXIT, FORMS, GUARDS_GONE, INCIDENT, MOVED

if TYPE_CHECKING:
    from sim.agents.build import Names

TYPES = {"count": pa.int64(), "level": pa.float64(), "name": pa.string()}
MINUTES = 1440.0
"""Minutes in a day."""


def _field(column: Column, failed: bool = False) -> Any:
    """A column's field, which says its unit and meaning, and what null means, wherever the file is read."""
    told = {"unit": column.unit, "meaning": column.meaning}
    if column.nullable and column.kind != "name":
        told["null"] = "undefined: leave out" if column.undefined else "not by the horizon: later than every number"
    return pa.field(column.name, TYPES[column.kind], column.nullable or failed, metadata=told)


def _schema(name: str, table: Table) -> Any:
    """Keys, then columns, any of which may be null where a failed replicate has a row; and where it comes from."""
    fields = [*(_field(c) for c in table.keys), *(_field(c, table.failed) for c in table.columns)]
    about = {
        "table": name,
        "meaning": ABOUT[name],
        "source": f"simulated by detention-sim {program_version()}, code {code_hash()}; not observed",
    }
    return pa.schema(fields, metadata=about)


SCHEMAS = {name: _schema(name, table) for name, table in TABLES.items()}
"""The tables' columns, in their order, each with unit and meaning."""


def described(record: str) -> dict[str, dict[str, dict[str, str]]]:
    """Unit and meaning of every column, by table and column, of a level of `--record`."""
    return {
        name: {c.name: {"unit": c.unit, "meaning": c.meaning} for c in TABLES[name].columns}
        for name in tables_of(record)
    }


def _may_be_null(record: np.dtype, columns: Sequence[Column]) -> np.ndarray:
    """Whether each field of a record, in its order, may hold NaN; what is no column of numbers may."""
    checked = {c.name: c.nullable for c in columns if c.kind != "name"}
    return np.array([checked.get(name, True) for name in record.names or ()])


_MAY_BE_NULL = {
    RUN_RECORD: _may_be_null(RUN_RECORD, RUNS),
    DAILY_RECORD: _may_be_null(DAILY_RECORD, DAILY),
    FACILITY_RECORD: _may_be_null(FACILITY_RECORD, FACILITIES),
}


def unsound(record: np.ndarray) -> list[tuple[int, str]]:
    """Replicates, and the column, where a number is neither finite nor null where it may be.

    Parameters: record, rows of one kind (replicates, rows of each).
    """
    may_be_null = _MAY_BE_NULL[record.dtype]
    values = record.view(np.float64).reshape(len(record), -1, len(may_be_null))  # every field has eight bytes
    sound = np.isfinite(values)
    if sound.all():
        return []
    sound |= may_be_null & np.isnan(values)
    names: tuple[str, ...] = record.dtype.names or ()
    return [(int(k), names[int(np.argmin(sound[k].all(axis=0)))]) for k in np.flatnonzero(~sound.all(axis=(1, 2)))]


def runs(point: int, replicates: np.ndarray, seed: int, errors: Sequence[str | None], record: np.ndarray) -> Any:
    """`runs`: one row per replicate; the numbers of one with an error are null."""
    failed = np.array([error is not None for error in errors], bool)
    status = np.where(failed, "failed", "done")
    keys = {
        "point": np.full(len(replicates), point),
        "replicate": replicates,
        "seed": np.full(len(replicates), seed),
        "status": pa.array(status.tolist(), pa.string()),
        "error": pa.array(list(errors), pa.string()),
    }
    return _table("runs", keys, {c.name: _column(record, c, failed) for c in RUNS})


def daily(point: int, replicates: np.ndarray, record: np.ndarray) -> Any:
    """`daily`: rows of `record` (replicates, days + 1), one per replicate and day."""
    count, days = record.shape
    keys = {
        "point": np.full(record.size, point),
        "replicate": np.repeat(replicates, days),
        "day": np.tile(np.arange(days), count),
    }
    flat = record.reshape(-1)
    return _table("daily", keys, {c.name: _column(flat, c) for c in DAILY})


def facilities(point: int, replicates: np.ndarray, record: np.ndarray, names: Names) -> Any:
    """`facilities`: rows of `record` (replicates, facilities), one per replicate and facility."""
    count, sites = record.shape
    keys = {
        "point": np.full(record.size, point),
        "replicate": np.repeat(replicates, sites),
        "facility": _named(np.tile(np.arange(sites), count), names.facilities),
    }
    flat = record.reshape(-1)
    columns = {c.name: _column(flat, c) for c in FACILITIES if c.kind != "name"}
    columns["control_end"] = _named(flat["control_end"], names.parties)
    return _table("facilities", keys, columns)


def events(point: int, replicate: int, log: np.ndarray, names: Names) -> Any:
    """`events` of one replicate, in order of time; `log` holds its LOG rows."""
    rows = log[np.argsort(log["minute"], kind="stable")]
    causes = [_cause(int(row["kind"]), int(row["detail"]), names) for row in rows]
    columns = {
        "day": rows["minute"] / MINUTES,
        "kind": _named(rows["kind"], EVENT_KINDS),
        "facility": _named(rows["facility"], names.facilities),
        "cause": pa.array(causes, pa.string()),
        "count": np.ascontiguousarray(rows["count"]),
    }
    return _table("events", _replicate(point, replicate, len(rows)), columns)


def episodes(
    point: int, replicate: int, found: np.ndarray, reported_at: np.ndarray, confirmed_at: np.ndarray, names: Names
) -> Any:
    """`episodes` of one replicate, as they began; `found` holds EPISODE rows, the others minutes, -1 for never."""
    columns = {
        "facility": _named(found["facility"], names.facilities),
        "start_day": found["start"] / MINUTES,
        "end_day": found["last_exit"] / MINUTES,
        "cause": _named(found["cause"], CAUSES),
        "exits": np.ascontiguousarray(found["exits"]),
        "first_report_day": _nullable(np.where(reported_at < 0, np.nan, reported_at / MINUTES)),
        "first_confirmed_day": _nullable(np.where(confirmed_at < 0, np.nan, confirmed_at / MINUTES)),
    }
    return _table("episodes", _replicate(point, replicate, len(found)), columns)


def reports(point: int, replicate: int, record: np.ndarray, observers: np.ndarray, names: Names) -> Any:
    """`reports` of one replicate, as they were made; `record` holds REPORT rows, `observers` the OBSERVER rows."""
    who = record["observer"]
    columns = {
        "day": record["minute"] / MINUTES,
        "observer": _named(who, names.observers),
        "role": _named(observers["role"][who], ROLES),
        "origin": _named(who, names.origins),
        "facility": _named(
            np.where(record["facility"] < 0, len(names.facilities), record["facility"]), (*names.facilities, "theatre")
        ),
        "claimed_low": _nullable(record["low"]),
        "claimed_high": _nullable(record["high"]),
        "form": _named(record["form"], FORMS),
        "true_report": np.ascontiguousarray(record["is_true"]),
        "reliability": _named(observers["reliability"][who], tuple("ABCDEF")),
        "credibility": np.ascontiguousarray(observers["credibility"][who]),
        "category": _named(observers["category"][who], CATEGORIES),
        "blames": _named(record["blames"], names.parties),
    }
    return _table("reports", _replicate(point, replicate, len(record)), columns)


def _cause(kind: int, detail: int, names: Names) -> str | None:
    """What the detail of an event stands for: cause, party, custody, facility or kind of incident."""
    words: dict[int, tuple[str, ...]] = {
        EXIT: CAUSES,
        CONTROL: names.parties,
        CUSTODY_CHANGE: CUSTODY,
        GUARDS_GONE: CUSTODY,
        MOVED: names.facilities,
        INCIDENT: INCIDENT_KINDS,
    }
    known = words.get(kind, ())
    return known[detail] if 0 <= detail < len(known) else None


def _replicate(point: int, replicate: int, rows: int) -> dict[str, Any]:
    return {"point": np.full(rows, point), "replicate": np.full(rows, replicate)}


def _table(name: str, keys: dict[str, Any], columns: dict[str, Any]) -> Any:
    values = {**keys, **columns}
    schema = SCHEMAS[name]
    arrays = [pa.array(values[field.name], field.type) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def _column(record: np.ndarray, column: Column, failed: np.ndarray | None = None) -> Any:
    """A column of numbers, null where nullable and NaN, or where the replicate failed."""
    values = np.ascontiguousarray(record[column.name])
    mask = np.isnan(values) if column.nullable else np.zeros(len(values), bool)
    if failed is not None:
        mask |= failed
        values = np.where(failed, 0.0, values)
    if column.kind == "count":
        values = np.rint(values).astype(np.int64)
    return pa.array(values, TYPES[column.kind], mask=mask) if mask.any() else pa.array(values, TYPES[column.kind])


def _nullable(values: np.ndarray) -> Any:
    return pa.array(values, pa.float64(), mask=np.isnan(values))


def _named(index: np.ndarray, names: Sequence[str]) -> Any:
    """Names by index, null for one that is none."""
    outside = (index < 0) | (index >= len(names))
    positions = pa.array(np.where(outside, 0, index).astype(np.int32), mask=outside)
    return pa.array(list(names), pa.string()).take(positions)
