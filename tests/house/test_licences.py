"""The page of licences is of the packages that are pinned, and says what those installed here say of themselves."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from tests.house.test_pages import tool

ROOT = Path(__file__).resolve().parents[2]


def rows() -> list[list[str]]:
    """Package, version, licence, where it is stated, for whom: of each row of the page."""
    lines = (ROOT / "docs" / "licences.md").read_text("utf-8").split("|---|---|---|---|---|\n")[1].splitlines()
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]


def test_the_page_has_every_pin_and_no_other() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = [line.split("==") for line in lines if not line.startswith("#")]
    assert [row[:2] for row in rows()] == pinned, "python tools/licences_page.py"


def test_what_is_installed_says_what_the_page_says() -> None:
    licence = tool("licences_page").licence
    compared = 0
    for name, version, text, stated, _ in rows():
        try:
            package = distribution(name)
        except PackageNotFoundError:  # of an extra that tests do not need
            continue
        if package.version == version:
            found = licence(package)
            assert found is not None and (found.text.split(), found.stated) == (text.split(), stated), name
            compared += 1
    assert compared > 80


def test_what_users_are_brought_is_under_no_gnu_licence() -> None:
    assert [row[0] for row in rows() if row[4] in ("core", "plots", "view") and re.search("GNU|GPL", row[2])] == []
    assert len([row for row in rows() if row[4] == "core"]) > 25


def test_each_row_is_whole() -> None:
    whose = {"core", "build", *tool("licences_page").EXTRAS}
    for row in rows():
        assert len(row) == 5 and all(row) and row[3] in ("expression", "classifier", "field", "file"), row
        assert row[4] in whose, f"nothing asks for {row[0]}"


def test_the_core_is_what_the_project_asks_for() -> None:
    page = tool("licences_page")
    whose = {row[0].lower(): row[4] for row in rows()}
    asked = page.needed(dict(page.groups())["core"])
    assert {"mesa", "numpy", "scipy", "networkx", "numba"} <= asked
    assert not {"matplotlib", "solara", "ipython"} & asked
    assert {name for name, group in whose.items() if group == "core"} == {
        name for name in whose if re.sub(r"[-_.]+", "-", name) in asked
    }


def test_a_package_without_a_licence_or_of_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    page = tool("licences_page")
    monkeypatch.setattr(page, "groups", lambda: iter(()))
    monkeypatch.setattr(page, "pins", lambda: {"numpy": "0.0", "no-such-package": "1.0"})
    with pytest.raises(LookupError, match=r"numpy .* is not 0\.0; no-such-package is not installed"):
        page.page()
