"""Experiments: run the replicates of a design in batches, store them as Parquet, read them."""
