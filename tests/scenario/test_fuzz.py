"""Whatever bytes a file holds, reading it ends with a result or with problems, each at a line of a file."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sim.scenario.claims import read_claims
from sim.scenario.errors import InputError
from sim.scenario.loader import load, load_theatre, parse_sets
from sim.scenario.sweep import load_sweep

CLAIMS = (
    "event_id,date,facility,claimed_on,claim_role,claimed_escaped_low,claimed_escaped_high,population_at_risk\n"
    'E1,2019-10-11,roj,2019-10-12,media,1,2,"3000-5000"\nE2,2019-10-11,theatre,2019-10-12,NGO,5-9,,\n'
)
SWEEP = (
    "scenario: scenario.yaml\nvary:\n  guards.scale: [0.5, 1]\n  control.changes: [[], "
    "[{date: 2019-10-15, area: border, to: turkey}]]\nlevers: {none: {}, eyes: {isr.residual: 1}}\n"
    "labels: {control.changes: [a, b]}\nset: {days: 20}\n"
)
ODD = [b"", b"\0", b"\xff", b"\xed\xa0\x80", b"&a ", b"*a", b"!!x ", b"---\n", b"...\n", b"? ", b"<<: ", b"null", b"~",
       b"true", b"-1", b"1e999", b".nan", b"9999999999999999999999", b"[", b"]", b"{", b"}", b": ", b"- ", b"\n", b"\t",
       b"'", b'"', b"%YAML 9.9\n", b"\\ud800", b'"\\x00"', b"{uniform: [0, 1]}", b"{beta: []}", b"extends: scenario.yaml\n",
       b"theatre: .\n", b"facilities: {hasakah: {lat: 99}}\n", b"\xe2\x80\xa8", b"\r", b"|", b">", b"#"]  # fmt: skip


@st.composite
def mutations(draw: st.DrawFn, text: str) -> bytes:
    """A valid file with some of its bytes cut, repeated, moved or replaced."""
    data = text.encode()
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        stop = draw(st.integers(start, min(len(data), start + 40)))
        piece = draw(st.sampled_from(ODD) | st.binary(max_size=6) | st.just(data[start:stop] * 2))
        data = data[:start] + piece + data[stop:]
    return data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data


@pytest.fixture(scope="module")
def folder():
    """The current folder, with all files whole; each test breaks one of them."""
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        yield Path(name)
        os.chdir(here)


def survives(read, path: Path, data: bytes, whole: str) -> None:
    path.write_bytes(data)
    try:
        read(path)
    except InputError as error:
        assert error.problems
        for problem in error.problems:
            assert str(problem).isprintable()
            assert problem.file
            assert problem.line >= 1
            assert problem.problem
    finally:
        path.write_text(whole, encoding="utf-8")


SETTINGS = settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SETTINGS
@given(data=st.data())
def test_a_broken_scenario_never_breaks_the_reader(folder: Path, scenario_text, theatre_text, data) -> None:
    (folder / "theatre.yaml").write_text(theatre_text)
    survives(load, folder / "s.yaml", data.draw(mutations(scenario_text)), scenario_text)


@SETTINGS
@given(data=st.data())
def test_a_broken_theatre_never_breaks_the_reader(folder: Path, scenario_text, theatre_text, data) -> None:
    (folder / "scenario.yaml").write_text(scenario_text)
    broken = data.draw(mutations(theatre_text))
    survives(load_theatre, folder / "theatre.yaml", broken, theatre_text)
    survives(lambda _: load("scenario.yaml"), folder / "theatre.yaml", broken, theatre_text)


@SETTINGS
@given(data=st.data())
def test_a_broken_sweep_never_breaks_the_reader(folder: Path, scenario_text, theatre_text, data) -> None:
    (folder / "theatre.yaml").write_text(theatre_text)
    (folder / "scenario.yaml").write_text(scenario_text)
    survives(load_sweep, folder / "sweep.yaml", data.draw(mutations(SWEEP)), SWEEP)


@SETTINGS
@given(data=st.data())
def test_a_broken_claims_file_never_breaks_the_reader(folder: Path, data) -> None:
    survives(read_claims, folder / "c.csv", data.draw(mutations(CLAIMS)), CLAIMS)


@SETTINGS
@given(content=st.binary(min_size=0, max_size=200))
@example(b"\xef\xbb\xbf")
@example(b"%YAML 1.2\n---\nname: x\n")
@example(b"!")
def test_any_bytes_at_all(folder: Path, content: bytes) -> None:
    survives(load, folder / "x.yaml", content, "x")


KEYS = ["guards", "scale", "observers", "0", "1", "media", "theatre", "facilities", "hasakah", "control", "changes", "uniform",
        "name", "days", "held", "extends", "defaults", "levers", "move_first", "from", "start", ""]  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(KEYS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=6,
)


@SETTINGS
@given(path=st.lists(st.sampled_from(KEYS), min_size=1, max_size=5).map(".".join), value=JSON)
def test_any_override_at_all(folder: Path, scenario_text, theatre_text, path: str, value: object) -> None:
    (folder / "theatre.yaml").write_text(theatre_text)
    (folder / "scenario.yaml").write_text(scenario_text)
    try:
        load("scenario.yaml", {path: value})
    except InputError as error:
        assert all(str(problem).isprintable() for problem in error.problems)


@SETTINGS
@given(option=st.text(max_size=30) | st.builds("{}={}".format, st.sampled_from(KEYS), st.text(max_size=20)))
def test_any_setting_at_all(option: str) -> None:
    try:
        parse_sets([option])
    except InputError as error:
        assert all(problem.line == 0 and problem.file.startswith("--set") for problem in error.problems)
