"""The log: a row for each event and report, read from the model's records as they grow."""

from __future__ import annotations

from typing import NamedTuple

from sim.app.labels import (
    CAUSES,
    claim_text,
    clock_text,
    event_text,
    facility_title,
    grade_label,
    short_title,
    source_label,
)
from sim.model import DetentionModel
from sim.wording import count
from sim.world.codes import CALL, DAY, EXIT

MAX_ROWS = 150
"""Rows sent to the page; a filter reaches the others."""
EVERYWHERE = "All facilities"


class Row(NamedTuple):
    """A row of the log.

    `kind` is event or report; `tone` is exit, claim or plain; `site` is a facility's name or empty; `mark` is the
    grade of a report.
    """

    minute: int
    site: str
    where: str
    what: str
    kind: str
    tone: str = "plain"
    mark: str = ""

    def shown(self) -> dict[str, str | float]:
        """Return the row as it is sent to the page."""
        return {**self._asdict(), "when": clock_text(self.minute)}


class EventLog:
    """Events and reports up to now. After a run was set back, it reads from the start."""

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self._read = (0, 0)
        self.events: list[Row] = []
        self.reports: list[Row] = []
        self._exits: dict[tuple[int, int, int], tuple[int, float]] = {}  # index of the row, persons out up to now

    def read(self, model: DetentionModel) -> tuple[int, int]:
        """Read up to where the model is; return the number of events and of reports."""
        now = (int(model.truth.clock["log_count"][0]), int(model.belief.board["reports"][0]))
        if now[0] < self._read[0] or now[1] < self._read[1]:
            self._clear()
        for minute, kind, f, detail, number in model.truth.log[self._read[0] : now[0]].tolist():
            self._event(model, minute, kind, f, detail, number)
        for report in model.belief.report[self._read[1] : now[1]]:
            self._report(model, report)
        self._read = now
        return now

    def _event(self, model: DetentionModel, minute: int, kind: int, f: int, detail: int, number: float) -> None:
        """Add an event's row, but exits of one facility, day and cause share a row.

        A call to the front gets a row only if at most half of the assigned guards are left.
        """
        if kind == CALL and number > 0.5 * model.truth.facility["assigned"][f]:
            return
        resident = model.truth.facility["resident"][f] == 1  # residents have no panel that a line could lead to
        site, where = "" if resident else model.names.facilities[f], short_title(facility_title(model, f))
        if kind != EXIT:
            self.events.append(Row(minute, site, where, event_text(model, kind, detail, number), "event"))
            return
        key = (minute // DAY, f, detail)
        at, before = self._exits.get(key, (len(self.events), 0.0))
        first = self.events[at].minute if key in self._exits else minute
        row = Row(first, site, where, f"{count(before + number)} out {CAUSES[detail]}", "event", "exit")
        self.events[at : at + 1] = [row]
        self._exits[key] = (at, before + number)

    def _report(self, model: DetentionModel, report: object) -> None:
        o, f = int(report["observer"]), int(report["facility"])  # type: ignore[index]
        site = model.names.facilities[f] if f >= 0 else ""
        where = short_title(facility_title(model, f)) if f >= 0 else EVERYWHERE
        what = f"{source_label(model, o)} {claim_text(report)}"
        minute = int(report["minute"])  # type: ignore[index]
        self.reports.append(Row(minute, site, where, what, "report", "claim", grade_label(model, o)))

    def rows(self, kinds: str, site: str, text: str) -> list[Row]:
        """Return rows, newest first, by kind (all, event, report), facility (empty for all) and text in them."""
        chosen = [*(self.events if kinds != "report" else ()), *(self.reports if kinds != "event" else ())]
        text = text.casefold()
        found = [
            row
            for row in chosen
            if (not site or row.site == site) and (not text or text in f"{row.where} {row.what} {row.mark}".casefold())
        ]
        return sorted(found, key=lambda row: -row.minute)
