"""Fits the fields of a record to the article schema: nothing is coerced in silence, nothing is lost.

A value that fits its column stays; what the schema does not know, or what does not fit a column that can
do without it, goes value-preserving to `extra`; what a required column cannot hold is left for the verdict.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from corpuskit import timestamps
from corpuskit.digests import record_id
from corpuskit.languages import canonical_language
from corpuskit.licenses import canonical_license
from corpuskit.provenance import Source
from corpuskit.readers.dialect import Printed, dump_printed, parse_printed
from corpuskit.readers.records import Edit, Problem, Record
from corpuskit.schema import EXTRA, ArticleSchema
from corpuskit.shapes import Kind, Shape
from corpuskit.transforms import Draft

_INT64 = range(-(2**63), 2**63)
_MISSING = object()


class Misfit(Exception):
    """A value that its column cannot hold."""

    def __init__(self, pointer: str, message: str) -> None:
        super().__init__(pointer, message)
        self.pointer, self.message = pointer, message


class Article(NamedTuple):
    """A conformed record: what the schema judges, the row that would be published, edits and notes.

    `problem` is set where the row cannot hold what the schema may well allow.
    """

    instance: dict[str, Any]
    row: dict[str, Any]
    edits: tuple[Edit, ...]
    notes: tuple[Problem, ...]
    problem: Problem | None


Fit = Callable[[Any], Any]


def _fit_string(value: Any) -> Any:
    if type(value) is not str:
        raise Misfit("", "is not a string")
    return value


def _fit_integer(value: Any) -> Any:
    # JSON Schema counts 1.0 as an integer; a column of integers stores it as 1.
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is not int:
        raise Misfit("", "is not an integer")
    if value not in _INT64:
        raise Misfit("", "is an integer beyond 64 bits, which the column cannot hold exactly")
    return value


def _fit_number(value: Any) -> Any:
    if type(value) is float:
        return value
    if type(value) is not int:
        raise Misfit("", "is not a number")
    try:
        exact = int(float(value)) == value
    except OverflowError:
        exact = False
    if not exact:
        raise Misfit("", "is an integer that a 64-bit float cannot hold exactly")
    return float(value)


def _fit_boolean(value: Any) -> Any:
    if type(value) is not bool:
        raise Misfit("", "is not a boolean")
    return value


def _fit_instant(value: Any) -> Any:
    instant = timestamps.instant(value) if type(value) is str else None
    if instant is None:
        raise Misfit("", "is not an RFC 3339 date-time")
    return instant


def _fit_json(value: Any) -> Any:
    return dump_printed(value)


def _fit_list(shape: Shape) -> Fit:
    fit = fitter(shape.item or Shape("json"))

    def fit_list(value: Any) -> Any:
        if type(value) is not list:
            raise Misfit("", "is not an array")
        return [_inside(fit, item, index) for index, item in enumerate(value)]

    return fit_list


def _fit_object(shape: Shape) -> Fit:
    members = {name: fitter(sub) for name, sub in shape.members.items()}

    def fit_object(value: Any) -> Any:
        if type(value) is not dict:
            raise Misfit("", "is not an object")
        for name in value:
            if name not in members:
                raise Misfit(f"/{_escape(name)}", "is a member that the column has no place for")
        return {name: _inside(members[name], item, name) for name, item in value.items()}

    return fit_object


def _inside(fit: Fit, value: Any, step: str | int) -> Any:
    try:
        return fit(value)
    except Misfit as misfit:
        raise Misfit(f"/{_escape(str(step))}{misfit.pointer}", misfit.message) from None


def _escape(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")


_FITTERS: dict[Kind, Callable[[Shape], Fit]] = {
    "string": lambda _: _fit_string,
    "integer": lambda _: _fit_integer,
    "number": lambda _: _fit_number,
    "boolean": lambda _: _fit_boolean,
    "instant": lambda _: _fit_instant,
    "json": lambda _: _fit_json,
    "list": _fit_list,
    "object": _fit_object,
}


def fitter(shape: Shape) -> Fit:
    """A function from a JSON value to the value of a column, raising Misfit; null is null everywhere."""
    fit = _FITTERS[shape.kind](shape)
    return lambda value: None if value is None else fit(value)


@dataclass(frozen=True)
class Conformer:
    """How one source's records become articles of one schema."""

    schema: ArticleSchema
    source: Source
    fitters: Mapping[str, Fit]
    read_date: timestamps.Reader
    mapped: Mapping[str, str]

    @classmethod
    def of(cls, schema: ArticleSchema, source: Source) -> "Conformer":
        """The conformer of a source."""
        fitters = {name: fitter(shape) for name, shape in schema.columns.items()}
        read_date = timestamps.reader(source.date_format, source.timezone)
        return cls(schema, source, fitters, read_date, dict(source.fields))

    def draft(self, record: Record) -> Draft:
        """The record with its fields named as in the article schema."""
        fields, aside = dict(record.fields or {}), {}
        named = {}
        for name, origin in self.mapped.items():
            value = _take(fields, origin)
            if value is not _MISSING:
                named[name] = value
        for name in (*self.mapped, "source", *((EXTRA,) if self.schema.keeps_extra else ())):
            if name in fields:
                aside[name] = fields.pop(name)
        return Draft(named | fields, aside, record.edits, record.notes)

    def article(self, draft: Draft, record: Record) -> Article:
        """The article that a draft makes, for the verdict and for the release."""
        fit = _Fitting(self, draft, record)
        fit.dates()
        fit.known_fields()
        fit.defaults()
        fit.leftovers()
        return Article(
            fit.instance, fit.row, draft.edits + tuple(fit.edits), (*draft.notes, *fit.notes), fit.problem
        )


def _take(fields: dict[str, Any], origin: str) -> Any:
    """Remove and give the field of that name, or the value that a JSON Pointer names; `_MISSING` if absent."""
    if not origin.startswith("/"):
        return fields.pop(origin, _MISSING)
    *parents, last = (step.replace("~1", "/").replace("~0", "~") for step in origin.split("/")[1:])
    at: Any = fields
    for step in parents:
        at = _step(at, step)
        if at is _MISSING:
            return _MISSING
    value = _step(at, last)
    if isinstance(at, dict) and value is not _MISSING:
        at.pop(last)
        if not at and parents and len(parents) == 1:
            fields.pop(parents[0])
    return value


def _step(at: Any, step: str) -> Any:
    if isinstance(at, dict):
        return at.get(step, _MISSING)
    if isinstance(at, list) and step.isascii() and step.isdigit() and int(step) < len(at):
        return at[int(step)]
    return _MISSING


class _Fitting:
    """The state of conforming one record: fields go from `rest` to `instance` and `row`, or to `extra`."""

    def __init__(self, conformer: Conformer, draft: Draft, record: Record) -> None:
        self.conformer, self.record = conformer, record
        self.schema, self.source = conformer.schema, conformer.source
        self.rest = dict(draft.fields)
        self.extra = dict(draft.aside)
        self.instance: dict[str, Any] = {}
        self.row: dict[str, Any] = {}
        self.edits: list[Edit] = []
        self.notes: list[Problem] = []
        self.problem: Problem | None = None

    def dates(self) -> None:
        """Read `published` and `retrieved`: the instant where it is known, else what is certain."""
        for name in ("published", "retrieved"):
            printed = self.rest.get(name)
            if name not in self.schema.instants or type(printed) is not str:
                continue
            stamp = self.conformer.read_date(printed)
            companions = self._companions(name, printed, stamp)
            if stamp.doubt is not None:
                self.notes.append(
                    Problem(stamp.doubt, f"{name}: {_cut(printed)} {_DOUBTS[stamp.doubt]}", f"/{name}")
                )
            if stamp.instant is not None:
                del self.rest[name]
                self.row[name] = stamp.instant
                self.instance[name] = timestamps.rfc3339(stamp.instant)
            elif companions:
                del self.rest[name]
            elif self.schema.keeps_extra and name not in self.schema.required:
                self.extra[name] = self.rest.pop(name)

    def _companions(self, name: str, printed: str, stamp: timestamps.Stamp) -> bool:
        """Fill `published_raw` and `published_date` where the schema has them and the record does not."""
        if name != "published":
            return False
        told = {"published_raw": printed, "published_date": stamp.date}
        for companion, value in told.items():
            if value is not None and companion in self.schema.columns and self.rest.get(companion) is None:
                self.rest[companion] = value
        return "published_raw" in self.schema.columns

    def known_fields(self) -> None:
        """Fit every field that the schema declares."""
        for name in self.schema.columns:
            if name in self.rest:
                self._place(name, self.rest.pop(name))

    def _place(self, name: str, value: Any) -> None:
        if name == "authors" and type(value) is str and self.schema.columns[name].kind == "list":
            listed = [value]
            self.edits.append(Edit("list-of-one", name, 0, _json(value), _json(listed)))
            value = listed
        if name in _PARSED and (name in self.schema.added or self.schema.file is None):
            self._place_parsed(name, value)
            return
        try:
            fitted = self.conformer.fitters[name](value)
        except Misfit as misfit:
            self._misfit(name, value, misfit)
            return
        if name in self.schema.declared:
            self.instance[name] = value
        self.row[name] = fitted

    def _misfit(self, name: str, value: Any, misfit: Misfit) -> None:
        """Put a value aside where the article can do without it; else leave it for the verdict."""
        column = f"{name}{misfit.pointer.replace('/', '.')}"
        kept = name in {"id", "title"} or name in self.schema.text or name in self.schema.required
        if kept or not self.schema.keeps_extra:
            self.instance[name] = value
            self.problem = self.problem or Problem(
                "unrepresentable", f"{column} {misfit.message}", f"/{_escape(name)}{misfit.pointer}"
            )
            return
        self.extra[name] = value
        self.notes.append(
            Problem(
                "value-aside",
                f"{column} {misfit.message}; it went to `extra`",
                f"/{_escape(name)}{misfit.pointer}",
            )
        )

    def _place_parsed(self, name: str, value: Any) -> None:
        """Fill `language` or `license` with the canonical form; what cannot be parsed goes to `extra`."""
        if value is None:
            return
        kind, canonical = _PARSED[name]
        parsed = canonical(value) if type(value) is str else None
        if parsed is None:
            self.notes.append(Problem(kind, f"{name}: {_cut(value)} {_UNPARSED[name]}", f"/{name}"))
            if self.schema.keeps_extra:
                self.extra[name] = value
            else:
                self.problem = self.problem or Problem(
                    "bad-value", f"{name}: {_cut(value)} {_UNPARSED[name]}", f"/{name}"
                )
            return
        if parsed != value:
            self.edits.append(Edit("canonical-" + name, name, 0, value.encode(), parsed.encode()))
        self.row[name] = parsed
        if name in self.schema.declared:
            self.instance[name] = parsed

    def defaults(self) -> None:
        """Fill source, id, language and license from the source where the record has none."""
        identifier = self.row.get("id")
        if identifier is None and self.instance.get("id") is None:
            self._fill("id", self.record.identifier or record_id(self.source.name, self.record.raw))
        self._fill("source", self.source.name)
        for name, value in (("language", self.source.language), ("license", self.source.license)):
            if self.row.get(name) is None and self.instance.get(name) is None and value is not None:
                self._fill(name, value)

    def _fill(self, name: str, value: str) -> None:
        self.row[name] = value
        if name in self.schema.declared:
            self.instance[name] = value

    def leftovers(self) -> None:
        """Put every field that the schema does not know into `extra`, or before the verdict of a closed one."""
        if self.schema.keeps_extra:
            self.extra |= self.rest
            if self.extra:
                self.row[EXTRA] = self._extra_text()
            return
        for name, value in (self.extra | self.rest).items():
            if name in self.instance or name in self.row:
                message = f"the field {name!r} of the record has no place: the column is filled otherwise"
                self.problem = self.problem or Problem("unknown-field", message, f"/{_escape(name)}")
            else:
                self.instance[name] = value

    def _extra_text(self) -> str:
        """`extra` as compact JSON in the order of the input, numbers as printed."""
        extra = self.extra
        if any(map(_has_number, extra.values())) and self.record.fields is not None:
            raw = parse_printed(_utf8(self.record, self.source))
            printed = self.conformer.draft(Record(self.record.place, self.record.raw, raw))
            original = printed.fields | printed.aside
            extra = {name: original.get(name, value) for name, value in extra.items()}
        return dump_printed(extra)


def _utf8(record: Record, source: Source) -> bytes:
    return record.raw if source.encoding is None else record.raw.decode(source.encoding).encode()


def _has_number(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_number, value.values()))
    if isinstance(value, list):
        return any(map(_has_number, value))
    return type(value) in (int, float, Printed)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _cut(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else text[:80] + "…"


_PARSED: dict[str, tuple[str, Callable[[str], str | None]]] = {
    "language": ("unknown-language", canonical_language),
    "license": ("unknown-license", canonical_license),
}
_UNPARSED = {"language": "is no BCP 47 language tag", "license": "is no SPDX licence expression"}
_DOUBTS = {
    "missing-timezone": "has no time zone, so the instant is not known",
    "ambiguous-time": "occurs twice or never in its time zone, so the instant is not known",
    "partial-date": "names no full time",
    "bad-timestamp": "has no certain reading as a date",
}
