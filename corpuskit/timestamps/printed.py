"""Dates as people print them: names of months and days, clocks, zones, labels, in any usual order.

The grammar is a few patterns of shapes, the same in every language: "Selasa, 19 Desember 2017 13:16 WIB"
has the shape "w, 2 m 4 2:2 z". A pattern must use up the whole text, and the date must be the only one
that its numbers and the name of its day can mean.
"""

import re
from datetime import date, datetime, tzinfo

from corpuskit.timestamps.names import HALF, MONTH
from corpuskit.timestamps.shapes import Shape, shape, value
from corpuskit.timestamps.stamps import UNREADABLE, Stamp, certain, date_only
from corpuskit.timestamps.zones import printed_zone

_LONGEST = 80
_YEAR = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
_CLOCK = r"(?P<time>[12]:2(?::2(?:[.,][1249])?)?(?: ?h\.?)?|[12]\.2(?:\.2)?(?: ?h\.?)?|[12] ?h\.?)"
_ZONE = (
    r"(?: ?(?P<zone>z(?: ?[+-](?:[12]|4|[12]:2))?|[+-](?:2|4|2:2)|u)"
    r"(?: ?(?P<comment>z(?:[+-](?:[12]|4|[12]:2))?|u))?)?"
)
_GAP = r"(?:\.? ?,? ?|\.?[/-])"
_DATE = (
    r"(?P<date>4(?P<first>[-/.])[12](?P=first)[12]|[12](?P<last>[-/.])[12](?P=last)4"
    rf"|[12]s?{_GAP}(?:f )?m{_GAP}4|m{_GAP}[12]s?{_GAP}4|4{_GAP}m{_GAP}[12])"
)
_LABEL = r"(?:l(?: l)* ?[:|-]? ?(?:[oa]\.? ?:? ?)?)?"
_DAY = r"(?:(?P<day>w)\.? ?[,|/-]? ?)?"
_OTHER_DAY = r"(?:(?P<other>w)\.? ?[,|/-]? ?)?"
_AT = r"(?:(?P<at>a)\.? ?:? ?)?"
# Date and time, time and date, and the order of C and Twitter with the year at the end.
_GRAMMAR = (
    re.compile(rf"{_LABEL}{_DAY}{_DATE}(?: ?,? ?(?P<other>w)\.?)?(?:(?:t| ?[,|-]? ?{_AT}){_CLOCK}{_ZONE})?"),
    re.compile(rf"{_LABEL}{_OTHER_DAY}{_AT}{_CLOCK}{_ZONE} ?[,|-]? ?(?:o )?{_DAY}{_DATE}"),
    re.compile(rf"{_LABEL}{_DAY}(?P<date>m\.? [12]),? {_CLOCK}{_ZONE},? (?P<year>4)"),
)
_MONTH = re.compile(rf"{_LABEL}(?P<month>m){_GAP}(?P<year>4)")
# Which of three numbers are year, month and day; without a name and with the year last there are two ways.
_ORDERS = {"422": ("ymd",), "4m2": ("ymd",), "224": ("dmy", "mdy"), "2m4": ("dmy",), "m24": ("mdy",)}


def read_printed(printed: str, local: tzinfo | None) -> Stamp:
    """The stamp of a printed date with one certain reading; `UNREADABLE` for any other text."""
    if len(printed) > _LONGEST or not _YEAR.search(printed):
        return UNREADABLE
    found = shape(printed)
    if found is None:
        return UNREADABLE
    for form in _GRAMMAR:
        if match := form.fullmatch(found.letters):
            return _stamp(found, match, local)
    if match := _MONTH.fullmatch(found.letters):
        year, month = found.text(match, "year"), value(found.text(match, "month"))
        return UNREADABLE if year == "0000" else date_only(f"{year}-{month:02}", "partial-date")
    return UNREADABLE


def _stamp(found: Shape, match: re.Match[str], local: tzinfo | None) -> Stamp:
    days = _days(found, match)
    if len(days) != 1:
        return UNREADABLE
    day = days[0]
    clock, zone = match["time"], match["zone"]
    if clock is None:
        return date_only(day, "partial-date")
    if _is_doubtful(match):
        return UNREADABLE
    try:
        place = _place(found, match) if zone else None
        moment = datetime(day.year, day.month, day.day, *_time(found, match), tzinfo=place)
    except ValueError:
        return date_only(day, "bad-timestamp")
    return certain(moment, local)


def possible_days(printed: str) -> list[str]:
    """The ISO dates that a printed date may mean, in their order; more than one where nothing tells day from month."""
    found = shape(printed.strip()) if len(printed) <= _LONGEST else None
    matches = (form.fullmatch(found.letters) for form in _GRAMMAR) if found else ()
    match = next(filter(None, matches), None)
    return [day.isoformat() for day in _days(found, match)] if found and match else []


def _days(found: Shape, match: re.Match[str]) -> list[date]:
    """The dates that the numbers and the names of days allow, in their order."""
    names = match.groupdict()
    parts = found.parts(match, "date") + (found.parts(match, "year") if "year" in names else [])
    parts = [(letter, token) for letter, token in parts if letter in "124m"]
    values = [value(token) if letter == MONTH else int(token) for letter, token in parts]
    days = set()
    for order in _ORDERS["".join(letter for letter, _ in parts).replace("1", "2")]:
        part = dict(zip(order, values, strict=True))
        try:
            days.add(date(part["y"], part["m"], part["d"]))
        except ValueError:
            continue
    for group in ("day", "other"):
        if names.get(group):
            weekday = value(found.text(match, group))
            days = {day for day in days if day.weekday() == weekday}
    return sorted(days)


def _is_doubtful(match: re.Match[str]) -> bool:
    """Whether what looks like a time may be another number, or what looks like a zone another time."""
    clock, zone = match["time"], match["zone"]
    if zone in {"-2", "-2:2"} and clock.count(":") < 2:
        return True  # 08:00-10:00 is more likely the hours of an event
    first = match.start("time") < match.start("date")
    return first and "." in clock and ":" not in clock and HALF not in clock and not zone and not match["at"]


def _time(found: Shape, match: re.Match[str]) -> tuple[int, int, int, int]:
    """Hour, minute, second and microsecond; raises ValueError for an hour that no half of a day has."""
    parts = found.parts(match, "time")
    numbers = [token for letter, token in parts if letter in "1249"]
    hour, minute, second = (int(number) for number in (*numbers, "0", "0")[:3])
    for letter, token in parts:
        if letter == HALF:
            if not 1 <= hour <= 12:
                raise ValueError(token)
            hour = hour % 12 + 12 * value(token)
    fraction = numbers[3] if len(numbers) > 3 else "0"
    return hour, minute, second, int(fraction[:6].ljust(6, "0"))


def _place(found: Shape, match: re.Match[str]) -> tzinfo:
    """The zone that is printed; raises ValueError where it is none that is certain, or is printed otherwise again."""
    text, comment = found.text(match, "zone"), found.text(match, "comment")
    place = printed_zone(text)
    # Behind an offset the letters of a zone add nothing, be they known or not.
    if comment and not (match["comment"] == "u" and match["zone"][0] in "+-"):
        again = printed_zone(comment)
        if again.utcoffset(None) != place.utcoffset(None):
            raise ValueError(comment)
    return place
