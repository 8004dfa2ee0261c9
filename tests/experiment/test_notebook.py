"""Progress in a notebook: a line below the cell, and nothing anywhere else."""

import sys
from types import ModuleType, SimpleNamespace

import sim
from sim.experiment.execution import Silent
from sim.experiment.notebook import Notebook, own_watcher


class Cell:
    """What stands below a cell: lines shown, each with its renewals."""

    def __init__(self) -> None:
        self.lines: list[list[str]] = []

    def display(self, line: str, *, display_id: bool) -> SimpleNamespace:
        assert display_id
        self.lines.append([line])
        return SimpleNamespace(update=self.lines[-1].append)


def in_a_notebook(monkeypatch) -> Cell:
    """IPython as a kernel has it."""
    cell = Cell()
    shell, face = ModuleType("IPython"), ModuleType("IPython.display")
    shell.get_ipython = lambda: SimpleNamespace(kernel=object())  # type: ignore[attr-defined]
    face.Pretty, face.display = str, cell.display  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", shell)
    monkeypatch.setitem(sys.modules, "IPython.display", face)
    return cell


def test_a_run_in_a_notebook_shows_one_line_that_ends_at_the_total(monkeypatch) -> None:
    cell = in_a_notebook(monkeypatch)
    sim.run("tiny", replicates=120, seed=1)
    (line,) = cell.lines
    assert line[-1] == "120 of 120 replicates"
    assert "0 of 120 replicates" in line


def test_elsewhere_nothing_is_shown(monkeypatch, capsys) -> None:
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    assert isinstance(own_watcher(), Silent)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: SimpleNamespace()))
    assert isinstance(own_watcher(), Silent), "a terminal of IPython has no kernel"
    monkeypatch.delitem(sys.modules, "IPython")
    assert isinstance(own_watcher(), Silent)
    sim.run("tiny", replicates=2, seed=1)
    assert capsys.readouterr() == ("", "")


def test_renewals_are_few(monkeypatch) -> None:
    cell = in_a_notebook(monkeypatch)
    watcher = Notebook()
    watcher.compiling()
    watcher.started(10_000)
    for _ in range(10_000):
        watcher.advanced(1)
    (line,) = cell.lines
    assert len(line) < 50
    assert line[-1] == "10,000 of 10,000 replicates"
