"""The books of a release, its provenance and the audit folder beside it, held beside its rows and beside each other."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from corpuskit import layout
from corpuskit.audit.claims import UNREADABLE, is_file
from corpuskit.audit.ledger import Leaders, Sums
from corpuskit.audit.notes import Edited, Noted
from corpuskit.audit.origins import Kept, origin_findings
from corpuskit.audit.rows import Rows
from corpuskit.audit.spans import Spans
from corpuskit.audit.tables import book_tables
from corpuskit.findings import Finding, finding
from corpuskit.phases.books import LEDGER
from corpuskit.places import Place

# So many lines of the ledger stand in memory as Python has them.
_AT_ONCE = 1000
_BOOKS = (layout.LEDGER, layout.REJECTS, layout.EDITS, layout.FINDINGS, layout.NAVIGATION)


def book_findings(release: Place, manifest: Mapping[str, Any], rows: Rows) -> Iterator[Finding]:
    """Whatever one of the books says otherwise than another, than the rows, or than the manifest."""
    audit = release.audit
    if audit is None:
        name = layout.audit_name(release.name)
        yield finding("no-audit", "it is not here, so ledger and rejects were not checked", file=name)
        yield from origin_findings(release, manifest, rows)
        return
    missing = [f"{audit.name}/{name}" for name in _BOOKS if not is_file(audit / name)]
    yield from (finding("missing-file", "the audit folder lacks it", file=where) for where in missing)
    if not missing:
        yield from _ledger_findings(release, audit, manifest, rows)
        yield from _navigation_findings(audit, manifest)


def _ledger_findings(
    release: Place, audit: Path, manifest: Mapping[str, Any], rows: Rows
) -> Iterator[Finding]:
    """One pass over the ledger, the other books beside it, and one more over what it says of a few records."""
    file = f"{audit.name}/{layout.LEDGER}"
    noted, edited, leaders = (
        Noted(audit, manifest),
        Edited(audit, manifest, rows),
        Leaders(manifest, rows, file),
    )
    checks = (
        Sums(manifest, file), Spans(manifest, file, whole=True), Kept(release, manifest, rows, file), leaders,
    )  # fmt: skip

    def ledger() -> Iterator[Any]:
        return book_tables(audit, layout.LEDGER, LEDGER)

    for table in ledger():
        for check in checks:
            yield from check.add(table)
        noted.count(table)
        for batch in table.to_batches(max_chunksize=_AT_ONCE):
            for line in batch.to_pylist():
                yield from noted.look(line)
                yield from edited.look(line)
    for each in (*checks, noted, edited):
        yield from each.end()
    yield from leaders.again(ledger)
    yield from noted.corpus_notes(ledger())


def _navigation_findings(audit: Path, manifest: Mapping[str, Any]) -> Iterator[Finding]:
    """What sources repeat, of sources that there are."""
    where = f"{audit.name}/{layout.NAVIGATION}"
    try:
        learned = json.loads((audit / layout.NAVIGATION).read_bytes())
        foreign = learned.keys() - manifest["accounts"]["sources"].keys()
    except UNREADABLE as error:
        yield finding("wrong-content", f"it cannot be read: {error}", file=where)
        return
    if foreign:
        yield finding("wrong-content", f"the manifest knows no source {min(foreign)!r}", file=where)
