"""The declaration as other parts read it."""

import pytest

from sim.scenario.fields import SCENARIO, Parameter, bounds, field_at, kind_at, parameters

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
