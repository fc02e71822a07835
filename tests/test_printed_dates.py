"""Dates as newspapers print them: read where they have one certain reading, and told from all other lines."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit import timestamps
from corpuskit.timestamps import UNREADABLE, Stamp, looks_like_stamp
from corpuskit.timestamps.names import LANGUAGES, meanings

NAIVE = timestamps.reader((), None)
JAKARTA = timestamps.reader((), "Asia/Jakarta")
TOKYO = timestamps.reader((), "Asia/Tokyo")
NOON = datetime(2017, 12, 19, 13, 16, tzinfo=UTC)


def utc(stamp: Stamp) -> str | None:
    """The instant of a stamp in RFC 3339 form."""
    return None if stamp.instant is None else timestamps.rfc3339(stamp.instant)


# --- times ---


@pytest.mark.parametrize(
    "printed",
    ["2017/12/19 13:16", "2017.12.19 13:16", "2017.12.19 13.16", "2017-12-19 13.16", "2017/12/19T13:16",
     "2017-12-19, 13:16", "2017-12-19 | 13:16", "2017-12-19 - 13:16", "2017-12-19 \u00b7 13:16",
     "2017-12-19 \u2014 13.16",
     "2017-12-19  \t 13:16", "2017-12-19\u00a013:16", "2017/12/19,13:16",
     "19 Desember 2017 13:16", "19 Desember 2017, 13:16", "19 Desember 2017 pukul 13.16",
     "19 Desember 2017, Pukul 13:16",
     "19 Desember 2017 | Pkl. 13.16", "19 Desember 2017 - Jam: 13:16", "19 Desember 2017 | 13:16", "19 Des 2017 13.16",
     "Selasa, 19 Desember 2017 13:16", "SELASA, 19 DESEMBER 2017 | 13:16", "Selasa 19 Des 2017, 13:16",
     "Sel, 19 Des. 2017 13:16", "Selasa (19/12/2017) 13:16", "Selasa (19/12/2017 13:16)", "Selasa - 19/12/2017 13:16",
     "Selasa/19/12/2017 13:16", "19/12/2017 13:16", "19-12-2017 13:16", "19.12.2017 13.16", "19.12.2017, 13:16",
     "12/19/2017 13:16", "12/19/2017 1:16 PM", "12/19/2017, 1:16\u202fPM", "19/12/2017 (Selasa) 13:16",
     "19-Dec-2017 13:16", "19/Dec/2017 13:16", "19Dec2017 13:16", "2017-Dec-19 13:16", "2017 Desember 19 13:16",
     "December 19, 2017 at 1:16 PM", "Dec 19, 2017 1:16 p.m.", "Dec. 19, 2017 - 1.16pm", "dec 19th 2017 @ 1:16 pm",
     "Tuesday, December 19, 2017 13:16", "19th of December, 2017, 13:16", "19. Desember 2017 13:16",
     "Tue Dec 19 13:16 2017", "Tue, Dec 19 13:16:00 2017", "13:16, 19 Desember 2017", "13:16 19/12/2017",
     "pukul 13.16, 19 Desember 2017", "Jam 13:16 Selasa 19 Desember 2017", "1:16 PM on Dec 19, 2017",
     "1.16 PM, December 19, 2017", "Selasa, 13:16, 19 Desember 2017", "(19 Desember 2017 13:16)",
     "[19/12/2017 (13:16)]",
     "Dipublikasikan 19 Desember 2017 13:16", "Diterbitkan: Selasa, 19 Desember 2017 13:16",
     "Terbit pada 19 Desember 2017 pukul 13:16", "Tanggal terbit : 19/12/2017 13.16", "Tanggal: 2017-12-19 13:16",
     "Published on Dec 19, 2017 at 1:16 PM", "PUBLISHED: 19 December 2017 13:16", "Posted on December 19, 2017 1:16 pm",
     "Published at 2017-12-19 13:16", "Publication date: 2017/12/19 13:16", "Posted - 19 Dec 2017 - 13:16"],
)  # fmt: skip
def test_a_printed_time_is_that_of_the_source(printed: str) -> None:
    """Each of these says 13:16 on 19 December 2017: in the declared zone it is an instant, else it stays naive."""
    assert NAIVE(printed) == Stamp(None, "2017-12-19", "missing-timezone")
    assert JAKARTA(printed) == Stamp(JAKARTA("2017-12-19 13:16").instant, "2017-12-19", None)


@pytest.mark.parametrize(
    ("zone", "hours"),
    [(" WIB", 7), (" wib", 7), ("WIB", 7), (" (WIB)", 7), (" WITA", 8), (" WIT", 9), (" UTC", 0), (" GMT", 0), ("Z", 0),
     (" +07:00", 7), (" +0700", 7), ("+07", 7), (" GMT+7", 7), (" UTC+07:00", 7), (" (UTC+7)", 7), (" UTC +7", 7),
     (" GMT+0700", 7), (" GMT-5", -5), (" -0500", -5), (" WIB (UTC+7)", 7), (" WIB (GMT+7)", 7), (" +0700 (WIB)", 7),
     (" +0700 (ICT)", 7), (" GMT+0700 (Western Indonesia Time)", 7), (" UTC\u22125", -5)],
)  # fmt: skip
@pytest.mark.parametrize(
    "printed", ["19 Desember 2017 13:16", "2017/12/19 13.16", "Tue, 19 Dec 2017 13:16", "12/19/2017, 13:16"]
)
def test_a_printed_zone_is_the_zone(printed: str, zone: str, hours: int) -> None:
    """The zone behind a time wins over the source's."""
    for read in (NAIVE, TOKYO):
        stamp = read(printed + zone)
        assert (utc(stamp), stamp.date) == (
            timestamps.rfc3339(_micros(NOON) - hours * 3_600_000_000),
            "2017-12-19",
        )


def _micros(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("printed", "instant"),
    [
        ("Tue, 19 Dec 2017 13:16:05 WIB", "2017-12-19T06:16:05Z"),
        ("19 Desember 2017 13.16.05 WIB", "2017-12-19T06:16:05Z"),
        ("19 Desember 2017 13:16:05,25 WIB", "2017-12-19T06:16:05.250000Z"),
        ("2017/12/19 13:16:05.1234567Z", "2017-12-19T13:16:05.123456Z"),
        ("2017/1/9 9:05 WIB", "2017-01-09T02:05:00Z"),
        ("2017-1-9 9.05 WIB", "2017-01-09T02:05:00Z"),
        ("13.16 WIB, 19 Desember 2017", "2017-12-19T06:16:00Z"),
        ("13:16 WIB | Selasa, 19/12/2017", "2017-12-19T06:16:00Z"),
        ("Tue Dec 19 13:16:05 +0700 2017", "2017-12-19T06:16:05Z"),
        ("Tue Dec 19 13:16:05 WIB 2017", "2017-12-19T06:16:05Z"),
        ("Tue Dec 19 2017 13:16:05 GMT+0700 (WIB)", "2017-12-19T06:16:05Z"),
        ("Dec 19, 2017 12:05 AM UTC", "2017-12-19T00:05:00Z"),
        ("Dec 19, 2017 12:05 PM UTC", "2017-12-19T12:05:00Z"),
        ("Dec 19, 2017 at 1 PM UTC", "2017-12-19T13:00:00Z"),
        ("19 Desember 2017 13:16:00 -05:00", "2017-12-19T18:16:00Z"),
    ],
)  # fmt: skip
def test_printed_instants(printed: str, instant: str) -> None:
    """Seconds, parts of a second, halves of the day and zones are read wherever they stand."""
    for read in (NAIVE, TOKYO):
        assert (utc(read(printed)), read(printed).doubt) == (instant, None)


@pytest.mark.parametrize("zone", ["EST", "PST", "CST", "IST", "BST", "(MST)", "XYZ", "WIB+7", "GMT+25", "WIB (UTC+8)",
                                  "+0800 (WIB)", "UTC (EST)"])  # fmt: skip
def test_letters_of_no_certain_zone_leave_the_date(zone: str) -> None:
    """Where the zone means several or contradicts itself, the source's zone is not put in its place."""
    for read in (NAIVE, JAKARTA):
        assert read(f"19 Desember 2017 13:16 {zone}") == Stamp(None, "2017-12-19", "bad-timestamp")


@pytest.mark.parametrize(
    "time",
    [
        "24:00",
        "25:61",
        "13:60",
        "13:16:60",
        "13:16 PM",
        "0:16 AM",
        "13 PM",
        "99.99",
        "24:00 WIB",
        "24:00 EST",
    ],
)
def test_an_impossible_time_leaves_the_date(time: str) -> None:
    """Where only the time of day is beyond reading, the date is known."""
    for read in (NAIVE, JAKARTA):
        assert read(f"19 Desember 2017, {time}") == Stamp(None, "2017-12-19", "bad-timestamp")
    assert NAIVE("1 Jan 0001 00:00 WIB") == Stamp(None, "0001-01-01", "bad-timestamp")


def test_hours_that_a_clock_change_doubles_are_no_instants() -> None:
    """A printed date follows the same rules of clock changes as ISO 8601."""
    read = timestamps.reader((), "Europe/Berlin")
    assert read("29 October 2017, 2:30") == Stamp(None, "2017-10-29", "ambiguous-time")


# --- dates ---


@pytest.mark.parametrize(
    ("printed", "day"),
    [("19 Desember 2017", "2017-12-19"), ("Selasa, 19 Desember 2017", "2017-12-19"), ("2017/12/19", "2017-12-19"),
     ("2017.1.9", "2017-01-09"), ("2017-1-2", "2017-01-02"), ("19/12/2017", "2017-12-19"), ("12/19/2017", "2017-12-19"),
     ("19.12.2017", "2017-12-19"), ("19-12-2017", "2017-12-19"), ("4/4/2017", "2017-04-04"),
     ("Dec 19, 2017", "2017-12-19"),
     ("Kamis (17/8/2017)", "2017-08-17"), ("Jum'at, 15 Desember 2017", "2017-12-15"),
     ("Jum\u2019at 15-12-2017", "2017-12-15"),
     ("29 Februari 2016", "2016-02-29"), ("19/12/2017 (Selasa)", "2017-12-19"),
     ("Terbit: 19 Desember 2017", "2017-12-19"),
     ("Desember 2017", "2017-12"), ("Des. 2017", "2017-12"), ("December, 2017", "2017-12"),
     ("Terbit Mei 2017", "2017-05")],
)  # fmt: skip
def test_dates_without_a_time_are_partial(printed: str, day: str) -> None:
    """A day or a month is kept and is no instant, whatever the source's zone."""
    for read in (NAIVE, JAKARTA):
        assert read(printed) == Stamp(None, day, "partial-date")


@pytest.mark.parametrize(
    ("printed", "day"),
    [("Rabu, 04/10/2017", "2017-10-04"), ("Senin, 04/10/2017", "2017-04-10"), ("Wed 10/4/2017", "2017-10-04"),
     ("Selasa, 04/10/2017", None), ("Rabu, 19/12/2017", None), ("04/10/2017", None), ("4-10-2017", None),
     ("04.10.2017", None), ("01/12/2017", None), ("12/1/2017", None), ("12/13/2017", "2017-12-13"),
     ("13/12/2017", "2017-12-13"), ("12/12/2017", "2017-12-12"), ("13/13/2017", None), ("31/04/2017", None)],
)  # fmt: skip
def test_the_order_of_day_and_month_is_never_guessed(printed: str, day: str | None) -> None:
    """Numbers are read where one order only is a date, and one of the day that is printed with it."""
    for time in ("", " 00:30", " 00:30 WIB"):
        assert JAKARTA(printed + time).date == day
        assert (JAKARTA(printed + time) is UNREADABLE) == (day is None)


def test_numbers_whose_day_fits_both_orders_are_not_read() -> None:
    """Where the name of the day fits both, it decides nothing."""
    pairs = [
        (month, day)
        for month in range(1, 13)
        for day in range(1, month)
        if date(2023, month, day).weekday() == date(2023, day, month).weekday()
    ]
    assert pairs
    names = LANGUAGES["id"].days
    for month, day in pairs:
        name = names[date(2023, month, day).weekday()]
        assert NAIVE(f"{name}, {day}/{month}/2023") is UNREADABLE


@pytest.mark.parametrize("printed", ["Senin, 19 Desember 2017", "Mon, 19 Dec 2017 13:16:05 +0700", "Senin 2017-12-19",
                                     "19 Desember 2017 (Rabu)", "Kamis, Desember 2017"])  # fmt: skip
def test_a_day_that_contradicts_its_date_is_not_read(printed: str) -> None:
    """One of the two is wrong, and nobody knows which."""
    assert JAKARTA(printed) is UNREADABLE


@pytest.mark.parametrize(
    "printed",
    ["31 Februari 2017", "2017-13-45 25:61:00", "0000-00-00", "0000-00-00 00:00:00", "30 Feb 2017 10:00", "0 Mei 2017",
     "32/01/2017", "2017/13/12", "Desember 0000", "19 Desember 0000", "29 Februari 2017", "2017/02/30 13:16 WIB"],
)  # fmt: skip
def test_impossible_dates_are_not_read(printed: str) -> None:
    """A day that the calendar does not have is none."""
    assert JAKARTA(printed) is UNREADABLE


@pytest.mark.parametrize(
    "printed",
    ["2-1", "Skor akhir 2-1", "Rp1.500", "Rp1.500/kg", "12 orang", "Pasal 5/10", "Ia lahir 17 Agustus 2017 di Solo.",
     "17 Agustus 2017.", "Rapat 19/12/2017", "Piala Dunia 2018", "Agustus", "Kamis", "13:16", "13:16 WIB",
     "pukul 13.16",
     "12 2017", "2017 12 19", "2017/18", "12/2017", "2017/12", "19 Desember", "19 Desember 13:16", "19/12", "19/12/17",
     "19 Des 17", "17-12-19", "19/12-2017", "19 Foo 2017", "19 Desember 2017 13", "19 Desember 2017 1316",
     "13.16, 19 Desember 2017", "13.16 19/12/2017", "19 Desember 2017 13:1", "19 Desember 2017 113:16", "119/12/2017",
     "19 Desember 20170", "19 Desember 2017 oleh Budi", "Jakarta, 19 Desember 2017", "Updated: 19 Dec 2017",
     "pada 19 Desember 2017", "19 Desember 2017 08:00 - 10:00", "19 Desember 2017 08:00-10:00",
     "19 Desember 2017 08:00-10:00 WIB",
     "19 Desember 2017 08:00-10", "19 Desember - 20 Desember 2017", "19-20 Desember 2017",
     "19 Desember 2017 13:16 WIB Jakarta",
     "19 Desember 2017 pukul 7 malam", "(19 Desember 2017", "19 Desember 2017)", "(19 Desember 2017]", ")19/12/2017(",
     "19 Desember 2017\n13:16", "\uff11\uff19 Desember 2017", "\u0661\u0669/12/2017", "19/12/\u0662\u0660\u0661\u0667",
     "2017\u5e7412\u670819\u65e5", "19 Desember 2017 13:16 \uff37\uff29\uff22",
     "19 Desember 2017" + " " * 80 + "13:16"],
)  # fmt: skip
def test_what_is_more_or_less_than_a_date_is_not_read(printed: str) -> None:
    """The whole text must be one date with its year, and nothing else: scores, prices and sentences are none."""
    assert JAKARTA(printed) is UNREADABLE


# --- names ---


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_of_a_month_and_a_day_is_read(language: str) -> None:
    """All names and abbreviations of all languages, in any letter case, with or without a period."""
    table = LANGUAGES[language]
    for number in range(12):
        for name in f"{table.months[number]} {table.short_months[number]}".split():
            for printed in (name, name.upper(), name.title(), f"{name}."):
                assert NAIVE(f"9 {printed} 2017").date == f"2017-{number + 1:02}-09"
    for number in range(7):
        day = date(2017, 12, 18 + number)
        for name in f"{table.days[number]} {table.short_days[number]}".split():
            for printed in (name, name.upper(), f"{name}.", f"{name},"):
                assert NAIVE(f"{printed} {day.day}/12/2017").date == day.isoformat()


@pytest.mark.parametrize(
    "name",
    ["Agu", "Agt", "Ags", "Agust", "Sept", "Okt", "Nop", "Nov", "Des", "Mei", "Peb", "Feb.", "NOPEMBER"],
)
def test_common_abbreviations(name: str) -> None:
    """What Indonesian papers print."""
    assert NAIVE(f"9 {name} 2017").doubt == "partial-date"


def test_no_word_means_two_things() -> None:
    """Languages may share a word, but only where it means the same."""
    assert len(set(meanings())) == len(dict(meanings()))


@pytest.mark.parametrize("label", [label for table in LANGUAGES.values() for label in table.labels.split()])
@pytest.mark.parametrize("mark", [" ", ": ", " : ", ":", " - ", " | "])
def test_every_label_may_stand_before_a_date(label: str, mark: str) -> None:
    """A label of publication is no part of the date."""
    assert NAIVE(f"{label.capitalize()}{mark}19 Desember 2017").date == "2017-12-19"


# --- any date in any form ---

MONTHS = {
    "id": [
        "Januari",
        "Februari",
        "Maret",
        "April",
        "Mei",
        "Juni",
        "Juli",
        "Agustus",
        "September",
        "Oktober",
        "November",
        "Desember",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}
DAYS = {
    "id": ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"],
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
}
DATE_FORMS = [
    "{d} {B} {y}", "{d:02} {b} {y}", "{d}-{b}-{y}", "{B} {d}, {y}", "{b}. {d} {y}", "{y} {B} {d}", "{A}, {d} {B} {y}",
    "{A} {d}/{m}/{y}", "{A} ({d:02}/{m:02}/{y})", "{A}, {d}.{m}.{y}", "{A}, {m}/{d}/{y}", "{y}/{m:02}/{d:02}",
    "{y}.{m}.{d}",
    "{y}-{m:02}-{d:02}", "{A}, {y}-{m}-{d}", "Terbit: {d} {B} {y}", "({d} {B} {y})",
]  # fmt: skip
TIME_FORMS = [
    "{H:02}:{M:02}",
    "{H}:{M:02}",
    "{H:02}.{M:02}",
    "pukul {H:02}.{M:02}",
    "at {H:02}:{M:02}",
    "{I}:{M:02} {p}",
]
ZONES = [("", 0), (" WIB", 7), (" (WITA)", 8), (" WIT", 9), (" GMT+7", 7), (" +0700", 7), (" UTC", 0)]


@given(
    st.datetimes(datetime(1000, 1, 2), datetime(9999, 12, 30)),  # noqa: DTZ001 - hypothesis wants them naive
    st.sampled_from(["id", "en"]), st.sampled_from(DATE_FORMS), st.sampled_from(["", *TIME_FORMS]),
    st.sampled_from(ZONES), st.sampled_from([" ", ", ", " - ", " | ", "\u00a0\t "]),
    st.sampled_from([str, str.upper, str.lower]),
)  # fmt: skip
def test_any_date_is_read_as_it_was_printed(
    moment: datetime,
    language: str,
    form: str,
    time: str,
    zone: tuple[str, int],
    gap: str,
    case: Callable[[str], str],
) -> None:
    """For any minute, in all of these forms, what is read is what was printed, or two orders were possible."""
    month, day = MONTHS[language][moment.month - 1], DAYS[language][moment.weekday()]
    letters, hours = zone
    printed = case(
        (form + (gap + time + letters if time else "")).format(
            d=moment.day, m=moment.month, y=moment.year, B=month, b=month[:3], A=day,
            H=moment.hour, M=moment.minute, I=moment.hour % 12 or 12, p="AM" if moment.hour < 12 else "PM",
        )
    )  # fmt: skip
    stamp = NAIVE(printed)
    if stamp is UNREADABLE:
        assert form.count("{m") == 1
        assert moment.day <= 12
        assert date(moment.year, moment.day, moment.month).weekday() == moment.weekday()
    elif not time:
        assert stamp == Stamp(None, moment.date().isoformat(), "partial-date")
    elif not letters:
        assert stamp == Stamp(None, moment.date().isoformat(), "missing-timezone")
    else:
        there = moment.replace(second=0, microsecond=0, tzinfo=UTC) - timedelta(hours=hours)
        assert stamp == Stamp(_micros(there), moment.date().isoformat(), None)


PIECES = st.lists(
    st.sampled_from(
        ["2017", "12", "4", "31", "00", "0000", "9999", "-", "/", ".", ",", ":", "|", "(", ")", "[", "]", " ", " ",
         " ", "T",
         "Z", "WIB", "EST", "UTC", "+07:00", "-0500", "+99", "Mei", "Dec", "Kamis", "Tue", "PM", "p.m.", "pukul", "at",
         "on",
         "of", "th", "Terbit", "Published", "Foo", "\u0663", "\u00a0", "13:16", "13.16", "\u00e9", "'"]
    ),
    max_size=14,
).map("".join)  # fmt: skip


@given(
    st.text(max_size=90) | PIECES,
    st.sampled_from([None, "Asia/Jakarta", "Europe/Berlin", "+14:00", "-12:00"]),
)
def test_any_text_is_read_or_doubted(printed: str, zone: str | None) -> None:
    """For any text nothing is raised, a date is one of the calendar, and each answer has its form."""
    stamp = timestamps.reader((), zone)(printed)
    assert (stamp.instant is None) == (stamp.doubt is not None)
    assert (stamp is UNREADABLE) == (stamp == UNREADABLE)
    if stamp.date is not None and len(stamp.date) == 10:
        assert date.fromisoformat(stamp.date).isoformat() == stamp.date
    if stamp is not UNREADABLE and 4 < len(printed.strip()) <= 64:
        assert looks_like_stamp(printed)
    assert looks_like_stamp(printed) == looks_like_stamp(f" {printed}\n")


# --- lines that look like a stamp ---


@pytest.mark.parametrize(
    "line",
    ["2017-12-19 13:16:05", "04/10/2017 00:30 WIB", "04/10/2017", "2017-13-45 25:61:00", "12 Foo 2017", "19/12/17",
     "19.12.17 13:16", "12 Foo 2017 13:16 WIB", "Kamis, 17 Foo 2017", "31 Februari 2017", "19 Desember 17",
     "Kamis, 17 Agustus 2017 13:59 WIB", "Kamis, 17 Agustus", "Kamis (17/8)", "17 Agustus 2017", "2017-12", "13:16",
     "Pukul 13:16 WIB", "1513664165", "Senin, 19 Desember 2017", "19 Desember 2017 13:16 EST", "04/10/2017 1:16 p.m.",
     "19 Desember 2017 08:00 - 10:00 WIB", "Kompas.com - 19/12/2017, 13:16 WIB", "Jakarta, 19 Desember 2017",
     "Antara News | 4/10/2017", "Oleh Budi Santoso 19/12/2017 13:16", "Posted on December 19, 2017 by Admin",
     "Updated: 19 Dec 2017", "Diperbarui 04/10/2017", "  19/12/17\n"],
)  # fmt: skip
def test_lines_that_print_a_date_or_a_time(line: str) -> None:
    """Dates that nobody can read for certain are still dates, alone or with a source, a place or an author."""
    assert looks_like_stamp(line)


@pytest.mark.parametrize(
    "line",
    ["", "   ", "2-1", "Skor akhir 2-1", "21-19-21", "Rp1.500", "Rp1.500.000", "Naik 3.50 persen jadi Rp1.500/kg",
     "Pasal 5/10", "Pasal 5/10 berlaku", "Ia lahir 17 Agustus 2017 di Solo.", "Ia lahir 17 Agustus 2017", "12 orang",
     "Pada 10:30 rapat dimulai.", "Hadir 12 orang", "1984", "2017", "Piala Dunia 2018", "Anggaran 2017-2018", "1.2.3",
     "Persib 2-1 Persija", "Rapat 12/10/2017", "Pemilu Desember 2017", "HUT RI 17 Agustus 2017 di Solo", "192.168.1.1",
     "Selamat 17 Agustus 2017!", "Apa 13:16?", "Yohanes 3:16 dan kita", "100 hari 2017", "Kamis", "Agustus", "19",
     "(2-1",
     "12 Foo 1017", "Jadwal: 4/10/2017 di A, 5/10/2017 di B, 6/10/2017 di C dan di D", "19/12/2017" + " x" * 30,
     "1.1.11. Akun pengguna"],
)  # fmt: skip
def test_lines_that_only_have_numbers(line: str) -> None:
    """Scores, prices, sentences and titles with a year or a date in them are none."""
    assert not looks_like_stamp(line)
