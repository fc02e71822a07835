"""Many records of a source at once: those of which nothing is to be said, but that a date or a text is in doubt.

A record that is taken here becomes the article that `Conformer` would make of it, to the byte. What would need an
edit, a value put aside, or a finding against it is left to be looked at alone.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from corpuskit import timestamps
from corpuskit.conform.conformer import PARSED, Conformer, date_doubt
from corpuskit.conform.fitters import Misfit
from corpuskit.digests import record_id
from corpuskit.readers.dialect import MOST_DOUBT, dump_compact, member_as_printed, number_doubt
from corpuskit.readers.records import Problem
from corpuskit.schema import EXTRA
from corpuskit.shapes import Shape
from corpuskit.verdicts import is_blank

_NONE = type(None)
_OPTIONAL_STRING = frozenset({str, _NONE})

Values = list[Any]


class Articles(NamedTuple):
    """Articles as columns, strings as UTF-8; `chosen` are their indices among the records that were given.

    `notes` are by the same indices. Every column is there, but those that are null in all of them.
    """

    chosen: Sequence[int]
    columns: dict[str, Values]
    notes: dict[int, list[Problem]]


class _Layout(NamedTuple):
    """What becomes of the keys of a record: (field of the article, key) that are judged, keys of `extra`."""

    judged: Sequence[tuple[str, str]]
    extra: Sequence[str]


@dataclass(frozen=True)
class ColumnConformer:
    """Makes articles of many records at once; `accepts` may change the instance it is given."""

    conformer: Conformer
    accepts: Callable[[dict[str, Any]], bool]

    @staticmethod
    def fits(conformer: Conformer) -> bool:
        """Whether records of the source can be looked at together."""
        columns = conformer.schema.columns
        return all(
            name in columns and not origin.startswith("/") for name, origin in conformer.mapped.items()
        )

    @cached_property
    def keys(self) -> Mapping[str, str]:
        """The key of the record that fills each column, for those that one fills."""
        mapped, filled = self.conformer.mapped, self.conformer.filled
        taken = set(mapped.values())
        own = {n: n for n in self.conformer.schema.columns if n not in taken and n not in filled}
        return own | dict(mapped)

    def articles(self, fields: Sequence[dict[str, Any]], raws: Sequence[bytes]) -> Articles:
        """The articles that records make, given their fields and their bytes."""
        work = _Batch(self, fields, raws)
        for name in self.conformer.schema.columns:
            if name in self.keys:
                work.fill(name, self.keys[name])
        work.defaults()
        work.judge()
        return work.articles()

    def texts(
        self, name: str, fields: Sequence[dict[str, Any]], articles: Articles
    ) -> Sequence[bytes | None]:
        """What the articles say in a field, in UTF-8, be it a column or not; none where it is no text."""
        if name in self.conformer.strings:
            return articles.columns.get(name) or [None] * len(articles.chosen)
        key = self.keys.get(name, None if name in self.conformer.mapped.values() else name)
        values = [fields[index].get(key) for index in articles.chosen] if key is not None else []
        return [value.encode() if type(value) is str else None for value in values]

    @cached_property
    def layouts(self) -> dict[tuple[str, ...], _Layout | None]:
        """The layouts of records that were seen, by their keys."""
        return {}

    def layout(self, shape: tuple[str, ...]) -> _Layout | None:
        """The layout of a record with these keys, None where a key has no place."""
        known = self.layouts.get(shape, self)
        if known is self:
            if len(self.layouts) > _MANY_LAYOUTS:  # records whose keys are data
                self.layouts.clear()
            known = self.layouts[shape] = self._layout(shape)
        return known  # type: ignore[return-value]

    def _layout(self, shape: tuple[str, ...]) -> _Layout | None:
        schema, mapped = self.conformer.schema, self.conformer.mapped
        taken = set(mapped.values())
        rest = [key for key in shape if key not in taken]
        aside = [name for name in (*mapped, *self.conformer.filled) if name in rest]
        extra = aside + [key for key in rest if key not in schema.columns and key not in aside]
        if extra and not schema.keeps_extra:
            return None
        judged = [(n, key) for n, key in self.keys.items() if n in schema.declared and key in shape]
        return _Layout(judged, extra)


_MANY_LAYOUTS = 1000


class _Batch:
    """The state of conforming one batch; `unfit` are the records that are left."""

    def __init__(
        self, columns: ColumnConformer, fields: Sequence[dict[str, Any]], raws: Sequence[bytes]
    ) -> None:
        self.own, self.conformer, self.schema = columns, columns.conformer, columns.conformer.schema
        self.source = self.conformer.source
        self.fields, self.raws = fields, raws
        self.columns: dict[str, Values] = {}
        self.unfit: set[int] = set()
        self.notes: dict[int, list[Problem]] = {}
        self.stamps: dict[str, Sequence[str | None]] = {}

    def fill(self, name: str, key: str) -> None:
        """Fill a column from a key of the records."""
        values = [each.get(key) for each in self.fields]
        kinds = set(map(type, values))
        if kinds == {_NONE}:
            self._nulls(name, key)
            return
        if _NONE in kinds:
            self._nulls(name, key)
        if name in {"published", "retrieved"} and name in self.schema.instants:
            self.columns[name] = self._dates(name, values)
        elif self.conformer.is_parsed(name):
            self.columns[name] = self._codes(name, values)
        elif name in self.conformer.strings:
            self.columns[name] = self._strings(values, kinds)
        else:
            self.columns[name] = self._others(name, values)

    def _nulls(self, name: str, key: str) -> None:
        """A null where the schema allows none goes aside; one that is not there does not."""
        if name in self.conformer.never_null:
            self.unfit.update(i for i, each in enumerate(self.fields) if each.get(key, 0) is None)

    def _strings(self, values: Values, kinds: set[type]) -> Values:
        if not kinds <= _OPTIONAL_STRING:
            for index, value in enumerate(values):
                if type(value) not in _OPTIONAL_STRING:
                    self.unfit.add(index)
                    values[index] = None
        return [value if value is None else value.encode() for value in values]

    def _codes(self, name: str, values: Values) -> Values:
        """Values of which the canonical form is what they are."""
        canonical = PARSED[name][1]
        known: dict[str, bytes | None] = {}
        filled: Values = []
        for index, value in enumerate(values):
            code = None
            if type(value) is str and len(value) <= _LONGEST_CODE:
                if value not in known:
                    known[value] = value.encode() if canonical(value) == value else None
                code = known[value]
            if code is None and value is not None:
                self.unfit.add(index)
            filled.append(code)
        return filled

    def _others(self, name: str, values: Values) -> Values:
        shape, fit = self.schema.columns[name], self.conformer.fitters[name]
        names = name == "authors" and self.schema.is_article
        holds_json = name in self.conformer.json_columns
        is_list = shape == _STRINGS
        filled: Values = []
        for index, value in enumerate(values):
            if is_list and type(value) is list and all(type(item) is str for item in value):
                filled.append(value)
                continue
            try:
                if holds_json and self._is_reprinted(index, value):
                    raise Misfit("", "")
                fitted = fit(value)
                if names and fitted and None in fitted:
                    raise Misfit("", "")
            except Misfit:
                self.unfit.add(index)
                fitted = None
            filled.append(fitted.encode() if type(fitted) is str else fitted)
        return filled

    def _is_reprinted(self, index: int, value: Any) -> bool:
        """Whether Python may write a number of the value otherwise than it was printed."""
        doubt = number_doubt(value)
        return doubt == MOST_DOUBT or (doubt > 0 and b"-0" in self.raws[index])

    def _dates(self, name: str, values: Values) -> Values:
        """Instants where they are known; what is printed goes to companions, as the conformer has it."""
        keeps = name == "published" and "published_raw" in self.schema.columns
        read, filled = self.conformer.read_date, []
        stamps: list[str | None] = []
        for index, value in enumerate(values):
            instant = None
            if type(value) is str:
                stamp = read(value)
                instant = stamp.instant
                if not keeps and (instant is None or timestamps.is_finer(value)):
                    self.unfit.add(index)
                if stamp.doubt is not None:
                    self.notes.setdefault(index, []).append(date_doubt(name, value, stamp.doubt))
                stamps.append(stamp.date)
            else:
                stamps.append(None)
                if value is not None:
                    self.unfit.add(index)
            filled.append(instant)
        if name == "published":
            self._companions(values, stamps)
        return filled

    def _companions(self, printed: Values, dates: Sequence[str | None]) -> None:
        """Fill `published_raw` and `published_date`; a record that tells them itself is left."""
        for name, values in (("published_raw", printed), ("published_date", dates)):
            if name not in self.schema.columns:
                continue
            key = self.own.keys.get(name)
            for index, value in enumerate(printed):
                if type(value) is str and (
                    name not in self.conformer.strings
                    or (key is not None and self.fields[index].get(key) is not None)
                ):
                    self.unfit.add(index)
            self.stamps[name] = [v if type(v) is str else None for v in values]

    def defaults(self) -> None:
        """Fill source, id, language and licence from the source where the records have none, and companions."""
        rows, source = len(self.fields), self.source
        self.columns["source"] = [source.name.encode()] * rows
        identifiers = self.columns.get("id") or [None] * rows
        self.columns["id"] = [
            record_id(source.name, self.raws[index]).encode() if identifier is None else identifier
            for index, identifier in enumerate(identifiers)
        ]
        for name, default in (("language", source.language), ("license", source.license)):
            if default is not None:
                code, told = default.encode(), self.columns.get(name) or [None] * rows
                self.columns[name] = [code if value is None else value for value in told]
        for name, values in self.stamps.items():
            told = self.columns.get(name) or [None] * rows
            self.columns[name] = [
                own if value is None else value.encode() for own, value in zip(told, values, strict=True)
            ]

    def judge(self) -> None:
        """Ask for the verdict on each record, and put what the schema does not know into `extra`."""
        self.unfit.update(self._blank())
        extras: Values = [None] * len(self.fields)
        accepts = self.own.accepts
        for index, layout, instance in self._instances():
            if not accepts(instance):
                self.unfit.add(index)
            elif layout.extra:
                extras[index] = self._extra(index, self.fields[index], layout.extra)
        if self.schema.keeps_extra:
            self.columns[EXTRA] = extras

    def _instances(self) -> Iterator[tuple[int, _Layout, dict[str, Any]]]:
        """What is judged of each record that still fits, with its index and layout."""
        layout_of = self.own.layout
        names = [name for name in ("id", "language", "license") if name in self.schema.declared]
        nulls: Values = [None] * len(self.fields)
        filled = [(n, self.columns.get(n) or nulls, n != "id" and self.conformer.is_parsed(n)) for n in names]
        source = self.source.name if "source" in self.schema.declared else None
        date = self._dater()
        for index, fields in enumerate(self.fields):
            if index in self.unfit:
                continue
            layout = layout_of(tuple(fields))
            if layout is None:
                self.unfit.add(index)
                continue
            instance = {name: fields[key] for name, key in layout.judged}
            for name, values, is_parsed in filled:
                if instance.get(name) is None:
                    if values[index] is not None:
                        instance[name] = values[index].decode()
                    elif is_parsed:
                        instance.pop(name, None)
            if source is not None:
                instance["source"] = source
            date(index, instance)
            yield index, layout, instance

    def _dater(self) -> Callable[[int, dict[str, Any]], None]:
        """A function that puts instants and what goes with them into what is judged of a record."""
        read: list[str] = [name for name in ("published", "retrieved") if name in self.schema.instants]
        dates = [(name, self.columns[name]) for name in read if name in self.columns]
        stamps = [(name, values) for name, values in self.stamps.items() if name in self.schema.declared]

        def date(index: int, instance: dict[str, Any]) -> None:
            for name, instants in dates:
                if type(instance.get(name)) is str:
                    if instants[index] is None:
                        del instance[name]
                    else:
                        instance[name] = timestamps.rfc3339(instants[index])
            for name, told in stamps:
                if told[index] is not None:
                    instance[name] = told[index]

        return date

    def _blank(self) -> Iterator[int]:
        """The records that say nothing."""
        texts = [self.columns.get(name) or [None] * len(self.fields) for name in self.schema.text]
        for index, told in enumerate(zip(*texts, strict=True)):
            # Most texts begin with a letter: what does not is looked at closely.
            if not any(text and (text[:1].isalnum() or not is_blank(text.decode())) for text in told):
                yield index

    def _extra(self, index: int, fields: Mapping[str, Any], keys: Sequence[str]) -> bytes | None:
        """`extra` as compact JSON, numbers as printed."""
        compact = dump_compact({key: fields[key] for key in keys})
        # The last members of the record just as they stand there, as they often do: with them ends no string, or an
        # even number of quotes would be left for what follows.
        if self.raws[index].endswith(b"," + compact[1:]):
            return compact
        doubtful = [
            key for key in keys if type(fields[key]) is not str and self._is_reprinted(index, fields[key])
        ]
        if not doubtful:
            return compact
        members = []
        for key in keys:
            if key not in doubtful:
                members.append(dump_compact({key: fields[key]})[1:-1])
            elif (member := member_as_printed(self.raws[index], key, key, fields[key])) is not None:
                members.append(member.encode())
            else:
                self.unfit.add(index)
                return None
        return b"{" + b",".join(members) + b"}"

    def articles(self) -> Articles:
        """What was taken."""
        if not self.unfit:
            return Articles(range(len(self.fields)), self.columns, self.notes)
        chosen = [index for index in range(len(self.fields)) if index not in self.unfit]
        columns = {name: [values[i] for i in chosen] for name, values in self.columns.items()}
        notes = {index: told for index, told in self.notes.items() if index not in self.unfit}
        return Articles(chosen, columns, notes)


# A longer value is no code.
_LONGEST_CODE = 1000
_STRINGS = Shape("list", item=Shape("string"))


def left(articles: Articles, records: int) -> Collection[int]:
    """The indices of the records that were not taken."""
    return sorted(set(range(records)).difference(articles.chosen))
