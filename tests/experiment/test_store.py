"""Where results lie."""

import os
import threading
from pathlib import Path

import pytest

from sim.experiment import confined
from sim.experiment.store import Folder, Moved, default_folder, prepare
from sim.scenario.errors import InputError


def test_a_new_or_empty_folder_or_one_without_a_manifest_will_do(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other/notes.txt").write_text("mine")
    for name in ("new/deep", "empty", "other"):
        assert prepare(tmp_path / name, overwrite=False).path.is_dir()
    assert (tmp_path / "other/notes.txt").read_text() == "mine"


def test_results_are_not_replaced_unasked(copy):
    before = sorted(copy.rglob("*"))
    with pytest.raises(InputError, match="holds results; expected another folder, `resume`.*`--overwrite`"):
        prepare(copy, overwrite=False)
    assert sorted(copy.rglob("*")) == before


def test_overwriting_removes_results_and_nothing_else(copy):
    (copy / "notes.txt").write_text("mine")
    (copy / "plots").mkdir()
    (copy / "plots/a.png").write_bytes(b"")
    (copy / "plots/a.key").write_text("mine")
    (copy / "runs/mine.parquet").write_bytes(b"")
    folder = prepare(copy, overwrite=True)
    assert not (copy / "manifest.json").exists()
    folder.settle()
    left = {str(path.relative_to(copy)) for path in copy.rglob("*") if path.is_file()}
    assert left == {"notes.txt", "plots/a.key", "runs/mine.parquet"}


def test_what_was_to_be_overwritten_comes_back(copy):
    (copy / "plots").mkdir()
    (copy / "plots/a.png").write_bytes(b"")
    before = {str(path.relative_to(copy)) for path in copy.rglob("*")}
    folder = prepare(copy, overwrite=True)
    folder.write("manifest.json", b"{}")
    folder.discard()
    assert {str(path.relative_to(copy)) for path in copy.rglob("*")} == before
    assert (copy / "manifest.json").read_bytes() != b"{}"


def test_overwriting_spares_what_is_not_ours(tmp_path):
    for text in ('{"name": "a web page"}', "[", "[1]"):
        (tmp_path / "manifest.json").write_text(text)
        with pytest.raises(InputError, match="not of detention-sim"):
            prepare(tmp_path, overwrite=True)
        assert (tmp_path / "manifest.json").read_text() == text


def test_overwriting_follows_no_link_out_of_the_folder(copy, tmp_path):
    outside = tmp_path / "outside"
    (copy / "runs").rename(outside)
    (copy / "runs").symlink_to(outside)
    prepare(copy, overwrite=True)
    assert list(outside.glob("part-*"))


def test_parts_left_by_a_torn_run_go(copy):
    (copy / "manifest.json").unlink()
    (copy / "runs/part-000000-000000000.parquet.tmp").write_bytes(b"")
    prepare(copy, overwrite=False)
    assert not list(copy.rglob("part-*"))


def test_what_cannot_be_a_folder_is_bad_input(tmp_path):
    (tmp_path / "file").write_text("")
    for name in ("file", "file/below", "x" * 300, "a\0b"):
        with pytest.raises(InputError, match="--out: .*cannot be used"):
            prepare(tmp_path / name, overwrite=True)


def test_a_file_is_there_whole_or_not_at_all(tmp_path, monkeypatch):
    folder = Folder(tmp_path)
    folder.write("runs/part-0.parquet", b"first")

    def torn(_descriptor):
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(os, "fsync", torn)
    with pytest.raises(OSError, match="no space"):
        folder.write("runs/part-0.parquet", b"second")
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["part-0.parquet"]
    assert folder.read("runs/part-0.parquet") == b"first"


def test_two_that_write_one_file_at_a_time_do_not_meet(tmp_path):
    """As two `plot` or two `report` of one folder: the file is always one of theirs, whole, and neither fails."""
    written = [letter * 100_000 for letter in (b"a", b"b")]
    confined.write(tmp_path, "plots/x.png", written[0])
    failed, seen, threads = [], set(), []

    def write(content: bytes) -> None:
        try:
            for _ in range(40):
                confined.write(tmp_path, "plots/x.png", content)
        except OSError as error:
            failed.append(error)

    for content in written:
        threads.append(threading.Thread(target=write, args=(content,)))
        threads[-1].start()
    while any(thread.is_alive() for thread in threads):
        seen.add(confined.read(tmp_path, "plots/x.png"))
    assert failed == []
    assert seen <= set(written)
    assert [path.name for path in (tmp_path / "plots").iterdir()] == ["x.png"]


def test_what_a_killed_process_left_half_written_goes_with_the_rest(copy):
    left = ["manifest.json.0a1b2c3d.tmp", "report.html.tmp", "runs/part-000000-000000000.parquet.0a1b2c3d.tmp"]
    mine = ["manifest.json.mine.tmp", "notes.0a1b2c3d.tmp"]
    for name in (*left, *mine):
        (copy / name).write_bytes(b"{")
    (copy / "plots").mkdir()
    (copy / "plots/a.png.0a1b2c3d.tmp").write_bytes(b"")
    prepare(copy, overwrite=True).settle()
    assert sorted(str(path.relative_to(copy)) for path in copy.rglob("*") if path.is_file()) == mine


@pytest.mark.parametrize(
    ("name", "short"), [("ne-syria-2019", "ne-syria-2019"), ("Été / ../x", "t-x"), ("///", "unnamed")]
)
def test_the_default_folder_is_named_by_scenario_and_time(name, short):
    path = default_folder(name)
    assert path.parent == Path("results") / short
    stamp, unique = path.name.split("-")
    assert len(stamp) == len("20191009T120000Z")
    assert len(unique) == 6
    assert default_folder(name) != path


def test_a_locked_folder_that_is_moved_or_replaced_is_not_written_to(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")
    with folder.locked():
        folder.write("runs/part.parquet", b"first")
        folder.path.rename(tmp_path / "aside")
        with pytest.raises(Moved, match="moved or removed"):
            folder.write("runs/next.parquet", b"second")
        assert not folder.path.exists()
        folder.path.mkdir()
        with pytest.raises(Moved):
            folder.write("manifest.json", b"{}")
        assert not any(folder.path.iterdir())
    folder.write("manifest.json", b"{}")
    assert folder.read("manifest.json") == b"{}"


def test_a_file_that_is_missing_as_the_folder_is_gone_says_so(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")
    with pytest.raises(Moved), folder.locked():
        folder.path.rmdir()
        (folder.path / "runs").rmdir()
    with pytest.raises(FileNotFoundError) as missing, folder.locked():
        folder.read("manifest.json")
    assert not isinstance(missing.value, Moved)
