"""A hub in a process of its own, for as long as a `with` block."""

import json
import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from corpuskit.errors import OutputError
from corpuskit.hub import serving

_STOP_SECONDS = 20
# What would lead a client elsewhere than to this hub, or forbid it to go there.
_LEFT_OUT = ("HF_", "HUGGING_FACE_", "HUGGINGFACE_")


class LocalHub:
    """A real hub on a free port of 127.0.0.1, over a temporary folder that is removed at the end.

    `endpoint` is its URL, `token` one that may write, `read_token` one that may only read, `env()` the environment in
    which unmodified clients reach it. huggingface_hub reads its environment when it is imported, so clients that
    are told by `env()` run in processes of their own; `HfApi(endpoint=..., token=...)` works within this one.

    `folder` keeps the hub in a folder of yours, which stays; `part_bytes` and `max_file_bytes` are the options of
    `corpuskit serve`. Raises SpecError where the extra `serve` is not installed.
    """

    def __init__(
        self,
        folder: Path | str | None = None,
        *,
        part_bytes: int | None = None,
        max_file_bytes: int | None = None,
    ) -> None:
        self._given = folder
        self._limits = {"part_bytes": part_bytes, "max_file_bytes": max_file_bytes}
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self.process: subprocess.Popen[str] | None = None
        self.folder = Path()
        self.endpoint = self.token = self.read_token = ""

    def __enter__(self) -> Self:
        """Start the hub; returns when it takes connections."""
        self._temporary = tempfile.TemporaryDirectory(prefix="corpuskit-hub-", ignore_cleanup_errors=True)
        try:
            self.folder = serving.open_hub(Path(self._given or Path(self._temporary.name) / "hub"))
            # A folder that is used again has the tokens of its first use, whose secrets nobody knows any more.
            ending = f"-{secrets.token_hex(4)}" if serving.load_tokens(self.folder) else ""
            self.token = serving.add_token(self.folder, f"tester{ending}", "write")
            self.read_token = serving.add_token(self.folder, f"reader{ending}", "read")
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the hub and remove its folder."""
        self._stop()

    def env(self, token: str | None = None) -> dict[str, str]:
        """The environment for a subprocess whose clients use this hub, with this token or the one that may write.

        It is that of this process without what it says to hub clients; their caches go to the temporary folder.
        """
        if self._temporary is None:
            raise RuntimeError("the hub is not running: use it in a `with` block")
        rest = {name: value for name, value in os.environ.items() if not name.startswith(_LEFT_OUT)}
        local = "127.0.0.1,localhost"
        return rest | {
            "HF_ENDPOINT": self.endpoint, "HF_TOKEN": self.token if token is None else token,
            "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_UPDATE_CHECK": "1",
            "HF_HOME": str(Path(self._temporary.name) / "home"), "NO_PROXY": local, "no_proxy": local,
        }  # fmt: skip

    def _start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "corpuskit.testing.child",
            str(self.folder),
            json.dumps(self._limits),
        ]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)  # noqa: S603 - our own module
        line = self.process.stdout.readline() if self.process.stdout else ""
        if not line:
            raise OutputError(str(self.folder), f"the hub did not start: exit code {self.process.wait()}.")
        self.endpoint = json.loads(line)["url"]

    def _stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe is not None:
                    pipe.close()
            self.process = None
        if self._temporary is not None:
            self._temporary.cleanup()
            self._temporary = None
