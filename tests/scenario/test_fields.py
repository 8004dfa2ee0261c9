"""The declaration as other parts read it."""

import pytest

from sim.scenario.fields import SCENARIO, Parameter, attributes_of, bounds, field_at, keys_of, kind_at, parameters
from sim.scenario.loader import load
from sim.scenario.parameters import Offensive
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
