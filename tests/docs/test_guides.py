"""The contributor's guide and the page of the architecture name what there is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.test_layers import ROOMS

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("CONTRIBUTING.md", "docs/architecture.md", "docs/releasing.md")
PATH = re.compile(r"(?<![\w/.])((?:sim|tests|docs|scenarios|tools|results|\.github)/[\w./-]*[\w/])")
NEW = {"NAME"}
"""Stand for what a reader will add."""


def read(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def paths(page: str) -> set[str]:
    """Paths from the project's folder that a page names, but for those of files to be added."""
    return {path for path in PATH.findall(read(page)) if Path(path).stem not in NEW}


@pytest.mark.parametrize("page", PAGES)
def test_every_path_that_a_page_names_exists(page: str) -> None:
    assert [path for path in sorted(paths(page)) if not (ROOT / path).exists()] == []


def test_paths_are_seen() -> None:
    assert len(paths("CONTRIBUTING.md")) > 30 and len(paths("docs/architecture.md")) > 20


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", read(page)) if "://" not in link]
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


def test_the_rooms_described_are_those_there_are_in_their_order() -> None:
    section = read("docs/architecture.md").split("## Rooms")[1].split("\n## ")[0]
    assert tuple(re.findall(r"(?m)^\| `(\w+)` \|", section)) == ROOMS


def test_the_picture_shows_the_rooms_in_their_order_and_the_steps_of_the_odd() -> None:
    drawn = re.findall(r"<text[^>]*>([^<]*)</text>", read("docs/images/architecture.svg"))
    assert tuple(text for text in drawn if text in ROOMS) == ROOMS
    section = read("docs/ODD.md").split("## 3. ")[1].split("\n## ")[0]
    steps = re.findall(r"\d+\. `([a-z ]+)` 7\.", section)
    assert len(steps) > 5
    assert [text for text in drawn if text in steps] == steps


def quoted(page: str) -> set[str]:
    """Names of functions, columns and constants that a page quotes: one word of code, no path and no command."""
    return set(re.findall(r"`([A-Za-z_]\w+)(?:\(\.\.\.\)|\(results\))?`", read(page)))


def test_names_that_the_guide_quotes_stand_in_the_code() -> None:
    folders = ("sim", "tests", "tools", "scenarios")
    files = [file for folder in folders for file in (ROOT / folder).rglob("*") if file.suffix in (".py", ".yaml")]
    here = Path(__file__).resolve()
    words = {word for file in files if file != here for word in re.findall(r"\w+", file.read_text("utf-8"))}
    assert quoted("CONTRIBUTING.md") - words - NEW == set()


def test_commits_are_checked_by_what_make_lint_runs() -> None:
    hooks = [hook for repo in yaml.safe_load(read(".pre-commit-config.yaml"))["repos"] for hook in repo["hooks"]]
    target = read("Makefile").split("\nlint:")[1].split("\n\n")[0]
    assert [f"@$(python) {hook['entry'].removeprefix('.venv/bin/python ')}" for hook in hooks] == [
        line.strip() for line in target.splitlines() if "$(python)" in line
    ]


def test_the_workflow_calls_the_two_commands_with_pythons_that_are_supported() -> None:
    job = yaml.safe_load(read(".github/workflows/test.yml"))["jobs"]["test"]
    assert [step["run"] for step in job["steps"] if "run" in step] == ["make lint", "make test"]
    least = tomllib.loads(read("pyproject.toml"))["project"]["requires-python"].removeprefix(">=")
    assert least in job["strategy"]["matrix"]["python"]


def test_the_replicate_for_debuggers_is_the_one_that_runs_store(capsys: pytest.CaptureFixture[str]) -> None:
    import sys

    import sim

    sys.path.insert(0, str(ROOT / "tools"))
    try:
        from one_replicate import main
    finally:
        sys.path.pop(0)
    main("tiny", "1", "7")
    told = dict(line.split() for line in capsys.readouterr().out.splitlines())
    stored = sim.run("tiny", replicates=2, seed=7).runs.to_pylist()[1]
    assert float(told["escaped"]) == stored["escaped"]
    assert float(told["isr_hours"]) == pytest.approx(stored["isr_hours"], rel=1e-4)
