"""One record's way from bytes to row, as facts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from corpuskit import timestamps
from corpuskit.findings import Finding, finding
from corpuskit.kinds import KINDS
from corpuskit.phases.keys import RowKeys
from corpuskit.splits import drawn, upper_bounds
from corpuskit.tracing.books import fate_of
from corpuskit.tracing.rows import Proof, Standing

# What of a source is said about who made it and under which terms.
_TERMS = (
    "name", "publisher", "homepage", "license", "license_url", "license_evidence", "terms", "collected", "collection",
)  # fmt: skip
_SHOWN_BYTES = 200


@dataclass(frozen=True, slots=True)
class Way:
    """One record's way from bytes to row.

    `line` is its row of the ledger, or of provenance where the audit folder is not there; then `problems`, `edits`,
    `findings` and `duplicates` are None: they are not known. `standing`, `keys`, `split` and `proof` are of the
    published row, None for a record that is not in the release. `replayed` are the differences between what was
    published and what the raw bytes give now, None where they were not asked for.
    """

    source: Mapping[str, Any]
    input: Mapping[str, Any]
    line: Mapping[str, Any]
    problems: Sequence[Mapping[str, Any]] | None = None
    edits: Sequence[Mapping[str, Any]] | None = None
    findings: Sequence[Mapping[str, Any]] | None = None
    duplicates: Sequence[Mapping[str, Any]] | None = None
    standing: Standing | None = None
    keys: RowKeys | None = None
    split: Mapping[str, Any] | None = None
    proof: Proof | None = None
    replayed: Sequence[Finding] | None = None

    @property
    def fate(self) -> str:
        """kept, rejected, duplicate or removed."""
        return fate_of(self.line)

    def as_dict(self) -> dict[str, Any]:
        """The JSON of a trace."""
        line = self.line
        return {
            "source": {name: self.source[name] for name in _TERMS if name in self.source},
            "id": line["id"],
            "input": {name: self.input.get(name) for name in ("file", "bytes", "sha256", "records")},
            "record": {name: line[name] for name in ("offset", "length", "line", "record", "sha256")},
            "record_digest": line["record_digest"],
            "edits": None if self.edits is None else [_edit(edit) for edit in self.edits],
            "findings": None if self.findings is None else [*self.findings, *self._decided()],
            "fate": self.fate,
            "reason": line.get("reason"),
            "problems": None if self.problems is None else [_problem(each) for each in self.problems],
            "duplicate_of": _leader(line),
            "duplicates": self._duplicates(),
            "text_key": self.keys.text_key if self.keys else line.get("text_key"),
            "group": self.keys.group if self.keys else line.get("group"),
            "split": self.split,
            "row": self._row(),
            "proof": self._proof(),
            "replay": None if self.replayed is None else self._replay(),
        }

    def _decided(self) -> Iterator[Mapping[str, Any]]:
        """The finding that the fate of a record is, where the records of a corpus together decided it."""
        line = self.line
        if self.fate not in {"duplicate", "removed"} or line["reason"] not in KINDS:
            return
        message = KINDS[line["reason"]].title
        if (leader := _leader(line)) is not None:
            message = f"{message}: {leader['id']!r} of {leader['source']!r} is kept"
        place = {name: line[name] for name in ("file", "line", "offset", "record", "id")}
        yield finding(line["reason"], message, **place).as_dict()

    def _duplicates(self) -> list[dict[str, Any]] | None:
        names = ("source", "id", "file", "line", "record")
        if self.duplicates is None:
            return None
        return [{name: each[name] for name in names} for each in self.duplicates]

    def _row(self) -> dict[str, Any] | None:
        if self.standing is None:
            return None
        place = {"file": self.standing.path, "row_group": self.standing.row_group, "row": self.standing.row}
        values = {
            name: timestamps.rfc3339(value) if value is not None and name in self.standing.instants else value
            for name, value in self.standing.values.items()
        }
        return {**place, "values": values}

    def _proof(self) -> dict[str, Any] | None:
        if self.proof is None:
            return None
        return {**self.proof._asdict(), "steps": [step._asdict() for step in self.proof.steps]}

    def _replay(self) -> dict[str, Any]:
        replayed = self.replayed or ()
        equal = not any(each.severity == "error" for each in replayed)
        return {"equal": equal, "findings": [each.as_dict() for each in replayed]}


def split_told(rule: Mapping[str, Any], line: Mapping[str, Any], keys: RowKeys) -> dict[str, Any]:
    """The split of a row and why: the field or source that says it, or u and the interval of the shares it is in."""
    told = {"name": line["split"], "rule": rule.get("kind")}
    if line["source"] in rule.get("given", {}):
        return {**told, "rule": "given", "by": "source"}
    if "field" in rule:
        return {**told, "by": "field", "field": rule["field"], "given": keys.given}
    if keys.split_key is None:
        return told
    u = drawn(rule["salt"], keys.split_key)
    low, high = _interval(rule["shares"], u)
    return {
        **told,
        "by": rule["by"],
        "u": u / 2**64,
        "u_hex": f"{u:016x}",
        "interval": [low / 2**64, high / 2**64],
        "shares": rule["shares"],
    }


def _problem(reject: Mapping[str, Any]) -> dict[str, Any]:
    """Why a record was rejected; its bytes, which nobody wanted to publish, stay in the audit folder."""
    return {name: reject[name] for name in ("reason", "pointer", "message")}


def _leader(line: Mapping[str, Any]) -> dict[str, Any] | None:
    """Whom a duplicate lost to."""
    if line.get("duplicate_of") is None:
        return None
    return {"source": line["duplicate_of_source"], "id": line["duplicate_of"]}


def _edit(edit: Mapping[str, Any]) -> dict[str, Any]:
    """An edit with what it removed and inserted as text, cut where that is long, and how many bytes each is."""
    told = {name: edit[name] for name in ("transform", "field", "start", "end")}
    for name in ("removed", "inserted"):
        told[name] = shown(edit[name])
        told[f"{name}_bytes"] = len(edit[name])
    return told


def shown(data: bytes) -> str:
    """Bytes as text: their start, with what is no UTF-8 as escapes."""
    text = data[:_SHOWN_BYTES].decode(errors="backslashreplace")
    return text if len(data) <= _SHOWN_BYTES else text + "…"


def _interval(shares: Mapping[str, float], u: int) -> tuple[int, int]:
    """The interval of u by the shares, in 2^-64; that of `train` is what the others leave."""
    low = 0
    for bound, _ in upper_bounds({name: Fraction(str(share)) for name, share in shares.items()}):
        if u < bound:
            return low, bound
        low = bound
    return low, 2**64
