"""Geometry and curves of the page, and cells of CSV files: their tests in JavaScript, and that the parts of the page use them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import playwright
import pytest

from sim.app.assets import parts


@pytest.fixture(scope="module")
def node() -> Path:
    """The node that comes with the tests' browser driver, so that none needs to be installed."""
    return Path(playwright.__file__).parent / "driver" / "node"


def test_the_tests_in_javascript_pass(root: Path, node: Path) -> None:
    files = sorted((root / "tests" / "app").glob("*.test.js"))
    command = [str(node), "--test", "--test-reporter=tap", *map(str, files)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120, env={**os.environ})
    assert done.returncode == 0, done.stdout + done.stderr
    written = sum(file.read_text("utf-8").count("\ntest(") for file in files)
    assert len(files) == 3 and f"# pass {written}\n" in done.stdout, done.stdout


def test_only_one_part_draws_charts(root: Path) -> None:
    drawing = {file.name for file in (root / "sim/app/parts").glob("*.vue") if "dv-axis" in file.read_text("utf-8")}
    assert drawing == {"chart.vue"} and "<svg" not in (root / "sim/app/parts/results.vue").read_text("utf-8")


def test_parts_are_filled_with_modules_and_none_is_left_to_ask_for(node: Path) -> None:
    found = parts()
    assert all("require(" not in source for source in found.values())
    for name, function in {"dv-chart": "reach(low", "dv-map": "overlap(a, b)", "dv-results": "curves(points"}.items():
        assert f"function {function}" in found[name] and found[name].count("module.exports = {\n  props") == 1
