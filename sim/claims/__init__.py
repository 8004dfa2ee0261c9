"""The relation of a claim to the truth."""
