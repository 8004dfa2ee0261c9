"""`estimate`: a sentence and a figure for each event, one JSON object, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

HEAD = "event_id,date,facility,claimed_on,claim_role,claimed_escaped_low,claimed_escaped_high,category,origin\n"
START = "2019-10-01"
ROWS = (
    "A,{start},lone-prison,{start},guarding force,0,0,all,warden\n"
    "A,{start},lone-prison,{start},media,12,12,all,paper\n"
    "A,{start},theatre2,{start},media,12,12,all,paper\n"
)


def start() -> str:
    from sim.scenario.loader import load

    return load("tiny").scenario.start[:10]


def write(rows: int = 2, head: str = HEAD) -> str:
    lines = ROWS.format(start=start()).splitlines(keepends=True)[:rows]
    Path("claims.csv").write_text(head + "".join(lines))
    return start()


def test_json_and_files(cli, here) -> None:
    day = write()
    code, out, err = cli(
        "estimate",
        "tiny",
        "--claims",
        "claims.csv",
        "--as-of",
        day,
        "--replicates",
        "40",
        "--json",
        "--quiet",
        "--out",
        "e",
    )
    assert (code, err) == (0, "")
    (event,) = json.loads(out)["events"]
    assert event["event_id"] == "A" and event["claims_used"] == 2 and event["origins"] == 2
    assert event["q05"] <= event["q25"] <= event["q50"] <= event["q75"] <= event["q95"]
    assert {file.name for file in Path("e").iterdir()} == {"estimate.json", "estimate-a.png", "estimate-a.svg"}
    assert json.loads(Path("e/estimate.json").read_text())["events"] == [event]
    assert Path("e/estimate-a.png").stat().st_size > 20_000


def test_a_sentence_that_an_official_could_say(cli, here) -> None:
    day = write()
    code, out, _ = cli("estimate", "tiny", "--claims", "claims.csv", "--as-of", day, "--replicates", "40")
    assert code == 0
    assert out.startswith(f"A: of {day} to {day}, ")
    assert "(90%)" in out and "2 claims of 2 origins" in out


def test_a_spreadsheets_file_is_read_and_a_broken_one_is_refused_by_line(cli, here) -> None:
    day = write()
    text = Path("claims.csv").read_text()
    Path("excel.csv").write_bytes(b"\xef\xbb\xbf" + text.replace(",", ";").replace("\n", "\r\n").encode())
    plain = cli("estimate", "tiny", "--claims", "claims.csv", "--as-of", day, "--replicates", "40", "--json", "--quiet")
    excel = cli("estimate", "tiny", "--claims", "excel.csv", "--as-of", day, "--replicates", "40", "--json", "--quiet")
    assert excel == plain and plain.code == 0
    Path("claims.csv").write_text(text.replace("media,12,12", "media,12,dozens"))
    code, out, err = cli("estimate", "tiny", "--claims", "claims.csv", "--as-of", day)
    assert (code, out) == (2, "") and "claims.csv:3: claimed_escaped_high" in err
    Path("claims.csv").write_text("")
    code, out, err = cli("estimate", "tiny", "--claims", "claims.csv", "--as-of", day)
    assert (code, out) == (2, "") and "claims.csv:1" in err and "empty" in err


def test_what_is_missing_or_wrong_is_refused(cli, here) -> None:
    day = write()
    for arguments, message in (
        (("--as-of", day), "--claims: is missing"),
        (("--claims", "claims.csv"), "--as-of: is missing"),
        (("--claims", "claims.csv", "--as-of", "soon"), "`soon` is not a date"),
        (("--claims", "claims.csv", "--as-of", day, "--category", "men"), "`men` is not known"),
        (("--claims", "none.csv", "--as-of", day), "none.csv:1: no such file"),
        (("--running", "--claims", "claims.csv"), "does not go with --running"),
        (("--keep", "--claims", "claims.csv"), "does not go with --keep"),
        (("--keep", "--at", "atlantis"), "no facility"),
        (("--at", "lone-prison"), "goes with --keep alone"),
    ):
        code, out, err = cli("estimate", "tiny", *arguments)
        assert (code, out) == (2, ""), arguments
        assert message in err, err


def test_running_writes_beside_the_results(cli, here) -> None:
    made = cli("run", "tiny", "--replicates", "30", "--record", "full", "--no-plots", "--quiet", "--out", "r")
    assert made.code == 0
    code, out, _ = cli("estimate", "r", "--running", "--json", "--quiet")
    assert code == 0
    days = json.loads(out)["days"]
    assert set(days[0]) == {"point", "day", "width_90", "coverage_90"}
    assert [file.name for file in Path("r/estimates").iterdir()] == ["part-000000-000000000.parquet"]
    shown = cli("show", "r")
    assert shown.code == 0
    assert f"day {days[-1]['day']}: {days[-1]['width_90']:,.0f} wide, right in" in shown.out
    assert shown.out.index("honestly have been given") < shown.out.index("account for") < shown.out.index("undetected")
    code, out, _ = cli("estimate", "r", "--running", "--against", "r", "--json", "--quiet")
    (same,) = json.loads(out)["against"]
    assert (code, same["narrowing"], same["low"], same["high"], same["pairs"]) == (0, 0.0, 0.0, 0.0, 30)
    assert (
        cli(
            "run",
            "tiny",
            "--replicates",
            "30",
            "--seed",
            "2",
            "--record",
            "full",
            "--no-plots",
            "--quiet",
            "--out",
            "s",
        ).code
        == 0
    )
    code, out, err = cli("estimate", "r", "--running", "--against", "s")
    assert (code, out) == (2, "") and "same seed" in err
