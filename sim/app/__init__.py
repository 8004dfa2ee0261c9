"""The browser view: one run of one scenario, what happened and what officials can see of it."""
