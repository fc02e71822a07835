"""From Arrow to JSON: every type exactly as its column has it, beside values made without the code under test."""

import io
import json
import math
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import REPOSITORY
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.readers.arrow_values import NoForm, Row, form

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - naive, as the columns are
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
# The first second of year 1, and of year 10000.
FIRST, LAST = -62_135_596_800, 253_402_300_800


def rows(table: Any, *, is_text: bool = False) -> list[Row]:
    """The rows of a table."""
    batch = table.combine_chunks().to_batches()[0] if table.num_rows else table.to_batches()[0]
    return list(form(table.schema, table.schema, is_text=is_text).rows(batch, batch))


def column(values: Any, kind: Any, *, is_text: bool = False) -> list[str]:
    """The JSON of each value of a column."""
    found = rows(pa.table({"c": pa.array(values, kind)}), is_text=is_text)
    assert all(row.fault is None for row in found)
    return [row.json.decode()[len('{"c":') : -1] for row in found]


@pytest.mark.parametrize(
    ("kind", "values", "printed"),
    [
        (pa.null(), [None], ["null"]),
        (pa.bool_(), [True, False, None], ["true", "false", "null"]),
        (pa.int8(), [-128, 127], ["-128", "127"]),
        (pa.int64(), [-(2**63), 2**63 - 1], ["-9223372036854775808", "9223372036854775807"]),
        (pa.uint64(), [0, 2**64 - 1], ["0", "18446744073709551615"]),
        (pa.float64(), [0.1, -0.0, 1e300, 5e-324, 2.0**53], ["0.1", "-0.0", "1e+300", "5e-324", "9007199254740992.0"]),
        (pa.float64(), [math.nan, math.inf, -math.inf], ['"NaN"', '"Infinity"', '"-Infinity"']),
        (pa.float32(), [0.1, 16777216.0], ["0.10000000149011612", "16777216.0"]),
        (pa.float16(), [np.float16(0.1), np.float16("nan")], ["0.0999755859375", '"NaN"']),
        (pa.string(), ["", "é\u2028\0\"\\", None], ['""', '"é\u2028\\u0000\\"\\\\"', "null"]),
        (pa.large_string(), ["a"], ['"a"']),
        (pa.string_view(), ["a", None], ['"a"', "null"]),
        (pa.dictionary(pa.int8(), pa.string()), ["a", None, "a"], ['"a"', "null", '"a"']),
        (pa.binary(), [b"", b"\xff\0", None], ['{"base64":""}', '{"base64":"/wA="}', "null"]),
        (pa.large_binary(), [b"a"], ['{"base64":"YQ=="}']),
        (pa.binary_view(), [b"a"], ['{"base64":"YQ=="}']),
        (pa.binary(2), [b"ab", None], ['{"base64":"YWI="}', "null"]),
        (pa.decimal128(5, 2), [Decimal("1.50"), Decimal("-0.01"), Decimal(0), None], ["1.50", "-0.01", "0.00", "null"]),
        (pa.decimal128(15, 3), [Decimal("999999999999.999")], ["999999999999.999"]),
        (pa.decimal128(16, 3), [Decimal("9999999999999.999"), Decimal(1), None],
         ['"9999999999999.999"', '"1.000"', "null"]),
        (pa.decimal128(38, 0), [Decimal("9" * 38)], ["9" * 38]),
        (pa.decimal256(76, 0), [-(Decimal(10) ** 40)], ["-1" + "0" * 40]),
        (pa.decimal256(76, 70), [Decimal("0." + "1" * 70)], ['"0.' + "1" * 70 + '"']),
        (pa.date32(), [0, -719528, -719162, 2932896, 2932897, 17519, 11016], [
            '"1970-01-01"', '"0000-01-01"', '"0001-01-01"', '"9999-12-31"', '"+10000-01-01"', '"2017-12-19"',
            '"2000-02-29"',
        ]),
        (pa.date32(), [-719529, -(2**31), 2**31 - 1], ['"-0001-12-31"', '"-5877641-06-23"', '"+5881580-07-11"']),
        (pa.date64(), [86_400_000, 1], ['"1970-01-02"', '"1970-01-01T00:00:00.001"']),
        (pa.time32("s"), [47_776], ['"13:16:16"']),
        (pa.time32("ms"), [1], ['"00:00:00.001"']),
        (pa.time64("us"), [86_399_999_999], ['"23:59:59.999999"']),
        (pa.time64("ns"), [1, 1000, None], ['"00:00:00.000000001"', '"00:00:00.000001"', "null"]),
        (pa.duration("ms"), [1500, -1, 0], ['"PT1.500S"', '"-PT0.001S"', '"PT0S"']),
        (pa.timestamp("s"), [0, -1], ['"1970-01-01T00:00:00"', '"1969-12-31T23:59:59"']),
        (pa.timestamp("us", "UTC"), [1_513_689_365_000_000], ['"2017-12-19T13:16:05Z"']),
        (pa.timestamp("us", "Asia/Jakarta"), [1_513_664_165_120_000], ['"2017-12-19T06:16:05.120Z"']),
        (pa.timestamp("ns"), [2**63 - 1, -(2**63) + 1], [
            '"2262-04-11T23:47:16.854775807"', '"1677-09-21T00:12:43.145224193"',
        ]),
        (pa.timestamp("us"), [-(2**63), 2**63 - 1], [
            '"-290308-12-21T19:59:05.224192"', '"+294247-01-10T04:00:54.775807"',
        ]),
        (pa.list_(pa.int8()), [[1, None], [], None], ["[1,null]", "[]", "null"]),
        (pa.large_list(pa.list_(pa.string())), [[["a"], None, []]], ['[["a"],null,[]]']),
        (pa.list_(pa.int8(), 2), [[1, 2], None, [3, None]], ["[1,2]", "null", "[3,null]"]),
        (pa.list_view(pa.int8()), [[1], None, [2, 3]], ["[1]", "null", "[2,3]"]),
        (pa.struct([("a", pa.int8()), ("b", pa.struct([("c", pa.string())]))]),
         [{"a": 1, "b": {"c": None}}, {"a": None, "b": None}, None],
         ['{"a":1,"b":{"c":null}}', '{"a":null,"b":null}', "null"]),
        (pa.struct([]), [{}, None], ["{}", "null"]),
        (pa.map_(pa.string(), pa.list_(pa.int8())), [[("a", [1]), ("", None)], [], None],
         ['{"a":[1],"":null}', "{}", "null"]),
        (pa.map_(pa.int8(), pa.string()), [[(1, "a"), (1, None)], []],
         ['[{"key":1,"value":"a"},{"key":1,"value":null}]', "[]"]),
        (pa.map_(pa.string(), pa.int8()), [[("a", 1), ("a", 2)]], ['{"a":1,"a":2}']),
        (pa.uuid(), [b"0123456789abcdef", None], ['"30313233-3435-3637-3839-616263646566"', "null"]),
        (pa.json_(), ['{"a": 1}'], [json.dumps('{"a": 1}')]),
        (pa.bool8(), [1, None], ["1", "null"]),
    ],
    ids=lambda value: str(value)[:30],
)  # fmt: skip
def test_each_type(kind: Any, values: list[Any], printed: list[str]) -> None:
    """Its values, to the digit."""
    if isinstance(kind, pa.BaseExtensionType):
        array = pa.ExtensionArray.from_storage(kind, pa.array(values, kind.storage_type))
    else:
        array = pa.array(values, kind)
    assert column(array, None) == printed
    # A slice begins and ends inside the buffers of its column.
    assert column(array.slice(len(values) - 1), None) == printed[-1:]


def test_bytes_may_be_declared_text() -> None:
    """Those of a fixed length stay bytes: they are digests and keys."""
    assert column(["é".encode(), None], pa.binary(), is_text=True) == ['"é"', "null"]
    assert column([b"ab"], pa.binary(2), is_text=True) == ['{"base64":"YWI="}']


def test_text_that_is_no_utf8_stands_for_the_parser_to_refuse() -> None:
    """As a value, inside others, and as a key, with its row alone and its quotes escaped."""
    data, offsets = b'ok"\xff\n\\', np.array([0, 2, 6], np.int32)
    broken = pa.Array.from_buffers(
        pa.string(), 2, [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(data)]
    )
    lists = pa.ListArray.from_arrays(pa.array([0, 1, 2], pa.int32()), broken)
    maps = pa.MapArray.from_arrays(pa.array([0, 1, 2], pa.int32()), broken, pa.array([1, 2]))
    text = b'"\\u0022\xff\\u000a\\u005c"'
    for array, first, last in [
        (broken, b'"ok"', text), (lists, b'["ok"]', b"[%b]" % text), (maps, b'{"ok":1}', b"{%b:2}" % text)
    ]:  # fmt: skip
        found = rows(pa.table({"c": array}))
        assert [row.json for row in found] == [b'{"c":%b}' % first, b'{"c":%b}' % last]


def test_what_json_has_no_form_for_is_refused_by_its_column() -> None:
    """Names that stand twice, and types without a form."""
    twice = pa.table([pa.array([1]), pa.array([2])], names=["a", "a"])
    inner = pa.struct([pa.field("x", pa.int8()), pa.field("x", pa.int8())])
    months = pa.table({"m": pa.array([(1, 2, 3)], pa.month_day_nano_interval())})
    union = pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([1])])
    for schema, named in [
        (twice.schema, ("a", "is the name of two columns")),
        (pa.schema([("s", pa.list_(inner))]), ("s[]", "has two members of one name")),
        (months.schema, ("m", "is of the type month_day_nano_interval, which has no form in JSON")),
        (pa.schema([("u", union.type)]), ("u", f"is of the type {union.type}, which has no form in JSON")),
    ]:
        with pytest.raises(NoForm) as refused:
            form(schema, schema, is_text=False)
        assert (refused.value.column, refused.value.what) == named


def test_what_is_not_plain_is_said() -> None:
    """Of columns of bytes, and of decimals longer than numbers are; nothing of others."""
    schema = pa.schema([
        ("a", pa.list_(pa.struct([("b", pa.binary())]))), ("d", pa.decimal128(20, 2)), ("e", pa.decimal128(9, 2)),
        ("f", pa.binary(4)), ("t", pa.string()),
    ])  # fmt: skip
    notes = form(schema, schema, is_text=False).notes
    assert [note.split()[0] for note in notes] == ['"a[].b"', '"d"', '"f"']
    assert "encoding" in notes[0]
    assert [note.split()[0] for note in form(schema, schema, is_text=True).notes] == ['"d"', '"f"']


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_int96_times_of_all_years(unit: str) -> None:
    """The parser keeps 64 bits of their nanoseconds: with their seconds, that is all of them."""
    seconds = [FIRST, LAST - 1, -1, 0, 1, 10**10, -(10**10), 2**33]
    fraction = 123_456_789 // (10**9 // PER_SECOND[unit])
    exact = [s * 10**9 + fraction * (10**9 // PER_SECOND[unit]) for s in seconds]
    wrapped = pa.array([(ns + 2**63) % 2**64 - 2**63 for ns in exact], pa.timestamp("ns"))
    coarse = pa.array([ns // 10**9 for ns in exact], pa.timestamp("s"))
    one, other = (pa.table({"t": array, "l": pa.ListArray.from_arrays(pa.array(range(9), pa.int32()), array)})
                  for array in (wrapped, coarse))  # fmt: skip
    found = form(one.schema, other.schema, is_text=False).rows(one.to_batches()[0], other.to_batches()[0])
    for row, ns in zip(found, exact, strict=True):
        whole, rest = divmod(ns, 10**9)
        shown = (EPOCH + timedelta(seconds=whole)).isoformat() + f".{rest:09d}"
        while shown.endswith("000"):
            shown = shown[:-3]
        assert json.loads(row.json) == {"t": shown.rstrip("."), "l": [shown.rstrip(".")]}
        assert row.fault is None


# --- any table, through a file ---


def _seconds(unit: str) -> st.SearchStrategy[int]:
    per = PER_SECOND[unit]
    return st.integers(max(FIRST * per, -(2**63)), min(LAST * per - 1, 2**63 - 1))


TEXT = st.text(st.characters(codec="utf-8"), max_size=6)
LEAVES: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (pa.bool_(), st.booleans()),
    (pa.int8(), st.integers(-128, 127)),
    (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    (pa.uint64(), st.integers(0, 2**64 - 1)),
    (pa.float32(), st.floats(width=32)),
    (pa.float64(), st.floats()),
    (pa.string(), TEXT),
    (pa.large_string(), TEXT),
    (pa.binary(), st.binary(max_size=5)),
    (pa.decimal128(9, 3), st.integers(-(10**9) + 1, 10**9 - 1).map(lambda n: Decimal(n).scaleb(-3))),
    (pa.decimal128(38, 10), st.integers(-(10**38) + 1, 10**38 - 1).map(lambda n: Decimal(f"{n}e-10"))),
    (pa.date32(), st.integers(FIRST // 86_400, LAST // 86_400 - 1)),
    *((pa.timestamp(u, tz), _seconds(u)) for u in ("ms", "us", "ns") for tz in (None, "UTC")),
    (pa.time64("ns"), st.integers(0, 86_400 * 10**9 - 1)),
    (pa.duration("us"), st.integers(-(2**60), 2**60)),
]  # fmt: skip


def _nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def lists(leaf: tuple[Any, Any]) -> tuple[Any, Any]:
        return pa.list_(leaf[0]), st.lists(st.none() | leaf[1], max_size=3)

    def structs(leaves: list[tuple[Any, Any]]) -> tuple[Any, Any]:
        fields = {f"m{n}": leaf for n, leaf in enumerate(leaves)}
        kind = pa.struct([(name, leaf[0]) for name, leaf in fields.items()])
        return kind, st.fixed_dictionaries({name: st.none() | leaf[1] for name, leaf in fields.items()})

    def maps(key: tuple[Any, Any], leaf: tuple[Any, Any]) -> tuple[Any, Any]:
        pairs = st.lists(st.tuples(key[1], st.none() | leaf[1]), max_size=3, unique_by=lambda pair: pair[0])
        return pa.map_(key[0], leaf[0]), pairs

    keys = st.sampled_from([LEAVES[1], LEAVES[6]])
    return (
        inner.map(lists)
        | st.lists(inner, min_size=1, max_size=3).map(structs)
        | st.tuples(keys, inner).map(lambda both: maps(*both))
    )


TYPES = st.recursive(st.sampled_from(LEAVES), _nested, max_leaves=4)


@st.composite
def tables(draw: Callable[..., Any]) -> tuple[Any, dict[str, list[Any]]]:
    """A table of up to four columns of any types, and the Python values that it was made of."""
    count = draw(st.integers(0, 4))
    kinds = draw(st.lists(TYPES, min_size=1, max_size=4))
    values = {
        f"k{n}": draw(st.lists(st.none() | each, min_size=count, max_size=count))
        for n, (_, each) in enumerate(kinds)
    }
    arrays = [pa.array(v, kind) for v, (kind, _) in zip(values.values(), kinds, strict=True)]
    return pa.table(arrays, names=list(values)), values


def number(value: float) -> Any:
    """A float in JSON: its sign, and its value as it is printed."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"
    return (math.copysign(1, value) < 0, Decimal(repr(value)))


def moment(value: int, unit: str) -> str:
    """A time of the years 1 to 9999, by the calendar of Python, with as many digits as it needs, by threes."""
    whole, rest = divmod(value, PER_SECOND[unit])
    digits = f"{rest * (10**9 // PER_SECOND[unit]):09d}"
    parts = [digits[:3], digits[3:6], digits[6:]]
    while parts and parts[-1] == "000":
        parts.pop()
    return (EPOCH + timedelta(seconds=whole)).isoformat() + ("." + "".join(parts) if parts else "")


def expected(value: Any, kind: Any) -> Any:
    """What a Python value of an Arrow type is in JSON, numbers as `number` has them."""
    if value is None:
        return None
    if pa.types.is_list(kind):
        return [expected(item, kind.value_type) for item in value]
    if pa.types.is_struct(kind):
        return {field.name: expected(value[field.name], field.type) for field in kind}
    if pa.types.is_map(kind):
        pairs = [(key, expected(item, kind.item_type)) for key, item in value]
        if pa.types.is_string(kind.key_type):
            return dict(pairs)
        return [{"key": (key < 0, Decimal(key)), "value": item} for key, item in pairs]
    if pa.types.is_temporal(kind):
        return printed_time(value, kind)
    if pa.types.is_binary(kind):
        return {"base64": b64encode(value).decode()}
    if pa.types.is_floating(kind):
        return number(float(value))
    if pa.types.is_decimal(kind):
        return (value.is_signed() and value != 0, value) if kind.precision <= 15 else format(value, "f")
    return (value < 0, Decimal(value)) if type(value) is int else value


def printed_time(value: int, kind: Any) -> str:
    """A date, time or duration as JSON has it."""
    if pa.types.is_date(kind):
        return (date(1970, 1, 1) + timedelta(days=value)).isoformat()
    if pa.types.is_duration(kind):
        seconds, digits = moment(abs(value) % 10**6, kind.unit)[17:], abs(value) // 10**6
        return f"{'-' if value < 0 else ''}PT{digits}{seconds[2:]}S"
    shown = moment(value, kind.unit)
    return shown.partition("T")[2] if pa.types.is_time(kind) else shown + ("Z" if kind.tz else "")


@settings(max_examples=400)
@given(made=tables(), size=st.integers(1, 3))
def test_any_table_is_read_exactly(made: tuple[Any, dict[str, list[Any]]], size: int) -> None:
    """Written to Parquet and read in batches of any size: the values that it was made of."""
    table, values = made
    file = io.BytesIO()
    pq.write_table(table, file, row_group_size=3)
    read = pq.ParquetFile(file)
    found = []
    for batch in read.iter_batches(size):
        batch.validate(full=True)
        for row in form(read.schema_arrow, read.schema_arrow, is_text=False).rows(batch, batch):
            assert row.fault is None
            found.append(
                json.loads(
                    row.json,
                    parse_float=lambda digits: (digits.startswith("-"), Decimal(digits)),
                    parse_int=lambda digits: (digits.startswith("-"), Decimal(digits)),
                )
            )
    wanted = [
        {name: expected(values[name][n], table.schema.field(name).type) for name in values}
        for n in range(table.num_rows)
    ]
    assert found == wanted
    assert [list(row) for row in found] == [list(values)] * len(found)


def test_python_and_the_tables_agree_on_the_epoch() -> None:
    """The oracle's own zero."""
    assert datetime.fromtimestamp(0, UTC).replace(tzinfo=None) == EPOCH
    assert (EPOCH + timedelta(seconds=FIRST)).isoformat() == "0001-01-01T00:00:00"
    assert (EPOCH + timedelta(seconds=LAST - 1)).isoformat() == "9999-12-31T23:59:59"


# What the table of docs/tables.md gives as an example, row by row.
EXAMPLES: list[tuple[Any, Any]] = [
    (pa.bool_(), True),
    (pa.uint64(), 2**64 - 1),
    (pa.float32(), 0.1),
    (pa.float64(), math.nan),
    (pa.decimal128(5, 2), Decimal("1.50")),
    (pa.decimal128(20, 0), Decimal("9" * 20)),
    (pa.decimal128(16, 2), Decimal("12345678901234.50")),
    (pa.dictionary(pa.int8(), pa.string()), "isi"),
    (pa.uuid(), b"0123456789abcdef"),
    (pa.binary(), b"isi"),
    (pa.date32(), date(2017, 12, 19)),
    (pa.timestamp("us"), datetime(2017, 12, 19, 13, 16, 5, 120_000)),  # noqa: DTZ001 - naive, as the column is
    (pa.timestamp("s", "Asia/Jakarta"), datetime(2017, 12, 19, 6, 16, 5, tzinfo=UTC)),
    (pa.timestamp("us"), datetime(9999, 12, 31, 23, 59, 59, 123_456)),  # noqa: DTZ001 - naive, as the column is
    (pa.time64("us"), 47_765_000_001),
    (pa.duration("ms"), 1500),
    (pa.list_(pa.int8()), [1, None]),
    (pa.struct([("a", pa.int8()), ("b", pa.string())]), {"a": 1, "b": None}),
    (pa.map_(pa.string(), pa.int8()), [("a", 1)]),
    (pa.map_(pa.int8(), pa.string()), [(1, "a")]),
    (pa.null(), None),
]


def test_the_table_of_the_docs_is_true() -> None:
    """Each row's example is what the code makes of such a value."""
    page = (REPOSITORY / "docs" / "tables.md").read_text(encoding="utf-8")
    shown = [
        line.split(" | ")[-1].removesuffix(" |").strip("`") for line in page.splitlines() if line[:2] == "| "
    ]
    assert shown[1:] == [column([value], kind)[0] for kind, value in EXAMPLES]
