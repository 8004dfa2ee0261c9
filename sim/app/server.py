"""Server of the view: Solara in this process, on loopback, for pages of its own origin only."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
import warnings
import webbrowser
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from sim.app.start import Start, begin_with
from sim.scenario.errors import InputError, Problem

LOOPBACK = ("localhost", "127.0.0.1", "::1")
TRIES = 100
"""Number of ports tried, from the first one on."""
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; worker-src 'self' blob:; connect-src 'self' ws: wss:; "
    "object-src 'none'; frame-ancestors 'none'; base-uri 'self'"
)
"""Content policy: scripts and requests of this server only; Vue needs eval to compile templates in the page."""


class Guarded:
    """An ASGI application that answers only its own host names and pages of its own origin.

    It guards against foreign pages that make a browser send requests here, across origins or by DNS rebinding.
    """

    def __init__(self, app: Any, names: Iterable[str], proxied: Iterable[str] = ()) -> None:
        """Parameters: names, hosts that are answered; proxied, those of them whose Origin may differ from Host."""
        self._app = app
        self._names = {name.lower() for name in names}
        self._proxied = {name.lower() for name in proxied}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer or refuse one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif not self.admits(scope["headers"]):
            await refuse(scope, receive, send)
        elif "\0" in scope["path"]:  # no file has such a name, and asking for one raises
            await refuse(scope, receive, send, 404, b"there is nothing here\n")
        else:
            await self._app(scope, receive, _with_policy(send))

    def admits(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Return true if Host is one of ours and Origin, if present, is the same."""
        hosts = [value.decode("latin-1").lower() for name, value in headers if name == b"host"]
        origins = [value.decode("latin-1").lower() for name, value in headers if name == b"origin"]
        if len(hosts) != 1 or host_of(hosts[0]) not in self._names:
            return False
        return all(self._same(origin, hosts[0]) for origin in origins)

    def _same(self, origin: str, host: str) -> bool:
        scheme, _, place = origin.partition("://")
        if scheme not in ("http", "https"):
            return False
        return place == host or host_of(place) in self._proxied


def host_of(place: str) -> str:
    """Return the name in `name:port`, empty if the text has another form."""
    try:
        parts = urlsplit(f"//{place}")
        parts.port  # noqa: B018 - raises for an invalid port
    except ValueError:
        return ""
    plain = not (parts.path or parts.query or parts.fragment or parts.username or parts.password)
    return parts.hostname or "" if plain else ""


FOREIGN = b"refused: foreign Host or Origin (see view --allow-host)\n"


async def refuse(scope: Any, receive: Any, send: Any, status: int = 403, body: bytes = FOREIGN) -> None:
    """Answer with a status; close a websocket before it is accepted."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _with_policy(send: Any) -> Callable[[Any], Any]:
    async def sent(message: Any) -> None:
        if message["type"] == "http.response.start":
            extra = [
                (b"content-security-policy", POLICY.encode()),
                (b"x-content-type-options", b"nosniff"),
                (b"referrer-policy", b"no-referrer"),
            ]
            message = {**message, "headers": [*message.get("headers", []), *extra]}
        await send(message)

    return sent


def listen(host: str, port: int) -> socket.socket:
    """Return a socket on a port or the next free one (0: any). Raises InputError if none is free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    last: OSError | None = None
    for candidate in range(port, min(port + TRIES, 65536)) if port else (0,):
        # Without the protocol asyncio leaves Nagle's delay on, which adds 40 ms to a frame.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
            listener.listen(128)
            return listener
        except OSError as error:
            listener.close()
            last = error
    raise InputError([Problem("--host, --port", 0, "", f"cannot listen on {host}:{port}: {last}", "a free port")])


def url_of(host: str, listener: socket.socket) -> str:
    """Return the page's address for a browser."""
    port = listener.getsockname()[1]
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{name}:{port}/"


def view(
    start: Start, *, host: str = "127.0.0.1", port: int = 8765, allow_host: Iterable[str] = (), browse: bool = True
) -> None:
    """Show a start in the browser until Ctrl-C: `Start.at(...)`, or `Start.with_run(...)` for a run that is loaded.

    Compiles the rules before it prints the address, so that no page waits for them. Raises InputError for a scenario
    that does not load, or if no port is free.
    """
    first = start.first()
    begin_with(start)
    try:
        with listen(host, port) as listener:
            print("detention-sim: preparing the view (a minute or two the first time)", file=sys.stderr)
            from sim.model import DetentionModel

            DetentionModel(first).step()
            serve(application(host, allow_host), listener, url_of(host, listener), browse=browse)
    except KeyboardInterrupt:
        return


def application(host: str, allowed: Iterable[str]) -> Guarded:
    """Return the view as an ASGI application, with Solara's telemetry off and all assets served from here."""
    os.environ["SOLARA_TELEMETRY_MIXPANEL_ENABLE"] = "false"
    os.environ["SOLARA_THEME_LOADER"] = "plain"
    os.environ["SOLARA_THEME_SHOW_BANNER"] = "false"
    os.environ["SOLARA_ASSETS_FONTAWESOME_ENABLED"] = "false"
    os.environ.setdefault("SOLARA_KERNEL_CULL_TIMEOUT", "10m")  # how long the run of a closed page is kept
    os.environ["SOLARA_APP"] = "sim.app.page"
    warnings.filterwarnings("ignore", message="Cookies with samesite=none")  # lax is intended
    import solara.server.starlette
    from solara.server import cdn_helper, settings

    cdn_helper.fetch_from_cdn = _offline
    settings.telemetry.mixpanel_enable = False
    settings.main.mode = "production"
    allowed = list(allowed)
    from sim.app.moving import WithAnimation, made

    return Guarded(WithAnimation(solara.server.starlette.app, made), [*LOOPBACK, host, *allowed], allowed)


def _offline(url: str) -> bytes:
    """Replace Solara's download of missing assets: a page must not make this server send requests."""
    raise FileNotFoundError(url)


def serve(app: Any, listener: socket.socket, url: str, *, browse: bool) -> None:
    """Serve until Ctrl-C; print the address once pages are answered."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if not self.should_exit:
                print(url, flush=True)
                if browse:
                    asyncio.get_running_loop().run_in_executor(None, webbrowser.open, url)

    logging.getLogger("websockets").setLevel(logging.ERROR)
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=1, lifespan="on")
    try:
        Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        print("detention-sim: the view is closed", file=sys.stderr)
