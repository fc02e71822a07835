"""What becomes of each file of a target: the release, what lies there, and whose it is."""

import json
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from corpuskit import layout
from corpuskit.hub.publishing.plan import Cargo, FileChange, RemoteFile, State


def release_files(manifest: Mapping[str, Any], cargo: Cargo) -> dict[str, tuple[str, int]]:
    """SHA-256 and size of every file that is published, by path: the manifest's, itself, and merged documents."""
    listed = {entry["path"]: (entry["sha256"], entry["bytes"]) for entry in manifest["files"]}
    own = (layout.MANIFEST, layout.SIDECAR, *cargo.merged)
    return listed | {name: cargo.sha256(name) for name in own}


def file_changes(cargo: Cargo, state: State) -> tuple[FileChange, ...]:
    """Files to add, change, rename, delete and keep, in the order of their paths; `cargo.sums` are those published.

    What an earlier release brought and this one has not goes, and so does whatever lies below `data/`, since loaders
    would take it for rows of this release. Everything else that is not ours stays.
    """
    there = {each.path: each for each in state.files}
    leaving = {path: there[path] for path in _leaving(cargo.sums, state)}
    origins = {each.digest: each.path for each in leaving.values()}
    found = [_ours(path, cargo, state, there.get(path), origins) for path in sorted(cargo.sums)]
    renamed = {each.origin for each in found}
    found += [
        FileChange("delete", path, each.bytes, before=each.digest)
        for path, each in leaving.items()
        if path not in renamed
    ]
    found += [
        FileChange("keep", path, each.bytes, before=each.digest, foreign=True)
        for path, each in there.items()
        if path not in leaving and path not in cargo.sums
    ]
    return tuple(sorted(found, key=lambda each: each.path))


def _ours(
    path: str, cargo: Cargo, state: State, there: RemoteFile | None, origins: dict[str, str]
) -> FileChange:
    """What becomes of a file of the release; a file that it is renamed from is taken out of `origins`."""
    sha256, size = cargo.sums[path]
    travels = 0 if sha256 in state.held else size
    if there is not None:
        if cargo.is_at(path, there):
            return FileChange("keep", path, size, sha256, before=there.digest)
        return FileChange("change", path, size, sha256, travels, there.digest)
    digest = f"sha256:{sha256}"
    origin = origins.pop(digest, None)
    if origin is None:
        return FileChange("add", path, size, sha256, travels)
    return FileChange("rename", path, size, sha256, before=digest, origin=origin)


def _leaving(wanted: Mapping[str, object], state: State) -> Iterator[str]:
    """The files of a target that are not to stay."""
    earlier = listed_files(state.manifest)
    folders = {str(parent) for path in wanted for parent in PurePosixPath(path).parents}
    for each in state.files:
        if each.path in wanted:
            continue
        parents = {str(parent) for parent in PurePosixPath(each.path).parents}
        # A file where a folder must be, or in a folder where a file must be.
        in_the_way = each.path in folders or bool(parents & wanted.keys())
        if each.path in earlier or layout.DATA in parents or in_the_way:
            yield each.path


def listed_files(manifest: bytes | None) -> frozenset[str]:
    """The paths that somebody's manifest.json lists; none where it is no manifest."""
    try:
        entries = json.loads(manifest or b"{}")["files"]
        return frozenset(str(entry["path"]) for entry in entries)
    except (ValueError, LookupError, TypeError, RecursionError):
        return frozenset()


def is_reached(files: tuple[FileChange, ...], cargo: Cargo, state: State) -> bool:
    """Whether a target holds already what these changes lead to."""
    planned = {each.path for each in files}
    # What a hub itself puts into a new repository is nobody's change.
    there = {
        each.path: each
        for each in state.files
        if each.path in planned or each.path.partition("/")[0] not in layout.FOREIGN
    }
    for each in files:
        now = there.get(each.path)
        if each.action == "delete":
            reached = now is None
        elif each.foreign:
            reached = now is not None and now.digest == each.before
        else:
            reached = cargo.is_at(each.path, now) and each.origin not in there
        if not reached:
            return False
    return len(there) == sum(each.action != "delete" for each in files)
