"""Blocks: people who can see and reach each other. Each person's block, and the people in disorder in each."""

from __future__ import annotations

import math

import numpy as np

from sim.agents.families import address
from sim.agents.given import Given
from sim.engine.columns import Record, fixed, owned, state
from sim.engine.compiled import compiled
from sim.world.state import Truth

BLOCKS = owned(
    __name__,
    fixed("block_first", "i8", "", "its first block"),
    fixed("blocks", "i8", "", "number of its blocks"),
    state("active", "i8", "persons", "people in disorder, A"),
)
"""Columns of FACILITY."""
BLOCK_COUNTS = owned(
    __name__,
    fixed("first", "i8", "", "where its list begins: each block has room for its own people"),
    state("held", "i8", "persons", "people in the block"),
    state("active", "i8", "persons", "people of the block in disorder"),
)
"""Columns of BLOCK."""
MEMBERSHIP = owned(
    __name__,
    state("block", "i2", "", "block, by number within the facility"),
    state("active", "u1", "0/1", "1 while in disorder"),
)
"""Columns of PERSON."""


def divide_into_blocks(rows: np.ndarray, people: np.ndarray, given: Given, record: Record) -> np.ndarray:
    """Return the blocks of all facilities, facility by facility, and put everybody into one.

    Parameters: rows of FACILITY and of PERSON, written; record, BLOCK.
    """
    count = 0
    for row, facility in zip(rows, given.theatre.facilities.values(), strict=True):
        row["block_first"] = count
        if row["resident"] == 0:
            row["blocks"] = max(1, math.ceil(row["held0"] / facility.block_size))
            here = people[row["first"] : row["first"] + row["held0"]]
            here["block"] = (here["unit"] - row["first"]) % row["blocks"]
        count += int(row["blocks"])
    blocks = record.rows(count)
    blocks["held"] = np.bincount(rows["block_first"][people["home"]] + people["block"], minlength=count)
    blocks["first"] = np.cumsum(blocks["held"]) - blocks["held"]
    return blocks


@compiled
def enter_block(t: Truth, i: int, f: int) -> None:
    """Put a person, orderly, into a block of a facility: the head's number at home modulo the number of blocks."""
    person = t.people[i]
    site = t.facility[f]
    person.block = address(t, i) % site.blocks
    person.active = 0
    t.block[site.block_first + person.block].held += 1


@compiled
def leave_block(t: Truth, i: int) -> None:
    """Take a person out of its block, and out of disorder."""
    person = t.people[i]
    site = t.facility[person.facility]
    block = t.block[site.block_first + person.block]
    block.held -= 1
    if person.active == 1:
        person.active = 0
        site.active -= 1
        block.active -= 1


@compiled
def book_decision(t: Truth, f: int, i: int, decision: int) -> None:
    """Book a decision: 1 joined disorder, -1 calmed down, 0 neither."""
    if decision == 0:
        return
    site = t.facility[f]
    person = t.people[i]
    person.active = 1 if decision > 0 else 0
    site.active += decision
    t.block[site.block_first + person.block].active += decision


@compiled
def calm_person(t: Truth, i: int) -> None:
    """Take a person out of disorder; the counts are set by `calm_blocks`."""
    t.people[i].active = 0


@compiled
def calm_blocks(t: Truth, f: int) -> None:
    """Set the people in disorder at a facility and in its blocks to 0."""
    site = t.facility[f]
    for b in range(site.blocks):
        t.block[site.block_first + b].active = 0
    site.active = 0
