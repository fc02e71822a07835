"""JUnit XML: what GitLab, Jenkins and others show as tests.

A test suite is a file, a test case a *kind* of finding in it. A test case for each invalid record would say less: its
name changes with every line inserted above, so no CI system could tell what is new; GitLab reads the first of several
cases of one name only, and shows at most some ten thousands; Jenkins keeps each in memory. A kind is a name that stays:
"missing-field in a.jsonl" is new, failing still, or fixed; the failure's text lists every place.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from corpuskit.findings import Finding, place, visible
from corpuskit.kinds import KINDS
from corpuskit.reports.outcome import Outcome

_MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def junit_suites(outcome: Outcome) -> Iterator[str]:
    """One suite for each file with findings, and one that passes for each path without."""
    suites: dict[str, dict[str, list[Finding]]] = {path: {} for path in outcome.paths}
    for each in outcome.located():
        suites.setdefault(each.file, {}).setdefault(each.kind, []).append(each)
    failed = {name: sum(map(_fails, cases.values())) for name, cases in suites.items()}
    # Where nothing failed the file itself is the test that passed: a report without tests is an error to Jenkins.
    counts = {name: len(cases) + (not failed[name]) for name, cases in suites.items()}
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="corpuskit validate" tests="{sum(counts.values())}" failures="{sum(failed.values())}">\n'
    for name, cases in suites.items():
        yield (
            f'  <testsuite name="{_xml(name)}" tests="{counts[name]}" failures="{failed[name]}" errors="0" '
            'skipped="0">\n'
        )
        if not failed[name]:
            yield f"    <testcase {_names(name, 'no-errors')}/>\n"
        for kind, findings in cases.items():
            yield from _case(name, kind, findings)
        yield "  </testsuite>\n"
    yield "</testsuites>\n"


def _fails(findings: Iterable[Finding]) -> bool:
    return any(f.severity == "error" for f in findings)


def _names(file: str, kind: str) -> str:
    # GitLab shows `classname` as the suite, and knows a test by it and the name.
    return f'classname="{_xml(file)}" name="{_xml(kind)}" file="{_xml(file)}"'


def _case(file: str, kind: str, findings: Sequence[Finding]) -> Iterator[str]:
    yield f"    <testcase {_names(file, kind)}>\n"
    title = KINDS[kind].title if kind in KINDS else kind
    errors = [f for f in findings if f.severity == "error"]
    others = [f for f in findings if f.severity != "error"]
    if errors:
        yield f'      <failure type="{_xml(kind)}" message="{_xml(f"{title} ({len(errors)})")}">'
        yield from map(_line, errors)
        if errors[0].hint:
            yield _xml(f"→ {errors[0].hint}") + "\n"
        yield "</failure>\n"
    if others:
        yield "      <system-out>"
        yield _xml(f"{title} ({len(others)})") + "\n"
        yield from (f"{each.severity} {_line(each)}" for each in others)
        yield "</system-out>\n"
    yield "    </testcase>\n"


def _line(finding: Finding) -> str:
    known = f" (id {finding.id})" if finding.id is not None else ""
    return _xml(f"{place(finding)}{known}: {finding.message}") + "\n"


def _xml(text: str) -> str:
    """A text as XML 1.0 can hold it, in elements and attributes: what it cannot hold, or hides, as visible escapes."""
    return "".join(_MARKUP.get(c, c) if c.isprintable() or c == " " else _held(c) for c in visible(text))


def _held(character: str) -> str:
    # Noncharacters (U+FFFE, U+FFFF) are no characters of XML; other unassigned ones, and odd spaces, are.
    if unicodedata.category(character) == "Cn":
        return f"\\u{ord(character):04x}"
    return character
