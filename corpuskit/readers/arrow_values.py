"""From Arrow columns to values that JSON can hold, each exactly as the column has it.

JSON has fewer types. What it lacks is text in the form of ISO 8601 or of its digits, and bytes that are no text are
an object with the one member `base64`, which nothing takes for a text.
"""

import json
import math
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import pyarrow as pa
import pyarrow.types as is_a

_SHOWN_CHARS = 60
# A 64-bit float tells so many decimal digits apart, and no more.
_FLOAT_DIGITS = 15
_PER_SECOND = {"s": (1, 0), "ms": (10**3, 3), "us": (10**6, 6), "ns": (10**9, 9)}
_DAY, _ERA = 86_400, 146_097  # seconds; days of 400 years
_JULIAN = 2_440_588  # the Julian day of 1970-01-01
_ESCAPED = re.compile(rb'["\\\x00-\x1f]')

# From a column, and the same column read with coarse times, to its values.
Values = Callable[[Any, Any], Sequence[Any]]
# From the path of a value that JSON cannot hold, and what it is, to what stands in its place.
Instead = Callable[[str, str], Any]


class NoForm(Exception):
    """A column whose type has no form in JSON."""

    def __init__(self, column: str, what: str) -> None:
        super().__init__(column, what)
        self.column, self.what = column, what


class _Members(NamedTuple):
    """The members of an object in which a key stands twice, or is no text."""

    pairs: tuple[tuple[Any, Any], ...]


class _NoTime(NamedTuple):
    """An INT96 time on a day that is negative, or billions of days away: writers that overflow leave such."""

    nanoseconds: int


class Row(NamedTuple):
    """A row as compact JSON, and why nobody should use it."""

    json: bytes
    fault: str | None = None


class Form(NamedTuple):
    """How the rows of a schema become JSON: the values of each column, and what is worth saying of columns."""

    columns: Mapping[str, Values]
    notes: tuple[str, ...]

    def rows(self, batch: Any, coarse: Any) -> Iterator[Row]:
        """Each row of a record batch, its members in the order of the columns.

        `coarse` is the same batch with the times of INT96 columns in seconds. Text that is no UTF-8 stands as it is,
        and so does an object that has a key twice: it is for the parser to refuse that row.
        """
        faults: list[str] = []

        def printed(value: Any) -> Any:
            """What is no value of JSON as the bytes that stand for it."""
            if type(value) is Decimal:
                return orjson.Fragment(format(value, "f"))
            if type(value) is bytes:  # text that is no UTF-8
                return orjson.Fragment(_quoted(value))
            if type(value) is _Members:
                parts = (_key(key) + b":" + orjson.dumps(item, default=printed) for key, item in value.pairs)
                return orjson.Fragment(b"{" + b",".join(parts) + b"}")
            if type(value) is _NoTime:
                faults.append("an INT96 time is on a day that no calendar has: its writer overflowed")
                return orjson.Fragment(str(value.nanoseconds))
            raise TypeError(type(value).__name__)

        named = zip(self.columns, self.columns.values(), batch.columns, coarse.columns, strict=True)
        columns = {name: values(column, other) for name, values, column, other in named}
        names = list(columns)
        for row in zip(*columns.values(), strict=True) if names else [()] * batch.num_rows:
            yield Row(
                orjson.dumps(dict(zip(names, row, strict=True)), default=printed),
                faults[0] if faults else None,
            )
            faults.clear()


def form(schema: Any, coarse: Any, *, is_text: bool, instead: Instead | None = None) -> Form:
    """The form of the rows of an Arrow schema.

    `coarse` is the schema of the same file with INT96 times in seconds, `is_text` says that columns of bytes
    hold text. `instead` is asked, or raises, where a value is no number, a key stands twice in a map, or text is no
    UTF-8; without it they are text, and stand as they are. Raises NoForm for a name that stands twice, and for a
    type that JSON has no form for.
    """
    names = schema.names
    for index, name in enumerate(names):
        if names.index(name) != index:
            raise NoForm(name, "is the name of two columns")
    notes: list[str] = []
    maker = _Maker(is_text=is_text, notes=notes, instead=instead)
    columns = {
        f.name: maker.values(f.type, other.type, f.name) for f, other in zip(schema, coarse, strict=True)
    }
    return Form(columns, tuple(notes))


def shown(column: str) -> str:
    """The name of a column in a sentence: whatever it holds is one line."""
    return json.dumps(column[:_SHOWN_CHARS], ensure_ascii=False)


def _quoted(text: bytes) -> bytes:
    return b'"' + _ESCAPED.sub(lambda m: b"\\u%04x" % m[0][0], text) + b'"'


def _key(key: Any) -> bytes:
    return _quoted(key) if type(key) is bytes else orjson.dumps(key)


class _Maker:
    """Makes the functions that take columns apart, and notes what is not plain about them."""

    def __init__(self, *, is_text: bool, notes: list[str], instead: Instead | None) -> None:
        self.is_text, self.notes, self.instead = is_text, notes, instead

    def _note(self, path: str, what: str) -> None:
        self.notes.append(f"{shown(path)} {what}")

    def values(self, kind: Any, coarse: Any, path: str) -> Values:
        """The function for a column, or a part of one, of a type."""
        if isinstance(kind, pa.BaseExtensionType):
            return self._extension(kind, coarse, path)
        if is_a.is_dictionary(kind):
            inner = self.values(kind.value_type, kind.value_type, path)
            return lambda a, _: _once(inner, a.dictionary_decode())
        if is_a.is_struct(kind):
            return self._struct(kind, coarse, path)
        if is_a.is_map(kind):
            return self._map(kind, coarse, path)
        if is_a.is_list_view(kind) or is_a.is_large_list_view(kind):
            item = self.values(kind.value_type, kind.value_type, f"{path}[]")
            return lambda a, _: _views(a, item)
        if is_a.is_list(kind) or is_a.is_large_list(kind) or is_a.is_fixed_size_list(kind):
            item = self.values(kind.value_type, coarse.value_type, f"{path}[]")
            size = kind.list_size if is_a.is_fixed_size_list(kind) else None
            return lambda a, b: _lists(a, b, item, size)
        return self._scalar(kind, coarse, path)

    def _extension(self, kind: Any, coarse: Any, path: str) -> Values:
        if kind.extension_name == "arrow.uuid":
            return lambda a, _: [b if b is None else str(UUID(bytes=b)) for b in a.storage.to_pylist()]
        storage = getattr(coarse, "storage_type", coarse)
        inner = self.values(kind.storage_type, storage, path)
        return lambda a, b: inner(a.storage, getattr(b, "storage", b))

    def _struct(self, kind: Any, coarse: Any, path: str) -> Values:
        names = [field.name for field in kind]
        if len(set(names)) != len(names):
            raise NoForm(path, "has two members of one name")
        members = [
            self.values(f.type, other.type, f"{path}.{f.name}") for f, other in zip(kind, coarse, strict=True)
        ]

        def structs(array: Any, other: Any) -> list[Any]:
            parts = zip(members, array.flatten(), other.flatten(), strict=True)
            columns = [values(a, b) for values, a, b in parts]
            rows = zip(*columns, strict=True) if columns else [()] * len(array)
            found = (dict(zip(names, row, strict=True)) for row in rows)
            return [row if valid else None for row, valid in zip(found, _valid(array), strict=True)]

        return structs

    def _map(self, kind: Any, coarse: Any, path: str) -> Values:
        """Maps from text are objects, all others arrays of key and value."""
        keys = self.values(kind.key_type, coarse.key_type, f"{path} (keys)")
        items = self.values(kind.item_type, coarse.item_type, f"{path} (values)")
        put = self._object(path) if _is_string(kind.key_type) else _entries

        def maps(array: Any, other: Any) -> list[Any]:
            ends = array.offsets.to_pylist()
            first, size = ends[0], ends[-1] - ends[0]
            others = other.offsets[0].as_py()
            names = keys(array.keys.slice(first, size), other.keys.slice(others, size))
            values = items(array.items.slice(first, size), other.items.slice(others, size))
            pairs = list(zip(names, values, strict=True))
            spans = zip(ends, ends[1:], _valid(array), strict=False)
            return [put(pairs[a - first : b - first]) if valid else None for a, b, valid in spans]

        return maps

    def _object(self, path: str) -> Callable[[Sequence[tuple[Any, Any]]], Any]:
        if (instead := self.instead) is None:
            return _object

        def put(pairs: Sequence[tuple[Any, Any]]) -> Any:
            members = dict(pairs)
            return members if len(members) == len(pairs) else instead(path, "a key stands twice in a map")

        return put

    def _no_number(self, path: str) -> Callable[[float], Any]:
        if (instead := self.instead) is None:
            return _no_number
        return lambda value: instead(path, f"{_no_number(value)} is no number of JSON")

    def _texts(self, path: str) -> Values:
        if (instead := self.instead) is None:
            return lambda a, _: _texts(a)

        def texts(array: Any, _: Any) -> Sequence[Any]:
            found = _texts(array)
            if bytes in set(map(type, found)):
                return [instead(path, "text is no UTF-8") if type(v) is bytes else v for v in found]
            return found

        return texts

    def _scalar(self, kind: Any, coarse: Any, path: str) -> Values:
        if _is_string(kind):
            return self._texts(path)
        if is_a.is_binary(kind) or is_a.is_large_binary(kind) or is_a.is_binary_view(kind):
            if self.is_text:
                return lambda a, _: _utf8(a)
            self._note(path, 'holds bytes, read as {"base64": "..."}; if they are text, say `encoding`')
            return _base64
        if is_a.is_fixed_size_binary(kind):
            self._note(path, 'holds bytes, read as {"base64": "..."}')
            return _base64
        if is_a.is_decimal(kind):
            if kind.scale <= 0 or kind.precision <= _FLOAT_DIGITS:
                return lambda a, _: a.to_pylist()
            self._note(path, f"holds decimals of up to {kind.precision} digits, read as text")
            return lambda a, _: [v if v is None else format(v, "f") for v in a.to_pylist()]
        if is_a.is_floating(kind):
            put = self._no_number(path)
            return lambda a, _: [v if v is None or math.isfinite(v) else put(v) for v in a.to_pylist()]
        if is_a.is_integer(kind) or is_a.is_boolean(kind) or is_a.is_null(kind):
            return lambda a, _: a.to_pylist()
        if is_a.is_temporal(kind) and not is_a.is_interval(kind):
            return _times(kind, coarse)
        raise NoForm(path, f"is of the type {kind}, which has no form in JSON")


def _once(values: Values, array: Any) -> Sequence[Any]:
    return values(array, array)


def _is_string(kind: Any) -> bool:
    return bool(is_a.is_string(kind) or is_a.is_large_string(kind) or is_a.is_string_view(kind))


def _valid(array: Any) -> Sequence[bool]:
    valid: list[bool] = array.is_valid().to_pylist() if array.null_count else [True] * len(array)
    return valid


def _lists(array: Any, other: Any, item: Values, size: int | None) -> list[Any]:
    try:
        values = item(array.flatten(), other.flatten())
    except pa.ArrowNotImplementedError:  # lists of some extension types, with nulls between them
        alone = ((array.slice(i, 1), other.slice(i, 1), ok) for i, ok in enumerate(_valid(array)))
        return [_lists(a, b, item, size)[0] if ok else None for a, b, ok in alone]
    lengths = [size] * len(array) if size is not None else array.value_lengths().to_pylist()
    found: list[Any] = []
    at = 0
    for length, valid in zip(lengths, _valid(array), strict=True):
        if not valid:
            found.append(None)
            continue
        found.append(values[at : at + length])
        at += length
    return found


def _views(array: Any, item: Values) -> list[Any]:
    """Lists that lie in any order, and may share what they hold."""
    ends = zip(array.offsets.to_pylist(), array.sizes.to_pylist(), _valid(array), strict=True)
    spans = [(start, start + size) if valid else None for start, size, valid in ends]
    first = min((span[0] for span in spans if span), default=0)
    last = max((span[1] for span in spans if span), default=0)
    values = _once(item, array.values.slice(first, last - first))
    return [None if span is None else values[span[0] - first : span[1] - first] for span in spans]


def _object(pairs: Sequence[tuple[Any, Any]]) -> Any:
    members = dict(pairs)
    is_plain = len(members) == len(pairs) and all(type(key) is str for key in members)
    return members if is_plain else _Members(tuple(pairs))


def _entries(pairs: Sequence[tuple[Any, Any]]) -> Any:
    return [{"key": key, "value": value} for key, value in pairs]


def _texts(array: Any) -> Sequence[Any]:
    """The texts of a column; where one is no UTF-8, its bytes."""
    try:
        texts: list[Any] = array.to_pylist()
    except UnicodeDecodeError:
        return _utf8(array.cast(pa.large_binary()))
    return texts


def _utf8(array: Any) -> Sequence[Any]:
    return [value if value is None else _text(value) for value in array.to_pylist()]


def _text(value: bytes) -> str | bytes:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def _base64(array: Any, _: Any) -> Sequence[Any]:
    return [v if v is None else {"base64": b64encode(v).decode()} for v in array.to_pylist()]


def _no_number(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _times(kind: Any, coarse: Any) -> Values:
    """Dates, times and durations as text in the form of ISO 8601."""
    integer = pa.int32() if kind.bit_width == 32 else pa.int64()

    def each(put: Callable[[int], str]) -> Values:
        return lambda a, _: [v if v is None else put(v) for v in a.view(integer).to_pylist()]

    if is_a.is_date32(kind):
        return each(_date)
    if is_a.is_date64(kind):
        return each(lambda v: _date(v // (1000 * _DAY)) if v % (1000 * _DAY) == 0 else _instant(v, "ms", ""))
    unit = kind.unit
    if is_a.is_time(kind):
        return each(lambda v: _time(v, unit))
    if is_a.is_duration(kind):
        return each(lambda v: _duration(v, unit))
    zone = "" if kind.tz is None else "Z"
    if kind == coarse:
        return each(lambda v: _instant(v, unit, zone))
    return lambda a, b: [
        v if v is None else _joined(v, other, zone)
        for v, other in zip(a.view(integer).to_pylist(), b.view(integer).to_pylist(), strict=True)
    ]


def _joined(nanoseconds: int, seconds: int, zone: str) -> str | _NoTime:
    """An INT96 time, of which the parser keeps the last 64 bits of its nanoseconds, and its whole seconds."""
    total = 10**9 * seconds + (nanoseconds - 10**9 * seconds) % 2**64
    is_day = (
        0 <= seconds // _DAY + _JULIAN < 2**31
    )  # days are counted in 32 bits, and those of Java have a sign
    return _instant(total, "ns", zone) if is_day else _NoTime(total)


def _fraction(rest: int, digits: int) -> str:
    """Parts of a second behind their point, none where there are none, by threes."""
    text = f"{rest:0{digits}d}" if digits else ""
    while text.endswith("000"):
        text = text[:-3]
    return "." + text if text else ""


def _time(value: int, unit: str) -> str:
    per, digits = _PER_SECOND[unit]
    seconds, rest = divmod(value, per)
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}{_fraction(rest, digits)}"


def _instant(value: int, unit: str, zone: str) -> str:
    days, rest = divmod(value, _DAY * _PER_SECOND[unit][0])
    return f"{_date(days)}T{_time(rest, unit)}{zone}"


def _duration(value: int, unit: str) -> str:
    per, digits = _PER_SECOND[unit]
    seconds, rest = divmod(abs(value), per)
    return f"{'-' if value < 0 else ''}PT{seconds}{_fraction(rest, digits)}S"


@lru_cache(maxsize=4096)
def _date(days: int) -> str:
    """The date so many days after 1970-01-01, in any year of the proleptic Gregorian calendar.

    Counted in years that begin in March, so that the day that comes every four years is their last.
    """
    era, day = divmod(days + 719_468, _ERA)
    year = (day - day // 1460 + day // 36_524 - day // 146_096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    number = day - (153 * month + 2) // 5 + 1
    year += 400 * era + (month >= 10)
    month = month + 3 if month < 10 else month - 9
    shown = f"{year:04d}" if 0 <= year <= 9999 else f"{year:+05d}"
    return f"{shown}-{month:02d}-{number:02d}"
