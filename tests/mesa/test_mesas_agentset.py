"""Mesa's own tests of agent sets, held against sets over arrays and, with the same agents, against Mesa's own.

Adapted from tests/test_agentset.py of Mesa 3.5.1, Copyright 2014-2024 Core Mesa Team and contributors, licensed under
the Apache License, Version 2.0 (http://www.apache.org/licenses/LICENSE-2.0): the agents are views onto rows of a
`DetentionModel`, attributes are its columns where Mesa's tests set their own, and each test runs for each kind of set.
What differs on purpose is at the end, and in docs/mesa.md.
"""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from mesa import Agent
from mesa.agentset import AgentSet

from sim.agents import Detainee, Guard
from sim.engine.arrayset import ArrayAgentSet, EveryAgent
from sim.model import DetentionModel

SETS = {"Mesa's": AgentSet, "of one kind": ArrayAgentSet, "of any kind": EveryAgent}
SEVERAL = {name: SETS[name] for name in ("Mesa's", "of any kind")}
Make = Callable[..., Any]


@pytest.fixture(params=SETS.values(), ids=SETS)
def make(request: pytest.FixtureRequest) -> Make:
    """A kind of set."""
    return request.param


@pytest.fixture
def model() -> DetentionModel:
    """One prison on its eighth day, when people differ."""
    made = DetentionModel("tiny", rng=1, replicate=0)
    made.run_days(8)
    return made


@pytest.fixture
def agents(model: DetentionModel) -> list[Detainee]:
    """Ten agents."""
    return model.agents_by_type[Detainee].to_list()[:10]


def test_agentset(make: Make, agents: list[Detainee]) -> None:
    agentset = make(agents)
    assert agents[0] in agentset
    assert len(agentset) == len(agents)
    assert agentset.to_list()[0:5] == agents[0:5]
    assert list(agentset) == agents

    def late(agent: Detainee) -> bool:
        return agent.row >= 5

    assert len(agentset.select(at_most=0.2)) == 2
    assert len(agentset.select(at_most=0.549)) == 5
    assert len(agentset.select(at_most=0.09)) == 0
    assert len(agentset.select(at_most=1.0)) == 10
    assert len(agentset.select(at_most=1)) == 1
    assert len(agentset.select(late)) == 5
    assert len(agentset.select(late, at_most=2)) == 2
    assert len(agentset.select(late, inplace=True)) == 5
    assert agentset.select(inplace=True) == agentset
    assert list(agentset.select()) == list(agentset) == agents[5:]
    assert list(agentset.select(at_most=3)) == agentset.to_list()[:3]
    assert len(agentset.shuffle(inplace=False).select(at_most=5)) == 5
    assert list(agentset.sort(lambda agent: agent.unique_id, ascending=False)) == agentset.to_list()[::-1]
    assert list(agentset.sort("unique_id", ascending=False)) == agentset.to_list()[::-1]
    assert agentset.get("unique_id") == [agent.unique_id for agent in agentset]
    assert agentset == agentset.do("__repr__")
    agentset.discard(agents[5])
    assert agents[5] not in agentset
    agentset.discard(agents[5])
    with pytest.raises(KeyError):
        agentset.remove(agents[5])
    agentset.add(agents[0])
    assert agents[0] in agentset
    others, another = pickle.loads(pickle.dumps([agents, make(agents)]))
    assert [agent.unique_id for agent in another] == [agent.unique_id for agent in others]


def test_agentset_initialization(make: Make, model: DetentionModel, agents: list[Detainee]) -> None:
    assert len(make([], random=model.random)) == 0
    with pytest.warns(UserWarning, match="No Agents specified"):
        nobody = make([])
    assert len(nobody) == 0
    assert len(make(agents)) == 10


def test_agentset_initialization_w_random(make: Make, model: DetentionModel, agents: list[Detainee]) -> None:
    assert make([], random=model.random).random == model.random
    assert make(agents).random == model.random


def test_agentset_serialization(make: Make, agents: list[Detainee]) -> None:
    kept, again = pickle.loads(pickle.dumps((agents, make(agents))))
    assert [agent.unique_id for agent in again] == [agent.unique_id for agent in agents]


def test_agent_membership(make: Make, model: DetentionModel, agents: list[Detainee]) -> None:
    assert agents[0] in make(agents)
    assert model.agents_by_type[Detainee][20] not in make(agents)


def test_agent_add_remove_discard(make: Make, model: DetentionModel, agents: list[Detainee]) -> None:
    agentset, agent = make([], random=model.random), agents[0]
    agentset.add(agent)
    assert agent in agentset
    agentset.remove(agent)
    assert agent not in agentset
    agentset.add(agent)
    agentset.discard(agent)
    assert agent not in agentset
    with pytest.raises(KeyError):
        agentset.remove(agent)


def test_agentset_to_list(make: Make, agents: list[Detainee]) -> None:
    agentset = make(agents)
    found = agentset.to_list()
    assert isinstance(found, list) and found == agents
    found.pop()
    assert len(agentset) == 10


@pytest.mark.filterwarnings("ignore:AgentSet.__getitem__:PendingDeprecationWarning")
def test_agentset_get_item(make: Make, agents: list[Detainee]) -> None:
    agentset = make(agents)
    assert agentset[0] == agents[0]
    assert agentset[-1] == agents[-1]
    assert agentset[1:3] == agents[1:3]
    with pytest.raises(IndexError):
        agentset[20]


@pytest.mark.parametrize("way", ["by name", "by function"])
def test_agentset_do(make: Make, model: DetentionModel, agents: list[Detainee], way: str) -> None:
    agentset = make(agents)
    with pytest.raises(AttributeError):
        agentset.do("non_existing_method" if way == "by name" else lambda agent: agent.non_existing_method())
    others = iter(model.agents_by_type[Detainee].to_list()[10:20])
    agentset.do(lambda agent: agentset.add(next(others)))  # a set may grow while it iterates
    assert len(agentset) == 20
    agentset.do(agentset.remove)
    assert len(agentset) == 0


def test_agentset_get(make: Make, agents: list[Detainee]) -> None:
    agentset = make(agents)
    assert agentset.get(["row", "kind"]) == [[agent.row, agent.kind] for agent in agents]
    with pytest.raises(AttributeError):
        agentset.get("unknown_attribute")
    assert all(agentset.get("unknown_attribute", handle_missing="default", default_value=True))
    mixed = agentset.get(["row", "unknown_attribute"], handle_missing="default", default_value=True)
    assert mixed == [[agent.row, True] for agent in agents]
    with pytest.raises(ValueError, match="handle_missing"):
        agentset.get("unknown_attribute", handle_missing="some nonsense value")


def test_agentset_agg(make: Make, agents: list[Detainee]) -> None:
    agentset = make(agents)
    assert [agentset.agg("row", f) for f in (min, max, sum, np.mean)] == [0, 9, 45, 4.5]

    def custom(values: list[int]) -> float:
        return sum(values) / len(values)

    assert agentset.agg("row", custom) == 4.5
    assert agentset.agg("row", [min, max]) == [0, 9]
    assert list(agentset.agg("row", (min, max, sum))) == [0, 9, 45]
    assert agentset.agg("row", [min, max, np.mean, custom]) == [0, 9, 4.5, 4.5]


@pytest.mark.parametrize("method", ["get_it", "by function"])
def test_agentset_map(make: Make, agents: list[Detainee], method: str) -> None:
    agentset = make(agents)
    with pytest.raises(AttributeError):
        agentset.map("non_existing_method" if method == "get_it" else lambda agent: agent.non_existing_method())
    found = agentset.map("__repr__" if method == "get_it" else repr)
    assert found == [repr(agent) for agent in agents]


def test_agentset_shuffle_do(make: Make, model: DetentionModel) -> None:
    everybody = model.agents_by_type[Detainee].to_list()
    agentset = make(everybody)
    seen: list[Detainee] = []
    agentset.shuffle_do(seen.append)
    assert seen != everybody and set(seen) == set(everybody)
    assert list(agentset) == everybody


@pytest.mark.parametrize("make", SEVERAL.values(), ids=SEVERAL)
def test_agentset_select_by_type(make: Make, model: DetentionModel, agents: list[Detainee]) -> None:
    guards = model.agents_by_type[Guard].to_list()[:3]
    agentset = make([*agents[:4], *guards], random=model.random)
    assert list(agentset.select(agent_type=Detainee)) == agents[:4]
    assert list(agentset.select(agent_type=Guard)) == guards
    assert len(agentset.select()) == 7


def test_agentset_shuffle(make: Make, model: DetentionModel) -> None:
    people = model.agents_by_type[Detainee].to_list()[:12]
    assert list(make(people, random=model.random).shuffle()) != people
    agentset = make(people, random=model.random)
    agentset.shuffle(inplace=True)
    assert list(agentset) != people


def test_agentset_groupby(make: Make, agents: list[Detainee]) -> None:
    agentset = make(agents)

    def even(agent: Detainee) -> bool:
        return agent.row % 2 == 0

    groups = agentset.groupby(even)
    assert (len(groups), groups.count()) == (2, {True: 5, False: 5})
    assert all(len(group) == 5 and name in (True, False) for name, group in groups)
    assert agentset.groupby(even, result_type="list").map(len) == {True: 5, False: 5}
    assert agentset.groupby("row").map("get", "row") == {k: [k] for k in range(10)}
    assert groups.do("do", "__repr__") == groups
    assert groups.do(lambda group: group.do("__repr__")) == groups
    assert groups.agg("row", sum) == {True: 20, False: 25}
    assert groups.agg("row", max) == {True: 8, False: 9}
    assert groups.agg("row", lambda values: sum(values) / len(values)) == {True: 4.0, False: 5.0}


def test_views_of_the_models_own_set_stand_on_their_own(model: DetentionModel) -> None:
    """Mesa's `test_hardkeyagentset_downgrade`: what is derived from the model's own set is no longer that."""
    own = model.agents_by_type[Detainee]
    whole = len(own)
    for derived in (own.select(at_most=5), own.shuffle(), own.copy(), copy.copy(own), own.sort("row")):
        assert derived is not own
        derived.clear()
        assert len(derived) == 0
    for group in own.groupby(lambda agent: agent.row % 2).groups.values():
        group.clear()
    for group in own.groupby(lambda agent: agent.row % 2, result_type="list").groups.values():
        assert isinstance(group, list)
    assert len(own) == whole


class AgentWithRemove(Agent):
    """An agent of a user's own, which removes another, as in Mesa's `test_agentset_shuffle_do`."""

    is_alive = True

    def remove(self) -> None:
        super().remove()
        self.is_alive = False

    def step(self) -> None:
        assert self.is_alive
        other = self.random.choice(self.model.agents_by_type[AgentWithRemove])
        if other is not self:
            other.remove()


def test_agents_of_a_users_own_may_remove_each_other(model: DetentionModel) -> None:
    before = len(model.agents)
    AgentWithRemove.create_agents(model, 100)
    assert len(model.agents) == before + 100
    model.agents.shuffle_do("step")
    assert before < len(model.agents) < before + 100


DIFFERENCES: dict[str, tuple[type[Exception], Callable[[Any, list[Any]], Any]]] = {
    "attributes are columns: a view takes none (Mesa's test_agentset_set_method)": (
        AttributeError, lambda agentset, agents: agentset.set("health", 100)
    ),
    "the model's own sets refuse changes in place (test_hardkeyagentset_inplace)": (
        TypeError, lambda agentset, agents: agents[0].model.agents_by_type[Detainee].sort("row", inplace=True)
    ),
    "and changes of members (test_hardkeyagentset_add_remove)": (
        TypeError, lambda agentset, agents: agents[0].model.agents_by_type[Detainee].remove(agents[0])
    ),
    "agents are not made by hand (create_agents in test_agent.py)": (
        TypeError, lambda agentset, agents: Detainee.create_agents(agents[0].model, 1)
    ),
    "nor removed (test_hardkeyagentset_str)": (TypeError, lambda agentset, agents: agents[0].remove()),
}  # fmt: skip


@pytest.mark.parametrize("difference", DIFFERENCES)
def test_what_differs_from_mesa_on_purpose_says_so(agents: list[Detainee], difference: str) -> None:
    error, ask = DIFFERENCES[difference]
    with pytest.raises(error, match="model"):
        ask(ArrayAgentSet(agents), agents)


def test_indexing_warns_of_nothing(agents: list[Detainee], recwarn: pytest.WarningsRecorder) -> None:
    """Mesa's `test_agentset_get_item` expects a PendingDeprecationWarning: here a set is a sequence for good."""
    assert ArrayAgentSet(agents)[0] == agents[0]
    assert not recwarn.list
