"""The parts of the page inside Mesa's own SolaraViz."""

import json
from typing import Any

import solara
from ipywidgets.widgets.widget import _instances
from mesa.visualization import SolaraViz
from mesa.visualization.utils import force_update

from sim.app.components import DetentionMap, GapChart, OfficialsMap, gap
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
