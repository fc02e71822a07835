"""Counts what a hub is sent when a corpus grows by 1 % and loses three articles.

    python benchmarks/publish.py                 # 200 MB of text, shards of 16 MB
    python benchmarks/publish.py --bytes 20MB --shard 2MB

Release 1.0 is published, then 1.1, in three ways, each to a repository of its own on a hub of this machine:
`corpuskit publish`; `upload_folder` of the same release folder; `push_to_hub` of the same rows, with shards of the same
size. Counted are the bytes of new files that the hub took, as its folder holds them, and the commits. For plain LFS
storage: where a hub has Xet, each of the three sends less. Nothing is asserted about time; the exit code is 1 if
`corpuskit publish` did not send what its plan said, or what is loaded back is not the release.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from generate import byte_count

import corpuskit
from corpuskit.audit import read_manifest
from corpuskit.testing import LocalHub

PUBLISH = """
import json, sys
import corpuskit
done = corpuskit.publish(sys.argv[1], f"hf://lab/{sys.argv[2]}")
print(json.dumps(done.plan.travels))
"""
FOLDER = """
import sys
from huggingface_hub import HfApi
from huggingface_hub.utils import disable_progress_bars
disable_progress_bars()
HfApi().create_repo(f"lab/{sys.argv[2]}", repo_type="dataset", exist_ok=True)
HfApi().upload_folder(folder_path=sys.argv[1], repo_id=f"lab/{sys.argv[2]}", repo_type="dataset",
                      delete_patterns="*")
print(0)
"""
PUSH = """
import sys
from datasets import disable_progress_bars, load_dataset
disable_progress_bars()
load_dataset(sys.argv[1]).push_to_hub(f"lab/{sys.argv[2]}", max_shard_size=sys.argv[3])
print(0)
"""
COUNT = """
import json, sys
from datasets import load_dataset
print(json.dumps({name: len(split) for name, split in load_dataset(f"lab/{sys.argv[1]}").items()}))
"""
WAYS = {"corpuskit publish": PUBLISH, "upload_folder": FOLDER, "push_to_hub": PUSH}


class Sent(NamedTuple):
    """What one publication cost: bytes of new files, commits, seconds, and what the client said."""

    bytes: int
    commits: int
    seconds: float
    said: Any


def articles(size: int, seed: int = 1) -> Iterator[dict[str, str]]:
    """Articles of invented words, about so many bytes of text in all, the same each time."""
    dice = random.Random(seed)
    words = ["".join(dice.choices("aiueokmnprst", k=dice.randint(2, 9))) for _ in range(8000)]
    number = 0
    while size > 0:
        text = " ".join(dice.choices(words, k=dice.randint(100, 600))).capitalize() + "."
        size -= len(text)
        number += 1
        yield {"id": f"{number:08d}", "title": f"{words[number % 8000]} {number}", "text": text}


def releases(folder: Path, size: int, shard: str) -> tuple[Path, Path]:
    """The two releases."""
    rows = list(articles(size + size // 100))
    grown = sum(len(row["text"]) for row in rows) * 100 // 101
    first: list[dict[str, str]] = []
    for row in rows:
        if grown <= 0:
            break
        first.append(row)
        grown -= len(row["text"])
    gone = {len(first) // 4, len(first) // 2, 3 * len(first) // 4}
    second = [row for number, row in enumerate(rows) if number not in gone]
    return _release(folder, "1.0.0", first, shard), _release(folder, "1.1.0", second, shard)


def _release(folder: Path, version: str, rows: list[dict[str, str]], shard: str) -> Path:
    root = folder / version
    root.mkdir()
    with (root / "a.jsonl").open("w") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
    (root / "corpus.toml").write_text(
        f'[corpus]\nname = "bench"\nversion = "{version}"\nlicense = "CC0-1.0"\n'
        '[[source]]\nname = "one"\nfiles = ["a.jsonl"]\nlicense = "CC-BY-4.0"\nlanguage = "id"\n'
        f'[output]\nshard_bytes = "{shard}"\nrow_group_bytes = "{shard}"\n'
    )
    return corpuskit.build(root / "corpus.toml", root / "out").path


def client(hub: LocalHub, code: str, *arguments: str) -> Any:
    """What Python in a process of its own prints last, as JSON."""
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, env=hub.env(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def published(hub: LocalHub, way: str, release: Path, shard: str) -> Sent:
    """Publish a release in one way; counts what the hub's folder holds of it afterwards."""
    name = way.replace(" ", "-")
    folder = hub.folder / "datasets" / "lab" / name
    before = _held(folder)
    started = time.monotonic()
    said = client(hub, WAYS[way], str(release), name, shard)
    seconds = time.monotonic() - started
    after = _held(folder)
    return Sent(after[0] - before[0], after[1] - before[1], seconds, said)


def _held(folder: Path) -> tuple[int, int]:
    objects = [path.stat().st_size for path in folder.glob("objects/*/*")]
    return sum(objects), len(list(folder.glob("commits/*/*")))


def main() -> int:
    """Publish both releases in every way; prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--bytes", type=byte_count, default=200 * 10**6, help="text of release 1.0")
    parser.add_argument("--shard", default="16MB", help="size of a shard, of uncompressed rows")
    chosen = parser.parse_args()
    wrong = []
    with tempfile.TemporaryDirectory() as folder, LocalHub() as hub:
        first, second = releases(Path(folder), chosen.bytes, chosen.shard)
        whole = sum(path.stat().st_size for path in second.rglob("*") if path.is_file())
        print(
            f"{chosen.bytes / 1e6:,.0f} MB of text, shards of {chosen.shard}; release 1.1: {whole:,} bytes\n"
        )
        print(
            "| way | 1.0: bytes | 1.1: bytes | of 1.1 | commits for 1.1 | seconds for 1.1 |\n|---|---|---|---|---|---|"
        )
        for way in WAYS:
            one, two = (published(hub, way, release, chosen.shard) for release in (first, second))
            share = two.bytes / whole
            print(
                f"| {way} | {one.bytes:,} | {two.bytes:,} | {share:.1%} | {two.commits} | {two.seconds:.1f} |"
            )
            if way == "corpuskit publish" and two.said != two.bytes:
                wrong.append(f"the plan said {two.said:,} bytes")
        rows = read_manifest(second)["configs"]["default"]
        wrong += [way for way in WAYS if client(hub, COUNT, way.replace(" ", "-")) != rows]
    print(*(f"\nWRONG: {each}" for each in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
