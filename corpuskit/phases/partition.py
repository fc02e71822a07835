"""Which data files each kept record goes to: a folder for each combination of what configs are made of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from corpuskit.findings import Finding, finding, shortened
from corpuskit.partitions import MAX_PARTITIONS, config_name, partition_name

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Partitions:
    """The folders of the kept records; `code` is the index in `names` of each record's, -1 for those not kept.

    `values` are the values of each field, `count` how many combinations of them occur. Where that is more than
    MAX_PARTITIONS there are no names.
    """

    code: npt.NDArray[np.int32]
    names: tuple[str, ...] = ("",)
    values: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    count: int = 1


def partitioned(columns: Mapping[str, Any], kept: npt.NDArray[np.bool_]) -> Partitions:
    """The partitions of the kept records by columns of strings, one for each field; one folder for none."""
    records = np.flatnonzero(kept)
    code = np.full(len(kept), -1, dtype=np.int32)
    combined = np.zeros(len(records), dtype=np.int64)
    values: dict[str, list[str | None]] = {}
    for name, column in columns.items():
        encoded = column.filter(kept).dictionary_encode(null_encoding="encode").combine_chunks()
        values[name] = encoded.dictionary.to_pylist()
        # Numbered anew after each field, so that no product of counts is too large.
        _, combined = np.unique(
            combined * len(values[name]) + np.asarray(encoded.indices), return_inverse=True
        )
    count = int(combined.max(initial=0)) + 1
    if count > MAX_PARTITIONS:
        return Partitions(code, (), values, count)
    first = np.full(count, -1)
    first[combined[::-1]] = records[::-1]
    folders = [
        partition_name([config_name(name, column[int(record)].as_py()) for name, column in columns.items()])
        for record in first
        if record >= 0
    ]
    # In the order in which their paths sort.
    names = sorted(set(folders), key=lambda folder: f"{folder}/")
    order = np.array([names.index(folder) for folder in folders], dtype=np.int32)
    code[records] = order[combined] if len(records) else -1
    return Partitions(code, tuple(names), values, count)


def config_refusals(partitions: Partitions, file: str) -> Iterator[Finding]:
    """Why configs cannot be made of what the records hold: too many partitions, or two values with one name."""
    if partitions.count > MAX_PARTITIONS:
        counts = ", ".join(f"{len(values):,} values of {name}" for name, values in partitions.values.items())
        made = f"`configs` would make {partitions.count:,} partitions"
        yield finding("unusable-configs", f"{made} ({counts}), of at most {MAX_PARTITIONS:,}.", file=file)
    for name, values in partitions.values.items():
        named: dict[str, list[str]] = {}
        for value in values:
            named.setdefault(config_name(name, value), []).append(shortened(repr(value), 60))
        shared = {config: same for config, same in named.items() if len(same) > 1}
        for config, same in sorted(shared.items())[:_SHOWN]:
            told = " and ".join(sorted(same)[:_SHOWN])
            message = f"`configs`: {told} of {name} would all be the config {config!r}."
            yield finding("unusable-configs", message, file=file)
