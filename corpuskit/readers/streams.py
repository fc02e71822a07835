"""Opens a file for reading, decompressed, and says where a damaged stream breaks."""

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from corpuskit.errors import DamagedInput, InputError

BLOCK = 4 << 20
# A small file may well be all zeros; only from this size on is the ratio a sign of a bomb.
_RATIO_FLOOR = 64 << 20


class Stream(Protocol):
    """What a decompressor gives: bytes, until it returns none."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; empty at the end."""
        ...


def _zstd(file: BinaryIO) -> Any:
    import pyarrow as pa

    return pa.CompressedInputStream(pa.PythonFile(file, "r"), "zstd")


_DECOMPRESSORS: dict[str, Callable[[BinaryIO], Any]] = {
    ".gz": lambda file: gzip.GzipFile(fileobj=file, mode="rb"),
    ".zst": _zstd,
    ".bz2": lambda file: bz2.BZ2File(file, "rb"),
    ".xz": lambda file: lzma.LZMAFile(file, "rb"),  # noqa: SIM115 - it lives as long as its file
}
_DAMAGE = (EOFError, OSError, zlib.error, lzma.LZMAError, ValueError)


def compression(name: str) -> str:
    """The compression suffix of a file name in lower case, empty for a plain file."""
    suffix = Path(name).suffix.lower()
    return suffix if suffix in _DECOMPRESSORS else ""


def blocks(path: Path, name: str, ratio: int, size: int = BLOCK) -> Iterator[bytes]:
    """The decompressed bytes of a file in blocks of at most `size`.

    Raises InputError where the file cannot be opened, DamagedInput where its stream is cut, corrupt, or
    grows beyond `ratio` times the packed size.
    """
    done = 0
    with _opened(path, name) as (stream, packed):
        while True:
            try:
                block = stream.read(size)
            except _DAMAGE as error:
                raise DamagedInput(name, _cause(error), "Fetch or pack the file again.", done) from error
            if not block:
                break
            done += len(block)
            if packed and done > _RATIO_FLOOR and done > ratio * packed:
                cause = f"unpacks to more than {ratio} times its size"
                raise DamagedInput(name, cause, "Raise `[limits] ratio` if that is right.", done)
            yield block


def _cause(error: BaseException) -> str:
    text = str(error).rstrip(".") or type(error).__name__
    return f"damaged: {text[0].lower()}{text[1:]},"


@contextmanager
def _opened(path: Path, name: str) -> Iterator[tuple[Any, int]]:
    """The decompressing stream of a file and its packed size, 0 for a plain file."""
    suffix = compression(name)
    try:
        file = path.open("rb", buffering=0 if not suffix else -1)
    except OSError as error:
        raise InputError(name, f"cannot be opened: {error.strerror}.") from error
    with file:
        if not suffix:
            yield file, 0
            return
        packed = path.stat().st_size
        if not packed:
            raise DamagedInput(name, f"damaged: empty, not a {suffix} file,", None, 0)
        yield _DECOMPRESSORS[suffix](file), packed
