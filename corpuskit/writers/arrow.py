"""Rows to Arrow IPC, and the folders that `datasets.load_from_disk` opens, written without it.

A folder of one dataset holds data-00000-of-0000N.arrow (IPC streams), dataset_info.json and state.json; a folder of
several splits holds one such folder a split and dataset_dict.json. Source: `save_to_disk` of datasets 5.2.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from corpuskit.features import features_of, with_features
from corpuskit.writers.durable import Written, durable
from corpuskit.writers.recutting import recut

# A row is read by the record batch it is in; larger ones make it slower to be at a row, smaller ones to be at all.
_ROWS, _MAX_BYTES = 1000, 16 << 20
SPLITS, INFO, STATE = "dataset_dict.json", "dataset_info.json", "state.json"


def write_stream(path: Path, schema: Any, tables: Iterable[Any], *, hashed: bool = True) -> Written:
    """Write record batches or tables as an IPC stream, as hubs have it, with the hub features in its metadata."""
    return _written(path, schema, tables, pa.ipc.new_stream, hashed=hashed)


def write_file(path: Path, schema: Any, tables: Iterable[Any], *, hashed: bool = True) -> Written:
    """Write record batches or tables as an IPC file, which has a directory of its batches at its end."""
    return _written(path, schema, tables, pa.ipc.new_file, hashed=hashed)


def _written(path: Path, schema: Any, tables: Iterable[Any], open_writer: Any, *, hashed: bool) -> Written:
    rows = 0
    schema = with_features(schema)
    # A dictionary that grows is written again whole in a stream; a file allows what is added alone.
    options = pa.ipc.IpcWriteOptions(
        emit_dictionary_deltas=True, unify_dictionaries=open_writer is pa.ipc.new_file
    )
    with durable(path, hashed=hashed) as sink:
        with open_writer(pa.PythonFile(sink, "w"), schema, options=options) as writer:
            for table in recut(tables, schema, rows=_ROWS, max_bytes=_MAX_BYTES):
                writer.write_table(table)
                rows += table.num_rows
        return sink.written(rows)


def shard_name(index: int, count: int) -> str:
    """The name of a shard in the folder of a dataset, counted from 0."""
    return f"data-{index:05d}-of-{count:05d}.arrow"


def write_dataset(
    folder: Path, schema: Any, shards: Sequence[Iterable[Any]], split: str | None = None
) -> list[Written]:
    """Write one dataset into a folder that is made: a file for each stream of tables, and what describes them."""
    folder.mkdir(parents=True, exist_ok=True)
    count = len(shards)
    written = [write_stream(folder / shard_name(i, count), schema, tables) for i, tables in enumerate(shards)]
    describe_dataset(folder, schema, written, split)
    return written


def describe_dataset(folder: Path, schema: Any, shards: Sequence[Written], split: str | None = None) -> None:
    """Write what describes the shards that stand in a folder in this order: dataset_info.json and state.json."""
    names = [shard_name(i, len(shards)) for i in range(len(shards))]
    for name, data in dataset_documents(schema, names, shards, split).items():
        _write(folder / name, data)


def dataset_documents(
    schema: Any, names: Sequence[str], shards: Sequence[Written], split: str | None = None
) -> dict[str, bytes]:
    """What describes the shards of these names, relative to the folder of the dataset: the bytes of each document.

    The fingerprint follows from schema, split and the digests of the shards: equal data has an equal one.
    """
    schema = with_features(schema)
    digest = hashlib.sha256(schema.serialize())
    for part in (split or "", *(each.sha256 for each in shards)):
        digest.update(b"\0" + part.encode())
    features = features_of(schema)
    info: dict[str, Any] = {"citation": "", "description": "", "homepage": "", "license": ""}
    # Features that do not tell of every column would be refused: without any they are taken from the data.
    info["features"] = features if len(features) == len(schema) else None
    if split is not None:
        rows, size = sum(each.rows for each in shards), sum(each.bytes for each in shards)
        info["splits"] = {
            split: {"name": split, "num_bytes": size, "num_examples": rows, "dataset_name": None}
        }
    state: dict[str, Any] = {
        "_data_files": [{"filename": name} for name in names],
        "_fingerprint": digest.hexdigest()[:16],
        "_format_columns": None,
        "_format_kwargs": {},
        "_format_type": None,
        "_output_all_columns": False,
        "_split": split,
    }
    return {INFO: _json(info), STATE: _json(state)}


def describe_splits(folder: Path, splits: Iterable[str]) -> None:
    """Write dataset_dict.json of a folder whose subfolders of these names are datasets."""
    for name, data in splits_document(splits).items():
        _write(folder / name, data)


def splits_document(splits: Iterable[str]) -> dict[str, bytes]:
    """The bytes of dataset_dict.json."""
    return {SPLITS: _json({"splits": list(splits)})}


def write_splits(
    folder: Path, schema: Any, splits: Mapping[str, Sequence[Iterable[Any]]]
) -> dict[str, list[Written]]:
    """Write several splits, each a sequence of shards, into a folder as `DatasetDict.save_to_disk` does."""
    written = {name: write_dataset(folder / name, schema, shards, name) for name, shards in splits.items()}
    describe_splits(folder, splits)
    return written


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=2, sort_keys=True).encode()


def _write(path: Path, data: bytes) -> None:
    with durable(path) as sink:
        sink.write(data)
