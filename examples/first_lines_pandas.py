"""First lines for who knows pandas: a sweep as data frames, with units, in memory and from a folder."""

import tempfile
from pathlib import Path

import pandas as pd

import sim

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        results = sim.sweep("tiny", replicates=20, out=Path(folder) / "tiny")
        points, runs = results.points.to_pandas(), results.to_pandas("runs")
        print(
            runs.merge(points)
            .groupby(["guards.scale", "control.handover"])["escaped_persons"]
            .quantile([0.05, 0.5, 0.95])
        )
        print(runs.attrs["unit"]["gap_person_days"], "|", runs.attrs["meaning"]["gap_person_days"])
        daily = pd.read_parquet(Path(folder) / "tiny" / "daily")  # a table is a folder of parts
        print(daily.groupby("day")[["escaped", "confirmed"]].mean().tail(3))
