"""Where the records and bytes of the input went: what was kept, and each loss with its reason."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from corpuskit.phases.index import FATES, Index
from corpuskit.phases.parts import Part

Stage = tuple[str, str, str | None]


def waterfall(index: Index, parts: Sequence[Part], sources: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Records and bytes of each source by fate and reason, as the manifest states them."""
    return stated(_counted(index, parts, sources), sources)


def _counted(
    index: Index, parts: Sequence[Part], sources: Sequence[str]
) -> Iterator[tuple[Stage, int, int | None]]:
    reasons = len(index.reasons)
    for number, part in enumerate(parts):
        first, last = index.starts[number], index.starts[number + 1]
        length = part.table("ledger")["length"]
        codes = index.fate[first:last].astype(np.int64) * reasons + index.reason[first:last]
        records = np.bincount(codes)
        unknown = np.bincount(codes[_nulls(length)], minlength=len(records))
        # Whole numbers are exact in a float up to 2^53, which is 9 petabytes.
        sizes = np.bincount(codes, np.asarray(length.fill_null(0)))
        for code in np.flatnonzero(records):
            fate, reason = divmod(int(code), reasons)
            stage = (sources[index.ranks[number]], FATES[fate], index.reasons[reason])
            yield stage, int(records[code]), None if unknown[code] else int(sizes[code])


def _nulls(column: Any) -> npt.NDArray[np.bool_]:
    return np.asarray(pc.is_null(column))


def stated(
    counted: Iterable[tuple[Stage, int, int | None]], sources: Iterable[str]
) -> dict[str, list[dict[str, Any]]]:
    """Sums by source, fate and reason, in the order of fates; bytes are null where a record's are not known."""
    sums: dict[Stage, tuple[int, int | None]] = {}
    for stage, records, size in counted:
        before, known = sums.get(stage, (0, 0))
        sums[stage] = (before + records, None if size is None or known is None else known + size)
    table: dict[str, list[dict[str, Any]]] = {name: [] for name in sources}
    for (source, fate, reason), (records, size) in sorted(sums.items(), key=_order):
        table[source].append({"fate": fate, "reason": reason, "records": records, "bytes": size})
    return table


def _order(item: tuple[Stage, Any]) -> tuple[str, int, str]:
    (source, fate, reason), _ = item
    return source, FATES.index(fate), reason or ""


def ledger_stages(table: Any) -> Iterator[tuple[Stage, int, int | None]]:
    """Records and bytes by source, fate and reason of lines of a written ledger, as `stated` takes them."""
    sums = [([], "count_all"), ("length", "sum"), ("length", "count")]
    for row in table.group_by(["source", "fate", "reason"]).aggregate(sums).to_pylist():
        known = row["length_count"] == row["count_all"]
        size = row["length_sum"] if known else None
        yield (row["source"], row["fate"], row["reason"]), row["count_all"], size
