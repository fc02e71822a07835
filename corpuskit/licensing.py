"""What corpus.toml says of licences: [licensing], and the claims and conditions of each source."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpuskit import licenses
from corpuskit.languages import canonical_language, language_name, nearest_language
from corpuskit.licenses import canonical_license, nearest_license
from corpuskit.provenance import Claim


@dataclass(frozen=True, slots=True)
class Licensing:
    """Which licences a release may hold, and what becomes of an article that is in conflict.

    `allow` empty allows all that `deny` does not name. `work` says whether the release is a collection of works or
    one work made of them; see `corpuskit.licenses.aggregate`.
    """

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    on_conflict: str = "warn"
    work: str = "collection"


def licensing_of(table: Mapping[str, Any]) -> Licensing:
    """The [licensing] of a corpus.toml without mistakes."""
    allow, deny = (
        tuple(filter(None, map(canonical_license, table.get(key, [])))) for key in ("allow", "deny")
    )
    usual = Licensing()
    return Licensing(allow, deny, table.get("on_conflict", usual.on_conflict), table.get("work", usual.work))


def claims_of(tables: Sequence[Mapping[str, Any]]) -> tuple[Claim, ...]:
    """The claims of a source without mistakes, their licences in canonical form."""
    return tuple(Claim(**{**table, "license": canonical_license(table["license"])}) for table in tables)


def rule_of(licensing: Licensing, compilation: str, sources: Sequence[Mapping[str, Any]]) -> licenses.Rule:
    """What decides on conflicts; `sources` are the curator's statements as the manifest holds them."""
    return licenses.Rule(
        licensing.allow,
        licensing.deny,
        licensing.on_conflict,
        licensing.work,
        compilation,
        licenses.declared(sources),
    )


# --- mistakes ---


def licensing_mistakes(document: Mapping[str, Any], mistake: Any) -> Iterator[Any]:
    """What the schema cannot say: what is no licence expression, and conditions of what has none to state."""
    yield from _license(document["corpus"]["license"], mistake, "corpus", "license")
    stated: dict[str, tuple[str, frozenset[str]]] = {}
    for index, source in enumerate(document["source"]):
        yield from _license(source["license"], mistake, "source", index, "license")
        for number, claim in enumerate(source.get("claim", ())):
            yield from _license(claim["license"], mistake, "source", index, "claim", number, "license")
        if "conditions" in source and canonical_license(source["license"]) is not None:
            yield from _conditions(source, index, stated, mistake)
    for key in ("allow", "deny"):
        for index, license_ in enumerate(document.get("licensing", {}).get(key, [])):
            yield from _license(license_, mistake, "licensing", key, index)


def _license(text: str, mistake: Any, *steps: str | int) -> Iterator[Any]:
    if canonical_license(text) is None:
        near = nearest_license(text)
        hint = (
            f"Did you mean `{near}`?" if near else "See https://spdx.org/licenses, or write `LicenseRef-...`."
        )
        yield mistake(f"{text!r} is no SPDX licence expression.", *steps, hint=hint)


def _conditions(
    source: Mapping[str, Any], index: int, stated: dict[str, tuple[str, frozenset[str]]], mistake: Any
) -> Iterator[Any]:
    """Conditions belong to terms of one's own: one LicenseRef asks the same wherever it stands."""
    names = licenses.own_terms(source["license"])
    if not names:
        message = f"what {source['license']} asks is not for a source to say."
        hint = "Conditions are those of a `LicenseRef-NAME` in `license`."
        yield mistake(message, "source", index, "conditions", hint=hint)
    conditions = frozenset(source["conditions"])
    for name in names:
        first, others = stated.setdefault(name, (source["name"], conditions))
        if others != conditions:
            message = f"source {first!r} states other conditions of {name}."
            yield mistake(
                message, "source", index, "conditions", hint="Give terms that differ names that differ."
            )


def language_mistake(tag: str, mistake: Any, *steps: str | int) -> Iterator[Any]:
    """A tag that names no registered language, with the one that may be meant."""
    if canonical_language(tag) is None:
        near = nearest_language(tag)
        hint = f"Did you mean `{near}` ({language_name(near)})?" if near else None
        yield mistake(f"{tag!r} is no BCP 47 tag.", *steps, hint=hint)
