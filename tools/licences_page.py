"""Write docs/licences.md, the licence of every pinned package: python tools/licences_page.py.

`make pins` writes it too. Every package of constraints.txt must be installed:

    pip install -c constraints.txt -e '.[test,dev,view,plots,analysis,cluster,bench,calibrate]'.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "licences.md"
HEAD = """# Licences of what the program rests on

Every package that `constraints.txt` pins, with the licence that its own metadata states, made by
`python tools/licences_page.py`; a test holds the page against `constraints.txt` and against what is installed. The
program itself is under the MIT licence (`LICENSE`), and brings none of these packages with it: pip fetches them.

`for`: `core` is what `pip install detention-sim` brings; otherwise the first extra that asks for it, in the order of
this list: {order}; `build` is what builds it. `stated`: as an SPDX
expression, in a classifier, in the free field of the metadata, or in the head of the licence file, best first. What a
package brings inside itself under another licence (a compiled library, a script for the browser) stands in its files.

Under a GNU licence: {gnu}. Under the MPL, alone or with others: {mpl}.
"""
EXTRAS = ("plots", "view", "analysis", "cluster", "calibrate", "test", "dev", "bench")
"""Extras, those of users first."""
CLASSIFIER = "License :: "
LONG = 60
"""A line longer than this is of a licence's text; of a text the first line that names a licence is taken."""


class Licence(NamedTuple):
    """What a package's metadata says of its licence, and in which field."""

    text: str
    stated: str


def pins() -> dict[str, str]:
    """Return the pinned versions by name, as constraints.txt writes them, in its order."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    return dict(line.split("==", 1) for line in lines if line and not line.startswith("#"))


def licence(package: Distribution) -> Licence | None:
    """Return the licence of an installed package, None if its metadata names none."""
    about = package.metadata
    if expression := about.get("License-Expression"):
        return Licence(expression.strip(), "expression")
    classes = [c.split(" :: ")[-1] for c in about.get_all("Classifier") or () if c.startswith(CLASSIFIER)]
    named = [c for c in dict.fromkeys(classes) if c not in ("OSI Approved", "DFSG approved")]
    if named:
        return Licence(", ".join(named), "classifier")
    field, stated = (about.get("License") or "").strip(), "field"
    if field in ("", "UNKNOWN"):
        texts = [file for file in package.files or () if re.match(r"(?i)licen[cs]e|copying", file.name)]
        field, stated = (texts[0].read_text() if texts else ""), "file"
    lines = [line.strip() for line in field.splitlines() if line.strip()]
    line = next((x for x in lines if len(x) <= LONG and (len(lines) == 1 or re.search(r"(?i)licen[cs]e", x))), "")
    return Licence(line, stated) if line else None


def needed(requirements: list[str]) -> set[str]:
    """Return the canonical names of what requirements bring with them here, themselves included."""
    todo = [Requirement(text) for text in requirements]
    seen: set[tuple[str, str]] = set()
    while todo:
        asked = todo.pop()
        for extra in ("", *sorted(asked.extras)):
            key = (canonicalize_name(asked.name), extra)
            if key in seen:
                continue
            seen.add(key)
            for text in distribution(asked.name).requires or ():
                more = Requirement(text)
                if more.marker is None or more.marker.evaluate({"extra": extra}):
                    todo.append(more)
    return {name for name, _ in seen}


def groups() -> Iterator[tuple[str, list[str]]]:
    """Yield who asks for packages, the core first, and what for."""
    data = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    yield "core", data["project"]["dependencies"]
    extras = data["project"]["optional-dependencies"]
    assert set(extras) == set(EXTRAS), "an extra is missing in EXTRAS"
    yield from ((name, extras[name]) for name in EXTRAS)
    yield "build", data["build-system"]["requires"]


def _listed(rows: list[str], pattern: str) -> str:
    """Return the packages whose licence fits a pattern, each with whose it is, in a sentence's words."""
    cells = [[cell.strip() for cell in row.split("|")[1:-1]] for row in rows]
    return ", ".join(f"{row[0]} (`{row[4]}`)" for row in cells if re.search(pattern, row[2])) or "none"


def page() -> str:
    """Return the page. Raises LookupError naming what is not installed as pinned, or names no licence."""
    whose: dict[str, str] = {}
    for group, requirements in groups():
        for name in needed(requirements):
            whose.setdefault(name, group)
    rows, wrong = [], []
    for name, version in pins().items():
        try:
            package = distribution(name)
        except PackageNotFoundError:
            wrong.append(f"{name} is not installed")
            continue
        found = licence(package)
        if package.version != version or found is None:
            wrong.append(f"{name} {package.version} is not {version}" if found else f"{name} names no licence")
            continue
        text = re.sub(r"\s+", " ", found.text).replace("|", "/")
        rows.append(f"| {name} | {version} | {text} | {found.stated} | {whose.get(canonicalize_name(name), '-')} |")
    if wrong:
        raise LookupError("; ".join(wrong))
    order = ", ".join(f"`{name}`" for name in EXTRAS)
    gnu = _listed(rows, r"GNU|GPL")
    head = HEAD.format(order=order, gnu=gnu, mpl=_listed(rows, r"MPL|Mozilla"))
    return "\n".join([head, "| package | version | licence | stated | for |", "|---|---|---|---|---|", *rows, ""])


if __name__ == "__main__":
    try:
        PAGE.write_text(page(), "utf-8")
    except LookupError as error:
        sys.exit(f"tools/licences_page.py: {error}")
