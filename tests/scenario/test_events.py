"""Events files: what is read, what is refused, and where."""

from __future__ import annotations

import pytest

from sim.scenario.errors import InputError
from sim.scenario.events import MODES, parse_events, record
from sim.scenario.eventworld import VARIANTS, variants

HEAD = "event_id,date,country,facility,mode,control_changed,held,guards,acc_low,acc_best,acc_high\n"


def problems(text: str) -> list[str]:
    with pytest.raises(InputError) as error:
        parse_events(text, "f.csv")
    return [f"{p.line} {p.key} {p.problem}" for p in error.value.problems]


def test_the_record_is_read() -> None:
    events = record()
    by_id = {event.event_id: event for event in events}
    assert len(events) == 47
    assert by_id["M04"].guards == 9
    assert by_id["M13"].is_aggregate
    assert by_id["M13"].why_not_scored == "a total over many places"
    assert by_id["M05"].why_not_scored == "people held unknown"
    assert by_id["M24"].why_not_scored == "no accepted count"
    assert by_id["M41"].is_zero
    assert not by_id["M53"].why_not_scored
    assert by_id["M53"].best is None
    assert by_id["M40"].share(2000) == 1.0, "more than were held counts as all"
    assert {event.mode for event in events} <= set(MODES)


def test_unknown_modes_and_missing_counts_are_taken() -> None:
    events = parse_events(HEAD + "A,,,x,flood,,,,,,\nB,,,y,,,400,,10,,30\n", "f.csv")
    assert [event.mode for event in events] == ["", ""]
    assert events[0].why_not_scored
    assert not events[1].why_not_scored
    assert len(variants(events[0])) > 3, "a mixture of modes"


def test_one_accepted_figure_stands_for_all_three() -> None:
    (event,) = parse_events(HEAD + "A,,,x,riot_internal,n,400,,,30,\n", "f.csv")
    assert (event.low, event.best, event.high) == (30, 30, 30)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1 event_id the column is missing"),
        (HEAD, "1  no events"),
        (HEAD + "A,,,x,riot_internal,n,4.5,,1,2,3\n", "2 held `4.5` is not a count"),
        (HEAD + "A,,,x,riot_internal,n,-4,,1,2,3\n", "2 held `-4` is not a count"),
        (HEAD + "A,,,x,riot_internal,n,400,,9,2,3\n", "2 acc_low the accepted counts do not rise"),
        (HEAD + "A,,,x,riot_internal,perhaps,400,,1,2,3\n", "2 control_changed `perhaps` is not known"),
        (HEAD + ",,,x,riot_internal,n,400,,1,2,3\n", "2 event_id is missing"),
        (HEAD + "A,,,x,riot_internal,n,400,,1,2\n", "2  10 cells"),
        (HEAD + 2 * "A,,,x,riot_internal,n,400,,1,2,3\n", "3 event_id `A` stands twice"),
        (HEAD.replace("date", "mode"), "1 mode the column stands twice"),
    ],
)
def test_what_is_refused(text: str, expected: str) -> None:
    assert expected in problems(text)


def test_all_problems_at_once() -> None:
    assert len(problems(HEAD + "A,,,x,,n,a,b,1,2,3\nB,,,x,,q,4,4,1,2,3\n")) == 3


def test_weights_sum_to_one() -> None:
    for event in record():
        assert sum(weight for weight, _ in variants(event)) == pytest.approx(1.0), event
    for mode, ways in VARIANTS.items():
        assert sum(way.weight for way in ways) == pytest.approx(1.0), mode
