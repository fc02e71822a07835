"""Dates in the strptime formats that a source declares."""

import re
from contextlib import suppress
from datetime import datetime, tzinfo
from functools import cache

from corpuskit.timestamps.names import english
from corpuskit.timestamps.stamps import UNREADABLE, Stamp, certain, date_only
from corpuskit.timestamps.zones import ZONES, is_unknown_zone, printed_zone, split_zone

_DIRECTIVE = re.compile(r"%(.)", re.DOTALL)
# What a declared format says of year, month, day and time; of two letters both are needed.
_SAYS_YEAR = frozenset("YyGcx")
_SAYS_MONTH = frozenset("mbBjcx")
_SAYS_DAY = frozenset("djcx")
_SAYS_WEEK, _SAYS_WEEKDAY = frozenset("UWV"), frozenset("Aauw")
_SAYS_TIME = (frozenset("H"), frozenset("Ip"), frozenset("c"), frozenset("X"))
# A zone in the letters of a format: a name anywhere, a Z or an offset right behind the time.
_LITERAL_ZONE = re.compile(
    r"(?<![a-z])(?:WIB|WITA|WIT|(?:UTC|GMT)(?: ?[+-]\d\d?(?::?[0-5]\d)?)?)(?![a-z])"
    r"|(?<=\0)(?:Z|[+-]\d\d:?[0-5]\d)\Z",
    re.ASCII | re.IGNORECASE,
)
# What a declared %B, %b, %A and %a may also mean besides the English names.
_NAMES = dict(english())
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def read_declared(printed: str, formats: tuple[str, ...], local: tzinfo | None) -> Stamp | None:
    """The stamp of the first format that fits the text, or the text without its zone; None where none does."""
    for form in formats:
        if moment := _parsed(printed, form):
            return _as_said(moment, _said(form), local)
    split = split_zone(printed)
    if split is None:
        return None
    for form in formats:
        if stamp := _with_zone(printed, *split, form):
            return stamp
    return None


def _with_zone(printed: str, rest: str, name: str, form: str) -> Stamp | None:
    """The stamp of a text with a zone behind it that its format does not have, or does not know."""
    said = _said(form)
    moment = _parsed(rest, form)
    if moment is None and "Z" in said and is_unknown_zone(name):
        moment = _strptime(printed, _spelt(form, name))
    if moment is None:
        return None
    try:
        place = printed_zone(name)
    except ValueError:
        if moment.tzinfo is not None:
            return _as_said(moment, said, None)  # behind an offset the letters of a zone add nothing
        # The time is somewhere else than the source's zone may be.
        return _doubted(_as_said(moment, said, None)) if _says_time(said) else None
    stamp = _as_said(moment, said, place)
    if moment.tzinfo is not None and moment.utcoffset() != moment.replace(tzinfo=place).utcoffset():
        return _doubted(stamp)
    return stamp


def _parsed(printed: str, form: str) -> datetime | None:
    """What a format reads, with the names of any language that is known, in the zone that it prints if any.

    Of zone names only those of `ZONES` count: which others strptime knows depends on the machine.
    """
    if "Z" not in _said(form):
        moment = _strptime(printed, form)
        place = _literal_zone(form)
        return moment if moment is None or place is None else moment.replace(tzinfo=place)
    for name, place in ZONES.items():
        if name in printed.upper() and (moment := _strptime(printed, _spelt(form, name))):
            return moment.replace(tzinfo=place)
    return None


def _spelt(form: str, name: str) -> str:
    """A format with the name of a zone for its %Z."""
    return _DIRECTIVE.sub(lambda match: name if match[1] == "Z" else match[0], form)


def _strptime(printed: str, form: str) -> datetime | None:
    named = _WORD.sub(lambda match: _NAMES.get(match[0].lower(), match[0]), printed)
    for text in dict.fromkeys((printed, named)):
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the source's
        except (ValueError, re.error):  # the latter for a directive that stands twice
            continue
    return None


@cache
def _said(form: str) -> frozenset[str]:
    return frozenset(_DIRECTIVE.findall(form))


def _says_time(said: frozenset[str]) -> bool:
    return any(needed <= said for needed in _SAYS_TIME)


def _doubted(stamp: Stamp) -> Stamp:
    return date_only(stamp.date, "bad-timestamp") if stamp.date else UNREADABLE


@cache
def _literal_zone(form: str) -> tzinfo | None:
    """The zone that stands in the letters of a format; a %z says more."""
    if "z" in _said(form):
        return None
    match = _LITERAL_ZONE.search(_DIRECTIVE.sub("\0", form))
    with suppress(ValueError):  # UTC+99 is no zone
        return printed_zone(match[0]) if match else None
    return None


def _as_said(moment: datetime, said: frozenset[str], local: tzinfo | None) -> Stamp:
    """The stamp of what a format says and no more: strptime fills the rest with the first of January 1900."""
    if not said & _SAYS_YEAR:
        return UNREADABLE
    if said & _SAYS_WEEK and said & _SAYS_WEEKDAY:
        said |= {"x"}  # together they are a date
    if not said & _SAYS_MONTH:
        return date_only(f"{moment.year:04}", "partial-date")
    if not said & _SAYS_DAY:
        return date_only(f"{moment.year:04}-{moment.month:02}", "partial-date")
    if _says_time(said):
        return certain(moment, local)
    return date_only(moment.date(), "partial-date")
