"""Finds the line of a key in the text of a TOML file, which no TOML parser tells."""

import re
from collections.abc import Sequence

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(
    r"""\s*((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+))*)\s*="""
)


def line_of(text: str, steps: Sequence[str | int]) -> int | None:
    """The line, from 1, of the key that the path names; else that of the nearest key or table above it.

    A path is made of keys and of indexes into arrays of tables, as in `["source", 1, "license"]`.
    """
    best: tuple[int, int] | None = None
    for number, path in _keys(text):
        shared = _shared(path, steps)
        if shared == len(path) and (best is None or shared > best[0]):
            best = (shared, number)
    return best[1] if best else None


def _shared(path: Sequence[str | int], steps: Sequence[str | int]) -> int:
    return next(
        (i for i, (a, b) in enumerate(zip(path, steps, strict=False)) if a != b), min(len(path), len(steps))
    )


def _keys(text: str) -> list[tuple[int, list[str | int]]]:
    """Every header and every key at the start of a line, with its full path."""
    found: list[tuple[int, list[str | int]]] = []
    table: list[str | int] = []
    counts: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = [*_parts(header[2])]
            if header[1] == "[[":
                counts[header[2]] = counts.get(header[2], -1) + 1
                table.append(counts[header[2]])
            found.append((number, table))
        elif key := _KEY.match(line):
            found.append((number, [*table, *_parts(key[1])]))
    return found


def _parts(dotted: str) -> list[str]:
    return [part.strip().strip("\"'") for part in re.findall(r""""[^"]*"|'[^']*'|[^.]+""", dotted)]
