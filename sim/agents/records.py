"""All records, each assembled from the columns of the files that own them."""

from __future__ import annotations

from sim.agents import (
    account,
    armed_cell,
    assault,
    at_large,
    blocks,
    confirmation,
    control,
    custody,
    detainee,
    disorder,
    disorder_lists,
    disorder_ranks,
    entries,
    evacuation,
    events,
    facility,
    families,
    flight,
    go_order,
    guard,
    incident,
    knowledge,
    levers,
    news,
    observer,
    occupying_force,
    rest,
    shelling,
    speech,
    sponsor,
    stealth,
    surveillance,
    thresholds,
    tunnel,
    walls,
)
from sim.engine.columns import Record, decision, owned, state
from sim.world import map, record
from sim.world.numbers import PARAMETERS
from sim.world.state import TIME

GAP = owned(
    "sim.model.rows",
    state("gap_peak", "f8", "exits", "largest daily gap so far"),
    state("gap_person_days", "f8", "exit-days", "sum of the positive daily gaps"),
)
"""Columns of BOARD, which the model writes with each day's row."""
RESPONSE = owned(__name__, decision("response", "i8", "0/1", "1 if notice speeds relief and search"))
"""Columns of CLOCK."""

CLOCK = Record(
    "CLOCK", TIME, RESPONSE, record.RECORDING, map.GROUND, sponsor.SPONSOR, news.NEWS, guard.GUARD_RATES,
    flight.GUNFIRE,
    custody.HANDING_OVER, occupying_force.THREATENED, facility.SQUARES, disorder.DISORDER_RATES,
    account.COUNTS, at_large.OUTSIDE, entries.ENTRIES, armed_cell.MOVEMENT, levers.LEVERS,
    assault.ASSAULTS, evacuation.EVACUATIONS,
)  # fmt: skip
PARTY = Record(
    "PARTY", guard.EFFECTIVENESS, guard.PRESSURE, disorder.AUTHORITY, at_large.SEARCH, custody.CUSTODY_POLICY
)
FACILITY = Record(
    "FACILITY", facility.SITE, detainee.ROLL, families.DECIDERS, blocks.BLOCKS, guard.POSTS, flight.FRIGHT,
    custody.KEEPING, control.CONTESTED, occupying_force.THREAT, walls.PERIMETER, events.EVENT, disorder.MOOD,
    assault.UNDER_ASSAULT, shelling.UNDER_FIRE, incident.UNREST, tunnel.UNDERGROUND, stealth.LONE_ESCAPES,
    entries.ARRIVALS,
    account.ACCOUNT, levers.EMPTIED, rest.REST, thresholds.THRESHOLDS, go_order.ORDER, disorder_lists.LISTS,
    disorder_ranks.RANKS,
    evacuation.LEAVING,
)  # fmt: skip
BLOCK = Record("BLOCK", blocks.BLOCK_COUNTS, disorder.CONTAINED, disorder_lists.BLOCK_LISTS, disorder_ranks.BLOCK_RANKS)
PERSON = Record("PERSON", detainee.IDENTITY, families.UNIT, blocks.MEMBERSHIP, at_large.ESCAPES)
BOARD = Record("BOARD", confirmation.CLAIMS, knowledge.PENDING, surveillance.WATCH, observer.SURVEILLANCE_PLACE, GAP)

RECORDS = (
    CLOCK, PARAMETERS, account.TOTALS, PARTY, control.CHANGE, FACILITY, BLOCK, PERSON, at_large.FUGITIVE, guard.GUARD,
    occupying_force.UNIT, armed_cell.ARMED_CELL, armed_cell.SURGE, armed_cell.DATED_ATTACK, incident.DATED_INCIDENT,
    account.EPISODE, record.LOG, BOARD, observer.OBSERVER, speech.SPEECH, knowledge.PAIR, confirmation.REPORT,
)  # fmt: skip
"""All records."""
