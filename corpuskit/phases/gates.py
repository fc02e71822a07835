"""What is to be said of a corpus as a whole once its records have their fates, and why it may not be released."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from corpuskit.findings import Finding, finding, tally
from corpuskit.phases.books import place_of
from corpuskit.phases.index import FATES, KEPT, Index
from corpuskit.phases.licensing import licensing_findings, licensing_refusals
from corpuskit.phases.partition import config_refusals
from corpuskit.phases.parts import Part
from corpuskit.phases.plan import Input, MapTask
from corpuskit.phases.torn import torn_groups
from corpuskit.spec import CorpusSpec
from corpuskit.splits import MAX_SPLITS, TRAIN
from corpuskit.transforms import Repeats
from corpuskit.validation import schema_notes

_DECIDED = [FATES.index("duplicate"), FATES.index("removed")]


@dataclass(slots=True)
class Mapped:
    """The work before anything is written: inputs, tasks, parts, fates, what each source repeats, licensing."""

    inputs: list[Input]
    tasks: list[MapTask]
    parts: list[Part]
    index: Index
    accounts: dict[str, dict[str, int]]
    repeats: Mapping[str, Repeats]
    licensing: Mapping[str, Any]
    findings: list[Finding] = field(default_factory=list)

    def kinds(self) -> dict[str, int]:
        """Findings by kind: those of records, those of the corpus, and the fates that are findings."""
        counts: Counter[str] = Counter()
        for part in self.parts:
            counts.update(part.kinds)
        counts.update(tally(self.findings))
        decided = np.bincount(self.index.reason[np.isin(self.index.fate, _DECIDED)])
        counts.update({str(self.index.reasons[code]): int(decided[code]) for code in np.flatnonzero(decided)})
        return dict(sorted(counts.items()))


def corpus_findings(spec: CorpusSpec, mapped: Mapped) -> Iterator[Finding]:
    """What is to be said of the corpus as a whole."""
    yield from schema_findings(spec)
    yield from spec.remarks
    yield from licensing_findings(spec, mapped.licensing)
    present = _languages(mapped) if "languages" in spec.corpus else set()
    for tag in spec.corpus.get("languages", []):
        if not any(language == tag or language.startswith(f"{tag}-") for language in present):
            yield finding(
                "absent-language", f"no article is in {tag!r}, which `languages` declares", file=spec.file
            )
    if not (mapped.index.fate == KEPT).any():
        yield finding("empty-corpus", "no article was kept", file=spec.file)
    yield from _absent_split_keys(spec, mapped)
    if spec.splits.field is not None or any(source.split for source in spec.sources):
        places = place_of(mapped.tasks, mapped.parts, mapped.index)
        yield from torn_groups(mapped.parts, mapped.index, places, spec.file)


def _absent_split_keys(spec: CorpusSpec, mapped: Mapped) -> Iterator[Finding]:
    """Fields that [splits] names and no record has: a slip of the pen would change every split in silence."""
    splits, index = spec.splits, mapped.index
    known = index.split[index.split >= 0]
    if not len(known):
        return
    if splits.field is not None and (known == index.splits.index(TRAIN)).all():
        message = f"no record names another split than {TRAIN} in {splits.field!r}"
        yield finding("absent-split-key", message, file=spec.file)
    if splits.by not in {"text", "id"} and (splits.field is not None or splits.shares is not None):
        groups = (part.table("ledger")["group"] for part in mapped.parts)
        if all(column.null_count == len(column) for column in groups):
            message = f"no record has {splits.by!r}: each is its own group"
            yield finding("absent-split-key", message, file=spec.file)


def schema_findings(spec: CorpusSpec) -> list[Finding]:
    """What is to be said of the corpus's own schema."""
    return [] if spec.schema is None else list(schema_notes(spec.root / spec.schema, spec.root))


def _languages(mapped: Mapped) -> set[str]:
    """The languages of the kept articles."""
    found: set[str] = set()
    for number, part in enumerate(mapped.parts):
        first, last = mapped.index.starts[number], mapped.index.starts[number + 1]
        kept = pa.array(mapped.index.fate[first:last] == KEPT)
        found.update(filter(None, part.table("ledger")["language"].filter(kept).unique().to_pylist()))
    return found


def refusals_of(spec: CorpusSpec, mapped: Mapped) -> list[Finding]:
    """Why the build may release nothing: a source's budget, licences that are refused, configs that cannot be."""
    refusals = []
    for source in spec.sources:
        account = mapped.accounts[source.name]
        if account["rejected"] > source.max_loss * account["in"]:
            message = (
                f"source {source.name!r}: {account['rejected']} of {account['in']} records were rejected; "
                f"max_loss = {source.max_loss:g} allows {int(source.max_loss * account['in'])}."
            )
            refusals.append(finding("over-budget", message, file=spec.file))
    refusals += licensing_refusals(spec, mapped.licensing)
    if (count := len(mapped.index.splits)) > MAX_SPLITS:
        message = f"[splits] gives {count:,} splits, of at most {MAX_SPLITS}."
        refusals.append(finding("too-many-splits", message, file=spec.file))
    refusals += config_refusals(mapped.index.partitions, spec.file)
    return refusals
