"""`points.parquet`: one row per point, one column per varied path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.experiment.design import Design


def points_table(design: Design) -> bytes:
    """The table as the content of a Parquet file."""
    columns = {"point": pa.array([point.index for point in design.points], pa.int64())}
    for path in design.varied:
        columns[path] = values_array([point.values[path] for point in design.points])
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def values_array(values: Sequence[object]) -> Any:
    """A varied path's values: text, whole numbers, real numbers as soon as one is, or true and false."""
    kinds = {type(value) for value in values}
    if kinds <= {int}:
        return pa.array(values, pa.int64())
    if kinds <= {bool}:
        return pa.array(values, pa.bool_())
    if kinds <= {int, float}:
        return pa.array([float(str(value)) for value in values], pa.float64())
    return pa.array([value if isinstance(value, str) else str(value) for value in values], pa.string())
