"""What looks damaged in a text is noted with its place and left as it is; what only looks odd is not noted."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import corpuskit
from corpuskit.provenance import Source
from corpuskit.transforms.doubts import note_doubts
from corpuskit.transforms.drafts import Draft
from corpuskit.transforms.learning.repeats import NOTHING

SOURCE = Source("s", 0, (), "CC0-1.0")


def kinds(text: str, field: str = "text") -> list[str]:
    """The kinds of doubt about a text."""
    return [note.kind for note in note_doubts(Draft({field: text}, {}, (), ()), SOURCE, NOTHING).notes]


def misread(text: str, encoding: str = "cp1252") -> str:
    """A text as it looks when its UTF-8 is read in another encoding, undefined bytes as control characters."""
    return "".join(bytes([b]).decode(encoding, "replace") if b not in {0x81, 0x8D, 0x8F, 0x90, 0x9D} else chr(b)
                   for b in text.encode())  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [misread("\u201cKami mau,\u201d kata dia."), misread("caf\u00e9"), misread("Rp 5 \u2013 7"), misread("ni\u00f1o"),
     misread("\u20ac 5"), misread("Stra\u00dfe"), misread(misread("caf\u00e9")),
     misread("\u043f\u0440\u0438\u0432\u0435\u0442"),
     misread("\u4f60\u597d"), misread("\u043f\u0440\u0438\u0432\u0435\u0442", "cp1251"), "hilang \ufffd di sini"],
)  # fmt: skip
def test_misread_text_is_noted(text: str) -> None:
    """UTF-8 read as another encoding, once or twice, and what was lost altogether."""
    assert kinds(f"Awal {text} akhir.") == ["possible-mojibake"]


@pytest.mark.parametrize(
    "text",
    ["caf\u00e9 \u00e0 la carte \u00ab CAF\u00c9 \u00bb", "\u00abCAF\u00c9\u00bb",
     "Stra\u00dfe \u00fcber \u00d6sterreich",
     "S\u00e3o Paulo, AMANH\u00c3", "\u201cBaik,\u201d kata dia \u2014 \u2018ya\u2019\u2026",
     "25\u00b0 C, 5 m\u00b2, \u00a9 2017, \u20ac5",
     "\u0412\u0441\u0435 \u0441\u0447\u0430\u0441\u0442\u043b\u0438\u0432\u044b\u0435 \u0441\u0435\u043c\u044c\u0438",
     "\u4f60\u597d\uff0c\u4e16\u754c\u3002", "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35", "e\u0301 NFD",
     "\U0001f600 \u2764\ufe0f",
     "\u00c0 \u00c9t\u00e9 \u00cele", "na\u00efve co\u00f6peratie", "\u00c5ngstr\u00f6m \u00c6r\u00f8", "Vi\u1ec7t Nam",
     "tab\tdan baris\nbaru", "R&B, AT&T; Q&A; a < b dan c > d", "x <- 5; y <= 3; <3", "\u00a0spasi\u00a0", "a & b; c"],
)  # fmt: skip
def test_clean_text_passes_in_silence(text: str) -> None:
    """Accents, quotation marks, other scripts, emoji and signs of comparison are no damage."""
    assert kinds(text) == []


@pytest.mark.parametrize(
    "text", ["&quot;Ya&quot;", "a &amp; b", "&#39;", "&#x2019;", "&nbsp;", "&amp;quot;", "5 &euro;"]
)
def test_entities_are_noted(text: str) -> None:
    """Entities by name and by number; nothing is decoded."""
    assert kinds(text) == ["html-entities"]


@pytest.mark.parametrize(
    "text", ["<p>Isi</p>", "satu<br/>dua", '<a href="x">tautan</a>', "<!-- iklan -->", "<STRONG>x"]
)
def test_tags_are_noted(text: str) -> None:
    """Tags of HTML and its comments."""
    assert kinds(text) == ["html-tags"]


@pytest.mark.parametrize("text", ["a\x00b", "a\x0bb", "a\x0cb", "\x1b[1m", "a\x7f", "a\x85b", "a\x1cb"])
def test_control_characters_are_noted(text: str) -> None:
    """Everything below space but tab and newline, DEL, and what stands above it in Latin-1."""
    assert kinds(text) == ["control-characters"]


@pytest.mark.parametrize(
    "text",
    ["sa\u200byur", "ko\u00adta", "\ufeffawal", "a\u202eb", "a\u2060b", "kata\u200d.", "akun\u200f @x"],
)
def test_invisible_characters_are_noted(text: str) -> None:
    """Zero-width and soft characters and marks of direction among Latin letters."""
    assert kinds(text) == ["invisible-characters"]


@pytest.mark.parametrize(
    "text",
    ["\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0915\u094d\u200d\u0937", "\u0e01\u200b\u0e02",
     "\u05d0\u200f\u05d1",
     "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f3f4\U000e0067\U000e0062\U000e007f"],
)  # fmt: skip
def test_scripts_that_need_invisible_characters(text: str) -> None:
    """Joiners of Persian and Hindi, spaces of Thai, marks of Hebrew, and emoji are spelling."""
    assert kinds(text) == []


def test_a_doubt_tells_where_and_how_often() -> None:
    """The message shows the first places with what is around them, counts the rest, and the text stays."""
    draft = Draft({"title": "a&amp;b", "text": "\u00e9 " + "x &quot; " * 5}, {}, (), ())
    noted = note_doubts(draft, SOURCE, NOTHING)
    assert noted.fields == draft.fields
    assert [(n.kind, n.pointer) for n in noted.notes] == [
        ("html-entities", "/title"),
        ("html-entities", "/text"),
    ]
    assert "and 2 more (the first at byte 5)" in noted.notes[1].message


@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    """Any text is looked at without an error."""
    kinds(text)


@pytest.mark.parametrize("piece", ["&", "<a ", "\u00e2", "\u00c3\u00a9", "\u0430", "<!--", "&#1", "\u200b"])
def test_hostile_texts_are_looked_at_to_their_end(piece: str) -> None:
    """A text of 400,000 equal pieces is done in a moment: quadratic time would show."""
    assert len(kinds(piece * 400_000)) <= 2


# --- in a build ---

BODY = "Kalimat pertama yang cukup panjang untuk sebuah berita.\n\nKalimat kedua yang juga cukup panjang untuk itu."


def found(corpus: Callable[..., Path], tmp_path: Path, text: str | bytes, source: str = "") -> dict[str, int]:
    """The findings of a build of one text file."""
    data = text.encode() if isinstance(text, str) else text
    release = corpuskit.build(
        corpus({"a.txt": data}, f'timezone = "Asia/Jakarta"\n{source}'), tmp_path / "out"
    )
    return dict(release.findings)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (f"Judul\n\n2017-12-19 10:00:00\n\n{BODY}\n\nKalimat ini terputus di tengah jalan tanpa ada akhirnya sama sek",
         "truncated-text"),
        (f"Judul\n\n2017-12-19 10:00:00\n\n{BODY}\n\nKata dia (Suara", "truncated-text"),
        (f"Judul\n\n2017-12-19 10:00:00\n\n{BODY}\n\nSelesai", None),
        ("Judul\n\n2017-12-19 10:00:00\n\nFoto: Antara.", "short-text"),
        (f"Judul\n\n{BODY}", "missing-timestamp"),
        (f"2017-12-19 10:00:00\n\n{BODY}", "missing-title"),
        (f"Judul\n\n2017-12-19 10:00:00\n\n{BODY}\n\nBaca juga: Berita lain", "inline-link"),
        (f"Judul\n\n2017-12-19 10:00:00\n\nOleh: Andi Wijaya\n\n{BODY}", "byline"),
        (f"Judul\n\n04/10/2017 10:00\n\n{BODY}", "bad-timestamp"),
        (f"Judul\n\n2017-12-19\n\n{BODY}", "partial-date"),
        (f"Judul | kabar.id\n\n2017-12-19 10:00:00\n\n{BODY}", "title-suffix"),
        (f"Judul - Kalimat Kedua\n\n2017-12-19 10:00:00\n\n{BODY}", "title-suffix"),
        (f"Judul\n\n2017-12-19 10:00:00\n\n{BODY}", None),
        (f"Judul\n\n2017-12-19 10:00:00\n\n{BODY}\n\n(ard)", None),
        (f"Judul\n\n2017-12-19 10:00:00\n\n{BODY}\n\nTamat", None),
    ],
)  # fmt: skip
def test_findings_of_the_layout(
    corpus: Callable[..., Path], tmp_path: Path, text: str, kind: str | None
) -> None:
    """Each doubt about a page has a kind of its own, and a clean page has none."""
    assert found(corpus, tmp_path, text) == ({kind: 1} if kind else {})


def test_an_ambiguous_date_names_both_readings(corpus: Callable[..., Path], tmp_path: Path) -> None:
    """Where nothing tells day from month, the message says which two days it may be."""
    text = f"Judul\n\n04/10/2017 10:00\n\n{BODY}".encode()
    report = corpuskit.validate(corpus({"a.txt": text}, 'timezone = "Asia/Jakarta"'))
    assert [f.message for f in report.findings] == [
        'published: "04/10/2017 10:00" may be 2017-04-10 or 2017-10-04: nothing tells day from month'
    ]
    declared = corpus(
        {"a.txt": text}, 'timezone = "Asia/Jakarta"\ndate_format = ["%d/%m/%Y %H:%M"]', folder="said"
    )
    assert list(corpuskit.validate(declared).findings) == []
