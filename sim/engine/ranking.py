"""Sorting: uniform numbers in linear time, and two arrays together."""

from __future__ import annotations

import numpy as np

from sim.engine.compiled import compiled

PER_BUCKET = 4
"""Numbers in a bucket on average: few enough to sort by insertion."""


@compiled
def rank_uniforms(u: np.ndarray, low: float, high: float, ranked: np.ndarray) -> None:
    """Write the indices of numbers by rising number, ties by index: the same as a stable argsort.

    Parameters: u, numbers in [low, high), independent and about uniform (n,); ranked, int32 (>= n,), written. A
    number's bucket is near its final place, so the time is linear in n; numbers that crowd cost more.
    """
    n = u.shape[0]
    buckets = n // PER_BUCKET + 1
    scale = buckets / (high - low)
    end = np.zeros(buckets, np.int32)
    for i in range(n):
        end[min(buckets - 1, int((u[i] - low) * scale))] += 1
    total = 0
    for b in range(buckets):
        count = end[b]
        end[b] = total
        total += count
    for i in range(n):
        b = min(buckets - 1, int((u[i] - low) * scale))
        ranked[end[b]] = i
        end[b] += 1
    # Insertion sort over all: no number leaves its bucket, and equal numbers keep their order.
    for k in range(n):
        i = ranked[k]
        value = u[i]
        j = k
        while j > 0 and u[ranked[j - 1]] > value:
            ranked[j] = ranked[j - 1]
            j -= 1
        ranked[j] = i


@compiled
def sort_together(rank: np.ndarray, who: np.ndarray, n: int) -> None:
    """Put the first n of both arrays in rising order of `rank`; equal ranks keep their order."""
    if n > 64:
        by = np.argsort(rank[:n], kind="mergesort")
        ranks, whos = rank[:n].copy(), who[:n].copy()
        for k in range(n):
            rank[k] = ranks[by[k]]
            who[k] = whos[by[k]]
        return
    for k in range(1, n):
        w, r = who[k], rank[k]
        j = k
        while j > 0 and rank[j - 1] > r:
            rank[j] = rank[j - 1]
            who[j] = who[j - 1]
            j -= 1
        rank[j] = r
        who[j] = w
