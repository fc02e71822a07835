"""Writes rows as a file of any form, and the card of a folder of such files."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from corpuskit.conversion.ahead import ahead
from corpuskit.conversion.forms import DIRECTORIES, FORMS, suffix_of
from corpuskit.conversion.sidecar import sidecar_of, write_schema
from corpuskit.errors import CannotHold, SpecError
from corpuskit.features import with_features
from corpuskit.parquet import refused_column
from corpuskit.partitions import DEFAULT
from corpuskit.readers.arrow_values import shown
from corpuskit.writers.arrow import write_file, write_stream
from corpuskit.writers.durable import Written
from corpuskit.writers.jsonl import write_jsonl
from corpuskit.writers.parquet import write_groups
from corpuskit.writers.recutting import recut

# Rows of a row group of Parquet, or fewer where they are long.
_ROWS, _BYTES = 50_000, 32 << 20

Tables = Iterable[Any]


def write_rows(path: Path, form: str, schema: Any, tables: Tables, options: Mapping[str, Any]) -> Written:
    """Write tables as a file of a form.

    `options` are the `compression` of Parquet, what stands `instead` of NaN in JSON, and whether files of the other
    forms are `hashed`.
    """
    match form:
        case "parquet":
            return _write_parquet(path, schema, tables, options["compression"])
        case "arrow":
            write = write_file if suffix_of(path.name) in DIRECTORIES else write_stream
            return write(path, schema, tables, hashed=options["hashed"])
        case "jsonl":
            written = write_jsonl(path, schema, tables, options["instead"], hashed=options["hashed"])
        case _:
            from corpuskit.writers.csv import write_csv

            written = write_csv(
                path, schema, tables, "\t" if form == "tsv" else ",", hashed=options["hashed"]
            )
    write_schema(sidecar_of(path), with_features(schema))
    return written


# As in corpus.toml.
_CODEC = re.compile("(zstd|gzip|brotli)(?::([0-9]{1,2}))?|snappy|lz4|none")


def check_compression(compression: str) -> None:
    """Raise SpecError for what is no codec of Parquet, or a level that it has not."""
    hint = "Write zstd, gzip or brotli, with a level as in zstd:3 or without one, or snappy, lz4 or none."
    match = _CODEC.fullmatch(compression)
    if match is None:
        raise SpecError(f"there is no compression {compression[:60]!r}.", hint=hint)
    codec, level = match[1], match[2]
    if level:
        least, most = pa.Codec.minimum_compression_level(codec), pa.Codec.maximum_compression_level(codec)
        if not least <= int(level) <= most:
            raise SpecError(f"{codec} has no level {level}; it has {max(least, 0)} to {most}.", hint=hint)


def _write_parquet(path: Path, schema: Any, tables: Tables, compression: str) -> Written:
    last: Any = None
    rows = 0

    def groups() -> Iterator[Any]:
        nonlocal last, rows
        # The next one is made while this one is packed.
        for group in ahead(recut(tables, schema, rows=_ROWS, max_bytes=_BYTES), 1):
            last, rows = group, rows + group.num_rows
            yield group

    try:
        write_groups(path, with_features(schema), groups(), compression)
    except pa.ArrowException as error:
        name, why = (last is not None and refused_column(last)) or ("?", str(error))
        raise CannotHold(f"Parquet cannot hold the column {shown(name)}: {why[:300]}.") from error
    return Written(rows, path.stat().st_size, "")


def shard_path(form: str, config: str, split: str, *, alone: bool) -> str:
    """The path of a file in a folder as hubs have it; of a folder of one config it lies in data/."""
    folder = "data" if alone and config == DEFAULT else config
    return f"{folder}/{split}-00000-of-00001{FORMS[form].suffix}"


def write_card(folder: Path, form: str, configs: Mapping[str, Iterable[str]]) -> None:
    """A card that tells hubs which files are which config and split: README.md with nothing but that."""
    alone = len(configs) == 1
    entries = [
        {
            "config_name": config,
            "data_files": [
                {"split": split, "path": shard_path(form, config, split, alone=alone)} for split in splits
            ],
        }
        for config, splits in configs.items()
    ]
    # JSON is YAML, as it stands.
    text = f"---\nconfigs: {json.dumps(entries, ensure_ascii=True)}\n---\n"
    (folder / "README.md").write_text(text, encoding="utf-8")
