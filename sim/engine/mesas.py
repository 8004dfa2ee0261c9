"""Mesa, imported on a thread of its own.

Mesa's loggers read the source file of every frame of the stack that imports them. Below a command and a dozen of our
own imports that takes half a second; on a thread whose stack begins here, next to nothing.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

with ThreadPoolExecutor(1) as _thread:
    _thread.submit(import_module, "mesa").result()

from mesa import Agent
from mesa.agentset import AbstractAgentSet, GroupBy

__all__ = ["AbstractAgentSet", "Agent", "GroupBy"]
