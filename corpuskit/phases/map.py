"""The map phase: from the bytes of a task to a part; every record is parsed, conformed, edited and judged."""

import gc
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from corpuskit.conform import Article, Cells, ColumnConformer, Conformer, left
from corpuskit.engines import Tell
from corpuskit.phases.keys import Keys, as_columns, values_of
from corpuskit.phases.outcomes import Judged, Outcomes, known_id
from corpuskit.phases.parts import EDITS, LEDGER, REJECTS, EditCounts, Part, PartWriter
from corpuskit.phases.plan import MapTask
from corpuskit.provenance import Limits
from corpuskit.readers import READERS, UNTYPED, Piece, Problem, Record, jsonl
from corpuskit.readers.batching import LineBatcher, Parsed
from corpuskit.readers.dialect import exact_keys
from corpuskit.readers.encodings import is_utf8
from corpuskit.readers.streams import compression
from corpuskit.schema import ArticleSchema
from corpuskit.spec import Dedup, Splits
from corpuskit.splits import is_split_name
from corpuskit.transforms import Repeats, only_doubts, transforms_for
from corpuskit.transforms.doubts import doubts_of
from corpuskit.transforms.learning.repeats import NOTHING
from corpuskit.transforms.suspects import suspects
from corpuskit.validation import Judge
from corpuskit.validation.quick import quick_verdict
from corpuskit.verdicts import explain, is_blank, record_finding


@dataclass(frozen=True, slots=True)
class MapContext:
    """What every map task of a build shares; `repeats` is what each source repeats, by name."""

    schema: ArticleSchema
    judge: Judge
    limits: Limits
    dedup: Dedup
    splits: Splits
    repeats: Mapping[str, Repeats] = field(default_factory=dict)


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
        identifier = known_id(record, article)
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
        split = _value(article.row, split_field, context.schema)
        if split is not None and not is_split_name(split):
            problems = [
                Problem(
                    "bad-split", f"{split_field}: {json.dumps(split)} is no split name", "/" + split_field
                )
            ]
    return problems


def _value(row: Mapping[str, Any], name: str, schema: ArticleSchema) -> Any:
    return values_of(as_columns(row), 1, name, frozenset(schema.columns))[0]


def _blank(row: Mapping[str, Any], text: tuple[str, ...]) -> bool:
    return all(is_blank(row.get(name) or "") for name in text)


def map_part(task: MapTask, context: MapContext, folder: Path, tell: Tell) -> Part:
    """Read a task's pieces and write its part into a folder of its own; tells the records and bytes it has read."""
    conformer = Conformer.of(context.schema, task.source)
    keys = Keys.of(context.schema, context.dedup, context.splits)
    schemas = {"rows": context.schema.arrow, "ledger": LEDGER, "rejects": REJECTS, "edits": EDITS}
    columns = _column_conformer(task, conformer, context)
    kinds: Counter[str] = Counter()
    edits: EditCounts = {}
    counted, rows = [], 0
    with PartWriter(folder, schemas) as part, _seldom_collected():
        for index, piece in enumerate(task.pieces):
            # How far it is in a packed file, its records do not tell.
            told = _without_bytes(tell) if compression(piece.name) else tell
            outcomes = Outcomes(part, index, context.schema, keys, task.source, told, kinds, edits)
            records = _records(task, piece, context, columns, outcomes)
            for item in judged(records, conformer, context, task.reader):
                outcomes.add(item)
            outcomes.flush()
            rows += outcomes.rows
            counted.append(outcomes.records)
    return Part(folder, tuple(counted), rows, dict(kinds), dict(edits))


# So many objects that may be in cycles are made before anyone looks for cycles of garbage.
_SELDOM = 100_000


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Look for cycles of garbage seldom: a batch of records holds many objects and no cycle."""
    usual = gc.get_threshold()
    gc.set_threshold(_SELDOM, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _without_bytes(tell: Tell) -> Tell:
    return lambda said: tell((said[0], 0))


def _column_conformer(task: MapTask, conformer: Conformer, context: MapContext) -> ColumnConformer | None:
    """What makes articles of many records at once, None where each must be looked at alone."""
    if task.reader != "jsonl" or not is_utf8(task.source.encoding) or context.splits.field is not None:
        return None
    if not only_doubts(task.source, task.reader) or not ColumnConformer.fits(conformer):
        return None
    return ColumnConformer(conformer, quick_verdict(context.judge))


def _records(
    task: MapTask, piece: Piece, context: MapContext, columns: ColumnConformer | None, outcomes: Outcomes
) -> Iterator[Record]:
    """The records of a piece that must be looked at alone; the articles of all others go to the outcomes."""
    if columns is None:
        yield from READERS[task.reader](piece, task.source, context.limits)
        return

    def take(batch: Parsed) -> Collection[int]:
        articles = columns.articles(batch.fields, batch.raws)
        for name in ("text", "title"):  # what comes of it is told before what is told already
            texts = columns.texts(name, batch.fields, articles)
            for place in suspects(texts):
                index = articles.chosen[place]
                doubts = doubts_of(name, (texts[place] or b"").decode())
                articles.notes[index] = [*doubts, *articles.notes.get(index, ())]
        outcomes.take(batch, articles, piece.name)
        return left(articles, len(batch.raws))

    keys = partial(exact_keys, depth=context.limits.depth)
    yield from jsonl.read(piece, task.source, context.limits, LineBatcher(keys, outcomes.flush, take))
