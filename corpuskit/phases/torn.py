"""Texts and groups that given splits tear apart, found on whole columns."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.findings import Finding, finding, place
from corpuskit.phases.index import Index
from corpuskit.phases.parts import Part

_MOST = 1000

Numbers = npt.NDArray[np.int64]


def torn_groups(
    parts: Sequence[Part], index: Index, places: Callable[[int], dict[str, Any]], file: str
) -> Iterator[Finding]:
    """A finding for every text and every group that stands in more than one split, with the first two places.

    Rejects have no split; duplicates have. At most 1,000 texts and 1,000 groups are listed; one finding more
    says how many there are.
    """
    for key, what in (("text_key", "text"), ("group", "group")):
        first, other = torn(_column(parts, key), index.split)
        for one, two in zip(first[:_MOST].tolist(), other[:_MOST].tolist(), strict=True):
            here, there = index.splits[index.split[two]], index.splits[index.split[one]]
            where = place(finding("torn-group", "", **places(one)))
            message = f"this {what} is in split {here!r}, and in {there!r} at {where}"
            yield finding("torn-group", message, **places(two))
        if len(first) > _MOST:
            message = f"{len(first):,} {what}s are in more than one split; {_MOST:,} of them are listed"
            yield finding("torn-group", message, file=file)


def torn(column: Any, split: npt.NDArray[np.int32]) -> tuple[Numbers, Numbers]:
    """The first record of each value that stands in two splits, and the first of it in another split.

    `column` is an Arrow column and `split` a number for each record, negative for none; null is no value.
    Pairs are in the order of their second records.
    """
    encoded = column.dictionary_encode().combine_chunks()
    code = np.asarray(pc.fill_null(encoded.indices, -1))
    records = np.flatnonzero((code >= 0) & (split >= 0))
    first = _first(code[records], records, len(encoded.dictionary))
    others = records[split[records] != split[first[code[records]]]]
    other = _first(code[others], others, len(encoded.dictionary))
    pairs = np.flatnonzero(other >= 0)
    pairs = pairs[np.argsort(other[pairs])]
    return first[pairs], other[pairs]


def _first(codes: npt.NDArray[np.int32], records: Numbers, count: int) -> Numbers:
    """The first record of each code, in ascending order of records; -1 for a code without one."""
    found = np.full(count, -1, dtype=np.int64)
    found[codes[::-1]] = records[::-1]  # the last that is written stays
    return found


def _column(parts: Sequence[Part], name: str) -> Any:
    """A column of all ledgers; strings with 64-bit offsets, since long groups may be many."""
    column = pa.concat_tables(part.table("ledger").select([name]) for part in parts)[name]
    return column.cast(pa.large_string()) if pa.types.is_string(column.type) else column
