"""The process in which a consumer opens a release: whatever it does, it has no network and keeps nothing."""

import json
import socket
import sys
from pathlib import Path
from typing import Any

from corpuskit.consumers.asking import OUTCOME
from corpuskit.consumers.comparing import compared
from corpuskit.consumers.table import CONSUMERS
from corpuskit.consumers.views import View
from corpuskit.layout import MANIFEST

_NETWORK = frozenset({"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"})


def main(name: str, folder: str, scratch: str) -> None:
    """Open the release in a folder with the consumer of that name, and write the findings into another folder."""
    sys.addaudithook(_stay)
    release = Path(folder)
    view = View(release, json.loads((release / MANIFEST).read_bytes()))
    found = [each.as_dict() for each in compared(name, CONSUMERS[name], view)]
    Path(scratch, OUTCOME).write_text(json.dumps(found), encoding="utf-8")


def _stay(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _NETWORK and not (arguments and getattr(arguments[0], "family", None) == socket.AF_UNIX):
        raise PermissionError(f"a release is opened without a network; this asked for {event}{arguments[1:]}")
