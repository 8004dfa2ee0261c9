"""Read lists of places: a CSV with coordinates and counts, under the column names that humanitarian lists use."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sim.scenario import csvfile
from sim.scenario.errors import InputError, Problem, one_of, shown
from sim.scenario.files import check_separator, decode, display, read_bytes
from sim.scenario.limits import MAX_FACILITIES
from sim.scenario.vocabulary import FacilityKind, Regime

COLUMNS: dict[str, tuple[str, ...]] = {
    "name": (
        "name",
        "site_name",
        "site",
        "camp_name",
        "facility_name",
        "facility",
        "location_name",
        "location",
        "place",
    ),
    "lat": ("lat", "latitude", "gps_latitude", "lat_dd", "y", "y_coord", "point_y"),
    "lon": ("lon", "longitude", "gps_longitude", "long", "lng", "lon_dd", "long_dd", "x", "x_coord", "point_x"),
    "count": ("population", "individuals", "total_individuals", "total_population", "persons", "people", "held", "pop")
    + ("detainees", "ind", "number_of_individuals", "population_at_risk"),
    "type": ("type", "site_type", "facility_type", "camp_type", "kind", "category"),
    "guards": ("guards", "staff"),
    "source": ("source", "data_source", "sources"),
}
"""What is read, by the names under which lists have it; the first that a header has is taken."""
NEEDED = {
    "name": "the name of the place",
    "lat": "latitude, degrees",
    "lon": "longitude, degrees",
    "count": "people held or living there (persons)",
}
"""What a list must have, with its meaning."""

KINDS: dict[str, tuple[FacilityKind, Regime]] = {
    "prison": ("prison", "detained"),
    "jail": ("prison", "detained"),
    "detention": ("prison", "detained"),
    "detentioncentre": ("prison", "detained"),
    "detentioncenter": ("prison", "detained"),
    "detentionfacility": ("prison", "detained"),
    "annex": ("camp", "detained"),
    "closedcamp": ("camp", "detained"),
    "detentioncamp": ("camp", "detained"),
    "camp": ("camp", "resident"),
    "opencamp": ("camp", "resident"),
    "idpcamp": ("camp", "resident"),
    "refugeecamp": ("camp", "resident"),
    "settlement": ("camp", "resident"),
    "informalsettlement": ("camp", "resident"),
    "site": ("camp", "resident"),
    "collectivecentre": ("camp", "resident"),
    "collectivecenter": ("camp", "resident"),
}
"""Types of places; case, spaces, hyphens and underscores are ignored. None given: a prison."""

LIMITS = {"lat": 84, "lon": 180, "count": 200_000, "guards": 20_000}
"""Largest values, of either sign for coordinates; towards the poles a map of square cells has no meaning."""

_NUMBER = re.compile(r"[-+]?[0-9]{1,3}([.,][0-9]+)?")
_GROUPED = re.compile(r"[0-9]{1,3}([,\s][0-9]{3})+")


@dataclass(frozen=True)
class ListedPlace:
    """One place of a list: `key` is its name in files, `guards` None where the list has none."""

    line: int
    key: str
    title: str
    lat: float
    lon: float
    count: int
    kind: FacilityKind
    regime: Regime
    guards: int | None
    source: str


def read_places(path: str | Path) -> list[ListedPlace]:
    """Return every place of a file in file order. Raises InputError with every problem found."""
    name = display(path)
    return parse_places(decode(read_bytes(path), name), name)


def parse_places(text: str, file: str) -> list[ListedPlace]:
    """Return the places in a text; `file` is the name that problems carry. Raises InputError."""
    fits = csvfile.separator(text, lambda names: all(names.intersection(COLUMNS[what]) for what in NEEDED))
    return _places(text, file, fits)


def _places(text: str, file: str, mark: str) -> list[ListedPlace]:
    """Return the places in a text with a mark between the cells. Raises InputError with every problem found."""
    records = csvfile.records(text, file, mark)
    line, header = next(records, (1, []))
    check_separator(header, file, partial(_places, text, file), line)
    columns = [csvfile.column(cell) for cell in header]
    where = {what: next((columns.index(n) for n in names if n in columns), -1) for what, names in COLUMNS.items()}
    problems = list(_header_problems(columns, where, file, line))
    if problems:
        raise InputError(problems)
    found: list[ListedPlace] = []
    for line, cells in records:
        if all(cell.strip().startswith("#") or not cell.strip() for cell in cells):  # the tags of an HXL list
            continue
        if len(cells) != len(columns):
            problems.append(Problem(file, line, "", f"{len(cells)} cells", f"{len(columns)}, as in the header"))
            continue
        given = {what: cells[at].strip() if at >= 0 else "" for what, at in where.items()}
        row = _Row(file, line, mark, columns, where, given)
        found.append(row.place())
        problems += row.problems
    problems += _together(found, file)
    if not found and not problems:
        problems.append(Problem(file, 1, "", "no places", "a row for each place below the header"))
    if problems:
        raise InputError(problems)
    return found


def key_of(title: str) -> str:
    """Return a name as files write it: lower case, no accents, words joined by hyphens; empty if nothing is left."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")[:60].rstrip("-")


def _header_problems(columns: list[str], where: dict[str, int], file: str, line: int) -> Iterator[Problem]:
    for what, meaning in NEEDED.items():
        if where[what] < 0:
            yield Problem(file, line, what, "no column has it", f"{meaning}, as {', '.join(COLUMNS[what][:4])}, ...")
    for at in where.values():
        if at >= 0 and columns.count(columns[at]) > 1:
            yield Problem(file, line, shown(columns[at]), "the column stands twice", "it once")


def _together(places: list[ListedPlace], file: str) -> Iterator[Problem]:
    """Yield what is wrong with places beside each other: names that stand twice, too many, all round the globe."""
    first: dict[str, int] = {}
    for place in places:
        if place.key and first.setdefault(place.key, place.line) != place.line:
            twice = f"`{place.key}` stands twice, first on line {first[place.key]}"
            yield Problem(file, place.line, "name", twice, "it once")
    if len(places) > MAX_FACILITIES:
        yield Problem(file, 1, "", f"{len(places):,} places", f"at most {MAX_FACILITIES:,}")
    east = [place.lon for place in places]
    if east and max(east) - min(east) > LIMITS["lon"]:
        yield Problem(file, 1, "lon", "the places lie all round the globe", "one region, not across the 180th meridian")


@dataclass
class _Row:
    """A reader of one row that collects its problems under the names of its own columns."""

    file: str
    line: int
    mark: str
    columns: list[str]
    where: dict[str, int]
    cells: dict[str, str]
    problems: list[Problem] = field(default_factory=list)

    def place(self) -> ListedPlace:
        """Return the place; its problems are in `problems`."""
        title = self.cells["name"]
        if not key_of(title):
            what = f"`{shown(title)}` has no letter that names in files may have" if title else "is missing"
            self._wrong("name", what, "a name in Latin letters")
        lat, lon = self._degrees("lat"), self._degrees("lon")
        if not self.problems and lat == lon == 0:
            self._wrong("lat", "0, 0 stands for a place whose position is not known", "its position")
        kind, regime = self._kind()
        return ListedPlace(
            line=self.line,
            key=key_of(title),
            title=title,
            lat=lat,
            lon=lon,
            count=self._persons("count") or 0,
            kind=kind,
            regime=regime,
            guards=self._persons("guards") if self.cells["guards"] else None,
            source=self.cells["source"],
        )

    def _wrong(self, what: str, problem: str, expected: str) -> None:
        key = self.columns[self.where[what]] if self.where[what] >= 0 else what
        self.problems.append(Problem(self.file, self.line, shown(key), problem, expected))

    def _degrees(self, what: str) -> float:
        """Return a coordinate; a decimal comma is one where commas do not stand between cells."""
        text, limit = self.cells[what], LIMITS[what]
        if not text:
            self._wrong(what, "is missing", f"degrees, -{limit} to {limit}")
        elif not _NUMBER.fullmatch(text) or ("," in text and self.mark == ","):
            self._wrong(what, f"`{shown(text)}` is not a coordinate", "degrees with decimals, such as 36.5")
        elif abs(value := float(text.replace(",", "."))) > limit:
            self._wrong(what, f"{shown(text)} is out of bounds", f"-{limit} to {limit} (degrees)")
        else:
            return value
        return 0.0

    def _persons(self, what: str) -> int | None:
        """Return a count of people; thousands may be set off by blanks, or by commas where those stand in quotes."""
        text, limit = self.cells[what], LIMITS[what]
        grouped = _GROUPED.fullmatch(text) and ("," not in text or self.mark == ",")
        digits = re.sub(r"[,\s]", "", text) if grouped else text
        if not text:
            self._wrong(what, "is missing", "a whole number of persons")
        elif not re.fullmatch(r"[0-9]{1,12}", digits):
            self._wrong(what, f"`{shown(text)}` is not a count", "a whole number of persons")
        elif int(digits) > limit:
            self._wrong(what, f"{shown(text)} is out of bounds", f"at most {limit:,} (persons)")
        else:
            return int(digits)
        return None

    def _kind(self) -> tuple[FacilityKind, Regime]:
        text = self.cells["type"]
        word = re.sub(r"[\s_-]+", "", text).lower()
        if text and word not in KINDS:
            self._wrong("type", f"`{shown(text)}` is not known", one_of(word, sorted(KINDS), many=len(KINDS)))
        return KINDS.get(word, KINDS["prison"])
