"""The manifest."""

import hashlib
import json

from sim.experiment.design import scenario_design
from sim.experiment.manifest import Manifest
from sim.experiment.store import Memory
from sim.tables import TABLES
from tests.experiment.test_tables import CONTRACT


def test_it_says_what_was_run_by_what(stored):
    manifest = stored.manifest
    assert (manifest["kind"], manifest["name"], manifest["status"]) == ("sweep", "tiny", "done")
    assert (manifest["seed"], manifest["replicates"], manifest["record"]) == (1, 53, "full")
    assert manifest["request"] == {"sweep": "tiny", "overrides": {"replicates": 53}}
    assert manifest["counts"] == {"replicates": 318, "done": 318, "failed": 0}
    assert {name.rsplit("/", 1)[-1] for name in manifest["inputs"]} == {"tiny.yaml"}
    assert len(manifest["inputs"]) == 3
    assert all(len(digest) == 64 for digest in manifest["inputs"].values())
    assert len(manifest["code"]) == 16
    assert manifest["packages"]["numba"] and manifest["python"]
    assert manifest["timings"]["started"] <= manifest["timings"]["ended"]
    assert [point["values"] for point in manifest["points"]][1] == {"guards.scale": 0.5, "control.handover": "formal"}


def test_every_part_is_entered_with_its_rows_and_checksum(stored):
    parts = stored.manifest["parts"]
    assert len(parts) == 6 * 6 * 2
    for part in parts:
        content = (stored.path / part["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == part["sha256"]
        assert part["rows"] > 0
    assert {str(path.relative_to(stored.path)) for path in stored.path.rglob("part-*")} == {p["file"] for p in parts}
    for name in TABLES:
        assert sum(part["rows"] for part in parts if part["table"] == name) == len(stored.table(name))


def test_it_tells_unit_and_meaning_of_every_column(stored):
    for table, columns in CONTRACT.items():
        keys = {"point", "replicate", "seed", "status", "error"}
        keys |= {"day"} if table == "daily" else {"facility"} if table == "facilities" else set()
        assert set(stored.manifest["columns"][table]) == set(columns) - keys


def test_it_is_written_when_a_run_begins_and_not_at_every_part():
    class Counting(Memory):
        written = 0

        def write(self, name, content):
            super().write(name, content)
            self.written += 1

    store = Counting()
    design = scenario_design("tiny", {"replicates": 2000})
    manifest = Manifest.begun(design, store, record="daily")
    assert json.loads(store.read("manifest.json"))["status"] == "running"
    for batch in design.batches():
        manifest.add(batch, {"runs": (batch.size, "0")}, 1)
    assert store.written < 20
    manifest.finish("done")
    data = json.loads(store.read("manifest.json"))
    assert data["counts"] == {"replicates": 2000, "done": 2000, "failed": len(data["parts"])}
