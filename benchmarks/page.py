"""`docs/benchmarks.md`, from the raw numbers of the suite."""

from __future__ import annotations

from typing import Any

from benchmarks.measure import Row, bound, number

HEAD = """# Benchmarks

Written by `make bench` from `results/reference/benchmarks.json`; do not edit. What the figures mean is told in
[performance.md](performance.md).

A figure is the median of its runs, given beside it with the least and the greatest. Where two things are compared they
ran in turn. "By the wall" is what a user waits, with whatever else the machine did at the time (its load is given with
each part, where two busy cores are a load of 2); everything a core, and every cost a replicate, is processor time
unless it says otherwise.

![Person-days a second and core, and what the same work costs others](images/benchmarks.png)
"""


def page(found: dict[str, Any]) -> str:
    """The whole page."""
    parts = [HEAD, goals(found), *(section(told) for told in found.values())]
    return "\n".join(parts)


def rows_of(found: dict[str, Any]) -> list[Row]:
    """All rows of all parts."""
    return [Row.of(row) for told in found.values() for row in told["rows"]]


def goals(found: dict[str, Any]) -> str:
    """The table of what has a target."""
    lines = [f"| {row.what} | {bound(row)} | {number(row.value)} | {row.unit} | {verdict(row)} |"
             for row in rows_of(found) if row.target is not None]  # fmt: skip
    return "\n".join(["## Targets", "", "| what | target | measured | unit | |", "|---|---|---|---|---|", *lines, ""])


def verdict(row: Row) -> str:
    """Met or missed."""
    return {True: "met", False: "**missed**", None: ""}[row.met]


def section(told: dict[str, Any]) -> str:
    """One part: its machine, its table."""
    lines = [f"## {told['title']}", "", conditions(told["machine"]), ""]
    lines += ["| what | median | unit | least to greatest (runs) | |", "|---|---|---|---|---|"]
    for row in (Row.of(row) for row in told["rows"]):
        if not row.values:
            lines.append(f"| {row.what} | | | | |")
            continue
        spread = f"{number(min(row.values))} to {number(max(row.values))} ({len(row.values)})"
        aside = "; ".join(text for text in (verdict(row), row.note) if text)
        single = f"({len(row.values)})" if len(row.values) == 1 else spread
        lines.append(f"| {row.what} | {number(row.value)} | {row.unit} | {single} | {aside} |")
    return "\n".join([*lines, ""])


def conditions(told: dict[str, Any]) -> str:
    """When, where, with what, how busy."""
    versions = ", ".join(f"{name} {version}" for name, version in told["versions"].items())
    return (
        f"{told['date']}, {told['processor']}, {told['cores']} cores, {told['memory_gib']:g} GiB, {told['system']}, "
        f"Python {told['python']}, {versions}; commit {told['commit']}; "
        f"load {told['load_before']} before and {told['load_after']} after."
    )
