"""The belief: arrays of what observers know, claim and confirm."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np

from sim.engine.columns import Part, Spec
from sim.engine.reference import referenced


class Belief(NamedTuple):
    """Arrays of what observers know, claim and confirm. Only the observation pass writes them."""

    board: Annotated[np.ndarray, Spec("BOARD", "1", "single values of all observers together")]
    observer: Annotated[np.ndarray, Spec("OBSERVER", "observers", "observers in file order, surveillance last")]
    speech: Annotated[np.ndarray, Spec("SPEECH", "roles", "the fitted model of claims, one row of its draws")]
    pair: Annotated[np.ndarray, Spec("PAIR", "facilities, observers", "what an observer knows of a facility")]
    claim: Annotated[np.ndarray, Spec("f8", "roles, facilities", "current numbered claim, exits; NaN for none")]
    theatre_claim: Annotated[np.ndarray, Spec("f8", "roles", "current claim for the theatre, exits; NaN for none")]
    holds: Annotated[
        np.ndarray,
        Spec("i8", "facilities", "index of the people whom it alone holds at the start, 0 for mixed", Part.FIXED),
    ]
    confirmed: Annotated[np.ndarray, Spec("f8", "facilities", "confirmed exits")]
    accounted: Annotated[np.ndarray, Spec("f8", "facilities", "most exits for which a true report accounts")]
    signs: Annotated[np.ndarray, Spec("i8", "facilities", "1 while signs of an exit show")]
    phase: Annotated[np.ndarray, Spec("i8", "facilities", "minute of the first look", Part.DRAWN, "drawn at the start")]
    began: Annotated[np.ndarray, Spec("f8", "episodes", "share watched when the episode began, -1 for none yet")]
    learned_by: Annotated[np.ndarray, Spec("i8", "episodes", "bit o: observer o learned of it")]
    reported_at: Annotated[np.ndarray, Spec("i8", "episodes", "minute of the first true report, -1 for none")]
    confirmed_at: Annotated[
        np.ndarray, Spec("i8", "episodes", "minute of the first confirmed count above 0 after it began, -1 for none")
    ]
    report: Annotated[
        np.ndarray, Spec("REPORT", "capacity", "reports of a full record", first="written up to `reports`")
    ]


BeliefRef = referenced(Belief)
