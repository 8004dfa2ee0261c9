"""Mesa's agent sets over arrays: an agent is a light view onto a row, made when asked for.

`RowAgent` is a Mesa agent whose attributes are columns; `ArrayAgentSet` implements Mesa's `AbstractAgentSet` over
the rows of one kind. Aggregates read the arrays; only the caller's own functions see agents one by one. The sets that
a model owns cannot be changed; copies of them and what is selected from them can.
"""

from __future__ import annotations

import html
import operator
import warnings
from abc import abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from random import Random
from typing import Any, NoReturn, Self, cast

import numpy as np

from sim.engine.mesas import AbstractAgentSet, Agent, GroupBy

NOT_MADE = "agents of this model are made by its scenario: change numbers there, or add agents of a class of your own"
NOT_REMOVED = "agents of this model leave by its rules, not by remove()"
OWNED = "the agents of this model are not a set to change; change a copy: agents.copy(), or agents.select(...)"
SHOWN = 10
"""Rows of a set that a notebook shows."""


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
    """A Mesa agent that is a view onto one row of an array. Two views of one row are equal.

    A model gives the same view of a row each time, and keeps it, so that Mesa's own sets, which hold agents weakly,
    can hold them.
    """

    row: int

    def __init__(self, model: Any, row: int) -> None:
        """Make a view. It is not registered with the model: the set of its kind stands for all rows."""
        self.model = model
        self.row = int(row)

    @classmethod
    def of(cls, model: Any, row: int) -> Self:
        """Return a model's view of a row, made if it has none yet."""
        known: dict[int, Self] = model.views.setdefault(cls, {})
        agent = known.get(row := int(row))
        if agent is None:
            agent = known[row] = cls(model, row)
        return agent

    @classmethod
    def columns(cls) -> dict[str, Column]:
        """Return the columns of this kind by name, in the order in which they are declared."""
        return {name: it for kind in reversed(cls.__mro__) for name, it in vars(kind).items() if isinstance(it, Column)}

    @classmethod
    def create_agents(cls, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise TypeError: the scenario decides which agents exist."""
        raise TypeError(NOT_MADE)

    @classmethod
    def from_dataframe(cls, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise TypeError: the scenario decides which agents exist."""
        raise TypeError(NOT_MADE)

    @property
    def unique_id(self) -> int:
        """Return its number among all agents of the model, the same in every replicate."""
        return int(self.model.first_ids[type(self)]) + self.row

    @property
    def pos(self) -> tuple[int, int] | None:
        """Return column and row of the cell it is in, None if it is nowhere on the map."""
        column, row = self.model.places(type(self), np.array([self.row]))[0].tolist()
        return None if column < 0 else (column, row)

    @property
    def cell(self) -> Any:
        """Return the grid cell it is in, None if it is nowhere on the map."""
        return None if self.pos is None else self.model.grid[self.pos]

    def __setattr__(self, name: str, value: object) -> None:
        """Raise AttributeError: the arrays hold the state, so what is written to a view would be lost."""
        if name not in ("model", "row"):
            raise AttributeError(f"{type(self).__name__}.{name}: the state is the model's; rules write it")
        object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.model is self.model and other.row == self.row

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.row))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.row})"

    def remove(self) -> None:
        """Raise TypeError: agents leave by the rules only."""
        raise TypeError(NOT_REMOVED)


def _widened(values: np.ndarray) -> np.ndarray:
    """Return values as 64-bit numbers, or text as Python's own strings: how narrow an array is stored stays inside."""
    kind = values.dtype.kind
    if kind in "iuf":
        return values.astype({"i": np.int64, "u": np.uint64, "f": np.float64}[kind])
    return values.astype(object) if kind in "US" else values


def _random_of(agents: Sequence[Any], random: Random | None) -> Random:
    """Return the random numbers of a set, as Mesa does: given, else its first agent's model's."""
    if random is not None:
        return random
    if agents:
        return cast(Random, agents[0].model.random)
    text = "No Agents specified in creation of AgentSet and no random number generator specified. "
    warnings.warn(text + "Pass a random number generator to repeat what the set draws.", UserWarning, stacklevel=3)
    return Random()


def _set_of(agents: Iterable[Any], random: Random | None) -> Any:
    """Return the set of any agents: over rows if they are of one kind and of one model."""
    members = list(agents)
    kinds = {(type(agent), id(agent.model)) for agent in members}
    one = len(kinds) <= 1 and all(isinstance(agent, RowAgent) for agent in members)
    return ArrayAgentSet(members, random) if one else EveryAgent(members, random)


class OwnedSet(AbstractAgentSet[Any]):
    """What both kinds of set share: one that a model owns (`owned`) refuses every change of its members or order."""

    owned = False

    def _refuse(self, message: str = OWNED) -> None:
        if self.owned:
            raise TypeError(message)

    def _from_iterable(self, it: Iterable[Any]) -> Any:
        """Return the result of `&`, `|`, `-` and `^`, with this set's random numbers."""
        return _set_of(it, self.random)

    def select(
        self,
        filter_func: Callable[[Any], bool] | None = None,
        at_most: int | float = float("inf"),
        inplace: bool = False,
        agent_type: type | None = None,
    ) -> Any:
        """Return the agents for which a function is true, at most so many or such a share, as Mesa's `select` does."""
        if inplace:
            self._refuse()
        return super().select(filter_func, at_most, inplace, agent_type)

    def copy(self) -> Self:
        """Return a set of the same agents, which can be changed."""
        return self.__copy__()

    @abstractmethod
    def __copy__(self) -> Self: ...

    def remove(self, agent: Any) -> None:
        """Take an agent out of the set. Raises KeyError if it is not in it, TypeError if the model owns the set."""
        self._refuse(NOT_REMOVED)
        if agent not in self:
            raise KeyError(agent)
        self.discard(agent)

    def map(self, method: Any, *args: Any, **kwargs: Any) -> list[Any]:
        """Return the results of a method (by name) or function on every agent."""
        return self._results(list(self), method, *args, **kwargs)

    def do(self, method: Any, *args: Any, **kwargs: Any) -> Self:
        """Call a method or function on every agent."""
        self._results(list(self), method, *args, **kwargs)
        return self

    def shuffle_do(self, method: Any, *args: Any, **kwargs: Any) -> Self:
        """Call a method or function on every agent, in random order."""
        self._results(list(self.shuffle()), method, *args, **kwargs)
        return self

    def _results(self, agents: list[Any], method: Any, *args: Any, **kwargs: Any) -> list[Any]:
        """Call for each of these agents; those that an earlier call has taken out of the set are passed over."""
        size, found = len(self), []
        for agent in agents:
            if len(self) == size or agent in self:
                call = getattr(agent, method) if isinstance(method, str) else partial(method, agent)
                found.append(call(*args, **kwargs))
        return found

    def agg(self, attribute: str, func: Any) -> Any:
        """Return one or more functions of an attribute's values, a list of Python's own, as Mesa's `agg` does."""
        values = self.get(attribute)

        def plain(function: Any) -> Any:
            result = function(values)
            return result.item() if isinstance(result, np.generic) else result

        return plain(func) if callable(func) else [plain(f) for f in func]


class ArrayAgentSet(OwnedSet, Sequence[Any]):
    """All agents of one kind, or some of them: rows of an array, in order."""

    def __init__(self, agents: Iterable[Any], random: Random | None = None) -> None:
        """Make a set from agents of one kind, as Mesa's own sets are made; `over` makes one from rows.

        Raises TypeError for agents of several kinds.
        """
        members = list(dict.fromkeys(agents))
        if len({(type(agent), id(agent.model)) for agent in members}) > 1:
            raise TypeError("a set holds agents of one kind and model; `model.agents` holds all")
        self.random = _random_of(members, random)
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
        return (self.view.of(self.model, row) for row in self.rows.tolist())

    def __contains__(self, agent: object) -> bool:
        return isinstance(agent, self.view) and agent.model is self.model and bool((self.rows == agent.row).any())

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self.view.of(self.model, row) for row in self.rows[index].tolist()]
        return self.view.of(self.model, self.rows[index])

    def __copy__(self) -> Self:
        return self._derived(self.rows.copy())

    @property
    def _agents(self) -> dict[Any, None]:
        return dict.fromkeys(self)

    def _update(self, agents: Iterable[Any]) -> Self:
        self._refuse()
        self.rows = np.array([agent.row for agent in agents], dtype=np.int64)
        return self

    def values(self, name: str) -> np.ndarray:
        """Return an attribute of all agents in the set, as an array of 64-bit numbers or of Python's strings.

        Empty for an empty set. Raises AttributeError for an unknown name.
        """
        return _widened(self._stored(name))

    def to_pandas(self, columns: Sequence[str] | None = None) -> Any:
        """Return a data frame of these columns, or all, with a row for every agent, by its `unique_id`."""
        import pandas as pd

        names = list(self.view.columns()) if columns is None else list(columns)
        first = self.model.first_ids[self.view] if self.model is not None else 0
        index = pd.Index(self.rows + first, name="AgentID")
        return pd.DataFrame({name: self.values(name) for name in names}, index=index)

    def _stored(self, name: str) -> np.ndarray:
        """Return an attribute of all agents as the arrays hold it."""
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
            lists = [self._stored(name).tolist() for name in names]
            return lists[0] if single else [list(row) for row in zip(*lists, strict=True)]
        return super().get(attr_names, handle_missing, default_value)

    def where(self, **equal: object) -> Self:
        """Return the agents whose columns equal these values: `select` without a look at each agent."""
        keep = np.ones(len(self), dtype=bool)
        for name, value in equal.items():
            keep &= self._stored(name) == value
        return self._derived(self.rows[keep])

    def groupby(self, by: Any, result_type: str = "agentset") -> GroupBy:
        """Group by an attribute or a function, as Mesa's `groupby` does."""
        keys = [by(agent) for agent in self] if callable(by) else self._stored(by).tolist()
        rows: dict[Any, list[int]] = defaultdict(list)
        for key, row in zip(keys, self.rows, strict=True):
            rows[key].append(row)
        groups: dict[Any, Any] = {key: self._derived(np.array(some)) for key, some in rows.items()}
        return GroupBy({key: list(group) for key, group in groups.items()} if result_type == "list" else groups)

    def shuffle(self, inplace: bool = False) -> Self:
        """Return the agents in random order, by Mesa's random numbers, which no rule uses."""
        rows = self.rows.copy()
        self.random.shuffle(rows)  # type: ignore[arg-type]
        return self._reordered(rows, inplace)

    def sort(self, key: Any, ascending: bool = False, inplace: bool = False) -> Self:
        """Return the agents sorted by an attribute or a function; largest first unless `ascending`, as Mesa does."""
        keys = [key(agent) for agent in self] if callable(key) else self._stored(key).tolist()
        ranked = sorted(range(len(keys)), key=keys.__getitem__, reverse=not ascending)
        return self._reordered(self.rows[np.array(ranked, dtype=np.int64)], inplace)

    def _reordered(self, rows: np.ndarray, inplace: bool) -> Self:
        if not inplace:
            return self._derived(rows)
        self._refuse()
        self.rows = rows
        return self

    def add(self, agent: Any) -> None:
        """Put an agent of the set's kind into it. Raises TypeError for one of another, or if the model owns the set."""
        self._refuse(NOT_MADE)
        if not isinstance(agent, RowAgent) or (self.model is not None and (type(agent), agent.model) != self._holds):
            raise TypeError("a set holds agents of one kind and model; `model.agents.copy()` holds any")
        self.model, self.view = agent.model, type(agent)
        if agent not in self:
            self.rows = np.append(self.rows, agent.row)

    @property
    def _holds(self) -> tuple[type[RowAgent], Any]:
        return self.view, self.model

    def discard(self, agent: Any) -> None:
        """Take an agent out of the set, if it is in it. Raises TypeError if the model owns the set."""
        self._refuse(NOT_REMOVED)
        if agent in self:
            self.rows = self.rows[self.rows != agent.row]

    def __repr__(self) -> str:
        return f"<{len(self)} agents: {self.view.__name__}>"

    def _repr_html_(self) -> str:
        if not len(self):
            return html.escape(repr(self))
        return f"<p>{html.escape(repr(self))}</p>{self._derived(self.rows[:SHOWN]).to_pandas().to_html()}"


class EveryAgent(OwnedSet, Sequence[Any]):
    """Agents of several kinds, one kind after the other, as in `model.agents`."""

    def __init__(self, agents: Iterable[Any], random: Random | None = None) -> None:
        """Make a set from agents; `of` makes one from sets without making their agents."""
        members = list(dict.fromkeys(agents))
        self.random = _random_of(members, random)
        self._parts: list[Any] = [members]

    @classmethod
    def of(cls, sets: Iterable[Any], random: Random, *, owned: bool = False) -> Self:
        """Return the agents of these sets; `owned` if a model owns the whole."""
        made = cls([], random)
        made._parts = list(sets)
        made.owned = owned
        return made

    def __len__(self) -> int:
        return sum(len(part) for part in self._parts)

    def __iter__(self) -> Iterator[Any]:
        return (agent for part in self._parts for agent in part)

    def __contains__(self, agent: object) -> bool:
        return any(agent in part for part in self._parts)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[k] for k in range(*index.indices(len(self)))]
        k = operator.index(index)
        k += len(self) if k < 0 else 0
        for part in self._parts:
            if 0 <= k < len(part):
                return part[k] if isinstance(part, Sequence) else list(part)[k]
            k -= len(part)
        raise IndexError("there are not as many agents")

    def __copy__(self) -> Self:
        return type(self).of([list(p) if isinstance(p, list) else p.__copy__() for p in self._parts], self.random)

    @property
    def _agents(self) -> dict[Any, None]:
        return dict.fromkeys(self)

    def _update(self, agents: Iterable[Any]) -> Self:
        self._refuse()
        self._parts = [list(dict.fromkeys(agents))]
        return self

    def get(self, attr_names: Any, handle_missing: str = "error", default_value: Any = None) -> Any:
        """Return attribute values, as Mesa's `get` does: a list, or a list of lists for several names."""
        parts = [EveryAgent(part, self.random) if isinstance(part, list) else part for part in self._parts]
        if len(parts) == 1:
            return super().get(attr_names, handle_missing, default_value)
        return [value for part in parts for value in part.get(attr_names, handle_missing, default_value)]

    def shuffle(self, inplace: bool = False) -> Self:
        """Return the agents in random order."""
        agents = list(self)
        self.random.shuffle(agents)
        return self._update(agents) if inplace else type(self)(agents, self.random)

    def sort(self, key: Any, ascending: bool = False, inplace: bool = False) -> Self:
        """Return the agents sorted by an attribute or a function; largest first unless `ascending`."""
        agents = sorted(self, key=key if callable(key) else lambda agent: getattr(agent, key), reverse=not ascending)
        return self._update(agents) if inplace else type(self)(agents, self.random)

    def add(self, agent: Any) -> None:
        """Put an agent of any kind into the set. Raises TypeError if the model owns it."""
        self._refuse(NOT_MADE)
        if agent not in self:
            self._parts.append([agent])

    def discard(self, agent: Any) -> None:
        """Take an agent out of the set, if it is in it. Raises TypeError if the model owns the set."""
        self._refuse(NOT_REMOVED)
        if agent in self:
            self._update(other for other in self if other != agent)

    def __repr__(self) -> str:
        return f"<{len(self)} agents of several kinds>"
