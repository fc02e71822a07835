"""SARIF 2.1.0: what code scanning of GitHub and others reads."""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from corpuskit.findings import Finding, visible
from corpuskit.kinds import KINDS, Severity
from corpuskit.reports.outcome import Outcome, compact_json, encodable

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
# All kinds are rules, in the order of their table, so that an index means the same in every report.
_RULES = {kind: index for index, kind in enumerate(KINDS)}
# Kinds whose pointer is that of the object, and whose message says which field of it.
_NAMING = frozenset({"missing-field", "unknown-field"})
_PACKED = (".gz", ".zst", ".bz2", ".xz")
_DOT_SEGMENTS = re.compile(r"^(\./+)+")


def sarif_log(outcome: Outcome) -> Iterator[str]:
    """One run with a rule for each kind of finding and a result for each finding."""
    driver = {"name": "corpuskit", "version": version("corpuskit"), "rules": [_rule(kind) for kind in KINDS]}
    # Results are written one by one: a report of a million findings is never a million objects.
    yield f'{{"$schema":{compact_json(_SCHEMA)},"version":"2.1.0","runs":[{{"tool":{{"driver":\n'
    yield compact_json(driver)
    succeeded = compact_json([{"executionSuccessful": not outcome.damaged}])
    yield f'}},\n"invocations":{succeeded},"columnKind":"unicodeCodePoints","results":['
    seen: Counter[str] = Counter()
    for number, each in enumerate(outcome.located()):
        yield (",\n" if number else "\n") + compact_json(_result(each, seen))
    yield "\n]}]}\n"


def _rule(kind: str) -> dict[str, Any]:
    row = KINDS[kind]
    return {
        "id": kind,
        "shortDescription": {"text": _message(row.title)},
        "fullDescription": {"text": _message(row.why)},
        "help": {"text": _message(row.fix)},
        "defaultConfiguration": {"level": _LEVELS[row.severity]},
    }


def _result(finding: Finding, seen: Counter[str]) -> dict[str, Any]:
    result: dict[str, Any] = {"ruleId": finding.kind}
    if finding.kind in _RULES:
        result["ruleIndex"] = _RULES[finding.kind]
    location = _location(finding)
    facts = {
        "record": finding.record, "id": finding.id, "pointer": finding.pointer, "keyword": finding.keyword,
        "schema_pointer": finding.schema_pointer, "offset": finding.offset, "hint": finding.hint,
    }  # fmt: skip
    properties = {n: visible(v) if isinstance(v, str) else v for n, v in facts.items() if v is not None}
    return {
        **result,
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(finding.message)},
        **({"locations": [location]} if location else {}),
        "partialFingerprints": {"corpuskitFinding/v1": _fingerprint(finding, seen)},
        **({"properties": properties} if properties else {}),
    }


def _location(finding: Finding) -> dict[str, Any]:
    location: dict[str, Any] = {}
    if finding.file:
        region: dict[str, int] = {}
        if finding.line is not None:
            region["startLine"] = finding.line
        # An offset counts decompressed bytes: in a packed file it is no place of the file.
        if finding.offset is not None and not finding.file.lower().endswith(_PACKED):
            region["byteOffset"] = finding.offset
        place: dict[str, Any] = {"artifactLocation": {"uri": file_uri(finding.file)}}
        location["physicalLocation"] = place | ({"region": region} if region else {})
    if finding.pointer:
        location["logicalLocations"] = [{"fullyQualifiedName": visible(finding.pointer), "kind": "value"}]
    return location


def file_uri(file: str) -> str:
    """A path as a URI reference, relative as it is given or absolute with its scheme, odd bytes escaped."""
    path = quote(os.fsencode(_DOT_SEGMENTS.sub("", file) or "."), safe="/")
    return f"file://{path}" if path.startswith("/") else path


def _message(text: str) -> str:
    """A text as SARIF shows it: no placeholders (3.11.5), no embedded links (3.11.6), no control characters."""
    return visible(text).replace("{", "{{").replace("}", "}}").replace("](", "\\](")


def _fingerprint(finding: Finding, seen: Counter[str]) -> str:
    """The same for the same finding when lines are inserted above it, records reordered, or others mended."""
    # A message may quote a value that is being mended: it counts only where there is no id, or where it names a field.
    message = finding.message if finding.id is None or finding.kind in _NAMING else None
    parts = (finding.file, finding.kind, finding.pointer, finding.keyword, finding.id, message)
    digest = hashlib.sha256(encodable(compact_json(parts)).encode()).hexdigest()[:32]
    seen[digest] += 1
    return f"{digest}:{seen[digest]}"
