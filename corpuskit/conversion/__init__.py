"""Converts rows between Parquet, Arrow, JSON Lines and CSV: losslessly, or refused."""

from corpuskit.conversion.converting import Converted, convert

__all__ = ["Converted", "convert"]
