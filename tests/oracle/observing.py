"""Observers, what they know and claim, and what counts as confirmed (ODD 7.15).

Observers read the truth; the only things they write that the truth reads are `Facility.noticed_until` and `Facility.alarm`.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import mesa

from sim.scenario import shipped
from sim.scenario.parameters import Confirmation
from sim.scenario.parameters import Observer as ObserverSpec
from sim.scenario.vocabulary import ROLES
from tests.oracle.draws import add_up, half_up, lognormal, poisson
from tests.oracle.facility import DAY, PAUSE, Episode, Facility

if TYPE_CHECKING:
    from tests.oracle.model import OracleModel


@cache
def fitted_rows() -> list[dict[str, str]]:
    """The draws of the fitted model of claims."""
    with (shipped.folder() / "draws/claims.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


GRADES = ("A", "B", "C", "D", "E", "F")
NOTICING = ("guarding force", "occupier", "sponsor government")
THEATRE = "theatre"


@dataclass(frozen=True)
class Report:
    """What one observer said of one facility, or of the theatre; without numbers if wordless."""

    minute: int
    observer: str
    facility: str
    low: float | None
    high: float | None
    true: bool
    category: str = "all"
    blames: str | None = None

    @property
    def value(self) -> float | None:
        """The number it counts as."""
        if self.low is None or self.high is None:
            return None
        if self.low == self.high:
            return self.low
        return math.sqrt(self.low * self.high) if self.low > 0 else (self.low + self.high) / 2


@dataclass
class Knowledge:
    """What one observer knows of one facility."""

    learned: Episode | None = None
    before: int = 0  # known size before the episode last learned
    seen: int = 0  # its size at surveillance's last look
    due: int | None = None  # of the report pending
    last_reported: int = 0
    unreported: list[Episode] = field(default_factory=list)

    def learn(self, episode: Episode, last_size: int) -> None:
        """A new episode: the last one's size joins what was known before."""
        if self.learned is not None:
            self.before += last_size
        self.learned = episode
        self.unreported.append(episode)


class Observer(mesa.Agent):
    """One observer, or a desk that speaks for several."""

    def __init__(self, model: OracleModel, spec: ObserverSpec) -> None:
        super().__init__(model)
        self.spec = spec
        self.name = spec.name
        self.role = spec.role
        self.kind: str = spec.kind
        self.reliability = spec.reliability
        self.direct = spec.direct
        self.origin = spec.name if spec.origin is None else spec.origin
        self.knowledge = {facility.name: Knowledge() for facility in model.sites}

    def pair(self, facility: Facility) -> str:
        """Address of what this observer draws about a facility."""
        return f"{self.name}@{facility.name}"

    def known(self, facility: Facility) -> int:
        """Exits known there."""
        knowledge = self.knowledge[facility.name]
        return knowledge.before + (self.size(knowledge.learned) if knowledge.learned is not None else 0)

    def size(self, episode: Episode) -> int:
        """Exits of an episode, of the people whom this observer's claims are about."""
        of_category = {"fighters": episode.fighters, "families": episode.size - episode.fighters}
        return of_category.get(self.spec.category, episode.size)

    def speech(self) -> dict[str, float]:
        """The fitted model's numbers of this role in this replicate; those that all roles share beside them."""
        rows = fitted_rows()
        row = rows[math.floor(self.model.draws.u("claims.draws", THEATRE, 0, 0) * len(rows))]
        role = f".{self.role.replace(' ', '_')}"
        return {name.removesuffix(role): float(value) for name, value in row.items() if name.endswith(role)} | {
            name: float(value) for name, value in row.items() if "." not in name
        }

    # --- alarm

    def sees_assault(self, facility: Facility) -> bool:
        """Whether an assault that is on is seen: a liaison on the spot sees it."""
        return self.kind == "liaison" and self.can_see(facility)

    # --- 1 learning

    def can_see(self, facility: Facility) -> bool:
        """Whether the facility is in view in this step."""
        if self.spec.at and facility.name not in self.spec.at:
            return False
        presence = self.spec.presence * (self.model.w if self.spec.leaves else 1.0)
        if not self.model.draws.u("observer.presence", self.pair(facility), 0, 0) < presence:
            return False
        if self.kind == "reporter" and facility.controller != self.spec.party:
            return False
        if self.spec.sites == "assaulted":
            return facility.ever_assaulted
        if self.spec.sites == "taken":
            return facility.changed
        return True

    def learn(self, facility: Facility) -> None:
        """Learn of the episode that grew in this step, if it is not known yet."""
        knowledge, episode = self.knowledge[facility.name], facility.episode
        if episode is None or knowledge.learned is episode or not self.can_see(facility):
            return
        draws, pair = self.model.draws, self.pair(facility)
        if not draws.u("observer.learn", pair, episode.first, 0) < self.spec.detect:
            return
        if episode.size < -self.spec.notice_size * math.log(draws.u("observer.size", pair, episode.first, 0)):
            return
        knowledge.learn(episode, self.size(knowledge.learned) if knowledge.learned is not None else 0)
        if self.role in NOTICING:
            facility.be_noticed()
        if knowledge.due is None:
            u = draws.u("observer.delay", pair, episode.first, 0)
            knowledge.due = self.model.m1 + math.floor(60 * lognormal(u, self.spec.delay_hours, self.spec.delay_sd))

    # --- 3 rumours

    def tell_rumours(self) -> None:
        """Reports of what did not happen, told in this step."""
        model, draws = self.model, self.model.draws
        if self.spec.false_per_month <= 0:
            return
        start = model.day_start
        count = poisson(draws.u("rumour.count", self.name, start, 0), self.spec.false_per_month / 30)
        for k in range(count):
            minute = start + math.floor(DAY * draws.u("rumour.time", self.name, start, k))
            if not model.m0 <= minute < model.m1 or not model.sites:
                continue
            spoken_of = [site for site in model.sites if self.speaks_of(site)]
            if not spoken_of:
                continue
            about = min(spoken_of, key=lambda site: draws.u("rumour.site", self.pair(site), start, k))
            u = draws.u("rumour.size", self.name, start, k)
            if self.spec.fitted:
                speech = self.speech()
                size = lognormal(u, math.exp(speech["invented"]), speech["invented_scale"])
            else:
                size = lognormal(u, self.spec.false_size, 1.0)
            claim = float(self.known(about) + max(1, half_up(size)))
            self.tell(about, claim, claim, False, None)

    def speaks_of(self, facility: Facility) -> bool:
        """Whether it looks at the facility, and the facility holds people whom its claims are about."""
        if self.spec.at and facility.name not in self.spec.at:
            return False
        if self.spec.sites == "assaulted" and not facility.ever_assaulted:
            return False
        if self.spec.sites == "taken" and not facility.changed:
            return False
        return self.spec.category == "all" or facility.holds_alone in ("all", self.spec.category)

    def tell(self, facility: Facility, low: float | None, high: float | None, true: bool, cause: str | None) -> None:
        """Make a report about a facility."""
        report = Report(
            self.model.m1, self.name, facility.name, low, high, true, self.spec.category, self.blamed(facility, cause)
        )
        self.model.board.hear_of_site(self, facility, report)

    # --- 4 reports

    def blamed(self, facility: Facility, cause: str | None) -> str | None:
        """The party that it blames."""
        if self.role == "guarding force" and cause != "shelling" and not facility.changed:
            return None
        return self.spec.blames

    def own_failure(self, facility: Facility, episode: Episode) -> bool:
        """Whether the blame is this observer's own side's."""
        struck = episode.cause in ("assault", "shelling")
        return self.role == "guarding force" and not struck and self.blamed(facility, episode.cause) is None

    def blaming(self, facility: Facility, episode: Episode) -> bool:
        """Whether another role than the guarding force blames somebody."""
        return self.role != "guarding force" and self.blamed(facility, episode.cause) is not None

    def bias(self, facility: Facility, episode: Episode) -> float:
        """Median of claim over truth."""
        if self.own_failure(facility, episode) and self.spec.bias_own_failure is not None:
            return self.spec.bias_own_failure
        return self.spec.bias

    def ratio(self, facility: Facility, episode: Episode) -> float:
        """R: claim over truth."""
        z = self.model.draws.z("observer.error", self.pair(facility), episode.first, 0)
        return self.bias(facility, episode) * math.exp(self.spec.error * z)

    def fitted_ratio(self, facility: Facility, known: int, episode: Episode) -> float:
        """R by the fitted model."""
        speech, draws, first = self.speech(), self.model.draws, episode.first

        def student(stream: str, entity: str, index: int) -> float:
            u, v = draws.u(stream, entity, first, index), draws.u(stream, entity, first, index + 1)
            nu = speech["freedom"]
            return math.sqrt(nu * (u ** (-2 / nu) - 1)) * math.cos(2 * math.pi * v)

        log = speech["bias"] + speech["scale"] * student("claims.effect", facility.name, 2 * ROLES.index(self.role))
        log += speech["within"] * student("observer.noise", self.pair(facility), 0)
        log += self.own_failure(facility, episode) * speech["own"] + self.blaming(facility, episode) * speech["blame"]
        return min(math.exp(min(log, 50)), max(1.0, facility.n0 / known))

    def odds_of_forms(self, facility: Facility, known: int, episode: Episode) -> tuple[float, float]:
        """Probability of a denial, and of no number where it is no denial."""
        if not self.spec.fitted:
            return self.spec.denies, self.spec.wordless
        speech, size = self.speech(), math.log(known / 200)
        deny = speech["deny"] + speech["deny_size"] * size
        deny += self.own_failure(facility, episode) * speech["deny_own"]
        deny += self.blaming(facility, episode) * speech["deny_blame"]
        wordless = math.exp(speech["wordless"] + speech["wordless_size"] * size)
        return math.exp(deny) / (1 + math.exp(deny) + wordless), wordless / (1 + wordless)

    def word_claim(self, facility: Facility, known: int, episode: Episode) -> tuple[float | None, float | None]:
        """Low and high end of what is said: a denial, no number, a number or a range."""
        draws, pair = self.model.draws, self.pair(facility)
        denies, wordless = self.odds_of_forms(facility, known, episode)
        if draws.u("observer.deny", pair, episode.first, 0) < denies:
            return 0.0, 0.0
        if draws.u("observer.word", pair, episode.first, 0) < wordless:
            return None, None
        fitted, q = self.spec.fitted, self.spec.range_factor
        ratio = self.fitted_ratio(facility, known, episode) if fitted else self.ratio(facility, episode)
        least = 1.0 if fitted else 0.0
        return tuple(max(least, float(half_up(known * ratio * q**end))) for end in (-0.5, 0.5))

    def report(self, facility: Facility) -> None:
        """The report that is due, if there is one and it has news; the next one's time."""
        model, knowledge = self.model, self.knowledge[facility.name]
        if knowledge.due is None or knowledge.due > model.m1 or knowledge.learned is None:
            return
        knowledge.due = None
        known, episode = self.known(facility), knowledge.learned
        if known != knowledge.last_reported:
            knowledge.last_reported = known
            low, high = self.word_claim(facility, known, episode)
            true = high is None or high > 0
            self.tell(facility, low, high, true, episode.cause)
            if true:
                self._report_truly(facility, knowledge)
                number = model.board.reports[-1].value
                covered = known if number is None else min(known, number)
                model.board.accounted[facility.name] = max(model.board.accounted[facility.name], covered)
        self._plan_update(knowledge, episode)

    def _report_truly(self, facility: Facility, knowledge: Knowledge) -> None:
        for episode in knowledge.unreported:
            episode.reported = True
        knowledge.unreported.clear()
        if self.role in NOTICING:
            facility.be_noticed()

    def _plan_update(self, knowledge: Knowledge, episode: Episode) -> None:
        if self.model.m1 - episode.last <= PAUSE:
            knowledge.due = self.model.m1 + math.floor(60 * self.spec.update_hours)

    # --- 5 statements

    def make_statements(self) -> None:
        """Theatre totals from other roles' claims, at fixed hours."""
        model, spec = self.model, self.spec
        n = 0
        while (minute := math.floor(60 * (spec.delay_hours + n * spec.update_hours))) <= model.m1:
            n += 1
            if minute <= model.m0:
                continue
            total = model.board.total_heard(spec.listens, spec.category)
            if total is not None:
                z = model.draws.z("observer.error", self.name, minute, 0)
                claim = float(half_up(total * (spec.bias * math.exp(spec.error * z))))
                report = Report(model.m1, self.name, THEATRE, claim, claim, False, spec.category, spec.blames)
                model.board.hear_of_theatre(self, report)


class Surveillance(Observer):
    """The observer `isr`: looks at facilities by revisits."""

    def __init__(self, model: OracleModel) -> None:
        spec = ObserverSpec(
            name="isr",
            role="sponsor government",
            kind="source",
            bias=model.sc.isr.bias,
            error=model.sc.isr.error,
            delay_hours=model.sc.isr.delay_hours,
            delay_sd=0.6,
            reliability="B",
            credibility=2,
        )
        super().__init__(model, spec)
        self.kind = "isr"
        self.signs = {facility.name: False for facility in model.sites}

    def known(self, facility: Facility) -> int:
        """Exits known there: of the last episode, as many as at the last look."""
        knowledge = self.knowledge[facility.name]
        return knowledge.before + knowledge.seen

    def sees_assault(self, facility: Facility) -> bool:
        """Whether a look falls on the end of the step, the facility is watched, and the look succeeds."""
        model, start = self.model, facility.assault.start
        watched = model.draws.u("isr.alarm", facility.name, start, 0) < model.isr_now
        look = model.draws.u("isr.alarm_look", facility.name, model.m1, 0)
        return watched and self._looks_now(facility) and look < model.sc.isr.detect_per_look

    def look(self, facility: Facility) -> None:
        """Let signs fade or show anew, and look if a look is due."""
        model, draws, rules = self.model, self.model.draws, self.model.sc.isr
        if facility.exits_in_step > 0:
            self.signs[facility.name] = True
        elif self.signs[facility.name]:
            stay = math.exp(-model.dt / rules.signs_hours)
            self.signs[facility.name] = draws.u("isr.signs", facility.name, model.m0, 0) < stay
        episode = facility.episode
        if episode is None or not self.signs[facility.name]:
            return
        watched_share = model.isr_at(episode.step_start)
        if not draws.u("isr.watch", facility.name, episode.first, 0) < watched_share or not self._looks_now(facility):
            return
        if draws.u("isr.look", facility.name, model.m1, 0) < rules.detect_per_look:
            self._see(facility, episode)

    def _looks_now(self, facility: Facility) -> bool:
        rules, step = self.model.sc.isr, self.model.step_minutes
        revisit = round(60 * rules.revisit_hours)
        u = self.model.draws.u("isr.phase", facility.name, 0, 0)
        phase = step * math.floor(u * rules.revisit_hours / self.model.dt)
        return (self.model.m1 - phase) % revisit == 0

    def _see(self, facility: Facility, episode: Episode) -> None:
        model, knowledge = self.model, self.knowledge[facility.name]
        if knowledge.learned is not episode:
            knowledge.learn(episode, knowledge.seen)
        knowledge.seen = episode.size
        facility.be_noticed()
        if self.known(facility) != knowledge.last_reported and knowledge.due is None:
            u = model.draws.u("isr.delay", facility.name, model.m1, 0)
            knowledge.due = model.m1 + math.floor(60 * lognormal(u, self.spec.delay_hours, self.spec.delay_sd))

    def _plan_update(self, knowledge: Knowledge, episode: Episode) -> None:
        """Surveillance waits for its next look."""


class Board:
    """All that has been said: current claims, and what they confirm."""

    def __init__(self, facilities: list[Facility], rules: Confirmation) -> None:
        self.rules = rules
        self.facilities = facilities
        self.reports: list[Report] = []
        self.site_claims: dict[tuple[str, str], float | None] = {}  # role, facility
        self.theatre_claims: dict[str, float] = {}  # role
        self.by_origin: dict[tuple[str, str], Report] = {}  # facility, origin: latest numbered claim
        self.confirmed_at: dict[str, float | None] = {facility.name: None for facility in facilities}
        self.accounted = dict.fromkeys(self.confirmed_at, 0.0)  # facility: most exits a true report accounts for
        self.first_true_report: int | None = None

    def hear_of_site(self, observer: Observer, facility: Facility, report: Report) -> None:
        """A claim about a facility."""
        self.reports.append(report)
        if report.true and self.first_true_report is None:
            self.first_true_report = report.minute
        self.site_claims[observer.role, facility.name] = report.value
        if report.value is not None:
            self.by_origin[facility.name, observer.origin] = report
            self._confirm(observer, facility.name, report)

    def hear_of_theatre(self, observer: Observer, report: Report) -> None:
        """A claim about the whole theatre."""
        self.reports.append(report)
        self.theatre_claims[observer.role] = report.value

    def _confirm(self, observer: Observer, facility: str, report: Report) -> None:
        v, rules = report.value, self.rules
        alone = next(site.holds_alone for site in self.facilities if site.name == facility)
        if report.category not in ("all", alone):
            return
        if observer.direct and observer.reliability <= rules.direct_reliability in GRADES:
            self.confirmed_at[facility] = v
            return
        agreeing = []
        for (site, _), other in self.by_origin.items():
            if site != facility or report.minute - other.minute > DAY * rules.window_days:
                continue
            if other.category not in ("all", alone):
                continue
            if max(v, other.value) <= (1 + rules.agree_within) * min(v, other.value):
                agreeing.append(other.value)
        if len(agreeing) >= rules.origins:
            self.confirmed_at[facility] = min(agreeing)

    def total_heard(self, roles: list[str], category: str) -> float | None:
        """Sum over facilities of the largest current claim of some roles; None without a numbered claim."""
        largest = []
        for facility in self.facilities:
            if category not in ("all", facility.holds_alone):
                continue
            claims = [self.site_claims.get((role, facility.name)) for role in roles]
            numbers = [claim for claim in claims if claim is not None]
            if numbers:
                largest.append(max(numbers))
        return add_up(largest) if largest else None

    def claimed(self, role: str) -> float | None:
        """The role's current claim: the larger of its sites' sum and its theatre total."""
        claims = [self.site_claims.get((role, facility.name)) for facility in self.facilities]
        numbers = [claim for claim in claims if claim is not None]
        totals = [add_up(numbers)] if numbers else []
        if role in self.theatre_claims:
            totals.append(self.theatre_claims[role])
        return float(max(totals)) if totals else None

    def claims(self) -> dict[str, float | None]:
        """Columns `claimed_<role>`."""
        return {f"claimed_{role.replace(' ', '_')}": self.claimed(role) for role in ROLES}

    @property
    def confirmed(self) -> float:
        """Sum over facilities; nothing confirmed counts as 0."""
        return add_up(value for value in self.confirmed_at.values() if value is not None)
