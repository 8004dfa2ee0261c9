"""The page in a real browser: it shows the model's own numbers, and nothing that a reader must not see."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from sim.model import DetentionModel
from tests.app.conftest import HOSTILE, Opened

pytestmark = pytest.mark.browser


def stepped(days: float, rng: int = 1, **settings: object) -> DetentionModel:
    model = DetentionModel("ne-syria-2019", rng=rng, **settings)
    model.run_days(days)
    return model


def test_numbers_are_those_of_the_model(view: Opened) -> None:
    view.step_days(9)
    model = stepped(9)
    row = model.outcomes()
    assert row["escaped"] > 0
    for key in ("escaped", "held", "at_large", "confirmed", "guards_on_duty", "gap"):
        assert view.number(key) == f"{row[key]:,.0f}", key
    assert view.page.locator("[data-site]").count() == int((model.truth.facility["resident"] == 0).sum())
    out = int(model.truth.facility["escaped"][model.names.facilities.index("ain-issa")])
    title = view.page.locator("[data-site=ain-issa] title").text_content()
    assert title is not None and f"Escaped: {out:,}" in title


def test_play_moves_the_clock_and_pause_stops_it(view: Opened) -> None:
    assert view.clock() == "Day 0.0"
    view.press("Play")
    expect(view.page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    view.page.wait_for_function("Number(document.querySelector('[data-clock]').innerText.slice(4)) >= 2")
    view.press("Pause")
    view.page.wait_for_timeout(300)
    stopped = view.clock()
    view.page.wait_for_timeout(300)
    assert view.clock() == stopped != "Day 0.0"
    view.press("Reset")
    view.wait_for_clock("Day 0.0")
    assert view.number("escaped") == "0"


def test_officials_view_is_sent_nothing_of_the_truth(view: Opened) -> None:
    sent: list[str] = []
    view.page.on("websocket", lambda socket: socket.on("framereceived", lambda data: sent.append(str(data))))
    view.page.reload()
    view.page.wait_for_selector("[data-clock]")
    view.step_days(8)
    escaped = view.number("escaped")
    assert view.page.locator("[data-dots]").count() == 1
    view.press("What officials can see")
    view.page.wait_for_selector(".dv.belief")
    sent.clear()
    view.press("Step")
    view.wait_for_clock("Day 9.0")
    assert view.number("escaped") == "not known"
    assert view.page.locator("[data-number=held], [data-number=at_large], [data-dots], [data-state=open]").count() == 0
    assert escaped not in view.page.inner_text(".dv")
    assert sent and not [text for text in sent if "at_large" in text or "Guards present" in text]
    model = stepped(9)
    assert view.number("reports") == str(int(model.belief.board["reports"][0]))
    assert view.number("confirmed") == f"{model.belief.confirmed.sum():,.0f}"
    seen = {int(f) for f in model.belief.report["facility"][: int(model.belief.board["reports"][0])] if f >= 0}
    shown = view.page.locator("[data-site]:not([data-state=unreported])").evaluate_all(
        "all => all.map(e => e.dataset.site)"
    )
    assert set(shown) == {model.names.facilities[f] for f in seen}
    assert view.page.locator(".dv-list li").count() == int(model.belief.board["reports"][0])


def test_a_slider_starts_a_new_run_at_once(view: Opened) -> None:
    view.step_days(1)
    view.page.focus("[data-path='guards.scale']")
    view.page.keyboard.press("ArrowRight")
    view.wait_for_clock("Day 0.0")
    expect(view.page.locator(".dv-slider output").first).to_have_text("1.05")
    assert view.number("guards_on_duty") == f"{stepped(0, guards__scale=1.05).outcomes()['guards_on_duty']:,.0f}"
    view.page.select_option("#dv-handover", "formal")
    view.step_days(8)
    assert (
        view.number("escaped")
        == f"{stepped(8, guards__scale=1.05, control__handover='formal').outcomes()['escaped']:,.0f}"
    )
    view.press("Undo changes")
    view.wait_for_clock("Day 0.0")
    expect(view.page.locator(".dv-slider output").first).to_have_text("1.00")


def test_scenarios_change_and_a_broken_one_shows_what_is_wrong(view: Opened) -> None:
    view.page.select_option("#dv-file", "tiny.yaml")
    expect(view.page.locator("[data-number=held]")).to_have_text("60")
    view.page.select_option("#dv-file", "broken.yaml")
    errors = view.page.locator(".dv-errors pre")
    expect(errors).to_contain_text("broken.yaml:3: days:")
    expect(errors).to_contain_text("did you mean `scale`?")
    view.page.select_option("#dv-file", "outside.yaml")
    expect(errors).to_contain_text("outside.yaml:1")
    expect(errors).to_contain_text("is refused")
    view.page.select_option("#dv-file", "tiny.yaml")
    expect(view.page.locator("[data-number=held]")).to_have_text("60")
    view.step_days(1)


def test_names_from_files_are_text(view: Opened) -> None:
    view.page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    view.page.select_option("#dv-file", "hostile.yaml")
    expect(view.page.locator("[data-number=held]")).to_have_text("60")
    view.step_days(10)
    assert view.page.locator(".dv img").count() == 0
    assert HOSTILE in (view.page.locator("[data-site=lone-prison] title").text_content() or "")
    assert HOSTILE in view.page.inner_text(".dv-legend")
    view.press("What officials can see")
    assert view.page.locator(".dv img").count() == 0


def test_a_seed_that_is_no_number_leaves_the_run(view: Opened) -> None:
    view.step_days(1)
    view.page.fill("#dv-seed", "abc")
    view.page.keyboard.press("Enter")
    expect(view.page.locator("#dv-seed-error")).to_contain_text("whole number")
    assert view.clock() == "Day 1.0"
    view.page.fill("#dv-seed", "2")
    view.page.keyboard.press("Enter")
    view.wait_for_clock("Day 0.0")
    expect(view.page.locator("#dv-seed-error")).to_have_count(0)
    view.step_days(9)
    assert view.number("held") == f"{stepped(9, rng=2).outcomes()['held']:,.0f}"


def test_two_tabs_do_not_disturb_each_other(view: Opened, browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        other = Opened(context.new_page(), address)
        view.step_days(3)
        assert other.clock() == "Day 0.0"
        other.page.select_option("#dv-file", "tiny.yaml")
        expect(other.page.locator("[data-number=held]")).to_have_text("60")
        assert view.clock() == "Day 3.0"
        assert view.number("held") == f"{stepped(3).outcomes()['held']:,.0f}"


def test_keyboard_and_size(view: Opened) -> None:
    for _ in range(12):
        view.page.keyboard.press("Tab")
        if view.page.evaluate("document.activeElement.innerText") == "Play":
            break
    view.page.keyboard.press("Space")
    expect(view.page.get_by_role("button", name="Pause", exact=True)).to_be_focused()
    view.page.keyboard.press("Space")
    expect(view.page.get_by_role("button", name="Play", exact=True)).to_be_focused()
    size = view.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert size == [1280, 720]


def test_fonts_and_scripts_are_local(view: Opened, root: Path) -> None:
    assert len(view.asked) > 3
    assert "http" not in (root / "sim/app/page.vue").read_text()
