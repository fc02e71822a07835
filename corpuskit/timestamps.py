"""Printed dates to what is certain about them: an instant, a local date, or a doubt."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
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
    r"(?:(?:[Tt]| +)(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?"
    r" ?(?P<zone>[Zz]|UTC|GMT|[+-]\d\d(?::?[0-5]\d)?)?)?)?)?",
    re.ASCII,
)
# Its basic form, in which only a T tells a time from any other long number.
_BASIC = re.compile(
    r"(\d{4})(\d\d)(\d\d)[Tt](\d\d)(\d\d)(?:(\d\d)([.,]\d+)?)?([Zz]|[+-]\d\d(?::?[0-5]\d)?)?", re.ASCII
)
_OFFSET = re.compile(r"([+-])(\d\d)(?::?([0-5]\d))?", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_RFC_2822 = re.compile(
    rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), *)?(\d{{1,2}}) +({'|'.join(_MONTHS)}) +(\d{{4}}) +"
    r"(\d\d:\d\d(?::\d\d)?) +([+-]\d\d[0-5]\d|GMT|UTC)",
    re.ASCII,
)
_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII
)  # RFC 3339 section 5.6
# Digits of a second that a microsecond cannot hold; zeros it need not.
_FINER = re.compile(r"\d[.,]\d{6}0*[1-9]", re.ASCII)
_DIRECTIVE = re.compile(r"%(.)", re.DOTALL)
# What a declared format says of year, month, day and time; of two letters both are needed.
_SAYS_YEAR = frozenset("YyGcx")
_SAYS_MONTH = frozenset("mbBjcx")
_SAYS_DAY = frozenset("djcx")
_SAYS_WEEK, _SAYS_WEEKDAY = frozenset("UWV"), frozenset("Aauw")
_SAYS_TIME = (frozenset("H"), frozenset("Ip"), frozenset("c"), frozenset("X"))
# What a declared %B, %b, %A and %a may also mean besides the English names.
_INDONESIAN = """
    januari=January februari=February maret=March april=April mei=May juni=June juli=July agustus=August
    september=September oktober=October november=November desember=December agu=Aug agt=Aug ags=Aug sept=Sep okt=Oct
    nop=Nov des=Dec senin=Monday selasa=Tuesday rabu=Wednesday kamis=Thursday jumat=Friday jum'at=Friday
    sabtu=Saturday minggu=Sunday ahad=Sunday sen=Mon sel=Tue rab=Wed kam=Thu jum=Fri sab=Sat min=Sun
"""
_NAMES = dict(pair.split("=") for pair in _INDONESIAN.split())
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# What Python's datetime can write again: the years 1 to 9999 in UTC.
_INSTANTS = range(
    (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND,
    (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND + 1,
)


@cache
def zone(name: str) -> tzinfo:
    """The time zone of an IANA name or an offset such as +07:00; raises ValueError for anything else."""
    if match := _OFFSET.fullmatch(name):
        sign = -1 if match[1] == "-" else 1
        return timezone(sign * timedelta(hours=int(match[2]), minutes=int(match[3] or 0)))
    if name.upper() in {"UTC", "GMT", "Z"}:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError) as error:
        raise ValueError(f"{name!r} is neither an IANA time zone nor an offset such as +07:00") from error


def _certain(moment: datetime, local: tzinfo | None) -> Stamp:
    """The stamp of a full date and time, whose zone may be missing, doubled or skipped by a clock change."""
    day = moment.date().isoformat()
    if moment.tzinfo is None and local is None:
        return Stamp(None, day, "missing-timezone")
    try:
        first, second = (
            moment if moment.tzinfo is not None else moment.replace(tzinfo=local, fold=fold)
            for fold in (0, 1)
        )
        if first.utcoffset() != second.utcoffset():
            return Stamp(None, day, "ambiguous-time")
        instant = (first - _EPOCH) // _MICROSECOND
    except OverflowError:
        return Stamp(None, day, "bad-timestamp")
    return Stamp(instant, day, None) if instant in _INSTANTS else Stamp(None, day, "bad-timestamp")


def _iso(match: re.Match[str], local: tzinfo | None) -> Stamp:
    part = match.groupdict()
    try:
        day = date(int(part["year"]), int(part["month"] or 1), int(part["day"] or 1))
    except ValueError:
        return UNREADABLE
    if part["hour"] is None:
        return Stamp(None, match[0], "partial-date")
    try:
        moment = datetime(
            day.year, day.month, day.day,
            int(part["hour"]), int(part["minute"]), int(part["second"] or 0),
            int((part["fraction"] or "0")[:6].ljust(6, "0")),
            tzinfo=zone(part["zone"].upper()) if part["zone"] else None,
        )  # fmt: skip
    except ValueError:
        # No such time of the day; a leap second is one, but no computer keeps it.
        return Stamp(None, day.isoformat(), "bad-timestamp")
    return _certain(moment, local)


def _extended(printed: str) -> str:
    """A time in the basic form of ISO 8601 or in that of RFC 2822 in the extended form; else as it is."""
    if match := _BASIC.fullmatch(printed):
        year, month, day, hour, minute, second, fraction, offset = match.groups("")
        return f"{year}-{month}-{day}T{hour}:{minute}{second and ':'}{second}{fraction}{offset}"
    if match := _RFC_2822.fullmatch(printed):
        day, month, year, time, offset = match.groups()
        return f"{year}-{_MONTHS.index(month) + 1:02}-{int(day):02}T{time}{offset}"
    return printed


def _declared(printed: str, formats: tuple[str, ...], local: tzinfo | None) -> Stamp | None:
    for form in formats:
        if moment := _parsed(printed, form):
            return _as_said(moment, frozenset(_DIRECTIVE.findall(form)), local)
    return None


def _parsed(printed: str, form: str) -> datetime | None:
    """What a format reads, with English or Indonesian names.

    Of zone names only UTC and GMT count: which others strptime knows depends on the machine.
    """
    named = _WORD.sub(lambda match: _NAMES.get(match[0].lower(), match[0]), printed)
    for text in dict.fromkeys((printed, named)):
        for utc in ("UTC", "GMT") if "%Z" in form else ("",):
            try:
                moment = datetime.strptime(text, form.replace("%Z", utc))  # noqa: DTZ007 - the zone is the source's
            except (ValueError, re.error):  # the latter for a directive that stands twice
                continue
            return moment.replace(tzinfo=UTC) if utc else moment
    return None


def _as_said(moment: datetime, said: frozenset[str], local: tzinfo | None) -> Stamp:
    """The stamp of what a format says and no more: strptime fills the rest with the first of January 1900."""
    if not said & _SAYS_YEAR:
        return UNREADABLE
    if said & _SAYS_WEEK and said & _SAYS_WEEKDAY:
        said |= {"x"}  # together they are a date
    if not said & _SAYS_MONTH:
        return Stamp(None, f"{moment.year:04}", "partial-date")
    if not said & _SAYS_DAY:
        return Stamp(None, f"{moment.year:04}-{moment.month:02}", "partial-date")
    if any(needed <= said for needed in _SAYS_TIME):
        return _certain(moment, local)
    return Stamp(None, moment.date().isoformat(), "partial-date")


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
        match = _ISO.fullmatch(_extended(printed))
        return _iso(match, local) if match else UNREADABLE

    return read


def instant(text: str) -> int | None:
    """UTC microseconds of an RFC 3339 date-time, None where the text is none."""
    match = _ISO.fullmatch(text) if _RFC_3339.fullmatch(text) else None
    return _iso(match, None).instant if match else None


def is_finer(text: str) -> bool:
    """Whether a printed time has digits below the microsecond, which an instant cannot hold."""
    return _FINER.search(text) is not None


def rfc3339(microseconds: int) -> str:
    """RFC 3339 form, in UTC, of microseconds since 1970."""
    moment = _EPOCH + timedelta(microseconds=microseconds)
    return moment.isoformat().replace("+00:00", "Z")
