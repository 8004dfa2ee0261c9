"""The house: a room imports only rooms above it, heavy things only where they are used, nothing of this machine."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from sim import outcomes
from sim.tables import TABLES

ROOT = Path(__file__).resolve().parents[1]
ROOMS = (
    "scenario",
    "engine",
    "world",
    "claims",
    "agents",
    "tables",
    "outcomes",
    "analysis",
    "wording",
    "model",
    "experiment",
    "plots",
    "report",
    "app",
    "cli",
    "__main__",
)


ONLY = {"analysis": {"scenario", "engine", "outcomes", "analysis"}}
"""Rooms that may import fewer rooms than stand above them."""


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
            elif target not in ONLY.get(room, ROOMS):
                found.append(f"{path}:{line}: {room} may not import {target}")
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
        ("sim/analysis/gap.py", "from sim.scenario.errors import InputError", False),
        ("sim/analysis/gap.py", "from sim.model import Run", True),
        ("sim/report/brief.py", "import solara", True),
        ("sim/app/page.py", "from mesa.visualization import SolaraViz", False),
        ("sim/attic.py", "", True),
    ],
)
def test_an_offence_is_seen(path, source, offends):
    assert bool(offenders(source, Path(path))) is offends


def imported_files(path: Path, root: Path) -> set[Path]:
    """Return the files of `sim/` that a file imports, lazily or for types alone too."""
    source = path.read_text("utf-8")
    found = set()
    for _, module in imports(source, ".".join(path.parent.relative_to(root).parts)):
        parts = module.split(".")
        if parts[0] != "sim":
            continue
        for end in (len(parts), len(parts) - 1):  # `a.b` may be a module, or a name in the module `a`
            place = root.joinpath(*parts[:end])
            file = next((file for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()), None)
            if file is not None:
                found.add(file)
                break
    return found - {path}


def circles(root: Path) -> list[str]:
    """Return the circles of imports between files of `sim/` below `root`, one line each."""
    edges = {path: sorted(imported_files(path, root)) for path in sorted((root / "sim").rglob("*.py"))}
    found: list[str] = []
    finished: set[Path] = set()

    def follow(path: Path, way: list[Path]) -> None:
        if path in way:
            circle = [*way[way.index(path) :], path]
            found.append(" -> ".join(str(file.relative_to(root)) for file in circle))
        elif path not in finished:
            for target in edges[path]:
                follow(target, [*way, path])
            finished.add(path)

    for path in edges:
        follow(path, [])
    return found


def test_no_files_import_each_other_in_a_circle():
    found = circles(ROOT)
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(
    "files",
    [
        {"a/x.py": "from sim.b import y", "b/y.py": "def f():\n    import sim.a.x"},
        {"a/x.py": "from sim.a import y", "a/y.py": "if TYPE_CHECKING:\n    from sim.a.x import X"},
        {"a/x.py": "from . import y", "a/y.py": "from .z import f", "a/z.py": "importlib.import_module('sim.a.x')"},
        {"a/__init__.py": "from sim.a.x import X", "a/x.py": "from sim.a import f"},
    ],
)
def test_a_circle_is_seen(files, tmp_path):
    for name, source in {"a/__init__.py": "", "b/__init__.py": "", **files}.items():
        path = tmp_path / "sim" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    assert len(circles(tmp_path)) == 1
    (tmp_path / "sim/a/x.py").write_text("")
    assert circles(tmp_path) == []


def lists_of_tables(source: str) -> list[int]:
    """Return the lines of a file on which a literal lists tables of results by name."""
    found = []
    for node in ast.walk(ast.parse(source)):
        items = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", [])
        named = {item.value for item in items if isinstance(item, ast.Constant)} & set(TABLES)
        if len(named) > 1:
            found.append(node.lineno)
    return found


def test_tables_are_listed_in_one_place():
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted((ROOT / "sim").rglob("*.py"))
        if path not in (ROOT / "sim/tables.py", ROOT / "sim/outcomes.py")
        for line in lists_of_tables(path.read_text("utf-8"))
    ]
    assert not found, "\n" + "\n".join(found)
    assert list(outcomes.TABLES) == list(outcomes._COLUMNS) == list(TABLES), "every table named has its columns"
    assert lists_of_tables((ROOT / "sim/tables.py").read_text("utf-8"))
    assert lists_of_tables("LEVELS = {'daily': ('runs', 'daily')}") == [1]


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
