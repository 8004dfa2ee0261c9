"""The Syrian events estimated without themselves: draws of the model of claims fitted without each, as of two weeks on.

    python -m benchmarks.claims_left_out [--replicates N]

Prints the table of `docs/estimate.md`. The prior of an event within `ne-syria-2019` or `hasakah-2022` is that scenario,
of any other the single-facility event model.
"""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta
from typing import NamedTuple

from sim.claims.draws import settled
from sim.experiment.estimate import Estimate, estimates
from sim.scenario.claims import Claim, read_claims
from sim.scenario.declare import parse_date
from sim.scenario.loader import load
from sim.scenario.shipped import folder
from sim.wording import count, span

WEEKS = timedelta(days=14)
FILES = {"ne-syria-2019": "ne-syria-2019", "ne-syria-other": "ne-syria-2019", "hasakah-2022": "hasakah-2022"}
"""Scenario of each claims file."""
CATEGORY = {"E08": "fighters"}
"""Category of the settled figure where claims are of several."""


class LeftOut(NamedTuple):
    """An estimate and the settled figure, None for an event that was never settled."""

    found: Estimate
    settled: tuple[int, int] | None

    @property
    def meets(self) -> bool | None:
        """Return whether the 90% interval meets the settled figure or range."""
        if self.settled is None:
            return None
        q = self.found.posterior.quantiles()
        return round(q[0]) <= self.settled[1] and round(q[-1]) >= self.settled[0]


def left_out(replicates: int, workers: int = 2) -> list[LeftOut]:
    """Return every Syrian event up to 2022, estimated from what was claimed within two weeks."""
    made = []
    for name, scenario in FILES.items():
        resolved = load(scenario)
        events: dict[str, list[Claim]] = {}
        for claim in read_claims(folder() / "claims" / f"{name}.csv"):
            events.setdefault(claim.event_id, []).append(claim)
        for event, mine in events.items():
            day = parse_date(mine[0].date).date() + WEEKS
            (found,) = estimates(
                resolved, mine, day, file=name, category=CATEGORY.get(event), replicates=replicates, workers=workers
            )
            made.append(LeftOut(found, settled().get(event)))
    return sorted(made, key=lambda one: one.found.event_id)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--replicates", type=int, default=400)
    given = parser.parse_args()
    made = left_out(given.replicates)
    print("| event | of | claims, origins | before any claim | 90% interval | middle | width | settled | |")
    print("|---|---|---|---|---|---|---|---|---|")
    for found, known in made:
        low, _, middle, _, high = found.posterior.quantiles()
        before = found.posterior.prior_quantiles((0.05, 0.95))
        where = f"{found.facility or 'theatre'}, {found.category}"
        told = "never" if known is None else span(*known)
        verdict = {None: "", True: "met", False: "missed"}[LeftOut(found, known).meets]
        print(
            f"| {found.event_id} | {where} | {len(found.claims)}, {len(found.statements)} | {span(*before)} |"
            f" {span(low, high)} | {count(middle)} | {count(high - low)} | {told} | {verdict} |"
        )
    scored = [one for one in made if one.settled is not None]
    print(f"{sum(bool(one.meets) for one in scored)} of {len(scored)} settled figures met", file=sys.stderr)


if __name__ == "__main__":
    main()
