"""How one source's records become articles of one schema."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from corpuskit import timestamps
from corpuskit.conform.fitters import Fit, Misfit, escaped, fitter, holds_json
from corpuskit.conform.mapping import mapped
from corpuskit.digests import record_id
from corpuskit.findings import shortened
from corpuskit.languages import canonical_language
from corpuskit.licenses import canonical_license
from corpuskit.provenance import Source
from corpuskit.readers import reader_for
from corpuskit.readers.dialect import (
    MOST_DOUBT,
    dump_printed,
    member_as_printed,
    number_doubt,
    parse_printed,
)
from corpuskit.readers.encodings import recode
from corpuskit.readers.records import Edit, Problem, Record
from corpuskit.schema import EXTRA, ArticleSchema
from corpuskit.transforms import Draft
from corpuskit.validation import compile_schema

# Longer than any language tag or licence expression: such a value is neither, and is not worth remembering.
_LONGEST_CODE = 1000


class Article(NamedTuple):
    """A conformed record: what the schema judges, the row that would be published, edits and notes.

    `problem` is set where the row cannot hold what the schema may well allow.
    """

    instance: dict[str, Any]
    row: dict[str, Any]
    edits: tuple[Edit, ...]
    notes: tuple[Problem, ...]
    problem: Problem | None


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
        # These columns are filled otherwise: the field that is mapped to them stays what it is.
        mapping = {name: origin for name, origin in source.fields if name not in _filled(schema)}
        return cls(schema, source, fitters, read_date, mapping)

    @cached_property
    def json_columns(self) -> frozenset[str]:
        """The columns that store JSON text, themselves or inside."""
        return frozenset(name for name, shape in self.schema.columns.items() if holds_json(shape))

    @cached_property
    def strings(self) -> frozenset[str]:
        """The columns that take any string as it is."""
        plain = {name for name, shape in self.schema.columns.items() if shape.kind == "string"}
        return frozenset(name for name in plain if not self.is_parsed(name))

    def is_parsed(self, name: str) -> bool:
        """Whether a column holds the canonical form of what its field says."""
        return name in PARSED and (name in self.schema.added or self.schema.is_article)

    @cached_property
    def filled(self) -> tuple[str, ...]:
        """Columns that no field of the record fills: a field of that name goes to `extra`."""
        return _filled(self.schema)

    @cached_property
    def never_null(self) -> frozenset[str]:
        """The columns that an article can do without, but for which a user's own schema allows no null."""
        schema = self.schema
        free = schema.declared - schema.required - set(schema.text) - {"id", "title", "language", "license"}
        if schema.file is None or not schema.keeps_extra:
            return frozenset()
        violations = compile_schema(schema.document, schema.file).explain(dict.fromkeys(sorted(free)))
        broken = {violation.pointer for violation in violations}
        return frozenset(name for name in free if f"/{escaped(name)}" in broken)

    def draft(self, record: Record) -> Draft:
        """The record with its fields named as in the article schema."""
        named: dict[str, Any] = {}
        rest = dict(record.fields or {})
        mapping = self.mapped
        if mapping and (self.source.reader or reader_for(record.place.file)) == "text":
            mapping = {}  # a text file has no fields to map
        if mapping:
            named, rest = mapped(rest, mapping)
        aside = {name: rest.pop(name) for name in (*mapping, *self.filled) if name in rest}
        return Draft(named | rest, aside, record.edits, record.notes)

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


def _filled(schema: ArticleSchema) -> tuple[str, ...]:
    """Columns that no field of the record fills: a field of that name goes to `extra`."""
    return ("source", EXTRA) if schema.keeps_extra else ("source",)


class _Fitting:
    """The state of conforming one record: fields go from `rest` to `instance` and `row`, or to `extra`.

    `named` tells the field of the draft whose value lies in `extra`, where it is not one that was aside.
    """

    def __init__(self, conformer: Conformer, draft: Draft, record: Record) -> None:
        self.conformer, self.record = conformer, record
        self.schema, self.source = conformer.schema, conformer.source
        self.rest = dict(draft.fields)
        self.extra = dict(draft.aside)
        self.named: dict[str, str] = {}
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
            is_kept = name == "published" and self._companions(printed, stamp)
            if stamp.doubt is not None:
                self.notes.append(date_doubt(name, printed, stamp.doubt))
            if stamp.instant is not None and (is_kept or not timestamps.is_finer(printed)):
                del self.rest[name]
                self.row[name] = stamp.instant
                self.instance[name] = timestamps.rfc3339(stamp.instant)
            elif is_kept:
                del self.rest[name]
            elif stamp.instant is None and self.schema.keeps_extra and name not in self.schema.required:
                self._put_aside(name, self.rest.pop(name))

    def _companions(self, printed: str, stamp: timestamps.Stamp) -> bool:
        """Fill `published_raw` and `published_date` where the record does not; whether the first is `printed`."""
        told = {"published_raw": printed, "published_date": stamp.date}
        for companion, value in told.items():
            if value is not None and companion in self.schema.columns and self.rest.get(companion) is None:
                self.rest[companion] = value
        raw = self.rest.get("published_raw") if "published_raw" in self.schema.columns else None
        return isinstance(raw, str) and printed in raw

    def _put_aside(self, name: str, value: Any) -> None:
        """Move a field to `extra`; under its name in the input where that of the article is another field's."""
        key = name if name not in self.extra else self.conformer.mapped.get(name, name)
        while key in self.extra:  # taken too, by another field with a name like an origin
            key += "~"
        self.extra[key] = value
        self.named[key] = name

    def known_fields(self) -> None:
        """Fit every field that the schema declares."""
        rest, strings, declared = self.rest, self.conformer.strings, self.schema.declared
        for name in self.schema.columns:
            if name in rest:
                value = rest.pop(name)
                if type(value) is str and name in strings:  # most values: no fitter has more to say of them
                    self.row[name] = value
                    if name in declared:
                        self.instance[name] = value
                else:
                    self._place(name, value)

    def _place(self, name: str, value: Any) -> None:
        if self.conformer.is_parsed(name):
            self._place_parsed(name, value)
            return
        try:
            fitted = self._fitted(name, value)
        except Misfit as misfit:
            if name == "authors" and type(value) is str and self._place_author(value):
                return
            self._misfit(name, value, misfit)
            return
        if name in self.schema.declared:
            self.instance[name] = value
        self.row[name] = fitted

    def _fitted(self, name: str, value: Any) -> Any:
        if value is None and name in self.conformer.never_null:
            raise Misfit("", "is null, which the schema does not allow")
        fitted = self.conformer.fitters[name](self._as_printed(name, value))
        if name == "authors" and self.schema.is_article and fitted and None in fitted:
            raise Misfit(f"/{fitted.index(None)}", "is not a string")
        return fitted

    def _place_author(self, value: str) -> bool:
        """Fill `authors` with a list of one, if it is a list of strings."""
        try:
            self.row["authors"] = self.conformer.fitters["authors"]([value])
        except Misfit:
            return False
        self.instance["authors"] = [value]
        self.edits.append(Edit("list-of-one", "authors", 0, _json(value), _json([value])))
        return True

    def _as_printed(self, name: str, value: Any) -> Any:
        """The value with its numbers as printed, for a column that stores JSON text."""
        if name not in self.conformer.json_columns or not self._is_reprinted(value):
            return value
        return self.printed.fields.get(name, value)

    def _misfit(self, name: str, value: Any, misfit: Misfit) -> None:
        """Put a value aside where the article can do without it; else leave it for the verdict."""
        column = f"{name}{misfit.pointer.replace('/', '.')}"
        pointer = f"/{escaped(name)}{misfit.pointer}"
        kept = name in {"id", "title"} or name in self.schema.text or name in self.schema.required
        if kept or not self.schema.keeps_extra:
            self.instance[name] = value
            self._fail("unrepresentable", f"{column} {misfit.message}", pointer)
            return
        self._put_aside(name, value)
        self.notes.append(Problem("value-aside", f"{column} {misfit.message}; it went to `extra`", pointer))

    def _fail(self, kind: str, message: str, pointer: str) -> None:
        """Set the problem of the article, unless it has one."""
        self.problem = self.problem or Problem(kind, message, pointer)

    def _place_parsed(self, name: str, value: Any) -> None:
        """Fill `language` or `license` with the canonical form; what cannot be parsed goes to `extra`."""
        if value is None:
            return
        kind, canonical = PARSED[name]
        parsed = canonical(value) if type(value) is str and len(value) <= _LONGEST_CODE else None
        if parsed is None:
            message = f"{name}: {_cut(value)} {_UNPARSED[name]}"
            self.notes.append(Problem(kind, message, f"/{name}"))
            if self.schema.keeps_extra:
                self._put_aside(name, value)
            else:
                self._fail("bad-value", message, f"/{name}")
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
            for name, value in self.rest.items():
                self._put_aside(name, value)
            if self.extra:
                self.row[EXTRA] = self._extra_text()
            return
        for name, value in (self.extra | self.rest).items():
            self._fail(
                "unknown-field", f"no column takes the field {name!r} of the record", f"/{escaped(name)}"
            )
            self.instance.setdefault(name, value)

    def _extra_text(self) -> str:
        """`extra` as compact JSON, numbers as printed."""
        extra = self.extra
        if any(map(self._is_reprinted, extra.values())):
            if (text := self._verbatim()) is not None:
                return text
            extra = {key: self._printed_in_extra(key, value) for key, value in extra.items()}
        return dump_printed(extra)

    def _verbatim(self) -> str | None:
        """`extra` where all of its fields stand in the record just as they are written; None where one may not."""
        if self.source.encoding is not None or self.conformer.mapped:
            return None
        members = []
        for key, value in self.extra.items():
            if (member := member_as_printed(self.record.raw, self.named.get(key, key), key, value)) is None:
                return None
            members.append(member)
        return "{" + ",".join(members) + "}"

    def _printed_in_extra(self, key: str, value: Any) -> Any:
        name = self.named.get(key)
        return self.printed.aside.get(key, value) if name is None else self.printed.fields.get(name, value)

    def _is_reprinted(self, value: Any) -> bool:
        """Whether Python may write a number of the value otherwise than it was printed: 1.10 or -0."""
        doubt = number_doubt(value)
        return doubt == MOST_DOUBT or (doubt > 0 and self.has_minus_zero)

    @cached_property
    def has_minus_zero(self) -> bool:
        """Whether -0 may stand in the record, which Python reads as 0."""
        return b"-0" in self.record.raw

    @cached_property
    def printed(self) -> Draft:
        """The draft once more, with every number as printed."""
        fields = parse_printed(recode(self.record.raw, self.source.encoding))
        return self.conformer.draft(Record(self.record.place, self.record.raw, fields))


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _cut(value: Any) -> str:
    return shortened(json.dumps(value, ensure_ascii=False, default=str), 80)


def date_doubt(name: str, printed: str, kind: str) -> Problem:
    """What is not certain about a printed date, in words."""
    days = timestamps.possible_days(printed) if kind == "bad-timestamp" else []
    what = f"may be {' or '.join(days)}: nothing tells day from month" if len(days) > 1 else _DOUBTS[kind]
    return Problem(kind, f"{name}: {_cut(printed)} {what}", f"/{name}")


PARSED: dict[str, tuple[str, Callable[[str], str | None]]] = {
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
