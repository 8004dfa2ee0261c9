"""The page for everybody: by axe-core, by keyboard, in the dark, in forced colours, without motion, enlarged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.app.conftest import Opened
from tests.app.test_page import CONTRAST

pytestmark = pytest.mark.browser
STATES = {
    "run": "#run?scenario=ne-syria-2019.yaml&day=20&pin=ain-issa",
    "officials": "#run?scenario=ne-syria-2019.yaml&day=20&mode=belief",
    "two": "#run?scenario=ne-syria-2019.yaml&day=12&two=1&b.control.handover=formal",
    "record": "#run?scenario=ne-syria-2019.yaml&day=20&record=ne-syria-2019.csv",
    "results": "#results?results=sweep&metric=escaped&point=1",
}


@pytest.fixture
def page_as(view: Opened) -> Iterator[Callable[..., Opened]]:
    """A function that shows a state on the shared page, for a reader who has asked for colours or motion of some kind."""

    def shown(state: str, **media: Any) -> Opened:
        view.page.emulate_media(**media)
        view.show(STATES[state])
        view.page.wait_for_selector("[data-run=B]" if state == "two" else "[data-stamp]")
        return view

    yield shown
    view.page.emulate_media(color_scheme="light", forced_colors="none", reduced_motion="no-preference")


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_and_text_can_be_read_in_the_light_and_in_the_dark(
    page_as: Callable[..., Opened], state: str
) -> None:
    for scheme in ("light", "dark"):
        page = page_as(state, color_scheme=scheme).page
        ground = page.evaluate("getComputedStyle(document.querySelector('.dv')).backgroundColor")
        assert (ground == "rgb(20, 24, 28)") == (scheme == "dark")
        page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        assert len(found["passes"]) > 15
        assert [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found["violations"]] == []
        assert page.evaluate(CONTRAST) == [], scheme


def test_the_document_has_a_language_a_heading_and_can_be_enlarged(view: Opened) -> None:
    assert view.page.evaluate("document.documentElement.lang") == "en"
    expect(view.page.locator("h1")).to_have_count(1)
    port = view.page.locator("meta[name=viewport]").get_attribute("content") or ""
    assert "width=device-width" in port and "user-scalable" not in port and "maximum-scale" not in port


def test_play_comes_early_and_the_map_is_one_stop(fresh: Opened) -> None:
    view = fresh
    seen = []
    for _ in range(24):
        view.page.keyboard.press("Tab")
        seen.append(view.page.evaluate("document.activeElement.innerText || document.activeElement.dataset.site || ''"))
    assert "Play" in [text.strip() for text in seen[:8]]
    assert view.page.locator("[data-site][tabindex='0']").count() == 1
    view.page.locator("[data-site][tabindex='0']").focus()
    first = view.page.evaluate("document.activeElement.dataset.site")
    view.page.keyboard.press("ArrowDown")
    second = view.page.evaluate("document.activeElement.dataset.site")
    view.page.keyboard.press("ArrowUp")
    assert view.page.evaluate("document.activeElement.dataset.site") == first != second


@pytest.mark.parametrize("slider", ["[data-scrub]", "[data-path='guards.scale']"])
def test_keys_work_while_a_slider_has_the_focus(view: Opened, slider: str) -> None:
    view.page.focus(slider)
    view.page.keyboard.press("v")
    expect(view.page.locator(".dv.belief")).to_have_count(1)
    view.page.keyboard.press("Space")
    expect(view.page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    view.page.keyboard.press("Space")
    expect(view.page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_what_is_pressed_is_seen_in_forced_colours(page_as: Callable[..., Opened]) -> None:
    view = page_as("run", forced_colors="active")
    ground = "e => getComputedStyle(e).backgroundColor"
    pressed = view.page.locator(".dv-switch [aria-pressed=true]").evaluate(ground)
    assert pressed != view.page.locator(".dv-switch [aria-pressed=false]").evaluate(ground)
    line = "e => getComputedStyle(e).borderBottomColor"
    here, other = (
        view.page.locator(f".dv-nav a{which}").evaluate(line) for which in ("[aria-current]", ":not([aria-current])")
    )
    assert here != other == view.page.locator(".dv").evaluate(ground)


def test_nothing_moves_for_those_who_want_no_motion(page_as: Callable[..., Opened]) -> None:
    duration = "e => getComputedStyle(e).transitionDuration"
    still = page_as("run", reduced_motion="reduce").page.locator("[data-mark]").first.evaluate(duration)
    moving = page_as("run", reduced_motion="no-preference").page.locator("[data-mark]").first.evaluate(duration)
    assert still == "0s" != moving
