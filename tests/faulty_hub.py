"""A real hub whose answers fail on purpose: the application that `corpuskit serve` runs, behind what counts its calls.

`FaultyHub` serves it from a thread. A client arms it with POST /_arm {"call": N, "fault": NAME, "pid": its own}, and
reads with GET /_log what was asked since. Faults, at the Nth call and there alone unless they say otherwise:

    500, 503, 429, 412   that status, and nothing is done
    down                 503 at this and every later call
    dropped              the connection is closed, and nothing is done
    lost                 it is done, and the connection closed before an answer
    cut                  it is done, and the answer ends in the middle
    slow                 the answer comes late
    echo                 401, which repeats the token that was sent
    lie                  this and every later list of files states wrong digests
    curt                 this and every later 404 comes without the hub's code, lists of files with ids of small
                         files that are not git's
    kill, killed         SIGKILL to the client, before it is done, or after and before the answer
"""

import asyncio
import json
import os
import re
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import uvicorn

from corpuskit.hub import serving
from corpuskit.hub.serving.application import application
from corpuskit.hub.serving.calls import Hub
from corpuskit.hub.serving.server import _LOCAL, _bound

STATUSES = {"500": 500, "503": 503, "429": 429, "412": 412, "down": 503}
_OID = re.compile(rb'"oid": ?"[0-9a-f]')
_LASTING = {"down", "lie", "curt"}


class _Gone(Exception):
    """The client is dead, or is to think that the hub is."""


class FaultyHub:
    """A context manager: `endpoint`, `token`, `folder`, and `env()` for subprocesses, as of a LocalHub."""

    def __enter__(self) -> Self:
        self._temporary = tempfile.TemporaryDirectory(prefix="faulty-hub-", ignore_cleanup_errors=True)
        self.folder = serving.open_hub(Path(self._temporary.name) / "hub")
        self.token = serving.add_token(self.folder, "tester", "write")
        self.told: list[str] = []
        self.armed: dict[str, Any] = {}
        self.log: list[dict[str, Any]] = []
        self.before: Callable[[str], None] = lambda _: None  # called with the path of each call
        self._app = application(Hub(self.folder, _LOCAL, self.told.append, serving.Limits()))
        listener = _bound("127.0.0.1", 0)
        self.endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            self._serve,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            interface="asgi3",
            log_level="critical",
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._temporary.cleanup()

    def env(self) -> dict[str, str]:
        """The environment for a subprocess whose clients use this hub."""
        rest = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
        return rest | {
            "HF_ENDPOINT": self.endpoint, "HF_TOKEN": self.token, "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HOME": f"{self._temporary.name}/home", "NO_PROXY": "127.0.0.1",
        }  # fmt: skip

    async def _serve(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/_arm":
            self.armed, self.log = json.loads((await receive())["body"]), []
            await _answer(send, 200, b"{}")
            return
        if scope["path"] == "/_log":
            await _answer(send, 200, json.dumps(self.log).encode())
            return
        self.before(scope["path"])
        seen = {"method": scope["method"], "path": scope["path"], "bytes": 0, "status": None}
        self.log.append(seen)
        due = self.armed.get("call", 0)
        struck = bool(due) and (
            len(self.log) == due or (len(self.log) > due and self.armed["fault"] in _LASTING)
        )
        await self._call(self.armed["fault"] if struck else "", seen, scope, receive, send)

    async def _call(self, fault: str, seen: dict[str, Any], scope: Any, receive: Any, send: Any) -> None:
        async def counted() -> Any:
            message = await receive()
            seen["bytes"] += len(message.get("body", b""))
            return message

        if fault == "kill":
            _kill(self.armed["pid"])
        if fault == "slow":
            await asyncio.sleep(0.2)
        if fault == "echo":
            sent = dict(scope["headers"]).get(b"authorization", b"").decode()
            await _answer(send, 401, json.dumps({"error": f"bad: {sent}"}).encode())
            return
        if fault in STATUSES:
            seen["status"] = STATUSES[fault]
            await _answer(send, STATUSES[fault], b'{"error": "on purpose"}')
            return
        if fault == "dropped":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
            raise _Gone
        messages: list[Any] = []

        async def kept(message: Any) -> None:
            messages.append(message)

        if not fault:
            await self._app(scope, counted, _noting(seen, send))
            return
        await self._app(scope, counted, _noting(seen, kept))
        await self._fail(fault, seen, messages, send)

    async def _fail(self, fault: str, seen: Any, messages: list[Any], send: Any) -> None:
        start, body = messages[0], b"".join(m.get("body", b"") for m in messages[1:])
        if fault == "killed":
            _kill(self.armed["pid"])
        if fault == "lie" and "/tree/" in seen["path"]:
            body = _OID.sub(lambda match: match[0][:-1] + (b"1" if match[0][-1:] == b"0" else b"0"), body)
        if fault == "curt":
            start, body = _curt(seen["path"], start, body)
        if fault in {"lost", "cut"}:
            length = [(b"content-length", str(len(body) + 10).encode())]
            start = start | {"headers": [h for h in start["headers"] if h[0] != b"content-length"] + length}
            await send(start)
            half = body[: len(body) // 2 if fault == "cut" else 0]
            await send({"type": "http.response.body", "body": half, "more_body": True})
            raise _Gone
        await send(start)
        await send({"type": "http.response.body", "body": body})


def _curt(path: str, start: Any, body: bytes) -> tuple[Any, bytes]:
    """An answer as of a hub that keeps no git repositories, and says less."""
    if start["status"] == 404:
        named = (b"x-error-code", b"x-error-message")
        start = start | {"headers": [header for header in start["headers"] if header[0] not in named]}
    elif "/tree/" in path or "/paths-info/" in path:
        rows = [row if "lfs" in row else {**row, "oid": "f" * 40} for row in json.loads(body)]
        body = json.dumps(rows, separators=(",", ":")).encode()
        length = (b"content-length", str(len(body)).encode())
        start = start | {"headers": [h for h in start["headers"] if h[0] != b"content-length"] + [length]}
    return start, body


def _noting(seen: dict[str, Any], send: Any) -> Any:
    async def noted(message: Any) -> None:
        if message["type"] == "http.response.start":
            seen["status"] = message["status"]
        await send(message)

    return noted


def _kill(pid: int) -> None:
    """Kill the client and wait until it is gone, so that it hears nothing any more."""
    os.kill(pid, signal.SIGKILL)
    while (
        Path(f"/proc/{pid}/status").exists() and "Z (zombie)" not in Path(f"/proc/{pid}/status").read_text()
    ):
        time.sleep(0.001)


async def _answer(send: Any, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
