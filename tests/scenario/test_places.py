"""Lists of places: the names of their columns, what cells mean, and what is wrong with them, all at once."""

import pytest

from sim.scenario.errors import InputError
from sim.scenario.places import KINDS, parse_places

HEADER = "name,lat,lon,population,type,guards,source"
ROW = "Old Prison,36.5,40.73,500,prison,40,a report"


def one(row: str, header: str = HEADER):
    (place,) = parse_places(f"{header}\n{row}\n", "p.csv")
    return place


def problems(text: str):
    with pytest.raises(InputError) as caught:
        parse_places(text, "p.csv")
    return [(p.line, p.key, p.problem) for p in caught.value.problems]


def test_a_row_is_read() -> None:
    place = one(ROW)
    assert (place.line, place.key, place.title, place.lat, place.lon) == (2, "old-prison", "Old Prison", 36.5, 40.73)
    assert (place.count, place.kind, place.regime, place.guards) == (500, "prison", "detained", 40)
    assert place.source == "a report"


@pytest.mark.parametrize(
    "header",
    [
        "Site Name,Latitude,Longitude,Individuals",
        "camp_name,LAT,LONG,Total Population",
        "Facility,y,x,Detainees",
        "location_name,gps_latitude,gps_longitude,ind",
        "Name,lat,lng,persons",
    ],
)
def test_the_names_that_lists_use_are_known(header: str) -> None:
    place = one("A,-1.5,2,30", header)
    assert (place.key, place.lat, place.lon, place.count) == ("a", -1.5, 2.0, 30)
    assert (place.kind, place.regime, place.guards, place.source) == ("prison", "detained", None, "")


def test_a_spreadsheets_file_is_read_with_its_mark_its_decimal_commas_and_its_tags() -> None:
    text = "\ufeffName;Lat;Lon;Pop\n#loc+name;#geo+lat;#geo+lon;#affected\n\nA;36,5;40,75;60 000\nB;1;2;3\n"
    first, second = parse_places(text, "p.csv")
    assert (first.line, first.lat, first.lon, first.count) == (4, 36.5, 40.75, 60_000)
    assert (second.line, second.lat, second.count) == (5, 1.0, 3)
    assert one('A,36.5,40.75,"1,200"', "name,lat,lon,pop").count == 1200


@pytest.mark.parametrize(("word", "kind"), [("IDP Camp", "idpcamp"), ("closed-camp", "closedcamp"), ("JAIL", "jail")])
def test_types_whatever_their_case_and_blanks(word: str, kind: str) -> None:
    place = one(f"A,1,2,3,{word}", "name,lat,lon,pop,type")
    assert (place.kind, place.regime) == KINDS[kind]


def test_names_become_keys() -> None:
    assert one("Ghwayran (al-Ṣinā‘a),1,2,3", "name,lat,lon,pop").key == "ghwayran-al-sinaa"


def test_every_bad_cell_is_told_at_once_with_its_line_and_its_own_column() -> None:
    rows = [
        "A,91,2,3,prison,,",
        "B,,200,4,prison,,",
        ",1,2,3,prison,,",
        "C,1,2,-4,zoo,,",
        "D,north,2,1.5,prison,many,",
        "E,0,0,5,prison,,",
        "F,1,2,300000,prison,,",
        "a,1,2,3,prison,,",
        "too,few",
        "G,1,2,,prison,,",
    ]
    header = "Site,Latitude,Longitude,Individuals,Site Type,Guards,Source"
    assert problems("\n".join([header, *rows])) == [
        (2, "latitude", "91 is out of bounds"),
        (3, "latitude", "is missing"),
        (3, "longitude", "200 is out of bounds"),
        (4, "site", "is missing"),
        (5, "site_type", "`zoo` is not known"),
        (5, "individuals", "`-4` is not a count"),
        (6, "latitude", "`north` is not a coordinate"),
        (6, "individuals", "`1.5` is not a count"),
        (6, "guards", "`many` is not a count"),
        (7, "latitude", "0, 0 stands for a place whose position is not known"),
        (8, "individuals", "300000 is out of bounds"),
        (9, "name", "`a` stands twice, first on line 2"),
        (10, "", "2 cells"),
        (11, "individuals", "is missing"),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("name,lat\n", [(1, "lon", "no column has it"), (1, "count", "no column has it")]),
        ("name,lat,lon,pop,pop\nA,1,2,3,4\n", [(1, "pop", "the column stands twice")]),
        ("name,lat,lon,pop\n", [(1, "", "no places")]),
        (
            "nom;lat;lon;pop\nA;1;2;3\n",
            [(1, "", "semicolons stand between the cells"), (1, "name", "no column has it")],
        ),
        ('name,lat,lon,pop\n"A,1,2,3\n', [(2, "", "is not valid CSV: unexpected end of data")]),
        ("name,lat,lon,pop\nA,1,-170,3\nB,1,170,3\n", [(1, "lon", "the places lie all round the globe")]),
        (
            "name,lat,lon,pop\n\u0633\u062c\u0646,1,2,3\n",
            [(2, "name", "`سجن` has no letter that names in files may have")],
        ),
    ],
)
def test_what_is_wrong_with_a_file_as_a_whole(text: str, found: list) -> None:
    assert problems(text) == found


@pytest.mark.parametrize("cell", ["1,200", "1.200", "1 2", "12 00", "٣", "1e3", "+5", "0x1f"])
def test_a_count_that_could_be_read_in_two_ways_is_refused(cell: str) -> None:
    assert problems(f"name;lat;lon;pop\nA;1;2;{cell}\n") == [(2, "pop", f"`{cell}` is not a count")]


@pytest.mark.parametrize("cell", ["1,5", "nan", "inf", "1e1", "36°30'", "٣"])
def test_a_coordinate_is_plain_degrees(cell: str) -> None:
    assert problems(f'name,lat,lon,pop\nA,"{cell}",2,3\n') == [(2, "lat", f"`{cell}` is not a coordinate")]
