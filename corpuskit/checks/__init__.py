"""Checks: one file a sort of input, from a piece of it to what was found there.

To add one: write its file with a function of the type `Check`, add one line to `CHECKS`, and choose it in
`corpuskit/checks/planning.py`.
"""

from corpuskit.checks.articles import check_articles, check_text
from corpuskit.checks.documents import check_document
from corpuskit.checks.leading import lead, nothing_in, unreadable
from corpuskit.checks.planning import plan_checks
from corpuskit.checks.records import check_records
from corpuskit.checks.releases import check_release
from corpuskit.checks.tasks import Check, Checked, CheckTask, Terms, size_of
from corpuskit.engines import Tell
from corpuskit.errors import InputError
from corpuskit.readers import streams

__all__ = ["CHECKS", "CheckTask", "Checked", "Terms", "plan_checks", "run_checks"]

CHECKS: dict[str, Check] = {
    "records": check_records,
    "text": check_text,
    "articles": check_articles,
    "document": check_document,
    "release": check_release,
}


def run_checks(terms: Terms, task: CheckTask, tell: Tell) -> Checked:
    """What was found in the pieces of a task, one after the other; what cannot be read is a finding."""
    checked = Checked(list(task.findings), damaged=task.damaged)
    for index, piece in enumerate(task.pieces):
        told = 0
        since = checked.records, len(checked.findings)

        def count(said: tuple[str, int, int]) -> None:
            nonlocal told
            told += said[1]
            tell(said)

        try:
            CHECKS[task.check](terms, task, index, checked, count)
            size = size_of(piece)
            checked.bytes += told if size is None else size
            checked.findings += nothing_in(piece, task.reader, checked, since)
        except InputError as error:
            checked.damaged = True
            checked.findings.append(unreadable(error, piece.name))
        except OSError as error:
            checked.damaged = True
            cause = InputError(piece.name, f"cannot be read: {error.strerror or error}.", streams.hint(error))
            checked.findings.append(unreadable(cause, piece.name))
        lead(checked, since[1], piece, task.reader)
    return checked
