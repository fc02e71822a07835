"""The map phase: from the bytes of a task to a part; every record is parsed, conformed, edited and judged."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from corpuskit.conform import Article, Conformer
from corpuskit.digests import id_digest, row_encoder
from corpuskit.findings import KEYWORD_KINDS, Finding, finding
from corpuskit.phases.parts import EDITS, LEDGER, REJECTS, Part, PartWriter
from corpuskit.phases.plan import MapTask
from corpuskit.provenance import Limits, Source
from corpuskit.readers import READERS, Edit, Problem, Record
from corpuskit.schema import ArticleSchema
from corpuskit.spec import Dedup, Splits
from corpuskit.splits import TRAIN, is_split_name, splitter
from corpuskit.transforms import transforms_for
from corpuskit.validation import Judge


@dataclass(frozen=True, slots=True)
class MapContext:
    """What every map task of a build shares."""

    schema: ArticleSchema
    judge: Judge
    limits: Limits
    dedup: Dedup
    splits: Splits


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
    transforms = transforms_for(source, reader)
    for record in records:
        if record.problem is not None:
            problems = [*record.notes, record.problem]
            yield Judged(record, None, tuple(record_finding(record, p, record.identifier) for p in problems))
            continue
        draft = conformer.draft(record)
        for transform in transforms:
            draft = transform(draft, source)
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
        split = _value(article.row, split_field)
        if split is not None and not is_split_name(split):
            problems = [
                Problem(
                    "bad-split", f"{split_field}: {json.dumps(split)} is no split name", "/" + split_field
                )
            ]
    return problems


def explain(judge: Judge, instance: Any, text: tuple[str, ...]) -> list[Problem]:
    """Why an instance is not valid, one `empty-text` for the rules that an empty text breaks."""
    problems: list[Problem] = []
    for violation in judge.explain(instance):
        kind = KEYWORD_KINDS.get(violation.keyword, "schema-violation")
        message = violation.message
        name = violation.pointer.removeprefix("/")
        if name in text and violation.keyword in {"minLength", "pattern"} and not instance[name].strip():
            kind, message = "empty-text", "the text is empty or blank"
        if kind != "empty-text" or all(p.kind != kind for p in problems):
            problems.append(Problem(kind, message, violation.pointer, violation.keyword))
    return problems


def _blank(row: Mapping[str, Any], text: tuple[str, ...]) -> bool:
    return not any((row.get(name) or "").strip() for name in text)


def _known_id(record: Record, article: Article | None) -> str | None:
    if article is not None:
        known = article.row.get("id") or article.instance.get("id")
        return known if isinstance(known, str) else record.identifier
    return record.identifier


def record_finding(record: Record, problem: Problem, identifier: str | None) -> Finding:
    """A problem with a record as a finding at its place."""
    place = record.place
    return finding(
        problem.kind,
        problem.message,
        file=place.file,
        line=place.line,
        offset=place.offset,
        record=place.number,
        pointer=problem.pointer,
        keyword=problem.keyword,
        id=identifier,
    )


def map_part(task: MapTask, context: MapContext, folder: Path) -> Part:
    """Read a task's pieces and write its part into a folder of its own."""
    conformer = Conformer.of(context.schema, task.source)
    keys = _Keys.of(context)
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
            counted.append(count)
    return Part(folder, tuple(counted), rows, dict(kinds), dict(edits))


def _write(part: PartWriter, piece: int, item: Judged, keys: "_Keys", source: Source) -> None:
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
    return {"id": identifier, "end": edit.start + len(edit.removed), **edit._asdict()}


@dataclass(frozen=True, slots=True)
class _Keys:
    """What the index needs of a row: its keys, its digest, its size."""

    context: MapContext
    encode: Callable[[Mapping[str, Any]], bytes]
    by_rule: Callable[[Mapping[str, Any]], str]

    @classmethod
    def of(cls, context: MapContext) -> "_Keys":
        return cls(
            context, row_encoder(context.schema.columns), _by_rule(context.splits, context.schema.text)
        )

    def of_row(self, row: Mapping[str, Any], source: Source) -> dict[str, Any]:
        """The ledger columns that depend on the row."""
        encoded = self.encode(row)
        digest = hashlib.sha256(encoded).digest()
        text_key = hashlib.sha256(_text(row, self.context.schema.text).encode()).digest()
        by = self.context.splits.by
        group = None if by in {"text", "id"} else _group(row, by)
        return {
            "id_digest": id_digest(row["id"]),
            "text_key": text_key,
            "dedup_key": self._dedup_key(row, text_key),
            "group": group,
            "split": self._split(row, source),
            "license": row.get("license"),
            "record_digest": digest,
            "size": len(encoded),
        }

    def _split(self, row: Mapping[str, Any], source: Source) -> str:
        """The split of a row: the source's, or what the rule says of it."""
        return source.split or self.by_rule(row)

    def _dedup_key(self, row: Mapping[str, Any], text_key: bytes) -> bytes | None:
        exact = self.context.dedup.exact
        if not exact:
            return None
        if exact == ("text",):
            return text_key
        if exact == ("record",):
            return self._content_digest(row)
        values = [_value(row, name) for name in exact]
        if not any(value is not None for value in values):
            return None  # articles are not equal for what they lack
        return hashlib.sha256(_compact(values).encode()).digest()

    def _content_digest(self, row: Mapping[str, Any]) -> bytes:
        """The digest of all that a record says, without its id: two records are equal in everything else."""
        return hashlib.sha256(self.encode({**row, "id": None})).digest()


def _by_rule(splits: Splits, text: tuple[str, ...]) -> Callable[[Mapping[str, Any]], str]:
    """The split rule as a function of a row."""
    field, by = splits.field, splits.by
    if field is not None:
        return lambda row: _value(row, field) or TRAIN
    if splits.shares is None:
        return lambda _: TRAIN
    by_digest = splitter(splits.shares, splits.salt)

    def split(row: Mapping[str, Any]) -> str:
        if by == "id":
            return by_digest(row["id"].encode())
        group = None if by == "text" else _group(row, by)
        # An article without a group is its own group.
        return by_digest((_text(row, text) if group is None else group).encode())

    return split


def split_of(rule: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], str]:
    """The split rule of a manifest as a function of a row."""
    shares = {name: Fraction(str(share)) for name, share in rule.get("shares", {}).items()} or None
    by_rule = _by_rule(
        Splits(shares, rule.get("by", "text"), rule.get("field"), rule.get("salt", "")), tuple(rule["text"])
    )
    given = rule.get("given", {})
    return lambda row: given.get(row["source"]) or by_rule(row)


def _text(row: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """The text key: the text, or the compact JSON array of the values of a text role that is a list."""
    if len(names) == 1:
        return str(row.get(names[0]) or "")
    return _compact([row.get(name) for name in names])


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _value(row: Mapping[str, Any], name: str) -> Any:
    """The value of a column, or of a field that went to `extra`."""
    if name in row:
        return row[name]
    return json.loads(row["extra"]).get(name) if row.get("extra") else None


def _group(row: Mapping[str, Any], by: str) -> str | None:
    """The value of the group as a string; null where the record has none."""
    value = _value(row, by)
    return value if value is None or isinstance(value, str) else _compact(value)
