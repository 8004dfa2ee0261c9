"""What connections may do to the sessions of others and to this process: each page ends its own, and few are kept."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from sim.scenario.errors import printable

MAX_SESSIONS = 40
"""Most sessions kept at once; of those that no page shows any longer the oldest go first."""
CLOSE = "/_solara/api/close/"
SOCKET = "/jupyter/api/kernels/"
HIDDEN = ("/resourcez", "/_solara/api/evict/")
"""Addresses of Solara for those who run servers: nobody needs them here."""
COOKIES = ("solara-session-id", "solara-session-id-lax")


class Visited:
    """An ASGI application before Solara's, which knows sessions by id: `contexts`, that of Solara's kernels."""

    def __init__(self, app: Any, contexts: Mapping[str, Any]) -> None:
        """Parameters: app, Solara; contexts, its sessions by id, oldest first."""
        self._app, self._contexts = app, contexts

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one connection."""
        if scope["type"] == "websocket":
            await self._talk(scope, receive, send)
        elif scope["type"] == "http" and (status := self._refused(scope)):
            body = {403: b"that session is another's\n", 400: b"which page?\n"}.get(status, b"there is nothing here\n")
            await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": body})
        else:
            await self._app(scope, receive, send)

    def _refused(self, scope: Any) -> int:
        """Return the status by which a request is refused, 0 for none: who closes a session must have its cookie."""
        path = scope["path"]
        if path.startswith(HIDDEN):
            return 404
        if not path.startswith(CLOSE):
            return 0
        context = self._contexts.get(path.removeprefix(CLOSE))
        if not _page(scope):
            return 400
        return 403 if context is not None and context.session_id not in _cookies(scope) else 0

    async def _talk(self, scope: Any, receive: Any, send: Any) -> None:
        """Carry a page's messages; whatever stands in one, the server goes on, with a line on stderr."""
        kernel = scope["path"].removeprefix(SOCKET).partition("/")[0]
        if not _page(scope) or not (kernel in self._contexts or await self._room()):
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        try:
            await self._app(scope, receive, send)
        except Exception as error:
            inner: BaseException = error
            while isinstance(inner, BaseExceptionGroup):
                inner = inner.exceptions[0]
            if type(inner).__name__ != "WebSocketDisconnect":  # the page went, which is no fault
                said = printable(f"{type(inner).__name__}: {inner}")[:200]
                print(f"detention-sim: a page's connection was closed: {said}", file=sys.stderr)

    async def _room(self) -> bool:
        """Make room for one more session; return whether there is any."""
        await asyncio.to_thread(end_oldest, self._contexts, MAX_SESSIONS - 1)
        return len(self._contexts) < MAX_SESSIONS


def end_oldest(contexts: Mapping[str, Any], most: int) -> None:
    """End sessions that no page shows, oldest first, until at most so many are left."""
    for context in list(contexts.values()):
        if len(contexts) <= most:
            return
        if not any(status.name == "CONNECTED" for status in context.page_status.values()):
            context.close()


def _page(scope: Any) -> bool:
    """Return whether a request says which page it is of."""
    return bool(parse_qs(scope["query_string"].decode("latin-1")).get("session_id"))


def _cookies(scope: Any) -> set[str]:
    """Return the sessions whose cookie a request has."""
    pairs = (part.strip().partition("=") for name, value in scope["headers"] if name == b"cookie"
             for part in value.decode("latin-1").split(";"))  # fmt: skip
    return {value for name, _, value in pairs if name in COOKIES}
