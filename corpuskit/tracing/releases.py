"""`replay(release, raw)`: every record of a release read again from the raw files, in one pass, and compared."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from corpuskit import layout, parquet
from corpuskit.audit import read_manifest
from corpuskit.audit.prints import fingerprint
from corpuskit.audit.rows import plain_rows, schema_of
from corpuskit.digests import row_encoder
from corpuskit.engines import Engine, cores, engine, serial
from corpuskit.findings import Finding, finding, worst
from corpuskit.phases.plan import Input, map_tasks
from corpuskit.places import place
from corpuskit.readers import Edit
from corpuskit.tracing.books import Books, Line, Spot, fate_of, readable, spot
from corpuskit.tracing.comparing import replay_record
from corpuskit.tracing.fingerprints import Fingerprints, spot_key
from corpuskit.tracing.inputs import RawFiles, check_readable
from corpuskit.tracing.rereading import NO_EDITS, Again, Edits, read_again, stated_print
from corpuskit.tracing.rows import find_row

Progress = Callable[[str, int, int, int], None]

# So many records that differ are looked at again to say in what.
_SHOWN = 20
# So many rows that no record has made are looked at.
_LOOKED_AT = 1000
# Less than this is done sooner than worker processes start.
_WORTH_WORKERS = 16 << 20


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of replaying a release.

    `records` is how many records were read again, `articles` how many rows the release has: `equal` of them came out
    the same, `different` otherwise or not at all, `unread` lie in files that could not be replayed. `findings` tell the
    first differences, and every raw file that is missing or was changed.
    """

    records: int
    articles: int
    equal: int
    different: int
    unread: int
    findings: Sequence[Finding]

    @property
    def ok(self) -> bool:
        """Whether every record came out as it was published."""
        return worst(self.findings) != "error"

    def as_dict(self) -> dict[str, Any]:
        """The JSON of a replay."""
        counts = {
            name: getattr(self, name) for name in ("records", "articles", "equal", "different", "unread")
        }
        return {"ok": self.ok, **counts, "findings": [each.as_dict() for each in self.findings]}


def replay(
    release: Path | str, raw: Path | str = ".", *, jobs: int | None = None, progress: Progress | None = None
) -> Replay:
    """Read every record of a release again and compare it with what was published.

    `raw` is the folder to which the manifest's inputs are relative. Where the audit folder is there, so are compared
    the fates of records that are not in the release, and all edits. Some 150 bytes of memory are kept of each record.
    Raises SpecError where there is no such release or folder, InputError where a file of the release cannot be read.
    """
    folder = Path(release).resolve()
    manifest = read_manifest(folder)
    with readable(layout.ARTICLE_SCHEMA):
        schema = schema_of(place(folder), manifest)
    files = RawFiles.of(folder, manifest, schema, raw)
    work = _Replaying(folder, files, Books.of(folder, manifest), progress or _silent)
    with engine(jobs or cores()) as crew:
        size = sum(item["bytes"] for item in manifest["inputs"])
        return work.run(crew if jobs or size >= _WORTH_WORKERS else serial.run)


def _silent(phase: str, done: int, total: int, records: int) -> None:
    pass


@dataclass
class _Replaying:
    """The state of replaying a release.

    `known` are fingerprints of what the books say of each record, by its place, flagged where it is published; `edits`
    those of its edits; `rows` the published rows by their digests. `different` are the first records that came out
    otherwise, `differing` how many did, `strange` how many records the books do not have.
    """

    release: Path
    files: RawFiles
    books: Books
    tell: Progress
    known: Fingerprints = field(default_factory=Fingerprints)
    edits: Fingerprints = field(default_factory=Fingerprints)
    rows: Fingerprints = field(default_factory=Fingerprints)
    findings: list[Finding] = field(default_factory=list)
    different: list[Spot] = field(default_factory=list)
    differing: int = 0
    strange: int = 0
    records: int = 0
    equal: int = 0

    def run(self, run: Engine) -> Replay:
        """Read books, rows and raw files, and compare."""
        self.findings += self.files.other_versions()
        self._read_edits()
        self._read_lines()
        self._read_rows()
        self._pin()
        unread = self._unread({item.name for item in self._read_records(run)})
        self.findings += [*self._details(), *self._astray()]
        articles = len(self.rows)
        different = articles - self.equal - unread
        return Replay(self.records, articles, self.equal, different, unread, self.findings)

    def _read_edits(self) -> None:
        if not self.books.holds(layout.EDITS):
            name = layout.audit_folder(self.release).name
            message = f"{name} is not here, so edits and records that are not published were not compared"
            self.findings.append(finding("no-audit", message, file=name))
            return
        rows = (row for table in self.books.tables(layout.EDITS) for row in table.to_pylist())
        for where, own in groupby(rows, key=spot):
            edits = Edits()
            for row in own:
                edits.add(Edit(row["transform"], row["field"], row["start"], row["removed"], row["inserted"]))
            self.edits.add(spot_key(where), edits.digest())

    def _read_lines(self) -> None:
        for line in self._lines():
            key, is_kept = spot_key(spot(line)), fate_of(line) == "kept"
            found = self.edits.find(key)
            edits = NO_EDITS if found is None else self.edits.value(found)
            split = line["split"] if is_kept else None
            self.known.add(
                key,
                fingerprint(stated_print(line, audited=self.books.audit is not None), edits, split),
                flag=is_kept,
            )

    def _lines(self) -> Iterator[Line]:
        return (line for table in self.books.lines() for line in table.to_pylist())

    def _read_rows(self) -> None:
        encode = row_encoder(self.files.schema.columns)
        for path in self._data():
            with readable(path):
                for table in parquet.read_groups(self.release / path):
                    for row in plain_rows(table):
                        digest = hashlib.sha256(encode(row)).digest()
                        self.rows.add(digest, digest[16:])

    def _pin(self) -> None:
        done, total = 0, sum(item["bytes"] for item in self.files.manifest["inputs"])

        def pinned(size: int) -> None:
            nonlocal done
            done += size
            self.tell("pin", done, total, 0)

        names = [item["file"] for item in self.files.manifest["inputs"]]
        self.files.pin(names, pinned)
        self.findings += [change for name in names for change in self.files.changes(name)]

    def _read_records(self, run: Engine) -> Sequence[Input]:
        """Read all records again and compare each; gives the files that could be replayed."""
        unknown = {s.name: list(check_readable(self.files, s)) for s in self.files.spec.sources}
        self.findings += [each for told in unknown.values() for each in told]
        inputs = [item for item in self.files.inputs() if not unknown[item.source]]
        context = self.files.context(s for s in self.files.spec.sources if not unknown[s.name])
        done, total = 0, sum(item.bytes for item in inputs)

        def tell(said: tuple[int, int]) -> None:
            nonlocal done
            self.records, done = self.records + said[0], done + said[1]
            self.tell("map", min(done, total), total, self.records)  # packed files hold more than their bytes

        work = partial(
            read_again, context, self.files.manifest["split_rule"], audited=self.books.audit is not None
        )
        for reading in run(work, map_tasks(self.files.spec, inputs), tell):
            for again in reading.records:
                self._compare(again)
            self.findings += reading.failures
        return inputs

    def _compare(self, again: Again) -> None:
        number = self.known.find(spot_key(again.spot))
        if number is None or self.known.mark(number):
            if self.books.audit is not None:
                self.strange += 1
                if self.strange <= _SHOWN:
                    message = "a record begins here that the books do not have"
                    self.findings.append(finding("other-content", message, **again.spot._asdict()))
            return
        is_kept = self.known.flag(number)
        edits = again.edits if self.books.holds(layout.EDITS) else NO_EDITS
        made = fingerprint(again.stated, edits, again.split if is_kept else None)
        same = made == self.known.value(number)
        if is_kept:
            same = self._stands(again.record_digest) and same
            self.equal += same
        if not same:
            self._differs(again.spot)

    def _stands(self, digest: bytes | None) -> bool:
        """Whether a row with that digest is published."""
        row = None if digest is None else self.rows.find(digest)
        if digest is None or row is None or self.rows.value(row) != digest[16:]:
            return False
        return not self.rows.mark(row)

    def _differs(self, where: Spot) -> None:
        self.differing += 1
        if self.differing <= _SHOWN:
            self.different.append(where)

    def _unread(self, read: set[str]) -> int:
        """How many articles lie in files that were not read; what was not found in those that were, is different."""
        unread = 0
        for line, seen in zip(self._lines(), self.known.seen, strict=True):
            if not seen and line["file"] in read:
                self._differs(spot(line))
            elif not seen and fate_of(line) == "kept":
                unread += 1
                self._stands(bytes.fromhex(line["record_digest"]))
        return unread

    def _details(self) -> Iterator[Finding]:
        """In what the first records differ, each looked at alone."""
        shown, told = dict.fromkeys(self.different), set(self.findings)
        for line in self._lines() if shown else ():
            if spot(line) in shown:
                is_kept = fate_of(line) == "kept"
                standing = (
                    find_row(self.release, self.files.manifest, self.files.schema, line) if is_kept else None
                )
                edits = self.books.rows_at(layout.EDITS, spot(line))
                if is_kept and standing is None:
                    yield finding(
                        "wrong-content", "no data file has its row", file=line["file"], id=line["id"]
                    )
                found = replay_record(self.files, line, standing, edits)
                yield from (each for each in found if each not in told)
        if more := self.differing - len(shown):
            yield finding("other-content", f"{more:,} more records differ")
        if (more := self.strange - _SHOWN) > 0:
            yield finding("other-content", f"{more:,} more records begin where the books have none")

    def _astray(self) -> Iterator[Finding]:
        """Rows that no record has made, and of which no record came out otherwise either."""
        unseen = set(islice(self.rows.unseen(), _LOOKED_AT))
        left: dict[tuple[str, str], None] = {}
        if unseen:
            keys = ((row["source"], row["id"]) for row in self._keys())
            left = dict.fromkeys(key for number, key in enumerate(keys) if number in unseen)
            for line in self._lines():
                if fate_of(line) == "kept":
                    left.pop((line["source"], line["id"]), None)
        for source, identifier in islice(left, 1):
            told = (
                f"{len(left):,} rows have no origin in the books, the first of them ({source}, {identifier})"
            )
            yield finding("wrong-content", told, file=layout.PROVENANCE, id=identifier)

    def _keys(self) -> Iterator[dict[str, Any]]:
        """Source and id of every row, in the order in which they were read."""
        for path in self._data():
            for table in parquet.read_groups(self.release / path, ["source", "id"]):
                yield from table.to_pylist()

    def _data(self) -> list[str]:
        return [entry["path"] for entry in self.files.manifest["files"] if entry["role"] == "data"]
