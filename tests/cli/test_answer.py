"""The answer: the same in the console, the report and the figure."""

import html
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from rich.console import Console

from sim.analysis.escapes import median_interval
from sim.analysis.tipping import tipping
from sim.cli.main import main
from sim.cli.printing import table_of
from sim.experiment.results import Results
from sim.plots.view import ResultsView
from tests.plots.folders import made_up, scenario_text
from tests.plots.test_figures import stopped

SWEEP = """
scenario: ne-syria-2019
replicates: 4
set: {days: 20}
vary:
  guards.scale: [0.25, 0.5, 1.0, 1.5]
"""


def test_run_answers_and_says_where_the_files_are(cli, here: Path):
    outcome = cli("run", "tiny", "--replicates", "3", "--out", "here")
    assert outcome.code == 0, outcome.err
    for words in (
        "tiny: 3 replicates, seed 1",
        "people out",
        "by fighters",
        "by assault",
        "confirmed",
        "gap",
        "with --record full, `estimate RESULTS --running`",
        "true reports account for",
        "undetected share",
        "first true report",
        "In here: manifest.json",
    ):
        assert words in outcome.out
    assert "\x1b" not in outcome.out + outcome.err
    results = Results.open("here")
    assert results.status == "done"
    assert results.manifest["record"] == "daily"
    assert sorted(path.name for path in Path("here").iterdir()) == [
        "daily",
        "facilities",
        "manifest.json",
        "plots",
        "points.parquet",
        "report.html",
        "runs",
        "scenario.yaml",
    ]
    assert cli("check", "here/scenario.yaml").code == 0


@pytest.mark.parametrize("varied", ["", "  control.handover: [none, formal]\n"])
def test_how_thin_the_guard_can_get_is_the_same_everywhere(cli, here: Path, varied):
    Path("mine.yaml").write_text(SWEEP + varied)
    outcome = cli("sweep", "mine.yaml", "--out", "out")
    assert outcome.code == 0, outcome.err
    results = Results.open("out")
    escaped = results.metric("escaped")
    line = {
        entry["values"]["guards.scale"]: escaped[entry["point"]]
        for entry in results.manifest["points"]
        if entry["values"].get("control.handover", "none") == "none"
    }
    found = tipping(list(line), list(line.values()), held=float(results.metric("population")[0][0]))
    said = f"down to guards.scale {found.scale:g}"
    assert found.below is not None, "a sweep that does not tip shows nothing"
    console = " ".join(outcome.out.split())
    report = html.unescape(Path("out/report.html").read_text("utf-8"))
    figure = ElementTree.parse("out/plots/tipping.svg").iter("{http://www.w3.org/2000/svg}text")
    title = " ".join("".join(text.itertext()).strip() for text in figure)
    for surface in (console, re.sub(r"<[^>]*>", "", re.sub(r"base64,[^\"]*", "", report)), title):
        assert set(re.findall(r"down to guards\.scale \d+(?:\.\d+)?", surface)) == {said}
    assert said in " ".join(cli("show", "out").out.split())
    assert ResultsView(results).tipping.scale == found.scale


def test_what_the_other_paths_are_held_at_is_said(cli, here: Path):
    outcome = cli("sweep", "tiny", "--replicates", "2", "--no-plots")
    assert "How thin can the guard get (at control.handover none): " in outcome.out


def test_the_console_writes_signs_that_every_terminal_has(cli, here: Path):
    outcome = cli("run", "tiny", "--replicates", "1", "--set", "observers=[]", "--no-plots")
    assert outcome.code == 0, outcome.err
    assert outcome.out.isascii()


def test_what_never_comes_in_any_run_is_told_once(cli, here: Path):
    given = ("--replicates", "5", "--set", "observers=[]", "--set", "isr.coverage=0", "--no-plots")
    outcome = cli("run", "tiny", *given)
    (line,) = [line for line in outcome.out.splitlines() if line.startswith("first true report (day)")]
    assert line.split("(day)")[1].split() in (["never", "never"], ["never", "-", "never"])


LHS = {"design": "lhs"}


def sampled(many: int) -> list[dict]:
    """Points of a sampled design of two numbers."""
    return [{"guards.scale": 0.1 + 0.9 * k / many, "isr.coverage": (0.31 * k) % 1} for k in range(many)]


def shown(cli, folder: Path) -> str:
    outcome = cli("show", str(folder))
    assert outcome.code == 0, outcome.err
    return " ".join(outcome.out.split())


def test_what_is_not_compared_is_named(cli, here: Path):
    few = shown(cli, made_up(here / "few", sampled(9), 6, manifest=LHS))
    assert "What matters most is not known from so few points. Not compared, with too few points" in few
    assert "for each part of its range: guards.scale, isr.coverage." in few
    names = [{"guards.scale": 0.1 if k < 16 else 2.0, "name": f"n{k}"} for k in range(32)]
    some = shown(cli, made_up(here / "some", names, 20))
    assert "What matters most of those compared: guards.scale. Not compared" in some and "its range: name." in some


def test_one_replicate_is_told_without_medians_and_ranges(cli, here: Path):
    one = shown(cli, made_up(here / "one", replicates=1))
    assert "One replicate: what may happen, not how likely it is." in one
    each = shown(cli, made_up(here / "each", [{"guards.scale": scale} for scale in (0.5, 1.0)], 1))
    assert "One replicate at each point: what may happen, not how likely it is." in each
    assert "(one replicate gives no interval)" in each and "People out lie from" in each
    for said in (one, each):
        for word in ("(90%)", "90% of", "known to", "Medians"):
            assert word not in said, word


def test_equal_points_are_not_told_as_a_range(cli, here: Path):
    folder = made_up(here / "r", [{"guards.scale": scale} for scale in (0.5, 1.0)], 20, zero=True)
    assert "Medians of people out are 0 at every point." in shown(cli, folder)


def test_the_median_stands_with_its_interval_and_kinds_of_runs_with_their_shares(cli, here: Path):
    folder = made_up(here / "r", replicates=80, some=40)
    said = shown(cli, folder)
    assert "median (known to, 95%) 90% of replicates" in said
    out = Results.open(folder).metric("escaped_persons")[0]
    low, high = median_interval(out)
    assert f"people out {np.median(out):,.0f} {low:,.0f} to {high:,.0f} " in said
    assert "People out come in 2 kinds, so that the median describes few: 50% of replicates about 0 (0 to 0);" in said


def test_a_study_of_levers_is_answered_by_lever(cli, here: Path):
    points = [{"guards.scale": scale, "lever": name} for scale in (0.5, 1.0) for name in ("nothing", "stay", "eyes")]
    said = shown(cli, made_up(here / "r", points, 20))
    assert "2 alternatives against nothing: 20 pairs of replicates" in said
    table = said[said.index("alternative people out: change") : said.index("Intervals and p hold")]
    assert " stay " in table and " eyes " in table


def test_a_sample_stopped_early_is_told_of_the_worlds_that_it_has(cli, here: Path):
    said = shown(cli, stopped(here / "r", sampled(64), 40, replicates=5, manifest=LHS))
    assert "Of 40 of 64 points, the sampled worlds that have come so far." in said
    assert "factor least at most at change (95% interval)" in said
    nothing = shown(cli, stopped(here / "s", [{"guards.scale": scale} for scale in (0.5, 1.0)], 1, replicates=5))
    assert "No replicate has come to its end at every point yet." in nothing


class Narrow(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("command", "columns"), [("show", 30), ("show", 80), ("compare", 40), ("sensitivity", 40)])
def test_no_number_is_cut_or_broken_on_a_narrow_terminal(cli, here: Path, monkeypatch, command: str, columns: int):
    points = [{"guards.scale": 0.1 * k, "lever": name} for k in range(8) for name in ("nothing", "stay")]
    folder = made_up(here / "r", points, 4, manifest=LHS, sites={"gate": 21_200})
    given = (command, str(folder), *([] if command == "show" else ["--no-plots"]))
    wide = cli(*given)
    assert wide.code == 0, wide.err
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("sys.stdout", stream := Narrow())
    assert main(given) == 0
    said = re.sub(r"\x1b\[[\d;]*m", "", stream.getvalue())
    number = re.compile(r"[-+<]?\d[\d,.]*\d%?")
    assert len(found := number.findall(wide.out)) > 10
    assert "\u2026" not in said and set(found) <= set(number.findall(said))


def test_a_table_wider_than_the_terminal_is_a_list():
    table = table_of("lever", *(f"head {k}" for k in range(10)))
    table.add_row("formal", *(f"{k},000 to {k},999" for k in range(10)))
    said = io.StringIO()
    Console(file=said, width=40).print(table)
    assert said.getvalue().splitlines() == ["formal", *(f"  head {k}: {k},000 to {k},999" for k in range(10))]
    Console(file=(wide := io.StringIO()), width=200).print(table)
    assert len(wide.getvalue().splitlines()) == 2


def test_one_run_has_no_number_cut_on_a_narrow_terminal(cli, here: Path, monkeypatch):
    folder = made_up(here / "r", replicates=80, sites={"gate": 21_200})
    wide = cli("show", str(folder)).out
    monkeypatch.setenv("COLUMNS", "24")
    monkeypatch.setattr("sys.stdout", stream := Narrow())
    assert main(("show", str(folder))) == 0
    for number in re.findall(r"\d[\d,.]*\d", wide):
        assert re.search(rf"(?<![\d,.]){re.escape(number)}(?![\d])", stream.getvalue()), number


def test_what_options_set_and_what_is_imposed_stand_above_the_answer(cli, here: Path):
    request = {"scenario": "tiny", "overrides": {"guards.scale": 0.5, "days": 9.0, "replicates": 3, "seed": 4}}
    said = shown(cli, made_up(here / "set", manifest={"request": request}))
    assert "Set by options: guards.scale 0.5, days 9." in said
    assert "Imposed by the scenario, not found: 2019-10-13: a site passes to a party, handover none." in said
    assert "By construction what is seen changes nothing that happens (response: false)." in said
    answers = scenario_text().replace("response: false", "response: true")
    other = shown(cli, made_up(here / "plain", scenario=answers, manifest={"imposed": []}))
    assert "Set by options" not in other and "By construction" not in other
    assert "No dated event is imposed." in other


def test_what_options_set_is_told_wherever_results_are_read(cli, here: Path):
    points = [{"guards.scale": 0.1 * k, "lever": name} for k in range(6) for name in ("nothing", "stay")]
    request = {"sweep": "s.yaml", "overrides": {"isr.coverage": 0.25, "replicates": 4}}
    folder = str(made_up(here / "r", points, 4, manifest={**LHS, "request": request}))
    for asked in (("show",), ("compare",), ("sensitivity", "--metric", "gap")):
        told = cli(asked[0], folder, *asked[1:], *([] if asked == ("show",) else ["--no-plots"])).out
        assert "Set by options: isr.coverage 0.25." in told, asked


def test_results_stopped_before_their_first_point_are_told_as_such(cli, here: Path):
    folder = stopped(here / "r", [{"lever": name} for name in ("nothing", "stay")], 0, replicates=3)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "points": [], "imposed": []}))
    for name in ("points.parquet", "scenario.yaml"):
        (folder / name).unlink()
    said = shown(cli, folder)
    assert "No replicate has come to its end at every point yet. In r: manifest.json" in said
    assert "imposed" not in said and "construction" not in said and "parquet" not in said
    assert json.loads(cli("show", str(folder), "--json").out)["points"] == []
    assert cli("show", str(folder), "--csv", "tables").code == 0 and not list(Path("tables").iterdir())
    for asked in (("levers", "r"), ("compare", "r"), ("sensitivity", "r"), ("discover", "r", "--when", "gap > 1"),
                  ("replay", "r", "--replicate", "0")):  # fmt: skip
        outcome = cli(*asked)
        assert (outcome.code, outcome.out) == (2, ""), asked
        assert "was stopped before its first point; expected results that have begun; `resume` goes on" in outcome.err
    assert cli("plot", "r").out.split() == ["r/report.html"]


def test_levers_of_a_sample_stopped_early_are_compared_in_the_worlds_that_came_whole(cli, here: Path):
    points = [{"guards.scale": 0.1 * k, "lever": name} for k in range(12) for name in ("nothing", "stay")]
    said = shown(cli, stopped(here / "r", points, 17, replicates=5, manifest=LHS))
    assert "1 alternative against nothing: 5 pairs" in said and "at each of 8 sampled worlds" in said


def test_nothing_and_a_single_value_have_no_range(cli, here: Path):
    nobody = shown(cli, made_up(here / "nobody", replicates=80, zero=True))
    assert "undetected share of exits (0 of 80) - - - first true report (day) never - never" in nobody
    once = shown(cli, made_up(here / "once", replicates=80, some=1))
    assert re.search(r"undetected share of exits \(1 of 80\) \d+% - - first", once)
    for said in (nobody, once, shown(cli, made_up(here / "r", [{"guards.scale": s} for s in (1, 2)], 8, zero=True))):
        assert not re.search(r"- to -|never to never", said)


def test_a_number_is_told_with_few_digits(cli, here: Path):
    points = [{"guards.scale": 0.1 + 0.2}, {"guards.scale": 1.0000000000000002 / 3}]
    assert not re.search(r"\d\.\d{7}", shown(cli, made_up(here / "r", points, 5)))
