"""`check`: files of every kind, good and bad."""

import copy
import json
import os
import re
import threading
from pathlib import Path

import pytest
import yaml

from sim.scenario import shipped

GOOD = "extends: {}\nname: mine\n"
CLAIMS = "event_id,date,facility,claimed_on,claim_role,claimed_escaped_low,claimed_escaped_high\n"


def tiny() -> Path:
    return shipped.folder() / "tiny.yaml"


@pytest.fixture
def files(here: Path) -> Path:
    """Good files of every kind in the current folder."""
    Path("scenario.yaml").write_text(GOOD.format(tiny()))
    Path("theatre.yaml").write_text((shipped.folder() / "theatres" / "tiny.yaml").read_text())
    Path("sweep.yaml").write_text("scenario: scenario.yaml\nvary: {guards.scale: [1, 2]}\n")
    Path("claims.csv").write_text(CLAIMS + "E1,2019-10-11,roj,2019-10-11,media,1,2\n")
    Path("claims.txt").write_text(CLAIMS + "E1,2019-10-11,roj,2019-10-11,media,1,2\n")
    return here


@pytest.mark.parametrize("name", ["scenario.yaml", "theatre.yaml", "sweep.yaml", "claims.csv", "claims.txt"])
def test_a_good_file_of_any_kind_is_ok(cli, files, name: str) -> None:
    assert cli("check", name, "--no-calm") == (0, f"{name}: ok\n", "")
    assert cli("check", name, "--json", "--no-calm") == (0, '{"problems": []}\n', "")


def test_everything_shipped_is_ok(cli) -> None:
    folder = shipped.folder()
    every = [str(path) for kind in ("*.yaml", "*/*.yaml", "claims/*.csv") for path in sorted(folder.glob(kind))]
    outcome = cli("check", "--no-calm", *every)
    assert outcome.code == 0, outcome.err
    assert outcome.out.count(": ok") == len(every) > 10


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("scenario.yaml", "extends: {tiny}\nguards:\n  scal: 1\n", "scenario.yaml:3: guards.scal: unknown key; did you mean `scale`?"),
        ("scenario.yaml", "extends: {tiny}\nisr: {{coverage: 40}}\n", "scenario.yaml:2: isr.coverage: 40 is out of bounds; expected 0 to 1 (share)"),
        ("theatre.yaml", "name: x\ngrid: 3\nfacilities: {{}}\nparties: {{a: {{}}}}\nground: a\n", "theatre.yaml:2: grid: `3` does not fit; expected a mapping"),
        ("sweep.yaml", "scenario: scenario.yaml\nvary: {{guards.scale: [1, -1]}}\n", "sweep.yaml:2: vary.guards.scale.1: -1 is out of bounds; expected 0 to 20 (share)"),
        ("claims.csv", CLAIMS + "E1,2019-10-11,roj,2019-10-11,media,-1,2\n", "claims.csv:2: claimed_escaped_low: -1 is negative; expected a whole number"),
        ("x.yaml", "", "x.yaml:1: the file is empty"),
        ("x.yaml", "a: &a [1]\n", "x.yaml:1: a: anchors are refused: `&a`; expected a plain value"),
        ("x.yaml", "name: x\nname: y\n", "x.yaml:2: name: the key stands twice, first on line 1; expected it once"),
        ("x.yaml", "name: !!python/name:os.system\n", "x.yaml:1: name: tags are refused"),
        ("x.yaml", "[" * 5000, "x.yaml:1: 0.0.0: nested too deeply; expected at most 40 levels"),
        ("x.yaml", "a: [1\nb\n", "x.yaml:"),
    ],
)  # fmt: skip
def test_a_bad_file_is_file_line_key_problem_and_exit_2(cli, files, name: str, text: str, problem: str) -> None:
    Path(name).write_text(text.format(tiny=tiny()) if "{" in text else text)
    outcome = cli("check", name)
    assert (outcome.code, outcome.out) == (2, "")
    assert any(line.startswith(problem) for line in outcome.err.splitlines()), outcome.err
    assert "Traceback" not in outcome.err
    as_json = cli("check", "--json", name)
    assert (as_json.code, as_json.err) == (2, "")
    found = json.loads(as_json.out)["problems"]
    assert len(found) == len(outcome.err.splitlines())
    assert set(found[0]) == {"file", "line", "key", "problem", "expected"}


def test_what_is_no_file_at_all(cli, files) -> None:
    os.mkfifo("pipe")
    os.symlink("loop", "loop")
    Path("binary").write_bytes(bytes(range(256)))
    Path("huge.yaml").write_bytes(b"a: 1\n" * 1_000_000)
    for name in (".", "pipe", "loop", "binary", "huge.yaml", "/dev/null", "none", "x" * 5000, "a\nb", ""):
        outcome = cli("check", name)
        assert (outcome.code, outcome.out) == (2, ""), name
        assert len(outcome.err.splitlines()) == 1
        assert outcome.err.isascii()


def test_one_bad_file_among_good_ones(cli, files) -> None:
    Path("bad.yaml").write_text("name: 3\n")
    outcome = cli("check", "scenario.yaml", "bad.yaml", "claims.csv")
    assert (outcome.code, outcome.out) == (2, "")
    assert "scenario.yaml: ok" in outcome.err
    assert "bad.yaml:1: name: `3` does not fit; expected text" in outcome.err


def test_a_claim_that_is_read_otherwise_than_it_looks_is_a_note(cli, files) -> None:
    Path("claims.csv").write_text(CLAIMS + "E1,2019-10-11,roj,2019-10-11,media,1-4,9\n")
    assert cli("check", "claims.csv") == (
        0,
        "claims.csv: ok\n",
        "claims.csv: note: line 2: 1-4 and 9 are read as 1 to 9\n",
    )


def test_notes_go_to_stderr(cli, files) -> None:
    Path("scenario.yaml").write_text(
        GOOD.format(tiny()) + "armed_cells: {attacks: [{date: 2031-01-01, facility: lone-prison}]}\n"
    )
    outcome = cli("check", "scenario.yaml", "--no-calm")
    assert (outcome.code, outcome.out) == (0, "scenario.yaml: ok\n")
    assert "armed_cells.attacks.0.date: 2031-01-01 is after the horizon" in outcome.err


# --- what places lose when nothing happens


def test_a_scenario_tells_what_each_place_loses_in_calm(cli, files) -> None:
    outcome = cli("check", "scenario.yaml", "sweep.yaml", "claims.csv")
    assert (outcome.code, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert lines[:3] == ["scenario.yaml: ok", "sweep.yaml: ok", "claims.csv: ok"]
    assert lines[3].startswith("scenario.yaml: escapes per 1,000 person-years when nothing happens (30 days, ")
    assert re.fullmatch(r"  lone-prison  [\d.]+ \([\d.]+ to [\d.]+\)", lines[4])
    cost = r"scenario.yaml: the first replicate takes [\d.]+ m?s of a core and at most [\d.]+ MB; \d+ take about [\d.]+ m?s"
    assert re.fullmatch(cost, lines[5])
    assert len(lines) == 6
    found = json.loads(cli("check", "scenario.yaml", "--json").out)
    assert found["problems"] == []
    (loss,) = found["calm"]
    assert set(loss) == {"file", "facility", "per_1000_year", "low", "high", "replicates", "warning"}
    assert loss["low"] <= loss["per_1000_year"] <= loss["high"]
    assert not loss["warning"]


def test_what_a_replicate_costs_is_told_before_it_is_paid(cli, files, monkeypatch) -> None:
    """And nobody waits for the end of a long one."""
    (cost,) = json.loads(cli("check", "scenario.yaml", "--json").out)["cost"]
    assert set(cost) == {"file", "seconds", "megabytes", "replicates"}
    assert cost["seconds"] > 0 < cost["megabytes"]
    done = threading.Event()
    monkeypatch.setattr("sim.experiment.batch.warm", lambda _: done.wait(60))
    monkeypatch.setattr("sim.cli.check.PATIENCE", 0.01)
    line = cli("check", "scenario.yaml").out.splitlines()[-1]
    done.set()
    assert line.startswith("scenario.yaml: a replicate takes over 0.01 s of a core and at most ")


def test_of_many_places_those_that_lose_most_are_listed(cli, files, monkeypatch) -> None:
    monkeypatch.setattr("sim.cli.check.LISTED", 1)
    theatre = yaml.safe_load(Path("theatre.yaml").read_text())
    ((name, place),) = theatre["facilities"].items()
    theatre["facilities"] |= {"thin": {**copy.deepcopy(place), "guards": 1}}
    Path("two-places.yaml").write_text(yaml.safe_dump(theatre))
    Path("two.yaml").write_text(GOOD.format(tiny()) + "theatre: two-places.yaml\n")
    lines = cli("check", "two.yaml").out.splitlines()
    assert lines[2].startswith("  thin")
    assert lines[3] == "  and 1 more that lose no more than these; --json has all"


def test_a_place_that_empties_in_calm_is_a_warning_and_no_error(cli, files) -> None:
    Path("thin.yaml").write_text(GOOD.format(tiny()) + "guards: {scale: 0.2}\n")
    outcome = cli("check", "thin.yaml")
    assert outcome.code == 0
    assert outcome.out.startswith("thin.yaml: ok\n")
    (warning,) = outcome.err.splitlines()
    assert warning.startswith("thin.yaml: warning: lone-prison loses ")
    for word in ("18.3", "authority", "guards", "capacity"):
        assert word in warning
    as_json = cli("check", "thin.yaml", "--json")
    (loss,) = json.loads(as_json.out)["calm"]
    assert loss["warning"]
    assert loss["low"] > 18.3


def test_nothing_is_tried_where_a_file_is_bad(cli, files) -> None:
    Path("bad.yaml").write_text("name: 3\n")
    outcome = cli("check", "scenario.yaml", "bad.yaml", "--json")
    assert outcome.code == 2
    assert set(json.loads(outcome.out)) == {"problems"}
