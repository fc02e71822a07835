"""Printed dates to what is certain about them: an instant, a local date, or a doubt."""

from functools import cache, lru_cache

from corpuskit.timestamps.declared import read_declared
from corpuskit.timestamps.iso import instant, is_finer, read_iso, read_since_1970, rfc3339
from corpuskit.timestamps.likeness import looks_like_stamp
from corpuskit.timestamps.names import is_day
from corpuskit.timestamps.printed import possible_days, read_printed
from corpuskit.timestamps.stamps import UNREADABLE, Reader, Stamp
from corpuskit.timestamps.zones import zone

__all__ = [
    "UNREADABLE",
    "Reader",
    "Stamp",
    "instant",
    "is_day",
    "is_finer",
    "looks_like_stamp",
    "possible_days",
    "reader",
    "rfc3339",
    "zone",
]

# No date takes more, but a declared format may have much text of its own.
_LONGEST = 80


@cache
def reader(formats: tuple[str, ...], zone_name: str | None) -> Reader:
    """A function from a printed date to a `Stamp`, for a source's declared formats and zone.

    Declared strptime formats are tried first, then ISO 8601, seconds since 1970, and dates as people print
    them. Anything else has no certain reading: day-month order is never guessed, and a zone that is
    printed wins over the one declared.
    """
    local = zone(zone_name) if zone_name else None
    longest = max((_LONGEST, *(8 * len(form) for form in formats)))

    @lru_cache(maxsize=256)  # a stamp is looked at, and then read
    def read(printed: str) -> Stamp:
        printed = printed.strip()
        if len(printed) > longest:
            return UNREADABLE
        if formats and (stamp := read_declared(printed, formats, local)):
            return stamp
        return read_iso(printed, local) or read_since_1970(printed, local) or read_printed(printed, local)

    return read
