"""Converts rows between Parquet, Arrow, JSON Lines and CSV: losslessly, or refused."""
