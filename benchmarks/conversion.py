"""`corpuskit convert` beside datasets, polars and DuckDB: each conversion a process of its own, in turns, as ratios.

    python benchmarks/conversion.py [MEGABYTES] [ROUNDS]

JSON Lines to Parquet, and Parquet to Arrow and JSON Lines. `datasets` takes no codec for Parquet and writes Snappy,
corpuskit too unless it is told otherwise; polars and DuckDB write zstd level 3. None of the libraries checks a value.
Imports are in the time; the peak is that of the process and of the largest that it starts, together.
"""

import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import orjson

DATASETS = (
    "import datasets; datasets.disable_progress_bars()\n"
    "d = datasets.load_dataset({builder!r}, data_files={a!r}, split='train', cache_dir={b!r} + '.cache')\n"
)
CORPUSKIT = "from corpuskit.conversion import convert; convert([{a!r}], {b!r}, replace=True)"
CODEC = "from corpuskit.conversion import convert; convert([{a!r}], {b!r}, replace=True, compression=%r)"
RUNS = {
    ("jsonl", "parquet"): {
        "corpuskit": CORPUSKIT,
        "corpuskit, zstd 3": CODEC % "zstd:3",
        "corpuskit, zstd 1": CODEC % "zstd:1",
        "datasets": DATASETS + "d.to_parquet({b!r})",
        "polars": "import polars\n"
        "polars.scan_ndjson({a!r}).sink_parquet({b!r}, compression='zstd', compression_level=3)",
        "duckdb": "import duckdb; duckdb.sql(\"copy (from read_json({a!r}, format='newline_delimited')) "
        "to '{b}' (format parquet, compression zstd)\")",
    },
    ("parquet", "arrow"): {
        "corpuskit": CORPUSKIT,
        "datasets": DATASETS + "d.save_to_disk({b!r})",
        "polars": "import polars; polars.scan_parquet({a!r}).sink_ipc({b!r})",
    },
    ("parquet", "jsonl"): {
        "corpuskit": CORPUSKIT,
        "datasets": DATASETS + "d.to_json({b!r})",
        "polars": "import polars; polars.scan_parquet({a!r}).sink_ndjson({b!r})",
        "duckdb": "import duckdb; duckdb.sql(\"copy (from '{a}') to '{b}' (format json)\")",
    },
}


def articles(path: Path, megabytes: int) -> None:
    """A file of JSON Lines of about so many megabytes, the same each time."""
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghijklmnoprstuy", k=chance.randint(2, 9))) for _ in range(20_000)]
    with path.open("wb") as file:
        number = 0
        while file.tell() < megabytes * 10**6:
            row = {"id": str(number), "title": " ".join(chance.choices(words, k=7)), "n": number,
                   "text": " ".join(chance.choices(words, k=chance.randint(300, 800))), "authors": ["a", "b"],
                   "published": "2017-12-19T13:16:05Z", "language": "id", "license": "CC0-1.0"}  # fmt: skip
            file.write(orjson.dumps(row) + b"\n")
            number += 1


def measured(code: str) -> tuple[float, float, int]:
    """Wall seconds, CPU seconds and peak MiB, of Python code in a process of its own."""
    peak = "sum(r.getrusage(who).ru_maxrss for who in (r.RUSAGE_SELF, r.RUSAGE_CHILDREN))"
    watched = f"{code}\nimport resource as r\nprint({peak})"
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run([sys.executable, "-c", watched], check=True, capture_output=True, text=True)
    wall, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, int(done.stdout.split()[-1]) >> 10


def main(megabytes: int, rounds: int) -> None:
    """Print a table for each conversion."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        articles(folder / "in.jsonl", megabytes)
        made = (CODEC % "zstd:3").format(a=str(folder / "in.jsonl"), b=str(folder / "in.parquet"))
        subprocess.run([sys.executable, "-c", made], check=True)
        for (source, target), peers in RUNS.items():
            found: dict[str, list[tuple[float, float, int]]] = {peer: [] for peer in peers}
            for turn in range(rounds):
                for peer, code in peers.items():
                    out = folder / f"{peer}-{turn}.{target}"
                    builder = "json" if source == "jsonl" else source
                    values = {"a": str(folder / f"in.{source}"), "b": str(out), "builder": builder}
                    found[peer].append(measured(code.format(**values)))
                    subprocess.run(["rm", "-rf", str(out), f"{out}.cache"], check=True)
            print(f"\n{source} to {target}, {megabytes} MB\n")
            print("| | wall s | CPU s | peak MiB | speed, datasets = 1 |\n|---|---|---|---|---|")
            base = statistics.median(wall for wall, _, _ in found["datasets"])
            for peer, runs in found.items():
                wall, cpu, peak = (statistics.median(column) for column in zip(*runs, strict=True))
                print(f"| {peer} | {wall:.2f} | {cpu:.2f} | {peak:.0f} | {base / wall:.2f} |")


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:3]]
    main(*given, *(500, 3)[len(given) :])
