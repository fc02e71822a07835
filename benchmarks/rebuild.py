"""Times `corpuskit build` again: nothing changed, 1 % appended, one article edited.

    python benchmarks/rebuild.py                       # 4 GB, shards of 64 MB, three rounds
    python benchmarks/rebuild.py --keep build/rebuild  # keeps the files, and finds them again

Beside each rebuild, before and after it, one thread hashes inputs and outputs with sha256: what a busy machine does to
one it does to the other. Nothing is asserted about time; the exit code is 1 if an edit of one article changes more than
two data shards, or if the release is not, to the last byte, what a build without the cache makes.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from children import cores, run
from faults import digests, entries, phases
from generate import Plan, byte_count, generate

HASHING = """
import hashlib, sys
from pathlib import Path
for folder in sys.argv[1:]:
    for path in Path(folder).rglob("*"):
        if path.is_file():
            digest = hashlib.sha256()
            with path.open("rb", buffering=0) as file:
                while block := file.read(1 << 20):
                    digest.update(block)
"""
NAME = "bench-1.0.0"
# The share of what is changed, twice, that a rebuild may take beyond this.
TIMES, SECONDS = 1.5, 1.0


class Built(NamedTuple):
    """A build: what it took, each phase of it, and what it made anew."""

    wall: float
    cpu: float
    phases: dict[str, float]
    parts: float
    shards: float


class Lap(NamedTuple):
    """A rebuild, the seconds of hashing beside it, and what it may take."""

    title: str
    built: Built
    hashing: float
    allowed: float


def main(given: list[str] | None = None) -> int:
    """Read the command line, measure, print the table."""
    parser = argparse.ArgumentParser(description="Time builds that have little to do.")
    parser.add_argument("--bytes", type=byte_count, default="4GB", help="size of the data (4GB)")
    parser.add_argument("--shard", default="64MB", help="size of the shards (64MB)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where files are kept and found again")
    asked = parser.parse_args(given)
    with tempfile.TemporaryDirectory() as made:
        folder = (asked.keep or Path(made)).resolve()
        spec = written(folder / "corpus", asked.bytes, asked.shard)
        out, data = folder / "out", spec.parent / "data" / "bench-00000.jsonl"
        print(f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f} at the start")
        whole = build(spec, out)
        laps: list[Lap] = []
        for number in range(asked.rounds):
            laps.append(lap("nothing changed", spec, out, whole))
            append(data, asked.bytes // 100, number)
            laps.append(lap("1 % appended", spec, out, whole))
            before = shards(out)
            edit(data, number)
            laps.append(lap("one article edited", spec, out, whole))
            changed = len(shards(out) - before)
            print(f"one article edited: {changed} of {len(before)} data shards are other ones")
            if changed > 2:
                return 1
        show(whole, laps)
        print(f"\nLoad {os.getloadavg()[0]:.1f} at the end.")
        return 0 if is_fresh(spec, out, folder / "fresh") else 1


def written(corpus: Path, size: int, shard: str) -> Path:
    """The spec of a corpus in one file, split by id."""
    if not corpus.exists():
        generate(Plan(corpus, size, None, 1, 0.01, 0.05, 1, "jsonl"))
        with (corpus / "corpus.toml").open("a", encoding="utf-8") as spec:
            spec.write(f'by = "id"\n\n[output]\nshard_bytes = "{shard}"\n')
    return corpus / "corpus.toml"


def build(spec: Path, out: Path, *more: str) -> Built:
    """Build, and look at what is new in the cache."""
    before = {kind: entries(out, kind) for kind in ("part", "shard")}
    command = [
        sys.executable,
        "-P",
        "-m",
        "corpuskit",
        "build",
        str(spec),
        "--out",
        str(out),
        "--replace",
        *more,
    ]
    started = time.monotonic()
    child = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    times = list(phases(child))
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    child.communicate()
    if child.returncode:
        sys.exit(f"the build failed: {times}")
    ends = [at for _, at in times[1:]] + [started + wall]
    taken = {name: end - at for (name, at), end in zip(times, ends, strict=True)}
    after = {kind: entries(out, kind) for kind in before}
    new = [len(after[kind] - before[kind]) / max(1, len(after[kind])) for kind in before]
    return Built(wall, usage.ru_utime + usage.ru_stime, taken, *new)


def hashing(*folders: Path) -> float:
    """The seconds that one thread takes to hash all files of some folders."""
    return run([sys.executable, "-c", HASHING, *map(str, folders)], cores(1)).wall


def lap(title: str, spec: Path, out: Path, whole: Built) -> Lap:
    """Rebuild, and hash beside it; what was made may take twice its share of the first build."""
    folders = spec.parent / "data", out / NAME, out / f"{NAME}.audit"
    first = hashing(*folders)
    built = build(spec, out)
    beside = (first + hashing(*folders)) / 2
    share = whole.phases["map"] * built.parts + whole.phases["write"] * built.shards
    return Lap(title, built, beside, TIMES * beside + SECONDS + 2 * share)


def append(data: Path, size: int, number: int) -> None:
    """Add so many bytes of other records."""
    with tempfile.TemporaryDirectory() as folder:
        generate(Plan(Path(folder), size, None, 1000 + number, 0.01, 0.05, 1, "jsonl"))
        more = (Path(folder) / "data" / "bench-00000.jsonl").read_bytes()
    with data.open("ab") as file:
        file.write(more)


def edit(data: Path, number: int) -> None:
    """Change the text of one article somewhere in the middle."""
    at = random.Random(number).randrange(data.stat().st_size // 4, data.stat().st_size * 3 // 4)
    new = data.with_name("new")
    with data.open("rb") as old, new.open("wb") as target:
        for chunk in up_to(old, at):
            target.write(chunk)
        target.write(old.readline())
        line = old.readline()
        while b'"text": "' not in line:
            target.write(line)
            line = old.readline()
        target.write(line.replace(b'"text": "', b'"text": "Ralat: ', 1))
        while chunk := old.read(1 << 20):
            target.write(chunk)
    new.rename(data)


def up_to(file: BinaryIO, size: int) -> Iterator[bytes]:
    """So many bytes of a file."""
    while size and (chunk := file.read(min(size, 1 << 20))):
        size -= len(chunk)
        yield chunk


def shards(out: Path) -> set[str]:
    """The digests of the data shards of a release."""
    return {digest for name, digest in digests(out / NAME).items() if name.startswith("data/")}


def show(whole: Built, laps: Sequence[Lap]) -> None:
    """Print the medians."""
    print("\n| build | wall s | CPU s | hashing, s | allowed, s | of that | slices made | shards made |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    print(f"| the first | {whole.wall:.1f} | {whole.cpu:.1f} | | | | all | all |")
    for title in dict.fromkeys(each.title for each in laps):
        own = [each for each in laps if each.title == title]
        median = statistics.median
        print(
            f"| {title} | {median(x.built.wall for x in own):.1f} | {median(x.built.cpu for x in own):.1f} "
            f"| {median(x.hashing for x in own):.1f} | {median(x.allowed for x in own):.1f} "
            f"| {median(x.built.wall / x.allowed for x in own):.2f} | {median(x.built.parts for x in own):.1%} "
            f"| {median(x.built.shards for x in own):.1%} |"
        )
    print("\n| phase | first build, s |" + "".join(f" {x.title}, s |" for x in laps[:3]))
    print("|---|---:|" + "---:|" * 3)
    for phase in whole.phases:
        cells = [f"{x.phases.get(phase, 0):.1f}" for x in (whole, *(each.built for each in laps[:3]))]
        print(f"| {phase} | {' | '.join(cells)} |")


def is_fresh(spec: Path, out: Path, fresh: Path) -> bool:
    """Whether a build without the cache makes the same bytes."""
    build(spec, fresh, "--no-cache")
    same = digests(fresh) == digests(out)
    print(f"A build without the cache makes {'the same bytes' if same else 'OTHER BYTES'}.")
    return same


if __name__ == "__main__":
    sys.exit(main())
