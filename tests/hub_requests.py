"""Plain requests to a hub, byte by byte where it matters: no client tidies the path or the length."""

import base64
import hashlib
import http.client
import json
import socket
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from corpuskit.testing import LocalHub


class Answer(NamedTuple):
    """What a hub said: status, headers by lowercase name, body."""

    status: int
    headers: Mapping[str, str]
    data: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.data)


def address(hub: LocalHub) -> tuple[str, int]:
    parts = urlsplit(hub.endpoint)
    return str(parts.hostname), int(parts.port or 0)


def ask(
    hub: LocalHub, method: str, path: str, body: Any = None, token: str | None = None, **headers: str
) -> Answer:
    """One request: a body that is no bytes is sent as JSON; header names are written with `_` for `-`."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if token is not None:
        sent["Authorization"] = f"Bearer {token}"
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
        sent["Content-Type"] = "application/json"
    connection = http.client.HTTPConnection(*address(hub), timeout=60)
    try:
        connection.request(method, path, body, sent)
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, found, response.read())
    finally:
        connection.close()


def raw(hub: LocalHub, data: bytes, *, end: bool = False) -> bytes:
    """What comes back for these bytes, until the hub closes the line; with `end` no more could come after them."""
    with socket.create_connection(address(hub), timeout=60) as connection:
        connection.sendall(data)
        if end:
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    return answer


def create(hub: LocalHub, name: str, *, private: bool = False) -> str:
    """Make the repository `lab/<name>`; gives its path in the API."""
    visibility = "private" if private else "public"
    body = {"type": "dataset", "organization": "lab", "name": name, "visibility": visibility}
    answer = ask(hub, "POST", "/api/repos/create", body, hub.token)
    assert answer.status == 200, answer
    return f"/api/datasets/lab/{name}"


def lines(*operations: tuple[str, Mapping[str, Any]], parent: str | None = None) -> bytes:
    """The body of a commit."""
    header: dict[str, Any] = {"summary": "a commit", "description": ""}
    if parent is not None:
        header["parentCommit"] = parent
    rows = [("header", header), *operations]
    return b"".join(json.dumps({"key": key, "value": value}).encode() + b"\n" for key, value in rows)


def file(path: str, data: bytes) -> tuple[str, Mapping[str, Any]]:
    """The operation that adds a small file."""
    return "file", {"path": path, "content": base64.b64encode(data).decode(), "encoding": "base64"}


def commit(
    hub: LocalHub, api: str, *operations: tuple[str, Mapping[str, Any]], branch: str = "main"
) -> Answer:
    return ask(hub, "POST", f"{api}/commit/{branch}", lines(*operations), hub.token)


def batch(hub: LocalHub, name: str, data: bytes, size: int | None = None) -> Any:
    """What LFS batch says of an object of `lab/<name>`."""
    body = {
        "operation": "upload", "transfers": ["basic", "multipart"], "hash_algo": "sha256",
        "objects": [{"oid": hashlib.sha256(data).hexdigest(), "size": len(data) if size is None else size}],
    }  # fmt: skip
    answer = ask(hub, "POST", f"/datasets/lab/{name}.git/info/lfs/objects/batch", body, hub.token)
    assert answer.status == 200, answer
    return answer.json["objects"][0]


def path_of(href: str) -> str:
    """The path and query of a link."""
    parts = urlsplit(href)
    return f"{parts.path}?{parts.query}"


def client(hub: LocalHub, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python whose hub clients use this hub."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], env=hub.env(), capture_output=True, text=True, check=False
    )
