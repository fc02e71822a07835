"""Provenance files: cut at the rows' own marks, so that a change of one record leaves most of them as they are."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from conftest import article, jsonl

import corpuskit
from corpuskit.phases import plan, provenance

NAMES = [f"{letter}.jsonl" for letter in "abcdefgh"]
MOST = 40


@pytest.fixture
def spec(corpus: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Eight files of a hundred records, one in ten of them broken, each in a task of its own."""
    monkeypatch.setattr(plan, "_GROUP_FILES", 1)
    monkeypatch.setattr(provenance, "_MOST_ROWS", MOST)
    return corpus({name: jsonl(records(100 * n)) for n, name in enumerate(NAMES)})


def records(first: int) -> list[Any]:
    """A hundred records."""
    made: list[Any] = [article(first + n) for n in range(100)]
    made[3::10] = [b"{rusak"] * 10
    return made


def files(release: corpuskit.Release) -> dict[str, tuple[int, int]]:
    """The rows that the manifest tells of each provenance file, and its inode."""
    manifest = json.loads((release.path / "manifest.json").read_text())
    own = [entry for entry in manifest["files"] if entry["role"] == "provenance"]
    return {e["path"]: (e["rows"], (release.path / e["path"]).stat().st_ino) for e in own}


def rows(release: corpuskit.Release) -> list[dict[str, Any]]:
    """The rows of all files in the manifest's order."""
    found: list[dict[str, Any]] = []
    for name in files(release):
        with pa.memory_map(str(release.path / name)) as source:
            table = pa.ipc.open_file(source).read_all()
            sizes = [batch.num_rows for batch in table.to_batches()]
            assert all(size == provenance._BATCH_ROWS for size in sizes[:-1]), sizes
            found += table.to_pylist()
    return found


def test_files_hold_all_rows_in_input_order(
    spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half the maximum to the maximum in each file, whole in their order, and the same rows as in one file."""
    monkeypatch.setattr(provenance, "_BATCH_ROWS", 16)
    release = corpuskit.build(spec, tmp_path / "many", jobs=1)
    told = files(release)
    assert list(told) == [f"provenance/{n:05d}.arrow" for n in range(len(told))]
    assert len(told) >= 720 // MOST
    assert all(MOST // 2 <= count <= MOST for count, _ in told.values()), told
    found = rows(release)
    assert [row["id"] for row in found] == [
        str(json.loads(line)["id"])
        for name in NAMES
        for line in (spec.parent / name).read_bytes().splitlines()
        if line != b"{rusak"
    ]
    for row in found:
        raw = (spec.parent / row["file"]).read_bytes()
        line = raw[row["offset"] : row["offset"] + row["length"]]
        assert json.loads(line)["id"] == row["id"]
        assert raw[: row["offset"]].count(b"\n") + 1 == row["line"]
    assert corpuskit.verify(release.path) == []
    monkeypatch.setattr(provenance, "_MOST_ROWS", 10_000)
    monkeypatch.setattr(provenance, "_BATCH_ROWS", 10_000)
    whole = corpuskit.build(spec, tmp_path / "one")
    with pa.memory_map(str(whole.path / "provenance" / "00000.arrow")) as source:
        assert pa.ipc.open_file(source).read_all().to_pylist() == found
    assert whole.content_id == release.content_id


@pytest.mark.parametrize("change", ["a record more", "a record less", "a record edited", "a file more"])
def test_a_change_leaves_other_files_as_they_are(spec: Path, tmp_path: Path, change: str) -> None:
    """What a change does not touch is linked: at most the files of its own part and one on either side are new."""
    before = files(corpuskit.build(spec, tmp_path))
    path = spec.parent / "d.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    if change == "a record more":
        lines.insert(50, jsonl([article(7000)]))
    elif change == "a record less":
        del lines[50]
    elif change == "a record edited":
        lines[50] = jsonl([article(350, text="Isi baru.")])
    else:
        (spec.parent / "d2.jsonl").write_bytes(jsonl([article(7000)]))
        spec.write_text(spec.read_text().replace('"d.jsonl"', '"d.jsonl", "d2.jsonl"'))
    path.write_bytes(b"".join(lines))
    release = corpuskit.build(spec, tmp_path, replace=True)
    after, old = files(release), {inode for _, inode in before.values()}
    new = [name for name, (_, inode) in after.items() if inode not in old]
    assert 1 <= len(new) <= 90 // (MOST // 2) + 3 < len(after) // 2
    assert corpuskit.verify(release.path) == []
    fresh = corpuskit.build(spec, tmp_path / "fresh", cache=False)
    assert fresh.root_digest == release.root_digest


def test_a_release_without_rows_has_one_empty_file(corpus: Callable[..., Path], tmp_path: Path) -> None:
    """What reads provenance finds a file, also where nothing was kept."""
    spec = corpus({"a.jsonl": b"{rusak\n"})
    release = corpuskit.build(spec, tmp_path)
    assert [count for count, _ in files(release).values()] == [0]
    assert rows(release) == []


def test_every_job_count_makes_the_same_files(spec: Path, tmp_path: Path) -> None:
    """In this process or in others: the same bytes."""
    one, two = (corpuskit.build(spec, tmp_path / str(n), jobs=n) for n in (1, 2))
    for name, other in itertools.zip_longest(files(one), files(two)):
        assert name == other
        assert (one.path / name).read_bytes() == (two.path / name).read_bytes()
    assert one.root_digest == two.root_digest
