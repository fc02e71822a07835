"""A broken rule in words: the field, its value cut short, and what was expected."""

import json
from collections.abc import Callable, Iterable
from typing import Any

import jsonschema_rs

_FORMATS = {
    "date-time": "an RFC 3339 date-time such as 2017-12-19T13:16:05+07:00",
    "date": "an RFC 3339 date such as 2017-12-19",
    "time": "an RFC 3339 time",
    "uri": "a URI (RFC 3986)",
    "uri-reference": "a URI reference (RFC 3986)",
    "iri": "a URL (RFC 3987)",
    "iri-reference": "a URL reference (RFC 3987)",
    "email": "an e-mail address",
    "uuid": "a UUID",
    "json-pointer": "a JSON Pointer such as /entries (RFC 6901)",
}
_LONGEST = 80
_ENCODER = json.JSONEncoder(ensure_ascii=False, default=str)


def show(value: Any) -> str:
    """A value as JSON, cut to one short line."""
    if isinstance(value, str) and len(value) > _LONGEST:
        value = value[:_LONGEST]
        return json.dumps(value, ensure_ascii=False)[:-1] + "…"
    if isinstance(value, list | dict) and len(value) > _LONGEST:
        return f"{'an array' if isinstance(value, list) else 'an object'} of {len(value)}"
    text = ""
    for part in _ENCODER.iterencode(value):  # no further than is shown: what stands inside may be long
        text += part
        if len(text) > _LONGEST * 2:
            break
    return text if len(text) <= _LONGEST * 2 else text[: _LONGEST * 2] + "…"


def json_type(value: Any) -> str:
    """The JSON type of a value, with its article."""
    names = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array"}
    return _with_article("null" if value is None else names.get(type(value), "object"))


def _with_article(name: str) -> str:
    return name if name == "null" else f"{'an' if name[0] in 'aio' else 'a'} {name}"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


_RULES: dict[str, Callable[[Any, Any], str]] = {
    "required": lambda k, _: f"the field {show(k.property)} is missing",
    "type": lambda k, v: f"{show(v)} is {json_type(v)}, not {' or '.join(map(_with_article, k.types))}",
    "format": lambda k, v: f"{show(v)} is not {_FORMATS.get(k.format, f'in the format {k.format}')}",
    "minLength": lambda k, v: f"{show(v)} is shorter than {_plural(k.limit, 'character')}",
    "maxLength": lambda k, v: f"{show(v)} is longer than {_plural(k.limit, 'character')} ({len(v)})",
    "minItems": lambda k, v: f"has {_plural(len(v), 'item')}, fewer than {k.limit}",
    "maxItems": lambda k, v: f"has {_plural(len(v), 'item')}, more than {k.limit}",
    "minimum": lambda k, v: f"{show(v)} is less than {k.limit}",
    "maximum": lambda k, v: f"{show(v)} is greater than {k.limit}",
    "exclusiveMinimum": lambda k, v: f"{show(v)} is not greater than {k.limit}",
    "exclusiveMaximum": lambda k, v: f"{show(v)} is not less than {k.limit}",
    "pattern": lambda k, v: f"{show(v)} does not match the pattern {show(k.pattern)}",
    "enum": lambda k, v: f"{show(v)} is not one of {show(list(k.options))}",
    "const": lambda k, v: f"{show(v)} is not {show(k.expected_value)}",
    "additionalProperties": lambda k, _: "the schema does not know " + ", ".join(map(show, k.unexpected[:5])),
    "unevaluatedProperties": lambda k, _: (
        "the schema does not know " + ", ".join(map(show, k.unexpected[:5]))
    ),
    "uniqueItems": lambda _, v: f"{show(v)} has equal items",
}


# A pattern that was not decided carries the name of its keyword, yet not its fields.
GIVEN_UP = (
    jsonschema_rs.ValidationErrorKind.BacktrackLimitExceeded,
    jsonschema_rs.ValidationErrorKind.RegexEngineFailure,
)


def _given_up(error: jsonschema_rs.ValidationError) -> str:
    return f"{show(error.instance)} takes too many steps to compare with a pattern of the schema"


def placed(path: Iterable[str | int], text: str) -> str:
    """A sentence that starts with the place in the instance, if it is not the whole."""
    place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
    return f"{place}: {text}" if place else text


def _closest(
    error: jsonschema_rs.ValidationError, branches: list[list[jsonschema_rs.ValidationError]]
) -> jsonschema_rs.ValidationError | None:
    """The error of the alternative that came closest: of the right type, failed deepest, in the fewest ways."""

    def distance(branch: list[jsonschema_rs.ValidationError]) -> tuple[bool, int, int]:
        here = len(error.instance_path)
        other_type = any(e.kind.name == "type" and len(e.instance_path) == here for e in branch)
        return other_type, -max(len(e.instance_path) for e in branch), len(branch)

    return min((branch for branch in branches if branch), key=distance, default=[None])[0]


def sentence(error: jsonschema_rs.ValidationError) -> str:
    """What is wrong, as one sentence that starts with the place in the instance."""
    name, kind = error.kind.name, error.kind
    if name in {"anyOf", "oneOf"} and (closest := _closest(error, getattr(kind, "context", []))):
        return f"{sentence(closest)} (the closest of several alternatives)"
    try:
        text = _given_up(error) if isinstance(kind, GIVEN_UP) else _RULES[name](kind, error.instance)
    except KeyError:
        text = error.message if len(error.message) <= _LONGEST * 4 else error.message[: _LONGEST * 4] + "…"
    return placed(error.instance_path, text)
