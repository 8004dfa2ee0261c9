"""Claims files: what a row means, and what is wrong with it."""

import pytest

from sim.scenario import claims
from sim.scenario.claims import parse_claims, read_claims, role_of
from sim.scenario.errors import InputError

HEADER = "event_id,date,facility,claimed_on,claim_role,claimed_escaped_low,claimed_escaped_high"


def one(row: str, header: str = HEADER):
    (claim,) = parse_claims(f"{header}\n{row}\n", "c.csv")
    return claim


def problems(text: str):
    with pytest.raises(InputError) as caught:
        parse_claims(text, "c.csv")
    return [(p.line, p.key, p.problem) for p in caught.value.problems]


@pytest.mark.parametrize(
    ("low", "high", "ends"),
    [
        ("5", "5", (5, 5)),
        ("100", "", (100, None)),
        ("", "", (None, None)),
        ("100-200", "", (100, 200)),
        ("100 – 200", "", (100, 200)),
        ("", "300-999", (300, 999)),
        ("0", "0", (0, 0)),
        ("5-9", "20", (5, 20)),
    ],
)
def test_numbers_ranges_and_words(low: str, high: str, ends: tuple) -> None:
    claim = one(f"E1,2019-10-11,hasakah,2019-10-12,media,{low},{high}")
    assert (claim.low, claim.high) == ends


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("guarding force", "guarding force"),
        ("Guarding_Force", "guarding force"),
        ("ngo", "NGO"),
        ("NGO_monitor", "NGO"),
        ("media_witness", "media"),
        ("Third party official", "other government"),
        ("guarding_side_legislator", "guarding force"),
        ("opponent", "attacker"),
        ("LaterAccounting", "later accounting"),
        ("spy", None),
        ("", None),
    ],
)
def test_roles_whatever_their_case_spaces_and_underscores(text: str, role: str | None) -> None:
    assert role_of(text) == role


def test_a_claim_keeps_all_its_columns() -> None:
    header = HEADER + ",category,origin,claim_source,population_at_risk,control_before,cause,recaptured,Confidence,page"
    claim = one(
        "E1,2019-10-11T06:00,theatre,2019-10-12,media,1,,Families,desk,a paper,3000-5000,SDF,riot,some,high,7", header
    )
    assert (claim.line, claim.facility, claim.category, claim.origin) == (2, None, "families", "desk")
    assert (claim.population_low, claim.population_high) == (3000, 5000)
    assert (claim.source, claim.control_before, claim.cause, claim.recaptured) == ("a paper", "SDF", "riot", "some")
    assert claim.other == (("confidence", "high"), ("page", "7"))


def test_the_order_and_case_of_columns_do_not_matter() -> None:
    header = "Claim Role, DATE ,facility,claimed_on,event_id,claimed_escaped_high,claimed_escaped_low"
    assert one("media,2019-10-11,roj,2019-10-11,E1,9,3", header).low == 3


def test_lines_are_those_of_the_file() -> None:
    text = f'{HEADER},note\n\nE1,2019-10-11,roj,2019-10-11,media,1,2,"two\nlines"\n\nE2,2019-10-11,roj,2019-10-11,media,-1,2,x\n'
    assert problems(text) == [(6, "claimed_escaped_low", "-1 is negative")]
    good = parse_claims(text.replace("-1,2", "1,2"), "c.csv")
    assert [claim.line for claim in good] == [3, 6]


@pytest.mark.parametrize(
    ("row", "key", "problem"),
    [
        ("E1,2019-13-11,roj,2019-10-12,media,1,2", "date", "`2019-13-11` is not a date"),
        ("E1,2019-10-11,roj,soon,media,1,2", "claimed_on", "`soon` is not a date"),
        ("E1,2019-10-11,roj,2019-10-01,media,1,2", "claimed_on", "2019-10-01 is before the event (2019-10-11)"),
        ("E1,2019-10-11,roj,2019-10-12,spy,1,2", "claim_role", "`spy` is not a role"),
        ("E1,2019-10-11,Roj!,2019-10-12,media,1,2", "facility", "`Roj!` is not a facility's name"),
        ("E1,2019-10-11,roj,2019-10-12,media,3,2", "claimed_escaped_low", "3 is more than the high end 2"),
        ("E1,2019-10-11,roj,2019-10-12,media,9-2,", "claimed_escaped_low", "9-2: the low end is above the high end"),
        ("E1,2019-10-11,roj,2019-10-12,media,dozens,", "claimed_escaped_low", "`dozens` is not a count"),
        ("E1,2019-10-11,roj,2019-10-12,media,1.5,2", "claimed_escaped_low", "`1.5` is not a count"),
        ("E1,2019-10-11,roj,2019-10-12,media,,2", "claimed_escaped_low", "is missing"),
        ("E1,2019-10-11,roj,2019-10-12,media,1,99999999999", "claimed_escaped_high", "99999999999 is out of bounds"),
        ("E1,2019-10-11,roj,2019-10-12,media,1," + "9" * 5000, "claimed_escaped_high", None),
        (",2019-10-11,roj,2019-10-12,media,1,2", "event_id", "is missing"),
        ("E1,2019-10-11,roj,2019-10-12,media,1", "", "6 cells"),
        ("E1,2019-10-11,roj,2019-10-12,media,1,2,3", "", "8 cells"),
    ],
)
def test_a_fault_in_a_row_is_found_where_it_is(row: str, key: str, problem: str | None) -> None:
    ((line, found_key, found),) = problems(f"{HEADER}\n{row}\n")
    assert (line, found_key) == (2, key)
    assert problem is None or found == problem


def test_faults_of_the_header() -> None:
    assert problems("event_id,date,facility,claim_role,claimed_escaped_low,claimed_escaped_high\n") == [
        (1, "claimed_on", "the column is missing")
    ]
    assert problems(HEADER + ",date\n") == [(1, "date", "the column stands twice")]
    assert problems(HEADER + "\n") == [(1, "", "no claims")]
    assert problems(HEADER + '\nE1,"2019\n') == [(2, "", "is not valid CSV: unexpected end of data")]


def test_unreadable_files(tmp_path) -> None:
    for content in (b"", b"\xff\xfe\x00", b"\x00\x01\x02"):
        (tmp_path / "c.csv").write_bytes(content)
        with pytest.raises(InputError):
            read_claims(tmp_path / "c.csv")
    with pytest.raises(InputError):
        read_claims(tmp_path)


def test_the_schema_names_every_column() -> None:
    schema = claims.schema()
    assert schema["required"] == HEADER.split(",")
    assert set(schema["properties"]) == {*claims.COLUMNS, *claims.OPTIONAL}


@pytest.mark.parametrize(
    ("low", "high", "note"),
    [
        ("5-9", "20", "5-9 and 20 are read as 5 to 20"),
        ("5", "8-12", "5 and 8-12 are read as 5 to 12"),
        ("5-9", "", ""),
        ("5-9", "5-9", ""),
        ("5", "9", ""),
    ],
)
def test_a_range_beside_another_number_is_read_with_a_note(low: str, high: str, note: str) -> None:
    assert one(f"E1,2019-10-11,hasakah,2019-10-12,media,{low},{high}").note == note


def test_a_spreadsheets_separator_is_read_where_it_is_unambiguous() -> None:
    row = "E1,2019-10-11,roj,2019-10-11,media,1,2"
    for mark in (";", "\t"):
        (claim,) = parse_claims("\ufeff" + f"{HEADER}\n{row}\n".replace(",", mark), "c.csv")
        assert (claim.line, claim.facility, claim.low, claim.high) == (2, "roj", 1, 2)


def test_a_wrong_separator_a_faulty_header_and_faulty_cells_are_told_at_once() -> None:
    text = HEADER.replace("event_id,", "") + "\n2019-10-11,roj,2019-13-11,cook,3|5,\n2019-10-11,roj\n"
    faulty = [
        (1, "event_id", "the column is missing"),
        (2, "claim_role", "`cook` is not a role"),
        (2, "claimed_escaped_low", "`{}` is not a count"),
        (2, "claimed_on", "`2019-13-11` is not a date"),
        (3, "", "2 cells"),
    ]
    for mark, word in ((";", "semicolons"), ("\t", "tabs"), (",", "")):
        number = "3.5" if mark == "," else "3,5"
        told = [(line, key, problem.replace("{}", number)) for line, key, problem in faulty]
        head = [(1, "", f"{word} stand between the cells")] if word else []
        assert sorted(problems(text.replace(",", mark).replace("|", number[1]))) == sorted(head + told)


def test_whom_a_claim_blames_is_kept() -> None:
    assert one("E1,2019-10-11,roj,2019-10-11,occupier,1,2,sdf", HEADER + ",blames").blames == "sdf"
