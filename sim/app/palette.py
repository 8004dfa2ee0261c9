"""Colours of the page: declared here, or taken from the figures, and given to the style sheet as variables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.colors import LinearSegmentedColormap, to_hex

from sim.plots.style import (
    BELIEF,
    BELIEF_RAMP,
    FAINT,
    GAP_RAMP,
    GRID,
    INK,
    MUTED,
    PAPER,
    PARTY_FILLS,
    TRUTH,
    TRUTH_RAMP,
)

SLATE = "#3d4852"
BELIEF_INK = "#1f6ea3"
"""BELIEF for text, which needs more contrast."""
PARTY_INKS = ("#76683a", "#4c5866", "#8a4747", "#684a86", "#3f6b45", "#4d4d4d", "#37666f", "#7d5d2c")
"""PARTY_FILLS for text."""
ROLE_INKS = ("#3f6b45", "#8a4747", "#684a86", "#1c5a86", "#5f6b76", "#76683a", "#37666f", "#4d4d4d")
"""Lines of what each role claims, in the order of the roles."""
DARK_ROLE_INKS = ("#8fcf9a", "#f0a3a3", "#c9a6ee", "#8cc4f0", "#b4bfca", "#d8c67c", "#8fd0dc", "#c4c4c4")
"""The same on dark paper."""
VARIABLES = {
    "ink": INK,
    "muted": MUTED,
    "faint": FAINT,
    "grid": GRID,
    "paper": PAPER,
    "truth": TRUTH,
    "belief": BELIEF,
    "belief-ink": BELIEF_INK,
    "belief-deep": "#164f78",
    "belief-darkest": "#0b2f4a",
    "slate": SLATE,
    "second": "#8a5a00",
    "hover": "#eef1f4",
    "rail": "#d8dde2",
    "played": "#9aa4ae",
    "on-light": INK,
    "on-dark": PAPER,
    "wash": "#f6f8fa",
    "hairline": "#f0f2f4",
    "edge": "#8b949e",
    "disabled": "#d0d5da",
    "disabled-ink": "#7a838c",
    "dim-ink": "#4b545d",
    "focus": "#0b57d0",
    "error": "#b3261e",
    **{f"role-{k}": color for k, color in enumerate(ROLE_INKS)},
}
"""Colours used more than once, which the style sheet and the parts of the page take as `var(--name)`."""
DARK = {
    "ink": "#e8ebee",
    "muted": "#a9b2bb",
    "faint": "#59636d",
    "grid": "#3a424a",
    "paper": "#14181c",
    "truth": "#ff8f66",
    "belief": "#62b4e8",
    "belief-ink": "#7cc2f0",
    "belief-deep": "#9fd2f5",
    "belief-darkest": "#cfe8fa",
    "slate": "#aebac5",
    "second": "#e0b050",
    "hover": "#262d34",
    "rail": "#39424a",
    "played": "#66717b",
    "wash": "#1b2126",
    "hairline": "#252c32",
    "edge": "#7b858f",
    "disabled": "#39424a",
    "disabled-ink": "#8f99a3",
    "dim-ink": "#c0c8cf",
    "focus": "#8ab4f8",
    "error": "#f2a29b",
    **{f"role-{k}": color for k, color in enumerate(DARK_ROLE_INKS)},
}
"""The same where the reader's system is dark; the map and its legend stay on light paper, as they are printed."""
RAMPS = {
    "gap": GAP_RAMP,
    "gap_person_days": GAP_RAMP,
    "undetected_share": GAP_RAMP,
    "confirmed": BELIEF_RAMP,
    "reported": BELIEF_RAMP,
}
"""Scales of the heat map by metric; every other metric has TRUTH_RAMP."""


BELOW = tuple(to_hex(color) for color in BELIEF_RAMP.resampled(5)(range(5)))
"""Five colours of values below 0, from none to the smallest."""


def css_variables() -> str:
    """Return the rule of a style sheet that declares the colours."""
    light = f".dv, .dv-mapbox > svg, .dv-legend {{ {_declared(VARIABLES)} }}\n"
    paper = ".dv-mapbox > svg, .dv-legend { background: var(--paper); color: var(--ink); }\n"
    return f"{light}@media (prefers-color-scheme: dark) {{ .dv {{ color-scheme: dark; {_declared(DARK)} }} {paper}}}\n"


def _declared(colors: Mapping[str, str]) -> str:
    return " ".join(f"--{name}: {color};" for name, color in colors.items())


def party_fill(party: int) -> str:
    """Return the colour of the cells that a party holds."""
    return PARTY_FILLS[party % len(PARTY_FILLS)]


def party_ink(party: int) -> str:
    """Return the colour of a party's name."""
    return PARTY_INKS[party % len(PARTY_INKS)]


def role_lines(roles: Sequence[str]) -> list[dict[str, str]]:
    """Return each role's name and the variable that holds the colour of its line."""
    return [{"name": role, "color": f"var(--role-{r % len(ROLE_INKS)})"} for r, role in enumerate(roles)]


def ramp(metric: str) -> list[str]:
    """Return five colours from none to the largest value of a metric, as in the figures."""
    scale: LinearSegmentedColormap = RAMPS.get(metric, TRUTH_RAMP)
    return [to_hex(color) for color in scale.resampled(5)(range(5))]
