"""The program has a second name, for those whose own folder `sim` hides the first."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


@pytest.fixture
def own(tmp_path: Path, root: Path) -> Path:
    """A folder with a package `sim` of the user's own, and beside it what an installation has."""
    (tmp_path / "sim").mkdir()
    (tmp_path / "sim" / "__init__.py").write_text("mine = True\n")
    installed = tmp_path / "installed" / "detention_sim"
    installed.mkdir(parents=True)
    shutil.copy(root / "tools" / "detention_sim.py", installed / "__init__.py")
    return tmp_path


def python(own: Path, root: Path, code: str) -> subprocess.CompletedProcess[str]:
    path = f"import sys; sys.path[1:1] = [{str(own / 'installed')!r}, {str(root)!r}]\n"
    return subprocess.run([sys.executable, "-c", path + code], cwd=own, capture_output=True, text=True, timeout=300)


def test_the_program_is_there_beside_a_sim_of_the_users_own(own: Path, root: Path) -> None:
    code = (
        "import detention_sim\n"
        "from detention_sim.agents import Detainee\n"
        "import detention_sim.scenario.loader as loader\n"
        "import sim.agents\n"
        "assert sim.agents.Detainee is Detainee and loader.__name__ == 'sim.scenario.loader' == loader.__spec__.name\n"
        "assert dir(detention_sim) == dir(sim) and detention_sim.InputError is sim.InputError\n"
        "print(detention_sim.load('tiny').scenario.name)\n"
    )
    done = python(own, root, code)
    assert (done.stdout.strip(), done.stderr) == ("tiny", "")


def test_two_packages_of_one_name_in_one_process_are_refused(own: Path, root: Path) -> None:
    done = python(own, root, "import sim; assert sim.mine\nimport detention_sim")
    assert done.returncode == 1
    assert "another `sim` is imported already" in done.stderr and "import detention_sim first" in done.stderr


def test_the_wheel_has_both_names_types_and_no_address(tmp_path: Path, root: Path) -> None:
    source = tmp_path / "source"
    kept = ("sim", "scenarios", "tools")
    for name in kept:
        shutil.copytree(root / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / name, source / name)
    build = "from hatchling.build import build_wheel; print(build_wheel('dist'))"
    done = subprocess.run([sys.executable, "-c", build], cwd=source, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(source / "dist" / done.stdout.strip()) as wheel:
        names = set(wheel.namelist())
        (about,) = (name for name in names if name.endswith("METADATA"))
        head = wheel.read(about).decode().split("\n\n")[0]
    assert {f"{name}/{file}" for name in ("detention_sim", "sim") for file in ("__init__.py", "py.typed")} <= names
    assert {f"sim/scenario/templates/{kind}.yaml" for kind in ("theatre", "scenario", "sweep")} <= names
    assert "Classifier: Typing :: Typed" in head and "Author: The detention-sim authors" in head
    assert "://" not in head
