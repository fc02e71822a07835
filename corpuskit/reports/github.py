"""What GitHub Actions shows: annotations on the lines of a pull request, and the summary of a step."""

from collections.abc import Iterable, Iterator

from corpuskit.findings import Finding, place, shortened, visible
from corpuskit.kinds import KINDS, Severity

# GitHub shows ten annotations of each level a step, and drops the others in silence.
_MOST = 10
_LONGEST = 2000
_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}


def annotations(findings: Iterable[Finding]) -> Iterator[str]:
    """Workflow commands for the first findings of each severity, the last of ten saying how many there are besides."""
    groups: dict[Severity, list[Finding]] = {severity: [] for severity in _LEVELS}
    for each in findings:
        groups[each.severity].append(each)
    for severity, group in groups.items():
        level = _LEVELS[severity]
        shown = group if len(group) <= _MOST else group[: _MOST - 1]
        yield from (_annotation(level, each) for each in shown)
        if len(group) > len(shown):
            more = len(group) - len(shown)
            yield f"::{level} title=corpuskit validate::{more} more of severity {severity}"


def _annotation(level: str, finding: Finding) -> str:
    title = f"{finding.kind}: {KINDS[finding.kind].title}" if finding.kind in KINDS else finding.kind
    facts = {"file": finding.file if finding.file != "-" else "", "line": finding.line, "title": title}
    if not facts["file"]:
        facts["line"] = None  # a line of no file
    named = ",".join(f"{name}={_property(str(value))}" for name, value in facts.items() if value)
    message = shortened(finding.message, _LONGEST)
    where = f" ({finding.pointer})" if finding.pointer else ""
    return f"::{level} {named}::{_data(message + where)}"


def _data(text: str) -> str:
    """The data of a workflow command, escaped as GitHub documents it; other control characters are made visible."""
    return visible(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _property(text: str) -> str:
    """The value of a property of a workflow command, escaped as GitHub documents it."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def step_summary(findings: Iterable[Finding], headline: str) -> Iterator[str]:
    """Lines of Markdown for a step's summary: a headline, and each kind with its count and first place."""
    groups: dict[tuple[Severity, str], list[Finding]] = {}
    for each in findings:
        groups.setdefault((each.severity, each.kind), []).append(each)
    ranks = list(_LEVELS)
    yield f"### corpuskit validate\n\n{_cell(headline)}\n"
    if groups:
        yield "| severity | kind | findings | first |\n|---|---|---:|---|"
    for (severity, kind), group in sorted(groups.items(), key=lambda g: (ranks.index(g[0][0]), g[0][1])):
        first = shortened(f"{place(group[0])}: {group[0].message}", 300)
        yield f"| {severity} | {_cell(kind)} | {len(group):,} | {_cell(first)} |"


def _cell(text: str) -> str:
    """A text that neither Markdown nor its table acts on: all but letters, digits and spaces as references."""
    return "".join(c if c.isalnum() or c == " " else f"&#{ord(c)};" for c in visible(text))
