"""The index phase: one fate for each record, decided on keys and never on text.

What stays of a record is some 30 bytes, in columns that lie in files where there are many records; its digests are
read from the parts again for the few records that may be equal to another.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.dedup import Keys, duplicates, same_ids, shared, words
from corpuskit.phases.partition import Partitions, partitioned
from corpuskit.phases.parts import Part
from corpuskit.phases.plan import MapTask
from corpuskit.spec import Dedup
from corpuskit.splits import TRAIN, split_order

KEPT, REJECTED, DUPLICATE, REMOVED = range(4)
FATES = ("kept", "rejected", "duplicate", "removed")
# A part may be of very many short records: so many of them are looked at in one go.
AT_ONCE = 1 << 14
# With more records than this the columns lie in files.
_IN_MEMORY = 8_000_000

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Index:
    """One entry a record, in input order, over all parts.

    `starts` is the first record of each part, one more entry at the end; `ranks` is that of each part's source.
    `reason` is a number in `reasons`, `split` one in `splits`, negative for a reject. `lost` are the duplicates in
    ascending order, `kept_by` the record that is kept in the place of each; `leaders` are these in ascending order,
    `leader_ids` their ids.
    """

    starts: Numbers
    ranks: Numbers
    fate: npt.NDArray[np.uint8]
    reason: npt.NDArray[np.uint8]
    reasons: tuple[str | None, ...]
    split: npt.NDArray[np.int32]
    splits: tuple[str, ...]
    partitions: Partitions
    size: Numbers
    mark: npt.NDArray[np.uint64]
    lost: Numbers
    kept_by: Numbers
    leaders: Numbers
    leader_ids: Any

    def published(self) -> Iterator[tuple[str, str, Numbers]]:
        """Each partition and split that has records, with those records in release order."""
        kept = np.flatnonzero(self.fate == KEPT)
        place = self.partitions.code[kept] * np.int32(len(self.splits)) + self.split[kept]
        order = np.argsort(place, kind="stable")
        kept, place = kept[order], place[order]
        del order  # there may be very many
        starts = np.flatnonzero(np.diff(place, prepend=-1)).tolist()
        places = place[starts].tolist()
        del place
        for number, (start, end) in zip(places, pairwise([*starts, len(kept)]), strict=True):
            partition, split = divmod(number, len(self.splits))
            yield self.partitions.names[partition], self.splits[split], kept[start:end]

    def part_of(self, records: Numbers) -> Numbers:
        """The number of the part of each record."""
        return np.searchsorted(self.starts, records, side="right") - 1

    def rows(self, part: int) -> Numbers:
        """For each record of a part the number of its row there; that of a reject says nothing."""
        fate = self.fate[self.starts[part] : self.starts[part + 1]]
        return np.cumsum(fate != REJECTED) - 1

    def record_digests(self, parts: Sequence[Part]) -> Iterator[npt.NDArray[np.uint8]]:
        """The digests of the kept records, part by part, as rows of 32 bytes."""
        for number, part in enumerate(parts):
            fate = self.fate[self.starts[number] : self.starts[number + 1]]
            column = part.table("ledger")["record_digest"]
            for first in range(0, len(fate), AT_ONCE):
                kept = pa.array(fate[first : first + AT_ONCE] == KEPT)
                digests = column.slice(first, AT_ONCE).filter(kept).combine_chunks()
                yield words(digests).astype(">u8").view(np.uint8).reshape(-1, 32)


class Accounts(NamedTuple):
    """records in = kept + rejected + duplicate + removed."""

    kept: int
    rejected: int
    duplicate: int
    removed: int

    def as_dict(self) -> dict[str, int]:
        """The account with its sum, as the manifest states it."""
        return {"in": sum(self), **self._asdict()}


def build_index(
    tasks: Sequence[MapTask],
    parts: Sequence[Part],
    dedup: Dedup,
    declared: Iterable[str] = (),
    barred: Callable[[str, str], str | None] | None = None,
    configs: Sequence[str] = (),
    folder: Path | None = None,
) -> Index:
    """Decide the fate of every record: rejected, removed, duplicate, kept, in this order.

    `declared` are splits that exist also without a row; `barred` gives the reason for which an article of a
    source under a licence may not stay, None where it may, and is None itself where licences exclude nothing;
    `configs` are the fields that hub configs are made of. In the folder the columns lie where there are many records.
    """
    work = _Work(tasks, parts, folder)
    for number in range(len(parts)):
        work.read(number, barred)
    columns = {name: work.strings(name) for name in configs}
    scope = None
    if dedup.within == "source":
        scope = work.rank
    elif dedup.within == "config":
        scope = _numbered(columns[configs[0]])
    work.drop_duplicates(dedup, scope)
    return work.index(declared, columns)


class _Work:
    """The state of building an index."""

    def __init__(self, tasks: Sequence[MapTask], parts: Sequence[Part], folder: Path | None) -> None:
        self.parts = parts
        self.sources = [task.source.name for task in tasks]
        self.ranks = np.array([task.source.rank for task in tasks], dtype=np.int64)
        counts = [sum(part.records) for part in parts]
        self.starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        self.folder = folder
        self.fate, self.reason = self._column("fate", np.uint8), self._column("reason", np.uint8)
        self.split, self.size = self._column("split", np.int32), self._column("size", np.int64)
        self.mark, self.rank = self._column("mark", np.uint64), self._column("rank", np.int32)
        self.reasons: dict[str | None, int] = {None: 0}
        self.splits: dict[str | None, int] = {}
        self.leader_of: dict[str, Numbers] = {"lost": _NONE, "kept": _NONE}

    def _column(self, name: str, kind: Any) -> Any:
        """Room for one value a record, in a file where there are many."""
        count = int(self.starts[-1])
        if self.folder is None or count <= _IN_MEMORY:
            return np.zeros(count, dtype=kind)
        self.folder.mkdir(parents=True, exist_ok=True)
        return np.memmap(self.folder / name, dtype=kind, mode="w+", shape=(count,))

    def _spans(self, part: int) -> Iterator[tuple[int, slice]]:
        """The records of a part, some at a time: the first of them there, and where they stand among all."""
        start, end = int(self.starts[part]), int(self.starts[part + 1])
        for first in range(start, end, AT_ONCE):
            yield first - start, slice(first, min(first + AT_ONCE, end))

    def read(self, part: int, barred: Callable[[str, str], str | None] | None) -> None:
        """Take from a part what stays of each record."""
        ledger = self.parts[part].table("ledger").select(["reason", "split", "license", "size", "id_digest"])
        self.rank[self.starts[part] : self.starts[part + 1]] = self.ranks[part]
        for first, span in self._spans(part):
            table = ledger.slice(first, span.stop - span.start).combine_chunks()
            rejected = _known(table["reason"])
            self.fate[span] = np.where(rejected, REJECTED, KEPT)
            self.reason[span] = _coded(table["reason"], self.reasons)
            if barred is not None:
                self._remove(part, span, table["license"], rejected, barred)
            self.split[span] = np.where(rejected, -1, _coded(table["split"], self.splits))
            self.size[span] = table["size"].combine_chunks().fill_null(0).to_numpy()
            self.mark[span] = words(table["id_digest"])[:, 0]

    def _remove(
        self, part: int, span: slice, column: Any, rejected: npt.NDArray[np.bool_],
        barred: Callable[[str, str], str | None],
    ) -> None:  # fmt: skip
        """Mark the records that may not stay for their licence."""
        codes: dict[str | None, int] = {}
        license_ = _coded(column, codes)
        for name, number in codes.items():
            reason = None if name is None else barred(self.sources[part], name)
            if reason is not None:
                removed = (license_ == number) & ~rejected
                self.fate[span][removed] = REMOVED
                self.reason[span][removed] = self._reason(reason)

    def _reason(self, name: str) -> int:
        return self.reasons.setdefault(name, len(self.reasons))

    def strings(self, name: str) -> Any:
        """A column of strings of all records, or the names of their sources."""
        if name != "source":
            return pa.concat_tables(part.table("ledger").select([name]) for part in self.parts)[name]
        lengths = np.diff(self.starts).tolist()
        chunks = [pa.repeat(name, rows) for name, rows in zip(self.sources, lengths, strict=True)]
        return pa.chunked_array(chunks, pa.string())

    def drop_duplicates(self, dedup: Dedup, scope: Any) -> None:
        """Mark duplicates, first of ids and then of content, and who is kept in their place."""
        mixed = self._column("mixed", np.uint64)
        for start, end, rank in zip(self.starts[:-1], self.starts[1:], self.ranks, strict=True):
            mixed[start:end] = self.mark[start:end] ^ np.uint64(rank)
        candidates = shared(mixed, self.fate == KEPT)
        del mixed  # there may be very many
        keys = self._keys(candidates, ("id_digest", "record_digest"))
        leader = candidates[same_ids(keys)]
        digests, at = keys.record_digest, np.searchsorted(candidates, leader)
        same = (digests == digests[at]).all(axis=1)
        lost = leader != candidates
        self._lose(candidates[lost & same], "duplicate")
        self._lose(candidates[lost & ~same], "duplicate-id")
        first = (candidates[lost], leader[lost])
        second = self._same_content(scope) if dedup.exact else (_NONE, _NONE)
        lost, kept = np.concatenate([first[0], second[0]]), np.concatenate([first[1], second[1]])
        order = np.argsort(lost)
        lost, kept = lost[order], kept[order]
        # Who lost to an article that then lost to another is kept by that other.
        at = np.minimum(np.searchsorted(lost, kept), max(len(lost) - 1, 0))
        if len(lost):
            kept = np.where(lost[at] == kept, kept[at], kept)
        self.leader_of = {"lost": lost, "kept": kept}

    def _same_content(self, scope: Any) -> tuple[Numbers, Numbers]:
        prefix, has_key = self._column("key", np.uint64), self._column("has_key", np.bool_)
        for number, part in enumerate(self.parts):
            column = part.table("ledger")["dedup_key"]
            for first, span in self._spans(number):
                some = column.slice(first, span.stop - span.start)
                prefix[span], has_key[span] = words(some)[:, 0], _known(some)
        candidates = shared(prefix, (self.fate == KEPT) & has_key)
        keys = self._keys(candidates, ("id_digest", "dedup_key"))
        leader = candidates[duplicates(keys, None if scope is None else scope[candidates])]
        lost = leader != candidates
        self._lose(candidates[lost], "duplicate")
        return candidates[lost], leader[lost]

    def _lose(self, records: Numbers, reason: str) -> None:
        self.fate[records], self.reason[records] = DUPLICATE, self._reason(reason)

    def _keys(self, records: Numbers, names: Sequence[str]) -> Keys:
        """The keys of some records, in ascending order, read from their parts."""
        columns = {name: words(self._gathered(records, name)) for name in names}
        none = np.zeros((len(records), 4), dtype=np.uint64)
        return Keys(
            self.rank[records].astype(np.int64), columns["id_digest"], columns.get("record_digest", none),
            columns.get("dedup_key", none),
        )  # fmt: skip

    def _gathered(self, records: Numbers, name: str) -> Any:
        """The values of a column for records in ascending order."""
        ends = np.searchsorted(records, self.starts)
        chunks = [
            self.parts[number].table("ledger")[name].take(pa.array(records[low:high] - self.starts[number]))
            for number, (low, high) in enumerate(pairwise(ends))
            if low < high
        ]
        kind = pa.string() if name == "id" else pa.binary(32)
        return pa.chunked_array([chunk for column in chunks for chunk in column.chunks], kind)

    def index(self, declared: Iterable[str], columns: dict[str, Any]) -> Index:
        """The index, once every record has its fate."""
        splits = tuple(sorted({TRAIN, *declared, *filter(None, self.splits)}, key=split_order))
        number = {name: number for number, name in enumerate(splits)}
        numbers = np.array([*(number.get(name or "", -1) for name in self.splits), -1], dtype=np.int32)
        self.split[:] = numbers[self.split]
        leaders = np.unique(self.leader_of["kept"])
        return Index(
            self.starts, self.ranks, self.fate, self.reason, tuple(self.reasons), self.split, splits,
            partitioned(columns, self.fate == KEPT), self.size, self.mark, self.leader_of["lost"],
            self.leader_of["kept"], leaders, self._gathered(leaders, "id"),
        )  # fmt: skip


_NONE: Numbers = np.zeros(0, dtype=np.int64)


def _known(column: Any) -> npt.NDArray[np.bool_]:
    """Where a column is not null."""
    known: npt.NDArray[np.bool_] = column.combine_chunks().is_valid().to_numpy(zero_copy_only=False)
    return known


def _coded(column: Any, codes: dict[Any, int]) -> npt.NDArray[np.int64]:
    """The number of each value of a column of strings, null included; values that are new get the next ones."""
    encoded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    if not len(encoded):
        return _NONE
    values = [codes.setdefault(name, len(codes)) for name in encoded.dictionary.to_pylist()]
    numbers: Numbers = np.array(values, dtype=np.int64)[np.asarray(encoded.indices)]
    return numbers


def _numbered(column: Any) -> npt.NDArray[np.int32]:
    """A number for each value of a column of strings, null included."""
    encoded = column.dictionary_encode(null_encoding="encode").combine_chunks()
    return np.asarray(encoded.indices)


def accounts(index: Index, sources: Sequence[str]) -> dict[str, Accounts]:
    """The account of each source."""
    table = np.zeros((len(sources), len(FATES)), dtype=np.int64)
    for number, rank in enumerate(index.ranks):
        fates = index.fate[index.starts[number] : index.starts[number + 1]]
        table[rank] += np.bincount(fates, minlength=len(FATES))
    return {name: Accounts(*(int(n) for n in table[rank])) for rank, name in enumerate(sources)}
