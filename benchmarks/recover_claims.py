"""Simulation-based calibration of `estimate`: truths from a prior, claims by the model of claims, ranks of the truths.

    python -m benchmarks.recover_claims [--truths N] [--draws D]

Talts et al. 2018, with ranks randomised at ties. It tests the code; whether the model of claims is right, the events
left out tell (`benchmarks/claims_page.py`). Truths of zero stand apart: others are ranked given that somebody got out.
"""

from __future__ import annotations

import argparse
import sys
from typing import NamedTuple

import numpy as np

from sim.claims.draws import Draws, fitted
from sim.claims.model import Speaker, draw_statements, speaks_of
from sim.experiment.estimate import KNOWING, Prior, posterior_of, smoothed
from sim.scenario.vocabulary import ROLES

GUARDS, ATTACKER, OCCUPIER, SPONSOR, OTHER, NGO, MEDIA, LATER = range(len(ROLES))
MIXES: dict[str, tuple[Speaker, ...]] = {
    "guards alone": (Speaker(GUARDS),),
    "guards of their own failure, twice, and media": (
        Speaker(GUARDS, own=True),
        Speaker(GUARDS, own=True),
        Speaker(MEDIA),
    ),
    "attacker against guards": (Speaker(ATTACKER), Speaker(GUARDS), Speaker(GUARDS)),
    "occupier who blames, sponsor, NGO": (Speaker(OCCUPIER, blame=True), Speaker(SPONSOR), Speaker(NGO)),
    "four media, other government, later accounting": (*(Speaker(MEDIA),) * 4, Speaker(OTHER), Speaker(LATER)),
}
HELD = 3000


class Recovered(NamedTuple):
    """What came of one mix: ranks of truths above 0 among those believed; chance given to none, and whether it was so."""

    ranks: np.ndarray
    none_believed: np.ndarray
    none: np.ndarray

    def coverage(self, level: float) -> float:
        """Return the share of truths above 0 within the central interval of a level."""
        return float(np.mean(np.abs(self.ranks - 0.5) <= level / 2))


def prior() -> Prior:
    """Return a prior with a fifth of zeros and a long tail."""
    rng = np.random.default_rng(5)
    whole = np.rint(np.minimum(HELD, np.exp(rng.normal(4.0, 1.5, 40)))) * (rng.random(40) > 0.2)
    return smoothed(np.stack([whole, whole, 0.0 * whole], axis=1), HELD)


def recover(speakers: tuple[Speaker, ...], truths: int, draws: Draws, seed: int) -> Recovered:
    """Return ranks of truths drawn from the prior, given that anybody spoke, after statements of these speakers."""
    rng = np.random.default_rng(seed)
    before = prior()
    ranks, believed, none = [], [], []
    while len(none) < truths:
        truth = int(before.counts[rng.choice(len(before.counts), p=before.weights), 0])
        k = int(rng.integers(draws.size))
        if not speaks_of(draws, k, KNOWING, truth, rng):
            continue
        found = posterior_of(before, draw_statements(draws, k, speakers, truth, rng), draws)
        some = found.counts > 0
        believed.append(float(found.after[~some].sum()))
        none.append(truth == 0)
        if truth > 0:
            counts, after = found.counts[some], found.after[some] / found.after[some].sum()
            ranks.append(float(after[counts < truth].sum() + rng.random() * after[counts == truth].sum()))
    return Recovered(np.array(ranks), np.array(believed), np.array(none))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--truths", type=int, default=2000)
    parser.add_argument("--draws", type=int, default=50)
    given = parser.parse_args()
    draws = fitted().take(np.arange(given.draws))
    print("| who speaks | truths above 0 | 50% interval | 90% interval | ranks in tenths | none: believed, so |")
    print("|---|---|---|---|---|---|")
    for number, (name, speakers) in enumerate(MIXES.items()):
        found = recover(speakers, given.truths, draws, 100 + number)
        tenths = np.histogram(found.ranks, np.linspace(0, 1, 11))[0]
        none = f"{found.none_believed.mean():.3f}, {found.none.mean():.3f}"
        shares = f"{found.coverage(0.5):.3f} | {found.coverage(0.9):.3f}"
        print(f"| {name} | {len(found.ranks):,} | {shares} | {' '.join(map(str, tenths))} | {none} |")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
