"""A quicker verdict on a record, for a prover: it is that of the judge, for every record.

To the engine each string goes as UTF-8, which for a whole article costs more than all its rules. Where the schema says
nothing of a text but type, length, and that it is not blank, Python knows all of that without encoding, and puts a
short text in its place.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from corpuskit.validation.bounds import judges_all
from corpuskit.validation.ecma import WHITE
from corpuskit.validation.judge import Judge

# Shorter strings are not worth the looking.
_LONG = 256
# So many properties are looked at for each record, and no more.
_MANY = 16
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


def quick_verdict(judge: Judge) -> Callable[[dict[str, Any]], bool]:
    """A verdict on records that may be changed by it; where nothing can be spared, that of the judge."""
    if not isinstance(judge.document, Mapping) or not _ROOT.issuperset(judge.document):
        return judge.accepts  # rules elsewhere may be about the same property
    if not judges_all(judge.ways):
        return judge.accepts  # it counts the values of a record, which must be those that it has
    texts = _texts(judge.document)
    accepts = judge.accepts

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

    return verdict if 0 < len(texts) <= _MANY else accepts


def _texts(document: Mapping[str, Any]) -> tuple[_Text, ...]:
    properties = document.get("properties")
    if not isinstance(properties, Mapping):
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
