"""`python -m sim` is `detention-sim`."""

import sys

from sim.cli.main import main

sys.exit(main())
