"""A package of an extra that is not installed is one line, with the command that installs it."""

from __future__ import annotations

import json

import pytest

import sim.experiment.extra
from sim.experiment.extra import VIEW

EXTRAS = (*VIEW, "reacton", "altair", "IPython", "ipywidgets", "distributed", "sklearn", "SALib", "ema_workbench")
"""Packages that `pip install detention-sim` does not bring."""
LIGHT = f"import sys; sys.modules.update(dict.fromkeys({EXTRAS!r})); from sim.cli.main import main; "
"""Python code that begins in an installation without extras."""


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (["sensitivity", "out"], "analysis"),
        (["levers", "out"], "analysis"),
        (["discover", "out", "--when", "escaped > 0"], "analysis"),
        (["plot", "out"], "plots"),
        (["view"], "view"),
    ],
)
def test_what_is_missing_is_told_with_what_installs_it(cli, monkeypatch, arguments: list[str], extra: str) -> None:
    monkeypatch.setattr(sim.experiment.extra, "find_spec", lambda _name: None)
    outcome = cli(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.count("\n") == 1
    assert f"is not installed; expected pip install 'detention-sim[{extra}]'" in outcome.err


def test_without_extras_runs_are_headless_and_tell_how_figures_are_drawn(here, process) -> None:
    code = (
        "assert main(['sweep', 'tiny', '--replicates', '2', '--out', 'a b', '--json']) == 0;"
        "import sim; assert sim.run('tiny', replicates=2).runs.num_rows == 2;"
        "main(['show', 'a b', '--json'])"
    )
    done = process("-c", LIGHT + code)
    assert done.code == 0, done.err
    assert [json.loads(line)["status"] for line in done.out.splitlines()] == ["done", "done"]
    (line,) = [line for line in done.err.splitlines() if "Matplotlib" in line]
    assert "no figures were drawn" in line
    assert line.endswith("pip install 'detention-sim[plots]', then detention-sim plot 'a b'")
    assert not (here / "a b" / "plots").exists() and (here / "a b" / "runs").exists()


def test_showing_results_compiles_draws_and_simulates_nothing(cli, process, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli("sweep", "tiny", "--replicates", "2", "--no-plots", "--quiet", "--out", "out").code == 0
    code = (
        "import sys; from sim.cli.main import main; main(['show', 'out']); main(['list']);"
        "print([name for name in ('mesa', 'numba', 'scipy', 'matplotlib', 'solara') if name in sys.modules])"
    )
    assert process("-c", code).out.splitlines()[-1] == "[]"
