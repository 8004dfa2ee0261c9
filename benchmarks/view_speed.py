"""First paint, frames a second and memory of the browser view, measured in a real Chromium.

    python benchmarks/view_speed.py [--scenario NAME] [--hours H] [--runs N] [--chromium PATH]

Starts `detention-sim view` as a user does, opens its page, and plays N whole runs in each mode, and one side by side.
A frame counts when the page has drawn it, with the spread of 200 runs behind its lines. Memory is what the page's scripts hold after a collection of rubbish,
and the resident set of the server; both are taken after every full run. At last pages are opened and left, and the server's memory is taken again
once it has let go of them.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

MODES = ("What happened", "What officials can see")
PAINTS, FRAMES, GROWS = 3.0, 20.0, 0.10
"""Seconds to the first paint at most, frames a second at least, and growth of the server over all sessions at most."""
KEPT = "3s"
"""How long the server keeps a closed page's run here, in place of ten minutes."""
COUNT = """() => {  // frames drawn: mutations of the clock, each followed by an animation frame
  window.frames = []; const clock = document.querySelector('[data-clock]');
  window.counting = new MutationObserver(() => requestAnimationFrame(t => window.frames.push(t)));
  window.counting.observe(clock, {characterData: true, childList: true, subtree: true});
}"""
ENDED = "() => { const b = document.querySelector('.dv-main'); return b && b.innerText === 'Play'; }"


@contextmanager
def serving(scenario: str) -> Iterator[tuple[str, subprocess.Popen, float]]:
    """A view of its own: its address, its process, and when the address was printed."""
    command = [sys.executable, "-m", "sim", "view", scenario, "--no-open", "--port", "0"]
    root = Path(__file__).resolve().parents[1]
    environment = {**os.environ, "PYTHONPATH": str(root), "SOLARA_KERNEL_CULL_TIMEOUT": KEPT}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        try:
            yield server.stdout.readline().strip(), server, time.perf_counter()
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)


def resident(pid: int) -> float:
    """Resident memory of a process, MB; NaN where the system does not say."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return float("nan")
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def heap(page: Page) -> float:
    """What the page's scripts hold once rubbish is collected, MB."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    return used / 1e6


def play(page: Page, hours: int) -> tuple[float, float, int]:
    """Play from the start to the end: frames a second over all of it, over its slowest second, and frames."""
    page.select_option("#dv-speed", str(hours))
    page.get_by_role("button", name="Reset", exact=True).click()
    page.wait_for_function("document.querySelector('[data-clock]').innerText === 'Day 0.0'")
    page.evaluate(COUNT)
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("window.frames.length > 3", timeout=60_000)
    page.wait_for_function(ENDED, timeout=600_000)
    times = page.evaluate("window.counting.disconnect(), window.frames")
    worst = min(
        (sum(t <= other < t + 1000 for other in times) for t in times if t + 1000 <= times[-1]),
        default=len(times),
    )
    return 1000 * (len(times) - 1) / (times[-1] - times[0]), float(worst), len(times)


def turns(runs: int) -> list[str]:
    """The modes in the order in which they are played: each as often, in turn."""
    return [mode for _ in range(runs) for mode in MODES]


def positive(text: str) -> int:
    """A whole number of at least 1, or ValueError."""
    if int(text) < 1:
        raise ValueError(text)
    return int(text)


def visit(browser: Browser, address: str) -> None:
    """Open a page, let it play a few frames, and leave it."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(address)
    page.wait_for_selector("[data-site]")
    for _ in range(3):
        page.get_by_role("button", name="Step", exact=True).click()
    page.wait_for_function("document.querySelector('[data-clock]').innerText !== 'Day 0.0'")
    page.close()


def after_visits(browser: Browser, address: str, pid: int, many: int) -> float:
    """Resident memory once `many` pages were opened and left, and the server has let go of them, MB."""
    for _ in range(many):
        visit(browser, address)
    time.sleep(10)
    return resident(pid)


def main() -> int:
    """Measure, print, and say by the exit code whether the view is fast enough."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", default="ne-syria-2019")
    parser.add_argument("--hours", type=int, default=6, choices=(1, 3, 6, 12, 24))
    parser.add_argument(
        "--runs", type=positive, default=2, help="full runs of each mode, over which memory is followed"
    )
    parser.add_argument("--sessions", type=int, default=50, help="pages opened and left, over which memory is followed")
    parser.add_argument("--chromium", default=os.environ.get("CHROMIUM") or shutil.which("chromium"))
    given = parser.parse_args()
    slowest = float("inf")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        with serving(given.scenario) as (address, server, printed):
            page.goto(address)
            page.wait_for_selector("[data-site]")
            page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
            painted = time.perf_counter() - printed
            print(f"first paint of the map      {painted:6.2f} s after the address is printed")
            print(f"{'':27} {'frames/s':>8} {'slowest second':>15} {'page MB':>8} {'server MB':>10}")
            for mode in turns(given.runs):
                page.get_by_role("button", name=mode, exact=True).click()
                rate, worst, _ = play(page, given.hours)
                slowest = min(slowest, rate)
                print(f"{mode:27} {rate:8.1f} {worst:15.0f} {heap(page):8.1f} {resident(server.pid):10.1f}", flush=True)
            page.get_by_role("button", name=MODES[0], exact=True).click()
            page.get_by_role("button", name="Same seed, other decision", exact=True).click()
            page.wait_for_selector("[data-run=B] [data-site]")
            rate, worst, _ = play(page, given.hours)
            print(
                f"{'Two runs side by side':27} {rate:8.1f} {worst:15.0f} {heap(page):8.1f} {resident(server.pid):10.1f}"
            )
            page.close()
            before = after_visits(browser, address, server.pid, 10)  # what ten pages fill is kept for the next
            after = after_visits(browser, address, server.pid, given.sessions)
            grown = after / before - 1
            print(
                f"server after {given.sessions} more pages, all left: {after:.1f} MB, {100 * grown:+.1f}% of {before:.1f} MB"
            )
        browser.close()
    return 0 if painted < PAINTS and slowest >= FRAMES and grown <= GROWS else 1


if __name__ == "__main__":
    sys.exit(main())
