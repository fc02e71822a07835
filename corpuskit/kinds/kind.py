"""What is known of a kind of finding."""

from typing import Literal, NamedTuple

Severity = Literal["error", "warning", "info"]


class Kind(NamedTuple):
    """One row of a table of kinds: what it is, why it matters, how to fix it."""

    severity: Severity
    title: str
    why: str
    fix: str
