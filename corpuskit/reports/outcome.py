"""What the forms of a report are written from, and the text that all of them share."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from corpuskit.findings import Finding


class Outcome(Protocol):
    """What a report is written from; `corpuskit.Report` is one."""

    @property
    def findings(self) -> Sequence[Finding]:
        """All of them, as found."""

    @property
    def paths(self) -> Sequence[str]:
        """What was validated, as given."""

    @property
    def damaged(self) -> bool:
        """Whether an input could not be read to its end."""

    def located(self) -> Iterator[Finding]:
        """The findings with their files as seen from where validation ran."""


def encodable(text: str) -> str:
    """A text without the lone surrogates that stand for the bytes of a file name that is not UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()


def compact_json(value: Any) -> str:
    """A value as one line of inert JSON."""
    return inert_json(value, separators=(",", ":"))


def inert_json(value: Any, **form: Any) -> str:
    """A value as ASCII JSON that neither a terminal nor the log of a CI system acts on; `form` as for `json.dumps`."""
    # Control characters are escaped by JSON itself but for DEL, C1 and format characters: so all non-ASCII is.
    text = json.dumps(value, ensure_ascii=True, **form)
    # `##[` begins a command wherever it stands in a line of a GitHub log; in JSON it stands in strings only.
    return text.replace("\x7f", "\\u007f").replace("##[", "#\\u0023[")
