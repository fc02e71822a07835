"""What each key of [output] does to the files, and that every reader takes them."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import polars
import pyarrow.parquet as pq
import pytest
from conftest import article, jsonl

import corpuskit

Corpus = Callable[..., Path]

_DRAW = random.Random(20171219)
_WORDS = [f"{_DRAW.randrange(10**6):x}" for _ in range(300)]
# Different lengths, so that cuts by bytes are not cuts by rows.
RECORDS = [
    article(i, text=f"{i} " + " ".join(_DRAW.choices(_WORDS, k=1 + i * 7 % 200)), tags=[i])
    for i in range(120)
]


def build(
    corpus: Corpus, tmp_path: Path, output: str, name: str = "in", records: Any = RECORDS
) -> corpuskit.Release:
    """The release of some records with an [output] table."""
    spec = corpus({"a.jsonl": jsonl(records)}, extra=f"[output]\n{output}\n", folder=name)
    return corpuskit.build(spec, tmp_path / name / "out")


def shards(release: corpuskit.Release) -> list[pq.ParquetFile]:
    """The data files of a release, in order."""
    return [pq.ParquetFile(path) for path in sorted(release.path.glob("data/*.parquet"))]


def loaded(release: corpuskit.Release, tmp_path: Path) -> dict[str, list[str]]:
    """The texts of a release as each reader gives them."""
    from datasets import load_dataset

    files = f"{release.path}/**/*.parquet"
    return {
        "read": [t for batch in corpuskit.read(release.path) for t in batch["text"].to_pylist()],
        "pyarrow": pq.read_table(release.path / "data")["text"].to_pylist(),
        "polars": polars.read_parquet(files)["text"].to_list(),
        "duckdb": [text for (text,) in duckdb.sql(f"select text from '{files}'").fetchall()],
        "datasets": list(load_dataset(str(release.path), cache_dir=str(tmp_path / "hf"))["train"]["text"]),
        "streamed": [row["text"] for row in load_dataset(str(release.path), streaming=True)["train"]],
    }


CODECS = {
    "zstd": "ZSTD", "zstd:1": "ZSTD", "zstd:22": "ZSTD", "gzip": "GZIP", "gzip:9": "GZIP", "brotli:4": "BROTLI",
    "snappy": "SNAPPY", "lz4": "LZ4", "none": "UNCOMPRESSED",
}  # fmt: skip


@pytest.mark.parametrize(("compression", "codec"), CODECS.items())
def test_codecs(corpus: Corpus, tmp_path: Path, compression: str, codec: str) -> None:
    """Every column of every row group has the codec that was asked for, and every reader reads it."""
    release = build(corpus, tmp_path, f'compression = "{compression}"\nrow_group_bytes = "20kB"')
    (file,) = shards(release)
    groups = [file.metadata.row_group(i) for i in range(file.num_row_groups)]
    assert len(groups) > 3
    assert {group.column(i).compression for group in groups for i in range(group.num_columns)} == {codec}
    assert corpuskit.verify(release.path) == []
    texts = [record["text"] for record in RECORDS]
    for reader, found in loaded(release, tmp_path).items():
        assert found == texts, reader


def test_levels_are_what_is_written(corpus: Corpus, tmp_path: Path) -> None:
    """A higher level makes smaller files of the same content."""
    sizes, contents = [], set()
    for level in (1, 19):
        release = build(corpus, tmp_path, f'compression = "zstd:{level}"', name=f"level-{level}")
        sizes.append(next(release.path.glob("data/*")).stat().st_size)
        contents.add(release.content_id)
    assert sizes[1] < sizes[0]
    assert len(contents) == 1


def row_bytes(row: dict[str, Any]) -> int:
    """The size of a row as shards and row groups count it: what its digest is taken over."""
    from corpuskit.digests import row_encoder
    from corpuskit.schema import built_in

    return len(row_encoder(built_in().columns)(row))


@pytest.mark.parametrize(
    ("shard_bytes", "row_group_bytes"), [(15_000, 15_000), (25_000, 3_000), (10**9, 1_500), (1, 1)]
)
def test_sizes_bound_shards_and_row_groups(
    corpus: Corpus, tmp_path: Path, shard_bytes: int, row_group_bytes: int
) -> None:
    """No shard and no row group with more than one row is larger than its maximum, and few are small."""
    output = f"shard_bytes = {shard_bytes}\nrow_group_bytes = {row_group_bytes}"
    release = build(corpus, tmp_path, output)
    files = shards(release)
    rows = [row for file in files for row in file.read().to_pylist()]
    assert [row["id"] for row in rows] == [record["id"] for record in RECORDS]
    for file in files:
        groups = [file.read_row_group(i).to_pylist() for i in range(file.num_row_groups)]
        sizes = [sum(map(row_bytes, group)) for group in groups]
        assert all(
            size <= row_group_bytes or len(group) == 1 for size, group in zip(sizes, groups, strict=True)
        )
        assert sum(sizes) <= shard_bytes or file.metadata.num_rows == 1
    total = sum(map(row_bytes, rows))
    assert len(files) >= total / shard_bytes or len(files) == len(RECORDS)
    # A cut leaves half the maximum on either side wherever rows are smaller than that.
    assert len(files) <= max(1, 2 * total / shard_bytes)
    assert corpuskit.verify(release.path) == []


def test_one_giant_row_stands_alone(corpus: Corpus, tmp_path: Path) -> None:
    """A row larger than shard and row group has one of its own, in its place, and every reader reads on."""
    records = [*RECORDS[:50], article(900, text="raksasa " * 30_000), *RECORDS[50:]]
    release = build(corpus, tmp_path, 'shard_bytes = "20kB"\nrow_group_bytes = "5kB"', records=records)
    alone = [file for file in shards(release) if "a00900" in file.read()["id"].to_pylist()]
    assert [(file.metadata.num_rows, file.num_row_groups) for file in alone] == [(1, 1)]
    texts = [record["text"] for record in records]
    for reader, found in loaded(release, tmp_path).items():
        assert found == texts, reader
    assert corpuskit.verify(release.path) == []


@pytest.mark.parametrize(("asked", "made"), [(1, 1), (7, 7), (64, 64), (120, 120), (700, 120)])
def test_fixed_counts(corpus: Corpus, tmp_path: Path, asked: int, made: int) -> None:
    """`shards` fixes how many files a split has, whatever `shard_bytes` says; none of them is empty."""
    output = f'shards = {{ train = {asked} }}\nshard_bytes = "20kB"\nrow_group_bytes = "10kB"'
    release = build(corpus, tmp_path, output)
    files = shards(release)
    assert len(files) == made
    assert all(file.metadata.num_rows for file in files)
    assert [row for file in files for row in file.read()["id"].to_pylist()] == [r["id"] for r in RECORDS]
    if made < 10:  # of about the same size
        sizes = [sum(map(row_bytes, file.read().to_pylist())) for file in files]
        assert max(sizes) <= 2 * sum(sizes) / made
