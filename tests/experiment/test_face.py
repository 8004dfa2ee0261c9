"""`import sim`."""

import ast
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
    with pytest.raises(InputError, match=r"^out: .*; expected another folder, or overwrite=True$"):
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


PROBLEMS = {
    "an override": (lambda: sim.load("tiny", {"guards.scal": 1}), "overrides: guards.scal: unknown key"),
    "one of a sweep": (lambda: sim.sweep("tiny", {"disorder.threshold": -1}), "overrides: disorder.threshold: -1 is"),
    "replicates": (lambda: sim.run("tiny", replicates=-1), "replicates: -1 does not fit"),
    "replicates of a sweep": (lambda: sim.sweep("tiny", replicates=-1), "replicates: replicates: -1 is out of bounds"),
    "a seed": (lambda: sim.sweep("tiny", seed=-1), "seed: seed: -1 is out of bounds"),
    "out": (lambda: sim.run("tiny", replicates=1, out="/dev/null/x"), "out: /dev/null/x: cannot be used"),
    "saving": (lambda: sim.run("tiny", replicates=1).save("/dev/null/x"), "out: /dev/null/x: cannot be used"),
    "a setting of the model": (lambda: sim.DetentionModel("tiny", guards__scal=1), "overrides: guards.scal: unknown"),
}


@pytest.mark.parametrize("case", PROBLEMS)
def test_problems_name_arguments_and_no_options(case):
    ask, said = PROBLEMS[case]
    with pytest.raises(InputError) as caught:
        ask()
    assert str(caught.value).startswith(said)
    assert "--" not in str(caught.value)


def test_the_package_says_that_it_is_typed():
    assert (Path(sim.__file__).parent / "py.typed").exists()


def test_every_name_of_the_face_has_a_type_for_checkers():
    """What is imported lazily is imported for them, or declared, and exported by a list that they can read."""
    tree = ast.parse(Path(sim.__file__).read_text("utf-8"))
    (lazy,) = (node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    imported = {alias.name for node in lazy.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    stated = {ast.unparse(node.target) for node in lazy.body if isinstance(node, ast.AnnAssign)}
    made = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    (exported,) = (n for n in tree.body if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "__all__")
    assert set(ast.literal_eval(exported.value)) == set(sim.__all__) <= imported | stated | made
