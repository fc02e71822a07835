"""SPDX licence expressions, and the Hugging Face Hub's licence ids for them."""

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

from corpuskit.resources import read_json

# Far above any real expression: what is larger is junk, and must cost neither time nor stack.
_MAX_CHARS = 1000
_MAX_GROUPS = 32

_EXPRESSION = re.compile(r"[A-Za-z0-9.+() \t\r\n-]+")
_TOKEN = re.compile(r"[()]|[A-Za-z0-9.+-]+")
_ID = re.compile(r"[A-Za-z0-9.+-]+")
_REFERENCE = re.compile(r"licenseref-([A-Za-z0-9.-]+)", re.IGNORECASE)

# What may follow what. license-expression alone reads "MIT AND (ISC) Zlib" as three licences joined by
# AND, and answers "()" and "MIT AND (OR ISC)" with an IndexError and an AssertionError.
_OPERAND, _REST = frozenset({"(", "id"}), frozenset({")", "operator"})
_MAY_FOLLOW: Mapping[str, frozenset[str]] = {
    "": _OPERAND,
    "(": _OPERAND,
    "operator": _OPERAND,
    "with": frozenset({"id"}),
    "id": _REST | {"with"},
    "exception": _REST,
    ")": _REST,
}

# Other names in the bundled index that look like SPDX ids and never were.
_NOT_SPDX = frozenset({"GPL", "BSD-2", "Verbatim-man-pages"})

# The bundled index marks these as exceptions; SPDX lists them as licences, all but the last deprecated.
# SPDX names no single successor for the deprecated ones, so they stay as they are.
_LICENSES_MARKED_AS_EXCEPTIONS = frozenset(
    {
        "GPL-2.0-with-GCC-exception",
        "GPL-2.0-with-autoconf-exception",
        "GPL-2.0-with-classpath-exception",
        "GPL-2.0-with-font-exception",
        "GPL-3.0-with-GCC-exception",
        "GPL-3.0-with-autoconf-exception",
        "eCos-2.0",
        "MPL-2.0-no-copyleft-exception",
    },
)


class _Spdx(NamedTuple):
    """The SPDX list as lower-case id -> current id, and the expression parser."""

    licenses: dict[str, str]
    exceptions: dict[str, str]
    parser: Any


@cache
def _spdx() -> _Spdx:
    from license_expression import Licensing, get_license_index

    licenses: dict[str, str] = {}
    exceptions: dict[str, str] = {}
    for entry in get_license_index():
        current = entry["spdx_license_key"]
        if not current or _REFERENCE.match(current):
            continue  # a ScanCode-only key: not an SPDX id
        is_exception = entry["is_exception"] and current not in _LICENSES_MARKED_AS_EXCEPTIONS
        table = exceptions if is_exception else licenses
        for other in entry["other_spdx_license_keys"]:  # deprecated ids such as GPL-2.0+
            if _ID.fullmatch(other) and not _REFERENCE.match(other) and other not in _NOT_SPDX:
                table.setdefault(other.lower(), current)
        table[current.lower()] = current
    # Without symbols of its own the parser costs nothing to build; ids are checked by the tables above.
    return _Spdx(licenses, exceptions, Licensing())


@lru_cache(maxsize=4096)
def canonical_license(text: str) -> str | None:
    """The SPDX expression in canonical form, or None when it is not one.

    Ids get the case of the SPDX list, deprecated ids their successor (``GPL-2.0`` is ``GPL-2.0-only``);
    ``LicenseRef-*`` is kept as given. No input raises.

    >>> canonical_license("(mit or Apache-2.0)")
    'MIT OR Apache-2.0'
    >>> canonical_license("public-domain") is None
    True
    """
    if not _is_small(text) or not _EXPRESSION.fullmatch(text):
        return None
    tokens = _canonical_tokens(_TOKEN.findall(text))
    if tokens is None:
        return None
    canonical: str = _spdx().parser.parse(" ".join(tokens), simple=True).render("{symbol.key}")
    # Parentheses that spell out the precedence make it larger, and the result must itself be accepted.
    return canonical if _is_small(canonical) else None


def _is_small(text: str) -> bool:
    return len(text) <= _MAX_CHARS and text.count("(") <= _MAX_GROUPS


def _canonical_tokens(tokens: list[str]) -> list[str] | None:
    """The tokens with canonical ids, or None when they do not form an expression."""
    canonical, before, depth = [], "", 0
    for token in tokens:
        kind = _kind(token)
        if kind not in _MAY_FOLLOW[before]:
            return None
        depth += (kind == "(") - (kind == ")")
        if depth < 0:
            return None
        if kind == "id":
            kind = "exception" if before == "with" else "id"
            known = _exception_id(token) if kind == "exception" else _license_id(token)
            if known is None:
                return None
            token = known
        canonical.append(token)
        before = kind
    return canonical if depth == 0 and before in {"id", "exception", ")"} else None


def _kind(token: str) -> str:
    word = token.lower()
    if word in {"and", "or"}:
        return "operator"
    return word if word in {"(", ")", "with"} else "id"


def _license_id(token: str) -> str | None:
    if reference := _REFERENCE.fullmatch(token):
        return f"LicenseRef-{reference[1]}"
    licenses = _spdx().licenses
    word = token.lower()
    if word in licenses:
        return licenses[word]
    this = licenses.get(word.removesuffix("+"))
    # "Apache-2.0+" is an expression; "GPL-2.0-only+" contradicts itself.
    return None if this is None or this.endswith(("-only", "-or-later")) else f"{this}+"


def _exception_id(token: str) -> str | None:
    if reference := _REFERENCE.fullmatch(token):
        return f"LicenseRef-{reference[1]}"
    return _spdx().exceptions.get(token.lower())


@lru_cache(maxsize=4096)
def license_ids(expression: str) -> tuple[str, ...]:
    """The licence ids of an expression, each once, in order of appearance.

    Exceptions (the right side of WITH) are not licences and are left out, as is the ``+`` of "or later".
    What is not an expression has no ids.

    >>> license_ids("MIT OR (GPL-2.0-only WITH Classpath-exception-2.0 AND MIT)")
    ('MIT', 'GPL-2.0-only')
    """
    words = re.sub(r" WITH [^ ()]+|[()]", " ", canonical_license(expression) or "").split()
    return tuple(dict.fromkeys(word.removesuffix("+") for word in words if word not in {"AND", "OR"}))


def license_url(license_id: str) -> str | None:
    """The SPDX page of a licence or exception, or None for what SPDX does not list."""
    spdx = _spdx()
    word = license_id.lower()
    known = spdx.licenses.get(word) or spdx.licenses.get(word.removesuffix("+")) or spdx.exceptions.get(word)
    return known and f"https://spdx.org/licenses/{known}.html"


def is_unknown(expression: str) -> bool:
    """Whether an expression contains LicenseRef-unknown, in any case."""
    return "licenseref-unknown" in {license_id.lower() for license_id in license_ids(expression)}


def hub_licenses(expressions: Iterable[str]) -> tuple[list[str], list[str]]:
    """The hub's ids for the licences of expressions, and the licences that it has none for, both sorted.

    Where there are such licences, ``other`` stands once among the hub's ids.

    >>> hub_licenses(["MIT OR GPL-2.0-or-later", "LicenseRef-CRI-terms"])
    (['gpl-2.0', 'mit', 'other'], ['LicenseRef-CRI-terms'])
    """
    hub = _hub_ids()
    found, missing = set(), set()
    for expression in expressions:
        for license_id in license_ids(expression) or (expression,):
            hub_id = hub.get(license_id.lower(), "other")
            found.add(hub_id)
            if hub_id == "other":
                missing.add(license_id)
    return sorted(found), sorted(missing)


def hub_license_ids() -> frozenset[str]:
    """All licence ids that the hub accepts in a card."""
    return frozenset(read_json("hub-licenses.json")["licenses"])


def spdx_license(hub_id: str) -> str | None:
    """The SPDX id that a hub id means, or None for families, model licences and unknown ids.

    >>> spdx_license("odc-by"), spdx_license("cc")
    ('ODC-By-1.0', None)
    """
    entry = read_json("hub-licenses.json")["licenses"].get(hub_id.lower(), {})
    spdx: str | None = entry.get("spdx")
    return spdx


@cache
def _hub_ids() -> dict[str, str]:
    """Lower-case licence id -> hub id."""
    table: dict[str, str] = {}
    for hub_id, entry in read_json("hub-licenses.json")["licenses"].items():
        for license_id in (entry.get("spdx"), *entry.get("also", ())):
            if license_id:
                table[license_id.lower()] = hub_id
    return table


def permits(expression: str, *, allow: Iterable[str], deny: Iterable[str]) -> bool:
    """Whether a licence expression can be satisfied with the allowed ids and without the denied ones.

    Of licences joined by OR one suffices, of those joined by AND all are needed; an empty `allow` allows
    every id that is not denied. An entry that is an expression itself stands for exactly that expression.
    """
    allowed, denied = frozenset(allow), frozenset(deny)
    if expression in denied:
        return False
    if expression in allowed:
        return True

    def satisfied(node: Any) -> bool:
        if node.__class__.__name__ in {"OR", "AND"}:
            return (any if node.__class__.__name__ == "OR" else all)(map(satisfied, node.args))
        name = node.render("{symbol.key}")
        return name not in denied and (not allowed or name in allowed)

    return satisfied(_spdx().parser.parse(expression, simple=True))
