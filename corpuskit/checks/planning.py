"""From paths as they are given to tasks: what each is, how it is checked, and where it is cut."""

import difflib
import glob
import os
import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from io import FileIO
from itertools import count, pairwise
from pathlib import Path
from typing import Any

from corpuskit import layout
from corpuskit.checks.leading import unreadable
from corpuskit.checks.tasks import STDIN, CheckTask, Terms
from corpuskit.errors import InputError, SpecError
from corpuskit.findings import Finding, finding
from corpuskit.readers import UNTYPED, Piece, reader_for, stem, streams
from corpuskit.readers.streams import compression
from corpuskit.schema import article_schema, built_in
from corpuskit.validation import Judge, compile_schema, load_judge, read_schema, schema_notes

# What a worker takes at once of a big plain JSONL file, and of small text files.
_SLICE_BYTES, _GROUP_FILES = 16 << 20, 256
_READ = 1 << 16

_Numbers = Iterator[int]


def plan_checks(
    paths: Sequence[str],
    schema: Path | str | Mapping[str, Any] | None,
    *,
    document: bool,
    formats: bool,
    registry: Mapping[str, Path | str] | None,
) -> tuple[Terms, list[CheckTask]]:
    """The tasks that check all paths, in their order, and what these tasks share.

    Globs are expanded where no file has that name. Raises SpecError for a path that nothing can read and a glob
    that matches nothing, SchemaError for an unusable schema.
    """
    judge, whole = _judge(schema, formats=formats, registry=registry)
    file = Path(schema) if isinstance(schema, str | Path) else None
    terms = Terms(judge, () if schema is not None else built_in().text)
    sorts = {path: _sort(path, document=document) for path in _expanded(paths)}
    numbers = count()
    notes = tuple(judge.notes())
    tasks = [CheckTask(next(numbers), "records", findings=notes)] if notes else []
    texts: list[Piece] = []
    for path, sort in sorts.items():
        if texts and (sort != "text" or len(texts) == _GROUP_FILES):
            tasks.append(CheckTask(next(numbers), "text", tuple(texts), "text"))
            texts = []
        if sort == "text":
            texts.append(_piece(path))
            terms = terms if terms.schema else replace(terms, schema=article_schema(whole(), file=file))
        elif sort == "corpus":
            terms, planned = _corpus_tasks(path, terms, numbers)
            tasks += planned
        else:
            if terms.cells is None and reader_for(path) in UNTYPED:
                terms = _with_cells(terms, whole())
            tasks += _file_tasks(path, sort, numbers)
    if texts:
        tasks.append(CheckTask(next(numbers), "text", tuple(texts), "text"))
    return terms, tasks


def _with_cells(terms: Terms, document: Any) -> Terms:
    from corpuskit.conform import Cells

    return replace(terms, cells=Cells.of_document(document))


def _judge(
    schema: Path | str | Mapping[str, Any] | None, *, formats: bool, registry: Mapping[str, Path | str] | None
) -> tuple[Judge, Callable[[], Any]]:
    """The judge of raw records, and its schema in one document for inputs that need its columns."""
    if isinstance(schema, str | Path):
        file = Path(schema)
        # Only columns need all files in one document; a verdict needs no more than the references it follows.
        _, judge = load_judge(file, formats=formats, registry=registry)
        return judge, cache(lambda: read_schema(file, registry=registry)[0])
    document = built_in().document if schema is None else schema
    return compile_schema(document, formats=formats, registry=registry), lambda: document


def _expanded(paths: Sequence[str]) -> list[str]:
    """The paths with globs as the files that they match, sorted, each path once."""
    found: dict[str, None] = {}
    for path in paths:
        if path == STDIN or not glob.has_magic(path) or Path(path).exists():
            found[path] = None
            continue
        # Path.glob would take no absolute pattern, and give the names in another form than they were asked for.
        matches = sorted(name for name in glob.glob(path, recursive=True) if Path(name).is_file())  # noqa: PTH207
        if not matches:
            raise SpecError("matches no file.", path)
        found.update(dict.fromkeys(matches))
    # A file is checked once, under the first of its names: globs follow links, which may lead back.
    first: dict[str, str] = {}
    for path in found:
        first.setdefault(path if path == STDIN else os.path.realpath(path), path)
    return list(first.values())


def _sort(path: str, *, document: bool) -> str:
    """What a path is, and so how it is checked; raises SpecError for one that nothing can read."""
    if path == STDIN:
        return "records"
    where = Path(path)
    if where.is_dir():
        if (where / layout.MANIFEST).is_file():
            return "release"
        raise SpecError("is a folder without a release.", path, None, "Name its files, or its corpus.toml.")
    if not where.exists():
        raise _missing(where)
    if not where.is_file():
        hint = f"Let it be read as it comes: corpuskit validate - < {path}"
        raise SpecError("is a pipe, a device or a socket, not a file.", path, None, hint)
    if where.suffix == ".toml":
        return "corpus"
    reader = reader_for(where.name)
    if reader is None:
        known = "Known are .txt, .jsonl, .json, .csv, .tsv and .parquet, plain or .gz .zst .bz2 .xz."
        raise SpecError("no reader is known for its suffix.", path, None, known)
    if document and reader == "json":
        return "document"
    return "text" if reader == "text" else "records"


def _missing(where: Path) -> SpecError:
    if where.is_symlink():
        # That a link lies in the way shows neither in its name nor in what an editor lists.
        return SpecError(f"is a link to {str(where.readlink())!r}, which is not there.", str(where))
    beside = [name.name for name in where.parent.iterdir()] if where.parent.is_dir() else []
    close = difflib.get_close_matches(where.name, beside, 1)
    return SpecError(
        "there is no such file.", str(where), None, f"Did you mean {close[0]!r}?" if close else None
    )


def _piece(path: str) -> Piece:
    where = streams.STDIN if path == STDIN else Path(path)
    return Piece(where, path, identifier=stem(where.name))


def _file_tasks(path: str, sort: str, numbers: _Numbers) -> Iterator[CheckTask]:
    """The tasks of one file: a big plain JSONL file in slices, any other whole."""
    piece = _piece(path)
    reader = "jsonl" if path == STDIN else reader_for(path) or ""
    sliced = path != STDIN and reader == "jsonl" and not compression(path) and piece.path.is_file()
    for each in _slices(piece) if sliced else [piece]:
        yield CheckTask(next(numbers), sort, (each,), reader)


def _slices(piece: Piece) -> list[Piece]:
    """A plain JSONL file in ranges that end behind a line; whole where it is small, or cannot be read."""
    cuts = [0]
    with suppress(OSError), piece.path.open("rb", buffering=0) as file:
        size = piece.path.stat().st_size
        while size - cuts[-1] > 2 * _SLICE_BYTES:
            cuts.append(_behind_line(file, cuts[-1] + _SLICE_BYTES))
        if cuts[-1] < size:
            cuts.append(size)
        if len(cuts) > 2:
            return [replace(piece, start=start, end=end) for start, end in pairwise(cuts)]
    return [piece]


def _behind_line(file: FileIO, at: int) -> int:
    """The first place behind a line end from a place on, or the end of the file."""
    file.seek(at)
    while block := file.read(_READ):
        if (found := block.find(b"\n")) >= 0:
            return at + found + 1
        at += len(block)
    return at


def _corpus_tasks(path: str, terms: Terms, numbers: _Numbers) -> tuple[Terms, list[CheckTask]]:
    """The tasks of a corpus.toml, which bring its own schema; one with findings alone where it is wrong."""
    from corpuskit.phases.learn import learn_repeats
    from corpuskit.phases.plan import find_inputs, map_tasks
    from corpuskit.release import map_context
    from corpuskit.spec import parse_spec

    folder, corpus = posixpath.dirname(path), len(terms.corpora)

    def wrong(*findings: Finding, damaged: bool = False) -> tuple[Terms, list[CheckTask]]:
        """A task with nothing but findings, all about one file: the corpus.toml as it was given, or one beside it."""
        beside = "" if findings[0].file == path else folder
        return terms, [
            CheckTask(next(numbers), "articles", folder=beside, findings=findings, damaged=damaged)
        ]

    text = Path(path).read_text(encoding="utf-8-sig", errors="replace")
    spec, mistakes = parse_spec(text, Path(path).parent, Path(path).name)
    if spec is None:
        return wrong(*(_mistake(m.message, path, m.line, m.hint) for m in mistakes))
    try:
        context, inputs = map_context(spec), find_inputs(spec)
        context = replace(context, repeats=learn_repeats(spec, inputs, context.schema))
        planned = map_tasks(spec, inputs)
    except SpecError as error:
        return wrong(_mistake(error.message, error.file or path, error.line, error.hint))
    except InputError as error:
        return wrong(unreadable(error, error.file), damaged=True)
    tasks = [
        CheckTask(next(numbers), "articles", task.pieces, task.reader, task.source, corpus, folder)
        for task in planned
    ]
    notes = spec.remarks
    if spec.schema is not None and terms.judge.options["formats"]:
        notes = (*schema_notes(spec.root / spec.schema, spec.root), *notes)
    if notes:
        tasks = [CheckTask(next(numbers), "articles", folder=folder, findings=notes), *tasks]
    return replace(terms, corpora=(*terms.corpora, context)), tasks


def _mistake(message: str, file: str, line: int | None, hint: str | None) -> Finding:
    return finding("bad-configuration", message, file=file, line=line, hint=hint)
