"""What observers know, claim and confirm: the arrays of the observation pass."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engine.reference import referenced

BOARD = np.dtype(
    [
        ("reports", "i8"),  # reports made
        ("overflow", "i8"),
        ("next_due", "i8"),  # minute of the next report of any pair
        ("claims_changed", "i8"),
        ("showing", "i8"),  # facilities where signs of an exit show
        ("first_report", "i8"),  # minute of the first true report, -1 for none
        ("first_confirmed", "i8"),
        ("reported", "f8"),  # largest claim of any role ever
        ("coverage", "f8"),  # isr_now
        ("watched_hours", "f8"),  # facility-hours watched so far
        ("gap_peak", "f8"),
        ("gap_person_days", "f8"),
        ("origins", "i8"),  # agreeing origins that confirm
        ("direct_reliability", "i8"),  # reliability that confirms alone: 0 for A ... 5 for F, -1 never
        ("isr", "i8"),  # index of the surveillance among the observers
    ],
    align=True,
)

OBSERVER = np.dtype(
    [
        ("key", "u8"),
        ("role", "i8"),
        ("kind", "i8"),
        ("party", "i8"),  # -1 for none
        ("sites", "i8"),
        ("listens", "i8"),  # bit r: role r
        ("presence", "f8"),
        ("leaves", "i8"),
        ("detect", "f8"),
        ("notice_size", "f8"),
        ("delay_hours", "f8"),
        ("delay_sd", "f8"),
        ("update_hours", "f8"),
        ("bias", "f8"),
        ("bias_own_failure", "f8"),
        ("error", "f8"),
        ("denies", "f8"),
        ("wordless", "f8"),
        ("range_factor", "f8"),
        ("false_per_month", "f8"),
        ("false_size", "f8"),
        ("reliability", "i8"),
        ("credibility", "i8"),
        ("direct", "i8"),
        ("origin", "i8"),
        ("rumours", "i8"),  # drawn for the day
        ("statements", "i8"),  # made or passed over
    ],
    align=True,
)

PAIR = np.dtype(
    [
        ("key", "u8"),
        ("learned", "i8"),  # last episode learned, -1 for none
        ("unreported", "i8"),  # first episode learned since the last true report
        ("before", "f8"),  # known size of earlier episodes
        ("seen", "f8"),  # exits of the learned episode as last seen
        ("due", "i8"),
        ("told", "f8"),  # what was last reported, -1 for nothing
        ("claim", "f8"),  # last numbered claim, NaN for none
        ("claimed_at", "i8"),
        ("sequence", "i8"),
    ],
    align=True,
)

REPORT = np.dtype(
    [
        ("minute", "i8"),
        ("observer", "i8"),
        ("facility", "i8"),  # -1 for the theatre
        ("low", "f8"),
        ("high", "f8"),
        ("form", "i8"),
        ("is_true", "i8"),
    ],
    align=True,
)


class Belief(NamedTuple):
    """What is believed. Written by the observation pass only."""

    board: np.ndarray  # BOARD (1,)
    observer: np.ndarray  # OBSERVER (observers,), surveillance last
    pair: np.ndarray  # PAIR (facilities, observers)
    claim: np.ndarray  # float64 (roles, facilities): current numbered claim, NaN for none
    theatre_claim: np.ndarray  # float64 (roles,)
    confirmed: np.ndarray  # float64 (facilities,)
    signs: np.ndarray  # int64 (facilities,): 1 while signs of an exit show
    phase: np.ndarray  # int64 (facilities,): minute of the first look
    began: np.ndarray  # float64 (episodes,): isr_now when the episode began
    learned_by: np.ndarray  # int64 (episodes,): bit o: observer o learned of it
    reported_at: np.ndarray  # int64 (episodes,): first true report, -1 for none
    confirmed_at: np.ndarray  # int64 (episodes,): first confirmed count above 0 after it began, -1 for none
    report: np.ndarray  # REPORT (capacity,); empty unless the run is recorded in full


BeliefRef = referenced(Belief)
