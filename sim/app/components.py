"""Components for Mesa's own `SolaraViz`: the map and the chart of the gap, for any `DetentionModel`.

    from mesa.visualization import Slider, SolaraViz
    from sim.app.components import DetentionMap, GapChart, OfficialsMap, played
    scale = Slider("guards.scale", value=1.0, min=0.0, max=2.0, step=0.25)
    parts = [DetentionMap, OfficialsMap, GapChart]
    page = SolaraViz(played("tiny"), components=parts, model_params={"guards__scale": scale})

`played` makes a model that `SolaraViz` can make again on Reset. `detention-sim view` is built from the same parts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import solara
from mesa.visualization.utils import update_counter

from sim.app.assets import parts, style, to_json
from sim.app.page_data import base_map, belief_overlay, thinned, truth_overlay
from sim.app.settings import changed
from sim.app.sites import MapPlan
from sim.model import DetentionModel, Run
from sim.model.seed import Rng
from sim.plots.style import BELIEF, TRUTH
from sim.scenario.resolved import Resolved


class PlayedModel(DetentionModel):
    """A `DetentionModel` that `SolaraViz` makes again: it calls the class with its own `scenario=` and its sliders."""

    first_scenario: ClassVar[Resolved | str | Path] = "tiny"
    first_seed: ClassVar[Rng] = "scenario"

    def __init__(self, scenario: object = None, rng: Any = None, replicate: Any = 0, **settings: object) -> None:
        """Make the model of the first scenario with other settings.

        Parameters: scenario, Mesa's own, of which only the seed counts; rng and replicate, whole numbers or text of
        them; settings, as of `DetentionModel`. Raises what that raises.
        """
        seed = getattr(scenario, "rng", None) if rng is None else rng
        shown = self.first_scenario
        if isinstance(shown, Resolved) and settings:
            shown, settings = changed(shown, {path.replace("__", "."): v for path, v in settings.items()}), {}
        super().__init__(shown, self.first_seed if seed is None else int(seed), int(replicate), **settings)


def played(
    scenario: Resolved | str | Path = "tiny", rng: Rng = "scenario", replicate: int = 0, **settings: object
) -> PlayedModel:
    """Return a model for `SolaraViz`; parameters as of `DetentionModel`."""
    kind = type("DetentionModel", (PlayedModel,), {"first_scenario": scenario, "first_seed": rng})
    model: PlayedModel = kind(replicate=replicate, **settings)
    return model


@solara.component_vue("component.vue")
def Part(components: dict[str, str], css: str, part: str, data_json: str) -> None:
    """Draw one part of the page by itself."""


@solara.component
def DetentionMap(model: DetentionModel) -> None:
    """Draw the map of what happened."""
    update_counter.get()
    first, plan = solara.use_memo(lambda: _start(model), [model])
    data = _shown(model, base_map(model, plan, model.truth.control, first), truth_overlay(model, plan), "truth")
    Part(components=parts(), css=style(), part="map", data_json=to_json(data))


@solara.component
def OfficialsMap(model: DetentionModel) -> None:
    """Draw the map that officials have: what was reported, and who held which cell on day 0."""
    update_counter.get()
    first, plan = solara.use_memo(lambda: _start(model), [model])
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
        {"name": "exits", "values": lines["escaped"], "color": TRUTH, "width": 2.4},
    ]
    scenario = model.resolved.scenario
    return {
        "mode": "truth",
        "headline": "",
        "title": "Exits and confirmed exits; hatched: the gap",
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
