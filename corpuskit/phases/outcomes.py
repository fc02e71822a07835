"""What came of the records of a piece, gathered in their order and written to the part column by column."""

import hashlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from corpuskit.conform import Article, Articles
from corpuskit.engines import Tell
from corpuskit.findings import Finding
from corpuskit.phases.keys import Keys, utf8
from corpuskit.phases.parts import EditCounts, PartWriter, add_edits
from corpuskit.provenance import Place, Source
from corpuskit.readers import Edit, Record
from corpuskit.readers.batching import Parsed
from corpuskit.schema import ArticleSchema
from corpuskit.verdicts import record_finding

# So many records, or bytes of them, that were looked at alone are gathered at most.
_MOST_RECORDS, _MOST_BYTES = 500, 4 << 20


class Judged(NamedTuple):
    """A record with its outcome: an article, or the findings that reject it; notes go with either."""

    record: Record
    article: Article | None
    findings: tuple[Finding, ...]

    @property
    def rejected(self) -> bool:
        """Whether a finding of severity error stands against it."""
        return any(f.severity == "error" for f in self.findings)

    @property
    def published(self) -> Article | None:
        """The article, unless it is rejected."""
        return None if self.rejected else self.article

    @property
    def id(self) -> str | None:
        """The id of the record, wherever it could be read."""
        return known_id(self.record, self.article)


def known_id(record: Record, article: Article | None) -> str | None:
    """The id of a record, wherever it could be read."""
    if article is not None:
        row = article.row.get("id")
        known = article.instance.get("id") if row is None else row
        return known if isinstance(known, str) else record.identifier
    return record.identifier


class _Sheet(NamedTuple):
    """Records in order: `order` is the place of each among all, `ledger` a line of each, `rows` those of articles."""

    order: list[int]
    ledger: Mapping[str, Sequence[Any]]
    row_order: list[int]
    rows: Mapping[str, Sequence[Any]]


@dataclass(slots=True)
class Outcomes:
    """Gathers the outcomes of one piece; between two calls of `flush` they may come in any order of their lines.

    Records without lines come in order.
    """

    part: PartWriter
    piece: int
    schema: ArticleSchema
    keys: Keys
    source: Source
    tell: Tell
    kinds: Counter[str] = field(default_factory=Counter)
    edits: EditCounts = field(default_factory=dict)
    records: int = 0
    rows: int = 0
    _sheets: list[_Sheet] = field(default_factory=list)
    _alone: list[Judged] = field(default_factory=list)
    _findings: list[tuple[int, Finding]] = field(default_factory=list)
    _bytes: int = 0

    def add(self, item: Judged) -> None:
        """Gather a record that was looked at alone."""
        if self._sheets and (item.record.place.line or 0) > self._sheets[-1].order[-1]:
            self.flush()  # it stands behind all that was taken together
        self._alone.append(item)
        self._bytes += len(item.record.raw)
        if not self._sheets and (len(self._alone) >= _MOST_RECORDS or self._bytes > _MOST_BYTES):
            self.flush()

    def take(self, batch: Parsed, articles: Articles, name: str) -> None:
        """Gather the records of a batch that became articles; `name` is that of the file."""
        chosen, rows = articles.chosen, len(articles.chosen)
        if not rows:
            return
        raws = [batch.raws[i] for i in chosen]
        numbers = [batch.numbers[i] for i in chosen]
        digest = hashlib.sha256
        ledger: dict[str, Sequence[Any]] = {
            "offset": [batch.offsets[i] for i in chosen],
            "length": list(map(len, raws)),
            "line": numbers,
            "sha256": [digest(raw).digest() for raw in raws],
        }
        ledger |= self.keys.of_rows(articles.columns, rows, self.source)
        self._sheets.append(_Sheet(numbers, ledger, numbers, articles.columns))
        self._bytes += sum(ledger["length"])
        for index in sorted(articles.notes):
            raw, line = batch.raws[index], batch.numbers[index]
            sha256 = digest(raw).hexdigest()
            record = Record(Place(name, batch.offsets[index], len(raw), line, None, sha256), raw)
            identifier = articles.columns["id"][bisect_left(chosen, index)].decode()
            self._findings += [(line, record_finding(record, p, identifier)) for p in articles.notes[index]]

    def flush(self) -> None:
        """Write what has gathered, now that all records up to here are there."""
        sheets = [*self._sheets, *self._sheet_of_those_alone()]
        if not sheets:
            return
        sheet = sheets[0] if len(sheets) == 1 else _joined(sheets)
        count, rows = len(sheet.order), len(sheet.row_order)
        self.part.extend("ledger", {"piece": [self.piece] * count, **sheet.ledger}, count)
        self.part.extend("rows", sheet.rows, rows)
        for _, found in sorted(self._findings, key=lambda each: each[0]):
            self.kinds[found.kind] += 1
            self.part.note(self.piece, found)
        self.part.records_done(self._bytes)
        self.records, self.rows = self.records + count, self.rows + rows
        self.tell((count, self._bytes))
        self._sheets, self._alone, self._findings, self._bytes = [], [], [], 0

    def _sheet_of_those_alone(self) -> Iterator[_Sheet]:
        if not self._alone:
            return
        published = [(i, article) for i, item in enumerate(self._alone) if (article := item.published)]
        order = [item.record.place.line or 0 for item in self._alone]
        columns = {
            name: [utf8(article.row.get(name)) for _, article in published] for name in self.schema.columns
        }
        keys = self.keys.of_rows(columns, len(published), self.source)
        ledger = _ledger(self._alone, keys, [i for i, _ in published])
        for line, item in zip(order, self._alone, strict=True):
            self._findings += [(line, found) for found in item.findings]
            if item.published is None:
                self._reject(item)
            else:
                self._edited(item.record.place, item.published)
        yield _Sheet(order, ledger, [order[i] for i, _ in published], columns)

    def _reject(self, item: Judged) -> None:
        place, against = item.record.place, [f for f in item.findings if f.severity == "error"]
        row = {
            "piece": self.piece, "offset": place.offset, "length": place.length, "line": place.line,
            "record": place.number, "reason": against[0].kind, "pointer": against[0].pointer,
            "message": "; ".join(f.message for f in against), "raw": item.record.raw,
        }  # fmt: skip
        self.part.extend("rejects", _columns(row), 1)

    def _edited(self, place: Place, article: Article) -> None:
        where = {"piece": self.piece, "offset": place.offset, "line": place.line, "record": place.number}
        for edit in article.edits:
            add_edits(self.edits, {edit.transform: (1, len(edit.removed), len(edit.inserted))})
            self.part.extend("edits", _columns(where | _edit(article.row["id"], edit)), 1)


def _columns(row: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {name: [value] for name, value in row.items()}


def _ledger(
    items: Sequence[Judged], keys: Mapping[str, Sequence[Any]], published: Sequence[int]
) -> dict[str, Sequence[Any]]:
    """A line for each record; what depends on an article is null where there is none."""
    places = [item.record.place for item in items]
    ledger: dict[str, Sequence[Any]] = {
        "offset": [place.offset for place in places],
        "length": [place.length for place in places],
        "line": [place.line for place in places],
        "record": [place.number for place in places],
        "sha256": [bytes.fromhex(place.sha256) for place in places],
        "reason": [None if item.published else _reason(item) for item in items],
    }
    for name, values in keys.items():
        column: list[Any] = [None] * len(items)
        for index, value in zip(published, values, strict=True):
            column[index] = value
        ledger[name] = column
    ledger["id"] = [utf8(item.id) for item in items]
    return ledger


def _reason(item: Judged) -> str:
    return next(f.kind for f in item.findings if f.severity == "error")


def _joined(sheets: Sequence[_Sheet]) -> _Sheet:
    """Several sheets as one, in the order of the records."""
    order, ledger = _sorted([(sheet.order, sheet.ledger) for sheet in sheets])
    row_order, rows = _sorted([(sheet.row_order, sheet.rows) for sheet in sheets])
    return _Sheet(order, ledger, row_order, rows)


def _sorted(
    tables: Sequence[tuple[list[int], Mapping[str, Sequence[Any]]]],
) -> tuple[list[int], dict[str, Sequence[Any]]]:
    order = [place for places, _ in tables for place in places]
    by_place = sorted(range(len(order)), key=order.__getitem__)
    in_order = by_place == list(range(len(order)))
    joined: dict[str, Sequence[Any]] = {}
    for name in dict.fromkeys(name for _, columns in tables for name in columns):
        values: list[Any] = []
        for places, columns in tables:
            values += columns.get(name) or [None] * len(places)
        joined[name] = values if in_order else [values[i] for i in by_place]
    return order if in_order else [order[i] for i in by_place], joined


def _edit(identifier: str, edit: Edit) -> dict[str, Any]:
    return {
        "id": identifier,
        "transform": edit.transform,
        "field": edit.field,
        "start": edit.start,
        "end": edit.start + len(edit.removed),
        "removed": edit.removed,
        "inserted": edit.inserted,
    }
