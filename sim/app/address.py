"""What the page shows as the part of its address after `#`: a reload, a bookmark or a colleague gets the same."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from sim.app.run_pane import RunPane
from sim.app.session import FIRST, MODES, Session
from sim.app.settings import HANDOVER

MAX_LENGTH = 4000
"""Longest address that is read."""
SECOND = "b."
"""Prefix of what belongs to the second run."""
RESERVED = (
    "scenario",
    "of",
    "at",
    "seed",
    "replicate",
    "day",
    "mode",
    "pin",
    "set",
    "two",
    "results",
    "metric",
    "point",
    "slice",
    "record",
)
"""Names in an address that are no paths of settings."""


def address(session: Session) -> str:
    """Return the address of what a page shows, except the day, which the page adds: `run?scenario=...&seed=1`."""
    first = session.first
    shown: dict[str, str] = {**_run(first)}
    if first.model is not None:
        shown["seed"], shown["replicate"] = str(first.model.seed_number), str(first.model.replicate)
    if session.mode != MODES[0]:
        shown["mode"] = session.mode
    if session.record:
        shown["record"] = session.record
    if session.pinned:
        shown["pin"] = session.pinned
    if len(session.panes) > 1:
        shown["two"] = "1"
        shown.update({SECOND + key: value for key, value in _run(session.panes[1]).items()})
        if session.active:
            shown["set"] = "b"
    page = session.results_page
    if page is not None and page.name:
        shown["results"], shown["metric"] = page.name, page.metric
        if page.point is not None:
            shown["point"] = str(page.point)
        if page.at:
            shown["slice"] = ",".join(f"{path}:{level}" for path, level in page.slices())
    return f"{session.page}?{urlencode(shown)}"


def _run(pane: RunPane) -> dict[str, str]:
    """Return what a run is of: a scenario's file or a point of results; and its settings."""
    shown = {"scenario": pane.file} if pane.file is not None else {}
    if pane.source is not None:
        shown["of"], shown["at"] = pane.source[0], str(pane.source[1])
    return {**shown, **{path: str(value) for path, value in pane.settings.items()}}


def act_or_restore(session: Session, asked: Any) -> None:
    """Do what a page asks; `restore` with an address shows what that names."""
    if isinstance(asked, dict) and asked.get("do") == "restore":
        with session.lock:
            restore(session, str(asked.get("value")))
            session.serial += 1
        return
    session.act(asked)


def restore(session: Session, text: str) -> None:
    """Show what an address names. Whatever in it is not allowed is passed over, as nobody vouches for a link."""
    page, _, query = text[:MAX_LENGTH].lstrip("#").partition("?")
    found = dict(parse_qsl(query))
    _restore_results(session, found, page)
    if any(key not in ("results", "metric", "point", "slice") for key in found):
        _restore_run(session, found)
    session.choose_page(page)


def _restore_results(session: Session, found: Mapping[str, str], page: str) -> None:
    if page == "results" or "results" in found:
        session.choose_page("results")
    shown = session.results_page
    if shown is None:
        return
    if "results" in found and found["results"] != shown.name:
        shown.choose(found["results"])
    shown.choose_metric(found.get("metric"))
    shown.choose_point(_whole(found.get("point")))
    for part in filter(None, found.get("slice", "").split(",")):
        path, _, level = part.rpartition(":")
        shown.choose_slice({"path": path, "level": _whole(level)})


def _restore_run(session: Session, found: Mapping[str, str]) -> None:
    seed, replicate = _whole(found.get("seed")), _whole(found.get("replicate"))
    if "of" in found:
        _open_result(session, found["of"], _whole(found.get("at")), replicate or 0)
    first = session.first
    session.drop_second()
    first.seed = first.seed if seed is None else seed
    first.replicate = first.replicate if replicate is None else replicate
    session.begin(FIRST, found.get("scenario"), _settings(found, ""))
    if "two" in found and first.model is not None:
        session.compare()
        session.begin(1, found.get(f"{SECOND}scenario"), _settings(found, SECOND))
        session.choose_pane(1 if found.get("set") == "b" else FIRST)
    session.choose_mode(found.get("mode", MODES[0]))
    session.choose_record(found.get("record"))
    session.pin(found.get("pin"))
    session.go(round(_number(found.get("day")) * 24 / session.first.step_hours))


def _open_result(session: Session, name: str, point: int | None, replicate: int) -> None:
    """Show a replicate of results, and leave the page of results as it is."""
    session.choose_page("results")
    shown = session.results_page
    if shown is None or point is None:
        return
    before = (shown.name, shown.point)
    if name in shown.names:
        shown.choose(name)
        shown.choose_point(point)
        session.show(shown.replicate(replicate))
    if before[0] != shown.name:
        shown.choose(before[0])
    shown.choose_point(before[1])


def _settings(found: Mapping[str, str], prefix: str) -> dict[str, object]:
    """Return the settings of a run; the session passes over those that the page may not set."""
    settings: dict[str, object] = {}
    for key, text in found.items():
        path = key.removeprefix(prefix)
        if key.startswith(prefix) and path not in RESERVED and not path.startswith(SECOND):
            settings[path] = text if path == HANDOVER else _number(text, none=math.nan)
    return settings


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() and len(text) <= 18 else None


def _number(text: str | None, none: float = 0.0) -> float:
    """Return a number, or `none` for what is not a finite one."""
    try:
        number = float(text or none)
    except ValueError:
        return none
    return number if abs(number) < 1e9 else none
