"""Pages that are made from declarations are what is declared."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_dictionary_of_arrays_is_that_of_the_declarations() -> None:
    spec = importlib.util.spec_from_file_location("arrays_page", ROOT / "tools" / "arrays_page.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (ROOT / "docs" / "arrays.md").read_text("utf-8") == module.page(), "python tools/arrays_page.py"
