"""A package of an extra that is not installed is one line, with the command that installs it."""

import pytest

import sim.cli.extra


@pytest.mark.parametrize(
    "arguments", [["sensitivity", "out"], ["levers", "out"], ["discover", "out", "--when", "escaped > 0"]]
)
def test_what_is_missing_is_told_with_what_installs_it(cli, monkeypatch, arguments: list[str]) -> None:
    monkeypatch.setattr(sim.cli.extra, "find_spec", lambda _name: None)
    outcome = cli(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.count("\n") == 1
    assert "is not installed; expected pip install 'detention-sim[analysis]'" in outcome.err


def test_showing_results_compiles_draws_and_simulates_nothing(cli, process, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli("sweep", "tiny", "--replicates", "2", "--no-plots", "--quiet", "--out", "out").code == 0
    code = (
        "import sys; from sim.cli.main import main; main(['show', 'out']); main(['list']);"
        "print([name for name in ('mesa', 'numba', 'scipy', 'matplotlib', 'solara') if name in sys.modules])"
    )
    assert process("-c", code).out.splitlines()[-1] == "[]"
