"""Every figure on made-up results: it draws at the edges, and what it draws are the tables' numbers."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from itertools import product
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.text import Text
from PIL import Image

from sim import wording
from sim.analysis.escapes import dkw, share_over_worlds
from sim.analysis.gap import delays, kaplan_meier
from sim.analysis.tipping import either_way
from sim.experiment.results import Results
from sim.plots import (
    ORDER,
    causes,
    detection,
    exceedance,
    facilities,
    figures,
    heatmap,
    style,
    tipping,
    truth_and_belief,
    write_plots,
)
from sim.plots import map as map_
from sim.plots.provenance import embedded
from sim.plots.save import png, svg
from sim.plots.view import ResultsView, thinned
from tests.plots.apart import confused, series
from tests.plots.folders import SITES, made_up

GRID = [
    {"guards.scale": scale, "isr.coverage": coverage, "control.handover": handover}
    for scale, coverage, handover in product([0.25, 0.5, 0.75, 1.0, 1.25], [0.1, 0.4, 0.8], ["none", "hasty", "formal"])
]
SMALL_GRID = [point for point in GRID if not {0.25, 1.25, 0.8, "hasty"} & set(point.values())]
SCALES = [{"guards.scale": scale} for scale in (0.0, 0.25, 0.5, 1.0, 1.5)]
LEVERS = [{"lever": name, "guards.scale": scale} for name, scale in product(["as-it-was", "stay"], [0.5, 1.0])]
SAMPLED = [{"guards.scale": 0.1 + 0.07 * k, "isr.coverage": (0.31 * k) % 1} for k in range(9)]
WORLDS = [{"guards.scale": 0.1 + 0.12 * k, "lever": name} for k, name in product(range(12), ["stay", "nothing"])]
HOSTILE = "$x_1$ <script>alert(1)</script> & \\frac{a}{b} " + "long " * 80


def opened(folder: Path, *args, **given) -> Results:
    return Results.open(made_up(folder, *args, **given))


def lines(figure, color: str):
    """Data of the lines of a colour, in the order of axes."""
    return [
        np.column_stack(line.get_data())
        for axes in figure.axes
        for line in axes.get_lines()
        if to_hex(line.get_color()) == color
    ]


def texts(figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


CASES = {
    "one point": {},
    "one replicate": {"replicates": 1},
    "two replicates": {"replicates": 2},
    "nobody escapes": {"zero": True},
    "nobody claims": {"claims": False},
    "one replicate, nobody escapes": {"replicates": 1, "zero": True},
    "45 points": {"points": GRID, "replicates": 6},
    "45 points, nobody escapes": {"points": GRID, "replicates": 4, "zero": True},
    "guards alone": {"points": SCALES},
    "levers": {"points": LEVERS, "replicates": 8},
    "a sample": {"points": SAMPLED, "replicates": 8},
    "a sampled design": {"points": SAMPLED, "replicates": 8, "manifest": {"design": "lhs"}},
    "levers in sampled worlds": {"points": WORLDS, "replicates": 4, "manifest": {"design": "lhs"}},
    "one point of a sweep": {"points": GRID[:1]},
    "one replicate of each": {"points": GRID[:9], "replicates": 1, "claims": False},
    "many at once": {"replicates": 3000, "points": SCALES[:2]},
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.filterwarnings("error")
def test_every_figure_that_applies_draws_inside_its_sheet_and_says_what_it_is_of(tmp_path, case) -> None:
    given = CASES[case]
    view = ResultsView(opened(tmp_path / "r", **given))
    drawn = [module for module in figures() if module.applies(view)]
    assert exceedance in drawn
    for module in drawn:
        figure = module.draw(view)
        assert Image.open(BytesIO(png(figure, "{}"))).size[0] == 1350
        ElementTree.fromstring(svg(figure, "{}"))
        assert_inside(figure, module.NAME)
        for axes in figure.axes:
            assert confused(axes) == [], module.NAME
        told = " ".join(texts(figure))
        points = f"{len(given['points'])} points" if len(given.get("points", ())) > 1 else ""
        for part in ("made-up", points, "seed 1", "detention-sim 0.1.0", "commit 0123456789"):
            assert part in told, (module.NAME, part)


def assert_inside(figure, name: str) -> None:
    """All text that is seen lies on the sheet."""
    figure.draw_without_rendering()
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text().strip():
            box = text.get_window_extent()
            assert box.x0 >= -1 and box.y0 >= -1, (name, text.get_text())
            assert box.x1 <= figure.bbox.x1 + 1 and box.y1 <= figure.bbox.y1 + 1, (name, text.get_text())


def test_there_are_series_to_tell_apart(tmp_path) -> None:
    view = ResultsView(opened(tmp_path / "r"))
    assert sum(len(series(axes)) for axes in truth_and_belief.draw(view).axes) >= 3


def test_each_figure_only_where_it_applies(tmp_path) -> None:
    def applying(name, **given):
        view = ResultsView(opened(tmp_path / name, **given))
        return {module.NAME for module in figures() if module.applies(view)}

    always = {"exceedance", "truth_and_belief", "facilities", "map", "claims"}
    some = {*always, "detection", "causes"}
    assert applying("one") == some
    assert applying("silent", claims=False) == some - {"claims"}
    assert applying("zero", zero=True) == always
    assert applying("scales", points=SCALES) == {*some, "tipping", "tornado"}
    assert applying("grid", points=SMALL_GRID, replicates=3) == {*some, "tipping", "heatmap", "tornado"}
    assert applying("sampled", points=SAMPLED, replicates=3) == {*some, "tornado"}
    assert applying("drawn", replicates=80) == {*some, "tornado"}
    assert applying("nowhere", sites={"atlantis": 10}) == some - {"map"}
    levers = [{"lever": name} for name in ("as-it-was", "stay")]
    assert applying("levers", points=levers, replicates=20) == {*some, "tornado", "regret"}
    assert {module.NAME for module in figures()} == set(ORDER)


def test_the_exceedance_curve_is_that_of_the_table(tmp_path) -> None:
    results = opened(tmp_path / "r", replicates=50)
    escaped = results.runs["escaped"].to_numpy()
    (curve,) = [data for data in lines(exceedance.draw(results), style.TRUTH) if len(data) > 10]
    inner = curve[1:-1]
    assert set(inner[:, 0]) == set(escaped)
    for x, share in inner:
        assert share == pytest.approx(np.mean(escaped >= x))
    assert curve[-1, 1] == 0


def test_the_causes_drawn_are_the_means(tmp_path) -> None:
    results = opened(tmp_path / "r", replicates=50)
    bars = exceedance.draw(results).axes[1].patches
    widths = sorted(bar.get_width() for bar in bars)
    means = sorted(float(np.mean(results.runs[f"escaped_{cause}"].to_numpy())) for cause in exceedance.CAUSES)
    assert widths == pytest.approx(means)


def test_truth_and_belief_are_medians_by_day(tmp_path) -> None:
    results = opened(tmp_path / "r", replicates=31)
    figure = truth_and_belief.draw(results)
    daily = results.daily.to_pydict()
    day = np.array(daily["day"])
    for column, color in (("escaped", style.TRUTH), ("confirmed", style.BELIEF)):
        medians = [np.median(np.array(daily[column])[day == d]) for d in range(11)]
        drawn = lines(figure, color)[0]
        assert drawn[:, 0].tolist() == list(range(11))
        assert drawn[:, 1] == pytest.approx(medians)


def test_a_role_is_drawn_on_days_when_half_of_the_runs_have_its_claim(tmp_path) -> None:
    view = ResultsView(opened(tmp_path / "r", replicates=31))
    days = truth_and_belief.by_day(view, 0)
    assert np.isnan(days.claims["attacker"][:4]).all() and not np.isnan(days.claims["attacker"][4:]).any()
    assert np.isnan(days.claims["guarding_force"]).all()
    claimed = np.array(view.results.daily["claimed_attacker"].to_pylist(), float).reshape(31, 11)
    assert days.claims["attacker"][4:] == pytest.approx(np.median(claimed[:, 4:], axis=0))


def test_the_heatmap_shows_every_cells_median(tmp_path) -> None:
    results = opened(tmp_path / "r", GRID, 7)
    runs = results.runs
    point, gap = runs["point"].to_numpy(), runs["gap"].to_numpy()
    found = heatmap.plan(ResultsView(results))
    assert (found.x, found.y, found.row) == ("guards.scale", "isr.coverage", "control.handover")
    figure = heatmap.draw(results)
    written = texts(figure)
    mesh = figure.axes[1].collections[0].get_array()  # gap, where handover is none
    for y, x in product(range(3), range(5)):
        n = GRID.index(
            {"guards.scale": found.levels[2][x], "isr.coverage": found.levels[1][y], "control.handover": "none"}
        )
        assert mesh[y, x] == pytest.approx(np.median(gap[point == n]))
        assert wording.count(float(np.median(gap[point == n]))) in written


def test_axes_are_named_as_the_scenario_names_them(tmp_path) -> None:
    figure = tipping.draw(opened(tmp_path / "r", SCALES))
    assert figure.axes[0].get_xlabel() == "guards.scale (share of 2019 guards)"
    assert wording.path_label("isr.coverage") == "isr.coverage (share of facility-hours watched before withdrawal)"
    assert wording.path_label("armed_cells.attacks_per_month") == "armed_cells.attacks_per_month (1/month)"
    assert wording.path_label("lever") == "lever"


def test_tipping_draws_median_and_mean_over_the_guards(tmp_path) -> None:
    results = opened(tmp_path / "r", SCALES)
    runs = results.runs
    point, escaped = runs["point"].to_numpy(), runs["escaped"].to_numpy()
    figure = tipping.draw(results)
    median = next(data for data in lines(figure, style.TRUTH) if len(data) == 5)
    mean = next(data for data in lines(figure, style.INK) if len(data) == 5)
    assert median[:, 0] == pytest.approx([0, 0.25, 0.5, 1, 1.5])
    assert median[:, 1] == pytest.approx([np.median(escaped[point == n]) for n in range(5)])
    assert mean[:, 1] == pytest.approx([np.mean(escaped[point == n]) for n in range(5)])


def test_the_right_axis_is_the_share_of_those_held(tmp_path) -> None:
    results = opened(tmp_path / "r", SCALES)
    left, right = tipping.draw(results).axes
    population = results.runs["population"].to_numpy()[0]
    assert right.get_ylim()[1] * population == pytest.approx(left.get_ylim()[1])


def test_the_band_drawn_is_the_band_found(tmp_path) -> None:
    results = opened(tmp_path / "r", SCALES, 60)
    view = ResultsView(results)
    escaped = view.runs("escaped")
    band = either_way([0, 0.25, 0.5, 1, 1.5], escaped, 0.05 * results.runs["population"].to_numpy()[0])
    assert band == view.tipping.band
    shown = [p for p in tipping.draw(results).axes[0].patches if to_hex(p.get_facecolor()) == style.BAND]
    assert len(shown) == (band is not None)


def test_facilities_are_drawn_worst_first_without_residents(tmp_path) -> None:
    results = opened(tmp_path / "r", replicates=25)
    figure = facilities.draw(results)
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert set(names) == {name for name in SITES if not name.endswith("-main")}
    table = results.facilities.to_pydict()
    site, escaped = np.array(table["facility"]), np.array(table["escaped"], float)
    shares = [np.mean(escaped[site == name]) / SITES[name] for name in names]
    assert shares == sorted(shares, reverse=True)
    dots = [data[0] for data in lines(figure, style.TRUTH) if len(data) == 1]
    assert [x for x, _ in dots] == pytest.approx([np.median(escaped[site == name]) / SITES[name] for name in names])


def test_detection_draws_the_kaplan_meier_estimate(tmp_path) -> None:
    results = opened(tmp_path / "r", replicates=80)
    runs = results.runs
    first, known = (np.array(runs[name].to_pylist(), float) for name in ("first_escape_day", "first_confirmed_day"))
    curve = kaplan_meier(delays(first, known, 10.0))
    drawn = next(data for data in lines(detection.draw(results), style.BELIEF) if len(data) > 2)
    assert drawn[:-1, 0] == pytest.approx(curve.days[: len(drawn) - 1])
    assert drawn[:-1, 1] == pytest.approx(curve.share[: len(drawn) - 1])


def test_failed_replicates_are_left_out_and_counted(tmp_path) -> None:
    results = opened(tmp_path / "r", replicates=12, failed=2)
    view = ResultsView(results)
    assert view.failed == 2 and view.replicates == (10, 10)
    assert "2 failed and left out" in " ".join(texts(exceedance.draw(results)))


def test_files_carry_the_manifest(tmp_path) -> None:
    folder = made_up(tmp_path / "r", SMALL_GRID, 3, manifest={"name": "näme ]]> --> <b>"})
    paths = write_plots(folder)
    # delays by episode need --record full, a regret levers, an honest day `estimate --running`
    drawn = [name for name in ORDER if name not in ("delays", "regret", "honest_day")]
    assert [path.name for path in paths] == [f"{name}.{suffix}" for name in drawn for suffix in ("png", "svg")]
    assert all(path.parent == folder / "plots" for path in paths)
    for path in paths:
        if path.suffix == ".png":
            image = Image.open(path)
            told = json.loads(image.text["detention-sim"])
            assert image.info["dpi"][0] == pytest.approx(150, abs=0.1)
        else:
            description = ElementTree.parse(path).find(".//{http://purl.org/dc/elements/1.1/}description")
            told = json.loads(description.text)
        assert told["scenario"] == "näme ]]> --> <b>"
        assert told["code"]["commit"] == "0123456789abcdef0123456789abcdef01234567"
        assert told["seed"] == "1" and told["points"][7]["values"] == SMALL_GRID[7]


def test_the_same_results_give_the_same_bytes(tmp_path) -> None:
    folder = made_up(tmp_path / "r", SMALL_GRID, 3)
    first = {path.name: path.read_bytes() for path in write_plots(folder)}
    second = {path.name: path.read_bytes() for path in write_plots(folder)}
    assert first == second
    assert not any(re.search(rb"\d{4}-\d\d-\d\dT", content) for name, content in first.items() if name.endswith("svg"))


def test_threads_do_not_disturb_one_another(tmp_path) -> None:
    folders = [made_up(tmp_path / str(n), SCALES[: 3 + n % 2], 5 + n) for n in range(4)]
    before = dict(matplotlib.rcParams)

    def both(folder):
        view = ResultsView(Results.open(folder))
        figure = exceedance.draw(view)
        return svg(figure, embedded(view, "exceedance")), png(figure, embedded(view, "exceedance"))

    alone = [both(folder) for folder in folders]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(both, folders))
    assert alone == together
    assert dict(matplotlib.rcParams) == before


def test_text_of_an_svg_is_text(tmp_path) -> None:
    results = opened(tmp_path / "r")
    found = ElementTree.fromstring(svg(exceedance.draw(results), "{}")).iter("{http://www.w3.org/2000/svg}text")
    assert any("x, people out by the horizon" in "".join(element.itertext()) for element in found)


@pytest.mark.filterwarnings("error")
def test_hostile_names_are_plain_text(tmp_path) -> None:
    points = [{"scenario": HOSTILE, "guards.scale": 0.5}, {"scenario": HOSTILE + "b", "guards.scale": 0.5}]
    sites = {f"$a$ <i> {HOSTILE}": 100, "derik": 300}
    view = ResultsView(opened(tmp_path / "r", points, 8, manifest={"name": HOSTILE + "\x00\n\x1b[31m"}, sites=sites))
    for module in figures():
        if module.applies(view):
            figure = module.draw(view)
            root = ElementTree.fromstring(svg(figure, embedded(view, module.NAME)))
            assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
            figure.draw_without_rendering()
            assert not any(text.get_parse_math() for text in figure.findobj(Text) if "$" in text.get_text())
            box = figure.bbox
            for text in figure.findobj(Text):
                if "$" in text.get_text():
                    extent = text.get_window_extent()
                    assert extent.x0 >= box.x0 - 1 and extent.x1 <= box.x1 + 1, text.get_text()


def test_truth_and_belief_differ_in_grey_and_can_be_seen() -> None:
    def luminance(color: str) -> float:
        return style._luminance(np.array(to_rgb(color)))

    high, low = sorted((luminance(style.BELIEF), luminance(style.TRUTH)), reverse=True)
    assert (high + 0.05) / (low + 0.05) > 1.6
    assert 1.05 / (high + 0.05) > 3.0  # contrast on paper
    assert 1.05 / (luminance(style.readable(style.BELIEF)) + 0.05) >= 4.5


def test_labels_are_spread_apart_and_stay_inside() -> None:
    placed = style.spread([0.5, 0.5, 0.5, 0.99], 0.1, 0.0, 1.0)
    assert np.diff(sorted(placed)).min() >= 0.1 - 1e-9 and max(placed) <= 1.0 and min(placed) >= 0.0
    assert style.spread([0.2, 0.8], 0.1, 0.0, 1.0) == [0.2, 0.8]
    crowded = style.spread([0.0] * 30, 0.1, 0.0, 1.0)
    assert min(crowded) >= -1e-9 and max(crowded) <= 1.0 + 1e-9
    assert style.spread([], 0.1, 0.0, 1.0) == []


def test_the_reference_point_is_the_one_nearest_the_defaults(tmp_path) -> None:
    view = ResultsView(opened(tmp_path / "r", GRID, 2))
    assert view.points[view.reference] == {"guards.scale": 1.0, "isr.coverage": 0.4, "control.handover": "none"}
    path, shown = view.shown
    assert path == "guards.scale"
    assert [view.points[n]["guards.scale"] for n in shown] == [0.25, 0.5, 0.75, 1.0, 1.25]
    assert thinned(list(range(20)), 7) == sorted(thinned(list(range(20)), 7))
    assert {0, 7, 19} <= set(thinned(list(range(20)), 7)) and len(thinned(list(range(20)), 7)) == 6


def test_a_sampled_design_is_drawn_over_all_its_worlds(tmp_path) -> None:
    """Not one of its points, whose numbers would be those of a single world."""
    results = opened(tmp_path / "r", WORLDS, 10, manifest={"design": "lhs"})
    view = ResultsView(results)
    escaped = np.concatenate(view.runs("escaped_persons"))
    idle = np.repeat([point["lever"] == "nothing" for point in WORLDS], 10)
    assert not tipping.applies(view) and not heatmap.applies(view)
    assert view.points[view.reference]["lever"] == "nothing"
    path, shown = view.shown
    assert path == "lever" and len(shown) == 2
    medians = sorted(float(np.median(escaped[rows])) for rows in (idle, ~idle))
    told = " ".join(" ".join(texts(exceedance.draw(view))).split())
    assert f"medians of {wording.span(*medians)} people over lever" in told and "guards.scale" not in told
    site = view.sites(view.reference)[0]
    assert len(site.escaped) == 120
    out = sum(spot.out for spot in map_.spots(view))
    assert out == pytest.approx(float(escaped[idle].mean()), rel=0.02)  # exits of a place are whole
    days = truth_and_belief.by_day(view, view.reference)
    assert days.escaped[2, -1] == np.median(np.concatenate(view.runs("escaped"))[idle])
    first, reported = (np.concatenate(view.runs(f"first_{what}_day"))[idle] for what in ("escape", "report"))
    never = float(np.mean(np.isnan(reported[~np.isnan(first)])))
    assert detection.found(view, view.reference, "first_report_day").never == pytest.approx(never)
    (dots,) = [line for line in lines(causes.draw(view), style.TRUTH) if len(line) == 2][-1:]
    assert dots.shape == (2, 2)


def test_bands_over_sampled_worlds_are_of_worlds_and_not_of_runs(tmp_path) -> None:
    """Many replicates in the same nine worlds tell nothing more of other worlds."""
    view = ResultsView(opened(tmp_path / "r", SAMPLED, 60, manifest={"design": "lhs"}))
    shade = exceedance.draw(view).axes[0].collections[0].get_paths()[0].vertices
    middle = shade[np.isclose(shade[:, 0], np.median(np.concatenate(view.runs("escaped_persons"))))]
    assert np.ptp(middle[:, 1]) == pytest.approx(2 * dkw(9), abs=0.05)
    first = view.runs("first_escape_day")
    view._columns["first_report_day"] = {n: days + (1.0 if n % 2 else np.nan) for n, days in enumerate(first)}
    curve = detection.curve_of(view, view.reference, "first_report_day")
    alone = kaplan_meier(detection.found(view, view.reference, "first_report_day"))
    assert curve.share[-1] == pytest.approx(alone.share[-1]) == pytest.approx(4 / 9)
    assert (curve.high - curve.low)[-1] > 3 * (alone.high - alone.low)[-1]
    told = " ".join(texts(detection.draw(view)))
    low, high = share_over_worlds(np.repeat([n % 2 == 0 for n in range(9)], 60), np.repeat(np.arange(9), 60))
    assert f"{wording.per_cent(low)} to {wording.per_cent(high)}" in told


def test_levers_are_what_a_grid_of_them_names(tmp_path) -> None:
    """Whatever else is varied before them: the question of such a design is which lever."""
    points = [{"guards.scale": scale, "lever": name} for scale in (0.75, 1.0) for name in ("stay", "as-it-was")]
    view = ResultsView(opened(tmp_path / "r", points, 10))
    assert view.shown == ("lever", [2, 3])
    assert {"lever stay", "as-it-was"} <= set(texts(exceedance.draw(view))) | {"lever as-it-was", "stay"}
    assert "over lever" in " ".join(texts(exceedance.draw(view)))


def test_summary_results_have_fewer_figures(tmp_path) -> None:
    folder = made_up(tmp_path / "r", record="summary")
    assert {path.stem for path in write_plots(folder)} == {"exceedance", "causes", "claims", "detection"}


def test_results_that_have_only_begun_have_no_figure(tmp_path) -> None:
    folder = made_up(tmp_path / "r")
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "parts": [], "status": "running"}))
    assert write_plots(folder) == []


def stopped(folder: Path, points, kept: int, **given) -> Path:
    """Make results of a sweep that was stopped after its first points."""
    made_up(folder, points, **given)
    manifest = json.loads((folder / "manifest.json").read_text())
    parts = [part for part in manifest["parts"] if part["point"] < kept]
    (folder / "manifest.json").write_text(json.dumps({**manifest, "parts": parts, "status": "stopped"}))
    return folder


@pytest.mark.parametrize("points, kept", [(SAMPLED, 1), (SAMPLED, 3), (SMALL_GRID, 0), (SMALL_GRID, 3), (SCALES, 1)])
@pytest.mark.filterwarnings("error")
def test_a_sweep_stopped_early_is_drawn_from_the_points_it_has(tmp_path, points, kept) -> None:
    folder = stopped(tmp_path / "r", points, kept, replicates=4)
    names = {path.stem for path in write_plots(folder)}
    assert {"exceedance", "truth_and_belief", "facilities", "detection"} <= names if kept else not names
    view = ResultsView(Results.open(folder))
    assert view.points_said == f"{kept} of {len(points)}"
    if kept:
        assert f"{kept} of {len(points)} points · 4 replicates each" in " ".join(texts(exceedance.draw(view)))


def test_figures_that_no_longer_apply_are_removed(tmp_path) -> None:
    folder = made_up(tmp_path / "r")
    (folder / "plots").mkdir()
    (folder / "plots" / "heatmap.png").write_bytes(b"old")
    (folder / "plots" / "mine.png").write_bytes(b"mine")
    write_plots(folder)
    assert not (folder / "plots" / "heatmap.png").exists() and (folder / "plots" / "mine.png").exists()
