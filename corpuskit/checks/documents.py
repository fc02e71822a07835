"""A whole JSON file judged as one instance of any type."""

from codecs import BOM_UTF8

from corpuskit.checks.rejects import keeping
from corpuskit.checks.tasks import Checked, CheckTask, Terms
from corpuskit.engines import Tell
from corpuskit.provenance import Limits, Place
from corpuskit.readers import Record, json_file, streams
from corpuskit.readers.dialect import Malformed, parse_value
from corpuskit.verdicts import explain, record_finding


def check_document(terms: Terms, task: CheckTask, index: int, checked: Checked, tell: Tell) -> None:
    """Judge a file as one instance."""
    piece = task.pieces[index]
    raw = b"".join(streams.blocks(piece.path, piece.name, Limits().ratio))
    record = Record(Place(piece.name, 0, len(raw), 1, 1, ""), raw)
    problems = [json_file.MARKED] if raw.startswith(BOM_UTF8) else []
    try:
        instance = parse_value(raw.removeprefix(BOM_UTF8), Limits().depth)
        problems += [] if terms.judge.accepts(instance) else explain(terms.judge, instance, ())
    except Malformed as malformed:
        problems.append(malformed.problem)
    with keeping(terms.rejects, task, index) as keep:
        if checked.add([record_finding(record, problem, None) for problem in problems]):
            keep(record, checked)
    tell((piece.name, len(raw), 1))
