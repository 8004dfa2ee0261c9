"""`detention-sim run`: one scenario, many replicates."""

from __future__ import annotations

from sim.cli.running import design_command
from sim.experiment.design import scenario_design

command = design_command("scenario", "Scenario file, or the name of a shipped one.", scenario_design)
