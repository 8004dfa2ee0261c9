"""Replaying a replicate, and letting it take another way from some day on."""

import json
from dataclasses import replace

import numpy as np
import pytest

import sim.model
from sim.agents.build import Capacity
from sim.agents.records import FACILITY
from sim.cli.main import main
from sim.engine.columns import Part
from sim.experiment.branch import Branch, check_difference, check_later
from sim.experiment.results import Results
from sim.model import Run
from sim.scenario.errors import InputError
from sim.scenario.fields import may_change_later
from sim.scenario.loader import load
from sim.world.numbers import PATHS
from tests.model.worlds import named

DECISIONS = (
    {"levers.guard_floor": {"per_100": 30}},
    {"levers.residual_isr": {"share": 1}},
    {"levers.formal_handover": {}},
    {"levers.repatriation": {"per_month": 200}},
    {"levers.hardening": {"walls": 0.9, "cameras": 0.9}},
    {"levers.reaction_force": {"residual": 1}},
    {"control.handover": "formal"},
    {"withdrawal.schedule": []},
    {"response": True},
    {"isr.coverage": 0.9, "isr.residual": 1},
    {"confirmation.agree_within": 3.0},
    {"at_large.retake_per_day": 0.5},
)
"""What may be decided on the way."""


def outcome(run: Run, seed: int, replicate: int) -> tuple[bytes, ...]:
    return tuple(table.tobytes() for table in run.complete(seed, replicate))


def usable(decision) -> bool:
    try:
        load("tiny", decision)
    except InputError:
        return False
    return True


def test_the_decisions_below_are_ones_that_a_scenario_can_make():
    assert [decision for decision in DECISIONS if not usable(decision)] == []


@pytest.mark.parametrize("name", ["tiny", "hasakah-2022", "ne-syria-2019"])
@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 1.0])
def test_a_branch_that_decides_nothing_is_the_run_itself(name, share):
    resolved = load(name)
    step = round(share * resolved.steps)
    for replicate in (0, 1):
        assert outcome(Branch(resolved, resolved, step), 5, replicate) == outcome(Run(resolved), 5, replicate)


@pytest.mark.parametrize("decision", DECISIONS, ids=str)
def test_a_branch_at_the_start_is_the_other_scenario(decision):
    was, other = load("tiny", {"guards.scale": 0.7}), load("tiny", {"guards.scale": 0.7, **decision})
    for replicate in range(4):
        branch, run = Branch(was, other, 0), Run(other)
        branch.complete(5, replicate)
        run.complete(5, replicate)
        assert branch.tables.run.tobytes() == run.tables.run.tobytes(), replicate
        assert branch.tables.facility.tobytes() == run.tables.facility.tobytes(), replicate
        assert branch.tables.daily[1:].tobytes() == run.tables.daily[1:].tobytes(), replicate  # day 0 was before


@pytest.mark.parametrize("decision", DECISIONS, ids=str)
def test_the_past_stays_and_what_comes_may_differ(decision):
    name, day = "ne-syria-2019", 1
    was, other = load(name), load(name, decision)
    run, branch = Run(was), Branch(was, other, day * 24)
    changed = 0
    for replicate in range(8):
        before = run.complete(2, replicate).daily.copy()
        after = branch.complete(2, replicate).daily.copy()
        assert before[: day + 1].tobytes() == after[: day + 1].tobytes()  # bytes, because a null is NaN
        changed += before.tobytes() != after.tobytes()
        row, first = branch.tables.run[0], run.tables.run[0]
        assert row["population"] == first["population"]
        states = ("held", "at_large", "rejoined", "left_theatre", "dead", "transferred", "repatriated")
        assert sum(row[state] for state in states) == row["population"]
    assert changed > 0


def test_lists_that_prove_too_short_change_nothing():
    was, other = load("ne-syria-2019", {"days": 15}), load("ne-syria-2019", {"days": 15, "control.handover": "formal"})
    whole = outcome(Branch(was, other, 200, full=True), 1, 0)
    tight = Branch(was, other, 200, full=True)
    for run in (tight, tight._past):
        run._capacity = Capacity(episodes=2, entries=2, log=2, reports=2)
        run._allocate(run.resolved)
    assert outcome(tight, 1, 0) == whole
    assert tight.capacity.log > 2


@pytest.mark.parametrize(
    "path", ["guards.scale", "days", "theatre.facilities.hasakah.guards", "control.changes", "draws"]
)
def test_what_decides_the_start_cannot_change_on_the_way(path):
    for overrides in ({path: 1}, {path.split(".")[0]: {path.partition(".")[2]: 1}}):
        with pytest.raises(InputError, match="acts from the start"):
            check_later(overrides)


@pytest.fixture
def results(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["sweep", "tiny", "--replicates", "12", "--out", "out", "--no-plots", "--quiet"]) == 0
    return Results.open("out")


def test_the_command_gives_any_replicate_again(results, capsys):
    reported = results.table("runs", point=3)["reported"].to_pylist()
    which = next(replicate for replicate, number in enumerate(reported) if number > 0)
    arguments = ["--point", "3", "--replicate", str(which), "--out", "again", "--json", "--no-plots"]
    assert main(["replay", "out", *arguments]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["same"] is True
    assert "equals the stored row" in err
    again = Results.open("again")
    mine, stored = (r.table("runs", point=p).drop_columns(["point"]).to_pylist() for r, p in ((again, 0), (results, 3)))
    assert mine == stored[which : which + 1]
    for name in ("daily", "facilities"):
        first = results.table(name, point=3, replicate=which).drop_columns(["point"])
        assert first.equals(again.table(name).drop_columns(["point"]))
    assert len(again.events) > 0
    assert len(again.reports) > 0


def test_the_command_branches(results, capsys):
    given = ["replay", "out", "--point", "2", "--replicate", "1", "--from-day", "4", "--out", "fork"]
    assert main([*given, "--set", "control.handover=formal", "--set", "levers.residual_isr={share: 1}"]) == 0
    out, err = capsys.readouterr()
    assert "as it was" in out
    assert "from day 4: control.handover=formal" in out.replace("\n", " ") or "from day 4" in out
    fork = Results.open("fork")
    was, then = fork.table("daily", point=0), fork.table("daily", point=1)
    for column in was.column_names[1:]:
        assert was[column].to_pylist()[:5] == then[column].to_pylist()[:5]
    assert fork.scenario(1).scenario.control.handover == "formal"
    assert not np.array_equal(was["isr_coverage"].to_numpy(), then["isr_coverage"].to_numpy())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--replicate", "12"], "point 0 has no replicate 12"),
        (["--replicate", "0", "--point", "6"], "no such point"),
        (["--replicate", "0", "--set", "guards.scale=1"], "--from-day D as well"),
        (["--replicate", "0", "--from-day", "11"], "11 does not fit"),
        (["--replicate", "0", "--from-day", "0.51"], "0.51 does not fit"),
        (["--replicate", "0", "--from-day", "2", "--set", "guards.scale=1"], "acts from the start"),
        (["--replicate", "0", "--from-day", "2", "--set", "levers.guard_flor=1"], "guard_floor"),
    ],
)
def test_what_cannot_be_replayed_is_said(results, options, said, capsys):
    assert main(["replay", "out", *options, "--out", "again"]) == 2
    assert said in capsys.readouterr().err


def test_a_failed_replicate_fails_again_in_the_same_way(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    complete = sim.model.Run.complete

    def broken(self, seed, replicate):
        if replicate == 4:
            raise ZeroDivisionError("replicate 4")
        return complete(self, seed, replicate)

    monkeypatch.setattr(sim.model.Run, "complete", broken)
    assert main(["run", "tiny", "--replicates", "6", "--out", "out", "--no-plots", "--quiet"]) == 0
    assert main(["replay", "out", "--replicate", "4", "--out", "again", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["same"] is True
    assert "ZeroDivisionError: replicate 4" in err


def test_a_row_that_is_not_reproduced_is_a_fault(results, monkeypatch, capsys):
    complete = sim.model.Run.complete

    def other(self, seed, replicate):
        tables = complete(self, seed, replicate)
        tables.run["escaped"] += 1
        return tables

    monkeypatch.setattr(sim.model.Run, "complete", other)
    assert main(["replay", "out", "--replicate", "1", "--out", "again"]) == 1
    assert "DIFFERS from the stored row" in capsys.readouterr().err


def _scalar_paths() -> list[str]:
    return [path for path in PATHS if may_change_later(path) and not path.startswith("levers.")]


@pytest.mark.parametrize("path", _scalar_paths())
def test_every_number_that_may_change_later_acts_in_a_branch_as_from_the_start(path):
    was = named("everything")
    value = was.scenario
    for key in path.split("."):
        value = getattr(value, key)
    other = was.with_numbers({path: 1.3 * value + 0.05})
    for replicate in range(2):
        branch, run = Branch(was, other, 0), Run(other)
        branch.complete(5, replicate)
        run.complete(5, replicate)
        assert branch.tables.run.tobytes() == run.tables.run.tobytes(), replicate
        assert branch.tables.daily[1:].tobytes() == run.tables.daily[1:].tobytes(), replicate


def test_a_lever_whose_columns_are_no_decision_is_refused_by_a_branch(monkeypatch):
    lever = {"levers.hardening": {"walls": 0.5}}
    was, after = load("tiny"), load("tiny", lever)
    check_difference(lever, was, after)
    field = FACILITY.fields["hardened"]
    monkeypatch.setitem(FACILITY.fields, "hardened", field._replace(part=Part.FIXED))
    with pytest.raises(InputError, match=r"acts from the start.*facility\.hardened"):
        check_difference(lever, was, after)


def test_a_setting_that_no_array_holds_is_refused_by_a_branch():
    was = load("tiny")
    after = replace(was, scenario=was.scenario.model_copy(update={"description": "another"}))
    with pytest.raises(InputError, match="changes nothing that a run reads"):
        check_difference({"levers.lockdown": {"share": 1}}, was, after)
    check_difference(
        {"levers.guard_floor": {"per_100": 4, "cost": 2}},
        was,
        load("tiny", {"levers.guard_floor": {"per_100": 4, "cost": 2}}),
    )


STEEP = {"disorder.threshold": 0.0, "disorder.containment_k": 0.2}


def test_a_branch_does_not_go_by_work_that_the_past_saved():
    """What the past saw quiet under its own numbers is not so under others."""
    was = load("tiny", {"days": 2})
    other = load("tiny", {"days": 2, **STEEP})
    escaped = 0
    for replicate in range(3):
        branch, looking = Branch(was, other, 24), Branch(was, other, 24)
        branch.reset(5, replicate)
        looking.reset(5, replicate)
        for _ in range(24):
            for name, nothing in (("quiet_guards", np.inf), ("listed", 0), ("smallest_block", 0), ("rest_until", 0)):
                looking.truth.facility[name] = nothing
            branch.advance(1)
            looking.advance(1)
        assert branch.finish().run.tobytes() == looking.finish().run.tobytes(), replicate
        escaped += int(branch.tables.run["escaped"][0])
    assert escaped > 50


def test_a_branch_may_put_one_distribution_in_the_place_of_another():
    path = "at_large.retake_per_day"
    was, after = (load("tiny", {path: {"uniform": ends}}) for ends in ([0.01, 0.02], [0.3, 0.5]))
    check_difference({path: {"uniform": [0.3, 0.5]}}, was, after)
    branch, run = Branch(was, after, 0), Run(after)
    assert outcome(branch, 5, 0)[0] == outcome(run, 5, 0)[0]
