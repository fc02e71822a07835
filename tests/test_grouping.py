"""Findings at a terminal: by kind and file, one line for one mistake however often it was made, nothing acts."""

import unicodedata
from collections.abc import Iterable
from pathlib import Path

import pytest
from conftest import article, jsonl

import corpuskit
from corpuskit.console import show_findings
from corpuskit.findings import Finding, finding
from corpuskit.grouping import grouped

FULL = {"source": "s", "language": "id", "license": "MIT"}


def _lines(capsys: pytest.CaptureFixture[str], findings: Iterable[Finding], shown: int = 10) -> list[str]:
    show_findings(list(findings), shown=shown)
    return capsys.readouterr().out.splitlines()


def _wrong(file: str, line: int, field: str = "n", value: str = "1", **more: str) -> Finding:
    fields = {
        "pointer": f"/{field}",
        "keyword": "type",
        "schema_pointer": f"/properties/{field}/type",
        **more,
    }
    return finding("wrong-type", f"{field}: {value} is odd", file=file, line=line, **fields)


def test_one_finding_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Its place, and the field once."""
    assert _lines(capsys, [_wrong("a.jsonl", 7, hint="Do this.")]) == [
        "error wrong-type (1): A value of another type", "  a.jsonl:7: n: 1 is odd", "  → Do this.",
    ]  # fmt: skip


def test_a_few_are_told_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Up to three of a kind keep their own values, though it is the same mistake."""
    lines = _lines(capsys, [_wrong("a.jsonl", i, value=str(i)) for i in (1, 2, 3)])
    assert lines[1:4] == [f"  a.jsonl:{i}: n: {i} is odd" for i in (1, 2, 3)]


def test_one_mistake_made_often_is_one_line_and_a_rare_one_stays_visible(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A systematic mistake hides no other of its kind in its file, whichever came first."""
    findings = [_wrong("a.jsonl", i) for i in range(1, 1205)]
    findings.insert(600, _wrong("a.jsonl", 5000, "title"))
    assert _lines(capsys, findings)[:3] == [
        "error wrong-type (1,205): A value of another type",
        "  1,204 times, first at a.jsonl:1, 2, 3: n: 1 is odd",
        "  a.jsonl:5000: title: 1 is odd",
    ]


def test_places_in_arrays_are_one_place_and_rules_are_told_apart() -> None:
    """/tags/0 and /tags/7 are the same place; two rules at one place, and two missing fields, are two mistakes."""
    same = [_wrong("a", i, f"tags/{i}", schema_pointer="/s") for i in range(9)]
    two_rules = [_wrong("a", i, schema_pointer=f"/allOf/{i % 2}/type") for i in range(8)]
    missing = [
        finding("missing-field", f'the field "{name}" is missing', file="a", pointer="", keyword="required",
                schema_pointer="/required") for name in ("text", "text", "text", "url")
    ]  # fmt: skip
    counts = [[m.count for m in g.shown[0].mistakes] for g in grouped([*same, *two_rules, *missing], 10)]
    assert counts == [[3, 1], [9, 4, 4]]


def test_what_no_schema_judged_is_folded_by_its_words() -> None:
    """Messages that differ in numbers and quoted values are about one mistake."""
    findings = [
        finding("invalid-json", f'no comma at byte {i} after "{i}"', file="a", line=i) for i in range(1, 9)
    ]
    findings += [finding("invalid-json", f"an empty line {i}", file="a", line=i) for i in range(20, 22)]
    (group,) = grouped(findings, 10)
    assert [m.count for m in group.shown[0].mistakes] == [8, 2]


def test_at_most_five_files_those_with_most_first(capsys: pytest.CaptureFixture[str]) -> None:
    """The others are counted; a mistake that only they hold is told with its place."""
    findings = [_wrong(f"{i:02}.jsonl", line) for i in range(30) for line in range(1, 2 + i % 4)]
    findings.append(_wrong("00.jsonl", 99, "title"))
    lines = _lines(capsys, findings)
    assert lines[0] == f"error wrong-type ({len(findings)} in 30 files): A value of another type"
    assert [line.split(":")[0] for line in lines[1:6]] == [
        f"  4 times, first at {i:02}.jsonl" for i in (3, 7, 11, 15, 19)
    ]
    assert lines[6:9] == [
        "  … and 54 more in 25 more files",
        "  among them:",
        "    00.jsonl:99: title: 1 is odd",
    ]


def test_a_file_of_several_mistakes_is_headed_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    """Where there are other files; its further mistakes are counted, and no more lines are shown than asked for."""
    findings = [_wrong("a", i, f"f{i % 7}") for i in range(1, 15)] + [_wrong("b", 1)]
    lines = _lines(capsys, findings, shown=3)
    assert lines[1:6] == [
        "  a: 14", "    2 times, first at a:1, 8: f1: 1 is odd", "    2 times, first at a:2, 9: f2: 1 is odd",
        "    … and 10 more", "  b:1: n: 1 is odd",
    ]  # fmt: skip
    assert _lines(capsys, findings, shown=0)[1] == "  … and 15 more in 2 more files"


def test_it_says_whether_all_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """So that the reader is led to a report where it is not."""
    few = [_wrong("a", i) for i in range(1, 4)]
    assert show_findings(few)
    assert not show_findings([*few, _wrong("a", 9)])
    assert not show_findings(few, shown=2)
    assert show_findings([])


def test_a_rule_is_named_where_the_message_does_not_tell_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`not` and its like say the place in the schema, other rules do not."""
    (tmp_path / "a.jsonl").write_bytes(jsonl([{"a": "x", "b": 1}]))
    report = corpuskit.validate(
        tmp_path / "a.jsonl", {"properties": {"a": {"not": {"type": "string"}}, "b": {"type": "null"}}}
    )
    text = "\n".join(_lines(capsys, report.findings))
    assert "[rule /properties/a/not]" in text
    assert "/properties/b" not in text


def test_hostile_values_are_inert_and_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Names, keys and values do nothing to a terminal, and none fills it."""
    odd = "\x1b[31m\n::error::x\u202e\u2028\x00[bold]:smile:" + "y" * 5000
    record = article(1, **FULL, **{odd: 3})
    (tmp_path / "a.jsonl").write_bytes(
        jsonl([{**record, name: [odd]} for name in ("title", "url", "text", "id")])
    )
    report = corpuskit.validate(tmp_path / "a.jsonl", {"additionalProperties": {"type": "string"}})
    named = [Finding("bad-value", odd, file=odd, line=1, pointer="/" + odd, schema_pointer=odd)] * 5
    for findings in (report.findings, named):
        lines = _lines(capsys, findings)
        assert all(unicodedata.category(c) not in {"Cc", "Cf", "Zl", "Zp"} for line in lines for c in line)
        assert max(map(len, lines)) < 1000
    assert "[bold]:smile:" in lines[1]


def test_a_million_findings_are_grouped_in_one_pass() -> None:
    """Nothing is kept of a mistake but its first places."""
    (group,) = grouped([_wrong("a", i) for i in range(1, 100_001)], 10)
    (mistake,) = group.shown[0].mistakes
    assert (mistake.count, [place.line for place in mistake.places]) == (100_000, [1, 2, 3])
