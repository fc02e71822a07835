"""`trace(release, id)`: the ways of the records with one id, with the proof that a published one is in the release."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from corpuskit import layout
from corpuskit.audit import read_manifest
from corpuskit.audit.rows import schema_of
from corpuskit.errors import SpecError
from corpuskit.findings import Finding, finding
from corpuskit.phases.keys import keys_of_row
from corpuskit.places import place
from corpuskit.schema import ArticleSchema
from corpuskit.tracing.books import Books, Line, fate_of, readable, spot
from corpuskit.tracing.comparing import replay_record
from corpuskit.tracing.inputs import RawFiles
from corpuskit.tracing.rows import find_row, prove, sorted_digests
from corpuskit.tracing.way import Way, split_told

# Of more records with one id the first are shown.
_MOST = 20


@dataclass(frozen=True, slots=True)
class Trace:
    """What a release says of one id: the way of each record that has it.

    `nearest` are ids that are written alike, where no record has this one. `hidden` says in sentences what cannot be
    shown, `findings` where the files of the release contradict each other, or that other versions made it.
    """

    release: Path
    id: str
    content_id: str
    ways: Sequence[Way]
    nearest: Sequence[str]
    hidden: Sequence[str]
    findings: Sequence[Finding]

    @property
    def ok(self) -> bool:
        """Whether there is such a record, no file contradicts another, and what was replayed came out the same."""
        said = [*self.findings, *(each for way in self.ways for each in way.replayed or ())]
        return bool(self.ways) and not any(each.severity == "error" for each in said)

    def as_dict(self) -> dict[str, Any]:
        """The JSON of a trace."""
        return {
            "ok": self.ok,
            "release": str(self.release),
            "id": self.id,
            "content_id": self.content_id,
            "records": [way.as_dict() for way in self.ways],
            "nearest": list(self.nearest),
            "hidden": list(self.hidden),
            "findings": [each.as_dict() for each in self.findings],
        }


def trace(
    release: Path | str, identifier: str, *, source: str | None = None, raw: Path | str | None = None
) -> Trace:
    """Where the records with an id come from and what became of each, in one source or in all.

    In the place of an id stands `file:line`, or `file:number` in a container, for what has no id. With `raw`, the
    folder to which the manifest's inputs are relative, each record is read again from its bytes and compared with what
    was published. Raises SpecError where the folder is no release or has no such source, InputError where a file of it
    cannot be read.
    """
    given = Path(release)
    folder = given.resolve()
    manifest = read_manifest(folder)
    sources = {each["name"]: each for each in manifest["sources"]}
    if source is not None and source not in sources:
        raise SpecError(f"has no source {source!r}; it has {', '.join(sources)}.", str(given))
    with readable(layout.ARTICLE_SCHEMA):
        schema = schema_of(place(folder), manifest)
    books = Books.of(folder, manifest)
    files = RawFiles.of(folder, manifest, schema, raw) if raw is not None else None
    notes = [] if files is None else list(files.other_versions())
    work = _Tracing(folder, manifest, schema, books, files, notes)
    # What the command line takes of bytes that are no UTF-8 is in no file.
    found = books.find(identifier.encode(errors="replace").decode(), source)
    ways = [work.way(line) for line in found[:_MOST]]
    return Trace(
        release=given,
        id=identifier,
        content_id=manifest["content_id"],
        ways=ways,
        nearest=[] if ways else books.nearest(identifier),
        hidden=list(_hidden(folder, books, len(found) - len(ways))),
        findings=work.findings,
    )


def _hidden(release: Path, books: Books, more: int) -> Iterator[str]:
    """What is not shown, in sentences: what the copy at hand cannot tell, and records beyond the first."""
    if more:
        yield f"{more:,} more records have this id."
    if books.audit is None:
        name = layout.audit_folder(release).name
        yield (
            f"{name} is not here, as with a published copy: edits and findings cannot be shown, "
            "nor records that are not in the release."
        )


@dataclass(frozen=True)
class _Tracing:
    """A release that is looked into; `findings` are where it contradicts itself, or other versions made it."""

    release: Path
    manifest: Mapping[str, Any]
    schema: ArticleSchema
    books: Books
    files: RawFiles | None
    findings: list[Finding]

    @cached_property
    def digests(self) -> list[bytes]:
        """The record digests of all rows, sorted once for all ways."""
        return sorted_digests(self.books)

    def way(self, line: Line) -> Way:
        """The way of one record."""
        where, kept = spot(line), fate_of(line) == "kept"
        standing = find_row(self.release, self.manifest, self.schema, line) if kept else None
        rule = self.manifest["split_rule"]
        with readable(layout.MANIFEST):
            keys = keys_of_row(rule, standing.values) if standing else None
            split = split_told(rule, line, keys) if keys else None
        proof = prove(self.digests, standing.digest) if standing is not None else None
        edits = self.books.rows_at(layout.EDITS, where)
        named = {each["name"]: each for each in self.manifest["sources"]}
        inputs = {each["file"]: each for each in self.manifest["inputs"]}
        way = Way(
            source=named.get(line["source"], {"name": line["source"]}),
            input=inputs.get(line["file"], {"file": line["file"]}),
            line=line,
            problems=self.books.rows_at(layout.REJECTS, where),
            edits=edits,
            findings=self.books.findings(where),
            duplicates=self.books.duplicates(line) if kept else None,
            standing=standing,
            keys=keys,
            split=split,
            proof=proof,
            replayed=None if self.files is None else replay_record(self.files, line, standing, edits),
        )
        self.findings.extend(self._contradictions(way) if kept else ())
        return way

    def _contradictions(self, way: Way) -> Iterator[Finding]:
        """Where books, row and manifest do not say the same."""
        line, standing = way.line, way.standing
        if standing is None:
            yield finding("wrong-content", "no data file has its row", file=layout.DATA, id=line["id"])
            return
        found = standing.digest.hex()
        if found != line["record_digest"]:
            message = f"the row's record digest is {found}; the books say {line['record_digest']}"
            yield finding("wrong-content", message, file=standing.path, id=line["id"])
        elif way.proof is None or way.proof.root != self.manifest["content_id"]:
            message = "the row is not one of those that the content id was taken over"
            yield finding("wrong-content", message, file=standing.path, id=line["id"])
        if way.keys is not None and line.get("text_key") not in {None, way.keys.text_key}:
            message = f"the row's text key is {way.keys.text_key}; the books say {line['text_key']}"
            yield finding("wrong-content", message, file=standing.path, id=line["id"])
