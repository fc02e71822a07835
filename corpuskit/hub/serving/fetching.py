"""The bytes of a file, whole or a range of them, never as a page that a browser would run."""

from urllib.parse import quote

from starlette.responses import FileResponse, Response

from corpuskit.hub.serving import objects
from corpuskit.hub.serving.browsing import file_of
from corpuskit.hub.serving.calls import Call
from corpuskit.hub.serving.refusals import Refusal

# What a browser shows by itself, as a card's figures and texts; all else is offered for saving.
_SHOWN = {
    "svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif",
    "webp": "image/webp", "md": "text/plain; charset=utf-8", "txt": "text/plain; charset=utf-8",
    "json": "text/plain; charset=utf-8", "jsonl": "text/plain; charset=utf-8",
    "csv": "text/plain; charset=utf-8", "cff": "text/plain; charset=utf-8",
}  # fmt: skip


class _ObjectResponse(FileResponse):
    # A client that stops reading holds two or three of them in memory.
    chunk_size = 1 << 18


def resolve(call: Call) -> Response:
    """GET or HEAD /datasets/<id>/resolve/<rev>/<path>: a file, with its commit, digest and size in headers."""
    commit, entry = file_of(call)
    path = objects.object_path(call.folder, entry.sha256)
    if not objects.has_object(call.folder, entry.sha256, entry.size):
        raise Refusal(500, f"the bytes of {entry.path} are not in the hub's folder, or not whole.")
    etag = f'"{entry.sha256 if entry.lfs else entry.oid}"'
    name = entry.path.rpartition("/")[2]
    media = _SHOWN.get(name.rpartition(".")[2].lower(), "application/octet-stream")
    place = "attachment" if media == "application/octet-stream" else "inline"
    headers = {
        "ETag": etag,
        "X-Repo-Commit": commit,
        "Content-Disposition": f"{place}; filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": "no-cache",
    }
    if entry.lfs:
        headers |= {"X-Linked-Etag": etag, "X-Linked-Size": str(entry.size)}
    if etag in [given.strip() for given in call.request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    return _ObjectResponse(path, headers=headers, media_type=media)
