"""Times `corpuskit validate` on JSON Lines beside the plain loop that everybody writes, and beside other libraries.

    python benchmarks/validate.py                     # 1 GB, 1 % of it invalid, formats on
    python benchmarks/validate.py --keep build/bench  # keeps the files, and finds them again
    python benchmarks/validate.py --memory            # instead: peak memory at 200 MB and 2 GB

The records are those of generate.py, the schema is that of peers.py. Every judge is a process of its own on one core,
in rounds, each in turn; printed are medians. Rows on `main` are whole processes; others are without their start-up,
which is what a file of ten records takes. A ratio is that of the same round, so that a machine that is busy for a
while slows both its sides. Nothing is asserted about time; the exit code is 1 if judges disagree that should not.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from children import Spent, cores, run
from generate import byte_count
from inputs import head, lines, readable, ways, write, write_files
from peers import PEERS, SOUND_WAYS, run_peer
from tables import load, show_setting, spread, table

CORPUSKIT = [sys.executable, "-P", "-m", "corpuskit", "validate"]
# The module that a judge needs beyond what corpuskit itself depends on.
NEEDS = {
    "fastjsonschema": "fastjsonschema", "pydantic": "pydantic", "msgspec": "msgspec",
    "check-jsonschema": "check_jsonschema",
}  # fmt: skip
PACKAGES = ["corpuskit", "orjson", "jsonschema-rs", "jsonschema", "datasets", *NEEDS]
MIB = 2**20
TWICE = "the last of two equal keys counts, and nobody is told"
UNCHECKED = "the format is not checked without jsonschema[format-nongpl]"
# Why a judge may say something else about records that were broken in a way.
REASONS = {
    **{(name, "duplicate-key"): TWICE for name in (*PEERS, "check-jsonschema")},
    **{
        ("jsonschema", way): UNCHECKED
        for way in ("url-not-uri", "published-unreadable", "published-partial")
        if not (find_spec("rfc3339_validator") and find_spec("rfc3986_validator"))
    },
}
MUST_AGREE = ("baseline", "corpuskit", "jsonschema")


class Row(NamedTuple):
    """One row of a table: a judge, the file it judges, and the cores it may use."""

    title: str
    judge: str
    file: str = "main"
    cores: int = 1
    jobs: int = 1


class Lap(NamedTuple):
    """What a row took in one round: to start, and for the whole file."""

    start: Spent
    whole: Spent


Laps = dict[Row, list[Lap]]
BASELINE = Row("baseline: orjson, jsonschema-rs iter_errors", "baseline")
IS_VALID = Row("orjson, jsonschema-rs is_valid", "is_valid")
JSONSCHEMA = Row("jsonschema, orjson first", "jsonschema", "slice")
ONE_JOB = Row("corpuskit, one core", "corpuskit")
TWO_JOBS = Row("corpuskit, two cores", "corpuskit", cores=2, jobs=2)
RACE = [
    BASELINE,
    Row("orjson alone, no verdict", "parse-only"),
    IS_VALID,
    ONE_JOB,
    TWO_JOBS,
    Row("msgspec, a struct", "msgspec"),
    Row("pydantic, a strict model", "pydantic"),
    Row("fastjsonschema, orjson first", "fastjsonschema"),
    JSONSCHEMA,
    Row("check-jsonschema, one array", "check-jsonschema", "array"),
    Row("datasets, map with jsonschema", "datasets", "sound-slice"),
]
# What the records of a side file are like; each file is judged by each of SIDE_JUDGES.
SIDES = {
    "sound": "none invalid",
    "one": "1 % invalid",
    "ten": "10 % invalid",
    "quoted": '`\\":` in every text, none invalid',
    "large": "2^64 in every record, none invalid",
}
SIDE_JUDGES = ("corpuskit", "baseline", "is_valid")


def main(given: list[str] | None = None) -> int:
    """Read the command line, measure, print the tables."""
    asked = arguments(given)
    if asked.peer:
        run_peer(asked.peer, asked.file, asked.schema)
        return 0
    show_setting([name for name in PACKAGES if find_spec(NEEDS.get(name, "json"))])
    with tempfile.TemporaryDirectory() as made:
        folder = (asked.keep or Path(made)).resolve()
        if asked.memory is not None:
            show_memory(folder, asked.memory or [2 * 10**8, 2 * 10**9])
            return 0
        files = write_files(folder, asked.bytes, asked.side, asked.slice)
        rows = [row for row in RACE if absent(row) is None]
        sides = [side(judge, file) for file in SIDES for judge in SIDE_JUDGES]
        laps = measure([*rows, *sides], files, asked.rounds)
        counts = {name: sum(1 for _ in lines(file)) for name, file in files.items()}
        sizes = {name: file.stat().st_size for name, file in files.items()}
        show_race(laps, sizes, counts)
        show_costs(laps, counts)
        agreed = show_verdicts(files)
        show_targets(laps, sizes, small_file(files, 2 * asked.rounds))
    print(f"\nLoad {load()} at the end.")
    return 0 if agreed else 1


def side(judge: str, file: str) -> Row:
    """The row of a judge for a side file."""
    return Row(SIDES[file], judge, file)


def arguments(given: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Time the validation of JSON Lines.")
    parser.add_argument("--bytes", type=byte_count, default="1GB", help="size of the main file (1GB)")
    parser.add_argument("--slice", type=byte_count, default="60MB", help="what slow judges get of it (60MB)")
    parser.add_argument("--side", type=byte_count, default="200MB", help="size at 0, 1 and 10 %% (200MB)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where files are kept and found again")
    parser.add_argument("--memory", nargs="*", type=byte_count, metavar="SIZE", help="measure memory instead")
    parser.add_argument("--peer", choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument("--schema", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("file", type=Path, nargs="?", help=argparse.SUPPRESS)
    return parser.parse_args(given)


def absent(row: Row) -> str | None:
    """Why a row cannot be measured here, if it cannot."""
    if row.judge in NEEDS and find_spec(NEEDS[row.judge]) is None:
        return "not installed"
    if row.jobs > 1 and not takes_jobs():
        return "`corpuskit validate` has no --jobs"
    return None


@cache
def takes_jobs() -> bool:
    """Whether the corpuskit at hand can use several cores."""
    return b"--jobs" in subprocess.run([*CORPUSKIT, "--help"], check=True, capture_output=True).stdout


def command(row: Row, file: Path, derived: Path, *more: str) -> list[str]:
    """The command of a row for a file."""
    schema = str(derived / "schema.json")
    if row.judge == "corpuskit":
        jobs = ["--jobs", str(row.jobs)] if takes_jobs() else []
        return [*CORPUSKIT, str(file), "--schema", schema, "--quiet", *jobs, *more]
    if row.judge == "check-jsonschema":
        listed = str(derived / "array-schema.json")
        return [
            sys.executable,
            "-m",
            "check_jsonschema",
            "-o",
            "json",
            "-v",
            "--schemafile",
            listed,
            str(file),
        ]
    return [sys.executable, __file__, "--peer", row.judge, str(file), "--schema", schema]


def measure(rows: Sequence[Row], files: dict[str, Path], rounds: int) -> Laps:
    """Run all rows in turn, so many times."""
    laps: Laps = {row: [] for row in rows}
    derived = files["small"].parent
    for _ in range(rounds):
        started: dict[tuple[str, int], Spent] = {}
        for row in rows:
            small = files["small-array" if row.file == "array" else "small"]
            if (row.judge, row.jobs) not in started:
                started[row.judge, row.jobs] = run(command(row, small, derived), cores(row.cores))
            whole = run(command(row, files[row.file], derived), cores(row.cores))
            laps[row].append(Lap(started[row.judge, row.jobs], whole))
    return laps


def taken(row: Row, lap: Lap, kind: str) -> float:
    """The CPU or wall seconds of a lap: of the whole process on the main file, else without its start-up."""
    spent = getattr(lap.whole, kind) - (0 if row.file == "main" else getattr(lap.start, kind))
    return max(spent, 1e-6)


def median(laps: Laps, row: Row, kind: str) -> float:
    """The median of what a row took."""
    return statistics.median(taken(row, lap, kind) for lap in laps[row])


def ratios(laps: Laps, row: Row, other: Row, kind: str, share: float = 1.0) -> list[float]:
    """How many times as fast as another row a row was, round by round; `share` is its part of the other's bytes."""
    pairs = zip(laps[row], laps[other], strict=True)
    return [share * taken(other, theirs, kind) / taken(row, ours, kind) for ours, theirs in pairs]


def show_race(laps: Laps, sizes: dict[str, int], counts: dict[str, int]) -> None:
    """Print every judge's speed beside the baseline's."""

    def figures(row: Row) -> list[str]:
        if (why := absent(row)) is not None:
            return [row.title, why, *[""] * 7]
        cpu, wall = (median(laps, row, kind) for kind in ("cpu", "wall"))
        start = statistics.median(lap.start.cpu for lap in laps[row])
        size = sizes[row.file]
        by_cpu, by_wall = (
            ratios(laps, row, BASELINE, kind, size / sizes["main"]) for kind in ("cpu", "wall")
        )
        return [
            row.title, f"{size / 1e6:,.0f}", f"{wall:.2f}", f"{cpu:.2f}", f"{start:.2f}", f"{size / wall / 1e6:,.0f}",
            f"{counts[row.file] / wall:,.0f}", spread(by_cpu), spread(by_wall),
        ]  # fmt: skip

    titles = "judge | MB | wall s | CPU s | start-up, CPU s | MB/s | records/s | by CPU (from to) | by wall (from to)"
    table(titles, map(figures, RACE))


def show_costs(laps: Laps, counts: dict[str, int]) -> None:
    """Print what unusual records cost, in CPU time."""
    each = {
        (row.judge, row.file): 1e6 * median(laps, row, "cpu") / counts[row.file] for row in laps if row.file in SIDES
    }  # fmt: skip

    def figures(file: str) -> list[str]:
        costs = [each[judge, file] for judge in SIDE_JUDGES]
        beside = [cost / each[judge, "sound"] for judge, cost in zip(SIDE_JUDGES[:2], costs, strict=False)]
        return [
            SIDES[file],
            f"{counts[file]:,}",
            *(f"{cost:.2f}" for cost in costs),
            *(f"{b:.2f}" for b in beside),
        ]

    titles = "records | number | corpuskit, us each | baseline | is_valid | corpuskit, times sound | baseline"
    table(titles, map(figures, SIDES))
    dialect, loop = (each[judge, "sound"] - each["is_valid", "sound"] for judge in SIDE_JUDGES[:2])
    print(
        f"\nAbove is_valid where none is invalid: corpuskit {dialect:.2f} us a record, baseline {loop:.2f}."
    )
    for judge in SIDE_JUDGES[:2]:
        invalid = (each[judge, "ten"] - each[judge, "sound"]) / 0.1
        print(f"An invalid record above a sound one: {judge} {invalid:.0f} us, from the file with 10 %.")


def found_by(judge: str, files: dict[str, Path]) -> set[int] | str:
    """The lines of the judged file that a judge has something against, or why it took none of them."""
    derived, file = files["small"].parent, files["judged"]
    row, alone = Row(judge, judge), cores(1)
    if judge == "corpuskit":
        report = derived / "report.jsonl"
        run(command(row, file, derived, "--report", str(report)), alone)
        found = map(json.loads, lines(report))
        return {finding["line"] for finding in found if finding["severity"] == "error"}
    if judge == "check-jsonschema":
        said = json.loads(run(command(row, files["judged-array"], derived), alone).out)
        numbers = [number for number, _ in readable(file)]
        places = {int(re.match(r"\$\[(\d+)\]", error["path"])[1]) for error in said["errors"]}
        unreadable = set(range(1, 1 + sum(1 for _ in lines(file)))) - set(numbers)
        return unreadable | {numbers[place] for place in places}
    said = json.loads(run(command(row, file, derived), alone).out)
    return set(said["invalid"]) if "invalid" in said else said["refused"]


def show_verdicts(files: dict[str, Path]) -> bool:
    """Print where judges differ from what the records are, and return whether each difference has its reason."""
    broken = ways(files["judged"], files["ten"])
    truth = {line for line, way in broken.items() if way not in SOUND_WAYS}
    agreed, rows = True, []
    for judge in ("corpuskit", *(name for name in PEERS if name != "parse-only"), "check-jsonschema"):
        if absent(Row(judge, judge)):
            rows.append([judge, "not installed", "", "", ""])
            continue
        found = found_by(judge, files)
        if isinstance(found, str):
            sound = found_by(judge, files | {"judged": files["sound-slice"]})
            why = f"takes no record: {found[:80]}; of a file without a fault it has something against {len(sound):,}"
            rows.append([judge, "none", "", "", why])
            continue
        differing = Counter(broken.get(line, "sound") for line in found ^ truth)
        reasons = {REASONS.get((judge, way), f"UNEXPLAINED: {way}") for way in differing}
        agreed &= judge not in MUST_AGREE or not any(reason.startswith("UNEXPLAINED") for reason in reasons)
        named = ", ".join(f"{way} {number}" for way, number in sorted(differing.items()))
        rows.append(
            [judge, str(len(found)), str(len(truth - found)), str(len(found - truth)),
             f"{named}: {'; '.join(sorted(reasons))}" if named else ""]
        )  # fmt: skip
    total = sum(1 for _ in lines(files["judged"]))
    table(
        f"verdicts on {total:,} records, {len(truth)} invalid | invalid | missed | too many | differing", rows
    )
    print("\nVerdicts agree." if agreed else "\nVERDICTS DIFFER without a reason.")
    return agreed


def small_file(files: dict[str, Path], times: int) -> tuple[float, float]:
    """The medians of the CPU and wall seconds that the command takes for ten records, on all cores."""
    order = command(ONE_JOB, files["small"], files["small"].parent)
    spent = [run(order, os.sched_getaffinity(0)) for _ in range(times)]
    return statistics.median(each.cpu for each in spent), statistics.median(each.wall for each in spent)


def show_targets(laps: Laps, sizes: dict[str, int], small: tuple[float, float]) -> None:
    """Print what corpuskit must reach and shall reach beside what it reached."""

    def share(row: Row, kind: str) -> float:
        return statistics.median(ratios(laps, row, BASELINE, kind))

    part = sizes["main"] / sizes["slice"]
    slow = (statistics.median(ratios(laps, ONE_JOB, JSONSCHEMA, kind, part)) for kind in ("cpu", "wall"))
    more = [
        statistics.median(ratios(laps, side("corpuskit", "one"), side("corpuskit", "ten"), kind))
        for kind in ("cpu", "wall")
    ]
    two = f"{share(TWO_JOBS, 'wall'):.2f} by wall" if TWO_JOBS in laps else absent(TWO_JOBS) or ""
    rows = [
        [
            "one core, share of the baseline's speed",
            "0.65",
            "0.9",
            pair(share(ONE_JOB, "cpu"), share(ONE_JOB, "wall")),
        ],
        ["two cores, share of the baseline's on one", "1.2", "1.7", two],
        ["one core, times jsonschema", "14", "20", pair(*slow)],
        ["10 % invalid, times the time of 1 %", "at most 3", "", pair(*more)],
        ["ten records, whole command, s", "under 0.4", "", pair(*small)],
        ["memory of all processes, MiB", "under 400", "", "see --memory"],
    ]
    table("target | must | goal | reached", rows)


def pair(cpu: float, wall: float) -> str:
    """A figure by CPU and by wall."""
    return f"{cpu:.2f} by CPU, {wall:.2f} by wall"


def show_memory(folder: Path, sizes: Sequence[int]) -> None:
    """Print the peak memory of all processes of a command together, for files of several sizes."""
    files = write_files(folder, max(sizes), 10**6, 10**6)
    derived, rows = files["small"].parent, []
    for size in sorted(sizes):
        file = write(derived / "memory.jsonl", head(files["main"], size))
        for row in (BASELINE, ONE_JOB, TWO_JOBS):
            if absent(row) is None:
                spent = run(command(row, file, derived), cores(row.cores), memory=True)
                peaks = (f"{peak / MIB:.0f}" for peak in (spent.pss, spent.rss))
                rows.append([row.title, f"{file.stat().st_size / 1e6:,.0f}", *peaks, f"{spent.wall:.1f}"])
    table("judge | MB | PSS, MiB | RSS, MiB | wall s", rows)
    print("\nPeaks of the sum over all processes; corpuskit must stay under 400 MiB.")


if __name__ == "__main__":
    sys.exit(main())
