"""Licences in a build: which articles conflicts take out, and what is found of those that are kept."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from corpuskit import licenses
from corpuskit import manifest as manifests
from corpuskit.findings import Finding, finding
from corpuskit.licensing import rule_of
from corpuskit.phases.index import KEPT, Index
from corpuskit.phases.parts import Part
from corpuskit.phases.plan import MapTask
from corpuskit.spec import CorpusSpec


def edits_by_source(tasks: Sequence[MapTask], parts: Sequence[Part]) -> dict[str, Counter[str]]:
    """How many edits of each transform were made to the records of each source."""
    counts: dict[str, Counter[str]] = {}
    for task, part in zip(tasks, parts, strict=True):
        made = {name: numbers[0] for name, numbers in part.edits.items()}
        counts.setdefault(task.source.name, Counter()).update(made)
    return counts


def exclusion(
    spec: CorpusSpec, edits: Mapping[str, Mapping[str, int]]
) -> Callable[[str, str], str | None] | None:
    """Why an article of a source under a licence is taken out, by kind of conflict; None where nothing ever is."""
    if spec.licensing.on_conflict != "exclude":
        return None
    rule = _rule(spec)
    return lambda source, license_: licenses.fault(license_, edits.get(source, {}), rule)


def _rule(spec: CorpusSpec) -> licenses.Rule:
    return rule_of(spec.licensing, spec.corpus["license"], manifests.sources(spec))


def kept_licenses(tasks: Sequence[MapTask], parts: Sequence[Part], index: Index) -> dict[str, Counter[str]]:
    """How many kept articles of each source are under each licence."""
    counts: dict[str, Counter[str]] = {}
    for number, (task, part) in enumerate(zip(tasks, parts, strict=True)):
        kept = pa.array(index.fate[index.starts[number] : index.starts[number + 1]] == KEPT)
        found = part.table("ledger")["license"].filter(kept).drop_null().value_counts().to_pylist()
        counter = counts.setdefault(task.source.name, Counter())
        counter.update({pair["values"]: pair["counts"] for pair in found})
    return counts


def licensing_facts(
    spec: CorpusSpec, tasks: Sequence[MapTask], parts: Sequence[Part], index: Index
) -> dict[str, Any]:
    """What the manifest says of licensing."""
    articles = kept_licenses(tasks, parts, index)
    return licenses.aggregate(articles, edits_by_source(tasks, parts), manifests.sources(spec), _rule(spec))


def licensing_findings(spec: CorpusSpec, facts: Mapping[str, Any]) -> Iterator[Finding]:
    """What is to be said of licences that does not refuse the build."""
    refusing = spec.licensing.on_conflict == "refuse"
    told: set[str] = set()
    for conflict in facts["conflicts"]:
        if conflict["kind"] == "unknown-terms":
            told.update(conflict["sources"])
        if not (refusing and conflict["gates"]):
            severity = "warning" if conflict["gates"] else "info"
            yield finding(conflict["kind"], conflict["message"], severity=severity, file=spec.file)
    released = spec.corpus.get("released")
    for source in spec.sources:
        if licenses.is_unknown(source.license) and source.name not in told:
            message = f"source {source.name!r} has the licence {source.license}"
            yield finding("unknown-terms", message, file=spec.file)
        claims = sorted({claim.license for claim in source.claims} - {source.license})
        if claims:
            others = " and ".join(claims)
            message = f"source {source.name!r}: {others} is claimed beside {source.license}, which is applied"
            yield finding("differing-claims", message, file=spec.file)
        if source.term is not None and released is not None and source.term < released:
            message = (
                f"source {source.name!r}: its licence held until {source.term}; the release is of {released}"
            )
            yield finding("ended-term", message, file=spec.file)


def licensing_refusals(spec: CorpusSpec, facts: Mapping[str, Any]) -> list[Finding]:
    """The conflicts that refuse the build, where `on_conflict` says so."""
    if spec.licensing.on_conflict != "refuse":
        return []
    return [
        finding(conflict["kind"], f"{conflict['message']}.", severity="error", file=spec.file)
        for conflict in facts["conflicts"]
        if conflict["gates"]
    ]
