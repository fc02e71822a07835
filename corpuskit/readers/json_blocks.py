"""Rows of JSON Lines a block at a time, where that is certainly what reading them line by line gives.

Two ways, the faster one first; each may only ever say that it is not sure, and the reader then goes line by line.
Arrow's own parser is stricter than it looks once it is given a schema and no other members: a value of another type, a
key that stands twice, a lone surrogate are errors. What it lets pass otherwise is looked for here.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.json
import pyarrow.types as is_a

from corpuskit.readers.dialect import exact_keys
from corpuskit.readers.windows import Windows

_EXACT = 2.0**53
_PLAIN = (
    is_a.is_string,
    is_a.is_large_string,
    is_a.is_integer,
    is_a.is_boolean,
    is_a.is_float64,
    is_a.is_null,
)
_LF, _CR, _OPEN, _CLOSE = b"\n\r{}"


def is_parsed_by_arrow(schema: Any) -> bool:
    """Whether Arrow's parser can be asked for rows of a schema: its types are those of JSON, and all may be null."""
    return len(schema) > 0 and _is_plain(pa.struct(list(schema)))


def _is_plain(kind: Any) -> bool:
    if is_a.is_list(kind):
        return bool(kind.value_field.nullable) and _is_plain(kind.value_type)
    if is_a.is_struct(kind):
        names = {field.name for field in kind}
        return len(names) == len(kind) and all(f.nullable and _is_plain(f.type) for f in kind)
    return any(fits(kind) for fits in _PLAIN)


def arrow_rows(lines: memoryview, schema: Any, *, inferred: bool) -> Any:
    """The rows of whole lines as a record batch of a schema, None where that is not sure.

    `inferred` says that an integer is of another type than a number with a fraction; otherwise one that a float is
    exactly is one.
    """
    objects = _objects(np.frombuffer(lines, np.uint8))
    if not objects:
        return None
    # One block: what stands in it is parsed as one text, its lines no matter how long.
    reading = pyarrow.json.ReadOptions(use_threads=False, block_size=len(lines) + 1)
    parsing = pyarrow.json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error")
    try:
        table = pyarrow.json.read_json(pa.BufferReader(lines), reading, parsing)
        table.validate(full=True)  # text that is no UTF-8 came through
    except (pa.ArrowException, OSError):
        return None
    if table.num_rows != objects or not table.schema.equals(schema):
        return None
    batches = table.to_batches()
    if len(batches) != 1 or not all(_told(values, inferred=inferred) for values in _floats(batches[0])):
        return None
    return pa.RecordBatch.from_arrays(batches[0].columns, schema=schema)  # with the metadata of columns


def _objects(data: Any) -> int:
    """The number of lines, each from an opening to a closing brace; 0 where one is not.

    Between such lines an object ends and one begins: no string has a line end in it, and nowhere else in JSON do these
    braces follow each other. So they hold as many objects as lines only where each holds one.
    """
    ends = np.flatnonzero(data == _LF)
    if not len(ends) or ends[-1] != len(data) - 1:
        return 0
    starts = np.concatenate(([0], ends[:-1] + 1))
    last = data[ends - 1]
    if (last == _CR).any():
        last = np.where(last == _CR, data[ends - 2], last)
    return len(ends) if (data[starts] == _OPEN).all() and (last == _CLOSE).all() else 0


def _floats(batch: Any) -> Iterator[Any]:
    """The floats of a batch that are not null, in parts of columns too."""
    parts = list(batch.columns)
    while parts:
        part = parts.pop()
        if is_a.is_float64(part.type):
            yield part.drop_null().to_numpy()
        elif is_a.is_list(part.type):
            parts.append(part.flatten())
        elif is_a.is_struct(part.type):
            parts += part.flatten()


def _told(values: Any, *, inferred: bool) -> bool:
    """Whether floats are certainly what was written: no integer that was rounded, and none that lost its sign.

    Where integers are of another type all must have a fraction: they were then written with one.
    """
    if not (np.abs(values) < _EXACT).all():
        return False
    if inferred:
        return bool((values != np.floor(values)).all())
    return not np.signbit(values[values == 0]).any()


def parsed_rows(block: bytes, start: int, stop: int, depth: int) -> list[dict[str, Any]] | None:
    """The objects of the lines between two places of a block, None where one is blank or not surely of the dialect."""
    view, rows, loads = memoryview(block), [], orjson.loads
    for window in Windows().of(block, start, stop):
        first = window.start
        for end, keys in zip(window.ends, window.keys, strict=True):
            here, first = first, window.start + end
            try:
                value = loads(view[here:first])
            except orjson.JSONDecodeError:
                return None
            if type(value) is not dict or exact_keys(value, depth) != keys:
                return None
            rows.append(value)
    return rows
