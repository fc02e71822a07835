"""The language of `--where`: comparisons of columns, joined by and, or, not; it becomes an Arrow expression.

    language = 'id' and (n >= 10 or title is not null) and not kind in ('a', 'b')

A column is a word, or stands in double quotes; a dot leads into a struct. Texts stand in single quotes, a single quote
inside of one is written twice. A comparison with null is neither true nor false, and keeps no row, as in SQL.
"""

import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as is_a

from corpuskit.conversion.decoding import is_bytes, is_text
from corpuskit.errors import SpecError
from corpuskit.readers.arrow_values import shown

_MOST_CHARS, _MOST_DEPTH = 10_000, 50
_TOKEN = re.compile(
    r"\s*+(?:(?P<text>'(?:[^']|'')*+')|(?P<name>\"(?:[^\"]|\"\")*+\"|[^\W\d]\w*+)"
    r"|(?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<mark><=|>=|!=|<>|==|[=<>(),.]))"
)
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": lambda a, b: a == b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_WORDS = frozenset({"and", "or", "not", "in", "is", "null", "true", "false"})
_BOOLEANS = {"true": True, "false": False}
_SYNTAX = "Write it like: language = 'id' and (n >= 10 or title is not null)."


def condition(text: str, schema: Any) -> Any:
    """The Arrow expression of a condition on rows of a schema.

    Raises SpecError where it cannot be read, names a column that is not there, or compares one with a value of
    another type.
    """
    if len(text) > _MOST_CHARS:
        raise _wrong(f"is longer than {_MOST_CHARS} characters")
    parser = _Parser(_tokens(text), schema)
    found = parser.either(0)
    if parser.at < len(parser.tokens):
        raise _wrong(f"has {parser.tokens[parser.at][1]!r} where it should end")
    try:  # tells here, and not at the first row, what cannot be compared
        schema.empty_table().filter(found)
    except pa.ArrowException as error:
        raise _wrong(f"cannot be told of these columns: {' '.join(str(error).split())[:200]}") from error
    return found


def nearest(name: str, names: Sequence[str]) -> str:
    """The end of a sentence that says what names there are, and which of them another is most like."""
    known = ", ".join(map(shown, names[:20])) + (", ..." if len(names) > 20 else "")
    found = get_close_matches(name, names, 1)
    return f"; the nearest of {known} is {shown(found[0])}" if found else f"; there are {known or 'none'}"


def _wrong(what: str) -> SpecError:
    return SpecError(f"the condition {what}.", "--where", hint=_SYNTAX)


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise _wrong(f"cannot be read from {text[at : at + 20].strip()!r} on")
        kind = str(match.lastgroup)
        token = match[kind]
        if kind == "name" and token.lower() in _WORDS:
            kind, token = "word", token.lower()
        found.append((kind, token))
        at = match.end()
    return found


class _Parser:
    """Reads tokens from left to right: `either` is the loosest, `_simple` the tightest."""

    def __init__(self, tokens: list[tuple[str, str]], schema: Any) -> None:
        self.tokens, self.schema, self.at = tokens, schema, 0

    def either(self, depth: int) -> Any:
        """Conditions joined by `or`."""
        if depth > _MOST_DEPTH:
            raise _wrong(f"is nested more than {_MOST_DEPTH} deep")
        found = self._both(depth)
        while self._took("or"):
            found = found | self._both(depth)
        return found

    def _both(self, depth: int) -> Any:
        found = self._not(depth)
        while self._took("and"):
            found = found & self._not(depth)
        return found

    def _not(self, depth: int) -> Any:
        negated = False
        while self._took("not"):
            negated = not negated
        found = self._simple(depth)
        return ~found if negated else found

    def _simple(self, depth: int) -> Any:
        if self._took("("):
            found = self.either(depth + 1)
            self._need(")")
            return found
        column, kind, path = self._column()
        if self._took("is"):
            negated = self._took("not")
            self._need("null")
            return column.is_valid() if negated else column.is_null()
        if (negated := self._took("not")) or self._peek() == "in":
            self._need("in")
            found = self._among(column, kind, path)
            return ~found if negated else found
        sign = self._next()
        if sign[1] not in _COMPARE:
            if is_a.is_boolean(kind):  # a column of booleans is a condition by itself
                self.at -= sign[0] != "end"
                return column
            raise _wrong(f"has {sign[1]!r} where a comparison of {shown(path)} is expected")
        return _COMPARE[sign[1]](column, self._value(kind, path))

    def _among(self, column: Any, kind: Any, path: str) -> Any:
        self._need("(")
        values = [self._value(kind, path)]
        while self._took(","):
            values.append(self._value(kind, path))
        self._need(")")
        found = column == values[0]
        for value in values[1:]:
            found = found | (column == value)
        return found

    def _column(self) -> tuple[Any, Any, str]:
        names = [self._name()]
        while self._took("."):
            names.append(self._name())
        if self.schema.names.count(names[0]) != 1:
            count = "several columns" if names[0] in self.schema.names else "no column"
            raise _wrong(
                f"names {names[0]!r}, and there is {count} of that name{nearest(names[0], self.schema.names)}"
            )
        kind = self.schema.field(names[0]).type
        for name in names[1:]:
            index = kind.get_field_index(name) if is_a.is_struct(kind) else -1
            if index < 0:
                members = [field.name for field in kind] if is_a.is_struct(kind) else []
                raise _wrong(f"names {name!r}, which is no member of a struct there{nearest(name, members)}")
            kind = kind.field(index).type
        return pc.field(*names), kind, ".".join(names)

    def _name(self) -> str:
        kind, token = self._next()
        if kind != "name":
            raise _wrong(f"has {token!r} where a column is expected")
        return token[1:-1].replace('""', '"') if token.startswith('"') else token

    def _value(self, kind: Any, path: str) -> Any:
        """A value to compare a column of a type with; raises SpecError where it is of another type."""
        sort, token = self._next()
        if is_a.is_dictionary(kind):
            kind = kind.value_type
        try:
            if sort == "text" and not is_bytes(kind):
                text = token[1:-1].replace("''", "'")
                if is_text(kind) or is_a.is_temporal(kind):
                    return pa.scalar(text).cast(kind)
            if sort == "number" and (
                is_a.is_integer(kind) or is_a.is_floating(kind) or is_a.is_decimal(kind)
            ):
                return _number(token, kind)
            if sort == "word" and is_a.is_boolean(kind) and token in _BOOLEANS:
                return pa.scalar(_BOOLEANS[token])
        except (pa.ArrowException, OverflowError) as error:
            raise _wrong(
                f"compares {shown(path)} with {token}, which is no value of its type {kind}"
            ) from error
        if sort == "name":
            told = token.strip('"').replace("'", "''")
            raise _wrong(
                f"compares {shown(path)} with the name {token}; a text stands in single quotes: '{told}'"
            )
        raise _wrong(f"compares {shown(path)}, which is of the type {kind}, with {token}")

    def _peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def _next(self) -> tuple[str, str]:
        if self.at == len(self.tokens):
            return "end", "nothing"
        self.at += 1
        return self.tokens[self.at - 1]

    def _took(self, token: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at] in (("word", token), ("mark", token)):
            self.at += 1
            return True
        return False

    def _need(self, token: str) -> None:
        if not self._took(token):
            raise _wrong(f"has {self._peek() or 'nothing'!r} where {token!r} is expected")


# No column holds more: decimal256 has 76 digits, a float a power of ten of 308.
_MOST_DIGITS = 400


def _number(token: str, kind: Any) -> Any:
    """A number as a scalar that compares exactly with a column: none of its digits is rounded away."""
    from decimal import Decimal

    value = Decimal(token)
    if abs(value.adjusted()) > _MOST_DIGITS:
        raise _wrong(f"has a number of more than {_MOST_DIGITS} digits")
    if is_a.is_floating(kind):
        return pa.scalar(float(token), pa.float64())
    if value == value.to_integral_value() and is_a.is_integer(kind):
        whole = int(value)
        # Beyond the type of the column as a wider one: then it is still larger, or smaller, than all of it.
        return pa.scalar(whole, pa.int64()) if -(2**63) <= whole < 2**63 else pa.scalar(whole, pa.uint64())
    return pa.scalar(value)
