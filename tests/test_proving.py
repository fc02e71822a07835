"""The prover: what it passes over is valid, what it does not is looked at; speed never changes a verdict."""

import json
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import corpuskit
from corpuskit.checks import planning, records
from corpuskit.provenance import Limits, Source
from corpuskit.readers import Piece, jsonl, windows
from corpuskit.readers.dialect import Malformed, exact_keys, parse_object
from corpuskit.readers.proving import LineProver
from corpuskit.validation import compile_schema
from corpuskit.validation.keys import key_counter

SCHEMA = {
    "properties": {
        "n": {"type": "integer"},
        "s": {"type": "string", "maxLength": 12},
        "o": {"type": "object"},
    }
}
JUDGE = compile_schema(SCHEMA)
DEPTH = 8
LINES = [
    b'{"n":1}', b'{"n": 1, "s": "x"}', b'{"n":1,"n":1}', b'{"n":1,"n" :1}', b'{"n" :1}',
    b'{"n"\t: 1, "o": {"a":1}}', b'{"n":1, "n"  :1,"s":"\\":"}', b'{"s":"\\":\\":"}',
    b'{"s":"a\\\\","n":1}', b'{"a\\\\":1,"a\\\\":1}', b'{"a\\\\":1}', b'{"a\\"":1,"a\\"":2}',
    b'{"\\u006e":1,"n":1}', b'{"n":1.0}', b'{"n":9223372036854775808}', b'{"n":1e400}',
    b'{"n":123456789012345678901234567890}', b'{"x":18446744073709551616}', b'{"x":-9223372036854775809}',
    b'{"x":NaN}', b'{"o":' * 7 + b"{}" + b"}" * 7, b'{"o":' * 8 + b"{}" + b"}" * 8,
    b'{"x":[[[[[[[[1]]]]]]]]}', b'{"x":[[[[[[[1]]]]]]]}', b'{"s":"\\ud800"}', b'{"s":"\xff"}',
    b'{"s":"\xc3\xa9"}', b"[1]", b"1", b"{}{}", b"{} x", b'{"n":"1"}', b'{"s":"panjang sekali"}', b"", b" ",
    b"\t\r", b"\r", b'\xef\xbb\xbf{"n":1}', b':"x"', b'\\":', b'":', b'"":', b':', b'{"":1}',
    b'{"":1,"":2}', b'{":":1}', b'{"a:b":1,"s":"c:d"}', b'{"o":{"n":1},"n":1}', b'{"o":{"k":1,"k":2}}',
    b'{"s":"kata :"}', b'{"s":"\\" :"}', b'{"s":"a\\n\\":"}', b'{"x":[{"a":1},{"a":1}]}',
    b'{"s":"*\\u001a*"}', b"{\"s\":'x'}", b"null", b'{"n":1}\r', b'{"n":-1e-400}', b'{"x":[1.5,1e300]}',
]  # fmt: skip


def _sound(line: bytes) -> bool:
    """Whether the sure way accepts a line."""
    try:
        return bool(JUDGE.accepts(parse_object(line, DEPTH)))
    except Malformed:
        return False


def _sifted(block: bytes) -> tuple[LineProver, int, list[tuple[int, int, bytes]]]:
    prover = LineProver(JUDGE.accepts, partial(exact_keys, depth=DEPTH), lambda *_: None)
    return prover, *prover.sift(block, 0, len(block), 1, 0)


@pytest.mark.parametrize("line", LINES, ids=repr)
@pytest.mark.parametrize("before", [b"", b'{"n":1}\n', b'{"s":"x\\":"}\n', b"\n"])
def test_what_is_passed_over_is_valid(line: bytes, before: bytes) -> None:
    """A line is given back unless it is blank or the sure way accepts it; the lines around it change nothing."""
    prover, lines, left = _sifted(before + line + b'\n{"s":"akhir"}\n')
    assert lines == before.count(b"\n") + 2
    given = [entry for entry in left if entry[0] == before.count(b"\n")]
    if given:
        assert given == [(before.count(b"\n"), len(before), line)]
    else:
        assert not line.strip() or _sound(line)
    blank = sum(not part.strip() for part in (before + line + b"\n").split(b"\n")[: lines - 1])
    assert prover.records == lines - blank - len(left)


@pytest.mark.parametrize("line", [b'{"n":1}', b'{"n": 1, "s": "x"}', b'{"s":"\\"kata\\": ya"}', b'{"s":"kata : ya"}',
                                  b'{"o":{"a":[{"b":1.5}]},"s":"a:b"}', b'{"n":1}\r'])  # fmt: skip
def test_ordinary_lines_are_proven(line: bytes) -> None:
    """Compact and spaced JSON, quotations and colons in texts: none of them takes the slow way."""
    prover, _, left = _sifted((line + b"\n") * 3)
    assert (prover.records, left) == (3, [])


TEXT = st.text(st.sampled_from('ab:"\\ \n\t{}é😀'), max_size=6)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8,
)  # fmt: skip


@st.composite
def _line(draw: st.DrawFn) -> bytes:
    """JSON of an object, spaced and escaped at random, perhaps with a key twice, perhaps broken."""
    value = draw(st.dictionaries(TEXT | st.sampled_from(["n", "s", "o"]), VALUE, max_size=4))
    text = json.dumps(
        value,
        ensure_ascii=draw(st.booleans()),
        separators=draw(
            st.sampled_from([(",", ":"), (", ", ": "), (" ,", " :"), (",", " \t:"), (",\t", ":\r")])
        ),
    )
    if value and draw(st.booleans()):
        key = json.dumps(draw(st.sampled_from(list(value))))
        text = text[:-1] + f",{key}{draw(st.sampled_from([':', ' :', ': ']))}1" + "}"
    if draw(st.integers(0, 9)) == 0:
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(['"', ":", "\\", ",", " ", "{"])) + text[at:]
    return text.encode()


@given(st.lists(_line() | st.sampled_from(LINES), min_size=1, max_size=12))
@settings(max_examples=400)
def test_drawn_lines_are_never_passed_over_wrongly(lines: list[bytes]) -> None:
    """The lines that are given back hold every line that the sure way refuses."""
    _, count, left = _sifted(b"".join(line + b"\n" for line in lines))
    assert count == len(lines)
    given = {index: line for index, _, line in left}
    for index, line in enumerate(lines):
        if index in given:
            assert given[index] == line
        else:
            assert not line.strip() or _sound(line)


def _records(path: Path, prover: LineProver | None) -> list[Any]:
    source = Source("s", 0, (), "MIT")
    found = list(jsonl.read(Piece(path, "a.jsonl"), source, Limits(depth=DEPTH), prover))
    return [(r.place, r.raw, r.problem, r.notes) for r in found]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_a_reader_with_a_prover_gives_the_same_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, start: bytes
) -> None:
    """Whatever the blocks and windows are, records that are not passed over keep line, offset and bytes."""
    pick = random.Random(seed)
    lines = [pick.choice(LINES) for _ in range(300)]
    path = tmp_path / "a.jsonl"
    path.write_bytes(start + pick.choice([b"\n", b"\r\n"]).join(lines) + pick.choice([b"", b"\n"]))
    monkeypatch.setattr(windows, "_WINDOW", pick.choice([16, 64, 1 << 18]))
    monkeypatch.setattr(jsonl.streams, "BLOCK", pick.choice([7, 100, 1 << 20]))
    monkeypatch.setattr(jsonl.streams, "_UNPACKED", 64)
    prover = LineProver(JUDGE.accepts, partial(exact_keys, depth=DEPTH), lambda *_: None)
    every, left = _records(path, None), _records(path, prover)
    assert len(left) + prover.records == len(every)
    assert [r for r in every if r in left] == left
    valid = [r for r in every if r[2] is None and not r[3] and JUDGE.accepts(parse_object(r[1], DEPTH))]
    assert not [r for r in every if r not in left and r not in valid]


@pytest.fixture
def large(tmp_path: Path) -> Callable[[], Path]:
    """A function that writes some thousand lines, each kind of them often."""

    def write() -> Path:
        pick = random.Random(1)
        path = tmp_path / "large.jsonl"
        path.write_bytes(b"\n".join(pick.choices(LINES, k=4000)) + b"\n")
        return path

    return write


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_slices_and_jobs_change_nothing(
    large: Callable[[], Path], monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    """The findings of a sliced file are those of the whole one: lines, offsets, order, counts."""
    path = large()
    whole = corpuskit.validate(path, SCHEMA, jobs=1)
    monkeypatch.setattr(planning, "_SLICE_BYTES", 3000)
    monkeypatch.setattr(records, "_WORTH_PROVING", 0)
    _, tasks = planning.plan_checks([str(path)], SCHEMA, document=False, formats=True, registry=None)
    assert len(tasks) > 10
    sliced = corpuskit.validate(path, SCHEMA, jobs=jobs)
    assert sliced.findings == whole.findings
    assert {**sliced.summary, "seconds": 0} == {**whole.summary, "seconds": 0}
    data = path.read_bytes()
    for each in sliced.findings:
        assert each.offset is not None
        assert each.line == data[: each.offset].count(b"\n") + 1


BIG = 10**20
SHORTCUTS: list[tuple[dict[str, Any], bytes, bytes]] = [
    ({"additionalProperties": False, "properties": {"a": {"type": "array", "items": {"type": "number"}}}},
     b'{"a":[1]}', b'{"a" :[1],"a" :[1e20,1e20]}'),
    ({"additionalProperties": False,
      "properties": {"a": {"type": "array", "items": {"type": "integer", "multipleOf": 2}}}},
     b'{"a":[2]}', b'{"a" :[100000000000000000001,100000000000000000003]}'),
    ({"additionalProperties": False,
      "properties": {"a": {"type": "array", "items": {"type": "integer", "maximum": BIG}}}},
     b'{"a":[2]}', b'{"a" :[100000000000000000001,100000000000000000003]}'),
    ({"$schema": "http://json-schema.org/draft-04/schema#", "additionalProperties": False,
      "properties": {"a": {"const": "x"}}}, b'{"a":"x"}', b'{"a":' + b"[" * 100 + b"]" * 100 + b"}"),
    ({"$schema": "http://json-schema.org/draft-04/schema#", "additionalProperties": False,
      "properties": {"a": {"const": "x", "multipleOf": 2}}}, b'{"a":"x"}', b'{"a":100000000000000000001}'),
    ({"properties": {"d": {"format": "date"}, "c": {"$ref": "#"}}}, b'{"d":"2017-12-19"}', b'{"c":{"d":"2017-12-1/"}}'),
    ({"properties": {"d": {"format": "date"}, "c": {"$ref": "#/properties/d"}}}, b"{}", b'{"c":"2017-12-1/"}'),
    ({"properties": {"d": {"format": "date"}}, "propertyNames": {"$ref": "#/properties/d"}}, b"{}",
     b'{"2017-12-1/":1}'),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "good", "bad"), SHORTCUTS)
def test_a_line_has_one_verdict_in_small_and_large_files(
    tmp_path: Path, rules: dict[str, Any], good: bytes, bad: bytes
) -> None:
    """What is refused among ten lines is refused among megabytes, where lines are proven by what the schema says."""
    schema = {"type": "object", **rules}
    small, large = tmp_path / "small.jsonl", tmp_path / "large.jsonl"
    small.write_bytes((good + b"\n") * 3 + bad + b"\n")
    large.write_bytes((good + b"\n") * (1 + (3 << 19) // len(good)) + bad + b"\n")
    told = [corpuskit.validate(path, schema, jobs=1) for path in (small, large)]
    assert [report.summary["invalid"] for report in told] == [1, 1]
    assert [f.message for f in told[0].findings] == [f.message for f in told[1].findings]


def test_schemas_of_many_properties_are_no_slower_for_each_record() -> None:
    """A record is gone through, not the schema, where that has far more properties; the count is the same."""
    properties = {f"k{n}": {"type": ["number", "array", "string"]} for n in range(200)}
    document = {"additionalProperties": False, "type": "object", "properties": properties}
    count = key_counter(
        {"type": "object", "additionalProperties": False, "properties": {"r": document}}, 64, exact_keys
    )
    asked = []

    class Record(dict[str, Any]):
        def get(self, *given: Any) -> Any:
            asked.append(given)
            return super().get(*given)

    for fields in ({"k1": 1.5, "k199": [{"a": 1}], "k7": "x"}, {"k1": 1e20}, {}):
        full = exact_keys({"r": fields}, 64)
        told = count({"r": fields})
        assert told == full if full >= 0 else told < -1
    count({"r": Record({"k1": 1.5})})
    assert asked == []
