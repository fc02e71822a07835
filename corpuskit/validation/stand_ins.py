"""Long texts judged by their length alone, and replaced by short ones before the engine sees the record.

To the engine each string goes as UTF-8, which for a whole article costs more than all its rules. Where the schema
says nothing of a property but type, length, and that it is not blank, Python knows all of that without encoding.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from corpuskit.validation.ecma import WHITE

# Shorter strings are not worth the looking.
_LONG = 256
# Keywords of a whole schema that leave the rules of one property to that property.
_ROOT = frozenset({
    "$schema", "$id", "id", "$comment", "$defs", "definitions", "title", "description", "default", "examples", "type",
    "required", "properties", "additionalProperties", "unevaluatedProperties", "minProperties", "maxProperties",
    "propertyNames",
})  # fmt: skip
_ANNOTATIONS = frozenset({"$comment", "title", "description", "default", "examples", "readOnly", "writeOnly"})
_NOT_BLANK = r"\S"


class _Text(NamedTuple):
    """What a schema says of a text: its least and most characters, and what may stand for a long one that fits."""

    name: str
    least: int
    most: float
    stand_in: str


def spared(document: Any, accepts: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """The verdict on a record that may be changed: long texts of which the schema is known to say yes are replaced.

    It is that of `accepts`, for every record.
    """
    texts = _texts(document)
    if not texts:
        return accepts

    def verdict(record: dict[str, Any]) -> bool:
        for name, least, most, stand_in in texts:
            text = record.get(name)
            if (
                type(text) is str
                and least <= len(text) <= most
                and (text[0] not in WHITE or text.strip(WHITE))
            ):
                record[name] = stand_in
        return accepts(record)

    return verdict


def _texts(document: Any) -> tuple[_Text, ...]:
    properties = document.get("properties") if isinstance(document, Mapping) else None
    if not isinstance(properties, Mapping) or not _ROOT.issuperset(document):
        return ()
    return tuple(text for name, schema in properties.items() if (text := _text(name, schema)) is not None)


def _text(name: str, schema: Any) -> _Text | None:
    """A property of which nothing but type, length and not being blank is said, None for any other."""
    if not isinstance(schema, Mapping) or schema.get("type") not in (
        "string",
        ["string", "null"],
        ["null", "string"],
    ):
        return None
    said = set(schema) - _ANNOTATIONS - {"type"}
    if not said <= {"minLength", "maxLength", "pattern"} or schema.get("pattern", _NOT_BLANK) != _NOT_BLANK:
        return None
    least, most = schema.get("minLength", 0), schema.get("maxLength", float("inf"))
    if type(least) is not int or type(most) not in (int, float) or least > _LONG:
        return None
    return _Text(name, _LONG, most, "x" * max(least, 1)) if most >= _LONG else None
