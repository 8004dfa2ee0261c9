"""Something added where such things are declared works everywhere, or is refused with what is missing."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.house.checkout import Checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def said(done: object) -> str:
    return f"{done.stdout}\n{done.stderr}"  # type: ignore[attr-defined]


# --- a role


MILITIA = """
extends: {tiny}
observers:
  - {{name: militia, role: local militia, kind: source, detect: 1.0, notice_size: 0.0, delay_hours: 1.0, error: 0.0}}
"""
LEAKY = ("--set", "stealth.per_1000_year=3000", "--replicates", "2", "--record", "full", "--no-plots", "--quiet")


def test_a_role_added_in_one_place_has_its_columns_its_claims_and_its_oracle(checkout: Checkout) -> None:
    checkout.edit("sim/scenario/vocabulary.py", "Role = Literal[\n", 'Role = Literal[\n    "local militia",\n')
    checkout.write("scenarios/militia.yaml", MILITIA.format(tiny="tiny.yaml"))
    claims = "event_id,date,facility,claimed_on,claim_role,claimed_escaped_low,claimed_escaped_high\n"
    checkout.write("claims.csv", claims + "a,2019-10-10,theatre,2019-10-12,Local militia,5,9\n")
    run = ("run", "scenarios/militia.yaml", *LEAKY, "--out", "out", "--json")
    done, checked = checkout.commands(run, ("check", "claims.csv"))
    assert done.returncode == 0, said(done)
    assert checked.returncode == 0, said(checked)
    metrics = json.loads(done.stdout)["metrics"]
    assert metrics["claimed_local_militia"]["mean"] > 0
    reports = pq.ParquetFile(next((checkout.folder / "out/reports").glob("part-*"))).read().to_pylist()
    assert "local militia" in {row["role"] for row in reports}
    daily = pq.ParquetFile(next((checkout.folder / "out/daily").glob("part-*"))).read()
    assert max(value or 0 for value in daily["claimed_local_militia"].to_pylist()) > 0
    checkout.edit("tests/docking/test_docking.py", "REPLICATES = range(4)", "REPLICATES = range(1)")
    docked = checkout.python(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/docking", "-k", "observers_of_each_kind and tables"
    )
    assert docked.returncode == 0, said(docked)


# --- an outcome


def test_an_outcome_that_nothing_writes_is_refused_by_name(checkout: Checkout) -> None:
    checkout.edit(
        "sim/outcomes.py",
        '    _count("moved", "persons"',
        '    _count("lost_keys", "keys", "keys lost"),\n    _count("moved", "persons"',
    )
    done = checkout.command("run", "tiny", "--replicates", "1", "--days", "1", "--no-plots", "--out", "out")
    assert done.returncode == 1
    assert "run.lost_keys is declared in sim/outcomes.py, and nothing writes it" in done.stderr


def test_an_outcome_is_declared_in_one_place_and_written_in_another(checkout: Checkout) -> None:
    checkout.edit(
        "sim/outcomes.py",
        '    _count("moved", "persons"',
        '    _count("episodes", "episodes", "episodes of exits"),\n    _count("moved", "persons"',
    )
    checkout.edit(
        "sim/model/rows.py",
        "    row.moved = total.moved\n",
        "    row.moved = total.moved\n    row.episodes = t.clock[0].episodes\n",
    )
    done, shown = checkout.commands(("run", "tiny", *LEAKY, "--out", "out", "--json"), ("show", "out", "--json"))
    assert done.returncode == 0, said(done)
    assert json.loads(done.stdout)["metrics"]["episodes"]["mean"] > 0
    assert "episodes" in said(shown)
    manifest = json.loads((checkout.folder / "out/manifest.json").read_text("utf-8"))
    assert manifest["columns"]["runs"]["episodes"] == {"unit": "episodes", "meaning": "episodes of exits"}


# --- an array


def built(checkout: Checkout) -> str:
    return said(checkout.python("-c", "import sim; print(sim.DetentionModel('tiny').truth.dust)"))


def test_an_array_without_a_declaration_or_never_made_is_refused_by_name(checkout: Checkout) -> None:
    where = "\n\nTruthRef = referenced(Truth)"
    checkout.edit("sim/world/state.py", where, "\n    dust: np.ndarray" + where)
    assert "dust" in built(checkout)
    assert "Truth.dust is not declared by one Spec" in said(
        checkout.python("-c", "from sim.world.state import Truth; from sim.engine.columns import specs; specs(Truth)")
    )


def test_an_array_declared_and_made_is_set_back_before_every_replicate(checkout: Checkout) -> None:
    where = "\n\nTruthRef = referenced(Truth)"
    declared = '\n    dust: Annotated[np.ndarray, Spec("f8", "facilities", "dust")]'
    checkout.edit("sim/world/state.py", where, declared + where)
    assert "missing 1 required positional argument: 'dust'" in built(checkout)
    made = "        noticed=np.full(len(facility), -1, np.int64),\n"
    checkout.edit("sim/agents/build.py", made, made + "        dust=np.zeros(len(facility)),\n")
    settles = "    t.clock[0].exits_step = 0\n"
    checkout.edit("sim/agents/account.py", settles, settles + "    t.dust[0] += 1.0\n")
    program = (
        "from sim.model import Run; from sim.scenario.loader import load; run = Run(load('tiny'));"
        "print([run.complete(1, r) and float(run.truth.dust[0]) for r in (0, 1)])"
    )
    assert "[240.0, 240.0]" in said(checkout.python("-c", program))


# --- a lever


LEVER = '''class Lockdown(Section):
    """Lever: people stay in their cells."""

    share: Number = declared(0.5, "share", 0, 1, "of the rate of joining disorder that is taken off")
    facilities: list[FacilityName] = Field(default_factory=list, description="where; empty: everywhere")


'''
DESCRIBE = '''def describe_lockdown(rows: np.ndarray, given: Given) -> None:
    """Mark the facilities that the lockdown lever reaches."""
    lever = given.scenario.levers.lockdown
    if lever is not None:
        rows["locked"] = [not lever.facilities or name in lever.facilities for name in given.names.facilities]


'''


def add_lockdown(checkout: Checkout, part: str) -> None:
    """A lever that keeps people from joining disorder: its key, its column, its effect."""
    checkout.edit(
        "sim/scenario/parameters.py", "class ReactionForce(Section):", LEVER + "class ReactionForce(Section):"
    )
    checkout.edit(
        "sim/scenario/parameters.py",
        "    reaction_force: ReactionForce | None = None\n",
        "    reaction_force: ReactionForce | None = None\n    lockdown: Lockdown | None = None\n",
    )
    rule = "sim/agents/disorder.py"
    checkout.edit(
        rule,
        '    state("authority", "f8"',
        f'    {part}("locked", "i8", "0/1", "1 if locked down"),\n    state("authority", "f8"',
    )
    checkout.edit(
        rule,
        "from __future__ import annotations\n",
        "from __future__ import annotations\n\nimport numpy as np\nfrom sim.agents.given import Given\n",
    )
    checkout.edit(rule, "@compiled\ndef fix_rates_of_disorder", DESCRIBE + "@compiled\ndef fix_rates_of_disorder")
    checkout.edit(
        "sim/agents/thresholds.py",
        "        return 1 if u < clock.join else 0\n",
        "        kept = t.parameters[0].levers_lockdown_share if t.facility[person.facility].locked == 1 else 0.0\n"
        "        return 1 if u < clock.join * (1.0 - kept) else 0\n",
    )
    build = "sim/agents/build.py"
    checkout.edit(
        build,
        "    describe_walls(facility, given)\n",
        "    describe_walls(facility, given)\n    describe_lockdown(facility, given)\n",
    )
    checkout.edit(
        build,
        "from sim.agents.facility import",
        "from sim.agents.disorder import describe_lockdown\nfrom sim.agents.facility import",
    )


RIOT = ("--set", "guards.scale=0.25", "--days", "2", "--replicates", "1", "--no-plots", "--quiet", "--json")


def escaped(done: object) -> float:
    assert done.returncode == 0, said(done)  # type: ignore[attr-defined]
    found = json.loads(done.stdout)  # type: ignore[attr-defined]
    metrics = found["metrics"] if "metrics" in found else found["points"][-1]["metrics"]
    return float(metrics["escaped_disorder"]["mean"])


def test_a_lever_works_in_a_run_its_names_are_checked_and_a_branch_takes_it(checkout: Checkout) -> None:
    add_lockdown(checkout, "decision")
    locked = ("--set", "levers.lockdown={share: 1}")
    fork = ("replay", "out", "--replicate", "0", "--json", "--no-plots", "--quiet")
    without, shut, wrong, early = checkout.commands(
        ("run", "tiny", *RIOT, "--out", "out"),
        ("run", "tiny", *RIOT, *locked, "--out", "locked"),
        ("run", "tiny", *RIOT, "--set", "levers.lockdown={facilities: [lone-prisn]}", "--out", "x"),
        (*fork, "--from-day", "0", *locked, "--out", "fork"),
    )
    assert escaped(without) > 5
    assert escaped(shut) == 0
    assert wrong.returncode == 2
    assert "unknown facility `lone-prisn`" in wrong.stderr
    assert "lone-prison" in wrong.stderr
    assert escaped(early) == 0


def test_a_lever_whose_column_is_fixed_is_refused_by_a_branch_by_name(checkout: Checkout) -> None:
    add_lockdown(checkout, "fixed")
    fork = ("replay", "out", "--replicate", "0", "--from-day", "1", "--set", "levers.lockdown={share: 1}")
    run, done = checkout.commands(("run", "tiny", *RIOT, "--out", "out"), (*fork, "--out", "fork"))
    assert run.returncode == 0, said(run)
    assert done.returncode == 2
    assert "acts from the start" in done.stderr
    assert "facility.locked" in done.stderr
