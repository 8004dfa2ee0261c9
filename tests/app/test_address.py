"""The address of a page: a reload or another browser shows the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from sim.app.address import act_or_restore, address
from sim.app.page_data import frame
from sim.app.session import Session
from sim.app.start import Start
from tests.app.conftest import Opened


def restored(start: Start, text: str) -> Session:
    session = Session(start)
    act_or_restore(session, {"do": "restore", "value": f"#{text}"})
    return session


def test_an_address_brings_back_the_same_page(scenarios: Path) -> None:
    start = Start(scenarios, "ne-syria-2019.yaml")
    session = Session(start)
    for do, value in (
        ("scenario", "quiet-year.yaml"),
        ("seed", "7"),
        ("replicate", "12"),
        ("guards.scale", 0.35),
        ("withdrawal.pace", 0.5),
        ("mode", "belief"),
        ("pin", "roj"),
        ("compare", None),
        ("isr.coverage", 0.2),
        ("go", 24 * 40),
    ):
        session.act({"do": do, "value": value})
    text = address(session)
    again = restored(start, f"{text}&day=40")
    assert address(again) == text
    before, after = frame(session), frame(again)
    assert {**before, "serial": 0} == {**after, "serial": 0}
    assert again.first.model is not None and again.first.model.replicate == 12
    assert again.panes[1].settings == session.panes[1].settings != again.panes[0].settings


def test_a_run_of_results_comes_back(scenarios: Path, archive: Path) -> None:
    start = Start(scenarios, "tiny.yaml").with_results(archive)
    session = Session(start)
    for do, value in (("page", "results"), ("results", "sweep"), ("metric", "gap"), ("point", 2), ("open", "worst")):
        session.act({"do": do, "value": value})
    session.act({"do": "go", "value": 100})
    text = address(session)
    assert "of=sweep" in text and "at=2" in text
    again = restored(start, f"{text}&day={100 / 24}")
    assert address(again) == text
    assert frame(again)["panes"] == frame(session)["panes"]
    assert again.results_page is not None and again.results_page.metric == "gap" and again.results_page.point == 2


@pytest.mark.parametrize(
    "text",
    [
        "run?scenario=../secret.yaml&seed=-4&replicate=x&day=nan&mode=god&pin=nowhere",
        "run?guards.scale=99&withdrawal.pace=inf&control.handover=never&theatre.grid.width=3&seed=" + "9" * 400,
        "results?results=../..&point=1e9&metric=password",
        "nothing?" + "a=1&" * 5000,
        "run?of=../../etc&at=0&replicate=3",
        "%00%ff?%zz",
    ],
)
def test_an_address_cannot_set_what_the_page_may_not(scenarios: Path, archive: Path, text: str) -> None:
    start = Start(scenarios, "tiny.yaml").with_results(archive)
    session = restored(start, text)
    assert session.first.file == "tiny.yaml" and session.first.settings == {} and session.pinned == ""
    assert session.first.model is not None and session.first.model.seed_number == 1
    assert session.mode == "truth"


@pytest.mark.browser
@pytest.mark.parametrize(("typed", "day"), [("#run?day=9", 9), ("?day=3&mode=belief", 3)])
def test_a_page_opened_at_a_day_stands_there(page: Page, address: str, typed: str, day: int) -> None:
    opened = Opened(page, address + typed)
    opened.wait_for_clock(f"Day {day}.0")
    page.wait_for_function(
        f"location.hash.includes('scenario=ne-syria-2019.yaml') && location.hash.includes('day={day}')"
    )
    assert "?" not in page.url.split("#")[0]
    assert page.locator(".dv.belief").count() == ("belief" in typed)
    assert opened.errors == []


@pytest.mark.browser
def test_a_reload_and_another_browser_show_the_same(view: Opened, browser: Browser) -> None:
    view.page.locator("[data-path='guards.scale']").fill("0.6")
    view.page.fill("#dv-replicate", "5")
    view.page.keyboard.press("Enter")
    expect(view.page.locator("[data-stamp]")).to_contain_text("replicate 5")
    view.scrub(9)
    view.page.click("[data-site=ain-issa]")
    view.press("What officials can see")
    view.page.wait_for_function("location.hash.includes('mode=belief') && location.hash.includes('day=9')")
    address, before = view.page.url, view.page.inner_text(".dv-run .dv-top")
    view.page.reload()
    view.wait_for_clock("Day 9.0")
    with browser.new_context() as context:
        other = Opened(context.new_page(), address)
        other.wait_for_clock("Day 9.0")
        for page in (view.page, other.page):
            expect(page.locator(".dv.belief")).to_have_count(1)
            expect(page.locator("[data-panel] h2")).to_contain_text("Ain Issa")
            expect(page.locator(".dv-slider output").first).to_have_text("0.60")
            assert page.inner_text(".dv-run .dv-top") == before
            assert page.url == address
