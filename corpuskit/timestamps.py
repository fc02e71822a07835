"""Printed dates to what is certain about them: an instant, a local date, or a doubt."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class Stamp(NamedTuple):
    """What a printed date says: UTC microseconds and local date where known, and the kind of doubt."""

    instant: int | None
    date: str | None
    doubt: str | None


Reader = Callable[[str], Stamp]
UNREADABLE = Stamp(None, None, "bad-timestamp")

# ISO 8601 calendar dates and times as found in the wild: T or spaces between, seconds optional.
_ISO = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:(?:[Tt]|[ ]+)(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"[ ]?(?P<zone>[Zz]|[+-]\d\d:?\d\d)?)?)?)?",
    re.ASCII,
)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)", re.ASCII)
_RFC_2822 = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), *)?\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
    r"\d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|GMT|UTC)",
    re.ASCII,
)
_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII
)  # RFC 3339 section 5.6
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@cache
def zone(name: str) -> tzinfo:
    """The time zone of an IANA name or an offset such as +07:00; raises ValueError for anything else."""
    if match := _OFFSET.fullmatch(name):
        sign = -1 if match[1] == "-" else 1
        return timezone(sign * timedelta(hours=int(match[2]), minutes=int(match[3])))
    if name.upper() in {"UTC", "Z"}:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError) as error:
        raise ValueError(f"{name!r} is neither an IANA time zone nor an offset such as +07:00") from error


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _certain(moment: datetime, local: tzinfo | None) -> Stamp:
    """The stamp of a full date and time, whose zone may be missing, doubled or skipped by a clock change."""
    day = moment.date().isoformat()
    try:
        if moment.tzinfo is not None:
            return Stamp(_microseconds(moment), day, None)
        if local is None:
            return Stamp(None, day, "missing-timezone")
        first, second = (moment.replace(tzinfo=local, fold=fold) for fold in (0, 1))
        if first.utcoffset() != second.utcoffset():
            return Stamp(None, day, "ambiguous-time")
        return Stamp(_microseconds(first), day, None)
    except OverflowError:
        return Stamp(None, day, "bad-timestamp")


def _iso(match: re.Match[str], local: tzinfo | None) -> Stamp:
    part = match.groupdict()
    try:
        if part["day"] is None:
            date(int(part["year"]), int(part["month"] or 1), 1)
            return Stamp(None, match[0], "partial-date")
        if part["hour"] is None:
            date.fromisoformat(match[0])
            return Stamp(None, match[0], "partial-date")
        moment = datetime(
            int(part["year"]), int(part["month"]), int(part["day"]),
            int(part["hour"]), int(part["minute"]), int(part["second"] or 0),
            int((part["fraction"] or "0")[:6].ljust(6, "0")),
            tzinfo=zone(part["zone"].upper()) if part["zone"] else None,
        )  # fmt: skip
    except ValueError:
        return UNREADABLE
    return _certain(moment, local)


def _declared(printed: str, formats: tuple[str, ...], local: tzinfo | None) -> Stamp | None:
    for form in formats:
        try:
            moment = datetime.strptime(printed, form)  # noqa: DTZ007 - the zone is the source's declared one
        except ValueError:
            continue
        if any(code in form for code in ("%H", "%I", "%c", "%X")):
            return _certain(moment, local)
        return Stamp(None, moment.date().isoformat(), "partial-date")
    return None


@cache
def reader(formats: tuple[str, ...], zone_name: str | None) -> Reader:
    """A function from a printed date to a `Stamp`, for a source's declared formats and zone.

    Declared strptime formats are tried first, then ISO 8601 and RFC 2822. Anything else has no certain
    reading: day-month order is never guessed.
    """
    local = zone(zone_name) if zone_name else None

    def read(printed: str) -> Stamp:
        printed = printed.strip()
        if formats and (stamp := _declared(printed, formats, local)):
            return stamp
        if match := _ISO.fullmatch(printed):
            return _iso(match, local)
        if _RFC_2822.fullmatch(printed):
            try:
                return _certain(parsedate_to_datetime(printed), local)
            except ValueError:
                return UNREADABLE
        return UNREADABLE

    return read


def instant(text: str) -> int | None:
    """UTC microseconds of an RFC 3339 date-time, None where the text is none."""
    if not _RFC_3339.fullmatch(text):
        return None
    match = _ISO.fullmatch(text)
    return _iso(match, None).instant if match else None


def rfc3339(microseconds: int) -> str:
    """RFC 3339 form, in UTC, of microseconds since 1970."""
    moment = _EPOCH + timedelta(microseconds=microseconds)
    return moment.isoformat().replace("+00:00", "Z")
