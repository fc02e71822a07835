"""What build.py runs: the rows of its tables, their commands, what they read and what they wrote."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq
from children import Spent, cores, run
from inputs import lines, write

HERE = Path(__file__).parent
CORES = 2


class Row(NamedTuple):
    """One row of a table: what runs, on which file, and in how many processes where it has several."""

    title: str
    runs: str
    file: str = "raw"
    jobs: int = CORES


CORPUSKIT = Row("corpuskit build", "corpuskit")
UNDURABLE = Row("corpuskit, neither durable nor read back", "undurable")
ONE_JOB = Row("corpuskit build, one job", "corpuskit", jobs=1)
TIMED = Row("corpuskit build, phases timed", "timed")
LOOP = Row("loop: orjson, jsonschema-rs, from_pylist", "jsonschema-rs")
SLOW_LOOP = Row("loop: orjson, jsonschema, from_pylist", "jsonschema")
DATASETS = Row("datasets, no check, valid records alone", "datasets", "valid")
POLARS = Row("polars, no check, valid records alone", "polars", "valid")
DUCKDB = Row("duckdb, no check, valid records alone", "duckdb", "valid")
RACE = [CORPUSKIT, UNDURABLE, ONE_JOB, LOOP, SLOW_LOOP, DATASETS, POLARS, DUCKDB]
AGAIN = Row("datasets, from the rows and columns of the release", "datasets-of-release", "release")
# How each is started that is corpuskit; the others are functions of converters.py.
STARTS = {
    "corpuskit": ["-P", "-m", "corpuskit"],
    "undurable": [str(HERE / "altered.py"), "undurable"],
    "timed": [str(HERE / "altered.py"), "timed"],
}

# What a contender needs beyond what corpuskit depends on; without these two jsonschema takes any string for a date.
NEEDS = {
    "jsonschema": ("rfc3339_validator", "rfc3986_validator"),
    "polars": ("polars",),
    "duckdb": ("duckdb",),
}


class Files(NamedTuple):
    """What the rows read, and the folder that they write to."""

    raw: Path
    spec: Path
    out: Path

    @property
    def truth(self) -> dict[str, int]:
        """How many records must have which fate."""
        summary = json.loads((self.spec.parent / "truth-summary.json").read_bytes())
        return summary["accounts"]

    def of(self, row: Row) -> Path:
        """The file, or release, that a row reads."""
        return {
            "raw": self.raw,
            "valid": self.raw.parent.parent / "valid.jsonl",
            "release": self.out / "kept",
        }[row.file]


class Made(NamedTuple):
    """What a row wrote: its Parquet files, their bytes, rows and columns."""

    files: int
    bytes: int
    rows: int
    columns: int


def prepared(raw: Path, shard_bytes: str) -> Files:
    """The files of a corpus that generate.py wrote: beside its own a spec with shards of that size."""
    home = raw.parent.parent
    spec = home / f"{shard_bytes}.toml"
    text = (home / "corpus.toml").read_text(encoding="utf-8")
    spec.write_text(f'{text}\n[output]\nshard_bytes = "{shard_bytes}"\n', encoding="utf-8")
    return Files(raw, spec, home.parent / "out")


def write_valid(files: Files) -> None:
    """Write the records that nothing was done to, for what would break on the others or take them as they are."""

    def sound() -> Iterator[bytes]:
        truth = lines(files.spec.parent / "truth.jsonl")
        yield from (raw for raw, row in zip(lines(files.raw), truth, strict=True) if b'"way":null' in row)

    if not files.of(DATASETS).exists():
        write(files.of(DATASETS), sound())


def absent(row: Row) -> bool:
    """Whether something that a row needs is not here."""
    return not all(find_spec(name) for name in NEEDS.get(row.runs, ()))


@cache
def uncached() -> list[str]:
    """The option that keeps a build from using what an earlier one left, where there is such a thing."""
    help_text = subprocess.run(
        [sys.executable, *STARTS["corpuskit"], "build", "--help"], check=True, capture_output=True
    )
    return ["--no-cache"] if b"--no-cache" in help_text.stdout else []


def command(row: Row, files: Files) -> list[str]:
    """The command of a row."""
    if row.runs not in STARTS:
        return [sys.executable, str(HERE / "converters.py"), row.runs, str(files.of(row)), str(files.out)]
    build = ["build", str(files.spec), "--out", str(files.out), "--jobs", str(row.jobs), "--format", "json"]
    return [sys.executable, *STARTS[row.runs], *build, *uncached()]


def once(row: Row, files: Files, *, memory: bool = False) -> Spent:
    """Run a row into an empty folder, when all that was written before is on the disk."""
    for each in (each for each in files.out.glob("*") if each.name != "kept"):
        shutil.rmtree(each) if each.is_dir() else each.unlink()
    files.out.mkdir(parents=True, exist_ok=True)
    os.sync()
    spent = run(command(row, files), cores(CORES), memory=memory)
    if row.runs in STARTS and outcome(spent)["release"] is None:
        sys.exit(f"{row.title}: refused")
    return spent


def outcome(spent: Spent) -> dict[str, Any]:
    """What a build said of itself; before that may stand what its phases took."""
    return json.loads(spent.out[spent.out.index("{\n") :])


def phases(spent: Spent) -> dict[str, tuple[float, float]]:
    """Wall and CPU seconds by phase, of a run of TIMED."""
    return {name: (wall, cpu) for name, (wall, cpu) in json.loads(spent.out.splitlines()[0]).items()}


def made(row: Row, files: Files, spent: Spent) -> Made:
    """What the run of a row has just written."""
    folder = Path(outcome(spent)["release"]) / "data" if row.runs in STARTS else files.out
    written = sorted(folder.glob("*.parquet"))
    rows = sum(pq.read_metadata(each).num_rows for each in written)
    return Made(
        len(written),
        sum(each.stat().st_size for each in written),
        rows,
        len(pq.read_schema(written[0]).names),
    )


def keep_release(spent: Spent, files: Files) -> None:
    """Put the release of a run aside, where a run of AGAIN finds it."""
    shutil.rmtree(files.of(AGAIN), ignore_errors=True)
    Path(outcome(spent)["release"]).rename(files.of(AGAIN))
