"""Results that were edited, linked elsewhere or put together by hand: one clear line, and nothing outside is touched."""

import copy
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

from sim.experiment import confined
from sim.experiment.results import Results
from sim.experiment.resume import begun
from sim.experiment.store import Folder, prepare
from sim.report import write_report
from sim.scenario.errors import InputError
from sim.scenario.loader import load
from tests.plots.folders import made_up


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return made_up(tmp_path / "r", [{"guards.scale": 0.5}, {"guards.scale": 1.0}], 4)


def edits(value, path=()):
    """Every place of a manifest with something of another kind, or without it."""
    for key in list(value) if isinstance(value, dict) else range(min(len(value), 2)):
        here = (*path, key)
        yield here
        if isinstance(value[key], dict | list):
            yield from edits(value[key], here)


def edited(manifest: dict, place: tuple, new) -> dict:
    changed = copy.deepcopy(manifest)
    inside = changed
    for key in place[:-1]:
        inside = inside[key]
    if new is ...:
        del inside[place[-1]]
    else:
        inside[place[-1]] = new
    return changed


@pytest.mark.parametrize("new", [..., None, -1, 0.5, "x", [], {}, [[]], True, 10**30, "../../etc/passwd"], ids=repr)
def test_an_edited_manifest_is_refused_in_a_line_or_read_right(folder, new) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    whole = Results.open(folder)
    truth = [row["metrics"]["escaped"] for row in whole.metrics()]
    for place in edits(manifest):
        (folder / "manifest.json").write_text(json.dumps(edited(manifest, place, new)))
        try:
            found = Results.open(folder)
            read = [row["metrics"]["escaped"] for row in found.metrics()]
        except InputError as error:
            assert "\n" not in str(error.problems[0]), place
            continue
        if len(read) == len(truth) and len(found.manifest["parts"]) == len(manifest["parts"]):
            assert read == truth, place


def test_altered_swapped_and_forged_parts_are_not_believed(folder) -> None:
    first, second = sorted((folder / "runs").iterdir())
    held = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(held)
    with pytest.raises(InputError, match="not as it was written"):
        Results.open(folder).metrics()


def test_nothing_is_read_through_links_pipes_devices_or_other_names(folder, tmp_path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    for name in ("/etc/hostname", "../r/manifest.json", "runs/../../x", "runs/part-0.parquet/"):
        changed = copy.deepcopy(manifest)
        changed["parts"][0]["file"] = name
        (folder / "manifest.json").write_text(json.dumps(changed))
        with pytest.raises(InputError, match=r"manifest\.json"):
            Results.open(folder)
    (folder / "manifest.json").unlink()
    for make in (os.mkfifo, lambda path: os.symlink("/dev/zero", path), lambda path: os.symlink("/etc/hostname", path)):
        make(folder / "manifest.json")
        with pytest.raises(InputError):
            Results.open(folder)  # at once: it would hang or read without end
        (folder / "manifest.json").unlink()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    part = next((folder / "runs").iterdir())
    part.unlink()
    os.mkfifo(part)
    with pytest.raises(InputError, match="cannot be read"):
        _ = Results.open(folder).runs


@pytest.mark.parametrize(
    "name", ["manifest.json", "points.parquet", "scenario.yaml", "runs/part-000000-000000000.parquet"]
)
def test_a_link_is_not_read_even_to_what_was_written(folder, tmp_path, name) -> None:
    (folder / name).rename(tmp_path / "elsewhere")
    (folder / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="is a link, which is not followed"):
        results = Results.open(folder)
        _ = results.points, results.scenario(0), results.runs


@pytest.mark.parametrize("key", ["theatre", "extends", "draws"])
def test_the_settings_of_results_name_no_file_outside(folder, tmp_path, key) -> None:
    outside = tmp_path / "secret.yaml"
    outside.write_text(load("tiny").as_yaml())
    settings = yaml.safe_load((folder / "scenario.yaml").read_text())
    (folder / "scenario.yaml").write_text(yaml.dump({**settings, key: str(outside)}))
    with pytest.raises(InputError, match=rf"scenario\.yaml:1: {key}: the path .* is refused"):
        Results.open(folder).scenario(0)


@pytest.mark.parametrize("key", ["point", "first"])
def test_a_part_is_of_the_point_and_replicates_that_its_name_says(folder, key) -> None:
    """With the points of two parts exchanged in the manifest, all replicates would count for the first."""
    manifest = json.loads((folder / "manifest.json").read_text())
    first, second = (part for part in manifest["parts"] if part["table"] == "runs")
    first[key], second[key] = second["point"], first["point"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match="no part of its table, point and first replicate"):
        Results.open(folder)


def test_nothing_outside_is_written_or_removed_through_a_link(folder, tmp_path) -> None:
    outside = made_up(tmp_path / "other", [{"guards.scale": 0.5}, {"guards.scale": 1.0}], 4)
    before = {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()}
    shutil.rmtree(folder / "runs")
    (folder / "runs").symlink_to(outside / "runs")
    (folder / "plots").symlink_to(outside / "runs")
    with pytest.raises(InputError):
        _ = Results.open(folder).runs
    with pytest.raises(InputError):
        begun(Folder(folder))
    with pytest.raises(OSError, match="link"):
        confined.write(folder, "plots/x.png", b"x")
    target = tmp_path / "target"
    target.write_bytes(b"mine")
    (folder / "manifest.json.tmp").symlink_to(target)
    Folder(folder).write("manifest.json", (outside / "manifest.json").read_bytes())
    prepare(folder, overwrite=True).settle()
    assert target.read_bytes() == b"mine"
    assert {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()} == before


def test_a_folder_named_like_a_column_changes_nothing(tmp_path) -> None:
    plain = made_up(tmp_path / "plain", replicates=6)
    named = tmp_path / "escaped=0.05" / "point=7"
    shutil.copytree(plain, named)
    assert np.array_equal(Results.open(named).metric("escaped")[0], Results.open(plain).metric("escaped")[0])
    assert Results.open(named).daily.equals(Results.open(plain).daily)
    assert Results.open(named).points.equals(Results.open(plain).points)
    assert next(Results.open(named).parts("runs")).equals(next(Results.open(plain).parts("runs")))
    assert "escaped=0.05" not in write_report(named).read_text("utf-8").split("Where the numbers come from")[0]
