"""Time zones: as a source declares them, and as they are printed behind a time."""

import re
from datetime import UTC, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from corpuskit.timestamps.names import WORDS

# The only letters that mean the same offset everywhere: of IST, CST or BST there are several.
ZONES = {
    "UTC": UTC,
    "GMT": UTC,
    "WIB": timezone(timedelta(hours=7)),  # western, central and eastern Indonesia
    "WITA": timezone(timedelta(hours=8)),
    "WIT": timezone(timedelta(hours=9)),
}
_OFFSET = re.compile(r"([+-])(\d\d)(?::?([0-5]\d))?", re.ASCII)
_FROM_UTC = re.compile(r"(?:UTC|GMT) ?([+-])(\d\d?)(?::?([0-5]\d))?", re.ASCII)
# A zone behind a time; a parenthesis that opens must close.
_TRAILING = re.compile(
    r"(.*\d(?:\s?[AP]\.?M\.?)?)\s*(\()?"
    r"(Z|[A-Z]{2,5}|(?:UTC|GMT) ?[+-][0-9]{1,2}(?::?[0-5][0-9])?"
    r"|\+[0-9]{2}(?::?[0-5][0-9])?|-[0-9]{2}:?[0-5][0-9])(?(2)\))",
    re.IGNORECASE,
)
_MINUTES = re.compile(r".*:\d\d(?:[.,]\d+)?", re.ASCII)
_SECONDS = re.compile(r".*:\d\d:\d\d(?:[.,]\d+)?", re.ASCII)


@cache
def zone(name: str) -> tzinfo:
    """The time zone of an IANA name or an offset such as +07:00; raises ValueError for anything else."""
    if match := _OFFSET.fullmatch(name):
        return _offset(match)
    if name.upper() in {"UTC", "GMT", "Z"}:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError) as error:
        raise ValueError(f"{name!r} is neither an IANA time zone nor an offset such as +07:00") from error


@lru_cache(maxsize=256)
def printed_zone(text: str) -> tzinfo:
    """The zone of what is printed behind a time; raises ValueError where that is none or not certain."""
    text = text.upper()
    if text == "Z":
        return UTC
    if text in ZONES:
        return ZONES[text]
    if match := _OFFSET.fullmatch(text) or _FROM_UTC.fullmatch(text):
        return _offset(match)
    raise ValueError(f"{text!r} is no certain time zone")


def split_zone(printed: str) -> tuple[str, str] | None:
    """A printed time without the zone behind it, and that zone as printed; None where there is none."""
    match = _TRAILING.fullmatch(printed)
    if match is None:
        return None
    rest, name = match[1], match[3]
    if name[0] == "-":
        # 08:00-10:00 is more likely two times, and in 2017-10 or 04/10/2017-0030 the sign is a dash.
        clock = _SECONDS if ":" in name else _MINUTES
        return (rest, name) if clock.fullmatch(rest) else None
    if name.isalpha() and name.upper() not in ZONES and name.upper() != "Z" and not is_unknown_zone(name):
        return None
    return rest, name


def is_unknown_zone(word: str) -> bool:
    """Whether a word can be the letters of a zone, and is no other word of a printed date."""
    return 2 <= len(word) <= 5 and word.isascii() and word.isupper() and word.lower() not in WORDS


def _offset(match: re.Match[str]) -> timezone:
    sign = -1 if match[1] == "-" else 1
    return timezone(sign * timedelta(hours=int(match[2]), minutes=int(match[3] or 0)))
