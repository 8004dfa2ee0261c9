"""Queries of the Parquet parts by DuckDB, which reads only the columns and rows asked for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.analysis.summary import Floats
from sim.experiment.store import Store

OFFLINE: dict[str, Any] = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
"""Settings that keep DuckDB from the network."""


def select(
    store: Store, files: Sequence[str], schema: Any, *, where: str = "", parameters: Sequence[object] = ()
) -> Any:
    """Return rows of Parquet parts in the order of the files, as an Arrow table with the columns of `schema`.

    Parameters: files, names in the store; where, an SQL condition from our code with `?` for its `parameters`.
    Raises duckdb.Error, OSError or pa.ArrowException where a part cannot be read.
    """
    if not files:
        return schema.empty_table()
    columns = ", ".join(f'"{name}"' for name in schema.names)  # names of our own tables
    condition = f" WHERE {where}" if where else ""
    with _database(os.getpid()).cursor() as connection:
        if store.path is not None:
            query = f"SELECT {columns} FROM read_parquet(?, hive_partitioning = false){condition}"
            given = [[str(store.open(name)) for name in files], *parameters]
        else:
            parts = [pq.read_table(store.open(name), columns=_needed(schema, where)) for name in files]
            connection.register("parts", pa.concat_tables(parts))
            query, given = f"SELECT {columns} FROM parts{condition}", list(parameters)
        found: Any = connection.sql(query, params=given).to_arrow_table()
    return found.cast(schema)


@cache
def _database(process: int) -> Any:
    """Return a database in memory, one for each process: to open one takes longer than most queries."""
    import duckdb

    return duckdb.connect(config=OFFLINE)


def done(runs: Any) -> Any:
    """Return the rows of `runs` whose replicates came to their end."""
    return runs.filter(pc.equal(runs["status"], "done"))


def numbers(table: Any, name: str) -> Floats:
    """Return a column as floats, NaN for null."""
    column = table[name].cast(pa.float64(), safe=False)
    return np.asarray(column.to_numpy(zero_copy_only=False), np.float64)


def _needed(schema: Any, where: str) -> list[str]:
    """Return the columns asked for and those of the condition."""
    return list(dict.fromkeys((*schema.names, *(name for name in ("point", "replicate", "status") if name in where))))
