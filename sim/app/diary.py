"""The log: what happened and what was reported, a row each, read from the model's records as they grow."""

from __future__ import annotations

from typing import NamedTuple

from sim.app.words import CAUSES, claim_text, clock_text, event_text, facility_title, grade, short, source
from sim.model import DetentionModel
from sim.wording import count
from sim.world.codes import CALL, DAY, EXIT

SHOWN = 150
"""Rows sent to the page; narrowing down reaches the others."""
EVERYWHERE = "All facilities"


class Row(NamedTuple):
    """A row of the log; `kind` is event or report, `tone` exit, claim or plain, `site` a facility's name or nothing."""

    minute: int
    site: str
    where: str
    what: str
    kind: str
    tone: str = "plain"
    mark: str = ""

    def shown(self) -> dict[str, str | float]:
        """As the page has it."""
        return {**self._asdict(), "when": clock_text(self.minute)}


class Diary:
    """Rows of events and reports so far. A run set back is read anew."""

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self._read = (0, 0)
        self.events: list[Row] = []
        self.reports: list[Row] = []
        self._exits: dict[tuple[int, int, int], tuple[int, float]] = {}  # the row, and how many so far

    def read(self, model: DetentionModel) -> tuple[int, int]:
        """Read on to where the model is; how many events and reports there are by then."""
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
        """Exits of one facility, day and cause share a row; calls to the front count only where few guards are left."""
        if kind == CALL and number > 0.5 * model.truth.facility["assigned"][f]:
            return
        site, where = model.names.facilities[f], short(facility_title(model, f))
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
        where = short(facility_title(model, f)) if f >= 0 else EVERYWHERE
        what = f"{source(model, o)} {claim_text(report)}"
        minute = int(report["minute"])  # type: ignore[index]
        self.reports.append(Row(minute, site, where, what, "report", "claim", grade(model, o)))

    def rows(self, kinds: str, site: str, text: str) -> list[Row]:
        """The newest first: of the kinds (all, event, report), of a facility if one is named, that hold the text."""
        chosen = [*(self.events if kinds != "report" else ()), *(self.reports if kinds != "event" else ())]
        text = text.casefold()
        found = [
            row
            for row in chosen
            if (not site or row.site == site) and (not text or text in f"{row.where} {row.what} {row.mark}".casefold())
        ]
        return sorted(found, key=lambda row: -row.minute)
