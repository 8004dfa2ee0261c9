"""Start of the process: set the signal handlers before the slow imports."""

from __future__ import annotations

import gc
import os
import signal
import sys
from types import FrameType

from sim.cli import stopping
from sim.experiment.lacking import lacking

STOPPABLE = ("run", "sweep", "resume", "replay", "compare")
"""Commands that Ctrl-C and SIGTERM stop with exit code 3, also as a background job of a shell."""

SELDOM = 100_000
"""Python objects made before it looks for circular garbage: imports make hundreds of thousands, and none is garbage."""


def start() -> int:
    """Run the command line of this process and return its exit code."""
    gc.set_threshold(SELDOM)
    if sys.argv[1:2] and sys.argv[1] in STOPPABLE:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _interrupt)
    try:
        from sim.cli.main import main

        code = main()
    except KeyboardInterrupt:
        print("detention-sim: stopped", file=sys.stderr)
        code = 3
    except (OSError, ImportError, MemoryError) as error:  # of an import: `main` answers for the rest
        if (reason := lacking(error)) is None:
            raise
        print(f"detention-sim: stopped ({reason})", file=sys.stderr)
        code = 3
    for number in (signal.SIGINT, signal.SIGTERM):  # the answer is given; nothing may change it now
        signal.signal(number, signal.SIG_IGN)
    if code == 3:
        _leave(code)
        # Where Ctrl-C met code that was made from a string, as an import's data classes are, Python notes that nobody
        # caught it, and `python -m` ends by the signal whatever is returned. Any other such code takes the note back.
        exec("")
    return code


def _leave(code: int) -> None:
    """End the process at once if replicates are under way, which Python would wait for; all that is stored is whole."""
    execution = sys.modules.get("sim.experiment.execution")
    if execution is not None and execution.still_running():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    stopping.asked.set()
    raise KeyboardInterrupt
