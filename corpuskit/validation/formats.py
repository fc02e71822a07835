"""The formats that are asserted, draft by draft, and those of a schema that are not: nothing is checked by them."""

import difflib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from corpuskit.findings import Finding, finding, shortened

DRAFTS = ("4", "6", "7", "2019-09", "2020-12")


class Format(NamedTuple):
    """One row of the table of formats: the first draft that asserts it, and what a value of it is."""

    since: str
    what: str


# What the engine asserts, found by trying (tests/test_formats.py does so again): a draft keeps what an earlier one has.
FORMATS: dict[str, Format] = {
    "date-time": Format("4", "an RFC 3339 date-time such as 2017-12-19T13:16:05+07:00"),
    "date": Format("4", "an RFC 3339 date such as 2017-12-19"),
    "time": Format("4", "an RFC 3339 time such as 13:16:05+07:00"),
    "duration": Format("2019-09", "an RFC 3339 duration such as P3DT12H"),
    "email": Format("4", "an e-mail address"),
    "idn-email": Format("4", "an e-mail address"),
    "hostname": Format("4", "a host name such as www.example.org"),
    "idn-hostname": Format("7", "a host name such as www.example.org"),
    "ipv4": Format("4", "an IPv4 address such as 192.0.2.1"),
    "ipv6": Format("4", "an IPv6 address such as 2001:db8::1"),
    "uri": Format("4", "a URI with its scheme, such as https://example.org/a (RFC 3986)"),
    "uri-reference": Format("6", "a URI or a relative reference (RFC 3986)"),
    "uri-template": Format("6", "a URI template such as https://example.org/{id} (RFC 6570)"),
    "iri": Format("7", "a URL with its scheme, such as https://example.org/é (RFC 3987)"),
    "iri-reference": Format("7", "a URL or a relative reference (RFC 3987)"),
    "uuid": Format("2019-09", "a UUID such as 123e4567-e89b-12d3-a456-426614174000"),
    "json-pointer": Format("6", "a JSON Pointer such as /entries (RFC 6901)"),
    "relative-json-pointer": Format("7", "a relative JSON Pointer such as 1/title"),
    "regex": Format("4", "a regular expression"),
}

# What other tools and draft 3 call the same; what is only misspelt is found by likeness.
_ALIASES = {
    "url": "uri", "ip": "ipv4", "ip-address": "ipv4", "guid": "uuid", "timestamp": "date-time",
    "iso8601": "date-time", "iso-8601": "date-time", "rfc3339": "date-time", "regexp": "regex",
}  # fmt: skip
_LIKENESS = 0.75
_LONGEST = 80

# Where schemas stand in a schema. What stands below any other keyword is data, such as `enum` and `default`.
_ONE = frozenset({
    "additionalItems", "additionalProperties", "contains", "contentSchema", "else", "if", "items", "not",
    "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties",
})  # fmt: skip
_LISTS = frozenset({"allOf", "anyOf", "items", "oneOf", "prefixItems"})
_NAMED = frozenset({
    "$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties",
})  # fmt: skip


def asserted(name: str, draft: str) -> bool:
    """Whether a draft asserts the format of this name."""
    return name in FORMATS and DRAFTS.index(FORMATS[name].since) <= DRAFTS.index(draft)


def unknown_formats(schema: Any) -> Iterator[tuple[str, str]]:
    """Name and JSON Pointer of each `format` of a schema that no draft asserts, in the order of the document."""
    waiting = [("", schema)]  # a list of our own instead of calls: schemas may be deep
    while waiting:
        place, node = waiting.pop()
        if not isinstance(node, dict):
            continue
        name = node.get("format")
        if isinstance(name, str) and name not in FORMATS:
            yield name, f"{place}/format"
        waiting += reversed([(place + step, below) for step, below in _below(node)])


def _below(node: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Each schema directly below a schema, with the end of its JSON Pointer."""
    for keyword, value in node.items():
        if keyword in _NAMED and isinstance(value, dict):
            for name, below in value.items():
                yield f"/{keyword}/{name.replace('~', '~0').replace('/', '~1')}", below
        elif keyword in _LISTS and isinstance(value, list):
            yield from ((f"/{keyword}/{index}", below) for index, below in enumerate(value))
        elif keyword in _ONE:
            yield f"/{keyword}", value


def format_findings(documents: Mapping[str, Any]) -> list[Finding]:
    """A warning for each format name that no draft asserts, at its first place in schemas by file name."""
    places: dict[str, list[tuple[str, str]]] = {}
    for file, document in documents.items():
        for name, where in unknown_formats(document):
            places.setdefault(name, []).append((file, where))
    return [
        finding("unknown-format", _message(name, len(found)), file=found[0][0], pointer=found[0][1])
        for name, found in places.items()
    ]


def _message(name: str, count: int) -> str:
    also = f" (at {count:,} places)" if count > 1 else ""
    text = f"the format {shortened(name, _LONGEST)!r} is not known, so no value is checked by it{also}"
    nearest = _nearest(name)
    return f"{text}; did you mean {nearest!r}?" if nearest else text


def _nearest(name: str) -> str | None:
    """The known format that a name most likely stands for, None where none is close."""
    small = name[:_LONGEST].strip().lower().replace("_", "-")
    close = difflib.get_close_matches(small, FORMATS, 1, _LIKENESS)
    return _ALIASES.get(small) or (close[0] if close else None)
