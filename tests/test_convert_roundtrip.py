"""Any table through every form and back: equal, or refused by its column, and never another."""

import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from arrow_strategies import flat_types, logical, tables
from hypothesis import HealthCheck, Phase, given, settings

from corpuskit.conversion import convert
from corpuskit.conversion.type_table import TABLE, No
from corpuskit.errors import CannotHold
from corpuskit.readers import parquet_child, parquet_tables
from corpuskit.writers.arrow import write_stream

# `CASES=2000 pytest tests/test_convert_roundtrip.py` for as many as a release wants.
CASES = int(os.environ.get("CASES", "40"))
QUIET = settings(
    max_examples=CASES,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: the cases fsync a great deal."""
    memory = Path("/dev/shm")
    made = Path(tempfile.mkdtemp(dir=memory if os.access(memory, os.W_OK) else tmp_path))
    yield made
    shutil.rmtree(made)


@pytest.fixture
def parser_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parser of Parquet in this process: what it sends is the same, and it starts thousands of times here."""

    @contextmanager
    def parsing(file: Any, call: str) -> Iterator[Any]:
        sent = io.BytesIO()
        assert call.startswith("serve_tables(")
        parquet_child._run(
            lambda out: parquet_child._serve_tables(parquet_child._path(file.fileno()), out), sent
        )
        yield SimpleNamespace(stdout=io.BytesIO(sent.getvalue()))

    monkeypatch.setattr(parquet_child, "_more_time", lambda: None)
    monkeypatch.setattr(parquet_tables, "parsing", parsing)


def read(path: Path) -> Any:
    """The table of an Arrow stream."""
    return pa.ipc.open_stream(path.read_bytes()).read_all()


def chain(table: Any, folder: Path, names: list[str]) -> Any:
    """A table written as Arrow and converted from name to name; the last one as Arrow again."""
    first = folder / "first.arrow"
    write_stream(first, table.schema, [table])
    for name in [*names, "last.arrow"]:
        convert([first], folder / name, replace=True)
        first = folder / name
    return read(first)


def same(found: Any, table: Any) -> None:
    """Types, nullability, metadata but for that of hubs, and values are those of another table."""
    found.validate(full=True)
    assert found.schema.equals(table.schema)
    assert logical(found) == logical(table)
    kept = {k: v for k, v in (found.schema.metadata or {}).items() if k != b"huggingface"}
    assert kept == (table.schema.metadata or {})


@QUIET
@given(tables())
def test_through_parquet_and_json_lines(folder: Path, parser_inside: None, table: Any) -> None:
    """Arrow to Parquet to JSON Lines to Parquet to Arrow."""
    try:
        found = chain(table, folder, ["a.parquet", "b.jsonl", "c.parquet"])
    except CannotHold as error:
        refused(error, table)
        same(chain(table, folder, ["a.jsonl.zst"]), table)
    else:
        same(found, table)


def refused(error: CannotHold, table: Any) -> None:
    """A refusal names a column that has a type, or a time in seconds, that Parquet cannot hold."""
    held = [field for field in table.schema if f'"{_shown(field.name)}' in str(error)]
    assert held, error
    # pyarrow takes a member that is not null for a null one where its struct is null.
    known = any("date64" in str(f.type) or "[s" in str(f.type) for f in held)
    others = (
        "is declared non-nullable but contains nulls",
        "is a fixed_size_list without nulls inside of a struct",
        "Slicing not implemented for",  # views of texts or bytes below maps, where there are nulls
    )
    assert known or any(other in str(error) for other in others), error


def _shown(name: str) -> str:
    from corpuskit.readers.arrow_values import shown

    return shown(name)[1:-1]


@QUIET
@given(tables(flat_types()))
def test_through_csv_and_tsv(folder: Path, table: Any) -> None:
    """Tables whose columns have no parts; a row of nulls alone is refused where it would be a blank line."""
    for names in (["a.csv", "b.tsv.gz"], ["a.tsv", "b.csv"]):
        try:
            found = chain(table, folder, names)
        except CannotHold as error:
            assert "blank line" in str(error)  # noqa: PT017
            assert any(all(value is None for value in row.values()) for row in logical(table))
        else:
            same(found, table)


CELLS = [(row, kind, form) for row in TABLE for kind in row.examples for form in ("parquet", "json", "csv")]


@pytest.mark.parametrize(("row", "kind", "form"), CELLS, ids=lambda v: str(v)[:40])
def test_each_cell_of_the_table(row: Any, kind: Any, form: str, tmp_path: Path, parser_inside: None) -> None:
    """A type that a form holds comes back from it, with a null and a value; of the others the column is refused."""
    values = [None, _sample(kind)]
    if isinstance(kind, pa.BaseExtensionType):
        column = pa.ExtensionArray.from_storage(kind, pa.array(values, kind.storage_type))
    elif pa.types.is_union(kind):
        column = pa.UnionArray.from_sparse(pa.array([0, 0], pa.int8()), [pa.array([1, 2], pa.int8())], ["a"])
        kind = column.type
    elif pa.types.is_dictionary(kind):
        column = pa.array(values, kind.value_type).dictionary_encode()
        column = pa.DictionaryArray.from_arrays(
            column.indices.cast(kind.index_type), column.dictionary, ordered=kind.ordered
        )
    else:
        column = pa.array(values, kind)
    table = pa.table({"c": column, "n": [1, 2]})
    suffix = {"parquet": ".parquet", "json": ".jsonl", "csv": ".csv"}[form]
    if isinstance(getattr(row, form), No):
        with pytest.raises(CannotHold, match='"c"'):
            chain(table, tmp_path, [f"a{suffix}"])
        assert not (tmp_path / f"a{suffix}").exists()
    else:
        same(chain(table, tmp_path, [f"a{suffix}"]), table)


def _sample(kind: Any) -> Any:
    is_a = pa.types
    storage = getattr(kind, "storage_type", kind)
    samples = (
        (is_a.is_null, None), (is_a.is_boolean, True), (is_a.is_integer, 1), (is_a.is_floating, 0.5),
        (is_a.is_decimal, 1000), (is_a.is_map, []), (is_a.is_dictionary, _NOTHING), (is_a.is_duration, 1000),
        (is_a.is_timestamp, 1000), (is_a.is_date64, 86_400_000), (is_a.is_date, 1), (is_a.is_time, 1000),
        (is_a.is_interval, (1, 2, 3)), (is_a.is_run_end_encoded, "a"), (is_a.is_union, None),
    )  # fmt: skip
    for fits, sample in samples:
        if fits(storage):
            return _sample(storage.value_type) if sample is _NOTHING else sample
    if is_a.is_struct(storage):
        return {field.name: _sample(field.type) for field in storage}
    if is_a.is_fixed_size_list(storage):
        return [_sample(storage.value_type)] * storage.list_size
    if is_a.is_nested(storage):
        return [_sample(storage.value_type)]
    if is_a.is_fixed_size_binary(storage):
        return b"x" * storage.byte_width
    return b"x" if "binary" in str(storage) else "x"


_NOTHING = object()
