"""The engine, jsonschema-rs, compiling a schema with every document that it refers to."""

import re
from contextlib import suppress
from dataclasses import replace
from typing import Any

import jsonschema_rs

from corpuskit.validation.references import Retriever

_OVERLOOKED = re.compile(
    r"Resource '(?P<uri>[^']+)' is not present in a registry and retrieving it failed: Retrieving external"
)
FAILURES = (ValueError, jsonschema_rs.ReferencingError, RecursionError)


def attempt(
    document: Any, base: str, retriever: Retriever, known: jsonschema_rs.Registry | None, *, formats: bool
) -> jsonschema_rs.Validator:
    """The engine's validator of a document, with the documents that are known; raises one of FAILURES."""
    return jsonschema_rs.validator_for(
        document,
        validate_formats=formats,
        base_uri=base,
        retriever=retriever,
        registry=known,
        pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=1_000_000),
    )


def compiled(
    document: Any, base: str, retriever: Retriever, found: dict[str, Any], *, formats: bool
) -> jsonschema_rs.Validator:
    """The engine's validator, with every document that the schema refers to."""

    def compile_with(retriever: Retriever) -> jsonschema_rs.Validator:
        known = jsonschema_rs.Registry(list(found.items()), retriever=retriever) if found else None
        return attempt(document, base, retriever, known, formats=formats)

    while True:
        retriever.refused.clear()
        try:
            return compile_with(retriever)
        except FAILURES as error:
            failure = error
        if retriever.refused:
            # The engine asks in no fixed order and stops at the first refusal: so ask for all of them.
            with suppress(*FAILURES):
                compile_with(replace(retriever, strict=False))
            if any(uri in retriever.known for uri in retriever.refused):
                continue
            raise min(retriever.refused.items())[1] from failure
        # What only a `$dynamicRef` names, or the metaschema of another draft, the engine does not look for.
        overlooked = _OVERLOOKED.match(str(failure))
        if overlooked is None or (uri := overlooked["uri"]) in found:
            raise failure
        found[uri] = metaschema(uri) or replace(retriever, strict=False)(uri)
        if uri in retriever.refused:
            raise retriever.refused[uri] from failure


def metaschema(uri: str) -> Any:
    """The published metaschema of a draft or of one of its vocabularies, None for any other URI."""
    # Files of a package that jsonschema brings: nothing is fetched, and nothing imported where it is not needed.
    from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]  # it has no py.typed

    return REGISTRY.contents(uri) if uri in REGISTRY else None
