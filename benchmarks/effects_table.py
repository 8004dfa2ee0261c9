"""The tables of the page of effects: where each parameter and lever is varied, what is looked at, which sign is expected."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

STAGES = Path(__file__).resolve().parent / "stages"
"""Small worlds, each made for one mechanism."""


class Stage(NamedTuple):
    """A small world by its name, or a shipped scenario, with what is set in it so that a rule acts often."""

    scenario: str
    settings: dict[str, Any] = {}

    @property
    def text(self) -> str:
        """The stage as the page names it."""
        return ", ".join([self.scenario, *(f"{path} = {value}" for path, value in self.settings.items())])

    @property
    def is_small(self) -> bool:
        """Whether it is one of the small worlds."""
        return (STAGES / f"{self.scenario}.yaml").exists()

    @property
    def path(self) -> str:
        """What to load: a file, or the name of a shipped scenario."""
        return str(STAGES / f"{self.scenario}.yaml") if self.is_small else self.scenario


OUT = "escaped_persons"


class Group(NamedTuple):
    """Parameters whose path fits a pattern: where they are varied, what is looked at, the sign of an increase.

    `sign`: "+" or "-", "?" where theory says nothing, "0" where nothing may change. `note`: why that sign, where it is not plain.
    `at`: the places that are varied, of those that the path means.
    """

    pattern: str
    sign: str
    stage: Stage
    outcome: str = OUT
    note: str = ""
    at: str = "*"


YEAR_2019 = Stage("ne-syria-2019")
THIN_2019 = Stage("ne-syria-2019", {"guards.scale": 0.4, "days": 20})
RIOT = Stage("riot")
HARDENED = Stage("riot", {"levers.hardening": {"walls": 0.6}})
CROWDED = Stage("crowded")
WORN = Stage("worn")
UNSHOWN = Stage("worn", {"disorder.way_out": 0})
SLOW = Stage("worn", {"walls.prison_flow_per_hour": 10})
TOLD = Stage("told")
ANNEX = Stage("annex")
FRONT = Stage("front")
CALLED = Stage("called")
UNEASY = Stage("called", {"guards.threat_weight": 3.0})
STIRRED = Stage("stirred")
SHELLED = Stage("shelled")
FRIGHTENED = Stage("frightened")
ATTACKED = Stage("attacked")
NARROW = Stage("attacked", {"assault.flow_per_hour": 100, "walls.prison_flow_per_hour": 50})
ALARMED = Stage("alarmed")
UNSEEN = Stage("alarmed", {"observers": [], "isr.coverage": 0.9, "isr.residual": 0.0, "isr.revisit_hours": 1.0})
AFTERMATH = Stage("aftermath")
HUNTED = Stage("hunted")
SURGING = Stage("surging")
CHOSEN = Stage("chosen")
RISINGS = Stage("risings")
GIVEN = Stage("given")
TWICE = Stage("twice")
UNREST = Stage("unrest")
TUNNELLED = Stage("tunnelled")
LONE = Stage("lone")
TAKEN = Stage("taken")
BRIEF = Stage("taken", {"control.none_hours": 0.5, "theatre.parties.invader.custody.setup_hours": 1.0})
HASTY = Stage("taken", {"control.handover": "hasty"})
LOOSE = Stage("loose")
LOOKED_FOR = Stage("looked-for")
FORMAL = Stage("formal")
ADVANCE = Stage("advance")
REGAINED = Stage("regained")
OPENED = Stage("opened")
WATCHED = Stage("watched")
EYES = Stage("eyes")
CLAIMED = Stage("claimed")
COUNTED = Stage("counted")

VALVE = (
    "a wall that gives lets those who stir leave before others join, and the disorder ends; behind one that holds it grows"
    " ([ODD](ODD.md), sections 7.11 and 8)"
)
SPARED = "`guards.wall_gain` was set for this sign ([ODD](ODD.md), section 8)"
MORE_VALVE = "the wall is less of a valve, so the last step takes back a little of the gain"
BOTH = "an open wall shows a way out (`disorder.way_out`) and is a valve: here both are at work"
CALM_FIRST = (
    "with less risk aversion people stir and leave a few at a time while guards are still there, a valve; with more nobody"
    " stirs until guards are thin, and then many do. With `disorder.way_out` 1 the sign is the one expected (0.25 to 0.375:"
    " -2,730 ± 1,160, 60 pairs)"
)
NOTICED = "other eyes notice there nearly all that surveillance would; where it is the only eye it acts (the row above)"
HEARD = (
    "what surveillance sees there others mostly tell too; the lever, which goes up to 1, moves it by about a hundredth"
)

GROUPS = (
    Group("guards.scale", "-", RIOT),
    Group("guards.redeploy_share", "+", CALLED),
    Group("guards.call_km", "+", CALLED),
    Group("guards.called_weight", "+", UNEASY),
    Group("guards.floor_per_100", "-", CALLED),
    Group("guards.shifts", "+", RIOT),
    Group("guards.reserve_share", "?", RIOT),
    Group("guards.nerve_min", "-", FRONT),
    Group("guards.flee_km", "+", FRONT),
    Group("guards.threat_weight", "+", FRONT),
    Group("guards.alone_weight", "+", FRONT),
    Group("guards.gone_hours", "+", UNEASY),
    Group("guards.hold_*", "-", FRONT),
    Group("guards.fire_*", "+", FRIGHTENED),
    Group("guards.stir_weight", "+", STIRRED),
    Group("guards.stir_per_guard", "-", STIRRED),
    Group("guards.order_kept", "-", FORMAL),
    Group("guards.upkeep_floor", "-", RIOT),
    Group("guards.reinforce_per_day", "-", Stage("reinforced", {"guards.reinforce_per_day": 0.4})),
    Group("guards.replace_per_day", "-", AFTERMATH),
    Group("guards.pressure_up_hours", "-", CALLED),
    Group("guards.pressure_down_hours", "+", CALLED),
    Group("guards.camera_gain", "-", RIOT),
    Group("guards.wall_gain", "-", HARDENED),
    Group("disorder.threshold", "-", RIOT),
    Group("disorder.containment_k", "-", RIOT),
    Group("disorder.risk_min", "-", RIOT),
    Group("disorder.family_risk_min", "-", ANNEX),
    Group("disorder.watching", "+", RIOT),
    Group("disorder.way_out", "+", WORN),
    Group("disorder.up_per_hour", "+", RIOT),
    Group("disorder.down_per_hour", "-", RIOT),
    Group("disorder.crowding_weight", "+", CROWDED),
    Group("disorder.crowding_max", "+", Stage("crowded", {"disorder.crowding_weight": 0.1})),
    Group("disorder.agitation_sd", "+", RIOT),
    Group(
        "disorder.agitation_days",
        "-",
        Stage("riot", {"days": 20, "disorder.agitation_sd": 0.05, "theatre.facilities.block.guards": 19}),
        note="the slower agitation changes, the fewer peaks in a given time",
    ),
    Group("disorder.authority_reference", "-", RIOT),
    Group("disorder.authority_weight", "+", Stage("riot", {"theatre.parties.keeper.authority": 0.5})),
    Group("disorder.authority_down_hours", "-", REGAINED, "escaped_disorder"),
    Group("disorder.authority_up_hours", "+", REGAINED, "escaped_disorder"),
    Group("news.weight", "+", TOLD, "escaped_disorder"),
    Group("news.tau_days", "+", TOLD, "escaped_disorder"),
    Group(
        "news.delay_hours",
        "-",
        Stage("told", {"days": 3, "news.weight": 0.12}),
        "escaped_disorder",
        "what is heard later has less time to act by the horizon",
    ),
    Group("news.minimum", "-", TOLD, "escaped_disorder"),
    Group("news.full", "-", TOLD, "escaped_disorder"),
    Group("news.cap", "+", Stage("told", {"news.weight": 0.2}), "escaped_disorder"),
    Group("walls.erosion_per_hour", "+", SLOW),
    Group("walls.erosion_minimum", "-", SLOW),
    Group("walls.repair_per_hour", "-", TWICE),
    Group("walls.baseline", "+", TAKEN),
    Group("walls.gate_k", "-", RISINGS),
    Group("walls.prison_open_hours", "-", TAKEN),
    Group("walls.camp_open_hours", "-", BRIEF),
    Group("walls.open_sd", "?", TAKEN),
    Group("walls.leave_share", "+", TAKEN),
    Group("walls.leave_sd", "?", TAKEN),
    Group("walls.breached", "-", OPENED, "transferred"),
    Group("walls.prison_flow_per_hour", "+", RISINGS),
    Group("walls.camp_flow_per_hour", "+", BRIEF),
    Group("stealth.per_1000_year", "+", LONE),
    Group("stealth.thin_gain", "+", LONE),
    Group("stealth.camera_cut", "-", LONE),
    Group("unrest.tunnel_*", "+", TUNNELLED),
    Group("unrest.per_1000_year", "+", UNREST),
    Group("unrest.*_gain", "+", UNREST),
    Group(
        "unrest.hostages_undated",
        "+",
        Stage("unrest", {"unrest.riot_gate": 0.0, "unrest.keys_undated": 0.0, "unrest.hostages_undated": 0.5}),
        note="in a riot a gate is taken less often",
    ),
    Group("unrest.keys_undated", "+", UNREST),
    Group("unrest.*_share", "+", RISINGS),
    Group("unrest.severity_sd", "?", GIVEN),
    Group("unrest.*_gate", "+", RISINGS),
    Group("unrest.quell_sd", "?", TUNNELLED),
    Group("unrest.*_hours", "+", RISINGS),
    Group("incidents.*.severity", "+", GIVEN),
    Group("assault.alarm_share", "-", ALARMED),
    Group("assault.success_level", "+", ATTACKED),
    Group("assault.success_slope", "+", ATTACKED),
    Group(
        "assault.success_sd",
        "-",
        Stage("attacked", {"armed_cells.attacks.0.attackers": 200}),
        note="where success is likely, more spread of the log odds makes it less so; where it is unlikely, more",
    ),
    Group("assault.fight_hours", "-", ATTACKED),
    Group("assault.fight_sd", "?", ATTACKED),
    Group("assault.loss_*", "+", AFTERMATH),
    Group("assault.suppress_share", "+", AFTERMATH),
    Group("assault.defend_share", "-", ATTACKED),
    Group("assault.open_per_attacker_hour", "+", ATTACKED),
    Group("assault.size_exponent", "+", ATTACKED),
    Group("assault.self_release_per_hour", "+", ATTACKED),
    Group(
        "assault.open_sd",
        "+",
        Stage("attacked", {"assault.self_release_per_hour": 0.1}),
        note="the median stays, the mean grows with the spread",
    ),
    Group("assault.flow_per_hour", "+", NARROW),
    Group("assault.relief_hours", "+", ATTACKED),
    Group("assault.relief_sd", "?", ATTACKED),
    Group("assault.relief_penalty", "+", ATTACKED),
    Group("assault.reaction_residual", "-", ATTACKED),
    Group("assault.breach_open", "+", Stage("breached")),
    Group("assault.death_share", "+", NARROW, "dead"),
    Group("armed_cells.attacks.[*].attackers", "+", ATTACKED),
    Group("armed_cells.attacks_per_month", "+", HUNTED),
    Group("armed_cells.attackers", "+", HUNTED),
    Group("armed_cells.attackers_sd", "?", HUNTED),
    Group(
        "armed_cells.growth_max",
        "+",
        Stage(
            "hunted",
            {"armed_cells.growth_per_100": 1.0, "armed_cells.strength_per_100": 1.0, "armed_cells.growth_max": 2.0},
        ),
    ),
    Group("armed_cells.growth_per_100", "+", HUNTED),
    Group("armed_cells.strength_per_100", "+", HUNTED),
    Group("armed_cells.surges.*", "+", SURGING),
    Group("armed_cells.plan_km", "+", CHOSEN),
    Group("armed_cells.ward", "+", CHOSEN),
    Group("armed_cells.family_prize", "-", CHOSEN, "escaped_fighters"),
    Group("shelling.*", "+", SHELLED),
    Group("control.evacuate_km", "-", ADVANCE),
    Group("control.warning_hours", "-", Stage("advance", {"control.evacuate_km": 50, "control.evacuate_per_hour": 5})),
    Group("control.evacuate_per_hour", "-", ADVANCE),
    Group("control.offensives.[*].km_per_day", "+", ADVANCE),
    Group("control.reach_km", "+", ADVANCE),
    Group("control.contest_hours", "-", ADVANCE),
    Group("control.pace_sd", "?", ADVANCE),
    Group("control.hasty_hours", "+", HASTY),
    Group("control.none_hours", "+", TAKEN),
    Group("control.gap_sd", "?", TAKEN),
    Group("at_large.retake_early_per_hour", "+", LOOSE, "recaptured"),
    Group("at_large.early_hours", "+", LOOSE, "recaptured"),
    Group("at_large.retake_per_day", "+", LOOSE, "recaptured"),
    Group("at_large.family_factor", "+", LOOSE, "recaptured"),
    Group("at_large.rejoin_per_day", "+", LOOSE, "rejoined"),
    Group("at_large.leave_per_day", "+", LOOSE, "left_theatre"),
    Group("at_large.death_per_day", "+", LOOSE, "dead"),
    Group("at_large.retake_sd", "?", LOOSE, "recaptured"),
    Group("at_large.km_per_day", "+", LOOSE, "left_theatre"),
    Group("at_large.border_km_per_day", "+", LOOSE, "left_theatre"),
    Group("at_large.noticed_*", "+", LOOKED_FOR, "recaptured"),
    Group("isr.coverage", "+", WATCHED, "accounted_share"),
    Group("isr.residual", "+", WATCHED, "accounted_share"),
    Group("isr.revisit_hours", "-", WATCHED, "accounted_share"),
    Group("isr.detect_per_look", "+", WATCHED, "accounted_share"),
    Group("isr.signs_hours", "+", WATCHED, "accounted_share"),
    Group("isr.delay_hours", "+", WATCHED, "gap_person_days"),
    Group("isr.bias", "+", WATCHED, "reported"),
    Group("isr.error", "+", WATCHED, "reported"),
    Group("observers.[*].presence", "+", EYES, "accounted_share"),
    Group("observers.[*].detect", "+", EYES, "accounted_share"),
    Group("observers.[*].notice_size", "-", EYES, "accounted_share"),
    Group("observers.[*].delay_hours", "+", COUNTED, "gap_person_days"),
    Group("observers.[*].delay_sd", "?", COUNTED, "gap_person_days"),
    Group("observers.[*].update_hours", "+", COUNTED, "gap_person_days"),
    Group("observers.[*].bias", "+", CLAIMED, "reported"),
    Group("observers.[*].bias_own_failure", "+", EYES, "claimed_guarding_force"),
    Group("observers.[*].error", "+", CLAIMED, "reported"),
    Group("observers.[*].denies", "-", Stage("eyes", {"observers.warden.denies": 0.5}), "claimed_guarding_force"),
    Group("observers.[*].wordless", "-", CLAIMED, "confirmed"),
    Group(
        "observers.[*].range_factor",
        "+",
        Stage("eyes", {"observers.witness.range_factor": 5.0, "control.changes": [], "armed_cells.attacks": []}),
        "claimed_media",
        "a range counts as its geometric mean: its width shows only where its low end is 0 and the mean is the arithmetic one; varied where ranges are given",
        "observers.4.*",
    ),
    Group("observers.[*].false_*", "+", EYES, "reported"),
    Group("observers.[*].credibility", "0", EYES, "confirmed"),
    Group("confirmation.origins", "-", CLAIMED, "confirmed"),
    Group("confirmation.agree_within", "+", CLAIMED, "confirmed"),
    Group("confirmation.window_days", "+", EYES, "confirmed"),
    Group("theatre.parties.[*].effectiveness", "-", RIOT),
    Group("theatre.parties.[*].authority", "-", RIOT),
    Group("theatre.parties.[*].search", "+", LOOSE, "recaptured"),
    Group("theatre.parties.[*].custody.guards_per_100", "-", REGAINED, "escaped_disorder"),
    Group("theatre.parties.[*].custody.setup_hours", "+", TAKEN),
    Group("theatre.parties.[*].custody.free", "+", TAKEN, "escaped_release"),
    Group("theatre.parties.[*].custody.move", "+", TAKEN, "transferred"),
    Group("theatre.parties.[*].custody.neglect", "+", TAKEN, "escaped_abandonment"),
    Group("theatre.parties.[*].custody.seize", "-", TAKEN),
    Group("theatre.parties.[*].custody.evacuate", "-", ADVANCE),
    Group("theatre.areas.[*].terrain", "+", LOOSE, "left_theatre"),
    Group("theatre.facilities.[*].held.*", "+", TAKEN),
    Group("theatre.facilities.[*].residents", "+", TAKEN, "left_freely"),
    Group("theatre.facilities.[*].guards", "-", RIOT),
    Group("theatre.facilities.[*].capacity", "-", CROWDED),
    Group("theatre.facilities.[*].walls", "-", SHELLED),
    Group("theatre.facilities.[*].cameras", "-", RIOT),
    Group("theatre.facilities.[*].block_size", "?", RIOT),
    Group("theatre.facilities.[*].leave_share", "+", TAKEN),
    Group("theatre.facilities.[*].flow_per_hour", "+", TAKEN),
    Group("theatre.facilities.[*].call_priority", "+", CALLED),
    Group(
        "theatre.cells.[*].strength",
        "-",
        Stage("chosen", {"armed_cells.plan_km": 15, "theatre.cells.river.strength": 1.0}),
        note="of the cell near the well guarded place alone: only the ratio between cells counts",
        at="theatre.cells.sand.*",
    ),
    Group("theatre.border_km", "+", LOOSE, "left_theatre"),
)
"""The first that fits counts. `[*]` is the star that stands for a name or a number in a path."""

ALSO: tuple[Group, ...] = (
    Group("guards.scale", "-", YEAR_2019),
    Group("guards.redeploy_share", "+", YEAR_2019),
    Group("guards.call_km", "+", YEAR_2019),
    Group("disorder.way_out", "+", YEAR_2019),
    Group("guards.gone_hours", "+", YEAR_2019),
    Group("guards.flee_km", "+", YEAR_2019),
    Group("walls.erosion_per_hour", "+", UNSHOWN, note=VALVE),
    Group("walls.erosion_per_hour", "+", WORN, note=BOTH),
    Group("walls.erosion_minimum", "-", WORN, note=VALVE),
    Group("theatre.facilities.[*].walls", "-", UNSHOWN, note=VALVE),
    Group("theatre.facilities.[*].walls", "-", WORN),
    Group("disorder.risk_min", "-", THIN_2019, note=CALM_FIRST),
    Group("isr.residual", "+", YEAR_2019, "accounted_share", HEARD),
    Group("observers.[*].presence", "+", YEAR_2019, "accounted_share"),
)
"""Further rows for parameters that have theirs in GROUPS: in the case itself, or where the sign is another."""

LEFT_OUT = {
    "days": "the horizon, no quantity of the world",
    "step_hours": "the step; a test holds that it does not matter",
    "seed": "names the random numbers",
    "replicates": "how many",
    "theatre.grid.*": "the map's frame; nothing lies where it did on another",
    "theatre.*.lat": "where something is",
    "theatre.*.lon": "where something is",
    "*.cost": "no rule reads it",
}
"""Numbers that are not varied, and why."""

NOT_HERE = ("theatre.parties.held-movement.custody.*",)
"""Places that are left as they are where a number is varied in all: this party frees everybody, and the shares sum to 1."""

EMPTY = ("theatre.facilities.*.held.*", "theatre.facilities.*.residents", "theatre.facilities.*.guards")
"""Numbers that stay where they are 0: a place that holds none of a kind."""

AT_ZERO = {"guards.floor_per_100": 5.0, "observers.*.false_per_month": 2.0}
"""What a parameter that is 0 goes up to, where a third of its upper bound or at most 0.3 is no sensible choice."""

EXPLAINED: dict[str, str] = {
    "observers.*.credibility": "carried into the reports; no rule weighs it",
}
"""Why a parameter has no effect."""


class Lever(NamedTuple):
    """A lever pulled a little, more and much, against not at all, and the sign of pulling it."""

    path: str
    doses: tuple[dict[str, Any], dict[str, Any], dict[str, Any]]
    stage: Stage
    sign: str = "-"
    outcome: str = OUT
    note: str = ""


def doses(number: str, *values: float, **rest: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Three doses of one number of a lever, the rest alike."""
    little, more, much = ({number: value} | rest for value in values)
    return little, more, much


FALLEN = ["ain-issa", "tel-abyad"]
MOVED: dict[str, Any] = {"from": FALLEN, "to": "al-hol", "start": "2019-10-07"}
LEVERS = (
    Lever("guard_floor.per_100", doses("per_100", 1.0, 2.0, 3.0), CALLED),
    Lever("guard_floor.per_100", doses("per_100", 2.0, 4.0, 8.0), YEAR_2019),
    Lever("residual_isr.share", doses("share", 0.4, 0.7, 1.0), WATCHED, "+", "accounted_share"),
    Lever("residual_isr.share", doses("share", 0.4, 0.7, 1.0), YEAR_2019, "+", "accounted_share"),
    Lever("residual_isr.share", doses("share", 0.4, 0.7, 1.0), UNSEEN),
    Lever(
        "residual_isr.share", doses("share", 0.4, 0.7, 1.0), Stage("ne-syria-2019-response"), "+", "recaptured", NOTICED
    ),
    Lever(
        "formal_handover",
        ({"facilities": ["tel-abyad"]}, {"facilities": ["tel-abyad", "ain-issa"]}, {}),
        YEAR_2019,
    ),
    Lever(
        "formal_handover",
        ({"facilities": ["tel-abyad"]}, {"facilities": ["tel-abyad", "ain-issa"]}, {}),
        Stage("ne-syria-2019-as-dated"),
    ),
    Lever("move_first.per_day", doses("per_day", 50.0, 100.0, 205.0, **MOVED), YEAR_2019),
    Lever("repatriation.per_month", doses("per_month", 500.0, 2000.0, 8000.0), YEAR_2019),
    Lever("hardening.walls", doses("walls", 0.3, 0.6, 0.9, cameras=0.0), SHELLED),
    Lever("hardening.walls", doses("walls", 0.3, 0.6, 0.9, cameras=0.0), WORN),
    Lever("hardening.walls", doses("walls", 0.3, 0.6, 0.9, cameras=0.0), UNSHOWN),
    Lever("hardening.walls", doses("walls", 0.3, 0.6, 0.9, cameras=0.0), YEAR_2019, note=SPARED),
    Lever("hardening.walls", doses("walls", 0.3, 0.6, 0.9, cameras=0.0), THIN_2019, note=f"{SPARED}; {MORE_VALVE}"),
    Lever("hardening.cameras", doses("cameras", 0.3, 0.6, 0.9, walls=0.0), RIOT),
    Lever("hardening.cameras", doses("cameras", 0.3, 0.6, 0.9, walls=0.0), YEAR_2019),
    Lever("reaction_force.residual", doses("residual", 0.3, 0.6, 1.0), ATTACKED),
    Lever("reaction_force.residual", doses("residual", 0.8, 0.9, 1.0), Stage("hasakah-2022")),
)
"""Every lever where it acts, and in the case; a formal handover's dose is the number of places."""
