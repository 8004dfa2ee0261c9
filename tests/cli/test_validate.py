"""`validate`: the table, one JSON object, files of other events, and what is refused."""

import json
from pathlib import Path

HEAD = "event_id,mode,control_changed,held,guards,acc_low,acc_best,acc_high\n"


def test_other_events_as_json(cli, here) -> None:
    Path("events.csv").write_text(
        HEAD + "A,external_assault,n,300,,50,60,70\nB,riot_internal,n,200,9,0,0,0\nC,flood,,150,,20,,90\nD,,n,,,,,\n"
    )
    code, out, err = cli("validate", "--events", "events.csv", "--replicates", "60", "--json", "--quiet")
    assert (code, err) == (0, "")
    data = json.loads(out)
    events = {event["event_id"]: event for event in data["events"]}
    assert [event["scored"] for event in data["events"]] == [True, False, True, False]
    assert data["n_scored"] == 2
    assert events["A"]["accepted_low"] == 50 / 300
    assert events["A"]["crps"] > 0
    assert events["B"]["why_not_scored"] == "nobody got out: scored apart"
    assert 0 <= events["B"]["brier_none"] <= 1
    assert events["C"]["mode"] is None
    assert events["D"]["why_not_scored"] == "people held unknown"
    for name in ("coverage_90", "mean_width_90", "crps_skill", "crps_skill_pooled", "crps_skill_uniform"):
        assert isinstance(data[name], float), name
    for name in ("q05", "q50", "q95", "inside_90", "crps_baseline", "crps_pooled", "crps_uniform", "ignorance"):
        assert events["A"][name] is not None, name


def test_the_table_says_what_is_not_scored(cli, here) -> None:
    Path("events.csv").write_text(HEAD + "B,riot_internal,n,200,9,0,0,0\n")
    code, out, _ = cli("validate", "--events", "events.csv", "--replicates", "40", "--quiet")
    assert code == 0
    assert "nobody got out: scored apart" in out
    assert "No event could be scored" in out


def test_a_faulty_file_is_refused_line_by_line(cli, here) -> None:
    Path("events.csv").write_text(HEAD + "A,x,n,many,,1,2,3\nA,x,n,3,,3,2,1\n")
    code, out, err = cli("validate", "--events", "events.csv")
    assert (code, out) == (2, "")
    assert "events.csv:2: held" in err
    assert "events.csv:3: acc_low" in err
    assert "events.csv:3: event_id" in err


def test_check_knows_an_events_file(cli, here) -> None:
    Path("events.csv").write_text(HEAD + "A,external_assault,n,300,,50,60,70\n")
    assert cli("check", "events.csv") == (0, "events.csv: ok\n", "")
