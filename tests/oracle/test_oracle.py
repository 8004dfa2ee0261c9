"""The oracle by itself: conservation, closed forms, hand calculation. No fast model is needed here."""

from __future__ import annotations

import math

import pytest
from scipy import integrate, stats

from tests.oracle.cases import CASES, Case, build, people, prison
from tests.oracle.draws import Draws
from tests.oracle.facility import CAUSES, Facility, freed
from tests.oracle.model import OracleModel
from tests.oracle.people import STATES

QUIET_OUTSIDE = {"retake_early_per_hour": 0.0, "retake_per_day": 0.0, "rejoin_per_day": 0.0, "leave_per_day": 0.0}


def one_prison(scenario: dict, n: int = 60, guards: float = 6, **more: object) -> Case:
    return build(scenario, {"facilities": {"block": prison(36.41, 38.53, people(n), guards, **more)}})


def riot(n: int, guards: float, hours: int) -> tuple[OracleModel, Facility]:
    """One block without exits, whose people switch at once; agitation and authority stand still."""
    case = one_prison(
        {
            "days": 3,
            "disorder": {"threshold": 0.1, "up_per_hour": 100.0, "down_per_hour": 100.0, "agitation_sd": 0.0},
            "walls": {"erosion_per_hour": 0.0, "baseline": 0.0},
        },
        n,
        guards,
    )
    model = OracleModel(*case, seed=3, replicate=0)
    for _ in range(hours):
        model.step()
    return model, model.facilities["block"]


# --- conservation


@pytest.mark.parametrize("name", CASES)
def test_nobody_is_lost_or_made(name: str) -> None:
    model = OracleModel(*CASES[name](), seed=7, replicate=1)
    population = len(model.people)
    residents = sum(facility.n0 for facility in model.facilities.values() if facility.resident)
    for _ in range(model.n_steps):
        model.step()
        states = model.count_states()
        outside = states["at_large"] + states["rejoined"] + states["left_theatre"] + model.died_outside
        assert sum(states.values()) == population
        assert states["held"] == sum(facility.n for facility in model.sites)
        assert model.escaped - model.recaptured == outside
        assert residents == sum(f.n + f.left_freely for f in model.facilities.values() if f.resident)
        for facility in model.facilities.values():
            assert all(p.state == "held" and p.facility is facility for p in facility.order)
            assert len(set(facility.order)) == len(facility.order)
            assert facility.recaptured <= facility.escaped
            assert 0 <= facility.opening <= 1
            assert facility.occupier_guards >= 0


@pytest.mark.parametrize("name", CASES)
def test_the_tables_agree_with_each_other(name: str) -> None:
    model = OracleModel(*CASES[name](), seed=7, replicate=2).run()
    row, facilities, daily = model.run_row(), model.facility_rows(), model.daily_rows()
    assert row["population"] == sum(row[state] for state in STATES)
    assert row["escaped"] == sum(row[f"escaped_{cause}"] for cause in CAUSES)
    assert row["escaped"] == row["escaped_prison"] + row["escaped_camp"] == sum(f["escaped"] for f in facilities)
    assert row["escaped"] == sum(event["count"] for event in model.events)
    assert row["escaped"] == sum(episode.size for f in model.sites for episode in f.episodes)
    assert row["recaptured"] == sum(f["recaptured"] for f in facilities)
    assert row["confirmed"] == sum(f["confirmed"] or 0 for f in facilities)
    assert [day["day"] for day in daily] == list(range(int(model.sc.days) + 1))
    assert {name: daily[-1][name] for name in daily[-1].keys() & row.keys()} == {
        name: row[name] for name in daily[-1].keys() & row.keys()
    }
    assert (row["undetected_share"] is None) == (row["escaped"] == 0)
    assert all(row[name] is None or row[name] <= row["reported"] for name in row if name.startswith("claimed_"))


def test_the_cases_together_take_every_cause_custody_and_end() -> None:
    ends, causes, custody = set(), set(), set()
    for name in sorted(CASES, key=lambda name: name != "everything"):  # the richest first
        if (len(ends), len(causes), len(custody)) == (len(STATES), len(CAUSES), 5):
            break
        model = OracleModel(*CASES[name](), seed=7, replicate=0)
        for _ in range(model.n_steps):
            model.step()
            custody |= {facility.custody for facility in model.facilities.values()}
        row = model.run_row()
        ends |= {state for state in STATES if row[state]}
        causes |= {cause for cause in CAUSES if row[f"escaped_{cause}"]}
    assert ends == set(STATES)
    assert causes == set(CAUSES)
    assert custody == {"guarded", "none", "occupied", "released", "moving"}


def test_the_same_address_gives_the_same_run() -> None:
    first, second = (OracleModel(*CASES["everything"](), seed=5, replicate=3).run() for _ in range(2))
    assert first.run_row() == second.run_row()
    assert first.events == second.events
    assert first.reports == second.reports


def test_nothing_happens_in_the_quiet_world() -> None:
    row = OracleModel(*build({"days": 20}), seed=1, replicate=0).run().run_row()
    assert row["held"] == row["population"] == 60
    assert row["escaped"] == 0
    assert row["guards_on_duty"] == 8


def test_observers_do_not_touch_the_truth() -> None:
    scenario, theatre = CASES["everything"]()
    told = OracleModel(scenario.model_copy(update={"response": False}), theatre, seed=2, replicate=0).run()
    untold = OracleModel(
        scenario.model_copy(update={"response": False, "observers": []}), theatre, seed=2, replicate=0
    ).run()
    assert told.reports != untold.reports
    assert told.events == untold.events
    assert told.count_states() == untold.count_states()


# --- closed forms


@pytest.mark.parametrize("step_hours", [1.0, 24.0])
def test_stealth_alone_is_binomial(step_hours: float) -> None:
    """At the first guard ratio everybody leaves at the same rate, independently: chi-square on many replicates."""
    per_1000_year, n, replicates = 60000.0, 60, 200
    case = one_prison(
        {
            "days": 1,
            "step_hours": step_hours,
            "isr": {"revisit_hours": 24.0},
            "stealth": {"per_1000_year": per_1000_year},
            "at_large": QUIET_OUTSIDE | {"death_per_day": 0.0},
        },
        n,
        leave_share=0.0,
    )
    escaped = [OracleModel(*case, seed=11, replicate=r).run().escaped for r in range(replicates)]
    law = stats.binom(n, 1 - math.exp(-per_1000_year / 1000 / 8766 * 24))
    edges = [law.ppf(q) for q in (0.1, 0.25, 0.4, 0.55, 0.7, 0.85)]
    cumulated = [0.0, *law.cdf(edges), 1.0]
    counts = [0] * (len(edges) + 1)
    for count in escaped:
        counts[sum(count > edge for edge in edges)] += 1
    expected = [replicates * (b - a) for a, b in zip(cumulated, cumulated[1:], strict=False)]
    assert stats.chisquare(counts, expected).pvalue > 0.01


def test_stealth_does_not_depend_on_the_step() -> None:
    def escaped(step_hours: float) -> list[int]:
        scenario = {"days": 4, "step_hours": step_hours, "stealth": {"per_1000_year": 20000.0}}
        outside = {"at_large": QUIET_OUTSIDE, "isr": {"revisit_hours": 24.0}}
        model = OracleModel(*one_prison(scenario | outside), seed=4, replicate=0).run()
        return [event["count"] for event in model.events]

    assert escaped(1.0) == escaped(6.0) == escaped(24.0)


def test_freed_solves_its_equation() -> None:
    k, r, n, out, tau = 30.0, 1.2, 400.0, 7.0, 0.25
    solved = integrate.solve_ivp(lambda _, o: k + r * o * (1 - o / n), (0, tau), [out], rtol=1e-12, atol=1e-12)
    assert freed(out, n, k, r, tau) == pytest.approx(solved.y[0, -1], rel=1e-9)
    assert freed(n, n, k, r, tau) == n
    assert freed(0.0, n, 0.0, r, tau) == 0.0


@pytest.mark.parametrize("level", [-10.0, 10.0])
def test_an_assault_by_hand(level: float) -> None:
    case = one_prison(
        {
            "days": 3,
            "step_hours": 0.25,
            "armed_cells": {
                "attackers_sd": 0.0,
                "attacks": [{"date": "2019-10-01T01:00", "facility": "block", "attackers": 50.0}],
            },
            "assault": {
                "success_level": level, "success_sd": 0.0, "fight_hours": 1.0, "fight_sd": 0.0, "open_sd": 0.0,
                "loss_success": 0.5, "loss_failure": 0.25, "relief_hours": 400.0, "relief_sd": 0.0, "death_share": 0.0,
            },
        },
        guards=20,
    )  # fmt: skip
    model = OracleModel(*case, seed=2, replicate=0)
    block = model.facilities["block"]
    for _ in range(4):
        model.step()
        assert block.assault is None
    for _ in range(4):  # an hour of fighting
        model.step()
        assert block.assault is not None and not block.assault.gate_fell
        assert len(block.on_site) == 20
    model.step()
    fallen = 20 - len(block.on_site)
    if level < 0:
        assert block.assault is None
        assert fallen in (3, 4)  # of the 12 who fight, a quarter
        assert block.escaped == 0
    else:
        assert block.assault is not None and block.assault.gate_fell
        assert fallen in (6, 7)
        k = 1.0 * 50 * (60 / 1000) ** 0.5
        assert block.assault.opened == pytest.approx(freed(0.0, 60.0, k, 0.8, 0.25))


def test_an_unguarded_wall_opens_exponentially() -> None:
    model = OracleModel(
        *one_prison({"days": 2, "walls": {"open_sd": 0.0}}, guards=0, leave_share=0.0), seed=1, replicate=0
    ).run()
    block = model.facilities["block"]
    assert block.opening == pytest.approx(1 - (1 - 0.005) * math.exp(-48 / 10))
    assert block.authority == pytest.approx(0.7 * math.exp(-48 / 12))


# --- disorder by hand


def by_hand(model: OracleModel, block: Facility, substeps: int) -> set[int]:
    """Who is in disorder after so many substeps, all switching at once: the rule of 7.11 for one block."""
    n, draws, authority = block.n0, Draws(3, 0), 0.7
    on_shift = len(block.guards) / 2 * (1 + 0.3 * 0.3)
    active: set[int] = set()
    for _ in range(substeps):
        contained = 1 - math.exp(-2.3 * on_shift / (len(active) + 0.02 * n + 1))
        active = set()
        for i in range(n):
            hardship = draws.u("people.hardship", "block", 0, i)
            risk = 0.25 + 0.75 * draws.u("people.risk", "block", 0, i)
            if (hardship * (1 - authority) - 0.1) / risk > contained:
                active.add(i)
    return active


def test_a_well_guarded_block_is_quiet() -> None:
    model, block = riot(n=150, guards=30, hours=5)
    assert by_hand(model, block, 20) == set()
    assert not block.active
    assert model.escaped == 0


def test_a_thinly_guarded_block_tips() -> None:
    model, block = riot(n=150, guards=1, hours=1)
    expected = by_hand(model, block, 4)
    assert len(expected) >= 5
    assert {person.index for person in block.active} == expected
    model, block = riot(n=150, guards=1, hours=12)
    assert {person.index for person in block.active} == by_hand(model, block, 48)


# --- single rules


def test_a_substep_is_at_most_a_quarter_of_an_hour() -> None:
    substeps = {0.2: 12, 0.25: 15, 0.5: 15, 1.0: 15, 8.0: 15, 1 / 3: 10}
    for step_hours, minutes in substeps.items():
        assert OracleModel(*build({"step_hours": step_hours}), seed=1, replicate=0).substep_minutes == minutes


def test_presence_is_linear_between_dates() -> None:
    schedule = {"withdrawal": {"schedule": [["2019-10-02", 0.8], ["2019-10-04", 0.2]]}}
    model = OracleModel(*build(schedule), seed=1, replicate=0)
    assert [model.presence_at(1440 * day) for day in (0, 1, 2, 3, 9)] == pytest.approx([1, 0.8, 0.5, 0.2, 0.2])


def test_repatriation_keeps_to_its_monthly_rate() -> None:
    scenario = {"days": 30, "step_hours": 24.0, "levers": {"repatriation": {"per_month": 12.0}}}
    held = {"fighters": {"local": 5.0, "foreign": 20.0}}
    case = build(scenario, {"facilities": {"block": prison(36.41, 38.53, held, 5)}})
    row = OracleModel(*case, seed=1, replicate=0).run().run_row()
    assert row["repatriated"] in (11, 12)
    assert row["escaped"] == 0


def test_a_formal_handover_has_no_gap() -> None:
    model = OracleModel(*CASES["table_formal_bound"](), seed=7, replicate=0)
    custody = set()
    for _ in range(model.n_steps):
        model.step()
        custody |= {facility.custody for facility in model.facilities.values()}
    assert custody == {"guarded", "occupied"}


def test_what_is_noticed_is_found_sooner() -> None:
    scenario, theatre = CASES["response"]()
    deaf = scenario.model_copy(update={"response": False})
    found = [
        sum(OracleModel(version, theatre, seed=1, replicate=r).run().recaptured for r in range(5))
        for version in (deaf, scenario)
    ]
    assert found[1] > 1.3 * found[0]


def test_a_range_counts_as_its_geometric_mean_and_statements_add_up() -> None:
    model = OracleModel(*CASES["statements_and_confirmation"](), seed=7, replicate=0)
    ranges = 0
    for _ in range(model.n_steps):
        model.step()
    for report in model.board.reports:
        if report.low is not None and report.low < report.high:
            ranges += 1
            middle = math.sqrt(report.low * report.high) if report.low else (report.low + report.high) / 2
            assert report.value == middle
    assert ranges > 0
    inquiry = [report for report in model.reports if report["observer"] == "inquiry"]
    assert [report["minute"] for report in inquiry] == [200 * 60]
    told_by_media: dict[str, float] = {}
    for report in model.board.reports:
        if report.observer == "inquiry":
            break
        if report.observer in ("paper", "blog"):
            told_by_media[report.facility] = report.value
    assert inquiry[0]["low"] == math.floor(sum(told_by_media.values()) + 0.5)
