"""A sweep of many factors: which slice the heat map shows is chosen, and names have curves like numbers."""

from itertools import product

import numpy as np
import pytest
from playwright.sync_api import expect

from sim.app.address import address, restore
from sim.app.archive import Archive
from sim.app.results_page import ResultsPage
from sim.app.session import Session
from sim.app.start import Start
from tests.plots.folders import made_up

FOUR = [
    {"guards.scale": scale, "isr.coverage": eyes, "guards.redeploy_share": called, "control.handover": how}
    for scale, eyes, called, how in product([0.5, 1.0], [0.2, 0.4], [0.1, 0.3], ["none", "hasty", "formal"])
]


@pytest.fixture
def four(tmp_path) -> Archive:
    made_up(tmp_path / "four", FOUR, 5)
    return Archive(tmp_path)


def cells(page: ResultsPage) -> list[int]:
    shown = page.shown()
    return [shown["points"][n]["point"] for *_, n in shown["heat"]["cells"]]


def test_the_slice_that_is_chosen_is_shown(four) -> None:
    page = ResultsPage(four)
    (held,) = page.shown()["heat"]["held"]
    assert held["path"] == "control.handover" and held["levels"] == ["none", "hasty", "formal"] and held["at"] == 0
    before = cells(page)
    page.choose_slice({"path": "control.handover", "level": 2})
    after = cells(page)
    assert page.shown()["heat"]["held"][0]["at"] == 2 and page.slices() == [("control.handover", 2)]
    assert {FOUR[n]["control.handover"] for n in before} == {"none"}
    assert {FOUR[n]["control.handover"] for n in after} == {"formal"} and len(after) == len(before) == 8


@pytest.mark.parametrize("asked", [
    None, {"path": "control.handover", "level": 3}, {"path": "control.handover", "level": -1},
    {"path": "control.handover", "level": True}, {"path": "x", "level": 0}, {"path": "control.handover"},
])  # fmt: skip
def test_a_slice_that_is_not_there_is_passed_over(four, asked) -> None:
    page = ResultsPage(four)
    page.choose_slice(asked)
    assert page.at == {}


def test_the_address_keeps_the_slice(four, root) -> None:
    start = Start(root / "scenarios", "tiny.yaml", archive=four)
    one = Session(start)
    one.act({"do": "page", "value": "results"})
    one.act({"do": "slice", "value": {"path": "control.handover", "level": 1}})
    other = Session(start)
    restore(other, address(one))
    assert other.results_page.at == {"control.handover": "hasty"} and other.page == "results"
    assert other.first.settings == {}


@pytest.mark.browser
def test_a_factor_of_names_has_a_curve(view, results_of_levers) -> None:
    figure = view.page.locator("figure:has(svg[aria-label*='by lever'])")
    expect(figure).to_have_count(1)
    dots = figure.locator(".dv-dot")
    expect(dots).to_have_count(3)
    medians = [float(np.median(values)) for values in results_of_levers.metric("escaped").values()]
    drawn = [(float(dot.get_attribute("cx")), float(dot.get_attribute("cy"))) for dot in dots.all()]
    assert [x for x, _ in drawn] == sorted({x for x, _ in drawn})  # side by side, in the order of the design
    for (a, (_, y)), (b, (_, z)) in product(zip(medians, drawn, strict=True), repeat=2):
        assert (a > b) == (y < z - 0.01) or a == b
    expect(figure.locator("title", has_text="a-lever-with-a-name")).not_to_have_count(0)


@pytest.fixture
def results_of_levers(view, request):
    from sim.experiment.results import Results

    folder = request.getfixturevalue("scenarios").parent / "results" / "levers"
    view.page.get_by_role("link", name="Results").click()
    view.page.select_option("#dv-folder", "levers")
    expect(view.page.locator("[data-row]")).to_have_count(3)
    return Results.open(folder)
