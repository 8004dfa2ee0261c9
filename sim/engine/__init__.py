"""Compiled functions, addressed random numbers, clock, array agent sets. Knows no prison."""
