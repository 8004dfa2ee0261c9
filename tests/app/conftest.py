"""One server for all tests of the view, started as by a user, on folders of good and bad scenarios and results."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from sim.cli.main import main

HOSTILE = "<img src=x onerror=alert(1)>{{1+1}}"
FAILED = pytest.StashKey[bool]()
BIDI = "\u202egnorw"
LONG = "<script>alert(2)</script>" + "x" * 10_000


@pytest.fixture(scope="session")
def scenarios(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped scenarios, with a broken one, one that looks outside, and one whose names try to be markup."""
    folder = tmp_path_factory.mktemp("view") / "scenarios"
    shutil.copytree(root / "scenarios", folder)
    (folder / "broken.yaml").write_text(
        "name: broken\nstart: '2020-01-01'\ndays: many\ntheatre: theatres/tiny.yaml\nguards: {scal: 2}\n"
    )
    theatre = (folder / "theatres" / "tiny.yaml").read_text()
    (folder / "theatres" / "hostile.yaml").write_text(
        theatre.replace("title: Lone prison", f"title: '{HOSTILE}{BIDI}'").replace("title: Invader", f"title: '{LONG}'")
    )
    scenario = (folder / "tiny.yaml").read_text()
    hostile = scenario.replace("theatres/tiny.yaml", "theatres/hostile.yaml")
    (folder / "hostile.yaml").write_text(
        hostile.replace("description: One prison", f"description: '{LONG}' #") + "# end\n"
    )
    (folder / "<b>bold<b>.yaml").write_text(scenario)
    (folder / "outside.yaml").write_text("extends: ../secret.yaml\n")
    (folder.parent / "secret.yaml").write_text(scenario)
    return folder


@pytest.fixture(scope="session")
def archive(root: Path, scenarios: Path) -> Path:
    """A folder of results: a sweep, one whose manifest points outside, and a damaged one."""
    folder = scenarios.parent / "results"
    sweep = ["sweep", str(root / "scenarios/sweeps/tiny.yaml"), "--replicates", "20", "--no-plots", "--quiet"]
    assert main([*sweep, "--out", str(folder / "sweep")]) == 0
    plain = ["run", "tiny", "--replicates", "12", "--set", "guards.scale=0.9", "--no-plots", "--quiet"]
    assert main([*plain, "--out", str(folder / "plain")]) == 0
    levers = scenarios / "sweeps" / "three-levers.yaml"
    levers.write_text(
        "scenario: ../tiny.yaml\nreplicates: 12\nlevers:\n  as-it-was: {}\n  half: {guards.scale: 0.5}\n"
        "  a-lever-with-a-name-that-is-longer-than-any-column: {guards.scale: 2}\n"
    )
    assert main(["sweep", str(levers), "--no-plots", "--quiet", "--out", str(folder / "levers")]) == 0
    os.utime(folder / "levers" / "manifest.json", (3, 3))
    os.utime(folder / "plain" / "manifest.json", (4, 4))
    (folder / "torn").mkdir()
    (folder / "torn" / "manifest.json").write_text('{"program": "detention-sim", "format": 1')
    shutil.copytree(folder / "sweep", folder / "<i>away")
    shutil.copytree(folder / "sweep" / "runs", scenarios.parent / "runs")
    manifest = folder / "<i>away" / "manifest.json"
    data = json.loads(manifest.read_text())
    data["name"] = HOSTILE
    data["parts"] = [{**part, "file": f"../../{part['file']}"} for part in data["parts"]]
    manifest.write_text(json.dumps(data))
    os.utime(manifest, (1, 1))
    os.utime(folder / "torn" / "manifest.json", (2, 2))
    return folder


@pytest.fixture(scope="session")
def address(root: Path, scenarios: Path, archive: Path) -> Iterator[str]:
    """Address of the view, which is stopped at the end as by Ctrl-C."""
    command = [sys.executable, "-m", "sim", "view", str(scenarios / "ne-syria-2019.yaml"), "--no-open", "--port", "0"]
    command += ["--results", str(archive)]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    log = (scenarios.parent / "stderr").open("w+")
    with (
        log,
        subprocess.Popen(
            command, cwd=scenarios.parent, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        ) as server,
    ):
        assert server.stdout is not None
        line = server.stdout.readline().strip()
        assert line.startswith("http://127.0.0.1:"), line
        yield line
        server.send_signal(signal.SIGINT)
        rest = server.stdout.read()
        assert server.wait(30) == 0
        assert rest == ""
        log.seek(0)
        said = log.read()
        assert "Traceback" not in said, said


class Opened:
    """A page of the view, with what it logged and asked for."""

    def __init__(self, page: Page, address: str, width: int = 1280, height: int = 720) -> None:
        self.page = page
        self.errors: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))
        page.set_viewport_size({"width": width, "height": height})
        page.goto(address)
        page.wait_for_selector("[data-clock], .dv-results")

    def clock(self) -> str:
        return self.page.inner_text("[data-clock]")

    def number(self, key: str, run: str = "") -> str:
        within = f"[data-run={run}] " if run else ""
        return self.page.inner_text(f"{within}[data-number={key}]")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def wait_for_clock(self, text: str) -> None:
        self.page.wait_for_function("text => document.querySelector('[data-clock]')?.innerText === text", arg=text)

    def step_days(self, days: int) -> None:
        self.page.select_option("#dv-speed", "24")
        for day in range(1, days + 1):
            self.press("Step")
            self.wait_for_clock(f"Day {day}.0")

    def scrub(self, day: float, clock: str = "") -> None:
        """Move the scrubber to a day, as a user does."""
        self.page.locator("[data-scrub]").fill(str(round(24 * day)))
        self.wait_for_clock(clock or f"Day {float(day)}")

    def show(self, address: str) -> None:
        """Show what an address names, without loading the page anew."""
        self._do([{"do": "restore", "value": address}])

    def begin_again(self) -> None:
        """Bring a page that another test has used to where a new one begins."""
        self.page.set_viewport_size({"width": 1280, "height": 720})
        self.page.mouse.move(1, 1)
        asked = self.page.evaluate(
            "() => { const page = document.querySelector('.dv').__vue__, {notice, take, kinds, text, speed} = page.controls;"
            " Object.assign(page, {playing: false, tools: false, scrubbed: null, asked: null, picked: null, dragged: {}});"
            " return [[!notice, 'noted', null], [!take, 'take', false], [kinds === 'all', 'kinds', 'all'],"
            " [!text, 'text', ''], [speed === 6, 'speed', 6]].filter(one => !one[0]); }"
        )
        start = "#run?scenario=ne-syria-2019.yaml&seed=1&replicate=0&results=sweep&metric=escaped"
        self._do([*({"do": do, "value": value} for _, do, value in asked), {"do": "restore", "value": start}])
        self.page.evaluate(
            "document.activeElement.blur(); document.querySelectorAll('.dv *').forEach(e => { e.scrollTop = 0; })"
        )

    def _do(self, asked: list[dict[str, object]]) -> None:
        """Have the page ask for things, and wait for the answer: a mark in the log's search comes back after all of them."""
        self.page.evaluate(
            "async asked => {"
            " const page = () => document.querySelector('.dv').__vue__, mark = 'mark ' + Math.random();"
            " for (const one of asked) page().act(one);"
            " for (const text of [mark, '']) {"
            "  page().act({do: 'text', value: text});"
            "  while (page().controls.text !== text) await new Promise(done => setTimeout(done, 10)); } }",
            asked,
        )

    def size(self) -> list[int]:
        return self.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember of a test whether it failed, so that its page is not used again."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
def kept() -> list[Opened]:
    """The page that tests share, one after the other; empty where there is none yet, or where a test failed on it."""
    return []


@pytest.fixture
def view(request: pytest.FixtureRequest, browser: Browser, address: str, kept: list[Opened]) -> Iterator[Opened]:
    """A page at its beginning, which must end without an error."""
    if kept:
        opened = kept.pop()
        opened.begin_again()
    else:
        opened = Opened(browser.new_context(bypass_csp=True).new_page(), address)
    yield opened
    if request.node.stash.get(FAILED, False):
        opened.page.context.close()
        return
    held(opened, address)
    kept.append(opened)


@pytest.fixture
def fresh(page: Page, address: str) -> Iterator[Opened]:
    """A page that no other test has used."""
    opened = Opened(page, address)
    yield opened
    held(opened, address)


@pytest.fixture
def phone(page: Page, address: str) -> Iterator[Opened]:
    """The same at a phone's width."""
    opened = Opened(page, address, 390, 844)
    yield opened
    held(opened, address)


def held(opened: Opened, address: str) -> None:
    """Assert no error on the console, and no request to another server."""
    assert opened.errors == []
    assert [url for url in opened.asked if not url.startswith((address, "data:", "blob:"))] == []
