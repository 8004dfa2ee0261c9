"""`compare`: two folders, points, scenario files, levers, precision, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from sim.experiment.results import Results

SWEEP = {
    "scenario": "tiny",
    "replicates": 12,
    "seed": 3,
    "design": "grid",
    "vary": {"guards.scale": [0.5, 1.0]},
    "levers": {"as-it-was": {}, "formal": {"control.handover": "formal"}, "same": {"isr.coverage": 0.3}},
}
FAST = ("--no-plots", "--quiet")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep with levers over two guards."""
    from sim.cli.main import main

    made = tmp_path_factory.mktemp("compare")
    (made / "sweep.yaml").write_text(yaml.safe_dump(SWEEP, sort_keys=False))
    assert main(["sweep", str(made / "sweep.yaml"), "--out", str(made / "out"), *FAST]) == 0
    return made / "out"


def column(folder: Path, point: int, name: str = "escaped_persons") -> np.ndarray:
    return Results.open(folder).metric(name)[point]


def test_points_are_paired_by_replicate(cli, folder: Path) -> None:
    code, out, err = cli("compare", str(folder), "--points", "0", "3", "--json", *FAST)
    assert (code, err) == (0, "")
    data = json.loads(out)
    a, b = column(folder, 0), column(folder, 3)
    found = data["metrics"]["escaped_persons"]
    assert data["paired"] is True
    assert found["difference"] == pytest.approx(float((b - a).mean()))
    assert found["variance_reduction"] == pytest.approx(float((a.var() + b.var()) / (b - a).var()))
    assert found["low"] < found["difference"] < found["high"]
    assert {"q05", "q50", "q95"} == set(found["quantiles"])
    assert data["metrics"]["first_report_day"]["difference"] is None, "a day that may never come has no mean"


def test_levers_stand_against_doing_nothing_at_every_level(cli, folder: Path) -> None:
    code, out, err = cli("compare", str(folder), "--json", *FAST)
    assert (code, err) == (0, "")
    listed = {one["label"]: one for one in json.loads(out)["alternatives"]}
    assert set(listed) == {"formal", "same"}
    assert listed["formal"]["against"] == "as-it-was"
    assert [at["values"] for at in listed["formal"]["at"]] == [{"guards.scale": 0.5}, {"guards.scale": 1.0}]
    d = (column(folder, 1) - column(folder, 0) + column(folder, 4) - column(folder, 3)) / 2
    assert listed["formal"]["metrics"]["escaped_persons"]["difference"] == pytest.approx(float(d.mean()))
    assert listed["same"]["metrics"]["escaped_persons"]["difference"] == 0, "observation alone lets nobody out"
    assert listed["same"]["metrics"]["escaped_persons"]["family"] == {"low": 0, "high": 0, "p": 1}
    told = cli("compare", str(folder), "--no-plots").out
    assert "2 alternatives against as-it-was: 12 pairs of replicates" in told
    other = json.loads(cli("compare", str(folder), "--baseline", "formal", "--json", *FAST).out)
    assert [one["label"] for one in other["alternatives"]] == ["as-it-was", "same"]


def test_two_folders_pair_where_their_seeds_do(cli, folder: Path, here: Path) -> None:
    for seed in ("3", "4"):
        assert cli("run", "tiny", "--seed", seed, "--replicates", "12", "--out", f"seed{seed}", *FAST).code == 0
    same = json.loads(cli("compare", "seed3", str(folder), "--json", *FAST).out)
    assert same["paired"] is True
    assert same["alternatives"][0]["points"] == [[0, n] for n in range(6)]
    other = cli("compare", "seed3", "seed4", "--no-plots")
    assert other.code == 0
    assert "unpaired, as seeds or replicates differ" in other.out
    data = json.loads(cli("compare", "seed3", "seed4", "--json", *FAST).out)
    assert data["paired"] is False
    assert data["metrics"]["escaped"]["variance_reduction"] is None


def test_scenario_files_are_run_first_and_paired(cli, here: Path) -> None:
    Path("b.yaml").write_text("extends: tiny\nname: b\ncontrol: {handover: formal}\n")
    code, out, err = cli(
        "compare", "tiny", "b.yaml", "--replicates", "20", "--seed", "5", "--out", "x", "--json", "--quiet"
    )
    assert (code, err) == (0, "")
    data = json.loads(out)
    results = Results.open("x")
    a, b = results.metric("escaped")[0], results.metric("escaped")[1]
    assert data["metrics"]["escaped"]["difference"] == pytest.approx(float((b - a).mean()))
    assert Path("x/plots/comparison.png").stat().st_size > 10_000
    assert cli("run", "b.yaml", "--seed", "5", "--replicates", "20", "--out", "alone", *FAST).code == 0
    assert Results.open("alone").metric("escaped")[0].tolist() == b.tolist(), "the same replicates as a run of its own"
    beside = json.loads(cli("compare", "alone", "tiny", "--out", "y", "--json", *FAST).out)
    assert beside["metrics"]["escaped"]["difference"] == pytest.approx(float((a - b).mean()))
    assert cli("resume", "x").code == 0


def test_precision_is_of_the_difference_against_the_baselines_mean(cli, here: Path) -> None:
    Path("b.yaml").write_text("extends: tiny\nname: b\ncontrol: {handover: formal}\n")
    given = ("compare", "tiny", "b.yaml", "--out", "x", "--json", "--no-plots", "--precision")
    code, out, err = cli(*given, "escaped=0.1")
    assert code == 0
    assert "to 0.1 of the baseline's mean with" in err
    found = json.loads(out)["metrics"]["escaped"]
    assert (found["high"] - found["low"]) / 2 <= 0.1 * found["baseline"]
    (entry,) = Results.open("x").manifest["precision"]["points"]
    assert (entry["point"], entry["status"], entry["replicates"]) == (1, "reached", found["n"])
    code, _, err = cli(*given, "escaped=0.0001", "--replicates", "210", "--overwrite")
    assert code == 0
    assert "not reached with 210 pairs" in err


def test_precision_stops_on_the_numbers_drawn_as_controls(cli, here: Path) -> None:
    Path("a.yaml").write_text("extends: tiny\nname: a\nguards: {scale: {uniform: [0.2, 1.8]}}\n")
    Path("b.yaml").write_text("extends: a.yaml\nname: b\ncontrol: {handover: formal}\n")
    given = ("compare", "a.yaml", "b.yaml", "--out", "x", "--json", "--no-plots", "--precision", "escaped=0.05")
    code, out, err = cli(*given, "--controls")
    assert code == 0
    assert "and the numbers drawn as controls" in err
    assert "With the 1 number drawn as a control variate: people out" in err
    told = json.loads(out)["metrics"]
    found, plain = told["escaped"]["controlled"], told["escaped"]
    assert (found["high"] - found["low"]) / 2 <= 0.05 * found["baseline"]
    assert found["controls"] == 1
    assert found["variance_reduction"] > plain["variance_reduction"]
    assert found["difference"] == pytest.approx(found["alternative"] - found["baseline"])
    results = Results.open("x")
    assert results.manifest["precision"]["controls"] is True
    d = results.metric("escaped")[1] - results.metric("escaped")[0]
    assert plain["difference"] == pytest.approx(float(d.mean())), "what is told of pairs alone stays as it was"
    again = json.loads(cli("compare", "x", "--json", *FAST).out)["metrics"]["escaped"]
    assert again["controlled"] == found, "finished results say the same"
    (without,) = Results.open(cli(*given, "--overwrite", "--quiet") and "x").manifest["precision"]["points"]
    assert without["replicates"] >= found_pairs(results), "without controls it takes as many or more"


def found_pairs(results: Results) -> int:
    return int(results.manifest["precision"]["points"][0]["replicates"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("compare", "tiny"), "stands alone"),
        (("compare", "FOLDER", "--points", "0", "9"), "--points: 9: no such point; expected 0 to 5"),
        (("compare", "FOLDER", "--replicates", "9"), "--replicates: changes nothing in finished results"),
        (("compare", "FOLDER", "--set", "guards.scale=1"), "--set: changes nothing"),
        (("compare", "FOLDER", "--precision", "escaped=0.1"), "--precision: needs further replicates"),
        (("compare", "FOLDER", "--baseline", "formall"), "did you mean `formal`?"),
        (("compare", "FOLDER", "--metric", "escapes"), "no such metric"),
        (("compare", "FOLDER", "tiny", "--points", "0", "1"), "are of one results folder"),
        (("compare", "tiny", "tiny"), "the same scenario is named twice"),
        (("compare", "tiny", "no-such.yaml"), "no-such.yaml"),
    ],
)
def test_what_cannot_be_compared_is_refused(cli, folder: Path, here: Path, arguments, says) -> None:
    code, out, err = cli(*(str(folder) if word == "FOLDER" else word for word in arguments))
    assert (code, out) == (2, "")
    assert says in err


def test_a_run_alone_says_what_would_give_a_comparison(cli, here: Path) -> None:
    assert cli("run", "tiny", "--replicates", "2", "--out", "one", *FAST).code == 0
    code, out, err = cli("compare", "one")
    assert (code, out) == (2, "")
    assert "a sweep with `levers`" in err
