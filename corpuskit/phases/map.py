"""The map phase: from the bytes of a task to a part; every record is parsed, conformed, edited and judged."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from corpuskit.conform import Article, Cells, Conformer
from corpuskit.engines import Tell
from corpuskit.findings import Finding
from corpuskit.phases.keys import Keys, value_of
from corpuskit.phases.parts import EDITS, LEDGER, REJECTS, Part, PartWriter
from corpuskit.phases.plan import MapTask
from corpuskit.provenance import Limits, Source
from corpuskit.readers import READERS, UNTYPED, Edit, Problem, Record
from corpuskit.schema import ArticleSchema
from corpuskit.spec import Dedup, Splits
from corpuskit.splits import is_split_name
from corpuskit.transforms import Repeats, transforms_for
from corpuskit.transforms.learning.repeats import NOTHING
from corpuskit.validation import Judge
from corpuskit.verdicts import explain, is_blank, record_finding

# So many records at a time are told of.
_TOLD = 1000


@dataclass(frozen=True, slots=True)
class MapContext:
    """What every map task of a build shares; `repeats` is what each source repeats, by name."""

    schema: ArticleSchema
    judge: Judge
    limits: Limits
    dedup: Dedup
    splits: Splits
    repeats: Mapping[str, Repeats] = field(default_factory=dict)


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
        return _known_id(self.record, self.article)


def judged(
    records: Iterator[Record], conformer: Conformer, context: MapContext, reader: str
) -> Iterator[Judged]:
    """Each record through mapping, transforms, conforming and the verdict, in order."""
    source = conformer.source
    transforms = transforms_for(source, reader, context.repeats.get(source.name, NOTHING))
    cells = Cells.of(context.schema) if reader in UNTYPED else None
    for record in records:
        if record.problem is not None:
            problems = [*record.notes, record.problem]
            yield Judged(record, None, tuple(record_finding(record, p, record.identifier) for p in problems))
            continue
        draft = conformer.draft(record)
        if cells is not None:
            draft = draft._replace(fields=cells.typed(draft.fields))
        for transform in transforms:
            draft = transform(draft)
        article = conformer.article(draft, record)
        problems = [*article.notes, *_rejections(article, context)]
        identifier = _known_id(record, article)
        yield Judged(record, article, tuple(record_finding(record, p, identifier) for p in problems))


def _rejections(article: Article, context: MapContext) -> list[Problem]:
    """Why an article cannot be published; empty for one that can."""
    if context.judge.accepts(article.instance):
        problems = [article.problem] if article.problem else []
    else:
        problems = explain(context.judge, article.instance, context.schema.text)
    if not problems and _blank(article.row, context.schema.text):
        problems = [Problem("empty-text", "the text is empty or blank", "/" + context.schema.text[0])]
    split_field = context.splits.field
    if not problems and split_field is not None:
        split = value_of(article.row, split_field)
        if split is not None and not is_split_name(split):
            problems = [
                Problem(
                    "bad-split", f"{split_field}: {json.dumps(split)} is no split name", "/" + split_field
                )
            ]
    return problems


def _blank(row: Mapping[str, Any], text: tuple[str, ...]) -> bool:
    return all(is_blank(row.get(name) or "") for name in text)


def _known_id(record: Record, article: Article | None) -> str | None:
    if article is not None:
        known = article.row.get("id") or article.instance.get("id")
        return known if isinstance(known, str) else record.identifier
    return record.identifier


def map_part(task: MapTask, context: MapContext, folder: Path, tell: Tell) -> Part:
    """Read a task's pieces and write its part into a folder of its own; tells how many records it has read."""
    conformer = Conformer.of(context.schema, task.source)
    keys = Keys.of(context.schema, context.dedup, context.splits)
    schemas = {"rows": context.schema.arrow, "ledger": LEDGER, "rejects": REJECTS, "edits": EDITS}
    kinds: Counter[str] = Counter()
    edits: Counter[str] = Counter()
    counted, rows = [], 0
    with PartWriter(folder, schemas) as part:
        for index, piece in enumerate(task.pieces):
            records = READERS[task.reader](piece, task.source, context.limits)
            count = 0
            for item in judged(records, conformer, context, task.reader):
                count += 1
                kinds.update(f.kind for f in item.findings)
                if article := item.published:
                    rows += 1
                    edits.update(edit.transform for edit in article.edits)
                _write(part, index, item, keys, task.source)
                if count % _TOLD == 0:
                    tell(_TOLD)
            tell(count % _TOLD)
            counted.append(count)
    return Part(folder, tuple(counted), rows, dict(kinds), dict(edits))


def _write(part: PartWriter, piece: int, item: Judged, keys: Keys, source: Source) -> None:
    """Write what the part keeps of a record."""
    record, place = item.record, item.record.place
    line = {
        "piece": piece, "offset": place.offset, "length": place.length, "line": place.line,
        "record": place.number, "sha256": bytes.fromhex(place.sha256), "id": item.id,
    }  # fmt: skip
    for each in item.findings:
        part.note(piece, each)
    if item.published is not None:
        row = item.published.row
        part.append("rows", row)
        for edit in item.published.edits:
            part.append("edits", _edit(row["id"], edit))
        part.append("ledger", line | keys.of_row(row, source))
    else:
        first = next(f for f in item.findings if f.severity == "error")
        line["reason"] = first.kind
        message = "; ".join(f.message for f in item.findings if f.severity == "error")
        part.append("rejects", line | {"pointer": first.pointer, "message": message, "raw": record.raw})
        part.append("ledger", line)
    part.record_done(len(record.raw))


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
