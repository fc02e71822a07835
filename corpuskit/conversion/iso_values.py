"""The way back from the text of dates, times and durations to their numbers: readers/arrow_values.py writes them.

Each function gives the count of a unit since its zero, and raises ValueError for text of another form, or with more
digits than the unit has.
"""

import re
from functools import lru_cache

_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_DAY = 86_400
_DATE = re.compile(r"([+-]\d{4,}|\d{4})-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(r"(-?\d{2,}):(\d\d):(\d\d)(?:\.(\d+))?", re.ASCII)
_ZONE = re.compile(r"(?:Z|([+-])(\d\d):(\d\d))$", re.ASCII)
_DURATION = re.compile(r"(-?)PT(\d+)(?:\.(\d+))?S", re.ASCII)
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@lru_cache(maxsize=4096)
def date_of(text: str) -> int:
    """Days from 1970-01-01 to a date of the proleptic Gregorian calendar, in any year."""
    match = _DATE.fullmatch(text)
    if match is None:
        raise ValueError("is no date")
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not 1 <= month <= 12 or not 1 <= day <= _MONTH_DAYS[month - 1] - (month == 2 and not leap):
        raise ValueError("is a date that no calendar has")
    # Counted in years that begin in March, so that the day that comes every four years is their last.
    year -= month <= 2
    days = (153 * (month + (9 if month <= 2 else -3)) + 2) // 5 + day - 1
    return 365 * year + year // 4 - year // 100 + year // 400 + days - 719_468


def time_of(text: str, unit: str) -> int:
    """Units since midnight."""
    match = _TIME.fullmatch(text)
    if match is None or int(match[2]) > 59 or int(match[3]) > 59:
        raise ValueError("is no time")
    seconds = 3600 * int(match[1]) + 60 * int(match[2]) + int(match[3])
    return _scaled(seconds, match[4], unit)


def instant_of(text: str, unit: str, *, zoned: bool) -> int:
    """Units since 1970-01-01T00:00:00, in UTC where the time has a zone, as `zoned` says that it must or must not."""
    day, mark, time = text.partition("T")
    zone = _ZONE.search(time)
    if not mark or (zone is not None) != zoned:
        raise ValueError(f"is no time {'with' if zoned else 'without'} zone")
    ahead = 0
    if zone is not None:
        time = time[: zone.start()]
        if zone[1]:
            ahead = int(zone[1] + "1") * (3600 * int(zone[2]) + 60 * int(zone[3]))
    return (date_of(day) * _DAY - ahead) * _PER_SECOND[unit] + time_of(time, unit)


def duration_of(text: str, unit: str) -> int:
    """Units of a duration that is told in seconds."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError("is no duration in seconds")
    value = _scaled(int(match[2]), match[3], unit)
    return -value if match[1] else value


def _scaled(seconds: int, fraction: str | None, unit: str) -> int:
    digits = len(str(_PER_SECOND[unit])) - 1
    rest = (fraction or "").rstrip("0")
    if len(rest) > digits:
        raise ValueError(f"has more digits than the unit {unit} has")
    return seconds * _PER_SECOND[unit] + int(rest.ljust(digits, "0") or 0)
