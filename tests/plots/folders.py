"""Results folders made up for the tests: the contract's layout, with tables that need no run."""

import hashlib
import json
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import yaml

from sim.experiment.points import values_array
from sim.experiment.tables import SCHEMAS
from sim.outcomes import CAUSES, DAILY, FACILITIES, ROLE_COLUMNS, RUNS
from sim.scenario.loader import load

MANIFEST = {
    "name": "made-up",
    "program": "detention-sim",
    "format": 1,
    "kind": "sweep",
    "description": "Tables made up for a test.",
    "status": "done",
    "seed": 1,
    "record": "daily",
    "version": "0.1.0",
    "code": "c0de" * 16,
    "commit": "0123456789abcdef0123456789abcdef01234567",
    "python": "3.12.0",
    "architecture": "x86_64",
    "packages": {"numpy": "2.1.0"},
    "inputs": {"made-up.yaml": "ab" * 32},
    "timings": {
        "started": "2026-01-01T00:00:00.000Z",
        "ended": None,
        "seconds": 1.5,
        "per_second": 100.0,
        "resumed": [],
    },
    "batch": 50,
    "precision": None,
    "design": "grid",
    "request": {},
    "files": {},
    "notes": ["a note of the scenario"],
    "imposed": ["2019-10-13: a site passes to a party, handover none"],
}
SITES = {"hasakah": 1000, "derik": 400, "al-hol": 2000, "al-hol-main": 50_000}


@cache
def draws_kept(name: str = "ne-syria-2019") -> dict[str, bytes]:
    """The joint draws of a scenario as a results folder holds them, by file name."""
    draws = load(name).draws
    return {} if draws is None else {draws.kept: draws.content}


@cache
def scenario_text(name: str = "ne-syria-2019", days: float = 10.0) -> str:
    """A scenario document as a results folder holds it."""
    return load(name, {"days": days}).as_yaml()


def write(folder: Path, points: list[dict], tables: dict[str, pa.Table], manifest=None, scenario=None) -> Path:
    """A results folder of these tables, one part of each for a point."""
    varied = list(points[0])
    scenario = scenario or scenario_text()
    days = yaml.safe_load(scenario)["days"]
    manifest = {**MANIFEST, "varied": varied, **(manifest or {})}
    manifest["replicates"] = tables["runs"].num_rows // len(points)
    failed = tables["runs"]["status"].to_pylist().count("failed")
    manifest["counts"] = {"replicates": tables["runs"].num_rows, "done": tables["runs"].num_rows, "failed": failed}
    manifest["points"] = [
        {"point": n, "values": values, "seed": 1, "days": days, "scenario": {}} for n, values in enumerate(points)
    ]
    manifest["parts"] = []
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        (folder / name).mkdir(exist_ok=True)
        for n in range(len(points)):
            of = rows.filter(pc.equal(rows["point"], n))
            file = f"{name}/part-{n:06d}-000000000.parquet"
            pq.write_table(of, folder / file)
            digest = hashlib.sha256((folder / file).read_bytes()).hexdigest()
            entry = {"table": name, "file": file, "point": n, "first": 0, "rows": of.num_rows, "sha256": digest}
            manifest["parts"].append({**entry, "replicates": max(1, manifest["replicates"]), "failed": 0})
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "scenario.yaml").write_text(scenario)
    for name, content in draws_kept().items():
        (folder / name).write_bytes(content)
    columns = {path: values_array([p[path] for p in points]) for path in varied}
    pq.write_table(pa.table({"point": list(range(len(points))), **columns}), folder / "points.parquet")
    return folder


def table(name: str, keys: dict, columns, values: dict[str, np.ndarray]) -> pa.Table:
    """A table of the columns that `outcomes` declares; what is not given is 0, NaN is null."""
    rows = len(next(iter(keys.values())))
    arrays = {key: pa.array(given) for key, given in keys.items()}
    for column in columns:
        if column.kind == "name":
            arrays[column.name] = pa.array(values.get(column.name, ["sdf"] * rows))
        else:
            numbers = np.asarray(values.get(column.name, np.zeros(rows)), float)
            arrays[column.name] = pa.array(numbers, mask=np.isnan(numbers))
    schema = SCHEMAS[name]
    return pa.table({field.name: arrays[field.name].cast(field.type) for field in schema}, schema=schema)


def made_up(
    folder: Path,
    points: list[dict] | None = None,
    replicates: int = 20,
    *,
    zero: bool = False,
    some: int | None = None,
    claims: bool = True,
    manifest=None,
    sites=SITES,
    scenario=None,
    failed: int = 0,
    record: str = "daily",
) -> Path:
    """A folder of made-up numbers: fewer guards let out more, confirmation lags behind the truth.

    `zero` lets nobody out, and `some` only in that many replicates of each point somebody; without `claims` nobody ever claims anything; the first `failed` replicates fail.
    """
    points = points or [{}]
    rng = np.random.default_rng(5)
    days = 10
    n = len(points) * replicates
    point, replicate = np.divmod(np.arange(n), replicates)
    scale = np.array([float(p.get("guards.scale", 1.0)) for p in points])[point]
    size = np.zeros(n) if zero else np.floor(rng.lognormal(6.0, 0.6, n) / (0.3 + scale))
    size = size if some is None else np.where(replicate < some, size, 0.0)
    split = rng.multinomial(1, np.full(len(CAUSES), 1 / len(CAUSES)), n)
    confirmed = np.floor(size * rng.uniform(0, 0.8, n)) if claims else np.zeros(n)
    first = np.where(size > 0, rng.uniform(1, 4, n), np.nan)
    reported = np.where(rng.random(n) < 0.8, first + rng.exponential(1.0, n), np.nan) if claims else np.full(n, np.nan)
    known = np.where((rng.random(n) < 0.7) & (confirmed > 0), reported + rng.exponential(2.0, n), np.nan)
    claimed = {
        f"claimed_{role}": np.where(k % 2, confirmed * (k + 1) / 4, np.nan) for k, role in enumerate(ROLE_COLUMNS)
    }
    if not claims:
        claimed = {name: np.full(n, np.nan) for name in claimed}
    share = np.where(size > 0, rng.random(n), np.nan)
    keys = {"point": point, "replicate": replicate}
    population = sum(held for name, held in sites.items() if not name.endswith("-main"))
    runs = table(
        "runs",
        {**keys, "seed": np.ones(n, int), "status": ["done"] * n, "error": pa.nulls(n, pa.string())},
        RUNS,
        {
            "population": np.full(n, population),
            "held": population - size,
            "escaped": size,
            "escaped_persons": size,
            **{f"escaped_{cause}": size * split[:, k] for k, cause in enumerate(CAUSES)},
            "confirmed": confirmed,
            "gap": size - confirmed,
            "undetected_share": share,
            "accounted_share": 1.0 - share,
            "first_escape_day": first,
            "first_report_day": np.where(reported <= days, reported, np.nan),
            "first_confirmed_day": np.where(known <= days, known, np.nan),
            **claimed,
        },
    )
    daily_rows = np.repeat(np.arange(n), days + 1)
    day = np.tile(np.arange(days + 1), n)
    grown = np.clip((day - 2) / 6, 0, 1)
    daily = table(
        "daily",
        {"point": point[daily_rows], "replicate": replicate[daily_rows], "day": day},
        DAILY,
        {
            "escaped": np.floor(size[daily_rows] * grown),
            "confirmed": np.floor(confirmed[daily_rows] * np.clip((day - 4) / 6, 0, 1)),
            **{name: np.where(day > 3, values[daily_rows], np.nan) for name, values in claimed.items()},
        },
    )
    names = list(sites)
    inside = np.array([0.0 if name.endswith("-main") else 1.0 for name in names])
    shares = inside / max(1.0, inside.sum())
    site_rows = np.repeat(np.arange(n), len(names))
    site = np.tile(np.arange(len(names)), n)
    facilities = table(
        "facilities",
        {
            "point": point[site_rows],
            "replicate": replicate[site_rows],
            "facility": [names[k] for k in site],
        },
        FACILITIES,
        {
            "held0": np.array([sites[name] for name in names])[site],
            "escaped": np.floor(size[site_rows] * shares[site]),
            "confirmed": np.floor(confirmed[site_rows] * shares[site]),
        },
    )
    tables = {"runs": fail(runs, failed), "daily": daily, "facilities": facilities}
    if failed:
        tables = {
            "runs": tables["runs"],
            **{k: v.filter(pc.greater_equal(v["replicate"], failed)) for k, v in tables.items() if k != "runs"},
        }
    if record == "summary":
        tables = {"runs": tables["runs"]}
    return write(folder, points, tables, {**(manifest or {}), "record": record}, scenario)


def fail(runs: pa.Table, count: int) -> pa.Table:
    """The same with the first replicates failed: an error, and no numbers."""
    lost = pc.less(runs["replicate"], count)
    columns = {}
    for field in runs.schema:
        column = runs[field.name]
        if field.name == "status":
            column = pc.if_else(lost, "failed", column)
        elif field.name == "error":
            column = pc.if_else(lost, "it broke", column)
        elif field.name not in ("point", "replicate", "seed"):
            column = pc.if_else(lost, pa.scalar(None, field.type), column)
        columns[field.name] = column
    return pa.table(columns, schema=runs.schema)
