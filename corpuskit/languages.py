"""BCP 47 language tags: the canonical form, the hub's code and the English name."""

import difflib
import re
from functools import lru_cache

_MAX_CHARS = 64

# RFC 5646, section 2.1, in lower case: langcodes keeps every tag that it ever parsed, which a hostile
# file could fill memory with, so only its tables are used.
_TAG = re.compile(
    r"(?P<language>[a-z]{2,3})"
    r"(?:-(?P<extlang>[a-z]{3}))?"
    r"(?:-(?P<script>[a-z]{4}))?"
    r"(?:-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)"
    r"(?P<extensions>(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*)"
    r"(?P<private>(?:-x(?:-[a-z0-9]{1,8})+)?)",
)
_PRIVATE_TAG = re.compile(r"x(?:-[a-z0-9]{1,8})+")

# Where langcodes follows CLDR and BCP 47 says otherwise: tl is not deprecated, others have their own code.
_REPLACEMENTS = {"tl": "tl", "tgl": "tl", "hbs": "sh", "drh": "khk", "drw": "prs", "tnf": "prs"}


@lru_cache(maxsize=4096)
def canonical_language(tag: str) -> str | None:
    """The BCP 47 tag in canonical form, or None when it names no registered language.

    Canonical are the case, ``-`` between subtags, the shortest code of a language and the successor of a
    deprecated one. Nothing else changes: a script stays even where it goes without saying. No input raises.

    >>> canonical_language("eng_latn"), canonical_language("in"), canonical_language("Indonesian")
    ('en-Latn', 'id', None)
    """
    if len(tag) > _MAX_CHARS or not tag.isascii():
        return None
    lower = tag.replace("_", "-").lower()
    if _PRIVATE_TAG.fullmatch(lower):
        return lower
    return _regular(lower) or _grandfathered(lower)


def _regular(lower: str) -> str | None:
    match = _TAG.fullmatch(lower)
    language = match and _language(match["language"], match["extlang"])
    if not match or not language:
        return None
    script, region = (match["script"] or "").title(), (match["region"] or "").upper()
    variants = match["variants"].split("-")[1:]
    singletons = [part for part in match["extensions"].split("-") if len(part) == 1]
    if not all(_is_registered(subtag) for subtag in (script, region, *variants) if subtag):
        return None
    if len(set(variants)) < len(variants) or len(set(singletons)) < len(singletons):
        return None
    head = "-".join(subtag for subtag in (language, script, region, *variants) if subtag)
    return head + match["extensions"] + match["private"]


def _language(code: str, extlang: str | None) -> str | None:
    """The shortest current code of a primary language subtag, if it is registered."""
    from langcodes.data_dicts import LANGUAGE_REPLACEMENTS, MACROLANGUAGES

    if extlang is not None:  # zh-yue is yue
        if MACROLANGUAGES.get(extlang) != code:
            return None
        code = extlang
    for _ in range(2):  # mol is mo is ro
        successor = _REPLACEMENTS.get(code) or LANGUAGE_REPLACEMENTS.get(code, code)
        # One that adds a script or region (sh: sr-Latn) says more than the code did.
        code = code if "-" in successor else successor
    return code if _is_registered(code) else None


def _is_registered(subtag: str) -> bool:
    from langcodes.data_dicts import ALL_SCRIPTS, VALIDITY

    return bool(VALIDITY.match(subtag)) or subtag in ALL_SCRIPTS


def _grandfathered(lower: str) -> str | None:
    """The successor of a tag from before BCP 47, such as i-klingon or zh-min-nan."""
    from langcodes.data_dicts import LANGUAGE_REPLACEMENTS

    current: str = LANGUAGE_REPLACEMENTS.get(lower, "") if "-" in lower else ""
    # und-* and *-x-* stand for "no successor".
    return None if not current or current.startswith("und") or "-x-" in current else current


def nearest_language(text: str) -> str | None:
    """The tag that a mistyped one may mean, for messages: nothing is ever taken for it. None where nothing is near.

    >>> nearest_language("Indonesian"), nearest_language("en-UK"), nearest_language("id_ID.UTF-8")
    ('id', 'en-GB', 'id-ID')
    """
    from langcodes.data_dicts import TERRITORY_REPLACEMENTS

    if len(text) > _MAX_CHARS:
        return None
    plain = re.split(r"[.@]", text.strip())[0].replace("_", "-")
    subtags = plain.split("-")
    current = [TERRITORY_REPLACEMENTS.get(subtag.lower(), subtag) for subtag in subtags[1:]]
    tags = ["-".join([subtags[0], *tail]) for tail in (subtags[1:], current)]
    tags += ["-".join(subtags[:count]) for count in range(len(subtags) - 1, 0, -1)]
    return next((found for tag in tags if (found := canonical_language(tag))), None) or _named(plain)


def _named(name: str) -> str | None:
    """The tag of the language with a name, in English or in any language, or with one spelled much like it."""
    from language_data.names import TRIES, name_to_code, normalize_name

    if len(name) < 4 or not name.isprintable():  # the table of names breaks on NUL
        return None
    code = name_to_code("language", name, "en") or name_to_code("language", name)
    if code is None:
        names = TRIES["en/name_to_language"].keys()
        near = difflib.get_close_matches(normalize_name(name), names, 1, 0.8)
        code = name_to_code("language", near[0], "en") if near else None
    return code and canonical_language(code)


def hub_language(tag: str) -> str:
    """The ISO 639-1, else 639-3, code of a tag for a hub card; ``und`` where there is none.

    >>> hub_language("jv-x-ngapak"), hub_language("x-bms")
    ('jv', 'und')
    """
    primary = (canonical_language(tag) or "und").split("-")[0]
    return "und" if primary == "x" else primary


@lru_cache(maxsize=1024)
def language_name(tag: str) -> str:
    """The English name of a tag, or the tag itself where there is none.

    >>> language_name("de-DE"), language_name("jv-Java-x-ngapak")
    ('German (Germany)', 'Javanese (Javanese, x-ngapak)')
    """
    match = _TAG.fullmatch((canonical_language(tag) or "").lower())
    name = match and _english_name(match["language"])
    if not match or not name:
        return tag
    details = [
        _english_name(subtag) or subtag
        for subtag in ((match["script"] or "").title(), (match["region"] or "").upper())
        if subtag
    ]
    # Two tags that differ have names that differ: what has no name stands as it is.
    details += [part for part in match["variants"].split("-") if part]
    details += [part.strip("-") for part in (match["extensions"], match["private"]) if part]
    return f"{name} ({', '.join(details)})" if details else name


def _english_name(subtag: str) -> str | None:
    # 100 ms and 30 MB: names are for cards only.
    from language_data.names import code_to_names

    name: str | None = code_to_names(subtag).get("en")
    return name


# Codes of countries that are often taken for those of languages, and are no language's.
_COUNTRIES = {
    "cn": "zh", "cz": "cs", "dk": "da", "gr": "el", "jp": "ja", "kr": "ko", "rs": "sr", "ua": "uk", "vn": "vi",
}  # fmt: skip

# What the hub takes beside codes: programming languages, and many languages together.
HUB_SPECIAL = frozenset({"code", "multilingual"})


def is_hub_language(code: str) -> bool:
    """Whether the hub takes a word as `language`: an ISO 639-1, 639-2 or 639-3 code in lower case, or a special one.

    >>> is_hub_language("jav"), is_hub_language("zh-CN"), is_hub_language("jp")
    (True, False, False)
    """
    from langcodes.data_dicts import LANGUAGE_REPLACEMENTS

    if code in HUB_SPECIAL:
        return True
    return bool(re.fullmatch("[a-z]{2,3}", code)) and (_is_registered(code) or code in LANGUAGE_REPLACEMENTS)


def nearest_hub_language(word: str) -> str | None:
    """The hub's code for what somebody wrote as a language: a tag, another code or a name; None if unclear.

    >>> nearest_hub_language("Indonesian"), nearest_hub_language("eng_Latn"), nearest_hub_language("?")
    ('id', 'en', None)
    """
    primary = hub_language(word)
    if primary == "und":
        primary = _COUNTRIES.get(word.strip().lower()) or hub_language(nearest_language(word) or "und")
    return None if primary == "und" else primary
