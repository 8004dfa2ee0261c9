"""constraints.txt pins everything that pyproject.toml asks for, without addresses."""

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def pins(root):
    lines = (root / "constraints.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_every_line_is_a_name_and_one_exact_version(root):
    wrong = [line for line in pins(root) if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", line)]
    assert not wrong


def test_all_that_the_project_asks_for_is_pinned_within_its_bounds(root):
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    asked = project["build-system"]["requires"] + project["project"]["dependencies"]
    for extra in project["project"]["optional-dependencies"].values():
        asked += extra
    pinned = {canonicalize_name(name): version for name, version in (line.split("==") for line in pins(root))}
    assert len(pinned) == len(pins(root)), "a package is pinned twice"
    for requirement in map(Requirement, asked):
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), str(requirement)
