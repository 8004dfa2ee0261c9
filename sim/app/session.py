"""State of one page: one or two runs, and what is shown of them. No two pages share it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from sim.app import record
from sim.app.results_page import ResultsPage
from sim.app.run_pane import RunPane
from sim.app.settings import HANDOVER, decisions
from sim.app.start import LoadedRun, Start
from sim.scenario.claims import Claim
from sim.scenario.errors import InputError, printable, shown

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

    def __init__(self, start: Start, changed: Callable[[], None] | None = None) -> None:
        """Parameters: changed, called from another thread as a run's ensemble grows; without it there are none."""
        self.start = start
        self.lock = threading.RLock()
        self._changed = changed
        self.mode = MODES[0]
        self.page = PAGES[0]
        self.hours = 6
        self.serial = 0
        self.active = FIRST
        self.pinned = ""
        self.kinds, self.text = KINDS[0], ""
        self.seed_text, self.seed_error = "", ""
        self.replicate_text, self.replicate_error = "", ""
        self.notice = ""
        self.record = ""
        self.claims: tuple[Claim, ...] = ()
        self.taking = False
        self.results_page: ResultsPage | None = None
        self.panes = [self._first_pane()]
        self._load(self.panes[FIRST])
        self._show_numbers()
        self.choose_record(start.claims.name if start.claims is not None else "")

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
        with self.lock:
            if action is not None:
                action(asked.get("value"))
            self.serial += 1

    def close(self) -> None:
        """Stop what runs in the background."""
        for pane in self.panes:
            pane.close()

    def _actions(self) -> dict[str, Callable[[Any], None]]:
        return {
            "advance": lambda _: self.advance(),
            "go": self.go,
            "reset": lambda _: self.reset(),
            "scenario": self.choose_scenario,
            "seed": self.choose_seed,
            "replicate": self.choose_replicate,
            "noted": lambda _: self.note(""),
            "handover": partial(self.choose_setting, HANDOVER),
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
            "slice": lambda asked: self.results_page.choose_slice(asked) if self.results_page else None,
            "open": self.open,
            "take": self.choose_taking,
            "record": self.choose_record,
            **{slider.path: partial(self.choose_setting, slider.path) for slider in self.pane.sliders},
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
        """Run another scenario of the folder, without settings of the page, and say which those were."""
        if file not in self.start.files():
            return
        pane, hours = self.pane, self._hours if len(self.panes) > 1 else 0.0
        dropped = decisions(pane.settings) if pane.settings else ""
        pane.file, pane.label, pane.settings, pane.source = str(file), _name(str(file)), {}, None
        if self.active == FIRST:
            self.pinned = ""
        self._load(pane)
        if self.record not in self.records():
            self.choose_record("")
        _set(pane, round(hours / pane.step_hours))
        self._show_numbers()
        self.note(f"With the change of scenario these settings were dropped: {dropped}." if dropped else "")

    def note(self, text: str) -> None:
        """Show a message until it is closed."""
        self.notice = text

    def choose_seed(self, text: Any) -> None:
        """Set the seed of both runs from typed text; ignore it, with an error, unless it is a whole number."""
        self.seed_text, self.seed_error, seed = _typed(text, "seed")
        if seed is not None:
            for pane in self.panes:
                pane.seed = seed
            self._again(self.panes)
            self._show_numbers()

    def choose_replicate(self, text: Any) -> None:
        """Set the replicate of both runs from typed text, as `choose_seed` does."""
        self.replicate_text, self.replicate_error, replicate = _typed(text, "replicate")
        if replicate is not None:
            for pane in self.panes:
                pane.replicate = replicate
            self._again(self.panes)
            self._show_numbers()

    def choose_setting(self, path: str, value: Any) -> None:
        """Set a slider's value or how custody passes, if it is allowed."""
        if self.allowed(self.pane, path, value):
            self._set(path, value if path == HANDOVER else float(value))

    def undo_settings(self) -> None:
        """Drop the settings of the page."""
        self.pane.settings = {}
        self._again([self.pane])

    def compare(self) -> None:
        """Show a second run with the same seed and another decision, or remove it again."""
        self.active = FIRST
        if len(self.panes) > 1:
            self.drop_second()
            return
        a = self.first
        if a.loaded is None or a.model is None:
            return
        b = RunPane(a.label, a.file, a.model.seed_number, a.replicate, self._changed)
        b.settings = dict(a.settings)
        if a.handovers:
            b.settings[HANDOVER] = "none" if a.handover() == "formal" else "formal"
        b.begin(a.loaded)
        self.panes = [a, b]
        self.active = 1
        self.go(a.at)

    def drop_second(self) -> None:
        """Show one run alone."""
        self.active = FIRST
        for pane in self.panes[1:]:
            pane.close()
        self.panes = self.panes[:1]

    def choose_pane(self, pane: Any) -> None:
        """Choose the run that the controls set."""
        if _whole(pane) and pane in range(len(self.panes)):
            self.active = int(pane)

    def begin(self, which: int, file: str | None, settings: dict[str, object]) -> None:
        """Show a scenario of the folder (None: as loaded) with settings in run A (0) or B (1), from the start."""
        pane = self.panes[which]
        if file is not None and file in self.start.files():
            pane.file, pane.label, pane.source = file, _name(file), None
        pane.settings = {}
        self._load(pane)
        pane.settings = {path: value for path, value in settings.items() if self.allowed(pane, path, value)}
        if pane.settings:
            pane.restart()
        self._show_numbers()

    def allowed(self, pane: RunPane, path: str, value: object) -> bool:
        """Return whether the page may set this value in a run."""
        if path == HANDOVER:
            return value in pane.handovers
        slider = next((slider for slider in pane.sliders if slider.path == path), None)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return slider is not None and number and slider.low <= float(value) <= slider.high  # type: ignore[arg-type]

    def open(self, rank: Any) -> None:
        """Show a replicate of the results, played to its end."""
        self.show(self.results_page.open(rank) if self.results_page is not None else None)

    def show(self, run: LoadedRun | None) -> None:
        """Show a run that is loaded, played to its end; do nothing for None."""
        if run is None:
            return
        self.close()
        self.panes, self.active, self.pinned, self.page = [self._pane_of(run)], FIRST, "", "run"
        self.first.begin(run.resolved)
        _set(self.first, self.first.steps)
        self._show_numbers()

    def _set(self, path: str, value: object) -> None:
        """Change a setting: the run starts again and goes to the hour it was at."""
        self.pane.settings = {**self.pane.settings, path: value}
        self._again([self.pane])

    def _again(self, panes: list[RunPane]) -> None:
        """Start runs again with what is set now, and bring them to the hour that the page was at."""
        hours = self._hours
        for pane in panes:
            pane.restart()
            _set(pane, round(hours / pane.step_hours))

    @property
    def _hours(self) -> float:
        """Hours since the start at which the page is; a run that failed to load does not count."""
        return max((pane.at * pane.step_hours for pane in self.panes), default=0.0)

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

    def _show_numbers(self) -> None:
        """Show the seed and the replicate of the run, and no longer any error of what was typed."""
        self.seed_error = self.replicate_error = ""
        model = self.first.model
        if model is not None:
            self.seed_text, self.replicate_text = str(model.seed_number), str(model.replicate)

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

    def choose_taking(self, taking: Any) -> None:
        """Show or hide what can be taken away: the scenario's file and the command line."""
        self.taking = taking is True

    def choose_record(self, name: Any) -> None:
        """Lay the claims of a file over the run, or none for any name that is not offered."""
        path = self.start.records().get(name) if name in self.records() else None
        self.record, self.claims = "", ()
        if path is not None:
            try:
                self.record, self.claims = path.name, record.read(path)
            except InputError as error:
                self.note(f"The claims cannot be read: {printable(str(error.problems[0]))[:300]}")

    def records(self) -> list[str]:
        """Return the names of the claims files offered: those of the first run's case, and what the view was given."""
        offered, given, loaded = self.start.records(), self.start.claims, self.first.loaded
        fit = record.of_case(offered, loaded) if loaded is not None else list(offered)
        return [name for name in offered if name in fit or (given is not None and offered[name] == given)]

    def choose_kinds(self, kinds: Any) -> None:
        """Choose the kind of rows that the log shows."""
        if kinds in KINDS:
            self.kinds = kinds

    def choose_text(self, text: Any) -> None:
        """Set the text that the log's rows must contain."""
        self.text = str(text)[:60] if isinstance(text, str) else ""

    def _first_pane(self) -> RunPane:
        run = self.start.loaded_run
        if run is not None:
            return self._pane_of(run)
        return RunPane(_name(self.start.file), self.start.file, changed=self._changed)

    def _pane_of(self, run: LoadedRun) -> RunPane:
        pane = RunPane(run.label, None, run.seed, run.replicate, self._changed)
        pane.source = run.source
        return pane

    def titles(self) -> list[str]:
        """Return each run's decisions as text."""
        return [decisions(pane.settings) for pane in self.panes]


def _set(pane: RunPane, step: int) -> None:
    """Set a run to a step; an error of a rule is shown on the page."""
    try:
        pane.go(step)
    except Exception as error:
        pane.fail(error)


def _typed(text: Any, what: str) -> tuple[str, str, int | None]:
    """Return typed text as it is shown again, the error of one that is no whole number from 0, and the number."""
    plain = printable(str(text))[:40]
    try:
        number = int(str(text)[:40], 10)
    except ValueError:
        number = -1
    if 0 <= number <= MAX_SEED:
        return plain, "", number
    return plain, f"{shown(plain, 20) or 'nothing'} is not a {what}: expected a whole number from 0", None


def _name(file: str) -> str:
    return printable(file.rsplit(".", 1)[0])[:120]


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
