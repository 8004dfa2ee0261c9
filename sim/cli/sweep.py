"""`detention-sim sweep`: a design over scenarios."""

from __future__ import annotations

from sim.cli.running import design_command
from sim.experiment.design import sweep_design

command = design_command("sweep", "Sweep file, or the name of a shipped one.", sweep_design)
