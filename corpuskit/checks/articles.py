"""Records that go through reader, transforms and conform before they are judged, as in a build."""

from typing import TYPE_CHECKING

from corpuskit.checks.rejects import keeping
from corpuskit.checks.tasks import Checked, CheckTask, Terms, in_file
from corpuskit.engines import Tell
from corpuskit.provenance import Limits, Source
from corpuskit.readers import READERS

if TYPE_CHECKING:
    from corpuskit.phases.map import MapContext

# A text file that belongs to no corpus yet.
_SOURCE = Source("unnamed", 0, (), "LicenseRef-unknown", reader="text", language="und", timezone="UTC")


def check_text(terms: Terms, task: CheckTask, index: int, checked: Checked, tell: Tell) -> None:
    """Judge a text file as the article that it would become, were it in a corpus."""
    from corpuskit.phases.map import MapContext
    from corpuskit.spec import Dedup, Splits

    assert terms.schema is not None  # noqa: S101 - planned with the first text file
    context = MapContext(terms.schema, terms.judge, Limits(), Dedup(), Splits())
    _check(terms, context, _SOURCE, task, index, checked, tell)


def check_articles(terms: Terms, task: CheckTask, index: int, checked: Checked, tell: Tell) -> None:
    """Judge the records of an input of a corpus.toml as a build would."""
    assert task.source is not None  # noqa: S101 - every input of a corpus is that of a source
    _check(terms, terms.corpora[task.corpus], task.source, task, index, checked, tell)


def _check(
    terms: Terms, context: "MapContext", source: Source, task: CheckTask, index: int, checked: Checked, tell: Tell
) -> None:  # fmt: skip
    from corpuskit.conform import Conformer
    from corpuskit.phases.map import judged

    piece = task.pieces[index]
    records = READERS[task.reader](piece, source, context.limits)
    with keeping(terms.rejects, task, index) as keep:
        for each in judged(records, Conformer.of(context.schema, source), context, task.reader):
            if checked.add([in_file(f, piece) for f in each.findings]):
                keep(each.record, checked)
            tell((piece.name, each.record.place.length or 0, 1))
