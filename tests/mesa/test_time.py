"""Mesa's clock counts hours, and stops with the scenario."""

from __future__ import annotations

import multiprocessing
import warnings

import mesa
import pytest

from sim.model import DetentionModel


class Diary:
    """Notes the model's hours and Mesa's time when it is called."""

    def __init__(self, model: DetentionModel) -> None:
        self.model = model
        self.pages: list[tuple[float, float]] = []

    def note(self) -> None:
        self.pages.append((self.model.time, self.model.hours))


@pytest.mark.parametrize(("step_hours", "steps"), [(1, 36), (0.5, 72), (0.1, 360), (6, 6)])
def test_days_and_mesas_time_advance_one_clock(step_hours: float, steps: int) -> None:
    model = DetentionModel("tiny", rng=1, step_hours=step_hours)
    model.run_days(1.5)
    assert (model.hours, model.steps, model.time) == (pytest.approx(36), steps, pytest.approx(36))
    model.run_for(6)
    more = round(6 / step_hours)
    assert (model.hours, model.steps, model.time) == (pytest.approx(42), steps + more, pytest.approx(42))
    twin = DetentionModel("tiny", rng=1, step_hours=step_hours)
    for _ in range(steps + more):
        twin.step()
    assert repr(twin.outcomes()) == repr(model.outcomes())
    twin.run_until(48)
    assert twin.hours == pytest.approx(48)


@pytest.mark.parametrize("step_hours", [0.5, 1, 3])
def test_an_event_happens_at_its_hour(step_hours: float) -> None:
    model = DetentionModel("tiny", rng=1, step_hours=step_hours)
    diary = Diary(model)
    model.schedule_event(diary.note, at=48)
    model.schedule_event(diary.note, after=60)
    while model.running:
        model.step()
    assert diary.pages == [(48, 48), (60, 60)]


def test_an_event_between_two_steps_happens_between_them() -> None:
    model = DetentionModel("tiny", rng=1, step_hours=6)
    diary = Diary(model)
    model.schedule_event(diary.note, at=8)
    model.run_for(8)
    assert diary.pages == [(8, 6)]
    model.step()
    assert (model.time, model.hours, model.steps) == (12, 12, 2)


@pytest.mark.parametrize("advance", [lambda m: m.run_for(500), lambda m: m.run_until(500)])
def test_time_stops_with_the_scenario_and_says_so(advance) -> None:
    model = DetentionModel("tiny", rng=1)
    with pytest.warns(RuntimeWarning, match="ends at hour 240"):
        advance(model)
    assert (model.time, model.hours, model.steps, model.running) == (240, 240, 240, False)


def test_nothing_happens_after_the_horizon() -> None:
    model = DetentionModel("tiny", rng=1)
    model.run_days(1000)
    assert (model.hours, model.time, model.steps, model.running) == (240.0, 240.0, 240, False)
    before = repr(model.outcomes()), [array.tobytes() for array in (*model.truth, *model.belief)]
    rows = len(model.datacollector.model_vars["escaped"])
    model.step()
    model.run_days(3)
    with pytest.warns(RuntimeWarning, match="ends at hour 240"):
        model.run_for(50)
    assert (repr(model.outcomes()), [array.tobytes() for array in (*model.truth, *model.belief)]) == before
    assert (model.hours, model.time, model.steps) == (240.0, 240.0, 240)
    assert len(model.datacollector.model_vars["escaped"]) == rows


def test_a_run_to_its_horizon_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        DetentionModel("tiny", rng=1, step_hours=0.1).run_model()
        model = DetentionModel("tiny", rng=1)
        model.run_for(240)
    assert model.hours == 240


@pytest.fixture
def start_method():
    """Mesa's batch runner sets how processes start, for everybody."""
    before = multiprocessing.get_start_method(allow_none=True)
    yield
    multiprocessing.set_start_method(before, force=True)


def test_mesas_batch_runner_is_not_cut_short_in_silence(start_method) -> None:
    def batch(**options: int) -> list[dict[str, float]]:
        return mesa.batch_run(DetentionModel, {"scenario": "tiny"}, display_progress=False, rng=[1], **options)

    with pytest.warns(UserWarning, match="after 200 of 240 steps, day 8.33333 of 10: give max_steps=240"):
        assert batch(max_steps=200)[0]["Step"] == 200
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        assert batch()[0]["Step"] == 240
    with pytest.warns(UserWarning, match="give max_steps=1440"):
        mesa.batch_run(DetentionModel, {"scenario": "ne-syria-2019"}, display_progress=False, rng=[1], max_steps=2)
