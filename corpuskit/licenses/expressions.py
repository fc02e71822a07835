"""SPDX licence expressions: their canonical form, their ids, and the ways in which they can be met."""

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

# Far above any real expression: what is larger is junk, and must cost neither time nor stack.
_MAX_CHARS = 1000
_MAX_GROUPS = 32
_MAX_WAYS = 250

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


class Atom(NamedTuple):
    """One licence of an expression as it stands there: its id, `+` for "or a later version", and its exception."""

    license: str
    or_later: bool = False
    exception: str | None = None

    def __str__(self) -> str:
        return f"{self.license}{'+' * self.or_later}{f' WITH {self.exception}' if self.exception else ''}"


Ways = tuple[frozenset[Atom], ...]


@lru_cache(maxsize=4096)
def ways(expression: str) -> Ways | None:
    """The ways in which an expression can be met: of licences joined by OR one, of those joined by AND all.

    A way that asks for more licences than another is left out. None for what is no expression, and for one with
    more than 250 ways.

    >>> [sorted(map(str, way)) for way in ways("MIT OR (Apache-2.0+ AND CC0-1.0)")]
    [['MIT'], ['Apache-2.0+', 'CC0-1.0']]
    """
    canonical = canonical_license(expression)
    return None if canonical is None else _ways(_spdx().parser.parse(canonical, simple=True))


def _ways(node: Any) -> Ways | None:
    if node.__class__.__name__ not in {"OR", "AND"}:
        name, _, exception = node.render("{symbol.key}").partition(" WITH ")
        return (frozenset({Atom(name.removesuffix("+"), name.endswith("+"), exception or None)}),)
    found: Ways = ()
    for number, member in enumerate(node.args):
        more = _ways(member)
        if more is None:
            return None
        either = number == 0 or node.__class__.__name__ == "OR"
        found = _least((*found, *more) if either else tuple(one | other for one in found for other in more))
        if len(found) > _MAX_WAYS:
            return None
    return found


def _least(found: Ways) -> Ways:
    """The ways, each once, without those that hold another."""
    each = tuple(dict.fromkeys(found))
    return tuple(way for way in each if not any(other < way for other in each))


def permits(expression: str, *, allow: Iterable[str], deny: Iterable[str]) -> bool:
    """Whether a licence expression can be satisfied with the allowed ids and without the denied ones.

    Of licences joined by OR one suffices, of those joined by AND all are needed; an empty `allow` allows
    every id that is not denied. An entry that is an expression itself stands for exactly that expression.
    Who may use "X or a later version" may use X, so an id also stands for `X+`, and `GPL-2.0-only` for
    `GPL-2.0-or-later`, where it is allowed; an exception only permits more, so an id stands for it WITH any.
    """
    allowed, denied = frozenset(allow), frozenset(deny)
    if expression in denied:
        return False
    if expression in allowed:
        return True
    if not allowed and not denied:
        return True
    met = ways(expression)
    return met is not None and any(all(_satisfied(atom, allowed, denied) for atom in way) for way in met)


def _satisfied(atom: Atom, allowed: frozenset[str], denied: frozenset[str]) -> bool:
    plain = atom._replace(exception=None)
    if str(atom) in denied or (str(plain) in denied and str(atom) not in allowed):
        return False
    return not allowed or not allowed.isdisjoint({str(atom), str(plain), *versions(plain)} - denied)


_VERSION = re.compile(r"(?P<head>.+?)-(?P<version>\d+(?:\.\d+)*)(?P<tail>(?:-[A-Za-z-]+)?)")


@lru_cache(maxsize=4096)
def versions(atom: Atom) -> tuple[str, ...]:
    """The SPDX ids among which a licensee may choose: the licence itself, and its later versions where it says so.

    >>> versions(Atom("GPL-2.0-or-later")), versions(Atom("CC-BY-SA-2.5", or_later=True))
    (('GPL-2.0-only', 'GPL-3.0-only'), ('CC-BY-SA-2.5', 'CC-BY-SA-3.0', 'CC-BY-SA-4.0'))
    """
    this = atom.license.replace("-or-later", "-only")
    match = _VERSION.fullmatch(this)
    if match is None or not (atom.or_later or this != atom.license):
        return (this,)
    found = {}
    for other in _spdx().licenses.values():
        same = _VERSION.fullmatch(other)
        if same and (same["head"], same["tail"]) == (match["head"], match["tail"]):
            number = _number(same["version"])
            if number >= _number(match["version"]):
                found[number] = other
    return tuple(found[number] for number in sorted(found))


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def spdx_ids() -> frozenset[str]:
    """All licence ids of the SPDX list, current and deprecated ones without a successor."""
    return frozenset(_spdx().licenses.values())
