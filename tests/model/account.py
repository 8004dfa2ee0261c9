"""What must add up at every moment of a replicate, checked against the persons one by one."""

from __future__ import annotations

import math

import numpy as np

from sim.model import Run
from sim.world.codes import (
    AT_LARGE,
    DEAD,
    FIGHTER,
    FOREIGN,
    GUARDED,
    HELD,
    LEFT_THEATRE,
    OCCUPIED,
    ON_SITE,
    REJOINED,
    REPATRIATED,
    TRANSFERRED,
)


def imbalances(run: Run) -> list[str]:
    """Everything that does not add up now; empty if all does."""
    return [
        f"{what}: {left!r} is not {right!r}" for what, left, right in _pairs(run) if not np.array_equal(left, right)
    ]


def _pairs(run: Run):
    """What is told twice: what it is, the one account, the other."""
    t = run.truth
    people, total, states, sites = t.people, t.total[0], t.states, t.facility
    detained = sites[sites["resident"] == 0]
    residents = sites[sites["resident"] == 1]
    escapes = people["escapes"].astype(int)
    fighters = people["kind"] == FIGHTER

    yield "states sum to the population", int(states.sum()), int(total["population"])
    yield "the population is the persons", int(total["population"]), len(people)
    yield "states are the persons'", states, np.bincount(people["state"], minlength=7)

    outside = states[AT_LARGE] + states[REJOINED] + states[LEFT_THEATRE] + total["died_outside"]
    yield "who got out and is not back is outside", int(total["escaped"] - total["recaptured"]), int(outside)
    yield "the dead", int(states[DEAD]), int(total["died_outside"] + sites["died"].sum())
    yield "the repatriated", int(states[REPATRIATED]), int(sites["repatriated"].sum())
    retaken_away = int(states[TRANSFERRED] - sites["transferred"].sum())
    brought_in = int(total["moved"] + total["recaptured"]) - retaken_away
    yield "who was brought in", int(t.clock["entries"][0]), brought_in

    yield "causes sum to the exits", int(t.causes.sum()), int(total["escaped"])
    yield "exits of the facilities", int(sites["escaped"].sum()), int(total["escaped"])
    yield "persons of the facilities", int(sites["escaped_persons"].sum()), int(total["escaped_persons"])
    yield "returns of the facilities", int(sites["recaptured"].sum()), int(total["recaptured"])
    yield "moves of the facilities", int(sites["moved"].sum()), int(total["moved"])
    yield "exits of the persons", int(escapes.sum()), int(total["escaped"])
    yield "persons who escaped", int((escapes > 0).sum()), int(total["escaped_persons"])
    yield "fighters' exits", int(escapes[fighters].sum()), int(total["escaped_fighters"])
    foreign = fighters & (people["origin"] == FOREIGN)
    yield "foreign fighters' exits", int(escapes[foreign].sum()), int(total["escaped_foreign_fighters"])
    yield "exits of the camps", int(sites["escaped"][sites["camp"] == 1].sum()), int(total["escaped_camp"])
    episodes = t.episode[: int(t.clock["episodes"][0])]
    by_episode = np.zeros(len(sites), int)
    np.add.at(by_episode, episodes["facility"], episodes["exits"])
    yield "exits of the episodes", by_episode, sites["escaped"]
    at_large = np.sort(t.out[: int(t.clock["out_count"][0])])
    yield "the list of those at large", at_large, np.flatnonzero(people["state"] == AT_LARGE)

    here = people["state"] == HELD
    held = np.bincount(people["facility"][here], minlength=len(sites))
    yield "held at the facilities", held[sites["resident"] == 0], detained["held"]
    held_fighters = np.bincount(people["facility"][here & fighters], minlength=len(sites))
    yield "fighters held", held_fighters[sites["resident"] == 0], detained["fighters"]
    block = sites["block_first"][people["facility"]] + people["block"]
    active = people["active"] == 1
    yield "held in the blocks", np.bincount(block[here], minlength=len(t.block)), t.block["held"]
    yield "in disorder in the blocks", np.bincount(block[active], minlength=len(t.block)), t.block["active"]
    in_disorder = np.bincount(people["facility"][active], minlength=len(sites))
    yield "in disorder at the facilities", in_disorder, sites["active"]
    yield "in disorder, not held", int((active & ~here).sum()), 0
    heads = people["unit"] == np.arange(len(people))
    yield "in disorder, no head of a unit", int((active & ~heads).sum()), 0
    there = np.unique(np.stack([people["facility"][here], people["unit"][here]]), axis=1)
    units = np.bincount(there[0].astype(int), minlength=len(sites))
    yield "units held at the facilities", units[sites["resident"] == 0], detained["units"]
    yield "residents are units of one", residents["units"], residents["held"]
    yield "families apart", families_apart(run), []
    kept = (sites["custody"] == GUARDED) | (sites["custody"] == OCCUPIED)
    yield "in disorder where nobody keeps them", int(sites["active"][~kept].sum()), 0
    gone = sum(detained[name] for name in ("escaped", "transferred", "moved", "repatriated", "died"))
    yield "who came and went", int((detained["held0"] - gone).sum()) + brought_in, int(detained["held"].sum())
    for f, site in enumerate(sites):
        brought = np.flatnonzero(here & (people["facility"] == f) & (people["slot"] >= 0))
        yield f"those brought in at {f}, in their list", sorted(_brought_in(run, site)), brought.tolist()
        if site["listed"] == 1:
            forgotten = set(np.flatnonzero(active & (people["facility"] == f)).tolist()) - _within_sight(run, site)
            yield f"in disorder at {f}, on no list", forgotten, set()
    yield "residents", int((residents["held0"] - residents["held"]).sum()), int(total["left_freely"])
    yield "exits of residents", int(residents["escaped"].sum()), 0

    on_site = [
        int((t.guard["status"][site["guard_first"] : site["guard_first"] + site["guards"]] == ON_SITE).sum())
        for site in sites
    ]
    yield "guards on site", on_site, sites["on_site"].tolist()
    yield "occupiers below none", int((sites["occupier_guards"] < 0).sum()), 0
    yield "no more back than out", bool((sites["recaptured"] <= sites["escaped"]).all()), True
    yield "openings between 0 and 1", bool(((sites["opening"] >= 0) & (sites["opening"] <= 1)).all()), True
    yield "agitation and authority", bool(np.isfinite([sites["agitation"], sites["authority"]]).all()), True


def families_apart(run: Run) -> list[int]:
    """Heads of units whose people are not all in one state, at one facility, but for those who died."""
    people = run.truth.people
    alive = np.flatnonzero(people["state"] != DEAD)
    where = np.stack(
        [people["unit"][alive], people["state"][alive], people["facility"][alive], people["escapes"][alive]]
    )
    head, places = np.unique(np.unique(where, axis=1)[0], return_counts=True)
    return [int(i) for i in head[places > 1]]


def _brought_in(run: Run, site: np.void) -> list[int]:
    """Persons brought in who still stand in a facility's order."""
    t = run.truth
    found, entry = [], int(site["entry_head"])
    while entry >= 0:
        person = int(t.entry[entry, 0])
        if t.people["slot"][person] == entry:
            found.append(person)
        entry = int(t.entry[entry, 1])
    return found


def _within_sight(run: Run, site: np.void) -> set[int]:
    """Persons on the lists of those who are, or could soon be, in disorder."""
    t = run.truth
    found = set()
    for block in t.block[site["block_first"] : site["block_first"] + site["blocks"]]:
        start = int(block["first"])
        found.update(t.near[start : start + max(0, int(block["near"]))].tolist())
    entry = int(site["near_entry"])
    while entry >= 0:
        found.add(int(t.entry[entry, 0]))
        entry = int(t.entry[entry, 2])
    return found


def table_imbalances(run: Run) -> list[str]:
    """What in the finished tables contradicts itself or the arrays."""
    tables = run.finish()
    row, days, sites = tables.run[0], tables.daily, tables.facility
    t = run.truth
    ends = ("held", "at_large", "rejoined", "left_theatre", "dead", "transferred", "repatriated")
    causes = ("stealth", "disorder", "assault", "shelling", "abandonment", "release")
    detained = t.facility["resident"] == 0
    pairs = [
        ("states", [row[name] for name in ends], t.states.tolist()),
        ("their sum", sum(row[name] for name in ends), row["population"]),
        ("causes", sum(row[f"escaped_{cause}"] for cause in causes), row["escaped"]),
        ("kinds of place", row["escaped_prison"] + row["escaped_camp"], row["escaped"]),
        ("held", sites["held"][detained].sum(), row["held"]),
        ("gap", row["gap"], row["escaped"] - row["confirmed"]),
        ("guards", sites["guards_end"].sum(), row["guards_on_duty"]),
        ("facilities lost", (sites["control_end"] != t.facility["initial"]).sum(), row["facilities_lost"]),
        *((name, sites[name].sum(), row[name]) for name in ("escaped", "recaptured", "confirmed")),
    ]
    if int(t.clock["m1"][0]) == 1440 * (len(days) - 1):
        last = [name for name in days.dtype.names if name in row.dtype.names]
        pairs += [(f"last day's {name}", days[name][-1], row[name]) for name in last]
    found = [f"{what}: {a!r} is not {b!r}" for what, a, b in pairs if not np.allclose(a, b, rtol=1e-12, equal_nan=True)]
    if any(np.diff(days[name]).min(initial=0) < 0 for name in ("escaped", "recaptured")):
        found.append("a cumulative count falls")
    if row["escaped"] == 0 and not math.isnan(row["first_escape_day"]):
        found.append("a first escape without any")
    return found
