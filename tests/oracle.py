"""What a build must come to, computed a second time: an oracle that shares no code with corpuskit.

It reads small inputs by simple rules of its own, decides every fate by the contract, and takes every digest
from the standard library. It knows JSONL, JSON arrays and objects, and text files of the plain layout (title,
perhaps a stamp, paragraphs that end in a full stop); records may have the fields of `COLUMNS` and others.
"""

import bz2
import gzip
import hashlib
import json
import lzma
import re
import struct
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import Any

# The columns of the built-in article schema and the tag under which each is digested.
COLUMNS = {
    "id": "s", "source": "s", "title": "s", "text": "s", "language": "s", "license": "s", "url": "s",
    "authors": "ls", "published": "t", "published_date": "s", "published_raw": "s", "retrieved": "t", "extra": "s",
}  # fmt: skip
FATES = ("kept", "rejected", "duplicate", "removed")
BOM = b"\xef\xbb\xbf"
SUFFIXES = {".gz": gzip.decompress, ".bz2": bz2.decompress, ".xz": lzma.decompress}


@dataclass
class SourceRule:
    """One source of a corpus: its name, the folder of its files, and what its records take from it."""

    name: str
    folder: str
    language: str = "id"
    license: str = "CC-BY-4.0"


@dataclass
class Rule:
    """What corpus.toml says, as far as the oracle knows it; shares as decimal strings."""

    sources: Sequence[SourceRule]
    shares: Mapping[str, str] = field(default_factory=dict)
    salt: str = ""
    by: str = "text"
    deny: frozenset[str] = frozenset()


@dataclass
class Entry:
    """One input record and what must become of it; `row` is the article unless it is rejected."""

    source: str
    rank: int
    file: str
    offset: int
    length: int
    line: int
    record: int | None
    raw: bytes
    row: dict[str, Any] | None = None
    id: str | None = None
    fate: str = "kept"
    reason: str | None = None
    split: str | None = None
    duplicate_of: str | None = None
    digest: str | None = None
    text_key: str | None = None
    winner: "Entry | None" = None

    def ledger(self) -> dict[str, Any]:
        """The row that the ledger must have, without the reason of a reject."""
        names = (
            "source",
            "file",
            "offset",
            "length",
            "line",
            "record",
            "fate",
            "id",
            "split",
            "duplicate_of",
        )
        told = {name: getattr(self, name) for name in names}
        return told | {"sha256": sha256(self.raw), "record_digest": self.digest, "text_key": self.text_key}


def sha256(data: bytes) -> str:
    """Lower-case hexadecimal sha256."""
    return hashlib.sha256(data).hexdigest()


# --- digests, as section 5 of the design and corpuskit/digests.py state them ---


def _framed(data: bytes) -> bytes:
    return struct.pack(">Q", len(data)) + data


def _tagged(value: Any, tag: str) -> bytes:
    if value is None:
        return b"n"
    if tag == "s":
        return b"s" + _framed(value.encode())
    if tag == "t":
        return b"t" + struct.pack(">q", value)
    return b"l" + _framed(b"".join(_tagged(item, tag[1:]) for item in value))


def record_digest(row: Mapping[str, Any]) -> str:
    """The digest of an article: each column in name order as name, tag and value."""
    parts = (_framed(name.encode()) + _tagged(row.get(name), COLUMNS[name]) for name in sorted(COLUMNS))
    return sha256(b"".join(parts))


def content_id(digests: Iterable[str]) -> str:
    """The Merkle tree hash of RFC 6962 over the sorted record digests."""

    def tree(leaves: list[bytes]) -> bytes:
        if len(leaves) == 1:
            return hashlib.sha256(b"\0" + leaves[0]).digest()
        left = 1
        while left * 2 < len(leaves):
            left *= 2
        return hashlib.sha256(b"\1" + tree(leaves[:left]) + tree(leaves[left:])).digest()

    leaves = sorted(bytes.fromhex(digest) for digest in digests)
    return tree(leaves).hex() if leaves else sha256(b"")


def split_of(key: str, rule: Rule) -> str:
    """The published split rule, in exact fractions."""
    u = Fraction(
        int.from_bytes(hashlib.sha256(rule.salt.encode() + b"\0" + key.encode()).digest()[:8], "big")
    )
    bound = Fraction(0)
    for name in sorted(set(rule.shares) - {"train"}):
        bound += Fraction(rule.shares[name])
        if u / 2**64 < bound:
            return name
    return "train"


# --- reading ---


def unpacked(path: Path, zstd: Callable[[bytes], bytes]) -> bytes:
    """The bytes of a file after decompression, by its suffix."""
    data = path.read_bytes()
    return {**SUFFIXES, ".zst": zstd}.get(path.suffix, bytes)(data)


def _kind(name: str) -> str:
    """The suffix of a file name before that of a compression."""
    return next(s for s in (".jsonl", ".json", ".txt") if s in name)


def _located(data: bytes, kind: str) -> Iterator[tuple[int, bytes, int, int | None]]:
    """Offset, bytes, line and number of each record of a file."""
    if kind == ".txt":
        yield 0, data, 1, None
    elif kind == ".jsonl":
        start = 3 if data.startswith(BOM) else 0
        for line, raw in enumerate(data[start:].split(b"\n"), 1):
            if raw.strip():
                yield start, raw.removesuffix(b"\r"), line, None
            start += len(raw) + 1
    else:
        for number, (start, end) in enumerate(_elements(data), 1):
            yield start, data[start:end], data[:start].count(b"\n") + 1, number


def _elements(data: bytes) -> Iterator[tuple[int, int]]:
    """The spans of the elements of a top-level array, or that of one object, by counting brackets."""
    first = 3 if data.startswith(BOM) else 0
    depth, quoted, skip, start = 0, False, False, None
    inside = 1 if data[first:].lstrip().startswith(b"[") else 0
    for at in range(first, len(data)):
        mark = data[at : at + 1]
        if quoted:
            quoted = skip or mark != b'"'
            skip = mark == b"\\" and not skip
            continue
        if start is None and depth == inside and mark not in b" \t\r\n,]":
            start = at
        if start is not None and depth == inside and mark in b",]":
            yield start, start + len(data[start:at].rstrip())
            start = None
        quoted = mark == b'"'
        depth += (mark in b"[{") - (mark in b"]}")
    if start is not None:
        yield start, len(data.rstrip())


class Bad(Exception):
    """A record that is no article."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise Bad("a key twice")
    return dict(pairs)


def _no_constant(name: str) -> Any:
    raise Bad(name)


def _object(raw: bytes) -> dict[str, Any]:
    """A strict JSON object (I-JSON)."""
    try:
        value = json.loads(raw.decode(), object_pairs_hook=_unique, parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False).encode()
    except ValueError as error:
        raise Bad(str(error)) from error
    if not isinstance(value, dict):
        raise Bad("no object")
    return value


def _text_article(raw: bytes) -> dict[str, Any]:
    """Title, stamp and body of the plain layout."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Bad("not UTF-8") from error
    paragraphs = re.split(r"\n(?:[ \t]*\n)+", text.replace("\r\n", "\n").strip("\n \t"))
    title, *body = paragraphs
    row = {"title": title}
    if body and re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", body[0]):
        row |= {"published_raw": body[0], "published_date": body[0][:10]}
        del body[0]
    return row | {"text": "\n\n".join(body)}


def _identifier(file: str, folder: str) -> str:
    """The id of a one-article file: its path below the source's folder without suffixes."""
    below = PurePosixPath(file).relative_to(folder)
    return (
        str(below)
        .removesuffix(below.suffix if below.suffix in {*SUFFIXES, ".zst"} else "")
        .rpartition(".")[0]
    )


def _article(entry: Entry, source: SourceRule, kind: str, *, alone: bool) -> dict[str, Any]:
    """The row that a record makes; raises Bad, with the id filled in where it is known."""
    if alone or kind == ".txt":
        entry.id = _identifier(entry.file, source.folder)
    fields = _text_article(entry.raw) if kind == ".txt" else _object(entry.raw)
    given = fields.get("id")
    if given is None:
        given = entry.id or sha256(source.name.encode() + b"\0" + entry.raw)[:32]
    entry.id = given if isinstance(given, str) else None
    row = {name: fields.get(name) for name in COLUMNS} | {"id": given, "source": source.name}
    if not isinstance(given, str) or not given:
        raise Bad("id")
    if (
        not isinstance(row["title"], str | None)
        or not isinstance(row["text"], str)
        or not row["text"].strip()
    ):
        raise Bad("title or text")
    row["language"] = row["language"] or source.language
    row["license"] = row["license"] or source.license
    # `source` and `extra` are columns that corpuskit fills, so a record's own fields of these names go aside.
    aside = {name: fields[name] for name in ("source", "extra") if name in fields}
    extra = aside | {name: value for name, value in fields.items() if name not in COLUMNS}
    row["extra"] = json.dumps(extra, ensure_ascii=False, separators=(",", ":")) if extra else None
    return row


def read(rule: Rule, root: Path, zstd: Callable[[bytes], bytes]) -> Iterator[Entry]:
    """Every record of a corpus in input order, with its article or its rejection."""
    for rank, source in enumerate(rule.sources):
        names = sorted(
            p.relative_to(root).as_posix() for p in (root / source.folder).rglob("*") if p.is_file()
        )
        for name in names:
            kind, data = _kind(name), unpacked(root / name, zstd)
            alone = kind == ".json" and not data.lstrip(b" \t\r\n" + BOM).startswith(b"[")
            for offset, raw, line, number in _located(data, kind):
                entry = Entry(source.name, rank, name, offset, len(raw), line, number, raw)
                try:
                    entry.row = _article(entry, source, kind, alone=alone)
                    entry.digest = record_digest(entry.row)
                    entry.text_key = sha256(entry.row["text"].encode())
                except Bad as bad:
                    entry.fate, entry.reason = "rejected", str(bad)
                yield entry


# --- fates ---


def _lose(entry: Entry, winner: Entry, reason: str) -> None:
    entry.fate, entry.reason, entry.winner = "duplicate", reason, winner


def decide(entries: Sequence[Entry], rule: Rule) -> None:
    """Give every record its fate, in the order rejected, removed, duplicate, kept."""
    for entry in entries:
        if entry.row and entry.row["license"] in rule.deny:
            entry.fate, entry.reason = "removed", "license-conflict"
    for same in _groups(entries, lambda e: (e.rank, e.id)):
        winner = min(same, key=lambda e: e.digest or "")
        for entry in same:
            if entry is not winner:
                _lose(entry, winner, "duplicate" if entry.digest == winner.digest else "duplicate-id")
    for same in _groups(entries, lambda e: e.text_key):
        winner = min(same, key=lambda e: (e.rank, sha256((e.id or "").encode())))
        for entry in same:
            if entry is not winner:
                _lose(entry, winner, "duplicate")
    for entry in entries:
        last = entry
        while last.winner is not None:
            last = last.winner
        entry.duplicate_of = last.id if last is not entry else None
        if entry.fate == "kept":
            entry.split = split_of(_key(entry, rule.by), rule)


def _groups(entries: Sequence[Entry], key: Callable[[Entry], Any]) -> list[list[Entry]]:
    """The entries that are still kept, by key."""
    groups: dict[Any, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.fate == "kept":
            groups[key(entry)].append(entry)
    return list(groups.values())


def _key(entry: Entry, by: str) -> str:
    row = entry.row or {}
    group = row["id"] if by == "id" else json.loads(row["extra"] or "{}").get(by) if by != "text" else None
    return str(row["text"] if group is None else group)


def account(entries: Iterable[Entry]) -> dict[str, int]:
    """records in = kept + rejected + duplicate + removed."""
    counts = Counter(entry.fate for entry in entries)
    return {"in": sum(counts.values()), **{fate: counts[fate] for fate in FATES}}
