"""Whether a hub's folder is whole, judged without the code that wrote it."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path


def faults(root: Path) -> list[str]:
    """Everything that a branch or a tag of any repository leads to, and that is not there or not what its name says."""
    found = []
    for settings in sorted((root / "datasets").glob("[!.]*/[!.]*/repository.json")):
        found += [f"{settings.parent.name}: {fault}" for fault in _of_repository(settings.parent)]
    return found


def _of_repository(folder: Path) -> Iterator[str]:
    # A commit, tree or object that many lead to is looked at once.
    seen: set[str] = set()
    refs = [p for p in (folder / "refs").glob("*/*") if not p.name.startswith(".")]
    if not any(p.name == "main" for p in refs):
        yield "no branch main"
    for ref in refs:
        commit: str | None = ref.read_text().split("\n")[0]
        while commit and commit not in seen:
            seen.add(commit)
            path = folder / "commits" / commit[:2] / f"{commit}.json"
            if not path.is_file():
                yield f"{ref.name}: no commit {commit}"
                break
            data = path.read_bytes()
            if hashlib.sha256(data).hexdigest()[:40] != commit:
                yield f"{ref.name}: commit {commit} is not what its name says"
                break
            value = json.loads(data)
            yield from _of_tree(folder, value["tree"], seen)
            commit = value["parent"]


def _of_tree(folder: Path, digest: str, seen: set[str]) -> Iterator[str]:
    path = folder / "trees" / digest[:2] / f"{digest}.json"
    if not path.is_file():
        yield f"no tree {digest}"
        return
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        yield f"tree {digest} is not what its name says"
        return
    for entry in json.loads(data)["entries"]:
        known = f"{entry['sha256']} {entry['size']}"
        if known in seen:
            continue
        seen.add(known)
        content = folder / "objects" / entry["sha256"][:2] / entry["sha256"]
        if not content.is_file():
            yield f"{entry['path']}: no object {entry['sha256']}"
        elif hashlib.sha256(content.read_bytes()).hexdigest() != entry["sha256"]:
            yield f"{entry['path']}: object {entry['sha256']} is not what its name says"
        elif content.stat().st_size != entry["size"]:
            yield f"{entry['path']}: {content.stat().st_size} bytes, not {entry['size']}"


def history(folder: Path, branch: str = "main") -> list[str]:
    """The commits of a branch, newest first."""
    commits, commit = [], (folder / "refs" / "heads" / branch).read_text().split("\n")[0]
    while commit:
        commits.append(commit)
        commit = json.loads((folder / "commits" / commit[:2] / f"{commit}.json").read_bytes())["parent"]
    return commits
