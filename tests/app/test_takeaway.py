"""What leaves the page: a scenario and a command that repeat the very run, and pictures and tables of what is drawn."""

from __future__ import annotations

import csv
import json
import shlex
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from sim.app.page_data import controls
from sim.app.session import Session
from sim.app.start import Start
from sim.cli.main import main
from sim.experiment.results import Results
from sim.model import DetentionModel, Run
from sim.scenario.loader import load
from tests.app.conftest import Opened


@pytest.fixture
def session(root: Path) -> Session:
    made = Session(Start(root / "scenarios", "ne-syria-2019.yaml"))
    for do, value in (
        ("seed", "5"),
        ("replicate", "3"),
        ("guards.scale", 0.7),
        ("handover", "formal"),
        ("withdrawal.pace", 2.0),
        ("take", True),
    ):
        made.act({"do": do, "value": value})
    return made


def test_the_file_is_the_run_that_is_shown(session: Session, tmp_path: Path) -> None:
    take = controls(session)["take"]
    file = tmp_path / take["file"]
    file.write_text(take["yaml"])
    assert take["yaml"].startswith("extends: ne-syria-2019\n")
    session.act({"do": "go", "value": 10**6})
    model = session.first.model
    assert model is not None
    row = Run(load(file)).complete(5, 3).run[0]
    shown = model.outcomes()
    assert {name: float(row[name]) for name in shown} == pytest.approx(shown, nan_ok=True)
    assert load(file).scenario.seed == 5


def test_the_command_does_the_same(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run, replay = (shlex.split(line) for line in controls(session)["take"]["command"].split("\n"))
    assert run[:3] == ["detention-sim", "run", "ne-syria-2019"]
    run[run.index("--replicates") + 1] = "4"
    assert main([*run[1:], "--no-plots", "--quiet"]) == 0
    session.act({"do": "go", "value": 10**6})
    model = session.first.model
    assert model is not None
    stored = Results.open(Path("results/ne-syria-2019")).table("runs", replicate=3).to_pylist()[0]
    for name in ("escaped", "confirmed", "held", "at_large"):
        assert stored[name] == model.outcomes()[name]
    assert replay == ["detention-sim", "replay", "results/ne-syria-2019", "--replicate", "3", "--view"]


def test_a_run_of_results_stands_whole(scenarios: Path, archive: Path, tmp_path: Path) -> None:
    session = Session(Start(scenarios, "tiny.yaml").with_results(archive))
    for do, value in (("page", "results"), ("results", "sweep"), ("point", 1), ("open", "worst"), ("take", True)):
        session.act({"do": do, "value": value})
    model = session.first.model
    assert model is not None
    (tmp_path / "x.yaml").write_text(controls(session)["take"]["yaml"])
    row = Run(load(tmp_path / "x.yaml")).complete(model.seed_number, model.replicate).run[0]
    assert float(row["escaped"]) == model.outcomes()["escaped"]


def saved(view: Opened, what: str, name: str) -> Path:
    """Press a button of a Save menu and return the file."""
    menu = view.page.locator(f"details:has([data-save='{what}-{name}'])")
    menu.locator("summary").click()
    with view.page.expect_download() as download:
        menu.locator(f"[data-save='{what}-{name}']").click()
    assert download.value.suggested_filename == f"{name}.{what}"
    return Path(download.value.path())


@pytest.mark.browser
def test_charts_and_the_map_are_saved_with_what_they_are(view: Opened) -> None:
    view.scrub(12)
    model = DetentionModel("ne-syria-2019", rng=1)
    model.run_days(12)
    with saved(view, "csv", "gap").open(newline="") as file:
        rows = list(csv.DictReader(file))
    now = next(row for row in rows if float(row["day"]) == 12)
    assert float(now["exits"]) == model.outcomes()["escaped"]
    assert float(now["confirmed"]) == model.outcomes()["confirmed"]
    assert now["source"].startswith("Simulated: replicate 0 of seed 1. ne-syria-2019. Day 12.0.")
    for name in ("gap", "map-truth"):
        picture = ElementTree.parse(saved(view, "svg", name)).getroot()
        text = " ".join("".join(e.itertext()) for e in picture.iterfind(".//{*}text"))
        assert "Simulated: replicate 0 of seed 1" in text and picture.tag.endswith("}svg")
        fills = {e.get("style", "") for e in picture.iterfind(".//{*}path")}
        assert not any("var(" in style for style in fills)
        png = saved(view, "png", name).read_bytes()
        assert png[:8] == b"\x89PNG\r\n\x1a\n" and len(png) > 5000
        assert np.frombuffer(png[16:24], ">u4")[0] > 400
    assert "Ain Issa" in text and "exits" in text


@pytest.mark.browser
def test_the_scenario_is_saved_from_the_page(view: Opened) -> None:
    view.page.locator("[data-path='guards.scale']").fill("0.6")
    view.press("Export")
    with view.page.expect_download() as download:
        view.page.click("[data-save=scenario]")
    text = Path(download.value.path()).read_text()
    assert "guards:\n  scale: 0.6\n" in text
    assert "--set guards.scale=0.6" in view.page.locator("#dv-command").input_value()
    assert json.dumps(text)[1:20] in json.dumps(view.page.locator("#dv-yaml").input_value())


@pytest.mark.browser
def test_charts_of_results_are_saved_too(view: Opened, archive: Path) -> None:
    view.page.get_by_role("link", name="Results").click()
    view.page.locator(".dv-heat [data-point='2']").click()
    with saved(view, "csv", "exceedance").open(newline="") as file:
        rows = [(float(row["value"]), float(row["share of runs"])) for row in csv.DictReader(file)]
    values = Results.open(archive / "sweep").metric("escaped")[2]
    assert rows == [(x, pytest.approx(float(np.mean(values >= x)))) for x in np.unique(values)]
    for name in ("curve-0", "daily"):
        text = saved(view, "svg", name).read_text()
        assert "Simulated: 120 runs of seed 1" in text
    with view.page.expect_download() as download:
        view.press("Save CSV")
    assert Path(download.value.path()).read_text().count("\n") == 7
