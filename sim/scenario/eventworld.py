"""The world of one documented event: a single place of detention, some days, and what its mode says began there.

What was known beforehand is taken from the event: people held, guards where known, how it began, whether the ground
changed hands. What was not is drawn anew in every replicate, from the ranges declared here. Names, countries and dates
do not enter. What an event imposes is stated mode by mode in `VARIANTS`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist
from typing import Any, NamedTuple

from sim.scenario.events import MODES, Event
from sim.scenario.parameters import Scenario
from sim.scenario.resolved import Resolved
from sim.scenario.theatre import Theatre

Tree = dict[str, Any]

START = "2020-01-01"
DAYS = 2
SITE = "site"
HELD_UNKNOWN = 900
"""People held where an event does not say: the median of the record."""
LARGEST = 20_000
"""People simulated at most: a larger place is simulated at this size, and its share taken."""
GUARDS_PER_100 = 3.5
"""On-site guards per 100 held where an event does not say: 9 for 659 held (Jehanabad), 38 for 620 (Tirana), 12 for 107
(Marawi), 65 for 949 (Ain Issa), 2 for 377 (Dantewada) have a geometric mean of 3.2."""
GUARDS_SIGMA = 1.1
"""Spread of that number, log: 1.3 among those five, of which some is their being the worst."""
GUARDS_MOST = 8.0
"""Largest factor on it."""
WALLS: Tree = {"uniform": [0.1, 0.9]}
CAPACITY = (0.5, 1.2)
"""Room as a multiple of people held, at least and at most."""
ATTACKERS: Tree = {"attackers": 80.0}
"""Median attackers: 6, 50, 50, 100 or more, 50-200, 100-500, 200 and about 1,000 are on record."""
ATTACKERS_SIGMA = 1.2
LET_SLIP = 0.005
"""Median share that an insider lets slip out at a handover: 4 of 1,500 at Camp Cropper, the only one on record."""


class Variant(NamedTuple):
    """One way in which a mode can begin: its weight, what it sets in the scenario, and in the facility."""

    weight: float
    scenario: Tree
    facility: Tree = {}


def _incident(kind: str, severity: float | None = None) -> Tree:
    row: Tree = {"date": START, "facility": SITE, "kind": kind}
    return row if severity is None else row | {"severity": severity}


def _to(party: str, **row: Any) -> Tree:
    return {"changes": [{"date": START, "facility": SITE, "to": party} | row]}


ATTACK: Tree = {
    "armed_cells": {
        "attacks": [{"date": START, "facility": SITE} | ATTACKERS],
        "attackers_sd": ATTACKERS_SIGMA,
    }
}
NEAR_FRONT: Tree = {
    "control": {"offensives": [{"party": "rival", "start": START, "objectives": ["road"], "km_per_day": 0.0,
                                "stops": "2020-01-02"}]},
    "shelling": {"hits_per_month": 15.0},
}  # fmt: skip
"""A place that fire reaches, once on average in the days simulated, and hostile units do not: they stand 37 km away."""
QUICK: Tree = {"walls": {"prison_open_hours": 1.5}}
"""A crowd, or an earthquake, opens what nobody guards."""
NOBODY: Tree = {"guards": 0.0}

VARIANTS: dict[str, tuple[Variant, ...]] = {
    "external_assault": (Variant(1.0, ATTACK),),
    "assault_plus_riot": (Variant(1.0, ATTACK | {"incidents": [_incident("riot")]}),),
    "riot_internal": (
        Variant(0.4, {"incidents": [_incident("riot")]}),
        Variant(0.4, {"incidents": [_incident("keys")]}),
        Variant(0.2, {"incidents": [_incident("hostages")]}),
    ),
    "riot_plus_outside": (Variant(1.0, {"incidents": [_incident("crowd")]}),),
    "tunnel_stealth": (Variant(1.0, {"incidents": [_incident("tunnel")]}),),
    "handover_insider": (Variant(1.0, {"incidents": [_incident("tunnel", LET_SLIP)]}),),
    "shelling_explosion": (Variant(1.0, NEAR_FRONT),),
    "guards_left": (Variant(1.0, {}, NOBODY),),
    "occupier_withdrawal": (Variant(1.0, QUICK, NOBODY),),
    "disaster": (Variant(1.0, QUICK, NOBODY),),
    "regime_collapse_mixed": (
        Variant(0.5, {}, NOBODY),
        Variant(0.3, {"incidents": [_incident("crowd")]}),
        Variant(0.2, {"incidents": [_incident("riot")]}),
    ),
    "captor_release": (Variant(1.0, {"control": _to("liberator")}),),
    "authority_release": (Variant(1.0, {"control": _to("liberator")}),),
    "monitor_withdrawal": (Variant(1.0, {"control": _to("rival")}),),
}
"""What each mode imposes at hour 0. Weights within a mode are assumed."""

TAKEN: Tree = {"control": _to("rival") | {"none_hours": {"lognormal": {"median": 8.0, "sigma": 1.0}}}}
"""Ground that changed hands where guards left: whoever comes takes custody after a gap, which is assumed."""

THEATRE: Tree = {
    "name": "event",
    "grid": {"width": 10, "height": 10, "cell_km": 10.0, "west": 0.0, "south": 0.0},
    "ground": "keeper",
    "border_km": 10.0,
    "parties": {
        "keeper": {"hostile_to": ["rival", "movement"], "sponsor": True},
        "rival": {"hostile_to": ["keeper"], "custody": {"setup_hours": 0.0, "free": 0.2, "move": 0.3, "seize": 0.6}},
        "liberator": {"custody": {"setup_hours": 0.0, "free": 1.0, "seize": 1.0}},
        "movement": {"hostile_to": ["keeper"], "armed_movement": True},
    },
    "places": {"road": {"lat": 0.78, "lon": 0.45}},
}
"""Parties of the world. What a rival does with those it finds is assumed."""
QUIET: Tree = {
    "name": "event",
    "start": START,
    "days": float(DAYS),
    "step_hours": 3.0,
    "theatre": "event.yaml",
    "armed_cells": {"attacks_per_month": 0.0},
    "shelling": {"hits_per_month": 0.0},
    "stealth": {"per_1000_year": 0.0},
    "unrest": {"per_1000_year": 0.0},
    "guards": {"shifts": 1.0},
}
"""Nothing happens but what the mode imposes. Guards on site are counted, not those of all shifts."""


def variants(event: Event) -> list[tuple[float, Resolved]]:
    """Return the worlds of an event with their weights, which sum to 1. A mode that is not known is any of the others,
    as often as the record has it.
    """
    ways: list[tuple[float, Variant]] = []
    for mode, share in ({event.mode: 1.0} if event.mode else UNKNOWN_MODE).items():
        ways += [(share * variant.weight, variant) for variant in VARIANTS[mode]]
    return [(weight, _world(event, variant)) for weight, variant in ways]


UNKNOWN_MODE: Mapping[str, float] = {
    mode: count / 38
    for mode, count in {
        "external_assault": 19, "riot_internal": 3, "riot_plus_outside": 2, "tunnel_stealth": 5,
        "assault_plus_riot": 3, "shelling_explosion": 6,
    }.items()
}  # fmt: skip
"""Modes of the record, by the number of its events."""


def _world(event: Event, variant: Variant) -> Resolved:
    held = min(LARGEST, event.held or HELD_UNKNOWN)
    scenario = _merged(QUIET, variant.scenario)
    facility: Tree = {
        "kind": "prison",
        "party": "keeper",
        "lat": 0.45,
        "lon": 0.45,
        "held": {"fighters": {"local": float(held)}},
        "walls": WALLS,
        "capacity": {"uniform": [max(1.0, CAPACITY[0] * held), CAPACITY[1] * held]},
        "guards": float(event.guards) if event.guards is not None else max(1.0, GUARDS_PER_100 * held / 100.0),
    } | variant.facility
    if event.guards is None and "guards" not in variant.facility:
        scenario = _merged(scenario, {"guards": {"scale": _staffing()}})
    if event.control_changed in ("y", "partial"):
        left = 0.0 if event.control_changed == "y" else 0.5
        scenario = _merged(scenario, {"withdrawal": {"schedule": [[START, left]]}})
        if event.mode == "guards_left" and event.control_changed == "y":
            scenario = _merged(scenario, TAKEN)
    theatre = THEATRE | {"facilities": {SITE: facility}}
    return Resolved(Scenario.model_validate(scenario), Theatre.model_validate(theatre), (), {})


def _staffing() -> Tree:
    """Return the factor on guards where they are not known: lognormal, cut where guards would be as many as held."""
    steps = 41
    quantiles = [(k + 0.5) / steps for k in range(steps)]
    draws = [math.exp(GUARDS_SIGMA * NormalDist().inv_cdf(q)) for q in quantiles]
    return {"choice": [round(min(GUARDS_MOST, draw), 4) for draw in draws]}


def _merged(base: Tree, over: Tree) -> Tree:
    out = dict(base)
    for name, value in over.items():
        out[name] = _merged(out[name], value) if isinstance(value, dict) and isinstance(out.get(name), dict) else value
    return out


assert set(VARIANTS) == set(MODES)
