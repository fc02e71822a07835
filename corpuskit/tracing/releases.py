"""`replay(release, raw)`: every record of a release read again from the raw files, in one pass, and compared."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from corpuskit import layout, parquet
from corpuskit.audit import read_manifest
from corpuskit.audit.rows import plain_rows, schema_of
from corpuskit.digests import row_encoder
from corpuskit.engines import Engine, cores, engine, serial
from corpuskit.findings import Finding, finding, worst
from corpuskit.phases.plan import Input, map_tasks
from corpuskit.readers import Edit
from corpuskit.tracing.books import Books, Spot, fate_of, readable, spot
from corpuskit.tracing.comparing import replay_record
from corpuskit.tracing.inputs import RawFiles, check_readable
from corpuskit.tracing.rereading import NO_EDITS, Again, Edits, Stated, read_again
from corpuskit.tracing.rows import find_row

Progress = Callable[[str, int, int, int], None]

# So many records that differ are looked at again to say in what.
_SHOWN = 20
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
    the fates of records that are not in the release, and all edits. Some 300 bytes of memory are taken for each record.
    Raises SpecError where there is no such release or folder, InputError where a file of the release cannot be read.
    """
    folder = Path(release).resolve()
    manifest = read_manifest(folder)
    with readable(layout.ARTICLE_SCHEMA):
        schema = schema_of(folder, manifest)
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

    `stated` and `edits` are what the books say of the records, `rows` the digests of the published rows; what is
    compared is taken out of them. `different` are the places of the records that came out otherwise.
    """

    release: Path
    files: RawFiles
    books: Books
    tell: Progress
    stated: dict[Spot, Stated] = field(default_factory=dict)
    edits: dict[Spot, Edits] = field(default_factory=dict)
    rows: dict[tuple[str, str], str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    different: list[Spot] = field(default_factory=list)
    records: int = 0
    equal: int = 0

    def run(self, run: Engine) -> Replay:
        """Read books, rows and raw files, and compare."""
        self.findings += self.files.other_versions()
        self._read_books()
        self._read_rows()
        articles = len(self.rows)
        self._pin()
        inputs = self._read_records(run)
        read = {item.name for item in inputs}
        self.different += [spot for spot in self.stated if spot.file in read]
        unread = sum(s.split is not None for spot, s in self.stated.items() if spot.file not in read)
        self.findings += [*self._details(), *self._astray()]
        return Replay(
            self.records, articles, self.equal, articles - self.equal - unread, unread, self.findings
        )

    def _read_books(self) -> None:
        for table in self.books.lines():
            for line in table.to_pylist():
                is_kept, is_rejected = fate_of(line) == "kept", fate_of(line) == "rejected"
                self.stated[spot(line)] = Stated(
                    line["source"], line["id"], line["sha256"], line["reason"] if is_rejected else None,
                    line["record_digest"], line["split"] if is_kept else None,
                )  # fmt: skip
        if not self.books.holds(layout.EDITS):
            name = layout.audit_folder(self.release).name
            message = f"{name} is not here, so edits and records that are not published were not compared"
            self.findings.append(finding("no-audit", message, file=name))
            return
        for table in self.books.tables(layout.EDITS):
            for row in table.to_pylist():
                edit = Edit(row["transform"], row["field"], row["start"], row["removed"], row["inserted"])
                self.edits.setdefault(spot(row), Edits()).add(edit)

    def _read_rows(self) -> None:
        encode = row_encoder(self.files.schema.columns)
        for entry in self.files.manifest["files"]:
            if entry["role"] == "data":
                with readable(entry["path"]):
                    for table in parquet.read_groups(self.release / entry["path"]):
                        for row in plain_rows(table):
                            self.rows[row["source"], row["id"]] = hashlib.sha256(encode(row)).hexdigest()

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
        inputs = [item for item in self.files.pinned() if not unknown[item.source]]
        context = self.files.context(s for s in self.files.spec.sources if not unknown[s.name])
        done, total = 0, sum(item.bytes for item in inputs)

        def tell(said: tuple[int, int]) -> None:
            nonlocal done
            self.records, done = self.records + said[0], done + said[1]
            self.tell("map", min(done, total), total, self.records)  # packed files hold more than their bytes

        work = partial(read_again, context, self.files.manifest["split_rule"])
        for reading in run(work, map_tasks(self.files.spec, inputs), tell):
            for again in reading.records:
                self._compare(again)
            self.findings += reading.failures
        return inputs

    def _compare(self, again: Again) -> None:
        stated = self.stated.pop(again.spot, None)
        edits = self.edits.pop(again.spot, None)
        if stated is None:
            if self.books.audit is not None:
                message = "a record begins here that the books do not have"
                self.findings.append(finding("other-content", message, **again.spot._asdict()))
            return
        made = again.stated if stated.split is not None else again.stated._replace(split=None)
        same = made == stated
        if self.books.holds(layout.EDITS):
            same = same and again.edits == (edits.digest() if edits else NO_EDITS)
        if stated.split is not None:
            row = self.rows.pop((stated.source, stated.id or ""), None)
            same = same and made.record_digest == row
            self.equal += same
        if not same:
            self.different.append(again.spot)

    def _details(self) -> Iterator[Finding]:
        """In what the first records differ, each looked at alone."""
        shown = dict.fromkeys(self.different[:_SHOWN])
        for line in [line for table in self.books.lines() if shown for line in table.to_pylist()]:
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
                yield from (each for each in found if each not in self.findings)
        if more := len(self.different) - len(shown):
            yield finding("other-content", f"{more:,} more records differ")

    def _astray(self) -> Iterator[Finding]:
        """Rows that no record of the books has made."""
        left = self.rows.keys() - {(s.source, s.id) for s in self.stated.values() if s.split is not None}
        if left:
            source, identifier = min(left)
            message = (
                f"{len(left):,} rows have no origin in the books, the first of them ({source}, {identifier})"
            )
            yield finding("wrong-content", message, file=layout.PROVENANCE, id=identifier)
