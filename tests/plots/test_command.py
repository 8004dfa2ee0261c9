"""`detention-sim plot`."""

import json
import os
from pathlib import Path

import pytest
from PIL import Image

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


SET = {"scenario": "a/b/tiny.yaml", "overrides": {"guards.scale": 0.5, "replicates": 20}}


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_a_figure_says_what_made_it(tmp_path, capsys, suffix) -> None:
    points = [{"isr.coverage": 0.25}, {"isr.coverage": 0.75}]
    folder = made_up(tmp_path / "mine", points, manifest={"request": SET, "name": "n <&> ame"})
    run(capsys, "plot", str(folder))
    figure = folder / "plots" / f"exceedance.{suffix}"
    code, out, err = run(capsys, "plot", "--which", str(figure))
    assert (code, err) == (0, "")
    for said in (
        "exceedance of n <&> ame", "detention-sim run tiny.yaml --replicates 20 --seed 1 --set guards.scale=0.5",
        "guards.scale = 0.5", "results: mine", "commit 0123456789", "point 1: isr.coverage 0.75",
    ):  # fmt: skip
        assert said in out, said
    told = json.loads(run(capsys, "plot", "--json", "--which", str(figure))[1])
    assert told["overrides"] == {"guards.scale": 0.5} and told["figure"] == "exceedance"


def test_a_figure_of_other_numbers_has_another_hash(tmp_path, capsys) -> None:
    told = []
    for name, replicates in (("a", 20), ("b", 21)):
        run(capsys, "plot", str(made_up(tmp_path / name, replicates=replicates)))
        path = str(tmp_path / name / "plots" / "facilities.png")
        told.append(json.loads(run(capsys, "plot", "--json", "--which", path)[1])["results"]["sha256"])
    assert told[0] != told[1]


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n torn", b"<svg></svg>", b"<dc:description>[1]</dc:description>"]
)
def test_a_file_that_is_no_figure_of_ours_is_bad_input(tmp_path, capsys, content) -> None:
    (tmp_path / "x.png").write_bytes(content)
    code, out, err = run(capsys, "plot", "--which", str(tmp_path / "x.png"))
    assert (code, out) == (2, "") and "does not say what made it" in err and err.count("\n") == 1


def test_what_is_no_file_is_not_waited_for(tmp_path, capsys) -> None:
    """A pipe that nobody writes to, a device without end, nothing at all."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").touch()
    for name, said in ((tmp_path / "pipe", "is not a regular file"), ("/dev/zero", "is not a regular file"),
                       (tmp_path, "is a folder"), (tmp_path / "empty", "the file is empty")):  # fmt: skip
        code, out, err = run(capsys, "plot", "--which", str(name))
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert said in err


def test_a_picture_by_another_program_is_bad_input(tmp_path, capsys) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "x.png")
    assert run(capsys, "plot", "--which", str(tmp_path / "x.png"))[0] == 2
    assert run(capsys, "plot", "--which", str(tmp_path / "nowhere.png"))[0] == 2
    assert run(capsys, "plot")[0] == 2
