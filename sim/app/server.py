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
from sim.scenario.errors import InputError, Problem, printable
from sim.scenario.files import display

LOOPBACK = ("localhost", "127.0.0.1", "::1")
TRIES = 100
"""Number of ports tried, from the first one on."""
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; worker-src 'self' blob:; "
    "connect-src 'self' ws://{host} wss://{host}; object-src 'none'; frame-ancestors 'none'; base-uri 'self'; "
    "form-action 'self'"
)
"""Content policy: scripts and requests of this server only; Vue needs eval to compile templates in the page."""
MAX_MESSAGE = 1_000_000
"""Longest message of a page, bytes; what it sends has some hundred."""
PATIENCE = 20.0
"""Seconds in which a connection must have sent a request."""


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
            host = next(value.decode("latin-1") for name, value in scope["headers"] if name == b"host")
            await self._app(scope, receive, _with_policy(send, host))

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


def _with_policy(send: Any, host: str) -> Callable[[Any], Any]:
    async def sent(message: Any) -> None:
        if message["type"] == "http.response.start":
            extra = [
                (b"content-security-policy", POLICY.format(host=host).encode()),
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
            for line in exposed(start, host, allow_host):
                print(printable(line), file=sys.stderr)
            print("detention-sim: preparing the view (a minute or two the first time)", file=sys.stderr)
            from sim.model import DetentionModel

            DetentionModel(first).step()
            serve(application(host, allow_host), listener, url_of(host, listener), browse=browse)
    except KeyboardInterrupt:
        return


def exposed(start: Start, host: str, allowed: Iterable[str]) -> list[str]:
    """Return lines on what others can see if the address is not this machine's own; none if it is."""
    if host.lower() in LOOPBACK:
        return []
    shown = [f"the scenarios in {display(start.folder)}"]
    if start.archive is not None:
        shown.append(f"the results in {display(start.archive.root)}")
    names = ", ".join(dict.fromkeys([host, *allowed]))
    return [
        f"detention-sim: on {host} other machines reach this page, without a password and unencrypted: whoever does can"
        f" see {' and '.join(shown)}, and make this machine compute; nobody can change a file",
        f"detention-sim: it answers to the names {names} (--allow-host NAME for more)",
    ]


def application(host: str, allowed: Iterable[str]) -> Guarded:
    """Return the view as an ASGI application, with Solara's telemetry off and all assets served from here."""
    os.environ["SOLARA_TELEMETRY_MIXPANEL_ENABLE"] = "false"
    os.environ["SOLARA_THEME_LOADER"] = "plain"
    os.environ["SOLARA_THEME_SHOW_BANNER"] = "false"
    os.environ["SOLARA_ASSETS_FONTAWESOME_ENABLED"] = "false"
    os.environ.setdefault("SOLARA_KERNEL_CULL_TIMEOUT", "10m")  # how long the run of a closed page is kept
    os.environ["SOLARA_APP"] = "sim.app.page"
    logging.basicConfig(handlers=[_told()], level=logging.ERROR, force=True)
    warnings.filterwarnings("ignore", message="Cookies with samesite=none")  # lax is intended
    import solara.server.starlette
    from solara.server import cdn_helper, kernel_context, settings

    cdn_helper.fetch_from_cdn = _offline
    settings.telemetry.mixpanel_enable = False
    settings.main.mode = "production"
    allowed = list(allowed)
    from sim.app.moving import WithAnimation, made
    from sim.app.visitors import Visited

    visited = Visited(solara.server.starlette.app, kernel_context.contexts)
    return Guarded(WithAnimation(visited, made), [*LOOPBACK, host, *allowed], allowed)


class _Line(logging.Formatter):
    """One line of text for a record, without the traceback that what a page sends would otherwise leave."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        error = record.exc_info[1] if record.exc_info else None
        what = f" ({type(error).__name__}: {error})" if error is not None else ""
        return printable(f"detention-sim: view: {' '.join(record.getMessage().split())}{what}")[:300]


def _told() -> logging.Handler:
    """Return the handler of what the server says on stderr; tracebacks with DETENTION_SIM_DEBUG=1."""
    handler = logging.StreamHandler()
    if os.environ.get("DETENTION_SIM_DEBUG") != "1":
        handler.setFormatter(_Line())
    return handler


def _offline(url: str) -> bytes:
    """Replace Solara's download of missing assets: a page must not make this server send requests."""
    raise FileNotFoundError(url)


def serve(app: Any, listener: socket.socket, url: str, *, browse: bool) -> None:
    """Serve until Ctrl-C; print the address once pages are answered."""

    def ready() -> None:
        print(url, flush=True)
        if browse:
            asyncio.get_running_loop().run_in_executor(None, webbrowser.open, url)

    try:
        server(app, ready).run(sockets=[listener])
    except KeyboardInterrupt:
        print("detention-sim: the view is closed", file=sys.stderr)


def server(app: Any, ready: Callable[[], None]) -> Any:
    """Return a server that has yet to run; `ready` is called once pages are answered."""
    import uvicorn
    from uvicorn.protocols.http.auto import AutoHTTPProtocol

    class Impatient(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
        """Closes a connection that asks for nothing: a request half sent would be waited for without end."""

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self.loop.call_later(PATIENCE, self.leave, transport)

        def leave(self, transport: Any) -> None:
            if self.cycle is None and transport.get_protocol() is self:
                transport.close()

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if not self.should_exit:
                ready()

    config = uvicorn.Config(
        app,
        http=Impatient,
        ws_max_size=MAX_MESSAGE,
        server_header=False,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
        lifespan="on",
    )
    return Server(config)
