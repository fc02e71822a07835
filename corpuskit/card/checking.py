"""Compares a card with what the manifest says it should be: our YAML keys and our marked blocks."""

import difflib
from collections.abc import Iterator
from typing import Any

from corpuskit.card.front_matter import split_card
from corpuskit.card.merging import marked_pieces
from corpuskit.card.shared_keys import OURS_FIRST, merged_value, same
from corpuskit.findings import Finding, finding, shortened
from corpuskit.layout import README


def check_card(text: str, expected: str) -> list[Finding]:
    """Every difference between a card and the expected one; foreign keys and foreign prose are none."""
    try:
        head, body = split_card(text)
    except ValueError as error:
        return [finding("wrong-claim", f"{error}", file=README, line=1)]
    expected_head, expected_body = split_card(expected)
    return [*_keys(head, expected_head, text), *_blocks(body, expected_body, text)]


def _keys(head: dict[str, Any], expected: dict[str, Any], text: str) -> Iterator[Finding]:
    for key, value in expected.items():
        if key not in head:
            yield finding(
                "wrong-claim", f"the YAML key `{key}` is missing", file=README, line=1, pointer=f"/{key}"
            )
        elif not same(
            *(values := [_named(key, v) for v in (head[key], merged_value(key, head[key], value))])
        ):
            place, said, meant = innermost(key, *values)
            message = f"`{place}` says {_short(said)}; the data say {_short(meant)}"
            yield finding("wrong-claim", message, file=README, line=_line(text, f"{key}:"), pointer=f"/{key}")


def _named(key: str, value: Any) -> Any:
    """A list of configs by their names, where each has one of its own: their order says nothing."""
    if key not in OURS_FIRST or not isinstance(value, list):
        return value
    names = [each.get("config_name") if isinstance(each, dict) else None for each in value]
    if len(set(map(str, names))) < len(names) or not all(isinstance(name, str) for name in names):
        return value
    return dict(zip(names, value, strict=True))


def innermost(name: str, said: Any, meant: Any) -> tuple[str, Any, Any]:
    """The first place inside two different values where they differ, and what stands there; None for what lacks."""
    if isinstance(said, dict) and isinstance(meant, dict):
        for key in sorted({*said, *meant}, key=str):
            if said.get(key) != meant.get(key):
                return innermost(f"{name}.{key}", said.get(key), meant.get(key))
    if isinstance(said, list) and isinstance(meant, list) and len(said) == len(meant):
        for index, (one, other) in enumerate(zip(said, meant, strict=True)):
            if one != other:
                return innermost(f"{name}[{index}]", one, other)
    return name, said, meant


def _short(value: Any) -> str:
    return shortened(repr(value), 200)


def _line(text: str, start: str) -> int:
    return next((n for n, line in enumerate(text.splitlines(), 1) if line.startswith(start)), 1)


def _blocks(body: str, expected: str, text: str) -> Iterator[Finding]:
    try:
        pieces = [(name, piece) for name, piece in marked_pieces(body) if name]
    except ValueError as error:
        yield finding("wrong-claim", f"{error}", file=README)
        return
    blocks = {name: piece for name, piece in marked_pieces(expected) if name}
    for name in [each for each in blocks if each not in dict(pieces)]:
        yield finding("wrong-claim", f"the block `{name}` is missing", file=README)
    for name, said in pieces:  # a second one of a name, true or not, could stand above the first
        if name not in blocks:
            message = f"the block `{name}` is none that the data give"
            yield finding("wrong-claim", message, file=README, line=_line(text, f"<!-- corpuskit:{name} -->"))
        elif said != blocks[name]:
            yield _difference(name, said, blocks[name], text)


def _difference(name: str, said: str, meant: str, text: str) -> Finding:
    """The first line in which a block differs."""
    changes = difflib.ndiff(said.splitlines(), meant.splitlines())
    marked = [change for change in changes if change[:2] in {"- ", "+ "}]
    wrong = next((change[2:] for change in marked if change[0] == "-"), None)
    right = next((change[2:] for change in marked if change[0] == "+"), None)
    line = _line(text, wrong) if wrong else None
    message = f"the block `{name}` says {_short(wrong)}; computed from the data: {_short(right)}"
    return finding("wrong-claim", message, file=README, line=line)
