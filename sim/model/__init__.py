"""The model: the schedule of a step, the run of one replicate, and the same replicate as a Mesa model."""

from sim.model.mesa_model import REPORTED, DetentionModel, guards_on_duty_now
from sim.model.rows import Tables
from sim.model.run import Run

__all__ = ["REPORTED", "DetentionModel", "Run", "Tables", "guards_on_duty_now"]
