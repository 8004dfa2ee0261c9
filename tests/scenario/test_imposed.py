"""What a scenario dates or decides is told apart from what the model finds."""

from sim.scenario.imposed import imposed
from sim.scenario.loader import load
from tests.model.worlds import world


def test_every_dated_row_is_named() -> None:
    where = world(
        {
            "days": 5,
            "withdrawal": {"schedule": [["2019-10-03", 0.25]]},
            "control": {
                "changes": [
                    {"date": "2019-10-03", "facility": "block", "to": "invader"},
                    {"date": "2019-10-02", "area": "south", "to": "state", "ground_only": True},
                ],
                "offensives": [{"party": "invader", "start": "2019-10-02", "objectives": ["junction"]}],
            },
            "armed_cells": {"attacks": [{"date": "2019-10-04", "facility": "yard"}]},
            "levers": {"guard_floor": {"per_100": 5.0}},
        },
        {"areas": {"south": {"box": [38.1, 36.0, 38.95, 36.5]}}},
    )
    lines = imposed(where.scenario)
    assert lines[0] == "2019-10-03: block passes to invader, handover none"
    assert lines[1].startswith("2019-10-02: the ground of south passes to state; the sites on it keep their guards")
    assert any("presence is 25%" in line for line in lines)
    assert any("invader advances towards junction" in line for line in lines)
    assert any("an attack on yard" in line for line in lines)
    assert any("lever guard_floor: per_100 5" in line for line in lines)
    assert len(lines) == 6


def test_a_quiet_scenario_imposes_nothing() -> None:
    assert imposed(load("quiet-year").scenario) == ()
