"""The forms in which a release holds its rows beside Parquet: each written from the same rows, and read back.

To add one: a writer in `writers`, a line in `FORMS`, its name in `layout.form_name` and `output.FORMATS`.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa

from corpuskit import layout
from corpuskit.arrow import sound_tables
from corpuskit.features import with_features
from corpuskit.splits import split_order
from corpuskit.writers.arrow import dataset_documents, splits_document, write_stream
from corpuskit.writers.durable import Written
from corpuskit.writers.jsonl import write_jsonl

# The role in the manifest of the documents that describe the Arrow files to `datasets.load_from_disk`.
ARROW_STATE = "arrow-state"
_BLOCK = 8 << 20
# Eight times what a record may have where corpus.toml does not say otherwise; of a stranger's file no more is held.
_MOST_LINE_BYTES = 512 << 20


class Form(NamedTuple):
    """How rows are written to a path and read from an open file; both take the Arrow schema of the rows."""

    write: Callable[[Path, Any, Iterable[Any]], Written]
    read: Callable[[BinaryIO, Any], Iterator[Any]]


def _arrow(source: BinaryIO, schema: Any) -> Iterator[Any]:
    """The rows of an IPC stream as tables; raises ValueError where its columns or features are other ones."""
    with pa.ipc.open_stream(source) as reader:
        meant = with_features(schema)
        if not reader.schema.equals(meant, check_metadata=True):
            raise ValueError(f"its schema is another one: {_apart(reader.schema, meant)}")
        for table in sound_tables(reader):
            yield table.replace_schema_metadata(None)


def _apart(found: Any, meant: Any) -> str:
    for one, other in zip(found, meant, strict=False):
        if not one.equals(other):
            return f"`{one.name}` is {one.type}, the release has `{other.name}` as {other.type}"
    return (
        "its metadata" if len(found) == len(meant) else f"{len(found)} columns, the release has {len(meant)}"
    )


def _jsonl(source: BinaryIO, schema: Any) -> Iterator[Any]:
    """The rows of packed JSON Lines as tables; raises ValueError where a value is of no type of its column."""
    import pyarrow.json as paj

    meant = paj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error")
    with pa.CompressedInputStream(source, "zstd") as stream:
        for block in _lines(stream):
            options = paj.ReadOptions(use_threads=False, block_size=len(block))
            table = paj.read_json(io.BytesIO(block), read_options=options, parse_options=meant)
            if table.column_names != schema.names:
                raise ValueError(f"its columns are {', '.join(table.column_names)}")
            yield table.replace_schema_metadata(None)


def _lines(stream: Any) -> Iterator[bytes]:
    """The bytes of a stream in blocks of whole lines; raises ValueError for a line that no build writes."""
    rest = b""
    while data := stream.read(_BLOCK):
        whole, end, rest = (rest + data).rpartition(b"\n")
        if end:
            yield whole + end
        if len(rest) > _MOST_LINE_BYTES:
            raise ValueError("a line has more than 512 MiB")
    if rest:
        yield rest


FORMS: Mapping[str, Form] = {"arrow": Form(write_stream, _arrow), "jsonl": Form(write_jsonl, _jsonl)}


def regrouped(tables: Iterator[Any], counts: Iterable[int], schema: Any) -> Iterator[Any]:
    """The rows of tables as tables of so many rows, each in one chunk a column.

    Where there are fewer rows, the last ones are shorter; where there are more, the rest is one more table.
    """
    held = schema.remove_metadata().empty_table()
    for count in counts:
        pieces = [held]
        while sum(piece.num_rows for piece in pieces) < count and (more := next(tables, None)) is not None:
            pieces.append(more)
        whole = pa.concat_tables(pieces)
        yield whole.slice(0, count).combine_chunks()
        held = whole.slice(count)
    rest = pa.concat_tables([held, *tables])
    if rest.num_rows:
        yield rest.combine_chunks()


def form_documents(schema: Any, files: Iterable[Mapping[str, Any]]) -> dict[str, bytes]:
    """What `load_from_disk` reads first, by path, from the manifest's entries of the Arrow files; empty without any."""
    shards: dict[str, list[Mapping[str, Any]]] = {}
    for entry in sorted(files, key=lambda entry: str(entry["path"])):
        if entry["role"] == layout.ARROW:
            shards.setdefault(entry["split"], []).append(entry)
    documents = _within(layout.ARROW, splits_document(sorted(shards, key=split_order))) if shards else {}
    for split, entries in shards.items():
        folder = f"{layout.ARROW}/{split}"
        names = [entry["path"].removeprefix(f"{folder}/") for entry in entries]
        documents |= _within(folder, dataset_documents(schema, names, _written(entries), split))
    return documents


def _within(folder: str, documents: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"{folder}/{name}": data for name, data in documents.items()}


def _written(entries: Sequence[Mapping[str, Any]]) -> list[Written]:
    return [Written(entry["rows"], entry["bytes"], entry["sha256"]) for entry in entries]
