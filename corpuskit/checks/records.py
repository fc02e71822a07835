"""Records of every format but text judged as they stand."""

from collections.abc import Iterator

from corpuskit.checks.rejects import keeping
from corpuskit.checks.tasks import UNDECLARED, Checked, CheckTask, Terms, in_file, size_of
from corpuskit.engines import Tell
from corpuskit.provenance import Limits
from corpuskit.readers import READERS, UNTYPED, Piece, Record, jsonl
from corpuskit.readers.dialect import exact_keys
from corpuskit.validation.keys import key_counter
from corpuskit.validation.quick import quick_verdict
from corpuskit.verdicts import explain, record_finding

# A prover needs numpy, whose import takes as long as looking at every record of a small file.
_WORTH_PROVING = 1 << 20


def check_records(terms: Terms, task: CheckTask, index: int, checked: Checked, tell: Tell) -> None:
    """Judge each record of a piece."""
    piece, judge = task.pieces[index], terms.judge
    with keeping(terms.rejects, task, index) as keep:
        for record in _unproven(terms, task, piece, checked, tell):
            if terms.cells is not None and task.reader in UNTYPED and record.fields is not None:
                record = record._replace(fields=terms.cells.typed(record.fields))
            identifier = (record.fields or {}).get("id")
            known = identifier if isinstance(identifier, str) else None
            problems = [*record.notes, *([record.problem] if record.problem else [])]
            if record.problem is None and not judge.accepts(record.fields):
                problems += explain(judge, record.fields or {}, terms.text)
            if checked.add([in_file(record_finding(record, p, known), piece) for p in problems]):
                keep(record, checked)


def _unproven(terms: Terms, task: CheckTask, piece: Piece, checked: Checked, tell: Tell) -> Iterator[Record]:
    """The records of a piece but for those that are proven valid, which are counted."""
    limits = Limits()
    size = size_of(piece)
    # Of a slice the lines must be counted too.
    small = piece.end is None and size is not None and size < _WORTH_PROVING
    if task.reader != "jsonl" or small:
        for record in READERS[task.reader](piece, UNDECLARED, limits):
            yield record
            tell((piece.name, record.place.length or 0, 1))
        return
    from corpuskit.readers.proving import LineProver

    keys = key_counter(terms.judge.document, limits.depth, exact_keys)
    prover = LineProver(
        quick_verdict(terms.judge), keys, lambda size, records: tell((piece.name, size, records))
    )
    try:
        yield from jsonl.read(piece, UNDECLARED, limits, prover)
    finally:  # what was proven before a stream breaks counts as well
        checked.records += prover.records
        checked.lines = prover.lines
