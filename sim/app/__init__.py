"""The browser view: play a run, see what happened and what officials can see of it, and open results."""
