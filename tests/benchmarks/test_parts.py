"""Every part of the suite runs, at toy sizes, and says what it should."""

import importlib
import math

import numpy as np
import pytest

from benchmarks import answer, growth, peers
from benchmarks.measure import has
from benchmarks.suite import PARTS

# `parts` compiles the rules again, with a counter between them: a long form.
EXPECTED = {
    "sweep_speed": {"sweep.1", "sweep.all", "sweep.free", "sweep.person-days", "sweep.bytes", "points.all"},
    "parts": {"parts.steps: people at large", "parts.bare", "parts.swept"},
    "overhead": {"bare", "swept", "overhead"},
    "answer": {"answer.seconds", "answer.pairs", "answer.reduction"},
    "against_oracle": {"oracle.part.ratio", "oracle.case.ratio"},
    "peers": {"mesa.ours", "mesa.theirs", "mesa.ratio"},
    "startup": {"start.help", "start.check", "start.compile", "start.first"},
    "floor": {"floor.block", "floor.bandwidth", "floor.encode", "floor.back", "floor.bare"},
    "growth": {"growth.exponent.facilities"},
}


@pytest.mark.parametrize("part", [pytest.param(p, marks=pytest.mark.long) if p == "parts" else p for p in PARTS])
def test_a_part_gives_its_rows(part):
    module = importlib.import_module(f"benchmarks.{part}")
    rows = {row.key: row for row in module.measured(**module.QUICK)}
    assert EXPECTED[part] <= set(rows)
    for row in rows.values():
        assert row.what, row.key
        if not row.key.endswith(".missing"):
            assert math.isfinite(row.value), row.key
            if not row.key.startswith(("growth.exponent", "overhead")) and not row.key.endswith(".others"):
                assert row.value > 0, row.key


def test_a_peer_that_is_not_installed_is_left_out_in_one_line(monkeypatch):
    monkeypatch.setattr(peers, "has", lambda package: False)
    rows = peers.measured(**peers.QUICK)
    left_out = [row.what for row in rows if row.key.endswith(".missing")]
    assert left_out == ["ema_workbench is not installed: left out", "covasim is not installed: left out"]
    assert not has("no-such-package")


def test_peers_that_did_other_work_are_not_compared():
    with pytest.raises(SystemExit, match="not the same work"):
        peers.same([1.0, 2.0], [1.0, 3.0])


def test_an_answer_stops_at_the_first_look_that_is_precise_enough(monkeypatch):
    noise = np.random.default_rng(1).normal(0.0, 1.0, 1000)

    def more(design, first, last, metric):
        shared = 100.0 + 30.0 * noise[first:last]
        return shared, shared + 10.0 + 38.0 * noise[::-1][first:last]

    monkeypatch.setattr(answer, "more", more)
    found = answer.answered(answer.NAMES, "escaped", 0.05)
    assert found.pairs == 300  # 1.96 x 38 / sqrt(200) = 5.3, over 5% of about 100; at 300 it is 4.3
    assert found.half_width <= 0.05 * found.baseline < 5.3 * 1.2
    assert found.effect == pytest.approx(10.0, abs=8.0)


def test_pairs_share_their_numbers_and_looks_continue_each_other():
    design = answer.both(("tiny", "tiny"))
    a, b = answer.more(design, 0, 6, "escaped")
    assert list(a) == list(b)
    c, _ = answer.more(design, 4, 6, "escaped")
    assert list(c) == list(a[4:])


@pytest.mark.parametrize("slope", [0.4, 1.0, 1.7])
def test_an_exponent_is_the_slope_of_the_logarithms(slope):
    sizes = [10.0, 100.0, 1000.0]
    row = growth.exponent("size", "x", sizes, [[3e-5 * n**slope] for n in sizes], 1.05)
    assert row.value == pytest.approx(slope)
    assert row.met is (slope < 1.05)
