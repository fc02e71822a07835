"""The formats of docs/validation-rules.md a second time, from their RFCs, for the reference library."""

from __future__ import annotations

import ipaddress
import random
import re
from collections.abc import Callable, Iterator

import jsonschema

_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))")
_DURATION = re.compile(
    r"P(?:[0-9]+W|(?=[0-9T])(?:(?:[0-9]+D|[0-9]+M(?:[0-9]+D)?|[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?)?)"
    r"(?:T(?:[0-9]+S|[0-9]+M(?:[0-9]+S)?|[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?))?)"
)
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_POINTER = re.compile(r"(?:/(?:[^~/]|~[01])*)*", re.DOTALL)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_MAILBOX = re.compile(rf'(?:{_ATOM}(?:\.{_ATOM})*|"(?:[ !#-\[\]-~]|\\[ -~])*")@(?P<domain>.+)')
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

# RFC 3986; RFC 3987 adds letters of the world, and private ones in a query.
_UCS = "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef" + "".join(
    f"{chr(plane << 16 | (0x1000 if plane == 14 else 0))}-{chr(plane << 16 | 0xFFFD)}"
    for plane in range(1, 15)
)
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"


def _grammar(letters: str, private: str) -> re.Pattern[str]:
    """The pattern of a reference, with or without its scheme."""
    plain = rf"A-Za-z0-9._~{letters}!$&'()*+,;=\-"
    coded = "%[0-9A-Fa-f]{2}"
    piece = rf"(?:[{plain}:@]|{coded})"
    host = rf"(?:\[(?P<literal>[^\]]*)\]|(?:[{plain}]|{coded})*)"
    authority = rf"//(?:(?:[{plain}:]|{coded})*@)?{host}(?::[0-9]*)?(?:/{piece}*)*"
    rooted = rf"/(?:{piece}+(?:/{piece}*)*)?"
    return re.compile(
        rf"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?:{authority}|{rooted}|{piece}+(?:/{piece}*)*)?"
        rf"|{authority.replace('?P<literal>', '?P<other>')}|{rooted}"
        rf"|(?:[{plain}@]|{coded})+(?:/{piece}*)*|)"
        rf"(?:\?(?:[{plain}:@/?{private}]|{coded})*)?(?:\#(?:[{plain}:@/?]|{coded})*)?"
    )


_URI, _IRI = _grammar("", ""), _grammar(_UCS, _PRIVATE)


def _real_day(text: str) -> bool:
    found = _DAY.fullmatch(text)
    if found is None:
        return False
    year, month, day = map(int, found.groups())
    if not 1 <= month <= 12:
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 <= day <= _DAYS[month - 1] + (leap and month == 2)


def _real_time(text: str) -> bool:
    found = _TIME.fullmatch(text)
    if found is None:
        return False
    hour, minute, second = map(int, found.groups()[:3])
    sign, hours, minutes = found[4] or "+", int(found[5] or 0), int(found[6] or 0)
    if hour > 23 or minute > 59 or second > 60 or hours > 23 or minutes > 59:
        return False
    away = (hours * 60 + minutes) * (1 if sign == "+" else -1)
    return second < 60 or (hour * 60 + minute - away) % 1440 == 1439


def _instant(text: str) -> bool:
    return len(text) > 10 and text[10] in "Tt" and _real_day(text[:10]) and _real_time(text[11:])


def _host(text: str) -> bool:
    # Two hyphens in the third and fourth place are kept for labels such as `xn--` ones (RFC 5890).
    return (
        len(text) <= 253
        and _HOST.fullmatch(text) is not None
        and all(label[2:4] != "--" for label in text.split("."))
    )


def _address(text: str, version: int) -> bool:
    try:
        return "%" not in text and ipaddress.ip_address(text).version == version
    except ValueError:
        return False


def _mail(text: str) -> bool:
    found = _MAILBOX.fullmatch(text)
    if found is None:
        return False
    domain = found["domain"]
    if domain.startswith("[") and domain.endswith("]"):
        inside = domain[1:-1]
        return _address(inside, 4) or (inside.lower().startswith("ipv6:") and _address(inside[5:], 6))
    return _host(domain)


def _reference(grammar: re.Pattern[str], *, absolute: bool) -> Callable[[str], bool]:
    def check(text: str) -> bool:
        found = grammar.fullmatch(text)
        if found is None or (absolute and found["scheme"] is None):
            return False
        literal = found["literal"] if found["literal"] is not None else found["other"]
        return literal is None or _address(literal, 6)

    return check


FORMATS: dict[str, Callable[[str], bool]] = {
    "date": _real_day,
    "time": _real_time,
    "date-time": _instant,
    "duration": lambda text: _DURATION.fullmatch(text) is not None,
    "uuid": lambda text: _UUID.fullmatch(text) is not None,
    "json-pointer": lambda text: _POINTER.fullmatch(text) is not None,
    "ipv4": lambda text: text.isascii() and _address(text, 4),
    "ipv6": lambda text: _address(text, 6),
    "hostname": _host,
    "email": _mail,
    "uri": _reference(_URI, absolute=True),
    "uri-reference": _reference(_URI, absolute=False),
    "iri": _reference(_IRI, absolute=True),
    "iri-reference": _reference(_IRI, absolute=False),
}


# A draft knows the formats that it names; others are no rule in it.
_SINCE = {"duration": 2019, "uuid": 2019, "iri": 7, "iri-reference": 7, "json-pointer": 6, "uri-reference": 6}


def checker(draft: int = 2020) -> jsonschema.FormatChecker:
    """A checker that knows these formats as far as a draft does, and no other."""
    made = jsonschema.FormatChecker(formats=())
    for name, holds in FORMATS.items():
        if _SINCE.get(name, 0) <= draft:
            made.checks(name)(lambda value, holds=holds: not isinstance(value, str) or holds(value))
    return made


# What drawn strings start from, and what is put into them.
_SOUND = {
    "date": ["2024-02-29", "2023-12-31", "0000-01-01", "1900-02-28"],
    "time": ["23:59:60Z", "12:00:00.5+07:00", "06:59:60+07:00", "00:00:00z"],
    "date-time": ["2017-12-19T13:16:05+07:00", "1998-12-31T23:59:60Z", "2024-02-29t00:00:00.123-23:59"],
    "duration": ["P1Y2M3DT4H5M6S", "P1W", "PT36H", "P1YT1S", "PT"],
    "uuid": ["2eb8aa08-aa98-11ea-b4aa-73b441d16380"],
    "json-pointer": ["/a/b~0", "/~1", ""],
    "ipv4": ["1.2.3.4", "255.255.0.1"],
    "ipv6": ["::1", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "fe80::1%eth0"],
    "hostname": ["a.b-c.example", "1.2.3.4", "a" * 63 + ".example"],
    "email": ["a.b@c.example", "a@[127.0.0.1]", "x+y@[IPv6:::1]"],
    "uri": [
        "http://u:p@h.example:80/a/b;c?q=1&r#f",
        "urn:x:y",
        "http://[::1]:80/",
        "file:///x",
        "http://a/%41",
    ],
    "uri-reference": ["a/b", "#x", "//h/p", "?q", "./a:b", "a:b", "../x", "http://h/"],
    "iri": ["http://\u00e9.example/\u00df?\ue000", "http://\u4f8b/\u200e", "http://a/b"],
    "iri-reference": ["\u00e9", "//\u4f8b/x", "http://a/b#\u00fc"],
}
_PIECES = [*"aZ09.-_~:/?#[]@!$&'()*+,;=%| \"<>\\^`{}Tz\u00e9\u0663\n\ue000\uffff\U0001f600\u00ad\x7f\x00\ufdd0",
           "%41", "%zz", "//", "::", "..", "--"]  # fmt: skip


def drawn(name: str, count: int, seed: int) -> Iterator[str]:
    """Strings that are in a format, or nearly."""
    pick = random.Random(f"{name} {seed}")
    for _ in range(count):
        text = pick.choice(_SOUND[name])
        for _ in range(pick.choice([0, 1, 1, 2, 3])):
            at = pick.randrange(len(text) + 1)
            put = pick.choice(["", pick.choice(_PIECES)])
            text = text[:at] + put + text[at + pick.randrange(2) :]
        yield text
