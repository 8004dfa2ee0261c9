"""What a theatre file declares: grid, parties, ground, facilities and who is held in them."""

from __future__ import annotations

import math
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from sim.scenario.declare import Number, Refers, Section, Status, Strict, declared
from sim.scenario.limits import MAX_FACILITIES, MAX_PARTIES
from sim.scenario.vocabulary import FacilityKind, Regime

KM_PER_DEGREE = 111.32
"""Kilometres in one degree of latitude."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
FacilityName = Annotated[Name, Refers("facility", ("facilities",))]
PartyName = Annotated[Name, Refers("party", ("parties",))]
AreaName = Annotated[Name, Refers("area", ("areas",))]
PlaceName = Annotated[Name, Refers("place or facility", ("places", "facilities"))]


class Grid(Section):
    """The map: square cells, counted from the south-west corner."""

    width: int = Field(gt=0, le=1000, description="cells from west to east")
    height: int = Field(gt=0, le=1000, description="cells from south to north")
    cell_km: float = Field(ge=0.01, le=200, description="side of a cell, km")
    west: float = Field(ge=-180, le=180, description="longitude of the west edge, degrees")
    south: float = Field(ge=-85, le=85, description="latitude of the south edge, degrees")

    @property
    def north(self) -> float:
        """Return the latitude of the north edge, degrees."""
        return self.south + self.height * self.cell_km / KM_PER_DEGREE

    @property
    def east(self) -> float:
        """Return the longitude of the east edge, degrees."""
        return self.west + self.width * self.cell_km / (KM_PER_DEGREE * self._shrink)

    @property
    def _shrink(self) -> float:
        """Return a degree of longitude as a share of one of latitude, at the middle latitude of the map."""
        return math.cos(math.radians(self.south + self.height * self.cell_km / (2 * KM_PER_DEGREE)))

    def kilometres(self, lat: float, lon: float) -> tuple[float, float]:
        """Return how far a point lies east and north of the south-west corner, km (equirectangular)."""
        return (lon - self.west) * KM_PER_DEGREE * self._shrink, (lat - self.south) * KM_PER_DEGREE

    def cell_of(self, x_km: float, y_km: float) -> tuple[int, int]:
        """Return column and row of the cell that holds a point, on the map or off it."""
        return math.floor(x_km / self.cell_km), math.floor(y_km / self.cell_km)

    def contains(self, lat: float, lon: float) -> bool:
        """Return whether a point lies on a cell: the west and south edges belong to the map, the others do not."""
        column, row = self.cell_of(*self.kilometres(lat, lon))
        return 0 <= column < self.width and 0 <= row < self.height


class CustodyPolicy(Section):
    """How a party guards the people of facilities it takes over."""

    guards_per_100: Number = declared(4.0, "guards per 100 held", 0, 100, "guards the party can spare")
    setup_hours: Number = declared(12.0, "h", 0, 2000, "hours before its own guards stand")
    free: Number = declared(0.0, "probability", 0, 1, "it opens the gate")
    move: Number = declared(0.0, "probability", 0, 1, "it moves everyone out of the network")
    neglect: Number = declared(0.0, "probability", 0, 1, "it leaves the place unguarded")
    seize: Number = declared(
        0.0, "probability", 0, 1, "it takes custody on arrival, without a gap, unless the handover is formal"
    )
    evacuate: Number = declared(
        0.0, "probability", 0, 1, "its guards bring people away from a place that hostile units come near"
    )

    @model_validator(mode="after")
    def _at_most_one(self) -> Self:
        parts = [self.free, self.move, self.neglect]
        if all(isinstance(part, float) for part in parts) and sum(parts) > 1 + 1e-9:  # type: ignore[arg-type]
            raise ValueError("free + move + neglect come to more than 1; expected at most 1 together")
        return self


class Party(Section):
    """A party: whom it fights, how it keeps order and how it searches."""

    title: str = ""
    hostile_to: list[PartyName] = Field(default_factory=list, description="parties it fights")
    effectiveness: Number = declared(1.0, "share", 0, 3, "work of one guard of this party, trained guard = 1")
    authority: Number = declared(0.7, "L, 0-1", 0, 1, "authority as custodian", source="Epstein 2002: legitimacy")
    search: Number = declared(1.0, "share", 0, 5, "effort spent on people at large, relative to the guarding force")
    custody_policy: CustodyPolicy = Field(CustodyPolicy(), alias="custody")
    sponsor: bool = Field(False, description="the sponsor whose presence `withdrawal.schedule` describes")
    armed_movement: bool = Field(False, description="the held movement, to which armed cells belong")


class Origins(Section):
    """People of one kind by where they come from."""

    local: Number = declared(0.0, "persons", 0, 200000, "Syrian (local to the theatre)")
    iraqi: Number = declared(0.0, "persons", 0, 200000, "Iraqi")
    foreign: Number = declared(0.0, "persons", 0, 200000, "from third countries")


class Held(Section):
    """Detained people by kind and origin."""

    fighters: Origins = Origins()
    families: Origins = Origins()
    minors: Origins = Origins()


class Facility(Section):
    """A prison, a policed annex, or the residents of a camp: one section with its own guards."""

    title: str = ""
    kind: FacilityKind = "prison"
    regime: Regime = Field("detained", alias="custody")
    party: PartyName = Field(description="who holds it at the start")
    lat: float = Field(ge=-90, le=90, description="latitude, degrees")
    lon: float = Field(ge=-180, le=180, description="longitude, degrees")
    held: Held = Held()
    residents: Number = declared(0.0, "persons", 0, 500000, "people who may walk out (custody: resident)")
    guards: Number = declared(0.0, "guards", 0, 20000, "assigned guards, all shifts")
    capacity: Number | None = declared(None, "persons", 1, 500000, "people it was built for; default: those held")
    walls: Number = declared(0.5, "share", 0, 1, "soundness of the perimeter, 1 = purpose-built")
    cameras: Number = declared(0.3, "share", 0, 1, "share of cameras that work")
    block_size: int = Field(150, ge=5, le=5000, description="people who can see and reach each other")
    leave_share: Number | None = declared(
        None, "share", 0, 1, "of those held, who leave when nobody guards; default walls.leave_share"
    )
    flow_per_hour: Number | None = declared(
        None, "persons/h", 1, 20000, "people per hour through a full opening; default prison 250, camp 600"
    )
    call_priority: Number = declared(1.0, "share", 0, 2, "how far this place gives guards to the front")
    source: str = ""
    status: Status = "assumed"


class Place(Section):
    """A named point, for objectives and starts."""

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    source: str = ""


class Area(Section):
    """A named box of ground, [west, south, east, north] in degrees, and who holds it at the start."""

    box: Annotated[tuple[float, float, float, float], Field(strict=False)]
    party: PartyName | None = None
    terrain: float | None = Field(None, gt=0, le=1, description="ease of movement, 1 = open road country")
    source: str = ""


class Cell(Section):
    """An armed cell of the held movement: its base and its relative strength."""

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    strength: Number = declared(1.0, "relative", 0, 100, "share of attacks it carries out")
    source: str = ""


class Theatre(Strict):
    """A theatre file. Later areas overrule earlier ones where they overlap."""

    name: str
    description: str = ""
    grid: Grid
    parties: Annotated[dict[Name, Party], Field(min_length=1, max_length=MAX_PARTIES)]
    ground: PartyName = Field(description="party that holds ground no area names")
    areas: dict[Name, Area] = Field(default_factory=dict)
    places: dict[Name, Place] = Field(default_factory=dict)
    facilities: Annotated[dict[Name, Facility], Field(min_length=1, max_length=MAX_FACILITIES)]
    cells: dict[Name, Cell] = Field(default_factory=dict, description="armed cells")
    border_km: float = Field(15.0, ge=0, description="people at large this near the map's edge may leave the theatre")
    defaults: dict[str, object] = Field(default_factory=dict, description="scenario keys that hold in this theatre")
