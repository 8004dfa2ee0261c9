"""Figures by cause, role, place, episode, factor and decision: what they draw are the tables' numbers."""

import math

import numpy as np
import pyarrow.parquet as pq
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Circle

from sim.outcomes import CAUSES, EPISODES, REPORTS
from sim.plots import causes, claims, delays, map, regret, style, tornado
from sim.plots.view import ResultsView
from tests.plots.folders import made_up, table
from tests.plots.test_figures import GRID, SCALES, opened, texts


def discs(figure, color: str) -> list[float]:
    """Radii of the circles of a colour on the map."""
    found = [p for p in figure.axes[0].patches if isinstance(p, Circle)]
    inks = {p: to_hex(p.get_facecolor() if p.get_fill() else p.get_edgecolor()) for p in found}
    return [p.get_radius() for p in found if inks[p] == color]


def test_areas_on_the_map_are_the_means_of_the_table(tmp_path) -> None:
    results = opened(tmp_path / "r", replicates=9, sites={"hasakah": 900, "derik": 100})
    rows = results.facilities.to_pylist()
    figure = map.draw(results)
    for column, color in (("escaped", style.TRUTH), ("confirmed", style.BELIEF)):
        (mean,) = {np.mean([row[column] for row in rows if row["facility"] == name]) for name in ("hasakah", "derik")}
        radii = discs(figure, color)
        assert len(radii) == 2
        other = discs(figure, style.TRUTH)[0]
        truth = np.mean([row["escaped"] for row in rows if row["facility"] == "derik"])
        assert radii[0] ** 2 / other**2 == pytest.approx(mean / truth)


def test_the_key_of_the_map_stands_clear_where_hardly_anybody_gets_out(tmp_path) -> None:
    figure = map.draw(opened(tmp_path / "r", replicates=40, some=1, sites={"hasakah": 900}))
    (disc,) = [p for p in figure.axes[1].patches if isinstance(p, Circle)]
    assert disc.get_radius() <= 0.25 and disc.center[1] + disc.get_radius() <= 0.75  # above the names of the parties
    assert any(text.endswith(" exits") for text in texts(figure)) and "1 exits" not in texts(figure)


def with_table(folder, name: str, keys: dict, columns, values: dict):
    """Made-up results with one more table, of the first point."""
    import hashlib
    import json

    rows = table(name, keys, columns, values)
    file = f"{name}/part-000000-000000000.parquet"
    (folder / name).mkdir()
    pq.write_table(rows, folder / file)
    manifest = json.loads((folder / "manifest.json").read_text())
    digest = hashlib.sha256((folder / file).read_bytes()).hexdigest()
    part = {"table": name, "file": file, "point": 0, "first": 0, "rows": rows.num_rows, "sha256": digest}
    manifest["parts"].append({**part, "replicates": 4, "failed": 0})
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def test_the_map_draws_the_largest_claim_of_a_place_where_reports_are_kept(tmp_path) -> None:
    from sim.experiment.results import Results

    folder = made_up(tmp_path / "r", replicates=4)
    values = {
        "facility": ["hasakah", "hasakah", "hasakah", "derik"],
        "claimed_low": [10.0, 100.0, 40.0, np.nan],
        "claimed_high": [10.0, 400.0, np.nan, np.nan],
        **{name: ["x"] * 4 for name in ("observer", "role", "origin", "form", "reliability", "category", "blames")},
    }
    keys = {"point": [0] * 4, "replicate": [0, 0, 1, 2]}
    view = ResultsView(Results.open(with_table(folder, "reports", keys, REPORTS, values)))
    claimed = {spot.name: spot.claimed for spot in map.spots(view)}
    assert claimed["hasakah"] == pytest.approx((200 + 40) / 2)  # the range 100-400 counts as 200, "at least 40" as 40
    assert math.isnan(claimed["derik"])  # a word is no number
    assert len(discs(map.draw(view), style.INK)) == 1


def test_claims_are_set_against_the_truth_of_the_same_run(tmp_path) -> None:
    results = opened(tmp_path / "r", replicates=41)
    runs = results.runs
    truth = runs["escaped"].to_numpy()
    figure = claims.draw(results)
    squares = [[line.get_xdata()[0] for line in axes.get_lines() if line.get_marker() == "s"] for axes in figure.axes]
    found = claims.roles(ResultsView(results))
    assert len(squares[0]) == len(squares[1]) == len(found) > 2
    for drawn, ratio, role in zip(*squares, found, strict=True):
        column = np.array(runs[f"claimed_{role.name.replace(' ', '_')}"].to_pylist(), float)
        assert drawn == pytest.approx(np.median(column))
        assert ratio == pytest.approx(np.median((column / truth)[(column > 0) & (truth > 0)]))


def test_a_denial_is_said_in_words(tmp_path) -> None:
    role = claims.Role("occupier", np.array([0.0, 0.0, 5.0, 0.0]), np.array([10.0, 20.0, 10.0, 0.0]), 8)
    assert role.denies == pytest.approx(2 / 3) and role.ratio.tolist() == [0.5]


@pytest.mark.parametrize("points", [SCALES, [{"lever": name} for name in ("nothing", "stay", "move-first")]])
def test_causes_over_points_are_means(tmp_path, points) -> None:
    results = opened(tmp_path / "r", points, 25)
    view = ResultsView(results)
    figure = causes.draw(results)
    named = {axes.get_title(loc="left"): axes for axes in figure.axes if axes.get_visible()}
    for cause in CAUSES:
        means = [float(np.mean(values)) for values in view.runs(f"escaped_{cause}")]
        (dots,) = [line for line in named[cause].get_lines() if line.get_marker() == "o"]
        x, y = dots.get_data()
        assert list(y if "guards.scale" in points[0] else x) == pytest.approx(means)


def test_a_tornado_spans_the_medians_of_its_levels(tmp_path) -> None:
    view = ResultsView(opened(tmp_path / "r", SCALES, 60))
    (bar,) = tornado.bars(view)
    medians = [float(np.median(values)) for values in view.runs("escaped_persons")]
    assert sorted(value for value, _ in bar.ends) == [min(medians), max(medians)]
    assert bar.told and {text for _, text in bar.ends} == {"0", "1.5"}
    patch = next(p for p in tornado.draw(view).axes[0].patches if p.get_width() > 0)
    assert (patch.get_x(), patch.get_width()) == pytest.approx((min(medians), max(medians) - min(medians)))


def test_a_tornado_puts_what_chance_may_have_done_last_and_in_grey(tmp_path) -> None:
    view = ResultsView(opened(tmp_path / "r", GRID, 30))
    found = tornado.bars(view)
    assert found[0].path == "guards.scale" and found[0].told and not found[-1].told
    patches = [p for p in tornado.draw(view).axes[0].patches if p.get_width() > 0]
    assert to_hex(patches[0].get_facecolor()) == style.TRUTH and to_hex(patches[-1].get_facecolor()) == style.FAINT


def test_without_levers_there_is_no_regret_and_with_them_it_is_that_of_the_study(tmp_path) -> None:
    assert not regret.applies(opened(tmp_path / "grid", GRID, 20))
    view = ResultsView(opened(tmp_path / "r", [{"lever": name} for name in ("as-it-was", "stay")], 40))
    losses = np.stack(view.runs("escaped_persons"))
    beyond = losses - losses.min(axis=0)
    figure = regret.draw(view)
    dots = [float(line.get_xdata()[0]) for line in figure.axes[0].get_lines() if line.get_marker() == "o"]
    assert dots == pytest.approx(sorted(beyond.mean(axis=1)))
    assert "good enough" in texts(figure) and "chosen" in texts(figure)


EXITS = [1, 1, 1, 1, 5, 5, 30, 30]
REPORTED = [np.nan, np.nan, np.nan, 3.0, 2.0, np.nan, 1.5, 2.0]


def episodes_of(tmp_path, n: int = 8):
    from sim.experiment.results import Results

    values = {
        "facility": ["hasakah"] * n, "cause": ["stealth"] * n, "exits": EXITS[:n], "start_day": [1.0] * n,
        "end_day": [1.5] * n, "first_report_day": REPORTED[:n], "first_confirmed_day": [np.nan] * n,
    }  # fmt: skip
    keys = {"point": [0] * n, "replicate": [k % 4 for k in range(n)]}
    return Results.open(with_table(made_up(tmp_path / "r", replicates=4), "episodes", keys, EPISODES, values))


def test_episodes_are_counted_by_size_and_the_title_says_what_nobody_reports(tmp_path) -> None:
    results = episodes_of(tmp_path)
    figure = delays.draw(results)
    said = " ".join(texts(figure))
    assert "50% of episodes are never truly reported, 11% of exits" in " ".join(said.split())  # 8 of 74
    for name in ("1 exit (4)", "2 to 19 (2)", "20 or more (2)"):
        assert name in said


def test_one_episode_alone_is_drawn(tmp_path) -> None:
    assert delays.applies(results := episodes_of(tmp_path, 1))
    assert "100% of episodes are never truly reported" in " ".join(texts(delays.draw(results)))
