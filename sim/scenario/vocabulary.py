"""The closed lists of words that files may use, in the order of the numbers that stand for them in arrays.

Compiled rules depend on this file, so it imports only typing and holds only words.
"""

from __future__ import annotations

from typing import Literal, get_args

Role = Literal[
    "guarding force",
    "attacker",
    "occupier",
    "sponsor government",
    "other government",
    "NGO",
    "media",
    "later accounting",
]
"""The role in which somebody makes a claim."""
ROLES: tuple[Role, ...] = get_args(Role)

Handover = Literal["none", "hasty", "formal"]
"""How custody passes when a facility changes hands."""
HANDOVERS: tuple[Handover, ...] = get_args(Handover)

IncidentKind = Literal["riot", "hostages", "keys", "crowd", "tunnel"]
"""How an incident begins: a riot, guards taken hostage, keys or an armoury taken, a crowd that comes to free people."""
INCIDENT_KINDS: tuple[IncidentKind, ...] = get_args(IncidentKind)

ObserverKind = Literal["liaison", "reporter", "source", "desk", "statement"]
"""Kinds of observers that a file may state; surveillance is not among them."""
OBSERVER_KINDS: tuple[ObserverKind, ...] = get_args(ObserverKind)

ObserverSites = Literal["all", "assaulted", "taken"]
"""Facilities an observer looks at: all, those attacked, or those taken over."""
OBSERVER_SITES: tuple[ObserverSites, ...] = get_args(ObserverSites)

Reliability = Literal["A", "B", "C", "D", "E", "F"]
"""Admiralty code of a source, best first."""
RELIABILITIES: tuple[Reliability, ...] = get_args(Reliability)

PeopleKind = Literal["fighters", "families", "minors"]
"""Kinds of people held, as keys of a facility's `held`."""
PEOPLE_KINDS: tuple[PeopleKind, ...] = get_args(PeopleKind)

PeopleOrigin = Literal["local", "iraqi", "foreign"]
"""Where people come from, as keys below a kind of people."""
PEOPLE_ORIGINS: tuple[PeopleOrigin, ...] = get_args(PeopleOrigin)

Category = Literal["all", "fighters", "families"]
"""Whom repatriation takes, or a claim is about."""
CATEGORIES: tuple[Category, ...] = get_args(Category)

FacilityKind = Literal["prison", "camp"]
"""Kinds of facilities."""
FACILITY_KINDS: tuple[FacilityKind, ...] = get_args(FacilityKind)

Regime = Literal["detained", "resident"]
"""Whether the people of a facility are held or may walk out: the key `custody` of a facility."""
REGIMES: tuple[Regime, ...] = get_args(Regime)
