"""`lint_card`: what is wrong with the card of any dataset, found without a network."""

import re
from collections.abc import Iterator, Mapping

from corpuskit.card.linting import configs, infos, keys
from corpuskit.card.linting.head import read
from corpuskit.card.linting.infos import Footer, ReadFooter
from corpuskit.findings import Finding, finding

# What the templates of hubs and of their tools leave to be filled in.
_STARTS = (
    "Provide", "This section", "Address", "State whether", "Motivation for", "If the dataset", "If there is",
    "If relevant", "Examples of", "Briefly", "Describe", "Relevant interpretations",
)  # fmt: skip
_PLACEHOLDERS = (
    ("`[More Information Needed]`", re.compile(r"\b(?i:more information needed|needs more information)\b")),
    ("a name to be given", re.compile(r"\[(?:Dataset|Your|Author)[ _]Name\](?!\()|for Dataset Name$", re.MULTILINE)),
    ("an instruction of the template", re.compile(rf"<!--\s*(?:{'|'.join(_STARTS)})[^>]{{0,2000}}-->")),
    ("a TODO", re.compile(r"\bTODO\b")),
    ("a variable of a template", re.compile(r"\{\{ [a-z_]+ (?:\}\}|\|)")),
)  # fmt: skip


def lint_card(
    text: str, files: Mapping[str, int] | None = None, footer: ReadFooter = lambda _path: None
) -> list[Finding]:
    """Everything that is wrong with a card: each finding with its line, what is wrong and what to write instead.

    `files` are the paths of the data that lie with the card, below its folder, and their bytes; None, where nobody
    knows, leaves out what only they can tell. `footer` reads the footer of one of them. An error is what hubs refuse
    or `load_dataset` fails at.
    """
    head, found = read(text)
    if head is not None:
        found += keys.check(head)
        found += configs.check(head, files)
        found += infos.check(head, files, footer)
    found += _placeholders(text)
    return sorted(found, key=lambda each: each.line or 0)


def _placeholders(text: str) -> Iterator[Finding]:
    for what, form in _PLACEHOLDERS:
        matches = list(form.finditer(text))
        if matches:
            line = text.count("\n", 0, matches[0].start()) + 1
            times = "once" if len(matches) == 1 else f"{len(matches):,} times, here first"
            yield finding("placeholder-text", f"{what} stands in the card {times}", line=line)


__all__ = ["Footer", "ReadFooter", "lint_card"]
