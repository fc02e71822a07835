"""What turns JSON Lines into Parquet beside corpuskit, each as a program of its own.

    python benchmarks/converters.py NAME FILE FOLDER

The loops judge every record by the article schema, write a line about each that is invalid, and the others as the
columns that corpuskit makes of a record; fields that have no column go to `extra` as JSON. The libraries know no schema
and take the records as they are. All write zstd level 3 but `datasets`, which takes no codec and writes Snappy.
"""

import json
import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

# Rows that the loops gather before they write.
ROWS = 10_000
# Characters of a message that are kept: it may quote the whole record.
LONGEST = 300
FIELDS = ("id", "title", "text", "language", "license", "url", "authors", "published")


def rules() -> Any:
    """The article schema for a record as it is found: without `source`, which corpus.toml names, and `extra`.

    `uri` stands for `iri`, which jsonschema checks by a grammar that takes longer than all else.
    """
    file = Path(__file__).parent.parent / "schemas" / "article.schema.json"
    schema = json.loads(file.read_bytes())
    schema["required"].remove("source")
    for name in ("source", "extra"):
        del schema["properties"][name]
    schema["properties"]["url"]["format"] = "uri"
    return schema


def jsonschema_rs_loop(file: Path, folder: Path) -> None:
    """The loop with the fastest judge: a verdict, and the first error of what is invalid."""
    import jsonschema_rs

    validator = jsonschema_rs.validator_for(rules(), validate_formats=True)

    def told(record: Any) -> dict[str, Any]:
        first = next(validator.iter_errors(record))
        return {"path": list(first.instance_path), "message": first.message[:LONGEST]}

    _loop(file, folder, validator.is_valid, told)


def jsonschema_loop(file: Path, folder: Path) -> None:
    """The same with the reference library and its format checker."""
    from jsonschema import Draft202012Validator as Validator

    validator = Validator(rules(), format_checker=Validator.FORMAT_CHECKER)

    def told(record: Any) -> dict[str, Any]:
        first = next(validator.iter_errors(record))
        return {"path": list(first.absolute_path), "message": first.message[:LONGEST]}

    _loop(file, folder, validator.is_valid, told)


def _loop(
    file: Path, folder: Path, is_valid: Callable[[Any], bool], first_error: Callable[[Any], dict[str, Any]]
) -> None:
    """The plain loop, in one process: parse, judge, gather rows, write."""
    import orjson
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = ("id", "title", "text", "language", "license", "url", "published_date", "published_raw", "extra")
    schema = pa.schema(
        [(name, pa.string()) for name in texts]
        + [("authors", pa.list_(pa.string())), ("published", pa.timestamp("us", "UTC"))]
    )
    rows: list[dict[str, Any]] = []
    with (
        file.open("rb") as lines,
        (folder / "errors.jsonl").open("w", encoding="utf-8") as errors,
        pq.ParquetWriter(folder / "data.parquet", schema, compression="zstd", compression_level=3) as writer,
    ):
        for number, line in enumerate(lines, 1):
            try:
                record = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                errors.write(json.dumps({"line": number, "message": str(error)}) + "\n")
                continue
            if not is_valid(record):
                errors.write(json.dumps({"line": number, **first_error(record)}) + "\n")
                continue
            row = {name: record.pop(name, None) for name in FIELDS}
            if (printed := row["published"]) is not None:
                row["published"] = datetime.fromisoformat(printed)
                row["published_date"], row["published_raw"] = printed[:10], printed
            row["extra"] = orjson.dumps(record).decode() if record else None
            rows.append(row)
            if len(rows) == ROWS:
                writer.write_table(pa.Table.from_pylist(rows, schema))
                rows.clear()
        if rows:
            writer.write_table(pa.Table.from_pylist(rows, schema))


def datasets_json(file: Path, folder: Path) -> None:
    """`load_dataset`, then `to_parquet`; its cache is made anew."""
    _datasets("json", [file], folder)


def datasets_parquet(release: Path, folder: Path) -> None:
    """The rows of a release, written by `datasets`: what the same columns take in its files."""
    _datasets("parquet", sorted((release / "data").iterdir()), folder)


def _datasets(form: str, files: list[Path], folder: Path) -> None:
    os.environ["HF_HUB_OFFLINE"] = "1"
    import datasets

    datasets.disable_progress_bars()
    data = datasets.load_dataset(
        form, data_files=[*map(str, files)], split="train", cache_dir=str(folder / "cache")
    )
    data.to_parquet(str(folder / "data.parquet"))


def polars_sink(file: Path, folder: Path) -> None:
    """A lazy scan into one file; nothing is checked."""
    import polars as pl

    data = pl.scan_ndjson(file)
    data.sink_parquet(folder / "data.parquet", compression="zstd", compression_level=3)


def duckdb_copy(file: Path, folder: Path) -> None:
    """One statement; nothing is checked."""
    import duckdb

    with duckdb.connect() as database:
        database.execute(f"SET threads = {len(os.sched_getaffinity(0))}")
        database.execute(
            "COPY (SELECT * FROM read_json(?, format = 'newline_delimited')) "
            f"TO '{folder / 'data.parquet'}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3)",
            [str(file)],
        )


CONVERTERS: dict[str, Callable[[Path, Path], None]] = {
    "jsonschema-rs": jsonschema_rs_loop,
    "jsonschema": jsonschema_loop,
    "datasets": datasets_json,
    "datasets-of-release": datasets_parquet,
    "polars": polars_sink,
    "duckdb": duckdb_copy,
}

if __name__ == "__main__":
    CONVERTERS[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
