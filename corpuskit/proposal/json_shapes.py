"""Where the records of a JSON file are: in its top-level array, in an array inside it, or the file is one."""

import json
import re
from collections.abc import Iterator
from typing import Any

from corpuskit.readers.dialect import Malformed, parse_value

_DEPTH, _DEEPEST = 64, 3
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{},"]', re.DOTALL)
_CLOSING = {"[": "]", "{": "}"}


def parsed(data: bytes, *, whole: bool) -> Any:
    """The value of a JSON file, of which `data` may be only the beginning; raises Malformed.

    Of a beginning the last element of every array is dropped where it may be cut.
    """
    data = data.removeprefix(b"\xef\xbb\xbf")
    if whole:
        return parse_value(data, _DEPTH)
    text = data.decode(errors="ignore")
    stack: list[str] = []
    end, closing = 0, ""
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark == '"':
            break
        if mark in _CLOSING:
            stack.append(_CLOSING[mark])
            if len(stack) > _DEPTH:
                raise Malformed("too-deep", f"nested deeper than {_DEPTH} levels")
        elif mark in "]}":
            if not stack or stack.pop() != mark:
                raise Malformed("invalid-json", f"a {mark} without its bracket")
        elif mark == "," and stack[-1:] == ["]"]:
            end, closing = token.start(), "".join(reversed(stack))
    try:
        return json.loads(text[:end] + closing)
    except (ValueError, RecursionError) as error:
        raise Malformed("invalid-json", str(error)) from error


def records_in(value: Any, *, is_article: bool) -> tuple[str | None, list[Any]]:
    """The place of the records as a JSON Pointer, None for the top level, and the records themselves.

    An object that is an article, and one without an array of objects, is the only record.
    """
    if isinstance(value, list):
        return None, value
    if not isinstance(value, dict) or is_article:
        return None, [value]
    arrays = sorted(_arrays(value, ""), key=lambda found: (-len(found[1]), found[0]))
    return arrays[0] if arrays else (None, [value])


def _arrays(value: dict[str, Any], path: str) -> Iterator[tuple[str, list[Any]]]:
    """Every array that is mostly objects, with its pointer."""
    for key, item in value.items():
        pointer = f"{path}/{key.replace('~', '~0').replace('/', '~1')}"
        if isinstance(item, list) and 2 * sum(isinstance(one, dict) for one in item) > len(item):
            yield pointer, item
        elif isinstance(item, dict) and pointer.count("/") < _DEEPEST:
            yield from _arrays(item, pointer)


def value_at(value: Any, pointer: str | None) -> list[Any] | None:
    """The records at a pointer, None where there is nothing."""
    for step in (pointer or "").split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if not isinstance(value, dict) or key not in value:
            return None
        value = value[key]
    return value if isinstance(value, list) else [value]
