"""The body of a commit: a line of JSON for what it says of itself, then one for each operation."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from corpuskit.hub.serving import objects
from corpuskit.hub.serving.commits import Copy, Delete, Operation, Put, PutLarge
from corpuskit.hub.serving.names import is_digest, is_short_commit, is_unicode, path_fault
from corpuskit.hub.serving.refusals import Refusal, bad_request
from corpuskit.hub.serving.trees import regular

# Of a line beyond the bytes of its file: the path, twice as long when escaped, and the keys.
_LINE_OVERHEAD_BYTES = 16 * 1024


# Keeps the bytes of a file and gives their digest.
Store = Callable[[bytes], str]


class Payload(NamedTuple):
    """A commit as it was asked for; the bytes of regular files are objects of the repository by now."""

    title: str
    message: str
    parent: str | None
    operations: list[Operation]


def read_payload(folder: Path, body: Path, max_file_bytes: int) -> Payload:
    """The commit that a spooled body asks for; raises Refusal."""
    header: Mapping[str, Any] | None = None
    operations: list[Operation] = []
    with body.open("rb") as file, objects.storing(folder) as store:
        for key, value in _lines(file, max_file_bytes * 4 // 3 + _LINE_OVERHEAD_BYTES):
            if key == "header":
                header = value
            elif key in _OPERATIONS:
                operations.append(_OPERATIONS[key](store, value))
            else:
                raise bad_request(f"a commit has no {key!r}; it has header, {', '.join(_OPERATIONS)}.")
    if header is None:
        raise bad_request("the commit has no header.")
    parent = header.get("parentCommit")
    if parent is not None and not (isinstance(parent, str) and is_short_commit(parent)):
        raise bad_request("parentCommit is not the id of a commit.")
    title = _text(header, "summary")
    if not title.strip():
        raise bad_request("the commit has no summary.")
    return Payload(title, _text(header, "description", ""), parent, operations)


def _lines(file: BinaryIO, max_bytes: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    while line := file.readline(max_bytes + 1):
        if len(line) > max_bytes:
            raise Refusal(
                413, f"a line of the commit has more than {max_bytes:,} bytes: upload such a file as LFS."
            )
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise bad_request("a line of the commit is not JSON.") from None
        if not (isinstance(row, dict) and isinstance(row.get("value"), dict)):
            raise bad_request("a line of the commit is not an object with `key` and `value`.")
        yield str(row.get("key")), row["value"]


def _text(value: Mapping[str, Any], key: str, default: str | None = None) -> str:
    text = value.get(key, default)
    if not isinstance(text, str) or not is_unicode(text):
        raise bad_request(f"`{key}` is missing, or is no text.")
    return text


def _path(value: Mapping[str, Any], key: str = "path") -> str:
    path = value.get(key)
    fault = path_fault(path)
    if fault is not None:
        raise bad_request(f"the path {str(path)[:200]!r} {fault}.")
    return str(path)


def _file(store: Store, value: Mapping[str, Any]) -> Operation:
    path, content = _path(value), _text(value, "content")
    if value.get("encoding", "utf-8") == "base64":
        try:
            data = base64.b64decode(content, validate=True)
        except ValueError:
            raise bad_request(f"{path}: the content is not base64.") from None
    else:
        data = content.encode()
    return Put(regular(path, data, store(data)))


def _lfs_file(_: Store, value: Mapping[str, Any]) -> Operation:
    path, oid, size = _path(value), value.get("oid"), value.get("size")
    if not is_digest(oid) or value.get("algo", "sha256") != "sha256":
        raise bad_request(f"{path}: the oid is not a SHA-256.")
    if size is not None and not (isinstance(size, int) and size >= 0):
        raise bad_request(f"{path}: the size is no number of bytes.")
    return PutLarge(path, str(oid), size)


def _deleted_file(_: Store, value: Mapping[str, Any]) -> Operation:
    return Delete(_path(value), folder=False)


def _deleted_folder(_: Store, value: Mapping[str, Any]) -> Operation:
    path = value.get("path")
    return Delete(_path({"path": path.rstrip("/") if isinstance(path, str) else path}), folder=True)


def _copy_file(_: Store, value: Mapping[str, Any]) -> Operation:
    revision = value.get("srcRevision")
    return Copy(_path(value, "srcPath"), _path(value), None if revision is None else str(revision))


_OPERATIONS = {
    "file": _file,
    "lfsFile": _lfs_file,
    "deletedFile": _deleted_file,
    "deletedFolder": _deleted_folder,
    "copyFile": _copy_file,
}
