"""The forms that machines write: ISO 8601, its basic form, RFC 3339, and seconds since 1970."""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo

from corpuskit.timestamps.stamps import EPOCH, MICROSECOND, UNREADABLE, Stamp, certain, date_only
from corpuskit.timestamps.zones import printed_zone

# What datetime.fromisoformat reads as it is meant here, in every version of Python.
_STRICT = re.compile(
    r"\d{4}-\d\d-\d\d[T ](?:[01]\d|2[0-3]):\d\d(?::\d\d(?:\.\d{3}(?:\d{3})?)?)?(?:Z|[+-]\d\d:[0-5]\d)?",
    re.ASCII,
)
# ISO 8601 calendar dates and times as found in the wild: T or spaces between, seconds optional.
_ISO = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:(?:[Tt]| +)(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?"
    r" ?(?P<zone>[Zz]|UTC|GMT|WIB|WITA|WIT|[+-]\d\d(?::?[0-5]\d)?)?)?)?)?",
    re.ASCII,
)
# Its basic form, in which only a T tells a time from any other long number.
_BASIC = re.compile(
    r"(\d{4})(\d\d)(\d\d)[Tt](\d\d)(\d\d)(?:(\d\d)([.,]\d+)?)?([Zz]|[+-]\d\d(?::?[0-5]\d)?)?", re.ASCII
)
_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII
)  # RFC 3339 section 5.6
# Seconds from 1973 to 2286, or their thousandths; what begins with a zero is another kind of number.
_SINCE_1970 = re.compile(r"[1-9]\d{8}(?:\d(\d{3})?)?", re.ASCII)
# Digits of a second that a microsecond cannot hold; zeros it need not.
_FINER = re.compile(r"\d[.,]\d{6}0*[1-9]", re.ASCII)


def read_iso(printed: str, local: tzinfo | None) -> Stamp | None:
    """The stamp of a text in a form of ISO 8601; None where it has none of them."""
    if _STRICT.fullmatch(printed):
        try:
            return certain(datetime.fromisoformat(printed), local)
        except ValueError:
            pass  # an impossible date or time: below it is told which
    if match := _BASIC.fullmatch(printed):
        year, month, day, hour, minute, second, fraction, offset = match.groups("")
        printed = f"{year}-{month}-{day}T{hour}:{minute}{second and ':'}{second}{fraction}{offset}"
    match = _ISO.fullmatch(printed)
    return _iso(match, local) if match else None


def _iso(match: re.Match[str], local: tzinfo | None) -> Stamp:
    part = match.groupdict()
    try:
        day = date(int(part["year"]), int(part["month"] or 1), int(part["day"] or 1))
    except ValueError:
        return UNREADABLE
    if part["hour"] is None:
        return date_only(match[0], "partial-date")
    try:
        moment = datetime(
            day.year, day.month, day.day,
            int(part["hour"]), int(part["minute"]), int(part["second"] or 0),
            int((part["fraction"] or "0")[:6].ljust(6, "0")),
            tzinfo=printed_zone(part["zone"]) if part["zone"] else None,
        )  # fmt: skip
    except ValueError:
        # No such time of the day; a leap second is one, but no computer keeps it.
        return date_only(day, "bad-timestamp")
    return certain(moment, local)


def read_since_1970(printed: str, local: tzinfo | None) -> Stamp | None:
    """The stamp of seconds or milliseconds since 1970, with the date in the source's zone if there is one."""
    match = _SINCE_1970.fullmatch(printed)
    if match is None:
        return None
    microseconds = int(printed) * (1_000 if match[1] else 1_000_000)
    moment = (EPOCH + timedelta(microseconds=microseconds)).replace(tzinfo=UTC)
    return Stamp(microseconds, moment.astimezone(local or UTC).date().isoformat(), None)


def instant(text: str) -> int | None:
    """UTC microseconds of an RFC 3339 date-time, None where the text is none."""
    stamp = read_iso(text, None) if _RFC_3339.fullmatch(text) else None
    return stamp.instant if stamp else None


def is_finer(text: str) -> bool:
    """Whether a printed time has digits below the microsecond, which an instant cannot hold."""
    return _FINER.search(text) is not None


def rfc3339(microseconds: int) -> str:
    """RFC 3339 form, in UTC, of microseconds since 1970."""
    return f"{(EPOCH + microseconds * MICROSECOND).isoformat()}Z"
