"""Guards, detainees and armed cells (ODD 2, 5, 7.5, 7.13)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import mesa

from sim.scenario.theatre import Cell as CellSpec
from tests.oracle.ground import Cell

if TYPE_CHECKING:
    from tests.oracle.facility import Facility
    from tests.oracle.model import OracleModel

HAZARDS = ("retake", "rejoin", "leave", "death")
STATES = ("held", "at_large", "rejoined", "left_theatre", "dead", "transferred", "repatriated")
REVIEW = 1440
"""Minutes between reviews of a plan."""


class ArmedCell(mesa.Agent):
    """A cell of the held movement: where it is and how strong."""

    def __init__(self, model: OracleModel, name: str, spec: CellSpec) -> None:
        super().__init__(model)
        self.name = name
        self.strength = spec.strength
        self.x, self.y = model.ground.km(spec.lat, spec.lon)


class Guard(mesa.Agent):
    """One guard: on site, at the front, fled, lost or relieved."""

    def __init__(self, model: OracleModel, facility: str, index: int) -> None:
        super().__init__(model)
        self.index = index
        least = model.sc.guards.nerve_min
        self.call = model.draws.u("guards.call", facility, 0, index)
        self.nerve = least + (1 - least) * model.draws.u("guards.nerve", facility, 0, index)
        self.status = "on site"


class Detainee(mesa.Agent):
    """One detained person, inside or at large."""

    def __init__(
        self, model: OracleModel, origin: Facility, index: int, kind: str, nationality: str, head: Detainee | None
    ) -> None:
        super().__init__(model)
        self.origin = origin
        self.index = index
        self.kind = kind
        self.nationality = nationality
        self.head = self if head is None else head
        """The woman whose minor this is, or the person."""
        rules = model.sc.disorder
        least = rules.risk_min if kind == "fighters" else rules.family_risk_min
        self.hardship = model.draws.u("people.hardship", origin.name, 0, index)
        self.risk = least + (1 - least) * model.draws.u("people.risk", origin.name, 0, index)
        self.go = model.draws.u("people.go", origin.name, 0, self.head.index)
        self.state = "held"
        self.facility = origin  # where held, or left last
        self.block = self.head.index % origin.n_blocks
        self.in_disorder = False
        self.escapes = 0
        # at large
        self.x, self.y = origin.x, origin.y
        self.out_at = 0
        self.hazards_left: dict[str, float] = {}
        self.plan_end: int | None = None
        self.planned: tuple[str, int] | None = None

    @property
    def cell(self) -> Cell:
        """The cell of a person at large."""
        return self.model.ground.cell_on_map(self.x, self.y)

    @property
    def turn(self) -> float:
        """A unit's number in the order in which levers take people (7.3)."""
        return self.model.draws.u("levers.turn", self.origin.name, 0, self.head.index)

    @property
    def is_fighter(self) -> bool:
        """Families and minors are the others."""
        return self.kind == "fighters"

    def net_threshold(self, agitation: float, authority: float) -> float:
        """p*, the containment at which this person would just join (7.11)."""
        rules = self.model.sc.disorder
        usual = rules.authority_reference
        granted = usual + rules.authority_weight * (authority - usual)
        return ((self.hardship + agitation) * (1 - granted) - rules.threshold) / self.risk

    def go_out(self, k0: int) -> None:
        """Stand outside the facility just left, with fresh thresholds for what may happen there."""
        draws = self.model.draws
        self.state = "at_large"
        self.x, self.y = self.model.ground.clipped(self.facility.x, self.facility.y)
        self.out_at = k0
        self.hazards_left = {
            c: -math.log(draws.u(f"fugitive.{c}", self.origin.name, self.escapes, self.head.index)) for c in HAZARDS
        }
        self.escapes += 1
        self.plan_end = None
        self.planned = None

    def live_until(self, m1: int) -> None:
        """Whatever of plans, moves and ends falls before m1."""
        if self.plan_end is None:
            self._plan(self.out_at)
        while self.state == "at_large":
            if self.planned is not None:
                what, minute = self.planned
                if minute < m1:
                    self._meet(what)
                return
            if self.plan_end >= m1:
                return
            self._review(self.plan_end)

    def _hazards(self, m: int, hours: float) -> dict[str, float]:
        """Cumulative hazard of each end over the plan that starts at m."""
        model = self.model
        rules = model.sc.at_large
        age = (m - self.out_at) / 60
        tau = rules.early_hours
        search = model.search_by(model.ground.control[self.cell])
        family = 1.0 if self.is_fighter else rules.family_factor
        noticed = model.sc.response and m < self.facility.noticed_until
        notice = rules.noticed_factor if noticed else 1.0
        early = rules.retake_early_per_hour * tau * (math.exp(-age / tau) - math.exp(-(age + hours) / tau))
        near_edge = model.ground.edge_km(self.x, self.y) <= model.theatre.border_km
        return {
            "retake": search * family * notice * (early * self.facility.search_now + rules.retake_per_day * hours / 24),
            "rejoin": rules.rejoin_per_day * hours / 24 if self.is_fighter else 0.0,
            "leave": rules.leave_per_day * hours / 24 if near_edge else 0.0,
            "death": rules.death_per_day * hours / 24,
        }

    def _plan(self, m: int) -> None:
        """What happens, and when, from m to the next multiple of 1440 minutes."""
        self.plan_end = (m // REVIEW + 1) * REVIEW
        hours = (self.plan_end - m) / 60
        hazards = self._hazards(m, hours)
        shares = {c: self.hazards_left[c] / hazards[c] for c in HAZARDS if hazards[c] > 0}
        first = min(shares, key=shares.__getitem__, default=None)
        if first is not None and shares[first] <= 1:
            self.planned = (first, m + math.floor(hours * 60 * self.hazards_left[first] / hazards[first]))
            return
        for c in HAZARDS:
            self.hazards_left[c] -= hazards[c]

    def _review(self, m: int) -> None:
        """A day's way, then a new plan."""
        model = self.model
        rules, ground = model.sc.at_large, model.ground
        ease = ground.terrain[self.cell]
        half_width = math.sqrt(1.5) * rules.km_per_day * ease
        x = self.x + half_width * (2 * model.draws.u("fugitive.east", self.origin.name, m, self.head.index) - 1)
        y = self.y + half_width * (2 * model.draws.u("fugitive.north", self.origin.name, m, self.head.index) - 1)
        if self.nationality != "local":
            edges = [
                (self.x, -1, 0),
                (ground.width_km - self.x, 1, 0),
                (self.y, 0, -1),
                (ground.height_km - self.y, 0, 1),
            ]
            _, dx, dy = min(edges, key=lambda edge: edge[0])
            x += dx * rules.border_km_per_day * ease
            y += dy * rules.border_km_per_day * ease
        self.x, self.y = ground.clipped(x, y)
        self._plan(m)

    def _meet(self, what: str) -> None:
        """The end of being at large."""
        if what == "retake":
            self._be_retaken()
        else:
            self.state = {"rejoin": "rejoined", "leave": "left_theatre", "death": "dead"}[what]
            self.model.died_outside += what == "death"

    def _be_retaken(self) -> None:
        """Into the nearest facility of the party that controls the cell, else out of the network."""
        model = self.model
        self.facility.recaptured += 1
        party = model.ground.control[self.cell]
        there = model.nearest_facility(self.x, self.y, lambda f: f.controller == party and f.can_take_in())
        if there is None:
            self.state = "transferred"
        else:
            there.take_in(self)
