"""A compiled schema: the verdict on an instance, and every reason against it."""

import json
import posixpath
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

import jsonschema_rs

from corpuskit.bundling import bundle
from corpuskit.errors import SchemaError
from corpuskit.findings import Finding
from corpuskit.resources import packaged_schema
from corpuskit.validation.dates import CHECKS
from corpuskit.validation.formats import format_findings
from corpuskit.validation.identity import id_keyword
from corpuskit.validation.references import BASE, Retriever, registered
from corpuskit.validation.sentences import keyword_of, sentence

# A record that breaks more rules than this is explained by the first so many.
_MAX_VIOLATIONS = 1000
_OVERLOOKED = re.compile(
    r"Resource '(?P<uri>[^']+)' is not present in a registry and retrieving it failed: Retrieving external"
)
_FAILURES = (ValueError, jsonschema_rs.ReferencingError, RecursionError)
_DRAFTS = "Known are drafts 4, 6, 7, 2019-09 and 2020-12, and metaschemas of your own by --registry."


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: where in the instance, which keyword, its place in the schema document, in words."""

    pointer: str
    keyword: str
    schema_path: str
    message: str


@dataclass(frozen=True, slots=True)
class Judge:
    """A compiled schema; `files` are it and all files that it refers to, by file name as given."""

    document: Mapping[str, Any] | bool
    validator: jsonschema_rs.Validator
    options: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, Any] = field(default_factory=dict)

    def __reduce__(self) -> tuple[Any, ...]:
        """Compile again where it is unpickled: no compiled schema crosses a process boundary."""
        return partial(compile_schema, self.document, **self.options), ()

    def notes(self) -> list[Finding]:
        """What is odd about the schema itself: a warning for each format name that is no rule."""
        return format_findings(self.files) if self.options.get("formats", True) else []

    @property
    def accepts(self) -> Callable[[Any], bool]:
        """The verdict: a function from an instance to whether it satisfies the schema."""
        return self.validator.is_valid  # without a call of ours between: this is asked for every record

    def explain(self, instance: Any) -> list[Violation]:
        """Every rule that the instance breaks; empty for a valid one."""
        return [_violation(error) for error in islice(self.validator.iter_errors(instance), _MAX_VIOLATIONS)]


def pointer(path: list[str | int]) -> str:
    """The JSON Pointer (RFC 6901) of a path of keys and indexes."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _violation(error: jsonschema_rs.ValidationError) -> Violation:
    where, rule = pointer(list(error.instance_path)), pointer(list(error.schema_path))
    return Violation(where, keyword_of(error), rule, sentence(error))


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
    document, judge = load_judge(path, formats=formats, registry=registry)
    # What leaves the folder was refused before it is followed here.
    return bundle(document, lambda name: _beside(path, name)), judge


def _beside(path: Path, name: str) -> Any:
    """The document that a reference names, a packaged one or a file below a schema's folder."""
    # Told as a path: a URN looks like a name in the folder of the file that refers to it.
    packaged = packaged_schema(name.rpartition("/")[2])
    return load_schema(path.parent / name) if packaged is None else packaged


def load_judge(
    path: Path, *, formats: bool = True, registry: Mapping[str, Path | str] | None = None
) -> tuple[Any, Judge]:
    """The document of a schema file as it stands, and its judge; raises SchemaError as `read_schema` does."""
    document = load_schema(path)
    return document, compile_schema(document, path, formats=formats, registry=registry)


def schema_notes(path: Path, root: Path) -> list[Finding]:
    """What is odd about a schema file and those that it refers to, named relative to a folder."""
    _, judge = load_judge(path)
    return [replace(note, file=posixpath.relpath(note.file, root)) for note in judge.notes()]


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
    opened = {_name(file): document}
    homes = [*([file.parent] if file is not None else []), *map(Path, (registry or {}).values())]

    def load(path: Path) -> Any:
        loaded = load_schema(path)
        if file is None or path != file.resolve():
            opened[_as_given(path, homes)] = loaded
        return loaded

    retriever = Retriever(registered(registry or {}), own, load, id_keyword(document))
    options = {"file": file, "formats": formats, "registry": registry}
    try:
        return Judge(document, _compiled(document, base, retriever, formats=formats), options, opened)
    except SchemaError as error:
        if error.file is not None:  # a document that the schema refers to is itself broken
            raise
        raise replace(error, message=f"is not usable: {error.message}", file=_name(file)) from error
    except _FAILURES as error:
        line = _first_line(error)
        hint = _DRAFTS if line.startswith("Unknown meta-schema") else None
        raise SchemaError(f"is not a usable JSON Schema: {line}", _name(file), None, hint) from error


def _compiled(document: Any, base: str, retriever: Retriever, *, formats: bool) -> jsonschema_rs.Validator:
    """The engine's validator, with every document that the schema refers to."""
    found: dict[str, Any] = {}

    def attempt(retriever: Retriever) -> jsonschema_rs.Validator:
        return jsonschema_rs.validator_for(
            document,
            validate_formats=formats,
            formats=CHECKS,
            base_uri=base,
            retriever=retriever,
            registry=jsonschema_rs.Registry(list(found.items()), retriever=retriever) if found else None,
            pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=1_000_000),
        )

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


def _as_given(path: Path, homes: list[Path]) -> str:
    """A resolved path as seen from the folder that was named, in its own words."""
    home = next(home for home in homes if path.is_relative_to(home.resolve()))
    return str(home / path.relative_to(home.resolve()))


def _name(file: Path | None) -> str:
    return str(file) if file else "schema"


def _first_line(error: BaseException) -> str:
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0].removeprefix("ValueError: ").removesuffix(".") + "."
