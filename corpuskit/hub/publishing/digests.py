"""The digests by which targets tell what they hold: a literal table, name to function of a file or of bytes."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

_CHUNK = 1 << 20


def _hashed(digest: Any, found: Path | bytes) -> str:
    if isinstance(found, bytes):
        digest.update(found)
    else:
        with found.open("rb", buffering=0) as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    return str(digest.hexdigest())


def _git_blob(found: Path | bytes) -> str:
    """The id of a file in git: SHA-1 over `blob <size>`, a zero byte and the content."""
    size = len(found) if isinstance(found, bytes) else found.stat().st_size
    return _hashed(hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False), found)


DIGESTS: dict[str, Callable[[Path | bytes], str]] = {
    "sha256": lambda found: _hashed(hashlib.sha256(), found),
    "git": _git_blob,
}
