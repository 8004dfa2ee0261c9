"""Files that were right, broken as people, spreadsheets and other programs break them: by their structure, not by bytes."""

import copy
import os
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from hypothesis import strategies as st

SWEEP = """\
scenario: scenario.yaml
replicates: 2
vary:
  guards.scale: [0.5, 1]
  control.changes: [[], [{date: 2019-10-15, area: border, to: turkey}]]
levers: {none: {}, eyes: {isr.residual: 1}}
labels: {control.changes: [a, b]}
set: {days: 2}
"""
SAMPLED = """\
scenario: scenario.yaml
design: lhs
samples: 2
replicates: 2
vary:
  guards.scale: {uniform: [0.5, 1]}
  facilities.hasakah.guards: {triangular: [1, 5, 9]}
set: {days: 2}
"""
DRAWS = "guards.scale,theatre.facilities.hasakah.guards,shelling.hits_per_month,levers.hardening.cost\n1,20,3,5\n0.5,9,0,1\n"
CLAIMS = (
    "event_id,date,facility,claimed_on,claim_role,claimed_escaped_low,claimed_escaped_high,population_at_risk\n"
    'E1,2019-10-11,hasakah,2019-10-12,media,1,2,"3000-5000"\nE2,2019-10-11,theatre,2019-10-12,NGO,5-9,,\n'
)
FAULTY = "!faulty"
"""Stands before text that is written as it is, not as a quoted text."""


class Broken(NamedTuple):
    """A file of a folder that is otherwise right: its kind and name, its content, or another thing in its place."""

    kind: str
    name: str
    content: bytes
    thing: str = "file"


NUMBERS = [".nan", ".inf", "-.inf", "1e999", "-1e999", "1e308", "-1", "0", "-0.0", "1e-320", "1", "2", "0.5", "9" * 25,
           "9" * 400, "-" + "9" * 30, "4294967296", "2147483648", "9223372036854775808", "0x7fffffff", "0o17", "1_000",
           "1,5", "+3", "1e3", "36500", "200000", "20000", "1000"]  # fmt: skip
WORDS = ["null", "~", "true", "no", "''", '" "', "5 km", "10%", "12 h", "5 persons", "twenty", "2019-13-40", "2019-10-07",
         "2019-10-07T25:00", "2019-10-07T12:00Z", "0001-01-01", "9999-12-31", "07/10/2019", "=1+1", "a.b", "..", "/", "~/x",
         '"\\0"', '"a\\nb"', '"\\u202e"', "é", "\u2028", "[]", "{}", "[[]]", "[1, 2]", "{a: 1}", "&a 1", "*a", "!!int 3",
         "!!python/object/apply:os.system [id]", "<<: {a: 1}", "{uniform: [0, 1]}", "{uniform: [1, 0]}",
         "{uniform: [.nan, 1]}", "{uniform: [0, .inf]}", "{uniform: [-1e308, 1e308]}", "{uniform: [0]}",
         "{triangular: [0, 1, 2]}", "{triangular: [2, 1, 0]}", "{lognormal: {median: 1, sigma: 10}}",
         "{lognormal: {median: 100000, sigma: 9}}", "{lognormal: {median: 0, sigma: 1}}", "{beta: [2, 3]}", "{beta: [0, 0]}",
         "{beta: [1e-300, 1e-300]}", "{beta: [1e300, 1e300]}", "{choice: []}", "{choice: [0, 1]}", "{choice: [1, x]}",
         "{normal: [0, 1]}", "{uniform: [0, 1], beta: [1, 1]}", "scenario.yaml", "theatre.yaml", "sweep.yaml", "draws.csv",
         "loop-a.yaml", "pipe", "folder", "device", "dangling link", "../scenario.yaml", "/etc/passwd", "tiny",
         "[" * 60 + "]" * 60, "[" * 5000, "{a: " * 45 + "1" + "}" * 45]  # fmt: skip
KEYS = ["extends", "draws", "defaults", "guards.scale", "observers", "levers", "name", "from", "to", "vary", "scenario", "x",
        "facilities", "theatre", "days", "seed", "replicates", "held", "capacity", "incidents", "view", "samples",
        "design", ""]  # fmt: skip
THINGS = ["folder", "pipe", "device", "link to itself", "dangling link", "missing", "unreadable"]
ENCODINGS = ["utf-16", "utf-32", "latin-1", "utf-8-sig", "cp1252"]


def places(value: Any, at: tuple = ()) -> list[tuple]:
    """Every place in nested data."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, inner in items for found in [(*at, key), *places(inner, (*at, key))]]


def inside(value: Any, at: tuple) -> Any:
    """What stands at a place."""
    for key in at:
        value = value[key]
    return value


def written(value: Any) -> str:
    """Nested data as YAML on one line, faulty text as it is."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(key)}: {written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(written(inner) for inner in value) + "]"
    if isinstance(value, str) and value.startswith(FAULTY):
        return value.removeprefix(FAULTY)
    return yaml.dump(value, default_flow_style=True, width=10**6).split("\n")[0]


def document(data: Any) -> list[str]:
    """Nested data as the lines of a YAML file, a line for each key of the root and of its mappings."""
    if not isinstance(data, dict):
        return [written(data)]
    lines = []
    for key, value in data.items():
        if isinstance(value, dict) and value:
            lines += [f"{written(key)}:", *(f"  {written(k)}: {written(v)}" for k, v in value.items())]
        else:
            lines.append(f"{written(key)}: {written(value)}")
    return lines


@st.composite
def faulty(draw: st.DrawFn) -> str:
    """A value that a person or a program might put there."""
    return FAULTY + draw(st.sampled_from(NUMBERS) | st.sampled_from(WORDS) | st.integers().map(str))


def _near(value: str) -> list[str]:
    """Numbers and distributions near a number as it is written, and the ends that many bounds have; none for a text."""
    try:
        number = float(value.removeprefix(FAULTY))
    except ValueError:
        return []
    low, high = sorted((number / 2, number * 2))
    return [
        f"{low:g}", f"{high:g}", f"{number:.0f}", "0", "1", "0.5", f"{{uniform: [{low:g}, {high:g}]}}",
        f"{{triangular: [{low:g}, {number:g}, {high:g}]}}", f"{{lognormal: {{median: {max(number, 0.1):g}, sigma: 2}}}}",
        f"{{choice: [{low:g}, {high:g}]}}", "{beta: [2, 3]}", "{beta: [0.001, 0.001]}", "{uniform: [0, 0]}",
    ]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, whole: Any) -> Any:
    """Nested data with one change."""
    data = copy.deepcopy(whole)
    found = places(data)
    if not found:
        return data
    at = draw(st.sampled_from(found))
    holder, key = inside(data, at[:-1]), at[-1]
    what = draw(
        st.sampled_from(["nudge"] * 8 + ["replace"] * 6 + ["remove", "rename", "copy", "swap", "wrap", "add", "twice"])
    )
    if what == "nudge":
        holder[key] = draw(st.sampled_from([f"{FAULTY}{text}" for text in _near(str(holder[key]))] or [holder[key]]))
    elif what == "replace":
        holder[key] = draw(faulty())
    elif what == "remove":
        del holder[key]
    elif what == "rename" and isinstance(holder, dict):
        holder[draw(st.sampled_from(KEYS) | st.text(max_size=4) | st.just(f"{key}s"))] = holder.pop(key)
    elif what in ("copy", "swap"):
        other = draw(st.sampled_from(found))
        if other[: len(at)] != at and at[: len(other)] != other:
            there, where = inside(data, other[:-1]), other[-1]
            here = copy.deepcopy(holder[key])
            if what == "swap":
                holder[key] = copy.deepcopy(there[where])
            there[where] = here
    elif what == "wrap":
        holder[key] = draw(
            st.sampled_from([[holder[key]], {"a": holder[key]}, {"uniform": [holder[key], holder[key]]}])
        )
    elif what == "add" and isinstance(holder, dict):
        holder[draw(st.sampled_from(KEYS))] = draw(faulty())
    elif what == "twice" and isinstance(holder, list):
        holder += [copy.deepcopy(holder[key])] * draw(st.sampled_from([1, 2, 70]))
    return data


@st.composite
def encoded(draw: st.DrawFn, lines: list[str]) -> bytes:
    """Lines as bytes, perhaps as another program writes them, or torn."""
    what = draw(
        st.sampled_from(["plain"] * 40 + ["twice", "crlf", "cr", "nul", "mark", "tab", "torn", "encoding", "second"])
    )
    if what == "twice" and lines:
        k = draw(st.integers(0, len(lines) - 1))
        lines = [*lines[: k + 1], lines[k], *lines[k + 1 :]]
    ends = {"crlf": "\r\n", "cr": "\r"}.get(what, "\n")
    text = ends.join([*lines, ""])
    if what == "tab":
        text = text.replace("  ", "\t")
    if what == "second":
        text = f"{text}---\n{text}"
    if what == "encoding":
        return text.encode(draw(st.sampled_from(ENCODINGS)), "replace")
    data = text.encode("utf-8", "surrogatepass")
    at = draw(st.integers(0, len(data))) if what in ("nul", "torn", "mark") else 0
    return {
        "nul": data[:at] + b"\0" + data[at:],
        "torn": data[:at],
        "mark": data[:at] + b"\xef\xbb\xbf" + data[at:],
    }.get(what, data)


@st.composite
def yaml_file(draw: st.DrawFn, text: str) -> bytes:
    """A YAML file with one to three changes of its structure."""
    data = yaml.load(text, Loader=yaml.BaseLoader)
    plain = _numbers(data)
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        plain = draw(mutated(plain))
    return draw(encoded(document(plain)))


def _numbers(value: Any) -> Any:
    """Data whose scalars are kept as they are written."""
    if isinstance(value, dict):
        return {key: _numbers(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_numbers(inner) for inner in value]
    return FAULTY + value


@st.composite
def csv_file(draw: st.DrawFn, text: str) -> bytes:
    """A table with changed cells, rows and columns, as spreadsheets save it."""
    rows = [line.split(",") for line in text.rstrip("\n").split("\n")]
    for _ in range(draw(st.sampled_from([1, 1, 2, 3]))):
        r = draw(st.integers(0, len(rows) - 1))
        c = draw(st.integers(0, max(0, len(rows[r]) - 1)))
        what = draw(st.sampled_from(["cell"] * 5 + ["row", "column", "short", "long", "swap", "quote", "empty"]))
        if what == "cell" and rows[r]:
            cells = [n for n in NUMBERS if "," not in n] + [
                "",
                " ",
                '"',
                "1;5",
                "1 000",
                "#REF!",
                "=A1",
                "2019-10-11",
                "é",
            ]
            paths = [
                "guards",
                "days",
                "seed",
                "levers.residual_isr.cost",
                "observers.0.detect",
                "facilities.hasakah.guards",
            ]
            rows[r][c] = draw(st.sampled_from(cells + paths) | st.floats().map(repr))
        elif what == "row":
            rows.insert(r, list(rows[draw(st.integers(0, len(rows) - 1))]))
        elif what == "column":
            rows = [[*row, row[min(c, len(row) - 1)] if row else ""] for row in rows]
        elif what == "short":
            rows[r] = rows[r][:c]
        elif what == "long":
            rows[r] = [*rows[r], ""] * draw(st.sampled_from([1, 300]))
        elif what == "swap":
            rows[0], rows[r] = rows[r], rows[0]
        elif what == "quote" and rows[r]:
            rows[r][c] = draw(st.sampled_from(['"{}"', '"{}', '{}"', '""{}""', '"{}\n{}"', "'{}'"])).replace(
                "{}", rows[r][c]
            )
        elif what == "empty":
            rows[r] = []
    mark = draw(st.sampled_from([","] * 8 + [";", "\t", "|", ", "]))
    return draw(encoded([mark.join(row) for row in rows]))


@st.composite
def broken(draw: st.DrawFn, whole: dict[str, str]) -> Broken:
    """One file of a folder broken; `whole` has the text of each by name."""
    kind = draw(st.sampled_from(["scenario"] * 3 + ["theatre"] * 3 + ["sweep", "sampled", "draws", "claims"]))
    name = {"draws": "draws.csv", "claims": "claims.csv"}.get(kind, f"{kind}.yaml")
    if draw(st.integers(0, 29)) == 0:
        return Broken(kind, name, b"", draw(st.sampled_from(THINGS)))
    make = csv_file if name.endswith(".csv") else yaml_file
    return Broken(kind, name, draw(make(whole[name])))


def put(folder: Path, case: Broken) -> None:
    """Put the broken file, or the thing in its place, into a folder."""
    path = folder / case.name
    path.unlink()
    match case.thing:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "link to itself":
            path.symlink_to(path.name)
        case "dangling link":
            path.symlink_to("nowhere")
        case "unreadable":
            path.symlink_to("/proc/self/mem")
        case "file":
            path.write_bytes(case.content)
