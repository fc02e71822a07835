"""A compiled schema: the verdict on an instance, and every reason against it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import jsonschema_rs

from corpuskit.bundling import bundle
from corpuskit.errors import SchemaError
from corpuskit.validation.sentences import sentence

# A record that breaks more rules than this is explained by the first so many.
_MAX_VIOLATIONS = 1000
# Where a schema file has no $id, its references resolve below this name, a host that cannot exist (RFC 2606).
_BASE = "http://corpuskit.invalid/schema/"


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: where in the instance, which keyword at which place of the schema, in words."""

    pointer: str
    keyword: str
    schema_path: str
    message: str


@dataclass(frozen=True, slots=True)
class Judge:
    """A compiled schema."""

    document: Mapping[str, Any] | bool
    validator: jsonschema_rs.Validator

    def accepts(self, instance: Any) -> bool:
        """Whether the instance satisfies the schema."""
        return self.validator.is_valid(instance)

    def explain(self, instance: Any) -> list[Violation]:
        """Every rule that the instance breaks; empty for a valid one."""
        return [_violation(error) for error in islice(self.validator.iter_errors(instance), _MAX_VIOLATIONS)]


def pointer(path: list[str | int]) -> str:
    """The JSON Pointer (RFC 6901) of a path of keys and indexes."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def _violation(error: jsonschema_rs.ValidationError) -> Violation:
    path = list(error.instance_path)
    keyword = str(error.schema_path[-1]) if error.schema_path else error.kind.name
    # -rs names the rule by the keyword's place, also where that is an index or a property name.
    if keyword != error.kind.name and error.kind.name in error.schema_path:
        keyword = error.kind.name
    return Violation(pointer(path), keyword, pointer(list(error.schema_path)), sentence(error))


def load_schema(path: Path) -> Any:
    """The parsed JSON of a schema file; raises SchemaError naming file and line."""
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise SchemaError(f"cannot be read: {error.strerror}.", str(path)) from error
    except json.JSONDecodeError as error:
        raise SchemaError(f"is not JSON: {error.msg}.", str(path), error.lineno) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise SchemaError("is not JSON in UTF-8, or nested too deep.", str(path)) from error


def read_schema(path: Path, *, formats: bool = True) -> tuple[Any, Judge]:
    """The document of a schema file with all files that it refers to inside it, and its judge.

    Raises SchemaError for what is no schema, or refers to anything outside its folder.
    """
    document = load_schema(path)
    judge = compile_schema(
        document, path, formats=formats
    )  # refuses what leaves the folder, before it is followed
    return bundle(document, lambda name: load_schema(path.parent / name)), judge


def compile_schema(document: Any, file: Path | None = None, *, formats: bool = True) -> Judge:
    """A judge for a JSON Schema, draft by its `$schema`, formats asserted.

    References may name files of the schema's own folder and nothing else; nothing is fetched. Raises
    SchemaError where the document is no schema or refers to anything outside.
    """
    if not isinstance(document, dict | bool):
        raise SchemaError("is not a JSON Schema: neither an object nor true or false.", _name(file))
    declared = document.get("$id", "") if isinstance(document, dict) else ""
    base = urljoin(_BASE, declared) if isinstance(declared, str) else _BASE
    if file is not None and not declared:
        base = urljoin(_BASE, file.name)
    try:
        validator = jsonschema_rs.validator_for(
            document,
            validate_formats=formats,
            base_uri=base,
            retriever=_Retriever(base, file.resolve().parent if file else None),
            pattern_options=jsonschema_rs.FancyRegexOptions(backtrack_limit=1_000_000),
        )
    except (ValueError, jsonschema_rs.ReferencingError, RecursionError) as error:
        raise SchemaError(f"is not a usable JSON Schema: {_first_line(error)}", _name(file)) from error
    return Judge(document, validator)


def _name(file: Path | None) -> str:
    return str(file) if file else "schema"


def _first_line(error: BaseException) -> str:
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0].removeprefix("ValueError: ")


@dataclass(frozen=True, slots=True)
class _Retriever:
    """Resolves references below the schema's own base to files of its folder, and refuses all others."""

    base: str
    folder: Path | None

    def __call__(self, uri: str) -> Any:
        prefix = self.base[: self.base.rfind("/") + 1]
        if self.folder is None or not prefix or not uri.startswith(prefix):
            raise ValueError(f"the reference {uri!r} leaves the schema's folder; nothing is fetched")
        relative = unquote(urlsplit(uri[len(prefix) :]).path)
        target = (self.folder / relative).resolve()
        if not target.is_relative_to(self.folder) or not target.is_file():
            raise ValueError(f"the reference {relative!r} is no file of the schema's folder")
        return json.loads(target.read_bytes())
