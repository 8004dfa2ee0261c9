"""Provenance of a figure: one line of small print, and the short manifest inside the file."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, NamedTuple

from sim.plots.view import ResultsView
from sim.wording import set_by_options, setting, tidy

MOST_POINTS = 50
"""Most points listed in a figure's metadata."""


class Provenance(NamedTuple):
    """Scenario, program and seed of results from the manifest; empty where it lacks them."""

    name: str
    description: str
    seed: str
    version: str
    commit: str
    code: str
    notes: tuple[str, ...]
    imposed: tuple[str, ...]

    @classmethod
    def of(cls, view: ResultsView) -> Provenance:
        """Read the provenance from the manifest."""
        manifest = view.results.manifest
        return cls(
            name=_text(manifest, "name"),
            description=_text(manifest, "description"),
            seed=_text(manifest, "seed"),
            version=_text(manifest, "version"),
            commit=_text(manifest, "commit"),
            code=_text(manifest, "code"),
            notes=tuple(str(note) for note in manifest.get("notes") or ()),
            imposed=tuple(str(line) for line in manifest.get("imposed") or ()),
        )

    @property
    def revision(self) -> str:
        """The short commit, and whether files differ from it."""
        commit, changed, _ = self.commit.partition("-dirty")
        return f"{commit[:10]}{' with changes' if changed else ''}"

    def line(self, view: ResultsView) -> str:
        """Return the small print of a figure."""
        many = view.wanted > 1
        parts = [
            self.name[:60] + ("…" if len(self.name) > 60 else ""),
            f"{view.points_said} points" if many else "",
            f"{view.replicates_said} replicate{'' if view.replicates[1] == 1 else 's'}{' each' if many else ''}",
            f"{view.failed:,} failed and left out" if view.failed else "",
            f"seed {self.seed}" if self.seed else "",
            f"with {tidy(overrides_said(view), 100)}" if set_by_options(view.results.manifest) else "",
            f"detention-sim {self.version}".strip(),
            f"commit {self.revision}" if self.commit else "",
        ]
        return " · ".join(part for part in parts if part)


def command(view: ResultsView) -> str:
    """Return the command line that makes these results again; a file by its name, as folders differ."""
    manifest = view.results.manifest
    request = manifest.get("request") or {}
    what = request.get("scenario") or request.get("sweep")
    if not isinstance(what, str):
        return ""
    given = {**(request.get("overrides") or {})}
    numbers = {key: given.pop(key, manifest.get(key)) for key in ("replicates", "seed")}
    words = ["detention-sim", "sweep" if "sweep" in request else "run", PurePath(what).name]
    words += [f"--{key} {value}" for key, value in numbers.items() if isinstance(value, int)]
    words += [f"--set {shlex.quote(f'{path}={json.dumps(value)}')}" for path, value in given.items()]
    return tidy(" ".join(words), 400)


def overrides_said(view: ResultsView) -> str:
    """Return what options set in words, empty if nothing."""
    given = set_by_options(view.results.manifest)
    return ", ".join(f"{tidy(path, 60)} = {setting(value)}" for path, value in given.items())


def embedded(view: ResultsView, figure: str) -> str:
    """Return the shortened manifest that is stored inside a figure's file: one line of JSON in ASCII."""
    told = Provenance.of(view)
    points = [{"point": n, "values": p} for n, p in zip(view.index, view.points, strict=True)]
    short: dict[str, Any] = {
        "figure": figure,
        "scenario": told.name,
        "command": command(view),
        "overrides": set_by_options(view.results.manifest),
        "results": {"folder": view.results.path.name if view.results.path else "", "sha256": tables_hash(view)},
        "code": {"version": told.version, "commit": told.commit, "hash": told.code},
        "seed": told.seed,
        "replicates": view.replicates[1],
        "points": points[:MOST_POINTS],
        "points_left_out": max(0, len(points) - MOST_POINTS),
    }
    return json.dumps(short, sort_keys=True, default=str)


def tables_hash(view: ResultsView) -> str:
    """Return one hash of all parts of results, by which a figure can be told from one of other numbers."""
    parts = sorted(f"{part['file']} {part['sha256']}" for part in view.results.manifest["parts"])
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _text(manifest: Mapping[str, Any], key: str) -> str:
    """Return a plain value of the manifest as text, empty if missing."""
    value = manifest.get(key)
    return str(value) if isinstance(value, str | int | float) else ""
