"""The documents say what the program does."""

from __future__ import annotations

import importlib.util
import re
import shutil
import textwrap
from pathlib import Path

from sim.scenario.loader import load
from sim.scenario.shipped import names
from sim.scenario.sweep import load_sweep

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_of_parameters_is_that_of_the_declarations() -> None:
    spec = importlib.util.spec_from_file_location("parameters_page", ROOT / "tools" / "parameters_page.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (ROOT / "docs" / "parameters.md").read_text("utf-8") == module.page()


def test_links_of_the_readme_lead_somewhere() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    local = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if not link.startswith("http")]
    assert len(local) > 5
    assert [link for link in local if not (ROOT / link).exists()] == []


def test_scenarios_named_in_the_readme_are_shipped_and_load() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    shipped = text.split("\nShipped: ")[1].split("\n\n")[0]
    named = [
        name if not name.startswith("-") else f"ne-syria-2019{name}" for name in re.findall(r"`([a-z0-9-]+)`", shipped)
    ]
    assert len(named) > 5
    for name in named:
        assert load(name).scenario.name == name
    assert set(named) == set(names())


def test_files_shown_in_the_readme_are_good(tmp_path: Path) -> None:
    """A scenario and a sweep, each written beside the shipped scenarios."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    blocks = re.findall(r"(?:^    [^\n]*\n)+", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    shown = [textwrap.dedent(block) for block in blocks if re.match(r"    (scenario|extends): ", block)]
    assert len(shown) == 2
    for block in shown:
        path = tmp_path / "scenarios" / "shown.yaml"
        path.write_text(block, encoding="utf-8")
        assert load_sweep(path).size == 256 if "vary:" in block else load(path).scenario.name == "my-guard-floor"


def test_commands_of_the_readme_exist() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    commands = set(re.findall(r"detention-sim ([a-z]+)", text))
    for command in commands - {"sim"}:
        assert list((ROOT / "sim" / "cli").glob(f"{command}*.py")), command


def test_tests_named_on_the_page_of_what_was_once_wrong_exist() -> None:
    page = (ROOT / "docs" / "once-wrong.md").read_text("utf-8")
    named = set(re.findall(r"\btest_\w+(?!\.py)\b", page))
    files = list((ROOT / "tests").rglob("test_*.py"))
    there = {name for file in files for name in re.findall(r"def (test_\w+)\(", file.read_text("utf-8"))}
    assert len(named) > 100
    assert named - there - {file.stem for file in files} == set()
