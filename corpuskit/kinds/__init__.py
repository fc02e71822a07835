"""The tables of kinds of findings: what each is, why it matters, how to fix it. docs/findings.md is made from them."""

from corpuskit.kinds.cards import CARDS
from corpuskit.kinds.corpora import CORPORA
from corpuskit.kinds.kind import Kind, Severity
from corpuskit.kinds.records import RECORDS
from corpuskit.kinds.releases import RELEASES

KINDS: dict[str, Kind] = {**RECORDS, **CORPORA, **CARDS, **RELEASES}

__all__ = ["KINDS", "Kind", "Severity"]
