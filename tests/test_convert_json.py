"""JSON Lines as tables: whatever way a block goes, it gives what reading line by line gives, or the same error."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.conversion import convert
from corpuskit.conversion.inference import all_merged, types_of
from corpuskit.conversion.inputs import File
from corpuskit.conversion.json_lines import Fixed, batches
from corpuskit.conversion.records import Columns
from corpuskit.errors import InputError
from corpuskit.readers.dialect import Malformed, parse_object
from corpuskit.readers.json_blocks import arrow_rows, is_parsed_by_arrow, parsed_rows

SIMPLE = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**65), 2**65), st.floats(), st.text(max_size=5),
    st.sampled_from([1.0, -0.0]),
)  # fmt: skip
VALUES = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=2)
    ),
    max_leaves=4,
)
ROWS = st.lists(st.dictionaries(st.sampled_from(["a", "b", 'q"', "é"]), VALUES, max_size=3), max_size=4)
SPOILT = st.sampled_from([
    (b"}\n{", b"}{"), (b"{", b"{\n"), (b"\n", b"\n\n"), (b"\n", b"\r\n"), (b"\n", b" \n"), (b":", b" : "),
    (b"1", b"1.0"), (b"1", b"-0"), (b"0", b"1e400"), (b"1", b"9007199254740993"), (b"1", b"01"),
    (b"a", b"\xff"), (b"a", b"\\u0061"), (b'"b"', b'"\\ud800"'), (b"1", b"NaN"), (b"}", b",}"), (b"null", b"nul"),
    (b"}\n", b"}\n// x\n"), (b'"a":', b'"a":1,"a":'),
])  # fmt: skip


def surely(block: bytes, schema: Any, *, inferred: bool) -> Any:
    """The rows of a block, line by line; None where a line is refused, or does not fit."""
    try:
        rows = [parse_object(line, 64) for line in block.split(b"\n") if line.strip(b" \t\r\n")]
        if inferred:
            known = {field.name: field.type for field in schema}
            assert all_merged(known, types_of(rows)) == known
        return Columns(schema).batch(rows)
    except (Malformed, ValueError, AssertionError):
        return None


def lines(rows: list[dict[str, Any]]) -> bytes:
    """Rows as JSON Lines."""
    texts = (json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    return b"".join(text.encode("utf-8", "surrogatepass") + b"\n" for text in texts)


@settings(deadline=None, max_examples=400)
@given(ROWS, ROWS, st.lists(SPOILT, max_size=2), st.booleans())
def test_a_block_is_taken_only_as_its_lines_are(first: Any, rows: Any, spoilt: Any, inferred: bool) -> None:
    """What Arrow's parser or the fast one gives of a block, whatever is wrong with it, is what its lines give."""
    try:
        schema = pa.schema(list(types_of([*first, *(rows if len(first) % 2 else [])]).items()))
    except ValueError:
        return
    block = lines(rows)
    for old, new in spoilt:
        block = block.replace(old, new, 1)
    if is_parsed_by_arrow(schema):
        batch = arrow_rows(memoryview(block), schema, inferred=inferred)
        if batch is not None:
            meant = surely(block, schema, inferred=inferred)
            assert meant is not None, block
            assert batch.schema.equals(schema, check_metadata=True)
            assert repr(batch.to_pylist()) == repr(meant.to_pylist()), block
    if block.endswith(b"\n") and (found := parsed_rows(block, 0, len(block), 64)) is not None:
        assert found == [parse_object(line, 64) for line in block.split(b"\n")[:-1]]


def test_arrow_takes_what_is_plain() -> None:
    """A block of the values of its schema is parsed by Arrow, escapes, nulls and absent members and all."""
    rows = [
        {"a": 'x\n"é\u2028\0', "b": 1, "c": [{"d": True}, None], "e": 0.5},
        {"b": -(2**63), "c": [], "e": None},
    ]
    schema = pa.schema(list(types_of(rows).items()), metadata={"k": "v"})
    schema = schema.set(0, schema.field(0).with_metadata({"of": "a"}))
    batch = arrow_rows(memoryview(lines(rows)), schema, inferred=True)
    assert batch.schema.equals(schema, check_metadata=True)
    assert batch.equals(surely(lines(rows), schema, inferred=True))


@pytest.mark.parametrize(
    ("block", "kind"),
    [
        (b'{"a":1}{"a":2}\n\n', pa.int64()),  # two on one line, none on the other
        (b'{"a":\n1}\n', pa.int64()),
        (b'{"a":1}{"a":\n2}\n', pa.int64()),
        (b'{"a":"\xff"}\n', pa.string()),
        (b'{"a":5}\n', pa.float64()),  # an integer, and floats are another type
        (b'{"a":9007199254740993.5}\n', pa.float64()),
        (b'{"a":NaN}\n', pa.float64()),
        (b'{"a":1.0}\n', pa.int64()),
        (b'{"a":1,"a":1}\n', pa.int64()),
        (b'{"a":1,"b":null}\n', pa.int64()),
    ],
)
def test_arrow_is_not_trusted_with(block: bytes, kind: Any) -> None:
    """What Arrow's parser takes, or takes otherwise, and the strict one does not."""
    assert arrow_rows(memoryview(block), pa.schema([("a", kind)]), inferred=True) is None


def test_floats_of_a_given_schema_are_exact() -> None:
    """Integers that a float is exactly are taken, larger ones and a zero whose sign may be lost are not."""
    schema = pa.schema([("a", pa.float64())])
    assert arrow_rows(memoryview(b'{"a":5}\n'), schema, inferred=False).to_pylist() == [{"a": 5.0}]
    for text in (b"9007199254740993", b"-0", b"-0.0"):
        assert arrow_rows(memoryview(b'{"a":%b}\n' % text), schema, inferred=False) is None


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    """A file of JSON Lines of some rows."""
    path.write_bytes(lines(rows))
    return path


def test_a_column_that_comes_late(tmp_path: Path) -> None:
    """Rows behind the first megabytes may have columns that these lack; they stand behind, null in rows before."""
    many = [{"n": n, "t": "x" * 4000, "o": {"p": None}} for n in range(1500)]
    late = [{"n": -1, "o": {"p": "here", "q": [1]}, "z": True}]
    source = written(tmp_path / "a.jsonl", [*many, *late, *many])
    made = convert([source], tmp_path / "a.parquet")
    table = pq.read_table(tmp_path / "a.parquet")
    assert made.rows == table.num_rows == 3001
    assert table.schema.names == ["n", "t", "o", "z"]
    assert table.slice(1500, 1).to_pylist() == [{"n": -1, "t": None, "o": {"p": "here", "q": [1]}, "z": True}]
    assert table.slice(1501, 1).to_pylist() == [{**many[0], "o": {"p": None, "q": None}, "z": None}]
    chosen = convert([source], tmp_path / "b.parquet", where="z", columns=["z", "n"])
    assert (chosen.rows, pq.read_table(tmp_path / "b.parquet").to_pylist()) == (1, [{"z": True, "n": -1}])


def test_a_late_value_of_another_type(tmp_path: Path) -> None:
    """It is refused by its line and column, and nothing stands there."""
    rows: list[dict[str, Any]] = [{"n": n, "t": "x" * 4000} for n in range(2000)]
    source = written(tmp_path / "a.jsonl", [*rows, {"n": 1.5}, *rows])
    with pytest.raises(InputError, match='the column "n" is a number with a fraction') as caught:
        convert([source], tmp_path / "a.parquet")
    assert caught.value.file == f"{source}:2001"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jsonl"]


@pytest.mark.parametrize("bad", [b"", b'{"n":1,"n":2}', b'{"n":1} {"n":2}', b"[1]", b'{"n":"\xff"}'])
def test_rows_keep_their_order_and_lines_their_number(tmp_path: Path, bad: bytes) -> None:
    """Lines that only the reader may judge, among blocks that Arrow parses, and lines that end with their block."""
    line = b'{"n":%07d1,"t":"' + b"x" * 1002 + b'"}\n'
    data = [line.replace(b"%07d1", b"1%07d" % n) for n in range(3000)]
    assert {len(each) for each in data} == {1024}
    data.insert(2500, bad + b"\n")
    source = tmp_path / "a.jsonl"
    source.write_bytes(b"".join(data))
    if bad:
        with pytest.raises(InputError) as caught:
            convert([source], tmp_path / "a.arrow")
        assert caught.value.file == f"{source}:2501"
        return
    convert([source], tmp_path / "a.arrow")
    found = pa.ipc.open_stream(tmp_path / "a.arrow").read_all()
    assert found["n"].to_pylist() == [10**7 + n for n in range(3000)]


def test_blocks_are_read_as_they_come(tmp_path: Path) -> None:
    """Also where every block ends with a line, no more than one block is read ahead of what is taken."""
    source = tmp_path / "a.jsonl"
    source.write_bytes((b'{"t":"' + b"x" * 1015 + b'"}\n') * 8192)
    file = File(source, source.name, "jsonl")
    reached = [reach for _, reach in batches(file, Fixed(pa.schema([("t", pa.string())])))]
    assert reached[0] < 1 << 20
    assert reached == sorted(reached)
    assert reached[-1] == (8 << 20) - 1  # the last line's end is no part of it
    assert len(reached) > 8


def test_columns_stand_in_the_order_in_which_they_come(tmp_path: Path) -> None:
    """Also where the first block is left to the reader, here by a blank line, and the next one is not."""
    rows = [{"o": {"y": 1}}, *[{"t": "x" * 900, "o": {"x": 1, "y": 2}}] * 3000]
    source = tmp_path / "a.jsonl"
    source.write_bytes(b"\n" + lines(rows))
    convert([source], tmp_path / "a.arrow")
    schema = pa.ipc.open_stream(tmp_path / "a.arrow").schema
    assert schema.names == ["o", "t"]
    assert [field.name for field in schema.field("o").type] == ["y", "x"]
