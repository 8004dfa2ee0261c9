"""A package of an extra that is not installed is one line, with the command that installs it."""

from __future__ import annotations

import ast
import json

import pytest

import sim.experiment.extra
from sim.experiment.extra import VIEW
from tests.plots.folders import made_up

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


HEAVY = ("mesa", "numba", "matplotlib", "solara", "sklearn")
TABLES = "print([name for name in ('pyarrow', 'duckdb') if name in sys.modules])"
TOLD = f"print([name for name in {HEAVY} if name in sys.modules])"


def test_showing_results_compiles_draws_and_simulates_nothing(process, tmp_path, monkeypatch) -> None:
    """Whatever they are of: a run with kinds of runs, a sweep, sampled worlds under levers, levers of a grid."""
    monkeypatch.chdir(tmp_path)
    levers = [{"guards.scale": 0.1 * k, "lever": name} for k in range(16) for name in ("nothing", "stay", "eyes")]
    made_up(tmp_path / "run", replicates=80, some=40)
    made_up(tmp_path / "sweep", [{"guards.scale": scale} for scale in (0.5, 1.0)], 8)
    made_up(tmp_path / "sampled", levers, 6, manifest={"design": "lhs"})
    made_up(tmp_path / "levers", levers[-6:], 8)
    code = "import sys; from sim.cli.main import main;"
    for folder in ("run", "sweep", "sampled", "levers"):
        code += f"assert not main(['show', '{folder}']); assert not main(['show', '{folder}', '--json']);"
    assert process("-c", code + "main(['list']);" + TOLD).out.splitlines()[-1] == "[]"


def test_a_finished_folder_is_told_at_once_and_a_replay_without_figures_draws_nothing(cli, process, here) -> None:
    assert cli("run", "tiny", "--replicates", "2", "--no-plots", "--quiet", "--out", "out").code == 0
    code = (
        f"import sys; from sim.cli.main import main; assert not main(['resume', 'out']); {TABLES}; {TOLD};"
        f"assert not main(['replay', 'out', '--replicate', '1', '--no-plots']); {TOLD}"
    )
    done = process("-c", code)
    assert "nothing to resume" in done.err and "equals the stored row" in done.err
    tables, finished, *_, replayed = done.out.splitlines()
    assert tables == finished == "[]"
    assert not {"matplotlib", "solara", "sklearn"} & set(ast.literal_eval(replayed))
