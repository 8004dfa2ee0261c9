"""Sentences and labels of the page, compared with single records of the model."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from sim.app.page_data import frame
from sim.app.sentences import account, headline, total_claimed
from sim.app.session import Session
from sim.app.start import Start
from sim.model import DetentionModel
from sim.outcomes import RUNS, short
from sim.world.codes import DENIAL, STATES, WORDLESS


@pytest.fixture(params=[("ne-syria-2019.yaml", 20), ("quiet-year.yaml", 365), ("ne-syria-2019.yaml", 60)])
def session(root: Path, request: pytest.FixtureRequest) -> Session:
    file, day = request.param
    made = Session(Start(root / "scenarios", file))
    made.act({"do": "go", "value": 24 * day})
    made.act({"do": "mode", "value": "belief"})
    return made


def records(model: DetentionModel) -> np.ndarray:
    return model.belief.report[: int(model.belief.board["reports"][0])]


def as_sent(model: DetentionModel, report: np.void) -> tuple[str, str, float, str]:
    """Number, role, age and grade of one record, each written as the page writes it, made here anew."""
    observer = model.belief.observer[report["observer"]]
    low, high = f"{report['low']:,.0f}", f"{report['high']:,.0f}"
    number = f"{low} claimed" if low == high else f"{low} to {high} claimed"
    number = {DENIAL: "denied", WORDLESS: "no number"}.get(int(report["form"]), number)
    grade = f"{'ABCDEF'[observer['reliability']]}{observer['credibility']}"
    return number, model.roles[observer["role"]], round(model.hours / 24 - report["minute"] / 1440, 2), grade


def test_whatever_is_said_of_a_place_is_one_report(session: Session) -> None:
    model, plan = session.first.model, session.first.plan
    assert model is not None and plan is not None
    told = 0
    for f, site in zip(plan.rows, frame(session)["panes"][0]["sites"], strict=True):
        here = [as_sent(model, report) for report in records(model) if report["facility"] == f]
        if not here:
            assert site["state"] == "unreported" and "label" not in site
            continue
        newest = max(here, key=lambda sent: (-sent[2], here.index(sent)))
        assert (site["label"], site["role"], site["age"], site["grade"]) == newest
        kinds = {"denied": "denied", "no number": "wordless"}  # drawn by what it says, however old
        assert site["state"] == kinds.get(newest[0], "claimed") and site["since"] == pytest.approx(
            newest[2] / (model.hours / 24), abs=0.01
        )
        for entry in site["claims"]:  # the newest of each role, whole
            sent = (entry["label"], entry["role"], entry["age"], entry["grade"])
            assert sent in here
            assert entry["age"] == min(other[2] for other in here if other[1] == entry["role"])
        assert len({entry["role"] for entry in site["claims"]}) == len(site["claims"])
        told += 1
    assert told


def test_a_range_says_that_it_is_one(root: Path) -> None:
    session = Session(Start(root / "scenarios", "ne-syria-2019.yaml"))
    session.act({"do": "mode", "value": "belief"})
    session.act({"do": "go", "value": 24 * 60})
    model = session.first.model
    assert model is not None
    ranges = {site["range"] for site in frame(session)["panes"][0]["sites"] if site.get("range")}
    assert ranges
    for text in ranges:
        low, high, roles = re.fullmatch(r"([\d,]+) to ([\d,]+), range of (\d) roles", text).groups()  # type: ignore[union-attr]
        ends = [int(end.replace(",", "")) for end in (low, high)]
        assert {*ends} <= {round(float(r[end])) for r in records(model) for end in ("low", "high")}
        assert int(roles) >= 2


def test_a_total_for_the_theatre_comes_from_claims_for_the_theatre_alone(session: Session) -> None:
    model = session.first.model
    assert model is not None
    newest = {
        int(model.belief.observer[r["observer"]]["role"]): float(r["low"]) for r in records(model) if r["facility"] < 0
    }
    text = total_claimed(session.first)
    numbers = [
        int(number.replace(",", ""))
        for number in re.findall(r"claims? ([\d,]+)|to ([\d,]+)", text)
        for number in number
        if number
    ]
    if newest:
        assert numbers == sorted({round(min(newest.values())), round(max(newest.values()))})
        assert text.startswith(f"For the whole theatre {len(newest)} role")
    else:
        assert text.startswith("Nobody claims a total for the theatre") and not numbers


@pytest.mark.parametrize(("file", "days"), [("ne-syria-2019.yaml", (0, 9, 60)), ("tiny.yaml", (0, 4, 10))])
def test_everybody_of_the_start_is_accounted_for(root: Path, file: str, days: tuple[int, ...]) -> None:
    session = Session(Start(root / "scenarios", file))
    model = session.first.model
    assert model is not None
    for day in days:
        session.act({"do": "go", "value": 24 * day})
        row = model.outcomes()
        lines = account(model)
        of, parts = lines[0].removesuffix(".").split(": ")
        said = {words: int(n.replace(",", "")) for n, words in (part.split(" ", 1) for part in parts.split(", "))}
        assert of == f"Of {row['population']:,.0f} detained at the start"
        assert said == {short(name): row[name] for name in STATES if row[name]}
        assert sum(said.values()) == row["population"]
        residents = model.truth.facility[model.truth.facility["resident"] == 1]
        if len(residents):
            whole, *rest = (int(n.replace(",", "")) for n in re.findall(r"[\d,]*\d", lines[1]))
            assert whole == sum(rest) == residents["held0"].sum()
            assert row["left_freely"] == (rest[1] if len(rest) > 1 else 0)
        else:
            assert len(lines) == 1


def test_exits_and_people_are_told_apart(root: Path) -> None:
    session = Session(Start(root / "scenarios", "tiny.yaml"))
    session.act({"do": "go", "value": 240})
    model = session.first.model
    assert model is not None
    for again in range(40):  # a run in which somebody gets out twice
        session.act({"do": "replicate", "value": str(again)})
        model = session.first.model
        assert model is not None
        row = model.outcomes()
        if row["escaped"] > row["escaped_persons"]:
            break
    assert row["escaped"] > row["escaped_persons"]
    assert (
        headline(session.first, "truth")[0] == f"{row['escaped_persons']:.0f} people out, {row['escaped']:.0f} exits."
    )


def test_more_confirmed_than_got_out_is_said(root: Path) -> None:
    session = Session(Start(root / "scenarios", "tiny.yaml"))
    session.act({"do": "go", "value": 240})
    session.first.history["confirmed"] = session.first.history["escaped"] + 7
    numbers = {tile["key"]: tile for tile in frame(session)["panes"][0]["numbers"]}
    assert numbers["gap"]["text"] == "−7" and numbers["gap"]["label"] == "Gap: too many confirmed"
    assert headline(session.first, "truth")[1].endswith("more than there were.")


def test_every_outcome_has_a_short_name() -> None:
    assert all("_" not in short(column.name) for column in RUNS)
    assert len({short(column.name) for column in RUNS}) == len(RUNS)
