"""A name of a facility, party, area or place is checked because of its declared type, wherever it stands."""

from typing import Annotated, get_args

import pytest
from pydantic import Field

from sim.scenario import loader
from sim.scenario.declare import ActionDate, Date, Refers, Section
from sim.scenario.errors import InputError
from sim.scenario.fields import GROUPS, Kind, keys_of, marked
from sim.scenario.parameters import Levers, Scenario
from sim.scenario.theatre import AreaName, FacilityName, PartyName, PlaceName, Theatre


class Watch(Section):
    """Part of the new lever below."""

    by: PartyName
    area: AreaName | None = None


class Lockdown(Section):
    """A lever that no other code knows of."""

    facilities: list[FacilityName] = Field(default_factory=list)
    origin: Annotated[list[PlaceName], Field(min_length=1, alias="from")]
    watches: dict[FacilityName, Watch] = Field(default_factory=dict)
    pairs: list[tuple[Date, PartyName]] = Field(default_factory=list)
    start: ActionDate | None = None


class MoreLevers(Levers):
    """All levers, and the new one."""

    lockdown: Lockdown | None = None


class MoreScenario(Scenario):
    """A scenario in which the new lever may stand."""

    levers: MoreLevers = MoreLevers()


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """The new lever is declared, and nothing else is told of it."""
    monkeypatch.setattr(loader, "Scenario", MoreScenario)
    monkeypatch.setattr(loader, "SCENARIO", Kind(model=MoreScenario, text="a mapping"))


LEVER = """\
levers:
  lockdown:
    facilities:
      - hasakah
      - hasaka
    from: [crosing]
    watches:
      hasakah: {by: turky, area: bordr}
      al-hol-man: {by: us}
    start: 2031-01-01
"""


def test_a_new_lever_has_its_names_checked_at_their_lines(write, scenario_text: str, declared: None) -> None:
    first = scenario_text.count("\n") + 1
    with pytest.raises(InputError) as caught:
        loader.load(write("s.yaml", scenario_text + LEVER))
    assert [(p.line - first, p.key.removeprefix("levers.lockdown."), p.problem, p.expected) for p in caught.value.problems] == [
        (4, "facilities.1", "unknown facility `hasaka`", "did you mean `hasakah`?"),
        (5, "from.0", "unknown place or facility `crosing`", "did you mean `crossing`?"),
        (7, "watches.hasakah.by", "unknown party `turky`", "did you mean `turkey`?"),
        (7, "watches.hasakah.area", "unknown area `bordr`", "did you mean `border`?"),
        (8, "watches.al-hol-man", "unknown facility `al-hol-man`", "did you mean `al-hol-main`?"),
    ]  # fmt: skip


def test_a_new_lever_whose_names_are_known_is_taken_and_its_date_noted(write, scenario_text, declared: None) -> None:
    right = LEVER.replace("hasaka\n", "hasakah\n").replace("crosing", "crossing").replace("turky", "turkey")
    right = right.replace("bordr", "border").replace("man:", "main:")
    found = loader.load(write("s.yaml", scenario_text + right))
    assert any("levers.lockdown.start: 2031-01-01 is after the horizon" in note for note in found.notes)


def test_texts_are_found_in_lists_tuples_mappings_and_sections_alike() -> None:
    lever = Lockdown.model_validate(
        {"from": ["a", "b"], "watches": {"c": {"by": "d"}}, "pairs": [("2019-01-01", "e")]}, strict=False
    )
    found = {(where, refers.what, name) for where, refers, name in marked(lever, Refers)}
    assert found == {
        (("from", 0), "place or facility", "a"),
        (("from", 1), "place or facility", "b"),
        (("watches", "c"), "facility", "c"),
        (("watches", "c", "by"), "party", "d"),
        (("pairs", 0, 1), "party", "e"),
    }


def test_the_groups_are_those_a_theatre_declares() -> None:
    members = {
        key for key, info in keys_of(Theatre).items() if str(info.annotation).startswith("dict") and key != "defaults"
    }
    assert set(GROUPS) == members == {"parties", "areas", "places", "facilities", "cells"}
    for name_type in (FacilityName, PartyName, AreaName, PlaceName):
        (refers,) = (mark for mark in get_args(name_type) if isinstance(mark, Refers))
        assert set(refers.groups) <= set(GROUPS)
