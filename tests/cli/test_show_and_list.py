"""`show` and `list`."""

import csv
import hashlib
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.experiment.results import Results


@pytest.fixture
def made(cli, here: Path) -> Path:
    assert cli("sweep", "tiny", "--replicates", "2", "--no-plots", "--quiet", "--out", "results/mine").code == 0
    return Path("results/mine")


def test_show_says_again_what_the_sweep_said(cli, made):
    outcome = cli("show", str(made))
    assert (outcome.code, outcome.err) == (0, "")
    assert "tiny: 6 points, 12 replicates" in outcome.out
    assert "How thin can the guard get" in outcome.out


def test_show_json_is_that_of_the_sweep(cli, made):
    found = json.loads(cli("show", str(made), "--json").out)
    assert set(found) == {"out", "status", "failed", "points"}
    assert len(found["points"]) == 6


def test_tables_as_csv(cli, made):
    outcome = cli("show", str(made), "--csv", "tables")
    assert outcome.code == 0, outcome.err
    assert sorted(path.name for path in Path("tables").iterdir()) == [
        "daily.csv",
        "facilities.csv",
        "points.csv",
        "runs.csv",
    ]
    results = Results.open(made)
    for name in ("runs", "daily", "facilities"):
        with open(f"tables/{name}.csv") as stream:
            rows = list(csv.DictReader(stream))
        table = results.table(name)
        assert list(rows[0]) == table.column_names
        assert [row["escaped"] for row in rows] == [str(n) for n in table["escaped"].to_pylist()]


def test_no_text_in_a_csv_is_a_formula(cli, made):
    Path("s.yaml").write_text("scenario: tiny\nvary: {description: ['=2+5', '+1', '-x', '@a', 'a=b']}\n")
    assert cli("sweep", "s.yaml", "--replicates", "2", "--no-plots", "--quiet", "--out", "out").code == 0
    assert cli("show", "out", "--csv", "tables").code == 0
    with open("tables/points.csv") as stream:
        assert [row["description"] for row in csv.DictReader(stream)] == ["'=2+5", "'+1", "'-x", "'@a", "a=b"]


def test_parts_of_other_columns_with_their_hash_are_refused_and_do_not_end_the_process(cli, made, tmp_path):
    folder = tmp_path / "forged"
    shutil.copytree(made, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    part = [entry for entry in manifest["parts"] if entry["table"] == "facilities"][-1]
    table = pq.read_table(folder / part["file"])
    at = table.column_names.index("facility")
    pq.write_table(table.set_column(at, "facility", pa.array([7] * len(table))), folder / part["file"])
    part["sha256"] = hashlib.sha256((folder / part["file"]).read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    outcome = cli("show", str(folder), "--csv", str(tmp_path / "tables"))
    assert (outcome.code, outcome.out) == (2, "")
    assert "parts of different columns" in outcome.err


def test_what_holds_no_results_is_exit_2(cli, made):
    Path("file").write_text("")
    for arguments in (["show", "nothing"], ["show", "file"], ["show", "."], ["show", str(made), "--csv", "file"]):
        outcome = cli(*arguments)
        assert (outcome.code, outcome.out) == (2, ""), arguments
        assert "Traceback" not in outcome.err


def test_list_shows_what_can_be_run_and_what_was(cli, made):
    outcome = cli("list")
    assert outcome.code == 0
    for words in (
        "ne-syria-2019 ",
        "hasakah-2022",
        "quiet-year",
        "guards-isr-control",
        "results/mine",
        "12 of 12 replicates, done",
    ):
        assert words in outcome.out
    found = json.loads(cli("list", "--json").out)
    assert set(found) == {"scenarios", "sweeps", "results", "unreadable"}
    assert found["unreadable"] == []
    assert found["results"] == [
        {"folder": "results/mine", "kind": "sweep", "name": "tiny", "status": "done", "done": 12, "replicates": 12}
    ]


def test_list_shows_a_bad_folder_and_goes_on(cli, made):
    Path("results/x").mkdir(parents=True)
    good = json.loads(Path("results/mine/manifest.json").read_text())
    broken = [
        {**good, "counts": 3}, {**good, "counts": {"done": "1", "replicates": 1}}, {**good, "name": ["x"]},
        {**good, "counts": {"done": None, "replicates": 1}}, {**good, "status": {}}, {**good, "program": "other"},
    ]  # fmt: skip
    texts = ["[", "{}", '{"program": "detention-sim"}', "[" * 100_000, '{"counts": ' + "9" * 5000 + "}"]
    try:
        for text in [*texts, *map(json.dumps, broken), json.dumps({**good, "name": 0}).replace("0", '"\\ud800"', 1)]:
            Path("results/x/manifest.json").write_text(text)
            outcome = cli("list")
            assert (outcome.code, outcome.err) == (0, ""), text[:100]
            assert "12 of 12 replicates, done" in outcome.out
            assert "  results/x  cannot be shown: manifest.json" in outcome.out, text[:100]
            found = json.loads(cli("list", "--json").out)
            assert [entry["folder"] for entry in found["unreadable"]] == ["results/x"]
            assert [entry["folder"] for entry in found["results"]] == ["results/mine"]
        Path("results/x/manifest.json").write_text(json.dumps(good))
        assert cli("list").out.count("12 of 12 replicates, done") == 2
    finally:
        shutil.rmtree("results/x")
