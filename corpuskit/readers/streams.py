"""Opens a file for reading, decompressed, and says where a damaged stream breaks."""

import bz2
import gzip
import lzma
import os
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from io import FileIO
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from corpuskit.errors import DamagedInput, InputError

STDIN = Path("/dev/stdin")
BLOCK = 1 << 20
# What is asked of a decompressor at once: what it cannot give whole is lost, so the place of damage is this exact.
_UNPACKED = 256 << 10
_PACKED = 64 << 10
_SMALL = 64 << 10
# A small file may well be all zeros; only from this size on is the ratio a sign of a bomb.
_RATIO_FLOOR = 64 << 20


class Stream(Protocol):
    """What a decompressor gives: bytes, until it returns none."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; empty at the end."""
        ...


@dataclass(slots=True)
class _Members:
    """A file of packed streams one after another, zeros between them; anything else there is damage.

    The readers of `bz2` and `lzma` take what follows the first stream for padding when it does not unpack,
    and so end at a damaged second one as if the file ended there.
    """

    file: BinaryIO
    start: Callable[[], Any]
    stream: Any = field(init=False)

    def __post_init__(self) -> None:
        self.stream = self.start()

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; empty at the end of the last stream."""
        while True:
            if self.stream.eof:
                packed = self._next_member()
                if not packed:
                    return b""
                self.stream = self.start()
            else:
                packed = self.file.read(_PACKED) if self.stream.needs_input else b""
                if self.stream.needs_input and not packed:
                    raise EOFError("the file ends inside a compressed stream")
            data: bytes = self.stream.decompress(packed, size)
            if data:
                return data

    def _next_member(self) -> bytes:
        """Packed bytes from the start of the next stream on, empty at the end of the file."""
        packed: bytes = self.stream.unused_data or self.file.read(_PACKED)
        while packed and not (member := packed.lstrip(b"\0")):
            packed = self.file.read(_PACKED)
        return member if packed else b""


def _zstd(file: BinaryIO) -> Stream:
    import pyarrow as pa

    stream: Stream = pa.CompressedInputStream(pa.PythonFile(file, "r"), "zstd")
    return stream


_DECOMPRESSORS: dict[str, Callable[[BinaryIO], Stream]] = {
    ".gz": lambda file: gzip.GzipFile(fileobj=file, mode="rb"),
    ".zst": _zstd,
    ".bz2": lambda file: _Members(file, bz2.BZ2Decompressor),
    ".xz": lambda file: _Members(file, lzma.LZMADecompressor),
}
_SUFFIXES = tuple(_DECOMPRESSORS)
_DAMAGE = (EOFError, OSError, zlib.error, lzma.LZMAError, ValueError)


def compression(name: str) -> str:
    """The compression suffix of a file name in lower case, empty for a plain file."""
    if not name.lower().endswith(_SUFFIXES):
        return ""
    return Path(name).suffix.lower()


def blocks(path: Path, name: str, ratio: int, size: int = BLOCK) -> Iterator[bytes]:
    """The decompressed bytes of a file in blocks of at most `size`.

    Raises InputError where the file cannot be opened, DamagedInput where its stream is cut, corrupt, or
    grows beyond `ratio` times the packed size.
    """
    done = 0
    with _opened(path, name) as (stream, packed):
        while block := _read(stream, min(size, _UNPACKED) if packed else size, name, done):
            done += len(block)
            if packed:
                check_ratio(name, done, packed, ratio)
            yield block


def check_ratio(name: str, done: int, packed: int, ratio: int) -> None:
    """Raise DamagedInput where so many bytes have come of so few that it is more than `ratio` times as many."""
    if done > _RATIO_FLOOR and done > ratio * packed:
        cause = f"unpacks to more than {ratio} times its size"
        raise DamagedInput(name, cause, "Raise `[limits] ratio` if that is right.", done)


@contextmanager
def copied(path: Path, name: str, ratio: int) -> Iterator[BinaryIO]:
    """A temporary file with the decompressed bytes of a file; raises InputError where there is no room for it."""
    with tempfile.TemporaryFile() as copy:
        for block in blocks(path, name, ratio):
            try:
                copy.write(block)
                copy.flush()
            except OSError as error:
                raise InputError(name, f"cannot be unpacked: {error.strerror}.") from error
        yield copy


def span(path: Path, name: str, start: int, end: int) -> Iterator[bytes]:
    """The bytes of a plain file from `start` to `end` in blocks.

    Raises InputError where the file cannot be opened, DamagedInput where it is shorter.
    """
    with plain(path, name) as file:
        file.seek(start)
        while start < end:
            block = _read(file, min(end - start, BLOCK), name, start)
            if not block:
                raise DamagedInput(name, "ends too soon,", "Run this again when the file is at rest.", start)
            start += len(block)
            yield block


def whole(path: Path, name: str, ratio: int, limit: int) -> tuple[bytes, int, str]:
    """The decompressed bytes of a file up to a limit, its length beyond it too, and the sha256 of all of it.

    Raises as `blocks` does.
    """
    if not compression(name):
        data = _small(path, name)
        if data is not None:
            return data[:limit], len(data), sha256(data).hexdigest()
    digest, kept, length = sha256(), [], 0
    for block in blocks(path, name, ratio):
        if length < limit:
            kept.append(block[: limit - length])
        digest.update(block)
        length += len(block)
    return b"".join(kept), length, digest.hexdigest()


def _small(path: Path, name: str) -> bytes | None:
    """The bytes of a small plain file, None of a larger one; without a file object, which takes twice the time."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            data = os.read(file, _SMALL)
            return data if len(data) < _SMALL and not os.read(file, 1) else None
        finally:
            os.close(file)
    except OSError as error:
        raise InputError(name, f"cannot be opened: {error.strerror}.", hint(error)) from error


def _read(stream: Stream, size: int, name: str, done: int) -> bytes:
    try:
        return stream.read(size)
    except _DAMAGE as error:
        raise DamagedInput(name, _cause(error), "Fetch or pack the file again.", done) from error


def _cause(error: BaseException) -> str:
    text = str(error).rstrip(".") or type(error).__name__
    return f"damaged: {text[0].lower()}{text[1:]},"


def hint(error: OSError) -> str | None:
    """What to do about a file that the system does not open, None where nobody can say."""
    return "Ask for the right to read it, or change its mode." if isinstance(error, PermissionError) else None


def plain(path: Path, name: str) -> BinaryIO:
    """A file as it lies on the disk; raises InputError where it cannot be opened."""
    try:
        if path == STDIN:  # by its name a file would be read from its start again
            return FileIO(os.dup(0), "rb")
        return path.open("rb", buffering=0)
    except OSError as error:
        raise InputError(name, f"cannot be opened: {error.strerror}.", hint(error)) from error


@contextmanager
def _opened(path: Path, name: str) -> Iterator[tuple[Stream, int]]:
    """The decompressing stream of a file and its packed size, 0 for a plain file."""
    suffix = compression(name)
    with plain(path, name) as file:
        if not suffix:
            yield file, 0
            return
        packed = path.stat().st_size
        if not packed:
            raise DamagedInput(name, f"damaged: empty, not a {suffix} file,", None, 0)
        yield _DECOMPRESSORS[suffix](file), packed
