"""What a printed date says, and the step from a local time to an instant."""

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple


class Stamp(NamedTuple):
    """What a printed date says: UTC microseconds and local date where known, and the kind of doubt."""

    instant: int | None
    date: str | None
    doubt: str | None


Reader = Callable[[str], Stamp]
UNREADABLE = Stamp(None, None, "bad-timestamp")
MICROSECOND = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - in UTC, as are the times that are counted from it
_EPOCH_UTC = EPOCH.replace(tzinfo=timezone.utc)  # noqa: UP017 - it is the class that is asked for
_NO_OFFSET = timedelta()


def certain(moment: datetime, local: tzinfo | None) -> Stamp:
    """The stamp of a full date and time, whose zone may be missing, doubled or skipped by a clock change."""
    day = moment.date().isoformat()
    place = moment.tzinfo
    if isinstance(place, timezone) and 1 < moment.year < 9999:  # most: no clock changes, nothing overflows
        return Stamp((moment - _EPOCH_UTC) // MICROSECOND, day, None)
    if place is not None:
        moment = moment.replace(tzinfo=None)
    elif local is None:
        return Stamp(None, day, "missing-timezone")
    else:
        place = local
    try:
        offset = place.utcoffset(moment) or _NO_OFFSET
        if not isinstance(place, timezone) and place.utcoffset(moment.replace(fold=1)) != offset:
            return Stamp(None, day, "ambiguous-time")
        # Beyond the years 1 to 9999 in UTC, which Python's datetime cannot write again, this overflows.
        return Stamp((moment - offset - EPOCH) // MICROSECOND, day, None)
    except OverflowError:
        return date_only(day, "bad-timestamp")


def date_only(day: date | str, doubt: str) -> Stamp:
    """The stamp of a date whose time is not printed, or is beyond reading."""
    return Stamp(None, day if isinstance(day, str) else day.isoformat(), doubt)
