"""Pushing: which files travel how, large files, and the commit that makes them visible."""

import base64
import codecs
import re
import secrets
import shutil
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from corpuskit.hub.serving import bodies, links, objects
from corpuskit.hub.serving.calls import Call, said
from corpuskit.hub.serving.commits import Words, commit_operations
from corpuskit.hub.serving.names import is_digest, path_fault
from corpuskit.hub.serving.payloads import read_payload
from corpuskit.hub.serving.refusals import Refusal, bad_request, no_repository
from corpuskit.hub.serving.trees import Entry

_MAX_ROWS = 1000
_UPLOAD = re.compile(r"[0-9a-f]{32}")


def preupload(call: Call) -> Response:
    """POST .../preupload/<rev>: for each file whether it travels as LFS or in the commit, and what is there."""
    refuse_pull_request(call)
    files = call.files(call.commit())
    rows = []
    for row in call.rows("files", _MAX_ROWS):
        path, size = row.get("path"), row.get("size")
        fault = path_fault(path)
        if fault is not None or not isinstance(size, int):
            raise bad_request(f"the path {str(path)[:200]!r} {fault or 'comes without a size'}.")
        mode = "lfs" if _is_large(row, size, call.hub.limits.regular_bytes) else "regular"
        answer = {"path": path, "uploadMode": mode, "shouldIgnore": False}
        oid = _oid(files.get(str(path)), mode)
        rows.append(answer | ({"oid": oid} if oid else {}))
    return said({"files": rows})


def _is_large(row: Any, size: int, regular_bytes: int) -> bool:
    """Whether a file travels as LFS: one that is large, or begins with bytes that are no text."""
    if size == 0:
        return False
    sample = row.get("sample")
    return size > regular_bytes or not isinstance(sample, str) or not _is_text(sample)


def _is_text(sample: str) -> bool:
    try:
        data = base64.b64decode(sample)
        # The sample may end within a character.
        codecs.getincrementaldecoder("utf-8")().decode(data, final=False)
    except ValueError:
        return False
    return b"\0" not in data


def _oid(entry: Entry | None, mode: str) -> str | None:
    """What a client compares with its own file, so that what has not changed is not sent."""
    if entry is None:
        return None
    return entry.sha256 if mode == "lfs" else None if entry.lfs else entry.oid


def refuse_pull_request(call: Call) -> None:
    """Raise Refusal where the query asks for a pull request."""
    if call.flag("create_pr"):
        raise bad_request(
            "this hub has no pull requests: push to a branch of its own instead (revision=...)."
        )


def lfs_batch(call: Call) -> Response:
    """POST /datasets/<id>.git/info/lfs/objects/batch: where to send each large file that is not there yet."""
    if call.text("operation") != "upload":
        raise bad_request("large files are fetched with resolve, not by LFS batch.")
    transfers = call.body.get("transfers")
    parts = isinstance(transfers, list) and "multipart" in transfers
    rows = [_upload_of(call, row, parts=parts) for row in call.rows("objects", _MAX_ROWS)]
    return said({"transfer": "multipart" if parts else "basic", "objects": rows})


def _upload_of(call: Call, row: Any, *, parts: bool) -> dict[str, Any]:
    oid, size = row.get("oid"), row.get("size")
    if not (is_digest(oid) and isinstance(size, int) and size >= 0):
        raise bad_request("an object has no SHA-256 or no size.")
    answer = {"oid": oid, "size": size}
    limits = call.hub.limits
    if objects.has_object(call.folder, oid, size):
        return answer
    if size > limits.max_file_bytes:
        message = (
            f"{size:,} bytes are more than the {limits.max_file_bytes:,} that a file of this hub may have."
        )
        return answer | {"error": {"code": 413, "message": message}}
    if size > shutil.disk_usage(call.folder).free:
        return answer | {"error": {"code": 507, "message": "the disk of this hub is full."}}
    lfs = f"/datasets/{call.repository.id}.git/info/lfs"
    if parts and size > limits.part_bytes:
        upload = f"{lfs}/parts/{secrets.token_hex(16)}/{oid}/{size}"
        count = -(-size // limits.part_bytes)
        header = {f"{number:05d}": _link(call, f"{upload}/{number}") for number in range(1, count + 1)}
        header["chunk_size"] = str(limits.part_bytes)
        action = {"href": _link(call, upload), "header": header}
    else:
        action = {"href": _link(call, f"{lfs}/objects/{oid}/{size}")}
    verify = {"href": f"{call.base}{lfs}/verify"}
    return answer | {"actions": {"upload": action, "verify": verify}}


def _link(call: Call, path: str) -> str:
    return call.base + links.signed(call.hub.secret, path)


async def put_object(call: Call) -> Response:
    """PUT .../objects/<oid>/<size>: a large file in one piece, kept if it is what was announced."""
    oid, size = call.names["oid"], _number(call.names["size"])
    with objects.scratch(call.folder) as path:
        await bodies.spool(call.request, path, call.hub.limits, size)
        await run_in_threadpool(objects.keep_verified, call.folder, path, oid, size)
    return said({})


async def put_part(call: Call) -> Response:
    """PUT .../parts/<upload>/<oid>/<size>/<number>: a part of a large file, put into its place."""
    size, number = _number(call.names["size"]), _number(call.names["part"])
    start = (number - 1) * call.hub.limits.part_bytes
    length = min(call.hub.limits.part_bytes, size - start)
    path = _upload_path(call)
    arrived = await bodies.spool(call.request, path, call.hub.limits, length, offset=start)
    if arrived != length:
        raise Refusal(422, f"part {number} has {arrived} bytes, not {length}.")
    return said({}, headers={"ETag": f'"{number}-{length}"'})


def complete(call: Call) -> Response:
    """POST .../parts/<upload>/<oid>/<size>: all parts are there; kept if the whole is what was announced."""
    oid, size = call.names["oid"], _number(call.names["size"])
    path = _upload_path(call)
    try:
        # Asked again, because the answer was lost, it is there.
        if not objects.has_object(call.folder, oid, size):
            objects.keep_verified(call.folder, path, oid, size)
    finally:
        path.unlink(missing_ok=True)
    return said({"success": True})


def verify(call: Call) -> Response:
    """POST .../verify: whether a large file is there."""
    oid, size = call.body.get("oid"), call.body.get("size")
    if not (is_digest(oid) and isinstance(size, int) and objects.has_object(call.folder, str(oid), size)):
        raise Refusal(404, "there is no such object.")
    return said({})


async def commit(call: Call) -> Response:
    """POST .../commit/<branch>: operations as lines of JSON, applied to a branch in one commit, all or none."""
    refuse_pull_request(call)
    limits = call.hub.limits
    with objects.scratch(call.folder) as body:
        await bodies.spool(call.request, body, limits, limits.commit_bytes)
        made = await run_in_threadpool(_committed, call, body)
    url = f"{call.base}/datasets/{call.repository.id}/commit/{made}"
    return said({"success": True, "commitOid": made, "commitUrl": url, "hookOutput": ""})


def _committed(call: Call, body: Path) -> str:
    payload = read_payload(call.folder, body, call.hub.limits.regular_bytes * 2)
    words = Words(payload.title, payload.message, call.author)
    branch, most = call.names["rev"], call.hub.limits.max_files
    return commit_operations(call.folder, branch, payload.operations, words, payload.parent, most)


def _upload_path(call: Call) -> Path:
    upload = call.names["upload"]
    if not _UPLOAD.fullmatch(upload):
        raise no_repository(call.repository.id)
    return call.folder / objects.SCRATCH / upload


def _number(text: str) -> int:
    """A number in a signed path, written by this hub."""
    return int(text)
