"""Claims on record laid over a run: what was said of the case in fact, at its day and number. They are of no run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sim.scenario.claims import Claim, read_claims
from sim.scenario.declare import parse_date
from sim.scenario.errors import InputError
from sim.scenario.resolved import Resolved
from sim.wording import count, span, tidy

FOLDER = "claims"
"""Folder beside the scenarios whose claims files a page may choose."""
MOST = 300
"""Most marks sent."""
NOON = 0.5
"""When in its day a claim is drawn: files give dates alone."""


def files(folder: Path, given: Path | None) -> dict[str, Path]:
    """Return by name the claims files that a page may choose: those beside the scenarios, and the one given."""
    try:
        found = sorted(path for path in (folder / FOLDER).iterdir() if path.suffix == ".csv")
    except OSError:
        found = []
    return {path.name: path for path in [*found, *([given] if given is not None else [])]}


def read(path: Path) -> tuple[Claim, ...]:
    """Return the claims of a file. Raises InputError."""
    return tuple(read_claims(path))


def of_case(offered: dict[str, Path], resolved: Resolved) -> list[str]:
    """Return the names of the files that may be of a scenario's case: that name one of its places, or no place at all.

    A file that cannot be read stays among them, so that choosing it tells why.
    """
    places = set(facilities(resolved))
    named = {name: _places(path, path.stat().st_mtime_ns) for name, path in offered.items() if path.exists()}
    return [name for name, found in named.items() if not found or found & places]


def facilities(resolved: Resolved) -> tuple[str, ...]:
    """Return the names of a scenario's places."""
    return tuple(resolved.theatre.facilities)


@cache
def _places(path: Path, changed: int) -> frozenset[str]:
    """Return the places that a file names. Parameters: changed, when the file was, so that it is read anew."""
    try:
        return frozenset(claim.facility for claim in read(path) if claim.facility is not None)
    except InputError:
        return frozenset()


def laid_over(claims: Sequence[Claim], resolved: Resolved, place: str) -> dict[str, Any]:
    """Return marks for the claims that fall in a scenario's days, and a note that says what is shown.

    A claim of a place that the scenario does not have is of another scope, and is not drawn.

    Parameters: place, a facility, whose claims alone are shown; empty for all.
    """
    known = {None, *facilities(resolved)}
    here = [claim for claim in claims if claim.facility in known]
    of = [claim for claim in here if not place or claim.facility == place]
    start = parse_date(resolved.scenario.start).replace(hour=0, minute=0)
    at = [(parse_date(claim.claimed_on) - start) / timedelta(days=1) + NOON for claim in of]
    inside = [(day, claim) for day, claim in zip(at, of, strict=True) if 0.0 <= day <= resolved.scenario.days]
    told = [(day, claim) for day, claim in inside if claim.low is not None]
    marks = [_mark(day, claim) for day, claim in told[:MOST]]
    said = f"On record, not of this run: {len(told)} claim{'' if len(told) == 1 else 's'}"
    said += f" of {place}" if place else ""
    apart = [f"{len(inside) - len(told)} without a number", f"{len(of) - len(inside)} outside these days"]
    apart += [f"{len(claims) - len(here)} of places that are not in this scenario"]
    left = ", ".join(part for part in apart if not part.startswith("0 "))
    return {"marks": marks, "note": said + (f"; not drawn: {left}" if left else "")}


def _mark(day: float, claim: Claim) -> dict[str, Any]:
    """Return where a claim is drawn, and its words. A range is drawn at its middle as the model counts it."""
    assert claim.low is not None
    low, high = float(claim.low), float(claim.low if claim.high is None else claim.high)
    middle = math.sqrt(low * high) if low > 0 else 0.5 * (low + high)
    return {
        "day": day,
        "value": round(middle, 1),
        "low": low,
        "high": high,
        "open": claim.high is None,
        "whole": claim.facility is None,
        "text": text(claim),
    }


def text(claim: Claim) -> str:
    """Return who said what of which place and when, where it was published, and how sure the file is of it."""
    assert claim.low is not None
    whom = "" if claim.category == "all" else f", {claim.category} alone"
    number = f"at least {count(claim.low)}" if claim.high is None else span(claim.low, claim.high)
    if claim.high == 0:
        number = "denies any exit"
    else:
        number += f" out{whom}"
    other = dict(claim.other)
    ends = [claim.source, f"Source {other['source']}" if other.get("source") else ""]
    ends += [f"Confidence: {other['confidence']}" if other.get("confidence") else ""]
    head = f"On record, {claim.claimed_on}: {claim.role}, {claim.facility or 'whole theatre'}: {number}"
    return tidy(". ".join([head, *(part for part in ends if part)]), 400)
