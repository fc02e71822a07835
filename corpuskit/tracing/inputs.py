"""Reads the records of a release again from the raw files, as its build did, by what the release says of that."""

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from corpuskit import layout
from corpuskit.audit.claims import is_file
from corpuskit.conform import Conformer
from corpuskit.errors import InputError, SpecError
from corpuskit.findings import Finding, finding
from corpuskit.manifest import spec_of, versions
from corpuskit.phases.learn import learn_repeats
from corpuskit.phases.map import MapContext, judged
from corpuskit.phases.outcomes import Judged
from corpuskit.phases.plan import Input, named_inputs
from corpuskit.provenance import Place, Source
from corpuskit.readers import READERS, Piece, Record, reader_for
from corpuskit.readers.streams import compression
from corpuskit.schema import ArticleSchema
from corpuskit.spec import CorpusSpec, Dedup
from corpuskit.tracing.books import Line, Spot, readable, spot
from corpuskit.transforms import Repeats, cuts_navigation
from corpuskit.validation import compile_schema


@dataclass(frozen=True)
class RawFiles:
    """The raw files of a release below a folder, and how they are read.

    `_pinned` are the files that were read to their ends, by name; `_repeats` is what sources repeat, as far as it was
    needed.
    """

    release: Path
    manifest: Mapping[str, Any]
    schema: ArticleSchema
    spec: CorpusSpec
    _pinned: dict[str, Input | None] = field(default_factory=dict)
    _repeats: dict[str, Repeats] = field(default_factory=dict)

    @classmethod
    def of(
        cls, release: Path, manifest: Mapping[str, Any], schema: ArticleSchema, folder: Path | str
    ) -> "RawFiles":
        """The raw files of a release below a folder; raises SpecError where that is none, or what the manifest says."""
        if not Path(folder).is_dir():
            hint = "Name the folder to which the `inputs` of manifest.json are relative: that of corpus.toml."
            raise SpecError("is no folder of raw files.", str(folder), None, hint)
        spec = spec_of(manifest, Path(folder))
        known = {source.name for source in spec.sources}
        for item in manifest["inputs"]:
            if item["source"] not in known:
                raise SpecError(
                    f"has an input of a source that it does not list: {item['source']!r}.", layout.MANIFEST
                )
        return cls(release, manifest, schema, spec)

    def other_versions(self) -> Iterator[Finding]:
        """A finding where others than the versions here have made the release."""
        made, here = self.manifest["versions"], versions()
        told = [
            f"{name} {made.get(name)} made it, here is {here[name]}"
            for name in here
            if made.get(name) != here[name]
        ]
        if told:
            yield finding("other-versions", "; ".join(told), file=layout.MANIFEST)

    def source(self, name: str) -> Source:
        """A source by its name."""
        return next(source for source in self.spec.sources if source.name == name)

    def stated(self, name: str) -> Mapping[str, Any] | None:
        """What the manifest says of an input."""
        return self._stated.get(name)

    @cached_property
    def _stated(self) -> Mapping[str, Mapping[str, Any]]:
        return {item["file"]: item for item in self.manifest["inputs"]}

    def pin(self, names: Iterable[str], pinned: Callable[[int], None] | None = None) -> None:
        """Read files to their ends, those at once that were not read yet."""
        wanted = {name: self.stated(name) for name in names if name not in self._pinned}
        there = [
            (str(item["source"]), name)
            for name, item in wanted.items()
            if item is not None and (self.spec.root / name).is_file()
        ]
        self._pinned.update(dict.fromkeys(wanted))
        self._pinned.update({item.name: item for item in named_inputs(self.spec, there, pinned)})

    def inputs(self) -> list[Input]:
        """The files whose records may be read, in the order of the build."""
        found = (self.input(item["file"]) for item in self.manifest["inputs"])
        return [item for item in found if item is not None and self.is_open(item)]

    def is_open(self, item: Input) -> bool:
        """Whether what a file holds may be told: a stranger's manifest may name any file outside of the folder."""
        stated = self.stated(item.name)
        if stated is not None and item.sha256 == stated["sha256"]:
            return True
        return item.path.resolve().is_relative_to(self.spec.root.resolve())

    def input(self, name: str) -> Input | None:
        """A file as it is now, None where it is not there."""
        self.pin([name])
        return self._pinned[name]

    def changes(self, name: str) -> Iterator[Finding]:
        """A finding where a file is not the one that the release was made of."""
        item, stated = self.input(name), self.stated(name)
        where = str(self.spec.root)
        if stated is None:
            yield finding("wrong-claim", f"{layout.MANIFEST} has no such input", file=name)
        elif item is None:
            message = f"it is not there, below {where}"
            yield finding("other-origin", message, file=name, severity="error", hint=_RAW)
        elif item.sha256 != stated["sha256"]:
            message = (
                f"the file was changed: its sha256 is {item.sha256}; the manifest says {stated['sha256']}"
            )
            yield finding("other-origin", message, file=name, severity="error", hint=_RAW)

    def repeats(self, source: Source) -> Repeats | None:
        """What a source repeats, None where that is not known and cannot be learned again."""
        if source.name not in self._repeats:
            told = self._told(source)
            repeats = self._learned(source) if told is None else told
            if repeats is None:
                return None
            self._repeats[source.name] = repeats
        return self._repeats[source.name]

    def _told(self, source: Source) -> Repeats | None:
        """What the audit folder holds of it; nothing is needed for a source that is not looked at."""
        own = [item for item in self.manifest["inputs"] if item["source"] == source.name]
        readers = {self.reader(source, item["file"]) for item in own}
        if not any(cuts_navigation(source, reader) for reader in readers):
            return Repeats()
        path = layout.audit_folder(self.release) / layout.NAVIGATION
        if not is_file(path):
            return None
        with readable(path.name):
            told = json.loads(path.read_bytes()).get(source.name)
            return None if told is None or "lines" not in told else Repeats.of(told)

    def _learned(self, source: Source) -> Repeats | None:
        """What it repeats, learned again as the build did: from all of its files, which must be the same."""
        names = [item["file"] for item in self.manifest["inputs"] if item["source"] == source.name]
        self.pin(names)
        if any(True for name in names for _ in self.changes(name)):
            return None
        inputs = [item for name in names if (item := self._pinned[name]) is not None]
        spec = dataclasses.replace(self.spec, sources=(source,))
        return learn_repeats(spec, inputs, self.schema).get(source.name, Repeats())

    def reader(self, source: Source, name: str) -> str:
        """The reader of a file."""
        return source.reader or reader_for(name) or ""

    def context(self, sources: Iterable[Source]) -> MapContext:
        """What the map phase needs, with the repeats of those sources that are known."""
        judge = compile_schema(self.schema.document, self.schema.file)
        repeats = {s.name: found for s in sources if (found := self.repeats(s)) is not None}
        return MapContext(self.schema, judge, self.spec.limits, Dedup(), self.spec.splits, repeats)

    def read(self, line: Line) -> Record | None:
        """The record that stands now where a line says; None where none begins there. Raises InputError."""
        item = self.input(line["file"])
        if item is None:
            return None
        source = self.source(line["source"])
        whole = Piece(item.path, item.name, identifier=item.pieces[0].identifier)
        if item.reader == "jsonl" and not compression(item.name) and line["offset"] is not None:
            start, end = line["offset"], line["offset"] + line["length"]
            piece = dataclasses.replace(whole, start=start, end=end, first_line=line["line"])
            return next(READERS["jsonl"](piece, source, self.spec.limits), None)
        for record in READERS[item.reader](whole, source, self.spec.limits):
            if place_of(record.place) == spot(line):
                return record
        return None

    def judge(self, line: Line, record: Record) -> Judged:
        """What comes of a record, by the same steps as in the map phase."""
        source = self.source(line["source"])
        conformer = Conformer.of(self.schema, source)
        reader = self.reader(source, line["file"])
        return next(judged(iter([record]), conformer, self.context([source]), reader))


_RAW = "Name with --raw the folder that held the inputs when the release was built, with the same files."


def place_of(place: Place) -> Spot:
    """The place of a record that was read."""
    return Spot(place.file, place.offset, place.number)


def check_readable(raw: RawFiles, source: Source) -> Iterator[Finding]:
    """A finding where what a source repeats is not known, so that its texts cannot be cut as they were."""
    if raw.repeats(source) is None:
        message = (
            f"what {source.name!r} repeats at the ends of its texts cannot be known: {layout.NAVIGATION} is not here, "
            "and not all of its files are those that the release was made of"
        )
        yield finding("other-origin", message, severity="error", hint=_RAW)


def unread(file: str, error: InputError) -> Finding:
    """A finding for a file that can no longer be read to its end."""
    return finding("other-origin", str(error), file=file, severity="error", hint=_RAW)
