"""The map and its layers, control of ground, codes, the scenario's numbers, and the arrays that hold the state."""
