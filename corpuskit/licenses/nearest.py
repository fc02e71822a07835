"""The licence that a mistyped one may mean, for messages: nothing is ever taken for it."""

import difflib
import re
from functools import cache

from corpuskit.licenses.expressions import canonical_license, spdx_ids
from corpuskit.licenses.hub import hub_license_ids, spdx_license

_LONGEST = 200
_CUTOFF = 0.72
_SEPARATORS = re.compile(r"[\s_/:,-]+")
_VERSION = re.compile(r"(?<=[a-z])[\s-]*v?(?=\d)")
# The elements of a Creative Commons licence, which people name in any order.
_ELEMENTS = re.compile(r"^cc-((?:by|nc|nd|sa)(?:-(?:by|nc|nd|sa))+)(?=-|$)")
# Operators of an expression, and what stands between them.
_OPERATOR = re.compile(r"\s+(and|or|with)\s+|([()])", re.IGNORECASE)


def nearest_license(text: str) -> str | None:
    """The SPDX expression that is spelled most like a text which is none; None where nothing is near.

    >>> nearest_license("CC BY-SA 4.0"), nearest_license("MIT OR Apache2"), nearest_license("free for all")
    ('CC-BY-SA-4.0', 'MIT OR Apache-2.0', None)
    """
    if len(text) > _LONGEST:
        return None
    pieces = [piece for piece in _OPERATOR.split(text) if piece and piece.strip()]
    mended = [piece.upper() if _is_operator(piece) else _nearest(piece) for piece in pieces]
    return None if None in mended else canonical_license(" ".join(filter(None, mended)))


def _is_operator(piece: str) -> bool:
    return piece.lower() in {"and", "or", "with", "(", ")"}


def _nearest(piece: str) -> str | None:
    """The id that is meant, or the latest version of a licence that is named without one."""
    if canonical := canonical_license(piece):
        return canonical
    or_later, known = piece.strip().endswith("+"), _spellings()
    wanted = _plain(piece.strip().rstrip("+"))
    found = known.get(wanted) or _latest(wanted) or _alike(wanted)
    if found is None or not or_later:
        return found
    return canonical_license(found.replace("-only", "-or-later")) if "-only" in found else f"{found}+"


def _latest(wanted: str) -> str | None:
    version = re.compile(rf"{re.escape(wanted)}-\d[\d.]*(?:-only)?")
    return max((name for plain, name in _spellings().items() if version.fullmatch(plain)), default=None)


def _alike(wanted: str) -> str | None:
    """Of equally near ids the latest version; one that starts otherwise is another licence."""
    ranked = [
        (difflib.SequenceMatcher(None, near, wanted).ratio(), _spellings()[near])
        for near in difflib.get_close_matches(wanted, _spellings(), 20, _CUTOFF)
        if near[0] == wanted[0]
    ]
    return max(ranked)[1] if ranked else None


@cache
def _spellings() -> dict[str, str]:
    """Licences by their ids in lower case without separators, the SPDX ids and those of the hub."""
    hub = {_plain(name): spdx for name in hub_license_ids() if (spdx := spdx_license(name))}
    return hub | {_plain(name): name for name in spdx_ids()}


def _plain(text: str) -> str:
    """`CC BY-SA 4.0` and `cc_by-sa-v4.0` as `cc-by-sa-4.0`."""
    words = _SEPARATORS.sub("-", text.strip().lower()).strip("-")
    words = re.sub(r"^(?:spdx-|creative-commons-)", lambda m: "cc-" if m[0][0] == "c" else "", words)
    words = _VERSION.sub("-", words.removesuffix("-license").removesuffix("-licence"))
    return _ELEMENTS.sub(lambda m: "cc-" + "-".join(sorted(m[1].split("-"))), words)
