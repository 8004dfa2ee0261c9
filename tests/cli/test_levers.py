"""`levers`: a study's ranking with costs, the numbers of every world, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from sim.experiment.assumptions import numbers_drawn
from sim.experiment.results import Results
from sim.model import Run

SWEEP = {
    "scenario": "tiny",
    "replicates": 40,
    "seed": 3,
    "design": "grid",
    "vary": {"isr.coverage": [0.2, 0.8]},
    "set": {"guards.scale": {"uniform": [0.5, 2.0]}},
    "levers": {
        "nothing": {},
        "formal": {"control.handover": "formal", "levers.formal_handover": {"cost": 100}},
        "eyes": {"levers.residual_isr": {"share": 1.0, "cost": {"uniform": [10, 30]}}},
    },
}
FAST = ("--no-plots", "--quiet")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from sim.cli.main import main

    made = tmp_path_factory.mktemp("levers")
    (made / "sweep.yaml").write_text(yaml.safe_dump(SWEEP, sort_keys=False))
    assert (
        main(["sweep", str(made / "sweep.yaml"), "--out", str(made / "out"), "--set", "description=other", *FAST]) == 0
    )
    return made / "out"


def test_levers_are_ranked_with_their_prices(cli, folder: Path) -> None:
    code, out, err = cli("levers", str(folder), "--json", "--enough", "20")
    assert code == 0
    data = json.loads(out)
    listed = {one["lever"]: one for one in data["levers"]}
    assert list(listed) == ["nothing", "formal", "eyes"] and data["worlds"] == 80
    values = Results.open(folder).metric("escaped_persons")
    nothing, formal = (np.concatenate([values[k], values[k + 3]]) for k in (0, 1))
    averted = listed["formal"]["averted"]["value"]
    assert averted == pytest.approx(float((nothing - formal).mean()))
    assert listed["formal"]["cost_per_averted"]["value"] == pytest.approx(100 / averted)
    assert listed["formal"]["good_enough"] == pytest.approx(float((formal <= 20).mean()))
    assert listed["eyes"]["cost"] == 20 and listed["eyes"]["cost_per_averted"]["value"] is None
    assert listed["eyes"]["averted"]["value"] == 0
    assert listed["formal"]["regret"]["expected"] == pytest.approx(float(np.maximum(formal - nothing, 0).mean()))
    assert data["worth"][0] == {"from": 0.0, "lever": "nothing"}
    assert {one["path"] for one in data["knowing"]} == {"isr.coverage", "guards.scale"}
    assert "2 levers against nothing" in err and "Set by options: description other." in err
    told = " ".join(err.split())
    assert "cost per averted" in told and f"{100 / averted:,.0f} " in told, "prices are printed"
    assert (folder / "plots/levers.png").stat().st_size > 10_000


def test_the_numbers_of_a_world_are_those_its_run_had(folder: Path) -> None:
    results = Results.open(folder)
    (told,) = numbers_drawn(results, 0, [7])
    run = Run(results.scenario(0))
    run.reset(3, 7)
    assert told == run.draws and 0.5 <= told["guards.scale"] <= 2.0
    again = run.complete(3, 7).run["escaped_persons"][0]
    assert again == results.metric("escaped_persons")[0][7]


def test_what_is_refused(cli, folder: Path, here: Path) -> None:
    assert "is no metric to lose by" in cli("levers", str(folder), "--metric", "first_report_day").err
    assert "did you mean `formal`?" in cli("levers", str(folder), "--baseline", "formall").err
    assert cli("run", "tiny", "--replicates", "3", "--out", "one", *FAST).code == 0
    code, out, err = cli("levers", "one")
    assert (code, out) == (2, "")
    assert "has no levers; expected a sweep with `levers`" in err
