"""`validate(paths)`: every record of any input judged where it lies."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from corpuskit import layout
from corpuskit.errors import InputError, SpecError
from corpuskit.findings import Finding, finding
from corpuskit.provenance import Limits, Source
from corpuskit.readers import READERS, Piece, Record, reader_for, stem
from corpuskit.readers.dialect import Malformed, parse_value
from corpuskit.schema import ArticleSchema, article_schema, built_in
from corpuskit.validation import Judge, compile_schema, read_schema

# (file, bytes so far, records so far)
Progress = Callable[[str, int, int], None]

_STDIN = "-"


@dataclass(frozen=True, slots=True)
class Report:
    """What validation found. `findings` are all of them; `summary` is what they come to.

    `damaged` says that an input could not be read to its end.
    """

    summary: Mapping[str, Any]
    findings: Sequence[Finding]
    damaged: bool = False

    @property
    def ok(self) -> bool:
        """Whether no finding is an error."""
        return not any(f.severity == "error" for f in self.findings)

    def as_dict(self, most: int | None = None) -> dict[str, Any]:
        """The JSON of a validation, with at most so many findings."""
        shown = self.findings if most is None else self.findings[:most]
        return {
            "summary": dict(self.summary),
            "findings": [f.as_dict() for f in shown],
            "truncated": len(shown) < len(self.findings),
        }


@dataclass(slots=True)
class _Tally:
    """The state of one validation.

    `schema` gives the columns for inputs that must be conformed; `text` is the text role of raw records.
    """

    judge: Judge
    schema: Callable[[], ArticleSchema]
    text: tuple[str, ...]
    progress: Progress
    records: int = 0
    invalid: int = 0
    bytes: int = 0
    damaged: bool = False
    findings: list[Finding] = field(default_factory=list)

    def add(self, findings: Iterable[Finding]) -> None:
        """Count a record with what was found about it."""
        found = list(findings)
        self.records += 1
        self.invalid += any(f.severity == "error" for f in found)
        self.findings += found


def validate(
    paths: Iterable[Path | str] | Path | str,
    schema: Path | str | Mapping[str, Any] | None = None,
    *,
    document: bool = False,
    formats: bool = True,
    progress: Progress | None = None,
) -> Report:
    """Judge every record of files, corpora (a corpus.toml) and releases by a JSON Schema.

    `schema` is a path or a parsed schema, by default the built-in article schema. JSON and JSONL records
    are judged as they stand; text files and a corpus.toml go through reader and conform first. With
    `document` each .json file is one instance of any type. Raises SpecError for a path that is nothing
    corpuskit can read, SchemaError for an unusable schema.
    """
    started = time.monotonic()
    listed = [paths] if isinstance(paths, str | Path) else list(paths)
    text = () if schema is not None else built_in().text
    state = _Tally(*_judge(schema, formats=formats), text, progress or (lambda *_: None))
    checks = [_check_for(str(path), document=document) for path in listed]
    for path, check in zip(listed, checks, strict=True):
        try:
            check(str(path), state)
        except InputError as error:
            state.damaged = True
            state.findings.append(
                finding("unreadable-input", str(error), file=str(path), offset=getattr(error, "offset", None))
            )
    kinds = Counter(f.kind for f in state.findings)
    summary = {
        "records": state.records,
        "valid": state.records - state.invalid,
        "invalid": state.invalid,
        "bytes": state.bytes,
        "seconds": time.monotonic() - started,
        "by_kind": dict(sorted(kinds.items())),
    }
    return Report(summary, state.findings, state.damaged)


_Check = Callable[[str, _Tally], None]


def _judge(
    schema: Path | str | Mapping[str, Any] | None, *, formats: bool
) -> tuple[Judge, Callable[[], ArticleSchema]]:
    """The judge of raw records, and the columns of its schema for inputs that must be conformed first."""
    if schema is None:
        own = built_in()
        return compile_schema(own.document, formats=formats), lambda: own
    if isinstance(schema, str | Path):
        document, judge = read_schema(Path(schema), formats=formats)
        return judge, lambda: article_schema(document, file=Path(schema))
    judge = compile_schema(schema, formats=formats)
    return judge, lambda: article_schema(schema)


def _check_for(path: str, *, document: bool) -> _Check:
    """How a path is checked; raises SpecError for one that nothing can read."""
    if path == _STDIN:
        return _check_raw
    where = Path(path)
    if where.is_dir():
        if (where / layout.MANIFEST).is_file():
            return _check_release
        raise SpecError("is a folder without a release.", path, None, "Name its files, or its corpus.toml.")
    if not where.exists():
        raise SpecError("there is no such file.", path)
    if where.suffix == ".toml":
        return _check_corpus
    reader = reader_for(where.name)
    if reader is None:
        known = {".csv": "CSV", ".tsv": "TSV", ".parquet": "Parquet"}.get(where.suffix.lower())
        what = (
            f"{known} files are not read in this version." if known else "no reader is known for its suffix."
        )
        raise SpecError(what, path, None, "Known are .txt, .jsonl and .json, plain or .gz .zst .bz2 .xz.")
    if document and reader == "json":
        return _check_document
    return _check_text if reader == "text" else _check_raw


def _check_release(path: str, state: _Tally) -> None:
    from corpuskit.audit import read_manifest, verify

    state.findings += [replace(f, file=f"{path}/{f.file}") for f in verify(path)]
    manifest = read_manifest(Path(path))
    state.records += manifest["statistics"]["rows"]
    state.bytes += sum(entry["bytes"] for entry in manifest["files"])


def _check_corpus(path: str, state: _Tally) -> None:
    """The file itself, then every record of its sources through reader and conform."""
    from corpuskit.conform import Conformer
    from corpuskit.phases.learn import learn_repeats
    from corpuskit.phases.map import judged
    from corpuskit.phases.plan import find_inputs
    from corpuskit.release import map_context
    from corpuskit.spec import parse_spec

    text = Path(path).read_text(encoding="utf-8-sig", errors="replace")
    spec, mistakes = parse_spec(text, Path(path).parent, Path(path).name)
    if spec is None:
        state.findings += [
            finding("bad-configuration", m.message, file=path, line=m.line, hint=m.hint) for m in mistakes
        ]
        return
    try:
        context, inputs = map_context(spec), find_inputs(spec)
        context = replace(context, repeats=learn_repeats(spec, inputs, context.schema))
    except SpecError as error:
        place = error.file or path
        state.findings.append(
            finding("bad-configuration", error.message, file=place, line=error.line, hint=error.hint)
        )
        return
    sources = {source.name: source for source in spec.sources}
    for item in inputs:
        conformer = Conformer.of(context.schema, sources[item.source])
        piece = Piece(item.path, item.name, identifier=item.identifier)
        records = _counted(READERS[item.reader](piece, conformer.source, spec.limits), state, item.name)
        for each in judged(records, conformer, context, item.reader):
            state.add(each.findings)
        state.bytes += item.bytes


def _counted(records: Iterable[Record], state: _Tally, file: str) -> Iterator[Record]:
    for record in records:
        state.progress(file, state.bytes, state.records)
        yield record


def _anonymous(reader: str) -> Source:
    """A source for a file that belongs to no corpus yet."""
    return Source("unnamed", 0, (), "LicenseRef-unknown", reader=reader, language="und", timezone="UTC")


def _piece(path: str) -> Piece:
    where = Path("/dev/stdin") if path == _STDIN else Path(path)
    return Piece(where, path, identifier=stem(where.name))


def _check_raw(path: str, state: _Tally) -> None:
    """Records judged as they stand in the file."""
    from corpuskit.phases.map import explain, record_finding

    reader = "jsonl" if path == _STDIN else reader_for(path) or "jsonl"
    start = state.bytes
    for record in READERS[reader](_piece(path), _anonymous(reader), Limits()):
        identifier = (record.fields or {}).get("id")
        known = identifier if isinstance(identifier, str) else None
        problems = [*record.notes, *([record.problem] if record.problem else [])]
        if record.problem is None and not state.judge.accepts(record.fields):
            problems += explain(state.judge, record.fields or {}, state.text)
        state.add(record_finding(record, problem, known) for problem in problems)
        state.bytes = start + (record.place.offset or 0) + (record.place.length or 0)
        state.progress(path, state.bytes, state.records)
    if path != _STDIN:
        state.bytes = start + Path(path).stat().st_size


def _check_text(path: str, state: _Tally) -> None:
    """A text file as the article it would become, were it in a corpus."""
    from corpuskit.conform import Conformer
    from corpuskit.phases.map import MapContext, judged
    from corpuskit.spec import Dedup, Splits

    source = _anonymous("text")
    schema = state.schema()
    context = MapContext(schema, state.judge, Limits(), Dedup(), Splits())
    conformer = Conformer.of(schema, source)
    for each in judged(READERS["text"](_piece(path), source, Limits()), conformer, context, "text"):
        state.add(each.findings)
    state.bytes += Path(path).stat().st_size


def _check_document(path: str, state: _Tally) -> None:
    """A whole JSON file as one instance of any type."""
    raw = Path(path).read_bytes()
    state.bytes += len(raw)
    try:
        instance = parse_value(raw, Limits().depth)
    except Malformed as malformed:
        problem = malformed.problem
        state.add(
            [
                finding(
                    problem.kind,
                    problem.message,
                    file=path,
                    line=1,
                    offset=0,
                    record=1,
                    pointer=problem.pointer,
                )
            ]
        )
        return
    from corpuskit.phases.map import explain

    found = [
        finding(
            p.kind, p.message, file=path, line=1, offset=0, record=1, pointer=p.pointer, keyword=p.keyword
        )
        for p in (() if state.judge.accepts(instance) else explain(state.judge, instance, ()))
    ]
    state.add(found)
