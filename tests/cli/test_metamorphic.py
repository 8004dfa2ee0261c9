"""What must not matter to an answer: inert factors, the order of files and rows, ties, nulls; and all surfaces agree."""

import csv
import html
import json
import random
import re
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.effects import Paired, effects
from sim.experiment.results import Results
from sim.wording import count
from tests.plots.folders import made_up

SWEEP = "scenario: tiny\nreplicates: 8\nset: {days: 6}\nvary:\n  guards.scale: [0.5, 2]\n"
CLAIMS = "event_id,date,facility,claimed_on,claim_role,claimed_escaped_low,claimed_escaped_high,origin\n"


def said(cli, *given: str) -> str:
    outcome = cli(*given)
    assert outcome.code == 0, outcome.err
    return outcome.out


def test_an_inert_factor_changes_no_run_and_no_effect_of_another(cli, here: Path) -> None:
    Path("plain.yaml").write_text(SWEEP)
    Path("inert.yaml").write_text(SWEEP + "  description: [one, other]\n")
    for name in ("plain", "inert"):
        said(cli, "sweep", f"{name}.yaml", "--out", name, "--no-plots", "--quiet")
    plain, inert = (Results.open(name).metric("escaped_persons") for name in ("plain", "inert"))
    for point in range(4):
        assert inert[point].tolist() == plain[point // 2].tolist()
    alone, beside = (
        effects(Results.open(name).paired("escaped_persons"), ["guards.scale"]) for name in ("plain", "inert")
    )
    assert alone == beside
    (none,) = effects(Results.open("inert").paired("escaped_persons"), ["description"])
    assert (none.change, none.low, none.high) == (0.0, 0.0, 0.0) and not none.told
    assert re.search(r"description +- +- +none", said(cli, "show", "inert"))


def test_the_order_of_points_and_of_parts_does_not_matter(cli, here: Path) -> None:
    points = [{"guards.scale": scale, "lever": name} for scale in (0.5, 1.0) for name in ("nothing", "stay")]
    folder = made_up(here / "r", points, 12)
    first = [said(cli, "show", "r", *more) for more in ((), ("--json",))]
    manifest = json.loads((folder / "manifest.json").read_text())
    random.Random(1).shuffle(manifest["parts"])
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert [said(cli, "show", "r", *more) for more in ((), ("--json",))] == first


def test_points_in_another_order_have_the_same_effects() -> None:
    rng = np.random.default_rng(3)
    rows = [{"point": k, "a": k % 3, "b": k % 2} for k in range(6)]
    values = rng.exponential(100, (6, 40)) * np.array([1 + row["a"] for row in rows])[:, None]
    for sampled in (False, True):
        given = [{**row, "a": row["a"] / 7 + k / 100} for k, row in enumerate(rows)] if sampled else rows
        many = [{**row, "point": 6 * n + row["point"], "world": n} for n in range(4) for row in given]
        table = np.concatenate([values + n for n in range(4)])
        order = rng.permutation(len(many))
        one = effects(Paired(many, table, sampled), ["a", "b"])
        other = effects(Paired([many[k] for k in order], table[order], sampled), ["a", "b"])
        assert {e.path for e in one} == {"a", "b"}
        assert [(e.path, e.least, e.most) for e in one] == [(e.path, e.least, e.most) for e in other]
        assert [e.change for e in one] == pytest.approx([e.change for e in other])


def test_rows_of_claims_in_another_order_and_of_one_day_give_the_same_estimate(cli, here: Path) -> None:
    rows = [
        f"A,2020-01-03,lone-prison,{day},{role},{low},{high},{origin}"
        for day, role, low, high, origin in (
            ("2020-01-04", "guarding force", 0, 0, "warden"),
            ("2020-01-04", "media", 12, 20, "paper"),
            ("2020-01-04", "NGO", 9, 9, "monitor"),
            ("2020-01-05", "media", 30, 30, "paper"),
        )
    ]
    found = []
    for name, order in (("one", rows), ("two", [rows[2], rows[0], rows[1], rows[3]]), ("three", rows[::-1])):
        Path(f"{name}.csv").write_text(CLAIMS + "\n".join(order) + "\n")
        given = ("estimate", "tiny", "--claims", f"{name}.csv", "--as-of", "2020-01-06", "--replicates", "40", "--json")
        found.append(json.loads(said(cli, *given, "--quiet", "--no-plots"))["events"])
    assert found[0] == found[1] == found[2] and found[0][0]["claims_used"] > 1


@pytest.mark.parametrize("given", [{"claims": False}, {"zero": True}, {"zero": True, "claims": False}])
@pytest.mark.filterwarnings("error")
def test_columns_of_nulls_break_no_command(cli, here: Path, given: dict) -> None:
    points = [{"guards.scale": 0.2 * k, "lever": name} for k in range(8) for name in ("nothing", "stay")]
    for design in ("grid", "lhs"):
        made_up(here / design, points, 6, manifest={"design": design}, **given)
        for command in (("show",), ("show", "--json"), ("compare", "--no-plots"), ("compare", "--no-plots", "--json")):
            told = said(cli, command[0], design, *command[1:])
            assert not re.search(r"\bnan\b|NaN|- to -", told), command


def test_console_json_csv_and_report_have_the_same_numbers(cli, here: Path) -> None:
    folder = made_up(here / "r", replicates=60)
    console = " ".join(said(cli, "show", "r").split())
    (point,) = json.loads(said(cli, "show", "r", "--json"))["points"]
    said(cli, "show", "r", "--csv", "tables")
    said(cli, "plot", "r")
    report = html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"base64,[^\"]*", "", (folder / "report.html").read_text())))
    with open("tables/runs.csv") as stream:
        rows = list(csv.DictReader(stream))
    for name, title in (
        ("escaped_persons", "people out"),
        ("confirmed", r"confirmed \(exits\)"),
        ("gap", r"gap \(.*?\)"),
    ):
        numbers = [float(row[name]) for row in rows]
        told = point["metrics"][name]
        assert told["q50"] == pytest.approx(np.median(numbers)) and told["mean"] == pytest.approx(np.mean(numbers))
        low, half, high = (count(told[q]) for q in ("q05", "q50", "q95"))
        known = f"{count(told['q50_low'])} to {count(told['q50_high'])}"
        assert re.search(f"{title} {half} {known} {low} to {high}", console), name
        assert half in report, name
    people = point["metrics"]["escaped_persons"]
    assert f"{count(people['q50'])} (median)" in report
    assert f"Nine in ten runs lie between {count(people['q05'])} and {count(people['q95'])}" in report
    assert f"known to lie between {count(people['q50_low'])} and {count(people['q50_high'])} (95%)" in report
