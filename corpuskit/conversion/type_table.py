"""The table of types: how Parquet, JSON and CSV hold each Arrow type, and what a hub calls it.

A cell is what stands in the form, or `No`, with the reason: `convert` then refuses the column before it writes. The
tests run every cell; docs/types.md is made of it.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.types as is_a

from corpuskit.conversion.decoding import is_bytes, is_text


class No(str):
    """Why a form cannot hold a type, as the end of the sentence that begins with its column."""

    __slots__ = ()


class Family(NamedTuple):
    """A row of the table: types that are held alike, and examples that the tests run."""

    name: str
    fits: Callable[[Any], bool]
    examples: tuple[Any, ...]
    hub: str
    parquet: str
    json: str
    csv: str
    # What a column becomes where `--lossy` accepts that; None where nothing stands for it.
    instead: Callable[[Any], Any] | None = None


SAME = "the same"
NESTED = No("has several values in a row, and a cell holds one")
_RUNS = No("is run-end encoded")


def _is(*kinds: Any) -> Callable[[Any], bool]:
    return lambda kind: kind in kinds


def _named(name: str) -> Callable[[Any], bool]:
    return lambda kind: isinstance(kind, pa.BaseExtensionType) and kind.extension_name == name


def _is_zoned(kind: Any) -> bool:
    return bool(is_a.is_timestamp(kind)) and kind.tz is not None


def _is_list(kind: Any) -> bool:
    return any(
        fits(kind) for fits in (is_a.is_list, is_a.is_large_list, is_a.is_list_view, is_a.is_large_list_view)
    )


# Written where the struct is null, pyarrow cannot read it again: "expected all lists to be of size".
_NOT_READ = "is a fixed_size_list without nulls inside of a struct"
# Parquet files of more can be written, and Arrow does not open them: its limit is 100, with the root.
_MOST_LEVELS = 99
_UNITS = ("s", "ms", "us", "ns")
_INTEGERS = (pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64())
_TEXT = (pa.string(), pa.large_string(), pa.string_view())
_BYTES = (pa.binary(), pa.large_binary(), pa.binary_view())
_WORD = "Value of the same name"
_BASE64 = '`{"base64": "..."}`'

_PART = pa.field("a", pa.int8())

# The first row that fits is that of a type.
TABLE = (
    Family("null", is_a.is_null, (pa.null(),), _WORD, SAME, "`null`", "nothing"),
    Family("bool", is_a.is_boolean, (pa.bool_(),), _WORD, SAME, "`true`", "`true`"),
    Family("int8 to int64, uint8 to uint64", is_a.is_integer, _INTEGERS, _WORD, SAME, "number", "digits"),
    Family("float16, float32, float64", is_a.is_floating, (pa.float16(), pa.float32(), pa.float64()), _WORD, SAME,
           "the shortest number that is exactly it; NaN and infinities are refused", "likewise; `NaN`, `Infinity`"),
    Family("decimal with a negative scale", lambda k: is_a.is_decimal(k) and k.scale < 0, (pa.decimal128(5, -2),),
           "none" , No("is a decimal with a negative scale"), "number", "digits"),
    Family("decimal32, decimal64", lambda k: is_a.is_decimal32(k) or is_a.is_decimal64(k),
           (pa.decimal32(9, 2), pa.decimal64(18, 3)), "none", SAME,
           "as decimal128", "digits"),
    Family("decimal128, decimal256", is_a.is_decimal,
           (pa.decimal128(15, 2), pa.decimal128(38, 0), pa.decimal256(76, 9)), _WORD, SAME,
           "number of up to 15 digits or without fraction, else string", "digits"),
    Family("string, large_string, string_view", is_text, _TEXT, _WORD, SAME, "string", "text in quotes"),
    Family("fixed_size_binary of 0 bytes", lambda k: is_a.is_fixed_size_binary(k) and not k.byte_width, (pa.binary(0),),
           _WORD, No("is of no bytes"), _BASE64, "base64 in quotes"),
    Family("binary, large_binary, binary_view, fixed_size_binary", is_bytes, (*_BYTES, pa.binary(3)), _WORD, SAME,
           _BASE64, "base64 in quotes"),
    Family("date32", is_a.is_date32, (pa.date32(),), _WORD, SAME, '`"2017-12-19"`', "`2017-12-19`"),
    Family("date64", is_a.is_date64, (pa.date64(),), _WORD, No("is a date in milliseconds"), '`"2017-12-19"`',
           "`2017-12-19`", lambda _: pa.timestamp("ms")),
    Family("time32, time64", is_a.is_time, (pa.time32("s"), pa.time32("ms"), pa.time64("us"), pa.time64("ns")), _WORD,
           "the same; seconds as milliseconds, and read back as seconds", '`"13:16:05.120"`', "`13:16:05.120`"),
    Family("timestamp with zone", _is_zoned, tuple(pa.timestamp(u, "Asia/Jakarta") for u in _UNITS), _WORD,
           "the same; seconds as milliseconds, and read back as seconds", '`"2017-12-19T06:16:05Z"`, in UTC',
           "likewise, without quotes"),
    Family("timestamp without zone", is_a.is_timestamp, tuple(map(pa.timestamp, _UNITS)), _WORD,
           "the same; seconds as milliseconds, and read back as seconds", '`"2017-12-19T13:16:05.120"`',
           "likewise, without quotes"),
    Family("duration", is_a.is_duration, tuple(map(pa.duration, _UNITS)), _WORD, SAME, '`"PT1.500S"`', "`PT1.500S`"),
    Family("month_day_nano_interval", is_a.is_interval, (pa.month_day_nano_interval(),), "none", No("is an interval"),
           No("is an interval"), No("is an interval")),
    Family("dictionary", is_a.is_dictionary,
           (pa.dictionary(pa.int8(), pa.string()), pa.dictionary(pa.int32(), pa.large_string(), ordered=True),
            pa.dictionary(pa.int32(), pa.int64())),
           "that of its values", "the same; read by others as its values where these are no text", "its values",
           "its values"),
    Family("run_end_encoded", is_a.is_run_end_encoded, (pa.run_end_encoded(pa.int32(), pa.string()),), "none", _RUNS,
           _RUNS, _RUNS, lambda kind: kind.value_type),
    Family("list, large_list, list_view, large_list_view", _is_list,
           (pa.list_(pa.int8()), pa.large_list(pa.string()), pa.list_view(pa.date32()),
            pa.large_list_view(pa.timestamp("s"))),
           "List, LargeList; none for views", SAME, "array", NESTED),
    Family("fixed_size_list of no items", lambda k: is_a.is_fixed_size_list(k) and not k.list_size,
           (pa.list_(pa.int8(), 0),), "List with length", No("is of lists that hold nothing"), "array", NESTED),
    Family("fixed_size_list", is_a.is_fixed_size_list, (pa.list_(pa.int8(), 2),), "List with length", SAME, "array",
           NESTED),
    Family("struct without members", lambda k: is_a.is_struct(k) and not k.num_fields, (pa.struct([]),), "an object",
           No("is of objects without members"), "object", NESTED),
    Family("struct", is_a.is_struct, (pa.struct([("a", pa.int8()), ("b", pa.string())]),), "an object of features",
           SAME, "object with all members", NESTED),
    Family("map from text", lambda k: is_a.is_map(k) and is_text(k.key_type), (pa.map_(pa.string(), pa.int8()),),
           "none", SAME, "object; a key that stands twice is refused", NESTED),
    Family("map from other types", is_a.is_map, (pa.map_(pa.int8(), pa.string()),), "none", SAME,
           'array of `{"key": ..., "value": ...}`', NESTED),
    Family("union", is_a.is_union, (pa.dense_union([_PART]), pa.sparse_union([_PART])), "none",
           No("is a union"), No("is a union"), No("is a union")),
    Family("arrow.json", lambda k: isinstance(k, pa.JsonType), (pa.json_(),), "Json", SAME, "string of its text",
           "text in quotes"),
    Family("arrow.uuid", _named("arrow.uuid"), (pa.uuid(),), "none", SAME, "string", "`30313233-3435-...`"),
    Family("other extension types", lambda k: isinstance(k, pa.BaseExtensionType),
           (pa.bool8(), pa.opaque(pa.string(), "t", "v")), "none", SAME, "as its storage type", "as its storage type"),
)  # fmt: skip


class Refusal(NamedTuple):
    """A column, or a part of one, that a form cannot hold: why, and what it becomes where that is accepted."""

    path: str
    why: str
    instead: Any = None


def family_of(kind: Any) -> Family:
    """The row of a type."""
    return next(row for row in TABLE if row.fits(kind))


def refusals(field: Any, form: str, path: str | None = None) -> Iterator[Refusal]:
    """What of a column a form (parquet, json, csv) cannot hold; nothing for Arrow, which holds all."""
    if path is None and form == "parquet" and (levels := _levels(field.type)) > _MOST_LEVELS:
        yield Refusal(
            field.name, f"is nested {levels} levels deep, and readers take no more than {_MOST_LEVELS}"
        )
        return
    path = field.name if path is None else path
    row = family_of(field.type)
    cell = getattr(row, form)
    if isinstance(cell, No):
        yield Refusal(path, cell, row.instead and row.instead(field.type))
        return
    for part, name in _parts(field.type):
        if (
            form == "parquet"
            and is_a.is_struct(field.type)
            and is_a.is_fixed_size_list(part.type)
            and not part.nullable
        ):
            yield Refusal(path + name, _NOT_READ)
        yield from refusals(part, form, path + name)


def _levels(kind: Any) -> int:
    """The levels of a Parquet schema that a type takes: a list or map has two of its own, a struct one, a value one."""
    if not is_a.is_nested(kind) or is_a.is_union(kind) or is_a.is_run_end_encoded(kind):
        return 1  # the last two it holds in no way
    own = 1 if is_a.is_struct(kind) else 2
    return own + max((_levels(part.type) for part, _ in _parts(kind)), default=0)


def _parts(kind: Any) -> Iterator[tuple[Any, str]]:
    if isinstance(kind, pa.BaseExtensionType):
        yield pa.field("", kind.storage_type), ""
    elif is_a.is_dictionary(kind):
        yield pa.field("", kind.value_type), ""
    elif is_a.is_map(kind):
        yield kind.key_field, " (keys)"
        yield kind.item_field, " (values)"
    elif is_a.is_struct(kind):
        yield from ((part, f".{part.name}") for part in kind)
    elif is_a.is_nested(kind):
        yield kind.value_field, "[]"
