"""`discover`: a sweep's boxes in words and as JSON, the cells reached, and what is refused."""

import json
from pathlib import Path

import pytest
import yaml

from tests.plots.folders import made_up

SWEEP = {
    "scenario": "tiny",
    "replicates": 4,
    "seed": 3,
    "design": "lhs",
    "samples": 60,
    "vary": {"isr.coverage": {"uniform": [0, 1]}, "control.handover": ["none", "formal"]},
}
FAST = ("--no-plots", "--quiet")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sampled sweep over guards and eyes."""
    from sim.cli.main import main

    made = tmp_path_factory.mktemp("discover")
    (made / "sweep.yaml").write_text(yaml.safe_dump(SWEEP, sort_keys=False))
    assert (
        main(["sweep", str(made / "sweep.yaml"), "--out", str(made / "out"), "--set", "description=other", *FAST]) == 0
    )
    return made / "out"


def test_boxes_in_words_and_as_json(cli, folder: Path) -> None:
    asked = ("discover", str(folder), "--when", "escaped_persons > 45", "--reach", "escaped_persons", "gap")
    code, out, err = cli(*asked, "--json")
    assert code == 0
    data = json.loads(out)
    box = data["boxes"][0]
    assert {path: limit["in"] for path, limit in box["limits"].items()} == {"control.handover": ["none"]}
    assert 0 < data["base_rate"] < box["density"] <= 1
    assert 0 < box["coverage"] <= 1
    assert data["runs"] == 240 and data["worlds"] == 60
    assert sum(cell["runs"] for cell in data["reach"]["list"]) == 240
    assert data["reach"]["reached"] == len(data["reach"]["list"])
    assert "With control.handover none" in err and "Set by options: description other." in err
    assert "Behaviour space of escaped_persons and gap: 240 runs reach" in err
    for name in ("discovery", "behaviour"):
        assert (folder / "plots" / f"{name}.png").stat().st_size > 10_000
    assert cli(*asked, *FAST) == (0, "", "")


def test_what_always_holds_has_no_box(cli, folder: Path) -> None:
    code, out, _ = cli("discover", str(folder), "--when", "escaped_persons >= 0", "--no-plots")
    assert code == 0
    assert "in every run: there is nothing to tell apart" in out


def test_what_is_refused(cli, folder: Path, here: Path) -> None:
    assert "has no question" in cli("discover", str(folder)).err
    assert "did you mean `escaped`?" in cli("discover", str(folder), "--when", "escapd > 4").err
    assert "no such metric" in cli("discover", str(folder), "--reach", "gap", "wall").err
    assert cli("run", "tiny", "--replicates", "3", "--out", "one", *FAST).code == 0
    code, out, err = cli("discover", "one", "--when", "escaped > 4")
    assert (code, out) == (2, "")
    assert "varies nothing; expected a sweep, best `design: lhs`" in err


def test_worlds_are_counted_once_for_all_their_levers(cli, here: Path) -> None:
    points = [{"isr.coverage": 0.04 * k, "lever": name} for k in range(24) for name in ("nothing", "stay")]
    folder = made_up(here / "r", points, 5, manifest={"design": "lhs"})
    code, out, _ = cli("discover", str(folder), "--when", "escaped > 300", "--no-plots")
    assert code == 0
    assert "of 240 runs in 24 worlds" in out
