"""Hub features of Arrow columns: what `datasets` calls the types of a table, read from its metadata or made for it.

The forms are those that `datasets` writes: {"dtype": "int64", "_type": "Value"}, {"feature": ..., "_type": "List"}, a
plain object for a struct. They are made without importing it.
"""

import json
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.types as is_a

KEY = b"huggingface"

# The types of features that are an object of two lists, or whose storage their name gives.
_VARIABLE = pa.struct([("language", pa.list_(pa.string())), ("translation", pa.list_(pa.string()))])
# Where the word of `datasets` for a type is not that of Arrow.
_WORDS = {
    "halffloat": "float16",
    "float": "float32",
    "double": "float64",
    "date32[day]": "date32",
    "date64[ms]": "date64",
}


def declared(schema: Any) -> dict[str, Any]:
    """The features that the metadata of a schema has, empty where it has none that can be read."""
    try:
        found = json.loads((schema.metadata or {}).get(KEY, b"{}"))["info"]["features"]
    except (ValueError, KeyError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def features_of(schema: Any) -> dict[str, Any]:
    """The feature of each column: as its metadata declares it where that fits the column's type, else by the type.

    A type that no feature exists for, such as a map, has none: its column is left out.
    """
    known = declared(schema)
    found = {}
    for field in schema:
        feature = known.get(field.name)
        if feature is None or not fits(feature, field.type):
            feature = feature_of(field.type)
        if feature is not None:
            found[field.name] = feature
    return found


def with_features(schema: Any) -> Any:
    """The schema with the features of all columns in its metadata; without them where a column has none."""
    features = features_of(schema)
    metadata = {key: value for key, value in (schema.metadata or {}).items() if key != KEY}
    if len(features) == len(schema):
        # What else stands beside the features, such as a fingerprint, would be that of other rows.
        metadata[KEY] = json.dumps({"info": {"features": features}}, separators=(",", ":")).encode()
    return schema.with_metadata(metadata or None)


def plain(kind: Any) -> Any:
    """The type of the values of a dictionary, every other type as it is: features know no dictionaries."""
    return kind.value_type if is_a.is_dictionary(kind) else kind


def feature_of(kind: Any) -> Any:
    """The feature that follows from an Arrow type, None where there is none."""
    if is_a.is_struct(kind):
        members = {field.name: feature_of(field.type) for field in kind}
        return None if None in members.values() or len(members) < kind.num_fields else members
    if is_a.is_list(kind) or is_a.is_fixed_size_list(kind) or is_a.is_large_list(kind):
        item = feature_of(kind.value_type)
        if item is None:
            return None
        name = "LargeList" if is_a.is_large_list(kind) else "List"
        length = {"length": kind.list_size} if is_a.is_fixed_size_list(kind) else {}
        return {"feature": item, **length, "_type": name}
    if isinstance(kind, pa.JsonType):
        return {"_type": "Json"}
    dtype = dtype_of(plain(kind))
    return None if dtype is None else {"dtype": dtype, "_type": "Value"}


def dtype_of(kind: Any) -> str | None:
    """The word of `datasets` for a type without parts, None where it has none."""
    if isinstance(kind, pa.BaseExtensionType) or is_a.is_nested(kind) or is_a.is_interval(kind):
        return None
    if is_a.is_decimal32(kind) or is_a.is_decimal64(kind) or is_a.is_run_end_encoded(kind):
        return None
    word = str(kind)
    return _WORDS.get(word, word)


def fits(feature: Any, kind: Any) -> bool:
    """Whether a feature can be that of a column of a type; of one of a kind that is not known here it is believed."""
    if isinstance(feature, list):  # as older versions wrote a list
        return len(feature) == 1 and is_a.is_list(kind) and fits(feature[0], kind.value_type)
    if not isinstance(feature, Mapping):
        return False
    match feature.get("_type"):
        case "Value":
            return dtype_of(plain(kind)) == feature.get("dtype")
        case "List":
            length = feature.get("length", -1)
            is_list = is_a.is_list(kind) if length == -1 else is_a.is_fixed_size_list(kind)
            return is_list and fits(feature.get("feature"), kind.value_type)
        case "LargeList":
            return bool(is_a.is_large_list(kind)) and fits(feature.get("feature"), kind.value_type)
        case "ClassLabel":
            return bool(kind == pa.int64())
        case "Json":
            return isinstance(kind, pa.JsonType)
        case "Translation":
            return bool(kind == pa.struct([(name, pa.string()) for name in feature.get("languages", ())]))
        case "TranslationVariableLanguages":
            return bool(kind == _VARIABLE)
        case str():
            return True
    members = list(kind) if is_a.is_struct(kind) else []
    return [field.name for field in members] == list(feature) and all(
        fits(feature[field.name], field.type) for field in members
    )
