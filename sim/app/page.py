"""The page. Solara makes one for every tab; its run is made inside it and shared with no other."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import solara

from sim.app.frame import base, controls, frame
from sim.app.session import Session
from sim.app.start import current


@solara.component_vue("page.vue")
def Drawn(controls_json: str, base_json: str, frame_json: str, event_act: Callable[[Any], None]) -> None:
    """The page as Vue draws it; text from files reaches it as text only."""


@solara.component
def Layout(children: list[Any]) -> None:
    """No frame around the page."""
    solara.Div(children=children, style={"height": "100%"})


@solara.component
def Page() -> None:
    """One run, with its controls."""
    session = solara.use_memo(lambda: Session(current()), [])
    _, redraw = solara.use_state(0)

    def act(asked: Any) -> None:
        session.act(asked)
        redraw(session.serial)

    model = session.model
    held = model.truth.control.tobytes() if model is not None else b""
    below = solara.use_memo(lambda: base(session), [session.runs, held])
    solara.Title("Detention sites: what happened, and what officials can see")
    Drawn(controls_json=text(controls(session)), base_json=text(below), frame_json=text(frame(session)), event_act=act)


def text(value: dict[str, Any]) -> str:
    """JSON: text is handed through as it is, where Vue would watch and copy every part of an object."""
    return json.dumps(value, allow_nan=False, separators=(",", ":"))
