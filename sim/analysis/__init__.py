"""Analyses of results: arrays in, small records out, one method a file."""
