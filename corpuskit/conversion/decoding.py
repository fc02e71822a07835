"""From values as JSON has them to Arrow arrays of a known type: exactly, or not at all.

The way back from readers/arrow_values.py. Nothing is coerced: 5 is no text, "5" no number, 1.5 no integer; an integer
is a float where the float is exactly it.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.types as is_a

from corpuskit.conversion import iso_values

_NONE = type(None)
_EXACT = 2**53
_DECIMAL = re.compile(r"-?\d+(?:\.\d+)?", re.ASCII)
_WORDS = {str: "a string", bool: "a boolean", int: "an integer", float: "a number with a fraction or exponent",
          list: "an array", dict: "an object", _NONE: "null"}  # fmt: skip

Decoder = Callable[[Sequence[Any]], Any]


class Misfit(ValueError):
    """A value that is not of the type of its column; `path` is that of the column, or of the part of it."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(path, what)
        self.path, self.what = path, what


def word(value: Any) -> str:
    """What a value of JSON is, for people."""
    return _WORDS[type(value)]


class _Place(NamedTuple):
    """The type of a column, or a part of one, where that is, and whether nulls are allowed."""

    kind: Any
    path: str
    nullable: bool


def decoder(field: Any) -> Decoder:
    """The function from the values of a column to its array; it raises Misfit for a value of another type."""
    return _decoder(_Place(field.type, field.name, field.nullable))


def _decoder(place: _Place) -> Decoder:
    made = _extension(place) if isinstance(place.kind, pa.BaseExtensionType) else _plain(place)
    if place.nullable:
        return made

    def without_null(values: Sequence[Any]) -> Any:
        if None in values:
            raise Misfit(place.path, "is null, and its column has no nulls")
        return made(values)

    return without_null


def _plain(place: _Place) -> Decoder:
    kind = place.kind
    for fits, make in _MAKERS:
        if fits(kind):
            return make(place)
    raise Misfit(place.path, f"is of the type {kind}, which has no form in JSON")


def _check(values: Sequence[Any], place: _Place, *allowed: type) -> None:
    """Raise Misfit where a value is of another Python type than these, or None."""
    if not (found := set(map(type, values))) <= {*allowed, _NONE}:
        wrong = next(value for value in values if type(value) in found - {*allowed, _NONE})
        raise Misfit(place.path, f"is {word(wrong)}, not of the type {place.kind}")


def _array(values: Any, place: _Place, kind: Any = None) -> Any:
    try:
        return pa.array(values, place.kind if kind is None else kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError) as error:
        raise Misfit(place.path, f"does not fit the type {place.kind}: {error}") from error


def _simple(*allowed: type) -> Callable[[_Place], Decoder]:
    def make(place: _Place) -> Decoder:
        def decode(values: Sequence[Any]) -> Any:
            _check(values, place, *allowed)
            return _array(values, place)

        return decode

    return make


def _floats(place: _Place) -> Decoder:
    def decode(values: Sequence[Any]) -> Any:
        _check(values, place, float, int)
        for value in values if int in set(map(type, values)) else ():
            if type(value) is int and not -_EXACT <= value <= _EXACT and int(float(value)) != value:
                raise Misfit(place.path, f"is {value}, which no 64-bit float is")
        wide = _array(values, place, pa.float64())
        if place.kind == pa.float64():
            return wide
        narrow = wide.cast(place.kind)
        if not narrow.cast(pa.float64()).equals(wide):
            # Two NaN are not equal, and of them there is none in JSON: a cell of CSV may be one.
            for value, again in zip(wide.to_pylist(), narrow.cast(pa.float64()).to_pylist(), strict=True):
                if value != again and value == value:
                    raise Misfit(place.path, f"is {value}, which is none of the type {place.kind}")
        return narrow

    return decode


def _bytes(place: _Place) -> Decoder:
    def one(value: Any) -> bytes | None:
        if value is None:
            return None
        if list(value) != ["base64"] or type(value["base64"]) is not str:
            raise Misfit(place.path, 'is no object with the one member "base64"')
        try:
            return base64.b64decode(value["base64"], validate=True)
        except binascii.Error as error:
            raise Misfit(place.path, f"is no base64: {error}") from error

    def decode(values: Sequence[Any]) -> Any:
        _check(values, place, dict)
        return _array([one(value) for value in values], place)

    return decode


def _decimals(place: _Place) -> Decoder:
    def one(value: Any) -> Decimal | None:
        if value is None:
            return None
        if type(value) is str and _DECIMAL.fullmatch(value) is None:
            raise Misfit(place.path, "is no decimal")
        return Decimal(repr(value) if type(value) is float else value)

    def decode(values: Sequence[Any]) -> Any:
        _check(values, place, str, float, int)
        return _array([one(value) for value in values], place)

    return decode


def _counted(read: Callable[[str, Any], int]) -> Callable[[_Place], Decoder]:
    """The decoder of types that are text in JSON and a count of units in Arrow."""

    def make(place: _Place) -> Decoder:
        integer = pa.int32() if place.kind.bit_width == 32 else pa.int64()

        def decode(values: Sequence[Any]) -> Any:
            _check(values, place, str)
            try:
                counts = [value if value is None else read(value, place.kind) for value in values]
            except ValueError as error:
                raise Misfit(place.path, f"{error}: it is of the type {place.kind}") from error
            return _array(counts, place, integer).view(place.kind)

        return decode

    return make


def _date64_of(text: str, _: Any) -> int:
    return iso_values.instant_of(text if "T" in text else f"{text}T00:00:00", "ms", zoned=False)


def _dictionaries(place: _Place) -> Decoder:
    kind = place.kind
    inner = _decoder(_Place(kind.value_type, place.path, nullable=True))

    def decode(values: Sequence[Any]) -> Any:
        return encoded(inner(values), kind)

    return decode


def encoded(array: Any, kind: Any) -> Any:
    """An array as one of a type of dictionaries; raises Misfit where it has too many values for its indices."""
    made = array.dictionary_encode()
    try:
        indices = made.indices.cast(kind.index_type)
    except pa.ArrowInvalid as error:
        raise Misfit("", f"has more values than the type {kind} counts") from error
    return pa.DictionaryArray.from_arrays(indices, made.dictionary, ordered=kind.ordered)


def _nulls(values: Sequence[Any]) -> Any:
    return pa.array(np.fromiter((value is None for value in values), bool, len(values)))


def _offsets(values: Sequence[Any], integer: Any, place: _Place) -> Any:
    lengths = np.fromiter((len(value) if value else 0 for value in values), np.int64, len(values))
    return _array(np.concatenate([[0], np.cumsum(lengths)]), place, integer)


def _flat(values: Sequence[Any]) -> list[Any]:
    return list(chain.from_iterable(value for value in values if value))


def _lists(place: _Place) -> Decoder:
    kind = place.kind
    item = kind.value_field
    inner = _decoder(_Place(item.type, f"{place.path}[]", item.nullable))
    large = is_a.is_large_list(kind) or is_a.is_large_list_view(kind)
    integer = pa.int64() if large else pa.int32()
    views = is_a.is_list_view(kind) or is_a.is_large_list_view(kind)

    def decode(values: Sequence[Any]) -> Any:
        _check(values, place, list)
        ends, items, mask = _offsets(values, integer, place), inner(_flat(values)), _nulls(values)
        if views:
            make = pa.LargeListViewArray if large else pa.ListViewArray
            sizes = pa.array(np.diff(ends.to_numpy()), integer)
            return make.from_arrays(ends.slice(0, len(values)), sizes, items, type=kind, mask=mask)
        return (pa.LargeListArray if large else pa.ListArray).from_arrays(ends, items, type=kind, mask=mask)

    return decode


def _fixed_lists(place: _Place) -> Decoder:
    kind = place.kind
    item, size = kind.value_field, kind.list_size
    # Under a null stand as many nulls as a list has items: they are no values.
    inner = _decoder(_Place(item.type, f"{place.path}[]", nullable=True))

    def decode(values: Sequence[Any]) -> Any:
        _check(values, place, list)
        for value in values:
            if value is not None and len(value) != size:
                raise Misfit(place.path, f"has {len(value)} items, not {size}")
            if value is not None and not item.nullable and None in value:
                raise Misfit(f"{place.path}[]", "is null, and its column has no nulls")
        items = inner(list(chain.from_iterable([None] * size if v is None else v for v in values)))
        if not size:  # Arrow divides by it
            return pa.array([value if value is None else [] for value in values], kind)
        return pa.FixedSizeListArray.from_arrays(items, type=kind, mask=_nulls(values))

    return decode


def _structs(place: _Place) -> Decoder:
    members = [
        (f.name, _decoder(_Place(f.type, f"{place.path}.{f.name}", nullable=True)), f) for f in place.kind
    ]
    names = frozenset(name for name, _, _ in members)

    def decode(values: Sequence[Any]) -> Any:
        _check(values, place, dict)
        for value in values:
            if value and not names.issuperset(value):
                raise Misfit(place.path, f"has the member {_strange(value, names)!r}, which its type lacks")
        if not members:
            return pa.array(values, place.kind)
        arrays = []
        for name, inner, field in members:
            if not field.nullable and any(v is not None and v.get(name) is None for v in values):
                raise Misfit(f"{place.path}.{name}", "is null, and its column has no nulls")
            arrays.append(inner([None if v is None else v.get(name) for v in values]))
        return pa.StructArray.from_arrays(arrays, fields=list(place.kind), mask=_nulls(values))

    return decode


def _strange(value: Any, names: Any) -> str:
    return next(str(key)[:60] for key in value if key not in names)


def _maps(place: _Place) -> Decoder:
    kind = place.kind
    keys = _decoder(_Place(kind.key_type, f"{place.path} (keys)", nullable=False))
    items = _decoder(_Place(kind.item_type, f"{place.path} (values)", kind.item_field.nullable))
    is_object = is_text(kind.key_type)

    def pairs(value: Any) -> Iterator[tuple[Any, Any]]:
        if is_object:
            yield from value.items()
            return
        for each in value:
            if type(each) is not dict or set(each) != {"key", "value"}:
                raise Misfit(place.path, 'is no array of objects with "key" and "value"')
            yield each["key"], each["value"]

    def decode(values: Sequence[Any]) -> Any:
        _check(values, place, dict if is_object else list)
        both = [list(pairs(value)) if value else value for value in values]
        flat = _flat(both)
        made = keys([key for key, _ in flat]), items([item for _, item in flat])
        return pa.MapArray.from_arrays(
            _offsets(both, pa.int32(), place), *made, type=kind, mask=_nulls(values)
        )

    return decode


def _extension(place: _Place) -> Decoder:
    kind = place.kind
    storage = _Place(kind.storage_type, place.path, nullable=True)
    inner = _uuids(storage) if kind.extension_name == "arrow.uuid" else _decoder(storage)
    return lambda values: pa.ExtensionArray.from_storage(kind, inner(values))


def _uuids(place: _Place) -> Decoder:
    def decode(values: Sequence[Any]) -> Any:
        _check(values, place, str)
        try:
            return _array([value if value is None else UUID(value).bytes for value in values], place)
        except ValueError as error:
            raise Misfit(place.path, "is no UUID") from error

    return decode


def is_text(kind: Any) -> bool:
    """Whether a type is one of text."""
    return bool(is_a.is_string(kind) or is_a.is_large_string(kind) or is_a.is_string_view(kind))


def is_bytes(kind: Any) -> bool:
    """Whether a type is one of bytes, of any or of a fixed length."""
    return bool(
        is_a.is_binary(kind) or is_a.is_large_binary(kind) or is_a.is_binary_view(kind)
        or is_a.is_fixed_size_binary(kind)
    )  # fmt: skip


_MAKERS: tuple[tuple[Callable[[Any], bool], Callable[[_Place], Decoder]], ...] = (
    (is_text, _simple(str)),
    (is_a.is_integer, _simple(int)),
    (is_a.is_floating, _floats),
    (is_a.is_boolean, _simple(bool)),
    (is_a.is_null, _simple()),
    (is_a.is_dictionary, _dictionaries),
    (is_a.is_struct, _structs),
    (is_a.is_map, _maps),
    (is_a.is_fixed_size_list, _fixed_lists),
    (lambda kind: is_a.is_list(kind) or is_a.is_large_list(kind), _lists),
    (lambda kind: is_a.is_list_view(kind) or is_a.is_large_list_view(kind), _lists),
    (is_bytes, _bytes),
    (is_a.is_decimal, _decimals),
    (is_a.is_date32, _counted(lambda text, _: iso_values.date_of(text))),
    (is_a.is_date64, _counted(_date64_of)),
    (is_a.is_time, _counted(lambda text, kind: iso_values.time_of(text, kind.unit))),
    (
        is_a.is_timestamp,
        _counted(lambda text, k: iso_values.instant_of(text, k.unit, zoned=k.tz is not None)),
    ),
    (is_a.is_duration, _counted(lambda text, kind: iso_values.duration_of(text, kind.unit))),
)
