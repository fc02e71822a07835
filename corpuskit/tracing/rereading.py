"""Reads all records of a task again, and says of each what the books should say."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from corpuskit.audit.prints import fingerprint
from corpuskit.conform import Conformer
from corpuskit.digests import row_encoder
from corpuskit.engines import Tell
from corpuskit.errors import InputError
from corpuskit.findings import Finding
from corpuskit.phases.keys import keys_of_row, split_of
from corpuskit.phases.map import MapContext, judged
from corpuskit.phases.outcomes import Judged
from corpuskit.phases.plan import MapTask
from corpuskit.readers import READERS, Edit, Piece
from corpuskit.tracing.books import Spot, fate_of
from corpuskit.tracing.comparing import reason_of
from corpuskit.tracing.inputs import unread

# How far it is, a task tells each time it has read so many records.
_TOLD = 500


class Again(NamedTuple):
    """A record that was read again: where it lies, and a fingerprint of what the books should say of it.

    `split`, `record_digest` and a fingerprint of its edits are beside that: not always are they compared.
    """

    spot: Spot
    stated: bytes
    edits: bytes
    record_digest: bytes | None
    split: str | None


def stated_print(line: Mapping[str, Any], *, audited: bool) -> bytes:
    """A fingerprint of what a line of the books, with an audit folder of the ledger, says of a record alone."""
    names = ("source", "id", "length", "line", "sha256", "record_digest")
    told = [line[name] for name in names]
    if audited:
        reason = line["reason"] if fate_of(line) == "rejected" else None
        told += [reason, line["text_key"], line["group"]]
    return fingerprint(*told)


class Reading(NamedTuple):
    """What came of a task: its records, and what ended it before its time."""

    records: Sequence[Again]
    failures: Sequence[Finding]


def read_again(
    context: MapContext, rule: Mapping[str, Any], task: MapTask, tell: Tell, *, audited: bool
) -> Reading:
    """All records of a task through reader, transforms and verdict; tells how many they are, and their bytes."""
    again = _again(context, rule, task, audited=audited)
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


def _again(
    context: MapContext, rule: Mapping[str, Any], task: MapTask, *, audited: bool
) -> Callable[[Piece, Judged], Again]:
    """A function from a record of a piece to what the books should say of it."""
    encode, split = row_encoder(context.schema.columns), split_of(rule)
    columns = dict.fromkeys(context.schema.columns)

    def again(piece: Piece, item: Judged) -> Again:
        place, article = item.record.place, item.published
        offset, line = place.offset, place.line
        if piece.end is not None and offset is not None and line is not None:
            offset, line = offset + piece.start, line + piece.first_line - 1
        digest = name = keys = None
        edits = Edits()
        if article is not None:
            digest = hashlib.sha256(encode(article.row)).digest()
            row = {**columns, **article.row}
            name, keys = split(row), keys_of_row(rule, row)
            for edit in article.edits:
                edits.add(edit)
        told = {
            "source": task.source.name,
            "id": item.id,
            "length": place.length,
            "line": line,
            "sha256": place.sha256,
            "record_digest": digest.hex() if digest else None,
            "fate": "rejected" if article is None else "kept",
            "reason": reason_of(item),
            "text_key": keys.text_key if keys else None,
            "group": keys.group if keys else None,
        }
        stated = stated_print(told, audited=audited)
        return Again(Spot(place.file, offset, place.number), stated, edits.digest(), digest, name)

    return again


NO_EDITS = bytes(16)


@dataclass(slots=True)
class Edits:
    """A fingerprint of edits in their order, zero for none."""

    _taken: bytes = NO_EDITS

    def add(self, edit: Edit) -> None:
        """Take the next edit."""
        self._taken = fingerprint(self._taken, *edit)

    def digest(self) -> bytes:
        """The fingerprint of all of them."""
        return self._taken
