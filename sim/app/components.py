"""Components for Mesa's own `SolaraViz`: the map and the chart of the gap, for any `DetentionModel`.

    from mesa.visualization import SolaraViz
    from sim.app.components import DetentionMap, GapChart, OfficialsMap
    page = SolaraViz(sim.DetentionModel("tiny"), components=[DetentionMap, OfficialsMap, GapChart])

`detention-sim view` is built from the same parts.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import solara
from mesa.visualization.utils import update_counter

from sim.app.assets import parts, style, to_json
from sim.app.page_data import base_map, belief_overlay, thinned, truth_overlay
from sim.app.sites import MapPlan
from sim.model import DetentionModel, Run
from sim.plots.style import BELIEF, TRUTH


@solara.component_vue("component.vue")
def Part(components: dict[str, str], css: str, part: str, data_json: str) -> None:
    """Draw one part of the page by itself."""


@solara.component
def DetentionMap(model: DetentionModel) -> None:
    """Draw the map of what happened."""
    update_counter.get()
    first, plan = solara.use_memo(lambda: _start(model), [id(model)])
    data = _shown(model, base_map(model, plan, model.truth.control, first), truth_overlay(model, plan), "truth")
    Part(components=parts(), css=style(), part="map", data_json=to_json(data))


@solara.component
def OfficialsMap(model: DetentionModel) -> None:
    """Draw the map that officials have: what was reported, and who held which cell on day 0."""
    update_counter.get()
    first, plan = solara.use_memo(lambda: _start(model), [id(model)])
    data = _shown(model, base_map(model, plan, first, first), belief_overlay(model, plan), "belief")
    Part(components=parts(), css=style(), part="map", data_json=to_json(data))


@solara.component
def GapChart(model: DetentionModel) -> None:
    """Draw escaped and confirmed at every step in the model's data collector, with the gap between them shaded."""
    update_counter.get()
    Part(components=parts(), css=style(), part="chart", data_json=to_json(gap(model)))


def gap(model: DetentionModel) -> dict[str, Any]:
    """Return the data of the chart of the gap, from the model's data collector."""
    collected = model.datacollector.model_vars
    steps = thinned(len(collected["escaped"]) - 1)
    lines = {name: np.asarray(collected[name], float)[steps].tolist() for name in ("confirmed", "escaped")}
    drawn = [
        {"name": "confirmed", "values": lines["confirmed"], "color": BELIEF, "width": 2.4, "dash": "6 3"},
        {"name": "escaped", "values": lines["escaped"], "color": TRUTH, "width": 2.4},
    ]
    scenario = model.resolved.scenario
    return {
        "mode": "truth",
        "headline": "",
        "title": "Escaped and confirmed; shaded: the gap",
        "days": np.round(steps * scenario.step_hours / 24, 3).tolist(),
        "lines": drawn,
        "area": {"low": lines["confirmed"], "high": lines["escaped"]},
        "horizon": scenario.days,
    }


def _start(model: DetentionModel) -> tuple[np.ndarray, MapPlan]:
    """Return who held each cell on day 0, and what stays the same on the map."""
    return Run(model.resolved).truth.control, MapPlan.of(model)


def _shown(model: DetentionModel, base: dict[str, Any], overlay: dict[str, Any], mode: str) -> dict[str, Any]:
    headline = {"truth": "What happened", "belief": "What officials can see"}[mode]
    return {"mode": mode, "headline": headline, "day": round(model.hours / 24, 3), "base": base, "overlay": overlay}
