"""How a claim relates to the truth."""
