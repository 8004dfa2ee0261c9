"""`detention-sim plot`."""

from pathlib import Path

import pytest

from sim.cli.main import main
from tests.plots.folders import made_up


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def test_plot_writes_figures_and_the_report_and_says_where(tmp_path, capsys, monkeypatch) -> None:
    made_up(tmp_path / "r")
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, "plot", "r")
    assert (code, err) == (0, "")
    paths = [Path(line) for line in out.splitlines()]
    assert paths[0] == Path("r/plots/exceedance.png") and paths[-1] == Path("r/report.html")
    assert all(path.stat().st_size > 1000 for path in paths)


@pytest.mark.parametrize("name", ["nowhere", "empty", "file", "foreign"])
def test_without_results_it_is_bad_input(tmp_path, capsys, name) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    (tmp_path / "foreign").mkdir()
    (tmp_path / "foreign" / "manifest.json").write_text("{}")
    code, out, err = run(capsys, "plot", str(tmp_path / name))
    assert (code, out) == (2, "")
    assert "results" in err and err.count("\n") == 1


def test_a_torn_part_is_bad_input(tmp_path, capsys) -> None:
    folder = made_up(tmp_path / "r")
    (folder / "runs" / "part-000000-000000000.parquet").write_bytes(b"PAR1torn")
    code, out, err = run(capsys, "plot", str(folder))
    assert (code, out) == (2, "") and "part-000000-000000000.parquet" in err


def test_a_folder_that_cannot_be_written_to_is_bad_input(tmp_path, capsys, monkeypatch) -> None:
    folder = made_up(tmp_path / "r")

    def refuse(path, *_, **__):  # root may write anywhere, so the refusal is the test's
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)
    code, out, err = run(capsys, "plot", str(folder))
    assert (code, out) == (2, "") and "cannot be written" in err


def test_a_file_in_the_place_of_the_folder_is_bad_input(tmp_path, capsys) -> None:
    folder = made_up(tmp_path / "r")
    (folder / "plots").write_text("in the way")
    code, out, err = run(capsys, "plot", str(folder))
    assert (code, out) == (2, "") and "cannot be written" in err
