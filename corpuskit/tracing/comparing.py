"""Holds what raw bytes give now beside what was published of them, value by value."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from corpuskit.audit.claims import short
from corpuskit.audit.rows import plain_rows
from corpuskit.digests import row_encoder, sha256
from corpuskit.errors import InputError
from corpuskit.findings import Finding, finding
from corpuskit.phases.keys import keys_of_row, split_of
from corpuskit.phases.outcomes import Judged
from corpuskit.readers import Edit
from corpuskit.schema import ArticleSchema
from corpuskit.tracing.books import Line, fate_of
from corpuskit.tracing.inputs import RawFiles, check_readable, unread
from corpuskit.tracing.rows import Standing

_BEFORE = 20  # characters shown before the first that differs


def replay_record(
    raw: RawFiles, line: Line, standing: Standing | None, edits: Sequence[Mapping[str, Any]] | None
) -> list[Finding]:
    """Go one record's way again from its bytes; every difference is a finding of severity error, none is the same."""
    changes = list(raw.changes(line["file"]))
    source = raw.source(line["source"])
    item = raw.input(line["file"])
    if item is None or not raw.is_open(item):
        return changes
    if unknown := list(check_readable(raw, source)):
        return [*changes, *unknown]
    try:
        record = raw.read(line)
    except InputError as error:
        return [*changes, unread(line["file"], error)]
    if record is None:
        return [*changes, _differing(line, "no record begins at its place any more", kind="other-origin")]
    if record.place.sha256 != line["sha256"]:
        message = (
            f"the record's bytes were changed: their sha256 is {record.place.sha256}; it was {line['sha256']}"
        )
        changes.append(_differing(line, message, kind="other-origin"))
    if (length := record.place.length) != line["length"]:
        changes.append(_differing(line, f"read again it has {length} bytes; the books say {line['length']}"))
    return [*changes, *_differences(raw, line, raw.judge(line, record), standing, edits)]


def _differing(line: Line, message: str, kind: str = "other-content") -> Finding:
    place = {name: line[name] for name in ("file", "line", "offset", "record", "id")}
    return finding(kind, message, severity="error", **place)


def _differences(
    raw: RawFiles,
    line: Line,
    item: Judged,
    standing: Standing | None,
    edits: Sequence[Mapping[str, Any]] | None,
) -> Iterator[Finding]:
    rejected = reason_of(item)
    stated = line["reason"] if fate_of(line) == "rejected" else None
    if rejected != stated:
        message = f"read again it is {_verdict(rejected)}; the ledger says {_verdict(stated)}"
        yield _differing(line, message)
        return
    article = item.published
    if article is None:
        return
    if article.row["id"] != line["id"]:
        yield _differing(line, f"read again its id is {short(article.row['id'])}")
    if standing is not None:
        yield from _columns(raw.schema, line, article.row, standing)
        if (split := split_of(raw.manifest["split_rule"])(_whole(raw.schema, article.row))) != line["split"]:
            yield _differing(line, f"read again it is in the split {split!r}; it stands in {line['split']!r}")
    digest = sha256(row_encoder(raw.schema.columns)(article.row))
    if digest != line["record_digest"]:
        message = f"read again its record digest is {digest}; the books say {line['record_digest']}"
        yield _differing(line, message)
    else:
        yield from _keys(raw, line, article.row)
    if edits is not None:
        yield from _edits(line, article.edits, edits)


def _keys(raw: RawFiles, line: Line, row: Mapping[str, Any]) -> Iterator[Finding]:
    """The keys that the ledger has of a record, where it is there, beside those of its row."""
    keys = keys_of_row(raw.manifest["split_rule"], _whole(raw.schema, row))
    for name in ("text_key", "group"):
        if name in line and (found := getattr(keys, name)) != line[name]:
            message = f"read again its {name.replace('_', ' ')} is {short(found)}; the ledger says {short(line[name])}"
            yield _differing(line, message)


def reason_of(item: Judged) -> str | None:
    """The kind of the finding that rejects a record, None for an article."""
    return next((f.kind for f in item.findings if f.severity == "error"), None)


def _verdict(reason: str | None) -> str:
    return "an article" if reason is None else f"rejected ({reason})"


def _whole(schema: ArticleSchema, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with all columns, its values as Parquet gives them back."""
    table = pa.Table.from_pylist([{name: row.get(name) for name in schema.columns}], schema.arrow)
    return next(plain_rows(table))


def _columns(
    schema: ArticleSchema, line: Line, row: Mapping[str, Any], standing: Standing
) -> Iterator[Finding]:
    """The first column in which a row differs from the published one, and how many others do."""
    made, published = _whole(schema, row), standing.values
    names = [name for name in {**made, **published} if made.get(name) != published.get(name)]
    if names:
        name, others = names[0], names[1:]
        more = f" (so do {', '.join(others)})" if others else ""
        values = _apart(published.get(name), made.get(name))
        yield _differing(line, f"column `{name}` of the published row differs{more}: {values}")


def _apart(published: Any, made: Any) -> str:
    """Two values, from a little before the place where they differ."""
    if isinstance(published, str) and isinstance(made, str):
        pairs = enumerate(zip(published, made, strict=False))
        at = next((n for n, (a, b) in pairs if a != b), min(len(published), len(made)))
        start = max(0, at - _BEFORE)
        published, made = published[start:], made[start:]
        return f"from character {at:,} on it is {short(published)}; the bytes give {short(made)}"
    return f"it is {short(published)}; the bytes give {short(made)}"


def _edits(line: Line, made: Sequence[Edit], kept: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """The first edit that is not the one that the books hold."""
    for number, (edit, told) in enumerate(zip(made, kept, strict=False), 1):
        for name in ("transform", "field", "start", "removed", "inserted"):
            value = getattr(edit, name)
            if value != told[name]:
                what = f"edit {number} of {len(kept)} ({edit.transform}) is another: {name}"
                yield _differing(line, f"{what} {short(_text(told[name]))}; made again {short(_text(value))}")
                return
    if len(made) != len(kept):
        yield _differing(line, f"{len(kept)} edits are in the books; made again there are {len(made)}")


def _text(value: Any) -> Any:
    return value.decode(errors="backslashreplace") if isinstance(value, bytes) else value
