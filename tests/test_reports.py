"""Reports: every finding in every form, by the rules of the form, and no value of it acts."""

import json
import os
import pickle
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import jsonschema
import pytest
from conftest import REPOSITORY, article, jsonl

import corpuskit
from corpuskit.errors import OutputError, SpecError, ValidationFailed
from corpuskit.findings import FIELDS, Finding
from corpuskit.kinds import KINDS
from corpuskit.report import Report
from corpuskit.reports import REPORTS, check_reports
from corpuskit.reports.github import annotations, step_summary
from corpuskit.reports.sarif import file_uri

SARIF = json.loads((REPOSITORY / "tests" / "sarif.schema.json").read_bytes())
# The official schema, for whoever has it at hand; the suite needs no network.
OFFICIAL = os.environ.get("SARIF_SCHEMA")

HOSTILE = [
    "line\nbreak\r\n::error::x", "\x1b[31mred\x1b[0m", "::stop-commands::x", "##[add-mask]x", "a]]>b", "nul\0",
    "bidi\u202eover\u2066", "sep\u2028\u2029", "\x7f\x9b31m", "[link](http://example.com)", "{0} and {x}",
    "<script>alert(1)</script>", "| a | b |", "100% 25%0A", "a:b,c", "\ufffe\uffff", "=1+1", "`$(id)`", "&amp;\"'",
    "\ufdd0\U0001fffe", "\u00a0\u3000x", "https://example.com www.example.com @you #1",
]  # fmt: skip


def _hostile(kind: str = "bad-value") -> Iterator[Finding]:
    for text in HOSTILE:
        for severity in ("error", "warning", "info"):
            yield Finding(
                kind, text, severity, f"dir/{text.replace('/', '_')}.jsonl", 3, 40, 2, f"/{text}", "enum", text, text
            )  # fmt: skip


def _report(*findings: Finding, **more: Any) -> Report:
    return Report({"records": 9, "invalid": 1}, findings, **more)


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _sarif(report: Report, folder: Path) -> dict[str, Any]:
    path = folder / "r.sarif"
    corpuskit.write_report(report, path)
    log: dict[str, Any] = json.loads(path.read_bytes())
    jsonschema.Draft202012Validator(SARIF).validate(log)
    if OFFICIAL:
        official = json.loads(Path(OFFICIAL).read_bytes())
        jsonschema.validators.validator_for(official)(official).validate(log)
    run: dict[str, Any] = log["runs"][0]
    return run


def _junit(report: Report, folder: Path) -> ET.Element:
    path = folder / "r.xml"
    corpuskit.write_report(report, path)
    root = ET.fromstring(path.read_bytes())
    assert root.tag == "testsuites"
    cases = failures = 0
    for suite in root:
        assert suite.tag == "testsuite"
        assert {"name", "tests", "failures", "errors", "skipped"} <= set(suite.attrib)
        assert int(suite.attrib["tests"]) == len(suite) > 0
        assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
        names = [case.attrib["name"] for case in suite]
        assert len(names) == len(set(names))  # GitLab reads the first of one name only
        for case in suite:
            assert case.tag == "testcase"
            assert case.attrib["classname"] == suite.attrib["name"]
            assert [each.tag for each in case] in ([], ["failure"], ["system-out"], ["failure", "system-out"])
        cases, failures = cases + len(suite), failures + int(suite.attrib["failures"])
    assert (root.attrib["tests"], root.attrib["failures"]) == (str(cases), str(failures))
    return root


@pytest.fixture
def validated(tmp_path: Path) -> Report:
    """A validation of a file with an error, one with a warning only, and one without findings."""
    (tmp_path / "a b.jsonl").write_bytes(jsonl([article(1), {"id": 3}]))
    (tmp_path / "b.txt").write_bytes(
        b"Judul\n\n2020-01-01 10:00:00\n\nIsi berita yang tidak terlalu pendek.\n"
    )
    full = {"source": "s", "language": "id", "license": "MIT"}
    (tmp_path / "c.jsonl").write_bytes(jsonl([article(1, **full)]))
    return corpuskit.validate([tmp_path / name for name in ("a b.jsonl", "b.txt", "c.jsonl")])


def test_jsonl_has_every_finding_as_the_contract_says(validated: Report, tmp_path: Path) -> None:
    """One object a line, with exactly the fields of the contract in its order, and as many as there are."""
    corpuskit.write_report(validated, tmp_path / "r.jsonl")
    lines = (tmp_path / "r.jsonl").read_text(encoding="ascii").splitlines()
    assert [json.loads(line) for line in lines] == [f.as_dict() for f in validated.findings]
    assert {tuple(json.loads(line)) for line in lines} == {FIELDS}


def test_sarif_has_rules_results_and_places(validated: Report, tmp_path: Path) -> None:
    """Rules are the table of kinds, and each result names its rule, level, file, line and byte."""
    run = _sarif(validated, tmp_path)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(KINDS)
    assert run["tool"]["driver"]["version"] == corpuskit.__version__
    assert "informationUri" not in run["tool"]["driver"]
    assert len(run["results"]) == len(validated.findings)
    levels = {"error": "error", "warning": "warning", "info": "note"}
    for result, finding in zip(run["results"], validated.findings, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding.kind
        assert result["level"] == levels[finding.severity]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == f"file://{finding.file.replace(' ', '%20')}"
        assert place["region"].get("startLine") == finding.line
        assert place["region"].get("byteOffset") == finding.offset
        assert result.get("properties", {}).get("keyword") == finding.keyword


def test_sarif_of_nothing_and_of_little(tmp_path: Path) -> None:
    """No findings, a finding without a place, one of a foreign kind, and a damaged input are all valid."""
    assert _sarif(_report(), tmp_path)["results"] == []
    run = _sarif(_report(Finding("someones-own", "m"), damaged=True), tmp_path)
    assert set(run["results"][0]) == {"ruleId", "level", "message", "partialFingerprints"}
    assert run["invocations"] == [{"executionSuccessful": False}]
    packed = _sarif(_report(Finding("bad-value", "m", file="a.jsonl.GZ", line=2, offset=9)), tmp_path)[
        "results"
    ][0]
    assert packed["locations"][0]["physicalLocation"]["region"] == {"startLine": 2}
    assert packed["properties"]["offset"] == 9


def test_fingerprints_are_stable_and_different(tmp_path: Path) -> None:
    """A line inserted above changes no fingerprint; two equal findings have two."""

    def prints(*findings: Finding) -> list[str]:
        return [
            r["partialFingerprints"]["corpuskitFinding/v1"]
            for r in _sarif(_report(*findings), tmp_path)["results"]
        ]

    before = prints(
        Finding("bad-value", "m", file="a", line=1, offset=0, id="x"),
        Finding("bad-value", "m", file="a", line=2, id="y"),
    )
    after = prints(
        Finding("bad-value", "other", file="a", line=9, offset=99, id="x"),
        Finding("bad-value", "m", file="a", line=7, id="y"),
    )
    assert before == after
    twice = prints(Finding("bad-value", "m", file="a"), Finding("bad-value", "m", file="a"))
    assert len({*before, *twice}) == 4
    title, text = (
        Finding("missing-field", f'"{n}" is missing', file="a", pointer="", id="x") for n in ("title", "text")
    )
    assert prints(title, text)[1:] == prints(text)


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("a/b.jsonl", "a/b.jsonl"), ("./a.jsonl", "a.jsonl"), ("../a.jsonl", "../a.jsonl"),
        ("a b#?%.txt", "a%20b%23%3F%25.txt"),
        ("c:d.jsonl", "c%3Ad.jsonl"), ("/tmp/é", "file:///tmp/%C3%A9"), ("a\\b", "a%5Cb"),
        ("http://x/y", "http%3A//x/y"),
        ("bad\udcff.txt", "bad%FF.txt"), ("-", "-"),
    ],
)  # fmt: skip
def test_files_are_uri_references(file: str, uri: str) -> None:
    """A path is a URI reference that leads back to the same bytes, and is never taken for a scheme."""
    assert file_uri(file) == uri
    assert unquote_to_bytes(uri.removeprefix("file://")) == os.fsencode(file.removeprefix("./"))


def test_junit_has_a_suite_a_file_and_a_case_a_kind(validated: Report, tmp_path: Path) -> None:
    """Errors are failures that list every place, warnings are output, and a file without errors passes."""
    suites = {Path(s.attrib["name"]).name: s for s in _junit(validated, tmp_path)}
    assert set(suites) == {"a b.jsonl", "b.txt", "c.jsonl"}
    failed = {c.attrib["name"]: c for c in suites["a b.jsonl"]}
    text = failed["missing-field"].findtext("failure") or ""
    missing = [f for f in validated.findings if f.kind == "missing-field"]
    assert [f.message for f in missing if f.message not in text] == []
    assert f"{tmp_path}/a b.jsonl:1" in text
    assert [c.attrib["name"] for c in suites["c.jsonl"]] == ["no-errors"]


def test_junit_shows_warnings_as_output(tmp_path: Path) -> None:
    """A warning does not fail its case; a kind that is both has a failure and output."""
    root = _junit(
        _report(
            Finding("bad-value", "worse", file="a"), Finding("bad-value", "milder", "warning", "a"),
            Finding("bad-timestamp", "odd", "warning", "b"),
        ), tmp_path,
    )  # fmt: skip
    both, no_errors, only = root[0][0], root[1][0], root[1][1]
    assert "worse" in (both.findtext("failure") or "")
    assert "milder" in (both.findtext("system-out") or "")
    assert no_errors.attrib["name"] == "no-errors"
    assert only.find("failure") is None
    assert "odd" in (only.findtext("system-out") or "")


@pytest.mark.parametrize("suffix", sorted(REPORTS))
def test_hostile_values_are_inert_in_every_form(suffix: str, tmp_path: Path) -> None:
    """No control, direction or line character of a value stands in a report, and each form is still well formed."""
    report = _report(*_hostile(), paths=["dir"])
    path = tmp_path / f"r{suffix}"
    corpuskit.write_report(report, path)
    text = path.read_text(encoding="utf-8")
    odd = {c for c in text if c != "\n" and unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp", "Cn"}}
    assert odd == set()
    lines = [line for line in text.splitlines() if line.lstrip().startswith("::")]
    assert lines == []
    assert "]]>" not in text or suffix != ".xml"
    if suffix == ".jsonl":
        assert [json.loads(line) for line in text.splitlines()] == [f.as_dict() for f in report.findings]
        assert "##[" not in text
    elif suffix == ".sarif":
        assert len(_sarif(report, tmp_path)["results"]) == len(report.findings)
        assert "##[" not in text
    else:
        root = _junit(report, tmp_path)
        whole = "".join(root.itertext())
        assert "<script>alert(1)</script>" in whole
        assert "nul\\u0000" in whole
        assert "a]]>b" in whole


def test_names_that_are_not_utf_8_are_reported(tmp_path: Path) -> None:
    """A file name of odd bytes, as the system gives it, breaks no form."""
    finding = Finding("bad-value", "in bad\udcff.jsonl", file="bad\udcff.jsonl", line=1)
    for suffix in REPORTS:
        corpuskit.write_report(_report(finding), tmp_path / f"r{suffix}")
        assert (tmp_path / f"r{suffix}").read_text(encoding="utf-8")
    assert "bad%FF.jsonl" in (tmp_path / "r.sarif").read_text()


def test_annotations_are_escaped_as_github_documents() -> None:
    """Percent, line ends, colons and commas are escaped; a command is always one line of its own."""
    lines = list(
        annotations([Finding("bad-value", "a: 5%,\r\nb::c", file="x:y,z%.jsonl", line=3, pointer="/p")])
    )
    title = f"bad-value%3A {KINDS['bad-value'].title}".replace(",", "%2C")
    assert lines == [f"::error file=x%3Ay%2Cz%25.jsonl,line=3,title={title}::a: 5%25,%0D%0Ab::c (/p)"]
    for line in annotations(_hostile()):
        assert line.startswith(("::error ", "::warning ", "::notice "))
        head, _, data = line[2:].partition("::")
        assert not any(unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"} for c in line)
        assert [p.partition("=")[0] for p in head.partition(" ")[2].split(",")] in (
            ["file", "line", "title"],
            ["title"],
        )
        assert data
    assert list(annotations([Finding("x", "m", "info", "-", 4)])) == ["::notice title=x::m"]


@pytest.mark.parametrize("count", [0, 1, 10, 11, 500])
def test_annotations_are_at_most_ten_a_level(count: int) -> None:
    """Where there are more than ten of a level, the tenth says how many are not shown."""
    lines = list(annotations(Finding("bad-value", str(i), "warning", "f", i + 1) for i in range(count)))
    assert len(lines) == min(count, 10)
    if count > 10:
        assert lines[-1] == f"::warning title=corpuskit validate::{count - 9} more of severity warning"


def test_a_step_summary_is_a_table_that_nothing_breaks() -> None:
    """Each kind has a row with its count; what values say is neither a cell, a tag nor a link."""
    lines = "\n".join(step_summary([*_hostile(), *_hostile("bad-format")], "9 | *records*")).splitlines()
    rows = [line for line in lines if line.startswith("| ") and "---" not in line]
    assert len(rows) == 1 + 6
    assert all(row.count("|") == 5 for row in rows)
    assert rows[1].startswith(f"| error | bad&#45;format | {len(HOSTILE)} |")
    assert not any(c in line for line in rows for c in "<>[]()`*@\x1b")
    assert "9 &#124; &#42;records&#42;" in lines


def test_a_report_is_whole_or_absent(tmp_path: Path) -> None:
    """A report that fails half way leaves what stood there, and nothing beside it."""

    class Broken(Report):
        def located(self) -> Iterator[Finding]:
            yield Finding("bad-value", "m", file="a")
            raise RuntimeError("half way")

    path = tmp_path / "r.sarif"
    corpuskit.write_report(_report(), path)
    before = path.read_bytes()
    with pytest.raises(RuntimeError):
        corpuskit.write_report(Broken({}, ()), path)
    assert path.read_bytes() == before
    assert _names(tmp_path) == ["r.sarif"]
    path.chmod(0o600)
    corpuskit.write_report(_report(), path)
    assert _names(tmp_path) == ["r.sarif"]


def test_reports_of_the_same_findings_have_the_same_bytes(tmp_path: Path) -> None:
    """No time, no place of the machine and no chance is in a report."""
    for suffix in REPORTS:
        one, other = tmp_path / f"1{suffix}", tmp_path / f"2{suffix}"
        corpuskit.write_report(_report(*_hostile()), one)
        corpuskit.write_report(_report(*_hostile()), str(other))
        assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("name", ["r.html", "r", "r.jsonl.gz", ".sarif"])
def test_other_suffixes_are_refused(name: str, tmp_path: Path) -> None:
    """A suffix without form is refused with those that there are."""
    with pytest.raises(SpecError, match=r"\.jsonl, \.sarif, \.xml"):
        corpuskit.write_report(_report(), tmp_path / name)
    with pytest.raises(SpecError):
        check_reports([tmp_path / name])


def test_places_are_checked_beforehand(tmp_path: Path) -> None:
    """A missing folder, a file for a folder, a folder for a file are refused by name; inputs are never replaced."""
    (tmp_path / "file").touch()
    (tmp_path / "folder.xml").mkdir()
    for name in ("gone/r.xml", "file/r.xml", "folder.xml"):
        with pytest.raises(OutputError, match=name):
            check_reports([tmp_path / name])
        with pytest.raises(OutputError, match=name):
            corpuskit.write_report(_report(), tmp_path / name)
    (tmp_path / "in.jsonl").touch()
    (tmp_path / "link.jsonl").symlink_to("in.jsonl")
    for name in ("in.jsonl", "link.jsonl", "folder.xml/../in.jsonl"):
        with pytest.raises(SpecError, match="input"):
            check_reports([tmp_path / name], [tmp_path / "in.jsonl"])
    with pytest.raises(SpecError, match="another report"):
        check_reports([tmp_path / "r.xml", tmp_path / "r.xml"])
    check_reports([tmp_path / "r.xml", tmp_path / "R.SARIF"], [tmp_path / "in.jsonl"])
    assert _names(tmp_path) == ["file", "folder.xml", "in.jsonl", "link.jsonl"]


def test_findings_can_be_raised(validated: Report) -> None:
    """A report with errors raises them, with a count and first places on lines of their own; others raise nothing."""
    with pytest.raises(ValidationFailed) as raised:
        validated.raise_for_findings()
    assert raised.value.exit_code == 1
    assert raised.value.errors == sum(f.severity == "error" for f in validated.findings)
    assert "a b.jsonl:1: missing-field: " in str(raised.value)
    assert "… and " in str(raised.value)
    again = pickle.loads(pickle.dumps(raised.value))
    assert str(again) == str(raised.value)
    _report(Finding("bad-value", "m", "warning")).raise_for_findings()
    with pytest.raises(ValidationFailed) as hostile:
        _report(*_hostile()).raise_for_findings()
    assert len(str(hostile.value).splitlines()) == 1 + 5 + 1
    assert str(ValidationFailed(1, ["a"])) == "1 finding of severity error\n  a"


@pytest.mark.parametrize(
    ("limit", "allowed", "ok"),
    [(0, 0, False), ("0", 0, False), (1, 1, False), (2, 2, True), ("3", 3, True), ("1%", 2, True), ("0.99%", 1, False),
     ("100%", 200, True), (" 1.0 % ", 2, True)],
)  # fmt: skip
def test_some_invalid_records_can_be_allowed(
    limit: int | str, allowed: int, ok: bool, tmp_path: Path
) -> None:
    """With a number or a share of all records, rounded down, a report is ok up to it and no further."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"n": 1}\n' * 198 + b"{}\n" * 2)
    report = corpuskit.validate(path, {"required": ["n"]}, max_invalid=limit)
    assert (report.summary["invalid"], report.summary["allowed"], report.ok) == (2, allowed, ok)
    if ok:
        report.raise_for_findings()


@pytest.mark.parametrize(
    "limit", ["-1", "x", "", "1.5", "101%", "%", "1e3", "nan%", "٣", "9" * 5000, -1, 0.5]
)
def test_what_is_no_allowance_is_refused(limit: Any, tmp_path: Path) -> None:
    """What is neither a number nor a share is refused before the input is read."""
    with pytest.raises(SpecError, match="1%"):
        corpuskit.validate(tmp_path / "gone.jsonl", max_invalid=limit)


def test_only_records_are_allowed(tmp_path: Path) -> None:
    """A mistake in a corpus.toml or a damaged file is never allowed."""
    (tmp_path / "corpus.toml").write_text("[corpus]\n")
    (tmp_path / "a.jsonl.gz").write_bytes(b"\x1f\x8b\x08")
    (tmp_path / "b.jsonl").write_bytes(b"{}\n")
    for name in ("corpus.toml", "a.jsonl.gz"):
        assert not corpuskit.validate([tmp_path / name, tmp_path / "b.jsonl"], max_invalid=9).ok
    assert corpuskit.validate(tmp_path / "b.jsonl", max_invalid=9).ok


def test_files_of_a_corpus_are_named_as_seen_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In SARIF and JUnit an input of a corpus.toml is named by its way from here, in findings as ever."""
    (tmp_path / "sub" / "deep").mkdir(parents=True)
    (tmp_path / "sub" / "a.jsonl").write_bytes(b"{}\n")
    (tmp_path / "sub" / "deep" / "corpus.toml").write_text(
        '[corpus]\nname = "t"\nversion = "1.0.0"\nlicense = "MIT"\n'
        '[[source]]\nname = "s"\nfiles = ["../*.jsonl"]\nlicense = "MIT"\nlanguage = "id"\n'
    )
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b.jsonl").write_bytes(b"{}\n")
    report = corpuskit.validate(["sub/deep/corpus.toml", "b.jsonl"])
    assert {f.file for f in report.findings} == {"../a.jsonl", "b.jsonl"}
    uris = {
        r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in _sarif(report, tmp_path)["results"]
    }  # fmt: skip
    assert uris == {"sub/a.jsonl", "b.jsonl"}
    assert {s.attrib["name"] for s in _junit(report, tmp_path)} == {
        "sub/deep/corpus.toml",
        "sub/a.jsonl",
        "b.jsonl",
    }
    broken = tmp_path / "sub" / "corpus.toml"
    broken.write_text("[corpus]\n")
    assert {f.file for f in corpuskit.validate("sub/corpus.toml").located()} == {"sub/corpus.toml"}
