"""The words of printed dates: to read another language, give it an entry in `LANGUAGES`."""

from collections.abc import Iterator
from typing import NamedTuple


class Language(NamedTuple):
    """The words of one language, in lower case; those that mean the same stand in one string.

    Months begin with January, days with Monday. `labels` stand before a publication date; `notices` stand
    beside other dates and names, so a line with one prints a date but not that of publication.
    """

    months: tuple[str, ...]
    short_months: tuple[str, ...]
    days: tuple[str, ...]
    short_days: tuple[str, ...]
    halves: tuple[str, ...] = ()
    at: str = ""
    on: str = ""
    of: str = ""
    ordinals: str = ""
    labels: str = ""
    notices: str = ""


LANGUAGES = {
    "en": Language(
        months=("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
                "november", "december"),
        short_months=("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep sept", "oct", "nov", "dec"),
        days=("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        short_days=("mon", "tue tues", "wed weds", "thu thur thurs", "fri", "sat", "sun"),
        halves=("am", "pm"),
        at="at @",
        on="on",
        of="of",
        ordinals="st nd rd th",
        labels="published publish publication posted date",
        notices="updated update modified edited last by",
    ),
    "id": Language(
        months=("januari", "februari pebruari", "maret", "april", "mei", "juni", "juli", "agustus", "september",
                "oktober", "november nopember", "desember"),
        short_months=("jan", "feb peb", "mar", "apr", "mei", "jun", "jul", "agu agt ags agus agust", "sep sept", "okt",
                      "nov nop", "des"),
        days=("senin", "selasa", "rabu", "kamis", "jumat jum'at", "sabtu", "minggu ahad"),
        short_days=("sen", "sel", "rab", "kam", "jum", "sab", "min"),
        at="pukul pkl jam",
        on="pada",
        labels="dipublikasikan diterbitkan terbit ditayangkan tayang dimuat diposting tanggal tgl",
        notices="diperbarui diperbaharui diupdate terakhir oleh penulis editor reporter",
    ),
    "jv": Language(
        months=("januari", "februari pebruari", "maret", "april", "mei", "juni", "juli", "agustus", "september",
                "oktober", "november nopember", "desember"),
        short_months=("jan", "feb peb", "mar", "apr", "mei", "jun", "jul", "agu ags", "sep", "okt", "nov nop", "des"),
        days=("senen", "selasa slasa", "rebo", "kemis", "jemuwah jumuwah", "setu septu", "minggu ngahad akad"),
        short_days=("sen", "sel", "reb", "kem", "jem", "set", "min"),
        at="jam tabuh",
        labels="kababar",
    ),
    "su": Language(
        months=("januari", "februari pebruari", "maret", "april", "mei", "juni", "juli", "agustus", "september",
                "oktober", "november nopember", "desember"),
        short_months=("jan", "feb peb", "mar", "apr", "mei", "jun", "jul", "agu ags", "sep", "okt", "nov nop", "des"),
        days=("senen", "salasa", "rebo", "kemis", "jumaah jumahat", "saptu", "minggu ahad"),
        short_days=("sen", "sal", "reb", "kem", "jum", "sap", "min"),
        at="tabuh jam pukul",
        labels="medal",
    ),
    "nl": Language(
        months=("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober",
                "november", "december"),
        short_months=("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep sept", "okt", "nov", "dec"),
        days=("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"),
        short_days=("ma", "di", "wo", "do", "vr", "za", "zo"),
        at="om",
        labels="gepubliceerd geplaatst",
        notices="bijgewerkt gewijzigd door",
    ),
    "ms": Language(
        months=("januari", "februari", "mac", "april", "mei", "jun", "julai", "ogos", "september", "oktober",
                "november", "disember"),
        short_months=("jan", "feb", "mac", "apr", "mei", "jun", "jul", "ogo ogos", "sep sept", "okt", "nov", "dis"),
        days=("isnin", "selasa", "rabu", "khamis", "jumaat", "sabtu", "ahad"),
        short_days=("isn", "sel", "rab", "kha", "jum", "sab", "ahd"),
        at="pukul jam",
        on="pada",
        labels="diterbitkan disiarkan tarikh",
        notices="dikemas kini oleh",
    ),
}  # fmt: skip


class Meaning(NamedTuple):
    """What a word is, as one letter, and which of its kind."""

    kind: str
    value: int


# One letter a kind of word; the grammar in `printed` is written in them.
MONTH, DAY, HALF, AT, ON, OF, ORDINAL, LABEL, NOTICE, ZONE, T = "mwhaofslkzt"
_FIXED = {"t": Meaning(T, 0)} | dict.fromkeys(("z", "utc", "gmt", "wib", "wita", "wit"), Meaning(ZONE, 0))


def meanings() -> Iterator[tuple[str, Meaning]]:
    """Every word of every language and what it means."""
    for language in LANGUAGES.values():
        tables = (
            (MONTH, language.months, 1),
            (MONTH, language.short_months, 1),
            (DAY, language.days, 0),
            (DAY, language.short_days, 0),
            (HALF, language.halves, 0),
            (AT, (language.at,), 0),
            (ON, (language.on,), 0),
            (OF, (language.of,), 0),
            (ORDINAL, (language.ordinals,), 0),
            (LABEL, (language.labels,), 0),
            (NOTICE, (language.notices,), 0),
        )
        for kind, table, start in tables:
            for value, words in enumerate(table, start):
                yield from ((word, Meaning(kind, value)) for word in words.split())
    yield from _FIXED.items()


WORDS = dict(meanings())


def is_day(word: str) -> bool:
    """Whether a word is the name of a day of the week in any of the languages."""
    meaning = WORDS.get(word.lower())
    return meaning is not None and meaning.kind == DAY


def english() -> Iterator[tuple[str, str]]:
    """Every name of a month or a day and the English one that strptime knows."""
    known = LANGUAGES["en"]
    for language in LANGUAGES.values():
        for field in ("short_months", "short_days", "months", "days"):
            for names, words in zip(getattr(language, field), getattr(known, field), strict=True):
                yield from ((name, words.split()[0].capitalize()) for name in names.split())
