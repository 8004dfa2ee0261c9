"""The brief: it says what the tables say, stands alone, and shows hostile names as text."""

import html
import json
import re
import zlib
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.escapes import median_interval, never_bound
from sim.experiment.results import Results
from sim.plots import figures
from sim.plots.view import ResultsView
from sim.report import write_all, write_report
from sim.report.page import page as page_of
from sim.wording import count, middle, per_cent
from tests.plots.folders import made_up, scenario_text
from tests.plots.test_figures import GRID, HOSTILE, SAMPLED, SCALES, SMALL_GRID, stopped, texts


class Reader(HTMLParser):
    """Tags, attributes and visible text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self._hidden = False
        self.feed(page)

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self._hidden = tag == "style"

    def handle_data(self, data) -> None:
        self.text += "" if self._hidden else data

    def handle_endtag(self, tag) -> None:
        self._hidden = False


def read(folder: Path) -> Reader:
    """The page without its figures, which take most of the time and have tests of their own."""
    return Reader(page_of(ResultsView(Results.open(folder)), []))


def as_written(folder: Path) -> Reader:
    """The page as it is written."""
    path = write_report(folder)
    assert path == folder / "report.html"
    return Reader(path.read_text("utf-8"))


def test_the_brief_answers_with_the_tables_numbers(tmp_path) -> None:
    folder = made_up(tmp_path / "r", replicates=120)
    runs = Results.open(folder).runs
    page = read(folder)
    escaped = runs["escaped_persons"].to_numpy()
    for share in (0.05, 0.5, 0.95, 0.99):
        assert count(float(np.quantile(escaped, share))) in page.text
    assert f"{count(float(np.median(escaped)))} (median)" in page.text
    assert f"{count(float(np.median(runs['confirmed'].to_numpy())))} confirmed (median)" in page.text
    assert f"is {count(float(np.median(runs['gap'].to_numpy())))} (median; 90% of runs" in page.text
    assert "median run" not in page.text  # columns have medians, and no run has them all
    assert "What is imposed, and what is found" in page.text
    assert "2019-10-13: a site passes to a party, handover none" in page.text
    for question in ("How many could get out?", "How much of it would anyone know?", "How thin can guards get?"):
        assert question in page.text


def test_every_table_and_section_is_there(tmp_path) -> None:
    page = as_written(made_up(tmp_path / "r", SMALL_GRID, 4))
    for title in (
        "What matters", "Every point", "By facility", "By cause", "What each side claims",
        "Where they are at the horizon", "Notes on the scenario", "What this is not", "Where the numbers come from",
    ):  # fmt: skip
        assert title in page.text, title
    for said in ("a note of the scenario", "0123456789", "numpy 2.1.0", "abababababababab", "no forecast"):
        assert said in page.text, said
    assert page.tags.count("img") == 10


def test_the_page_needs_nothing_from_outside(tmp_path) -> None:
    folder = made_up(tmp_path / "r", SCALES)
    page = as_written(folder)
    text = (folder / "report.html").read_text("utf-8")
    assert not re.search(r"https?:|//[a-z]", re.sub(r"base64,[A-Za-z0-9+/=]+", "", text))
    assert not {"script", "link", "iframe", "object", "embed", "base", "form"} & set(page.tags)
    for tag, name, value in page.attributes:
        if name in ("src", "href", "srcset", "data", "action"):
            assert tag == "img" and value.startswith("data:image/svg+xml;base64,")
        assert not name.startswith("on")
    assert "@import" not in text and "url(" not in text


def test_hostile_names_stay_text(tmp_path) -> None:
    hostile = '<script>alert("x")</script>`<img src=x onerror=1>`'
    manifest = {
        "name": hostile,
        "description": hostile + HOSTILE,
        "notes": [hostile],
        "imposed": [hostile],
        "version": hostile,
        "inputs": {hostile: "ab" * 32},
        "packages": {hostile: hostile},
        "status": hostile,
    }
    points = [{"scenario": hostile, "guards.scale": 0.5}, {"scenario": "b", "guards.scale": 1.0}]
    page = read(made_up(tmp_path / "r", points, 8, manifest=manifest, sites={hostile: 200, "{{ 7 * 7 }}": 50}))
    assert "script" not in page.tags
    assert not any(name.startswith("on") for _, name, _ in page.attributes)
    assert '<script>alert("x")</script>' in page.text
    assert "{{ 7 * 7 }}" in page.text


@pytest.mark.parametrize(
    "given",
    [
        {"replicates": 1},
        {"zero": True},
        {"zero": True, "replicates": 1},
        {"claims": False},
        {"points": GRID, "replicates": 2},
        {"points": SCALES, "zero": True},
        {"replicates": 40, "some": 1},
        {"record": "summary"},
        {"replicates": 6, "failed": 3},
        {"replicates": 6, "failed": 6},
        {"points": [{"guards.scale": 0.01 * k} for k in range(150)], "replicates": 2},
    ],
)
@pytest.mark.filterwarnings("error")
def test_there_is_a_report_at_every_edge(tmp_path, given) -> None:
    page = read(made_up(tmp_path / "r", **given))
    assert "nan" not in page.text.replace("Where, and", "").lower().split()
    assert "What this is not" in page.text
    assert not re.search(r"[-–] ?\([-–]|[-–] to [-–]|between (\S+) and \1(?![\d.,])", page.text)  # ranges of nothing
    assert "– of exits" not in page.text


def test_where_nothing_matters_nothing_is_said_to_matter_most(tmp_path) -> None:
    text = read(made_up(tmp_path / "r", SCALES, 8, zero=True)).text
    assert "What matters: no factor is told apart from none" in text and "What matters most" not in text
    assert "What matters most" in read(made_up(tmp_path / "s", SCALES, 40)).text
    alike = made_up(tmp_path / "t", [{"lever": name} for name in ("as-it-was", "stay")], 40, zero=True)
    assert "No lever is told apart from as-it-was" in read(as_study(alike)).text


def as_study(folder: Path) -> Path:
    """Results of levers whose parts say how many replicates they hold, as those of a sweep do."""
    manifest = json.loads((folder / "manifest.json").read_text())
    for part in manifest["parts"]:
        part["replicates"] = 40
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def test_exits_of_a_place_are_never_said_as_people(tmp_path) -> None:
    for replicates in (1, 40):
        folder = made_up(tmp_path / f"r{replicates}", replicates=replicates, sites={"gate": 20})
        said = [read(folder).text, *(text for _, text in figures_texts(folder))]
        assert any("of the number held" in text for text in said)
        assert any("Exits come to half of the number held or more at gate" in text for text in said)
        for text in said:
            assert not re.search(
                r"(of|half) its people|lose\w* half|half their people|out of those held|% of those held|share out", text
            ), text


def test_unfinished_results_say_so(tmp_path) -> None:
    folder = made_up(tmp_path / "r", manifest={"status": "stopped"})
    assert "not complete" in read(folder).text
    manifest = json.loads((folder / "manifest.json").read_text())
    begun = {**manifest, "parts": [], "points": [], "varied": [], "commit": None, "status": "running"}
    (folder / "manifest.json").write_text(json.dumps(begun))
    assert "No replicate has come to its end yet" in read(folder).text
    (folder / "points.parquet").unlink()
    assert "No replicate has come to its end yet" in read(folder).text


def test_a_sweep_stopped_early_says_what_it_has(tmp_path) -> None:
    page = read(stopped(tmp_path / "r", SAMPLED, 3, replicates=4))
    assert "not complete" in page.text
    assert "3 of 9 points · 4 replicates each" in page.text
    assert re.search(r"points\s*3 of 9\s*replicates of each\s*4\s", page.text)


def test_the_same_results_give_the_same_page(tmp_path) -> None:
    folder = made_up(tmp_path / "r", SCALES, 6)
    first = write_report(folder).read_bytes()
    assert write_report(folder).read_bytes() == first
    paths = write_all(folder)
    assert paths[-1].read_bytes() == first
    assert all(path.exists() for path in paths)


def test_the_figures_in_the_page_are_those_in_the_folder(tmp_path) -> None:
    from base64 import b64decode

    folder = made_up(tmp_path / "r", SCALES, 6)
    paths = [path for path in write_all(folder) if path.suffix == ".svg"]
    page = Reader((folder / "report.html").read_text("utf-8"))
    shown = [b64decode(value.split(",", 1)[1]) for tag, name, value in page.attributes if (tag, name) == ("img", "src")]
    assert shown == [path.read_bytes() for path in paths]
    assert all(value for tag, name, value in page.attributes if (tag, name) == ("img", "alt"))


def test_text_is_escaped_once(tmp_path) -> None:
    folder = made_up(tmp_path / "r", manifest={"name": "A & B"})
    text = write_report(folder).read_text("utf-8")
    assert html.escape("A & B") in text and "&amp;amp;" not in text


def test_a_page_without_the_internet_can_be_read_on_paper_and_in_the_dark(tmp_path) -> None:
    text = write_report(made_up(tmp_path / "r")).read_text("utf-8")
    assert "prefers-color-scheme: dark" in text and "@media print" in text
    assert "default-src 'none'" in text


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> str:
    """Address of the report of a grid with a hostile name, which several tests open."""
    folder = made_up(tmp_path_factory.mktemp("report") / "r", GRID, 3, manifest={"name": HOSTILE})
    return write_report(folder).as_uri()


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_opens_in_a_browser_and_asks_for_nothing(written, page, width) -> None:
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(written)
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert errors == []
    loaded = page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
    assert loaded and page.evaluate("document.images.length") == 10
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def sheets(pdf: bytes) -> list[float]:
    """Return for each sheet of a PDF by Chromium how far down its lowest line of text stands, as a share of the sheet."""
    sizes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert {(round(float(w)), round(float(h))) for w, h in sizes} == {(595, 842)}  # A4, in points
    lowest = []
    for start in (match.end() for match in re.finditer(rb"stream\r?\n", pdf)):
        try:
            content = zlib.decompressobj().decompress(pdf[start:])
        except zlib.error:
            continue
        if content.startswith(b".23999999 0 0 -.23999999 0 841.9"):  # a page, not a figure on one
            lowest.append(max(text_down(content), default=0.0))
    assert len(lowest) == len(sizes)
    return lowest


def text_down(content: bytes) -> list[float]:
    """Return how far down each line of text on a sheet stands; matrices here scale and move, and turn nothing."""
    down, kept, found = (1.0, 0.0), [], []
    for line in content.decode("latin-1").splitlines():
        if line == "q":
            kept.append(down)
        elif line == "Q":
            down = kept.pop()
        elif line.endswith(" cm"):
            *_, scale, _, move, _ = line.split()
            down = (down[0] * float(scale), down[0] * float(move) + down[1])
        elif line.endswith(" Tm"):
            found.append(1.0 - (down[0] * float(line.split()[5]) + down[1]) / 842)
    return found


@pytest.mark.browser
def test_on_paper_it_is_a4_a_brief_of_two_sheets_and_an_annex_without_gaps(written, page) -> None:
    page.goto(written)
    whole = sheets(page.pdf(prefer_css_page_size=True))
    page.add_style_tag(content=".annex, .annex ~ * { display: none }")
    brief = sheets(page.pdf(prefer_css_page_size=True))
    assert len(brief) <= 2 < len(whole)
    assert all(down > 0.6 for down in whole[:-1]), whole


@pytest.mark.browser
@pytest.mark.parametrize("dated", [1, 30])
def test_the_annex_begins_where_the_brief_ends(tmp_path, page, dated) -> None:
    """However long the brief is, no sheet stays mostly white; with 30 dated events it ends high on its second."""
    imposed = [f"2019-10-{1 + k % 30:02d}: the ground of a site passes to a party, handover none" for k in range(dated)]
    page.goto(write_report(made_up(tmp_path / "r", None, 6, manifest={"imposed": imposed})).as_uri())
    whole = sheets(page.pdf(prefer_css_page_size=True))
    assert len(whole) > 2 and all(down > 0.55 for down in whole[:-1]), whole


BROKEN = """() => { // words of tables that stand on two lines, and are not broken at a hyphen of their own
  const found = [], walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.parentElement.closest('.scroll td, .scroll th')) continue;
    for (const word of node.data.matchAll(/[^\\s\\-–_/.]{2,30}(?=[\\s\\-–_/.]|$)/g)) {
      const range = document.createRange();
      range.setStart(node, word.index); range.setEnd(node, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map(r => Math.round(r.top))).size > 1) found.push(word[0]);
    }
  }
  return found;
}"""


@pytest.mark.browser
@pytest.mark.parametrize(("media", "width"), [("print", 680), ("screen", 390), ("screen", 1280)])
def test_no_word_is_broken_within_a_cell(tmp_path, page, media, width) -> None:
    points = [
        {"lever": lever, "control.handover": how}
        for lever in ("as-it-was", "a-long-name-of-a-lever")
        for how in ("none", "formal")
    ]
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(media=media)
    page.goto(
        write_report(
            made_up(tmp_path / "r", points, 6, sites={"qamishli-navkur": 90, "a place of many words": 40})
        ).as_uri()
    )
    assert page.locator(".scroll td").count() > 60
    assert page.evaluate(BROKEN) == []


def test_the_answer_stands_first_with_both_kinds_of_uncertainty(tmp_path) -> None:
    folder = made_up(tmp_path / "r", replicates=120)
    text = read(folder).text
    out = Results.open(folder).runs["escaped_persons"].to_numpy()
    low, middle, high = (count(float(np.quantile(out, share))) for share in (0.05, 0.5, 0.95))
    assert f"In half of 120 runs {middle} people or more get out" in text
    assert f"in nine of ten between {low} and {high}" in text
    assert "the error of 120 runs is" in text and "numbers that the scenario does not know" in text
    assert text.index("In half of 120 runs") < text.index("How many could get out?")


def test_what_options_set_and_the_command_stand_in_the_report(tmp_path) -> None:
    request = {"scenario": "ne-syria-2019", "overrides": {"replicates": 8, "guards.scale": 0.5}}
    page = read(made_up(tmp_path / "r", replicates=8, manifest={"kind": "run", "request": request}))
    assert "Set by options, not by the scenario file: guards.scale = 0.5." in page.text
    assert "· with guards.scale = 0.5 ·" in page.text  # as in the small print of every figure
    assert "detention-sim run ne-syria-2019 --replicates 8 --seed 1 --set guards.scale=0.5" in page.text


def test_what_holds_by_construction_is_said_and_what_carries_the_answer_is_named(tmp_path) -> None:
    folder = made_up(tmp_path / "r", replicates=120)
    view = ResultsView(Results.open(folder))
    assert view.carried is not None
    swing = view.carried.swings[0]._replace(told=True)
    view.carried = view.carried._replace(swings=[swing])
    text = Reader(page_of(view, [])).text
    assert "By construction what is seen changes nothing that happens (response: false)" in text
    rows = text[text.index("What carries the answer") :]
    assert swing.path in rows and f"{count(swing.least)}{count(swing.most)}" in rows
    assert re.search(f"{count(swing.most)}(fitted to|not constrained by) documented events|a range of the sc", rows)
    answers = scenario_text().replace("response: false", "response: true")
    assert "By construction" not in read(made_up(tmp_path / "s", scenario=answers)).text


def test_a_sampled_design_answers_over_all_its_points(tmp_path) -> None:
    folder = made_up(tmp_path / "r", SAMPLED, 6, manifest={"design": "lhs"})
    out = Results.open(folder).runs["escaped_persons"].to_numpy()
    text = read(folder).text
    many = f"{len(out):,} runs at {len(SAMPLED)} sampled points"
    assert f"In half of {many} {count(float(np.median(out)))} people or more get out" in text


def levers_in_worlds(worlds: int) -> list[dict]:
    """A sampled design of one number, each world under two levers; doing nothing is not the first of them."""
    return [
        {"guards.scale": 0.1 + 1.5 * k / worlds, "lever": lever} for k in range(worlds) for lever in ("stay", "nothing")
    ]


def test_places_of_a_sampled_design_are_told_over_all_its_worlds(tmp_path) -> None:
    points = levers_in_worlds(12)
    folder = made_up(tmp_path / "r", points, 5, manifest={"design": "lhs"}, sites={"gate": 600})
    table = Results.open(folder).facilities.to_pandas()
    idle = [n for n, point in enumerate(points) if point["lever"] == "nothing"]
    escaped = table[(table.facility == "gate") & table.point.isin(idle)].escaped.to_numpy()
    text = read(folder).text
    often = per_cent(float(np.mean(escaped >= 300)))
    assert 0.1 < np.mean(escaped >= 300) < 0.9
    assert f"Exits come to half of the number held or more at gate in {often} of runs" in text
    assert f"gate600{middle(escaped)}" in text  # the row of its table


def test_the_error_of_a_sampled_median_is_that_of_its_worlds(tmp_path) -> None:
    points = [point for point in levers_in_worlds(12) if point["lever"] == "stay"]
    folder = made_up(tmp_path / "r", points, 40, manifest={"design": "lhs"})
    out = Results.open(folder).runs["escaped_persons"].to_numpy()
    low, high = median_interval(out, np.repeat(np.arange(12), 40))
    alone = median_interval(out)
    assert high - low > 2 * (alone[1] - alone[0])
    text = read(folder).text
    assert f"the error of 480 runs is {count(low)} to {count(high)} for the median (95%)" in text
    assert f"With 480 runs the median is known to lie between {count(low)} and {count(high)} (95%)" in text


def test_nobody_out_of_a_sample_is_bounded_by_its_worlds(tmp_path) -> None:
    points = [point for point in levers_in_worlds(12) if point["lever"] == "stay"]
    folder = made_up(tmp_path / "r", points, 40, zero=True, manifest={"design": "lhs"})
    assert f"fewer than {per_cent(never_bound(12))} of runs would see any" in read(folder).text


def test_what_is_not_compared_is_named(tmp_path) -> None:
    text = read(made_up(tmp_path / "r", SAMPLED, 6, manifest={"design": "lhs"})).text
    assert "What matters: too few points to tell" in text
    for path in ("guards.scale", "isr.coverage"):
        assert f"{path}––not compared: too few points" in "".join(text.split("\n"))
    names = [{"guards.scale": 0.1 if k < 16 else 2.0, "name": f"n{k}"} for k in range(32)]
    some = read(made_up(tmp_path / "s", names, 20)).text
    assert "What matters most of the factors compared" in some and "name––not compared" in "".join(some.split("\n"))


def test_kinds_of_runs_are_told_beside_the_median(tmp_path) -> None:
    text = read(made_up(tmp_path / "r", replicates=80, some=40)).text
    assert "Runs come in 2 kinds, so the median describes few of them: 50% of runs about 0; 50% of runs about" in text


def test_one_run_is_told_without_medians_ranges_or_shares_of_runs(tmp_path) -> None:
    folder = made_up(tmp_path / "r", replicates=1)
    page, table = read(folder), Results.open(folder).runs
    out = count(table["escaped_persons"][0].as_py())
    assert "1 replicate done" in page.text
    said = page.text.split("What the words mean")[0]
    assert f"In the one run {out} people get out" in said and f"{out} in the one run" in said
    for word in (
        "median",
        "(90%)",
        "of runs",
        "runs with",
        "nine in ten",
        "Nine in ten",
        "1 runs",
        "100% to",
        "never to",
    ):
        assert word not in said, word
    assert said.index("By cause") and "runs with any" not in said
    assert not re.search(r"\([\d,]+–[\d,]+\)", said), "a range of one run"
    drawn = figures_texts(folder)
    assert len({name for name, _ in drawn}) >= 6
    for word in ("median", "% of runs", "100% to 100%", "on average", "1 runs"):
        assert [(name, text) for name, text in drawn if word in text.lower()] == [], word


def test_a_run_in_which_mostly_nobody_gets_out_is_told_by_its_share(tmp_path) -> None:
    folder = made_up(tmp_path / "r", replicates=40, some=12)
    text = read(folder).text
    assert "Somebody gets out in 30% of 40 runs, in one of twenty" in text
    assert "somebody in 30% of runs" in text and "0 people or more" not in text
    titles = [found for name, found in figures_texts(folder) if name == "exceedance"]
    assert any("Somebody gets out in 30% of runs" in title for title in titles)


def test_the_delay_of_the_first_report_is_one_number_on_the_page(tmp_path) -> None:
    text = read(made_up(tmp_path / "r", replicates=60)).text
    above = re.search(r"the first comes (\S+ \S+) after the first escape", text)
    below = re.search(r"A first true report comes (\S+ \S+) after the first escape", text)
    assert above is not None and below is not None and above[1] == below[1]


def figures_texts(folder: Path) -> list[tuple[str, str]]:
    """The words of every figure of a folder, by the figure's name."""
    results = Results.open(folder)
    drawn = [(module.NAME, module.draw(results)) for module in figures() if module.applies(results)]
    return [(name, text) for name, figure in drawn for text in texts(figure)]


def test_levers_are_told_against_doing_nothing(tmp_path) -> None:
    points = [{"lever": name} for name in ("as-it-was", "stay", "move-first")]
    text = read(as_study(made_up(tmp_path / "r", points, 40))).text
    assert "Which decision helps most" in text
    assert "2 levers against as-it-was, escaped_persons over 40 worlds" in text
    assert "Which decision helps most" not in read(made_up(tmp_path / "s", GRID, 40)).text
