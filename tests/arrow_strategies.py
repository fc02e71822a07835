"""Arrow schemas and tables of all types, three deep, with extreme values, for hypothesis."""

import math
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

UNITS = ("s", "ms", "us", "ns")
ZONES = (None, "UTC", "Asia/Jakarta", "+07:00")
# Letters that break parsers: quotes, line separators, controls, NUL, marks, what is no character.
TORTURE = "\0\x01\x0b\x1b\x7f\x85\u2028\u2029\ufeff\ufffe\U0010ffff\u202e\u0301\"'\\,;\t\r\n |={}[]:#"
NAMES = (
    "a",
    "b c",
    "ключ",
    'q"uote',
    "x,y",
    "line\nbreak",
    "\0x",
    "\u2028y",
    "=1+1",
    "base64",
    "key",
    "value",
)

texts = st.text(st.one_of(st.sampled_from(TORTURE), st.characters(exclude_categories=["Cs"])), max_size=12)
texts |= st.sampled_from(
    ["", " ", "\t", "null", "NaN", "true", "1", "1e5", '""', '"', "-0", "2017-12-19", "\r\n"]
)


def _extremes(bits: int, *, signed: bool) -> Any:
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    return st.one_of(st.sampled_from([low, high, 0, 1]), st.integers(low, high))


def _decimal_type(draw: Any) -> Any:
    make, most = draw(
        st.sampled_from([(pa.decimal32, 9), (pa.decimal64, 18), (pa.decimal128, 38), (pa.decimal256, 76)])
    )
    precision = draw(st.integers(1, most))
    return make(precision, draw(st.integers(0, precision)))


@st.composite
def flat_types(draw: Any) -> Any:
    """A type whose values have no parts."""
    simple = [
        pa.null(), pa.bool_(), pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(),
        pa.uint64(), pa.float16(), pa.float32(), pa.float64(), pa.string(), pa.large_string(), pa.string_view(),
        pa.binary(), pa.large_binary(), pa.binary_view(), pa.date32(), pa.date64(), pa.time32("s"), pa.time32("ms"),
        pa.time64("us"), pa.time64("ns"), pa.uuid(), pa.json_(), pa.bool8(), pa.opaque(pa.string(), "t", "v"),
    ]  # fmt: skip
    sort = draw(st.sampled_from(["simple"] * 5 + ["timestamp", "duration", "decimal", "fixed", "dictionary"]))
    if sort == "timestamp":
        return pa.timestamp(draw(st.sampled_from(UNITS)), draw(st.sampled_from(ZONES)))
    if sort == "duration":
        return pa.duration(draw(st.sampled_from(UNITS)))
    if sort == "decimal":
        return _decimal_type(draw)
    if sort == "fixed":
        return pa.binary(draw(st.integers(1, 20)))
    if sort == "dictionary":
        values = st.sampled_from(
            [pa.string(), pa.large_string(), pa.int64(), pa.timestamp("s", "UTC"), pa.float64()]
        )
        return pa.dictionary(
            draw(st.sampled_from([pa.int8(), pa.int32(), pa.uint16()])), draw(values), draw(st.booleans())
        )
    return draw(st.sampled_from(simple))


@st.composite
def types(draw: Any, depth: int = 3) -> Any:
    """A type whose values have parts of parts, `depth` deep at most."""
    sort = draw(st.sampled_from(["flat"] * 3 + (["list", "struct", "map"] if depth else [])))
    if sort == "list":
        make = draw(st.sampled_from([pa.list_, pa.large_list, pa.list_view, pa.large_list_view, _pairs]))
        item = pa.field(draw(st.sampled_from(["item", "element"])), draw(types(depth - 1)))
        return make(item)
    if sort == "struct":
        names = draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1, max_size=3))
        return pa.struct([_field(name, draw(types(depth - 1)), null=draw(nullable)) for name in names])
    if sort == "map":
        keys = draw(st.sampled_from([pa.string(), pa.large_string(), pa.int32(), pa.date32()]))
        return pa.map_(keys, draw(types(depth - 1)))
    return draw(flat_types())


def _pairs(item: Any) -> Any:
    return pa.list_(item, 2)


nullable = st.sampled_from([True, True, True, False])


def _field(name: str, kind: Any, *, null: bool) -> Any:
    return pa.field(name, kind, null or pa.types.is_null(kind))


def values(kind: Any, *, null: bool = True) -> Any:
    """Values of a type, as `arrays` takes them: numbers for times, lists of pairs for maps."""
    made = _values(kind)
    return st.one_of(st.none(), made, made) if null or pa.types.is_null(kind) else made


def _values(kind: Any) -> Any:  # noqa: C901 - a case a type
    is_a = pa.types
    if isinstance(kind, pa.BaseExtensionType):
        if isinstance(kind, pa.JsonType):
            return st.sampled_from(['{"a": 1.0}', "[]", "null", '"\u2028"'])
        return _values(kind.storage_type)
    if is_a.is_dictionary(kind):
        return _values(kind.value_type)
    if is_a.is_null(kind):
        return st.none()
    if is_a.is_boolean(kind):
        return st.booleans()
    if is_a.is_integer(kind):
        return _extremes(kind.bit_width, signed=is_a.is_signed_integer(kind))
    if is_a.is_floating(kind):
        return st.floats(width=kind.bit_width, allow_nan=False, allow_infinity=False)
    if is_a.is_decimal(kind):
        most = 10**kind.precision - 1
        return st.integers(-most, most).map(lambda n: _scaled(n, kind.scale))
    if is_a.is_date64(kind):
        return st.integers(-(2**31), 2**31 - 1).map(lambda n: n * 86_400_000)
    if is_a.is_temporal(kind):
        return _times(kind)
    if is_a.is_fixed_size_binary(kind):
        return st.binary(min_size=kind.byte_width, max_size=kind.byte_width)
    if is_a.is_binary(kind) or is_a.is_large_binary(kind) or is_a.is_binary_view(kind):
        return st.binary(max_size=6)
    return texts if not is_a.is_nested(kind) else _parts(kind)


def _times(kind: Any) -> Any:
    is_a = pa.types
    if is_a.is_time(kind):
        return st.integers(0, 86_400 * {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[kind.unit] - 1)
    if is_a.is_timestamp(kind) and kind.unit == "s":  # Parquet has no seconds: more of them are refused
        return _extremes(54, signed=True)
    return _extremes(kind.bit_width, signed=True)


def _scaled(number: int, scale: int) -> Any:
    from decimal import Decimal

    return Decimal((number < 0, tuple(map(int, str(abs(number)))), -scale))


def _parts(kind: Any) -> Any:
    is_a = pa.types
    if is_a.is_struct(kind):
        return st.fixed_dictionaries({f.name: values(f.type, null=f.nullable) for f in kind})
    if is_a.is_map(kind):
        pairs = st.tuples(values(kind.key_type, null=False), values(kind.item_type))
        return st.lists(pairs, max_size=3, unique_by=lambda pair: pair[0])
    size = kind.list_size if is_a.is_fixed_size_list(kind) else None
    item = values(kind.value_type, null=kind.value_field.nullable)
    return st.lists(item, min_size=size or 0, max_size=3 if size is None else size)


def array(found: list[Any], kind: Any) -> Any:
    """An array of a type, made apart from the code under test; times are counts of their unit."""
    is_a = pa.types
    if isinstance(kind, pa.BaseExtensionType):
        return pa.ExtensionArray.from_storage(kind, array(found, kind.storage_type))
    if is_a.is_dictionary(kind):
        made = array(found, kind.value_type).dictionary_encode()
        return pa.DictionaryArray.from_arrays(
            made.indices.cast(kind.index_type), made.dictionary, ordered=kind.ordered
        )
    if is_a.is_temporal(kind):
        return pa.array(found, pa.int32() if kind.bit_width == 32 else pa.int64()).view(kind)
    if is_a.is_struct(kind):
        parts = [array([None if v is None else v[f.name] for v in found], f.type) for f in kind]
        return pa.StructArray.from_arrays(
            parts, fields=list(kind), mask=pa.array([v is None for v in found], pa.bool_())
        )
    if is_a.is_nested(kind):
        return _nested(found, kind)
    return pa.array(found, kind)


def _nested(found: list[Any], kind: Any) -> Any:
    is_a = pa.types
    mask = pa.array([v is None for v in found], pa.bool_())
    if is_a.is_fixed_size_list(kind):
        flat = [x for v in found for x in ([None] * kind.list_size if v is None else v)]
        return pa.FixedSizeListArray.from_arrays(array(flat, kind.value_type), type=kind, mask=mask)
    flat = [x for v in found for x in v or []]
    sizes = [len(v or []) for v in found]
    ends = [sum(sizes[:i]) for i in range(len(sizes) + 1)]
    if is_a.is_map(kind):
        parts = array([k for k, _ in flat], kind.key_type), array([v for _, v in flat], kind.item_type)
        return pa.MapArray.from_arrays(pa.array(ends, pa.int32()), *parts, type=kind, mask=mask)
    large = is_a.is_large_list(kind) or is_a.is_large_list_view(kind)
    integer = pa.int64() if large else pa.int32()
    items = array(flat, kind.value_type)
    if is_a.is_list_view(kind) or is_a.is_large_list_view(kind):
        make = pa.LargeListViewArray if large else pa.ListViewArray
        return make.from_arrays(
            pa.array(ends[:-1], integer), pa.array(sizes, integer), items, type=kind, mask=mask
        )
    return (pa.LargeListArray if large else pa.ListArray).from_arrays(
        pa.array(ends, integer), items, type=kind, mask=mask
    )


@st.composite
def tables(draw: Any, kinds: Any = None, min_columns: int = 1) -> Any:
    """A table of a few columns and rows, with metadata."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=min_columns, max_size=3))
    fields = [_field(name, draw(types() if kinds is None else kinds), null=draw(nullable)) for name in names]
    rows = draw(st.integers(0, 4))
    found = [draw(st.lists(values(f.type, null=f.nullable), min_size=rows, max_size=rows)) for f in fields]
    metadata = draw(st.sampled_from([None, {"pandas": "{}"}, {"k": "\u2028"}]))
    schema = pa.schema(
        [f.with_nullable(f.nullable or pa.types.is_null(f.type)) for f in fields], metadata=metadata
    )
    return pa.Table.from_arrays([array(v, f.type) for v, f in zip(found, schema, strict=True)], schema=schema)


def logical(table: Any) -> list[dict[str, Any]]:
    """Rows as plain values that tell -0.0 from 0.0 and times beyond the years of Python: for comparison."""
    return [
        dict(zip(table.schema.names, row, strict=True))
        for row in zip(*(_plain(c) for c in table.columns), strict=True)
    ]


def _plain(column: Any) -> list[Any]:
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    return [value for chunk in chunks for value in _listed(chunk)]


def _listed(a: Any) -> list[Any]:
    is_a, kind = pa.types, a.type
    if isinstance(kind, pa.BaseExtensionType):
        return _listed(a.storage)
    if is_a.is_dictionary(kind):
        return _listed(a.dictionary_decode())
    if is_a.is_temporal(kind):
        return a.view(pa.int32() if kind.bit_width == 32 else pa.int64()).to_pylist()
    valid = a.is_valid().to_pylist()
    if is_a.is_struct(kind):
        parts = [_listed(a.field(i)) for i in range(kind.num_fields)]
        return [tuple(p[i] for p in parts) if ok else None for i, ok in enumerate(valid)]
    if is_a.is_map(kind):
        return [list(zip(_listed(a.keys.slice(s, n)), _listed(a.items.slice(s, n)), strict=True)) if ok else None
                for s, n, ok in _spans(a, valid)]  # fmt: skip
    if is_a.is_nested(kind):
        return [_listed(a.values.slice(s, n)) if ok else None for s, n, ok in _spans(a, valid)]
    if is_a.is_floating(kind):
        return [v if v is None else (v, math.copysign(1, v)) for v in map(_float, a.to_pylist())]
    return a.to_pylist()


def _float(value: Any) -> Any:
    return value if value is None else float(value)


def _spans(a: Any, valid: list[bool]) -> list[tuple[int, int, bool]]:
    is_a, kind = pa.types, a.type
    if is_a.is_fixed_size_list(kind):
        return [((a.offset + i) * kind.list_size, kind.list_size, ok) for i, ok in enumerate(valid)]
    starts = a.offsets.to_pylist()
    if is_a.is_list_view(kind) or is_a.is_large_list_view(kind):
        return list(zip(starts, a.sizes.to_pylist(), valid, strict=True))
    return [(s, e - s, ok) for s, e, ok in zip(starts, starts[1:], valid, strict=False)]
