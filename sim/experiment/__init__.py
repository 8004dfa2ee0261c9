"""Experiments: a design, its replicates run in batches, stored as Parquet, read again."""
