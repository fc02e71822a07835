"""Releases that somebody made to harm whoever verifies them: findings, never a crash nor memory without end."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import article, jsonl

import corpuskit
from corpuskit.arrow import read_tables
from corpuskit.errors import InputError


@pytest.fixture
def release(corpus: Callable[..., Path], tmp_path: Path) -> Path:
    """A small release with its audit folder beside it."""
    return corpuskit.build(corpus({"a.jsonl": jsonl(article(n) for n in range(5))}), tmp_path / "out").path


def test_a_flipped_offset_in_a_file_is_refused(tmp_path: Path) -> None:
    """Arrow would follow it, and read what lies behind its buffer, or end the process."""
    path = tmp_path / "a.arrow"
    table = pa.table({"id": ["satu", "dua", "tiga"]})
    with pa.ipc.new_file(str(path), table.schema) as writer:
        writer.write_table(table)
    ends, data = np.array([0, 4, 7, 11], np.int32).tobytes(), path.read_bytes()
    assert data.count(ends) == 1
    path.write_bytes(data.replace(ends, np.array([0, 4, 1 << 30, 11], np.int32).tobytes()))
    with path.open("rb") as source, pytest.raises(pa.ArrowInvalid):
        list(read_tables(source))


@pytest.mark.parametrize("name", ["findings.jsonl", "navigation.json"])
def test_json_that_is_nested_without_end_is_a_finding(release: Path, name: str) -> None:
    """In a file that no digest guards."""
    audit = release.with_name(release.name + ".audit")
    (audit / name).write_text("[" * 200_000)
    found = [each for each in corpuskit.verify(release) if each.severity == "error"]
    assert {(each.kind, each.file) for each in found} == {("wrong-content", f"{audit.name}/{name}")}


def test_a_ledger_that_claims_very_many_rows_is_not_unpacked(release: Path) -> None:
    """Millions of nulls take next to nothing on the disk."""
    path = release.with_name(release.name + ".audit") / "ledger.parquet"
    schema = pq.read_schema(path)
    nulls = pa.table([pa.nulls(200_000, field.type) for field in schema], schema)
    pq.write_table(nulls, path, row_group_size=200_000)
    found = [each for each in corpuskit.verify(release) if each.severity == "error"]
    assert any("200,000 rows; no build writes so many" in each.message for each in found)


def test_an_input_whose_time_was_set_back_is_told(corpus: Callable[..., Path], tmp_path: Path) -> None:
    """Other bytes of the same number, in the same file, at the same time: the build sees that they came later."""
    spec = corpus({"a.jsonl": jsonl(article(n) for n in range(5))})
    path = spec.parent / "a.jsonl"
    before, data = path.stat(), path.read_bytes()

    def change(phase: str, *_: Any) -> None:
        if phase == "learn":
            with path.open("r+b") as file:
                file.write(data.replace(b"Isi", b"isi"))
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    assert data.replace(b"Isi", b"isi") != data
    with pytest.raises(InputError, match="changed while it was read"):
        corpuskit.build(spec, tmp_path / "out", progress=change)
    shutil.rmtree(tmp_path / "out")
