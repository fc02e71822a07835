"""Digests of bytes, files and records; the id rule; the Merkle root. Test vectors: tests/vectors.json."""

import hashlib
import struct
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import RawIOBase
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple

from xxhash import xxh3_64, xxh3_128

from corpuskit.shapes import Kind, Shape

Encoder = Callable[[Any], bytes]
# Values by the names of columns.
Columns = Mapping[str, Sequence[Any]]

_CHUNK = 1 << 20


def sha256(data: bytes | memoryview) -> str:
    """Lower-case hexadecimal sha256 of bytes."""
    return hashlib.sha256(data).hexdigest()


def file_sha256(path: Path) -> tuple[str, int]:
    """Hexadecimal sha256 and size in bytes of a file as it lies on the disk."""
    with path.open("rb", buffering=0) as stream:
        return stream_sha256(stream)


def stream_sha256(stream: BinaryIO | RawIOBase) -> tuple[str, int]:
    """Hexadecimal sha256 and size in bytes of what is left of a stream."""
    digest, size = hashlib.sha256(), 0
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


_TEXTS = frozenset({"string", "json"})


def _nullable(shape: Shape) -> Encoder:
    encode = _ENCODERS[shape.kind](shape)
    return lambda value: b"n" if value is None else encode(value)


def row_encoder(shapes: Mapping[str, Shape]) -> Callable[[Mapping[str, Any]], bytes]:
    """A function from a row to the bytes its digest is taken over: those that `columns_encoder` tells of."""
    encode = columns_encoder(shapes)
    texts = [name for name, shape in shapes.items() if shape.kind in _TEXTS]

    def encode_row(row: Mapping[str, Any]) -> bytes:
        columns = {name: [value] for name, value in row.items()}
        columns |= {name: [row[name].encode()] for name in texts if row.get(name) is not None}
        return encode(columns, 1)[0]

    return encode_row


def columns_encoder(shapes: Mapping[str, Shape]) -> Callable[[Columns, int], list[bytes]]:
    """A function from columns and the number of rows to the bytes the digest of each row is taken over.

    Strings and JSON text are given as UTF-8, a column that is not there is null. Each column in name order: name,
    one type tag, value. Names, strings, lists and objects carry their length as 8 bytes big-endian; integers,
    instants (int64 microseconds, UTC) and IEEE doubles are 8 bytes big-endian; null is the tag "n" alone, so null
    differs from empty and 1 from 1.0 and from "1".
    """
    parts = [_column(name, shapes[name]) for name in sorted(shapes)]

    def encode(columns: Columns, rows: int) -> list[bytes]:
        encoded = [part(columns.get(name), rows) for name, part in parts]
        return list(map(b"".join, zip(*encoded, strict=True)))

    return encode


def _column(name: str, shape: Shape) -> tuple[str, Callable[[Sequence[Any] | None, int], Sequence[bytes]]]:
    """A column's name, and a function that encodes its values."""
    head = _length(name.encode())
    null, inner = head + b"n", _ENCODERS[shape.kind](shape)
    before = head + b"s"

    def text(values: Sequence[Any] | None, rows: int) -> Sequence[bytes]:
        if values is None:
            return [null] * rows
        return [null if v is None else before + len(v).to_bytes(8, "big") + v for v in values]

    def other(values: Sequence[Any] | None, rows: int) -> Sequence[bytes]:
        if values is None:
            return [null] * rows
        return [null if v is None else head + inner(v) for v in values]

    return name, text if shape.kind in _TEXTS else other


class ProofStep(NamedTuple):
    """A node beside the way from a leaf to the root, hexadecimal, and on which side of it that stands."""

    side: Literal["left", "right"]
    digest: str


def inclusion_proof(digests: Sequence[bytes], digest: bytes) -> list[ProofStep]:
    """The nodes that, with a record digest, give the Merkle root over record digests in ascending order.

    From the leaf upwards (RFC 6962, section 2.1.1). Raises ValueError where the digest is not among them.
    """
    index = bisect_left(digests, digest)
    if index == len(digests) or digests[index] != digest:
        raise ValueError(digest.hex())
    low, high, steps = 0, len(digests), []
    while high - low > 1:
        middle = low + (1 << (high - low - 1).bit_length() - 1)  # the left side is a full tree
        if index < middle:
            steps.append(ProofStep("right", sorted_root(digests[middle:high])))
            high = middle
        else:
            steps.append(ProofStep("left", sorted_root(digests[low:middle])))
            low = middle
    return steps[::-1]


def proven_root(digest: bytes, proof: Iterable[ProofStep]) -> str:
    """The hexadecimal Merkle root that a proof leads to from a record digest."""
    node = hashlib.sha256(b"\0" + digest).digest()
    for side, other in proof:
        beside = bytes.fromhex(other)
        pair = beside + node if side == "left" else node + beside
        node = hashlib.sha256(b"\1" + pair).digest()
    return node.hex()


def merkle_root(digests: Iterable[bytes]) -> str:
    """Hexadecimal Merkle root over record digests, sorted first (RFC 6962: leaves 0x00, nodes 0x01)."""
    return sorted_root(sorted(digests))


def sorted_root(digests: Iterable[bytes]) -> str:
    """Hexadecimal Merkle root over record digests that come in ascending order; keeps some 30 of them in memory."""
    sha256 = hashlib.sha256
    stack: list[tuple[int, bytes]] = []  # full trees, each larger than the next
    for digest in digests:
        size, node = 1, sha256(b"\0" + digest).digest()
        while stack and stack[-1][0] == size:
            node = sha256(b"\1" + stack.pop()[1] + node).digest()
            size *= 2
        stack.append((size, node))
    if not stack:
        return sha256().hexdigest()
    _, node = stack.pop()
    while stack:
        node = sha256(b"\1" + stack.pop()[1] + node).digest()
    return node.hex()
