"""A second reader of JSON, slow and strict, that shares nothing with corpuskit's: one loop over tokens and a stack.

It knows the dialect of docs/articles.md and docs/validation-rules.md alone. `parse` gives the value, or raises
`Refused` with every kind of finding that may be named for it, since one record can break several rules at once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

DEPTH = 64
LONGEST_INTEGER = 4000
_TOKEN = re.compile(
    r'[ \t\r\n]*+(?:(?P<mark>[\[\]{}:,])|"(?P<string>(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*+)"'
    r"|(?P<number>-?(?:0|[1-9][0-9]*+)(?P<tail>(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?))|(?P<word>true|false|null))"
)
_BLANK = re.compile(r"[ \t\r\n]*+")
_ESCAPE = re.compile(r'\\(?:u([0-9A-Fa-f]{4})|(["\\/bfnrt]))')
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS = {"true": True, "false": False, "null": None}
_PAIR = re.compile("([\ud800-\udbff])([\udc00-\udfff])")
_HALF = re.compile("[\ud800-\udfff]")


class Refused(Exception):
    """Bytes that are no value of the dialect: the kinds it may have, where a key stands twice its pointers."""

    def __init__(self, kinds: set[str], pointers: set[str]) -> None:
        super().__init__(", ".join(sorted(kinds)))
        self.kinds, self.pointers = kinds, pointers


class _Parsing:
    """One run over a text: what is open at the moment, and what was met that the dialect refuses."""

    def __init__(self, text: str, depth: int) -> None:
        self.text, self.depth = text, depth
        self.kinds: set[str] = set()
        self.pointers: set[str] = set()
        # Each open container with the step that leads to what comes next in it.
        self.open: list[tuple[Any, list[Any]]] = []

    def broken(self) -> Refused:
        """The text is no JSON at all; what was met before may be named instead."""
        # A nesting that is far too deep may be told before the text is read to its end.
        deep = self.text.count("[") + self.text.count("{") > self.depth
        return Refused(self.kinds | {"invalid-json"} | ({"too-deep"} if deep else set()), self.pointers)

    def tokens(self) -> Iterator[tuple[str, Any, int]]:
        """Kind, value and end of each token; raises Refused where there is none."""
        at = 0
        while True:
            found = _TOKEN.match(self.text, at)
            if found is None:
                raise self.broken()
            at = found.end()
            if found["mark"]:
                yield found["mark"], None, at
            elif found["number"]:
                yield "value", self.number(found["number"], found["tail"]), at
            elif found["word"]:
                yield "value", _WORDS[found["word"]], at
            else:
                yield "string", self.string(found["string"]), at

    def number(self, printed: str, tail: str) -> float:
        """An exact integer, or a 64-bit float."""
        if not tail:
            if len(printed.lstrip("-")) > LONGEST_INTEGER:
                self.kinds.add("unrepresentable")
                return 0
            return int(printed)
        value = float(printed)
        if math.isinf(value):
            self.kinds.add("unrepresentable")
        return value

    def string(self, printed: str) -> str:
        """The characters that a string spells."""
        if "\\" not in printed:
            return printed
        halves = _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else _SHORT.get(m[2], m[2]), printed)
        whole = _PAIR.sub(lambda m: (m[1] + m[2]).encode("utf-16", "surrogatepass").decode("utf-16"), halves)
        if _HALF.search(whole):
            self.kinds.add("lone-surrogate")
        return whole

    def pointer(self, key: str) -> str:
        """Where a key of the innermost object stands."""
        steps = [step[0] for _, step in self.open[:-1]] + [key]
        return "".join("/" + str(s).replace("~", "~0").replace("/", "~1") for s in steps)

    def enter(self, container: Any) -> None:
        """Open an array or an object."""
        self.open.append((container, [0]))
        if len(self.open) > self.depth:
            self.kinds.add("too-deep")
        if len(self.open) > 20 * self.depth:  # what follows changes nothing
            raise Refused(self.kinds, self.pointers)

    def put(self, value: Any) -> None:
        """Put a value into what is open."""
        container, step = self.open[-1]
        if isinstance(container, list):
            container.append(value)
        else:
            container[step[0]] = value

    def key(self, key: str) -> None:
        """Take the key of the next member."""
        container, step = self.open[-1]
        if key in container:
            self.kinds.add("duplicate-key")
            self.pointers.add(self.pointer(key))
        step[0] = key

    def value(self) -> tuple[Any, int]:
        """The first value of the text and where it ends."""
        wanted = "value"
        root: Any = None
        for kind, said, end in self.tokens():
            if wanted == "colon":
                if kind != ":":
                    raise self.broken()
                wanted = "value"
                continue
            if wanted in {"key", "key-or-end"} and kind == "string":
                self.key(said)
                wanted = "colon"
                continue
            if self._starts(kind, wanted):
                made = {"[": list, "{": dict}[kind]() if kind in "[{" else said
                if self.open:
                    self.put(made)
                else:
                    root = made
                if kind in "[{":
                    self.enter(made)
                    wanted = "value-or-end" if kind == "[" else "key-or-end"
                    continue
            elif self._ends(kind, wanted):
                self.open.pop()
            elif wanted == "after" and kind == ",":
                wanted = self._next()
                continue
            else:
                raise self.broken()
            if not self.open:
                return root, end
            wanted = "after"
        raise self.broken()

    def _starts(self, kind: str, wanted: str) -> bool:
        return wanted in {"value", "value-or-end"} and kind in {"value", "string", "[", "{"}

    def _ends(self, kind: str, wanted: str) -> bool:
        if not self.open or wanted not in {"after", "value-or-end", "key-or-end"}:
            return False
        return kind == ("]" if isinstance(self.open[-1][0], list) else "}")

    def _next(self) -> str:
        container, step = self.open[-1]
        if isinstance(container, list):
            step[0] += 1
            return "value"
        return "key"


def parse(raw: bytes, *, depth: int = DEPTH, record: bool = True) -> Any:
    """The value that the bytes spell, an object where they are a record; raises Refused otherwise."""
    try:
        text = raw.decode("utf-8", "strict")
    except UnicodeDecodeError:
        raise Refused({"invalid-encoding"}, set()) from None
    parsing = _Parsing(text, depth)
    value, end = parsing.value()
    blank = _BLANK.match(text, end)
    if blank is None or blank.end() != len(text):
        parsing.kinds.add("trailing-data")
    if record and not isinstance(value, dict):
        parsing.kinds.add("not-an-object")
    if parsing.kinds:
        raise Refused(parsing.kinds, parsing.pointers)
    return value
