"""What an origin says of an event: its form, an interval of log counts, and what bears on how far it can be trusted.

Repeats are one statement. An origin's statement is its latest number or denial; without one, its latest claim without a
number. Where its latest day holds several numbers, it said one of them; a number goes before a denial.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from sim.scenario.claims import Claim
from sim.scenario.vocabulary import ROLES

DENIED, UNNUMBERED, NUMBERED = "denial", "wordless", "number"
FORMS = (DENIED, UNNUMBERED, NUMBERED)
GUARDING = ROLES.index("guarding force")

OWN_FAILURE = frozenset(
    ("riot", "camp_breakout", "guard_withdrawal", "opportunistic", "tunnel", "negligence", "bribery")
)
"""Causes, as a guarding force states them, that are its own failure."""
OTHERS = frozenset(("assault", "airstrike_shelling", "shelling", "airstrike", "attack"))
"""Causes that an attacker brings about."""
BLAMING = frozenset(("release_by_guards", "release", "collusion"))
"""Causes that put the blame on those who guarded."""
AT_LEAST = 2.0
"""`At least n` is read as n up to this many times n: whoever knew of more would say more. Assumed."""
SOME = 23
"""`At least 1` ("some") is read as 1 to 23: from 24 on, people say dozens. Assumed."""


class Said(NamedTuple):
    """One wording of a statement: its form, and for a number the ends of its interval, log persons."""

    form: str
    low: float = math.nan
    high: float = math.nan


class Statement(NamedTuple):
    """What one origin says: one or several wordings of its latest day, whom it is about, and of what kind it is.

    `role` is an index of ROLES; `own`: a guarding force speaks of its own failure; `blame`: another role blames
    somebody.
    """

    role: int
    said: tuple[Said, ...]
    category: str = "all"
    own: bool = False
    blame: bool = False


def unit(count: int) -> int:
    """Return the unit to which a count was rounded: the largest of 1, 5, 10, 50, ... in it, at most half of it."""
    found = 1
    for power in range(8):
        for step in (10**power, 5 * 10**power):
            if count % step == 0 and 2 * step <= count:
                found = max(found, step)
    return found


def interval(low: int, high: int | None) -> tuple[float, float]:
    """Return the ends of a claimed number above 0, log persons: half a unit of rounding about it; the range of a word.

    Parameters: low, high, persons; high None for "at least". A single 1 takes in all that is less.
    """
    if high is None:
        high = SOME if low <= 1 else max(low, math.ceil(AT_LEAST * low) - 1)
        bottom, top = low - 0.5, high + 0.5
    elif low == high:
        half = unit(low) / 2
        bottom, top = low - half, high + half
    else:
        bottom, top = low - 0.5, high + 0.5
    return (-math.inf if bottom <= 0.5 else math.log(bottom)), math.log(top)


def wording(low: int | None, high: int | None) -> Said:
    """Return the wording of a claim from its ends, as `Claim` holds them: 0 is a denial, nothing is no number."""
    if low is None:
        return Said(UNNUMBERED)
    if low == 0 and high == 0:
        return Said(DENIED)
    if low == 0:
        return Said(UNNUMBERED) if high is None else Said(NUMBERED, *interval(1, high))
    return Said(NUMBERED, *interval(low, high))


def origin_of(claim: Claim) -> tuple[str, str]:
    """Return what tells a claim's origin apart: the origin stated, else the role with the number it claims."""
    if claim.origin:
        return ("origin", claim.origin.strip().lower())
    return ("claim", f"{claim.role}|{claim.low}|{claim.high}|{claim.category}")


def statements(claims: Sequence[Claim]) -> tuple[Statement, ...]:
    """Return the statements in claims about one event, whatever their order and however often each is repeated."""
    by_origin: dict[tuple[str, ...], list[Claim]] = {}
    for claim in claims:
        by_origin.setdefault((*origin_of(claim), claim.role, claim.category), []).append(claim)
    return tuple(_statement(by_origin[key]) for key in sorted(by_origin))


def _statement(claims: list[Claim]) -> Statement:
    said = [claim for claim in claims if claim.low is not None] or claims
    latest = max(claim.claimed_on for claim in said)
    kept = [claim for claim in said if claim.claimed_on == latest]
    every = {wording(claim.low, claim.high) for claim in kept}
    numbered = {one for one in every if one.form == NUMBERED}
    wordings = sorted(numbered or every, key=lambda one: (one.form, one.low, one.high))
    causes = {claim.cause.strip().lower() for claim in kept}
    blamed = any(claim.blames for claim in kept)
    guards = kept[0].role == ROLES[GUARDING]
    return Statement(
        role=ROLES.index(kept[0].role),
        said=tuple(wordings),
        category=kept[0].category,
        own=guards and not blamed and bool(causes & OWN_FAILURE),
        blame=not guards and (blamed or bool(causes & BLAMING)),
    )


def odd_causes(claims: Sequence[Claim]) -> list[str]:
    """Return a warning for each stated cause that the table does not know, by line."""
    known = OWN_FAILURE | OTHERS | BLAMING
    odd = {claim.cause.strip().lower(): claim.line for claim in reversed(claims)}
    return [
        f"line {line}: cause `{cause}` is not known, and is not used"
        for cause, line in sorted(odd.items())
        if cause and cause not in known
    ]
