"""`python -m sim` is `detention-sim`."""

import sys

from sim.cli.start import start

sys.exit(start())
