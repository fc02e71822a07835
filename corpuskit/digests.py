"""Digests of bytes, files and records; the id rule; the Merkle root. Test vectors: tests/vectors.json."""

import hashlib
import struct
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from xxhash import xxh3_64, xxh3_128

from corpuskit.shapes import Kind, Shape

Encoder = Callable[[Any], bytes]

_CHUNK = 1 << 20


def sha256(data: bytes | memoryview) -> str:
    """Lower-case hexadecimal sha256 of bytes."""
    return hashlib.sha256(data).hexdigest()


def file_sha256(path: Path) -> tuple[str, int]:
    """Hexadecimal sha256 and size in bytes of a file as it lies on the disk."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb", buffering=0) as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def file_xxh3(path: Path) -> tuple[str, int]:
    """Hexadecimal 128-bit XXH3 and size of a file: tells damage, ten times as fast as sha256, and no forgery."""
    digest, size = xxh3_128(), 0
    with path.open("rb", buffering=0) as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def line_digest(data: bytes | memoryview = b"") -> Any:
    """A running 64-bit XXH3, by which lines are drawn: `update` and `intdigest`."""
    return xxh3_64(data)


def record_id(source: str, raw: bytes) -> str:
    """The id of a record that brings none: 128 bits of sha256 over (source, raw bytes), in hexadecimal."""
    return hashlib.sha256(source.encode() + b"\0" + raw).hexdigest()[:32]


def id_digest(identifier: str) -> bytes:
    """The 32 bytes that rank equal articles and place the cuts of shards: sha256 of the id."""
    return hashlib.sha256(identifier.encode()).digest()


def _length(data: bytes) -> bytes:
    return struct.pack(">Q", len(data)) + data


def _encode_list(shape: Shape) -> Encoder:
    item = _nullable(shape.item or Shape("json"))
    return lambda values: b"l" + _length(b"".join(map(item, values)))


def _encode_object(shape: Shape) -> Encoder:
    members = [(n, _length(n.encode()), _nullable(shape.members[n])) for n in sorted(shape.members)]
    return lambda value: b"o" + _length(b"".join(head + encode(value.get(n)) for n, head, encode in members))


_ENCODERS: dict[Kind, Callable[[Shape], Encoder]] = {
    "string": lambda _: lambda value: b"s" + _length(value.encode()),
    "json": lambda _: lambda value: b"s" + _length(value.encode()),
    "integer": lambda _: lambda value: b"i" + struct.pack(">q", value),
    "instant": lambda _: lambda value: b"t" + struct.pack(">q", value),
    "number": lambda _: lambda value: b"f" + struct.pack(">d", value),
    "boolean": lambda _: lambda value: b"b\1" if value else b"b\0",
    "list": _encode_list,
    "object": _encode_object,
}


def _nullable(shape: Shape) -> Encoder:
    encode = _ENCODERS[shape.kind](shape)
    return lambda value: b"n" if value is None else encode(value)


def row_encoder(shapes: Mapping[str, Shape]) -> Callable[[Mapping[str, Any]], bytes]:
    """A function from a row to the bytes its digest is taken over.

    Each column in name order: name, one type tag, value. Names, strings, lists and objects carry their
    length as 8 bytes big-endian; integers, instants (int64 microseconds, UTC) and IEEE doubles are 8 bytes
    big-endian; null is the tag "n" alone, so null differs from empty and 1 from 1.0 and from "1".
    """
    columns = [_column(name, shapes[name]) for name in sorted(shapes)]

    def encode(row: Mapping[str, Any]) -> bytes:
        parts: list[bytes] = []
        for name, null, head, inner in columns:
            value = row.get(name)
            if value is None:
                parts.append(null)
            elif inner is None:
                data = value.encode()
                parts += (head, len(data).to_bytes(8, "big"), data)
            else:
                parts += (head, inner(value))
        return b"".join(parts)

    return encode


def _column(name: str, shape: Shape) -> tuple[str, bytes, bytes, Encoder | None]:
    """Name, bytes for null, what stands before a value, and its encoder; none for text, which most columns are."""
    head = _length(name.encode())
    is_text = shape.kind in {"string", "json"}
    return (
        name,
        head + b"n",
        head + (b"s" if is_text else b""),
        None if is_text else _ENCODERS[shape.kind](shape),
    )


def merkle_root(digests: Iterable[bytes]) -> str:
    """Hexadecimal Merkle root over record digests, sorted first (RFC 6962: leaves 0x00, nodes 0x01)."""
    level = [hashlib.sha256(b"\0" + d).digest() for d in sorted(digests)]
    if not level:
        return hashlib.sha256().hexdigest()
    while len(level) > 1:
        paired = [
            hashlib.sha256(b"\1" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)
        ]
        level = paired + level[len(paired) * 2 :]
    return level[0].hex()
