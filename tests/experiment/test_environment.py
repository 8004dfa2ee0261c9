"""What besides the inputs can change a table, and who has another."""

import platform

import pytest

from sim.engine.version import TABLE_DATA, TABLE_SOURCES, code_hash, source_files
from sim.experiment.cluster import ForeignCode, _refused, run_here
from sim.experiment.environment import PACKAGES, Environment, differences, here
from sim.scenario.shipped import folder
from tests.test_layers import ROOT, imported_files


def test_it_is_that_of_this_process():
    assert here().code == code_hash()
    assert here().python == platform.python_version()
    assert set(here().packages) == set(PACKAGES) and all(here().packages.values())
    assert list(differences(*here())) == []


OTHERS = [
    (here()._replace(code="0" * 16), f"its code is {'0' * 16}, ours is {code_hash()}"),
    (here()._replace(python="3.9.2"), f"its Python is 3.9.2, ours is {platform.python_version()}"),
    (
        here()._replace(packages={**here().packages, "numpy": "1.0"}),
        f"its numpy is 1.0, ours is {here().packages['numpy']}",
    ),
]


@pytest.mark.parametrize(("other", "said"), OTHERS)
def test_a_worker_with_another_is_refused_by_name_and_refuses_work(other: Environment, said: str):
    assert _refused(other) == said
    with pytest.raises(ForeignCode):
        run_here(other, len, "abc")


def test_a_worker_with_the_same_works():
    assert _refused(here()) == ""
    assert run_here(here(), len, "abc") == 3


def test_a_worker_that_cannot_say_is_refused():
    assert _refused(ModuleNotFoundError()) == f"its code is unknown (ModuleNotFoundError), ours is {code_hash()}"


def test_the_code_hash_covers_every_file_that_running_imports():
    reached, left = set(), [ROOT / "sim/experiment/execution.py", ROOT / "sim/experiment/batch.py"]
    while left:
        path = left.pop()
        if path not in reached:
            reached.add(path)
            left += imported_files(path, ROOT)
    assert reached <= set(source_files(TABLE_SOURCES))


def test_the_code_hash_changes_with_data_that_no_scenario_names(tmp_path, monkeypatch):
    """Another fit of the claims gives other reports, so a sweep is not resumed with it."""
    before = code_hash()
    (tmp_path / "draws").mkdir()
    (tmp_path / TABLE_DATA[0]).write_bytes((folder() / TABLE_DATA[0]).read_bytes() + b"\n")
    monkeypatch.setattr("sim.engine.version.folder", lambda: tmp_path)
    code_hash.cache_clear()
    try:
        assert code_hash() != before
    finally:
        code_hash.cache_clear()
