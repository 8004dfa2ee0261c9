"""Compiled functions, columns of arrays, addressed random numbers, agent sets over arrays. Knows no prison."""
