"""The tables: their columns are the contract's, and what is no number is null."""

import math

import numpy as np
import pyarrow as pa
import pytest

from sim.agents.build import Names
from sim.agents.confirmation import REPORT
from sim.agents.observer import OBSERVER
from sim.experiment import tables
from sim.outcomes import DAILY_RECORD, FACILITY_RECORD, RUN_RECORD
from sim.scenario.vocabulary import ROLES as WORDS
from sim.world.codes import CONTROL, CUSTODY_CHANGE, EXIT, HIT, MOVED, OCCUPIED
from sim.world.record import LOG

ROLES = [
    "guarding_force",
    "attacker",
    "occupier",
    "sponsor_government",
    "other_government",
    "NGO",
    "media",
    "later_accounting",
]
CLAIMS = [f"claimed_{role}" for role in ROLES]
STATES = ["held", "at_large", "rejoined", "left_theatre", "dead", "transferred", "repatriated"]
CAUSES = ["stealth", "disorder", "assault", "shelling", "abandonment", "release"]
CONTRACT = {
    "runs": [
        *["point", "replicate", "seed", "status", "error", "population"], *STATES, "left_freely",
        *["escaped", "escaped_persons", "escaped_prison", "escaped_camp", "escaped_fighters", "escaped_foreign_fighters"],
        *(f"escaped_{cause}" for cause in CAUSES), "recaptured", "moved",
        "reported", *CLAIMS, *["confirmed", "gap", "gap_peak", "gap_person_days", "undetected_share"],
        "accounted_share",
        *["first_escape_day", "first_report_day", "first_confirmed_day"],
        *["facilities_lost", "facilities_emptied", "guards_on_duty", "isr_hours"],
    ],
    "daily": [
        *["point", "replicate", "day", "escaped", "recaptured", "confirmed"], *CLAIMS,
        *["held", "at_large", "guards_on_duty", "isr_coverage", "facilities_lost"],
    ],
    "facilities": [
        *["point", "replicate", "facility", "held0", "held", "escaped", "recaptured", "confirmed"],
        *["first_escape_day", "control_end", "guards_end", "wall_end"],
    ],
    "events": ["point", "replicate", "day", "kind", "facility", "cause", "count"],
    "reports": [
        *["point", "replicate", "day", "observer", "role", "origin", "facility", "claimed_low", "claimed_high"],
        *["form", "true_report", "reliability", "credibility", "category", "blames"],
    ],
    "episodes": [
        *["point", "replicate", "facility", "start_day", "end_day", "cause", "exits"],
        *["first_report_day", "first_confirmed_day"],
    ],
}  # fmt: skip
REAL = {
    "reported", *CLAIMS, "confirmed", "gap", "gap_peak", "gap_person_days", "undetected_share", "accounted_share",
    "first_escape_day", "first_report_day", "first_confirmed_day", "isr_hours", "isr_coverage", "wall_end", "count", "claimed_low", "claimed_high",
    "start_day", "end_day",
}  # fmt: skip
TEXT = {
    "status", "error", "facility", "control_end", "kind", "cause", "observer", "role", "origin", "form", "reliability", "category", "blames",
}  # fmt: skip
NAMES = Names(("annex", "prison"), ("ours", "theirs"), ("desk", "isr"), ("wire", "isr"), ())


@pytest.mark.parametrize("name", CONTRACT)
def test_columns_and_types_are_the_contracts(stored, name):
    table = stored.table(name)
    assert table.column_names == CONTRACT[name]
    for field in table.schema:
        real = field.name in REAL or (field.name == "day" and name in ("events", "reports"))
        kind = pa.float64() if real else pa.string() if field.name in TEXT else pa.int64()
        assert field.type == kind, field


def test_nan_is_null_where_a_column_may_be_null():
    record = np.zeros(2, RUN_RECORD)
    record["first_escape_day"] = [math.nan, 2.5]
    made = tables.runs(0, np.arange(2), 1, [None, None], record)
    assert made["first_escape_day"].to_pylist() == [None, 2.5]
    assert made["escaped"].to_pylist() == [0, 0]


def test_a_failed_replicate_has_its_error_and_no_numbers():
    made = tables.runs(4, np.arange(2), 7, [None, "ValueError: no"], np.zeros(2, RUN_RECORD)).to_pylist()
    assert [made[1][name] for name in ("point", "replicate", "seed", "status", "error")] == [
        4,
        1,
        7,
        "failed",
        "ValueError: no",
    ]
    assert all(value is None for name, value in made[1].items() if name not in CONTRACT["runs"][:5])
    assert made[0]["status"] == "done"
    assert made[0]["error"] is None


@pytest.mark.parametrize(
    ("kind", "column", "value", "found"),
    [
        (RUN_RECORD, "escaped", math.nan, "escaped"),
        (RUN_RECORD, "gap", math.inf, "gap"),
        (RUN_RECORD, "first_escape_day", math.nan, None),
        (RUN_RECORD, "first_escape_day", math.inf, "first_escape_day"),
        (DAILY_RECORD, "confirmed", math.nan, "confirmed"),
        (FACILITY_RECORD, "wall_end", math.nan, "wall_end"),
        (FACILITY_RECORD, "control_end", 1, None),
    ],
)
def test_what_is_no_number_is_seen(kind, column, value, found):
    record = np.zeros((3, 2), kind)
    record[column][1, 1] = value
    assert tables.unsound(record) == ([(1, found)] if found else [])


def test_counts_are_rounded_not_cut():
    record = np.zeros(1, RUN_RECORD)
    record["held"] = 2.9999999999
    assert tables.runs(0, np.arange(1), 1, [None], record)["held"].to_pylist() == [3]


def test_rows_of_days_and_facilities_belong_to_their_replicate():
    daily = np.zeros((2, 3), DAILY_RECORD)
    daily["escaped"] = [[0, 1, 2], [0, 5, 6]]
    made = tables.daily(1, np.array([4, 9]), daily)
    assert made["replicate"].to_pylist() == [4, 4, 4, 9, 9, 9]
    assert made["day"].to_pylist() == [0, 1, 2, 0, 1, 2]
    assert made["escaped"].to_pylist() == [0, 1, 2, 0, 5, 6]
    sites = np.zeros((2, 2), FACILITY_RECORD)
    sites["control_end"] = [[0, 1], [1, -1]]
    made = tables.facilities(1, np.array([4, 9]), sites, NAMES)
    assert made["facility"].to_pylist() == ["annex", "prison"] * 2
    assert made["control_end"].to_pylist() == ["ours", "theirs", "theirs", None]


def test_what_an_event_details_is_named_by_its_kind():
    log = LOG.rows(5)
    log["minute"] = [1440, 720, 2880, 2880, 4320]
    log["kind"] = [CONTROL, EXIT, CUSTODY_CHANGE, MOVED, HIT]
    log["detail"] = [1, 2, OCCUPIED, 0, 0]
    log["facility"] = [0, 1, 0, 1, 1]
    log["count"] = [1, 2, 3, 4, 5]
    made = tables.events(0, 3, log, NAMES)
    assert made["day"].to_pylist() == [0.5, 1.0, 2.0, 2.0, 3.0]
    assert made["kind"].to_pylist() == ["exit", "control", "custody", "moved", "hit"]
    assert made["cause"].to_pylist() == ["assault", "theirs", "occupied", "annex", None]
    assert made["facility"].to_pylist() == ["prison", "annex", "annex", "prison", "prison"]
    assert made["count"].to_pylist() == [2, 1, 3, 4, 5]


def test_a_report_names_who_said_what_about_where():
    observers = OBSERVER.rows(2)
    observers["role"] = [WORDS.index("media"), WORDS.index("sponsor government")]
    observers["category"] = [1, 0]
    observers["reliability"], observers["credibility"] = [2, 1], [3, 2]
    made = REPORT.rows(2)
    made["minute"], made["observer"], made["facility"] = [60, 1440], [0, 1], [-1, 1]
    made["low"], made["high"], made["form"], made["is_true"] = [math.nan, 4], [math.nan, 9], [3, 1], [0, 1]
    made["blames"] = [-1, 0]
    rows = tables.reports(2, 5, made, observers, NAMES).to_pylist()
    assert rows[0] == {
        "point": 2, "replicate": 5, "day": 60 / 1440, "observer": "desk", "role": "media", "origin": "wire",
        "facility": "theatre", "claimed_low": None, "claimed_high": None, "form": "wordless", "true_report": 0,
        "reliability": "C", "credibility": 3, "category": "fighters", "blames": None,
    }  # fmt: skip
    assert [rows[1][name] for name in ("role", "facility", "claimed_low", "claimed_high", "form")] == [
        "sponsor government", "prison", 4, 9, "range",
    ]  # fmt: skip
