"""Indices through the whole pipeline: a sweep file, points, stored tables, `sensitivity`; a function known in closed form."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import yaml

from sim.analysis.sensitivity import GROUPS, LEVERS, group_of, noise_share, pawn
from sim.experiment import batch
from sim.model import Run
from sim.scenario.fields import parameters

PATHS = ("guards.scale", "isr.coverage", "disorder.watching")
BOUNDS = ((0.5, 1.5), (0.0, 1.0), (0.01, 0.03))
FIRST, TOTAL = (0.3139, 0.4424, 0.0), (0.5576, 0.4424, 0.2437)
"""Ishigami and Homma 1990; a = 7, b = 0.1."""
VARIANCE = 7**2 / 8 + 0.1 * math.pi**4 / 5 + 0.1**2 * math.pi**8 / 18 + 0.5


class Ishigami:
    """A run of `tiny` whose gap is Ishigami's function of three numbers of the scenario, plus noise."""

    real: Run | None = None

    def __init__(self, resolved, sd: float) -> None:
        if Ishigami.real is None:
            Ishigami.real = Run(resolved)
        self.names = Ishigami.real.names
        self.tables = Ishigami.real.complete(1, 0)
        given = resolved.scenario
        numbers = (given.guards.scale, given.isr.coverage, given.disorder.watching)
        x = [math.pi * (2 * (v - low) / (high - low) - 1) for v, (low, high) in zip(numbers, BOUNDS, strict=True)]
        self.value = math.sin(x[0]) + 7 * math.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * math.sin(x[0])
        self.sd, self.key = sd, abs(hash(numbers)) % 2**31

    def complete(self, seed: int, replicate: int):
        noise = np.random.default_rng((self.key, replicate)).normal(0, self.sd)
        self.tables.run["gap"][0] = self.value + noise
        return self.tables


def swept(folder: Path, monkeypatch, cli, *, sd: float, replicates: int, **design) -> None:
    monkeypatch.setattr(batch, "_taken", lambda resolved, past, full: Ishigami(resolved, sd))
    vary = {path: {"uniform": list(bounds)} for path, bounds in zip(PATHS, BOUNDS, strict=True)}
    sweep = {"scenario": "tiny", "replicates": replicates, "seed": 2, "vary": vary, **design}
    (folder / "sweep.yaml").write_text(yaml.safe_dump(sweep, sort_keys=False))
    given = ("--out", str(folder / "out"), "--record", "summary", "--no-plots", "--quiet", "--workers", "1")
    assert cli(["sweep", str(folder / "sweep.yaml"), *given]) == 0


def indices(folder: Path, cli, capsys, *more: str) -> tuple[dict, str]:
    capsys.readouterr()
    assert cli(["sensitivity", str(folder / "out"), "--metric", "gap", "--json", *more]) == 0
    out, err = capsys.readouterr()
    return json.loads(out)["metrics"]["gap"], err


def inside(index: dict, value: float) -> bool:
    return index["low"] <= value <= index["high"]


@pytest.mark.parametrize(("sd", "replicates"), [(0.0, 1), (6.0, 4)])
def test_ishigami_with_and_without_noise(tmp_path: Path, monkeypatch, capsys, sd: float, replicates: int) -> None:
    from sim.cli.main import main

    swept(tmp_path, monkeypatch, main, sd=sd, replicates=replicates, design="saltelli", samples=128)
    found, err = indices(tmp_path, main, capsys)
    for path, first, total in zip(PATHS, FIRST, TOTAL, strict=True):
        assert inside(found[path]["S1"], first), (path, found[path])
        assert inside(found[path]["ST"], total), (path, found[path])
        assert found[path]["S1"]["high"] - found[path]["S1"]["low"] < 0.9
    if sd:
        assert inside(found["noise_share"], sd**2 / (sd**2 + VARIANCE))
    else:
        assert found["noise_share"]["value"] is None
        assert "two or more give it" in err
    ranked = sorted(PATHS, key=lambda path: -found[path]["pawn"]["value"])
    assert ranked[0] == "isr.coverage", "as Pianosi & Wagener 2018 rank it"
    assert (tmp_path / "out/plots/sensitivity.png").stat().st_size > 10_000


def test_another_design_gives_pawn_alone_and_says_what_gives_the_rest(tmp_path: Path, monkeypatch, capsys) -> None:
    from sim.cli.main import main

    swept(tmp_path, monkeypatch, main, sd=1.0, replicates=2, design="lhs", samples=100)
    found, err = indices(tmp_path, main, capsys, "--no-plots")
    assert found["isr.coverage"]["S1"] is None
    assert found["isr.coverage"]["pawn"]["low"] > found["isr.coverage"]["pawn"]["chance"]
    assert "`design: saltelli`" in err


def test_results_without_factors_say_which_design_has_them(tmp_path: Path, capsys) -> None:
    from sim.cli.main import main

    assert main(["run", "tiny", "--replicates", "2", "--out", str(tmp_path / "out"), "--no-plots", "--quiet"]) == 0
    capsys.readouterr()
    assert main(["sensitivity", str(tmp_path / "out")]) == 2
    assert "any design gives PAWN's indices, `design: saltelli` Sobol's, too" in capsys.readouterr().err


def test_pawn_finds_names_and_no_effect_is_no_more_than_chance() -> None:
    generator = np.random.default_rng(4)
    names = [("none", "hasty", "formal")[k % 3] for k in range(90)]
    inert = generator.random(90).tolist()
    values = np.array([{"none": 5.0, "hasty": 4.0, "formal": 0.0}[name] for name in names])[:, None]
    named, other = pawn([names, inert], values + generator.normal(0, 1, (90, 10)))
    assert named.matters and named.value.low > 2 * named.chance
    assert not other.matters


@pytest.mark.filterwarnings("error")
def test_an_outcome_that_never_varies_has_no_effect_and_gives_no_warning() -> None:
    (found,) = pawn([list(range(30))], np.zeros((30, 4)))
    assert found.value.value == 0.0 and not found.matters


@pytest.mark.parametrize("levels", [6, 9, 21])
def test_pawn_takes_any_number_of_levels(levels: int) -> None:
    """With these SALib's own steps end beyond 1, and it fails."""
    noise = np.random.default_rng(5).normal(0, 1, (126, 6))
    column = [k % levels for k in range(126)]
    acts, inert = pawn([column, [k * 7 % 5 for k in range(126)]], np.array(column, float)[:, None] + noise)
    assert acts.matters and not inert.matters


def test_a_common_shock_is_chance_but_no_noise_between_points() -> None:
    """All points share a replicate's number: a single run is nearly all chance, yet points are known exactly."""
    generator = np.random.default_rng(6)
    world = np.linspace(-1, 1, 64)[:, None]
    found = noise_share(world + generator.normal(0, 10, (1, 50)))
    spread = float(np.var(world, ddof=1))
    assert found.value == pytest.approx(100 / (100 + spread), abs=0.01)


def test_every_section_has_a_group() -> None:
    named = {section for sections in GROUPS.values() for section in sections}
    outside = {"levers", "name", "description", "start", "days", "step_hours", "seed", "replicates", "draws", "view"}
    assert {p.path.partition(".")[0] for p in parameters()} - outside == named
    assert {p.path.split(".")[1] for p in parameters() if p.path.startswith("levers.")} == set(LEVERS)
    assert group_of("levers.residual_isr.share") == "eyes"
    assert group_of("theatre.facilities.hasakah.guards") == "guards"
    assert group_of("theatre.facilities.hasakah.held") == "people"
    assert group_of("lever") == "lever"
