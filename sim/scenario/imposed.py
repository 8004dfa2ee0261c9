"""What a scenario imposes: what it dates or decides, so that a reader can tell it from what the model finds."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.parameters import Change, Scenario


def imposed(scenario: Scenario) -> tuple[str, ...]:
    """Return one line for each decision and event that the scenario dates, facilities' changes first."""
    return tuple(_lines(scenario))


def _lines(scenario: Scenario) -> Iterator[str]:
    control = scenario.control
    for change in sorted(control.changes, key=lambda change: (change.ground_only, change.date)):
        yield _change(change, control.handover)
    if control.handover == "formal":
        yield "control passes by formal handover: guards are ordered to stay until they are relieved"
    for date, share in scenario.withdrawal.schedule:
        yield f"{date}: the sponsor's presence is {share:.0%} of what it was"
    for unit in control.offensives:
        until = f" until {unit.stops}" if unit.stops else ""
        moves = unit.km_per_day != 0.0
        what = "advances towards" if moves else "stands, and does not advance, at"
        yield f"{unit.start}: {unit.party} {what} {', '.join(unit.objectives)}{until}"
    for attack in scenario.armed_cells.attacks:
        yield f"{attack.date}: an attack on {attack.facility}"
    for incident in scenario.incidents:
        yield f"{incident.date}: an incident at {incident.facility}, {incident.kind}"
    for surge in scenario.armed_cells.surges:
        yield f"{surge.date}: {surge.factor} times the attacks for {surge.days:g} days"
    for name, lever in scenario.levers:
        if lever is not None:
            told = ", ".join(
                f"{key} {' '.join(value) if isinstance(value, list) else value}"
                for key, value in lever.model_dump(by_alias=True).items()
                if value not in (None, [], {}) and key != "cost"
            )
            yield f"lever {name}" + (f": {told}" if told else "")


def _change(change: Change, default: str) -> str:
    if change.ground_only:
        return f"{change.date}: the ground of {change.area} passes to {change.to}; the sites on it keep their guards"
    what = change.facility or f"{change.area} with every site in it"
    return f"{change.date}: {what} passes to {change.to}, handover {change.handover or default}"
