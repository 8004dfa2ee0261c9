"""One file a kind of agent: its columns, its rule, its view."""

from sim.agents.armed_cell import ArmedCell
from sim.agents.detainee import Detainee, Resident
from sim.agents.facility import Facility
from sim.agents.guard import Guard
from sim.agents.observer import Observer
from sim.agents.occupying_force import OccupyingForce

__all__ = ["ArmedCell", "Detainee", "Facility", "Guard", "Observer", "OccupyingForce", "Resident"]
