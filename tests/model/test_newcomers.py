"""Newcomers: who takes a site may seize the people in it, and who loses it may bring them away."""

from __future__ import annotations

import numpy as np

from sim.scenario.resolved import Resolved
from tests.model.worlds import ensemble, world
from tests.oracle.cases import people, prison


def stormed(seize: float, handover: str = "none") -> Resolved:
    """A prison that another party takes on the second morning, as at Jericho in 2006."""
    return world(
        {
            "days": 5,
            "control": {
                "changes": [{"date": "2019-10-02T09:00", "facility": "block", "to": "invader"}],
                "handover": handover,
            },
        },
        {
            "facilities": {"block": prison(36.41, 38.53, people(200), 20)},
            "parties": {"invader": {"custody": {"seize": seize}}},
        },
    )


def test_nobody_gets_out_of_a_site_that_is_seized_on_arrival() -> None:
    left, seized, some = (ensemble(stormed(p), 100).run["escaped_abandonment"] for p in (0.0, 1.0, 0.5))
    assert (seized == 0).all()
    assert np.median(left) > 100
    assert abs(float((some == 0).mean()) - 0.5) < 1.96 * 0.5 / 10 + float((left == 0).mean())
    assert ((some == seized) | (some == left)).all(), "a site is seized or not, and all else is the same"


def test_a_formal_handover_is_no_seizure() -> None:
    one, other = ensemble(stormed(1.0, "formal"), 5), ensemble(stormed(0.0, "formal"), 5)
    assert one.run.tobytes() == other.run.tobytes()


def threatened(held: int, evacuate: float) -> Resolved:
    """A site 35 km behind the front, another of the same party 40 km further on; a unit comes at 20 km a day."""
    return world(
        {
            "days": 6,
            "guards": {"flee_km": 0.5},
            "control": {
                "offensives": [
                    {"party": "invader", "start": "2019-10-01T06:00", "from": "border", "objectives": ["block"],
                     "km_per_day": 20.0},
                ],
                "reach_km": 5.0,
                "pace_sd": 0.2,
            },
        },
        {
            "facilities": {
                "block": prison(36.45, 38.53, people(held), held / 10),
                "haven": prison(36.06, 38.53, people(100), 20),
            },
            "parties": {"keeper": {"custody": {"evacuate": evacuate}}},
        },
    )  # fmt: skip


def test_a_small_prison_is_emptied_in_time_and_a_camp_of_thousands_is_not() -> None:
    for held, most, least in ((60, 1.0, 0.95), (5000, 0.1, 0.0)):
        stayed, left = ensemble(threatened(held, 0.0), 20), ensemble(threatened(held, 1.0), 20)
        assert (stayed.run["moved"] == 0).all()
        moved = left.run["moved"] / held
        assert least <= float(np.median(moved)) <= most, (held, np.median(moved))
        assert (left.run["facilities_lost"] > 0).all()
        gone = left.run["escaped"].mean() / max(1.0, stayed.run["escaped"].mean())
        assert gone < 0.1 if held == 60 else gone > 0.8, (held, gone)


def test_people_go_where_the_enemy_is_not_or_out_of_the_theatre() -> None:
    where = ensemble(threatened(60, 1.0), 10)
    assert (where.at("haven")["held"] > 150).mean() > 0.5
    alone = world(
        where_scenario(), {"facilities": {"block": prison(36.45, 38.53, people(60), 6)},
                           "parties": {"keeper": {"custody": {"evacuate": 1.0}}}},
    )  # fmt: skip
    rows = ensemble(alone, 10).run
    assert (rows["moved"] == 0).all()
    assert np.median(rows["transferred"]) > 50


def where_scenario() -> dict[str, object]:
    """The scenario of `threatened`, to be used with another theatre."""
    return threatened(60, 1.0).scenario.model_dump(by_alias=True, exclude_unset=True)
