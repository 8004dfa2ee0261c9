"""Claims on record laid over a run: what was said of the case in fact, at its day and number. They are of no run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sim.scenario.claims import Claim, read_claims
from sim.scenario.declare import parse_date
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


def laid_over(claims: Sequence[Claim], resolved: Resolved, place: str) -> dict[str, Any]:
    """Return marks for the claims that fall in a scenario's days, and a note that says what is shown.

    Parameters: place, a facility, whose claims alone are shown; empty for all.
    """
    of = [claim for claim in claims if not place or claim.facility == place]
    start = parse_date(resolved.scenario.start).replace(hour=0, minute=0)
    at = [(parse_date(claim.claimed_on) - start) / timedelta(days=1) + NOON for claim in of]
    inside = [(day, claim) for day, claim in zip(at, of, strict=True) if 0.0 <= day <= resolved.scenario.days]
    told = [(day, claim) for day, claim in inside if claim.low is not None]
    marks = [_mark(day, claim) for day, claim in told[:MOST]]
    said = f"On record, not of this run: {len(told)} claim{'' if len(told) == 1 else 's'}"
    said += f" of {place}" if place else ""
    apart = [f"{len(inside) - len(told)} without a number", f"{len(of) - len(inside)} outside these days"]
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
