"""Dates and times of RFC 3339, section 5.6, to the digit.

The engine's own check reads the bytes from `*` to `/` as digits (jsonschema-rs 0.60), so that 2017-12-1/ is a day.
"""

import re
from collections.abc import Callable

_LEAP_YEAR = r"(?:\d\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
_DATE = (
    r"(?:\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)"
    rf"|02-(?:0[1-9]|1\d|2[0-8]))|{_LEAP_YEAR}-02-29)"
)
_HOUR, _MINUTE = r"(?:[01]\d|2[0-3])", r"[0-5]\d"
_REST = rf"(?:\.\d+)?(?:[Zz]|[+-]{_HOUR}:{_MINUTE})"
_TIME = rf"{_HOUR}:{_MINUTE}:[0-5]\d{_REST}"
_LEAP_SECOND = re.compile(
    rf"(?P<hour>{_HOUR}):(?P<minute>{_MINUTE}):60(?:\.\d+)?"
    rf"(?:[Zz]|(?P<sign>[+-])(?P<ahead_hours>{_HOUR}):(?P<ahead_minutes>{_MINUTE}))",
    re.ASCII,
)
_LAST_MINUTE = 23 * 60 + 59

_is_date = re.compile(_DATE, re.ASCII).fullmatch
_is_date_time = re.compile(rf"{_DATE}[Tt]{_TIME}", re.ASCII).fullmatch
_is_time = re.compile(_TIME, re.ASCII).fullmatch


def is_date(text: str) -> bool:
    """Whether a string is a day of the calendar, year 0000 and the leap years of all centuries included."""
    return _is_date(text) is not None


def is_date_time(text: str) -> bool:
    """Whether a string is an RFC 3339 date-time; second 60 only where it is 23:59:60 in UTC."""
    return _is_date_time(text) is not None or (
        is_date(text[:10]) and text[10:11] in {"T", "t"} and _is_leap_second(text[11:])
    )


def is_time(text: str) -> bool:
    """Whether a string is an RFC 3339 time with its offset; second 60 only where it is 23:59:60 in UTC."""
    return _is_time(text) is not None or _is_leap_second(text)


def _is_leap_second(time: str) -> bool:
    match = _LEAP_SECOND.fullmatch(time)
    if match is None:
        return False
    ahead = int(match["ahead_hours"] or 0) * 60 + int(match["ahead_minutes"] or 0)
    local = int(match["hour"]) * 60 + int(match["minute"])
    return (local + (ahead if match["sign"] == "-" else -ahead)) % (24 * 60) == _LAST_MINUTE


# The usual shape of each, with all real days: what has it is one, and of what has not only leap seconds are.
SHAPES: dict[str, Callable[[str], object]] = {"date": _is_date, "time": _is_time, "date-time": _is_date_time}
# What stands in for the engine's own checks, by the name of the format.
CHECKS: dict[str, Callable[[str], bool]] = {"date": is_date, "time": is_time, "date-time": is_date_time}
