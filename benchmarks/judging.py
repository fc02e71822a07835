"""What must be found in a file of records, by a reader and a reference library that corpuskit does not use.

`expected` reads bytes by `strict_json` and judges each record by the `jsonschema` library under the rules of
docs/validation-rules.md; `compare` holds beside it what `corpuskit.validate` found, record by record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

import jsonschema
from differential import in_python, reference_class
from formats import checker
from strict_json import Refused, parse

Errors = frozenset[tuple[str | None, str | None]]
BOM = b"\xef\xbb\xbf"
_SPACE = "\\t\\n\\v\\f\\r \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff"
_CLASSES = {
    r"\d": "[0-9]",
    r"\w": "[A-Za-z0-9_]",
    r"\s": f"[{_SPACE}]",
    r"\S": f"[^{_SPACE}]",
    r"\p{L}": r"[^\W\d_]",
    "$": r"\Z",
}
_CLASS = re.compile("|".join(map(re.escape, _CLASSES)))


class _Patterns(dict[str, str]):
    """Patterns of ECMA 262 as Python spells them; inside brackets none of the classes may stand."""

    def __missing__(self, pattern: str) -> str:
        return _CLASS.sub(lambda found: _CLASSES[found[0]], pattern)


class Expected(NamedTuple):
    """One record: where it lies, its bytes, and what is wrong with it; `refused` where it is no value."""

    line: int | None
    number: int | None
    offset: int
    raw: bytes
    errors: Errors
    refused: Refused | None = None
    id: str | None = None

    @property
    def invalid(self) -> bool:
        """Whether an error stands against it."""
        return self.refused is not None or bool(self.errors)


class Row(NamedTuple):
    """One row of the table, and the first differences in words."""

    name: str
    records: int = 0
    invalid: int = 0
    missed: int = 0
    extra: int = 0
    errors: int = 0
    differing: int = 0
    notes: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether nothing differs."""
        return not (self.missed or self.extra or self.differing or self.notes)

    def __add__(self, other: Any) -> Row:
        """Both rows as one under the first name."""
        sums = [one + more for one, more in zip(self[1:7], other[1:7], strict=True)]
        return Row(self.name, *sums, self.notes + other.notes)


DRAFTS = {
    "http://json-schema.org/draft-04/schema#": (4, jsonschema.Draft4Validator),
    "http://json-schema.org/draft-06/schema#": (6, jsonschema.Draft6Validator),
    "http://json-schema.org/draft-07/schema#": (7, jsonschema.Draft7Validator),
    "https://json-schema.org/draft/2019-09/schema": (2019, jsonschema.Draft201909Validator),
    "https://json-schema.org/draft/2020-12/schema": (2020, jsonschema.Draft202012Validator),
}


@cache
def _class(base: Any) -> Any:
    """The reference with two rules more.

    A name that fails is an error of `propertyNames`. `dependencies` is read in all drafts, as the suite's optional
    tests for 2019-09 and 2020-12 have it.
    """

    def names(validator: Any, schema: Any, instance: Any, _schema: Any) -> Iterator[Any]:
        if validator.is_type(instance, "object"):
            below = validator.evolve(schema=schema)
            yield from (jsonschema.ValidationError(f"name {n!r}") for n in instance if not below.is_valid(n))

    more = {"propertyNames": names} if "propertyNames" in base.VALIDATORS else {}
    if "dependencies" not in base.VALIDATORS:
        more["dependencies"] = jsonschema.Draft7Validator.VALIDATORS["dependencies"]
    return jsonschema.validators.extend(reference_class(base), more)


def reference(schema: Any) -> Callable[[Any], Errors]:
    """A function that gives all errors of an instance."""
    draft, base = DRAFTS[schema.get("$schema", "https://json-schema.org/draft/2020-12/schema")]
    validator = _class(base)(in_python(schema, _Patterns()), format_checker=checker(draft))

    def errors(instance: Any) -> Errors:
        return frozenset((pointer(e.absolute_path), _keyword(e)) for e in validator.iter_errors(instance))

    return errors


def _keyword(error: Any) -> str | None:
    """The keyword that failed; where `minContains` says how many there must be, none at all fails that."""
    return (
        "minContains" if error.validator == "contains" and "minContains" in error.schema else error.validator
    )


def pointer(path: Iterable[str | int]) -> str:
    """RFC 6901."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _read(raw: bytes) -> Any:
    try:
        return parse(raw)
    except Refused as refused:
        return refused


def record(
    value: Any, judge: Callable[[Any], Errors], offset: int, raw: bytes, line: int, number: int | None = None
) -> Expected:
    """One record and what is wrong with it; the value is its refusal where it is none."""
    if isinstance(value, Refused):
        return Expected(line, number, offset, raw, frozenset(), value)
    known = value.get("id")
    return Expected(line, number, offset, raw, judge(value), None, known if isinstance(known, str) else None)


@lru_cache(maxsize=2)
def _lines(data: bytes) -> list[tuple[int, int, bytes, Any]]:
    """Line, offset, bytes and value of each record; a file is read once for all of its schemas."""
    found, offset = [], len(BOM) if data.startswith(BOM) else 0
    for line, raw in enumerate(data[offset:].split(b"\n"), 1):
        bare = raw[:-1] if raw.endswith(b"\r") else raw
        if bare.strip(b" \t\r"):
            found.append((line, offset, bare, _read(bare)))
        offset += len(raw) + 1
    return found


def expected(data: bytes, judge: Callable[[Any], Errors]) -> list[Expected]:
    """Every record of a JSONL file; lines end in LF or CR LF, and blank ones are none."""
    return [record(value, judge, offset, raw, line) for line, offset, raw, value in _lines(data)]


def array(elements: Sequence[bytes], judge: Callable[[Any], Errors]) -> tuple[bytes, list[Expected]]:
    """A JSON array of elements, and what must be found in it."""
    data, found = bytearray(b"[\n"), []
    for number, raw in enumerate(elements, 1):
        found.append(record(_read(raw), judge, len(data), raw, data.count(b"\n") + 1, number))
        data += raw + (b" ,\n  " if number % 3 else b",")
    return bytes(data.rstrip(b" ,\n") + b"\n]\n"), found


def _matches(wanted: Expected, found: Sequence[Any], *, empty_text: bool) -> str | None:
    """In words, how the errors of one record differ from those wanted; None where they do not."""
    if wanted.refused is not None:
        kinds, places = wanted.refused.kinds, {None, *wanted.refused.pointers}
        fits = (
            len(found) == 1 and found[0].kind in kinds and found[0].pointer in places and not found[0].keyword
        )
        return None if fits else f"wanted one of {sorted(kinds)}"
    said = {(f.pointer, f.keyword) for f in found}
    left = set(wanted.errors)
    if empty_text and any(f.kind == "empty-text" for f in found):
        # One sentence stands for all rules that an empty text breaks.
        told = {("/text", "minLength"), ("/text", "pattern")}
        left, said = left - told, said - told
    if said != left:
        return f"wanted {sorted(left - said, key=str)} more, {sorted(said - left, key=str)} less"
    return None


def _misplaced(wanted: Expected, each: Any, data: bytes) -> str | None:
    """In words, how the place of a finding is wrong; None where it is right."""
    if each.line != wanted.line or each.record != wanted.number:
        return f"line {each.line} record {each.record}, wanted {wanted.line} and {wanted.number}"
    if each.offset != wanted.offset or data[each.offset : each.offset + len(wanted.raw)] != wanted.raw:
        return f"offset {each.offset}, wanted {wanted.offset}"
    if each.id != wanted.id:
        return f"id {each.id!r}, wanted {wanted.id!r}"
    return None


# What is said of a file, beside what is said of its records.
OF_FILES = frozenset({"wrong-file-type"})


def compare(
    name: str, wanted: Sequence[Expected], report: Any, data: bytes, *, empty_text: bool = False
) -> Row:
    """Hold what validation reported beside what was wanted, as one row."""
    by_place: dict[Any, list[Any]] = {}
    for each in report.findings:
        if each.severity == "error" and each.kind not in OF_FILES:
            by_place.setdefault((each.line, each.record), []).append(each)
    notes: list[str] = []
    missed = extra = errors = differing = 0
    for one in wanted:
        found = by_place.pop((one.line, one.number), [])
        missed += one.invalid and not found
        extra += bool(found) and not one.invalid
        errors += len(one.errors) or one.invalid
        differs = _matches(one, found, empty_text=empty_text)
        differing += differs is not None
        wrong = [differs, *(_misplaced(one, each, data) for each in found)]
        notes += [f"{name}, line {one.line}: {w}: {_short(one.raw)} {said(found)}" for w in wrong if w]
    notes += [f"{name}: no record at {place}: {said(found)}" for place, found in by_place.items()]
    counted = (report.summary["records"], report.summary["invalid"])
    if counted != (len(wanted), sum(one.invalid for one in wanted)):
        notes.append(f"{name}: counted {counted}")
    invalid = sum(one.invalid for one in wanted)
    return Row(name, len(wanted), invalid, missed, extra + len(by_place), errors, differing, tuple(notes))


def said(found: Sequence[Any]) -> str:
    """What was found, for a note."""
    return str([(f.kind, f.pointer, f.keyword, f.message[:120]) for f in found])


def _short(raw: bytes) -> str:
    return repr(raw if len(raw) < 400 else raw[:200] + b" ... " + raw[-200:])


def table(rows: Iterable[Row]) -> str:
    """The rows as text."""
    heads = ("set", "records", "invalid", "missed", "extra", "errors", "differing")
    rows = list(rows)
    lines = [f"{heads[0]:34}" + "".join(f"{head:>11}" for head in heads[1:])]
    lines += [
        f"{row.name:34}" + "".join(f"{number:>11,}" for number in row[1:7])
        for row in [*rows, sum(rows, Row("total"))]
    ]
    return "\n".join(lines)
