"""Branches and tags: a file each that holds the id of a commit, replaced in one step."""

from pathlib import Path
from typing import Literal
from urllib.parse import quote, unquote

from corpuskit.hub.serving import objects
from corpuskit.hub.serving.names import is_commit, is_ref, is_short_commit
from corpuskit.hub.serving.refusals import no_revision
from corpuskit.staging import sync

Kind = Literal["heads", "tags"]
MAIN = "main"


def read_ref(folder: Path, kind: Kind, name: str) -> str | None:
    """The commit of a branch or tag; None where there is none of that name."""
    if not is_ref(name):
        return None
    path = _path(folder, kind, name)
    try:
        data = path.read_bytes() if objects.is_inside(path) else b""
    except FileNotFoundError:
        return None
    commit = data.partition(b"\n")[0].decode("ascii", "replace")
    return commit if is_commit(commit) else None


def write_ref(folder: Path, kind: Kind, name: str, commit: str, message: str = "") -> None:
    """Point a branch or tag to a commit, durably; the lock of the repository must be held.

    The file's first line is the commit; the message of a tag follows.
    """
    data = f"{commit}\n{message}".encode()
    objects.replace_file(_path(folder, kind, name), data, scratch=folder / objects.SCRATCH)


def remove_ref(folder: Path, kind: Kind, name: str) -> None:
    """Remove a branch or tag, durably; the lock of the repository must be held."""
    path = _path(folder, kind, name)
    path.unlink()
    sync(path.parent)


def refs(folder: Path, kind: Kind) -> dict[str, str]:
    """All branches or tags with their commits, by name."""
    names = sorted(unquote(path.name) for path in (folder / "refs" / kind).glob("[!.]*"))
    found = ((name, read_ref(folder, kind, name)) for name in names)
    return {name: commit for name, commit in found if commit is not None}


def resolve(folder: Path, revision: str) -> str:
    """The commit that a branch, a tag, or the first 7 to 40 digits of a commit name; raises Refusal 404."""
    commit = read_ref(folder, "heads", revision) or read_ref(folder, "tags", revision)
    if commit is None and is_short_commit(revision):
        matches = list((folder / "commits" / revision[:2]).glob(f"{revision}*.json"))
        if len(matches) == 1:
            commit = matches[0].stem
    if commit is None:
        raise no_revision(revision)
    return commit


def _path(folder: Path, kind: Kind, name: str) -> Path:
    return folder / "refs" / kind / quote(name, safe="")
