"""`import sim`."""

from pathlib import Path

import pytest

import sim
from sim.experiment.results import Results
from sim.scenario.errors import InputError


def test_run_gives_tables_in_memory():
    scenario = sim.load("tiny", {"guards.scale": 0.5})
    results = sim.run(scenario, replicates=4, seed=3)
    assert results.path is None
    assert len(results.runs) == 4
    assert set(results.runs["seed"].to_pylist()) == {3}
    assert len(results.daily) == 4 * 11
    assert len(results.facilities) == 4
    assert results.quantiles().num_rows == 1
    assert results.exceedance()["share"][0].as_py() == 1.0
    assert type(results) is sim.Results is Results


def test_results_of_either_name_draw_themselves(tmp_path):
    made = sim.run("tiny", replicates=2)
    paths = made.plot(tmp_path / "z")
    assert {path.parent for path in paths} == {tmp_path / "z/plots"}
    assert Results.open(tmp_path / "z").plot() == paths


def test_run_takes_a_name_and_keeps_what_it_is_told_to(tmp_path):
    made = sim.run("tiny", replicates=2, out=tmp_path / "x", record="full", workers=1)
    again = sim.Results.open(tmp_path / "x")
    assert again.runs.equals(made.runs)
    assert len(again.events) > 0
    with pytest.raises(InputError, match="--overwrite"):
        sim.run("tiny", replicates=2, out=tmp_path / "x")


def test_results_in_memory_can_be_saved(tmp_path):
    made = sim.run("tiny", replicates=2)
    assert sim.Results.open(made.save(tmp_path / "y")).runs.equals(made.runs)


def test_the_face_has_these_names_and_no_others():
    assert set(dir(sim)) == {"load", "run", "sweep", "InputError", "Results", "DetentionModel", "__version__"}
    assert sim.InputError is InputError
    assert isinstance(sim.__version__, str)
    with pytest.raises(AttributeError):
        _ = sim.nothing


def test_a_sweep_runs_by_file_or_name(tmp_path):
    made = sim.sweep("tiny", replicates=2, record="summary")
    assert len(made.points) == len(set(made.runs["point"].to_pylist())) > 1
    assert len(made.runs) == 2 * len(made.points)
    with pytest.raises(sim.InputError):
        sim.sweep(tmp_path / "none.yaml")


@pytest.mark.parametrize("given", [{"name": "x"}, None, 3])
def test_what_is_no_scenario_is_told_in_python_words(given):
    with pytest.raises(TypeError, match=r"expected a name, a path, or what sim\.load returns"):
        sim.run(given)


def test_an_unknown_record_level_is_told_in_python_words():
    with pytest.raises(ValueError, match="expected one of summary, daily, full"):
        sim.run("tiny", replicates=1, record="all")


def test_the_package_says_that_it_is_typed():
    assert (Path(sim.__file__).parent / "py.typed").exists()
