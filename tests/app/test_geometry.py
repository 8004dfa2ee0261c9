"""Geometry of the page and cells of CSV files: their tests in JavaScript, and that the parts of the page use them."""

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
    command = [str(node), "--test", "--test-reporter=tap", "tests/app/geometry.test.js", "tests/app/csv.test.js"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120, env={**os.environ})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# pass 7" in done.stdout, done.stdout


def test_parts_are_filled_with_modules_and_none_is_left_to_ask_for(node: Path) -> None:
    found = parts()
    assert all("require(" not in source for source in found.values())
    for name in ("dv-chart", "dv-map", "dv-results"):
        assert "function overlap(a, b)" in found[name] and found[name].count("module.exports = {\n  props") == 1
