"""Simulation-based calibration of `estimate`: truths from a prior, claims by the model of claims, ranks of the truths.

    python -m benchmarks.recover_claims [--truths N] [--draws D] [--figure FILE]

Talts et al. 2018, with ranks randomised at ties. It tests the code; whether the model of claims is right, the events
left out tell (`benchmarks/claims_left_out.py`). Truths of zero stand apart: others are ranked given that somebody got out.
"""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from scipy import stats

from sim.claims.draws import Draws, fitted
from sim.claims.model import Speaker, draw_statements, speaks_of
from sim.experiment.estimate import KNOWING, Prior, posterior_of, smoothed
from sim.plots import save, style
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
BINS = 20
"""Bars of a histogram of ranks."""


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


def histograms(every: dict[str, Recovered]) -> Figure:
    """Draw the ranks of each mix in twentieths, with the band that holds 95% of counts if they are even."""
    drawn = Figure(figsize=(style.WIDTH, 3.1), dpi=150, facecolor=style.PAPER)
    FigureCanvasAgg(drawn)
    title = "Ranks of the truth in what is believed, by who speaks"
    style.write(drawn, 0.03, 0.955, title, size=style.TITLE_SIZE, weight="bold", va="top")
    under = "Truths above 0; even if the code is right: 95% of bars then end within the grey band."
    style.write(drawn, 0.03, 0.85, under, color=style.MUTED, va="top")
    for k, (name, found) in enumerate(every.items()):
        axes = drawn.add_axes((0.05 + 0.19 * k, 0.14, 0.165, 0.5))
        counts = np.histogram(found.ranks, np.linspace(0, 1, BINS + 1))[0]
        low, high = stats.binom.ppf((0.025, 0.975), len(found.ranks), 1 / BINS)
        axes.axhspan(low, high, color=style.MUTED, alpha=0.2, linewidth=0)
        axes.bar((np.arange(BINS) + 0.5) / BINS, counts, 0.9 / BINS, color=style.BELIEF_RAMP(0.7))
        axes.set(xlim=(0, 1), ylim=(0, 1.5 * len(found.ranks) / BINS), xticks=(0, 0.5, 1))
        axes.set_title("\n".join(textwrap.wrap(name, 22)), fontsize=8, loc="left")
        axes.tick_params(labelsize=7, labelleft=k == 0)
        axes.spines[["top", "right"]].set_visible(False)
    return drawn


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--truths", type=int, default=2000)
    parser.add_argument("--draws", type=int, default=50)
    parser.add_argument("--figure", type=Path, help="PNG file for the histograms of ranks")
    given = parser.parse_args()
    draws = fitted().take(np.arange(given.draws))
    print("| who speaks | truths above 0 | 50% interval | 90% interval | ranks in tenths | none: believed, so |")
    print("|---|---|---|---|---|---|")
    every = {}
    for number, (name, speakers) in enumerate(MIXES.items()):
        every[name] = found = recover(speakers, given.truths, draws, 100 + number)
        tenths = np.histogram(found.ranks, np.linspace(0, 1, 11))[0]
        none = f"{found.none_believed.mean():.3f}, {found.none.mean():.3f}"
        shares = f"{found.coverage(0.5):.3f} | {found.coverage(0.9):.3f}"
        print(f"| {name} | {len(found.ranks):,} | {shares} | {' '.join(map(str, tenths))} | {none} |")
        sys.stdout.flush()
    if given.figure is not None:
        told = json.dumps({"truths": given.truths, "draws": given.draws}, sort_keys=True)
        given.figure.write_bytes(save.png(histograms(every), told))


if __name__ == "__main__":
    main()
