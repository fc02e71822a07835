"""Fits the fields of a record to the article schema: nothing is coerced in silence, nothing is lost.

A value that fits its column stays; what the schema does not know, or what does not fit a column that can
do without it, goes value-preserving to `extra`; what a required column cannot hold is left for the verdict.
"""

from corpuskit.conform.cells import Cells
from corpuskit.conform.columns import Articles, ColumnConformer, left
from corpuskit.conform.conformer import Article, Conformer
from corpuskit.conform.fitters import Misfit, fitter

__all__ = ["Article", "Articles", "Cells", "ColumnConformer", "Conformer", "Misfit", "fitter", "left"]
