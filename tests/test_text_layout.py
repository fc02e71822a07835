"""Text files: title, stamp, body and navigation, and every byte of the file again from the text and the edits."""

import codecs
import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import quirks
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from corpuskit.conform import Article, Conformer
from corpuskit.provenance import Limits, Source
from corpuskit.readers import Edit, Piece, Record, stem, text
from corpuskit.schema import built_in
from corpuskit.transforms import transforms_for

SCHEMA = built_in()
STAMP = "2017-12-19 13:16:05"
BODY = "Kalimat pertama.\n\nKalimat kedua."


def source(**more: Any) -> Source:
    """A source of Indonesian text files."""
    return Source(
        "s", 0, (), "CC0-1.0", **{"reader": "text", "language": "id", "timezone": "Asia/Jakarta"} | more
    )


def read_file(path: Path, limits: Limits = Limits(), **more: Any) -> tuple[Record, Article | None]:  # noqa: B008 - frozen
    """The record of a text file, and the article it becomes."""
    (record,) = text.read(Piece(path, path.name, identifier=stem(path.name)), source(**more), limits)
    if record.problem is not None:
        return record, None
    conformer = Conformer.of(SCHEMA, source(**more))
    draft = conformer.draft(record)
    for transform in transforms_for(conformer.source, "text"):
        draft = transform(draft)
    return record, conformer.article(draft, record)


@pytest.fixture
def article(tmp_path: Path) -> Callable[..., Article]:
    """A function from a file's content to its article, which also undoes every edit."""

    def read(content: str | bytes, **more: Any) -> Article:
        path = tmp_path / "a.txt"
        raw = content.encode() if isinstance(content, str) else content
        path.write_bytes(raw)
        record, made = read_file(path, **more)
        assert record.raw == raw
        assert record.place[:5] == ("a.txt", 0, len(raw), 1, None)
        assert record.place.sha256 == hashlib.sha256(raw).hexdigest()
        assert made is not None, record.problem
        assert undone(made.row["text"], made.edits) == raw
        return made

    return read


Read = Callable[..., Article]


def undone(body: str, edits: Sequence[Edit]) -> bytes:
    """The bytes of the record, from the text and the edits, the last one first."""
    data = body.encode()
    for edit in reversed(edits):
        if edit.field is None:
            inserted = data[edit.start : edit.start + len(edit.inserted)]
            assert inserted == edit.inserted
            data = data[: edit.start] + edit.removed + data[edit.start + len(edit.inserted) :]
    return data


def said(made: Article) -> tuple[Any, ...]:
    """Title, date as printed, and paragraphs of an article."""
    return made.row.get("title"), made.row.get("published_raw"), made.row["text"].split("\n\n")


# --- the layout ---


def test_title_stamp_and_body(article: Read) -> None:
    """Title, blank line, timestamp, blank line, paragraphs: each goes where it belongs, verbatim."""
    made = article(f"Judul: satu\n\n{STAMP}\n\n{BODY}\n")
    assert said(made) == ("Judul: satu", STAMP, ["Kalimat pertama.", "Kalimat kedua."])
    assert made.row["id"] == "a"
    assert made.instance["published"] == "2017-12-19T06:16:05Z"
    assert made.row["published_date"] == "2017-12-19"
    assert [edit.transform for edit in made.edits] == ["blank-lines", "head"]
    assert made.notes == ()


def test_without_a_declared_zone_the_instant_is_unknown(article: Read) -> None:
    """A naive time stays naive: printed form and date are kept, and a warning tells of it."""
    made = article(f"Judul\n\n{STAMP}\n\n{BODY}", timezone=None)
    assert (made.row.get("published"), made.row["published_date"]) == (None, "2017-12-19")
    assert made.row["published_raw"] == STAMP
    assert [note.kind for note in made.notes] == ["missing-timezone"]


@pytest.mark.parametrize(
    ("head", "title", "stamp"),
    [
        ("Judul\n\n", "Judul", None),
        (f"{STAMP}\n\n", None, STAMP),
        (f"Judul\n{STAMP}\n", "Judul", STAMP),
        (f"Judul\nJudul\n\n{STAMP}\n\n", "Judul", STAMP),
        (f"\n\n  Judul \u00a0\n\n\t{STAMP} \n\n", "Judul", STAMP),
        (f"Persib 2-1 Persija\n\n{STAMP}\n\n", "Persib 2-1 Persija", STAMP),
        (f"1984\n\n{STAMP}\n\n", "1984", STAMP),
        (f"Rapat 12/10/2017\n\n{STAMP}\n\n", "Rapat 12/10/2017", STAMP),
        ("Persib 2-1 Persija\n\n", "Persib 2-1 Persija", None),
        ("Judul\n\n04/10/2017 00:30 WIB\n\n", "Judul", "04/10/2017 00:30 WIB"),
        ("Judul\n\nKamis, 17 Agustus 2017 13:59 WIB\n\n", "Judul", "Kamis, 17 Agustus 2017 13:59 WIB"),
        ("Judul\n\n17 Agustus 2017\n\n", "Judul", "17 Agustus 2017"),
        ("Judul\n\n2017-13-45 25:61:00\n\n", "Judul", "2017-13-45 25:61:00"),
        ("Judul\n\n2017-12\n\n", "Judul", "2017-12"),
        ("Harga naik jadi Rp1.500\n\n", "Harga naik jadi Rp1.500", None),
    ],
)
def test_heads(article: Read, head: str, title: str | None, stamp: str | None) -> None:
    """A first line set apart is the title, repeated or padded too; a line that prints a time is the stamp."""
    made = article(head + BODY + "\n")
    assert said(made) == (title, stamp, ["Kalimat pertama.", "Kalimat kedua."])
    assert ("missing-timestamp" in {note.kind for note in made.notes}) == (stamp is None)


@pytest.mark.parametrize(
    "first",
    ["Skor akhir 2-1", "Naik 3.50 persen jadi Rp1.500/kg", "Pasal 5/10 berlaku", "Ia lahir 17 Agustus 2017 di Solo.",
     "Pada 10:30 rapat dimulai.", "Hadir 12 orang"],
)  # fmt: skip
def test_a_paragraph_with_numbers_is_no_stamp(article: Read, first: str) -> None:
    """Scores, prices and sentences with dates stay text."""
    made = article(f"Judul\n\n{first}\n\n{BODY}")
    assert said(made)[1:] == (None, [first, "Kalimat pertama.", "Kalimat kedua."])


def test_a_long_first_paragraph_is_no_title(article: Read) -> None:
    """What is too long for a headline is text."""
    first = "kata " * 80 + "habis."
    assert said(article(f"{first}\n\n{BODY}")) == (None, None, [first, "Kalimat pertama.", "Kalimat kedua."])


@pytest.mark.parametrize(
    "content", ["", "\n", " \t\r\n\n", "\ufeff", "Judul", "Judul\n", f"Judul\n\n{STAMP}\n"]
)
def test_files_without_a_body(article: Read, content: str) -> None:
    """A file without a body has an empty text, and is still one record."""
    assert article(content).row["text"] == ""


@pytest.mark.parametrize("gap", ["\n\n", "\n\n\n", "\n \n", "\n\t\n \n\n", "\r\n\r\n", "\r\r", "\n\r\n"])
def test_blank_lines_between_paragraphs_become_one(article: Read, gap: str) -> None:
    """The number of blank lines and the kind of line ends are layout; what stands in a line is not."""
    made = article(f"Judul{gap}{STAMP}{gap}  Satu \u00a0{gap} Dua\u200b.\u2028 {gap}Tiga{gap}")
    assert said(made) == ("Judul", STAMP, ["  Satu \u00a0", " Dua\u200b.\u2028 ", "Tiga"])


def test_without_any_blank_line_each_line_is_a_paragraph(article: Read) -> None:
    """Single newlines part paragraphs only where the body has no blank line at all."""
    assert said(article(f"Judul\n{STAMP}\nSatu.\nDua.\n")) == ("Judul", STAMP, ["Satu.", "Dua."])
    assert said(article("Judul\nSatu.\nDua.\n")) == ("Judul", None, ["Satu.", "Dua."])
    assert said(article(f"Judul\n\n{STAMP}\n\nSatu.\nlagi.\n\nDua.")) == (
        "Judul",
        STAMP,
        ["Satu.\nlagi.", "Dua."],
    )


@pytest.mark.parametrize(
    "verbatim",
    ["e\u0301 \u00e9", "a\u00a0b", "zero\u200bwidth", "&amp; &#39;", "\x00\x0b\x0c\x1b[1m", "â€œmojibakeâ€\x9d",
     "\u202eabc", "tab\there  double  blanks", "\ufffd", "\U000e0041"],
)  # fmt: skip
def test_texts_are_verbatim(article: Read, verbatim: str) -> None:
    """Nothing inside a line is normalised, decoded or removed."""
    made = article(f"Judul {verbatim}.\n\n{STAMP}\n\nAwal {verbatim} akhir.\n\n{verbatim}.\n")
    assert said(made) == (f"Judul {verbatim}.", STAMP, [f"Awal {verbatim} akhir.", f"{verbatim}."])


# --- navigation ---

SEED_LIKE = (
    "Kalender\n\nBerita:\nBerita Tiongkok Berita Internasional Berita Unik\nGaleri Foto:\nWisata Fashion\n"
)
SENTENCES = "Satu kalimat.\n\nDua kalimat.\n\nTiga kalimat."


@pytest.mark.parametrize(
    "footer",
    [
        SEED_LIKE,
        "Lihat Lainnya\nBagikan\nKomentar (0)\nTrending\nUnduh Aplikasi\n",
        "Are you sure to delete account?\nSubscribe newsletter\nRelated Article\nStartup Event\n",
        "Home\n\nNews\n\nSports\n\nContact\n",
        "Pewarta: Redaksi\nEditor: Redaksi\nCOPYRIGHT © 2016\n\nBerita Terkait\nSatu\n",
    ],
)
def test_navigation_at_the_end_is_cut(article: Read, footer: str) -> None:
    """Lists of links after the last sentence leave the text by one edit that holds them all."""
    made = article(f"Judul\n\n{STAMP}\n\n{SENTENCES}\n\n{footer}")
    assert made.row["text"] == SENTENCES
    cut = [edit for edit in made.edits if edit.transform == "navigation"]
    assert [edit.removed.decode() for edit in cut] == [footer]


@pytest.mark.parametrize(
    "ending",
    [
        "(ard)", "[zid]", '"Begitu," katanya.', "Sumber: Wareable dan NBA.", "Tamat", "Solo, 2017\nRedaksi",
        "Skor:\n\nPersib 2 - Persija 1\n\nArema 0 - Persela 0",
    ],
)  # fmt: skip
def test_what_is_no_list_of_links_stays(article: Read, ending: str) -> None:
    """Sign-offs, short last lines and results above a block of links are text."""
    content = f"Judul\n\n{STAMP}\n\n{SENTENCES}\n\n{ending}\n\n"
    if "Skor" in ending:
        content += "Beranda\nBerita\nKontak\n"
    assert article(content).row["text"] == f"{SENTENCES}\n\n{ending}"


def test_a_body_without_sentences_stays(article: Read) -> None:
    """A poem or a list is no page of links, and neither is the last paragraph of wrapped or rhymed text."""
    poem = "Aku ingin\nmencintaimu\ndengan sederhana"
    assert article(f"Judul\n\n{STAMP}\n\n{poem}\n\n{poem}\n").row["text"] == f"{poem}\n\n{poem}"
    wrapped = "baris yang dipotong pada\nlebar tertentu dan\nterus begitu sampai\ntitik."
    assert article(f"Judul\n\n{STAMP}\n\n{wrapped}\n\n{wrapped}\n").row["text"] == f"{wrapped}\n\n{wrapped}"


def test_a_paragraph_right_above_the_links_stays(article: Read) -> None:
    """Where no blank line parts the last paragraph from the links, only the links are cut."""
    last = "Paragraf terakhir yang cukup panjang untuk tidak disangka tautan, lengkap dengan titik."
    made = article(f"Judul\n\n{STAMP}\n\n{SENTENCES}\n\n{last}\nKalender\nBerita\nGaleri\n")
    assert made.row["text"] == f"{SENTENCES}\n\n{last}"


def test_navigation_by_declaration(article: Read) -> None:
    """`cut_from` cuts from the first line that is exactly that, `off` never cuts."""
    content = f"Judul\n\n{STAMP}\n\nIsi Kalender.\n\n  Kalender \n\nIni kalimat.\n\nKalender\n"
    assert article(content, navigation_cut_from="Kalender").row["text"] == "Isi Kalender."
    assert article(content, navigation_cut_from="Tidak ada").row["text"].endswith("Kalender")
    seed = f"Judul\n\n{STAMP}\n\n{SENTENCES}\n\n{SEED_LIKE}"
    assert article(seed, navigation="off").row["text"].endswith("Wisata Fashion")


def test_a_declared_suffix_is_cut_from_titles(article: Read) -> None:
    """The suffix goes by an edit of the title; a title that is nothing else stays."""
    made = article(f"Judul » CRI\n\n{STAMP}\n\n{BODY}", title_suffix="» CRI")
    assert made.row["title"] == "Judul"
    assert made.edits[-1] == Edit("title-suffix", "title", 5, " » CRI".encode(), b"")
    assert article(f"» CRI\n\n{STAMP}\n\n{BODY}", title_suffix="» CRI").row["title"] == "» CRI"


def test_fields_are_not_mapped_in_text_files(article: Read) -> None:
    """A source of text and JSONL files maps the fields of the latter only."""
    made = article(f"Judul\n\n{STAMP}\n\n{BODY}", reader=None, fields=(("text", "isi"), ("title", "judul")))
    assert said(made) == ("Judul", STAMP, ["Kalimat pertama.", "Kalimat kedua."])


# --- bytes ---


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-8", codecs.BOM_UTF8), ("utf-16-le", codecs.BOM_UTF16_LE), ("utf-16-be", codecs.BOM_UTF16_BE),
     ("utf-32-le", codecs.BOM_UTF32_LE), ("utf-32-be", codecs.BOM_UTF32_BE)],
)  # fmt: skip
@pytest.mark.parametrize("declared", [None, "cp1252"])
def test_a_byte_order_mark_tells_the_encoding(
    article: Read, encoding: str, mark: bytes, declared: str | None
) -> None:
    """A mark is a certain sign, is skipped by an edit, and is noted."""
    body = "Isi 😀 yang tidak terlalu pendek."
    raw = mark + f"Judul é\r\n\r\n{STAMP}\r\n\r\n{body}".encode(encoding)
    made = article(raw, encoding=declared)
    assert said(made) == ("Judul é", STAMP, [body])
    assert made.edits[0] == Edit("byte-order-mark", None, 0, mark, b"")
    assert [note.kind for note in made.notes] == ["byte-order-mark"]


@pytest.mark.parametrize(
    ("encoding", "words"),
    [("cp1252", "café €"), ("iso8859-1", "café"), ("utf-16", "café 😀"), ("utf-16-be", "é"),
     ("gb18030", "中文\U00020000"), ("shift_jis", "表ソ"), ("iso2022_jp", "日本"), ("koi8-r", "да"), ("utf-8-sig", "é"),
     ("cp037", "ascii?"), ("hz", "中文")],
)  # fmt: skip
def test_declared_encodings(article: Read, encoding: str, words: str) -> None:
    """Text in the declared encoding is read exactly, and its bytes can be rebuilt."""
    made = article(f"Judul {words}\n\n{STAMP}\n\nIsi {words}.\n".encode(encoding), encoding=encoding)
    assert said(made) == (f"Judul {words}", STAMP, [f"Isi {words}."])
    assert made.edits[0].transform in {"decode", "byte-order-mark", "blank-lines"}


@pytest.mark.parametrize(
    ("raw", "encoding", "message"),
    [
        (b"Judul\n\nCaf\xe9 itu.", None, "byte 0xe9 at 10 is not UTF-8"),
        (b"\xff", None, "byte 0xff at 0 is not UTF-8"),
        (b"abc\xf0\x9f", None, "the file ends inside a character, at byte 3: it was cut short"),
        (b"\0\0\0", None, "nothing but NUL bytes"),
        ("Judul panjang".encode("utf-16-le"), None, "13 of 26 bytes are NUL; it may be utf-16-le"),
        ("Judul panjang".encode("utf-32-be"), None, "39 of 52 bytes are NUL; it may be utf-32-be"),
        (b"a\x81b", "cp1252", "byte 0x81 at 1 is not cp1252"),
        (b"\xff\xfea", None, "not UTF-8"),
        (b"a\0b", "utf-16-le", "is not utf-16-le"),
        (b"\\ud800", "unicode_escape", "the bytes are not unicode_escape"),
    ],
)
def test_undecodable_files_are_rejects_with_their_bytes(
    tmp_path: Path, raw: bytes, encoding: str | None, message: str
) -> None:
    """A file that is not in its encoding keeps all its bytes and is not guessed at."""
    (tmp_path / "a.txt").write_bytes(raw)
    record, made = read_file(tmp_path / "a.txt", encoding=encoding)
    assert made is None
    assert (record.raw, record.place.length, record.identifier) == (raw, len(raw), "a")
    assert record.problem is not None
    assert record.problem.kind == "invalid-encoding"
    assert message in record.problem.message


def test_a_likely_encoding_is_proposed(tmp_path: Path) -> None:
    """Where nothing is declared, the message says what the bytes look like."""
    words = "Où est passé l'été ? À la forêt, près du château, où règne la paix.\n" * 20
    (tmp_path / "a.txt").write_bytes(words.encode("cp1252"))
    record, _ = read_file(tmp_path / "a.txt")
    assert record.problem is not None
    assert "they may be cp125" in record.problem.message


@pytest.mark.parametrize(("size", "accepted"), [(100, True), (101, False), (20_000_000, False)])
def test_a_file_beyond_the_limit_is_a_reject(tmp_path: Path, size: int, accepted: bool) -> None:
    """What is beyond the limit keeps as many bytes as the limit, and its true length and digest."""
    raw = b"x" * size
    (tmp_path / "a.txt").write_bytes(raw)
    record, made = read_file(tmp_path / "a.txt", Limits(line_bytes=100))
    assert (made is not None) == accepted
    assert (record.raw, record.place.length) == (raw[:100], size)
    assert record.place.sha256 == hashlib.sha256(raw).hexdigest()
    assert (record.problem.kind if record.problem else None) == (None if accepted else "line-too-long")


@pytest.mark.parametrize(
    "raw",
    [b"\n" * 5_000_000, b"\r\n" * 2_000_000, b"\r" * 4_000_000, b" " * 8_000_000, b"a\n" * 1_000_000,
     b"a\n \n" * 500_000, b"x\r\n\r\n\r\n" * 300_000, b".)" * 4_000_000, b"\t\n" * 1_000_000,
     b"\xef\xbb\xbf" + b"a" * 8_000_000 + b"\r", (b" " * 1000 + b"\r") * 1000],
    ids=["lf", "crlf", "cr", "blanks", "lines", "gaps", "mixed", "closings", "tabs", "long-line", "blank-lines"],
)  # fmt: skip
def test_hostile_files_take_linear_time_and_few_edits(article: Read, raw: bytes) -> None:
    """Megabytes of line ends or blanks cost seconds, and are undone all the same."""
    start = time.process_time()
    made = article(raw)
    assert time.process_time() - start < 15
    assert len(made.edits) <= 200_010


@pytest.mark.parametrize("end", [b"\r\n", b"\r"])
def test_more_line_ends_than_edits_are_one_edit(tmp_path: Path, end: bytes) -> None:
    """A hundred thousand line ends are a hundred thousand edits; one more, and they are one."""
    for lines, edits in ((100_000, 100_000), (100_001, 1)):
        (tmp_path / "a.txt").write_bytes((b"a." + end) * lines)
        record, _ = read_file(tmp_path / "a.txt")
        assert len(record.edits) == edits
        assert record.fields == {"text": "a.\n" * lines}
    assert undone("a.\n" * 100_001, record.edits) == record.raw


# --- bytes that are not in the encoding ---


@pytest.mark.parametrize(
    ("raw", "encoding", "text", "removed"),
    [
        (b"Judul\n\nCaf\xe9 itu ada.", None, "Caf\ufffd itu ada.", [b"\xe9"]),
        (b"Judul\n\nSatu \xff\xfe dua \xe2\x80 tiga.", None, "Satu \ufffd\ufffd dua \ufffd tiga.",
         [b"\xff", b"\xfe", b"\xe2\x80"]),
        (b"Judul\n\nakhir \xf0\x9f", None, "akhir \ufffd", [b"\xf0\x9f"]),
        (b"\xef\xbb\xbfJudul\r\n\r\nCaf\xe9 \xc3\xa9.", None, "Caf\ufffd \u00e9.", [b"\xe9"]),
        (b"Judul\n\n\x93Kutip\x94 \x81 habis.", "cp1252", "\u201cKutip\u201d \ufffd habis.", [b"\x81"]),
        ("Judul\n\nIsi \u00e9".encode("utf-16-le") + b"\x00", "utf-16-le", "Isi \u00e9\ufffd", [b"\x00"]),
        ("Judul\n\n\u8868\u30bd".encode("shift_jis") + b"\x81", "shift_jis", "\u8868\u30bd\ufffd", [b"\x81"]),
    ],
)  # fmt: skip
def test_bytes_are_replaced_where_that_is_declared(
    article: Read, raw: bytes, encoding: str | None, text: str, removed: list[bytes]
) -> None:
    """Each sequence that is not in the encoding stands as U+FFFD, by an edit that holds its bytes, with a warning."""
    made = article(raw, encoding=encoding, encoding_errors="replace")
    assert made.row["text"] == text
    assert [e.removed for e in reversed(made.edits) if e.transform == "replace"] == removed
    (note,) = [note for note in made.notes if note.kind == "replaced-bytes"]
    assert f"{len(removed)} sequences" in note.message


def test_a_file_of_nothing_else_is_rejected_all_the_same(tmp_path: Path) -> None:
    """Where no byte is in the encoding there is no text to publish."""
    (tmp_path / "a.txt").write_bytes(b"\x81")
    record, made = read_file(tmp_path / "a.txt", encoding="cp1252", encoding_errors="replace")
    assert (made, record.raw) == (None, b"\x81")


@given(
    st.binary(max_size=80), st.sampled_from([None, "cp1252", "utf-16-le", "shift_jis", "gb18030", "euc_kr"])
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_replaced_bytes_can_be_had_again(tmp_path: Path, raw: bytes, encoding: str | None) -> None:
    """For any bytes and encoding, undoing the edits of a replacing reader gives the bytes of the file."""
    (tmp_path / "a.txt").write_bytes(raw)
    _, made = read_file(tmp_path / "a.txt", encoding=encoding, encoding_errors="replace")
    if made is not None:
        assert undone(made.row["text"], made.edits) == raw


# --- heads ---


@pytest.mark.parametrize(
    ("head", "title", "stamp"),
    [
        ("Beranda > Nasional > Politik\n\nJudul\n\n{s}\n\n", "Judul", STAMP),
        ("Home \u00bb News\n\nJudul\n\n{s}\n\nBagikan\nFacebook Twitter WhatsApp\n\n", "Judul", STAMP),
        ("Judul yang panjang\nterpotong di sini\n\n{s}\n\n", "Judul yang panjang terpotong di sini", STAMP),
        ("Judul\n\nJudul - Harian Senja\n\n{s}\n\n", "Judul", STAMP),
        ("Judul - Harian Senja\n\nJudul\n\n{s}\n\n", "Judul", STAMP),
        ("JUDUL\n\nJudul\n\n{s}\n\n", "JUDUL", STAMP),
        ("Judul\n\nAndi Wijaya - Senja | Selasa, 19 Desember 2017 13:16 WIB\n\n", "Judul",
         "Andi Wijaya - Senja | Selasa, 19 Desember 2017 13:16 WIB"),
        ("Judul\n\nJakarta, 19 Desember 2017\n\n", "Judul", "Jakarta, 19 Desember 2017"),
        ("Judul\n\n{s}\n\nDiperbarui: 20 Desember 2017 08:00 WIB\n\n", "Judul", STAMP),
        ("Judul | 19 Desember 2017 13:16 WIB\n\n", "Judul", "Judul | 19 Desember 2017 13:16 WIB"),
        ("Judul (19/12/2017 13:16)\n\n", "Judul", "Judul (19/12/2017 13:16)"),
        ("Judul\n\n1513664165\n\n", "Judul", "1513664165"),
        ("Judul\n\nTue, 19 Dec 2017 13:16:05 +0700\n\n", "Judul", "Tue, 19 Dec 2017 13:16:05 +0700"),
    ],
)  # fmt: skip
def test_heads_in_the_wild(article: Read, head: str, title: str, stamp: str) -> None:
    """Breadcrumbs, buttons, wrapped and repeated titles, second stamps: the body starts where it starts."""
    made = article(head.format(s=STAMP) + BODY + "\n")
    assert said(made) == (title, stamp, ["Kalimat pertama.", "Kalimat kedua."])


@pytest.mark.parametrize("declared", ["keep", "cut"])
def test_bylines(article: Read, declared: str) -> None:
    """Lines that name author and editor are text, wherever they stand, unless the source cuts them."""
    lines = ("Oleh: Andi Wijaya", "Editor: Rina")
    made = article(f"Judul\n\n{lines[0]}\n\n{STAMP}\n\n{BODY}\n\n{lines[1]}\n", bylines=declared)
    kept = [lines[0], *BODY.split("\n\n"), lines[1]] if declared == "keep" else BODY.split("\n\n")
    assert said(made) == ("Judul", STAMP, kept)
    assert [note.kind for note in made.notes] == ["byline", "byline"]


@pytest.mark.parametrize("declared", ["keep", "cut"])
def test_links_inside_a_body(article: Read, declared: str) -> None:
    """A line that leads elsewhere is text, with a finding, unless the source cuts it; alone, together, at the end."""
    made = article(
        f"Judul\n\n{STAMP}\n\nSatu kalimat.\n\nBaca juga: Berita A\nBaca juga: Berita B\n\nDua kalimat.\n\n"
        "Read also: C\n",
        inline_links=declared,
    )
    left = made.row["text"].split("\n\n")
    assert left == (
        ["Satu kalimat.", "Dua kalimat."]
        if declared == "cut"
        else ["Satu kalimat.", "Baca juga: Berita A\nBaca juga: Berita B", "Dua kalimat.", "Read also: C"]
    )
    assert [note.kind for note in made.notes].count("inline-link") == 3


def test_a_stamp_below_the_body(article: Read) -> None:
    """Where no stamp stands above, a last line that is one and nothing else is read, and is no text."""
    made = article(f"Judul\n\n{BODY}\n\nDiterbitkan: 19 Desember 2017 13:16 WIB\n")
    assert said(made)[2] == BODY.split("\n\n")
    assert made.instance["published"] == "2017-12-19T06:16:00Z"


def test_navigation_that_is_most_of_a_text_is_left(article: Read) -> None:
    """What only looks like navigation and is more than max_cut of a text stays, with a warning."""
    links = "\n".join(f"Tautan nomor {i} ke halaman lain" for i in range(12))
    content = f"Judul\n\n{STAMP}\n\nSatu kalimat pendek.\n\n{links}\n"
    made = article(content)
    assert made.row["text"] == f"Satu kalimat pendek.\n\n{links}"
    assert [note.kind for note in made.notes] == ["over-cut"]
    assert article(content, max_cut=1.0).row["text"] == "Satu kalimat pendek."


# --- any file ---

LINES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.text(" \t\u00a0\x0b\x0c\x85\u2028ab.", max_size=6),
    st.sampled_from(
        ["Judul", STAMP, "Kalimat.", "Kalender", "Berita:", "Home News Sports", "Komentar (0)", "", "é"]
    ),
)
# What begins with a byte order mark, or makes one with the mark before it, is another file.
_MARK_LIKE = "\ufeff\ufffe\0"
CONTENTS = st.lists(
    st.tuples(LINES, st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\n \n", ""])), max_size=14
).map(lambda parts: "".join(line + end for line, end in parts).lstrip(_MARK_LIKE))
ENCODED = st.sampled_from(
    [("utf-8", b"", None), ("utf-8", codecs.BOM_UTF8, None), ("utf-16-le", codecs.BOM_UTF16_LE, None),
     ("utf-32-be", codecs.BOM_UTF32_BE, None), ("utf-16", b"", "utf-16"), ("gb18030", b"", "gb18030"),
     ("utf-16-be", b"", "utf-16-be")],
)  # fmt: skip


@given(
    content=CONTENTS,
    encoded=ENCODED,
    navigation=st.sampled_from(["auto", "off"]),
    cut=st.sampled_from([None, "Kalender"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_can_be_rebuilt_from_text_and_edits(
    article: Read, content: str, encoded: tuple[str, bytes, str | None], navigation: str, cut: str | None
) -> None:
    """For any lines, line ends, marks and encodings, undoing the edits gives the bytes of the file."""
    encoding, mark, declared = encoded
    # FF FE 00 00 is the mark of UTF-32, so no text in UTF-16 with a mark starts with NUL.
    assume(encoding != "utf-16-le" or not content.startswith("\0"))
    raw = mark + content.encode(encoding)
    made = article(raw, encoding=declared, navigation=navigation, navigation_cut_from=cut)
    assert "\r" not in made.row["text"]
    lines = {line.strip() for line in content.replace("\r", "\n").split("\n")}
    assert {line.strip() for line in made.row["text"].split("\n")} <= lines | {""}


@given(st.binary(max_size=60), st.sampled_from([None, "cp1252", "utf-16", "shift_jis", "utf-7"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_text_or_a_reject(tmp_path: Path, raw: bytes, encoding: str | None) -> None:
    """For any bytes: an article whose edits undo, or a reject that keeps the bytes."""
    (tmp_path / "a.txt").write_bytes(raw)
    record, made = read_file(tmp_path / "a.txt", encoding=encoding)
    assert record.raw == raw
    if made is None:
        assert record.problem is not None
        assert record.problem.kind == "invalid-encoding"
    else:
        assert undone(made.row["text"], made.edits) == raw


# --- real files ---


def test_the_seed(shared: Callable[[str], Path]) -> None:
    """The document that the project started from: title, instant, eight paragraphs, no navigation."""
    (path,) = shared("seed").glob("*.txt")
    record, made = read_file(path)
    assert made is not None
    title, printed, paragraphs = said(made)
    assert (title, printed) == ("Putin dan Donald Trump Adakan Pembicaraan Telepon", STAMP)
    assert made.instance["published"] == "2017-12-19T06:16:05Z"
    assert len(paragraphs) == 8
    assert paragraphs[0].startswith("Sepanjang tahun 2017,")
    assert paragraphs[-1].endswith("nuklir Semenanjung Korea dan anti-terorisme.")
    assert "Kalender" not in made.row["text"]
    assert "ab4e09ec1133fd8c" in made.row["id"]
    assert (len(made.edits), made.notes) == (3, ())
    assert undone(made.row["text"], made.edits) == record.raw == path.read_bytes()


def test_three_hundred_files(shared: Callable[[str], Path], tmp_path: Path) -> None:
    """Of 300 files with thirty quirks none is wrong, at least 270 are right, and clean ones pass in silence."""
    folder = shared("id-seed-txt")
    release = quirks.build(folder, tmp_path)
    found = quirks.outcomes(folder, release)
    verdicts = Counter(outcome.verdict for outcome in found.values())
    assert len(found) == 300
    assert verdicts["wrong"] == 0
    assert verdicts["right"] >= 270
    truth = [json.loads(line) for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    clean = [found[known["file"]] for known in truth if known["quirk"] == "clean"]
    assert sum(any(f["severity"] == "warning" for f in outcome.findings) for outcome in clean) <= 2
    assert quirks.unrestored(folder, release) == []


# --- what must not be lost ---


@pytest.mark.parametrize(
    "ending",
    [
        "Ia menuduh label itu melakukan pelanggaran hak cipta.",
        "The judge said copyright protects expression, not ideas.",
        '"Kami menghormati hak cipta," kata dia.', "Semua lagu bebas hak cipta.",
        "Foto: \u00a9 Reuters",
    ],
)  # fmt: skip
def test_a_sentence_about_rights_is_no_notice(article: Read, ending: str) -> None:
    """Only a notice is cut alone: with a year, or begun by its words."""
    assert article(f"Judul\n\n{STAMP}\n\n{SENTENCES}\n\n{ending}\n").row["text"] == f"{SENTENCES}\n\n{ending}"
    notice = "Harian Senja \u00a9 2017. Semua hak dilindungi."
    assert article(f"Judul\n\n{STAMP}\n\n{SENTENCES}\n\n{notice}\n").row["text"] == SENTENCES


@pytest.mark.parametrize(
    "first",
    ["1945", "1234567890", "17 Agustus 1945", "Update: korban tewas kini 15 orang dan 40 luka",
     "Modified Newtonian dynamics was proposed in 1983 by a physicist.", "A > B > C", "Timnas 2-1 Persija > 3 > 4",
     "Pertandingan digelar di Ambon, Rabu (25/10/2017)."],
)  # fmt: skip
def test_the_first_line_of_a_body_is_text(article: Read, first: str) -> None:
    """Years, numbers, headings with dates and news of updates below the stamp are no second stamps."""
    made = article(f"Judul\n\n{STAMP}\n\n{first}\n\n{BODY}\n")
    assert said(made) == ("Judul", STAMP, [first, *BODY.split("\n\n")])


def test_a_year_is_no_stamp(article: Read) -> None:
    """A title that is a year, and a year below a title, are what they are."""
    assert said(article(f"1984\n\n{BODY}\n")) == ("1984", None, BODY.split("\n\n"))
    assert said(article(f"Judul\n\n1984\n\n{BODY}\n")) == ("Judul", None, ["1984", *BODY.split("\n\n")])


def test_a_long_head_leaves_the_body(article: Read) -> None:
    """However many lines of buttons stand below a stamp, the text after them is kept."""
    tags = "\n".join(f"#tag{i}" for i in range(60))
    assert article(f"Judul\n\n{STAMP}\n\n{tags}\n\n{SENTENCES}\n").row["text"].endswith(SENTENCES)


def test_a_few_words_of_navigation_do_not_take_a_poem_along(article: Read) -> None:
    """Words that say what they are do not make the lines after them navigation, where nothing repeats."""
    poem = "\n".join(
        f"baris puisi yang {word} itu pergi ke laut"
        for word in ("biru", "sunyi", "jauh", "lama", "teduh") * 2
    )
    content = f"Judul\n\n{STAMP}\n\nSatu kalimat pendek.\n\nKontak\nRedaksi\nTerkait\n{poem}\n"
    made = article(content)
    assert poem in made.row["text"]
    assert "over-cut" in {note.kind for note in made.notes}


def test_navigation_off_keeps_every_line(article: Read) -> None:
    """With `off`, buttons, breadcrumbs and names of sections are text or title like any other line."""
    made = article(f"NASIONAL\n\nJudul\n\n{STAMP}\n\nFacebook Twitter\n\n{BODY}\n", navigation="off")
    assert "Facebook Twitter" in made.row["text"]
    assert made.row["title"] == "NASIONAL"


@pytest.mark.parametrize(
    ("printed", "instant"),
    [
        ("Selasa, 19 Desember 2017 13:16 WIB | Nasional", "2017-12-19T06:16:00Z"),
        ("Nasional | Selasa, 19 Desember 2017 13:16 WIB", "2017-12-19T06:16:00Z"),
        ("Selasa, 19 Desember 2017 13:16 WIB Penulis: Andi", "2017-12-19T06:16:00Z"),
        ("Andi Wijaya - 19/12/2017 13:16", "2017-12-19T06:16:00Z"),
        ("Khamis, 21 Disember 2017 10:00", "2017-12-21T03:00:00Z"),
        ("Senén, 18 Désémber 2017 tabuh 13:16", "2017-12-18T06:16:00Z"),
        ("dinsdag 19 december 2017 om 13:16", "2017-12-19T06:16:00Z"),
        ("dinsdag 19 december 2017 om 13:16 uur", None),
        ("tiistai, 19 joulukuuta 2017 klo 13:16", None),
        ("Rabu, 19 Desember 2017 13:16 WIB", None),
        ("12/10/2017 03.15 WIB", None),
        ("12-10-2017 03.15", None),
    ],
)
def test_stamps_with_company(article: Read, printed: str, instant: str | None) -> None:
    """A section, a site or an author may stand beside a stamp; what has no certain reading is still the stamp."""
    made = article(f"Judul\n\n{printed}\n\n{BODY}\n")
    assert said(made) == ("Judul", printed, BODY.split("\n\n"))
    assert made.instance.get("published") == instant
    assert ("bad-timestamp" in {note.kind for note in made.notes}) == (instant is None)


@pytest.mark.parametrize(
    "piece",
    ["Baca juga: x\n", "a\n", "\n", " \n", "Oleh: Andi\n", "| ", "Home > ", "Kalimat.\n\n", STAMP + "\n",
     "\u00a9 2017 x\n",
     "#a ", "Terpopuler\n", "- ", "Judul\n", "&amp;", "<b>", "\u200b", "\x01"],
)  # fmt: skip
def test_any_repetition_is_read_to_its_end(piece: str) -> None:
    """A text of 200,000 equal pieces, with every cut declared, is done in a moment: quadratic time would show."""
    from corpuskit.transforms import Draft

    draft = Draft({"text": "J\n\n" + piece * 200_000}, {}, (), ())
    for transform in transforms_for(source(inline_links="cut", bylines="cut"), "text"):
        draft = transform(draft)
    assert isinstance(draft.fields["text"], str)


def test_what_a_text_announces_is_text(article: Read) -> None:
    """Below a line that ends in a colon nothing is navigation for what it says alone."""
    quoted = "Tentang Kami\nRedaksi\nHubungi Kami\nKebijakan Privasi"
    said_so = "Di bagian bawah situs penipu itu tercantum tulisan berikut:"
    content = f"Judul\n\n{STAMP}\n\n{SENTENCES}\n\n{said_so}\n\n{quoted}\n"
    assert article(content).row["text"] == f"{SENTENCES}\n\n{said_so}\n\n{quoted}"
    assert article(content.replace(f"{said_so}\n\n", "")).row["text"] == SENTENCES


def test_a_title_below_the_stamp(article: Read) -> None:
    """A file that starts with its stamp has a short line apart as its title; a sentence is text."""
    made = article(f"{STAMP}\n\nJudul yang pendek\n\n{BODY}\n")
    assert said(made) == ("Judul yang pendek", STAMP, BODY.split("\n\n"))
    assert said(article(f"{STAMP}\n\n{BODY}\n"))[:2] == (None, STAMP)


def test_a_page_that_lost_its_beginning(article: Read) -> None:
    """A first line that is half of a sentence is no title, and is noted."""
    first = (
        "nama para pihak yang turut menerima uang terkait proyek itu akan diungkap di pengadilan, " * 2
        + "kata jaksa."
    )
    made = article(f"{first}\n\n{BODY}\n")
    assert said(made) == (None, None, [first, *BODY.split("\n\n")])
    assert "truncated-text" in {note.kind for note in made.notes}
