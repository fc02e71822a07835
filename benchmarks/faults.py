"""Kills `corpuskit build` with SIGKILL at points spread over its run, runs the same command again, and compares bytes.

    python benchmarks/faults.py                    # 250 MB in 12 files, ten points, two workers
    python benchmarks/faults.py --bytes 1GB --keep build/faults

A first build is not disturbed: its release and audit folder are what every other one must make, to the last byte, and
the lengths of its phases say when to strike. Every second point kills the parent alone, the others its workers with it.
Exit code 1 if a byte differs, if a kill left a part of a release, or if finished work was made again.
"""

import argparse
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from generate import Plan, byte_count, generate

from corpuskit.console import PHASES

# A phase, and the share of it after which the build is killed.
POINTS = [
    ("pin", 0.5), ("map", 0.1), ("map", 0.4), ("map", 0.7), ("map", 0.95), ("index", 0.5), ("write", 0.2),
    ("write", 0.5), ("write", 0.9), ("finish", 0.5),
]  # fmt: skip
# As a build goes through them.
ORDER = ["pin", "learn", "map", "index", "write", "finish", "commit"]
OUTPUT = '[output]\nshard_bytes = "{}"\nrow_group_bytes = "{}"\n'


class Strike(NamedTuple):
    """When a build is killed: so many seconds into a phase, and whether its workers are killed with it."""

    phase: str
    seconds: float
    workers: bool


class Outcome(NamedTuple):
    """What a kill left (of the release: nothing, all, or what must not be), and what the next build made of it."""

    strike: Strike
    killed: bool
    parts: int
    shards: int
    left: str
    reused: bool
    seconds: float
    same: bool


def command(spec: Path, out: Path, jobs: int) -> list[str]:
    """The command that is run, killed, and run again."""
    return [
        sys.executable,
        "-P",
        "-m",
        "corpuskit",
        "build",
        str(spec),
        "--out",
        str(out),
        "--jobs",
        str(jobs),
    ]


def phases(build: subprocess.Popen[str]) -> Iterator[tuple[str, float]]:
    """The phases of a build as it enters them, and when: its lines tell where one ends, and so the next begins."""
    names = {words: name for name, words in PHASES.items()}
    assert build.stderr is not None
    yield ORDER[0], time.monotonic()
    for line in build.stderr:
        ended = names.get(line.partition(":")[0])
        if ended in ORDER[:-1]:
            yield ORDER[ORDER.index(ended) + 1], time.monotonic()


def started(spec: Path, out: Path, jobs: int) -> subprocess.Popen[str]:
    """A build in a process group of its own."""
    return subprocess.Popen(
        command(spec, out, jobs), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True, start_new_session=True,
    )  # fmt: skip


def undisturbed(spec: Path, out: Path, jobs: int) -> dict[str, float]:
    """Build to the end; returns the seconds of each phase."""
    with started(spec, out, jobs) as build:
        times = list(phases(build))
        end = time.monotonic()
    if build.returncode:
        sys.exit(f"the undisturbed build failed: {times}")
    ends = [at for _, at in times[1:]] + [end]
    return {name: until - at for (name, at), until in zip(times, ends, strict=True)}


def struck(spec: Path, out: Path, jobs: int, strike: Strike) -> bool:
    """Kill a build at a point; whether it still ran."""
    build = started(spec, out, jobs)
    for name, _ in phases(build):
        if name == strike.phase:
            break
    time.sleep(strike.seconds)
    running = build.poll() is None
    if strike.workers:
        with suppress(ProcessLookupError):  # it has ended
            os.killpg(build.pid, signal.SIGKILL)
    else:
        build.kill()
    build.communicate()
    return running and build.returncode == -signal.SIGKILL


def digests(out: Path) -> dict[str, str]:
    """The sha256 of every file that is not hidden: release and audit folder."""
    files = (p for p in sorted(out.rglob("*")) if p.is_file() and p.relative_to(out).parts[0][0] != ".")
    return {p.relative_to(out).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def entries(out: Path, kind: str) -> set[tuple[str, int]]:
    """The entries of a kind that the cache holds, as the disk knows them."""
    return {(p.name, p.stat().st_ino) for p in out.glob(f".*.cache/{kind}/*")}


def suffer(spec: Path, out: Path, jobs: int, strike: Strike, expected: dict[str, str]) -> Outcome:
    """Kill one build, look at what it left, build again, compare."""
    shutil.rmtree(out, ignore_errors=True)
    killed = struck(spec, out, jobs, strike)
    there = digests(out)
    release = {name: digest for name, digest in expected.items() if ".audit/" not in name}
    left = (
        "all" if release.items() <= there.items() else "PART" if release.keys() & there.keys() else "nothing"
    )
    kept = {kind: entries(out, kind) for kind in ("part", "shard")}
    begun = time.monotonic()
    again = subprocess.run(
        [*command(spec, out, jobs), *(["--replace"] if left == "all" else [])],
        capture_output=True,
        text=True,
        check=False,
    )
    if again.returncode:
        print(again.stderr, file=sys.stderr)
    reused = all(kept[kind] <= entries(out, kind) for kind in kept)
    seconds = time.monotonic() - begun
    same = again.returncode == 0 and digests(out) == expected
    return Outcome(strike, killed, len(kept["part"]), len(kept["shard"]), left, reused, seconds, same)


def measure(folder: Path, spec: Path, jobs: int, points: Sequence[tuple[str, float]]) -> list[Outcome]:
    """Build undisturbed, then be killed at each point and build again."""
    lengths = undisturbed(spec, folder / "undisturbed", jobs)
    expected = digests(folder / "undisturbed")
    strikes = [
        Strike(phase, share * lengths.get(phase, 0), number % 2 == 0)
        for number, (phase, share) in enumerate(points)
    ]
    return [suffer(spec, folder / "out", jobs, strike, expected) for strike in strikes]


def show(outcomes: Sequence[Outcome]) -> bool:
    """Print a row a point; whether all is as it must be."""
    titles = (
        "killed in | after s | workers too | parts | shards | release | these used | again, s | same bytes"
    )
    print(f"| {titles} |")
    print("|---|---:|---|---:|---:|---|---|---:|---|")
    for each in outcomes:
        cells = [
            each.strike.phase if each.killed else f"{each.strike.phase} (had ended)", f"{each.strike.seconds:.2f}",
            "yes" if each.strike.workers else "no", str(each.parts), str(each.shards), each.left,
            "yes" if each.reused else "NO", f"{each.seconds:.1f}", "yes" if each.same else "NO",
        ]  # fmt: skip
        print(f"| {' | '.join(cells)} |")
    right = all(each.same and each.reused and each.left != "PART" for each in outcomes)
    return right and any(each.killed for each in outcomes)


def chosen(count: int) -> list[tuple[str, float]]:
    """So many of the points, the first and the last among them."""
    return [POINTS[round(n * (len(POINTS) - 1) / max(1, count - 1))] for n in range(count)]


def main(given: list[str] | None = None) -> int:
    """Read the command line, generate, kill, compare."""
    parser = argparse.ArgumentParser(description="Kill builds and repeat them.")
    parser.add_argument("--bytes", type=byte_count, default="250MB", help="size of the data (250MB)")
    parser.add_argument("--files", type=int, default=12)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--points", type=int, default=len(POINTS), help="how many of the points (all)")
    parser.add_argument("--shard", default="16MB", help="size of the shards (16MB)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where all is made and stays")
    asked = parser.parse_args(given)
    with tempfile.TemporaryDirectory() as made:
        folder = (asked.keep or Path(made)).resolve()
        corpus = folder / "corpus"
        if not corpus.exists():
            generate(Plan(corpus, asked.bytes, None, 1, 0.01, 0.05, asked.files, "jsonl"))
            with (corpus / "corpus.toml").open("a", encoding="utf-8") as spec:
                spec.write("\n" + OUTPUT.format(asked.shard, "1MB"))
        outcomes = measure(folder, corpus / "corpus.toml", asked.jobs, chosen(asked.points))
        return 0 if show(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
