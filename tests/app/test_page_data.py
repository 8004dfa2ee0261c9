"""Data sent to the page: in the officials' mode nothing that depends on what happened."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from sim.app.archive import Archive
from sim.app.page_data import base_map_of, controls, frame, log
from sim.app.results_page import ResultsPage
from sim.app.session import Session
from sim.app.start import Start

PUBLIC = {  # public facts of a facility: its place, and its numbers at the start
    "key", "initial", "x", "y", "column", "row", "camp", "resident", "first", "held0", "assigned", "capacity", "walls",
    "cameras", "guard_first", "guard_rows", "block_first", "blocks",
}  # fmt: skip


def sent_text(session: Session) -> str:
    """Return everything that a page is sent."""
    for pane in session.panes:
        if pane.model is not None:
            pane.event_log.read(pane.model)
    base_maps = [base_map_of(pane, session.mode) for pane in session.panes]
    return json.dumps([controls(session), base_maps, frame(session), log(session)], allow_nan=False)


def scramble(session: Session) -> None:
    """Change the truth: people held, guards, holders, forces, control, totals and events."""
    for pane in session.panes:
        assert pane.model is not None
        truth = pane.model.truth
        for name in truth.facility.dtype.names:
            if name not in PUBLIC:
                truth.facility[name] += 1
        truth.control[:] = 2
        for name in ("active", "x", "y", "party"):
            truth.unit[name] = 1
        truth.total["escaped"] += 999
        truth.states[:] += 7
        truth.fugitive["y"] += 1
        truth.clock["out_count"] = 5
        truth.log["count"] += 3
        truth.total["escaped_persons"] += 9
        for name in ("escaped", "guards"):
            pane.history[name] += 77
        pane.held += 5
        pane.guards += 5


@pytest.fixture
def session(scenarios: Path) -> Session:
    made = Session(Start(scenarios, "ne-syria-2019.yaml"))
    made.act({"do": "go", "value": 24 * 20})
    made.act({"do": "compare"})
    made.act({"do": "pin", "value": "ain-issa"})
    return made


def test_officials_are_sent_the_same_whatever_happened(session: Session) -> None:
    session.act({"do": "mode", "value": "belief"})
    before = sent_text(session)
    scramble(session)
    assert sent_text(session) == before


def test_what_happened_depends_on_it(session: Session) -> None:
    before = sent_text(session)
    scramble(session)
    assert sent_text(session) != before


def test_a_long_run_is_sent_in_few_numbers(scenarios: Path) -> None:
    session = Session(Start(scenarios, "quiet-year.yaml"))
    session.act({"do": "go", "value": 10**6})
    days = frame(session)["panes"][0]["series"]["days"]
    assert days[0] == 0 and days[-1] == 365 and len(days) < 500
    assert np.all(np.diff(days) > 0)
    assert len(sent_text(session)) < 250_000


def test_every_party_that_holds_ground_is_named_on_the_map_or_in_the_legend(session: Session) -> None:
    pane = session.first
    assert pane.model is not None
    holders = {pane.model.names.parties[p] for p in np.unique(pane.model.truth.control)}
    titles = {pane.model.resolved.theatre.parties[name].title or name for name in holders}
    sent = base_map_of(pane, "truth")
    named = {name["text"] for name in sent["party_labels"]}
    assert {party["title"]: party["written"] for party in sent["parties"]} == {
        title: title in named for title in titles
    }
    assert named
    places = [tuple(place) for name in sent["party_labels"] for place in name["places"]]
    assert len(places) == len(set(places)) > len(named)  # a map has several to choose from


def keys(data: object) -> set[str]:
    """Return the keys of all dictionaries in JSON data, except those that are values themselves."""
    if isinstance(data, dict):
        return set(data) | {
            key for name, value in data.items() if name not in ("states", "terms") for key in keys(value)
        }
    return {key for item in data for key in keys(item)} if isinstance(data, list) else set()


@pytest.mark.parametrize("mode", ["truth", "belief"])
def test_every_key_that_is_sent_is_read(session: Session, root: Path, archive: Path, mode: str) -> None:
    session.act({"do": "mode", "value": mode})
    page = ResultsPage(Archive(archive))
    page.choose("sweep")
    page.choose_point(0)
    assert not page.errors
    sent = [*json.loads(sent_text(session)), json.loads(json.dumps(page.shown()))]
    source = "".join(path.read_text() for path in [root / "sim/app/page.vue", *(root / "sim/app/parts").glob("*.vue")])
    unread = {key for key in keys(sent) if not re.search(rf"\.{key}\b", source)}
    assert unread == set()
