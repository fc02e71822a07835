"""Records that go through a corpus.toml, judged by the contract's own words about articles instead of a schema.

By docs/articles.md a record is rejected where it is no object of the dialect, where id, title or text has another
type, where the text is blank or the id empty, and where its `url` is a string and no URL. All else goes aside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import strict_json
from formats import FORMATS
from judging import BOM, OF_FILES, Row, said

import corpuskit

# Blank is what ECMA 262 calls white space, alone and in a corpus.
_BLANK = "\ufeff \t\n\r\v\f\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
SPEC = """[corpus]
name = "mutants"
version = "1.0.0"
license = "CC0-1.0"
[[source]]
name = "s"
files = ["*.jsonl"]
license = "CC-BY-SA-4.0"
language = "id"
timezone = "Asia/Jakarta"
max_loss = 1.0
"""


def reasons(raw: bytes) -> set[str] | None:
    """The pointers at which a record breaks the contract, None for one that is no object at all."""
    try:
        value = strict_json.parse(raw)
    except strict_json.Refused:
        return None
    found = set()
    if not isinstance(value.get("id"), str | None) or value.get("id") == "":
        found.add("/id")
    if not isinstance(value.get("title"), str | None):
        found.add("/title")
    text = value.get("text")
    if not isinstance(text, str) or not text.strip(_BLANK):
        found.add("/text")
    if isinstance(value.get("url"), str) and not FORMATS["iri"](value["url"]):
        found.add("/url")
    return found


def _wanted(data: bytes) -> Iterator[tuple[int, bytes, set[str] | None]]:
    for line, raw in enumerate(data.removeprefix(BOM).split(b"\n"), 1):
        if raw.strip(b" \t\r"):
            yield line, raw, reasons(raw)


def conformed(name: str, folder: Path, made: Sequence[bytes]) -> Row:
    """What `validate corpus.toml` rejects beside what the contract rejects, and at which fields."""
    folder.mkdir(exist_ok=True)
    data = b"\n".join(made)
    (folder / "records.jsonl").write_bytes(data)
    (folder / "corpus.toml").write_text(SPEC)
    report = corpuskit.validate(folder / "corpus.toml")
    errors: dict[Any, list[Any]] = {}
    for each in report.findings:
        if each.severity == "error" and each.kind not in OF_FILES:
            errors.setdefault(each.line, []).append(each)
    notes, records, invalid, missed, extra, compared, differing = [], 0, 0, 0, 0, 0, 0
    for line, raw, wanted in _wanted(data):
        here = errors.pop(line, [])
        records += 1
        bad = wanted is None or bool(wanted)
        invalid += bad
        missed += bad and not here
        extra += bool(here) and not bad
        compared += len(wanted or ()) or bad
        places = {_place(each) for each in here}
        if (bad != bool(here)) or (wanted is not None and places != wanted):
            differing += 1
            notes.append(f"{name}, line {line}: wanted {wanted}: {raw[:300]!r} {said(here)}")
    notes += [f"{name}: no record at line {line}: {said(found)}" for line, found in errors.items()]
    if (report.summary["records"], report.summary["invalid"]) != (records, invalid):
        notes.append(f"{name}: counted {report.summary}")
    return Row(name, records, invalid, missed, extra + len(errors), compared, differing, tuple(notes))


def _place(each: Any) -> str:
    # What a missing field breaks is told at the whole record.
    return "/text" if each.keyword == "required" and '"text"' in each.message else str(each.pointer)
