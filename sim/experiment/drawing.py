"""The function that draws figures, set by `sim/__init__.py`: this room may not import `plots`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

write_plots: Callable[[Path], list[Path]] | None = None
"""Draws the figures of a results folder and returns the paths written."""
