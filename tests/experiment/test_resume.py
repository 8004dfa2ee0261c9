"""Going on with what was begun: exactly what is missing, and only where nothing else would come of it."""

import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim.cli.main import main
from sim.experiment.results import Results
from sim.experiment.store import Folder
from sim.tables import TABLES


@pytest.fixture
def begin(tmp_path, monkeypatch, capsys):
    """Runs a command line into the folder `out` below the current one; returns the folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments, code=0):
        assert main([*arguments, "--out", "out", "--no-plots", "--quiet"]) == code, capsys.readouterr().err
        return tmp_path / "out"

    return run


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A finished sweep in full, which no test changes."""
    folder = tmp_path_factory.mktemp("made") / "out"
    given = ("sweep", "tiny", "--replicates", "53", "--record", "full", "--out", str(folder), "--no-plots", "--quiet")
    assert main(given) == 0
    return folder


@pytest.fixture
def sweep(made, tmp_path, monkeypatch):
    """A copy of it as `out` below the current folder, and its tables."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(made, tmp_path / "out")
    return tmp_path / "out", tables(tmp_path / "out")


def tables(folder):
    results = Results.open(folder)
    return {name: results.table(name) for name in TABLES}


def resume(folder, *options, code=0):
    assert main(["resume", str(folder), "--no-plots", *options]) == code


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text())


def change(folder, **values):
    (folder / "manifest.json").write_text(json.dumps({**manifest(folder), **values}))


def assert_whole(folder, before):
    after = manifest(folder)
    assert (after["status"], after["counts"]["done"]) == ("done", 318)
    files = [str(path.relative_to(folder)) for path in folder.rglob("part-*")]
    assert sorted(files) == sorted(part["file"] for part in after["parts"])
    now = tables(folder)
    for name in TABLES:
        assert now[name].equals(before[name]), name


def test_on_a_finished_folder_it_says_so(sweep, capsys):
    folder, before = sweep
    capsys.readouterr()
    resume(folder, "--json")
    out, err = capsys.readouterr()
    assert "nothing to resume" in err
    answer = json.loads(out)
    assert (answer["status"], answer["failed"], len(answer["points"])) == ("done", 0, 6)
    assert_whole(folder, before)


def deleted(path):
    path.unlink()


def truncated(path):
    os.truncate(path, path.stat().st_size // 2)


def altered(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("spoil", [deleted, truncated, altered])
@pytest.mark.parametrize("table", ["runs", "reports"])
def test_parts_that_were_lost_or_altered_are_made_again(sweep, spoil, table, capsys):
    folder, before = sweep
    spoil(folder / table / "part-000002-000000050.parquet")
    resume(folder)
    assert "1 spoiled files are made again" in capsys.readouterr().err
    assert_whole(folder, before)


def test_only_what_is_missing_runs(sweep, monkeypatch):
    import sim.experiment.batch

    folder, before = sweep
    deleted(folder / "daily/part-000004-000000000.parquet")
    ran = []
    complete = sim.experiment.batch.complete

    def watched(batch, *rest):
        ran.append(batch)
        return complete(batch, *rest)

    monkeypatch.setattr(sim.experiment.batch, "complete", watched)
    resume(folder)
    assert [(batch.point, batch.first, batch.size) for batch in ran] == [(4, 0, 50)]
    assert_whole(folder, before)


def test_the_small_first_batches_of_few_replicates_are_kept(begin, capsys):
    folder = begin("sweep", "tiny", "--replicates", "6")
    before = Results.open(folder).runs
    assert {part["replicates"] for part in manifest(folder)["parts"]} == {2, 4}
    deleted(folder / "runs/part-000003-000000002.parquet")
    change(folder, status="stopped")
    resume(folder)
    assert "resuming: 32 of 36 replicates are stored, 1 spoiled files" in capsys.readouterr().err
    assert Results.open(folder).runs.equals(before)


def test_torn_leftovers_go(sweep):
    folder, before = sweep
    (folder / "runs/part-000009-000000000.parquet").write_bytes(b"PAR1")
    (folder / "runs/part-000000-000000000.parquet.tmp").write_bytes(b"PAR1")
    change(folder, status="running")
    resume(folder)
    assert_whole(folder, before)


def test_what_lies_beyond_a_linked_table_stays(sweep, tmp_path, capsys):
    """A link in place of `runs` leads to parts of other results, which no manifest here names."""
    folder, _ = sweep
    outside = tmp_path / "other" / "runs"
    outside.mkdir(parents=True)
    (outside / "part-000009-000000000.parquet").write_bytes(b"theirs")
    shutil.rmtree(folder / "runs")
    (folder / "runs").symlink_to(outside)
    assert main(["resume", str(folder), "--no-plots"]) != 0
    assert "runs is a link, which is not followed" in capsys.readouterr().err
    assert [(path.name, path.read_bytes()) for path in outside.iterdir()] == [
        ("part-000009-000000000.parquet", b"theirs")
    ]


def test_a_manifest_without_points_is_enough(sweep):
    """As a kill leaves it that comes before the points are read."""
    folder, before = sweep
    for path in folder.rglob("*.parquet"):
        path.unlink()
    (folder / "scenario.yaml").unlink()
    change(folder, status="running", points=[], parts=[], inputs={}, files={}, batch=None)
    resume(folder)
    assert_whole(folder, before)


def test_from_another_folder(sweep, tmp_path, monkeypatch):
    folder, before = sweep
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    deleted(folder / "runs/part-000000-000000000.parquet")
    resume("../out")
    assert_whole(folder, before)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"code": "0123456789abcdef"}, "code: the results were made by code 0123456789abcdef, this is"),
        ({"packages": {"numpy": "1.0"}}, "packages.numpy: 1.0 then,"),
        ({"packages": {"numpi": "1.0"}}, "packages.numpi: 1.0 then, None now"),
        ({"python": "3.9.2"}, f"python: 3.9.2 then, {platform.python_version()} now"),
        ({"seed": 2}, "seed: 2 in the results, 1 by the files"),
        ({"replicates": 54}, "replicates: 54 in the results, 53 by the files"),
        ({"format": 99}, "another program or version"),
        ({"program": "other"}, "another program or version"),
    ],
)
def test_with_other_code_or_seed_it_is_refused(sweep, values, said, capsys):
    folder, _ = sweep
    deleted(folder / "runs/part-000000-000000000.parquet")
    change(folder, **values)
    before = manifest(folder)
    resume(folder, code=2)
    assert said in capsys.readouterr().err
    assert manifest(folder) == before


def test_with_other_files_it_is_refused(begin, write_own, capsys):
    write_own("days: 4")
    folder = begin("run", "mine.yaml", "--replicates", "30")
    deleted(folder / "runs/part-000000-000000000.parquet")
    write_own("days: 5")
    resume(folder, code=2)
    assert "inputs.mine.yaml: has changed" in capsys.readouterr().err
    write_own("days: 4")
    resume(folder)
    assert len(Results.open(folder).runs) == 30
    (folder.parent / "mine.yaml").unlink()
    resume(folder)  # it is finished, whatever became of the file
    assert "nothing to resume" in capsys.readouterr().err
    deleted(folder / "runs/part-000000-000000000.parquet")
    resume(folder, code=2)
    assert "mine.yaml" in capsys.readouterr().err


@pytest.fixture
def write_own(tmp_path):
    """Writes `mine.yaml`, which extends the shipped `tiny`."""
    from sim.scenario.loader import load

    def write(line):
        text = load("tiny").as_yaml()
        (tmp_path / "mine.yaml").write_text(
            "\n".join(line if row.startswith("days:") else row for row in text.split("\n"))
        )

    return write


@pytest.mark.parametrize("name", ["scenario.yaml", "points.parquet"])
@pytest.mark.parametrize("spoil", [deleted, altered])
def test_other_files_are_made_again_too(sweep, name, spoil, capsys):
    folder, before = sweep
    spoil(folder / name)
    if name == "scenario.yaml":
        assert main(["replay", str(folder), "--replicate", "0", "--out", "again"]) == 2
        assert "scenario.yaml: cannot be read" in capsys.readouterr().err
    resume(folder)
    assert_whole(folder, before)
    assert Results.open(folder).scenario(3).scenario.name == "tiny"
    assert len(Results.open(folder).points) == 6


def test_bad_input_leaves_results_as_they_were(sweep, tmp_path, capsys):
    folder, before = sweep
    (folder / "notes.txt").write_text("mine")
    (tmp_path / "bad.yaml").write_text("scenario: tiny\nvary: {guards.scale: [0.5, -1]}\n")
    for given in (["bad.yaml"], ["tiny", "--cluster", "tcp://127.0.0.1:1"]):
        assert main(["sweep", *given, "--out", "out", "--overwrite", "--no-plots"]) == 2
        assert_whole(folder, before)
    for part in folder.rglob("part-*"):
        part.unlink()
    change(folder, status="stopped")
    resume(folder, "--cluster", "tcp://127.0.0.1:1", code=2)
    assert manifest(folder)["status"] == "stopped"
    resume(folder)
    assert_whole(folder, before)
    assert main(["sweep", "tiny", "--out", "out", "--overwrite", "--no-plots", "--replicates", "2", "--quiet"]) == 0
    assert len(Results.open(folder).runs) == 12
    assert sorted(path.name for path in folder.iterdir() if path.is_file()) == [
        "manifest.json", "notes.txt", "points.parquet", "scenario.yaml",
    ]  # fmt: skip
    assert not (folder / ".overwritten").exists()


def test_through_a_link_to_another_depth(begin, tmp_path, write_own):
    write_own("days: 4")
    (tmp_path / "deep/er").mkdir(parents=True)
    (tmp_path / "out").symlink_to(tmp_path / "deep/er")
    folder = begin("run", "mine.yaml", "--replicates", "5")
    deleted(folder / "runs/part-000000-000000000.parquet")
    resume(folder)
    assert len(Results.open(folder).runs) == 5


@pytest.mark.parametrize(
    "values",
    [
        {"parts": None}, {"counts": None}, {"batch": "x"}, {"base": 5}, {"request": {}}, {"record": "all"},
        {"timings": {}}, {"precision": {}}, {"parts": [{}]}, {"batch": 0}, {"kind": "replay"},
    ],
)  # fmt: skip
def test_an_absurd_manifest_is_bad_input(sweep, values, capsys):
    folder, _ = sweep
    deleted(folder / "runs/part-000000-000000000.parquet")
    change(folder, **values)
    resume(folder, code=2)
    assert "manifest.json" in capsys.readouterr().err


def test_parts_of_another_cut_are_made_again(sweep):
    folder, before = sweep
    change(folder, status="stopped", batch=7)
    resume(folder)
    now = tables(folder)
    assert all(now[name].equals(before[name]) for name in TABLES)


def test_a_table_that_lost_its_entries_is_made_again(sweep):
    folder, before = sweep
    change(folder, parts=[part for part in manifest(folder)["parts"] if part["table"] != "daily"])
    resume(folder)
    assert_whole(folder, before)


def test_files_that_only_look_like_parts_stay(sweep):
    folder, _ = sweep
    (folder / "runs/part-mine.txt").write_text("mine")
    deleted(folder / "runs/part-000000-000000000.parquet")
    resume(folder)
    assert (folder / "runs/part-mine.txt").read_text() == "mine"


def test_while_it_is_being_written_it_is_refused(sweep, capsys):
    folder, before = sweep
    with Folder(folder).locked():
        resume(folder, code=2)
        assert "written by another process" in capsys.readouterr().err
        assert main(["run", "tiny", "--out", str(folder), "--overwrite"]) == 2
    assert_whole(folder, before)


def test_precision_goes_on_where_it_was(begin):
    options = ("--precision", "escaped=0.06", "--record", "summary")
    folder = begin("sweep", "tiny", "--replicates", "700", *options)
    before, reached = Results.open(folder).runs, manifest(folder)["precision"]
    for part in sorted((folder / "runs").iterdir())[1::3]:
        part.unlink()
    resume(folder)
    assert Results.open(folder).runs.equals(before)
    assert manifest(folder)["precision"] == reached


def test_joint_draws_are_kept_with_the_results(begin, tmp_path):
    (tmp_path / "posterior.csv").write_text("guards.scale\n0.5\n1.5\n")
    folder = begin("run", "tiny", "--set", "draws=posterior.csv", "--replicates", "20")
    found = Results.open(folder)
    assert found.scenario().drawn == ("guards.scale",)
    (tmp_path / "posterior.csv").unlink()
    assert found.scenario().joint() == [{"guards.scale": 0.5}, {"guards.scale": 1.5}]


def test_a_later_patch_of_python_goes_on(sweep):
    folder, before = sweep
    deleted(folder / "runs/part-000000-000000000.parquet")
    change(folder, python=".".join([*platform.python_version_tuple()[:2], "999"]))
    resume(folder)
    assert_whole(folder, before)


@pytest.mark.long  # it compiles the rules in a checkout of its own
def test_an_edited_figure_page_or_command_goes_on_and_edited_tables_do_not(tmp_path):
    root = Path(__file__).resolve().parents[2]
    for name in ("sim", "scenarios"):
        shutil.copytree(root / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))

    def command(*arguments, code=0):
        done = subprocess.run(
            [sys.executable, "-m", "sim", *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(tmp_path), "DETENTION_SIM_CACHE": str(tmp_path / "cache")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return done.stderr

    def edit(*names):
        for name in names:
            with (tmp_path / "sim" / name).open("a", encoding="utf-8") as file:
                file.write("# a change that changes nothing\n")

    command("run", "tiny", "--replicates", "60", "--no-plots", "--out", "out")
    before, made = tables(tmp_path / "out"), manifest(tmp_path / "out")["code"]
    compiled = set((tmp_path / "cache").rglob("*.nbc"))
    edit("plots/style.py", "report/brief.py", "app/page.py", "cli/resume.py", "analysis/tipping.py", "wording.py")
    deleted(tmp_path / "out/runs/part-000000-000000050.parquet")
    assert "50 of 60 replicates are stored" in command("resume", "out", "--no-plots")
    assert all(table.equals(before[name]) for name, table in tables(tmp_path / "out").items())
    assert set((tmp_path / "cache").rglob("*.nbc")) == compiled, "compiled again, although no rule changed"
    for name in ("experiment/tables.py", "analysis/summary.py"):
        edit(name)
        deleted(tmp_path / "out/runs/part-000000-000000050.parquet")
        assert f"code: the results were made by code {made}, this is" in command("resume", "out", code=2)
        shutil.copy2(root / "sim" / name, tmp_path / "sim" / name)
        command("resume", "out", "--no-plots")
