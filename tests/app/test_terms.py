"""A word of the page says what it means, on tap and on focus, by the declaration that `params` has."""

import pytest
from playwright.sync_api import expect

from sim.app.settings import SLIDERS
from sim.app.terms import of_columns, shown
from sim.outcomes import RUNS
from sim.scenario.fields import parameters


def test_every_usual_slider_and_number_has_a_meaning_that_is_declared() -> None:
    found = shown(tuple(slider.path for slider in SLIDERS))
    assert {slider.path for slider in SLIDERS} <= set(found)
    declared = {parameter.path: parameter for parameter in parameters()}
    for path in ("guards.scale", "isr.coverage"):
        assert declared[path].description in found[path] and declared[path].status in found[path].lower()
    (confirmed,) = [column.meaning for column in RUNS if column.name == "confirmed"]
    assert confirmed.lower() in of_columns()["confirmed"].lower()
    assert not any(". ." in text or "()" in text for text in found.values())


@pytest.mark.browser
def test_a_meaning_shows_on_focus_and_on_tap_and_goes_with_escape(view) -> None:
    word = view.page.get_by_role("button", name="Gap", exact=True)
    said = view.page.get_by_role("tooltip")
    expect(said).to_have_count(0)
    word.focus()
    expect(said).to_have_text(of_columns()["gap"])
    view.page.keyboard.press("Escape")
    expect(said).to_have_count(0)
    view.page.get_by_role("button", name="ISR coverage", exact=True).click()
    expect(said).to_contain_text("facility-hours")
    box, window = said.bounding_box(), view.page.viewport_size
    assert box["x"] >= 0 and box["x"] + box["width"] <= window["width"] and box["y"] + box["height"] <= window["height"]
    assert view.page.get_by_role("slider", name="ISR coverage").count() == 1


@pytest.mark.browser
def test_a_meaning_fits_a_phone(phone) -> None:
    word = phone.page.get_by_role("button", name="Confirmed exits", exact=True)
    word.click()
    said = phone.page.get_by_role("tooltip")
    expect(said).to_be_visible()
    box = said.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert phone.size()[0] <= 390
