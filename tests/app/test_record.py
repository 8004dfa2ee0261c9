"""Claims on record laid over a run: those of the file, at their days and numbers, told apart from the run."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from sim.app import record
from sim.app.address import act_or_restore, address
from sim.app.page_data import controls, frame
from sim.app.session import Session
from sim.app.start import Start
from sim.cli.main import main
from tests.app.conftest import Opened

FILE = "ne-syria-2019.csv"


def rows(root: Path) -> list[dict[str, str]]:
    with (root / "scenarios" / "claims" / FILE).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("mode", ["truth", "belief"])
def test_every_claim_with_a_number_stands_at_its_day(root: Path, mode: str) -> None:
    session = Session(Start.at("ne-syria-2019").with_claims(root / "scenarios" / "claims" / FILE))
    session.act({"do": "mode", "value": mode})
    shown = frame(session)["panes"][0]["record"]
    told = [row for row in rows(root) if row["claimed_escaped_low"]]
    days = [(date.fromisoformat(row["claimed_on"]) - date(2019, 10, 6)).days for row in told]
    within = [(day, row) for day, row in zip(days, told, strict=True) if 0 <= day < 60]
    assert [(mark["day"], mark["low"], mark["whole"]) for mark in shown["marks"]] == [
        (day + 0.5, float(row["claimed_escaped_low"]), row["facility"] == "theatre") for day, row in within
    ]
    assert shown["note"].startswith(f"On record, not of this run: {len(within)} claims")
    for mark, (_, row) in zip(shown["marks"], within, strict=True):
        for word in ("On record", row["claimed_on"], row["claim_source"], row["source"], row["confidence"]):
            assert word in mark["text"]
    (ranged,) = [mark for mark in shown["marks"] if (mark["low"], mark["high"]) == (850.0, 859.0)]
    assert 850 < ranged["value"] < 859 and "850 to 859 out" in ranged["text"]
    assert any("denies any exit" in mark["text"] for mark in shown["marks"] if mark["high"] == 0)
    assert [mark["text"] for mark in shown["marks"] if mark["open"]][0].find("at least") > 0


def test_a_pinned_place_shows_its_own_claims_and_an_address_keeps_the_file() -> None:
    session = Session(Start.at("ne-syria-2019"))
    assert FILE in controls(session)["records"] and frame(session)["panes"][0]["record"] is None
    session.act({"do": "record", "value": "../secret.csv"})
    assert session.record == ""
    session.act({"do": "record", "value": FILE})
    session.act({"do": "pin", "value": "tel-abyad"})
    marks = frame(session)["panes"][0]["record"]["marks"]
    assert len(marks) == 2 and all("tel-abyad" in mark["text"] for mark in marks)
    again = Session(Start.at("ne-syria-2019"))
    act_or_restore(again, {"do": "restore", "value": address(session)})
    assert frame(again)["panes"][0]["record"] == frame(session)["panes"][0]["record"]


def test_a_file_of_another_year_says_that_nothing_falls_in_these_days() -> None:
    session = Session(Start.at("ne-syria-2019"))
    session.act({"do": "record", "value": "ne-syria-other.csv"})
    shown = frame(session)["panes"][0]["record"]
    assert shown["marks"] == [] and "0 claims" in shown["note"] and "outside these days" in shown["note"]


def test_only_files_of_the_case_are_offered(root: Path, tmp_path: Path) -> None:
    """A file that names no place of the scenario is of another case; one that names none, or given, may be of this."""
    claims = root / "scenarios" / "claims"
    named = {file.name: {row["facility"] for row in csv.DictReader(file.open())} for file in claims.glob("*.csv")}
    for scenario in ("ne-syria-2019", "hasakah-2022", "kandahar-2008"):
        session = Session(Start.at(scenario))
        assert session.first.model is not None
        places = set(session.first.model.names.facilities)
        fit = sorted(name for name, found in named.items() if found & places)
        assert controls(session)["records"] == fit and controls(session)["any_record"], scenario
        assert bool(fit) == (scenario != "kandahar-2008")
    session.act({"do": "record", "value": FILE})
    assert session.record == ""  # what is not offered cannot be had by an address either
    session = Session(Start.at("kandahar-2008").with_claims(claims / FILE))
    assert controls(session)["records"] == [FILE] and session.record == FILE
    note = frame(session)["panes"][0]["record"]["note"]
    assert (
        "0 claims" in note
        and f"{sum(row['facility'] != 'theatre' for row in rows(root))} of places that are not" in note
    )
    whole = tmp_path / "claims" / "whole.csv"
    whole.parent.mkdir()
    lines = (claims / FILE).read_text().splitlines()
    whole.write_text("\n".join([lines[0], *(line for line in lines if ",theatre," in line)]))
    assert record.of_case({whole.name: whole}, session.first.loaded) == [whole.name]


def test_a_change_of_case_drops_the_record() -> None:
    session = Session(Start.at("ne-syria-2019"))
    session.act({"do": "record", "value": FILE})
    session.act({"do": "scenario", "value": "quiet-year.yaml"})
    assert session.record == FILE  # the same places
    session.act({"do": "scenario", "value": "kandahar-2008.yaml"})
    assert session.record == "" and session.claims == ()


def test_claims_that_cannot_be_read_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], scenarios: Path
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("event_id,date\n1,2\n")
    assert main(["view", "tiny", "--claims", str(bad), "--no-open"]) == 2
    assert "bad.csv" in capsys.readouterr().err
    (scenarios / "claims" / "torn.csv").write_text("event_id\n")
    session = Session(Start(scenarios, "tiny.yaml"))
    session.act({"do": "record", "value": "torn.csv"})
    assert session.record == "" and "cannot be read" in session.notice
    (scenarios / "claims" / "torn.csv").unlink()


@pytest.mark.browser
def test_the_page_marks_the_record_apart_from_the_run(view: Opened) -> None:
    view.page.select_option("#dv-record", FILE)
    marks = view.page.locator("[data-chart=gap] [data-claim]")
    expect(marks.first).to_be_visible()
    expect(view.page.locator("[data-record]")).to_contain_text("On record, not of this run")
    marks.first.focus()
    expect(view.page.locator(".dv-tip.wide")).to_contain_text("On record, 2019-10-11")
    view.page.keyboard.press("ArrowRight")
    expect(marks.nth(1)).to_be_focused()
    view.page.wait_for_function(f"location.hash.includes('record={FILE}')")
    view.page.reload()
    expect(marks.first).to_be_visible()
