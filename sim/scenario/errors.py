"""Problems in files that a user wrote: where, what, and what was expected."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches

LIMIT = 1000
"""Largest number of problems in one error; one more says how many were left out."""


@dataclass(frozen=True)
class Problem:
    """One problem in one place.

    Parameters: file, as the user would name it, or the option (`--set guards.scale`); line, from 1, or 0 for an
    option; key, the dotted key concerned, or empty; problem, what is wrong; expected, what would be right, or empty.
    """

    file: str
    line: int
    key: str
    problem: str
    expected: str = ""

    def __str__(self) -> str:
        """Return `file:line: key: problem; expected ...`; options have no line."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        text = ": ".join(part for part in (where, self.key, self.problem) if part)
        expected = self.expected if self.expected.startswith("did you mean") else f"expected {self.expected}"
        return printable(f"{text}; {expected}" if self.expected else text)

    def as_dict(self) -> dict[str, str | int]:
        """Return the fields as `check --json` prints them."""
        return {
            "file": self.file,
            "line": self.line,
            "key": self.key,
            "problem": self.problem,
            "expected": self.expected,
        }


class InputError(Exception):
    """Bad input, with every problem found; the command line exits with 2."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep each problem once, in the order of files and lines, at most `LIMIT`."""
        unique = list(dict.fromkeys(problems))
        files = {file: order for order, file in enumerate(dict.fromkeys(problem.file for problem in unique))}
        unique.sort(key=lambda problem: (files[problem.file], problem.line))
        if len(unique) > LIMIT:
            first = unique[0]
            rest = Problem(first.file, first.line, "", f"{len(unique) - LIMIT} more problems not listed")
            unique = [*unique[:LIMIT], rest]
        self.problems: tuple[Problem, ...] = tuple(unique)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@contextmanager
def as_arguments() -> Iterator[None]:
    """Have problems name the arguments of Python, as `overrides` or `out`, where commands name their options."""
    try:
        yield
    except InputError as error:
        raise InputError(map(_as_argument, error.problems)) from None


def _as_argument(problem: Problem) -> Problem:
    file = re.sub("^--set .*", "overrides", problem.file, flags=re.DOTALL).removeprefix("--")
    expected = problem.expected.replace("`resume` to finish it, or `--overwrite`", "or overwrite=True")
    return replace(problem, file=file, expected=expected)


def printable(text: str) -> str:
    """Return the text with control characters and line breaks written as escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def shown(value: object, limit: int = 60) -> str:
    """Return a value as a message quotes it: as YAML would write it, short, on one line."""
    if value is None:
        text = "null"
    elif isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, dict):
        text = "a mapping"
    elif isinstance(value, list | tuple):
        text = "a list"
    else:
        text = printable(str(value)[: limit + 1])
    return text if len(text) <= limit else f"{text[:limit]}..."


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return the known name nearest to a mistyped one, or an empty string."""
    candidates = list(known)
    if len(candidates) > 300:  # comparing is slow; a slip rarely changes both ends of a name
        candidates = [other for other in candidates if other[:2] == name[:2] or other[-2:] == name[-2:]]
    near = get_close_matches(name[:100], candidates, n=1, cutoff=0.6)
    return near[0] if near else ""


def one_of(name: str, known: Sequence[str], many: int = 16) -> str:
    """Return what was expected instead of an unknown name: a near miss, else the first known names."""
    near = suggestion(name, known)
    if near:
        return f"did you mean `{near}`?"
    if not known:
        return "nothing here: none is declared"
    listed = ", ".join(sorted(known)[:many])
    return f"one of {listed}" if len(known) <= many else f"one of {listed}, ..."
