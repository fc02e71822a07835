"""benchmarks/build.py runs, prints what it promises, and runs what it says."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import contenders
import pyarrow.parquet as pq
import pytest
from conftest import REPOSITORY
from contenders import AGAIN, ONE_JOB, Row, absent, keep_release, once, prepared, write_valid
from converters import CONVERTERS, FIELDS
from inputs import generated, lines, tiny

import corpuskit

BENCHMARKS = REPOSITORY / "benchmarks"


def _run(
    program: str, *options: "str | Path", **environment: "str | Path"
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(BENCHMARKS / program), *map(str, options)], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), **{k: str(v) for k, v in environment.items()}},
    )  # fmt: skip


def test_a_release_that_was_kept_makes_room_for_the_next(tmp_path: Path) -> None:
    """What an earlier run has left in a folder that is kept is in nobody's way."""
    files = prepared(generated(tmp_path, 30_000, 0.0, 0.0), "64MB")
    for _ in range(2):
        keep_release(once(ONE_JOB, files), files)
    assert (files.of(AGAIN) / "manifest.json").is_file()


def test_a_build_is_timed_beside_every_contender(tmp_path: Path) -> None:
    """Each row has its line with figures, as have sizes, phases and targets; nothing is left behind."""
    done = _run("build.py", "--bytes", "600KB", "--rounds", "1", TMPDIR=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    cells = {
        line.split(" | ")[0].removeprefix("| "): line.split(" | ")[1:] for line in done.stdout.splitlines()
    }
    for row in contenders.RACE:
        assert f"| {row.title} |" in done.stdout
    assert cells["corpuskit, neither durable nor read back"][3] == cells["corpuskit build, one job"][3] != "0"
    phases = {"pin", "learn", "map", "index", "write", "finish", "commit", "start and end"}
    assert phases <= set(cells)
    assert cells["size, share of datasets', same rows and columns"][:2] == ["at most 0.66", "at most 0.62"]
    assert cells["datasets, from the rows and columns of the release"][2] == "13"
    assert "Each record has its planted fate." in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.long
def test_memory_and_tiny_records_are_measured(tmp_path: Path) -> None:
    """Both modes print a line for each size; a fate that is not the planted one is told, and is exit 1."""
    done = _run("build.py", "--memory", "100KB", "300KB", "--keep", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("| corpuskit build |") == 2
    truth = tmp_path / "300000-0.01-0.0" / "truth-summary.json"
    summary = json.loads(truth.read_bytes())
    summary["accounts"]["kept"] += 1
    truth.write_text(json.dumps(summary))
    done = _run("build.py", "--memory", "300KB", "--keep", tmp_path)
    assert (done.returncode, "FATES DIFFER" in done.stdout) == (1, True)
    done = _run("build.py", "--tiny", "100", "300", "--rounds", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n| 100 | " in done.stdout
    assert "A record of 300 takes" in done.stdout


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of a generated corpus, a tenth of it invalid; its inputs lie beside it."""
    files = prepared(generated(tmp_path_factory.mktemp("corpus"), 1_500_000, 0.1, 0.0), "64MB")
    write_valid(files)
    return corpuskit.build(files.spec, files.spec.parent / "out").path


def _by_id(files: "list[Path]") -> dict[str, dict[str, Any]]:
    rows = [row for file in files for row in pq.ParquetFile(file).read().to_pylist()]
    found = {row["id"]: {**row, "extra": row["extra"] and json.loads(row["extra"])} for row in rows}
    assert len(found) == len(rows)
    return found


@pytest.mark.parametrize("name", ["jsonschema-rs", "jsonschema"])
def test_a_loop_writes_what_a_build_publishes(release: Path, tmp_path: Path, name: str) -> None:
    """Sound records are the same in every column; each record that is left out has its line of errors."""
    if absent(Row("", name)):
        pytest.skip("the group bench is not installed")
    raw, valid = release.parent.parent / "data" / "bench-00000.jsonl", release.parent.parent / "valid.jsonl"
    CONVERTERS[name](raw, tmp_path)
    ours, theirs = _by_id(sorted((release / "data").iterdir())), _by_id([tmp_path / "data.parquet"])
    for id_ in (json.loads(line)["id"] for line in lines(valid)):
        for column in (*FIELDS, "published_date", "published_raw", "extra"):
            assert ours[id_][column] == theirs[id_][column]
    errors = [json.loads(line) for line in lines(tmp_path / "errors.jsonl")]
    assert len(errors) + len(theirs) == sum(1 for _ in lines(raw))
    assert all(error["message"] for error in errors)


@pytest.mark.parametrize("name", ["datasets", "polars", "duckdb"])
def test_a_library_writes_every_valid_record(release: Path, tmp_path: Path, name: str) -> None:
    """What is given to those that check nothing is sound, and all of it arrives."""
    valid = release.parent.parent / "valid.jsonl"
    CONVERTERS[name](valid, tmp_path)
    ids = pq.read_table(tmp_path / "data.parquet", columns=["id"])["id"].to_pylist()
    assert sorted(ids) == sorted(json.loads(line)["id"] for line in lines(valid))


def test_tiny_records_are_articles(tmp_path: Path) -> None:
    """Each is kept."""
    files = prepared(tiny(tmp_path, 50), "64MB")
    assert corpuskit.build(files.spec, tmp_path / "out").accounts["kept"] == 50


# What an interpreter does when it starts: each call of fsync leaves a note.
SITE = """
import os
fsync = os.fsync
def noted(descriptor):
    with open(os.environ["NOTES"], "a") as notes:
        notes.write("fsync\\n")
    fsync(descriptor)
os.fsync = noted
"""


@pytest.mark.parametrize(("start", "durable"), [(["undurable"], False), (["timed"], True)])
def test_what_is_left_out_is_left_out_in_workers_too(
    tmp_path: Path, start: "list[str]", durable: bool
) -> None:
    """Without durability no process calls fsync, and the rows are the same."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(SITE)
    files = prepared(generated(tmp_path / "made", 300_000, 0.01, 0.0), "64MB")
    options = ["build", files.spec, "--out", tmp_path / "out", "--jobs", "2", "--format", "json"]
    path = f"{tmp_path / 'site'}:{REPOSITORY}"
    done = _run("altered.py", *start, *options, PYTHONPATH=path, NOTES=tmp_path / "notes")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "notes").exists() == durable
    told = json.loads(done.stdout[done.stdout.index("{\n") :])
    assert told["content_id"] == corpuskit.build(files.spec, tmp_path / "other").content_id


@pytest.mark.parametrize(("start", "found"), [("undurable", False), ("timed", True)])
def test_no_shard_is_read_back(tmp_path: Path, start: str, found: bool) -> None:
    """A shard that reads back as nothing is found by a build that is only timed, and not where none is read back."""
    files = prepared(generated(tmp_path / "made", 30_000, 0.0, 0.0), "64MB")
    code = (
        f"import sys; sys.path.insert(0, {str(BENCHMARKS)!r}); import altered\n"
        "from corpuskit import parquet; parquet.read_groups = lambda path: iter([None])\n"
        "altered.main()"
    )
    options = ["build", str(files.spec), "--out", str(tmp_path / "out"), "--jobs", "1", "--format", "json"]
    done = subprocess.run([sys.executable, "-c", code, start, *options], capture_output=True, check=False)
    assert (done.returncode != 0) == found, done.stderr
