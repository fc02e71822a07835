"""Printed dates: the instant where it is certain, else the date as far as it is known, never a guess."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit import timestamps
from corpuskit.timestamps import Stamp

NAIVE = timestamps.reader((), None)
JAKARTA = timestamps.reader((), "Asia/Jakarta")
BERLIN = timestamps.reader((), "Europe/Berlin")
UNREADABLE = Stamp(None, None, "bad-timestamp")


def utc(stamp: Stamp) -> str | None:
    """The instant of a stamp in RFC 3339 form."""
    return None if stamp.instant is None else timestamps.rfc3339(stamp.instant)


@pytest.mark.parametrize(
    ("printed", "instant"),
    [
        ("2017-12-19T13:16:05Z", "2017-12-19T13:16:05Z"),
        ("2017-12-19t13:16:05z", "2017-12-19T13:16:05Z"),
        ("2017-12-19 13:16:05Z", "2017-12-19T13:16:05Z"),
        ("2017-12-19  13:16Z", "2017-12-19T13:16:00Z"),
        ("2017-12-19T13:16:05+07:00", "2017-12-19T06:16:05Z"),
        ("2017-12-19 13:16:05 +0700", "2017-12-19T06:16:05Z"),
        ("2017-12-19 13:16:05+07", "2017-12-19T06:16:05Z"),
        ("2017-12-19T00:30:00+05:45", "2017-12-18T18:45:00Z"),
        ("2017-12-19T13:16:05-00:00", "2017-12-19T13:16:05Z"),
        ("2017-12-19 13:16:05 UTC", "2017-12-19T13:16:05Z"),
        ("2017-12-19 13:16:05 GMT", "2017-12-19T13:16:05Z"),
        ("2017-12-19T13:16:05.5Z", "2017-12-19T13:16:05.500000Z"),
        ("2017-12-19T13:16:05,123456Z", "2017-12-19T13:16:05.123456Z"),
        ("2017-12-19T13:16:05.123456999Z", "2017-12-19T13:16:05.123456Z"),
        ("20171219T131605Z", "2017-12-19T13:16:05Z"),
        ("20171219T1316+0700", "2017-12-19T06:16:00Z"),
        ("20171219T131605.25+07", "2017-12-19T06:16:05.250000Z"),
        ("Tue, 19 Dec 2017 13:16:05 +0700", "2017-12-19T06:16:05Z"),
        ("Tue,19 Dec 2017 13:16 GMT", "2017-12-19T13:16:00Z"),
        ("9 Dec 2017  13:16:05 UTC", "2017-12-09T13:16:05Z"),
        ("Tue, 19 Dec 2017 13:16:05 -0000", "2017-12-19T13:16:05Z"),
        ("\u00a0 2017-12-19T13:16:05Z\n", "2017-12-19T13:16:05Z"),
        ("2016-02-29T23:59:59.999999-11:00", "2016-03-01T10:59:59.999999Z"),
    ],
)
def test_times_with_an_offset_are_instants(printed: str, instant: str) -> None:
    """ISO 8601 in its common forms and RFC 2822 give an instant, whatever the source's zone."""
    for read in (NAIVE, JAKARTA, BERLIN):
        assert (utc(read(printed)), read(printed).doubt) == (instant, None)


@pytest.mark.parametrize(
    ("printed", "date"),
    [("2017-12-19T23:30:00-05:00", "2017-12-19"), ("Tue, 19 Dec 2017 00:16:05 +0700", "2017-12-19"),
     ("20171219T000000+14:00", "2017-12-19")],
)  # fmt: skip
def test_the_date_is_the_local_one_as_printed(printed: str, date: str) -> None:
    """The date is that of the place where it was printed, also where UTC has another."""
    assert NAIVE(printed).date == date


@pytest.mark.parametrize(
    "printed", ["2017-12-19 13:16:05", "2017-12-19T13:16", "20171219T131605", "2017-12-19 13:16:05.5"]
)
def test_a_time_without_a_zone_takes_the_declared_one_only(printed: str) -> None:
    """Naive stays naive until the source declares a zone."""
    assert NAIVE(printed) == Stamp(None, "2017-12-19", "missing-timezone")
    assert (utc(JAKARTA(printed)) or "").startswith("2017-12-19T06:16:0")
    assert utc(timestamps.reader((), "+07:00")(printed)) == utc(JAKARTA(printed))


@pytest.mark.parametrize(
    ("printed", "instant"),
    [
        ("2017-03-26 01:59:59", "2017-03-26T00:59:59Z"),
        ("2017-03-26 02:00:00", None),
        ("2017-03-26 02:59:59", None),
        ("2017-03-26 03:00:00", "2017-03-26T01:00:00Z"),
        ("2017-10-29 01:59:59", "2017-10-28T23:59:59Z"),
        ("2017-10-29 02:00:00", None),
        ("2017-10-29 02:59:59", None),
        ("2017-10-29 03:00:00", "2017-10-29T02:00:00Z"),
    ],
)
def test_hours_that_a_clock_change_skips_or_doubles_are_no_instants(
    printed: str, instant: str | None
) -> None:
    """A local time that never was or was twice has a date and the doubt `ambiguous-time`."""
    stamp = BERLIN(printed)
    assert utc(stamp) == instant
    assert (stamp.date, stamp.doubt) == (printed[:10], None if instant else "ambiguous-time")


def test_old_dates_have_the_offset_of_their_day() -> None:
    """A zone is its history: Jakarta was at +07:30 in 1950."""
    assert utc(JAKARTA("1950-06-01 12:00:00")) == "1950-06-01T04:30:00Z"


@pytest.mark.parametrize("printed", ["2017", "2017-12", "2017-12-19", "0001", "9999-12-31"])
def test_partial_dates_stay_partial(printed: str) -> None:
    """A year, a month or a day is kept as printed and is no instant."""
    for read in (NAIVE, JAKARTA):
        assert read(f" {printed} ") == Stamp(None, printed, "partial-date")


@pytest.mark.parametrize(
    "printed",
    ["", " ", "kemarin", "04/10/2017 00:30", "20171219", "20171219131605", "2017-13", "2017-00", "2017-02-30",
     "2017-02-29", "0000", "0000-01-01", "12017-01-01", "2017-1", "2017-12-19T13", "31 Feb 2017 00:00:00 GMT",
     "\u0662\u0660\u0661\u0667", "2017-12-19T13:16:05Z x", "2017-12-19\n13:16:05Z", "-2017-12-19", "NaN", "1e400",
     "\x00", "2017-12-19T13:16:05." + "1" * 80 + "Z"],
)  # fmt: skip
def test_what_has_no_certain_reading_is_not_read(printed: str) -> None:
    """Day-month order and impossible dates are never guessed."""
    assert JAKARTA(printed) is timestamps.UNREADABLE


@pytest.mark.parametrize("zone", ["+25:00", "+07:60", " EST", " IST", " (PST)", " XYZ", " WIB (UTC+8)"])
def test_a_zone_that_is_not_certain_leaves_the_date(zone: str) -> None:
    """A time with a zone that we do not know is not in the source's either: only its date is known."""
    for read in (NAIVE, JAKARTA):
        assert read(f"2017-12-19 13:16:05{zone}") == Stamp(None, "2017-12-19", "bad-timestamp")


@pytest.mark.parametrize(
    ("printed", "instant"),
    [("1513664165", "2017-12-19T06:16:05Z"), ("1513664165123", "2017-12-19T06:16:05.123000Z"),
     (" 100000000\n", "1973-03-03T09:46:40Z"), ("9999999999", "2286-11-20T17:46:39Z")],
)  # fmt: skip
def test_seconds_since_1970_are_instants(printed: str, instant: str) -> None:
    """A number of 9, 10 or 13 digits counts seconds or milliseconds in UTC, whatever the source's zone."""
    for read in (NAIVE, JAKARTA, BERLIN):
        assert (utc(read(printed)), read(printed).doubt) == (instant, None)


def test_the_date_of_seconds_since_1970_is_that_of_the_source() -> None:
    """The local date is in the declared zone, else in UTC."""
    assert [read("1513641600").date for read in (NAIVE, JAKARTA)] == ["2017-12-19", "2017-12-19"]
    assert [read("1513704600").date for read in (NAIVE, JAKARTA)] == ["2017-12-19", "2017-12-20"]


@pytest.mark.parametrize(
    "printed", ["0812345678", "12345678", "15136641651", "151366416512", "15136641651234", "-1513664165",
                "1513664165.5", "\u0661513664165"],
)  # fmt: skip
def test_other_numbers_are_no_seconds(printed: str) -> None:
    """A number with other digits, a sign, a point or a leading zero is a number."""
    assert JAKARTA(printed) is timestamps.UNREADABLE


@pytest.mark.parametrize(
    "printed",
    ["2016-12-31T23:59:60Z", "2016-12-31T24:00:00Z", "2016-12-31 23:60", "2016-12-31T25:00:00+07:00",
     "Sat, 31 Dec 2016 23:59:60 GMT"],
)  # fmt: skip
def test_a_leap_second_or_an_impossible_hour_leaves_the_date(printed: str) -> None:
    """Where only the time of day is beyond reading, the date is known."""
    assert NAIVE(printed) == Stamp(None, "2016-12-31", "bad-timestamp")


@pytest.mark.parametrize(
    ("printed", "zone"),
    [("0001-01-01T00:00:00+07:00", None), ("0001-01-01T00:00:00", "Asia/Jakarta"), ("9999-12-31T23:59:59-07:00", None),
     ("9999-12-31 23:59:59", "America/New_York"), ("0001-01-01 00:00:00", "+14:00"), ("9999-12-31 23:59:59", "-14:00")],
)  # fmt: skip
def test_instants_beyond_the_calendar_are_doubts(printed: str, zone: str | None) -> None:
    """A time whose UTC lies before the year 1 or after 9999 cannot be written: it keeps its date only."""
    assert timestamps.reader((), zone)(printed) == Stamp(None, printed[:10], "bad-timestamp")


@pytest.mark.parametrize(
    "printed", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"]
)
def test_the_ends_of_the_calendar_are_instants(printed: str) -> None:
    """The first and the last microsecond, and those before 1970, are read and written exactly."""
    assert utc(NAIVE(printed)) == printed


# --- declared formats ---


@pytest.mark.parametrize(
    ("form", "printed", "stamp"),
    [
        ("%d/%m/%Y %H:%M", "04/10/2017 00:30", ("2017-10-03T17:30:00Z", "2017-10-04", None)),
        ("%m/%d/%Y %I:%M %p", "04/10/2017 12:30 AM", ("2017-04-09T17:30:00Z", "2017-04-10", None)),
        ("%d/%m/%Y %H:%M WIB", "04/10/2017 00:30 WIB", ("2017-10-03T17:30:00Z", "2017-10-04", None)),
        ("%d/%m/%Y %H:%M:%S %z", "04/10/2017 00:30:00 +0000", ("2017-10-04T00:30:00Z", "2017-10-04", None)),
        ("%Y-%m-%d %H:%M %Z", "2017-10-04 00:30 UTC", ("2017-10-04T00:30:00Z", "2017-10-04", None)),
        ("%Y-%m-%d %H:%M %Z", "2017-10-04 00:30 GMT", ("2017-10-04T00:30:00Z", "2017-10-04", None)),
        ("%A, %d %B %Y %H:%M", "Kamis, 17 Agustus 2017 13:59", ("2017-08-17T06:59:00Z", "2017-08-17", None)),
        ("%A, %d %B %Y %H:%M", "Thursday, 17 August 2017 13:59", ("2017-08-17T06:59:00Z", "2017-08-17", None)),
        ("%d %b %Y, %H:%M", "23 Agu 2017, 12:25", ("2017-08-23T05:25:00Z", "2017-08-23", None)),
        ("%d %b %Y", "1 MEI 2017", (None, "2017-05-01", "partial-date")),
        ("%d.%m.%Y", "4.10.2017", (None, "2017-10-04", "partial-date")),
        ("%m/%Y", "12/2017", (None, "2017-12", "partial-date")),
        ("%B %Y", "Desember 2017", (None, "2017-12", "partial-date")),
        ("Tahun %Y", "Tahun 2017", (None, "2017", "partial-date")),
        ("%Y %H:%M", "2017 13:59", (None, "2017", "partial-date")),
        ("%Y-%j", "2017-353", (None, "2017-12-19", "partial-date")),
        ("%G-W%V-%u", "2017-W51-2", (None, "2017-12-19", "partial-date")),
        ("%Y week %U", "2017 week 10", (None, "2017", "partial-date")),
        ("%d/%m/%Y %I:%M", "04/10/2017 11:30", (None, "2017-10-04", "partial-date")),
        ("%Y%%H %m", "2017%H 12", (None, "2017-12", "partial-date")),
        ("%H:%M", "13:59", (None, None, "bad-timestamp")),
        ("%d %B %H:%M", "17 Agustus 13:59", (None, None, "bad-timestamp")),
        ("%d/%m/%Y", "31/02/2017", (None, None, "bad-timestamp")),
        ("%d/%m/%Y %H:%M %Z", "04/10/2017 00:30 WITA", ("2017-10-03T16:30:00Z", "2017-10-04", None)),
        ("%d/%m/%Y %H:%M %Z", "04/10/2017 00:30 EST", (None, "2017-10-04", "bad-timestamp")),
        ("%Z %d/%m/%Y %H:%M", "WIT 04/10/2017 00:30", ("2017-10-03T15:30:00Z", "2017-10-04", None)),
        ("%%Z %d/%m/%Y", "%Z 04/10/2017", (None, "2017-10-04", "partial-date")),
        ("%Q", "2017", (None, "2017", "partial-date")),
        ("%Y %Y", "2017 2017", (None, None, "bad-timestamp")),
        ("%", "2017-12-19T13:16:05Z", ("2017-12-19T13:16:05Z", "2017-12-19", None)),
    ],
)  # fmt: skip
def test_declared_formats(form: str, printed: str, stamp: tuple[str | None, str | None, str | None]) -> None:
    """A declared format says what it says: a date without its day, year or time is not filled up."""
    found = timestamps.reader((form,), "Asia/Jakarta")(printed)
    assert (utc(found), found.date, found.doubt) == stamp


@pytest.mark.parametrize(
    ("form", "printed", "stamp"),
    [
        ("%d/%m/%Y %H:%M", "04/10/2017 00:30 WIB", ("2017-10-03T17:30:00Z", "2017-10-04", None)),
        ("%d/%m/%Y %H:%M", "04/10/2017 00:30\u00a0(wita)", ("2017-10-03T16:30:00Z", "2017-10-04", None)),
        ("%d/%m/%Y %H:%M", "04/10/2017 00:30+07:00", ("2017-10-03T17:30:00Z", "2017-10-04", None)),
        ("%d/%m/%Y %H:%M", "04/10/2017 00:30 -0500", ("2017-10-04T05:30:00Z", "2017-10-04", None)),
        ("%d/%m/%Y %H:%M:%S", "04/10/2017 00:30:05 -05:00", ("2017-10-04T05:30:05Z", "2017-10-04", None)),
        ("%d/%m/%Y %H:%M", "04/10/2017 00:30 GMT+7", ("2017-10-03T17:30:00Z", "2017-10-04", None)),
        ("%d/%m/%Y %I:%M %p", "04/10/2017 01:30 PM WIB", ("2017-10-04T06:30:00Z", "2017-10-04", None)),
        ("%d/%m/%Y %H:%M", "04/10/2017 00:30 EST", (None, "2017-10-04", "bad-timestamp")),
        ("%d/%m/%Y %H:%M", "04/10/2017 00:30 +25:00", (None, "2017-10-04", "bad-timestamp")),
        ("%d/%m/%Y", "04/10/2017 WIB", (None, "2017-10-04", "partial-date")),
        ("%d/%m/%Y", "04/10/2017 EST", (None, None, "bad-timestamp")),
        ("%H:%M", "00:30 WIB", (None, None, "bad-timestamp")),
        ("%H:%M", "00:30 EST", (None, None, "bad-timestamp")),
        # A format with the letters of a zone has its time in that zone.
        ("%d/%m/%Y %H:%M WIB", "04/10/2017 00:30 wib", ("2017-10-03T17:30:00Z", "2017-10-04", None)),
        ("%H:%M (UTC+8), %d/%m/%Y", "00:30 (UTC+8), 04/10/2017", ("2017-10-03T16:30:00Z", "2017-10-04", None)),
        ("%d/%m/%YT%H:%M:%SZ", "04/10/2017T00:30:00Z", ("2017-10-04T00:30:00Z", "2017-10-04", None)),
        ("%d/%m/%Y %H:%M-0500", "04/10/2017 00:30-0500", ("2017-10-04T05:30:00Z", "2017-10-04", None)),
        ("%d/%m/%Y %H:%M UTC%z", "04/10/2017 00:30 UTC+0700", ("2017-10-03T17:30:00Z", "2017-10-04", None)),
        # An offset that is printed twice must be the same.
        ("%d/%m/%Y %H:%M %z", "04/10/2017 00:30 +0700 (WIB)", ("2017-10-03T17:30:00Z", "2017-10-04", None)),
        ("%d/%m/%Y %H:%M %z", "04/10/2017 00:30 +0700 (WIT)", (None, "2017-10-04", "bad-timestamp")),
        ("%d/%m/%Y %H:%M %z", "04/10/2017 00:30 +0700 (ICT)", ("2017-10-03T17:30:00Z", "2017-10-04", None)),
        # What looks like an offset may be none.
        ("%d/%m/%Y %H:%M", "04/10/2017 08:00-10:00", (None, None, "bad-timestamp")),
        ("%d/%m/%Y %I:%M", "04/10/2017 01:30 PM", (None, None, "bad-timestamp")),
        ("%Y", "2017-10", (None, "2017-10", "partial-date")),
    ],
)  # fmt: skip
def test_a_printed_zone_wins_over_the_declared_one(
    form: str, printed: str, stamp: tuple[str | None, str | None, str | None]
) -> None:
    """The zone behind a time that a declared format reads is its zone, whatever the source declares or not."""
    for zone in (None, "Europe/Berlin"):
        found = timestamps.reader((form,), zone)(printed)
        assert (utc(found), found.date, found.doubt) == stamp


def test_letters_of_a_declared_format_that_are_no_certain_zone_are_the_source_s() -> None:
    """Who declares both the letters and a zone says what they mean."""
    read = timestamps.reader(("%d/%m/%Y %H:%M EST",), "-05:00")
    assert utc(read("04/10/2017 00:30 EST")) == "2017-10-04T05:30:00Z"


def test_a_long_declared_format_reads_a_long_text() -> None:
    """Texts of more than 80 characters are read by a format of that length alone."""
    words = "Artikel ini pertama kali terbit di koran pagi yang sudah lama tidak lagi dicetak "
    printed = f"{words}04/10/2017"
    assert timestamps.reader((f"{words}%d/%m/%Y",), None)(printed) == Stamp(
        None, "2017-10-04", "partial-date"
    )
    assert NAIVE(f"{words}19/12/2017") is timestamps.UNREADABLE


def test_formats_are_tried_in_order_and_iso_after_them() -> None:
    """The first format that fits wins, and what none fits may still be ISO 8601."""
    read = timestamps.reader(("%d/%m/%Y", "%m/%d/%Y"), None)
    assert [read(printed).date for printed in ("04/10/2017", "04/25/2017", "2017-10-04")] == [
        "2017-10-04", "2017-04-25", "2017-10-04",
    ]  # fmt: skip


def test_readings_do_not_depend_on_the_machine() -> None:
    """Zone names and months are read the same whatever TZ and the locale say."""
    code = (
        "import locale, sys\n"
        "from corpuskit import timestamps\n"
        "locale.setlocale(locale.LC_ALL, '')\n"
        "read = timestamps.reader(('%d %B %Y %H:%M %Z', '%d %B %Y'), None)\n"
        "print([read(p) for p in ('1 Mei 2017 10:00 WIB', '1 May 2017 10:00 UTC', '1 Mai 2017', '1 Mei 2017',"
        " '1 Mei 2017 10:00 EST')])\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"TZ": zone, "LC_ALL": name},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for zone, name in (("Asia/Jakarta", "C"), ("UTC", "C.UTF-8"), ("America/New_York", "POSIX"))
    }
    assert len(outputs) == 1
    assert outputs.pop().count("bad-timestamp") == 2


@pytest.mark.parametrize("name", ["UTC", "utc", "Z", "Asia/Jakarta", "+07:00", "-0330", "+07", "GMT"])
def test_zones(name: str) -> None:
    """IANA names and offsets are zones."""
    assert datetime(2017, 1, 1, tzinfo=timestamps.zone(name)).utcoffset() is not None


@pytest.mark.parametrize(
    "name", ["", "WIB", "Jakarta", "Asia", "../UTC", "/etc/passwd", "+25:00", "+07:60", "7", "\0", "a" * 999]
)
def test_what_is_no_zone(name: str) -> None:
    """Anything else is a ValueError."""
    with pytest.raises(ValueError, match=r"."):
        timestamps.zone(name)


# --- RFC 3339 of the user's own schema ---


@pytest.mark.parametrize(
    "text",
    ["2017-12-19", "2017-12-19T13:16:05", "2017-12-19 13:16:05Z", "2017-12-19T13:16Z", "20171219T131605Z",
     "2017-12-19T13:16:05+07", "2017-12-19T13:16:05+0700", "2017-12-19T23:59:60Z", "2017-02-30T00:00:00Z",
     " 2017-12-19T13:16:05Z", "2017-12-19T13:16:05,5Z", "0001-01-01T00:00:00+07:00", "", "x"],
)  # fmt: skip
def test_instant_reads_rfc_3339_only(text: str) -> None:
    """A date-time column takes RFC 3339 and nothing near it."""
    assert timestamps.instant(text) is None


@pytest.mark.parametrize(
    ("text", "finer"),
    [("2017-12-19T13:16:05Z", False), ("2017-12-19T13:16:05.123456Z", False), ("2017-12-19T13:16:05.123456000Z", False),
     ("2017-12-19T13:16:05.1234560001Z", True), ("2017-12-19T13:16:05.0000009+07:00", True)],
)  # fmt: skip
def test_digits_below_the_microsecond_are_told(text: str, finer: bool) -> None:
    """What an instant cannot hold exactly is known to be so."""
    assert timestamps.instant(text) is not None
    assert timestamps.is_finer(text) == finer


INSTANTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30))  # noqa: DTZ001 - hypothesis wants them naive


@given(INSTANTS, st.integers(-14 * 60, 14 * 60))
def test_any_instant_is_read_as_it_was_written(moment: datetime, minutes: int) -> None:
    """For any time and offset: written, read and written again it is the same."""
    sign, offset = "-" if minutes < 0 else "+", abs(minutes)
    printed = f"{moment.isoformat()}{sign}{offset // 60:02}:{offset % 60:02}"
    expected = (moment.replace(tzinfo=UTC) - timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")
    assert utc(NAIVE(printed)) == utc(JAKARTA(printed)) == expected
    assert NAIVE(printed).date == printed[:10]


FORMATS = st.lists(
    st.lists(
        st.sampled_from([f"%{c}" for c in "YymdHMSpIbBaAjUWGVuwzZfcxX%QEO-"] + [" ", "/", "-", "WIB", "é", "(", "%"]),
        min_size=1, max_size=5,
    ).map("".join),
    max_size=2,
).map(tuple)  # fmt: skip
PIECES = st.lists(
    st.sampled_from(
        ["2017", "12", "31", "00", "9999", "0001", "-", "/", ":", "T", " ", "Z", "+07:00", "-23:59", ".5", "Mei", "Dec",
         "Kamis", "PM", "UTC", "60", "\u0663", "é", "(", "%", "W51"]
    ),
    max_size=9,
).map("".join)  # fmt: skip


@given(
    st.text() | PIECES, FORMATS, st.sampled_from([None, "Asia/Jakarta", "Europe/Berlin", "+14:00", "-12:00"])
)
def test_any_text_is_read_or_doubted(printed: str, formats: tuple[str, ...], zone: str | None) -> None:
    """For any text and any declared format nothing is raised, and an instant stands without a doubt only."""
    stamp = timestamps.reader(formats, zone)(printed)
    assert (stamp.instant is None) == (stamp.doubt is not None)
    assert stamp.doubt in {None, "missing-timezone", "ambiguous-time", "partial-date", "bad-timestamp"}
    if stamp.instant is not None:
        assert timestamps.instant(timestamps.rfc3339(stamp.instant)) == stamp.instant
    if stamp.date is not None:
        assert len(stamp.date) in {4, 7, 10}


@pytest.mark.parametrize(
    "piece", ["2017-12-19 ", "0", " ", "1:", "(", "2017-12-19T13:16:05.0", "a.", "'a", "%", "+07"]
)
@pytest.mark.parametrize("formats", [(), ("%d %m %Y %H:%M",)])
def test_long_texts_are_refused_at_once(piece: str, formats: tuple[str, ...]) -> None:
    """A megabyte of anything costs no more than to look at its length, and so it does for a column of instants."""
    text = piece * (1_000_000 // len(piece))
    assert timestamps.reader(formats, None)(text + "x") is timestamps.UNREADABLE
    assert not timestamps.looks_like_stamp(text)
    assert timestamps.instant(text) is None
    assert not timestamps.is_finer(text)


@given(st.text() | PIECES)
def test_any_text_is_an_instant_or_none(text: str) -> None:
    """For any text, `instant` and `is_finer` answer."""
    assert timestamps.instant(text) is None or isinstance(timestamps.is_finer(text), bool)
