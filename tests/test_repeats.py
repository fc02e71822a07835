"""What a source repeats: learned from both ends of its texts, cut only there, and never the text itself."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import corpuskit
from corpuskit.provenance import Source
from corpuskit.transforms.drafts import Draft
from corpuskit.transforms.layout import parse_layout
from corpuskit.transforms.learning.pages import keyed
from corpuskit.transforms.learning.repeats import NOTHING, Repeats, Sample, learn
from corpuskit.transforms.learning.suffixes import suffix_of
from corpuskit.transforms.learning.tails import Tails
from corpuskit.transforms.navigation import cut_repeated

STAMP = "2017-12-19 13:16:05"
WORDS = [
    "kota", "pasar", "nelayan", "sungai", "jalan", "guru", "murid", "sawah", "pantai", "gunung", "hujan", "panen",
    "kereta", "jembatan", "musik", "buku",
]  # fmt: skip
FOOTER = "Kabar Terkait\nIndeks Berita\nTentang Kami Redaksi Kontak\n\u00a9 2017 Harian Senja"


def sentence(seed: int) -> str:
    """A sentence of an invented article that no other number gives."""
    pick = random.Random(seed)
    words = " ".join(pick.choice(WORDS) for _ in range(9))
    return f"{words.capitalize()} {'abcdefghij'[seed % 10]}{'klmnopqrst'[seed // 10 % 10]}{seed // 100}x."


def body(number: int) -> str:
    """Three paragraphs of an invented article."""
    return "\n\n".join(sentence(3 * number + i) for i in range(3))


def page(number: int, footer: str = "", *, head: str = "", below: str = "") -> str:
    """A text file of the layout; `head` stands above its title, `below` under its stamp."""
    title = sentence(100_000 + number).rstrip(".").title()
    parts = [head, title, STAMP, below, body(number), footer]
    return "\n\n".join(part for part in parts if part) + "\n"


def source(**more: object) -> Source:
    """A source of text files."""
    return Source("s", 0, (), "CC0-1.0", **{"reader": "text", "timezone": "Asia/Jakarta"} | more)  # type: ignore[arg-type]


def learned(texts: list[str]) -> Repeats:
    """What texts repeat."""
    return learn(Sample(f"{i:03}.txt", None, text) for i, text in enumerate(texts))


def parsed(text: str, repeats: Repeats, **more: object) -> Draft:
    """A text taken apart, given what its source repeats."""
    return parse_layout(Draft({"text": text}, {}, (), ()), source(**more), repeats)


def bodies(texts: list[str], **more: object) -> list[str]:
    """The bodies of the texts of one source."""
    repeats = learned(texts)
    return [parsed(text, repeats, **more).fields["text"] for text in texts]


def test_a_footer_that_many_texts_share_is_cut_from_all() -> None:
    """A block of two lines or more at the end of many texts leaves each of them, and no more than it."""
    assert bodies([page(i, FOOTER) for i in range(30)]) == [body(i) for i in range(30)]


@pytest.mark.parametrize("share", [0.04, 0.1, 0.5])
def test_one_site_of_many_is_learned(share: float) -> None:
    """A footer of a small part of a source is learned too, and texts of other sites stay whole."""
    with_footer = round(200 * share)
    texts = [page(i, FOOTER if i < with_footer else "") for i in range(200)]
    assert bodies(texts) == [body(i) for i in range(200)]


def test_lines_that_differ_may_stand_between_repeated_ones() -> None:
    """Headlines of the day, counters and years differ from text to text inside one footer."""
    texts = [
        page(i, f"Terpopuler\n1 {sentence(900 + i)[:-1]}\n2 {sentence(800 + i)[:-1]} ({i} jam lalu)\nKomentar ({i})\n"
             f"Indeks Berita\n\u00a9 {2000 + i} Harian Senja. Semua hak dilindungi.")
        for i in range(30)
    ]  # fmt: skip
    assert bodies(texts) == [body(i) for i in range(30)]


def test_an_advertisement_of_sentences_inside_a_footer_goes_with_it() -> None:
    """A long sentence that stands between repeated lines is part of the footer; above them it is text."""
    advert = (
        "Unduh aplikasi Harian Senja sekarang juga dan nikmati berita tanpa iklan setiap hari, " * 2
        + "gratis."
    )
    bio = (
        "Penulis adalah pengajar di kota pesisir dan menulis tentang laut, perahu, dan orang-orangnya. " * 2
        + "Ia tekun."
    )
    inside = f"Kabar Terkait\nIndeks Berita\n\n{advert}\n\nTentang Kami\nRedaksi"
    texts = [page(i, inside if i % 3 == 0 else f"{bio}\n\n{FOOTER}" if i % 3 == 1 else "") for i in range(60)]
    wanted = [f"{body(i)}\n\n{bio}" if i % 3 == 1 else body(i) for i in range(60)]
    assert bodies(texts) == wanted


@pytest.mark.parametrize(
    ("ending", "share"),
    [
        ("(ard)", 0.5),
        ("[pan]", 1.0),
        ("Sumber: Reuters", 0.1),
        ("Bersambung", 0.08),
        ("Wallahu a'lam bish-shawab", 0.2),
    ],
)
def test_what_ends_articles_stays(ending: str, share: float) -> None:
    """Sign-offs and closing lines are text, with navigation below them and without."""
    for footer in (FOOTER, ""):
        texts, wanted = [], []
        for i in range(100):
            closes = i < 100 * share
            texts.append(page(i, "\n\n".join(part for part in (ending if closes else "", footer) if part)))
            wanted.append(f"{body(i)}\n\n{ending}" if closes else body(i))
        assert bodies(texts) == wanted


def test_articles_made_from_a_template_stay_whole() -> None:
    """Sentences that differ in names and numbers alone are what such articles say."""
    texts = [
        f"Cuaca {i}\n\n{STAMP}\n\nSuhu di kota {i} mencapai {20 + i} derajat.\n\n"
        f"Hujan turun {i} milimeter.\n\nAngin {i} knot.\n"
        for i in range(40)
    ]
    for text, left in zip(texts, bodies(texts), strict=True):
        assert left == text.split(f"{STAMP}\n\n")[1].strip()


def test_what_stands_in_the_middle_is_never_cut() -> None:
    """A repeated line inside a body is text, also where it stands at the end of others."""
    texts = [page(i, FOOTER).replace("\n\n", "\n\nKabar Terkait\n\n", 4) for i in range(30)]
    for i, left in enumerate(bodies(texts)):
        assert "Kabar Terkait" in left
        assert left.replace("Kabar Terkait\n\n", "").startswith(body(i)[:40])
        assert FOOTER not in left


def test_too_few_texts_teach_nothing() -> None:
    """What three texts share is not learned; equal texts count once."""
    assert learned([page(i, FOOTER) for i in range(3)]) == Repeats(texts=3)
    assert learned([page(1, FOOTER)] * 50) == Repeats(texts=1)


def test_lines_above_the_title_are_learned() -> None:
    """Navigation above a title and below a stamp leaves the text; the title stays, however often it is used."""
    texts = [
        page(i, FOOTER, head="Harian Senja\nPilih Edisi", below="Simpan Berita\nUkuran Huruf")
        for i in range(30)
    ]
    repeats = learned(texts)
    for i, text in enumerate(texts):
        draft = parsed(text, repeats)
        assert (draft.fields["title"], draft.fields["text"]) == (page(i).split("\n")[0], body(i))
    same = [f"Editorial\n\n{STAMP}\n\n{body(i)}\n" for i in range(30)]
    assert {parsed(text, learned(same)).fields["title"] for text in same} == {"Editorial"}
    plain = [f"Editorial\n\n{body(i)}\n" for i in range(30)]
    assert {parsed(text, learned(plain)).fields.get("title") for text in plain} <= {"Editorial", None}
    assert all(parsed(text, learned(plain)).fields["text"].endswith(body(i)) for i, text in enumerate(plain))


def test_a_text_of_navigation_alone_is_left_empty() -> None:
    """A page without an article has no text, so that it is rejected and not published."""
    repeats = learned([page(i, FOOTER) for i in range(30)])
    assert parsed(f"Judul\n\n{STAMP}\n\n{FOOTER}\n", repeats).fields["text"] == ""


def test_a_source_that_repeats_its_navigation_is_not_guessed_at() -> None:
    """Short lines at the end of one text that no other has are text, where the others end in known navigation."""
    texts = [page(i, FOOTER) for i in range(30)]
    squad = "Kiper\nBek kanan\nGelandang\nPenyerang"
    assert parsed(page(99, squad), learned(texts)).fields["text"] == f"{body(99)}\n\n{squad}"
    assert parsed(page(99, squad), NOTHING).fields["text"] == body(99)


@given(st.lists(st.integers(0, 10_000), min_size=5, max_size=40, unique=True), st.randoms())
def test_the_order_of_texts_changes_nothing(numbers: list[int], shuffled: random.Random) -> None:
    """What is learned follows from the texts and their names, not from their order."""
    samples = [Sample(f"{n:05}.txt", None, page(n, FOOTER if n % 3 else "")) for n in numbers]
    again = list(samples)
    shuffled.shuffle(again)
    assert learn(samples) == learn(again)


@given(st.text(max_size=300))
def test_no_text_gains_lines(text: str) -> None:
    """Whatever was learned, every line of what is left stood in the text."""
    tails = Tails(frozenset({"a", "b", "0"}), frozenset({"a"}), frozenset({"b"}), bridges=frozenset({"c."}))
    repeats = Repeats(50, tails, frozenset({"b"}), 50)
    left = parsed(text, repeats).fields["text"]
    assert {line.strip() for line in left.split("\n")} <= {line.strip() for line in text.split("\n")} | {""}
    draft = cut_repeated(Draft({"text": text}, {}, (), ()), source(navigation="auto"), repeats)
    assert draft.fields["text"] in text


# --- titles ---


@pytest.mark.parametrize(
    ("title", "end"),
    [
        ("Judul - Kabar", (" - Kabar", "Kabar")), ("Judul | Kabar", (" | Kabar", "Kabar")),
        ("Judul|Kabar", ("|Kabar", "Kabar")),
        ("A - B \u2013 Harian Senja", (" \u2013 Harian Senja", "Harian Senja")),
        ("Judul :: Senja", (" :: Senja", "Senja")),
        ("Persib 2 - Persija 1", None), ("Judul", None), ("Judul-Kabar", None), ("- Kabar", None),
        ("Judul: kabar baik", None),
        ("Judul - satu dua tiga empat lima enam", None),
    ],
)  # fmt: skip
def test_ends_of_titles(title: str, end: tuple[str, str] | None) -> None:
    """The end of a title is what stands behind its last separator, if it may be a name."""
    assert suffix_of(title) == end


def test_a_suffix_of_most_titles_is_learned() -> None:
    """The name of the site at the end of most titles is cut by an edit; of few it is only noted."""
    most = [page(i).replace("\n", " - Harian Senja\n", 1) for i in range(20)]
    assert learned(most).title_suffix == " - Harian Senja"
    few = [page(i).replace("\n", " - Harian Senja\n", 1) if i < 4 else page(i) for i in range(20)]
    repeats = learned(few)
    assert (repeats.title_suffix, repeats.suffix_names) == (None, {"hariansenja"})


def test_suffixes_in_a_build(corpus: Callable[..., Path], tmp_path: Path) -> None:
    """A build cuts what most titles end in, and warns of what a few do, naming what to declare."""
    files = {f"{i:02}.txt": page(i).replace("\n", " - Senja\n", 1).encode() for i in range(20)}
    release = corpuskit.build(corpus(files), tmp_path / "out")
    assert "title-suffix" not in release.findings
    titles = [row["title"] for batch in corpuskit.read(release.path) for row in batch.to_pylist()]
    assert not any(title.endswith("Senja") for title in titles)
    files = {n: data if n < "03.txt" else data.replace(b" - Senja\n", b"\n") for n, data in files.items()}
    release = corpuskit.build(corpus(files, folder="few"), tmp_path / "few")
    assert release.findings["title-suffix"] == 3


# --- records that are no pages ---


def test_repeated_paragraphs_of_records(corpus: Callable[..., Path], tmp_path: Path) -> None:
    """In JSON lines nothing is cut unless the source asks for it; then repeated ends go by edits of the field."""
    advert = "Harian Senja adalah portal berita kota kecil yang terbit setiap sore untuk pembaca di pesisir."
    texts = [f"{body(i)}\n\n{advert}" if i % 4 else body(i) for i in range(80)]
    lines = b"".join(json.dumps({"id": str(i), "text": t}).encode() + b"\n" for i, t in enumerate(texts))
    plain = corpuskit.build(corpus({"a.jsonl": lines}), tmp_path / "plain")
    assert _texts(plain) == texts
    asked = corpuskit.build(
        corpus({"a.jsonl": lines}, 'navigation = "auto"', folder="asked"), tmp_path / "asked"
    )
    assert _texts(asked) == [body(i) for i in range(80)]
    import pyarrow.parquet as pq

    edits = pq.read_table(asked.audit / "edits.parquet").to_pylist()
    assert {(e["transform"], e["field"]) for e in edits} == {("navigation", "text")}
    for edit in edits:
        data = body(int(edit["id"])).encode()
        undone = data[: edit["start"]] + edit["removed"] + data[edit["start"] + len(edit["inserted"]) :]
        assert undone.decode() == texts[int(edit["id"])]
    told = json.loads((asked.audit / "navigation.json").read_text(encoding="utf-8"))["one"]
    assert (told["texts"], told["closed"]) == (80, 60)
    assert told["blocks"] == [
        {
            "end": "tail",
            "texts": 60,
            "share": 0.75,
            "lines": [advert],
            "samples": ["a.jsonl:10", "a.jsonl:11", "a.jsonl:12"],
        }
    ]
    assert corpuskit.verify(asked.path) == []


def _texts(release: corpuskit.Release) -> list[str]:
    return [row["text"] for batch in corpuskit.read(release.path) for row in batch.to_pylist()]


def test_keys_of_lines() -> None:
    """Digits count as equal, and nothing else does."""
    assert keyed("Komentar (12) \u00a9 2018") == keyed("Komentar (3) \u00a9 1999") == "Komentar (0) \u00a9 0"
    assert keyed("A") != keyed("a")


def test_learning_from_titles_of_white_space() -> None:
    """A title of 200,000 blanks is no title, and is done with in a moment."""
    spaces = "a" + " " * 200_000 + "b"
    assert suffix_of(spaces) is None
    assert learn(Sample(f"{i}", None, f"{i} {spaces}\n\n{body(i)}") for i in range(20)).title_suffix is None


def test_a_footer_of_unknown_words_is_learned() -> None:
    """Several lines that stand as they are in one text after the other are navigation in any language."""
    footer = "Wacanen Uga\nPawarta Liyane\nGambar Anyar\nBab Kita\nLayang Kanggo Kita"
    texts = [page(i, footer if i < 12 else "") for i in range(200)]
    assert bodies(texts) == [body(i) for i in range(200)]


def test_lists_and_letters_that_some_articles_end_in_stay() -> None:
    """What ends a few articles alike, and is no block of links, is text: lists, tables with figures, signatures."""
    endings = [
        lambda i: "Syarat peserta:\n\n1. Kartu keluarga\n2. Pas foto\n3. Meterai",
        lambda i: (
            f"Mata uang Beli Jual\nUSD 13.{400 + i} 13.{500 + i}\nEUR 15.{100 + i} 15.{200 + i}\nSGD 9.{i} 10.{i}"
        ),
        lambda i: f"Hormat kami,\n\nWarga {sentence(i)[:12]}\nJalan Melati No. {i}\nKupang",
        lambda i: "Salam sehat,\n\ndr. Rina",
    ]
    for footer in ("", FOOTER):
        texts, wanted = [], []
        for i in range(200):
            ending = endings[i % 4](i) if i % 5 == 0 else ""
            texts.append(page(i, "\n\n".join(part for part in (ending, footer) if part)))
            wanted.append(f"{body(i)}\n\n{ending}" if ending else body(i))
        assert bodies(texts) == wanted


def test_headlines_that_other_texts_link_to_are_text_above_their_navigation() -> None:
    """A list of headlines at the end of an article stays, though each of them stands in the lists of others."""
    headlines = [sentence(7000 + i)[:-1] for i in range(20)]
    listed = [
        f"Kabar Terkait\n{headlines[i % 20]}\n{headlines[(i + 7) % 20]}\nIndeks Berita\nRedaksi"
        for i in range(100)
    ]
    own = f"Lima berita yang paling banyak dibahas pekan ini:\n\n{headlines[0]}\n\n{headlines[3]}"
    texts = [page(i, f"{own}\n\n{listed[i]}" if i == 50 else listed[i]) for i in range(100)]
    assert bodies(texts) == [f"{body(i)}\n\n{own}" if i == 50 else body(i) for i in range(100)]


def test_a_text_that_ends_in_the_first_line_of_its_navigation() -> None:
    """A file cut off behind the heading that begins the navigation of all others has no such line in its text."""
    texts = [page(i, f"Tag: {sentence(i)[:9]}\nIndeks Berita\nRedaksi") for i in range(40)]
    assert parsed(page(99, "Tag:"), learned(texts)).fields["text"] == body(99)
