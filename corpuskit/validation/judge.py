"""A compiled schema: the verdict on an instance, and every reason against it."""

import json
import posixpath
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

import jsonschema_rs

from corpuskit.errors import SchemaError
from corpuskit.findings import Finding
from corpuskit.validation.bounds import is_small, judges_all, refusal, too_much
from corpuskit.validation.bundling import bundle
from corpuskit.validation.documents import Documents, Place
from corpuskit.validation.engine import FAILURES, attempt, compiled, metaschema
from corpuskit.validation.formats import format_findings
from corpuskit.validation.identity import id_keyword
from corpuskit.validation.piecewise import Pieces, Spent
from corpuskit.validation.references import BASE, PIECE, Retriever, registered
from corpuskit.validation.violations import Violation, violations
from corpuskit.validation.ways import Ways, ways

# A record that breaks more rules than this is explained by the first so many.
_MAX_VIOLATIONS = 1000
# To tell what is wrong with a record that is large for its schema, the engine is asked so often.
_QUESTIONS = 3_000_000
_DRAFTS = "Known are drafts 4, 6, 7, 2019-09 and 2020-12, and metaschemas of your own by --registry."


@dataclass(frozen=True, slots=True)
class Judge:
    """A compiled schema.

    `accepts` is the verdict: a function from an instance to whether it satisfies the schema, as far as that can be
    told within the limits. `options` are what it was compiled with; `files` are it and all files that it refers to,
    by file name as given; `ways` and `root` are what is known of it without asking the engine.
    """

    document: Mapping[str, Any] | bool
    accepts: Callable[[Any], bool]
    validator: jsonschema_rs.Validator
    options: Mapping[str, Any]
    files: Mapping[str, Any]
    ways: Ways
    root: Place
    documents: Documents
    engine: Callable[[Any], jsonschema_rs.Validator]

    def __reduce__(self) -> tuple[Any, ...]:
        """Compile again where it is unpickled: no compiled schema crosses a process boundary."""
        return partial(compile_schema, self.document, **self.options), ()

    def notes(self) -> list[Finding]:
        """What is odd about the schema itself: a warning for each format name that is no rule."""
        return format_findings(self.files) if self.options["formats"] else []

    def explain(self, instance: Any) -> list[Violation]:
        """Every rule that the instance breaks; empty for a valid one.

        The last says so where more are not listed because listing them takes too long.
        """
        if reason := too_much(self.ways, instance):
            return [Violation("", "", "", f"cannot be judged: it {reason}")]
        if is_small(self.ways, instance):
            return violations(self.validator, instance, _MAX_VIOLATIONS)
        return [] if self.validator.is_valid(instance) else self.piecewise(instance)

    def piecewise(self, instance: Any) -> list[Violation]:
        """Some of what is wrong with a record that may break more rules than could be told at once."""
        found: list[Violation] = []
        # A piece cannot know from where a dynamic reference is met, unless that is the same from everywhere.
        if self.documents.settled(self.root.base):
            pieces = Pieces(
                self.documents, self.root.base, self.engine, 1 + self.ways.most // 1000, _QUESTIONS
            )
            with suppress(Spent, RecursionError, *FAILURES):
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
    return bundle(judge.root, judge.documents, lambda uri: metaschema(uri) is not None), judge


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
    found: dict[str, Any] = {}
    documents = Documents(_looking(retriever), id_keyword(document))
    try:
        root = documents.add(document, base)
        counted = ways(root, documents)
        if reason := refusal(counted):
            raise SchemaError(reason)
        validator = compiled(document, base, retriever, found, formats=formats)
    except SchemaError as error:
        if error.file is not None:  # a document that the schema refers to is itself broken
            raise
        raise replace(error, message=f"is not usable: {error.message}", file=_name(file)) from error
    except FAILURES as error:
        line = _first_line(error)
        hint = _DRAFTS if line.startswith("Unknown meta-schema") else None
        if line.startswith("Recursion limit"):
            line = "nested deeper than 255 levels."
        raise SchemaError(f"is not a usable JSON Schema: {line}", _name(file), None, hint) from error

    accepts = validator.is_valid  # without a call of ours between: this is asked for every record
    if not judges_all(counted):
        accepts = partial(_accepts, counted, validator.is_valid)
    engine = _engine(document, root, documents, replace(retriever, strict=False), found, formats=formats)
    options = {"file": file, "formats": formats, "registry": registry}
    return Judge(document, accepts, validator, options, opened, counted, root, documents, engine)


def _accepts(counted: Ways, is_valid: Callable[[Any], bool], instance: Any) -> bool:
    return too_much(counted, instance) is None and is_valid(instance)


def _engine(
    document: Any, root: Place, documents: Documents, retriever: Retriever, found: dict[str, Any], *, formats: bool
) -> Callable[[Any], jsonschema_rs.Validator]:  # fmt: skip
    """A function that compiles a piece of the schema, as if it stood where it does."""

    @cache
    def known() -> jsonschema_rs.Registry:
        return jsonschema_rs.Registry(list({**found, **documents.taken}.items()), retriever=retriever)

    def engine(piece: Any) -> jsonschema_rs.Validator:
        said = (
            {"$schema": document["$schema"]} if isinstance(document, dict) and "$schema" in document else {}
        )
        if scope := documents.scope(root.base):
            said |= {"$id": PIECE, "$defs": scope}
        return attempt({**piece, **said}, PIECE, retriever, known(), formats=formats)

    return engine


def _looking(retriever: Retriever) -> Callable[[str], Any]:
    """What gives the documents that are there, and is silent about others: the engine will ask for them too."""
    quiet = replace(retriever, refused={}, strict=False)

    def load(uri: str) -> Any:
        document = metaschema(uri) or quiet(uri)
        return None if uri in quiet.refused else document

    return load


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
