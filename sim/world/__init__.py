"""Grid, layers, control of ground, places, and the arrays that hold the state."""
