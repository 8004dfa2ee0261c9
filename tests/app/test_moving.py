"""The animation of a run: what it draws is that run, and in the officials' mode nothing of the truth."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

import sim
from sim.app import moving
from sim.app.moving import PATH, WithAnimation, made
from sim.model import DetentionModel
from sim.plots import animation, style
from sim.plots.animation import LEAST, days_shown

LEAKY = "scenario=tiny.yaml&seed=3&guards.scale=0.25"


def moments_of(monkeypatch, query: str):
    """The moments that an animation of an address would draw."""
    kept = []

    def webp(theatre, shown, moments):
        kept.extend([shown, moments])
        return b"RIFF"

    monkeypatch.setattr(moving, "webp", webp)
    assert made(query) == b"RIFF"
    return kept


def test_each_frame_is_a_day_of_the_run(monkeypatch) -> None:
    shown, moments = moments_of(monkeypatch, LEAKY)
    model = DetentionModel(sim.load("tiny", {"guards.scale": 0.25}), rng=3)
    assert [moment.clock for moment in moments[:3]] == ["Day 0.0", "Day 1.0", "Day 2.0"]
    assert shown.stamp == "Simulated: replicate 0 of seed 3"
    out = [sum(moment.out) for moment in moments]
    for day in (3, 6, 10):
        model.run_days(day - model.hours / 24)
        assert out[day] == model.truth.total["escaped"][0]
    assert out[0] == 0 and out[10] > 0


def test_officials_see_nothing_of_the_truth(monkeypatch) -> None:
    _, truth = moments_of(monkeypatch, LEAKY)
    _, belief = moments_of(monkeypatch, LEAKY + "&mode=belief")
    assert all(moment.out is None for moment in belief)
    assert [moment.confirmed for moment in belief] == [moment.confirmed for moment in truth]
    assert all((moment.control == belief[0].control).all() for moment in belief)


def drawn(query: str) -> list[np.ndarray]:
    image = Image.open(BytesIO(made(query)))
    frames = []
    for k in range(image.n_frames):
        image.seek(k)
        frames.append(np.asarray(image.convert("RGB"), float) / 255)
    return frames


def near(frame: np.ndarray, color: str) -> int:
    """Pixels of nearly a colour, or of a disc of it over pale ground."""
    disc = 0.72 * np.array(to_rgb(color)) + 0.28 * np.array(to_rgb(style.PARTY_FILLS[0]))
    return int(((np.abs(frame - to_rgb(color)) < 0.08).all(axis=2) | (np.abs(frame - disc) < 0.06).all(axis=2)).sum())


@pytest.mark.slow
def test_the_file_moves_and_shows_exits_only_in_the_mode_of_the_truth() -> None:
    frames = drawn(LEAKY)
    assert len(frames) == len(days_shown(10.0))
    assert near(frames[-1], style.TRUTH) > near(frames[0], style.TRUTH) + 50
    assert max(near(frame, style.TRUTH) for frame in drawn(LEAKY + "&mode=belief")) == 0


@pytest.mark.parametrize("horizon", [0.5, 1.0, 10.0, 60.0, 365.0, 400.5])
def test_days_reach_from_the_start_to_the_horizon(horizon) -> None:
    days = days_shown(horizon)
    assert days[0] == 0.0 and days[-1] == horizon and days == sorted(set(days))
    assert len(days) <= animation.MOST_FRAMES + 1


def test_one_exit_is_no_large_circle() -> None:
    assert LEAST >= 10


def answer(method: str, path: str, query: bytes, made) -> tuple[int, bytes]:
    sent = []

    async def send(message) -> None:
        sent.append(message)

    async def other(scope, receive, send) -> None:
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    scope = {"type": "http", "path": path, "method": method, "query_string": query}
    with ThreadPoolExecutor(1) as pool:  # a thread without a loop of its own, as the browser's tests leave one here
        pool.submit(asyncio.run, WithAnimation(other, made)(scope, None, send)).result()
    return sent[0]["status"], sent[1]["body"]


def test_only_the_path_of_the_animation_is_answered() -> None:
    assert answer("GET", PATH, b"seed=1", lambda query: query.encode()) == (200, b"seed=1")
    assert answer("GET", PATH, b"seed=1", lambda _: None)[0] == 404
    assert answer("POST", PATH, b"", lambda _: b"")[0] == 400
    assert answer("GET", PATH, b"x" * 5000, lambda _: b"")[0] == 400
    assert answer("GET", "/", b"", lambda _: b"")[0] == 299


def test_an_address_whose_scenario_does_not_load_has_no_animation(tmp_path, monkeypatch) -> None:
    from sim.app.start import Start

    (tmp_path / "broken.yaml").write_text("name: broken\n")
    monkeypatch.setattr(moving, "current", lambda: Start(tmp_path, "broken.yaml"))
    assert made("seed=1") is None


@pytest.mark.browser
def test_the_button_saves_the_animation(view) -> None:
    view.page.select_option("#dv-file", "tiny.yaml")
    view.page.wait_for_function("document.querySelector('.dv-description').innerText.startsWith('One prison')")
    view.press("Export")
    with view.page.expect_download(timeout=60_000) as waiting:
        view.press("Animation")
    path = waiting.value.path()
    assert Image.open(path).n_frames > 5 and waiting.value.suggested_filename == "run.webp"
