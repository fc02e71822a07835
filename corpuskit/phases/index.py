"""The index phase: one fate for each record, decided on keys and never on text."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.dedup.exact import Keys, duplicates, same_ids, words
from corpuskit.phases.partition import Partitions, partitioned
from corpuskit.phases.parts import Part
from corpuskit.phases.plan import MapTask
from corpuskit.spec import Dedup
from corpuskit.splits import TRAIN, split_order

KEPT, REJECTED, DUPLICATE, REMOVED = range(4)
FATES = ("kept", "rejected", "duplicate", "removed")
_COLUMNS = (
    "reason",
    "id",
    "id_digest",
    "text_key",
    "dedup_key",
    "group",
    "split",
    "language",
    "license",
    "record_digest",
    "size",
)


@dataclass(frozen=True, slots=True)
class Index:
    """One entry a record, in input order, over all parts.

    `starts` is the first record of each part, one more entry at the end; `row` is the index of the record's
    row in its part, -1 for a reject; `kept_by` the record that is kept in its place, else itself.
    """

    starts: npt.NDArray[np.int64]
    fate: npt.NDArray[np.uint8]
    reason: list[str | None]
    row: npt.NDArray[np.int64]
    rank: npt.NDArray[np.int64]
    kept_by: npt.NDArray[np.int64]
    split: npt.NDArray[np.int32]
    splits: tuple[str, ...]
    partitions: Partitions
    size: npt.NDArray[np.int64]
    mark: npt.NDArray[np.uint64]
    ids: Any
    record_digest: Any

    def published(self) -> Iterator[tuple[str, str, npt.NDArray[np.int64]]]:
        """Each partition and split that has records, with those records in release order."""
        kept = np.flatnonzero(self.fate == KEPT)
        place = self.partitions.code[kept].astype(np.int64) * len(self.splits) + self.split[kept]
        order = np.argsort(place, kind="stable")
        places, starts = np.unique(place[order], return_index=True)
        for number, start, end in zip(places, starts, [*starts[1:], len(kept)], strict=False):
            partition, split = divmod(int(number), len(self.splits))
            yield self.partitions.names[partition], self.splits[split], kept[order[start:end]]


class Accounts(NamedTuple):
    """records in = kept + rejected + duplicate + removed."""

    kept: int
    rejected: int
    duplicate: int
    removed: int

    def as_dict(self) -> dict[str, int]:
        """The account with its sum, as the manifest states it."""
        return {"in": sum(self), **self._asdict()}


def _keys(parts: Sequence[Part]) -> Any:
    tables = [part.table("ledger").select(list(_COLUMNS)) for part in parts]
    return pa.concat_tables(tables).combine_chunks()


def build_index(
    tasks: Sequence[MapTask],
    parts: Sequence[Part],
    dedup: Dedup,
    declared: Iterable[str] = (),
    permitted: Callable[[str], bool] | None = None,
    configs: Sequence[str] = (),
) -> Index:
    """Decide the fate of every record: rejected, removed, duplicate, kept, in this order.

    `declared` are splits that exist also without a row; `permitted` says whether a licence may stay, None
    where licences exclude nothing; `configs` are the fields that hub configs are made of.
    """
    table = _keys(parts)
    counts = [sum(part.records) for part in parts]
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    rank = np.repeat([task.source.rank for task in tasks], counts).astype(np.int64)
    rejected = np.asarray(pc.is_valid(table["reason"]))
    fate = np.where(rejected, REJECTED, KEPT).astype(np.uint8)
    reason: list[str | None] = table["reason"].to_pylist()
    if permitted is not None:
        _remove(table["license"], fate, reason, permitted)
    kept_by = np.arange(len(fate), dtype=np.int64)
    columns = {name: _sources(tasks, rank) if name == "source" else table[name] for name in configs}
    scope = rank if dedup.within == "source" else None
    if dedup.within == "config":
        scope = _numbered(columns[configs[0]])
    _drop_duplicates(table, rank, dedup, scope, fate, reason, kept_by)
    encoded = table["split"].dictionary_encode().combine_chunks() if len(fate) else None
    names = [str(name) for name in encoded.dictionary.to_pylist()] if encoded is not None else []
    splits = tuple(sorted({TRAIN, *declared, *names}, key=split_order))
    numbers = {name: number for number, name in enumerate(splits)}
    codes = np.array([numbers[name] for name in names] + [-1], dtype=np.int32)
    code = (
        np.asarray(encoded.indices.fill_null(len(names)))
        if encoded is not None
        else np.zeros(0, dtype=np.int32)
    )
    row = np.where(rejected, -1, 0)
    for first, last in pairwise(starts):
        accepted = ~rejected[first:last]
        row[first:last][accepted] = np.arange(int(accepted.sum()))
    return Index(
        starts, fate, reason, row, rank, kept_by, codes[code], splits, partitioned(columns, fate == KEPT),
        np.asarray(table["size"].fill_null(0)).astype(np.int64), words(table["id_digest"])[:, 0],
        table["id"], table["record_digest"],
    )  # fmt: skip


def _sources(tasks: Sequence[MapTask], rank: npt.NDArray[np.int64]) -> Any:
    """The name of each record's source."""
    names = {task.source.rank: task.source.name for task in tasks}
    column = pa.array([names.get(n) for n in range(max(names, default=-1) + 1)], pa.string())
    return pa.chunked_array([column.take(pa.array(rank))])


def _numbered(column: Any) -> npt.NDArray[np.int64]:
    """A number for each value of a column of strings, null included."""
    encoded = column.dictionary_encode(null_encoding="encode").combine_chunks()
    return np.asarray(encoded.indices).astype(np.int64)


def _remove(
    licenses: Any, fate: npt.NDArray[np.uint8], reason: list[str | None], permitted: Callable[[str], bool]
) -> None:
    """Mark as removed what its licence excludes."""
    for index, license_ in enumerate(licenses.to_pylist()):
        if fate[index] == KEPT and license_ is not None and not permitted(license_):
            fate[index], reason[index] = REMOVED, "license-conflict"


def _drop_duplicates(
    table: Any,
    rank: npt.NDArray[np.int64],
    dedup: Dedup,
    scope: npt.NDArray[np.int64] | None,
    fate: npt.NDArray[np.uint8],
    reason: list[str | None],
    kept_by: npt.NDArray[np.int64],
) -> None:
    """Mark duplicates, first of ids and then of content, and who is kept in their place."""
    digests = {name: words(table[name]) for name in ("id_digest", "record_digest", "dedup_key")}
    has_key = np.asarray(pc.is_valid(table["dedup_key"]))

    def select(chosen: npt.NDArray[np.int64]) -> Keys:
        return Keys(
            rank[chosen],
            digests["id_digest"][chosen],
            digests["record_digest"][chosen],
            digests["dedup_key"][chosen],
            has_key[chosen],
        )

    candidates = np.flatnonzero(fate == KEPT)
    leader = candidates[same_ids(select(candidates))]
    for index in candidates[leader != candidates]:
        kept = leader[np.searchsorted(candidates, index)]
        same = bool((digests["record_digest"][index] == digests["record_digest"][kept]).all())
        fate[index], reason[index], kept_by[index] = DUPLICATE, "duplicate" if same else "duplicate-id", kept
    if dedup.exact:
        candidates = np.flatnonzero(fate == KEPT)
        leader = candidates[duplicates(select(candidates), None if scope is None else scope[candidates])]
        lost = leader != candidates
        fate[candidates[lost]] = DUPLICATE
        kept_by[candidates[lost]] = leader[lost]
        for index in candidates[lost]:
            reason[index] = "duplicate"
    # Who lost to an article that then lost to another is kept by that other.
    kept_by[:] = kept_by[kept_by]


def accounts(index: Index, sources: Sequence[str]) -> dict[str, Accounts]:
    """The account of each source."""
    table = np.zeros((len(sources), len(FATES)), dtype=np.int64)
    np.add.at(table, (index.rank, index.fate), 1)
    return {name: Accounts(*(int(n) for n in table[rank])) for rank, name in enumerate(sources)}
