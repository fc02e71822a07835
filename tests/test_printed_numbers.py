"""Numbers that go to `extra` stay as they were printed, whether they are copied or read again."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.conform import Conformer
from corpuskit.provenance import Place, Source
from corpuskit.readers import Record
from corpuskit.readers.dialect import dump_printed, member_as_printed, parse_object, parse_printed
from corpuskit.schema import built_in

NUMBERS = ["0", "-0", "1", "1.0", "1.50", "1.5", "-0.0", "1e2", "1E2", "1e+2", "100.0", "0.1", "1e300", "1.0e1",
           "12345.678", "9007199254740993", "9007199254740993.0", "18446744073709551616",
           "0.30000000000000004", "1e-7", "123456789.123456789"]  # fmt: skip
STRINGS = ['"x"', '"a:1.5"', '"\\"b\\":1.5"', '"\\u00e9"', '"é"', '""', '"\\\\"', '"b"']
KEYS = ['"b"', '"c"', '"b\\\\"', '"\\"b"', '"\\u0062"', '"é"', '""', '"meta"']


@st.composite
def _printed(draw: st.DrawFn, depth: int = 2) -> str:
    """A JSON value as somebody may print it."""
    kinds = ["number", "number", "string", "word"] + (["array", "object"] if depth else [])
    kind = draw(st.sampled_from(kinds))
    if kind == "number":
        return draw(st.sampled_from(NUMBERS))
    if kind == "string":
        return draw(st.sampled_from(STRINGS))
    if kind == "word":
        return draw(st.sampled_from(["true", "false", "null"]))
    comma = draw(st.sampled_from([",", ", ", " ,\t"]))
    if kind == "array":
        return "[" + comma.join(draw(st.lists(_printed(depth - 1), max_size=3))) + "]"
    return "{" + comma.join(draw(_members(depth - 1))) + "}"


@st.composite
def _members(draw: st.DrawFn, depth: int) -> list[str]:
    colon = draw(st.sampled_from([":", ": ", " :", "\t: "]))
    keys = draw(st.lists(st.sampled_from(KEYS), max_size=4, unique_by=json.loads))
    return [f"{key}{colon}{draw(_printed(depth))}" for key in keys]


def _extra(raw: bytes) -> str | None:
    """The `extra` that a record gets."""
    fields = parse_object(raw, 64)
    conformer = Conformer.of(built_in(), Source("s", 0, (), "MIT", language="id"))
    record = Record(Place("a.jsonl", 0, len(raw), 1, None, ""), raw, fields)
    article = conformer.article(conformer.draft(record), record)
    extra: str | None = article.row.get("extra")
    return extra


@given(
    _members(2),
    st.sampled_from(["{%s}", "{ %s }", '{"text":"t","id":"b",%s}', '{"text":"\\"b\\":1.5",%s}\r']),
)
@settings(max_examples=1500)
def test_extra_is_as_printed(members: list[str], frame: str) -> None:
    """The compact JSON of all fields that the schema does not know, each number to the digit."""
    raw = (frame % ",".join(members)).replace(",}", "}").encode()
    printed = parse_printed(raw)
    unknown = {key: value for key, value in printed.items() if key not in {"text", "id"}}
    assert _extra(raw) == (dump_printed(unknown) if unknown else None)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b'{"m":{"a":1.5},"z":1}', '"m":{"a":1.5}'), (b'{"m":{"a": 1.5}}', '"m":{"a":1.5}'), (b'{"m":1.50}', None),
        (b'{"m":1.5}', '"m":1.5'), (b'{"m": 1.5 }', '"m":1.5'), (b'{"m" :1.5}', None),
        (b'{"o":{"m":1.5},"m":1.50}', None),
        (b'{"m":1e2}', None), (b'{"m":100.0}', '"m":100.0'), (b'{"x\\"m":1.5,"m" :1.50}', None), (b'{"m":1.5e0}', None),
        (b'{"t":"\\"m\\":2.5","m":1.5}', '"m":1.5'), (b'{"m":18446744073709551616}', None), (b'{"m":-0}', None),
        (b'{"\\u006d":1.50,"o":{"m":1.5},"z":1}', None), (b'{"t":"\\u00e9","m":1.5,"z":1}', '"m":1.5'),
    ],
)  # fmt: skip
def test_what_is_certain_is_copied(raw: bytes, told: str | None) -> None:
    """A member is copied only where its one place in the record prints it just so."""
    assert member_as_printed(raw, "m", "m", parse_object(raw, 64)["m"]) == told


def test_copies_spare_the_second_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """What most records are, compact or spaced by one blank, is never read a second time."""

    def read_again(_: Any) -> Any:
        raise AssertionError

    monkeypatch.setattr("corpuskit.conform.conformer.parse_printed", read_again)
    for text in (
        '{"text":"t 2015-01-02","m":{"a":[1.5,2]}}',
        '{"text": "t-0", "m": {"a": [1.5, 2]}, "n": 0.25}',
    ):
        assert json.loads(_extra(text.encode()) or "")["m"] == {"a": [1.5, 2]}
