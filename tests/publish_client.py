"""Releases to publish, and `corpuskit publish` as a subprocess whose hub clients use a hub of the tests."""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from conftest import article, jsonl

import corpuskit


def release(
    folder: Path,
    version: str,
    records: Iterable[Mapping[str, Any]],
    more: str = "",
    license_: str = "CC-BY-4.0",
) -> Path:
    """A release of the corpus `tiny`, made in a folder of its own; `more` is TOML for the end of corpus.toml."""
    root = folder / f"in-{version}-{len(list(folder.glob('in-*')))}"
    root.mkdir(parents=True)
    (root / "a.jsonl").write_bytes(jsonl(records))
    (root / "corpus.toml").write_text(
        f'[corpus]\nname = "tiny"\nversion = "{version}"\nlicense = "CC0-1.0"\n'
        f'[[source]]\nname = "one"\nfiles = ["a.jsonl"]\nlicense = "{license_}"\nlanguage = "id"\n'
        f"[splits]\nshares = {{ train = 0.8, test = 0.2 }}\n{more}\n"
    )
    return corpuskit.build(root / "corpus.toml", root / "out").path


def articles(first: int, last: int) -> list[dict[str, Any]]:
    """Articles by their numbers."""
    return [article(number, text=f"Isi artikel nomor {number}. " * 20) for number in range(first, last)]


class Done(NamedTuple):
    """What a command gave: exit code, its JSON where it printed one, and all that it said."""

    code: int
    json: Any
    said: str


def publish(hub: Any, *arguments: Any, **environment: str) -> Done:
    """Run `corpuskit publish ... --format json` against a hub."""
    command = [sys.executable, "-m", "corpuskit", "publish", *map(str, arguments), "--format", "json"]
    done = subprocess.run(command, env=hub.env() | environment, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    value = json.loads(done.stdout) if done.stdout else None
    return Done(done.returncode, value, done.stdout + done.stderr)


def client(hub: Any, code: str, *arguments: str) -> Any:
    """The JSON that Python prints last whose hub clients, unmodified, use a hub."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=hub.env(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1]) if done.stdout else None


LOAD = """
import json, sys
from datasets import load_dataset
loaded = load_dataset(sys.argv[1], revision=sys.argv[2])
print(json.dumps({name: sorted(split["id"]) for name, split in loaded.items()}))
"""


def loaded(hub: Any, repo: str, revision: str = "main") -> dict[str, list[str]]:
    """The ids of each split, as `datasets.load_dataset` gives them."""
    found: dict[str, list[str]] = client(hub, LOAD, repo, revision)
    return found


def ids(path: Path) -> dict[str, list[str]]:
    """The ids of each split of a release."""
    splits = ("train", "test")
    return {
        split: sorted(
            row["id"]
            for batch in corpuskit.read(path, split=split, columns=["id"])
            for row in batch.to_pylist()
        )
        for split in splits
    }


def head(hub: Any, repo: str, branch: str = "main") -> str:
    """The commit that a branch is at, from the hub's folder."""
    return (hub.folder / "datasets" / repo / "refs" / "heads" / branch).read_text().split("\n")[0]


def tree(hub: Any, repo: str, branch: str = "main") -> dict[str, str]:
    """SHA-256 of the files at the head of a branch, by path, from the hub's folder."""
    folder = hub.folder / "datasets" / repo
    commit = head(hub, repo, branch)
    value = json.loads((folder / "commits" / commit[:2] / f"{commit}.json").read_bytes())
    rows = json.loads((folder / "trees" / value["tree"][:2] / f"{value['tree']}.json").read_bytes())
    return {row["path"]: row["sha256"] for row in rows["entries"]}


def objects(hub: Any, repo: str) -> dict[str, int]:
    """Sizes of all bytes that a hub holds of a repository, by their SHA-256."""
    return {
        path.name: path.stat().st_size for path in (hub.folder / "datasets" / repo / "objects").glob("*/*")
    }
