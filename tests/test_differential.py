"""Verdicts beside the reference library's, and the rules where the two differ (docs/validation-rules.md)."""

import json
import re
from typing import Any

import pytest
from conftest import REPOSITORY
from differential import compare, instances, schemas
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from corpuskit.errors import SchemaError
from corpuskit.readers.dialect import Malformed, parse_value
from corpuskit.validation import compile_schema


@pytest.mark.filterwarnings("ignore::FutureWarning")
@settings(derandomize=True, max_examples=1000, database=None, phases=[Phase.generate],
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(st.data())
def test_verdicts_are_those_of_the_reference_library(data: st.DataObject) -> None:
    """On drawn schemas over all keywords both libraries agree; benchmarks/differential.py draws for longer."""
    schema = data.draw(schemas())
    for instance in data.draw(st.lists(instances(schema), min_size=6, max_size=12)):
        said, expected = compare(schema, instance)
        assert said == expected, json.dumps({"schema": schema, "instance": instance})


def _text(value: Any) -> str:
    return value.raw if isinstance(value, Raw) else json.dumps(value)


class Raw:
    """An instance as its JSON is written."""

    def __init__(self, raw: str) -> None:
        self.raw = raw


def _format(name: str) -> dict[str, Any]:
    return {"format": name}


# rule: (schema, accepted instances, refused instances); the rules are the rows of docs/validation-rules.md
RULES: dict[str, list[tuple[Any, list[Any], list[Any]]]] = {
    "classes": [
        ({"pattern": r"^\d$"}, ["7"], ["٣", "\uff17"]),
        ({"pattern": r"^\D$"}, ["٣", "a"], ["7"]),
        ({"pattern": r"^[\d]$"}, ["7"], ["٣"]),
        ({"pattern": r"^\w$"}, ["a", "_", "7"], ["é", "語"]),
        ({"pattern": r"^\W$"}, ["é"], ["a"]),
        ({"pattern": r"^\s$"}, [" ", "\n", "\u00a0", "\u2003", "\ufeff"], ["\x85", "\x1c", "\u200b"]),
        ({"pattern": r"^\p{L}+$"}, ["é", "語a"], ["7", ""]),
        ({"patternProperties": {r"^\d$": False}}, [{"٣": 1}], [{"7": 1}]),
    ],
    "ends": [
        ({"pattern": "^a$"}, ["a"], ["a\n", "b\na", "a\nb"]),
        ({"propertyNames": {"pattern": "^a$"}}, [{"a": 1}], [{"a\n": 1}]),
        ({"patternProperties": {"^a$": False}}, [{"a\n": 1}], [{"a": 1}]),
    ],
    "dot": [({"pattern": "^a.b$"}, ["axb", "a😀b", "a\x85b"], ["a\nb", "ab", "a\rb", "a\u2028b", "a\u2029b"])],
    "characters": [
        ({"maxLength": 1}, ["😀", "é"], ["e\u0301", "ab"]),
        ({"pattern": "^.$"}, ["😀"], ["e\u0301"]),
        ({"pattern": r"^\u{1F600}$"}, ["😀"], ["a"]),
    ],
    "extensions": [
        ({"pattern": "^(?i)a$"}, ["A"], ["b"]),
        ({"pattern": "^(?P<x>a)$"}, ["a"], ["b"]),
        ({"pattern": "^(?<=a*)a++$"}, ["aa"], ["b"]),
    ],
    "whole": [
        ({"type": "integer"}, [Raw("1.0"), Raw("1e2"), Raw("-0.0"), Raw("1e300"), Raw("10E-1")], [1.5, Raw("1e-1")]),
        ({"const": 1}, [1.0, Raw("1e0")], [True, "1"]),
        ({"enum": [1.0, [2], {"a": 0}]}, [1, [2.0], {"a": -0.0}], [True, [2, 2], {"a": False}]),
        ({"uniqueItems": True}, [[1, True], [0, False], [{"a": 1}, {"a": True}]], [[1, 1.0], [0, -0.0]]),
    ],
    "big": [
        ({"type": "integer"}, [2**63, 2**64, -(10**400)], []),
        ({"maximum": 2**63}, [2**63], [2**63 + 1, 10**400]),
        ({"const": 2**53 + 1}, [2**53 + 1], [2**53, float(2**53)]),
        ({"const": 10**400}, [10**400], [10**400 + 1]),
        ({"enum": [2**70]}, [2**70], [2**70 + 1]),
        ({"uniqueItems": True}, [[2**70, 2**70 + 1]], [[2**70, 2**70]]),
        ({"multipleOf": 3}, [3 * 2**70, 10**400 - 1], [3 * 2**70 + 1, 10**400]),
    ],
    "decimals": [
        ({"multipleOf": 0.01}, [0.07, 19.99, 4.35, 1e300], [0.075, 0.07000000000000002]),
        ({"multipleOf": 0.1}, [0.3, 1, Raw("0.30")], [0.30000000000000004, 0.25]),
        ({"multipleOf": 3}, [Raw("9e18"), 3 * 2**70], [Raw("1e21"), 2**70]),
        ({"multipleOf": float(2**63)}, [float(3 * 2**63)], [Raw("2.77e19")]),
        ({"multipleOf": 1e-7}, [1e-6, 1], [1e-8]),
        ({"const": int(1e30)}, [Raw("1e30")], [10**30, Raw("1.0000000000000002e30")]),
        ({"const": 2**70}, [2**70, float(2**70)], [2**70 + 1]),
        ({"const": 3 * 2**59}, [float(3 * 2**59)], [1729382256910270500]),
        ({"maximum": 9.223372036854776e18}, [2**63], [2**63 + 1]),
    ],
    "surrogates": [({}, ["😀", Raw(r'"\ud83d\ude00"')], [Raw(r'"\ud800"'), Raw(r'{"\ud800":1}')])],
    "not-json": [({}, [], [Raw("NaN"), Raw("Infinity"), Raw("1e400"), Raw('{"a":1,"a":1}')])],
    "days": [
        (_format("date"), ["2024-02-29", "2000-02-29", "0000-01-01"],
         ["2023-02-29", "1900-02-29", "2023-02-30", "2023-1-1", "2023-W01-1", "٢٠٢٣-1-1", "2023-01-01\n"]),
        (_format("date-time"), ["2024-02-29T00:00:00Z", "2023-01-01t00:00:00.5z", "2023-01-01T00:00:00+23:59"],
         ["2023-02-29T00:00:00Z", "2023-01-01 00:00:00Z", "2023-01-01T00:00:00", "2023-01-01T24:00:00Z",
          "2023-01-01T00:00:00+24:00", "2023-01-01T00:00:00.Z", "2023-01-01T00:00:00+0700"]),
    ],
    "leap-seconds": [
        (_format("date-time"), ["1998-12-31T23:59:60Z", "1998-12-31T15:59:60-08:00", "1999-01-01T06:59:60+07:00"],
         ["1998-12-31T23:58:60Z", "1998-12-31T23:59:61Z", "1998-12-31T23:59:60+07:00"]),
        (_format("time"), ["23:59:60Z", "12:00:00Z"], ["12:00:60Z", "12:00:00", "24:00:00Z"]),
    ],
    "duration": [
        (_format("duration"), ["P1Y", "P1W", "P1M2D", "P1YT1S", "PT36H"],
         ["P1Y1W", "P", "PT", "P1DT", "P1.5D", "PT1.5S", "p1d", "P1S", "P٣D"])
    ],
    "email": [
        (_format("email"), ["a@b", "a@b.c", '"a b"@c.d', "a@[127.0.0.1]"],
         ["a b@c.d", "a..b@c.d", ".a@b.c", "a@-b.c", "é@b.c", "2962"]),
        (_format("idn-email"), ["é@b.c", "실례@실례.테스트", "a@b"], ["2962"]),
    ],
    "hostname": [
        (_format("hostname"), ["a", "a.b", "1.2.3.4", "xn--4gbwdl.xn--wgbh1c"],
         ["", "a_b.c", "-a.b", "a.b.", "a..b", "xn--X", "a" * 64 + ".b", "é.c"]),
        (_format("idn-hostname"), ["é.c", "실례.테스트"], ["", "a_b", "〮실례.테스트"]),
    ],
    "addresses": [
        (_format("ipv4"), ["1.2.3.4"], ["01.2.3.4", "256.1.1.1", "1.2.3", "1.2.3.4 "]),
        (_format("ipv6"), ["::1", "::ffff:1.2.3.4"], ["::1%eth0", "1::2::3"]),
        (_format("uri"), ["http://a/b", "urn:x:y", "http://[::1]/"],
         ["a/b", "//a", "http://a b", "http://é", "http://a/%zz"]),
        (_format("uri-reference"), ["a/b", "#x"], ["\\a", "é", "#a b"]),
        (_format("iri"), ["http://é/x"], ["é"]),
        (_format("iri-reference"), ["é"], ["\\"]),
        (_format("uri-template"), ["http://a/{x}", "{+x*}"], ["{", "{x", "{a b}"]),
        (_format("json-pointer"), ["", "/a", "/~0~1"], ["a", "/~2"]),
        (_format("relative-json-pointer"), ["0", "1/a", "0#"], ["-1", "01", "0#/a"]),
        (_format("uuid"), ["2EB8AA08-AA98-11EA-B4AA-73B441D16380"],
         ["2eb8aa08aa9811eab4aa73b441d16380", "{2eb8aa08-aa98-11ea-b4aa-73b441d16380}"]),
    ],
    "regex": [
        (_format("regex"), ["^a$", r"\p{L}", "(?<x>a)"], ["a(", "[b-a]", "a{2,1}", r"\Z", r"\a"])
    ],
    "unknown-format": [(_format("color"), ["x"], []), (_format("no such"), [1, "x"], [])],
    "contents": [
        ({"contentMediaType": "application/json", "contentEncoding": "base64"}, ["{", "%"], []),
        ({"$schema": "http://json-schema.org/draft-07/schema#", "contentMediaType": "application/json"}, ["{}"], ["{"]),
    ],
    "loops": [({"$ref": "#"}, [1, {}], []), ({"$anchor": "x", "anyOf": [{"$ref": "#x"}, {"const": 1}]}, [1], [])],
}  # fmt: skip


@pytest.mark.parametrize(
    ("schema", "accepted", "refused"),
    [pytest.param(*case, id=f"{rule}-{n}") for rule, cases in RULES.items() for n, case in enumerate(cases)],
)
def test_where_libraries_differ_one_rule_holds(schema: Any, accepted: list[Any], refused: list[Any]) -> None:
    """Each rule of docs/validation-rules.md, on instances as they are written in a file."""
    judge = compile_schema(schema)

    def verdict(instance: Any) -> bool:
        try:
            return judge.accepts(parse_value(_text(instance).encode(), 64))
        except Malformed:
            return False

    assert [i for i in accepted if not verdict(i)] == []
    assert [i for i in refused if verdict(i)] == []


REFUSED_PATTERNS = ["(", r"\Z", r"\a", "{", "a{1", "a{,2}", "[]", "[^]", r"[\w-z]", r"\0", r"^(?<x>a)\k<x>$"]


@pytest.mark.parametrize("pattern", REFUSED_PATTERNS)
def test_a_pattern_that_is_not_understood_is_refused(pattern: str) -> None:
    """A pattern that the engine cannot read is refused with the schema, and never skipped."""
    for schema in ({"pattern": pattern}, {"patternProperties": {pattern: True}}):
        with pytest.raises(SchemaError):
            compile_schema(schema)


def test_every_rule_is_documented() -> None:
    """The rows of docs/validation-rules.md are the rules that are tested here, and no others."""
    page = (REPOSITORY / "docs" / "validation-rules.md").read_text(encoding="utf-8")
    differences, _, _ = page.partition("## Formats")
    assert re.findall(r"^\| `([a-z-]+)` \|", differences, re.MULTILINE) == [*RULES, "patterns"]
    assert all(f"`{p}`" in page for p in REFUSED_PATTERNS)
