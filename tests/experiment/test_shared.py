"""Results describe themselves, to whoever opens their files, and tell nothing of the machine they were made on."""

from __future__ import annotations

import json
import os
import shutil
import textwrap
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from SALib.analyze import sobol

import sim
from sim.cli.main import app, main
from sim.experiment.design import sweep_design
from sim.experiment.resume import begun
from sim.experiment.store import Folder
from sim.outcomes import TABLES
from sim.scenario.shipped import folder

SALTELLI = """
    scenario: tiny
    design: saltelli
    samples: 32
    replicates: 4
    vary:
      guards.scale: {uniform: [0.4, 1.2]}
      guards.redeploy_share: {lognormal: {median: 0.5, sigma: 0.3}}
      response: [false, true]
      control.handover: [none, hasty, formal]
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> sim.Results:
    """Results of Saltelli's design in a folder."""
    base = tmp_path_factory.mktemp("made")
    (base / "own.yaml").write_text(textwrap.dedent(SALTELLI))
    return sim.sweep(base / "own.yaml", out=base / "out")


def test_a_file_says_what_its_columns_are(tmp_path: Path) -> None:
    made = sim.run("tiny", replicates=2, record="full", out=tmp_path / "out")
    for name, table in TABLES.items():
        (file, *_) = (tmp_path / "out" / name).glob("*.parquet")
        schema = pq.read_schema(file)
        about = {key.decode(): value.decode() for key, value in schema.metadata.items()}
        assert about["table"] == name and about["meaning"]
        assert "not observed" in about["source"] and made.manifest["code"] in about["source"]
        for column in (*table.keys, *table.columns):
            told = {key.decode(): value.decode() for key, value in schema.field(column.name).metadata.items()}
            assert (told["unit"], told["meaning"]) == (column.unit, column.meaning)
            if column.nullable and column.kind != "name":
                assert told["null"].startswith("undefined" if column.undefined else "not by the horizon")


def test_a_data_frame_keeps_units_and_meanings() -> None:
    made = sim.run("tiny", replicates=3)
    frame = made.to_pandas()
    assert frame["escaped"].tolist() == made.runs["escaped"].to_pylist()
    assert (
        frame.attrs["unit"]["gap_person_days"] == "exit-days" and frame.attrs["meaning"]["gap"] == "escaped - confirmed"
    )
    assert list(made.to_pandas("daily", columns=["replicate", "day"]).columns) == ["replicate", "day"]
    shown = made._repr_html_()
    assert "3 replicates done" in shown and "<table" in shown and "<script" not in shown


def test_pandas_reads_the_folder_of_a_table(made: sim.Results) -> None:
    frame = pd.read_parquet(made.path / "runs")
    assert len(frame) == len(made.runs)
    assert frame.sort_values(["point", "replicate"])["escaped"].tolist() == made.runs["escaped"].to_pylist()


def test_the_manifest_holds_salibs_problem(made: sim.Results) -> None:
    problem = made.manifest["problem"]
    points = made.points.to_pandas()
    assert problem["names"] == ["guards.scale", "guards.redeploy_share", "response", "control.handover"]
    assert problem["num_vars"] == 4
    bounds = dict(zip(problem["names"], problem["bounds"], strict=True))
    assert bounds["guards.scale"] == [0.4, 1.2]
    drawn = points["guards.redeploy_share"]
    assert bounds["guards.redeploy_share"] == [drawn.min(), drawn.max()]
    assert (bounds["response"], bounds["control.handover"]) == ([0, 1], [0, 2])


def test_salib_analyses_what_the_manifest_says(made: sim.Results, root: Path) -> None:
    """The recipe of docs/mesa.md, which says what SALib's default would do."""
    told = (root / "docs" / "mesa.md").read_text("utf-8").split("## SALib")[1]
    assert 'sobol.analyze(results.manifest["problem"], y, calc_second_order=False)' in told
    assert "`calc_second_order=True`, SALib's default, means another layout" in told
    y = made.to_pandas().groupby("point")["escaped_persons"].mean().to_numpy()
    problem = made.manifest["problem"]
    assert len(y) == 32 * (problem["num_vars"] + 2)
    found = sobol.analyze(problem, y, calc_second_order=False, seed=1)
    assert found.to_df()[0].index.tolist() == problem["names"]
    assert np.isfinite(found["ST"]).all() and found["ST"].max() > 0.1
    with pytest.raises(RuntimeError, match="Incorrect number of samples"):
        sobol.analyze(problem, y)  # a design with second order has other rows, and more


def test_one_scenario_has_no_problem() -> None:
    assert sim.run("tiny", replicates=1).manifest["problem"] == {}


def test_results_name_no_folder_of_the_machine(made: sim.Results, monkeypatch: pytest.MonkeyPatch) -> None:
    home = made.path.parent
    assert set(made.manifest["inputs"]) == {"own.yaml", "shipped/tiny.yaml", "shipped/theatres/tiny.yaml"}
    (home / "sub").mkdir()
    shutil.copy(home / "own.yaml", home / "sub" / "own.yaml")
    monkeypatch.chdir(home)
    below = sim.sweep(home / "sub" / "own.yaml", out="below")
    assert set(below.manifest["inputs"]) == {"sub/own.yaml", "shipped/tiny.yaml", "shipped/theatres/tiny.yaml"}
    assert app(["plot", "below"], standalone_mode=False) in (None, 0)
    for file in ("manifest.json", "report.html", "scenario.yaml"):
        text = (home / "below" / file).read_text("utf-8")
        assert str(home) not in text and str(folder()) not in text and str(Path.home()) + os.sep not in text, file


def test_files_that_options_name_are_kept_as_found_from_the_folder_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `--set draws=/FOLDER/p.csv`, from the file of another folder, and of what they are replayed from."""
    home = tmp_path / "home"
    (home / "here").mkdir(parents=True)
    (home / "there").mkdir()
    (home / "there" / "p.csv").write_text("guards.scale\n0.5\n1.5\n")
    (home / "there" / "own.yaml").write_text("extends: tiny\nname: own\n")
    monkeypatch.chdir(home / "here")
    sets = ("--set", f"draws={home}/there/p.csv", "--no-plots", "--quiet")
    assert main(["run", str(home / "there" / "own.yaml"), "--replicates", "3", *sets, "--out", "out"]) == 0
    assert main(["replay", str(home / "here" / "out"), "--replicate", "1", "--no-plots", "--out", "again"]) == 0
    for name in ("out", "again"):
        text = (home / "here" / name / "manifest.json").read_text("utf-8")
        assert str(tmp_path) not in text
    assert json.loads((home / "here" / "out" / "manifest.json").read_text("utf-8"))["request"] == {
        "scenario": "../there/own.yaml",
        "overrides": {"draws": "../there/p.csv", "replicates": 3},
    }
    (home / "here/out/runs/part-000000-000000000.parquet").unlink()
    monkeypatch.chdir(tmp_path)
    assert main(["resume", str(home / "here" / "out"), "--no-plots"]) == 0


def test_shipped_inputs_are_the_same_wherever_the_program_lies(made: sim.Results, tmp_path: Path) -> None:
    """Results of another installation go on here, since names and content of what was read agree."""
    folder_ = tmp_path / "out"
    shutil.copytree(made.path, folder_)
    manifest = json.loads((folder_ / "manifest.json").read_text("utf-8"))
    manifest["inputs"] = {
        f"/elsewhere/lib/{Path(name).name}-{k}": d for k, (name, d) in enumerate(manifest["inputs"].items())
    }
    manifest["base"] = os.path.relpath(Path.cwd(), folder_)
    lost = manifest["parts"][0]["file"]
    (folder_ / lost).unlink()
    (folder_ / "manifest.json").write_text(json.dumps(manifest))
    again = begun(Folder(folder_))
    assert again.spoiled == 1 and again.design is not None


def test_two_files_of_one_name_both_count(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    (tmp_path / "a" / "own.yaml").write_text("extends: tiny\nname: own\n")
    (tmp_path / "b" / "own.yaml").write_text(f"scenario: {tmp_path}/a/own.yaml\nvary: {{guards.scale: [1, 2]}}\n")
    assert {"own.yaml", "own.yaml (2)"} < set(sweep_design(tmp_path / "b" / "own.yaml").sources)
