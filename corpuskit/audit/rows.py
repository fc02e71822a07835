"""Decodes every row of a release and compares counts, splits and statistics with what is claimed."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import pyarrow as pa

from corpuskit import layout, parquet
from corpuskit import manifest as manifests
from corpuskit.audit.claims import differing
from corpuskit.audit.prints import Marks, Prints, fingerprint
from corpuskit.findings import Finding, finding
from corpuskit.partitions import partition_of
from corpuskit.phases.index import FATES
from corpuskit.phases.keys import Keys, stated_splits, utf8
from corpuskit.places import Place
from corpuskit.provenance import Source
from corpuskit.schema import ArticleSchema, article_schema
from corpuskit.spec import Dedup
from corpuskit.stats import Statistics

_MOST_NAMED = 20
_FACTS, _LEDGER_FACTS = ("source", "id", "split", "record_digest"), ("text_key", "group")


def row_count(rows: int, entry: Mapping[str, Any]) -> Iterator[Finding]:
    """A finding where a data file has another number of rows than the manifest says."""
    if rows != entry["rows"]:
        message = f"{rows} rows; the manifest says {entry['rows']}"
        yield finding("wrong-content", message, file=entry["path"])


def schema_of(release: Place, manifest: Mapping[str, Any]) -> ArticleSchema:
    """The article schema that a release carries, with the columns that its build derived from it."""
    document = json.loads(release.read(layout.ARTICLE_SCHEMA) or b"")
    own = document.get("$id") != "urn:corpuskit:schema:article"
    file = Path(layout.ARTICLE_SCHEMA) if own else None
    return article_schema(document, text=tuple(manifest["split_rule"]["text"]), file=file)


# A source that gives no split: the manifest says which do.
_ANY_SOURCE = Source("", 0, (), "")


class _Told(NamedTuple):
    """What rows say: fingerprints of their keys, those of what the books should say, the splits that the rule gives."""

    keys: list[bytes]
    facts: list[bytes]
    splits: list[str]


class Rows:
    """The state of decoding a release's rows once.

    Of each row stays a fingerprint of its key, source and id, and one of what the books should say of it.
    """

    def __init__(
        self, release: Place, manifest: Mapping[str, Any], schema: ArticleSchema, *, is_audited: bool
    ) -> None:
        self.release, self.manifest, self.schema = release, manifest, schema
        # What is compared with the ledger where it is there, with provenance else.
        self.names = (*_FACTS, *_LEDGER_FACTS) if is_audited else _FACTS
        self.rules = Keys.of(schema, Dedup(()), stated_splits(manifest["split_rule"]))
        self.statistics = Statistics()
        self.fields = tuple(manifest["config_rule"]["fields"])
        # Of each data file: its path, its split, and its rows or their size in memory.
        self.counted: list[tuple[str, str, int]] = []
        self.sizes: list[tuple[str, str, int]] = []
        self.values: dict[str, dict[str | None, None]] = {name: {} for name in self.fields}
        self.keys, self.facts = Prints(), Prints()

    def check(self) -> Iterator[Finding]:
        """Findings about rows, and about the claims that rows decide."""
        for entry in self.manifest["files"]:
            if entry["role"] == "data":
                with self.release.open(entry["path"]) as source:
                    yield from self._shard(entry, source)
        self.keys.sort()
        self.facts.sort()
        yield from self._twice()
        yield from self._claims()

    def _shard(self, entry: Mapping[str, Any], source: BinaryIO) -> Iterator[Finding]:
        rows, size = 0, 0
        folder, misplaced, astray = layout.partition_of(entry["path"]), 0, 0
        if not _is_schema(parquet.read_schema(source), self.schema.arrow):
            yield finding("wrong-content", "its columns are not those of the schema", file=entry["path"])
            return
        for table in parquet.read_groups(source):
            rows += table.num_rows
            self.statistics.add(table, self.schema)
            size += table.nbytes
            for batch in _plain(table):
                told = self._told(batch, entry["split"])
                self.keys.add(b"".join(told.keys))
                self.facts.add(b"".join(told.facts))
                misplaced += sum(split != entry["split"] for split in told.splits)
                own = batch.select(["id", *self.fields]).to_pylist()
                astray += sum(partition_of(row, self.fields) != folder for row in own)
            for name in self.fields:
                self.values[name] |= dict.fromkeys(table[name].unique().to_pylist())
        self.counted.append((entry["path"], entry["split"], rows))
        self.sizes.append((entry["path"], entry["split"], size))
        yield from row_count(rows, entry)
        if misplaced:
            message = f"{misplaced} rows are not in the split that the split rule gives"
            yield finding("wrong-content", message, file=entry["path"])
        if astray:
            message = f"{astray} rows are not in the partition that their values give"
            yield finding("wrong-content", message, file=entry["path"])

    def _claims(self) -> Iterator[Finding]:
        account = self.manifest["accounts"]
        statistics = self.statistics.as_dict()
        licensing = manifests.licensing_of(self.manifest, statistics)
        rule = manifests.config_rule(self.values, manifests.permissive(licensing))
        unions = rule["unions"]
        truth = {
            "licensing": licensing,
            "configs": manifests.by_config(self.counted, self.manifest["configs"]["default"], unions),
            "config_rule": rule,
            "arrow_bytes": manifests.by_config(self.sizes, (), unions),
            "statistics": statistics,
            "columns": manifests.columns(self.schema),
            "schema_sha256": self.schema.sha256(),
            "accounts": manifests.account_table(account["sources"]),
            "split_rule": manifests.split_rule_of(self.manifest["split_rule"]),
            "corpus": {**self.manifest["corpus"], **{n: self.manifest[n] for n in ("name", "version")}},
        }
        for name, value in truth.items():
            if self.manifest[name] != value:
                yield finding(
                    "wrong-claim", differing(name, self.manifest[name], value), file=layout.MANIFEST
                )
        read: Counter[str] = Counter()
        for item in self.manifest["inputs"]:
            read[item["source"]] += item["records"]
        for source, stated in account["sources"].items():
            if stated["in"] != read.pop(source, 0):
                message = f"{source!r}: {stated['in']} in; its inputs have another number of records"
                yield finding("wrong-claim", message, file=layout.MANIFEST)
            if stated["in"] != sum(stated[fate] for fate in FATES):
                yield finding(
                    "wrong-claim", f"the account of {source!r} does not add up", file=layout.MANIFEST
                )
            if stated["kept"] != self.statistics.sources.get(source, 0):
                message = f"{source!r}: {stated['kept']} kept; the data hold {self.statistics.sources.get(source, 0)}"
                yield finding("wrong-claim", message, file=layout.MANIFEST)
        for source in read:
            yield finding("wrong-claim", f"the source {source!r} has no account", file=layout.MANIFEST)

    def _told(self, batch: Any, split: str) -> _Told:
        """What the rules of the manifest make of some rows of a split, by the code that made it in the build."""
        columns = {name: batch.column(name).to_pylist() for name in batch.schema.names}
        encoded = {name: list(map(utf8, values)) for name, values in columns.items()}
        found = self.rules.of_rows(encoded, batch.num_rows, _ANY_SOURCE)
        facts = {
            "source": columns["source"],
            "id": columns["id"],
            "split": [split] * batch.num_rows,
            "record_digest": [digest.hex() for digest in found["record_digest"]],
            "text_key": [key.hex() for key in found["text_key"]],
            "group": found["group"],
        }
        given = self.manifest["split_rule"].get("given", {})
        splits = zip(columns["source"], found["split"], strict=True)
        return _Told(
            list(map(fingerprint, columns["source"], columns["id"])),
            list(map(fingerprint, *(facts[name] for name in self.names))),
            [given.get(source) or by_rule for source, by_rule in splits],
        )

    def has(self, source: str | None, identifier: str | None) -> bool:
        """Whether there is a row of that source and id."""
        return bool(self.keys.holds([fingerprint(source, identifier)])[0])

    def _twice(self) -> Iterator[Finding]:
        """Rows of one key, looked for again where there are any."""
        again = self.keys.twice()
        if again is None:
            return
        for path, source, identifier in islice(self._named(lambda key, _: again.holds(key)), _MOST_NAMED):
            message = f"({source}, {identifier}) stands twice"
            yield finding("wrong-content", message, file=path, id=identifier)

    def columns(self, names: Sequence[str]) -> Iterator[Any]:
        """Some columns of all rows, read again, as Arrow tables."""
        for entry in self.manifest["files"]:
            if entry["role"] == "data":
                with self.release.open(entry["path"]) as source:
                    yield from parquet.read_groups(source, list(names))

    def unmatched(self) -> Iterator[Finding]:
        """Rows that nothing in the books was matched with, the first ones by name."""
        if not self.facts.unmatched:
            return
        left = self._named(lambda _, facts: ~self.facts.matched(facts))
        for path, _, identifier in islice(left, _MOST_NAMED):
            yield finding("wrong-content", "the row and the books do not agree", file=path, id=identifier)
        if (more := self.facts.unmatched - _MOST_NAMED) > 0:
            yield finding("wrong-content", f"{more:,} more rows and the books do not agree", file=layout.DATA)

    def _named(self, wanted: Callable[[list[bytes], list[bytes]], Marks]) -> Iterator[tuple[str, str, str]]:
        """File, source and id of rows, read again, whose fingerprints are wanted."""
        for entry in self.manifest["files"]:
            if entry["role"] != "data":
                continue
            with self.release.open(entry["path"]) as source:
                for table in parquet.read_groups(source):
                    for batch in _plain(table):
                        told = self._told(batch, entry["split"])
                        marks = pa.array(wanted(told.keys, told.facts))
                        for row in batch.select(["source", "id"]).filter(marks).to_pylist():
                            yield entry["path"], row["source"], row["id"]


def _is_schema(found: Any, meant: Any) -> bool:
    """Whether columns and hub features are those that are meant; writers note more beside."""
    features = [(schema.metadata or {}).get(b"huggingface") for schema in (found, meant)]
    return features[0] == features[1] and bool(found.remove_metadata().equals(meant.remove_metadata()))


def plain_rows(table: Any) -> Iterator[dict[str, Any]]:
    """Rows as the build knew them: instants as integer microseconds."""
    for batch in _plain(table):
        yield from batch.to_pylist()


def _plain(table: Any) -> Iterator[Any]:
    """Some rows at a time, with instants as integer microseconds."""
    plain = pa.schema([pa.field(field.name, _plain_type(field.type)) for field in table.schema])
    yield from table.replace_schema_metadata(None).cast(plain).to_batches(max_chunksize=1000)


def _plain_type(kind: Any) -> Any:
    if pa.types.is_timestamp(kind):
        return pa.int64()
    if pa.types.is_list(kind):
        return pa.list_(_plain_type(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct(
            [pa.field(kind.field(i).name, _plain_type(kind.field(i).type)) for i in range(kind.num_fields)]
        )
    return kind
