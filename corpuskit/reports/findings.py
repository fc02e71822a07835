"""findings.jsonl: one finding a line, exactly as `--format json` has it."""

from collections.abc import Iterator

from corpuskit.reports.outcome import Outcome, compact_json, encodable


def findings_lines(outcome: Outcome) -> Iterator[str]:
    """One JSON object a finding, with the fields of the contract in its order."""
    for each in outcome.findings:
        fields = each.as_dict()
        yield compact_json({n: encodable(v) if isinstance(v, str) else v for n, v in fields.items()}) + "\n"
