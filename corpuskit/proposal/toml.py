"""Writes TOML for people: keys with their comments beside them, every string inert in a terminal."""

import json
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from corpuskit.findings import shortened

# Where comments begin, and where lines end.
_COLUMN, _WIDTH, _NARROWEST = 36, 116, 40
_LONGEST_COMMENT = 600
_ACTING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def string(text: str) -> str:
    """A TOML basic string, in which nothing but printable characters stands."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(f"\\U{ord(c):08x}" if unicodedata.category(c) in _ACTING else c for c in quoted)


def value(item: Any) -> str:
    """A string, a number or a list of these in TOML."""
    if isinstance(item, list | tuple):
        return f"[{', '.join(map(value, item))}]"
    return string(item) if isinstance(item, str) else json.dumps(item)


def assignment(key: str, item: Any, comments: Iterable[str] = (), *, asked: bool = False) -> Iterator[str]:
    """The lines of a key with its comments beside it, or above it where it is long; asked ones are commented out."""
    written = f"{key} = {value(item)}"
    if len(written) > _WIDTH and isinstance(item, list | tuple):
        yield from wrapped(comments)
        yield f"{key} = ["
        yield from (f"    {value(each)}," for each in item)
        yield "]"
        return
    line = f"# {written}" if asked else written
    if len(line) >= _COLUMN and _WIDTH - len(line) < _NARROWEST:
        yield from wrapped(comments)
        yield line
        return
    start = max(_COLUMN, len(line) + 2)
    for number, comment in enumerate(wrapped(comments, _WIDTH - start)):
        yield f"{line if number == 0 else '':<{start}}{comment}"
        line = "" if number == 0 else line
    if line:
        yield line


def wrapped(comments: Iterable[str], width: int = _WIDTH) -> Iterator[str]:
    """Comments as lines of at most a width, with what would act in a terminal as visible escapes."""
    for comment in comments:
        indent = "  " if comment.startswith("- ") else ""
        shown = "".join(_escaped(c) for c in shortened(comment, _LONGEST_COMMENT))
        lines = textwrap.wrap(shown, width - 2, subsequent_indent=indent, break_on_hyphens=False)
        yield from (f"# {line}" for line in lines)


def _escaped(character: str) -> str:
    return f"\\u{ord(character):04x}" if unicodedata.category(character) in _ACTING else character
