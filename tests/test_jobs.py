"""Builds in several processes: the same bytes as in one, and a dead worker is one named failure."""

import hashlib
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import article, jsonl

import corpuskit
from corpuskit.phases import plan

EXTRA = """
[splits]
shares = { train = 0.5, test = 0.5 }
[output]
formats = ["parquet", "arrow", "jsonl"]
shards = { train = 3 }
row_group_bytes = "4KB"
"""


@pytest.fixture
def spec(corpus: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A corpus of two files that are cut into many tasks, with records that are rejected, and duplicates."""
    monkeypatch.setattr(plan, "SLICE_BYTES", 4000)
    monkeypatch.setattr(plan, "_GROUP_BYTES", 2000)
    records = [article(i, n=i / 7, published="2017-12-19 13:16:05") for i in range(300)]
    files = {
        "a.jsonl": jsonl([*records[:150], b"{rusak", {"id": "tanpa"}, *records[150:], article(7, id="lain")]),
        "b.jsonl": jsonl(article(i) for i in range(1000, 1100)),
        "c.json": b"[" + b",".join(jsonl([article(i)]) for i in range(2000, 2050)) + b"]",
    }
    return corpus(files, source='timezone = "Asia/Jakarta"', extra=EXTRA)


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_jobs_change_no_byte(spec: Path, tmp_path: Path) -> None:
    """Release and audit folder are the same whatever the number of jobs, and jobs are seen to work."""
    assert len(plan.map_tasks(corpuskit.load_spec(spec), plan.find_inputs(corpuskit.load_spec(spec)))) > 10
    found = []
    for jobs in (1, 2, 5):
        told: list[tuple[str, int, int, int]] = []
        corpuskit.build(
            spec, tmp_path / str(jobs), jobs=jobs, progress=lambda *said, to=told: to.append(said)
        )
        found.append(_digests(tmp_path / str(jobs)))
        mapped = [said for said in told if said[0] == "map"]
        assert mapped[-1][1:3] == (mapped[-1][2],) * 2  # all bytes of all inputs
        assert mapped[-1][3] == 453
    assert found[0] == found[1] == found[2]
    assert len(found[0]) > 15


def test_an_error_in_a_worker_is_the_same_error(spec: Path, tmp_path: Path) -> None:
    """A cut stream in one of the files is that error, with its place, and nothing is released."""
    (spec.parent / "d.jsonl.gz").write_bytes(b"\x1f\x8b\x08\x00rusak")
    spec.write_text(spec.read_text().replace('"c.json"', '"c.json", "d.jsonl.gz"'))
    with pytest.raises(corpuskit.DamagedInput, match=r"d\.jsonl\.gz"):
        corpuskit.build(spec, tmp_path / "out", jobs=2)
    assert not list((tmp_path / "out").glob("tiny*"))


def _children() -> set[int]:
    return {int(p) for p in Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split()}


def test_a_killed_worker_is_one_named_failure(spec: Path, tmp_path: Path) -> None:
    """After kill -9 of a worker the build names the task, exits soon, and leaves nothing behind."""
    before = _children()
    killed: list[int] = []

    def kill(phase: str, *_: int) -> None:
        if phase == "map" and not killed and (workers := _children() - before):
            killed.append(min(workers))
            os.kill(killed[0], signal.SIGKILL)

    started = time.monotonic()
    with pytest.raises(corpuskit.WorkerLost, match="SIGKILL") as lost:
        corpuskit.build(spec, tmp_path / "out", jobs=2, progress=kill)
    assert killed
    assert time.monotonic() - started < 30
    assert lost.value.task.split()[0] in {"a.jsonl", "b.jsonl", "c.json"}
    assert lost.value.exit_code == 3
    assert [p.name for p in (tmp_path / "out").iterdir() if not p.name.startswith(".")] == []
    assert _children() == before
    assert corpuskit.build(spec, tmp_path / "out", jobs=2).accounts["in"] == 453
