"""A finding as a value, how it is told, and the tally."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from corpuskit.kinds import KINDS, Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """Where, what and how bad: one thing that was noticed about one record or file.

    `line` counts from 1, `offset` is the first byte of the record in the decompressed file, `record` is
    its number from 1 in a container, `pointer` a JSON Pointer into the record, `keyword` the JSON Schema
    keyword that failed, `schema_pointer` a JSON Pointer to where the broken rule stands, in the document of
    the schema that holds it.
    """

    kind: str
    message: str
    severity: Severity = "error"
    file: str = ""
    line: int | None = None
    offset: int | None = None
    record: int | None = None
    pointer: str | None = None
    keyword: str | None = None
    hint: str | None = None
    id: str | None = None
    schema_pointer: str | None = None

    def moved(self, lines: int, size: int) -> "Finding":
        """The same so many lines and bytes further down its file; what has no line or offset gets none."""
        line = None if self.line is None else self.line + lines
        offset = None if self.offset is None else self.offset + size
        # Written out: `replace` takes six times as long, and large files have many findings.
        return Finding(
            self.kind, self.message, self.severity, self.file, line, offset, self.record, self.pointer,
            self.keyword, self.hint, self.id, self.schema_pointer,
        )  # fmt: skip

    def as_dict(self) -> dict[str, Any]:
        """The finding with exactly the fields of the JSON contract, in its order."""
        return {name: getattr(self, name) for name in FIELDS}


FIELDS = (
    "file", "line", "offset", "record", "pointer", "keyword", "kind", "severity", "message", "hint", "id",
    "schema_pointer",
)  # fmt: skip


def finding(kind: str, message: str, **fields: Any) -> Finding:
    """A finding of a listed kind, with the severity and the fix of its row unless told otherwise."""
    row = KINDS[kind]
    fields.setdefault("hint", row.fix)
    return Finding(kind=kind, message=message, severity=fields.pop("severity", row.severity), **fields)


def tally(findings: Iterable[Finding]) -> Counter[str]:
    """How many findings there are of each kind."""
    return Counter(f.kind for f in findings)


def worst(findings: Sequence[Finding]) -> Severity | None:
    """The highest severity among findings, None where there are none."""
    present = {f.severity for f in findings}
    ranked: tuple[Severity, ...] = ("error", "warning", "info")
    return next((s for s in ranked if s in present), None)


def place(finding: Finding) -> str:
    """file:line, or file and record number, and the pointer, as far as known."""
    text = finding.file
    if finding.line is not None:
        text += f":{finding.line}"
    if finding.record is not None:
        text += f" record {finding.record}"
    return text + (f" {finding.pointer}" if finding.pointer else "")


def shortened(text: str, longest: int) -> str:
    """A text of at most so many characters, and an ellipsis where there were more."""
    return text if len(text) <= longest else text[:longest] + "…"


def visible(text: str) -> str:
    """A text as one line that nothing acts on: control, direction and line characters as escapes."""
    return text if text.isascii() and text.isprintable() else "".join(map(_visible, text))


def _visible(character: str) -> str:
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
        return f"\\u{ord(character):04x}"
    return character


# The kind of a failed JSON Schema keyword; keywords not named here are `schema-violation`.
KEYWORD_KINDS = {
    "required": "missing-field",
    "dependentRequired": "missing-field",
    "dependencies": "missing-field",
    "type": "wrong-type",
    "format": "bad-format",
    "additionalProperties": "unknown-field",
    "unevaluatedProperties": "unknown-field",
    "enum": "bad-value",
    "const": "bad-value",
    "pattern": "bad-value",
    "minLength": "out-of-bounds",
    "maxLength": "out-of-bounds",
    "minItems": "out-of-bounds",
    "maxItems": "out-of-bounds",
    "minimum": "out-of-bounds",
    "maximum": "out-of-bounds",
    "exclusiveMinimum": "out-of-bounds",
    "exclusiveMaximum": "out-of-bounds",
    "multipleOf": "out-of-bounds",
}
