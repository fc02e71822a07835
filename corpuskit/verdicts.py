"""What the schema says against a record, as problems, and a problem with a record as a finding at its place."""

from typing import Any

from corpuskit.findings import KEYWORD_KINDS, Finding, finding
from corpuskit.readers.records import Problem, Record
from corpuskit.validation import Judge
from corpuskit.validation.ecma import WHITE


def explain(judge: Judge, instance: Any, text: tuple[str, ...]) -> list[Problem]:
    """Why an instance is not valid, one `empty-text` for the rules that an empty text breaks."""
    problems: list[Problem] = []
    for violation in judge.explain(instance):
        kind = KEYWORD_KINDS.get(violation.keyword, "schema-violation")
        message = violation.message
        name = violation.pointer.removeprefix("/")
        if name in text and violation.keyword in {"minLength", "pattern"} and is_blank(instance[name]):
            kind, message = "empty-text", "the text is empty or blank"
        if kind != "empty-text" or all(p.kind != kind for p in problems):
            rule = violation.schema_path if violation.keyword else None  # none: beyond the limits of judging
            problems.append(Problem(kind, message, violation.pointer, violation.keyword or None, rule))
    return problems


def is_blank(text: str) -> bool:
    """Whether a text has nothing but white space of ECMA 262, which is what the article schema asks for."""
    return not text.strip(WHITE)


def record_finding(record: Record, problem: Problem, identifier: str | None) -> Finding:
    """A problem with a record as a finding at its place."""
    place = record.place
    return finding(
        problem.kind,
        problem.message,
        file=place.file,
        line=place.line,
        offset=place.offset,
        record=place.number,
        pointer=problem.pointer,
        keyword=problem.keyword,
        id=identifier,
        schema_pointer=problem.schema_pointer,
    )
