"""What `check` takes runs, and what it refuses it refuses at a line of a file, in bounded time, whatever is broken."""

import json
import shutil
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from sim.cli.check import check
from sim.experiment.batch import complete
from sim.experiment.design import Batch
from sim.scenario.claims import read_claims
from sim.scenario.errors import InputError
from sim.scenario.loader import load
from sim.scenario.resolved import Resolved
from sim.scenario.size import most_people
from sim.scenario.sweep import load_sweep
from tests.scenario.mutations import CLAIMS, DRAWS, SAMPLED, SWEEP, Broken, broken, put
from tests.scenario.worlds import SCENARIO, THEATRE

CASES, LONG = 500, 20_000
SECONDS = 20.0
"""Most time of the processor for a case, which takes some milliseconds."""
FEW_PEOPLE, FEW_STEPS = 20_000, 3_000
"""A replicate of a world beyond these starts, but is not run to its end: `tests/scenario/test_limits.py` has the limits."""
WHOLE = {
    "scenario.yaml": SCENARIO.replace("days: 30", "days: 4"),
    "theatre.yaml": THEATRE,
    "sweep.yaml": SWEEP,
    "sampled.yaml": SAMPLED,
    "draws.csv": DRAWS,
    "claims.csv": CLAIMS,
    "drawn.yaml": SCENARIO.replace("days: 30", "days: 4").replace("scale: {uniform: [0.5, 1.5]}", "floor_per_100: 1").replace(
        "facilities:\n  hasakah: {guards: {triangular: [5, 10, 15]}}\n", "draws: draws.csv\n"
    ),
    "loop-a.yaml": "extends: loop-b.yaml\n",
    "loop-b.yaml": "extends: loop-a.yaml\n",
}  # fmt: skip


def fresh(folder: Path) -> None:
    """Every file whole, and the odd things that a broken file may name."""
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for name, text in WHOLE.items():
        (folder / name).write_text(text, encoding="utf-8")
    for thing in ("pipe", "folder", "device", "dangling link"):
        (folder / thing).touch()
        put(folder, Broken("", thing, b"", thing))


def runs(resolved: Resolved) -> None:
    """One replicate comes to its end without an error; of a large world it begins."""
    scenario = resolved.scenario
    people = sum(most_people(facility) for facility in resolved.theatre.facilities.values())
    if people > FEW_PEOPLE or resolved.steps > FEW_STEPS:
        resolved.rule_numbers(), resolved.joint(), resolved.limits(), resolved.as_yaml()
        return
    done = complete(Batch(0, scenario.replicates - 1, 1), resolved, "full")
    assert done.error is None, done.error
    json.dumps(resolved.as_data(), allow_nan=False)


def outcome(case: Broken) -> str:
    """Check a file and, where it is taken, run it: `ran` or `refused`."""
    entry = {"theatre": "scenario.yaml", "draws": "drawn.yaml"}.get(case.kind, case.name)
    try:
        if case.kind == "theatre":
            check(case.name)
        check(entry)
    except InputError as error:
        assert error.problems
        for problem in error.problems:
            assert str(problem).isprintable(), problem
            assert problem.file, problem
            assert problem.line >= 1, problem
            assert problem.problem, problem
        return "refused"
    if case.kind == "claims":
        read_claims(case.name)
        return "taken"
    if case.kind in ("sweep", "sampled"):
        points = load_sweep(case.name).points
        for point in points[:3]:
            runs(point.resolved)
        return "ran"
    runs(load(entry))
    return "ran"


def test_the_files_are_right_before_they_are_broken(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    fresh(tmp_path)
    for kind, name in (("scenario", "scenario.yaml"), ("theatre", "theatre.yaml"), ("sweep", "sweep.yaml"),
                       ("sampled", "sampled.yaml"), ("draws", "draws.csv")):  # fmt: skip
        assert outcome(Broken(kind, name, b"")) == "ran"
    assert load("drawn.yaml").drawn[0] == "guards.scale"
    assert outcome(Broken("claims", "claims.csv", b"")) == "taken"


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_what_is_broken_is_refused_at_its_line_or_runs(tmp_path, monkeypatch, long) -> None:
    monkeypatch.chdir(tmp_path)
    found: Counter[str] = Counter()
    longest = 0.0

    @settings(
        max_examples=LONG if long else CASES,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    )
    @given(case=broken(WHOLE))
    def survives(case: Broken) -> None:
        nonlocal longest
        fresh(tmp_path)
        put(tmp_path, case)
        began = time.process_time()  # on a busy machine a clock tells of the others
        found[outcome(case)] += 1
        seconds = time.process_time() - began
        longest = max(longest, seconds)
        if found.total() % 1000 == 0:
            print(f"{found.total():,} so far", flush=True)
        assert seconds < SECONDS, f"{seconds:.1f} s"

    runs(load("tiny"))  # compiles
    survives()
    print(f"\n{found.total():,} broken files: {dict(found)}; the longest took {longest:.1f} s of the processor")
    assert found["refused"] > 0.2 * found.total()
    assert found["ran"] > 0.1 * found.total()
