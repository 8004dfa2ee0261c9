"""`detention-sim view`: one run in the browser."""

from __future__ import annotations

import sys
from typing import Annotated

import typer


def command(
    scenario: Annotated[str, typer.Argument(help="A scenario file, or the name of a shipped one.")] = "ne-syria-2019",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="This port, or the next free.")] = 8765,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    allow_host: Annotated[
        list[str] | None,
        typer.Option("--allow-host", metavar="NAME", help="Another name that pages may reach it by; may be repeated."),
    ] = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Open no browser.")] = False,
) -> None:
    """Show one run in the browser: what happened, and what officials can see. Ctrl-C ends it."""
    from sim.app.start import Start, begin_with

    start = Start.at(scenario)
    resolved = start.load(start.file, {})
    begin_with(start)

    from sim.app.server import application, listen, serve, url_of
    from sim.model import DetentionModel

    try:
        listener = listen(host, port)
        with listener:
            print("detention-sim: preparing the view (a minute or two the first time)", file=sys.stderr)
            DetentionModel(resolved).step()  # compiles the rules, which a page must not wait for
            serve(application(host, allow_host or ()), listener, url_of(host, listener), browse=not no_open)
    except KeyboardInterrupt:
        return
