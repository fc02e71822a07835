"""Checks: one file a sort of input, from a piece of it to what was found there.

To add one: write its file with a function of the type `Check`, add one line to `CHECKS`, and choose it in
`corpuskit/checks/planning.py`.
"""

from corpuskit.checks.articles import check_articles, check_text
from corpuskit.checks.documents import check_document
from corpuskit.checks.planning import plan_checks
from corpuskit.checks.records import check_records
from corpuskit.checks.releases import check_release
from corpuskit.checks.tasks import Check, Checked, CheckTask, Terms, size_of
from corpuskit.engines import Tell
from corpuskit.errors import InputError
from corpuskit.findings import finding

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

        def count(said: tuple[str, int, int]) -> None:
            nonlocal told
            told += said[1]
            tell(said)

        try:
            CHECKS[task.check](terms, task, index, checked, count)
            size = size_of(piece)
            checked.bytes += told if size is None else size
        except InputError as error:
            _unreadable(checked, piece.name, str(error), getattr(error, "offset", None))
        except OSError as error:
            _unreadable(checked, piece.name, f"cannot be read: {error.strerror or error}.", None)
    return checked


def _unreadable(checked: Checked, file: str, cause: str, offset: int | None) -> None:
    checked.damaged = True
    checked.findings.append(finding("unreadable-input", cause, file=file, offset=offset))
