"""The parts of the page inside Mesa's own SolaraViz."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import solara
from ipywidgets.widgets.widget import _instances
from mesa.visualization import SolaraViz
from mesa.visualization.utils import force_update
from playwright.sync_api import Page, expect

from sim.app.components import DetentionMap, GapChart, OfficialsMap, gap, played
from sim.model import DetentionModel


def drawn() -> list[dict[str, Any]]:
    """What each part that is on the page is given to draw, in the order of the page."""
    return [json.loads(widget.data_json) for widget in list(_instances.values()) if hasattr(widget, "data_json")]


def test_the_parts_follow_a_model_that_solaraviz_steps() -> None:
    model = DetentionModel("tiny", rng=1)
    page = SolaraViz(model, components=[DetentionMap, OfficialsMap, GapChart])
    _, rendered = solara.render(page, handle_error=False)
    before = drawn()
    assert [part["mode"] for part in before] == ["truth", "belief", "truth"]
    assert before[0]["overlay"]["sites"][0]["held"] == 60
    for _ in range(240):
        model.step()
    force_update()
    truth, belief, chart = drawn()
    assert truth["overlay"]["sites"][0]["escaped"] == model.outcomes()["escaped"] > 0
    assert "held" not in belief["overlay"]["sites"][0]
    assert belief["base"]["image"] == before[1]["base"]["image"] != truth["base"]["image"]
    assert chart["lines"][1]["values"][-1] == model.outcomes()["escaped"] and len(chart["days"]) == 241
    rendered.close()


def test_the_chart_of_the_gap_ends_at_the_horizon() -> None:
    model = DetentionModel("tiny", rng=1)
    model.run_days(10)
    assert gap(model)["days"][-1] == gap(model)["horizon"] == 10


APP = """
from mesa.visualization import Slider, SolaraViz
from sim.app.components import DetentionMap, GapChart, OfficialsMap, played

scale = Slider("Guards", value=1.0, min=0.0, max=2.0, step=0.25)
page = SolaraViz(
    played("tiny", rng=1), components=[DetentionMap, OfficialsMap, GapChart], model_params={"guards__scale": scale}
)
"""


@pytest.fixture
def mesa_page(tmp_path: Path, root: Path) -> Iterator[str]:
    """Address of Mesa's own page, on a server of its own."""
    (tmp_path / "app.py").write_text(APP)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "PYTHONPATH": str(root), "SOLARA_APP": str(tmp_path / "app.py")}
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "solara.server.starlette:app",
        "--port",
        str(port),
        "--log-level",
        "error",
    ]
    with subprocess.Popen(command, env=environment, cwd=tmp_path) as server:
        try:
            for _ in range(120):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).close()
                    break
                except OSError:
                    time.sleep(0.5)
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()


@pytest.mark.browser
def test_step_play_reset_and_sliders_work_in_mesas_page(mesa_page: str, page: Page) -> None:
    page.goto(mesa_page)
    held = page.locator("[data-site=lone-prison]").first
    expect(held).to_have_attribute("aria-label", re.compile("Held: 60 of 60"), timeout=90_000)
    guards = re.search(r"Guards: (\d+) of", held.get_attribute("aria-label") or "")
    assert guards is not None
    step = page.get_by_role("button", name="Step", exact=True)
    time_shown = page.get_by_text(re.compile(r"^\s*Time: "))
    for _ in range(3):
        step.click()
    expect(time_shown).to_have_text("Time: 3.0")
    page.get_by_role("button", name="Reset", exact=True).click()
    expect(time_shown).to_have_text("Time: 0.0")
    page.get_by_role("button", name="▶", exact=True).click()
    page.wait_for_function("Number((document.body.innerText.match(/Time: ([0-9.]+)/) || [])[1]) > 5", timeout=60_000)
    page.get_by_role("button", name="❚❚", exact=True).click()
    page.get_by_role("slider", name="Guards").focus()
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    for _ in range(20):  # the page sends a slider's value some time after the key
        page.get_by_role("button", name="Reset", exact=True).click()
        page.wait_for_timeout(500)
        if "Guards: 0 of" in (held.get_attribute("aria-label") or ""):
            break
    expect(held).to_have_attribute("aria-label", re.compile("Guards: 0 of"))
    expect(time_shown).to_have_text("Time: 0.0")
    step.click()
    expect(time_shown).to_have_text("Time: 1.0")
    assert "InputError" not in page.inner_text("body") and "Traceback" not in page.inner_text("body")


def test_a_model_made_again_is_the_same_run() -> None:
    model = played("tiny", rng=5, guards__scale=0.5)
    again = type(model)(scenario=model.scenario, guards__scale=0.5)
    other = type(model)(guards__scale=2.0, rng="6")
    for made in (model, again, other):
        made.run_days(10)
    assert model.outcomes() == pytest.approx(again.outcomes(), nan_ok=True)
    expected = DetentionModel("tiny", rng=6, guards__scale=2.0)
    expected.run_days(10)
    assert other.outcomes() == pytest.approx(expected.outcomes(), nan_ok=True)
    assert isinstance(model, DetentionModel)
