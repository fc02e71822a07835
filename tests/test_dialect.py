"""The JSON dialect: what is accepted, what is refused and why, and that neither is ever slow."""

import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpuskit.readers.dialect import Malformed, dump_printed, parse_object, parse_printed, parse_value

DEPTH = 64


def problem(raw: bytes, depth: int = DEPTH) -> tuple[str, str, str | None]:
    """Kind, message and pointer of the refusal of some bytes."""
    with pytest.raises(Malformed) as caught:
        parse_value(raw, depth)
    kind, message, pointer, *rules = caught.value.problem
    assert rules == [None, None]  # no rule of a schema was broken
    return kind, message, pointer


@pytest.mark.parametrize(
    ("raw", "key", "pointer"),
    [
        (b'{"a":1,"a":2}', "a", "/a"),
        (b'{"a":1,"a":1}', "a", "/a"),
        (b'{"":1,"":2}', "", "/"),
        (b'{"a":1,"\\u0061":2}', "a", "/a"),
        (b'{"a" : 1, "a"\t\r\n : 2}', "a", "/a"),
        (b'{"x":[0,{"y":{"b":1,"b":2}}]}', "b", "/x/1/y/b"),
        (b'{"a":{"b":1,"b":2},"a":3}', "a", "/a"),
        (b'{"a/b~c":1,"a/b~c":2}', "a/b~c", "/a~1b~0c"),
        (b'{"\xc3\xa9":1,"\\u00e9":2}', "é", "/é"),
        (b'{"\\ud83d\\ude00":1,"\xf0\x9f\x98\x80":2}', "😀", "/😀"),
        (b'{"text":"\\":","k":1,"k":2}', "k", "/k"),
    ],
)
def test_no_key_stands_twice_in_one_object(raw: bytes, key: str, pointer: str) -> None:
    """A repeated key is refused at any depth, however it is spelled, and is named by its pointer."""
    kind, message, where = problem(raw)
    assert (kind, where) == ("duplicate-key", pointer)
    assert json.dumps(key, ensure_ascii=False) in message


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}',
        b'{"text":"she said \\"ya\\": so"}',
        b'{"text":"\\":\\":\\" :","a":1}',
        b'{"a":1,"A":2,"a ":3,"\\u0061b":4}',
        b'["a","a",{"a" :"\\":"}]',
    ],
)
def test_equal_keys_of_different_objects_and_texts_like_keys_are_fine(raw: bytes) -> None:
    """Only a key of one and the same object counts as repeated, and no text is taken for a key."""
    assert parse_value(raw, DEPTH) == json.loads(raw)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"", "invalid-json"),
        (b" \t\r\n", "invalid-json"),
        (b"{", "invalid-json"),
        (b'{"a":}', "invalid-json"),
        (b"{'a':1}", "invalid-json"),
        (b'{"a":1,}', "invalid-json"),
        (b'{"a":01}', "invalid-json"),
        (b'{"a":"\t"}', "invalid-json"),
        (b'{"a":"\\x41"}', "invalid-json"),
        (b'\x0c{"a":1}', "invalid-json"),
        (b'\xc2\xa0{"a":1}', "invalid-json"),
        (b'{"a":NaN}', "invalid-json"),
        (b'{"a":[Infinity]}', "invalid-json"),
        (b'{"a":-Infinity}', "invalid-json"),
        (b'{"a":1} {"b":2}', "trailing-data"),
        (b'{"a":1}x', "trailing-data"),
        (b"1 2", "trailing-data"),
        (b'{"a":"\\ud800"}', "lone-surrogate"),
        (b'{"a":"\\udc00\\ud800"}', "lone-surrogate"),
        (b'{"\\udfff":1}', "lone-surrogate"),
        (b'{"a":"\\ud83dx\\ude00"}', "lone-surrogate"),
        (b'\xef\xbb\xbf{"a":1}', "invalid-json"),
        (b'\xff\xfe{\0"\0a\0"\0:\x001\0}\0', "invalid-encoding"),
        (b'{"a":"\xed\xa0\x80"}', "invalid-encoding"),
        (b'{"a":"\xc0\x80"}', "invalid-encoding"),
        (b'{"a":1e400}', "unrepresentable"),
        (b'{"a":[-1E+999999999]}', "unrepresentable"),
        (b'{"a":' + b"9" * 4001 + b"}", "unrepresentable"),
    ],
)
def test_what_the_dialect_refuses(raw: bytes, kind: str) -> None:
    """Each refusal has the kind of what is wrong."""
    assert problem(raw)[0] == kind


@pytest.mark.parametrize(
    ("raw", "name"),
    [(b'"x"', "a string"), (b"1", "a number"), (b"1.5", "a number"), (b"true", "a boolean"), (b"null", "null"),
     (b"[{}]", "an array")],
)  # fmt: skip
def test_a_record_is_an_object(raw: bytes, name: str) -> None:
    """Any other value is refused as a record, by its type, and accepted as a value."""
    with pytest.raises(Malformed, match=name) as caught:
        parse_object(raw, DEPTH)
    assert caught.value.problem.kind == "not-an-object"
    assert parse_value(raw, DEPTH) == json.loads(raw)


@pytest.mark.parametrize(
    ("raw", "at"),
    [(b"\xff", 0), (b'{"a":"\xe9"}', 6), (b'{"caf\xc3\xa9":"\xf0\x9f"}', 10), (b'{"a":1}\x80', 7)],
)
def test_the_byte_that_is_not_utf_8_is_named(raw: bytes, at: int) -> None:
    """The message gives the byte and its position in the record."""
    assert problem(raw)[:2] == (
        "invalid-encoding",
        f"byte 0x{raw[at]:02x} at byte {at} of the record is not UTF-8",
    )


@pytest.mark.parametrize(
    ("raw", "at"), [(b'{"\xc3\xa9":1} [2]', 9), (b'  {"a":1}\t\xc3\xa9 ', 10), (b"1 \r\n 2", 5)]
)
def test_the_place_of_trailing_data_is_named_in_bytes(raw: bytes, at: int) -> None:
    """Positions count bytes, not characters."""
    kind, message, _ = problem(raw)
    assert kind == "trailing-data"
    assert f"at byte {at}:" in message


@pytest.mark.parametrize(
    "integer",
    [2**53 + 1, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**64 - 1, 2**64, 10**30 + 7, -(10**400) - 1, 10**3999],
    ids=lambda integer: f"{'-' * (integer < 0)}{integer.bit_length()}-bits",
)  # fmt: skip
@pytest.mark.parametrize("form", ["%s", "[%s]", '{"a":{"b":[0.5,%s]}}'])
def test_integers_are_exact_whatever_their_size(integer: int, form: str) -> None:
    """An integer beyond 64 bits, and one beyond the range of floats, keeps its value and its type."""
    value = parse_value((form % integer).encode(), DEPTH)
    assert value == json.loads(form % integer)
    assert str(integer) in json.dumps(value)


@pytest.mark.parametrize(
    ("raw", "depth"),
    [(b"[" * 64 + b"]" * 64, 64), (b'{"a":' * 64 + b"1" + b"}" * 64, 64), (b"[[1],[2],[[3]]]", 3), (b"1", 0),
     (b'"[[[["', 0), (b'["[{[{\\"[["]', 1), (b"[" * 500 + b"]" * 500, 500),
     (b'{"b":"\\":",' + b'"a":{' * 499 + b"}" * 499 + b"}", 500)],
)  # fmt: skip
def test_nesting_up_to_the_limit(raw: bytes, depth: int) -> None:
    """The limit counts arrays and objects that lie in each other, and nothing that stands in a string."""
    assert parse_value(raw, depth) == json.loads(raw)


@pytest.mark.parametrize(
    "raw", [b"[" * 65 + b"]" * 65, b'{"a":' * 65 + b"1" + b"}" * 65, b"[" * 65, b"[{}," * 65]
)
def test_nesting_beyond_the_limit(raw: bytes) -> None:
    """One level more is refused, also where the rest of the record is broken."""
    assert problem(raw)[0] == "too-deep"


@pytest.mark.parametrize("depth", [1, 64, 500])
def test_a_hundred_thousand_brackets(depth: int) -> None:
    """Nesting that crashes other parsers is one refused record."""
    for raw in (b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b'{"":' * 100_000, b'[{"":' * 50_000):
        assert problem(raw, depth)[0] == "too-deep"


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b'{"a":' + b"1" * 10**6 + b"}", "unrepresentable"),
        (b'{"a":-' + b"1" * 10**6 + b".5}", "unrepresentable"),
        (b'{"a":"' + b'\\"' * 2_000_000, "invalid-json"),
        (b'{"a":"' + b'\\":' * 1_000_000 + b'"', "invalid-json"),
        (b'{"a":"' + b"\\\\" * 2_000_000 + b"\xff", "invalid-encoding"),
        (b'{"a":"' + b"\\u0022:" * 500_000 + b'"}x', "trailing-data"),
        (b'{"a":1' + b" " * 4_000_000 + b"x}", "invalid-json"),
        (b'{"a"' + b" " * 4_000_000 + b"}", "invalid-json"),
        (b'"' * 3_000_001, "trailing-data"),
        (b"{" + b",".join(b'"k%d":0' % i for i in range(100_000)) + b',"k5" :1}', "duplicate-key"),
    ],
    ids=["digits", "float-digits", "open-string", "open-string-colons", "backslashes", "colons", "blanks",
         "blanks-after-key", "quotes", "keys"],
)  # fmt: skip
def test_hostile_records_are_refused_in_linear_time(raw: bytes, kind: str) -> None:
    """Megabytes of escapes, quotes, digits or keys cost seconds at most."""
    start = time.process_time()
    assert problem(raw)[0] == kind
    assert time.process_time() - start < 10


def test_a_long_text_full_of_escapes_and_colons_is_read() -> None:
    """A text of megabytes that looks like keys all over is a text, read exactly."""
    raw = b'{"text":"' + b'\\":\\\\\\n' * 500_000 + b'"}'
    assert parse_object(raw, DEPTH) == {"text": '":\\\n' * 500_000}


def _torture(shared: Callable[[str], Path], prefix: str) -> list[tuple[str, bytes]]:
    files = sorted(shared("json-torture").glob(f"{prefix}_*.json"))
    return [(path.name, path.read_bytes()) for path in files]


def test_torture_files_that_must_parse(shared: Callable[[str], Path]) -> None:
    """Every file that must parse does so with the value of Python's parser, but for repeated keys."""
    accepted = 0
    for name, raw in _torture(shared, "y"):
        if "duplicated_key" in name:
            assert problem(raw)[0] == "duplicate-key"
            continue
        assert parse_value(raw, DEPTH) == json.loads(raw), name
        accepted += 1
    assert accepted == 93


def test_torture_files_that_must_not_parse(shared: Callable[[str], Path]) -> None:
    """Every file that must be refused is, as Malformed and at once."""
    files = _torture(shared, "n")
    assert len(files) == 188
    for name, raw in files:
        start = time.process_time()
        with pytest.raises(Malformed):
            parse_value(raw, DEPTH)
        assert time.process_time() - start < 1, name


def test_torture_files_that_may_parse(shared: Callable[[str], Path]) -> None:
    """Of what parsers may read or refuse, integers are kept, and what a float or UTF-8 cannot hold is refused."""
    outcomes = {}
    for name, raw in _torture(shared, "i"):
        try:
            outcomes[name] = parse_value(raw, DEPTH)
        except Malformed as malformed:
            outcomes[name] = malformed.problem.kind
    assert len(outcomes) == 35
    assert outcomes["i_number_very_big_negative_int.json"] == [
        -237462374673276894279832749832423479823246327846
    ]
    assert outcomes["i_number_huge_exp.json"] == "unrepresentable"
    assert outcomes["i_structure_500_nested_arrays.json"] == "too-deep"
    refused = {"lone-surrogate", "invalid-encoding", "invalid-json"}
    assert all(
        kind in refused for name, kind in outcomes.items() if name.startswith(("i_string", "i_object"))
    )


# --- against the parser of the standard library ---

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.text(
    '"\\:{}[], \n\u2028é😀', max_size=20
)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(-(2**70), 2**70) | FLOATS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)
BLANKS = st.text(" \t\r\n", max_size=3)


@st.composite
def spellings(draw: st.DrawFn, value: Any) -> str:
    """A value in JSON with blanks and escapes of any kind."""

    def blank() -> str:
        return draw(BLANKS)

    def spelled(text: str) -> str:
        escaped = "".join(
            json.dumps(c)[1:-1] if c in '"\\' or c < " " or draw(st.booleans())
            else "".join(f"\\u{u:04X}" for u in _units(c)) if draw(st.integers(0, 4)) == 0
            else c
            for c in text
        )  # fmt: skip
        return f'"{escaped}"'

    def spell(value: Any) -> str:
        if isinstance(value, str):
            return spelled(value)
        if isinstance(value, list):
            return "[" + ",".join(blank() + spell(item) + blank() for item in value) + blank() + "]"
        if isinstance(value, dict):
            members = (
                f"{blank()}{spelled(k)}{blank()}:{blank()}{spell(v)}{blank()}" for k, v in value.items()
            )
            return "{" + ",".join(members) + blank() + "}"
        return json.dumps(value)

    return blank() + spell(value) + blank()


def _units(character: str) -> list[int]:
    data = character.encode("utf-16-be")
    return [int.from_bytes(data[i : i + 2]) for i in range(0, len(data), 2)]


def _identical(one: Any, other: Any) -> bool:
    """Equality that tells 1 from 1.0 and from true, and 0.0 from -0.0."""
    return repr(one) == repr(other)


@given(data=st.data(), value=VALUES)
def test_any_spelling_of_a_value_is_read_as_that_value(data: st.DataObject, value: Any) -> None:
    """Whatever the blanks and escapes, the value is that of the standard library's parser."""
    text = data.draw(spellings(value))
    assert _identical(parse_value(text.encode(), DEPTH), json.loads(text))


def _strict(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(digits: str) -> float:
    if math.isinf(float(digits)):
        raise ValueError(digits)
    return float(digits)


def reference(raw: bytes) -> dict[str, Any] | None:
    """The object that the standard library reads under the rules of the dialect, None where it refuses."""
    try:
        text = raw.decode()
        value = json.loads(text, object_pairs_hook=_strict, parse_constant=_refuse, parse_float=_finite)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and not text.startswith("\ufeff") else None


FRAGMENTS = st.lists(
    st.sampled_from(
        [b"{", b"}", b"[", b"]", b'"a"', b'"b"', b'"\\u0061"', b":", b" :", b",", b"1", b"-", b"0.5e1", b"1e999",
         b"9" * 25, b"true", b"null", b"NaN", b'"\\":"', b'"', b"\\", b'"\\ud800"', b'"\\ud83d\\ude00"', b" ", b"\n",
         b"\xff", b"\xc3\xa9", b"\xef\xbb\xbf", b"\0", b'{"a":1', b',"b":{', b'"c":[1]'],
    ),
    max_size=14,
).map(b"".join)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """An object in JSON with a few bytes changed, cut out or doubled."""
    raw = bytearray(draw(spellings(draw(st.dictionaries(TEXTS, VALUES, max_size=4)))).encode())
    for _ in range(draw(st.integers(1, 3))):
        at, end = sorted((draw(st.integers(0, len(raw))), draw(st.integers(0, len(raw)))))
        raw[at:end] = draw(st.sampled_from([b"", bytes(raw[at:end]) * 2, b'"', b",", b"\x80", b'"a":1,']))
    return bytes(raw)


@given(st.binary(max_size=40) | FRAGMENTS | damaged())
@example(b'{"a":1,"a":1}')
@example(b'{"a":1e999}')
@example(b'\xef\xbb\xbf{"a":1}')
def test_any_bytes_are_read_as_the_standard_library_does_or_refused(raw: bytes) -> None:
    """For all bytes: the object of the standard library under the dialect's rules, or Malformed."""
    expected = reference(raw)
    if expected is None:
        with pytest.raises(Malformed):
            parse_object(raw, DEPTH)
    else:
        assert _identical(parse_object(raw, DEPTH), expected)


@given(st.dictionaries(TEXTS, VALUES, max_size=4), st.data())
def test_numbers_are_written_again_as_they_were_printed(fields: dict[str, Any], data: st.DataObject) -> None:
    """Printed numbers survive reading and writing to the digit, and all other values unchanged."""
    text = data.draw(spellings(fields))
    written = dump_printed(parse_printed(text.encode()))
    assert json.loads(written) == fields
    assert json.loads(written, parse_float=str, parse_int=str) == json.loads(
        text, parse_float=str, parse_int=str
    )


@pytest.mark.parametrize(
    "number", ["1.10", "-0", "-0.0", "1E2", "1e+2", "0.1000", "1180591620717411303424", "5e-324"]
)
def test_a_printed_number_keeps_its_form(number: str) -> None:
    """Trailing zeros, signs and exponents stay as they stood."""
    assert dump_printed(parse_printed(f'{{"a": [{number}]}}'.encode())) == f'{{"a":[{number}]}}'
