"""The page in a real browser: it shows the model's own numbers, and no truth in the officials' mode."""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from sim.model import DetentionModel, Run
from sim.scenario.loader import load
from tests.app.conftest import HOSTILE, Opened

pytestmark = pytest.mark.browser
SHOWN = ("escaped", "held", "at_large", "confirmed", "guards_on_duty", "gap")


def stepped(days: float, rng: int = 1, **settings: object) -> DetentionModel:
    model = DetentionModel("ne-syria-2019", rng=rng, **settings)
    model.run_days(days)
    return model


def numbers(model: DetentionModel) -> dict[str, str]:
    row = model.outcomes()
    return {key: f"{row[key]:,.0f}" for key in SHOWN}


def shown(view: Opened, run: str = "") -> dict[str, str]:
    return {key: view.number(key, run) for key in SHOWN}


def test_numbers_are_those_of_the_model(view: Opened) -> None:
    view.step_days(9)
    model = stepped(9)
    assert model.outcomes()["escaped"] > 0
    assert shown(view) == numbers(model)
    row = model.outcomes()
    headline = view.page.inner_text("[data-headline]")
    assert headline.startswith(f"{row['escaped_persons']:,.0f} people out, {row['escaped']:,.0f} exits.")
    assert view.page.locator("[data-site]").count() == int((model.truth.facility["resident"] == 0).sum())


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


def test_a_run_played_to_its_end_plays_again_from_the_start(view: Opened) -> None:
    view.page.select_option("#dv-file", "tiny.yaml")
    expect(view.page.locator("[data-number=held]")).to_have_text("60")
    view.page.select_option("#dv-speed", "24")
    view.press("Play")
    view.wait_for_clock("Day 10.0")
    expect(view.page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(view.page.get_by_role("button", name="Step", exact=True)).to_be_disabled()
    view.press("Play")
    view.page.wait_for_function("Number(document.querySelector('[data-clock]').innerText.slice(4)) < 9")


def test_the_scrubber_sets_the_run_to_any_day_exactly(view: Opened) -> None:
    view.scrub(30)
    end = numbers(stepped(30))
    assert shown(view) == end
    view.scrub(7.5)
    assert shown(view) == numbers(stepped(7.5))
    view.press("Step")  # 6 hours
    view.wait_for_clock("Day 7.75")
    assert shown(view) == numbers(stepped(7.75))
    view.scrub(30)
    assert shown(view) == end
    log = view.page.locator("[data-log] li")
    at_30 = log.count()
    view.scrub(4)
    assert log.count() < at_30
    view.page.locator("[data-chart=gap] svg").click(position={"x": 150, "y": 60})  # a chart leads to its day
    view.page.wait_for_function("document.querySelector('[data-clock]').innerText !== 'Day 4.0'")


def test_hover_shows_a_facility_and_a_click_pins_it(view: Opened) -> None:
    view.scrub(9)
    model = stepped(9)
    f = model.names.facilities.index("ain-issa")
    site = model.truth.facility[f]
    view.page.hover("[data-site=ain-issa]")
    card = view.page.inner_text(".dv-card")
    assert f"{site['escaped']:,}" in card and f"{site['held']:,} of {site['held0']:,}" in card
    view.page.click("[data-site=ain-issa]")
    view.page.mouse.move(2, 2)
    expect(view.page.locator(".dv-card")).to_have_count(0)
    fact = view.page.locator("[data-panel] [data-fact='Guards']")
    expect(fact).to_have_text(f"{site['on_site']} of {site['assigned']:.0f}")
    assert view.page.inner_text("[data-panel] [data-fact='Exits']") == f"{site['escaped']:,}"
    assert view.page.locator("[data-chart=gap]").is_visible() and view.page.locator("[data-chart=guards]").count() == 1
    assert view.page.inner_text("[data-panel] [data-fact='In disorder']") == f"{site['active']:,}"
    opening = f"{100 * site['opening']:.{1 if site['opening'] < 0.1 else 0}f}%"
    assert view.page.inner_text("[data-panel] [data-fact='Walls open']") == opening
    places = view.page.locator("[data-log] li b").all_inner_texts()
    assert places and set(places) == {"Ain Issa, policed annex"}
    view.page.keyboard.press("Escape")
    expect(view.page.locator("[data-panel]")).to_have_count(0)
    view.page.locator("[data-log] li button:not(:disabled)").first.click()  # a line leads to its facility
    expect(view.page.locator("[data-panel]")).to_have_count(1)


def test_the_log_narrows_down(view: Opened) -> None:
    view.scrub(20)
    rows = view.page.locator("[data-log] li[data-kind]")
    made = int(stepped(20).belief.board["reports"][0])
    every = rows.count()
    view.press("Reports")
    expect(view.page.locator("[data-log] li[data-kind=report]")).to_have_count(made)
    expect(view.page.locator("[data-log] li[data-kind=event]")).to_have_count(0)
    view.press("Events")
    expect(view.page.locator("[data-log] li[data-kind=event]")).to_have_count(every - made)
    view.page.focus("input[type=search]")
    view.page.keyboard.type("unguarded")  # as fast as it goes, and no letter is lost
    expect(view.page.locator("input[type=search]")).to_have_value("unguarded")
    expect(rows.first).to_contain_text("unguarded")
    assert all("unguarded" in text for text in rows.all_inner_texts())


def test_charts_show_what_the_model_has(view: Opened) -> None:
    view.scrub(30)
    model = stepped(30)
    row = model.outcomes()
    ends = dict(text.rsplit(" ", 1) for text in view.page.locator("[data-chart=gap] [data-end]").all_text_contents())
    assert ends["exits"] == f"{row['escaped']:,.0f}" and ends["confirmed"] == f"{row['confirmed']:,.0f}"
    drawn = [
        box["x"] + box["width"]
        for line in view.page.locator("[data-chart=gap] [data-line]").all()
        if (box := line.bounding_box())
    ]
    keys = [
        box["x"]
        for key in view.page.locator("[data-chart=gap] g:has(> .dv-end) path").all()
        if (box := key.bounding_box())
    ]
    assert len(keys) == len(ends) and min(keys) > max(drawn)  # no stroke leads from a line to its label
    belief = model.belief
    for r, role in enumerate(model.roles):  # the two scopes of claims are two lines
        told, places = belief.theatre_claim[r], belief.claim[r][~np.isnan(belief.claim[r])]
        assert ends.get(role) == (None if np.isnan(told) else f"{told:,.0f}"), role
        assert ends.get(f"{role} ({len(places)})") == (f"{places.sum():,.0f}" if len(places) else None), role
    assert view.page.locator("[data-chart=gap] [data-gap]").get_attribute("d")
    assert view.page.text_content("[data-chart=guards] [data-end]") == f"now {row['guards_on_duty']:,.0f}"
    coverage = float(model.belief.board["coverage"][0])
    assert view.page.text_content("[data-chart=coverage] [data-end]") == f"now {int(100 * coverage + 0.5)}%"


def test_what_is_drawn_has_a_legend_and_a_unit(view: Opened) -> None:
    view.scrub(9)
    legend = view.page.inner_text(".dv-legend")
    for word in (
        "area of a circle: people held",
        "darker ground",
        "camp residents",
        "front",
        "at large",
        "fewer than half",
    ):
        assert word in legend, word
    assert view.page.inner_text("[data-chart=guards] em") == "people"
    assert view.page.inner_text("[data-chart=gap] figcaption b").startswith("Exits")
    assert "%" in str(view.page.text_content("[data-chart=coverage] .dv-axis"))
    view.press("What officials can see")
    expect(view.page.locator(".dv-legend")).to_contain_text("grades: A1 best, F6 worst")


def test_officials_view_is_sent_nothing_of_the_truth(view: Opened) -> None:
    sent: list[str] = []
    view.page.on("websocket", lambda socket: socket.on("framereceived", lambda data: sent.append(str(data))))
    view.page.wait_for_function("!location.hash.includes('day=')")  # a page writes its address a little later
    view.page.reload()
    view.wait_for_clock("Day 0.0")
    ground = view.page.locator(".dv-pixels").get_attribute("href")
    view.step_days(8)
    escaped = view.number("escaped")
    assert view.page.locator("[data-dots]").count() == 1
    assert view.page.locator("[data-unit]").count() > 0 and view.page.locator("[data-front]").count() == 1
    assert view.page.locator(".dv-pixels").get_attribute("href") != ground  # ground has changed hands
    view.press("What officials can see")
    view.page.wait_for_selector(".dv.belief")
    sent.clear()
    view.press("Step")
    view.wait_for_clock("Day 9.0")
    assert view.number("escaped") == "not known"
    assert view.page.locator(".dv-pixels").get_attribute("href") == ground  # that of day 0, as the page says
    assert "Ground of day 0" in view.page.inner_text(".dv-map-note")
    hidden = "[data-number=held], [data-number=at_large], [data-dots], [data-unit], [data-front], [data-state=open]"
    assert view.page.locator(f"{hidden}, [data-chart=guards], [data-gap], [data-line=escaped]").count() == 0
    assert not re.search(rf"(?<![\d.,]){re.escape(escaped)}(?![\d.,%])", view.page.inner_text(".dv"))
    words = ("at_large", "guards_on_duty", "custody", "opening", 'active\\\\\\":', "image")
    assert sent and not [word for word in words for text in sent if word in text]
    model = stepped(9)
    made = int(model.belief.board["reports"][0])
    assert view.number("reports") == str(made)
    assert view.number("confirmed") == f"{model.belief.confirmed.sum():,.0f}"
    seen = {int(f) for f in model.belief.report["facility"][:made] if f >= 0}
    named = view.page.locator("[data-site]:not([data-state=unreported])").evaluate_all(
        "all => all.map(e => e.dataset.site)"
    )
    assert set(named) == {model.names.facilities[f] for f in seen}
    assert view.page.locator("[data-log] li").count() == made


def test_a_label_and_its_card_are_one_report_with_its_own_age_and_grade(view: Opened) -> None:
    view.press("What officials can see")
    view.scrub(20)
    model = stepped(20)
    seen = 0
    made = model.belief.report[: int(model.belief.board["reports"][0])]
    for place in view.page.locator("[data-site]:not([data-state=unreported])").all():
        name = place.get_attribute("data-site")
        label = view.page.locator(f"[data-note={name}]").all_text_contents()
        said = place.get_attribute("aria-label") or ""
        fits = [
            report
            for report in made
            if model.names.facilities[report["facility"]] == name
            and label
            == [
                f"{report['low']:,.0f} claimed, {int(20 - report['minute'] / 1440)} d",
                f"{role_of(model, report)}, {grade_of(model, report)}",
            ]
            and f"claims {report['low']:,.0f} out, {20 - report['minute'] / 1440:.1f} days ago" in said
            and f"grade {grade_of(model, report)}" in said
        ]
        assert len(fits) == 1, (name, label, said)
        arc = float(view.page.locator(f"[data-site={name}] [data-age]").get_attribute("data-since") or -1)
        assert abs(arc - (20 - fits[0]["minute"] / 1440) / 20) < 0.002  # the arc is a share of the time so far
        seen += 1
    assert seen > 2


def role_of(model: DetentionModel, report: np.void) -> str:
    return model.roles[model.belief.observer[report["observer"]]["role"]]


def grade_of(model: DetentionModel, report: np.void) -> str:
    row = model.belief.observer[report["observer"]]
    return f"{'ABCDEF'[row['reliability']]}{row['credibility']}"


def test_a_slider_starts_a_new_run_at_once(view: Opened) -> None:
    view.step_days(1)
    before = view.page.locator(".dv-slider output").first.inner_text()
    scale = float(view.page.locator("[data-path='guards.scale']").input_value()) + 0.05
    view.page.focus("[data-path='guards.scale']")
    view.page.keyboard.press("ArrowRight")
    expect(view.page.locator(".dv-slider output").first).to_have_text(f"{scale:.2f}")
    expect(view.page.locator(".dv-slider output").first).to_have_class("set")
    assert view.clock() == "Day 1.0"  # the day is kept
    assert view.number("guards_on_duty") == f"{stepped(1, guards__scale=scale).outcomes()['guards_on_duty']:,.0f}"
    view.page.select_option("#dv-handover", "formal")
    view.page.locator("[data-path='guards.redeploy_share']").fill("0.8")
    view.scrub(8)
    assert shown(view) == numbers(
        stepped(8, guards__scale=scale, control__handover="formal", guards__redeploy_share=0.8)
    )
    view.press("Undo changes")
    expect(view.page.locator(".dv-slider output").first).to_have_text(before)
    assert view.clock() == "Day 8.0"


def test_the_pace_of_withdrawal_moves_its_dates(view: Opened) -> None:
    view.page.locator("[data-path='isr.coverage']").fill("0.5")
    view.page.locator("[data-path='withdrawal.pace']").fill("2")
    view.scrub(12)
    twice = [["2019-10-07", 0.9], ["2019-10-10", 0.6], ["2019-10-15T12:00", 0.35], ["2019-11-03T12:00", 0.3]]
    model = stepped(12, **{"isr.coverage": 0.5, "withdrawal.schedule": twice})
    assert shown(view) == numbers(model)
    expect(view.page.locator("[data-chart=coverage] [data-end]")).to_have_text(
        f"now {int(100 * float(model.belief.board['coverage'][0]) + 0.5)}%"
    )
    view.page.locator("[data-path='withdrawal.pace']").fill("0")
    view.scrub(12)
    expect(view.page.locator("[data-chart=coverage] [data-end]")).to_have_text("now 50%")  # the sponsor stays


def test_same_seed_other_decision_shows_both_runs(view: Opened) -> None:
    view.scrub(12)
    view.press("Same seed, other decision")
    expect(view.page.locator("[data-run]")).to_have_count(2)
    a, b = stepped(12), stepped(12, control__handover="formal")
    expect(view.page.locator("[data-run=B] [data-number=escaped]")).to_have_text(numbers(b)["escaped"])
    assert shown(view, "A") == numbers(a) and shown(view, "B") == numbers(b)
    fewer = int(a.outcomes()["escaped"] - b.outcomes()["escaped"])
    assert fewer > 0
    text = view.page.locator("[data-difference]")
    expect(text).to_contain_text(f"This pair of runs now: {fewer:,} fewer exits in B than in A.")
    expect(text).to_contain_text("Over 200 pairs, day 12:", timeout=60_000)
    pairs = [paired(replicate, 12) for replicate in range(200)]
    mean = sum(b - a for a, b in pairs) / 200
    expect(text).to_contain_text(f"−{-mean:,.0f} exits on average")
    assert view.page.locator("[data-chart=both] [data-end]").all_text_contents() == [
        f"A {numbers(a)['escaped']}",
        f"B {numbers(b)['escaped']}",
    ]
    assert view.page.locator("[data-chart=both] [data-band]").count() == 4
    assert view.page.locator("[data-chart=difference] [data-band]").count() == 2
    view.page.click("[data-run=B] [data-site=ain-issa]")  # pinned in both
    f = a.names.facilities.index("ain-issa")
    for run, model in (("A", a), ("B", b)):
        fact = view.page.locator(f"[data-run={run}] [data-panel] [data-fact='Exits']")
        expect(fact).to_have_text(f"{model.truth.facility['escaped'][f]:,}")
    for chart in ("gapA", "gapB", "guardsA", "guardsB", "coverageA", "coverageB", "both", "difference"):
        assert view.page.locator(f"[data-chart={chart}] svg[width]").is_visible(), chart
    assert view.page.locator("[data-run] .dv-legend").count() == 2
    expect(view.page.locator(".dv-strip .dv-log h2")).to_have_text("Log of run B")
    difference = view.page.locator("[data-chart=difference] [data-line=mean]")
    assert (difference.bounding_box() or {"height": 0})["height"] > 3  # a line that leaves zero
    view.page.locator("[data-path='guards.scale']").fill("0.5")  # of B, where it stands
    c = stepped(12, control__handover="formal", guards__scale=0.5)
    expect(view.page.locator("[data-run=B] [data-number=escaped]")).to_have_text(numbers(c)["escaped"])
    assert shown(view, "B") == numbers(c) and shown(view, "A") == numbers(a) and view.clock() == "Day 12.0"
    view.press("Step")
    view.wait_for_clock("Day 12.25")
    assert shown(view, "A") == numbers(stepped(12.25))
    view.press("What officials can see")
    expect(view.page.locator(".dv.belief")).to_have_count(1)
    assert view.number("escaped", "B") == "not known"
    assert view.size() == [1280, 720]
    view.page.select_option("#dv-file", "tiny.yaml")
    expect(text).to_have_text("No difference is shown: the runs differ in theatre and start and length.")
    expect(view.page.locator("[data-chart=difference]")).to_have_count(0)
    view.press("One run")
    expect(view.page.locator("[data-run]")).to_have_count(1)


def paired(replicate: int, day: int) -> tuple[float, float]:
    """Exits by the end of a day in one replicate, with the handovers of the scenario and with formal ones."""
    return tuple(float(exits[day]) for exits in both(replicate))  # type: ignore[return-value]


@cache
def runs() -> list[Run]:
    return [Run(load("ne-syria-2019", {"control.handover": handover})) for handover in ("none", "formal")]


@cache
def both(replicate: int) -> list[np.ndarray]:
    return [run.complete(1, replicate).daily["escaped"].copy() for run in runs()]


def test_the_place_of_a_run_among_its_ensemble_is_that_of_the_replicates(view: Opened) -> None:
    view.scrub(20)
    place = view.page.locator("[data-place]")
    expect(place).to_contain_text("of 200 runs", timeout=60_000)
    own = stepped(20).outcomes()["escaped"]
    others = [paired(replicate, 20)[0] for replicate in range(200)]
    below = sum(other < own for other in others) / 2
    said = f"{below:.1f}".removesuffix(".0") if below < 10 else f"{below:.0f}"
    assert place.inner_text().startswith(f"This run, day 20: {own:,.0f} exits, more than {said}% and fewer than ")
    assert view.page.locator("[data-chart=gap] [data-band]").count() == 2
    assert view.page.inner_text("[data-stamp]") == "Simulated: replicate 0 of seed 1"
    view.page.fill("#dv-replicate", "3")
    view.page.keyboard.press("Enter")
    expect(view.page.locator("[data-stamp]")).to_have_text("Simulated: replicate 3 of seed 1")
    model = DetentionModel("ne-syria-2019", rng=1, replicate=3)
    model.run_days(20)
    assert shown(view) == numbers(model)


def test_a_change_of_scenario_says_which_settings_it_drops(view: Opened) -> None:
    view.page.locator("[data-path='guards.scale']").fill("0.5")
    view.page.select_option("#dv-handover", "formal")
    expect(view.page.locator("#dv-handover")).to_have_value("formal")
    view.page.select_option("#dv-file", "tiny.yaml")
    notice = view.page.locator(".dv-notice")
    expect(notice).to_contain_text("these settings were dropped: Guards 0.50, handover: formal.")
    view.press("Close")
    expect(notice).to_have_count(0)


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
    view.press("Same seed, other decision")  # of nothing there is no other
    expect(view.page.locator("[data-run]")).to_have_count(1)
    view.page.select_option("#dv-file", "tiny.yaml")
    expect(view.page.locator("[data-number=held]")).to_have_text("60")
    view.step_days(1)


def test_names_from_files_are_text(view: Opened) -> None:
    view.page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    expect(view.page.locator("#dv-file option", has_text="<b>bold<b>")).to_have_count(1)
    view.page.select_option("#dv-file", "hostile.yaml")
    expect(view.page.locator("[data-number=held]")).to_have_text("60")
    view.step_days(10)
    view.page.click("[data-site=lone-prison]")
    label = view.page.locator("[data-site=lone-prison]").get_attribute("aria-label") or ""
    assert HOSTILE in label and "\\u202e" in label
    assert view.page.inner_text("[data-panel] h2").startswith(HOSTILE[:20])
    assert view.page.locator(".dv img, .dv script, .dv i b").count() == 0
    whole = view.page.inner_text(".dv")
    assert "\u202e" not in whole and "x" * 400 not in whole and "alert(2)" in whole
    assert view.size() == [1280, 720]
    view.press("What officials can see")
    assert view.page.locator(".dv img, .dv script").count() == 0


def test_a_seed_that_is_no_number_leaves_the_run(view: Opened) -> None:
    view.step_days(1)
    view.page.fill("#dv-seed", "abc")
    view.page.keyboard.press("Enter")
    expect(view.page.locator("#dv-seed-error")).to_contain_text("whole number")
    assert view.clock() == "Day 1.0"
    view.page.fill("#dv-seed", "2")
    view.page.keyboard.press("Enter")
    expect(view.page.locator("#dv-seed-error")).to_have_count(0)
    assert view.clock() == "Day 1.0"
    view.scrub(9)
    assert shown(view) == numbers(stepped(9, rng=2))


def test_two_tabs_do_not_disturb_each_other(view: Opened, browser: Browser, address: str) -> None:
    with browser.new_context() as context:
        other = Opened(context.new_page(), address)
        view.step_days(3)
        assert other.clock() == "Day 0.0"
        other.page.select_option("#dv-file", "tiny.yaml")
        expect(other.page.locator("[data-number=held]")).to_have_text("60")
        other.press("What officials can see")
        assert view.clock() == "Day 3.0" and view.page.locator(".dv.truth").count() == 1
        assert shown(view) == numbers(stepped(3))


def test_keys_play_step_and_switch(view: Opened) -> None:
    view.page.keyboard.press("ArrowRight")
    view.wait_for_clock("Day 0.25")
    view.page.keyboard.press("ArrowRight")
    view.wait_for_clock("Day 0.5")
    view.page.keyboard.press("ArrowLeft")
    view.wait_for_clock("Day 0.25")
    view.page.keyboard.press("Home")
    view.wait_for_clock("Day 0.0")
    view.page.keyboard.press("v")
    expect(view.page.locator(".dv.belief")).to_have_count(1)
    view.page.keyboard.press("v")
    expect(view.page.locator(".dv.truth")).to_have_count(1)
    view.page.keyboard.press("Space")
    expect(view.page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    view.page.keyboard.press("Space")
    expect(view.page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    view.page.get_by_role("button", name="Play", exact=True).focus()  # on a button the space bar presses it, once
    view.page.keyboard.press("Space")
    expect(view.page.get_by_role("button", name="Pause", exact=True)).to_be_focused()
    view.page.keyboard.press("Space")
    expect(view.page.get_by_role("button", name="Play", exact=True)).to_be_focused()
    view.page.focus("[data-site=raqqa]")
    view.page.keyboard.press("Enter")
    expect(view.page.locator("[data-panel] h2")).to_have_text("Raqqa")
    assert view.size() == [1280, 720]


def test_a_phone_has_all_of_it_and_no_sideways_scrolling(phone: Opened) -> None:
    for press, mode in (("What officials can see", "belief"), ("What happened", "truth")):
        phone.press(press)
        expect(phone.page.locator(f".dv.{mode}")).to_have_count(1)
        phone.scrub(9)
        assert phone.size()[0] == 390
    assert shown(phone) == numbers(stepped(9))
    assert phone.page.locator("[data-path='guards.scale']").is_hidden()
    phone.page.get_by_role("button", name="Controls").click()
    expect(phone.page.locator("[data-path='guards.scale']")).to_be_visible()
    phone.press("Same seed, other decision")
    expect(phone.page.locator("[data-run]")).to_have_count(2)
    assert phone.size()[0] == 390
    box = phone.page.get_by_role("button", name="Play", exact=True).bounding_box()
    assert box is not None and box["y"] + box["height"] <= 844 and box["height"] >= 36
    phone.page.get_by_role("link", name="Results").click()
    expect(phone.page.locator("[data-point]")).not_to_have_count(0)
    assert phone.size()[0] == 390


CONTRAST = """() => {
  const lum = c => [0.2126, 0.7152, 0.0722].reduce((s, w, i) => { const v = c[i] / 255; return s + w * (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); }, 0);
  const rgb = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const ground = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] > 0.9) return c; } return [255, 255, 255]; };
  return [...document.querySelectorAll('.dv *')].filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && e.checkVisibility())
    .filter(e => !e.closest('.dv-mapbox > svg') && !e.disabled && !e.closest('option'))
    .map(e => { const s = getComputedStyle(e), ink = lum(rgb(e.ownerSVGElement ? s.fill : s.color)), paper = lum(ground(e));
      return [(Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05), e.className.baseVal || e.className || e.tagName, e.textContent.trim().slice(0, 30)]; })
    .filter(c => c[0] < 4.5);
}"""


def test_text_can_be_read(view: Opened) -> None:
    view.scrub(12)
    view.page.click("[data-site=ain-issa]")
    assert view.page.evaluate(CONTRAST) == []
    view.press("What officials can see")
    view.page.wait_for_selector(".dv.belief")
    assert view.page.evaluate(CONTRAST) == []


def test_fonts_and_scripts_are_local(view: Opened, root: Path) -> None:
    assert len(view.asked) > 3
    for path in [root / "sim/app/page.vue", root / "sim/app/page.css", *(root / "sim/app/parts").glob("*.vue")]:
        assert "http" not in path.read_text(), path
