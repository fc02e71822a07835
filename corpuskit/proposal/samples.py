"""A bounded, deterministic sample of a source: some files, of big ones only the beginning."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

from corpuskit.errors import InputError
from corpuskit.phases.learn import SAMPLE_TEXTS
from corpuskit.proposal.fields import is_article
from corpuskit.proposal.json_shapes import parsed, records_in, value_at
from corpuskit.provenance import Limits, Place, Source
from corpuskit.readers import READERS, Piece, Problem, Record, stem
from corpuskit.readers.dialect import Malformed
from corpuskit.readers.streams import blocks, compression, plain

# Of files that hold many records, so many share the sample evenly.
_SHARING = 16
# JSON files that are asked where their records are.
_ASKED = 5
# What is read of all files together, and of one file.
_MOST_BYTES, _BEGINNING, _FIRST_LINES = 64 << 20, 8 << 20, 32 << 20
# A larger text is no page of a site: of it the beginning tells the language.
_LONGEST_TEXT, _FIRST_CHARS = 1 << 20, 1 << 16
_LIMITS = Limits(line_bytes=8 << 20)


@dataclass(slots=True)
class Sampled:
    """Records of a source as a build would read them, and which files cannot be read.

    `beginnings` are of texts too long to be sampled whole. `is_whole` says that nothing was left unread.
    """

    records: list[Record] = field(default_factory=list)
    beginnings: list[str] = field(default_factory=list)
    pointer: str | None = None
    unreadable: dict[str, str] = field(default_factory=dict)
    read: int = 0
    is_whole: bool = True

    @property
    def is_full(self) -> bool:
        """Whether enough was read."""
        return len(self.records) + len(self.beginnings) >= SAMPLE_TEXTS or self.read >= _MOST_BYTES


def sample(root: Path, files: Sequence[str], source: Source, reader: str) -> Sampled:
    """A sample of the files of a source, chosen by the digests of their names."""
    chosen = sorted(files, key=lambda name: sha256(name.encode()).digest())[:SAMPLE_TEXTS]
    found = Sampled(is_whole=len(chosen) == len(files))
    if reader == "json":
        found.pointer = _pointer(root, chosen[:_ASKED])
    # What small files do not use of their share is left to the larger ones.
    sharing = 1 if reader == "text" else min(len(chosen), _SHARING)
    chosen[:sharing] = sorted(chosen[:sharing], key=lambda name: (_size(root / name), name))
    for at, name in enumerate(chosen):
        if found.is_full:
            found.is_whole = False
            break
        most = (SAMPLE_TEXTS - len(found.records)) // max(1, sharing - at)
        try:
            _READ.get(reader, _stream)(root, name, source, found, most)
        except InputError as error:
            found.unreadable[name] = str(error).removeprefix(f"{name}: ")
        except Malformed as error:
            found.unreadable[name] = f"not JSON: {error.problem.message}."
    found.records.sort(
        key=lambda record: (record.place.file, record.place.line or 0, record.place.number or 0)
    )
    return found


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def beginning(path: Path, name: str, most: int) -> tuple[bytes, bool]:
    """The first bytes of a file, decompressed, and whether that is all of it; raises InputError."""
    parts, length = [], 0
    for block in blocks(path, name, _LIMITS.ratio, most + 1):
        parts.append(block)
        length += len(block)
        if length > most:
            break
    return b"".join(parts)[:most], length <= most


def _text(root: Path, name: str, source: Source, found: Sampled, most: int) -> None:  # noqa: ARG001 - one file, one text
    path = root / name
    data, whole = beginning(path, name, _LONGEST_TEXT)
    found.read += len(data)
    if whole:
        piece = Piece(path, name, identifier=stem(PurePosixPath(name).name))
        found.records += READERS["text"](piece, source, _LIMITS)
    else:
        found.is_whole = False
        found.beginnings.append(data[:_FIRST_CHARS].decode(errors="ignore"))


def _stream(root: Path, name: str, source: Source, found: Sampled, most: int) -> None:
    """The first records of a file; of a big plain one a beginning that ends in a line end."""
    path, end = root / name, None
    if source.reader == "jsonl" and _size(path) > _FIRST_LINES and not compression(name):
        with plain(path, name) as file:
            file.seek(_FIRST_LINES)
            end = _FIRST_LINES + len(file.readline(_BEGINNING))
    records = READERS[source.reader or "jsonl"](Piece(path, name, end=end), source, _LIMITS)
    taken = list(islice(records, most + 1))
    found.is_whole = found.is_whole and end is None and len(taken) <= most
    found.records += taken[:most]
    found.read += sum(len(record.raw) for record in taken)


def _pointer(root: Path, files: Sequence[str]) -> str | None:
    """Where most of some JSON files have their records."""
    places: Counter[str | None] = Counter()
    for name in files:
        try:
            data, whole = beginning(root / name, name, _BEGINNING)
            value = parsed(data, whole=whole)
        except (InputError, Malformed):
            continue
        places[records_in(value, is_article=is_article(value))[0]] += 1
    return max(places, key=lambda place: (places[place], place or ""), default=None)


def _json(root: Path, name: str, source: Source, found: Sampled, most: int) -> None:  # noqa: ARG001 - its records are found above
    data, whole = beginning(root / name, name, _BEGINNING)
    found.read += len(data)
    try:
        value = parsed(data, whole=whole)
    except Malformed:
        if whole:
            raise
        found.is_whole = False  # its first record is longer than what is looked at
        return
    values = value_at(value, found.pointer)
    if values is None:
        raise InputError(name, f"has nothing at {found.pointer}.")
    found.is_whole = found.is_whole and whole and len(values) <= most
    found.records += islice(_records(name, values), most)


def _records(name: str, values: Sequence[Any]) -> Iterator[Record]:
    for number, value in enumerate(values, 1):
        text = json.dumps(value, ensure_ascii=False)
        raw = text.encode(errors="replace")
        place = Place(name, 0, len(raw), None, number, "")
        if not isinstance(value, dict):
            yield Record(place, raw, problem=Problem("not-an-object", "a record is an object"))
        elif raw.decode() != text:
            yield Record(place, raw, problem=Problem("lone-surrogate", "half of a character"))
        else:
            yield Record(place, raw, value)


_READ = {"text": _text, "json": _json}
