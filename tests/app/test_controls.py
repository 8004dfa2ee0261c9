"""A scenario names the numbers that its sliders set."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from sim.app.address import act_or_restore, address
from sim.app.page_data import controls
from sim.app.session import Session
from sim.app.settings import HANDOVER, PACE, SLIDERS, changed
from sim.app.start import Start
from sim.model import DetentionModel
from sim.scenario.errors import InputError
from sim.scenario.fields import parameters
from sim.scenario.loader import load


def written(scenarios: Path, *paths: str) -> Start:
    """A start with a scenario that has these controls."""
    (scenarios / "own.yaml").write_text(f"extends: tiny.yaml\nview: {{controls: [{', '.join(paths)}]}}\n")
    return Start(scenarios, "own.yaml")


def test_a_scenario_has_its_own_sliders(scenarios: Path) -> None:
    start = written(scenarios, "walls.erosion_per_hour", "guards.scale", "stealth.per_1000_year")
    session = Session(start)
    sliders = controls(session)["sliders"]
    assert [slider["path"] for slider in sliders] == ["walls.erosion_per_hour", "guards.scale", "stealth.per_1000_year"]
    erosion = sliders[0]
    value = erosion["low"] + 0.5 * (erosion["high"] - erosion["low"])
    session.act({"do": "walls.erosion_per_hour", "value": value})
    session.act({"do": "isr.coverage", "value": 0.9})  # not among them
    assert session.first.settings == {"walls.erosion_per_hour": value}
    session.act({"do": "go", "value": 240})
    model = DetentionModel(load(start.folder / "own.yaml", {"walls.erosion_per_hour": value}))
    model.run_days(10)
    assert session.first.model is not None and session.first.model.outcomes() == pytest.approx(
        model.outcomes(), nan_ok=True
    )
    again = Session(start)
    act_or_restore(again, {"do": "restore", "value": address(session)})
    assert again.first.settings == session.first.settings


@pytest.mark.parametrize("path", [p.path for p in parameters() if p.is_number])
def test_every_number_may_be_a_slider(scenarios: Path, path: str) -> None:
    session = Session(written(scenarios, path))
    (slider,) = controls(session)["sliders"]
    assert slider["low"] < slider["high"] and slider["step"] > 0
    assert slider["low"] <= slider["value"] <= slider["high"], slider


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("kandahar-2008", {"guards.scale", "isr.coverage"}),
        ("hasakah-2022", {"guards.scale", "isr.coverage", PACE}),
        ("tiny", {"guards.scale", "isr.coverage", "guards.redeploy_share", PACE, HANDOVER}),
    ],
)
def test_what_is_offered_can_act_and_what_is_not_cannot(name: str, offered: set[str]) -> None:
    session = Session(Start.at(name))
    shown = controls(session)
    paths = {slider["path"] for slider in shown["sliders"]} | ({HANDOVER} if shown["handovers"] else set())
    assert paths == offered
    loaded = load(name)
    ends = {slider.path: (slider.low, slider.high) for slider in SLIDERS} | {HANDOVER: ("none", "formal")}
    for path, values in ends.items():
        found = []
        for value, replicate in product(values, range(6)):
            model = DetentionModel(changed(loaded, {path: value}), rng=1, replicate=replicate)
            model.run_days(loaded.scenario.days)
            found.append(str(model.outcomes()))
        assert (found[:6] != found[6:]) == (path in offered), path
    for path in set(ends) - offered:
        session.act({"do": path if path != HANDOVER else "handover", "value": ends[path][1]})
    assert session.first.settings == {}


def test_a_path_that_is_no_number_is_told(scenarios: Path) -> None:
    start = written(scenarios, "guards.scal", "control.handover")
    with pytest.raises(InputError) as caught:
        load(start.folder / "own.yaml")
    first, second = (str(problem) for problem in caught.value.problems)
    assert "own.yaml:2: view.controls.0:" in first and "did you mean `guards.scale`?" in first
    assert "control.handover" in second
