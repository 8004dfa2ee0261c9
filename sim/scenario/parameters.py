"""The parameters of a scenario file, each declared once with unit, bounds and source."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.declare import AT_START, LATER, ActionDate, Date, Number, Section, Strict, Unread, declared
from sim.scenario.limits import MAX_OBSERVERS
from sim.scenario.theatre import AreaName, FacilityName, Name, PartyName, PlaceName
from sim.scenario.vocabulary import Category, Handover, IncidentKind, ObserverKind, ObserverSites, Reliability, Role

EPSTEIN = "Epstein 2002, PNAS 99 (suppl 3)"


class Guards(Section):
    """Guards and how the front takes them."""

    scale: Annotated[Number, AT_START] = declared(1.0, "share", 0, 20, "multiplies every facility's guard count")
    redeploy_share: Number = declared(
        0.8, "share", 0, 1, "of guards, taken by a lasting front at the gate; times each facility's call_priority"
    )
    call_km: Number = declared(40.0, "km", 0.1, 5000, "distance of the front over which that share falls by e")
    called_weight: Number = declared(
        0.5, "share", 0, 1, "of a colleague who fled or was lost, that one who was called away weighs on those who stay"
    )
    floor_per_100: Number = declared(0.0, "guards per 100 held", 0, 100, "number below which no guard is moved")
    shifts: Number = declared(2.0, "shifts", 1, 6, "shifts among which the guards present are divided")
    reserve_share: Number = declared(
        0.5, "share", 0, 1, "of guards on shift, drawn to disorder; the rest at fixed posts"
    )
    nerve_min: Annotated[Number, AT_START] = declared(
        0.35, "fear", 0.01, 1, "fear at which the first guard flees; the last at 1"
    )
    flee_km: Number = declared(15.0, "km", 0.1, 500, "distance of hostile forces over which threat falls by e")
    threat_weight: Number = declared(1.0, "fear", 0, 10, "fear of hostile forces at the gate")
    fire_weight: Number = declared(0.15, "fear", 0, 10, "fear under heavy fire: one hit on the site is 0.63 of it")
    fire_km: Number = declared(5.0, "km", 0.1, 500, "distance of fire over which it counts less by e")
    fire_hours: Number = declared(24.0, "h", 0.1, 5000, "time in which fire is forgotten")
    alone_weight: Number = declared(1.0, "fear", 0, 10, "fear where all colleagues have just gone")
    gone_hours: Number = declared(24.0, "h", 0.1, 5000, "time in which it is forgotten that they went")
    stir_weight: Number = declared(0.4, "fear", 0, 10, "fear of a crowd in the open that no guard could face")
    stir_per_guard: Number = declared(
        5.0, "persons", 0.01, 1000, "in disorder whom no wall holds, for each guard: half of that fear"
    )
    hold_sponsor: Number = declared(0.2, "fear", 0, 10, "taken off fear by the sponsor's full presence")
    hold_reaction: Number = declared(0.1, "fear", 0, 10, "taken off fear by a whole reaction force")
    order_kept: Number = declared(0.9, "share", 0, 1, "of guards, who keep an order to stay until relieved")
    upkeep_floor: Number = declared(0.85, "share", 0, 1, "guards' effect left when the sponsor is gone")
    replace_per_day: Number = declared(0.02, "1/day", 0, 1, "rate at which guards lost are replaced")
    reinforce_per_day: Number = declared(
        0.1, "1/day", 0, 1, "the same, if larger, while an escape or assault counts as noticed (response: true)"
    )
    pressure_up_hours: Number = declared(36.0, "h", 1, 2000, "time in which an offensive draws on guards")
    pressure_down_hours: Number = declared(120.0, "h", 1, 5000, "time in which a ceasefire gives them back")
    camera_gain: Number = declared(0.3, "share", 0, 2, "added to guards' effect by working cameras")
    wall_gain: Number = declared(0.5, "share", 0, 2, "added to guards' effect by what hardening adds to the walls")


class Disorder(Section):
    """Collective disorder by personal thresholds."""

    threshold: Number = declared(
        0.1, "T", 0, 1, "net grievance that must be exceeded", source=EPSTEIN, status="literature"
    )
    containment_k: Number = declared(2.3, "k", 0, 50, "containment constant", source=EPSTEIN, status="literature")
    risk_min: Annotated[Number, AT_START] = declared(0.25, "r", 0.01, 1, "smallest risk aversion of a fighter")
    family_risk_min: Annotated[Number, AT_START] = declared(
        0.4, "r", 0.01, 1, "smallest risk aversion of a family member"
    )
    way_out: Number = declared(
        0.0, "share", 0, 1, "of the open part of the wall, in which guards hold nobody back once some are in disorder"
    )
    watching: Number = declared(0.02, "a0", 0, 1, "watching an orderly person takes, relative to one in disorder")
    up_per_hour: Number = declared(1.5, "1/h", 0, 100, "rate at which people join")
    down_per_hour: Number = declared(0.7, "1/h", 0, 100, "rate at which people calm down")
    crowding_weight: Number = declared(0.03, "s per 100% over capacity", 0, 2, "agitation from crowding")
    crowding_max: Number = declared(0.1, "s", 0, 1, "largest agitation from crowding")
    agitation_sd: Number = declared(0.02, "s", 0, 1, "slow random agitation, standard deviation")
    agitation_days: Number = declared(5.0, "days", 0.1, 365, "its correlation time")
    authority_reference: Number = declared(0.7, "L, 0-1", 0, 1, "legitimacy that people grant whoever guards them")
    authority_weight: Number = declared(
        0.1,
        "share",
        0,
        1,
        "of legitimacy that is the custodian's authority; 1 = Epstein's form",
        source="form: Lemos, Lopes and Coelho 2016, Int. J. Intelligent Systems 31(2), weighted average",
        status="assumed",
    )
    authority_down_hours: Number = declared(12.0, "h", 0.1, 5000, "decay of authority without custody")
    authority_up_hours: Number = declared(24.0, "h", 0.1, 5000, "its recovery under a custodian")


class News(Section):
    """Escapes elsewhere, heard by grapevine."""

    weight: Number = declared(0.04, "s", 0, 1, "agitation from one full episode")
    tau_days: Number = declared(7.0, "days", 0.1, 365, "time in which it fades")
    delay_hours: Annotated[Number, AT_START] = declared(12.0, "h", 0, 720, "time until it is heard")
    minimum: Number = declared(20.0, "persons", 1, 1000, "smallest episode that makes news")
    full: Number = declared(100.0, "persons", 1, 100000, "episode size at which news weighs fully")
    cap: Number = declared(0.12, "s", 0, 1, "largest agitation from news")


class Walls(Section):
    """The perimeter: how it opens and is closed."""

    erosion_per_hour: Number = declared(60.0, "1/h per 1,000 uncontained", 0, 10000, "opening by people in disorder")
    erosion_minimum: Number = declared(3.0, "persons", 0, 1000, "uncontained people that harm no wall")
    repair_per_hour: Number = declared(0.15, "1/h", 0, 10, "repair with guards on duty and order kept")
    baseline: Annotated[Number, AT_START] = declared(0.01, "share", 0, 1, "opening of the worst perimeter in order")
    gate_k: Number = declared(2.3, "k", 0, 50, "containment constant at the perimeter")
    prison_open_hours: Number = declared(10.0, "h", 0.1, 500, "time in which an unguarded prison is open")
    camp_open_hours: Number = declared(2.0, "h", 0.1, 500, "time in which an unguarded camp is open")
    open_sd: Annotated[Number, AT_START] = declared(0.6, "log", 0, 3, "spread of that time between events")
    leave_share: Annotated[Number, AT_START] = declared(
        0.9, "share", 0, 1, "of those held, who leave when nobody guards, where a facility does not say, median"
    )
    leave_sd: Annotated[Number, AT_START] = declared(
        1.3,
        "log odds",
        0,
        5,
        "spread of that share between events",
        source="unguarded sites on the record lost 0.5 to 1 of those held",
        status="assumed",
    )
    breached: Number = declared(0.1, "share", 0, 1, "opening from which no one is brought into a facility")
    prison_flow_per_hour: Number = declared(250.0, "persons/h", 1, 20000, "through a full opening of a prison")
    camp_flow_per_hour: Number = declared(600.0, "persons/h", 1, 20000, "through a full opening of a camp")


class Stealth(Section):
    """Tunnels, bribes and lone escapes."""

    per_1000_year: Number = declared(
        1.5,
        "escapes per 1,000 person-years",
        0,
        100000,
        "at the guard ratio of the start",
        source="US states 18.3 (1993) to 1.3 (2013); South Africa 0.17-0.31; New South Wales 43 (1974-89)",
        status="literature",
    )
    thin_gain: Number = declared(4.0, "share", 0, 100, "added to the rate when no guard is left")
    camera_cut: Number = declared(0.0, "share", 0, 1, "taken off the rate by fully working cameras")


class Assault(Section):
    """An attack from outside."""

    success_level: Number = declared(
        0.3,
        "log odds",
        -10,
        10,
        "of the gate falling where attackers equal the guards who fight",
        source="8 of 15 attacks succeeded, Nigeria Oct 2020 - Dec 2021 (Premium Times)",
        status="assumed",
    )
    success_slope: Number = declared(
        0.8, "log odds per log ratio", 0, 10, "by which more attackers for a guard who fights make success likelier"
    )
    success_sd: Number = declared(1.0, "log odds", 0, 10, "spread between events, surprise included")
    fight_hours: Number = declared(0.5, "h", 0, 100, "median time until the gate falls or the attackers break off")
    fight_sd: Number = declared(1.0, "log", 0, 3, "spread of that time")
    loss_success: Number = declared(0.4, "share", 0, 1, "of the guards who fight, lost where the gate falls")
    loss_failure: Number = declared(0.1, "share", 0, 1, "of the guards who fight, lost where it holds")
    suppress_share: Number = declared(0.7, "share", 0, 1, "of guards pinned down while attackers hold the gate")
    defend_share: Number = declared(0.6, "share", 0, 1, "of guards present who can fight")
    open_per_attacker_hour: Number = declared(
        1.0, "persons/h", 0, 1000, "people let out of cells by an attacker where 1,000 are at hand"
    )
    size_exponent: Number = declared(0.5, "exponent", -2, 2, "of the number at hand, by which that grows")
    self_release_per_hour: Number = declared(0.8, "1/h", 0, 50, "people whom one who is out of the cells lets out")
    open_sd: Number = declared(1.0, "log", 0, 3, "spread between events of the rate at which attackers open cells")
    flow_per_hour: Number = declared(
        1500.0,
        "persons/h",
        1,
        20000,
        "through a gate in attackers' hands",
        source="870 left Sarposa in about half an hour (Kandahar 2008)",
        status="assumed",
    )
    relief_hours: Number = declared(
        2.5,
        "h",
        0.1,
        500,
        "median until relief, with a reaction force",
        source="about 2 h (Bannu 2012; Sarposa 2008), 3 h inside (D.I. Khan 2013)",
        status="literature",
    )
    relief_sd: Number = declared(0.7, "log", 0, 3, "spread of the time until relief")
    relief_penalty: Number = declared(
        2.0, "ratio", 0, 50, "added to that time, as a multiple, without a reaction force"
    )
    alarm_share: Number = declared(
        0.4, "share", 0, 1, "of the time until relief, until somebody who can send it knows (response: true cuts it)"
    )
    reaction_residual: Number = declared(0.0, "share", 0, 1, "of the sponsor's reaction force left at full withdrawal")
    breach_open: Number = declared(0.3, "share", 0, 1, "opening that an assault leaves in the wall")
    death_share: Number = declared(0.03, "share", 0, 1, "of those out of their cells and not away, who die")


class Attack(Section):
    """A dated attack, imposed rather than planned."""

    date: ActionDate
    facility: FacilityName
    attackers: Number = declared(50.0, "persons", 1, 100000, "attackers, median")


class Surge(Section):
    """A time of more attacks, or fewer: a leader's call, a season, the years after a mass escape."""

    date: Date
    factor: Number = declared(2.0, "ratio", 0, 100, "by which the rate of undated attacks is multiplied")
    days: Number = declared(30.0, "days", 0, 36500, "for how long from the date")


class ArmedCells(Section):
    """Cells of the held movement outside."""

    attacks_per_month: Number = declared(0.7, "1/month", 0, 1000, "attacks by all cells together")
    attackers: Number = declared(30.0, "persons", 1, 100000, "attackers in one attack, median")
    attackers_sd: Number = declared(0.7, "log", 0, 3, "spread of their number between attacks")
    growth_per_100: Number = declared(0.1, "share per 100", 0, 100, "more attacks for 100 who rejoined")
    strength_per_100: Number = declared(
        0.1, "share per 100", 0, 100, "more attackers in an attack for 100 who rejoined"
    )
    growth_max: Number = declared(3.0, "ratio", 1, 100, "bound of either growth")
    plan_km: Number = declared(80.0, "km", 1, 5000, "distance over which a target's appeal falls by e")
    ward: Number = declared(0.5, "per guard per 10 held", 0, 100, "how strongly guards ward off")
    family_prize: Number = declared(0.1, "share", 0, 10, "prize of a family member, fighter = 1")
    surges: Annotated[list[Surge], AT_START] = Field(
        default_factory=list, description="times of more or fewer undated attacks; several at once multiply"
    )
    attacks: Annotated[list[Attack], AT_START] = Field(default_factory=list, description="dated attacks besides")


class Shelling(Section):
    """Stray and aimed fire at facilities near the front."""

    hits_per_month: Number = declared(4.0, "1/month", 0, 1000, "per facility near the front")
    front_km: Number = declared(40.0, "km", 0, 1000, "how near that is")
    opening: Number = declared(0.25, "share", 0, 1, "opening made by the heaviest hit")
    exposed: Number = declared(12.0, "persons", 0, 10000, "people a hit sets loose, median")
    exposed_sd: Number = declared(1.2, "log", 0, 3, "spread of that number")
    pull_share: Number = declared(0.5, "share", 0, 1, "of guards pulled from posts")
    pull_hours: Number = declared(3.0, "h", 0, 200, "for how long")


class Incident(Section):
    """A dated incident, imposed rather than drawn."""

    date: ActionDate
    facility: FacilityName
    kind: IncidentKind = Field(
        description="riot; hostages: guards taken; keys: keys or an armoury taken; crowd: one from outside frees"
        " people; tunnel: many leave unseen until it is found"
    )
    severity: Number | None = declared(
        None,
        "share",
        0,
        1,
        "of those held, in the open or in reach of the tunnel, median; default: its kind's",
    )


class Unrest(Section):
    """Incidents: how often one begins, and what it does."""

    per_1000_year: Number = declared(
        0.01,
        "incidents per 1,000 person-years",
        0,
        100000,
        "undated ones, at the guard ratio of the start",
        source="riots in US prisons: 0.093 (1973), under 0.003 (2003) (Bernstein, The Atlantic, Dec 2013)",
        status="literature",
    )
    thin_gain: Number = declared(4.0, "share", 0, 100, "added to the rate when no guard is left")
    crowd_gain: Number = declared(
        1.0, "share", 0, 100, "added to the rate when twice as many are held as there is room"
    )
    hostages_undated: Number = declared(0.1, "share", 0, 1, "of undated incidents, in which guards are taken hostage")
    keys_undated: Number = declared(
        0.02, "share", 0, 1, "of undated incidents, in which keys or an armoury are taken; the rest are riots"
    )
    riot_share: Number = declared(
        0.3,
        "share",
        0,
        1,
        "of those held, in the open in a riot, median",
        source="about 200 of 400 rioted at Derik, April 2019; one floor of Hasakah, March 2020",
        status="assumed",
    )
    hostages_share: Number = declared(0.2, "share", 0, 1, "the same where guards are taken hostage")
    keys_share: Number = declared(0.5, "share", 0, 1, "the same where keys or an armoury are taken")
    crowd_share: Number = declared(0.5, "share", 0, 1, "the same where a crowd comes to free people")
    severity_sd: Number = declared(1.3, "log odds", 0, 5, "spread of these shares between events")
    riot_gate: Number = declared(0.02, "probability", 0, 1, "a gate is taken in a riot")
    hostages_gate: Number = declared(0.1, "probability", 0, 1, "the same where guards are taken hostage")
    keys_gate: Number = declared(
        0.9,
        "probability",
        0,
        1,
        "the same where keys or an armoury are taken",
        source="armouries taken at Khalis 2015 and Dantewada 2007: people left through the gate at both",
        status="assumed",
    )
    crowd_gate: Number = declared(0.9, "probability", 0, 1, "the same where a crowd comes to free people")
    pull_share: Number = declared(0.5, "share", 0, 1, "of guards held, overpowered or turned away, except in a riot")
    quell_hours: Number = declared(
        4.0,
        "h",
        0,
        1000,
        "median until it is quelled",
        source="over four hours of clashes at Khalis (2015); into the next day at Hasakah (March 2020)",
        status="assumed",
    )
    hostages_hours: Number = declared(12.0, "h", 0, 1000, "the same where guards are taken hostage")
    quell_sd: Number = declared(0.8, "log", 0, 3, "spread of that time")
    tunnel_share: Number = declared(0.3, "share", 0, 1, "of those held, within reach of a tunnel, median")
    tunnel_hours: Number = declared(
        4.5,
        "h",
        0,
        1000,
        "median until a tunnel in use is found; spread by quell_sd",
        source="about 480 left Sarposa in some four and a half hours (Kandahar 2011)",
        status="assumed",
    )
    tunnel_flow_per_hour: Number = declared(
        100.0,
        "persons/h",
        0,
        20000,
        "through a tunnel",
        source="about 480 left Sarposa in some four and a half hours (Kandahar 2011)",
        status="assumed",
    )


class Withdrawal(Section):
    """The sponsor's presence."""

    schedule: list[Annotated[tuple[Date, float], Field(strict=False)]] = Field(
        default_factory=list, description="[date, share of sponsor presence left], linear between; 1 before"
    )


class Change(Section):
    """Ground or a facility changes hands on a date."""

    date: ActionDate
    facility: FacilityName | None = None
    area: AreaName | None = None
    to: PartyName
    handover: Handover | None = None
    ground_only: Annotated[
        bool, Field(description="an area's ground passes, facilities in it stay with their guards: an agreement")
    ] = False


class Offensive(Section):
    """A unit on the move along objectives."""

    party: PartyName
    start: ActionDate
    origin: PlaceName | None = Field(
        None, alias="from", description="place it starts from; default: the first objective"
    )
    objectives: Annotated[list[PlaceName], Field(min_length=1, description="places or facilities, in order")]
    km_per_day: Number = declared(8.0, "km/day", 0, 500, "pace, median")
    stops: Date | None = None


class Control(Section):
    """Who holds what, and how it passes."""

    changes: list[Change] = Field(default_factory=list)
    handover: Annotated[Handover, LATER] = "none"
    offensives: list[Offensive] = Field(default_factory=list)
    hasty_hours: Annotated[Number, LATER] = declared(6.0, "h", 0, 1000, "median gap in custody after a hasty change")
    none_hours: Annotated[Number, LATER] = declared(36.0, "h", 0, 1000, "median gap with no handover at all")
    gap_sd: Number = declared(0.5, "log", 0, 3, "spread of the gap")
    reach_km: Number = declared(12.0, "km", 0.1, 500, "ground a unit takes around it")
    contest_hours: Number = declared(6.0, "h", 0, 1000, "fighting over a facility before it falls")
    evacuate_km: Number = declared(20.0, "km", 0, 500, "distance of hostile units at which people are brought away")
    warning_hours: Number = declared(24.0, "h", 0, 1000, "of warning of an offensive, in which that begins already")
    evacuate_per_hour: Number = declared(15.0, "persons/h", 0, 10000, "brought away from a facility, by lorry")
    pace_sd: Number = declared(0.4, "log", 0, 3, "day-to-day spread of a unit's pace")


class AtLarge(Section):
    """People outside: found, gone back, gone abroad or dead."""

    retake_early_per_hour: Number = declared(0.03, "1/h", 0, 10, "extra rate of recapture at the moment of escape")
    early_hours: Number = declared(10.0, "h", 0.1, 1000, "time in which that extra falls by e")
    retake_per_day: Number = declared(0.006, "1/day", 0, 10, "rate of recapture later")
    family_factor: Number = declared(1.5, "ratio", 0, 20, "recapture of family members and minors, fighter = 1")
    rejoin_per_day: Number = declared(0.01, "1/day", 0, 10, "fighters who go back to the movement")
    leave_per_day: Number = declared(0.05, "1/day", 0, 10, "people near the map's edge who cross it")
    death_per_day: Number = declared(0.0003, "1/day", 0, 10, "death outside")
    retake_sd: Annotated[Number, AT_START] = declared(
        1.0,
        "log",
        0,
        3,
        "spread of that extra between facilities' events",
        source="recaptured over days 0-2 of an event: 0 to 0.79",
        status="assumed",
    )
    km_per_day: Number = declared(
        8.0, "km/day", 0, 200, "distance moved in a day on open road country, root mean square"
    )
    border_km_per_day: Number = declared(
        1.0, "km/day", 0, 200, "drift of Iraqi and foreign people towards the nearest edge of the map"
    )
    noticed_factor: Number = declared(2.0, "ratio", 1, 50, "recapture once an escape is noticed (response: true)")
    noticed_hours: Number = declared(72.0, "h", 0, 5000, "how long a notice counts")


class Isr(Section):
    """Surveillance by revisits."""

    coverage: Number = declared(0.4, "share", 0, 1, "of facility-hours watched before withdrawal")
    residual: Number = declared(0.2, "share", 0, 1, "of that left when the withdrawal is complete")
    revisit_hours: Annotated[Number, AT_START] = declared(6.0, "h", 0.01, 720, "between looks at a facility watched")
    detect_per_look: Number = declared(0.6, "probability", 0, 1, "a look sees an escape whose signs show")
    signs_hours: Number = declared(6.0, "h", 0.01, 720, "mean time for which signs of an exit show")
    delay_hours: Number = declared(12.0, "h", 0, 5000, "median time from a look to a report")
    bias: Number = declared(0.8, "ratio", 0, 20, "median of count over truth")
    error: Number = declared(0.35, "log", 0, 3, "spread of that ratio")


class Observer(Section):
    """One observer, or a desk that speaks for several."""

    name: Name
    role: Role
    kind: ObserverKind = Field(
        description="liaison: on site while the sponsor is; reporter: a custodian about its own; source, desk: from"
        " outside; statement: a theatre total from other roles' claims"
    )
    party: PartyName | None = Field(None, description="whose observer; a reporter speaks of what this party controls")
    sites: ObserverSites = Field("all", description="all, those attacked, or those taken over")
    listens: list[Role] = Field(default_factory=list, description="whose claims a statement adds up")
    at: list[FacilityName] = Field(default_factory=list, description="facilities it looks at; empty: any")
    presence: Number = declared(1.0, "share", 0, 1, "of facilities it can see")
    leaves: bool = Field(False, description="its presence goes with the sponsor's")
    detect: Number = declared(0.8, "probability", 0, 1, "it learns of an episode it could see")
    notice_size: Number = declared(5.0, "persons", 0, 10000, "episode size it hears of, exponential mean")
    delay_hours: Number = declared(24.0, "h", 0, 20000, "median time from the event to its report")
    delay_sd: Number = declared(0.6, "log", 0, 3, "spread of the delay")
    update_hours: Number = declared(48.0, "h", 1, 20000, "between its reports while the count grows")
    fitted: bool = Field(
        False,
        description="it claims as its role does in the fitted model of claims, in place of its bias, error, denies,"
        " wordless and false_size",
    )
    category: Category = Field(
        "all", description="whom its claims are about; claims about some confirm no count of all"
    )
    blames: PartyName | None = Field(
        None,
        description="whom it blames; a guarding force does so after shelling or where the place was taken, and then"
        " does not speak of its own failure",
    )
    bias: Number = declared(1.0, "ratio", 0, 50, "median of claim over truth")
    bias_own_failure: Number | None = declared(
        None, "ratio", 0, 50, "the same where the failure is its own; default: bias"
    )
    error: Number = declared(0.3, "log", 0, 3, "spread of that ratio")
    denies: Number = declared(0.0, "probability", 0, 1, "it denies an episode")
    wordless: Number = declared(0.0, "probability", 0, 1, "it claims without a number")
    range_factor: Number = declared(1.0, "ratio", 1, 10, "a claim is given as a range of this ratio; 1 = a number")
    false_per_month: Number = declared(0.0, "1/month", 0, 1000, "reports of what did not happen")
    false_size: Number = declared(30.0, "persons", 1, 100000, "size of such a report, median")
    reliability: Reliability = Field("C", description="Admiralty code")
    credibility: int = Field(3, ge=1, le=6, description="Admiralty code")
    direct: bool = Field(False, description="it counts heads itself")
    origin: Name | None = Field(None, description="who said it first; claims of one origin are one; default: the name")


class Confirmation(Section):
    """When a count counts as confirmed."""

    origins: int = Field(2, ge=1, le=10, description="agreeing claims of independent origin needed")
    agree_within: Number = declared(0.3, "share", 0, 10, "claims agree whose ratio is within 1 + this")
    direct_reliability: Literal[Reliability, "never"] = Field(
        "A", description="a direct count by a channel this reliable confirms alone"
    )
    window_days: Number = declared(21.0, "days", 0, 10000, "age at which a claim no longer supports another")


Cost = Annotated[Number | None, Unread()]


class GuardFloor(Section):
    """Lever: a number of guards below which none is moved."""

    per_100: Number = declared(4.0, "guards per 100 held", 0, 100, "floor")
    cost: Cost = declared(None, "any unit", 0, None, "optional cost")


class ResidualIsr(Section):
    """Lever: eyes that stay."""

    share: Number = declared(0.7, "share", 0, 1, "of ISR left at full withdrawal")
    cost: Cost = declared(None, "any unit", 0, None, "optional cost")


class FormalHandover(Section):
    """Lever: custody passes without a gap, and guards near the front are told to stay until they are relieved."""

    facilities: list[FacilityName] = Field(default_factory=list, description="where; empty: everywhere")
    cost: Cost = declared(None, "any unit", 0, None, "optional cost")


class MoveFirst(Section):
    """Lever: people are moved before the ground is lost."""

    origin: Annotated[list[FacilityName], Field(min_length=1, alias="from", description="facilities emptied, in order")]
    to: FacilityName | None = Field(
        None, description="where; default: the nearest of the same party that is not emptied"
    )
    start: ActionDate
    per_day: Number = declared(200.0, "persons/day", 0, 100000, "people moved a day, all facilities together")
    cost: Cost = declared(None, "any unit", 0, None, "optional cost")


class Repatriation(Section):
    """Lever: people go home."""

    per_month: Number = declared(100.0, "persons/month", 0, 1000000, "people repatriated a month")
    who: Category = "all"
    origin: list[FacilityName] = Field(
        default_factory=list, alias="from", description="facilities that people go home from; empty: all"
    )
    start: ActionDate | None = None
    cost: Cost = declared(None, "any unit", 0, None, "optional cost")


class Hardening(Section):
    """Lever: sounder walls, working cameras."""

    walls: Number = declared(0.3, "share", 0, 1, "taken off what the walls lack")
    cameras: Number = declared(0.5, "share", 0, 1, "taken off what the cameras lack")
    facilities: list[FacilityName] = Field(default_factory=list, description="where; empty: everywhere")
    cost: Cost = declared(None, "any unit", 0, None, "optional cost")


class ReactionForce(Section):
    """Lever: help that still comes."""

    residual: Number = declared(0.7, "share", 0, 1, "of the reaction force left at full withdrawal")
    cost: Cost = declared(None, "any unit", 0, None, "optional cost")


class Levers(Section):
    """What is done about it. A lever left out is not pulled."""

    guard_floor: GuardFloor | None = None
    residual_isr: ResidualIsr | None = None
    formal_handover: FormalHandover | None = None
    move_first: MoveFirst | None = None
    repatriation: Repatriation | None = None
    hardening: Hardening | None = None
    reaction_force: ReactionForce | None = None


class View(Strict):
    """What the browser view offers for a scenario; no rule reads it."""

    controls: list[str] = Field(
        default_factory=list,
        max_length=12,
        description="paths of the numbers that its sliders set; none: the usual ones",
    )


class Scenario(Strict):
    """A scenario file."""

    name: str = Field(max_length=200)
    description: str = ""
    start: Date
    days: float = Field(gt=0, le=36500, description="horizon, days")
    step_hours: float = Field(1.0, gt=0, le=24, description="length of a step, h; divides 24")
    theatre: str | dict[str, object] = Field(
        description="path of the theatre file, relative to this file, or its content"
    )
    seed: int = Field(1, ge=0, le=2**63 - 1)
    replicates: int = Field(200, ge=1, le=10**9)
    facilities: dict[Name, dict[str, object]] = Field(
        default_factory=dict, description="overrides of the theatre's facilities, key by key"
    )
    guards: Annotated[Guards, LATER] = Guards()
    disorder: Annotated[Disorder, LATER] = Disorder()
    news: Annotated[News, LATER] = News()
    walls: Annotated[Walls, LATER] = Walls()
    stealth: Annotated[Stealth, LATER] = Stealth()
    assault: Annotated[Assault, LATER] = Assault()
    armed_cells: Annotated[ArmedCells, LATER] = ArmedCells()
    shelling: Annotated[Shelling, LATER] = Shelling()
    unrest: Annotated[Unrest, LATER] = Unrest()
    incidents: Annotated[list[Incident], AT_START] = Field(default_factory=list, description="dated incidents besides")
    withdrawal: Annotated[Withdrawal, LATER] = Withdrawal()
    control: Control = Control()
    at_large: Annotated[AtLarge, LATER] = AtLarge()
    isr: Annotated[Isr, LATER] = Isr()
    observers: list[Observer] = Field(default_factory=list, max_length=MAX_OBSERVERS)
    confirmation: Annotated[Confirmation, LATER] = Confirmation()
    response: Annotated[bool, LATER] = Field(
        False, description="whether what is noticed speeds relief, search and reinforcement"
    )
    levers: Annotated[Levers, LATER] = Levers()
    view: View | None = Field(None, description="what the browser view offers")
    draws: str | None = Field(None, description="CSV of joint draws; columns are paths, one row per replicate")


SCALAR_SECTIONS: tuple[str, ...] = (
    "guards",
    "disorder",
    "news",
    "walls",
    "stealth",
    "assault",
    "armed_cells",
    "shelling",
    "unrest",
    "control",
    "at_large",
    "isr",
    "confirmation",
)
"""Sections whose numbers the compiled rules read as one record of parameters."""
