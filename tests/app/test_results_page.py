"""The page of results in a real browser: numbers as in the tables, and the very replicate on the map."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from sim.experiment.results import Results
from tests.app.conftest import HOSTILE, Opened

pytestmark = pytest.mark.browser


@pytest.fixture
def results(view: Opened, archive: Path) -> Results:
    view.page.get_by_role("link", name="Results").click()
    expect(view.page.locator("[data-point]").first).to_be_visible()
    return Results.open(archive / "sweep")


def test_the_map_of_heat_shows_medians(view: Opened, results: Results) -> None:
    table = results.quantiles("escaped").to_pylist()
    cells = view.page.locator(".dv-heat [data-point]")
    assert cells.count() == len(table) == 6
    for row in table:
        cell = view.page.locator(f".dv-heat [data-point='{row['point']}']")
        assert cell.locator("b").inner_text() == f"{row['q50'] + 1e-9:,.0f}"
        assert cell.locator("small").inner_text() == f"{row['q05'] + 1e-9:,.0f}–{row['q95'] + 1e-9:,.0f}"
    view.page.select_option("#dv-metric", "at_large")
    first = results.quantiles("at_large").to_pylist()[0]
    expect(view.page.locator(".dv-heat [data-point='0'] b")).to_have_text(f"{first['q50'] + 1e-9:,.0f}")
    assert view.page.locator(".dv-dot").count() == 6  # the curve by guards.scale
    assert "#results?" in view.page.url


def test_a_click_on_a_point_opens_its_worst_replicate_on_the_map(view: Opened, results: Results) -> None:
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
    view.page.go_back()
    expect(view.page.locator(".dv-heat [data-point='2']")).to_have_attribute("aria-pressed", "true")
    view.page.locator("[data-pick=median]").click()
    ranked = sorted(runs, key=lambda row: (row["escaped"], -row["replicate"]))
    expect(view.page.locator("[data-number=escaped]")).to_have_text(f"{ranked[len(runs) // 2 - 1]['escaped']:,}")
    view.page.locator("[data-path='guards.scale']").fill("2")  # another decision for that replicate
    expect(view.page.locator(".dv-slider output").first).to_have_text("2.00")
    expect(view.page.locator("[data-number=guards_on_duty]")).not_to_have_text("–")


def test_results_that_are_torn_or_point_elsewhere_are_told(view: Opened, results: Results) -> None:
    view.page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    view.page.select_option("#dv-folder", "torn")
    expect(view.page.locator(".dv-errors pre")).to_contain_text("manifest.json")
    view.page.select_option("#dv-folder", "<i>away")
    expect(view.page.locator(".dv-errors pre")).to_contain_text("lies outside the results folder")
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
