"""The audit folder beside a release: does it add up to the manifest?"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from corpuskit import layout, parquet
from corpuskit.audit.claims import UNREADABLE, differing, is_file
from corpuskit.digests import merkle_root
from corpuskit.findings import Finding, finding
from corpuskit.phases.index import FATES
from corpuskit.phases.parts import EditCounts, add_edits, edits_stated
from corpuskit.phases.waterfall import ledger_waterfall
from corpuskit.places import Place


def audit_findings(release: Place, manifest: Mapping[str, Any]) -> Iterator[Finding]:
    """The ledger beside the release adds up to its accounts."""
    audit = release.audit
    if audit is None:
        name = layout.audit_name(release.name)
        yield finding("no-audit", "it is not here, so ledger and rejects were not checked", file=name)
        return
    missing = [f"{audit.name}/{name}" for name in _BOOKS if not is_file(audit / name)]
    yield from (finding("missing-file", "the audit folder lacks it", file=where) for where in missing)
    for name, check in () if missing else _BOOKS.items():
        where = f"{audit.name}/{name}"
        try:
            yield from (finding("wrong-content", message, file=where) for message in check(audit, manifest))
        except UNREADABLE as error:
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
        for fate in FATES:
            if fates[source, fate] != account[fate]:
                yield f"{source!r}: {fates[source, fate]} {fate}; the manifest says {account[fate]}"
    for item in manifest["inputs"]:
        if files[item["file"]] != item["records"]:
            yield f"{item['file']}: {files[item['file']]} records; the manifest says {item['records']}"
    names = ["source", "fate", "reason", "length"]
    tables = parquet.read_groups(audit / layout.LEDGER, names)
    found = ledger_waterfall(tables, manifest["accounts"]["sources"])
    if found != manifest["waterfall"]:
        yield differing("waterfall", manifest["waterfall"], found)
    if merkle_root(digests) != manifest["content_id"]:
        yield "its kept records are not those of the release"


def _check_rejects(audit: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    rejects, rejected = parquet.count_rows(audit / layout.REJECTS), manifest["accounts"]["total"]["rejected"]
    if rejects != rejected:
        yield f"{rejects} rejects; the manifest says {rejected}"


def _check_edits(audit: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    sources: dict[str, EditCounts] = {name: {} for name in manifest["accounts"]["sources"]}
    for table in parquet.read_groups(audit / layout.EDITS, ["source", "transform", "removed", "inserted"]):
        sizes = {name: pc.binary_length(table[name]) for name in ("removed", "inserted")}
        groups = table.select(["source", "transform"])
        for name, values in sizes.items():
            groups = groups.append_column(name, values.cast(pa.int64()))
        sums = [([], "count_all"), *((name, "sum") for name in sizes)]
        for row in groups.group_by(["source", "transform"]).aggregate(sums).to_pylist():
            counts = (row["count_all"], row["removed_sum"] or 0, row["inserted_sum"] or 0)
            add_edits(sources.setdefault(row["source"], {}), {row["transform"]: counts})
    edits = edits_stated(sources)
    if edits != manifest["edits"]:
        yield differing("edits", manifest["edits"], edits)


def _check_notes(audit: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    """The findings by kind: those listed, and the fates that are findings."""
    kinds: Counter[str] = Counter()
    with (audit / layout.FINDINGS).open(encoding="utf-8") as lines:
        kinds.update(json.loads(line)["kind"] for line in lines)
    for table in parquet.read_groups(audit / layout.LEDGER, ["fate", "reason"]):
        told = {key: n for key, n in _counted(table, "fate", "reason").items() if key[0] in FATES[2:]}
        kinds.update({reason: count for (_, reason), count in told.items()})
    if kinds != manifest["findings"]:
        yield differing("findings", manifest["findings"], dict(kinds))


def _check_navigation(audit: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    learned = json.loads((audit / layout.NAVIGATION).read_bytes())
    foreign = learned.keys() - manifest["accounts"]["sources"].keys()
    if foreign:
        yield f"the manifest knows no source {min(foreign)!r}"


_BOOKS = {
    layout.LEDGER: _check_ledger,
    layout.REJECTS: _check_rejects,
    layout.EDITS: _check_edits,
    layout.FINDINGS: _check_notes,
    layout.NAVIGATION: _check_navigation,
}


def _counted(table: Any, *columns: str) -> dict[tuple[Any, ...], int]:
    """How often each combination of values occurs in the columns of a table."""
    groups = table.group_by(list(columns)).aggregate([([], "count_all")]).to_pylist()
    return {tuple(row[name] for name in columns): row["count_all"] for row in groups}
