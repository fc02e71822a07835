"""What a row of a delimited file looks like, byte by byte: RFC 4180 with any delimiter, quote and line end."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

# What ends the lines of a file: LF, with or without CR before it, or CR alone.
LF, CR = b"\n", b"\r"
# A row is looked at with so many bytes behind the longest one allowed: its line end.
BEHIND = 2


class Extent(NamedTuple):
    """Where a row ends, where the next one begins, and what is wrong with it, in words.

    A row with a fault ends with its first line, for nobody knows where it was meant to end.
    """

    stop: int
    next: int
    fault: str | None = None


class Fields(NamedTuple):
    """The fields of a row, None for an empty one without quotes.

    `pairs` is how many stand in quotes, `strays` how many begin with none and have one inside: who writes such
    fields takes quotes for text, but for the `late` ones, where only blanks stand before it.
    """

    values: list[str | None]
    pairs: int = 0
    strays: int = 0
    late: int = 0


@dataclass(frozen=True)
class Grammar:
    """The marks of a delimited file: one delimiter, one quote or none (empty), and the byte that ends a line.

    All are single ASCII characters that stand for themselves in the encoding of the file.
    """

    delimiter: str
    quote: str
    end: bytes = LF

    @cached_property
    def _fields(self) -> re.Pattern[bytes]:
        """As many fields as are well-formed from a place on; it matches everywhere.

        A quoted field ends at a quote that is not doubled; one without quotes begins with no quote, and ends
        before the delimiter or the line end. At a quote that is never closed stands an empty match.
        """
        mark, quote, end = (re.escape(m) for m in (self.delimiter.encode(), self.quote.encode(), self.end))
        quoted = rb"%b(?:[^%b]++|%b%b)*+%b" % (quote, quote, quote, quote, quote)
        plain = rb"(?:[^%b%b%b][^%b%b]*+)?+" % (mark, quote, end, mark, end)
        field = rb"(?:%b|%b)" % (quoted, plain)
        return re.compile(rb"%b(?:%b%b)*+" % (field, mark, field))

    @cached_property
    def _line_end(self) -> re.Pattern[bytes]:
        return re.compile(rb"\r?\n" if self.end == LF else rb"\r")

    @cached_property
    def _field(self) -> re.Pattern[str]:
        """The next field of a well-formed row, behind the delimiter before it: with its quotes, or without any."""
        mark, quote = re.escape(self.delimiter), re.escape(self.quote)
        return re.compile(f"{mark}(?:({quote}(?:[^{quote}]++|{quote}{quote})*+{quote})|([^{mark}]*+))")

    def extent(self, data: bytes, at: int, limit: int, *, final: bool) -> Extent | None:
        """The extent of the row that begins at a place; None where more data must be there to tell.

        `final` says that no more will come. No byte but for `limit` and `BEHIND` of them is looked at: None where
        so many are there says that the first line alone is longer.
        """
        window = min(at + limit + BEHIND, len(data))
        is_all = final and window == len(data)
        stop = data.find(self.end, at, window)
        if stop < 0:
            if not is_all:
                return None
            stop = window
        next_line = min(stop + 1, window)
        quote = self.quote.encode()
        if not quote or data.find(quote, at, stop) < 0:
            return Extent(stop, next_line)
        reached = self._fields.match(data, at, window).end()  # type: ignore[union-attr] # it matches everywhere
        if (closing := self._line_end.match(data, reached, window)) is not None:
            return Extent(reached, closing.end())
        rest = data[reached : min(reached + 2, window)]
        if is_all and (not rest or rest == CR):
            return Extent(reached, window)
        if rest and rest[:1] != quote and rest != CR:
            fault = f"more follows the quote that ends a field, at byte {reached - at} of the row"
            return Extent(stop, next_line, fault)
        if is_all:
            fault = f"the quote at byte {reached - at} of the row is not closed"
        elif window - at < limit + BEHIND:
            return None  # a quote may be doubled by what comes next, CR followed by LF, a field go on
        else:
            fault = (
                f"a quoted field runs over the end of the line, and the row does not end within {limit} bytes"
            )
        return Extent(stop, next_line, fault)

    def split(self, row: str) -> Fields:
        """The fields of a row whose extent is known to have no fault."""
        if not self.quote or self.quote not in row:
            return Fields([field or None for field in row.split(self.delimiter)])
        values: list[str | None] = []
        pairs, strays, late, doubled = 0, 0, 0, self.quote * 2
        for quoted, plain in self._field.findall(self.delimiter + row):
            if quoted:
                pairs += 1
                inner = quoted[1:-1]
                values.append(inner.replace(doubled, self.quote) if doubled in inner else inner)
            else:
                if self.quote in plain:
                    strays += 1
                    late += plain.lstrip(" ").startswith(self.quote)
                values.append(plain or None)
        return Fields(values, pairs, strays, late)
