"""Exact duplicates over digests: sort, then compare neighbours."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Keys:
    """One entry an article, in input order; digests as four big-endian words each."""

    rank: Numbers
    id_digest: Words
    record_digest: Words
    dedup_key: Words


def words(column: Any) -> Words:
    """A binary(32) Arrow column as an array of shape (n, 4); null is zero."""
    import pyarrow as pa

    filled = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    filled = filled.fill_null(bytes(32))
    if len(filled) == 0:
        return np.zeros((0, 4), dtype=np.uint64)
    data = filled.buffers()[1]
    raw = np.frombuffer(data, dtype=">u8", count=len(filled) * 4, offset=filled.offset * 32)
    return raw.astype(np.uint64).reshape(-1, 4)


def _first_of_equal(group: list[Any], order: list[Any]) -> Numbers:
    """For each entry the index of the entry that leads its group: equal in `group`, first by `order`."""
    keys = [*group, *order]
    position = np.lexsort(tuple(reversed(keys)))
    same = np.ones(len(position), dtype=bool)
    same[:1] = False
    for key in group:
        ordered = key[position]
        same[1:] &= ordered[1:] == ordered[:-1]
    starts = np.where(~same, np.arange(len(position)), 0)
    leader_at = np.maximum.accumulate(starts) if len(starts) else starts
    leader = np.empty(len(position), dtype=np.int64)
    leader[position] = position[leader_at]
    return leader


def _columns(digests: Words) -> list[Any]:
    return [digests[:, i] for i in range(digests.shape[1])]


# So many values are sorted at once.
_AT_ONCE = 1_000_000


def shared(values: Words, chosen: npt.NDArray[np.bool_]) -> Numbers:
    """The chosen entries, in ascending order, whose 64 bits another one has too: the only ones that may be equal."""
    ranges = int(np.count_nonzero(chosen)) // _AT_ONCE + 1
    range_of = np.zeros(len(values), dtype=np.uint16)
    for start in range(0, len(values) if ranges > 1 else 0, _AT_ONCE):
        high = values[start : start + _AT_ONCE] >> np.uint64(32)
        range_of[start : start + _AT_ONCE] = (high * np.uint64(ranges)) >> np.uint64(32)
    found: list[Numbers] = []
    for part in range(ranges):
        own = np.flatnonzero(chosen & (range_of == part))
        order = own[np.argsort(values[own])]
        same = values[order[1:]] == values[order[:-1]]
        found.append(order[np.append(same, False) | np.append(False, same)] if len(order) else order)
    return np.sort(np.concatenate(found))


def same_ids(keys: Keys) -> Numbers:
    """For each article the index of the one that keeps its (source, id): the smallest record digest."""
    entry = np.arange(len(keys.rank))
    group = [keys.rank, *_columns(keys.id_digest)]
    return _first_of_equal(group, [*_columns(keys.record_digest), entry])


def duplicates(keys: Keys, scope: Numbers | None = None) -> Numbers:
    """For each article the index of the one that is kept of all equal to it: smallest (source rank, id digest).

    Each has a key; with a `scope` it equals only articles with the same number.
    """
    entry = np.arange(len(keys.rank))
    group = [*_columns(keys.dedup_key), *([] if scope is None else [scope])]
    return _first_of_equal(group, [keys.rank, *_columns(keys.id_digest), entry])
