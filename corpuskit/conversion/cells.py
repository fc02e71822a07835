"""From cells of CSV to values as JSON has them, by the type of their column: writers/csv.py writes them."""

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.types as is_a

from corpuskit.conversion.decoding import is_bytes

_INTEGER = re.compile(r"-?\d+", re.ASCII)
_FLOAT = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_BOOLEANS = {"true": True, "false": False}
_NO_NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}

Cells = Callable[[Sequence[Any]], Sequence[Any]]


def cell_values(kind: Any) -> Cells:
    """The function from the cells of a column to values; a cell of another form stays text, which does not fit."""
    if isinstance(kind, pa.BaseExtensionType):
        return list if kind.extension_name == "arrow.uuid" else cell_values(kind.storage_type)
    if is_a.is_dictionary(kind):
        return cell_values(kind.value_type)
    for fits, one in _FORMS:
        if fits(kind):
            return lambda cells: [cell if cell is None else one(cell) for cell in cells]
    return list


def _integer(cell: str) -> Any:
    return int(cell) if len(cell) < 100 and _INTEGER.fullmatch(cell) else cell


def _float(cell: str) -> Any:
    return float(cell) if _FLOAT.fullmatch(cell) else _NO_NUMBERS.get(cell, cell)


_FORMS: tuple[tuple[Callable[[Any], bool], Callable[[str], Any]], ...] = (
    (is_a.is_boolean, lambda cell: _BOOLEANS.get(cell, cell)),
    (is_a.is_integer, _integer),
    (is_a.is_floating, _float),
    (is_bytes, lambda cell: {"base64": cell}),
)
