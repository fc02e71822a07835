"""A folder of this machine as a place; what is written is durable before it gets its name."""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from corpuskit import layout
from corpuskit.errors import InputError, OutputError
from corpuskit.places import Entry
from corpuskit.staging import locked, sync


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder; `path` is absolute and has no links in it."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    @property
    def name(self) -> str:
        """The name of the folder."""
        return self.path.name

    @property
    def url(self) -> str:
        """The folder as a URL."""
        return f"file://{quote(str(self.path))}"

    @property
    def folder(self) -> Path:
        """The folder itself."""
        return self.path

    @property
    def audit(self) -> Path | None:
        """The audit folder beside it, None where there is none."""
        audit = layout.audit_folder(self.path)
        return audit if audit.is_dir() else None

    def below(self, path: str) -> "Folder":
        """A folder below this one."""
        return Folder(self.path / path)

    def parent(self) -> "Folder":
        """The folder above this one."""
        return Folder(self.path.parent)

    def entries(self) -> Iterator[Entry]:
        """Every file, link and device below it, by path."""
        for path in sorted(self.path.rglob("*")):
            status = path.lstat()
            if not stat.S_ISDIR(status.st_mode):
                name = path.relative_to(self.path).as_posix()
                yield Entry(name, status.st_size, stat.S_ISREG(status.st_mode))

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, None where there is none: no folder, no device, no pipe that would never end."""
        file = self.path / path
        with _reading(file):
            return file.read_bytes() if file.is_file() else None

    def open(self, path: str) -> BinaryIO:
        """A file to read."""
        with _reading(self.path / path):
            return (self.path / path).open("rb")

    def noted_sha256(self, path: str) -> str | None:
        """Nothing is noted beside a file of a folder."""
        del path
        return None

    def put(self, path: str, source: Path | bytes, sha256: str) -> None:
        """Write a file beside its place, fsync it, and rename it there."""
        del sha256
        file = self.path / path
        part = self.path / layout.part_name(path)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(source, bytes):
                part.write_bytes(source)
            else:
                shutil.copyfile(source, part)
            sync(part)
            part.replace(file)
            for folder in (file.parent, *file.parent.parents):
                sync(folder)
                if folder == self.path.parent:
                    break
        except OSError as error:
            raise OutputError(str(file), f"cannot be written: {error.strerror or error}.") from error

    def swap(self, path: str, data: bytes, before: bytes | None) -> bool:
        """Put a file where one with these bytes lies, or none; the lock, which must be held, keeps others out."""
        if self.read(path) != before:
            return False
        self.put(path, data, "")
        return True

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """Hold the lock of a corpus in the folder, which is made durably; raises Busy where another process does."""
        missing = [each for each in (self.path, *self.path.parents) if not each.exists()]
        with locked(self.path, name):
            for made in missing:
                sync(made.parent)
            yield

    def sweep(self, paths: list[str]) -> int:
        """Remove the unfinished parts of these files."""
        swept = 0
        for path in paths:
            try:
                (self.path / layout.part_name(path)).unlink()
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as error:
                raise OutputError(str(error.filename), f"cannot be removed: {error.strerror}.") from error
            swept += 1
        return swept


@contextmanager
def _reading(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(str(file), f"cannot be read: {os.strerror(error.errno or 5)}.") from error
