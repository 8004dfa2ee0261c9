"""Pages that are made from declarations and rules are those of today's declarations and rules."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]


def tool(name: str) -> ModuleType:
    """A script of tools/ as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_dictionary_of_arrays_is_that_of_the_declarations() -> None:
    assert (ROOT / "docs/arrays.md").read_text("utf-8") == tool("arrays_page").page(), "python tools/arrays_page.py"


def test_the_docking_worlds_reach_the_rules_of_today() -> None:
    text = (ROOT / "docs/coverage.md").read_text("utf-8")
    assert f"Measured on sources {tool('rule_coverage').stamp()};" in text, "python tools/rule_coverage.py"
    total = re.search(r"\| `all` \| (\d+) \| ([\d.]+)% \| \d+ \| ([\d.]+)% \|", text)
    assert total is not None
    assert int(total[1]) > 2000
    assert float(total[2]) >= 98.0
    assert float(total[3]) >= 95.0
