"""Reads all records of a task again, and says of each what the books should say."""

import hashlib
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from corpuskit.conform import Conformer
from corpuskit.digests import row_encoder
from corpuskit.engines import Tell
from corpuskit.errors import InputError
from corpuskit.findings import Finding
from corpuskit.phases.keys import split_of
from corpuskit.phases.map import MapContext, judged
from corpuskit.phases.outcomes import Judged
from corpuskit.phases.plan import MapTask
from corpuskit.readers import READERS, Edit, Piece
from corpuskit.tracing.books import Spot
from corpuskit.tracing.comparing import reason_of
from corpuskit.tracing.inputs import unread

# How far it is, a task tells each time it has read so many records.
_TOLD = 500


class Stated(NamedTuple):
    """What the books say of a record; `split` is None for one that is not published."""

    source: str
    id: str | None
    sha256: str
    reason: str | None
    record_digest: str | None
    split: str | None


class Again(NamedTuple):
    """A record that was read again: where it lies, what the books should say of it, and a digest of its edits."""

    spot: Spot
    stated: Stated
    edits: bytes


class Reading(NamedTuple):
    """What came of a task: its records, and what ended it before its time."""

    records: Sequence[Again]
    failures: Sequence[Finding]


def read_again(context: MapContext, rule: Mapping[str, Any], task: MapTask, tell: Tell) -> Reading:
    """All records of a task through reader, transforms and verdict; tells how many they are, and their bytes."""
    again = _again(context, rule, task)
    conformer, read = Conformer.of(context.schema, task.source), READERS[task.reader]
    records: list[Again] = []
    failures: list[Finding] = []
    count = size = 0
    for piece in task.pieces:
        try:
            for item in judged(read(piece, task.source, context.limits), conformer, context, task.reader):
                records.append(again(piece, item))
                count, size = count + 1, size + len(item.record.raw)
                if count == _TOLD:
                    tell((count, size))
                    count = size = 0
        except InputError as error:
            failures.append(unread(piece.name, error))
    tell((count, size))
    return Reading(records, failures)


def _again(context: MapContext, rule: Mapping[str, Any], task: MapTask) -> Callable[[Piece, Judged], Again]:
    """A function from a record of a piece to what the books should say of it."""
    encode, split = row_encoder(context.schema.columns), split_of(rule)
    columns = dict.fromkeys(context.schema.columns)

    def again(piece: Piece, item: Judged) -> Again:
        place, article = item.record.place, item.published
        offset = place.offset if place.offset is None or piece.end is None else place.offset + piece.start
        digest = name = None
        edits = Edits()
        if article is not None:
            digest = hashlib.sha256(encode(article.row)).hexdigest()
            name = split({**columns, **article.row})
            for edit in article.edits:
                edits.add(edit)
        stated = Stated(task.source.name, item.id, place.sha256, reason_of(item), digest, name)
        return Again(Spot(place.file, offset, place.number), stated, edits.digest())

    return again


@dataclass(slots=True)
class Edits:
    """A digest of edits in their order, empty for none."""

    _taken: Any = None

    def add(self, edit: Edit) -> None:
        """Take the next edit."""
        if self._taken is None:
            self._taken = hashlib.sha256()
        field = b"" if edit.field is None else b"=" + edit.field.encode()
        for part in (edit.transform.encode(), field, b"%d" % edit.start, edit.removed, edit.inserted):
            self._taken.update(struct.pack(">Q", len(part)) + part)

    def digest(self) -> bytes:
        """The digest of all of them."""
        return NO_EDITS if self._taken is None else bytes(self._taken.digest())


NO_EDITS = b""
