"""The benchmark suite: every part, then the table, the figure and the raw numbers.

    python -m benchmarks.suite [--only PART ...] [--quick] [--out FOLDER] [--wait CORES] [--redraw]

Writes `results/reference/benchmarks.json` (every value measured, with date, machine and versions), `docs/benchmarks.md`
and `docs/images/benchmarks.png` and `.svg`. With `--only`, the other parts stay as they were in the file. `--quick`
runs everything at toy sizes, to see that it works, into `--out`. `--wait` lets every sweep timed by the wall wait, up
to a minute, until others keep no more cores than that busy. `--redraw` measures nothing and makes the page and the
figure anew.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
from pathlib import Path
from typing import Any

from benchmarks import measure
from benchmarks.measure import ROOT, Row, machine, printed

PARTS = {
    "sweep_speed": "The main sweep, end to end",
    "parts": "One replicate by part",
    "overhead": "What the machinery of a sweep costs",
    "answer": "Time to an answer",
    "against_oracle": "Against plain Mesa: the oracle",
    "peers": "Peers on the same work",
    "startup": "Start-up",
    "floor": "The floor",
    "growth": "Growth",
}
"""Modules in the order they run, and their titles."""


def run(part: str, quick: bool) -> dict[str, Any]:
    """One part's rows, and when and under what load they were measured."""
    module = importlib.import_module(f"benchmarks.{part}")
    told = machine()
    rows: list[Row] = module.measured(**module.QUICK) if quick else module.measured()
    printed(rows)
    told["load_after"] = round(os.getloadavg()[0], 2)
    return {"title": PARTS[part], "machine": told, "rows": [row.as_json() for row in rows]}


def stored(folder: Path) -> dict[str, Any]:
    """What was measured before."""
    path = results(folder)
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def results(folder: Path) -> Path:
    """The file of raw numbers."""
    return folder / "results" / "reference" / "benchmarks.json"


def write(folder: Path, found: dict[str, Any]) -> None:
    """The raw numbers, the page and the figure."""
    from benchmarks.figure import figures
    from benchmarks.page import page

    images = folder / "docs" / "images"
    for made in (images, results(folder).parent):
        made.mkdir(parents=True, exist_ok=True)
    ordered = {part: found[part] for part in PARTS if part in found}
    results(folder).write_text(json.dumps(ordered, indent=1) + "\n", "utf-8")
    (folder / "docs" / "benchmarks.md").write_text(page(ordered), "utf-8")
    for name, content in figures(ordered).items():
        (images / name).write_bytes(content)


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=Path, default=ROOT)
    parser.add_argument("--wait", type=float, metavar="CORES")
    parser.add_argument("--redraw", action="store_true")
    given = parser.parse_args()
    if given.quick and given.out == ROOT:
        parser.error("--quick needs --out: toy figures are not for the documents")
    measure.WAIT = given.wait
    found = stored(given.out)
    for part in () if given.redraw else given.only or PARTS:
        print(f"\n{PARTS[part]} (benchmarks/{part}.py)", flush=True)
        found[part] = run(part, given.quick)
        write(given.out, found)
    if given.redraw:
        write(given.out, found)
    print(f"\nwritten: {results(given.out)}, docs/benchmarks.md, docs/images/benchmarks.png and .svg")


if __name__ == "__main__":
    main()
