"""The animation of a page's run as a file: made from the page's address, so that what is shown is what leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import Lock
from typing import Any

from sim.app.address import MAX_LENGTH, restore
from sim.app.labels import clock_text, facility_title, short_title
from sim.app.run_pane import RunPane
from sim.app.sentences import stamp
from sim.app.session import Session
from sim.app.start import current
from sim.model import DetentionModel
from sim.plots.animation import Moment, Shown, days_shown, webp

PATH = "/animation.webp"
_ONE = Lock()
"""Held while an animation is made: one at a time, as each takes seconds of a core."""


class WithAnimation:
    """An ASGI application that answers PATH itself, and leaves everything else to another."""

    def __init__(self, app: Any, made: Callable[[str], bytes | None]) -> None:
        """Parameters: made, from the address of a page, the animation; None where the address has no run."""
        self._app, self._made = app, made

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one connection."""
        if scope["type"] != "http" or scope["path"] != PATH:
            await self._app(scope, receive, send)
            return
        if scope["method"] != "GET" or len(scope["query_string"]) > MAX_LENGTH:
            await _answer(send, 400, b"text/plain", b"expected the address of a page\n")
            return
        try:
            content = await asyncio.to_thread(self._made, scope["query_string"].decode("latin-1"))
        except asyncio.CancelledError:  # the view is being closed
            await _answer(send, 503, b"text/plain", b"the view is closed\n")
            return
        if content is None:
            await _answer(send, 404, b"text/plain", b"that address shows no run\n")
        else:
            await _answer(send, 200, b"image/webp", content)


async def _answer(send: Any, status: int, kind: bytes, body: bytes) -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def made(query: str) -> bytes | None:
    """Return the animation of the run that an address names, in its mode; None if it has no run."""
    with _ONE:
        session = Session(current())
        restore(session, f"run?{query}")
        session.go(0)
        return None if session.first.model is None else of_run(session.first, session.mode)


def of_run(pane: RunPane, mode: str) -> bytes:
    """Play a run from its start to its end, and return it as an animated WebP; in belief nothing of the truth."""
    model: DetentionModel | None = pane.model
    assert model is not None, "made() says so"
    theatre = model.resolved.theatre
    kept = [n for n, name in enumerate(model.names.facilities) if theatre.facilities[name].regime != "resident"]
    places = []
    for n in kept:
        facility = theatre.facilities[model.names.facilities[n]]
        places.append((short_title(facility_title(model, n)), *theatre.grid.kilometres(facility.lat, facility.lon)))
    moments = []
    for day in days_shown(pane.steps * pane.step_hours / 24.0):
        pane.go(round(24.0 * day / pane.step_hours))
        truth = model.truth.facility["escaped"][kept].astype(float).tolist() if mode == "truth" else None
        control = model.truth.control if mode == "truth" else pane.first_control
        confirmed = model.belief.confirmed[kept].astype(float).tolist()
        moments.append(Moment(clock_text(60 * model.hours), control.copy(), truth, confirmed))
    return webp(theatre, Shown(pane.label, stamp(pane), places), moments)
