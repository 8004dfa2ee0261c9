"""The columns of the agents' arrays that more than one kind's rule reads."""

from __future__ import annotations

import numpy as np

FACILITY = np.dtype(
    [
        # What it is.
        ("key", "u8"),
        ("initial", "i8"),  # party at the start
        ("x", "f8"),
        ("y", "f8"),
        ("column", "i8"),
        ("row", "i8"),
        ("camp", "i8"),  # 1 camp, 0 prison
        ("resident", "i8"),  # 1 if its people may walk out
        ("first", "i8"),  # its people are rows first .. first + held0 - 1
        ("held0", "i8"),
        ("assigned", "f8"),  # guards in the theatre file, before guards.scale
        ("guard_first", "i8"),
        ("guard_rows", "i8"),
        ("capacity", "f8"),
        ("walls", "f8"),
        ("cameras", "f8"),
        ("leave_share", "f8"),
        ("flow", "f8"),  # W, persons/h through a full opening
        ("call_priority", "f8"),
        ("block_first", "i8"),
        ("blocks", "i8"),
        ("hardened", "i8"),  # 1 if the hardening lever reaches it
        ("formal_lever", "i8"),  # 1 if the formal handover lever names it
        ("dated", "i8"),  # 1 if a dated change names it or an area it lies in
        ("emptied_by_lever", "i8"),  # 1 if the move-first lever empties it
        # Who keeps it.
        ("controller", "i8"),
        ("keeper", "i8"),  # party whose guards stand there
        ("changed", "i8"),
        ("custody", "i8"),
        ("custody_due", "i8"),
        ("formal", "i8"),
        ("contested_due", "i8"),
        ("contested_by", "i8"),
        ("guards", "i8"),  # guards that exist in this replicate
        ("on_site", "i8"),
        ("occupier_guards", "f8"),
        ("threat", "f8"),
        ("distance", "f8"),  # km to the nearest hostile active unit
        # Order.
        ("held", "i8"),
        ("fighters", "i8"),
        ("active", "i8"),  # A, people in disorder
        ("opening", "f8"),  # B, 0-1
        ("opening0", "f8"),
        ("authority", "f8"),  # L
        ("agitation", "f8"),  # s
        ("agitation_0", "f8"),  # x_d
        ("agitation_1", "f8"),  # x_(d+1)
        ("uncontained", "f8"),  # U
        # Assault.
        ("assault", "i8"),  # none, fight, gate
        ("assault_due", "i8"),
        ("attackers_due", "f8"),
        ("assault_start", "i8"),
        ("attackers", "f8"),
        ("attackers0", "f8"),
        ("defenders", "f8"),
        ("defenders0", "f8"),
        ("strength", "f8"),
        ("relief_due", "i8"),
        ("opened", "f8"),
        ("gate_from", "i8"),  # minute from which attackers hold the gate
        ("gate_out", "i8"),
        ("assault_until", "i8"),  # exits before this minute count as assault
        ("assaulted", "i8"),
        # Shelling, stealth.
        ("hits", "i8"),  # hits drawn for the day
        ("exposed", "i8"),
        ("shell_until", "i8"),
        ("pulled_until", "i8"),
        ("held_day", "i8"),
        ("stealth", "i8"),  # candidates drawn for the day
        # Account.
        ("escaped", "i8"),
        ("recaptured", "i8"),
        ("transferred", "i8"),
        ("moved", "i8"),
        ("repatriated", "i8"),
        ("died", "i8"),
        ("first_escape", "i8"),  # end of the step of the first exit, minute; -1 for none
        ("episode", "i8"),  # index of the running or last episode, -1 for none
        ("episode_step", "i8"),  # its size when the step began, 0 if it began in the step
        ("exits_step", "i8"),
        # Work saved, never a result.
        ("drawn_traits", "i8"),
        ("drawn_order", "i8"),
        ("cursor", "i8"),
        ("entry_head", "i8"),
        ("entry_tail", "i8"),
        ("smallest_block", "i8"),  # 0: to be found again
        ("listed", "i8"),  # 1 once its blocks' lists of those who could join are kept
        ("near_entry", "i8"),  # first entry of the chain of those brought in who could join
        ("near_least", "f8"),  # containment down to which that chain holds
        ("near_agitation", "f8"),  # the lists hold for at most so much agitation
        ("near_authority", "f8"),  # and at least so much authority
        ("quiet_guards", "f8"),  # nobody joins with at least so many effective guards,
        ("quiet_agitation", "f8"),  # at most so much agitation,
        ("quiet_authority", "f8"),  # and at least so much authority
    ],
    align=True,
)

BLOCK = np.dtype([("held", "i8"), ("active", "i8"), ("containment", "f8"), ("least", "f8"), ("near", "i8")], align=True)

PERSON = np.dtype(
    [
        ("state", "u1"),
        ("kind", "u1"),
        ("origin", "u1"),
        ("active", "u1"),
        ("home", "i2"),  # facility at the start
        ("facility", "i2"),  # where held, or left last
        ("block", "i2"),
        ("escapes", "i2"),
        ("slot", "i4"),  # -1 own place in the order, -2 not held, else entry
    ],
    align=True,
)

FUGITIVE = np.dtype(
    [("since", "i8"), ("due", "i8"), ("fate", "i2"), ("column", "i2"), ("row", "i2"), ("left", "i2")], align=True
)

GUARD = np.dtype([("status", "i8"), ("call", "f8"), ("nerve", "f8")], align=True)

UNIT = np.dtype(
    [
        ("key", "u8"),
        ("party", "i8"),
        ("start", "i8"),
        ("stops", "i8"),
        ("km_per_day", "f8"),
        ("x", "f8"),
        ("y", "f8"),
        ("objective", "i8"),
        ("objective_end", "i8"),
        ("active", "i8"),
    ],
    align=True,
)

ARMED_CELL = np.dtype([("x", "f8"), ("y", "f8"), ("strength", "f8")], align=True)

DATED_ATTACK = np.dtype([("minute", "i8"), ("facility", "i8"), ("attackers", "f8"), ("done", "i8")], align=True)
