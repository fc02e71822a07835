"""Types that Parquet has not, given back to columns as the file's own note of their Arrow schema has them.

Writers keep the Arrow schema of what they write under `ARROW:schema`. pyarrow reads most types by it, but seconds come
back as milliseconds, and dictionaries of anything but text as what they hold.
"""

import base64
import binascii
from typing import Any

import pyarrow as pa
import pyarrow.types as is_a

_KEY = b"ARROW:schema"
# What stands in a file for a type that it has not.
_STANDS_FOR = {pa.time32("s"): pa.time32("ms"), pa.date64(): pa.date32()}


def recorded(read: Any, metadata: Any) -> Any:
    """The schema that rows of a file are to have: the one that was read, with types given back where they can be.

    `metadata` is that of the file, or None. A note that does not fit what was read is passed over.
    """
    try:
        noted = pa.ipc.read_schema(pa.py_buffer(base64.b64decode((metadata or {})[_KEY], validate=True)))
    except (KeyError, binascii.Error, pa.ArrowException, OSError):
        return read
    if noted.names != read.names:
        return read
    pairs = zip(read, noted, strict=True)
    fields = [field.with_type(_given_back(field.type, other.type)) for field, other in pairs]
    return pa.schema(fields, metadata=read.metadata)


def _given_back(read: Any, noted: Any) -> Any:
    """The noted type where it can be made of the one that was read, part by part; else the one that was read."""
    if read == noted or isinstance(read, pa.BaseExtensionType):
        return read
    if is_a.is_dictionary(noted) and not is_a.is_nested(read):
        inner = read.value_type if is_a.is_dictionary(read) else read
        value = _given_back(inner, noted.value_type)
        return noted if value == noted.value_type or _is_wider(inner, noted.value_type) else read
    if is_a.is_timestamp(noted) and noted.unit == "s" and read == pa.timestamp("ms", noted.tz):
        return noted
    if _STANDS_FOR.get(noted) == read:
        return noted
    if read.id != noted.id or read.num_fields != noted.num_fields or not is_a.is_nested(read):
        return read
    pairs = zip(_parts(read), _parts(noted), strict=True)
    parts = [part.with_type(_given_back(part.type, other.type)) for part, other in pairs]
    return _rebuilt(read, parts)


def _parts(kind: Any) -> list[Any]:
    return (
        [kind.key_field, kind.item_field]
        if is_a.is_map(kind)
        else list(map(kind.field, range(kind.num_fields)))
    )


def _is_wider(read: Any, noted: Any) -> bool:
    pairs = {(pa.string(), pa.large_string()), (pa.binary(), pa.large_binary())}
    return (read, noted) in pairs


def _rebuilt(kind: Any, parts: list[Any]) -> Any:
    """A type like another with other parts."""
    if is_a.is_struct(kind):
        return pa.struct(parts)
    if is_a.is_map(kind):
        return pa.map_(parts[0], parts[1], keys_sorted=kind.keys_sorted)
    if is_a.is_fixed_size_list(kind):
        return pa.list_(parts[0], kind.list_size)
    makers = (
        (is_a.is_large_list, pa.large_list),
        (is_a.is_list_view, pa.list_view),
        (is_a.is_large_list_view, pa.large_list_view),
        (is_a.is_list, pa.list_),
    )
    return next((make(parts[0]) for fits, make in makers if fits(kind)), kind)


def given_back(array: Any, kind: Any) -> Any:
    """An array as one of the type that `recorded` gave its column; raises ArrowInvalid where a value does not fit."""
    if array.type == kind:
        return array
    if is_a.is_dictionary(kind):
        values = array.dictionary_decode() if is_a.is_dictionary(array.type) else array
        made = given_back(values, kind.value_type).dictionary_encode()
        return pa.DictionaryArray.from_arrays(
            made.indices.cast(kind.index_type), made.dictionary, ordered=kind.ordered
        )
    if not is_a.is_nested(kind):
        return array.cast(kind)
    if is_a.is_struct(kind):
        parts = [given_back(array.field(i), kind.field(i).type) for i in range(kind.num_fields)]
        return pa.StructArray.from_arrays(parts, fields=list(kind), mask=array.is_null())
    if is_a.is_map(kind):
        keys, items = given_back(array.keys, kind.key_type), given_back(array.items, kind.item_type)
        return pa.MapArray.from_arrays(array.offsets, keys, items, type=kind, mask=_mask(array))
    values = given_back(array.values, kind.value_type)
    if is_a.is_fixed_size_list(kind):
        size = kind.list_size
        inside = values.slice(array.offset * size, len(array) * size)
        return pa.FixedSizeListArray.from_arrays(inside, type=kind, mask=array.is_null())
    if is_a.is_list_view(kind) or is_a.is_large_list_view(kind):
        make = pa.ListViewArray if is_a.is_list_view(kind) else pa.LargeListViewArray
        return make.from_arrays(array.offsets, array.sizes, values, type=kind, mask=_mask(array))
    make = pa.LargeListArray if is_a.is_large_list(kind) else pa.ListArray
    return make.from_arrays(array.offsets, values, type=kind, mask=_mask(array))


def _mask(array: Any) -> Any:
    return array.is_null()
