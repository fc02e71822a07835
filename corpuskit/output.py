"""[output] of corpus.toml: what is written, in which sizes, and the defaults."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from corpuskit.partitions import FIELDS
from corpuskit.splits import TRAIN

_UNITS = {"B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_UNITS |= {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}


@dataclass(frozen=True, slots=True)
class Output:
    """What is written, sizes in bytes of uncompressed rows; `configs` are fields in the order of their table."""

    configs: tuple[str, ...] = ()
    formats: tuple[str, ...] = ("parquet",)
    compression: str = "zstd:3"
    shard_bytes: int = 256 * 10**6
    row_group_bytes: int = 32 * 2**20
    shards: Mapping[str, int] = field(default_factory=dict)


def output_of(table: Mapping[str, Any]) -> Output:
    """What a checked [output] table says, with its defaults."""
    defaults = Output()
    return Output(
        tuple(name for name in FIELDS if name in table.get("configs", ())),
        tuple(name for name in FORMATS if name in table.get("formats", defaults.formats)),
        table.get("compression", defaults.compression),
        size_of(table.get("shard_bytes", defaults.shard_bytes)),
        size_of(table.get("row_group_bytes", defaults.row_group_bytes)),
        table.get("shards", {}),
    )


def size_of(value: int | str) -> int:
    """Bytes, told as a number or with a unit."""
    if isinstance(value, int):
        return value
    digits = value.rstrip("kKMGTiB ")
    return int(Decimal(digits) * _UNITS[value[len(digits) :].strip()])


# What rows are written as; the first one always.
FORMATS = ("parquet", "arrow", "jsonl")

# Columns of strings count their bytes in 31 bits. A record may grow to three times its bytes in UTF-8.
_MOST_GROUP_BYTES, _MOST_LINE_BYTES = 2**30, 2**29
_LEVELS = {"zstd": (1, 22), "gzip": (1, 9), "brotli": (0, 11)}


def output_mistakes(document: Mapping[str, Any], mistake: Any) -> Iterator[Any]:
    """What the schema of corpus.toml cannot say of sizes, levels, counts and configs.

    `mistake(message, *steps)` makes each, `steps` being the way to the key.
    """
    output = document.get("output", {})
    if document.get("dedup", {}).get("within") == "config" and len(output.get("configs", ())) != 1:
        yield mistake('"config" needs one field in `[output] configs`.', "dedup", "within")
    codec, _, level = output.get("compression", "").partition(":")
    if level and not _LEVELS[codec][0] <= int(level) <= _LEVELS[codec][1]:
        lowest, highest = _LEVELS[codec]
        yield mistake(f"{codec} has the levels {lowest} to {highest}.", "output", "compression")
    usual = Output()
    if FORMATS[0] not in output.get("formats", FORMATS):
        yield mistake('"parquet" is always among the formats: others stand beside it.', "output", "formats")
    row_group = size_of(output.get("row_group_bytes", usual.row_group_bytes))
    if row_group > _MOST_GROUP_BYTES:
        yield mistake("no row group may be larger than 1GiB.", "output", "row_group_bytes")
    elif row_group > size_of(output.get("shard_bytes", usual.shard_bytes)):
        key = "row_group_bytes" if "row_group_bytes" in output else "shard_bytes"
        yield mistake("a row group larger than a shard.", "output", key)
    splits = document.get("splits", {})
    known = {TRAIN, *splits.get("shares", ()), *(s["split"] for s in document["source"] if "split" in s)}
    for name in output.get("shards", {}) if "field" not in splits else ():
        if name not in known:
            yield mistake(f"there is no split {name!r}.", "output", "shards", name)
    if size_of(document.get("limits", {}).get("line_bytes", 1)) > _MOST_LINE_BYTES:
        yield mistake("no record may be larger than 512MiB.", "limits", "line_bytes")
