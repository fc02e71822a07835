"""What a repository holds: its description, files, branches, tags and commits."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from corpuskit.hub.serving import cards, refs, trees
from corpuskit.hub.serving.calls import Call, said
from corpuskit.hub.serving.commits import Commit, history, last_changes, read_commit
from corpuskit.hub.serving.names import path_fault
from corpuskit.hub.serving.refusals import Refusal, bad_request, no_entry
from corpuskit.hub.serving.repositories import Repository
from corpuskit.hub.serving.trees import Entry, Folder, read_tree

_README = "README.md"
_MAX_PATHS = 1000


def info(call: Call) -> Response:
    """GET /api/datasets/<id>[/revision/<rev>]: the description of a repository at a revision."""
    revision = call.names.get("rev", refs.MAIN)
    return said(described(call.repository, revision, blobs=call.flag("blobs")))


def described(repository: Repository, revision: str = refs.MAIN, *, blobs: bool = False) -> dict[str, Any]:
    """What the hub says of a repository at a revision; with `blobs` also sizes and digests of its files."""
    commit = refs.resolve(repository.folder, revision)
    value = read_commit(repository.folder, commit)
    tree = read_tree(repository.folder, value.tree)
    head = cards.head_of(repository.folder, tree.get(_README))
    return {
        "_id": repository.id, "id": repository.id, "author": repository.id.partition("/")[0], "sha": commit,
        "lastModified": value.date, "createdAt": repository.created, "private": repository.private,
        "gated": False, "disabled": False, "downloads": 0, "likes": 0, "tags": cards.tags(head),
        "cardData": head, "siblings": [_sibling(entry, blobs=blobs) for entry in tree.values()],
        "usedStorage": sum(entry.size for entry in tree.values()),
    }  # fmt: skip


def _sibling(entry: Entry, *, blobs: bool) -> dict[str, Any]:
    row: dict[str, Any] = {"rfilename": entry.path}
    if blobs:
        row |= {"size": entry.size, "blobId": entry.oid}
        if entry.lfs:
            row["lfs"] = {"sha256": entry.sha256, "size": entry.size, "pointerSize": _pointer_size(entry)}
    return row


def _pointer_size(entry: Entry) -> int:
    return len(trees.pointer(entry.sha256, entry.size))


def tree(call: Call) -> Response:
    """GET .../tree/<rev>[/<path>]: files and folders below a path, a page at a time."""
    commit, path = call.commit(), call.names.get("path", "").rstrip("/")
    files = call.files(commit)
    entries = list(trees.below(files, path, recursive=call.flag("recursive")))
    if path and not entries:
        raise _with_commit(no_entry(path), commit)
    expand, limits = call.flag("expand"), call.hub.limits
    start, size = call.number("cursor", 0), limits.expanded_entries if expand else limits.page_entries
    headers = {"X-Repo-Commit": commit}
    if start + size < len(entries):
        headers["Link"] = f'<{_next_page(call, commit, path, start + size)}>; rel="next"'
    return said(_rows(call, commit, entries[start : start + size], expand=expand), headers=headers)


def _next_page(call: Call, commit: str, path: str, cursor: int) -> str:
    """The next page of a tree: of the same commit, wherever the branch will be by then."""
    below = f"/{quote(path)}" if path else ""
    flags = "".join(f"&{flag}=true" for flag in ("recursive", "expand") if call.flag(flag))
    return f"{call.base}/api/datasets/{call.repository.id}/tree/{commit}{below}?cursor={cursor}{flags}"


def paths_info(call: Call) -> Response:
    """POST .../paths-info/<rev>: the files and folders of some paths; what is not there is left out."""
    paths = call.body.get("paths", [])
    if not (isinstance(paths, list) and all(isinstance(path, str) for path in paths)):
        raise bad_request("`paths` is no list of texts.")
    if len(paths) > _MAX_PATHS:
        raise Refusal(413, f"too many parameters: at most {_MAX_PATHS:,} paths are taken at once.")
    expand = call.body.get("expand", False) in (True, ["true"], ["True"], ["1"])
    commit = call.commit()
    files = call.files(commit)
    found = (_entry(files, path.strip("/")) for path in paths)
    return said(_rows(call, commit, [entry for entry in found if entry is not None], expand=expand))


def _entry(files: Mapping[str, Entry], path: str) -> Entry | Folder | None:
    if path in files:
        return files[path]
    inside = [entry for entry in files.values() if entry.path.startswith(f"{path}/")]
    return Folder(path, trees.folder_id(inside)) if inside else None


def _rows(
    call: Call, commit: str, entries: Iterable[Entry | Folder], *, expand: bool
) -> list[dict[str, Any]]:
    """Entries as the hub writes them; with `expand` also the commit that changed each last."""
    entries = list(entries)
    rows = [_file_row(e) if isinstance(e, Entry) else _folder_row(e) for e in entries]
    if expand:
        changes = last_changes(call.folder, commit, (entry.path for entry in entries))
        for row in rows:
            if row["path"] in changes:
                oid, value = changes[row["path"]]
                row["lastCommit"] = {"id": oid, "title": value.title, "date": value.date}
    return rows


def _file_row(entry: Entry) -> dict[str, Any]:
    row: dict[str, Any] = {"type": "file", "oid": entry.oid, "size": entry.size, "path": entry.path}
    if entry.lfs:
        row["lfs"] = {"oid": entry.sha256, "size": entry.size, "pointerSize": _pointer_size(entry)}
    return row


def _folder_row(folder: Folder) -> dict[str, Any]:
    return {"type": "directory", "oid": folder.oid, "size": 0, "path": folder.path}


def list_refs(call: Call) -> Response:
    """GET .../refs: all branches and tags."""
    rows = {"branches": _ref_rows(call, "heads"), "tags": _ref_rows(call, "tags")}
    return said({**rows, "converts": [], "pullRequests": []})


def _ref_rows(call: Call, kind: refs.Kind) -> list[dict[str, str]]:
    return [
        {"name": name, "ref": f"refs/{kind}/{name}", "targetCommit": commit}
        for name, commit in refs.refs(call.folder, kind).items()
    ]


def list_commits(call: Call) -> Response:
    """GET .../commits/<rev>: the history of a revision, newest first, a page at a time."""
    commit, size = call.commit(), call.hub.limits.page_entries
    page = list(islice(history(call.folder, commit), size + 1))
    headers = {"X-Total-Count": str(len(page))} if len(page) <= size else {}
    if len(page) > size:
        following = f"{call.base}/api/datasets/{call.repository.id}/commits/{page[size][0]}"
        headers["Link"] = f'<{following}>; rel="next"'
    return said([_commit_row(oid, value) for oid, value in page[:size]], headers=headers)


def _commit_row(oid: str, value: Commit) -> dict[str, Any]:
    return {
        "id": oid, "title": value.title, "message": value.message, "date": value.date,
        "authors": [{"user": value.author}], "parents": [value.parent] if value.parent else [],
    }  # fmt: skip


def file_of(call: Call) -> tuple[str, Entry]:
    """The commit and the file that a path names; raises Refusal."""
    commit, path = call.commit(), call.names["path"]
    entry = call.files(commit).get(path) if path_fault(path) is None else None
    if entry is None:
        raise _with_commit(no_entry(path), commit)
    return commit, entry


def _with_commit(refusal: Refusal, commit: str) -> Refusal:
    # Clients remember by commit what is not there.
    refusal.headers["X-Repo-Commit"] = commit
    return refusal
