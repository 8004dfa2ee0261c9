"""Remake results/reference/: the decision study with its report, the main sweep, and every shipped scenario.

    python tools/reference_results.py [--only NAME]

Large tables stay in build/reference/, which git ignores. Kept are the answers as JSON and text, figures, the study's
report, manifests without their lists of parts, and `runs.csv`: some columns of every replicate, against which a test
holds the code.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import shutil
from pathlib import Path

from sim.cli.main import main as command
from sim.experiment.results import Results
from sim.scenario import shipped

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "results" / "reference"
MADE = ROOT / "build" / "reference"
STUDY, MAIN = "which-lever-2019", "guards-isr-control"
REPLICATES = {STUDY: 200, MAIN: 40}
EACH = 60
"""Replicates of each shipped scenario."""
COLUMNS = ("escaped_persons", "escaped", "confirmed", "gap", "gap_person_days", "facilities_lost")
DIGITS = 10
"""Significant digits of a number in runs.csv."""


def ran(*arguments: str) -> str:
    """Run a command line and return what it printed. Raises RuntimeError if it fails."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = command(arguments)
    if code:
        raise RuntimeError(f"{' '.join(arguments)}: exit code {code}")
    return out.getvalue()


def kept(name: str, folder: Path) -> Path:
    """Copy manifest and `runs.csv` of results to their place, and return it."""
    place = KEPT / name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    results = Results.open(folder)
    manifest = {key: value for key, value in results.manifest.items() if key not in ("parts", "base", "columns")}
    manifest["parts"] = len(results.manifest["parts"])
    (place / "manifest.json").write_text(json.dumps(manifest, indent=1, default=str) + "\n", "utf-8")
    runs = results.done(["point", "replicate", *COLUMNS]).to_pylist()
    with (place / "runs.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("point", "replicate", *COLUMNS))
        writer.writerows([row["point"], row["replicate"], *(f"{row[c]:.{DIGITS}g}" for c in COLUMNS)] for row in runs)
    return place


def figures(place: Path, folder: Path, names: tuple[str, ...]) -> None:
    """Copy some figures, as PNG."""
    for name in names:
        if (folder / "plots" / f"{name}.png").exists():
            shutil.copyfile(folder / "plots" / f"{name}.png", place / f"{name}.png")


def decision_study() -> None:
    """The study that ranks the levers, with its report."""
    folder = MADE / STUDY
    given = ("--replicates", str(REPLICATES[STUDY]), "--out", str(folder), "--overwrite")
    answer = ran("sweep", f"scenarios/sweeps/{STUDY}.yaml", *given)
    ranking, versus = ran("levers", str(folder)), ran("compare", str(folder))
    place = kept(STUDY, folder)
    here = f"build/reference/{STUDY}"
    told = "\n".join((answer, "$ detention-sim levers", ranking, "$ detention-sim compare", versus))
    (place / "answer.txt").write_text(told.replace(str(folder), here), "utf-8")
    (place / "levers.json").write_text(_told("levers", folder), "utf-8")
    (place / "compare.json").write_text(_told("compare", folder), "utf-8")
    figures(place, folder, ("levers", "comparison"))
    shutil.copyfile(folder / "report.html", place / "report.html")


def _told(name: str, folder: Path) -> str:
    data = json.loads(ran(name, str(folder), "--json", "--quiet", "--no-plots"))
    data.pop("out", None)
    return json.dumps(data, indent=1) + "\n"


def main_sweep() -> None:
    """The main sweep."""
    folder = MADE / MAIN
    given = ("--replicates", str(REPLICATES[MAIN]), "--out", str(folder), "--overwrite")
    answer = ran("sweep", f"scenarios/sweeps/{MAIN}.yaml", *given)
    place = kept(MAIN, folder)
    (place / "answer.txt").write_text(answer.replace(str(folder), f"build/reference/{MAIN}"), "utf-8")
    figures(place, folder, ("heatmap", "tipping"))


def scenario(name: str) -> None:
    """One shipped scenario."""
    folder = MADE / name
    answer = ran("run", name, "--replicates", str(EACH), "--out", str(folder), "--overwrite", "--no-plots")
    place = kept(name, folder)
    (place / "answer.txt").write_text(answer.replace(str(folder), f"build/reference/{name}"), "utf-8")


def main() -> None:
    """Remake all, or one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="the study, the main sweep or a shipped scenario")
    only = parser.parse_args().only
    jobs = {STUDY: decision_study, MAIN: main_sweep}
    for name in (STUDY, MAIN, *shipped.names()):
        if only in (None, name):
            print(name, flush=True)
            jobs.get(name, lambda name=name: scenario(name))()


if __name__ == "__main__":
    main()
