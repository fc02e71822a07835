"""The language of --where: which rows a condition keeps, beside DuckDB, and what it refuses."""

import contextlib
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.conversion.where import condition
from corpuskit.errors import SpecError

TABLE = pa.table(
    {
        "n": pa.array([1, 2, None, 2**63 - 1], pa.int64()),
        "x": [0.5, None, -1.0, 2.0],
        "s": ["id", "it's", None, ""],
        "b": [True, False, None, True],
        "a b": ["u", "v", "w", "x"],
        "at": pa.array([0, 10**6, None, 1], pa.timestamp("us", "UTC")),
        "r": [{"k": 1}, {"k": None}, None, {"k": 3}],
    }
)


def kept(text: str) -> list[int]:
    """The numbers of the rows that a condition keeps."""
    table = TABLE.append_column("row", pa.array(range(4)))
    found: list[int] = table.filter(condition(text, TABLE.schema)).column("row").to_pylist()
    return found


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("s = 'id'", [0]),
        ("s == 'it''s'", [1]),
        ("s <> 'id'", [1, 3]),
        ("s is null", [2]),
        ("s is not null and s != ''", [0, 1]),
        ("n in (1, 2)", [0, 1]),
        ("n not in (1, 2)", [3]),
        ("not n in (1, 2)", [3]),
        ("n = 9223372036854775807", [3]),
        ("n > 1.5", [1, 3]),
        ("x < 0 or n = 2", [1, 2]),
        ("n = 1 or n = 2 and b = true", [0]),
        ("(n = 1 or n = 2) and b = false", [1]),
        ("b", [0, 3]),
        ("not b", [1]),
        ("b and x = 0.5", [0]),
        ("\"a b\" >= 'w'", [2, 3]),
        ("at > '1970-01-01T00:00:00.5Z'", [1]),
        ("r.k = 3", [3]),
        ("r.k is null", [1, 2]),
        ("NOT (S_ = 1)", None),
        ("NOT (n = 1)", [1, 3]),
    ],
)  # fmt: skip
def test_conditions(text: str, rows: list[int] | None) -> None:
    """Each keeps its rows; a comparison with null keeps none."""
    if rows is None:
        with pytest.raises(SpecError, match="names 'S_', and there is no column of that name"):
            condition(text, TABLE.schema)
    else:
        assert kept(text) == rows


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has 'nothing' where a column is expected"),
        ("n", "has 'nothing' where a comparison of \"n\" is expected"),
        ("n = ", 'compares "n", which is of the type int64, with nothing'),
        ("n = 'a'", "compares \"n\", which is of the type int64, with 'a'"),
        ("s = 5", 'compares "s", which is of the type string, with 5'),
        ("n = 1 n", "where it should end"),
        ("(n = 1", r"where '\)' is expected"),
        ("n = 1; drop", "cannot be read from '; drop' on"),
        ("__import__('os')", "names '__import__', and there is no column of that name"),
        ("r.z = 1", "no member of a struct"),
        ("at = 'yesterday'", "compares \"at\" with 'yesterday', which is no value of its type timestamp"),
        ("n < 9223372036854775808", "cannot be told of these columns"),
        ("r = 1", 'compares "r", which is of the type struct<k: int64>, with 1'),
        ("(" * 60 + "n = 1" + ")" * 60, "nested more than 50 deep"),
        ("n = 1 or " * 2000 + "n = 1", "longer than 10000"),
        ("'n' = 1", "where a column is expected"),
    ],
)
def test_refused(text: str, said: str) -> None:
    """In words, whatever stands there."""
    with pytest.raises(SpecError, match=said):
        condition(text, TABLE.schema)


_atoms = st.sampled_from(
    [
        "n = 1",
        "n < 2",
        "n >= 2",
        "x > 0",
        "x <= -1",
        "s = 'id'",
        "s <> 'id'",
        "s is null",
        "x is not null",
        "n in (1, 3)",
    ]
)
_conditions = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda t: f"not ({t})"),
    ),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(_conditions)
def test_beside_duckdb(text: str) -> None:
    """Any of them keeps the rows that SQL keeps, nulls included."""
    table: Any = TABLE.select(["n", "x", "s"]).append_column("row", pa.array(range(4)))
    connection = duckdb.connect()
    connection.register("t", table)
    rows = [row for (row,) in connection.sql(f"select row from t where {text} order by row").fetchall()]
    assert kept(text) == rows


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ns'\"()=<>., or\u2028\0andinull1", max_size=30))
def test_nonsense_is_refused_or_read(text: str) -> None:
    """Never anything but an error of ours."""
    with contextlib.suppress(SpecError):
        condition(text, TABLE.schema)


@pytest.mark.parametrize("text", ["n > 1e99999999", "n > 1e-99999999", "x = -1e500"])
def test_a_number_of_any_length_is_refused(text: str) -> None:
    """A few characters stand for more digits than any column has: they are not worked out."""
    with pytest.raises(SpecError, match="400 digits"):
        condition(text, TABLE.schema)
