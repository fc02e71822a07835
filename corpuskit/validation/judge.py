"""A compiled schema: the verdict on an instance, and every reason against it."""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

import jsonschema_rs

from corpuskit.errors import SchemaError
from corpuskit.validation.bounds import is_small, refusal, too_much
from corpuskit.validation.bundling import bundle
from corpuskit.validation.documents import Documents, Place
from corpuskit.validation.identity import id_keyword
from corpuskit.validation.piecewise import Pieces, Spent
from corpuskit.validation.references import BASE, PIECE, Retriever, registered
from corpuskit.validation.violations import Violation, violation
from corpuskit.validation.ways import Ways, ways

# A record that breaks more rules than this is explained by the first so many.
_MAX_VIOLATIONS = 1000
# To tell what is wrong with a record that is large for its schema, the engine is asked so often.
_QUESTIONS = 3_000_000
_OVERLOOKED = re.compile(
    r"Resource '(?P<uri>[^']+)' is not present in a registry and retrieving it failed: Retrieving external"
)
_FAILURES = (ValueError, jsonschema_rs.ReferencingError, RecursionError)
_DRAFTS = "Known are drafts 4, 6, 7, 2019-09 and 2020-12, and metaschemas of your own by --registry."


@dataclass(frozen=True, slots=True)
class Judge:
    """A compiled schema; `ways` and `root` are what is known of it without asking the engine."""

    document: Mapping[str, Any] | bool
    validator: jsonschema_rs.Validator
    ways: Ways
    root: Place
    documents: Documents
    engine: Callable[[Any], jsonschema_rs.Validator]

    def accepts(self, instance: Any) -> bool:
        """Whether the instance satisfies the schema, as far as that can be told within the limits."""
        return too_much(self.ways, instance) is None and self.validator.is_valid(instance)

    def explain(self, instance: Any) -> list[Violation]:
        """Every rule that the instance breaks; empty for a valid one.

        The last says so where more are not listed because listing them takes too long.
        """
        if reason := too_much(self.ways, instance):
            return [Violation("", "", "", f"cannot be judged: it {reason}")]
        if is_small(self.ways, instance):
            errors = self.validator.iter_errors(instance)
            return [violation(error) for error in islice(errors, _MAX_VIOLATIONS)]
        return [] if self.validator.is_valid(instance) else self.piecewise(instance)

    def piecewise(self, instance: Any) -> list[Violation]:
        """Some of what is wrong with a record that may break more rules than could be told at once."""
        found: list[Violation] = []
        # A piece cannot know from where a dynamic reference is met, unless that is the same from everywhere.
        if self.documents.settled(self.root.base):
            pieces = Pieces(
                self.documents, self.root.base, self.engine, 1 + self.ways.most // 1000, _QUESTIONS
            )
            with suppress(Spent, RecursionError, *_FAILURES):
                found.extend(islice(pieces.told(self.root, instance), _MAX_VIOLATIONS))
                if found:
                    return found
        rest = "what else is wrong" if found else "breaks the schema; where"
        return [*found, Violation("", "", "", f"{rest} takes too many steps to tell")]


def load_schema(path: Path) -> Any:
    """The parsed JSON of a schema file; raises SchemaError naming file and line."""
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise SchemaError(f"cannot be read: {error.strerror}.", str(path)) from error
    except json.JSONDecodeError as error:
        raise SchemaError(f"is not JSON: {error.msg}.", str(path), error.lineno) from error
    except (ValueError, RecursionError) as error:
        why = "is not JSON in UTF-8, nested too deep, or holds an integer of thousands of digits."
        raise SchemaError(why, str(path)) from error


def read_schema(
    path: Path, *, formats: bool = True, registry: Mapping[str, Path | str] | None = None
) -> tuple[Any, Judge]:
    """The document of a schema file with all files that it refers to inside it, and its judge.

    Raises SchemaError for what is no schema, or refers to anything outside its folder.
    """
    _, judge = load_judge(path, formats=formats, registry=registry)
    return bundle(judge.root, judge.documents, lambda uri: _metaschema(uri) is not None), judge


def load_judge(
    path: Path, *, formats: bool = True, registry: Mapping[str, Path | str] | None = None
) -> tuple[Any, Judge]:
    """The document of a schema file as it stands, and its judge; raises SchemaError as `read_schema` does."""
    document = load_schema(path)
    return document, compile_schema(document, path, formats=formats, registry=registry)


def compile_schema(
    document: Any,
    file: Path | None = None,
    *,
    formats: bool = True,
    registry: Mapping[str, Path | str] | None = None,
) -> Judge:
    """A judge for a JSON Schema, draft by its `$schema`, formats asserted.

    References may name files of the schema's own folder, and files below the folders to which `registry`
    maps their URI prefix; nothing is fetched. Raises SchemaError where the document is no schema or refers
    to anything else.
    """
    if not isinstance(document, dict | bool):
        raise SchemaError("is not a JSON Schema: neither an object nor true or false.", _name(file))
    base = _base(document, file)
    prefix = base[: base.rfind("/") + 1]
    own = (prefix, file.resolve().parent) if file is not None and prefix else None
    retriever = Retriever(registered(registry or {}), own, load_schema, id_keyword(document))
    found: dict[str, Any] = {}
    documents = Documents(_looking(retriever), id_keyword(document))
    try:
        root = documents.add(document, base)
        counted = ways(root, documents)
        if reason := refusal(counted):
            raise SchemaError(reason)
        validator = _compiled(document, base, retriever, found, formats=formats)
    except SchemaError as error:
        if error.file is not None:  # a document that the schema refers to is itself broken
            raise
        raise replace(error, message=f"is not usable: {error.message}", file=_name(file)) from error
    except _FAILURES as error:
        line = _first_line(error)
        hint = _DRAFTS if line.startswith("Unknown meta-schema") else None
        if line.startswith("Recursion limit"):
            line = "nested deeper than 255 levels."
        raise SchemaError(f"is not a usable JSON Schema: {line}", _name(file), None, hint) from error

    quiet = replace(retriever, strict=False)

    @cache
    def known() -> jsonschema_rs.Registry:
        return jsonschema_rs.Registry(list({**found, **documents.taken}.items()), retriever=quiet)

    def engine(piece: Any) -> jsonschema_rs.Validator:
        said = (
            {"$schema": document["$schema"]} if isinstance(document, dict) and "$schema" in document else {}
        )
        if scope := documents.scope(root.base):
            said |= {"$id": PIECE, "$defs": scope}
        return _attempt({**piece, **said}, PIECE, quiet, known(), formats=formats)

    return Judge(document, validator, counted, root, documents, engine)


def _looking(retriever: Retriever) -> Callable[[str], Any]:
    """What gives the documents that are there, and is silent about others: the engine will ask for them too."""
    quiet = replace(retriever, refused={}, strict=False)

    def load(uri: str) -> Any:
        document = _metaschema(uri) or quiet(uri)
        return None if uri in quiet.refused else document

    return load


def _attempt(
    document: Any, base: str, retriever: Retriever, known: jsonschema_rs.Registry | None, *, formats: bool
) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(
        document,
        validate_formats=formats,
        base_uri=base,
        retriever=retriever,
        registry=known,
        pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=1_000_000),
    )


def _compiled(
    document: Any, base: str, retriever: Retriever, found: dict[str, Any], *, formats: bool
) -> jsonschema_rs.Validator:
    """The engine's validator, with every document that the schema refers to."""

    def attempt(retriever: Retriever) -> jsonschema_rs.Validator:
        known = jsonschema_rs.Registry(list(found.items()), retriever=retriever) if found else None
        return _attempt(document, base, retriever, known, formats=formats)

    while True:
        retriever.refused.clear()
        try:
            return attempt(retriever)
        except _FAILURES as error:
            failure = error
        if retriever.refused:
            # The engine asks in no fixed order and stops at the first refusal: so ask for all of them.
            with suppress(*_FAILURES):
                attempt(replace(retriever, strict=False))
            if any(uri in retriever.known for uri in retriever.refused):
                continue
            raise min(retriever.refused.items())[1] from failure
        # What only a `$dynamicRef` names, or the metaschema of another draft, the engine does not look for.
        overlooked = _OVERLOOKED.match(str(failure))
        if overlooked is None or (uri := overlooked["uri"]) in found:
            raise failure
        found[uri] = _metaschema(uri) or replace(retriever, strict=False)(uri)
        if uri in retriever.refused:
            raise retriever.refused[uri] from failure


def _metaschema(uri: str) -> Any:
    """The published metaschema of a draft or of one of its vocabularies, None for any other URI."""
    # Files of a package that jsonschema brings: nothing is fetched, and nothing imported where it is not needed.
    from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]  # it has no py.typed

    return REGISTRY.contents(uri) if uri in REGISTRY else None


def _base(document: Any, file: Path | None) -> str:
    """The URI against which the references of a document resolve: its own, or one for its file."""
    declared = document.get(id_keyword(document), "") if isinstance(document, dict) else ""
    if not isinstance(declared, str) or not (declared := urldefrag(declared).url):
        return urljoin(BASE, file.name) if file is not None else BASE
    return urljoin(BASE, declared)


def _name(file: Path | None) -> str:
    return str(file) if file else "schema"


def _first_line(error: BaseException) -> str:
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0].removeprefix("ValueError: ").removesuffix(".") + "."
