"""The house: a room imports only rooms above it, heavy things only where they are used, nothing of this machine."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = (
    "scenario",
    "engine",
    "world",
    "claims",
    "agents",
    "outcomes",
    "model",
    "experiment",
    "analysis",
    "plots",
    "report",
    "app",
    "cli",
    "__main__",
)


class Import(NamedTuple):
    """One imported module, by its full dotted name, and the line it stands on."""

    line: int
    module: str


def imports(source: str, package: str) -> Iterator[Import]:
    """Every import in a file of `package`, lazy and type-checking ones too; `from a import b` gives `a.b`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(node.lineno, alias.name)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                anchor = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*anchor, base]) if base else ".".join(anchor)
            for alias in node.names:
                yield Import(node.lineno, f"{base}.{alias.name}")
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            named = node.args[0] if node.args else None
            if (
                called in ("import_module", "__import__")
                and isinstance(named, ast.Constant)
                and isinstance(named.value, str)
            ):
                yield Import(node.lineno, named.value)


def offenders(source: str, path: Path) -> list[str]:
    """What a file of `sim/`, at `path` relative to the project, imports and may not."""
    room = path.with_suffix("").parts[1]
    if room not in ROOMS:
        return [f"{path}: {room} is no room of the house"]
    found = []
    for line, module in imports(source, ".".join(path.parent.parts)):
        parts = module.split(".")
        if parts[0] == "sim" and parts[1:] != ["__version__"]:
            target = parts[1] if len(parts) > 1 else ""
            if target not in ROOMS:
                found.append(f"{path}:{line}: {room} imports the face of the package ({module})")
            elif ROOMS.index(target) > ROOMS.index(room):
                found.append(f"{path}:{line}: {room} imports {target}, which is below it")
        if module.startswith("matplotlib.pyplot"):
            found.append(f"{path}:{line}: figures use matplotlib.figure, not pyplot")
        if module.startswith(("solara", "mesa.visualization")) and room != "app":
            found.append(f"{path}:{line}: {module} belongs to app alone")
    return found


def test_a_room_imports_only_rooms_above_it():
    found = []
    for path in sorted((ROOT / "sim").rglob("*.py")):
        if path != ROOT / "sim/__init__.py":  # the face stands over all of them
            found += offenders(path.read_text("utf-8"), path.relative_to(ROOT))
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("path", "source", "offends"),
    [
        ("sim/agents/guard.py", "from sim.engine.random import uniform", False),
        ("sim/agents/guard.py", "import sim.model", True),
        ("sim/agents/guard.py", "from sim import model", True),
        ("sim/agents/guard.py", "from sim import DetentionModel", True),
        ("sim/agents/guard.py", "from sim import __version__", False),
        ("sim/agents/guard.py", "import sim", True),
        ("sim/agents/guard.py", "from . import facility", False),
        ("sim/agents/guard.py", "from ..model import DetentionModel", True),
        ("sim/agents/guard.py", "from .. import plots", True),
        ("sim/agents/__init__.py", "from ..outcomes import COLUMNS", True),
        ("sim/model.py", "from .outcomes import COLUMNS", False),
        ("sim/model.py", "from .cli import main", True),
        ("sim/outcomes.py", "def f():\n    from sim.model import x", True),
        ("sim/outcomes.py", "if TYPE_CHECKING:\n    from sim.model import x", True),
        ("sim/outcomes.py", "importlib.import_module('sim.model')", True),
        ("sim/plots/map.py", "from matplotlib import pyplot", True),
        ("sim/plots/map.py", "from matplotlib.figure import Figure", False),
        ("sim/report/brief.py", "import solara", True),
        ("sim/app/page.py", "from mesa.visualization import SolaraViz", False),
        ("sim/attic.py", "", True),
    ],
)
def test_an_offence_is_seen(path, source, offends):
    assert bool(offenders(source, Path(path))) is offends


def test_the_oracle_shares_only_inputs_and_random_numbers_with_the_model():
    allowed = re.compile(r"sim\.(scenario|world|engine\.random)(\.|$)")
    found = [
        f"{path.relative_to(ROOT)}:{line}: {module}"
        for path in sorted((ROOT / "tests/oracle").rglob("*.py"))
        if not path.name.startswith("test_")  # the comparison itself needs both
        for line, module in imports(path.read_text("utf-8"), "tests.oracle")
        if module.split(".")[0] == "sim" and not allowed.match(module)
    ]
    assert not found, "\n" + "\n".join(found)


def test_importing_the_package_is_light():
    heavy = "{'mesa', 'numba', 'pandas', 'scipy', 'matplotlib', 'pyarrow', 'duckdb', 'solara', 'pydantic'}"
    code = f"import sys, sim; print(*sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def project_files() -> list[Path]:
    """The files that a commit of everything would hold; without git, all but hidden and made ones."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True)
    if listed.returncode == 0:
        files = {ROOT / name for name in listed.stdout.decode().split("\0") if name}
    else:
        made = re.compile(r"(\.(?!ci/)|build/|dist/|results/|.*__pycache__/)")
        files = {path for path in ROOT.rglob("*") if not made.match(str(path.relative_to(ROOT)))}
    return sorted(path for path in files if path.is_file())


def lines_with(pattern: str, files: list[Path]) -> list[str]:
    """`file:line: text` wherever the pattern is found; files that are no text are passed over."""
    found = []
    for path in files:
        data = path.read_bytes()
        if b"\0" in data:
            continue
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
            if re.search(pattern, line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}")
    return found


def test_no_file_holds_paths_of_a_developers_machine():
    here = Path(__file__).resolve()  # holds the patterns
    files = [path for path in project_files() if path != here]
    found = lines_with(r"(?<![\w.])/(work|root)/|\.\./shared\b", files)
    assert not found, "\n" + "\n".join(found)


def test_configuration_holds_no_addresses():
    names = {"Makefile", "pyproject.toml", "pip.conf", ".npmrc"}
    folders = {ROOT / ".ci", ROOT / "tools"}
    files = [
        path
        for path in project_files()
        if path.name in names
        or path.parent in folders
        or path.suffix in (".cfg", ".ini", ".lock")
        or (path.parent == ROOT and path.suffix == ".txt")
    ]
    assert {"Makefile", "pyproject.toml", "constraints.txt", "run", "install.sh"} <= {path.name for path in files}
    found = lines_with(r"\w+://|index-url|find-links|trusted-host|pypi\.org|pythonhosted", files)
    assert not found, "\n" + "\n".join(found)
