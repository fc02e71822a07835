"""Printed dates of a source: which formats read those that have no certain reading, and which name no zone."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from corpuskit import timestamps
from corpuskit.findings import shortened
from corpuskit.proposal.guesses import Guess

# The date that a format reads from a stamp where it stands, None where it reads none: (stamp, format).
Reads = Callable[[str, str], str | None]

_MOST_STAMPS, _SHOWN, _LONGEST_SHOWN = 1000, 3, 60
_NUMERIC = re.compile(
    r"(?<!\d)(?P<a>\d{4}|\d{1,2})(?P<sep>[-/. ])(?P<b>\d{1,2})(?P=sep)(?P<c>\d{4}|\d{2})(?!\d)"
    r"(?:(?P<mid>[^\d]{1,5}?)(?P<hour>\d{1,2})(?P<colon>[:.])\d\d(?P<second>(?P=colon)\d\d)?(?P<half> ?[AaPp][Mm])?)?"
)
_DIRECTIVE = re.compile(r"%([dmyY])")
_ORDERS = {  # by digits of the first and the last number
    (False, True): ("%d{0}%m{0}%Y", "%m{0}%d{0}%Y"),
    (False, False): ("%d{0}%m{0}%y", "%m{0}%d{0}%y", "%y{0}%m{0}%d"),
    (True, False): ("%Y{0}%m{0}%d",),
}
_NAMES = {"d": "day", "m": "month", "y": "year", "Y": "year"}
# The first two-digit year of the twentieth century, as POSIX has it.
_CENTURY = 69
_ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}
_ZONE = re.compile(r"\b(WIB|WITA|WIT)\b|(?<=\d)\s*([+-]\d\d:?\d\d)\b")
# Where a language is mostly at home in one zone: an example for the person who must say it.
_HOMES = {
    "id": "Asia/Jakarta", "jv": "Asia/Jakarta", "su": "Asia/Jakarta", "ms": "Asia/Kuala_Lumpur",
    "tl": "Asia/Manila", "vi": "Asia/Ho_Chi_Minh", "th": "Asia/Bangkok", "ja": "Asia/Tokyo", "ko": "Asia/Seoul",
    "hi": "Asia/Kolkata", "tr": "Europe/Istanbul", "de": "Europe/Berlin", "it": "Europe/Rome",
    "pl": "Europe/Warsaw", "sv": "Europe/Stockholm", "nl": "Europe/Amsterdam", "da": "Europe/Copenhagen",
    "nb": "Europe/Oslo", "fi": "Europe/Helsinki", "cs": "Europe/Prague", "hu": "Europe/Budapest",
    "ro": "Europe/Bucharest", "el": "Europe/Athens", "he": "Asia/Jerusalem", "uk": "Europe/Kyiv",
    "bg": "Europe/Sofia",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Form:
    """A format, or several that read the same stamps, and in the first case the stamp that only it reads."""

    formats: tuple[str, ...]
    stamps: int
    example: str


def guess_formats(stamps: Sequence[str], reads: Reads) -> list[Guess]:
    """The `date_format` of stamps without a certain reading, as far as all of their form prove it; else questions."""
    proven: dict[str, Form] = {}
    asked: dict[tuple[str, ...], Form] = {}
    without: list[str] = []
    for group in _groups(stamps):
        form, left = _form(group[:_MOST_STAMPS], reads)
        without += [stamp for stamp in left if _is_unread(stamp)]
        if form is not None and len(form.formats) == 1:
            proven.setdefault(form.formats[0], form)
        elif form is not None:
            asked.setdefault(form.formats, form)
    guesses = []
    if proven:
        guesses.append(
            Guess("date_format", list(proven), "; ".join(_proof(form) for form in proven.values()))
        )
    for form in asked.values():
        others = _quoted(form.formats[1:])
        what = f"or {others}: {form.example!r} may be either, and no other date like it tells"
        guesses.append(Guess("date_format", [form.formats[0]], what, "ask"))
    if without:
        more = f" and {len(without) - _SHOWN:,} more" if len(without) > _SHOWN else ""
        what = f"no certain reading: {_quoted(without[:_SHOWN])}{more}"
        guesses.append(Guess("date_format", None, what, "ask"))
    return guesses


def _is_unread(stamp: str) -> bool:
    return timestamps.reader((), None)(stamp) == timestamps.UNREADABLE


def _groups(stamps: Sequence[str]) -> list[list[str]]:
    """Different stamps that may be of one format, where one has no certain reading; those that have one first."""
    shapes: defaultdict[str, list[str]] = defaultdict(list)
    for stamp in dict.fromkeys(stamps):
        shapes[_shape(stamp)].append(stamp)
    groups = []
    for group in shapes.values():
        unread = [stamp for stamp in group if _is_unread(stamp)]
        if unread:
            groups.append([*(stamp for stamp in group if not _is_unread(stamp)), *unread])
    return groups


def guess_zone(stamps: Sequence[str], formats: tuple[str, ...], language: str | None) -> Guess | None:
    """The question for the zone, where a stamp names none."""
    read = timestamps.reader(formats, None)
    naive = [stamp for stamp in stamps if read(stamp).doubt == "missing-timezone"]
    if not naive:
        return None
    printed: defaultdict[str, int] = defaultdict(int)
    for stamp in stamps:
        if match := _ZONE.search(stamp):
            printed[match[1] or match[2]] += 1
    what = f"{len(naive):,} of {len(stamps):,} dates name no zone, such as {shortened(naive[0], _LONGEST_SHOWN)!r}"
    if printed:
        most = max(printed, key=lambda name: (printed[name], name))
        offset = most if ":" in most else f"{most[:3]}:{most[3:]}"
        return Guess(
            "timezone", _ZONES.get(most, offset), f"{what}; {printed[most]:,} others say {most}", "ask"
        )
    what += "; where did the site's clock stand?"
    return Guess("timezone", _HOMES.get(language or "", "Area/City"), what, "ask")


def _shape(stamp: str) -> str:
    """Stamps that may be of one format: numbers by their digits, words alike."""
    digits = re.sub(r"\d+", lambda match: "0" if len(match[0]) < 3 else "0" * len(match[0]), stamp)
    return re.sub(r"[^\W\d_]+", "a", digits)


def _form(group: Sequence[str], reads: Reads) -> tuple[Form | None, list[str]]:
    """The format of stamps of one shape, or those that it may be, and the stamps that none of them reads."""
    example = next(stamp for stamp in group if _is_unread(stamp))
    for formats in _candidates(example):
        read = {
            form: {s for s in group if (day := _day(s, form)) is not None and reads(s, form) == day}
            for form in formats
        }
        readable = set().union(*read.values())
        fitting = tuple(form for form in formats if read[form] == readable)
        if example not in readable or 2 * len(readable) <= len(group) or not fitting:
            continue  # not these, or some can only be the one thing and others only the other
        left = [stamp for stamp in group if stamp not in readable]
        if len(fitting) == 1:
            others: set[str] = set().union(*(read[form] for form in formats if form not in fitting))
            example = next(stamp for stamp in group if stamp in readable - others)
        return Form(fitting, len(readable), example), left
    return None, list(group)


def _day(stamp: str, form: str) -> str | None:
    """The ISO date of a numeric stamp in the order of a format, None where there is no such day."""
    match = _NUMERIC.search(stamp)
    if match is None:
        return None
    part = dict(
        zip((d.lower() for d in _DIRECTIVE.findall(form)), map(int, match.group("a", "b", "c")), strict=True)
    )
    if "%y" in form:
        part["y"] += 1900 if part["y"] >= _CENTURY else 2000
    try:
        return date(part["y"], part["m"], part["d"]).isoformat()
    except ValueError:
        return None


def _candidates(stamp: str) -> Iterator[tuple[str, ...]]:
    """Formats that a stamp may have: each time those that differ in the order of day and month alone."""
    match = _NUMERIC.search(stamp)
    if match is None:
        return
    orders = _ORDERS.get((len(match["a"]) == 4, len(match["c"]) == 4))
    if orders is None:
        return
    before, after = _literal(stamp[: match.start()]), _literal(stamp[match.end() :])
    clock = _clock(match)
    # What stands around a date may be the site's name or a zone, which are read without the format.
    for start, end in product(dict.fromkeys(("", before)), dict.fromkeys(("", after))):
        yield tuple(f"{start}{order.format(match['sep'])}{clock}{end}" for order in orders)


def _clock(match: re.Match[str]) -> str:
    if match["hour"] is None:
        return ""
    hour, colon, half = "%I" if match["half"] else "%H", match["colon"], match["half"] or ""
    second = f"{colon}%S" if match["second"] else ""
    return f"{_literal(match['mid'])}{hour}{colon}%M{second}{' ' if half[:1] == ' ' else ''}{'%p' if half else ''}"


def _literal(text: str) -> str:
    return text.replace("%", "%%")


def _proof(form: Form) -> str:
    order = "/".join(_NAMES[d] for d in _DIRECTIVE.findall(form.formats[0]))
    return f"{form.stamps:,} dates have this form, and {form.example!r} can only be {order}"


def _quoted(items: Sequence[str]) -> str:
    return ", ".join(f'"{shortened(item, _LONGEST_SHOWN)}"' for item in items)


def formats_of(guesses: Sequence[Guess]) -> tuple[str, ...]:
    """The formats among guesses that are certain."""
    return tuple(form for g in guesses if g.key == "date_format" and g.is_known for form in g.value)
