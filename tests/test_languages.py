"""Language tags, the hub's codes and the English names."""

import itertools
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.languages import canonical_language, hub_language, language_name

SUBTAGS = [
    "id", "IND", "in", "zh", "yue", "jv", "sgn", "x", "u", "co", "latn", "Java", "DE", "419", "1996", "rozaj",
    "ngapak", "i", "klingon", "min", "nan", "",
]  # fmt: skip
ANY_TEXT = st.text() | st.lists(st.sampled_from(SUBTAGS), max_size=6).map("-".join)


@pytest.mark.parametrize(
    ("tag", "canonical"),
    [
        ("id", "id"), ("ID", "id"), ("de-de", "de-DE"), ("de_DE", "de-DE"), ("ZH-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"), ("sl-ROZAJ-1994", "sl-rozaj-1994"), ("de-1996", "de-1996"),
        ("en-latn", "en-Latn"), ("eng_Latn", "en-Latn"), ("jav-java", "jv-Java"),
        ("id-Latn-ID", "id-Latn-ID"),
        ("de-u-CO-phonebk-x-Own", "de-u-co-phonebk-x-own"), ("ur-Aran", "ur-Aran"),
    ],
)  # fmt: skip
def test_case_and_separators_become_canonical(tag: str, canonical: str) -> None:
    """Only case and separators change in a current tag: scripts and regions stay."""
    assert canonical_language(tag) == canonical


@pytest.mark.parametrize(
    ("tag", "canonical"),
    [
        ("ind", "id"), ("jav", "jv"), ("ger", "de"), ("deu-AT", "de-AT"), ("ban", "ban"), ("min", "min"),
        ("tgl", "tl"), ("tl", "tl"), ("fil", "fil"), ("nor", "no"), ("nob", "nb"), ("cmn", "cmn"),
        ("zsm", "zsm"),
        ("in", "id"), ("in-ID", "id-ID"), ("iw", "he"), ("jw", "jv"), ("mo", "ro"), ("mol", "ro"),
        ("sh", "sh"), ("hbs", "sh"), ("cnr", "cnr"), ("prs", "prs"), ("drw", "prs"),
        ("zh-yue", "yue"), ("zh-cmn-Hans", "cmn-Hans"), ("ar-arz", "arz"),
        ("i-klingon", "tlh"), ("zh-min-nan", "nan"), ("no-bok", "nb"), ("en-GB-oed", "en-GB-oxendict"),
    ],
)  # fmt: skip
def test_codes_become_the_shortest_and_current_ones(tag: str, canonical: str) -> None:
    """A three-letter code gives way to a two-letter one, a deprecated code to its successor, nothing else."""
    assert canonical_language(tag) == canonical


@pytest.mark.parametrize("tag", ["und", "mul", "zxx", "mis", "qaa", "x-bms", "jv-x-ngapak", "und-Arab"])
def test_special_and_private_codes_are_languages(tag: str) -> None:
    """The four special codes and private use are valid as they are."""
    assert canonical_language(tag) == tag


@pytest.mark.parametrize(
    "tag",
    [
        "", " ", "xx", "zzz", "Indonesian", "Bahasa Indonesia", "id ", "id\n", "id-", "-id", "id--ID", "i",
        "x", "x-",
        "en-UK", "en-000", "en-Abcd", "id-ID-Latn", "de-1996-1996", "de-nonsense", "en-a-bb-a-cc", "en-u",
        "no-fra", "sgn-eng", "und-ibe", "i-default", "i-enochian", "root", "C", "en.UTF-8", "\ud800",
        "\u0130d",
        "\u212ao", "id\x00", "a" * 10_000, "-".join(["id"] * 10_000), "x-banyumasan", "x" + "-a" * 40,
    ],
    ids=range(38),
)  # fmt: skip
def test_what_names_no_registered_language_is_none(tag: str) -> None:
    """Names, unregistered or misplaced subtags and junk are refused without an exception."""
    assert canonical_language(tag) is None


@given(ANY_TEXT)
def test_canonical_language_never_raises_and_is_idempotent(tag: str) -> None:
    """Any text gives None or a tag that is its own canonical form."""
    canonical = canonical_language(tag)
    assert canonical is None or canonical_language(canonical) == canonical


def test_every_code_is_replaced_in_one_step() -> None:
    """The canonical form of each two- and three-letter code is canonical and a single subtag."""
    for letters in itertools.chain(*(itertools.product(string.ascii_lowercase, repeat=n) for n in (2, 3))):
        canonical = canonical_language("".join(letters))
        assert canonical is None or (canonical_language(canonical) == canonical and "-" not in canonical)


@given(ANY_TEXT)
def test_codes_and_names_are_given_for_any_text(tag: str) -> None:
    """A hub code is two or three letters, and what has no English name is named by itself."""
    assert len(hub_language(tag)) in {2, 3}
    if canonical_language(tag) is None:
        assert (hub_language(tag), language_name(tag)) == ("und", tag)


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("id", "id"), ("ind", "id"), ("eng_Latn", "en"), ("jv-x-ngapak", "jv"), ("ban", "ban"),
        ("zh-Hant-TW", "zh"),
        ("mul", "mul"), ("x-bms", "und"), ("Indonesian", "und"),
    ],
)  # fmt: skip
def test_the_card_gets_the_primary_code(tag: str, code: str) -> None:
    """The hub's code is the primary language subtag, `und` where no registered language is named."""
    assert hub_language(tag) == code


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("id", "Indonesian"), ("ind", "Indonesian"), ("de-DE", "German (Germany)"),
        ("es-419", "Spanish (Latin America)"),
        ("zh-Hans-CN", "Chinese (Simplified, China)"), ("en-Latn", "English (Latin)"),
        ("min", "Minangkabau"),
        ("jv-x-ngapak", "Javanese (x-ngapak)"), ("de-1996-u-co-phonebk", "German (1996, u-co-phonebk)"),
        ("mul", "Multiple languages"), ("x-bms", "x-bms"), ("qaa", "qaa"), ("junk!", "junk!"),
    ],
)  # fmt: skip
def test_a_tag_has_an_english_name(tag: str, name: str) -> None:
    """Names spell out language, script and region; what has no name stands as it is."""
    assert language_name(tag) == name
