"""Small worlds, each about one rule: (scenario, theatre), 20 to 220 people, 3 to 20 days.

The docking tests run them all.
Rates are far above those of a real scenario, so that every branch of the rule is taken within days.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.scenario.parameters import Scenario
from sim.scenario.theatre import Theatre

Case = tuple[Scenario, Theatre]
Tree = dict[str, Any]

CASES: dict[str, Callable[[], Case]] = {}
"""Every case by name."""


def case(function: Callable[[], Case]) -> Callable[[], Case]:
    """Enter a case in the list."""
    CASES[function.__name__] = function
    return function


def merged(base: Tree, over: Tree) -> Tree:
    """Maps merge, all else replaces."""
    out = dict(base)
    for name, value in over.items():
        out[name] = merged(out[name], value) if isinstance(value, dict) and isinstance(out.get(name), dict) else value
    return out


def party(hostile_to: list[str], **more: Any) -> Tree:
    return {"hostile_to": hostile_to} | more


def people(fighters: int = 0, families: int = 0, minors: int = 0) -> Tree:
    """Held people, of mixed origins: half local, a third Iraqi, the rest foreign."""
    return {
        kind: {"local": count // 2, "iraqi": count // 3, "foreign": count - count // 2 - count // 3}
        for kind, count in (("fighters", fighters), ("families", families), ("minors", minors))
    }


def prison(lat: float, lon: float, held: Tree, guards: float, **more: Any) -> Tree:
    return {"kind": "prison", "party": "keeper", "lat": lat, "lon": lon, "held": held, "guards": guards} | more


THEATRE: Tree = {
    "name": "small",
    "grid": {"width": 12, "height": 10, "cell_km": 10.0, "west": 38.0, "south": 36.0},
    "parties": {
        "keeper": party(["invader", "movement"]),
        "invader": party(
            ["keeper", "movement"],
            effectiveness=0.8,
            authority=0.5,
            search=0.4,
            custody={"guards_per_100": 6.0, "setup_hours": 5.0},
        ),
        "state": party(["movement"], effectiveness=0.9, authority=0.6, search=0.7),
        "movement": party(["keeper", "invader", "state"], armed_movement=True),
        "sponsor": party(["movement"], sponsor=True),
    },
    "ground": "keeper",
    "areas": {
        "north": {"box": [38.0, 36.62, 39.4, 36.95], "party": "invader", "terrain": 0.6},
        "east": {"box": [38.85, 36.0, 39.4, 36.5], "party": "state"},
        "desert": {"box": [38.0, 36.0, 38.25, 36.2], "party": "movement", "terrain": 0.4},
    },
    "places": {"border": {"lat": 36.8, "lon": 38.5}, "junction": {"lat": 36.3, "lon": 38.62}},
    "facilities": {"block": prison(36.41, 38.53, people(60), 8)},
    "border_km": 15.0,
}
SCENARIO: Tree = {
    "name": "small",
    "start": "2019-10-01",
    "days": 5,
    "step_hours": 1.0,
    "theatre": "small.yaml",
    "shelling": {"hits_per_month": 0.0},
    "armed_cells": {"attacks_per_month": 0.0},
    "stealth": {"per_1000_year": 0.0},
    "unrest": {"per_1000_year": 0.0},
    "disorder": {"threshold": 1.0},
    "isr": {"revisit_hours": 12.0},
}
"""Nothing happens here: nobody escapes by stealth, riots, shells or attacks until a case says so."""


def build(scenario: Tree, theatre: Tree | None = None) -> Case:
    """Both files over the quiet ones above. `facilities` replaces, the rest merges."""
    files = merged(THEATRE, theatre or {})
    if theatre is not None and "facilities" in theatre:
        files["facilities"] = theatre["facilities"]
    return Scenario.model_validate(merged(SCENARIO, scenario)), Theatre.model_validate(files)


def two_prisons(**more: Any) -> Tree:
    """One in the middle and a smaller one to the south-east."""
    return {
        "block": prison(36.41, 38.53, people(50, 20, 10), 9, **more),
        "yard": prison(36.17, 38.77, people(24, 6, 3), 6, block_size=10),
    }


def camp_with_residents() -> Tree:
    """A policed annex and the residents of the same camp."""
    here = {"kind": "camp", "party": "keeper", "lat": 36.55, "lon": 38.4}
    return {
        "annex": here | {"held": people(10, 60, 40), "guards": 7, "leave_share": 0.8},
        "camp": here | {"custody": "resident", "residents": 80, "guards": 5, "leave_share": 0.6},
        "yard": prison(36.17, 38.77, people(30), 5),
    }


RIOT: Tree = {"threshold": 0.05, "up_per_hour": 3.0, "agitation_sd": 0.1, "agitation_days": 1.0}
"""Disorder at thin guards."""

EYES: list[Tree] = [
    {"name": "liaison", "role": "sponsor government", "kind": "liaison", "leaves": True, "presence": 0.9,
     "detect": 0.95, "notice_size": 1.0, "delay_hours": 4.0, "update_hours": 8.0, "reliability": "A", "direct": True},
    {"name": "warden", "role": "guarding force", "kind": "reporter", "party": "keeper", "notice_size": 0.0,
     "delay_hours": 6.0, "update_hours": 12.0, "bias": 1.2, "bias_own_failure": 0.5, "denies": 0.2},
    {"name": "captor", "role": "occupier", "kind": "reporter", "party": "invader", "sites": "taken", "bias": 1.5,
     "delay_hours": 3.0, "update_hours": 6.0, "notice_size": 1.0},
    {"name": "movement-desk", "role": "attacker", "kind": "desk", "sites": "assaulted", "bias": 2.0,
     "delay_hours": 5.0, "update_hours": 10.0, "notice_size": 2.0, "wordless": 0.3},
    {"name": "witness", "role": "media", "kind": "source", "origin": "street", "delay_hours": 10.0,
     "update_hours": 12.0, "notice_size": 2.0, "range_factor": 1.8, "wordless": 0.2},
    {"name": "agency", "role": "NGO", "kind": "source", "origin": "street", "delay_hours": 14.0, "update_hours": 24.0,
     "notice_size": 3.0, "reliability": "B"},
    {"name": "minister", "role": "other government", "kind": "statement", "listens": ["guarding force", "media"],
     "delay_hours": 20.0, "update_hours": 24.0, "bias": 1.1},
]  # fmt: skip
"""One observer of each kind and of most roles."""


@case
def stealth() -> Case:
    """Lone escapes, at a ratio of guards that thins, with cameras that help."""
    return build(
        {
            "days": 6,
            "step_hours": 6.0,
            "stealth": {"per_1000_year": 20000.0, "thin_gain": 4.0, "camera_cut": 0.4},
            "guards": {"scale": 0.6},
            "control": {
                "changes": [{"date": "2019-10-03", "facility": "open", "to": "state", "handover": "formal"}],
            },
        },
        {"facilities": two_prisons() | {"open": prison(36.3, 38.3, people(12), 0)}},
    )


@case
def disorder() -> Case:
    """Blocks tip and calm, walls erode and are mended, news of it spreads."""
    return build(
        {
            "days": 8,
            "guards": {"scale": 0.6},
            "disorder": RIOT | {"down_per_hour": 2.0, "crowding_weight": 0.2},
            "walls": {"erosion_minimum": 1.0, "erosion_per_hour": 400.0},
            "news": {"minimum": 3, "full": 20, "delay_hours": 3.5, "tau_days": 2.0},
        },
        {"facilities": two_prisons(block_size=25, capacity=60.0)},
    )


@case
def authority() -> Case:
    """Disorder under custodians of much and little authority, weighed around another one; places change hands."""
    changes = [
        {"date": "2019-10-03T04:00", "facility": "block", "to": "invader", "handover": "formal"},
        {"date": "2019-10-04", "facility": "yard", "to": "state", "handover": "hasty"},
    ]
    return build(
        {
            "days": 8,
            "guards": {"scale": 0.8},
            "disorder": RIOT | {"authority_reference": 0.4, "authority_weight": 0.6, "authority_down_hours": 6.0},
            "control": {"changes": changes},
        },
        {
            "facilities": two_prisons(block_size=20),
            "parties": {"keeper": {"authority": 0.9}, "invader": {"authority": 0.1}, "state": {"authority": 1.0}},
        },
    )


@case
def authority_fades() -> Case:
    """A quiet place passes in good order to who has no authority: it sinks by the hour until people rise at midday."""
    return build(
        {
            "days": 4,
            "disorder": RIOT | {
                "threshold": 0.3, "authority_reference": 0.5, "authority_weight": 1.0, "authority_up_hours": 30.0,
            },
            "control": {
                "changes": [
                    {"date": "2019-10-02T01:00", "facility": "block", "to": "invader", "handover": "formal"},
                    {"date": "2019-10-03T02:00", "facility": "yard", "to": "invader", "handover": "formal"},
                ]
            },
        },
        {
            "facilities": two_prisons(),
            "parties": {
                "keeper": {"authority": 0.95},
                "invader": {"authority": 0.0, "custody": {"guards_per_100": 9.0, "setup_hours": 1.0}},
            },
        },
    )  # fmt: skip


@case
def way_out() -> Case:
    """Walls that disorder wears show a way out to those who are not up yet."""
    return build(
        {
            "days": 5,
            "step_hours": 2.0,
            "guards": {"scale": 0.8},
            "disorder": RIOT | {"down_per_hour": 2.0, "way_out": 0.8},
            "walls": {"erosion_minimum": 0.2, "erosion_per_hour": 600.0},
        },
        {"facilities": two_prisons(block_size=25, flow_per_hour=20.0)},
    )


@case
def assault_dated() -> Case:
    """Dated attacks: before hour 0, two on one day, one that fails, one on an empty place."""
    return build(
        {
            "days": 4,
            "step_hours": 0.2,
            "armed_cells": {
                "attacks": [
                    {"date": "2019-09-28", "facility": "block", "attackers": 12.0},
                    {"date": "2019-10-02T05:07", "facility": "yard", "attackers": 4.0},
                    {"date": "2019-10-02T05:20", "facility": "yard", "attackers": 9.0},
                    {"date": "2019-10-03T13:59", "facility": "block", "attackers": 25.0},
                    {"date": "2019-10-03T14:00", "facility": "empty", "attackers": 25.0},
                ]
            },
            "assault": {
                "success_level": 1.0,
                "relief_hours": 2.0,
                "death_share": 0.3,
                "open_per_attacker_hour": 30.0,
                "flow_per_hour": 6.0,
            },  # fmt: skip
            "guards": {"replace_per_day": 0.5},
        },
        {"facilities": two_prisons(flow_per_hour=6.0) | {"empty": prison(36.3, 38.3, people(0), 3)}},
    )


@case
def broken_twice() -> Case:
    """One place is broken twice, days apart, and what was known of the first time counts; another quietly changes hands.

    Nobody is out of control in the other one, which is left alone as soon as its new custodian's authority is settled.
    """
    attacks = [{"date": f"2019-10-{day:02}T02:00", "facility": "block", "attackers": 40.0} for day in (2, 5)]
    return build(
        {
            "days": 8,
            "step_hours": 3.0,
            "armed_cells": {"attacks": attacks},
            "assault": {"fight_hours": 1.0, "success_level": 2.0, "open_per_attacker_hour": 3.0, "relief_hours": 2.0},
            "walls": {"prison_flow_per_hour": 4.0},
            "disorder": {"authority_up_hours": 30.0},
            "control": {
                "changes": [{"date": "2019-10-02T06:00", "facility": "yard", "to": "state", "handover": "formal"}],
            },
            "isr": {"coverage": 1.0, "revisit_hours": 3.0, "detect_per_look": 1.0},
            "observers": EYES[:2],
        },
        {"facilities": two_prisons(), "parties": {"keeper": {"authority": 0.9}}},
    )


@case
def assault_on_the_changed() -> Case:
    """Attacks on places that have changed hands: before and after custody is taken over, occupied, moving, released."""
    changes = [
        {"date": "2019-10-01", "facility": "block", "to": "state", "handover": "formal"},
        {"date": "2019-10-01", "facility": "yard", "to": "invader", "handover": "none"},
        {"date": "2019-10-01", "facility": "depot", "to": "invader", "handover": "formal"},
    ]
    attacks = [
        {"date": f"2019-10-{day:02}T{hour:02}:10", "facility": name, "attackers": 9.0}
        for day, hour in ((1, 4), (2, 9), (3, 15), (4, 20))
        for name in ("block", "yard", "depot")
    ]
    return build(
        {
            "days": 5,
            "stealth": {"per_1000_year": 3000.0},
            "disorder": RIOT,
            "control": {"changes": changes, "none_hours": 20.0},
            "armed_cells": {"attacks": attacks},
            "assault": {"fight_hours": 1.5, "open_per_attacker_hour": 2.0, "loss_success": 0.8, "death_share": 0.2},
            "walls": {"prison_flow_per_hour": 8.0},
        },
        {
            "facilities": two_prisons() | {"depot": prison(36.3, 38.3, people(40, 10), 5)},
            "parties": {
                "state": {"custody": {"guards_per_100": 12.0, "setup_hours": 8.0}},
                "invader": {"custody": {"free": 0.4, "move": 0.6}},
            },
        },
    )


@case
def assault_by_cells() -> Case:
    """Cells choose their targets; who rejoins makes more attacks."""
    return build(
        {
            "days": 12,
            "step_hours": 3.0,
            "armed_cells": {
                "attacks_per_month": 25.0, "attackers": 8.0, "growth_per_100": 40.0, "plan_km": 40.0, "ward": 0.3,
            },
            "at_large": {"rejoin_per_day": 0.4},
            "assault": {"relief_hours": 1.0, "death_share": 0.1},
            "withdrawal": {"schedule": [["2019-10-04", 0.8], ["2019-10-08", 0.1]]},
        },
        {
            "facilities": two_prisons(),
            "cells": {
                "sand": {"lat": 36.1, "lon": 38.1, "strength": 1.0},
                "river": {"lat": 36.5, "lon": 38.9, "strength": 2.5},
            },
        },
    )  # fmt: skip


@case
def surges() -> Case:
    """Calls for attacks, one before the start, two at once, one to hold still; who rejoins makes attacks stronger."""
    return build(
        {
            "days": 12,
            "step_hours": 3.0,
            "armed_cells": {
                "attacks_per_month": 9.0, "attackers": 8.0, "growth_per_100": 40.0, "strength_per_100": 30.0,
                "growth_max": 2.5,
                "surges": [
                    {"date": "2019-09-25", "factor": 2.5, "days": 7.5},
                    {"date": "2019-10-04T10:00", "factor": 3.0, "days": 3.0},
                    {"date": "2019-10-06", "factor": 1.5, "days": 6.0},
                    {"date": "2019-10-10", "factor": 0.0, "days": 1.25},
                ],
            },
            "at_large": {"rejoin_per_day": 0.4},
            "assault": {"relief_hours": 3.0},
        },
        {"facilities": two_prisons(), "cells": {"sand": {"lat": 36.1, "lon": 38.1, "strength": 1.0}}},
    )  # fmt: skip


@case
def shelling_with_offensive() -> Case:
    """Fire near the front opens walls and sets people loose; the front stops and goes."""
    return build(
        {
            "days": 8,
            "shelling": {"hits_per_month": 60.0, "front_km": 60.0, "exposed": 6.0},
            "control": {
                "offensives": [
                    {"party": "invader", "start": "2019-10-01T10:30", "from": "border", "objectives": ["junction"],
                     "km_per_day": 5.0, "stops": "2019-10-05T12:20"},
                ]
            },
            "disorder": RIOT,
        },
        {"facilities": two_prisons()},
    )  # fmt: skip


@case
def incidents_undated() -> Case:
    """Incidents of every kind that comes undated, at guards that thin, crowded or not, while disorder goes on."""
    return build(
        {
            "days": 8,
            "step_hours": 3.0,
            "guards": {"scale": 0.6, "redeploy_share": 0.9},
            "disorder": RIOT,
            "stealth": {"per_1000_year": 4000.0},
            "unrest": {
                "per_1000_year": 1500.0, "thin_gain": 2.0, "crowd_gain": 3.0, "hostages_undated": 0.3,
                "keys_undated": 0.3, "quell_hours": 5.0, "hostages_hours": 11.0, "quell_sd": 1.2, "riot_gate": 0.4,
            },
            "control": {
                "changes": [
                    {"date": "2019-10-04T09:00", "facility": "open", "to": "state", "handover": "formal"},
                    {"date": "2019-10-05", "facility": "yard", "to": "invader", "handover": "hasty"},
                ],
                "offensives": [
                    {"party": "invader", "start": "2019-10-02", "from": "border", "objectives": ["junction"],
                     "km_per_day": 6.0, "stops": "2019-10-06"},
                ],
                "reach_km": 0.1,
            },
        },
        {"facilities": two_prisons(capacity=50.0) | {"open": prison(36.3, 38.3, people(12), 0)}},
    )  # fmt: skip


def _dated(rows: list[tuple[str, str, str, float | None]]) -> list[Tree]:
    keys = ("date", "facility", "kind", "severity")
    return [{key: value for key, value in zip(keys, row, strict=True) if value is not None} for row in rows]


@case
def incidents_dated() -> Case:
    """Dated ones of every kind: before hour 0, while another is in force, at one minute, where nobody is, or leaves."""
    rows = [
        ("2019-09-20", "block", "riot", None),
        ("2019-10-01T00:00", "block", "keys", 0.9),
        ("2019-10-02T05:07", "yard", "crowd", None),
        ("2019-10-02T05:08", "yard", "keys", None),
        ("2019-10-02T12:00", "block", "hostages", 1.0),
        ("2019-10-03T23:59", "block", "keys", 0.2),
        ("2019-10-03T06:00", "empty", "riot", None),
        ("2019-10-03T17:30", "yard", "hostages", None),
        ("2019-10-04T03:00", "block", "crowd", 0.0),
        ("2019-10-04T03:00", "block", "keys", None),
        ("2019-10-04T08:00", "camp", "riot", None),
        ("2019-10-04T08:00", "annex", "crowd", 0.5),
        ("2019-10-05T00:00", "annex", "keys", 0.5),
    ]
    return build(
        {
            "days": 6,
            "step_hours": 0.2,
            "incidents": _dated(rows),
            "unrest": {"quell_hours": 3.0, "quell_sd": 1.5},
            "walls": {"prison_flow_per_hour": 20.0},
            "control": {"changes": [{"date": "2019-10-05T01:00", "facility": "annex", "to": "state"}]},
        },
        {"facilities": two_prisons() | camp_with_residents() | {"empty": prison(36.3, 38.3, people(0), 3)}},
    )


@case
def incidents_under_fire_and_assault() -> Case:
    """Hits and incidents at once, each ending before the other; a rising while attackers fight, hold the gate, leave."""
    days = range(2, 8)
    rows = [
        (f"2019-10-{day:02}T{hour}", name, kind, None)
        for day in days
        for name, hour, kind in (("block", "07:13", "riot"), ("yard", "09:30", "hostages"), ("yard", "21:05", "keys"))
    ]
    attacks = [
        {"date": f"2019-10-{day:02}T{hour}", "facility": name, "attackers": 12.0}
        for day in days
        for name, hour in (("block", "06:40"), ("yard", "21:20"))
    ]
    return build(
        {
            "days": 8,
            "step_hours": 1.0,
            "incidents": _dated(rows),  # type: ignore[arg-type]
            "unrest": {
                "per_1000_year": 300.0, "quell_hours": 8.0, "hostages_hours": 20.0, "riot_share": 0.15, "pull_share": 0.9,
            },
            "shelling": {"hits_per_month": 40.0, "front_km": 500.0, "exposed": 4.0, "pull_hours": 6.0},
            "armed_cells": {"attacks": attacks},
            "assault": {"open_per_attacker_hour": 2.0, "flow_per_hour": 8.0, "death_share": 0.1, "fight_hours": 0.7},
            "guards": {"replace_per_day": 1.0},
            "walls": {"prison_flow_per_hour": 6.0},
            "disorder": RIOT,
            "control": {
                "offensives": [
                    {"party": "invader", "start": "2019-10-02", "objectives": ["border"], "km_per_day": 0.0,
                     "stops": "2019-10-06"},
                ]
            },
        },
        {"facilities": two_prisons()},
    )  # fmt: skip


@case
def tunnels() -> Case:
    """Tunnels at two prisons and a camp of families, found late or soon; one during a rising, one under assault."""
    rows = [
        ("2019-10-01T22:07", "block", "tunnel", None),
        ("2019-10-02T01:30", "block", "tunnel", 0.9),
        ("2019-10-03T02:00", "yard", "riot", 0.3),
        ("2019-10-03T02:10", "yard", "tunnel", 0.5),
        ("2019-10-04T03:00", "annex", "tunnel", 0.6),
        ("2019-10-05T03:00", "block", "tunnel", 0.8),
        ("2019-10-06T23:00", "annex", "tunnel", 0.2),
    ]
    attack = {"date": "2019-10-05T04:00", "facility": "block", "attackers": 30.0}
    return build(
        {
            "days": 8,
            "step_hours": 1.0,
            "incidents": _dated(rows),
            "unrest": {"tunnel_hours": 6.0, "tunnel_flow_per_hour": 5.0, "tunnel_share": 0.4},
            "armed_cells": {"attacks": [attack]},
            "control": {"changes": [{"date": "2019-10-04T06:00", "facility": "annex", "to": "state"}]},
        },
        {"facilities": two_prisons() | camp_with_residents()},
    )


@case
def offensive_takes_ground() -> Case:
    """Units take cells and contest facilities; a facility in the table of changes is left to it."""
    return build(
        {
            "days": 8,
            "step_hours": 2.0,
            "control": {
                "handover": "hasty",
                "contest_hours": 9.0,
                "changes": [{"date": "2019-10-20", "facility": "yard", "to": "state"}],
                "offensives": [
                    {"party": "invader", "start": "2019-09-30", "from": "border",
                     "objectives": ["block", "junction", "yard"], "km_per_day": 20.0},
                    {"party": "keeper", "start": "2019-10-05", "objectives": ["yard", "border"], "km_per_day": 30.0,
                     "stops": "2019-10-07T01:00"},
                ],
            },
        },
        {"facilities": two_prisons()},
    )  # fmt: skip


@case
def settled_by_the_table() -> Case:
    """The first place and those of an area wait for a date that units do not forestall; a third falls, then is quiet."""
    return build(
        {
            "days": 8,
            "step_hours": 1.0,
            "stealth": {"per_1000_year": 9000.0},
            "unrest": {"per_1000_year": 900.0, "quell_hours": 4.0},
            "guards": {"threat_weight": 0.0, "scale": 2.0, "redeploy_share": 0.0},
            "levers": {"repatriation": {"per_month": 20.0, "who": "families"}},
            "control": {
                "handover": "formal",
                "contest_hours": 6.0,
                "reach_km": 2.0,
                "changes": [
                    {"date": "2019-10-20", "facility": "block", "to": "state"},
                    {"date": "2019-10-06T08:00", "area": "east", "to": "state", "handover": "formal"},
                ],
                "offensives": [
                    {"party": "invader", "start": "2019-10-01T05:00", "from": "border", "objectives": ["block", "yard"],
                     "km_per_day": 40.0},
                    {"party": "invader", "start": "2019-10-02", "objectives": ["gaol"], "km_per_day": 0.0},
                ],
            },
        },
        {
            "facilities": two_prisons() | {"gaol": prison(36.3, 38.95, people(12), 3)},
            "parties": {"invader": {"custody": {"guards_per_100": 40.0, "setup_hours": 2.0}}},
        },
    )  # fmt: skip


@case
def flee_and_redeploy() -> Case:
    """The front calls guards away, frightens others, and gives them back after a ceasefire."""
    return build(
        {
            "days": 14,
            "step_hours": 4.0,
            "guards": {
                "redeploy_share": 0.9, "floor_per_100": 3.0, "pressure_up_hours": 20.0, "pressure_down_hours": 30.0,
                "nerve_min": 0.05,
            },
            "control": {
                "offensives": [
                    {"party": "invader", "start": "2019-10-02", "from": "border", "objectives": ["block"],
                     "km_per_day": 6.0, "stops": "2019-10-06"},
                ],
                "reach_km": 1.0,
            },
            "stealth": {"per_1000_year": 8000.0},
        },
        {"facilities": two_prisons(call_priority=1.4)},
    )  # fmt: skip


@case
def cascade_under_fire() -> Case:
    """Guards draw each other away: fire here and next door, an assault, people who stir, colleagues who went."""
    return build(
        {
            "days": 9,
            "step_hours": 0.5,
            "guards": {
                "nerve_min": 0.1, "flee_km": 20.0, "fire_weight": 0.5, "fire_km": 20.0, "fire_hours": 9.0,
                "alone_weight": 1.2, "gone_hours": 11.0, "stir_weight": 0.7, "stir_per_guard": 1.5,
                "hold_sponsor": 0.15, "hold_reaction": 0.1, "redeploy_share": 0.4, "replace_per_day": 0.5,
            },
            "disorder": RIOT,
            "shelling": {"hits_per_month": 25.0, "front_km": 60.0, "exposed": 5.0},
            "armed_cells": {
                "attacks": [
                    {"date": "2019-10-02T21:40", "facility": "yard", "attackers": 9.0},
                    {"date": "2019-10-07T09:05", "facility": "block", "attackers": 6.0},
                ]
            },
            "assault": {"loss_failure": 0.5, "relief_hours": 2.0},
            "withdrawal": {"schedule": [["2019-10-03", 1.0], ["2019-10-07", 0.2]]},
            "control": {
                "offensives": [
                    {"party": "invader", "start": "2019-10-03T08:00", "objectives": ["border"], "km_per_day": 0.0,
                     "stops": "2019-10-06T03:15"},
                ],
            },
        },
        {"facilities": two_prisons() | camp_with_residents()},
    )  # fmt: skip


@case
def order_to_stay_contested() -> Case:
    """A unit contests two places; in one most guards are under an order to stay, in the other none."""
    return build(
        {
            "days": 8,
            "guards": {
                "nerve_min": 0.15, "flee_km": 14.0, "order_kept": 0.5, "redeploy_share": 0.8, "floor_per_100": 5.0,
                "pressure_up_hours": 20.0, "pressure_down_hours": 15.0, "hold_sponsor": 0.0, "replace_per_day": 0.3,
            },
            "shelling": {"hits_per_month": 10.0, "front_km": 30.0},
            "control": {
                "contest_hours": 20.0,
                "handover": "hasty",
                "offensives": [
                    {"party": "invader", "start": "2019-10-02T04:00", "from": "border", "objectives": ["block", "yard"],
                     "km_per_day": 12.0, "stops": "2019-10-06"},
                    {"party": "invader", "start": "2019-10-04", "objectives": ["annex"], "km_per_day": 0.0,
                     "stops": "2019-10-05T13:00"},
                ],
                "reach_km": 8.0,
            },
            "levers": {"formal_handover": {"facilities": ["block", "annex"]}},
        },
        {
            "facilities": two_prisons() | camp_with_residents() | {"yard": prison(36.17, 38.77, people(30), 9)},
            "parties": {"invader": {"custody": {"setup_hours": 16.0}}},
        },
    )  # fmt: skip


@case
def formal_change_and_flight() -> Case:
    """Control passes formally on a date; who does not keep the order to stay flees before relief comes."""
    return build(
        {
            "days": 6,
            "guards": {
                "nerve_min": 0.02, "order_kept": 0.4, "alone_weight": 0.8, "flee_km": 25.0, "stir_weight": 0.9, "hold_sponsor": 0.05,
                "fire_weight": 0.4,
            },
            "disorder": RIOT,
            "armed_cells": {"attacks": [{"date": "2019-10-03T15:00", "facility": "yard", "attackers": 7.0}]},
            "control": {
                "changes": [
                    {"date": "2019-10-03T02:00", "facility": "block", "to": "invader", "handover": "formal"},
                    {"date": "2019-10-03T02:00", "facility": "yard", "to": "state", "handover": "formal"},
                    {"date": "2019-10-03T02:00", "facility": "annex", "to": "state", "handover": "hasty"},
                ],
                "offensives": [
                    {"party": "keeper", "start": "2019-10-02", "from": "border", "objectives": ["block"],
                     "km_per_day": 15.0},
                ],
                "reach_km": 1.0,
            },
        },
        {
            "facilities": two_prisons() | camp_with_residents() | {"yard": prison(36.17, 38.77, people(30), 9)},
            "parties": {
                "invader": {"custody": {"setup_hours": 60.0, "neglect": 0.9}},
                "state": {"custody": {"setup_hours": 40.0}},
            },
        },
    )  # fmt: skip


def _table(handover: str, custody: Tree, **more: Any) -> Case:
    """Both prisons change hands on the third day: one by name, one with its area."""
    return build(
        merged(
            {
                "days": 7,
                "disorder": RIOT,
                "stealth": {"per_1000_year": 5000.0},
                "control": {
                    "handover": handover,
                    "none_hours": 14.0,
                    "changes": [
                        {"date": "2019-10-03T07:15", "facility": "block", "to": "invader"},
                        {"date": "2019-10-03T18:00", "area": "south", "to": "invader"},
                        {"date": "2019-10-05", "area": "south", "to": "state"},
                    ],
                },
            },
            more,
        ),
        {
            "facilities": two_prisons(),
            "areas": {"south": {"box": [38.6, 36.0, 38.95, 36.3]}},
            "parties": {"invader": {"custody": custody}},
        },
    )


@case
def table_none_occupied() -> Case:
    """No handover: a long gap, then the taker guards."""
    return _table("none", {})


@case
def table_hasty_released() -> Case:
    """A hasty handover to a party that opens the gate."""
    return _table("hasty", {"free": 1.0})


@case
def table_formal_bound() -> Case:
    """A formal handover binds a party that would free or neglect; the old guards stay until it stands."""
    return _table("formal", {"free": 0.5, "neglect": 0.5, "setup_hours": 30.0})


@case
def table_neglected() -> Case:
    """A party that takes the ground and leaves the places unguarded."""
    return _table("hasty", {"neglect": 1.0})


@case
def table_moving() -> Case:
    """A party that moves everybody out of the network."""
    return _table("hasty", {"move": 1.0, "setup_hours": 2.0}, walls={"prison_flow_per_hour": 12.0})


@case
def table_mixed_rows() -> Case:
    """A row's own handover, the lever that names one facility, and policies drawn by lot."""
    mixed = {"free": 0.3, "move": 0.3, "neglect": 0.2}
    changes = [
        {"date": "2019-10-02T03:00", "facility": "block", "to": "invader", "handover": "hasty"},
        {"date": "2019-10-02T03:00", "facility": "yard", "to": "invader", "handover": "none"},
        {"date": "2019-10-02T03:00", "facility": "block", "to": "state"},
    ]
    return _table(
        "none",
        mixed,
        control={"changes": changes, "handover": "formal"},
        levers={"formal_handover": {"facilities": ["yard"]}},
    )


@case
def table_seized() -> Case:
    """Who comes seizes, in some places at once: what it then does is drawn as ever."""
    return _table("none", {"seize": 0.6, "free": 0.2, "move": 0.3, "neglect": 0.1})


@case
def seized_by_units() -> Case:
    """Units seize what falls to them, and a formal handover is no seizure."""
    return build(
        {
            "days": 6,
            "step_hours": 2.0,
            "control": {
                "changes": [{"date": "2019-10-04T05:00", "facility": "gaol", "to": "invader", "handover": "formal"}],
                "offensives": [
                    {"party": "invader", "start": "2019-10-01T06:00", "from": "border",
                     "objectives": ["block", "junction", "yard"], "km_per_day": 30.0},
                ],
                "contest_hours": 1.0,
            },
            "guards": {"flee_km": 2.0},
        },
        {
            "facilities": two_prisons() | {"gaol": prison(36.3, 38.95, people(12), 3)},
            "parties": {"invader": {"custody": {"seize": 0.9}}},
        },
    )  # fmt: skip


@case
def evacuation() -> Case:
    """Guards bring people away from units, to a place far from them while there is one, then out of the theatre."""
    return build(
        {
            "days": 7,
            "step_hours": 1.0,
            "disorder": RIOT,
            "stealth": {"per_1000_year": 8000.0},
            "control": {
                "offensives": [
                    {"party": "invader", "start": "2019-10-01T03:00", "from": "border",
                     "objectives": ["junction", "block"], "km_per_day": 15.0, "stops": "2019-10-06"},
                    {"party": "invader", "start": "2019-10-02T17:00", "from": "junction",
                     "objectives": ["junction"], "km_per_day": 0.0, "stops": "2019-10-03"},
                ],
                "reach_km": 2.0,
                "contest_hours": 30.0,
                "evacuate_km": 22.0,
                "evacuate_per_hour": 1.3,
            },
            "armed_cells": {
                "attacks": [{"date": "2019-10-02T09:15", "facility": "block", "attackers": 6.0}],
            },
            "guards": {"flee_km": 3.0},
            "assault": {"relief_hours": 4.0},
        },
        {
            "facilities": two_prisons() | camp_with_residents() | {"lone": prison(36.41, 38.53, people(15), 2)},
            "parties": {"keeper": {"custody": {"evacuate": 0.8}}},
        },
    )  # fmt: skip


@case
def abandonment_prison() -> Case:
    """All guards flee from a place that then opens slowly; they come back when the front has gone."""
    return build(
        {
            "days": 6,
            "control": {
                "offensives": [
                    {"party": "invader", "start": "2019-10-02", "from": "border", "objectives": ["block"],
                     "km_per_day": 40.0, "stops": "2019-10-04"},
                ],
                "reach_km": 0.1,
            },
            "guards": {"nerve_min": 0.01, "flee_km": 40.0},
        },
        {"facilities": {"block": prison(36.45, 38.53, people(60), 3, flow_per_hour=40.0, leave_share=0.7)}},
    )  # fmt: skip


@case
def abandonment_camp_and_residents() -> Case:
    """A camp changes hands with no one to guard it: its annex escapes, its residents leave freely."""
    return build(
        {
            "days": 4,
            "step_hours": 0.5,
            "walls": {"camp_flow_per_hour": 30.0},
            "control": {
                "changes": [{"date": "2019-10-02T09:10", "area": "north-camp", "to": "invader"}],
                "handover": "none",
                "none_hours": 20.0,
            },
        },
        {"facilities": camp_with_residents(), "areas": {"north-camp": {"box": [38.2, 36.45, 38.6, 36.65]}}},
    )


@case
def recapture_and_rejoining() -> Case:
    """Many get out at once; they are found, moved elsewhere, rejoin, leave, die; and some escape again."""
    return build(
        {
            "days": 15,
            "step_hours": 12.0,
            "control": {
                "changes": [{"date": "2019-10-01", "facility": "block", "to": "invader", "handover": "hasty"}],
                "hasty_hours": 30.0,
            },
            "at_large": {
                "retake_early_per_hour": 0.08, "retake_per_day": 0.15, "rejoin_per_day": 0.05, "leave_per_day": 0.4,
                "death_per_day": 0.03, "km_per_day": 30.0, "border_km_per_day": 5.0,
            },
            "stealth": {"per_1000_year": 30000.0},
        },
        {"facilities": two_prisons() | {"state-gaol": prison(36.3, 39.1, people(10), 3, party="state")}},
    )  # fmt: skip


@case
def repatriation() -> Case:
    """Foreign families and minors go home, while their places are guarded and unchanged."""
    return build(
        {
            "days": 10,
            "step_hours": 24.0,
            "isr": {"revisit_hours": 24.0},
            "levers": {"repatriation": {"per_month": 70.0, "who": "families", "start": "2019-10-02T09:00"}},
            "control": {"changes": [{"date": "2019-10-07", "facility": "yard", "to": "invader"}]},
        },
        {"facilities": {"block": prison(36.41, 38.53, people(20, 14, 9), 6)} | two_prisons()},
    )


@case
def move_first() -> Case:
    """People are moved off before the ground is lost, and some escape where they are brought."""
    return build(
        {
            "days": 6,
            "stealth": {"per_1000_year": 20000.0},
            "disorder": RIOT,
            "levers": {
                "move_first": {"from": ["block", "annex"], "start": "2019-10-02", "per_day": 22.5},
                "repatriation": {"per_month": 60.0, "from": ["annex", "yard"]},
            },
            "control": {"changes": [{"date": "2019-10-04T12:00", "facility": "block", "to": "invader"}]},
        },
        {"facilities": two_prisons() | camp_with_residents()},
    )


@case
def move_first_nowhere() -> Case:
    """People stay while no other place of their party is guarded."""
    return build(
        {
            "days": 5,
            "step_hours": 8.0,
            "isr": {"revisit_hours": 8.0},
            "levers": {"move_first": {"from": ["block"], "start": "2019-09-20", "per_day": 5.0}},
            "control": {"changes": [{"date": "2019-10-04", "facility": "yard", "to": "invader"}]},
        },
        {"facilities": two_prisons() | {"gaol": prison(36.3, 39.1, people(8), 3, party="state")}},
    )


def camps(guards: float = 4, **more: Any) -> Tree:
    """A camp of families of two origins, orphans and men; a smaller one; a prison with boys."""
    families = {
        "fighters": {"local": 4.0},
        "families": {"local": 9.0, "foreign": 4.0},
        "minors": {"local": 20.0, "iraqi": 5.0, "foreign": 13.0},
    }
    few = {"families": {"local": 2.0, "foreign": 1.0}, "minors": {"local": 5.0, "foreign": 3.0, "iraqi": 2.0}}
    boys = {"fighters": {"local": 8.0, "foreign": 4.0}, "minors": {"local": 4.0, "foreign": 3.0}}
    camp = {"kind": "camp", "block_size": 12}
    return {
        "camp": prison(36.41, 38.53, families, guards) | camp | more,
        "annex": prison(36.3, 38.6, few, guards / 2) | camp | more,
        "gaol": prison(36.17, 38.77, boys, 3, block_size=6),
    }


@case
def families_riot() -> Case:
    """Women and boys riot under thin guards, shells set people loose, families leave, are retaken and leave again."""
    return build(
        {
            "days": 6,
            "disorder": RIOT | {"family_risk_min": 0.2},
            "stealth": {"per_1000_year": 9000.0},
            "shelling": {"hits_per_month": 20.0, "front_km": 500.0, "exposed": 6.0},
            "walls": {"camp_flow_per_hour": 20.0, "erosion_minimum": 1.0, "erosion_per_hour": 300.0},
            "control": {"offensives": [{"party": "invader", "start": "2019-10-02", "objectives": ["border"]}]},
            "at_large": {
                "retake_early_per_hour": 0.1,
                "retake_per_day": 0.6,
                "death_per_day": 0.05,
                "leave_per_day": 0.1,
            },
        },
        {"facilities": camps()},
    )


@case
def families_unguarded() -> Case:
    """Camps lose their guards: one is left alone, one is emptied out of the network; families are retaken together."""
    return build(
        {
            "days": 5,
            "walls": {"camp_flow_per_hour": 9.0},
            "control": {
                "changes": [
                    {"date": "2019-10-02T03:00", "facility": "camp", "to": "invader", "handover": "none"},
                    {"date": "2019-10-02T09:00", "facility": "annex", "to": "state", "handover": "hasty"},
                    {"date": "2019-10-02T09:00", "facility": "gaol", "to": "invader", "handover": "hasty"},
                ],
                "none_hours": 30.0,
                "hasty_hours": 6.0,
            },
            "at_large": {"retake_early_per_hour": 0.1, "retake_per_day": 1.0},
        },
        {
            "facilities": camps(leave_share=0.7) | {"yard": prison(36.5, 38.9, people(6), 4)},
            "parties": {"state": {"custody": {"move": 1.0}}, "invader": {"custody": {"free": 0.5, "neglect": 0.3}}},
        },
    )


@case
def families_under_assault() -> Case:
    """Mothers die in assaults; who is left of a family stays together, outside, retaken, and moved by a lever."""
    attacks = [
        {"date": f"2019-10-{day:02}T{hour:02}:10", "facility": name, "attackers": 12.0}
        for day, hour in ((1, 3), (2, 22), (4, 1))
        for name in ("camp", "annex")
    ]
    return build(
        {
            "days": 6,
            "step_hours": 0.5,
            "disorder": RIOT,
            "stealth": {"per_1000_year": 15000.0},
            "armed_cells": {"attacks": attacks},
            "walls": {"camp_flow_per_hour": 4.0},
            "assault": {
                "flow_per_hour": 4.0,
                "success_level": 3.0,
                "fight_hours": 0.5,
                "open_per_attacker_hour": 3.0,
                "death_share": 0.4,
                "relief_hours": 3.0,
            },
            "guards": {"replace_per_day": 1.0},
            "at_large": {"retake_early_per_hour": 0.2, "retake_per_day": 1.0},
            "levers": {"move_first": {"from": ["camp"], "start": "2019-10-02", "per_day": 2.5}},
        },
        {"facilities": camps()},
    )


@case
def families_moved() -> Case:
    """Few people a day are moved and repatriated, family by family, until the place they are taken to changes hands."""
    return build(
        {
            "days": 12,
            "step_hours": 8.0,
            "isr": {"revisit_hours": 8.0},
            "stealth": {"per_1000_year": 5000.0},
            "levers": {
                "move_first": {"from": ["camp", "annex"], "to": "gaol", "start": "2019-10-02", "per_day": 2.3},
                "repatriation": {"per_month": 30.0, "who": "families"},
            },
            "control": {"changes": [{"date": "2019-10-09", "facility": "gaol", "to": "state", "handover": "formal"}]},
            "armed_cells": {"attacks": [{"date": "2019-10-04T22:00", "facility": "annex", "attackers": 40.0}]},
            "assault": {"fight_hours": 9.0},
        },
        {"facilities": camps(guards=6)},
    )


@case
def hardening_and_other_levers() -> Case:
    """Sounder walls in one place, a floor of guards, a reaction force and eyes that stay."""
    return build(
        {
            "days": 7,
            "step_hours": 2.0,
            "withdrawal": {"schedule": [["2019-10-01", 1.0], ["2019-10-03", 0.0]]},
            "disorder": RIOT,
            "stealth": {"per_1000_year": 9000.0, "camera_cut": 0.8},
            "shelling": {"hits_per_month": 30.0, "front_km": 500.0},
            "guards": {"redeploy_share": 0.8, "pressure_up_hours": 10.0, "call_km": 200.0},
            "armed_cells": {"attacks": [{"date": "2019-10-05T02:00", "facility": "block", "attackers": 10.0}]},
            "control": {
                "offensives": [
                    {"party": "invader", "start": "2019-10-02", "objectives": ["border"], "km_per_day": 0.5},
                ]
            },
            "levers": {
                "hardening": {"walls": 0.6, "cameras": 0.7, "facilities": ["block"]},
                "guard_floor": {"per_100": 8.0},
                "reaction_force": {"residual": 0.9},
                "residual_isr": {"share": 0.8},
            },
            "observers": EYES[:2],
        },
        {"facilities": two_prisons()},
    )


@case
def observers_of_each_kind() -> Case:
    """Stealth, an assault and a change of hands, told by one observer of each kind."""
    return build(
        {
            "days": 12,
            "stealth": {"per_1000_year": 6000.0},
            "armed_cells": {"attacks": [{"date": "2019-10-03T21:40", "facility": "yard", "attackers": 30.0}]},
            "control": {
                "changes": [{"date": "2019-10-06T08:00", "facility": "block", "to": "invader"}],
                "none_hours": 10.0,
            },
            "withdrawal": {"schedule": [["2019-10-02", 1.0], ["2019-10-10", 0.0]]},
            "observers": EYES,
        },
        {"facilities": two_prisons()},
    )


@case
def fitted_claims() -> Case:
    """Every role by the fitted model: some speak of fighters or families, some blame, several invent."""
    about = {"warden": "all", "movement-desk": "fighters", "witness": "families", "minister": "fighters"}
    blames = {"warden": "invader", "captor": "keeper", "movement-desk": "keeper"}
    eyes = [
        eye
        | {"fitted": eye["name"] != "liaison", "category": about.get(eye["name"], "all")}
        | {"at": ["yard", "house"] if eye["name"] == "agency" else []}
        | {"false_per_month": 0.0 if eye["kind"] == "statement" else 8.0}
        | ({"blames": blames[eye["name"]]} if eye["name"] in blames else {})
        for eye in EYES
    ]
    return build(
        {
            "days": 12,
            "stealth": {"per_1000_year": 9000.0},
            "shelling": {"hits_per_month": 20.0},
            "armed_cells": {"attacks": [{"date": "2019-10-03T21:40", "facility": "yard", "attackers": 30.0}]},
            "control": {
                "changes": [{"date": "2019-10-06T08:00", "facility": "block", "to": "invader"}],
                "none_hours": 10.0,
            },
            "withdrawal": {"schedule": [["2019-10-02", 1.0], ["2019-10-10", 0.0]]},
            "observers": eyes,
        },
        {
            "facilities": two_prisons()
            | {"cells": prison(36.3, 38.6, people(40), 6), "house": prison(36.2, 38.5, people(0, 20, 20), 4)}
        },
    )


@case
def isr() -> Case:
    """Surveillance alone: looks, signs that fade, coverage that goes."""
    return build(
        {
            "days": 12,
            "step_hours": 2.0,
            "stealth": {"per_1000_year": 12000.0},
            "isr": {"coverage": 0.9, "revisit_hours": 4.0, "detect_per_look": 0.7, "signs_hours": 5.0,
                    "delay_hours": 3.0},
            "withdrawal": {"schedule": [["2019-10-04", 0.9], ["2019-10-09", 0.0]]},
            "confirmation": {"origins": 1},
        },
        {"facilities": two_prisons() | camp_with_residents()},
    )  # fmt: skip


@case
def rumours() -> Case:
    """Reports of what did not happen, beside a few of what did."""
    gossip = {"false_per_month": 12.0, "false_size": 15.0, "delay_hours": 12.0, "notice_size": 1.0}
    return build(
        {
            "days": 15,
            "step_hours": 6.0,
            "stealth": {"per_1000_year": 3000.0},
            "observers": [
                {"name": "paper", "role": "media", "kind": "source"} | gossip,
                {"name": "radio", "role": "media", "kind": "desk", "range_factor": 2.0} | gossip,
                {"name": "speaker", "role": "occupier", "kind": "statement", "listens": ["media"]} | gossip,
            ],
            "confirmation": {"agree_within": 1.0},
        },
        {"facilities": two_prisons() | camp_with_residents()},
    )


@case
def statements_and_confirmation() -> Case:
    """Claims of several origins agree or not, grow stale, and are added up in statements."""
    source = {"kind": "source", "delay_hours": 6.0, "update_hours": 5.0, "notice_size": 0.0, "error": 0.4}
    return build(
        {
            "days": 14,
            "step_hours": 4.0,
            "stealth": {"per_1000_year": 9000.0},
            "observers": [
                {"name": "paper", "role": "media"} | source,
                {"name": "blog", "role": "media", "origin": "paper", "range_factor": 1.5} | source,
                {"name": "aid", "role": "NGO", "denies": 0.3} | source,
                {"name": "ministry", "role": "guarding force", "bias_own_failure": 0.4} | source,
                {"name": "embassy", "role": "sponsor government", "direct": True, "reliability": "B",
                 "presence": 0.6, "detect": 0.5} | source,
                {"name": "capital", "role": "other government", "kind": "statement", "error": 0.1,
                 "listens": ["guarding force", "NGO", "media"], "delay_hours": 30.0, "update_hours": 7.5},
                {"name": "inquiry", "role": "later accounting", "kind": "statement", "error": 0.0,
                 "listens": ["media"], "delay_hours": 200.0, "update_hours": 1000.0},
            ],
            "confirmation": {"direct_reliability": "B", "agree_within": 0.25, "window_days": 2.0},
        },
        {"facilities": two_prisons()},
    )  # fmt: skip


@case
def response() -> Case:
    """What is noticed is searched for."""
    return build(
        {
            "days": 8,
            "step_hours": 3.0,
            "response": True,
            "stealth": {"per_1000_year": 15000.0},
            "at_large": {"retake_per_day": 0.15, "noticed_factor": 6.0, "noticed_hours": 20.0},
            "observers": [
                {"name": "warden", "role": "guarding force", "kind": "reporter", "party": "keeper",
                 "notice_size": 0.0, "delay_hours": 2.0, "update_hours": 4.0},
            ],
        },
        {"facilities": two_prisons()},
    )  # fmt: skip


@case
def ground_by_agreement() -> Case:
    """A state takes over the ground by agreement on the third day; the guards stay, and an invader turns away from it."""
    return build(
        {
            "days": 8,
            "at_large": {"retake_per_day": 0.2},
            "stealth": {"per_1000_year": 3000.0},
            "control": {
                "changes": [
                    {"date": "2019-10-03T08:00", "area": "south", "to": "state", "ground_only": True},
                    {"date": "2019-10-06T08:00", "area": "south", "to": "sponsor", "ground_only": True},
                ],
                "offensives": [
                    {"party": "invader", "start": "2019-10-02T09:00", "from": "border",
                     "objectives": ["block", "junction"], "km_per_day": 12.0},
                ],
                "contest_hours": 9.0,
            },
        },
        {
            "facilities": two_prisons(),
            "areas": {"south": {"box": [38.1, 36.0, 38.95, 36.5]}},
        },
    )  # fmt: skip


@case
def alarm() -> Case:
    """Assaults are seen by a liaison team that goes, and by looks; relief comes sooner, and lost guards are replaced."""
    attacks = [
        {"date": f"2019-10-{day:02}T{hour:02}:20", "facility": name, "attackers": 14.0}
        for day, hour in ((1, 2), (2, 7), (3, 13), (4, 3), (5, 17), (6, 4))
        for name in ("block", "yard")
    ]
    return build(
        {
            "days": 8,
            "response": True,
            "armed_cells": {"attacks": attacks},
            "assault": {"relief_hours": 6.0, "loss_failure": 0.3, "open_per_attacker_hour": 2.0, "alarm_share": 0.7},
            "guards": {"replace_per_day": 0.1, "reinforce_per_day": 0.8},
            "walls": {"prison_flow_per_hour": 4.0},
            "isr": {"coverage": 0.8, "residual": 0.5, "revisit_hours": 2.0, "detect_per_look": 0.6},
            "at_large": {"retake_per_day": 0.3, "noticed_factor": 4.0, "noticed_hours": 15.0},
            "withdrawal": {"schedule": [["2019-10-02", 1.0], ["2019-10-06", 0.0]]},
            "observers": EYES,
        },
        {"facilities": two_prisons()},
    )


@case
def everything() -> Case:
    """All rules at once, for twenty days."""
    return build(
        {
            "days": 20,
            "response": True,
            "stealth": {"per_1000_year": 3000.0},
            "disorder": RIOT,
            "shelling": {"hits_per_month": 20.0},
            "unrest": {"per_1000_year": 100.0},
            "armed_cells": {"attacks_per_month": 8.0, "attackers": 12.0},
            "news": {"minimum": 3, "full": 30},
            "withdrawal": {"schedule": [["2019-10-03", 1.0], ["2019-10-12", 0.0]]},
            "control": {
                "handover": "hasty",
                "changes": [{"date": "2019-10-12T06:00", "area": "camp-ground", "to": "state"}],
                "offensives": [
                    {"party": "invader", "start": "2019-10-05T09:00", "from": "border",
                     "objectives": ["block", "junction"], "km_per_day": 8.0, "stops": "2019-10-15"},
                ],
            },
            "at_large": {"retake_per_day": 0.05, "rejoin_per_day": 0.05},
            "observers": [*EYES, {"name": "gossip", "role": "media", "kind": "source", "false_per_month": 6.0}],
            "levers": {
                "repatriation": {"per_month": 15.0},
                "move_first": {"from": ["block"], "start": "2019-10-06", "per_day": 3.0, "to": "yard"},
            },
        },
        {
            "facilities": two_prisons(block_size=30) | camp_with_residents(),
            "areas": {"camp-ground": {"box": [38.2, 36.45, 38.6, 36.65]}},
            "cells": {"sand": {"lat": 36.1, "lon": 38.1}, "river": {"lat": 36.5, "lon": 38.9, "strength": 2.0}},
            "parties": {"state": {"custody": {"free": 0.2, "move": 0.2, "neglect": 0.1}}},
        },
    )  # fmt: skip
