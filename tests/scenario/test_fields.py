"""The declaration as other parts read it."""

from typing import Annotated

import pytest

from sim.scenario import fields
from sim.scenario.declare import LATER as CHANGES_LATER
from sim.scenario.declare import Section
from sim.scenario.fields import (
    SCENARIO,
    Kind,
    Parameter,
    attributes_of,
    bounds,
    field_at,
    keys_of,
    kind_at,
    may_change_later,
    parameters,
)
from sim.scenario.loader import load
from sim.scenario.parameters import Offensive, Scenario
from sim.scenario.theatre import Facility, Party

BY_PATH = {parameter.path: parameter for parameter in parameters()}


def test_a_parameter_carries_all_that_was_declared() -> None:
    assert BY_PATH["stealth.thin_gain"] == Parameter(
        path="stealth.thin_gain",
        default=4.0,
        required=False,
        unit="share",
        low=0,
        high=100,
        source="",
        status="assumed",
        description="added to the rate when no guard is left",
    )


@pytest.mark.parametrize(
    "path",
    [
        "guards.scale",
        "isr.coverage",
        "withdrawal.schedule",
        "control.changes.*.handover",
        "control.offensives.*.from",
        "observers.*.delay_hours",
        "levers.move_first.from",
        "theatre.facilities.*.guards",
        "theatre.facilities.*.held.fighters.foreign",
        "theatre.parties.*.custody.free",
        "theatre.grid.cell_km",
        "days",
        "draws",
        "response",
    ],
)
def test_paths_of_the_contract_are_listed(path: str) -> None:
    assert path in BY_PATH


def test_no_path_stands_twice_and_numbers_have_units_and_meanings() -> None:
    assert len(BY_PATH) == len(parameters())
    for parameter in parameters():
        if parameter.status:
            assert parameter.unit or parameter.path.endswith(".status"), parameter.path
            assert parameter.description or parameter.path.endswith(".status"), parameter.path
            assert parameter.low is not None


def test_defaults_lie_within_their_bounds() -> None:
    for parameter in parameters():
        if isinstance(parameter.default, float) and parameter.low is not None:
            high = parameter.high if parameter.high is not None else float("inf")
            assert parameter.low <= parameter.default <= high, parameter.path


def test_bounds_of_plain_fields() -> None:
    info = field_at(SCENARIO, ("days",))
    assert info is not None
    assert bounds(info) == (0, 36500)


def test_places_are_known_by_kind() -> None:
    for where in (("guards", "scale"), ("observers", 3, "bias_own_failure"), ("facilities", "beta", "guards")):
        kind = kind_at(SCENARIO, where)
        assert kind is not None and kind.number, where
    assert kind_at(SCENARIO, ("guards", "nothing")) is None
    assert kind_at(SCENARIO, ("name", 0)) is None


def test_a_key_that_python_calls_otherwise_is_found_by_its_declaration() -> None:
    assert attributes_of(Offensive)["from"] == "origin"
    assert attributes_of(Facility)["custody"] == "regime"
    assert attributes_of(Party)["custody"] == "custody_policy"
    for model in (Offensive, Facility, Party):
        assert list(attributes_of(model)) == list(keys_of(model))
        assert list(attributes_of(model).values()) == list(model.model_fields)


def test_numbers_below_such_a_key_are_drawn_and_set_by_the_key(scenario) -> None:
    path = "theatre.parties.turkey.custody.free"
    resolved = load(scenario, {path: {"uniform": [0.1, 0.2]}})
    assert path in resolved.numbers()
    assert resolved.with_numbers({path: 0.15}).theatre.parties["turkey"].custody_policy.free == 0.15


LATER = (
    "levers", "withdrawal", "response", "confirmation", "isr", "disorder", "walls", "stealth", "assault", "shelling",
    "at_large", "armed_cells", "guards", "news", "unrest", "control.handover", "control.hasty_hours", "control.none_hours",
)  # fmt: skip
AT_START = (
    "guards.scale", "news.delay_hours", "isr.revisit_hours", "armed_cells.attacks", "armed_cells.surges", "incidents",
    "walls.baseline",
    "guards.nerve_min", "disorder.risk_min", "disorder.family_risk_min",
    "walls.open_sd", "walls.leave_share", "walls.leave_sd", "at_large.retake_sd",
)  # fmt: skip


def below_one_of(path: str, roots: tuple[str, ...]) -> bool:
    return any(path == root or path.startswith(f"{root}.") for root in roots)


def test_what_may_change_under_way_is_what_the_list_says() -> None:
    """The list is written out once more; what stands in neither part of it may not change."""
    paths = {p.path for p in parameters()}
    paths |= {".".join(path.split(".")[:n]) for path in paths for n in range(1, path.count(".") + 1)}  # sections, too
    paths |= {path.replace("*", "0") for path in paths} | {path.replace("*", "a-name") for path in paths}
    paths |= (
        {f"{path}.uniform" for path in paths} | {f"{path}.0" for path in paths} | {f"{path}.typo" for path in paths}
    )
    paths |= {"facilities.hasakah.guards", "facilities.hasakah", "withdrawal.schedule.0", "typo", "", "name", "draws"}
    assert len(paths) > 1500
    for path in paths:
        assert may_change_later(path) == (below_one_of(path, LATER) and not below_one_of(path, AT_START)), path


def test_what_a_new_section_may_change_is_refused_until_it_is_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    class New(Section):
        rate: Annotated[float, CHANGES_LATER] = 1.0
        level: float = 1.0

    class Wider(Scenario):
        new: New = New()
        news: Annotated[New, CHANGES_LATER] = New()  # type: ignore[assignment]

    monkeypatch.setattr(fields, "SCENARIO", Kind(model=Wider))
    assert [may_change_later(path) for path in ("new", "new.level", "new.rate")] == [False, False, True]
    assert [may_change_later(path) for path in ("news", "news.level", "news.rate")] == [True, True, True]
