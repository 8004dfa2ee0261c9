"""`detention-sim view`: one run in the browser, and results beside it."""

from __future__ import annotations

from pathlib import Path
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
    results: Annotated[
        Path | None,
        typer.Option("--results", metavar="DIR", help="Results to open beside it: a results folder, or one of such."),
    ] = None,
    claims: Annotated[
        Path | None,
        typer.Option("--claims", metavar="FILE", help="Lay the claims on record in this file over the run."),
    ] = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Open no browser.")] = False,
) -> None:
    """Show one run in the browser: what happened, and what officials can see. Ctrl-C ends it."""
    from sim.experiment.extra import VIEW, need

    need("view", "view", *VIEW)
    from sim.app.start import Start

    start = Start.at(scenario)
    if results is not None:
        start = start.with_results(results)
    if claims is not None:
        start = start.with_claims(claims)
    from sim.app.server import view

    view(start, host=host, port=port, allow_host=allow_host or (), browse=not no_open)
