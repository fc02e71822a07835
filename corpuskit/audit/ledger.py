"""The ledger beside a release: does it add up to the manifest, and are its lines those of records with that fate?"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pyarrow.compute as pc

from corpuskit.audit.claims import differing, short
from corpuskit.audit.prints import Prints, fingerprint
from corpuskit.audit.rows import Rows
from corpuskit.findings import Finding, finding
from corpuskit.phases.index import FATES
from corpuskit.phases.waterfall import Stage, ledger_stages, stated

# What is known of records with a fate and of no others; what a record has no article for is null.
_ARTICLE = ("text_key", "record_digest")
_NEVER = {
    "kept": ("reason", "duplicate_of", "duplicate_of_source"),
    "rejected": ("split", "duplicate_of", "duplicate_of_source", "group", *_ARTICLE),
    "duplicate": ("split",),
    "removed": ("split", "duplicate_of", "duplicate_of_source"),
}
_ALWAYS = {
    "kept": ("id", "split", *_ARTICLE),
    "rejected": ("reason",),
    "duplicate": ("id", "reason", "duplicate_of", "duplicate_of_source", *_ARTICLE),
    "removed": ("id", "reason", *_ARTICLE),
}


class Sums:
    """Records and bytes by source, file, fate and reason."""

    def __init__(self, manifest: Mapping[str, Any], file: str) -> None:
        self.manifest, self.file = manifest, file
        self.fates: Counter[tuple[str, str]] = Counter()
        self.files: Counter[str] = Counter()
        self.stages: list[tuple[Stage, int, int | None]] = []

    def add(self, ledger: Any) -> Iterator[Finding]:
        """Count the next lines; those that say what their fate does not allow are told."""
        self.fates.update(counted(ledger, "source", "fate"))
        self.files.update({file: count for (file,), count in counted(ledger, "file").items()})
        for stage, records, size in ledger_stages(ledger):
            if stage[0] in self.manifest["accounts"]["sources"] and stage[1] in FATES:
                self.stages.append((stage, records, size))
            else:
                message = (
                    f"{records} records of the source {stage[0]!r} are {stage[1]!r}: there is no such account"
                )
                yield finding("wrong-content", message, file=self.file)
        for fate in FATES:
            own = ledger.filter(pc.equal(ledger["fate"], fate))
            for names, null in ((_NEVER[fate], False), (_ALWAYS[fate], True)):
                for name in names:
                    yield from self._ill(own, fate, name, null=null)

    def _ill(self, lines: Any, fate: str, name: str, *, null: bool) -> Iterator[Finding]:
        """The first line in which a value is missing, or is there and should not be."""
        if lines[name].null_count == (0 if null else lines.num_rows):
            return
        ill = lines.filter(pc.is_null(lines[name]) if null else pc.is_valid(lines[name]))
        for line in ill.slice(0, 1).to_pylist():
            yield wrong(self.file, line, f"{name} is {short(line[name])} for a record that is {fate}")

    def end(self) -> Iterator[Finding]:
        """Compare the sums with the manifest."""
        for message in self._differing():
            yield finding("wrong-content", message, file=self.file)

    def _differing(self) -> Iterator[str]:
        for source, account in self.manifest["accounts"]["sources"].items():
            for fate in FATES:
                if self.fates[source, fate] != account[fate]:
                    yield f"{source!r}: {self.fates[source, fate]} {fate}; the manifest says {account[fate]}"
        for item in self.manifest["inputs"]:
            if self.files[item["file"]] != item["records"]:
                yield f"{item['file']}: {self.files[item['file']]} records; the manifest says {item['records']}"
        found = stated(self.stages, self.manifest["accounts"]["sources"])
        if found != self.manifest["waterfall"]:
            yield differing("waterfall", self.manifest["waterfall"], found)


def counted(table: Any, *columns: str) -> dict[tuple[Any, ...], int]:
    """How often each combination of values occurs in the columns of a table."""
    groups = table.group_by(list(columns)).aggregate([([], "count_all")]).to_pylist()
    return {tuple(row[name] for name in columns): row["count_all"] for row in groups}


def wrong(file: str, line: Mapping[str, Any], message: str) -> Finding:
    """A finding about a line of a book, at the place of its record."""
    where = f"{line['file']}" + (f":{line['line']}" if line.get("line") is not None else "")
    number = f" record {line['record']}" if line.get("record") is not None else ""
    return finding("wrong-content", f"{where}{number}: {message}", file=file, id=line.get("id"))


class Leaders:
    """Who is kept in the place of duplicates: an article that is there, and equal to them."""

    def __init__(self, manifest: Mapping[str, Any], rows: Rows, file: str) -> None:
        self.rows, self.file = rows, file
        told = manifest["dedup"]
        # Where fields decide who is equal, the texts need not be.
        self.same_text = tuple(told["exact"]) in {(), ("text",), ("record",)}
        self.same_source = told["within"] == "source"
        self.wanted = Prints()  # fingerprints of what their leaders must be

    def add(self, ledger: Any) -> Iterator[Finding]:
        """Note whom the next duplicates lost to."""
        lines = ledger.filter(pc.equal(ledger["fate"], "duplicate")).to_pylist()
        kept = self.rows.keys.holds([fingerprint(*_leader(line)) for line in lines])
        own = self.rows.keys.holds([fingerprint(line["source"], line["id"]) for line in lines])
        for line, is_kept, is_own in zip(lines, kept, own, strict=True):
            source, identifier = _leader(line)
            if is_own and (source, identifier) != (line["source"], line["id"]):
                yield wrong(
                    self.file, line, f"it lost to {short(identifier)} of {source!r}; its own id is kept"
                )
            elif not is_kept:
                yield wrong(
                    self.file, line, f"it lost to {short(identifier)} of {source!r}, which is not kept"
                )
            elif line["reason"] not in {"duplicate", "duplicate-id"}:
                yield wrong(self.file, line, f"{line['reason']!r} makes no duplicate")
            elif self.same_source and source != line["source"]:
                yield wrong(
                    self.file, line, f"it lost to an article of {source!r}; duplicates are sought in a source"
                )
            elif (wanted := self._wanted(line)) is not None:
                self.wanted.add(wanted)

    def _wanted(self, line: Mapping[str, Any]) -> bytes | None:
        """A fingerprint of what makes a duplicate equal to its leader, None where nothing here tells."""
        if line["reason"] != "duplicate":
            return None
        if _leader(line) == (line["source"], line["id"]):
            return fingerprint(*_leader(line), "record_digest", line["record_digest"])
        return fingerprint(*_leader(line), "text_key", line["text_key"]) if self.same_text else None

    def end(self) -> Iterator[Finding]:
        """Whoever they lost to is looked at in a pass of its own: `again`."""
        yield from ()

    def again(self, tables: Callable[[], Iterator[Any]]) -> Iterator[Finding]:
        """Duplicates that are not equal to whom they lost to."""
        self.wanted.sort(distinct=True)
        if not len(self.wanted):
            return
        for table in tables():
            kept = table.filter(pc.equal(table["fate"], "kept"))
            for name in ("record_digest", "text_key"):
                columns = (kept[each].to_pylist() for each in ("source", "id", name))
                found = [fingerprint(s, i, name, value) for s, i, value in zip(*columns, strict=True)]
                self.wanted.match(found)
        if not self.wanted.unmatched:
            return
        for table in tables():
            for line in table.filter(pc.equal(table["fate"], "duplicate")).to_pylist():
                wanted = self._wanted(line)
                if wanted is not None and not self.wanted.matched([wanted])[0]:
                    yield wrong(self.file, line, "it is not equal to the article that it lost to")


def _leader(line: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Source and id of the article that a duplicate lost to."""
    return line["duplicate_of_source"], line["duplicate_of"]
