"""`verify(release)`: is this the release that was built, whole, and are its claims true?"""

import hashlib
import json
import stat
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from corpuskit import layout
from corpuskit import manifest as manifests
from corpuskit.card import check_card, render_card, render_license, render_notice
from corpuskit.digests import file_sha256, merkle_root, row_encoder
from corpuskit.errors import CorpusError, SpecError
from corpuskit.findings import Finding, finding, worst
from corpuskit.phases.keys import split_of
from corpuskit.schema import ArticleSchema, article_schema
from corpuskit.stats import Statistics
from corpuskit.writers import parquet

_MOST_MISMATCHES = 20
_DOCUMENTS = {layout.README: render_card, layout.LICENSE: render_license, layout.NOTICE: render_notice}
_FATES = ("kept", "rejected", "duplicate", "removed")
# What reading raises where a file's digest is right and its content is not what a build writes.
_UNREADABLE = (OSError, pa.ArrowException, CorpusError, LookupError, TypeError, ValueError, AttributeError)


def read_manifest(release: Path) -> dict[str, Any]:
    """The manifest of a release; raises SpecError where the folder is none."""
    hint = "Name a folder that build wrote."
    try:
        manifest: dict[str, Any] = json.loads((release / layout.MANIFEST).read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        cause = f"is no release: {layout.MANIFEST} cannot be read."
        raise SpecError(cause, str(release), None, hint) from error
    if broken := manifests.broken_rules(manifest):
        raise SpecError(f"is no release: {layout.MANIFEST}: {broken[0]}.", str(release), None, hint)
    return manifest


def verify(release: Path | str, *, quick: bool = False, expect_root: str | None = None) -> list[Finding]:
    """Everything that is wrong with a release; no finding of severity error where it is what was built.

    `quick` checks names, sizes and row counts and leaves digests and rows unread. `expect_root` is the root
    digest that is meant, as build printed it. Raises SpecError where the folder is no release at all.
    """
    if not (Path(release) / layout.MANIFEST).is_file():
        cause = f"is no release: there is no {layout.MANIFEST}."
        raise SpecError(cause, str(release), None, "Name a folder that build wrote.")
    # `.` and a link to a release have their audit folder beside the folder itself.
    release = Path(release).resolve()
    data = (release / layout.MANIFEST).read_bytes()
    findings = list(_manifest_findings(release, data, expect_root))
    if worst(findings) == "error":
        return findings
    manifest = json.loads(data)
    findings += _file_findings(release, manifest, quick=quick)
    if worst(findings) == "error":
        return findings  # what the files hold says nothing while they are not the ones that were built
    if quick:
        return [*findings, *_footer_findings(release, manifest)]
    findings += _content_findings(release, manifest)
    findings += _document_findings(release, manifest)
    findings += _audit_findings(release, manifest)
    return findings


def _is_file(path: Path) -> bool:
    """Whether a path is a file itself: no link, no device, no pipe that would never end."""
    return path.is_file() and not path.is_symlink()


def _manifest_findings(release: Path, data: bytes, expect_root: str | None) -> Iterator[Finding]:
    root = hashlib.sha256(data).hexdigest()
    if not _is_file(release / layout.SIDECAR):
        yield finding("missing-file", f"{layout.SIDECAR} is missing", file=layout.SIDECAR)
        return
    if (release / layout.SIDECAR).read_bytes() != manifests.sidecar(root):
        message = f"the manifest's digest is {root}; {layout.SIDECAR} says otherwise"
        yield finding("bad-manifest", message, file=layout.SIDECAR)
        return
    if expect_root is not None and expect_root.lower() != root:
        yield finding("wrong-root", f"the root digest is {root}, not {expect_root}", file=layout.MANIFEST)
    try:
        manifest = json.loads(data)
        canonical = manifests.canonical(manifest) == data
    except (ValueError, RecursionError):
        yield finding("bad-manifest", "the manifest is not JSON", file=layout.MANIFEST)
        return
    if not canonical:
        yield finding("bad-manifest", "the manifest is not canonical JSON", file=layout.MANIFEST)
    for message in manifests.broken_rules(manifest) or _unusable(manifest):
        yield finding("bad-manifest", message, file=layout.MANIFEST)


def _unusable(manifest: Mapping[str, Any]) -> Iterator[str]:
    """What no build writes into a manifest and its schema cannot say, in sentences."""
    for entry in manifest["files"]:
        if {".", ".."} & set(entry["path"].split("/")):
            yield f"the path {entry['path']!r} leaves the release"
        if entry["role"] in {"data", "provenance"} and "rows" not in entry:
            yield f"{entry['path']} has no number of rows"
        if entry["role"] == "data" and "split" not in entry:
            yield f"{entry['path']} has no split"
    for name in sorted(_DOCUMENTS.keys() - {entry["path"] for entry in manifest["files"]}):
        yield f"{name} is not among its files"
    try:
        for render in _DOCUMENTS.values():
            render(manifest)
    except Exception as error:  # noqa: BLE001 - a template can raise anything for a fact of the wrong type
        yield f"no card can be rendered from it: {type(error).__name__}: {error}"


def _file_findings(release: Path, manifest: Mapping[str, Any], *, quick: bool) -> Iterator[Finding]:
    """Compare the files that are there with those of the manifest."""
    listed = {entry["path"]: entry for entry in manifest["files"]}
    own = {*listed, layout.MANIFEST, layout.SIDECAR}
    for path in sorted(release.rglob("*")):
        name = path.relative_to(release).as_posix()
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            continue
        if not stat.S_ISREG(mode):
            yield finding("extra-file", "neither a file nor a folder (a link or a device)", file=name)
        elif name in own:
            continue
        elif name.partition("/")[0] in layout.FOREIGN:
            yield finding("foreign-file", "not part of the release", file=name)
        else:
            yield finding("extra-file", "the manifest does not list it", file=name)
    published_copy = not layout.audit_folder(release).is_dir()
    for name, entry in listed.items():
        path = release / name
        if not _is_file(path):
            yield finding("missing-file", "listed in the manifest and not there", file=name)
        elif entry["role"] == "card" and published_copy:
            yield from _copied_card(path, manifest)
        elif path.stat().st_size != entry["bytes"]:
            message = f"{path.stat().st_size} bytes; the manifest says {entry['bytes']}"
            yield finding("changed-file", message, file=name)
        elif not quick and (found := file_sha256(path)[0]) != entry["sha256"]:
            message = f"its sha256 is {found}; the manifest says {entry['sha256']}"
            yield finding("changed-file", message, file=name)


def _copied_card(path: Path, manifest: Mapping[str, Any]) -> Iterator[Finding]:
    """A published card may carry foreign keys and prose beside ours."""
    text = path.read_bytes().decode(errors="replace")
    expected = render_card(manifest)
    different = check_card(text, expected)
    yield from different
    if text != expected and not different:
        message = "the card carries keys or prose that are not ours"
        yield finding("foreign-file", message, file=layout.README)


def _footer_findings(release: Path, manifest: Mapping[str, Any]) -> Iterator[Finding]:
    for entry in manifest["files"]:
        if entry["role"] == "data":
            try:
                rows = parquet.count_rows(release / entry["path"])
            except _UNREADABLE as error:
                yield finding("wrong-content", f"it cannot be read: {error}", file=entry["path"])
                continue
            yield from _row_count(rows, entry)


def _row_count(rows: int, entry: Mapping[str, Any]) -> Iterator[Finding]:
    if rows != entry["rows"]:
        message = f"{rows} rows; the manifest says {entry['rows']}"
        yield finding("wrong-content", message, file=entry["path"])


def schema_of(release: Path, manifest: Mapping[str, Any]) -> ArticleSchema:
    """The article schema that a release carries, with the columns that its build derived from it."""
    document = json.loads((release / layout.ARTICLE_SCHEMA).read_bytes())
    own = document.get("$id") != "urn:corpuskit:schema:article"
    file = release / layout.ARTICLE_SCHEMA if own else None
    return article_schema(document, text=tuple(manifest["split_rule"]["text"]), file=file)


def _content_findings(release: Path, manifest: Mapping[str, Any]) -> Iterator[Finding]:
    """Decode every row and compare digests, counts, splits and statistics with what is claimed."""
    try:
        schema = schema_of(release, manifest)
        yield from _Rows(release, manifest, schema).check()
    except _UNREADABLE as error:
        yield finding("wrong-content", f"the data cannot be read: {error}", file=layout.DATA)


class _Rows:
    """The state of decoding a release's rows once."""

    def __init__(self, release: Path, manifest: Mapping[str, Any], schema: ArticleSchema) -> None:
        self.release, self.manifest, self.schema = release, manifest, schema
        self.encode = row_encoder(schema.columns)
        self.statistics = Statistics()
        self.arrow_bytes: Counter[str] = Counter()
        self.digests: list[bytes] = []
        self.rows: dict[tuple[str, str], tuple[str, str]] = {}

    def check(self) -> Iterator[Finding]:
        """Findings about rows, and about the claims that rows decide."""
        for entry in self.manifest["files"]:
            if entry["role"] == "data":
                yield from self._shard(entry)
        yield from self._claims()
        yield from self._provenance()

    def _shard(self, entry: Mapping[str, Any]) -> Iterator[Finding]:
        path, rows, misplaced = self.release / entry["path"], 0, 0
        split_by_rule = split_of(self.manifest["split_rule"])
        if not parquet.read_schema(path).remove_metadata().equals(self.schema.arrow.remove_metadata()):
            yield finding("wrong-content", "its columns are not those of the schema", file=entry["path"])
            return
        for table in parquet.read_groups(path):
            rows += table.num_rows
            self.statistics.add(table, self.schema)
            self.arrow_bytes[entry["split"]] += table.nbytes
            for row in _plain_rows(table):
                digest = hashlib.sha256(self.encode(row)).digest()
                self.digests.append(digest)
                key = (row["source"], row["id"])
                if key in self.rows:
                    message = f"({row['source']}, {row['id']}) stands twice"
                    yield finding("wrong-content", message, file=entry["path"], id=row["id"])
                self.rows[key] = (digest.hex(), entry["split"])
                misplaced += split_by_rule(row) != entry["split"]
        yield from _row_count(rows, entry)
        if misplaced:
            message = f"{misplaced} rows are not in the split that the split rule gives"
            yield finding("wrong-content", message, file=entry["path"])

    def _claims(self) -> Iterator[Finding]:
        kept = dict.fromkeys(self.manifest["configs"].get("default", {}), 0)
        for _, split in self.rows.values():
            kept[split] = kept.get(split, 0) + 1
        account = self.manifest["accounts"]
        truth = {
            "content_id": merkle_root(self.digests),
            "configs": {"default": kept},
            "arrow_bytes": dict(self.arrow_bytes),
            "statistics": self.statistics.as_dict(),
            "columns": manifests.columns(self.schema),
            "schema_sha256": self.schema.sha256(),
            "accounts": manifests.account_table(account["sources"]),
        }
        for name, value in truth.items():
            if self.manifest[name] != value:
                yield finding(
                    "wrong-claim", _differing(name, self.manifest[name], value), file=layout.MANIFEST
                )
        rule = self.manifest["split_rule"]
        kind = "given" if "field" in rule else "keyed-digest" if "shares" in rule else "none"
        if rule.get("kind") != kind:
            yield finding("wrong-claim", f"its split rule is of the kind {kind}", file=layout.MANIFEST)
        read: Counter[str] = Counter()
        for item in self.manifest["inputs"]:
            read[item["source"]] += item["records"]
        for source, stated in account["sources"].items():
            if stated["in"] != read.pop(source, 0):
                message = f"{source!r}: {stated['in']} in; its inputs have another number of records"
                yield finding("wrong-claim", message, file=layout.MANIFEST)
            if stated["in"] != sum(stated[fate] for fate in _FATES):
                yield finding(
                    "wrong-claim", f"the account of {source!r} does not add up", file=layout.MANIFEST
                )
            if stated["kept"] != self.statistics.sources.get(source, 0):
                message = f"{source!r}: {stated['kept']} kept; the data hold {self.statistics.sources.get(source, 0)}"
                yield finding("wrong-claim", message, file=layout.MANIFEST)
        for source in read:
            yield finding("wrong-claim", f"the source {source!r} has no account", file=layout.MANIFEST)

    def _provenance(self) -> Iterator[Finding]:
        """Every row has one origin, and every origin its row."""
        left = dict(self.rows)
        wrong: list[str] = []
        inputs = {item["file"] for item in self.manifest["inputs"]}
        for entry in self.manifest["files"]:
            if entry["role"] != "provenance":
                continue
            with pa.memory_map(str(self.release / entry["path"])) as source:
                table = pa.ipc.open_file(source).read_all()
            yield from _row_count(table.num_rows, entry)
            for row in table.to_pylist():
                found = left.pop((row["source"], row["id"]), None)
                if found != (row["record_digest"], row["split"]) or row["file"] not in inputs:
                    wrong.append(row["id"])
        wrong += [identifier for _, identifier in left]
        for identifier in wrong[:_MOST_MISMATCHES]:
            message = "the row and its provenance do not agree"
            yield finding("wrong-content", message, file=layout.PROVENANCE, id=identifier)


def _plain_rows(table: Any) -> Iterator[dict[str, Any]]:
    """Rows as the build knew them: instants as integer microseconds."""
    plain = pa.schema([pa.field(field.name, _plain_type(field.type)) for field in table.schema])
    for batch in table.replace_schema_metadata(None).cast(plain).to_batches(max_chunksize=1000):
        yield from batch.to_pylist()


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


def _differing(name: str, said: Any, meant: Any) -> str:
    if isinstance(said, dict) and isinstance(meant, dict):
        key = next((k for k in sorted({*said, *meant}) if said.get(k) != meant.get(k)), None)
        if key is not None:
            return _differing(f"{name}.{key}", said.get(key), meant.get(key))
    return f"{name} says {_short(said)}; the data say {_short(meant)}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else text[:120] + "…"


def _document_findings(release: Path, manifest: Mapping[str, Any]) -> Iterator[Finding]:
    """The documents say what the manifest says."""
    for name, render in _DOCUMENTS.items():
        text = (release / name).read_bytes().decode(errors="replace")
        if name == layout.README:
            yield from check_card(text, render(manifest))
        elif text != render(manifest):
            yield finding("wrong-claim", "it does not say what the manifest says", file=name)


def _audit_findings(release: Path, manifest: Mapping[str, Any]) -> Iterator[Finding]:
    """The ledger beside the release adds up to its accounts."""
    audit = layout.audit_folder(release)
    if not audit.is_dir():
        message = f"{audit.name} is not here, so ledger and rejects were not checked"
        yield finding("no-audit", message, file=audit.name)
        return
    missing = [f"{audit.name}/{name}" for name in _BOOKS if not _is_file(audit / name)]
    yield from (finding("missing-file", "the audit folder lacks it", file=where) for where in missing)
    for name, check in () if missing else _BOOKS.items():
        where = f"{audit.name}/{name}"
        try:
            yield from (finding("wrong-content", message, file=where) for message in check(audit, manifest))
        except _UNREADABLE as error:
            yield finding("wrong-content", f"it cannot be read: {error}", file=where)


def _check_ledger(audit: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    fates: Counter[tuple[str, str]] = Counter()
    files: Counter[str] = Counter()
    digests: list[bytes] = []
    for table in parquet.read_groups(audit / layout.LEDGER, ["source", "fate", "file", "record_digest"]):
        fates.update(_counted(table, "source", "fate"))
        files.update({file: count for (file,), count in _counted(table, "file").items()})
        kept = table.filter(pc.equal(table["fate"], "kept"))["record_digest"].to_pylist()
        digests += [bytes.fromhex(digest) for digest in kept]
    for source, account in manifest["accounts"]["sources"].items():
        for fate in _FATES:
            if fates[source, fate] != account[fate]:
                yield f"{source!r}: {fates[source, fate]} {fate}; the manifest says {account[fate]}"
    for item in manifest["inputs"]:
        if files[item["file"]] != item["records"]:
            yield f"{item['file']}: {files[item['file']]} records; the manifest says {item['records']}"
    if merkle_root(digests) != manifest["content_id"]:
        yield "its kept records are not those of the release"


def _check_rejects(audit: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    rejects, rejected = parquet.count_rows(audit / layout.REJECTS), manifest["accounts"]["total"]["rejected"]
    if rejects != rejected:
        yield f"{rejects} rejects; the manifest says {rejected}"


def _check_edits(audit: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    edits: Counter[str] = Counter()
    for table in parquet.read_groups(audit / layout.EDITS, ["transform"]):
        edits.update({name: count for (name,), count in _counted(table, "transform").items()})
    if edits != manifest["edits"]:
        yield _differing("edits", manifest["edits"], dict(edits))


def _check_notes(audit: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    """The findings by kind: those listed, and the fates that are findings."""
    kinds: Counter[str] = Counter()
    with (audit / layout.FINDINGS).open(encoding="utf-8") as lines:
        kinds.update(json.loads(line)["kind"] for line in lines)
    for table in parquet.read_groups(audit / layout.LEDGER, ["fate", "reason"]):
        told = {key: n for key, n in _counted(table, "fate", "reason").items() if key[0] in _FATES[2:]}
        kinds.update({reason: count for (_, reason), count in told.items()})
    if kinds != manifest["findings"]:
        yield _differing("findings", manifest["findings"], dict(kinds))


_BOOKS = {
    layout.LEDGER: _check_ledger,
    layout.REJECTS: _check_rejects,
    layout.EDITS: _check_edits,
    layout.FINDINGS: _check_notes,
}


def _counted(table: Any, *columns: str) -> dict[tuple[Any, ...], int]:
    """How often each combination of values occurs in the columns of a table."""
    groups = table.group_by(list(columns)).aggregate([([], "count_all")]).to_pylist()
    return {tuple(row[name] for name in columns): row["count_all"] for row in groups}
