"""The page of results in a real browser: numbers as in the tables, and the very replicate on the map."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from sim.experiment.results import Results
from sim.wording import count, metric
from tests.app.conftest import HOSTILE, Opened

pytestmark = pytest.mark.browser


@pytest.fixture
def results(view: Opened, archive: Path) -> Results:
    view.page.get_by_role("link", name="Results").click()
    expect(view.page.locator("[data-point]").first).to_be_visible()
    return Results.open(archive / "sweep")


def test_the_table_has_the_statistics_of_every_point(view: Opened, results: Results) -> None:
    for name in ("escaped", "gap", "undetected_share"):
        view.page.select_option("#dv-metric", name)
        expect(view.page.locator(".dv-table [data-row]")).to_have_count(6)
        for entry in results.metrics():  # as `--json` prints them
            found = entry["metrics"][name]
            row = view.page.locator(f"[data-row='{entry['point']}']")
            expect(row.locator("[data-n]")).to_have_text(str(entry["replicates"]))
            low, high = ("?" if (v := found[end]) is None else metric(name, v) for end in ("q50_low", "q50_high"))
            expect(row.locator("[data-median]")).to_have_text(f"{said(name, found['q50'])} ({low} to {high})")
            expect(row.locator("[data-range]")).to_have_text(
                f"{said(name, found['q05'])} to {said(name, found['q95'])}"
            )
    view.page.select_option("#dv-metric", "escaped")
    expect(view.page.locator(".dv-table-head h2")).to_contain_text("Exits: ")  # before it is sorted
    view.page.get_by_role("button", name="Median").click()
    expect(view.page.locator("th[aria-sort=ascending]")).to_contain_text("Median")
    order = [int(row.get_attribute("data-row") or -1) for row in view.page.locator("[data-row]").all()]
    medians = {entry["point"]: entry["metrics"]["escaped"]["q50"] for entry in results.metrics()}
    assert order == sorted(order, key=lambda point: (medians[point], point))


def said(metric_name: str, value: float | None) -> str:
    return metric(metric_name, float("nan") if value is None else value)


def test_the_change_from_the_baseline_is_paired(view: Opened, results: Results) -> None:
    escaped = results.metric("escaped")
    base = next(
        int(row.get_attribute("data-row") or -1) for row in view.page.locator("[data-row]:has-text('baseline')").all()
    )
    for point, values in escaped.items():
        change = view.page.locator(f"[data-row='{point}'] [data-change]").inner_text()
        if point == base:
            assert change == "baseline"
            continue
        differences = values - escaped[base]
        half = 2.093 * differences.std(ddof=1) / len(differences) ** 0.5
        mean = differences.mean()
        sign = "+" if mean > 0 else ""
        assert change == f"{sign}{count(mean)} ({count(mean - half)} to {count(mean + half)})"


def test_medians_below_zero_are_drawn_below_zero(view: Opened, results: Results) -> None:
    view.page.select_option("#dv-metric", "gap")
    expect(view.page.locator(".dv-table-head h2")).to_contain_text("Gap: ")
    low, least, inks = view.page.evaluate(
        "() => { const page = document.querySelector('.dv-results').__vue__, data = page.data;"
        " page._props.data = Object.freeze({...data, points: data.points.map((p, k) => ({...p, median: k ? p.median : -500}))});"
        " const found = [page.bottom, page.curves[0].least, [page.paint(-500), page.paint(0)].map(style => style.background)];"
        " page._props.data = data;"
        " return found; }"
    )
    assert low == least == -500 and inks[0] != inks[1]


def test_a_plain_run_has_a_table_too(view: Opened, results: Results) -> None:
    view.page.select_option("#dv-folder", "plain")
    expect(view.page.locator("[data-row]")).to_have_count(1)
    expect(view.page.locator("[data-row] [data-n]")).to_have_text("12")
    expect(view.page.locator("[data-set]")).to_have_text("Set by options: guards.scale 0.9.")
    view.page.locator("[data-point='0']").click()
    expect(view.page.locator("[data-pick]")).to_have_count(2)  # of 12 runs none is nearest 95% but the largest


def test_what_no_option_set_is_not_told(view: Opened, results: Results) -> None:
    expect(view.page.locator("[data-set]")).to_have_count(0)


def test_levers_have_their_whole_names(view: Opened, results: Results) -> None:
    view.page.select_option("#dv-folder", "levers")
    expect(view.page.locator("[data-row]")).to_have_count(3)
    name = "a-lever-with-a-name-that-is-longer-than-any-column"
    expect(view.page.locator("[data-row='2']")).to_contain_text(name)
    view.page.locator("[data-point='2']").first.click()
    expect(view.page.locator(".dv-chosen dl")).to_contain_text(name)


def test_the_map_of_heat_shows_medians(view: Opened, results: Results) -> None:
    table = results.quantiles("escaped").to_pylist()
    cells = view.page.locator(".dv-heat [data-point]")
    assert cells.count() == len(table) == 6
    for row in table:
        cell = view.page.locator(f".dv-heat [data-point='{row['point']}']")
        assert cell.locator("b").inner_text() == count(row["q50"])
        assert cell.locator("small").inner_text() == f"{count(row['q05'])} to {count(row['q95'])}"
    view.page.select_option("#dv-metric", "at_large")
    first = results.quantiles("at_large").to_pylist()[0]
    expect(view.page.locator(".dv-heat [data-point='0'] b")).to_have_text(count(first["q50"]))
    assert view.page.locator("svg[aria-label*='by guards.scale'] .dv-dot").count() == 6
    assert "#results?" in view.page.url
    assert view.page.inner_text("[data-stamp]") == "Simulated: 120 runs of seed 1"


def test_a_click_on_a_point_opens_its_largest_replicate_on_the_map(view: Opened, results: Results) -> None:
    runs = [row for row in results.runs.to_pylist() if row["point"] == 2]
    worst = max(runs, key=lambda row: (row["escaped"], -row["replicate"]))
    view.page.locator(".dv-heat [data-point='2']").click()
    pick = view.page.locator("[data-pick=worst]")
    expect(pick).to_contain_text(f"replicate {worst['replicate']}")
    expect(pick.locator("span")).to_have_text(f"{worst['escaped']:,}")
    pick.click()
    view.wait_for_clock("Day 10.0")
    for key in ("escaped", "held", "at_large", "confirmed", "guards_on_duty"):
        assert view.number(key) == f"{worst[key]:,.0f}", key
    assert f"replicate {worst['replicate']}" in view.page.locator("#dv-file option").first.inner_text()
    view.scrub(3)
    view.page.get_by_role("link", name="Results").click()
    expect(view.page.locator(".dv-heat [data-point='2']")).to_have_attribute("aria-pressed", "true")
    middle = float(np.median([row["escaped"] for row in runs]))  # as the table says
    nearest = min(runs, key=lambda row: (abs(row["escaped"] - middle), row["replicate"]))
    expect(view.page.locator("[data-pick=median]")).to_contain_text(f"replicate {nearest['replicate']}")
    view.page.locator("[data-pick=median]").click()
    expect(view.page.locator("[data-number=escaped]")).to_have_text(f"{nearest['escaped']:,}")
    view.page.go_back()
    expect(view.page.locator(".dv-heat [data-point='2']")).to_have_attribute("aria-pressed", "true")
    view.page.go_forward()
    expect(view.page.locator("[data-number=escaped]")).to_have_text(f"{nearest['escaped']:,}")
    view.page.locator("[data-path='guards.scale']").fill("2")  # another decision for that replicate
    expect(view.page.locator(".dv-slider output").first).to_have_text("2.00")
    expect(view.page.locator("[data-number=guards_on_duty]")).not_to_have_text("–")


def test_results_that_are_torn_or_point_elsewhere_are_told(view: Opened, results: Results) -> None:
    view.page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    view.page.select_option("#dv-folder", "torn")
    expect(view.page.locator(".dv-errors pre")).to_contain_text("manifest.json")
    view.page.select_option("#dv-folder", "<i>away")
    expect(view.page.locator(".dv-errors pre")).to_contain_text("file is no part of its table")
    assert view.page.locator(".dv img").count() == 0 and HOSTILE not in view.page.inner_text(".dv-errors")
    view.page.select_option("#dv-folder", "sweep")
    expect(view.page.locator("[data-point]").first).to_be_visible()
    view.page.get_by_role("link", name="Run").click()
    expect(view.page.locator("[data-clock]")).to_have_text("Day 0.0")


def test_replay_opens_that_very_run(archive: Path, root: Path, page: Page) -> None:
    command = [sys.executable, "-m", "sim", "replay", str(archive / "sweep"), "--point", "3", "--replicate", "7"]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen(
        [*command, "--view", "--no-open", "--port", "0"], env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            opened = Opened(page, server.stdout.readline().strip())
            opened.scrub(10)
            stored = Results.open(archive / "sweep").table("runs", point=3, replicate=7).to_pylist()[0]
            assert opened.number("escaped") == f"{stored['escaped']:,}"
            assert opened.number("confirmed") == f"{stored['confirmed']:,.0f}"
            assert "replicate 7" in page.inner_text("body")
            assert opened.errors == []
        finally:
            server.send_signal(signal.SIGINT)
        assert server.wait(30) == 0
