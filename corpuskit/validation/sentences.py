"""A broken rule in words: the field, its value cut short, and what was expected."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import jsonschema_rs

from corpuskit.findings import shortened
from corpuskit.validation.formats import FORMATS

_LONGEST = 80  # of a string; a value of several parts may be a little longer
_LONGEST_VALUE, _LONGEST_PLACE, _LONGEST_SENTENCE = 100, 100, 300
_MOST = 5  # how many of several values are named

_Error = jsonschema_rs.ValidationError


def show(value: Any) -> str:
    """A value as JSON, cut to one short line."""
    if isinstance(value, str) and len(value) > _LONGEST:
        return json.dumps(value[:_LONGEST], ensure_ascii=False)[:-1] + '…"'
    if _is_large(value):
        return f"{'an array' if isinstance(value, list) else 'an object'} of {len(value)}"
    text = json.dumps(_pruned(value, _LONGEST_VALUE)[0], ensure_ascii=False, default=str)
    return shortened(text, _LONGEST_VALUE)


def _pruned(value: Any, left: int) -> tuple[Any, int]:
    """A value with so many characters or more of its JSON as it begins, and how many are left of them.

    What follows is not even looked at: it may be long.
    """
    if isinstance(value, str):
        return value[: max(left, 0) + 1], left - len(value) - 2
    if isinstance(value, dict):
        fields: dict[str, Any] = {}
        for key, item in value.items():
            if left <= 0:
                break
            fields[key[: left + 1]], left = _pruned(item, left - len(key) - 4)
        return fields, left - 2
    if isinstance(value, list):
        items: list[Any] = []
        for item in value:
            if left <= 0:
                break
            kept, left = _pruned(item, left - 2)
            items.append(kept)
        return items, left - 2
    return value, left - 1


def _is_large(value: Any) -> bool:
    return isinstance(value, list | dict) and len(value) > _LONGEST


def json_type(value: Any) -> str:
    """The JSON type of a value, with its article."""
    names = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array"}
    return _with_article("null" if value is None else names.get(type(value), "object"))


def _with_article(name: str) -> str:
    return name if name == "null" else f"{'an' if name[0] in 'aio' else 'a'} {name}"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


def _listed(values: Sequence[Any]) -> str:
    """The first of several values, each cut short, and how many there are besides."""
    shown = ", ".join(shortened(show(value), _LONGEST_VALUE // 2) for value in values[:_MOST])
    more = len(values) - _MOST
    return shortened(shown, 2 * _LONGEST_VALUE) + (f" and {more} more" if more > 0 else "")


def _wrong_type(types: Iterable[str], value: Any) -> str:
    expected = " or ".join(_with_article(name) for name in sorted(types, key=lambda name: name == "null"))
    return f"{show(value)}, not {expected}" if _is_large(value) else (
        f"{show(value)} is {json_type(value)}, not {expected}")  # fmt: skip


def _fitting(kind: Any, value: Any) -> str:
    fits = [str(number) for number, errors in enumerate(kind.context, 1) if not errors]
    named = " and ".join(fits) if len(fits) <= _MOST else f"{', '.join(fits[:_MOST])} and others"
    return f"{show(value)} fits the alternatives {named}, and must fit exactly one"


_RULES: dict[str, Callable[[Any, Any], str]] = {
    "required": lambda k, _: f"the field {show(k.property)} is missing",
    "dependentRequired": lambda k, _: f"the field {show(k.property)} is missing, which another one needs",
    "dependencies": lambda k, _: f"the field {show(k.property)} is missing, which another one needs",
    "type": lambda k, v: _wrong_type(k.types, v),
    "format": lambda k, v: f"{show(v)} is not {FORMATS[k.format].what}",
    "minLength": lambda k, v: f"{show(v)} is shorter than {_plural(k.limit, 'character')}",
    "maxLength": lambda k, v: f"{show(v)} is longer than {_plural(k.limit, 'character')} ({len(v)})",
    "minItems": lambda k, v: f"has {_plural(len(v), 'item')}, fewer than {k.limit}",
    "maxItems": lambda k, v: f"has {_plural(len(v), 'item')}, more than {k.limit}",
    "additionalItems": lambda k, v: f"has {_plural(len(v), 'item')}, more than {k.limit}",
    "minProperties": lambda k, v: f"has {_plural(len(v), 'field')}, fewer than {k.limit}",
    "maxProperties": lambda k, v: f"has {_plural(len(v), 'field')}, more than {k.limit}",
    "minimum": lambda k, v: f"{show(v)} is less than {show(k.limit)}",
    "maximum": lambda k, v: f"{show(v)} is greater than {show(k.limit)}",
    "exclusiveMinimum": lambda k, v: f"{show(v)} is not greater than {show(k.limit)}",
    "exclusiveMaximum": lambda k, v: f"{show(v)} is not less than {show(k.limit)}",
    "multipleOf": lambda k, v: f"{show(v)} is not a multiple of {show(k.multiple_of)}",
    "pattern": lambda k, v: f"{show(v)} does not match the pattern {show(k.pattern)}",
    "enum": lambda k, v: f"{show(v)} is not one of {_listed(list(k.options))}",
    "const": lambda k, v: f"{show(v)} is not {show(k.expected_value)}",
    "additionalProperties": lambda k, _: f"the schema does not know {_listed(k.unexpected)}",
    "unevaluatedProperties": lambda k, _: f"the schema does not know {_listed(k.unexpected)}",
    # These items come as text of JSON.
    "unevaluatedItems": lambda k, _: (
        f"the schema does not know {'the items' if len(k.unexpected) > 1 else 'the item'} "
        + shortened(", ".join(k.unexpected[:_MOST]), _LONGEST_VALUE)
    ),
    "uniqueItems": lambda _, v: f"{show(v)} has equal items",
    "contains": lambda _, v: f"{show(v)} has no item of the sort that the schema asks for",
    "minContains": lambda _, v: f"{show(v)} has too few items of the sort that the schema asks for",
    "maxContains": lambda _, v: f"{show(v)} has too many items of the sort that the schema counts",
    "propertyNames": lambda k, _: f"the name of a field: {sentence(k.error)}",
    "not": lambda k, v: f"{show(v)} is what the schema forbids: {show(k.schema)}",
    "oneOf": _fitting,
    "contentEncoding": lambda k, v: f"{show(v)} is not encoded in {show(k.content_encoding)}",
    "contentMediaType": lambda k, v: f"{show(v)} is not of the media type {show(k.content_media_type)}",
}
# Keywords under which the engine tells of another one, which would say less.
_NAMED = frozenset({"dependentRequired", "dependencies", "minContains", "maxContains"})
# What `false` at a keyword means; elsewhere it allows no value at all.
_FALSE: dict[str, Callable[[Any], str]] = {
    # Where it stands alone the engine does not tell which field it met.
    "additionalProperties": lambda v: f"the schema knows no field here; the first has the value {show(v)}",
    "propertyNames": lambda _: "no field is allowed here",
    "items": lambda v: f"no item is allowed here; it is {show(v)}",
    "prefixItems": lambda v: f"no item is allowed here; it is {show(v)}",
    "contains": lambda v: f"{show(v)} breaks a rule that nothing can keep",
}


# A pattern that was not decided carries the name of its keyword, yet not its fields.
GIVEN_UP = (
    jsonschema_rs.ValidationErrorKind.BacktrackLimitExceeded,
    jsonschema_rs.ValidationErrorKind.RegexEngineFailure,
)


def keyword_of(error: _Error) -> str:
    """The JSON Schema keyword that failed: the last of its place in the schema that is a keyword."""
    path, name = list(error.schema_path), str(error.kind.name)
    if isinstance(error.kind, GIVEN_UP) and path[-1] != "pattern":
        return "patternProperties"  # then the place ends with the pattern itself
    if path and path[-1] in _NAMED and name in {"contains", "required"}:
        return str(path[-1])
    if name in path:
        return name  # the engine names the rule also where its place ends with an index or a name
    return leading_keyword(path) or name


def leading_keyword(path: Sequence[str | int]) -> str:
    """The keyword that leads to the subschema at a place of a schema, empty for the whole schema."""
    named = len(path) > 1 and (isinstance(path[-1], int) or path[-2] in _HOLDING_NAMES)
    return str(path[-2] if named else path[-1]) if path else ""


_HOLDING_NAMES = frozenset({
    "$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties",
})  # fmt: skip


def placed(path: Iterable[str | int], text: str) -> str:
    """A sentence that starts with the place in the instance, if it is not the whole."""
    steps = (f"[{s}]" if isinstance(s, int) else f".{shortened(s, _LONGEST)}" for s in path)
    place = shortened("".join(steps).removeprefix("."), _LONGEST_PLACE)
    return f"{place}: {text}" if place else text


def _given_up(error: _Error) -> str:
    what = "the name of a field" if isinstance(error.instance, dict) else show(error.instance)
    return f"{what} takes too many steps to compare with a pattern of the schema"


def _closest(error: _Error, branches: list[list[_Error]]) -> _Error | None:
    """The error of the alternative that came closest, None where no alternative failed.

    Closest is one of the right type, and of the sort that a const or enum tells; then the one that failed deepest,
    in the fewest ways.
    """
    here = len(error.instance_path)

    def distance(branch: list[_Error]) -> tuple[bool, bool, int, int]:
        other_type = any(e.kind.name == "type" and len(e.instance_path) == here for e in branch)
        other_sort = any(
            e.kind.name in {"const", "enum"} and len(e.instance_path) == here + 1 for e in branch
        )
        return other_type, other_sort, -max(len(e.instance_path) for e in branch), len(branch)

    return min((branch for branch in branches if branch), key=distance, default=[None])[0]


def _alternatives(error: _Error) -> str | None:
    """What is wrong where none of several alternatives fits: all types there are, or the closest alternative."""
    branches: list[list[_Error]] = getattr(error.kind, "context", [])
    if not all(branches):
        return None
    here = list(error.instance_path)
    if all(e.kind.name == "type" and list(e.instance_path) == here for branch in branches for e in branch):
        kinds: list[Any] = [e.kind for branch in branches for e in branch]
        types = dict.fromkeys(name for kind in kinds for name in kind.types)
        return _wrong_type(types, error.instance)
    closest = _closest(error, branches)
    return f"{_told(closest)} (the closest of several alternatives)" if closest else None


def _rule(error: _Error) -> str:
    """What is wrong with the instance, without its place."""
    keyword = keyword_of(error)
    if isinstance(error.kind, GIVEN_UP):
        return _given_up(error)
    if error.kind.name == "falseSchema":
        told = _FALSE.get(keyword)
        return told(error.instance) if told else f"no value is allowed here; it is {show(error.instance)}"
    try:
        return _RULES[keyword if keyword in _NAMED else error.kind.name](error.kind, error.instance)
    except KeyError:  # a rule of an engine to come
        return str(error.message)


def _told(error: _Error) -> str:
    if error.kind.name in {"anyOf", "oneOf"} and (text := _alternatives(error)):
        return text if text.endswith("alternatives)") else placed(error.instance_path, text)
    return placed(error.instance_path, _rule(error))


def sentence(error: _Error) -> str:
    """What is wrong, as one short sentence that starts with the place in the instance."""
    return shortened(_told(error), _LONGEST_SENTENCE)
