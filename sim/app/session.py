"""State of one page: one or two runs, and what is shown of them. No two pages share it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from sim.app.results_page import ResultsPage
from sim.app.run_pane import RunPane
from sim.app.settings import HANDOVER, SLIDERS, Slider, decisions
from sim.app.start import LoadedRun, Start
from sim.scenario.errors import printable, shown
from sim.scenario.vocabulary import HANDOVERS

MODES = ("truth", "belief")
"""Modes of the page: what happened, what officials can see."""
PAGES = ("run", "results")
SPEEDS = (1, 3, 6, 12, 24)
"""Hours per frame offered."""
KINDS = ("all", "event", "report")
MAX_SEED = 2**63 - 1
FIRST = 0
"""Index of the run that is always there; a second one may stand beside it."""


class Session:
    """State of one page. `act` takes the page's requests, and each of their values is checked."""

    def __init__(self, start: Start) -> None:
        self.start = start
        self.mode = MODES[0]
        self.page = PAGES[0]
        self.hours = 6
        self.serial = 0
        self.active = FIRST
        self.pinned = ""
        self.kinds, self.text = KINDS[0], ""
        self.seed_text, self.seed_error = "", ""
        self.results_page: ResultsPage | None = None
        self.panes = [_first_pane(start)]
        self._load(self.panes[FIRST])
        self._show_seed()

    @property
    def pane(self) -> RunPane:
        """The run that the controls set."""
        return self.panes[self.active]

    @property
    def first(self) -> RunPane:
        """The run that is always there."""
        return self.panes[FIRST]

    def act(self, asked: Any) -> None:
        """Do what the page asks; ignore a request that is not allowed."""
        if not isinstance(asked, dict):
            return
        action = self._actions().get(str(asked.get("do")))
        if action is not None:
            action(asked.get("value"))
        self.serial += 1

    def _actions(self) -> dict[str, Callable[[Any], None]]:
        return {
            "advance": lambda _: self.advance(),
            "go": self.go,
            "reset": lambda _: self.reset(),
            "scenario": self.choose_scenario,
            "seed": self.choose_seed,
            "handover": self.choose_handover,
            "undo": lambda _: self.undo_settings(),
            "mode": self.choose_mode,
            "speed": self.choose_speed,
            "pin": self.pin,
            "kinds": self.choose_kinds,
            "text": self.choose_text,
            "compare": lambda _: self.compare(),
            "pane": self.choose_pane,
            "page": self.choose_page,
            "results": lambda name: self.results_page.choose(name) if self.results_page else None,
            "metric": lambda metric: self.results_page.choose_metric(metric) if self.results_page else None,
            "point": lambda point: self.results_page.choose_point(point) if self.results_page else None,
            "open": self.open,
            **{slider.path: partial(self.choose_number, slider) for slider in SLIDERS},
        }

    # Time

    def advance(self) -> None:
        """Advance by the hours of a frame, at least one step."""
        self.go(self.first.at + max(1, round(self.hours / self.first.step_hours)))

    def go(self, step: Any) -> None:
        """Go to a step of the first run; the second run goes to the same hour."""
        if not _whole(step):
            return
        _set(self.first, int(step))
        hours = self.first.at * self.first.step_hours
        for pane in self.panes[1:]:
            _set(pane, round(hours / pane.step_hours))

    def reset(self) -> None:
        """Go back to the start and read the scenario's file again."""
        for pane in self.panes:
            self._load(pane)

    # What runs

    def choose_scenario(self, file: Any) -> None:
        """Run another scenario of the folder, without settings of the page."""
        if file not in self.start.files():
            return
        self.pane.file, self.pane.label, self.pane.settings = str(file), _name(str(file)), {}
        if self.active == FIRST:
            self.pane.replicate, self.pinned = 0, ""
        self._load(self.pane)
        self._align()

    def choose_seed(self, text: Any) -> None:
        """Set the seed of both runs from typed text; ignore it, with an error, unless it is a whole number."""
        self.seed_text, self.seed_error = printable(str(text))[:40], ""
        try:
            seed = int(str(text)[:40], 10)
        except ValueError:
            seed = -1
        if not 0 <= seed <= MAX_SEED:
            self.seed_error = f"{shown(self.seed_text, 20) or 'nothing'} is not a seed: expected a whole number from 0"
            return
        for pane in self.panes:
            pane.seed = seed
            pane.restart()
        self._show_seed()

    def choose_number(self, slider: Slider, value: Any) -> None:
        """Set a slider's value, if it is in range."""
        if isinstance(value, int | float) and not isinstance(value, bool) and slider.low <= value <= slider.high:
            self._set(slider.path, float(value))

    def choose_handover(self, value: Any) -> None:
        """Set how custody passes."""
        if value in HANDOVERS:
            self._set(HANDOVER, value)

    def undo_settings(self) -> None:
        """Drop the settings of the page."""
        self.pane.settings = {}
        self.pane.restart()
        self._align()

    def compare(self) -> None:
        """Show a second run with the same seed and another decision, or remove it again."""
        self.active = FIRST
        if len(self.panes) > 1:
            self.panes = self.panes[:1]
            return
        a = self.first
        if a.loaded is None or a.model is None:
            return
        b = RunPane(a.label, a.file, a.model.seed_number, a.replicate)
        b.settings = {**a.settings, HANDOVER: "none" if a.handover() == "formal" else "formal"}
        b.begin(a.loaded)
        self.panes = [a, b]
        self.active = 1
        self.go(a.at)

    def choose_pane(self, pane: Any) -> None:
        """Choose the run that the controls set."""
        if _whole(pane) and pane in range(len(self.panes)):
            self.active = int(pane)

    def open(self, rank: Any) -> None:
        """Show a replicate of the results, played to its end."""
        run = self.results_page.open(rank) if self.results_page is not None else None
        if run is None:
            return
        self.panes, self.active, self.pinned, self.page = [_pane_of(run)], FIRST, "", "run"
        self.first.begin(run.resolved)
        _set(self.first, self.first.steps)
        self.seed_error = ""
        self._show_seed()

    def _set(self, path: str, value: object) -> None:
        """Change a setting: the run starts again, and with a second run goes back to the hour it was at."""
        self.pane.settings = {**self.pane.settings, path: value}
        self.pane.restart()
        self._align()

    def _align(self) -> None:
        """Bring the changed run to the hour of the other one, if there are two."""
        if len(self.panes) == 1:
            return
        other = self.panes[1 - self.active]
        _set(self.pane, round(other.at * other.step_hours / self.pane.step_hours))

    def _load(self, pane: RunPane) -> None:
        try:
            run = self.start.loaded_run
            if pane.file is not None:
                pane.begin(self.start.load(pane.file))
            elif pane.loaded is not None:
                pane.restart()
            elif run is not None:
                pane.begin(run.resolved)
        except Exception as error:  # the page must survive whatever a file holds
            pane.fail(error)

    def _show_seed(self) -> None:
        if self.first.model is not None:
            self.seed_text = str(self.first.model.seed_number)

    # What is shown

    def choose_mode(self, mode: Any) -> None:
        """Choose what happened, or what officials can see."""
        if mode in MODES:
            self.mode = mode

    def choose_speed(self, hours: Any) -> None:
        """Choose the hours per frame."""
        if hours in SPEEDS:
            self.hours = int(hours)

    def choose_page(self, page: Any) -> None:
        """Choose the page of the run, or that of results if there is an archive."""
        if page == "results" and self.start.archive is not None and self.results_page is None:
            self.results_page = ResultsPage(self.start.archive)
        if page in PAGES and (page == "run" or self.results_page is not None):
            self.page = page

    def pin(self, site: Any) -> None:
        """Pin a facility, whose numbers and log stay in view; unpin for any other value."""
        names = self.first.model.names.facilities if self.first.model is not None else ()
        self.pinned = str(site) if site in names else ""

    def choose_kinds(self, kinds: Any) -> None:
        """Choose the kind of rows that the log shows."""
        if kinds in KINDS:
            self.kinds = kinds

    def choose_text(self, text: Any) -> None:
        """Set the text that the log's rows must contain."""
        self.text = str(text)[:60] if isinstance(text, str) else ""

    def titles(self) -> list[str]:
        """Return each run's decisions as text."""
        return [decisions(pane.settings) for pane in self.panes]


def _set(pane: RunPane, step: int) -> None:
    """Set a run to a step; an error of a rule is shown on the page."""
    try:
        pane.go(step)
    except Exception as error:
        pane.fail(error)


def _first_pane(start: Start) -> RunPane:
    return _pane_of(start.loaded_run) if start.loaded_run is not None else RunPane(_name(start.file), start.file)


def _pane_of(run: LoadedRun) -> RunPane:
    return RunPane(run.label, None, run.seed, run.replicate)


def _name(file: str) -> str:
    return printable(file.rsplit(".", 1)[0])[:120]


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
