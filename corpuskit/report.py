"""`validate(paths)`: every record of any input judged where it lies."""

import math
import posixpath
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from corpuskit import layout
from corpuskit.errors import InputError, SpecError, ValidationFailed
from corpuskit.findings import Finding, finding, place, visible
from corpuskit.provenance import Limits, Source
from corpuskit.readers import READERS, Piece, Record, reader_for, stem
from corpuskit.readers.dialect import Malformed, parse_value
from corpuskit.schema import ArticleSchema, article_schema, built_in
from corpuskit.validation import Judge, compile_schema, load_judge, read_schema

# (file, bytes so far, records so far)
Progress = Callable[[str, int, int], None]

_STDIN = "-"
_PLACES, _LONGEST = 5, 300  # how many errors an exception names, and how much of each
_ALLOWANCE = re.compile(r"(?P<number>[0-9]{1,18})|(?P<percent>[0-9]{1,3}(\.[0-9]{1,9})?) *%", re.ASCII)


@dataclass(frozen=True, slots=True)
class Report:
    """What validation found. `findings` are all of them; `summary` is what they come to.

    `damaged` says that an input could not be read to its end, `beyond` that an error stands against
    something that is no record: a corpus.toml, a file of a release. `paths` are what was validated, as given;
    `folders` are, finding by finding, the folder that its `file` is relative to, where that is another one.
    """

    summary: Mapping[str, Any]
    findings: Sequence[Finding]
    damaged: bool = False
    beyond: bool = False
    paths: Sequence[str] = ()
    folders: Sequence[str] = ()

    @property
    def ok(self) -> bool:
        """Whether no finding is an error, but for those of the invalid records that were allowed."""
        if not any(f.severity == "error" for f in self.findings):
            return True
        allowed = not self.beyond and not self.damaged
        return allowed and 0 < self.summary.get("invalid", 0) <= self.summary.get("allowed", 0)

    def located(self) -> Iterator[Finding]:
        """The findings with their files as seen from where validation ran, those of a corpus.toml too."""
        if not self.folders:
            yield from self.findings
            return
        for each, folder in zip(self.findings, self.folders, strict=True):
            yield (
                replace(each, file=posixpath.normpath(posixpath.join(folder, each.file))) if folder else each
            )

    def raise_for_findings(self) -> None:
        """Raise ValidationFailed, with the first places, unless the report is ok."""
        if not self.ok:
            errors = [f for f in self.located() if f.severity == "error"]
            places = [visible(f"{place(f)}: {f.kind}: {f.message[:_LONGEST]}") for f in errors[:_PLACES]]
            raise ValidationFailed(len(errors), places)

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
    errors: int = 0
    bytes: int = 0
    damaged: bool = False
    findings: list[Finding] = field(default_factory=list)

    def add(self, findings: Iterable[Finding]) -> None:
        """Count a record with what was found about it."""
        found = list(findings)
        self.records += 1
        errors = sum(f.severity == "error" for f in found)
        self.errors += errors
        self.invalid += errors > 0
        self.findings += found


def validate(
    paths: Iterable[Path | str] | Path | str,
    schema: Path | str | Mapping[str, Any] | None = None,
    *,
    document: bool = False,
    formats: bool = True,
    registry: Mapping[str, Path | str] | None = None,
    max_invalid: int | str = 0,
    progress: Progress | None = None,
) -> Report:
    """Judge every record of files, corpora (a corpus.toml) and releases by a JSON Schema.

    `schema` is a path or a parsed schema, by default the built-in article schema. JSON and JSONL records
    are judged as they stand; text files and a corpus.toml go through reader and conform first. With
    `document` each .json file is one instance of any type. `registry` maps URI prefixes to folders, in which
    the schema's references below them are looked up; nothing is ever fetched. With `max_invalid`,
    a number or a share like "1%", the report is ok although so many records are invalid. Raises SpecError
    for a path that is nothing corpuskit can read, SchemaError for an unusable schema.
    """
    started = time.monotonic()
    listed = [paths] if isinstance(paths, str | Path) else list(paths)
    allowance = _allowance(max_invalid)
    text = () if schema is not None else built_in().text
    state = _Tally(*_judge(schema, formats=formats, registry=registry), text, progress or (lambda *_: None))
    checks = [_check_for(str(path), document=document) for path in listed]
    state.findings += state.judge.notes()
    folders = [""] * len(state.findings)
    for path, check in zip(listed, checks, strict=True):
        try:
            check(str(path), state)
        except InputError as error:
            state.damaged = True
            state.findings.append(
                finding("unreadable-input", str(error), file=str(path), offset=getattr(error, "offset", None))
            )
        folders += _folders(str(path), state.findings[len(folders) :])
    kinds = Counter(f.kind for f in state.findings)
    summary = {
        "records": state.records,
        "valid": state.records - state.invalid,
        "invalid": state.invalid,
        "allowed": allowance(state.records),
        "bytes": state.bytes,
        "seconds": time.monotonic() - started,
        "by_kind": dict(sorted(kinds.items())),
    }
    beyond = sum(f.severity == "error" for f in state.findings) > state.errors
    return Report(
        summary,
        state.findings,
        state.damaged,
        beyond,
        [str(p) for p in listed],
        folders if any(folders) else (),
    )


def _allowance(limit: int | str) -> Callable[[int], int]:
    """How many of so many records may be invalid; raises SpecError for what is neither number nor share."""
    match = _ALLOWANCE.fullmatch(str(limit).strip())
    if match is None or Fraction(match["percent"] or 0) > 100:
        raise SpecError(
            f"{str(limit)!r} is neither a number of records nor a share of them.", "max-invalid", None,
            "Write for example 10 or 1%.",
        )  # fmt: skip
    number, share = int(match["number"] or 0), Fraction(match["percent"] or 0) / 100
    return lambda records: number + math.floor(share * records)


def _folders(path: str, findings: Sequence[Finding]) -> list[str]:
    """For each finding about a path, the folder its file is relative to: that of the corpus.toml, else none."""
    folder = posixpath.dirname(path) if path.endswith(".toml") else ""
    return ["" if f.file == path else folder for f in findings]


_Check = Callable[[str, _Tally], None]


def _judge(
    schema: Path | str | Mapping[str, Any] | None, *, formats: bool, registry: Mapping[str, Path | str] | None
) -> tuple[Judge, Callable[[], ArticleSchema]]:
    """The judge of raw records, and the columns of its schema for inputs that must be conformed first."""
    if schema is None:
        own = built_in()
        return compile_schema(own.document, formats=formats, registry=registry), lambda: own
    if isinstance(schema, str | Path):
        file = Path(schema)
        # Only columns need all files in one document; a verdict needs no more than the references it follows.
        _, judge = load_judge(file, formats=formats, registry=registry)
        return judge, cache(lambda: article_schema(read_schema(file, registry=registry)[0], file=file))
    judge = compile_schema(schema, formats=formats, registry=registry)
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
    from corpuskit.release import map_context, schema_notes
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
        named = error.file or path
        state.findings.append(
            finding("bad-configuration", error.message, file=named, line=error.line, hint=error.hint)
        )
        return
    state.findings += schema_notes(spec) if state.judge.formats else []
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
            p.kind,
            p.message,
            file=path,
            line=1,
            offset=0,
            record=1,
            pointer=p.pointer,
            keyword=p.keyword,
            schema_pointer=p.schema_pointer,
        )
        for p in (() if state.judge.accepts(instance) else explain(state.judge, instance, ()))
    ]
    state.add(found)
