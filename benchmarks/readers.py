"""Times the reading of CSV and Parquet beside the readers that everybody uses, interleaved, in CPU and wall seconds.

    python benchmarks/readers.py --articles 50000 --rounds 5

Articles of about 2 KB and of about 60 bytes are written to a temporary folder. A reader of corpuskit gives located
records with the digest of their bytes; `csv.DictReader` and `to_pylist` give dicts and nothing else. Printed are
medians over the rounds: megabytes a second of CPU time, that of other processes included, and of wall time, where a
megabyte is that of the rows as JSON Lines.
"""

import argparse
import csv
import json
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from corpuskit.provenance import Limits, Source
from corpuskit.readers import READERS, Piece

WORDS = [
    "pasar", "nelayan", "sungai", "jalan", "guru", "murid", "sawah", "pantai,", "gunung", "hujan", "panen", '"kereta"',
    "musik", "buku",
]  # fmt: skip
FIELDS = ("id", "title", "text", "date", "url")
SOURCE = Source("s", 0, (), "CC0-1.0")


def write_files(folder: Path, articles: int) -> dict[str, int]:
    """Write long and short articles in each format; the bytes of each sort as JSON Lines."""
    pick = random.Random(17)
    sizes = {}
    for sort, words, count in (("long", 300, articles), ("short", 2, articles * 4)):
        texts = [" ".join(pick.choices(WORDS, k=words)) for _ in range(count)]
        rows = [
            [f"a{n}", f"Judul {n}", text, "2017-12-19", f"https://example.org/{n}"]
            for n, text in enumerate(texts)
        ]
        with (folder / f"{sort}.jsonl").open("w", encoding="utf-8") as lines:
            lines.writelines(json.dumps(dict(zip(FIELDS, row, strict=True))) + "\n" for row in rows)
        with (folder / f"{sort}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([FIELDS, *rows])
        columns = dict(zip(FIELDS, zip(*rows, strict=True), strict=True))
        pq.write_table(
            pa.table({name: pa.array(values) for name, values in columns.items()}), folder / f"{sort}.parquet"
        )
        sizes[sort] = (folder / f"{sort}.jsonl").stat().st_size
    return sizes


def ours(reader: str) -> Callable[[Path], Iterator[Any]]:
    """Reads a file with a reader of corpuskit."""
    return lambda path: READERS[reader](Piece(path, path.name), SOURCE, Limits())


def dict_reader(path: Path) -> Iterator[Any]:
    """Reads a file as the standard library does."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def to_pylist(path: Path) -> Iterator[Any]:
    """Reads a file as pyarrow does."""
    for batch in pq.ParquetFile(path).iter_batches():
        yield from batch.to_pylist()


def through_json(path: Path) -> Iterator[Any]:
    """Reads a file as pyarrow does, each row to JSON and back: what a record is made of, in one process."""
    for row in to_pylist(path):
        yield orjson.loads(orjson.dumps(row))


RACE: tuple[tuple[str, str, Callable[[Path], Iterator[Any]]], ...] = (
    ("corpuskit, jsonl", ".jsonl", ours("jsonl")),
    ("csv.DictReader", ".csv", dict_reader),
    ("corpuskit, csv", ".csv", ours("csv")),
    ("pyarrow, to_pylist", ".parquet", to_pylist),
    ("pyarrow, to_pylist, to JSON and back", ".parquet", through_json),
    ("corpuskit, parquet", ".parquet", ours("parquet")),
)


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def main() -> None:
    """Time each reader on each file, round after round."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--articles", type=int, default=50_000)
    options.add_argument("--rounds", type=int, default=5)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sizes = write_files(Path(folder), asked.articles)
        print("| articles | reader | records | MB/s by CPU | MB/s by wall |\n|---|---|---:|---:|---:|")
        for sort, size in sizes.items():
            spent: dict[str, list[tuple[float, float]]] = {title: [] for title, _, _ in RACE}
            counts: dict[str, int] = {}
            for _ in range(asked.rounds):
                for title, suffix, read in RACE:
                    cpu, wall = _cpu(), time.perf_counter()
                    counts[title] = sum(1 for _ in read(Path(folder) / (sort + suffix)))
                    spent[title].append((_cpu() - cpu, time.perf_counter() - wall))
            for title, times in spent.items():
                by_cpu, by_wall = (
                    size / 1e6 / statistics.median(values) for values in zip(*times, strict=True)
                )
                print(f"| {sort} | {title} | {counts[title]:,} | {by_cpu:,.0f} | {by_wall:,.0f} |")


if __name__ == "__main__":
    main()
