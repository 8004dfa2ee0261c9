"""Whether the user has asked to stop: code that Ctrl-C meets may make an error of its own of the KeyboardInterrupt."""

import threading

asked = threading.Event()
"""Set by Ctrl-C and SIGTERM."""
