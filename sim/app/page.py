"""The page. Solara makes one per tab; each has its own session, shared with no other tab."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara

from sim.app.address import act_or_restore
from sim.app.assets import parts, style, to_json
from sim.app.page_data import base_map_of, controls, frame, log
from sim.app.run_pane import RunPane
from sim.app.session import Session
from sim.app.start import current

TITLE = "Detention sites: what happened, and what officials can see"


@solara.component_vue("page.vue")
def PageTemplate(
    components: dict[str, str],
    css: str,
    controls_json: str,
    base_maps_json: str,
    log_json: str,
    frame_json: str,
    results_json: str,
    event_act: Callable[[Any], None],
) -> None:
    """Draw the page with Vue, which shows text from files as text, never as markup."""


@solara.component
def Layout(children: list[Any]) -> None:
    """Lay out the page without a frame."""
    solara.Div(children=children, style={"height": "100%"})


@solara.component
def Page() -> None:
    """Show one run or two with their controls, or results."""
    _, redraw = solara.use_state(0)

    def again() -> None:
        redraw(lambda drawn: drawn + 1)

    session = solara.use_memo(lambda: Session(current(), again), [])
    solara.use_effect(lambda: session.close, [])

    def act(asked: Any) -> None:
        act_or_restore(session, asked)
        again()

    solara.Title(TITLE)
    with session.lock:  # an ensemble asks for a drawing from its own thread
        _draw(session, act)


def _draw(session: Session, act: Callable[[Any], None]) -> None:
    map_keys = [_map_key(pane, session.mode) for pane in session.panes]
    base_maps = solara.use_memo(
        lambda: to_json([base_map_of(pane, session.mode) for pane in session.panes]), [map_keys]
    )
    log_key = [_log_key(session), session.mode, session.kinds, session.text, session.pinned]
    rows = solara.use_memo(lambda: to_json(log(session)), log_key)
    results_page = session.results_page if session.page == "results" else None
    results = to_json(results_page.shown()) if results_page is not None else "null"
    PageTemplate(
        components=parts(),
        css=style(),
        controls_json=to_json(controls(session)),
        base_maps_json=base_maps,
        log_json=rows,
        frame_json=to_json(frame(session)),
        results_json=results,
        event_act=act,
    )


def _map_key(pane: RunPane, mode: str) -> tuple[int, int, str, bytes]:
    """Return what the base map depends on; who holds each cell only in the mode that shows it."""
    held = pane.model.truth.control.tobytes() if pane.model is not None and mode == "truth" else b""
    return (id(pane), pane.restarts, mode, held)


def _log_key(session: Session) -> tuple[int, int, tuple[int, int]]:
    """Return what the log depends on: the run, and its numbers of events and reports."""
    pane = session.pane
    return (id(pane), pane.restarts, pane.event_log.read(pane.model) if pane.model is not None else (0, 0))
