"""The JSON dialect: RFC 8259 with I-JSON (RFC 7493), one object a record, numbers never rounded."""

import json
import math
import re
from typing import Any, NoReturn

import orjson

from corpuskit.readers.records import Problem

# From here on a float may be an integer that the fast parser rounded.
_TWO_63 = float(2**63)
# Less than any number of keys can make good, however many are added; no sum of it with others is -1.
_NONE = -(2**62)
# Python refuses to read longer integers, for good reason: it takes quadratic time.
_LONGEST_INTEGER = 4000
_BLANK = " \t\r\n"
# What may follow a number, so that no digit of it is left behind.
_AFTER_VALUE = frozenset({b",", b"}", b" ", b"\t", b"\r", b"\n"})
_BLANKS = frozenset({b" ", b"\t", b"\r", b"\n"})
_SPACED_KEY = re.compile(rb'"[ \t\r\n]++:')
# A string without its closing quote runs to the end: begun again at each quote inside, it took quadratic time.
_NESTING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")


# What the parser of the standard library says, for people.
_IN_WORDS = {
    "Expecting value": "expected a value",
    "Expecting property name enclosed in double quotes": "expected a key in double quotes",
    "Illegal trailing comma before end of object": "a comma too many stands",
    "Illegal trailing comma before end of array": "a comma too many stands",
    "Expecting ',' delimiter": "expected a comma or a closing bracket",
    "Expecting ':' delimiter": "expected a colon",
    "Unterminated string starting at": "a string without end begins",
    "Invalid control character at": "a control character that is not escaped stands",
    "Invalid \\escape": "an escape that JSON does not know stands",
    "Invalid \\uXXXX escape": "expected four hexadecimal digits of an escape",
}


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
    except orjson.JSONDecodeError:
        return _diagnosed(raw, depth)
    # Every key ends in a quote and a colon. As many of these as keys in the result: none stood twice.
    # More of them may be a key that stood twice, or a text that contains one: then look closely.
    if raw.count(b'":') + sum(1 for _ in _SPACED_KEY.finditer(raw)) != exact_keys(value, depth):
        return _parse_slowly(raw, depth)
    return value


def exact_keys(value: Any, depth: int) -> int:
    """How many keys the objects of a value have; negative where a number may be rounded, or nesting too deep."""
    kind = type(value)
    if kind is float:
        return 0 if -_TWO_63 < value < _TWO_63 else _NONE
    return _keys(value, depth) if kind is dict or kind is list else 0


def _keys(value: Any, left: int) -> int:
    if left <= 0:
        return _NONE
    is_object = type(value) is dict
    keys = len(value) if is_object else 0
    for item in [each for each in (value.values() if is_object else value) if type(each) in _LOOKED_AT]:
        if type(item) is not float:
            keys += _keys(item, left - 1)
        elif not -_TWO_63 < item < _TWO_63:
            return _NONE
    return keys


_LOOKED_AT = frozenset({dict, list, float})


def _too_deep(depth: int) -> Malformed:
    return Malformed("too-deep", f"nested deeper than {depth} levels, the limit of `[limits] depth`")


class _Repeating(dict[str, Any]):
    """An object in which a key stands twice."""


_CONTAINERS = (dict, list, _Repeating)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) == len(pairs):
        return fields
    seen: set[str] = set()
    twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return _Repeating({twice: None})


def _repeated(value: Any, path: str = "") -> tuple[str, str] | None:
    """The first key that stands twice in one object, and its JSON Pointer."""
    if type(value) is _Repeating:
        key = next(iter(value))
        return key, f"{path}/{_escaped(key)}"
    steps = value.items() if type(value) is dict else enumerate(value) if type(value) is list else ()
    for step, item in steps:  # a loop: generators would take two frames a level of depth
        if type(item) in _CONTAINERS and (found := _repeated(item, f"{path}/{_escaped(str(step))}")):
            return found
    return None


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")


def _quoted(key: str) -> str:
    return json.dumps(key[:60], ensure_ascii=False)


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_INTEGER and (count := len(digits.lstrip("-"))) > _LONGEST_INTEGER:
        raise Malformed("unrepresentable", f"an integer of {count} digits")
    return int(digits)


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise Malformed("unrepresentable", f"the number {digits[:60]} is beyond the range of a 64-bit float")
    return number


def _constant(name: str) -> NoReturn:
    raise Malformed("invalid-json", f"{name} is no JSON number")


def _parse_slowly(raw: bytes, depth: int) -> Any:
    """Parse with exact integers and every key seen; raises Malformed for what the dialect refuses."""
    if _nested_deeper(raw, depth):
        raise _too_deep(depth)
    decoder = json.JSONDecoder(
        object_pairs_hook=_unique, parse_int=_integer, parse_float=_float, parse_constant=_constant
    )
    text = raw.decode()
    try:
        value, end = decoder.raw_decode(text, len(text) - len(text.lstrip(_BLANK)))
    except json.JSONDecodeError as error:
        what = _IN_WORDS.get(error.msg, error.msg)
        at = len(text[: error.pos].encode())
        raise Malformed("invalid-json", f"{what} at byte {at} of the record") from error
    if rest := text[end:].strip(_BLANK):
        at = len(raw.rstrip(_BLANK.encode())) - len(rest.encode())
        raise Malformed("trailing-data", f"more after the value, at byte {at}: {_quoted(rest)}")
    if found := _repeated(value):
        key, pointer = found
        raise Malformed("duplicate-key", f"the key {_quoted(key)} stands twice in one object", pointer)
    return value


def _nested_deeper(raw: bytes, limit: int) -> bool:
    if raw.count(b"[") + raw.count(b"{") <= limit:
        return False
    depth = 0
    for match in _NESTING.finditer(raw):
        mark = raw[match.start()]
        if mark in b"[{":
            depth += 1
            if depth > limit:
                return True
        elif mark in b"]}":
            depth -= 1
    return False


def _diagnosed(raw: bytes, depth: int) -> Any:
    """Raise the reason why the fast parser refused the bytes, or give the value that is beyond it alone."""
    try:
        raw.decode()
    except UnicodeDecodeError as broken:
        byte = raw[broken.start]
        raise Malformed(
            "invalid-encoding", f"byte 0x{byte:02x} at byte {broken.start} of the record is not UTF-8"
        ) from broken
    if raw.startswith(b"\xef\xbb\xbf"):
        raise Malformed("invalid-json", "a byte order mark inside the file")
    value = _parse_slowly(raw, depth)
    if _SURROGATE.search(json.dumps(value, ensure_ascii=False)):
        raise Malformed("lone-surrogate", "an escape such as \\ud800 is half of a character")
    return value


def _json_type(value: Any) -> str:
    names = {str: "a string", bool: "a boolean", int: "a number", float: "a number", list: "an array"}
    return names.get(type(value), "null")


class Printed(str):
    """A number as it was printed, so that it can be written again to the digit."""

    __slots__ = ()


_PRINTED = json.JSONDecoder(parse_int=Printed, parse_float=Printed)
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def parse_printed(raw: bytes) -> dict[str, Any]:
    """The object again, of bytes that `parse_object` accepted, with every number as it was printed."""
    value: dict[str, Any] = _PRINTED.decode(raw.decode())
    return value


def dump_printed(value: Any) -> str:
    """Compact JSON of a value, where a `Printed` number is written as it was."""
    if type(value) is Printed:
        return str(value)
    # Loops, since a comprehension would take a second frame a level of depth.
    parts: list[str] = []
    if isinstance(value, dict):
        for key, item in value.items():
            parts.append(f"{_compact(key)}:{dump_printed(item)}")
        return "{" + ",".join(parts) + "}"
    if isinstance(value, list):
        for item in value:
            parts.append(dump_printed(item))  # noqa: PERF401
        return "[" + ",".join(parts) + "]"
    return _compact(value)


def dump_compact(value: Any) -> bytes:
    """Compact JSON of a value in which no number is in doubt."""
    return orjson.dumps(value)


# What `number_doubt` says of a float, which may be printed in many ways; of an integer only zero has a second one.
MOST_DOUBT, _ZERO = 2, 1


def number_doubt(value: Any) -> int:
    """Whether Python may write a number of a value otherwise than it was printed: 1.10 or, for some zero, -0."""
    kind = type(value)
    if kind is dict or kind is list:
        doubt = 0
        for item in (
            value.values() if kind is dict else value
        ):  # `max` and `map` would take two frames a level
            if type(item) is not str and (found := number_doubt(item)) > doubt:
                doubt = found
                if doubt == MOST_DOUBT:
                    break
        return doubt
    return MOST_DOUBT if kind is float else _ZERO if kind is int and value == 0 else 0


def member_as_printed(raw: bytes, name: str, key: str, value: Any) -> str | None:
    """The member of an object that holds a value, under a key, where its compact form is how the record prints it.

    None where that is not certain: the name stands more than once in the record, or numbers are printed otherwise.
    """
    try:
        compact = orjson.dumps(value)
        head = orjson.dumps(name) + b":"
    except TypeError:  # an integer beyond 64 bits
        return None
    last = head + compact + b"}"
    if raw.endswith(last) and raw[-len(last) - 1 : -len(last)] != b"\\":  # the last one, as it often is
        return f"{_compact(key)}:{compact.decode()}"
    start = raw.find(head)
    if start < 0 or raw[max(start - 1, 0) : start] == b"\\" or raw.find(head, start + 1) >= 0:
        return None  # not there, the end of a longer name, or there twice
    if (b"\\u" in raw or b"\\/" in raw) and _depth(raw, start) != 1:
        return None  # the same name spelled otherwise elsewhere, and this one inside a value
    at = start + len(head)
    while raw[at : at + 1] in _BLANKS:
        at += 1
    if _begins(raw, at, compact) or _begins(raw, at, json.dumps(value, ensure_ascii=False).encode()):
        return f"{_compact(key)}:{compact.decode()}"
    return None


def _depth(raw: bytes, end: int) -> int:
    """How deep the first bytes of a record leave off."""
    marks = [raw[match.start()] for match in _NESTING.finditer(raw, 0, end)]
    return sum((mark in b"[{") - (mark in b"]}") for mark in marks)


def _begins(raw: bytes, at: int, value: bytes) -> bool:
    end = at + len(value)
    return raw.startswith(value, at) and raw[end : end + 1] in _AFTER_VALUE
