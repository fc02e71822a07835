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
from corpuskit.findings import Finding, finding
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
    size: npt.NDArray[np.int64]
    mark: npt.NDArray[np.uint64]
    ids: Any
    record_digest: Any

    def kept(self, split: str) -> npt.NDArray[np.int64]:
        """The records that a split publishes, in release order."""
        return np.flatnonzero((self.fate == KEPT) & (self.split == self.splits.index(split)))


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
) -> Index:
    """Decide the fate of every record: rejected, removed, duplicate, kept, in this order.

    `declared` are splits that exist also without a row; `permitted` says whether a licence may stay, None
    where licences exclude nothing.
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
    _drop_duplicates(table, rank, dedup, fate, reason, kept_by)
    encoded = table["split"].dictionary_encode().combine_chunks() if len(fate) else None
    names = [str(name) for name in encoded.dictionary.to_pylist()] if encoded is not None else []
    splits = tuple(sorted({TRAIN, *declared, *names}, key=split_order))
    codes = np.array([splits.index(name) for name in names] + [-1], dtype=np.int32)
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
        starts, fate, reason, row, rank, kept_by, codes[code], splits,
        np.asarray(table["size"].fill_null(0)).astype(np.int64), words(table["id_digest"])[:, 0],
        table["id"], table["record_digest"],
    )  # fmt: skip


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
        leader = candidates[duplicates(select(candidates), within_source=dedup.within == "source")]
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


def torn_groups(parts: Sequence[Part], places: Callable[[int], dict[str, Any]]) -> Iterator[Finding]:
    """A finding for every text or group that given splits put into more than one split."""
    table = pa.concat_tables(part.table("ledger").select(["text_key", "group", "split"]) for part in parts)
    for key, what in (("text_key", "text"), ("group", "group")):
        first: dict[Any, tuple[str, int]] = {}
        torn: set[Any] = set()
        for index, (value, split) in enumerate(
            zip(table[key].to_pylist(), table["split"].to_pylist(), strict=True)
        ):
            if value is None or split is None:
                continue
            seen = first.setdefault(value, (split, index))
            if seen[0] != split and value not in torn:
                torn.add(value)
                place = places(index)
                message = (
                    f"this {what} is in split {split!r}, and in {seen[0]!r} at {_where(places(seen[1]))}"
                )
                yield finding("torn-group", message, **place)


def _where(place: dict[str, Any]) -> str:
    return f"{place['file']}:{place['line'] or place['record']}"
