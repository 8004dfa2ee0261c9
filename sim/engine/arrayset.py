"""Mesa's agent sets over arrays: an agent is a light view onto a row, made when asked for.

`RowAgent` is a Mesa agent whose attributes are columns; `ArrayAgentSet` implements Mesa's `AbstractAgentSet` over
the rows of one kind. Aggregates read the arrays; only the caller's own functions see agents one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from random import Random
from typing import Any, Self, cast

import numpy as np
from mesa import Agent
from mesa.agentset import AbstractAgentSet, GroupBy


class Column:
    """A view's attribute that reads a column of an array: `values(model, rows)` reads many rows, the dot reads one."""

    def __init__(self, values: Callable[[Any, np.ndarray], np.ndarray], doc: str = "") -> None:
        self.values = values
        self.__doc__ = doc

    def __get__(self, agent: RowAgent | None, owner: type) -> Any:
        if agent is None:
            return self
        value = self.values(agent.model, np.array([agent.row]))[0]
        return value.item() if isinstance(value, np.generic) else value

    def __set__(self, agent: RowAgent, value: object) -> None:
        raise AttributeError("the state is the model's: agents' columns are read, rules write them")


def array_column(array: str, field: str, names: Sequence[str] | None = None, doc: str = "") -> Column:
    """Return an attribute that reads a column of one of the truth's arrays; with `names`, its codes as these words."""

    def values(model: Any, rows: np.ndarray) -> np.ndarray:
        data = getattr(model.truth, array)[field][rows]
        return np.asarray(names)[data] if names is not None else cast(np.ndarray, data)

    return Column(values, doc)


class RowAgent(Agent):
    """A Mesa agent that is a view onto one row of an array. Two views of one row are equal."""

    row: int

    def __init__(self, model: Any, row: int) -> None:
        """Make a view. It is not registered with the model: the set of its kind stands for all rows."""
        self.model = model
        self.row = int(row)
        self.unique_id = (type(self).__name__, self.row)

    def __setattr__(self, name: str, value: object) -> None:
        """Raise AttributeError: a view is made anew each time, so what is written to it would be lost."""
        if name not in ("model", "row", "unique_id"):
            raise AttributeError(f"{type(self).__name__}.{name}: the state is the model's; rules write it")
        object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.model is self.model and other.row == self.row

    def __hash__(self) -> int:
        return hash(self.unique_id)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.row})"

    def remove(self) -> None:
        """Raise TypeError: agents leave by the rules only."""
        raise TypeError("agents of this model leave by its rules, not by remove()")


class ArrayAgentSet(AbstractAgentSet[Any], Sequence[Any]):
    """All agents of one kind, or some of them: rows of an array, in order."""

    def __init__(self, agents: Iterable[Any], random: Random | None = None) -> None:
        """Make a set from agents of one kind, as Mesa's own sets are made; `over` makes one from rows.

        Raises TypeError for agents of several kinds.
        """
        members = list(dict.fromkeys(agents))
        if len({type(agent) for agent in members}) > 1:
            raise TypeError("a set holds agents of one kind; `model.agents` holds all")
        self.random = random
        self.model = members[0].model if members else None
        self.view: type[RowAgent] = type(members[0]) if members else RowAgent
        self.rows = np.array([agent.row for agent in members], dtype=np.int64)

    @classmethod
    def over(cls, model: Any, view: type[RowAgent], rows: np.ndarray) -> Self:
        """Return the set of these rows of one kind of a model's agents."""
        made = cls([], model.random)
        made.model, made.view, made.rows = model, view, np.asarray(rows, dtype=np.int64)
        return made

    def _derived(self, rows: np.ndarray) -> Self:
        return type(self).over(self.model, self.view, rows) if self.model is not None else type(self)([], self.random)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Any]:
        return (self.view(self.model, row) for row in self.rows)

    def __contains__(self, agent: object) -> bool:
        return isinstance(agent, self.view) and agent.model is self.model and bool((self.rows == agent.row).any())

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self.view(self.model, row) for row in self.rows[index]]
        return self.view(self.model, self.rows[index])

    def __copy__(self) -> Self:
        return self._derived(self.rows.copy())

    @property
    def _agents(self) -> dict[Any, None]:
        return dict.fromkeys(self)

    def _update(self, agents: Iterable[Any]) -> Self:
        self.rows = np.array([agent.row for agent in agents], dtype=np.int64)
        return self

    def values(self, name: str) -> np.ndarray:
        """Return an attribute of all agents in the set, as an array; empty for an empty set.

        Raises AttributeError for an unknown name.
        """
        if not len(self):
            return np.zeros(0)
        declared = getattr(self.view, name, None)
        if isinstance(declared, Column):
            return declared.values(self.model, self.rows)
        return np.fromiter((getattr(agent, name) for agent in self), dtype=object, count=len(self))

    def get(self, attr_names: Any, handle_missing: str = "error", default_value: Any = None) -> Any:
        """Return attribute values, as Mesa's `get` does: a list, or a list of lists for several names."""
        single = isinstance(attr_names, str)
        names = [attr_names] if single else list(attr_names)
        known = handle_missing in ("error", "default")
        if known and len(self) and all(isinstance(getattr(self.view, name, None), Column) for name in names):
            lists = [self.values(name).tolist() for name in names]
            return lists[0] if single else [list(row) for row in zip(*lists, strict=True)]
        return super().get(attr_names, handle_missing, default_value)

    def agg(self, attribute: str, func: Any) -> Any:
        """Return one or more functions of an attribute's values, which they are given as an array."""
        values = self.values(attribute)
        return func(values) if callable(func) else [f(values) for f in func]

    def where(self, **equal: object) -> Self:
        """Return the agents whose columns equal these values: `select` without a look at each agent."""
        keep = np.ones(len(self), dtype=bool)
        for name, value in equal.items():
            keep &= self.values(name) == value
        return self._derived(self.rows[keep])

    def groupby(self, by: Any, result_type: str = "agentset") -> GroupBy:
        """Group by an attribute or a function, as Mesa's `groupby` does."""
        keys = [by(agent) for agent in self] if callable(by) else self.values(by).tolist()
        rows: dict[Any, list[int]] = defaultdict(list)
        for key, row in zip(keys, self.rows, strict=True):
            rows[key].append(row)
        groups: dict[Any, Any] = {key: self._derived(np.array(some)) for key, some in rows.items()}
        return GroupBy({key: list(group) for key, group in groups.items()} if result_type == "list" else groups)

    def shuffle(self, inplace: bool = False) -> Self:
        """Return the agents in random order, by Mesa's random numbers, which no rule uses."""
        rows = self.rows.copy()
        (self.random or Random()).shuffle(rows)  # type: ignore[arg-type]
        return self._reordered(rows, inplace)

    def sort(self, key: Any, ascending: bool = False, inplace: bool = False) -> Self:
        """Return the agents sorted by an attribute or a function; largest first unless `ascending`, as Mesa does."""
        keys = [key(agent) for agent in self] if callable(key) else self.values(key).tolist()
        ranked = sorted(range(len(keys)), key=keys.__getitem__, reverse=not ascending)
        return self._reordered(self.rows[np.array(ranked, dtype=np.int64)], inplace)

    def _reordered(self, rows: np.ndarray, inplace: bool) -> Self:
        if not inplace:
            return self._derived(rows)
        self.rows = rows
        return self

    def map(self, method: Any, *args: Any, **kwargs: Any) -> list[Any]:
        """Return the results of a method (by name) or function on every agent."""
        if isinstance(method, str):
            return [getattr(agent, method)(*args, **kwargs) for agent in self]
        return [method(agent, *args, **kwargs) for agent in self]

    def do(self, method: Any, *args: Any, **kwargs: Any) -> Self:
        """Call a method or function on every agent."""
        self.map(method, *args, **kwargs)
        return self

    def shuffle_do(self, method: Any, *args: Any, **kwargs: Any) -> Self:
        """Call a method or function on every agent, in random order."""
        self.shuffle().do(method, *args, **kwargs)
        return self

    def add(self, agent: Any) -> None:
        """Raise TypeError: the scenario decides which agents exist."""
        raise TypeError("agents of this model are made by its scenario")

    def discard(self, agent: Any) -> None:
        """Raise TypeError: agents leave by the rules only."""
        raise TypeError("agents of this model leave by its rules")

    remove = discard


class EveryAgent(AbstractAgentSet[Any], Sequence[Any]):
    """Agents of several kinds, one kind after the other, as in `model.agents`."""

    def __init__(self, agents: Iterable[Any], random: Random | None = None) -> None:
        """Make a set from agents; `of` makes one from sets without making their agents."""
        self.random = random
        self._parts: list[Any] = [list(agents)]

    @classmethod
    def of(cls, sets: Iterable[ArrayAgentSet], random: Random | None) -> Self:
        """Return the agents of these sets."""
        made = cls([], random)
        made._parts = list(sets)
        return made

    def __len__(self) -> int:
        return sum(len(part) for part in self._parts)

    def __iter__(self) -> Iterator[Any]:
        return (agent for part in self._parts for agent in part)

    def __contains__(self, agent: object) -> bool:
        return any(agent in part for part in self._parts)

    def __getitem__(self, index: Any) -> Any:
        return list(self)[index]

    def __copy__(self) -> Self:
        made = type(self)([], self.random)
        made._parts = list(self._parts)
        return made

    @property
    def _agents(self) -> dict[Any, None]:
        return dict.fromkeys(self)

    def _update(self, agents: Iterable[Any]) -> Self:
        self._parts = [list(agents)]
        return self

    def shuffle(self, inplace: bool = False) -> Self:
        """Return the agents in random order."""
        agents = list(self)
        (self.random or Random()).shuffle(agents)
        return self._update(agents) if inplace else type(self)(agents, self.random)

    def sort(self, key: Any, ascending: bool = False, inplace: bool = False) -> Self:
        """Return the agents sorted by an attribute or a function; largest first unless `ascending`."""
        agents = sorted(self, key=key if callable(key) else lambda agent: getattr(agent, key), reverse=not ascending)
        return self._update(agents) if inplace else type(self)(agents, self.random)

    map = ArrayAgentSet.map
    do = ArrayAgentSet.do
    shuffle_do = ArrayAgentSet.shuffle_do
    add = ArrayAgentSet.add
    discard = ArrayAgentSet.discard
    remove = ArrayAgentSet.discard
