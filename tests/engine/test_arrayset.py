"""Agent sets over arrays do what Mesa's own sets of the same agents do, and their aggregates are the arrays'."""

from __future__ import annotations

import copy
import gc
import json
import operator
import pickle
import statistics
import warnings
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import mesa
import numpy as np
import pytest
from mesa.agent import AgentSet

from sim.agents import ArmedCell, Detainee, Facility, Guard, Observer, OccupyingForce, Resident
from sim.engine.arrayset import ArrayAgentSet, RowAgent
from sim.model import DetentionModel
from sim.world.codes import KINDS, STATES

COLUMNS = {
    Facility: ["name", "controller", "custody", "held", "held0", "active", "opening", "escaped", "resident", "guards_present"],
    Detainee: ["state", "kind", "origin", "unit", "in_disorder", "facility", "home", "block", "escapes", "column", "row_of_cell"],
    Resident: ["facility", "state"],
    Guard: ["status", "call", "nerve", "facility", "party", "training"],
    OccupyingForce: ["party", "x", "y", "active"],
    ArmedCell: ["x", "y", "strength"],
    Observer: ["name", "kind", "role"],
}  # fmt: skip


@pytest.fixture(scope="module")
def tiny() -> DetentionModel:
    """One prison on its eighth day: people held, at large and gone."""
    model = DetentionModel("tiny", rng=1, replicate=0)
    model.run_days(8)
    return model


@pytest.fixture(scope="module")
def syria() -> DetentionModel:
    """The theatre of 2019 after three weeks."""
    model = DetentionModel("ne-syria-2019", rng=1)
    model.run_days(21)
    return model


@pytest.fixture(scope="module")
def people(tiny: DetentionModel) -> ArrayAgentSet:
    """The detainees of the tiny model, some in every way different."""
    found = tiny.agents_by_type[Detainee]
    assert len(set(found.get("state"))) > 1
    assert len(set(found.get("origin"))) == 3
    return found


@pytest.fixture(scope="module")
def twin(people: ArrayAgentSet) -> Iterator[AgentSet]:
    """Mesa's own set of the same agents."""
    kept = list(people)  # Mesa's set holds its members weakly
    yield AgentSet(kept, random=people.random)
    kept.clear()


@pytest.mark.parametrize("name", ["tiny", "syria"])
def test_there_are_as_many_agents_as_there_are_rows(name: str, request: pytest.FixtureRequest) -> None:
    model = request.getfixturevalue(name)
    truth = model.truth
    sites = truth.facility
    expected = {
        Facility: len(sites),
        Detainee: len(truth.people),
        Resident: int(sites["held0"][sites["resident"] == 1].sum()),
        Guard: int(sites["guards"].sum()),
        OccupyingForce: len(truth.unit),
        ArmedCell: len(truth.cell),
        Observer: len(model.belief.observer),
    }
    assert {kind: len(agents) for kind, agents in model.agents_by_type.items()} == expected
    assert model.agent_types == list(expected)
    assert len(model.agents) == sum(expected.values())
    theatre = model.resolved.theatre.facilities.values()
    assert expected[Resident] == sum(int(site.residents) for site in theatre if site.regime == "resident")


def test_agents_come_in_order_as_mesa_agents_of_their_kind(syria) -> None:
    for kind, agents in syria.agents_by_type.items():
        first = [agent for agent, _ in zip(agents, range(50), strict=False)]
        assert all(type(agent) is kind and isinstance(agent, mesa.Agent) for agent in first)
        assert [agent.row for agent in first] == sorted(agent.row for agent in first)
        assert all(agent.model is syria for agent in first)
        assert len({agent.unique_id for agent in agents}) == len(agents)


@pytest.mark.parametrize("kind", COLUMNS, ids=lambda kind: kind.__name__)
def test_an_agents_attribute_is_its_entry_in_the_column(syria, kind) -> None:
    agents = syria.agents_by_type[kind]
    some = agents.shuffle().select(at_most=40)
    for name in COLUMNS[kind]:
        column = dict(zip(agents.rows.tolist(), agents.get(name), strict=True))
        assert [getattr(agent, name) for agent in some] == [column[agent.row] for agent in some], name
        assert not any(isinstance(getattr(agent, name), np.generic) for agent in some), name


def test_aggregates_equal_the_arrays(syria) -> None:
    truth, sites = syria.truth, syria.truth.facility
    facilities, detainees = syria.agents_by_type[Facility], syria.agents_by_type[Detainee]
    assert facilities.agg("held", np.sum) == sites["held"].sum()
    assert facilities.agg("escaped", [min, max, np.sum]) == [
        sites["escaped"].min(), sites["escaped"].max(), truth.total["escaped"][0]
    ]  # fmt: skip
    assert detainees.groupby("state").count() == {
        state: int(n) for state, n in zip(STATES, truth.states, strict=True) if n
    }
    for state, n in zip(STATES, truth.states, strict=True):
        assert len(detainees.where(state=state)) == n
    held = detainees.where(state="held").groupby("facility").count()
    names = syria.names.facilities
    assert held == {
        name: int(n)
        for name, n, resident in zip(names, sites["held"], sites["resident"], strict=True)
        if n and not resident
    }
    assert detainees.agg("in_disorder", np.sum) == sites["active"].sum()
    guards = syria.agents_by_type[Guard].where(status="on site").groupby("facility").count()
    assert guards == {name: int(n) for name, n in zip(names, sites["on_site"], strict=True) if n} != {}
    left = syria.agents_by_type[Resident].where(state="left freely")
    assert len(left) == truth.total["left_freely"][0] > 0
    kinds = detainees.groupby("kind").count()
    assert kinds == {kind: int(n) for kind, n in zip(KINDS, np.bincount(truth.people["kind"]), strict=True)}


def test_people_stand_where_the_arrays_say(tiny, people) -> None:
    site = tiny.agents_by_type[Facility][0]
    assert site.cell is tiny.grid[site.pos]
    for person in people:
        if person.state == "held":
            assert person.cell is site.cell
        elif person.state == "at_large":
            assert person.cell is tiny.grid[person.pos]
            assert person.pos == (person.column, person.row_of_cell)
        else:
            assert person.cell is None
            assert person.pos is None


SAME: dict[str, Callable[[Any], Any]] = {
    "iterate": list,
    "to_list": lambda s: s.to_list(),
    "select by a function": lambda s: list(s.select(lambda a: a.kind == "fighter" and a.row % 3 == 0)),
    "select so many": lambda s: list(s.select(at_most=7)),
    "select more than there are": lambda s: list(s.select(at_most=700)),
    "select a share": lambda s: list(s.select(at_most=0.25)),
    "select none of them": lambda s: list(s.select(at_most=0)),
    "select a kind": lambda s: list(s.select(agent_type=Detainee)),
    "select another kind": lambda s: list(s.select(agent_type=Guard)),
    "select some of those that": lambda s: list(s.select(lambda a: a.origin == "local", at_most=3)),
    "get one": lambda s: s.get("state"),
    "get many": lambda s: s.get(["state", "block", "row"]),
    "get with a default": lambda s: s.get("shoe_size", handle_missing="default", default_value=41),
    "get many with a default": lambda s: s.get(["block", "shoe_size"], "default"),
    "get a place": lambda s: s.get("pos"),
    "aggregate by one": lambda s: s.agg("row_of_cell", max),
    "aggregate by many": lambda s: s.agg("row_of_cell", [min, max, sum, np.mean]),
    "group by a name": lambda s: {key: list(group) for key, group in s.groupby("state")},
    "group by a function": lambda s: {key: list(group) for key, group in s.groupby(lambda a: a.row % 3)},
    "group into lists": lambda s: dict(s.groupby("state", result_type="list")),
    "count groups": lambda s: s.groupby("origin").count(),
    "aggregate groups": lambda s: s.groupby("origin").agg("row_of_cell", max),
    "map groups": lambda s: s.groupby("origin").map(len),
    "map groups by name": lambda s: s.groupby("origin").map("get", "row"),
    "sort by a function, rising": lambda s: list(s.sort(lambda a: a.row * 7 % 60, ascending=True)),
    "sort by a function": lambda s: list(s.sort(lambda a: a.row * 7 % 60)),
    "sort by a column, rising": lambda s: list(s.sort("origin", ascending=True)),
    "map a function": lambda s: s.map(lambda a, n: a.row + n, 2),
    "map a method": lambda s: s.map("__repr__"),
    "slice": lambda s: s[10:14],
    "one from the end": lambda s: s[-1],
    "index": lambda s: s.index(s[5]),
    "count one": lambda s: s.count(s[5]),
    "reversed": lambda s: list(reversed(s)),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning", "ignore::FutureWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("asked", SAME)
def test_the_answer_is_that_of_mesas_own_set(people, twin, asked: str) -> None:
    assert SAME[asked](people) == SAME[asked](twin)


AMISS: dict[str, Callable[[Any], Any]] = {
    "sort by a column": lambda s: list(s.sort("origin")),
    "sort by two": lambda s: list(s.sort(lambda a: (a.origin, -a.row), ascending=True)),
    "sort by number": lambda s: list(s.sort("unique_id", ascending=True)),
    "aggregate numbers": lambda s: s.agg("unique_id", len),
    "aggregate places": lambda s: s.agg("pos", len),
    "group by place": lambda s: s.groupby("pos").count(),
    "unite with itself": lambda s: len(s | s),
    "sort nobody": lambda s: list(s.select(lambda a: False).sort("origin")),
    "group nobody": lambda s: s.select(lambda a: False).groupby("origin").count(),
}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("asked", AMISS)
def test_the_rarer_answer_is_that_of_mesas_own_set_too(people, twin, asked: str) -> None:
    assert AMISS[asked](people) == AMISS[asked](twin)


def test_an_unknown_way_to_handle_what_is_missing_is_an_error(people) -> None:
    with pytest.raises(ValueError, match="handle_missing"):
        people.get("block", handle_missing="maybe")


def test_nobody_can_be_asked_for_more(people) -> None:
    assert len(people.select(lambda agent: False).where(state="held")) == 0


def test_sets_of_two_kinds_unite_in_one_of_several(tiny) -> None:
    sites, guards = tiny.agents_by_type[Facility], tiny.agents_by_type[Guard]
    both = sites | guards
    assert list(both) == [*sites, *guards]
    assert both & guards == guards
    with pytest.raises(TypeError, match="one kind"):
        ArrayAgentSet([sites[0], guards[0]])
    with pytest.raises(TypeError, match="one kind"):
        sites.copy().add(guards[0])


OPERATORS = [operator.and_, operator.or_, operator.sub, operator.xor]


@pytest.mark.parametrize("operation", OPERATORS)
def test_what_sets_are_combined_to_draws_by_the_models_random_numbers(tiny, people, operation) -> None:
    made = operation(people.where(kind="fighter"), people.where(state="held"))
    assert made.random is people.random is tiny.random
    made.shuffle()


def test_a_set_of_nobody_without_random_numbers_warns_as_mesas_does() -> None:
    with pytest.warns(UserWarning, match="random number generator"):
        ArrayAgentSet([])
    with pytest.warns(UserWarning, match="random number generator"):
        AgentSet([])


STORED = {"block": int, "row_of_cell": int, "state": str, "in_disorder": bool}


@pytest.mark.parametrize("name", STORED)
def test_no_narrow_type_of_storage_leaks(people, name) -> None:
    kind = STORED[name]
    assert {type(value) for value in people.get(name)} == {kind}
    assert {type(value) for value in people.values(name).tolist()} == {kind}
    assert people.values(name).dtype in (np.int64, np.bool_, object)
    for found in (
        people.agg(name, [max, min, list]),
        people.groupby("state").agg(name, max),
        people.groupby(name).count(),
    ):
        json.dumps(found)
    assert type(people.agg(name, max)) is kind
    assert kind is str or type(people.agg(name, np.max)) is kind


def test_sums_do_not_overflow(syria) -> None:
    detainees = syria.agents_by_type[Detainee]
    blocks = [int(block) for block in syria.truth.people["block"]]
    assert sum(blocks) > np.iinfo(np.int16).max
    assert detainees.agg("block", sum) == sum(blocks)
    assert detainees.agg("block", statistics.pstdev) == pytest.approx(np.std(blocks))


def test_a_data_frame_has_a_row_for_every_agent(tiny, people) -> None:
    frame = people.to_pandas()
    assert list(frame.columns) == list(Detainee.columns()) and len(frame) == 60
    assert [tiny.agent(number) for number in frame.index] == list(people)
    assert frame["state"].tolist() == people.get("state")
    some = people.where(state="at_large").to_pandas(["home", "origin"])
    assert list(some.columns) == ["home", "origin"] and len(some) == len(people.where(state="at_large"))
    assert "at_large" in people._repr_html_() and "60 agents" in people._repr_html_()
    assert repr(people) == "<60 agents: Detainee>"


def test_unique_ids_are_numbers_of_their_own(syria) -> None:
    numbers = [agent.unique_id for agents in syria.agents_by_type.values() for agent in agents]
    assert {type(number) for number in numbers} == {int}
    assert len(set(numbers)) == len(numbers) and min(numbers) == 1
    visitor = mesa.Agent(syria)
    assert visitor.unique_id > max(numbers) and syria.agent(visitor.unique_id) is visitor
    visitor.remove()
    with pytest.raises(KeyError):
        syria.agent(visitor.unique_id)


def test_mesas_own_set_can_hold_the_agents(people) -> None:
    theirs = AgentSet(people)
    gc.collect()
    assert len(theirs) == 60
    assert set(theirs) == set(people)


def test_one_agent_of_many_is_quickly_had(syria) -> None:
    agents = syria.agents
    everyone = list(agents)
    assert [agents[k] for k in (0, 1000, -1, len(agents) - 1)] == [everyone[k] for k in (0, 1000, -1, -1)]
    assert agents[5:20000:4000] == everyone[5:20000:4000] and agents[-3:] == everyone[-3:]
    for k in (len(agents), -len(agents) - 1):
        with pytest.raises(IndexError):
            agents[k]
    fresh = DetentionModel("ne-syria-2019", rng=1)
    chosen = [Random(seed).choice(fresh.agents) for seed in range(20)]
    assert len({type(agent) for agent in chosen}) > 1
    assert sum(len(views) for views in fresh.views.values()) <= 20, "only those asked for are made"


@pytest.mark.parametrize(
    "ask", [lambda s: s.get("shoe_size"), lambda s: s.get(["block", "shoe_size"]), lambda s: s.agg("shoe_size", max),
            lambda s: s.where(shoe_size=41), lambda s: s.groupby("shoe_size"), lambda s: s.sort("shoe_size"),
            lambda s: s[0].shoe_size, lambda s: s.values("shoe_size")]
)  # fmt: skip
def test_an_unknown_name_is_an_error(people, ask) -> None:
    with pytest.raises(AttributeError, match="shoe_size"):
        ask(people)


def test_where_is_select_without_a_look_at_each(people) -> None:
    expected = people.select(lambda a: a.state == "at_large" and a.origin == "local")
    assert list(people.where(state="at_large", origin="local")) == list(expected)
    assert list(people.where()) == list(people)
    assert len(people.where(state="on the moon").where(kind="fighter")) == 0


def test_a_set_of_nobody_is_still_a_set(people) -> None:
    nobody = people.where(state="on the moon")
    assert (len(nobody), list(nobody), nobody.get("state"), nobody.agg("block", len)) == (0, [], [], 0)
    assert list(nobody.shuffle()) == list(nobody.sort("block")) == []
    assert people[0] not in nobody


def test_two_views_of_a_row_are_one_agent(tiny, people) -> None:
    other = DetentionModel("tiny", rng=1)
    assert people[3] == people[3]
    assert people[3] is people[3] is Detainee.of(tiny, 3)
    assert people[3] == Detainee(tiny, 3) and people[3] is not Detainee(tiny, 3)
    assert hash(people[3]) == hash(people[3])
    assert people[3] != people[4]
    assert people[3] != other.agents_by_type[Detainee][3]
    assert people[3] != tiny.agents_by_type[Guard][3]
    assert len({*people, *people}) == len(people)
    assert repr(people[3]) == "Detainee(3)"


def test_membership(tiny, people) -> None:
    other = DetentionModel("tiny", rng=1)
    assert people[3] in people
    assert people[3] not in people.select(lambda agent: agent.row > 3)
    assert tiny.agents_by_type[Guard][3] not in people
    assert other.agents_by_type[Detainee][3] not in people
    assert "Detainee(3)" not in people
    assert Detainee(tiny, len(people)) not in people


def test_equality_and_inclusion_of_sets(people) -> None:
    held = people.where(state="held")
    assert people.shuffle() == people
    assert held != people
    assert held < people
    assert list(people & held) == list(held)
    assert (people - held) == people.select(lambda agent: agent.state != "held")


def test_a_copy_stands_on_its_own(people) -> None:
    before = list(people)
    duplicate = copy.copy(people)
    assert list(duplicate) == before
    duplicate.select(at_most=2, inplace=True)
    assert [len(duplicate), list(people)] == [2, before]


def test_reordering_leaves_the_set_unless_told_otherwise(people) -> None:
    before = list(people)
    shuffled = people.shuffle()
    assert list(people) == before
    assert list(shuffled) != before
    assert sorted(agent.row for agent in shuffled) == [agent.row for agent in before]
    mine = copy.copy(people)
    assert mine.shuffle(inplace=True) is mine
    assert list(mine) != before
    assert mine.sort("block", ascending=True, inplace=True) is mine
    assert mine.sort(lambda agent: agent.row, ascending=True, inplace=True) is mine
    assert list(mine) == before


def test_a_shuffle_takes_mesas_random_numbers(people) -> None:
    def shuffled(seed: int) -> list[RowAgent]:
        mine = copy.copy(people)
        mine.random = Random(seed)
        return list(mine.shuffle())

    assert shuffled(1) == shuffled(1) != shuffled(2)


def test_do_and_shuffle_do_reach_every_agent_once(people) -> None:
    seen: list[RowAgent] = []
    assert people.do(lambda agent, note: seen.append((agent, note)), note=1) is people
    assert seen == [(agent, 1) for agent in people]
    seen.clear()
    people.shuffle_do(lambda agent: seen.append(agent))
    assert seen != list(people)
    assert set(seen) == set(people)
    assert people.do("__repr__") is people


CHANGES: dict[str, Callable[[Any], Any]] = {
    "add": lambda s: s.add(s[0]),
    "discard": lambda s: s.discard(s[0]),
    "remove": lambda s: s.remove(s[0]),
    "pop": lambda s: s.pop(),
    "clear": lambda s: s.clear(),
    "subtract": lambda s: s.__isub__(s),
    "select in place": lambda s: s.select(lambda agent: agent.row > 1, inplace=True),
    "select all in place": lambda s: s.select(inplace=True),
    "shuffle in place": lambda s: s.shuffle(inplace=True),
    "sort in place": lambda s: s.sort("row", inplace=True),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("of", ["one kind", "every kind"])
def test_the_models_sets_are_not_the_users_to_change(tiny, people, change, of: str) -> None:
    before = list(tiny.agents)
    with pytest.raises(TypeError, match="agents of this model"):
        CHANGES[change](people if of == "one kind" else tiny.agents)
    assert list(tiny.agents) == before


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("of", ["one kind", "every kind", "selected"])
def test_a_copy_changes_as_mesas_own_set_does(tiny, people, change, of: str) -> None:
    mine = {"one kind": people, "every kind": tiny.agents, "selected": people.select(at_most=9)}[of].copy()
    theirs = AgentSet(list(mine), random=Random(3))
    mine.random = Random(3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        CHANGES[change](mine)
        CHANGES[change](theirs)
    assert list(mine) == list(theirs)
    assert len(people) == 60


def test_a_member_of_a_copy_comes_and_goes(people) -> None:
    some, other = people.select(at_most=3), people[7]
    some.add(other)
    some.add(other)
    assert [agent.row for agent in some] == [0, 1, 2, 7]
    some.remove(other)
    with pytest.raises(KeyError):
        some.remove(other)
    some.discard(other)
    assert [agent.row for agent in some] == [0, 1, 2]
    several = people.model.agents.select(at_most=2)
    several.add(other)
    assert list(several)[-1] == other
    several.discard(other)
    assert other not in several


MADE: dict[str, Callable[[Any], Any]] = {
    "remove one": lambda model: model.agents_by_type[Detainee][0].remove(),
    "remove all": lambda model: model.remove_all_agents(),
    "register": lambda model: model.register_agent(Detainee(model, 0)),
    "deregister": lambda model: model.deregister_agent(Detainee(model, 0)),
    "create": lambda model: Detainee.create_agents(model, 3),
    "create from a frame": lambda model: Detainee.from_dataframe(model, None),
}


@pytest.mark.parametrize("ask", MADE)
def test_who_exists_is_for_the_scenario_and_the_rules_to_say(tiny, ask) -> None:
    before = len(tiny.agents)
    with pytest.raises(TypeError, match="agents of this model"):
        MADE[ask](tiny)
    assert len(tiny.agents) == before


@pytest.mark.parametrize("kind", COLUMNS, ids=lambda kind: kind.__name__)
def test_columns_are_read_only(syria, kind) -> None:
    agents = syria.agents_by_type[kind]
    before = agents.get(COLUMNS[kind])
    for name in COLUMNS[kind]:
        with pytest.raises(AttributeError, match="rules write"):
            setattr(agents[0], name, getattr(agents[0], name))
        with pytest.raises(AttributeError, match="rules write"):
            agents.set(name, 0)
    assert agents.get(COLUMNS[kind]) == before


def test_all_agents_together(tiny) -> None:
    everyone = tiny.agents
    parts = list(tiny.agents_by_type.values())
    assert list(everyone) == [agent for part in parts for agent in part]
    assert all(part[0] in everyone for part in parts if len(part))
    assert len(everyone.select(agent_type=Guard)) == len(tiny.agents_by_type[Guard])
    assert everyone.groupby(type).count() == {kind: len(s) for kind, s in tiny.agents_by_type.items() if len(s)}
    assert everyone.get("row") == [agent.row for agent in everyone]
    assert everyone.agg("row", [min, max]) == [0, 59]
    assert everyone[:2] == [Facility(tiny, 0), Detainee(tiny, 0)]
    assert everyone.to_list() == list(copy.copy(everyone)) == list(everyone)
    assert set(everyone.shuffle()) == set(everyone)
    assert everyone.sort("row")[0].row == 59
    assert sorted(everyone.map("__repr__")) == sorted(repr(agent) for agent in everyone)
    with pytest.raises(AttributeError):
        tiny.agents = []


def test_an_agent_of_the_users_own_is_among_them() -> None:
    model = DetentionModel("tiny", rng=1)
    before = len(model.agents)
    visitor = mesa.Agent(model)
    assert visitor in model.agents
    assert len(model.agents) == before + 1
    model.step()
    visitor.remove()
    assert len(model.agents) == before


def test_a_set_pickles_with_its_model(people) -> None:
    some = people.where(kind="fighter").select(at_most=5)
    again = pickle.loads(pickle.dumps(some))
    assert again.get(["row", "state"]) == some.get(["row", "state"])
    assert [agent.row for agent in again] == [agent.row for agent in some]
    assert again[0].model is again.model


def test_observers_tell_what_they_claim(tiny) -> None:
    claims = {observer.name: observer.claims() for observer in tiny.agents_by_type[Observer]}
    told = tiny.belief.pair["claim"][0]
    expected = {
        name: {"lone-prison": float(n)} if n == n else {} for name, n in zip(tiny.names.observers, told, strict=True)
    }
    assert claims == expected
    assert any(claims.values())
