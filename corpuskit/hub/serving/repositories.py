"""Repositories: a folder each, `datasets/<namespace>/<name>`, that appears and goes in one step.

repository.json      {"private", "created"}
refs/heads/main      the id of the branch's commit; refs/tags/ likewise
commits/  trees/     JSON objects named by their digest
objects/             the bytes of files, named by their SHA-256
uploads/             what is on its way; scrap once its request is over
"""

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from corpuskit.hub.serving import objects
from corpuskit.hub.serving.commits import begin, now
from corpuskit.hub.serving.names import is_repository_part
from corpuskit.hub.serving.refusals import Refusal, bad_request, no_repository
from corpuskit.staging import locked, sync, sync_tree

_DATASETS, _SETTINGS = "datasets", "repository.json"


class Repository(NamedTuple):
    """A repository of a hub: its folder, its id `<namespace>/<name>`, and its settings."""

    folder: Path
    id: str
    private: bool
    created: str


def find(root: Path, namespace: str, name: str) -> Repository | None:
    """The repository of a name, None where there is none."""
    if not (is_repository_part(namespace) and is_repository_part(name)):
        return None
    folder = root / _DATASETS / namespace / name
    if not objects.is_inside(folder / _SETTINGS):
        return None
    try:
        settings = json.loads((folder / _SETTINGS).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    return Repository(folder, f"{namespace}/{name}", settings["private"], settings["created"])


def create(root: Path, namespace: str, name: str, *, private: bool, author: str) -> Repository:
    """A new repository with one commit, of no files, durably; raises Refusal 409 where there is one of that name."""
    for part in (namespace, name):
        if not is_repository_part(part):
            raise bad_request(f"a repository cannot be called {namespace}/{name}.")
    parent = root / _DATASETS / namespace
    parent.mkdir(parents=True, exist_ok=True)
    if not objects.is_inside(parent):
        raise bad_request(f"{namespace} is a link in the hub's folder, which is not followed.")
    repository = Repository(parent / name, f"{namespace}/{name}", private, now())
    with objects.holding(repository.folder):
        if repository.folder.exists():
            raise Refusal(409, f"You already created this dataset repo: {repository.id}")
        made = parent / f".{name}.new-{secrets.token_hex(8)}"
        try:
            for folder in ("refs/heads", "refs/tags", "commits", "trees", "objects", objects.SCRATCH):
                (made / folder).mkdir(parents=True)
            _write_settings(made, private=private, created=repository.created)
            begin(made, author, repository.created)
            sync_tree(made)
            made.rename(repository.folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
        for above in (parent, parent.parent, root):
            sync(above)
    return repository


def delete(repository: Repository) -> None:
    """Remove a repository: gone in one step, its bytes a moment later."""
    with objects.holding(repository.folder):
        gone = repository.folder.with_name(f".{repository.folder.name}.gone-{secrets.token_hex(8)}")
        try:
            repository.folder.rename(gone)
        except FileNotFoundError:
            raise no_repository(repository.id) from None
        sync(gone.parent)
    shutil.rmtree(gone, ignore_errors=True)


def set_private(repository: Repository, *, private: bool) -> None:
    """Hide a repository from those without a token, or show it."""
    with objects.holding(repository.folder):
        if not repository.folder.exists():
            raise no_repository(repository.id)
        _write_settings(repository.folder, private=private, created=repository.created)


def listed(root: Path) -> Iterator[Repository]:
    """All repositories of a hub, by name."""
    for settings in sorted((root / _DATASETS).glob(f"*/*/{_SETTINGS}")):
        folder = settings.parent
        found = find(root, folder.parent.name, folder.name)
        if found is not None:
            yield found


def sweep(root: Path) -> None:
    """Remove what a server that was killed left behind: half-made and half-removed repositories, old uploads."""
    for kind in ("new", "gone"):
        for folder in (root / _DATASETS).glob(f"*/.*.{kind}-*"):
            name = folder.name[1:].rpartition(f".{kind}-")[0]
            # A repository that another server makes at this moment is held by its lock.
            with suppress(FileNotFoundError), locked(folder.parent, name, wait=True):
                shutil.rmtree(folder, ignore_errors=True)
    for repository in listed(root):
        objects.sweep(repository.folder)


def _write_settings(folder: Path, *, private: bool, created: str) -> None:
    data = json.dumps({"private": private, "created": created}).encode() + b"\n"
    objects.replace_file(folder / _SETTINGS, data, scratch=folder / objects.SCRATCH)
