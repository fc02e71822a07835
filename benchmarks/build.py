"""Times `corpuskit build` on raw JSON Lines beside plain loops and other libraries that write Parquet.

    python benchmarks/build.py                     # 500 MB, 1 % of it invalid, two cores, five rounds
    python benchmarks/build.py --keep build/bench  # keeps the files, and finds them again
    python benchmarks/build.py --memory            # instead: peak memory at 200 MB and 4 GB
    python benchmarks/build.py --tiny              # instead: a million and five million tiny records

The records are those of generate.py without duplicates, so that all write the same rows; what stands beside corpuskit
is in converters.py. Every row is a whole process, start-up included, with two cores to use; a loop is one process. All
run in turn, round after round; printed are medians, and a ratio is that of the same round. Memory is that of all
processes together, from a round of its own, so that looking at it slows nothing that is timed. No time is asserted; the
exit code is 1 if a build did not give each record the fate that was planted.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from children import Spent
from contenders import (
    AGAIN,
    CORES,
    CORPUSKIT,
    DATASETS,
    DUCKDB,
    LOOP,
    ONE_JOB,
    POLARS,
    RACE,
    SLOW_LOOP,
    TIMED,
    UNDURABLE,
    Files,
    Made,
    Row,
    absent,
    keep_release,
    made,
    once,
    outcome,
    phases,
    prepared,
    write_valid,
)
from generate import byte_count
from inputs import generated, tiny
from tables import load, show_setting, spread, table

PACKAGES = ["corpuskit", "pyarrow", "orjson", "jsonschema-rs", "jsonschema", "datasets", "polars", "duckdb"]
MIB = 2**20
ABSENT = "not installed: see the group bench"

Laps = dict[Row, list[Spent]]


def main(given: list[str] | None = None) -> int:
    """Read the command line, measure, print the tables."""
    asked = arguments(given)
    show_setting([name for name in PACKAGES if find_spec(name.replace("-", "_"))])
    with tempfile.TemporaryDirectory() as temporary:
        folder = (asked.keep or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        print(f"Files on {file_system(folder)}, shards of at most {asked.shard_bytes} of rows, {CORES} cores")
        if asked.memory is not None:
            sizes = sorted(asked.memory or [2 * 10**8, 4 * 10**9])
            true = show_memory([corpus(folder, size, asked.shard_bytes) for size in sizes])
        elif asked.tiny is not None:
            counts = sorted(asked.tiny or [10**6, 5 * 10**6])
            true = show_tiny(
                {count: prepared(tiny(folder, count), asked.shard_bytes) for count in counts}, asked.rounds
            )
        else:
            true = show_build(corpus(folder, asked.bytes, asked.shard_bytes), asked.rounds)
    print("\nEach record has its planted fate." if true else "\nFATES DIFFER from those that were planted.")
    print(f"Load {load()} at the end.")
    return 0 if true else 1


def arguments(given: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Time the build of a release from JSON Lines.")
    parser.add_argument("--bytes", type=byte_count, default="500MB", help="size of the raw file (500MB)")
    parser.add_argument("--shard-bytes", default="64MB", help="of a data shard, uncompressed (64MB)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where files are kept and found again")
    parser.add_argument("--memory", nargs="*", type=byte_count, metavar="SIZE", help="measure memory instead")
    parser.add_argument("--tiny", nargs="*", type=int, metavar="RECORDS", help="tiny records instead")
    return parser.parse_args(given)


def file_system(folder: Path) -> str:
    """The kind of file system that a folder lies on: in memory, what is durable costs nothing."""
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text().splitlines()]
    holding = [mount for mount in mounts if folder.is_relative_to(mount[1])]
    return max(holding, key=lambda mount: len(mount[1]))[2]


def corpus(folder: Path, size: int, shard_bytes: str) -> Files:
    """A corpus of that size, 1 % of it invalid."""
    return prepared(generated(folder, size, 0.01, 0.0), shard_bytes)


def show_build(files: Files, rounds: int) -> bool:
    """Print what each row takes and writes, phases and targets; whether fates are as planted."""
    write_valid(files)
    rows = [row for row in RACE if not absent(row)]
    watched: dict[Row, Spent] = {}
    wrote: dict[Row, Made] = {}
    for row in rows:
        watched[row] = once(row, files, memory=True)
        wrote[row] = made(row, files, watched[row])
    laps: Laps = {row: [] for row in [*rows, TIMED]}
    for _ in range(rounds):
        for row, taken in laps.items():
            taken.append(once(row, files))
    keep_release(laps[TIMED][-1], files)
    wrote[AGAIN] = made(AGAIN, files, once(AGAIN, files))
    show_race(laps, watched, wrote, files.raw.stat().st_size)
    show_sizes(wrote)
    show_phases(laps[TIMED])
    show_targets(laps, watched, wrote)
    return outcome(watched[CORPUSKIT])["accounts"] == files.truth


def median(spent: Sequence[Spent], kind: str) -> float:
    """The median of the wall or CPU seconds of some runs."""
    return statistics.median(getattr(each, kind) for each in spent)


def ratios(laps: Laps, row: Row, other: Row, kind: str) -> list[float]:
    """What a row took as a multiple of what another did, round by round."""
    return [getattr(a, kind) / getattr(b, kind) for a, b in zip(laps[row], laps[other], strict=True)]


def show_race(laps: Laps, watched: dict[Row, Spent], wrote: dict[Row, Made], size: int) -> None:
    """Print what each row takes, also as a multiple of what a build takes."""

    def figures(row: Row) -> list[str]:
        if row not in laps:
            return [row.title, ABSENT, *[""] * 7]
        wall, cpu = (median(laps[row], kind) for kind in ("wall", "cpu"))
        peaks = (f"{peak / MIB:,.0f}" for peak in (watched[row].pss, watched[row].rss))
        beside = (spread(ratios(laps, row, CORPUSKIT, kind)) for kind in ("wall", "cpu"))
        speed, rows = f"{size / wall / 1e6:,.0f}", f"{wrote[row].rows:,}"
        return [row.title, f"{wall:.2f}", f"{cpu:.2f}", speed, rows, *peaks, *beside]

    beside = "wall, times corpuskit's (from to) | CPU, times corpuskit's (from to)"
    titles = f"wall s | CPU s | MB/s | rows | PSS, MiB | RSS, MiB | {beside}"
    table(f"{size / 1e6:,.0f} MB | {titles}", map(figures, RACE))


def show_sizes(wrote: dict[Row, Made]) -> None:
    """Print the sizes of what was written beside what datasets makes of the release's rows."""

    def figures(row: Row) -> list[str]:
        bytes_, whole = wrote[row].bytes, wrote[AGAIN].bytes
        counts = (f"{count:,}" for count in (wrote[row].files, wrote[row].rows, wrote[row].columns))
        return [row.title, *counts, f"{bytes_ / 1e6:,.2f}", f"{bytes_ / whole:.3f}"]

    rows = [row for row in (CORPUSKIT, LOOP, DATASETS, AGAIN, POLARS, DUCKDB) if row in wrote]
    table(
        "Parquet files of | files | rows | columns | MB | share of datasets', same rows and columns",
        map(figures, rows),
    )


def show_phases(timed: Sequence[Spent]) -> None:
    """Print what each phase takes: medians, and what is before the first and after the last."""
    told = [phases(spent) for spent in timed]
    rows = {
        name: [statistics.median(each[name][kind] for each in told) for kind in (0, 1)] for name in told[0]
    }
    rest = [
        (spent.wall - sum(w for w, _ in each.values()), spent.cpu - sum(c for _, c in each.values()))
        for spent, each in zip(timed, told, strict=True)
    ]
    rows["start and end"] = [statistics.median(each[kind] for each in rest) for kind in (0, 1)]
    whole = median(timed, "wall")
    shown = ([name, f"{wall:.2f}", f"{cpu:.2f}", f"{wall / whole:.1%}"] for name, (wall, cpu) in rows.items())
    table("phase | wall s | CPU s of all processes | share of wall", shown)


def show_targets(laps: Laps, watched: dict[Row, Spent], wrote: dict[Row, Made]) -> None:
    """Print what corpuskit must reach and shall reach beside what it reached."""

    def sooner(row: Row, than: Row) -> str:
        return spread(ratios(laps, than, row, "wall")) if than in laps else ABSENT

    cpu = spread(ratios(laps, CORPUSKIT, LOOP, "cpu"))
    size = f"{wrote[CORPUSKIT].bytes / wrote[AGAIN].bytes:.3f}"
    peak = f"{watched[CORPUSKIT].pss / MIB:,.0f}; see --memory"
    rows = [
        ["times as fast as the jsonschema-rs loop, by wall", "1.1", "1.4", sooner(CORPUSKIT, LOOP)],
        ["times as fast as the jsonschema loop, by wall", "4", "6", sooner(CORPUSKIT, SLOW_LOOP)],
        ["times as fast as datasets, by wall", "1.5", "2.2", sooner(CORPUSKIT, DATASETS)],
        ["CPU, times the jsonschema-rs loop's", "at most 1.8", "at most 1.4", cpu],
        ["neither durable nor read back: times as fast as that loop", "1.3", "1.7", sooner(UNDURABLE, LOOP)],
        ["size, share of datasets', same rows and columns", "at most 0.66", "at most 0.62", size],
        ["memory of all processes, MiB", "under 700", "", peak],
    ]
    table("target | must | goal | reached", rows)


def show_memory(corpora: Sequence[Files]) -> bool:
    """Print the peak memory of all processes together, for corpora of several sizes."""
    rows, true = [], True
    for files in corpora:
        for row in (CORPUSKIT, ONE_JOB, LOOP):
            spent = once(row, files, memory=True)
            peaks = (f"{peak / MIB:,.0f}" for peak in (spent.pss, spent.rss))
            own = "" if row is LOOP else f"{outcome(spent)['peak_bytes'] / MIB:,.0f}"
            rows.append(
                [row.title, f"{files.raw.stat().st_size / 1e6:,.0f}", *peaks, own, f"{spent.wall:.1f}"]
            )
            true &= row is LOOP or outcome(spent)["accounts"] == files.truth
    table("what | MB | PSS, MiB | RSS, MiB | as build tells it | wall s, while watched", rows)
    print(
        "\nPeaks of the sum over all processes; corpuskit must stay under 700 MiB, and alike at both sizes."
    )
    return true


def show_tiny(corpora: dict[int, Files], rounds: int) -> bool:
    """Print what a tiny record takes, in corpora of several sizes."""
    watched = {count: once(CORPUSKIT, files, memory=True) for count, files in corpora.items()}
    laps: dict[int, list[Spent]] = {count: [] for count in corpora}
    for _ in range(rounds):
        for count, files in corpora.items():
            laps[count].append(once(CORPUSKIT, files))

    def figures(count: int) -> list[str]:
        wall, cpu = (median(laps[count], kind) for kind in ("wall", "cpu"))
        each = (f"{1e6 * seconds / count:.2f}" for seconds in (wall, cpu))
        peaks = (f"{peak / MIB:,.0f}" for peak in (watched[count].pss, watched[count].rss))
        size = corpora[count].raw.stat().st_size
        return [f"{count:,}", f"{size / 1e6:,.0f}", f"{wall:.1f}", f"{cpu:.1f}", *each, *peaks]

    table(
        "tiny records | MB | wall s | CPU s | us of wall each | us of CPU each | PSS, MiB | RSS, MiB",
        map(figures, laps),
    )
    few, many = min(laps), max(laps)
    pairs = zip(laps[many], laps[few], strict=True)
    beside = spread([(most.wall / many) / (least.wall / few) for most, least in pairs])
    print(
        f"\nA record of {many:,} takes {beside} times the wall time of one of {few:,}: linear is at most 1."
    )
    if many > few:
        more = (watched[many].pss - watched[few].pss) / (many - few)
        print(f"Each record more adds {more:.0f} bytes to the peak.")
    return all(outcome(watched[count])["accounts"]["kept"] == count for count in corpora)


if __name__ == "__main__":
    sys.exit(main())
