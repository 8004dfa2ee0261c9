"""The largest scenario that can run; `check` refuses what lies beyond, at the key that is at fault."""

from __future__ import annotations

MAX_STEPS = 100_000
"""Steps to the horizon."""

MAX_PEOPLE = 5_000_000
"""People in all facilities together, residents of camps included."""

MAX_FACILITIES = 32_767
"""Facilities of a theatre: each person carries a facility's number in 16 bits."""

MAX_BLOCKS = 32_767
"""Blocks of a facility: each person carries a block's number in 16 bits."""

MAX_PARTIES = 30
"""Parties of a theatre."""

MAX_OBSERVERS = 62
"""Observers that a file may state: with surveillance they are the bits of a mask of 63 bits, its sign left alone."""

BYTES_PER_PERSON = 172
"""Memory of a replicate for each detained person: traits, orders, hazards, the state with its unit and its copy at the
start."""

BYTES_PER_BLOCK = 144
"""Memory for each block of a facility."""

BYTES_PER_GUARD = 28
"""Memory for each guard there can be in any replicate."""

BYTES_PER_FACILITY = 2_292
"""Memory for each facility."""

BYTES_PER_PAIR = 178
"""Memory for each pair of a facility and an observer, surveillance included."""

BYTES_PER_CELL = 16
"""Memory for each cell of the map."""

BYTES_PER_CELL_OF_AREA = 1
"""Memory for each cell of the map, for each area."""

MAX_GIGABYTES = 2.0
"""Memory of one replicate, GB of 10^9 bytes; as many replicates run at once as there are workers."""
