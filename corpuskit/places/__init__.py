"""Where a release lies: a folder, or a prefix of an object store, read and written in the same words.

To add a store: one file with a class that has the attributes of `Place`, and one line in `PLACES` under its scheme.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

from corpuskit.digests import stream_sha256
from corpuskit.errors import SpecError


class Entry(NamedTuple):
    """A file below a place: its path there and its size; not `regular` is a link or a device."""

    path: str
    size: int
    regular: bool = True


class Place(Protocol):
    """A folder or a prefix. Paths below it are relative, with `/`.

    What cannot be reached or read raises InputError, what cannot be written OutputError; neither holds credentials.
    """

    @property
    def name(self) -> str:
        """The last part of its path."""

    @property
    def url(self) -> str:
        """The place as `place` takes it back."""

    @property
    def folder(self) -> Path | None:
        """The folder of this machine that it is, None where it is none."""

    @property
    def audit(self) -> Path | None:
        """The audit folder beside it, None where there is none."""

    def __str__(self) -> str:
        """The place as a person would name it."""

    def below(self, path: str) -> "Place":
        """A place below this one."""

    def parent(self) -> "Place":
        """The place above this one."""

    def entries(self) -> Iterator[Entry]:
        """Every file below it, by path."""

    def read(self, path: str) -> bytes | None:
        """The bytes of a small file, None where there is no such file."""

    def open(self, path: str) -> BinaryIO:
        """A file to read, seekable."""

    def noted_sha256(self, path: str) -> str | None:
        """The sha256 that was noted when the file was put there: a hint, which says nothing of its bytes now."""

    def put(self, path: str, source: Path | bytes, sha256: str) -> None:
        """Put a file there, or replace it: whoever reads sees the old or the new one, never a part."""

    def swap(self, path: str, data: bytes, before: bytes | None) -> bool:
        """Put a small file where one with the bytes `before` lies, or none; where that is not so, nothing, and False.

        An object store without conditional writes leaves a moment between the look and the write.
        """

    def locked(self, name: str) -> AbstractContextManager[None]:
        """Keep other publications of a corpus out, where the place has locks; raises Busy."""

    def sweep(self, paths: list[str]) -> int:
        """Remove what a `put` of one of these files left behind when it was killed; returns how many there were."""


def sha256_at(where: Place, path: str) -> str:
    """The sha256 of a file as it is read now."""
    with where.open(path) as stream:
        return stream_sha256(stream)[0]


def _folder(url: str) -> Place:
    from corpuskit.places.folders import Folder

    parts = urlsplit(url)
    path = Path(unquote(parts.path))
    if parts.netloc not in {"", "localhost"} or not path.is_absolute():
        raise SpecError("names another machine.", url, None, "Write file:/// and an absolute path.")
    return Folder(path.resolve())


def _objects(url: str) -> Place:
    from corpuskit.places.objects import connect

    return connect(url)


PLACES: dict[str, Callable[[str], Place]] = {"file": _folder, "s3": _objects}


def is_url(where: Path | str) -> bool:
    """Whether a place is given as a URL rather than as the path of a folder."""
    return isinstance(where, str) and re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", where) is not None


def place(where: Path | str) -> Place:
    """The place that a path or a URL names; nothing is looked up there yet.

    Raises SpecError where the scheme is unknown, what it needs is not installed, or the URL carries credentials.
    """
    if not is_url(where):
        from corpuskit.places.folders import Folder

        # `.` and a link to a release have their audit folder beside the folder itself.
        return Folder(Path(where).resolve())
    url = str(where)
    scheme = url.partition("://")[0].lower()
    if scheme not in PLACES:
        known = ", ".join(f"{name}://" for name in PLACES)
        raise SpecError(f"{scheme}:// is no place this version knows; it knows {known}.", None, None)
    if "@" in url.partition("://")[2].partition("/")[0]:
        hint = "Take them out; the environment or a profile holds credentials."
        raise SpecError(
            f"the {scheme}:// URL carries credentials, which would end up in logs.", None, None, hint
        )
    return PLACES[scheme](url)
