"""Conditions on outcomes as users write them: `escaped > 500 and gap >= 100 or first_report_day > 20`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.summary import METRICS, Floats
from sim.scenario.errors import InputError, Problem, one_of, shown

Truths = NDArray[np.bool_]

LONGEST = 500
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
_TERM = re.compile(r"\s*(\w+)\s*(<=|>=|==|!=|<|>)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*")
_EXPECTED = "NAME (<|<=|>|>=|==|!=) NUMBER, joined by `and` or `or`"


class Term(NamedTuple):
    """One comparison of a metric with a number."""

    name: str
    sign: str
    number: float

    def __str__(self) -> str:
        """Return it as written."""
        return f"{self.name} {self.sign} {self.number:g}"


class Condition(NamedTuple):
    """Alternatives (`or`), each of terms that hold together (`and`, which binds more tightly)."""

    any_of: tuple[tuple[Term, ...], ...]

    def __str__(self) -> str:
        """Return it as written, with single spaces."""
        return " or ".join(" and ".join(map(str, terms)) for terms in self.any_of)

    @property
    def names(self) -> list[str]:
        """Return the metrics that it asks for, each once."""
        return list(dict.fromkeys(term.name for terms in self.any_of for term in terms))

    def holds(self, columns: Mapping[str, Floats]) -> Truths:
        """Return where it holds. A day that is null lies beyond every number; any other null fulfils nothing."""
        found: Truths | None = None
        for terms in self.any_of:
            together: Truths | None = None
            for term in terms:
                values = columns[term.name]
                nulls = np.isnan(values)
                if term.name.endswith("_day"):
                    values, nulls = np.where(nulls, np.inf, values), np.zeros(values.shape, bool)
                one = np.asarray(OPERATORS[term.sign](values, term.number) & ~nulls, bool)
                together = one if together is None else together & one
            assert together is not None
            found = together if found is None else found | together
        assert found is not None
        return found


def parse(text: str) -> Condition:
    """Parse a condition. Raises InputError: no such metric, not a comparison, too long."""

    def wrong(key: str, problem: str, expected: str = _EXPECTED) -> InputError:
        return InputError([Problem("--when", 0, key, problem, expected)])

    if len(text) > LONGEST:
        raise wrong("", f"is longer than {LONGEST} characters", "a short condition")
    any_of = []
    for part in re.split(r"\bor\b", text):
        terms = []
        for piece in re.split(r"\band\b", part):
            match = _TERM.fullmatch(piece)
            if match is None:
                raise wrong("", f"{shown(piece.strip() or text)} is no comparison")
            name, sign, number = match.groups()
            if name not in METRICS:
                raise wrong(name, "no such metric", one_of(name, list(METRICS)))
            terms.append(Term(name, sign, float(number)))
        any_of.append(tuple(terms))
    return Condition(tuple(any_of))
