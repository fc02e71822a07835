"""JSON that breaks parsers and schemas that break validators, through the command line, in processes that must end."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# What RFC 8259 leaves open, by the kind of the refusal; the other files of that sort are read.
OPEN = {
    "i_number_huge_exp.json": "unrepresentable",
    "i_number_neg_int_huge_exp.json": "unrepresentable",
    "i_number_pos_double_huge_exp.json": "unrepresentable",
    "i_number_real_neg_overflow.json": "unrepresentable",
    "i_number_real_pos_overflow.json": "unrepresentable",
    "i_object_key_lone_2nd_surrogate.json": "lone-surrogate",
    "i_string_1st_surrogate_but_2nd_missing.json": "lone-surrogate",
    "i_string_1st_valid_surrogate_2nd_invalid.json": "lone-surrogate",
    "i_string_UTF-16LE_with_BOM.json": "invalid-encoding",
    "i_string_UTF-8_invalid_sequence.json": "invalid-encoding",
    "i_string_UTF8_surrogate_U+D800.json": "invalid-encoding",
    "i_string_incomplete_surrogate_and_escape_valid.json": "lone-surrogate",
    "i_string_incomplete_surrogate_pair.json": "lone-surrogate",
    "i_string_incomplete_surrogates_escape_valid.json": "lone-surrogate",
    "i_string_invalid_lonely_surrogate.json": "lone-surrogate",
    "i_string_invalid_surrogate.json": "lone-surrogate",
    "i_string_invalid_utf-8.json": "invalid-encoding",
    "i_string_inverted_surrogates_U+1D11E.json": "lone-surrogate",
    "i_string_iso_latin_1.json": "invalid-encoding",
    "i_string_lone_second_surrogate.json": "lone-surrogate",
    "i_string_lone_utf8_continuation_byte.json": "invalid-encoding",
    "i_string_not_in_unicode_range.json": "invalid-encoding",
    "i_string_overlong_sequence_2_bytes.json": "invalid-encoding",
    "i_string_overlong_sequence_6_bytes.json": "invalid-encoding",
    "i_string_overlong_sequence_6_bytes_null.json": "invalid-encoding",
    "i_string_truncated-utf-8.json": "invalid-encoding",
    "i_string_utf16BE_no_BOM.json": "invalid-encoding",
    "i_string_utf16LE_no_BOM.json": "invalid-encoding",
    "i_structure_500_nested_arrays.json": "too-deep",
    "i_structure_UTF-8_BOM_empty_object.json": "invalid-json",
}
# Files that RFC 8259 allows and I-JSON does not: a key stands twice.
TWICE = {"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"}


def _run(*arguments: str, cwd: Path, seconds: int = 120) -> subprocess.CompletedProcess[str]:
    """The command line in a process that must end by itself, without signal and without a traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "corpuskit", "validate", *arguments],
        capture_output=True, text=True, errors="replace", cwd=cwd, timeout=seconds, check=False,
    )  # fmt: skip
    assert done.returncode in {0, 1, 2, 3}, done.stderr
    assert "Traceback" not in done.stderr
    assert "panicked" not in done.stderr
    return done


# An empty object behind a byte order mark: sound as a file, not as a line among others.
MARKED = "i_structure_UTF-8_BOM_empty_object.json"


def _expected(name: str) -> str | None:
    """The kind of the refusal of a torture file, "" where any will do, None where it is read."""
    if name in TWICE:
        return "duplicate-key"
    return "" if name.startswith("n_") else OPEN.get(name)


def _check(name: str, kinds: list[str]) -> None:
    expected = _expected(name)
    if expected is None:
        assert kinds == [], name
    else:
        assert len(kinds) == 1, name
        assert expected in {"", kinds[0]}, name


def test_torture_files_as_documents(shared: Callable[[str], Path], tmp_path: Path) -> None:
    """Of 318 files, `--document` accepts what must be, refuses what must be with a place, decides the rest by rule."""
    (tmp_path / "any.json").write_text("true")
    names = sorted(path.name for path in shared("json-torture").glob("*.json"))
    assert len(names) == 318
    arguments = ["--document", "--schema", str(tmp_path / "any.json"), "--format", "json"]
    report = json.loads(_run(*arguments, *names, cwd=shared("json-torture")).stdout)
    findings: dict[str, list[str]] = {name: [] for name in names}
    for each in report["findings"]:
        if each["kind"] == "wrong-file-type":
            continue  # said of a file, beside what is said of the document in it
        if each["severity"] == "info":  # a byte order mark at the start of a file is skipped and noted
            assert (each["kind"], (shared("json-torture") / each["file"]).read_bytes()[:3]) == (
                "byte-order-mark",
                b"\xef\xbb\xbf",
            )
            continue
        assert (each["line"], each["offset"], each["record"]) == (1, 0, 1)
        findings[each["file"]].append(each["kind"])
    for name, kinds in findings.items():
        if name != MARKED:
            _check(name, kinds)
    assert findings[MARKED] == []
    assert report["summary"]["records"] == 318


def test_torture_files_as_lines(shared: Callable[[str], Path], tmp_path: Path) -> None:
    """As the value of a field on a line of its own each has the same fate, and costs no other line."""
    (tmp_path / "any.json").write_text("true")
    lines = {}
    for path in sorted(shared("json-torture").glob("*.json")):
        raw = path.read_bytes().strip(b" \t\r\n") if path.name.startswith("y_") else path.read_bytes()
        if b"\n" not in raw:
            lines[path.name] = b'{"v": ' + raw + b"}\n"
    assert len(lines) > 300
    (tmp_path / "all.jsonl").write_bytes(b"".join(b'{"v": 0}\n' + line for line in lines.values()))
    report = json.loads(_run("all.jsonl", "--schema", "any.json", "--format", "json", cwd=tmp_path).stdout)
    assert report["summary"]["records"] == 2 * len(lines)
    found: dict[int, list[str]] = {}
    for each in report["findings"]:
        found.setdefault(each["line"], []).append(each["kind"])
    for number, name in enumerate(lines):
        assert 2 * number + 1 not in found, name
        _check(name, found.get(2 * number + 2, []))


EXPLOSIVE = r"^(\w+\s?)*\1$"
WORDS = "aaaa bbbb cccc dddd " * 40 + "!"


@pytest.mark.parametrize(
    ("schema", "instance", "keyword"),
    [
        ({"pattern": EXPLOSIVE}, WORDS, "pattern"),
        ({"not": {"pattern": EXPLOSIVE}}, WORDS, "pattern"),
        ({"patternProperties": {EXPLOSIVE: {"type": "integer"}}}, {WORDS: "x"}, "patternProperties"),
        ({"patternProperties": {EXPLOSIVE: False}}, {WORDS: 1}, "patternProperties"),
        ({"propertyNames": {"pattern": EXPLOSIVE}}, {WORDS: 1}, "pattern"),
        ({"if": {"pattern": EXPLOSIVE}, "then": False}, WORDS, "pattern"),
    ],
)
def test_a_pattern_without_end_is_a_finding(tmp_path: Path, schema: Any, instance: Any, keyword: str) -> None:
    """What a pattern could not decide in a million steps is invalid wherever it stands, and is told so."""
    (tmp_path / "s.json").write_text(json.dumps(schema))
    (tmp_path / "i.json").write_text(json.dumps(instance))
    done = _run("i.json", "--document", "--schema", "s.json", "--format", "json", cwd=tmp_path)
    [found] = json.loads(done.stdout)["findings"]
    assert (found["keyword"], found["severity"], done.returncode) == (keyword, "error", 1)
    assert "too many steps" in found["message"]


MANY = 100_000
SCHEMAS: dict[str, tuple[Callable[[], Any], set[int]]] = {
    "a loop": (lambda: {"$ref": "#"}, {0}),
    "a loop of three": (
        lambda: {"$ref": "#/$defs/a", "$defs": {n: {"$ref": f"#/$defs/{m}"} for n, m in ("ab", "bc", "ca")}}, {0}),
    "a loop that negates itself": (lambda: {"not": {"$ref": "#"}}, {0, 1}),
    "a dynamic loop": (lambda: {"$dynamicAnchor": "x", "$dynamicRef": "#x"}, {0}),
    "a loop of alternatives": (lambda: {"anyOf": [{"$ref": "#"}, {"$ref": "#"}, {"type": "object"}]}, {0, 1}),
    "loops that double": (
        lambda: {"allOf": [{"$ref": "#/$defs/0"}], "$defs": {
            **{str(n): {"allOf": [{"$ref": f"#/$defs/{n + 1}"}] * 2} for n in range(12)}, "12": {"type": "array"}}},
        {1}),
    "many alternatives": (lambda: {"anyOf": [{"const": n} for n in range(MANY)]}, {1}),
    "many alternatives, one of which": (lambda: {"oneOf": [{"minProperties": n} for n in range(MANY)]}, {1}),
    "many constants": (lambda: {"enum": list(range(MANY))}, {1}),
    "many properties": (lambda: {"properties": {f"p{n}": {"type": "string"} for n in range(MANY)}}, {1}),
    "many patterns": (lambda: {"patternProperties": {f"^p{n}": True for n in range(2000)}}, {0}),
    "deep": (lambda: "[" * MANY, {2}),
    "deep in itself": (lambda: '{"not": ' * 5000 + "true" + "}" * 5000, {2}),
    "a long integer": (lambda: '{"maximum": ' + "9" * 10_000 + "}", {2}),
    "half a character": (lambda: r'{"const": "\ud800"}', {2}),
    "not a number": (lambda: '{"maximum": NaN}', {2}),
    "a pattern of many repeats": (lambda: {"pattern": "((a{99}){99}){99}"}, {2}),
    "a long pattern": (lambda: {"propertyNames": {"pattern": "|".join(f"p{n}" for n in range(20_000))}}, {0, 1, 2}),
}  # fmt: skip


@pytest.mark.parametrize("name", SCHEMAS)
def test_no_schema_stops_the_machine(tmp_path: Path, name: str) -> None:
    """Loops, a hundred thousand branches and depth end in a verdict, a finding or a refusal in one sentence."""
    make, codes = SCHEMAS[name]
    schema = make()
    (tmp_path / "s.json").write_text(schema if isinstance(schema, str) else json.dumps(schema))
    (tmp_path / "i.json").write_text('{"p1": "x", "p2": {"p1": [1, 2, 3]}}')
    done = _run("i.json", "--document", "--schema", "s.json", cwd=tmp_path)
    assert done.returncode in codes, done.stdout + done.stderr
    if done.returncode == 2:
        assert "s.json" in done.stderr


@pytest.mark.parametrize("name", ["deep.json", "deep.jsonl"])
@pytest.mark.parametrize("opened", ["[", '{"":', '[{"":'])
@pytest.mark.parametrize("levels", [65, 1000, MANY])
def test_an_instance_beyond_the_depth_is_a_finding(
    tmp_path: Path, name: str, opened: str, levels: int
) -> None:
    """Nesting beyond the limit is one finding with its place, for a recursive schema too."""
    closed = "".join({"[": "]", "{": "}"}[c] for c in reversed(opened) if c in "[{")
    (tmp_path / "s.json").write_text('{"items": {"$ref": "#"}, "additionalProperties": {"$ref": "#"}}')
    (tmp_path / name).write_text(opened * levels + "0" + closed * levels)
    done = _run(name, "--document", "--schema", "s.json", "--format", "json", cwd=tmp_path)
    [found] = json.loads(done.stdout)["findings"]
    assert (found["kind"], found["line"], found["offset"], done.returncode) == ("too-deep", 1, 0, 1)


def test_an_instance_of_the_full_depth_is_judged(tmp_path: Path) -> None:
    """At the limit a recursive schema still finds what is wrong at the bottom."""
    (tmp_path / "s.json").write_text('{"type": ["array", "integer"], "items": {"$ref": "#"}}')
    (tmp_path / "i.json").write_text("[" * 64 + '"x"' + "]" * 64)
    done = _run("i.json", "--document", "--schema", "s.json", "--format", "json", cwd=tmp_path)
    [found] = json.loads(done.stdout)["findings"]
    assert (found["pointer"], found["keyword"]) == ("/0" * 64, "type")


def test_nothing_of_a_hostile_schema_is_left_behind(tmp_path: Path) -> None:
    """A run that is refused writes no file."""
    (tmp_path / "s.json").write_text('{"$ref": "http://127.0.0.1:9/x"}')
    (tmp_path / "i.json").write_text("1")
    assert _run("i.json", "--document", "--schema", "s.json", cwd=tmp_path).returncode == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["i.json", "s.json"]
