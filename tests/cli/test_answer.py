"""The answer: the same in the console, the report and the figure."""

import html
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sim.analysis.tipping import tipping
from sim.experiment.results import Results
from sim.plots.view import ResultsView

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
    found = tipping(list(line), list(line.values()), held=1.0)
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
