"""The JSON dialect: RFC 8259 with I-JSON (RFC 7493), one object a record, numbers never rounded."""

import json
import re
from typing import Any, NoReturn

import orjson

from corpuskit.readers.records import Problem

# From here on a float may be an integer that the fast parser rounded.
_TWO_63 = float(2**63)
# Python refuses to read longer integers, for good reason: it takes quadratic time.
_LONGEST_INTEGER = 4000
_KEY = re.compile(rb'"[ \t\r\n]*:')
_NESTING = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")


class Malformed(Exception):
    """A record that is no JSON object of the dialect."""

    def __init__(self, kind: str, message: str, pointer: str | None = None) -> None:
        super().__init__(kind, message, pointer)
        self.problem = Problem(kind, message, pointer)


def parse_object(raw: bytes, depth: int) -> dict[str, Any]:
    """The object that the bytes spell; raises Malformed with the reason where they spell none."""
    value = parse_value(raw, depth)
    if type(value) is not dict:
        raise Malformed("not-an-object", f"a record is an object; this is {_json_type(value)}")
    return value


def parse_value(raw: bytes, depth: int) -> Any:
    """The JSON value that the bytes spell, of any type; raises Malformed otherwise."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        _diagnose(raw, depth, error)
    keys, exact = _survey(value, depth)
    # Every key ends in a quote and a colon. As many of these as keys in the result: none stood twice.
    # More of them may be a key that stood twice, or a text that contains one: then look closely.
    if not exact or len(_KEY.findall(raw)) != keys:
        return _parse_slowly(raw, depth)
    return value


def _survey(value: Any, depth: int) -> tuple[int, bool]:
    """The number of keys in a value, and whether its numbers are certainly exact; Malformed if too deep."""
    kind = type(value)
    if kind is float:
        return 0, -_TWO_63 < value < _TWO_63
    if kind is not dict and kind is not list:
        return 0, True
    if depth <= 0:
        raise Malformed("too-deep", "nested deeper than the limit of `[limits] depth`")
    keys, exact = len(value) if kind is dict else 0, True
    for child in value.values() if kind is dict else value:
        inner = type(child)
        if inner is dict or inner is list or inner is float:
            below, certain = _survey(child, depth - 1)
            keys += below
            exact = exact and certain
    return keys, exact


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise Malformed(
                    "duplicate-key", f"the key {_quoted(key)} stands twice in one object", "/" + key
                )
            seen.add(key)
    return fields


def _quoted(key: str) -> str:
    return json.dumps(key[:60], ensure_ascii=False)


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_INTEGER:
        raise Malformed("unrepresentable", f"an integer of {len(digits)} digits")
    return int(digits)


def _constant(name: str) -> NoReturn:
    raise Malformed("invalid-json", f"{name} is no JSON number")


def _parse_slowly(raw: bytes, depth: int) -> Any:
    """Parse with exact integers and every key seen; raises Malformed for what the dialect refuses."""
    if _nested_deeper(raw, depth):
        raise Malformed("too-deep", f"nested deeper than {depth} levels")
    decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_int=_integer, parse_constant=_constant)
    text = raw.decode()
    try:
        start = len(text) - len(text.lstrip(" \t\r\n"))
        value, end = decoder.raw_decode(text, start)
    except json.JSONDecodeError as error:
        raise Malformed("invalid-json", f"{error.msg} at byte {len(text[: error.pos].encode())}") from error
    if rest := text[end:].strip(" \t\r\n"):
        at = len(text[: len(text) - len(text[end:].lstrip(" \t\r\n"))].encode())
        raise Malformed("trailing-data", f"more after the value, at byte {at}: {_quoted(rest)}")
    return value


def _nested_deeper(raw: bytes, limit: int) -> bool:
    depth = 0
    for match in _NESTING.finditer(raw):
        token = match[0]
        if token in b"[{":
            depth += 1
            if depth > limit:
                return True
        elif token in b"]}":
            depth -= 1
    return False


def _diagnose(raw: bytes, depth: int, error: orjson.JSONDecodeError) -> NoReturn:
    """Raise the reason why the fast parser refused the bytes."""
    try:
        raw.decode()
    except UnicodeDecodeError as broken:
        byte = raw[broken.start]
        raise Malformed("invalid-encoding", f"byte 0x{byte:02x} at {broken.start} is not UTF-8") from broken
    if raw.startswith(b"\xef\xbb\xbf"):
        raise Malformed("invalid-json", "a byte order mark inside the file")
    value = _parse_slowly(raw, depth)
    if _SURROGATE.search(json.dumps(value, ensure_ascii=False)):
        raise Malformed("lone-surrogate", "an escape such as \\ud800 is half of a character")
    # The slow parser is laxer in a few points; the fast one has the last word.
    raise Malformed("invalid-json", error.msg)


def _json_type(value: Any) -> str:
    names = {str: "a string", bool: "a boolean", int: "a number", float: "a number", list: "an array"}
    return names.get(type(value), "null")


class Printed(str):
    """A number as it was printed, so that it can be written again to the digit."""

    __slots__ = ()


def parse_printed(raw: bytes) -> dict[str, Any]:
    """The object again, of bytes that `parse_object` accepted, with every number as it was printed."""
    value: dict[str, Any] = json.loads(raw, parse_int=Printed, parse_float=Printed)
    return value


def dump_printed(value: Any) -> str:
    """Compact JSON of a value, where a `Printed` number is written as it was."""
    if type(value) is Printed:
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{dump_printed(k)}:{dump_printed(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(dump_printed, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
