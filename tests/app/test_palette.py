"""The colours of the page: each declared once, and distinct for colour-blind readers."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from sim.app.palette import DARK, ROLE_INKS, VARIABLES, ramp, role_lines
from sim.scenario.vocabulary import ROLES

LACKING = {  # Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def files(root: Path) -> list[Path]:
    app = root / "sim/app"
    return [*app.glob("*.vue"), *app.glob("*.css"), *(app / "parts").glob("*.vue")]


def lab(color: str, lacking: str) -> np.ndarray:
    """Return CIELAB of a colour as seen without one kind of cone; with all of them for another name."""
    rgb = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(np.array(LACKING.get(lacking, np.eye(3))) @ linear, 0, 1) / (0.9505, 1.0, 1.089)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def apart(one: str, other: str, lacking: str) -> float:
    return float(np.linalg.norm(lab(one, lacking) - lab(other, lacking)))


@pytest.mark.parametrize("lacking", LACKING)
def test_colours_that_stand_side_by_side_differ(root: Path, lacking: str) -> None:
    css = (root / "sim/app/page.css").read_text()
    fills = {
        name: VARIABLES.get(found[1], found[1])
        for name in ("held", "disorder", "attack", "taken", "empty")
        if (found := re.search(rf"^\.s-{name} {{ fill: (?:var\(--)?([#\w-]+)\)?;", css, re.M))
    }
    assert len(fills) == 5
    for a, b in itertools.combinations(fills, 2):
        assert apart(fills[a], fills[b], lacking) > 12, (a, b)
    for belief in ("belief", "belief-ink"):
        assert apart(VARIABLES["truth"], VARIABLES[belief], lacking) > 40


def test_every_colour_that_is_used_is_declared(root: Path) -> None:
    used = {name for path in files(root) for name in re.findall(r"var\(--([\w-]+)[,)]", path.read_text())}
    used |= {line["color"][6:-1] for line in role_lines(ROLES)}
    assert used - {"u", "type", "k", "aspect"} == set(VARIABLES) == set(DARK) | {"on-light", "on-dark"}


def test_no_colour_is_written_twice(root: Path) -> None:
    written = [
        color for path in files(root) for color in re.findall(r"#(?:[0-9a-f]{6}|[0-9a-f]{3})\b", path.read_text())
    ]
    assert not {color for color in written if written.count(color) > 1 or color in VARIABLES.values()}


def test_ramps_are_those_of_the_figures() -> None:
    assert ramp("escaped")[3] == VARIABLES["truth"] and ramp("confirmed")[2] == VARIABLES["belief"]
    assert ramp("gap") == ramp("undetected_share") != ramp("escaped")


def test_every_role_has_a_colour_of_its_own():
    assert len(set(ROLE_INKS)) == len(ROLE_INKS) >= len(ROLES)
