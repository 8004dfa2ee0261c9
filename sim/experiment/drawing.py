"""What draws the figures of a results folder: set by the face of the package, since this room may not import plots."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

write_plots: Callable[[Path], list[Path]] | None = None
"""Draws into a results folder and returns the paths written."""
