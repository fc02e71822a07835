"""One article schema: from JSON Schema to the shapes of columns, Arrow types and hub features.

The documented subset that becomes typed columns: string, integer, number, boolean, `format: date-time`,
arrays with one `items` schema, objects with `properties`, each also nullable, and `$ref` that does not
repeat itself; at the top `allOf`, too. Anything else becomes a column of JSON text, with a note.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from corpuskit.errors import SchemaError
from corpuskit.resources import ARTICLE, packaged_schema, read_json
from corpuskit.shapes import Shape

# Columns that a user's own schema gets where it lacks them, in this order, around its own.
ADDED_BEFORE = ("id", "source")
ADDED_AFTER = ("language", "license")
EXTRA = "extra"

_SIMPLE = {"string": "string", "integer": "integer", "number": "number", "boolean": "boolean"}


@dataclass(frozen=True)
class ArticleSchema:
    """The schema of one corpus: the document that judges, and the columns that follow from it.

    `text` are the fields of the text role; `required` and `declared` are the document's own; `added` are
    columns that it lacks; `notes` say which properties became JSON text, and why; `extends` tells that the
    document refers to the built-in article schema and adds to it.
    """

    document: Mapping[str, Any]
    columns: Mapping[str, Shape]
    text: tuple[str, ...]
    required: frozenset[str]
    declared: frozenset[str]
    notes: tuple[str, ...]
    file: Path | None = None
    extends: bool = False

    @property
    def is_article(self) -> bool:
        """Whether the columns of the built-in article schema mean here what they mean there."""
        return self.file is None or self.extends

    @cached_property
    def added(self) -> frozenset[str]:
        """Columns that the document does not declare."""
        return frozenset(self.columns) - self.declared

    @cached_property
    def keeps_extra(self) -> bool:
        """Whether a column takes the fields that the document does not know."""
        return EXTRA in self.columns and (EXTRA in self.added or self.is_article)

    @cached_property
    def instants(self) -> frozenset[str]:
        """Columns that hold a UTC instant."""
        return frozenset(name for name, shape in self.columns.items() if shape.kind == "instant")

    @cached_property
    def arrow(self) -> Any:
        """The Arrow schema of the columns, all nullable, with the hub features in its metadata."""
        import pyarrow as pa

        fields = [pa.field(name, arrow_type(shape)) for name, shape in self.columns.items()]
        info = {"info": {"features": self.features}}
        return pa.schema(fields, metadata={"huggingface": json.dumps(info, separators=(",", ":"))})

    @cached_property
    def features(self) -> dict[str, Any]:
        """The hub features of the columns, in the form of the `huggingface` metadata key."""
        return {name: hub_feature(shape) for name, shape in self.columns.items()}

    def to_json(self) -> bytes:
        """The document as it is published in a release."""
        return json.dumps(self.document, ensure_ascii=False, indent=2).encode() + b"\n"

    def sha256(self) -> str:
        """Digest of the published document."""
        return hashlib.sha256(self.to_json()).hexdigest()


def built_in() -> ArticleSchema:
    """The article schema that corpuskit brings."""
    return article_schema(read_json("article.schema.json"))


def article_schema(
    document: Any,
    *,
    text: tuple[str, ...] = ("text",),
    file: Path | None = None,
) -> ArticleSchema:
    """The columns that follow from a JSON Schema document, whose references stay inside it.

    Raises SchemaError where the document does not describe an object with properties, or its text role
    is not a string property.
    """
    name = str(file) if file else "article schema"
    notes: list[str] = []
    walk = _Walk(document, notes)
    top = walk.whole(document)
    properties = top.properties
    if not properties:
        raise SchemaError("describes no article: it needs `properties`.", name)
    declared = {key: walk.shape(sub, (), f"/{key}") for key, sub in properties.items()}
    required = frozenset(top.required)
    for field in text:
        if field not in declared or declared[field].kind != "string":
            raise SchemaError(f"the text role {field!r} is no string property of it.", name)
    before = {n: Shape("string") for n in ADDED_BEFORE if n not in declared}
    after = {n: Shape("string") for n in ADDED_AFTER if n not in declared}
    if not top.closed and EXTRA not in declared:
        after[EXTRA] = Shape("string")
    for name_ in (*ADDED_BEFORE, *ADDED_AFTER):
        if name_ in declared and declared[name_].kind != "string":
            raise SchemaError(f"the property {name_!r} must be a string.", name)
    columns = before | declared | after
    declares = frozenset(declared)
    return ArticleSchema(document, columns, text, required, declares, tuple(notes), file, top.extends)


def property_shapes(document: Any) -> tuple[Mapping[str, Shape], frozenset[str]]:
    """The shapes of the properties at the top of a JSON Schema document, and which of them are required."""
    walk = _Walk(document, [])
    top = walk.whole(document)
    return {key: walk.shape(sub, (), f"/{key}") for key, sub in top.properties.items()}, top.required


class _Top(NamedTuple):
    """What the top of a schema says: its properties, those that are required, whether it allows no others."""

    properties: Mapping[str, Any] = {}
    required: frozenset[str] = frozenset()
    closed: bool = False
    extends: bool = False


def _is_closed(schema: Mapping[str, Any]) -> bool:
    return False in (schema.get("additionalProperties"), schema.get("unevaluatedProperties"))


@dataclass(frozen=True, slots=True)
class _Walk:
    """Follows a document's properties and local references, and notes what has no column type."""

    root: Any
    notes: list[str]

    def whole(self, schema: Any, seen: tuple[str, ...] = ()) -> _Top:
        """What a schema says of an article together with all that it refers to at its top or in `allOf`."""
        if not isinstance(schema, dict):
            return _Top()
        reference = schema.get("$ref")
        parts = [self.whole(part, seen) for part in schema.get("allOf", ())]
        # A bundle of files holds what it was referred to by in `$defs`, under a name that ends like its URI.
        extends = isinstance(reference, str) and reference.removesuffix("#").endswith(ARTICLE)
        if isinstance(reference, str) and reference not in seen:
            parts.insert(0, self.whole(self._target(reference), (*seen, reference)))
        properties: dict[str, Any] = {}
        for each in (*(part.properties for part in parts), schema.get("properties", {})):
            for name, sub in each.items():
                known = properties.get(name)
                properties[name] = (
                    {**known, **sub} if isinstance(known, dict) and isinstance(sub, dict) else sub
                )
        return _Top(
            properties,
            frozenset(schema.get("required", ())).union(*(part.required for part in parts)),
            _is_closed(schema) or any(part.closed for part in parts),
            extends or any(part.extends for part in parts),
        )

    def resolve(self, schema: Any, seen: tuple[str, ...]) -> Any:
        """The schema behind a `$ref`, or itself; `{}` where the reference is recursive or foreign."""
        if not isinstance(schema, dict) or "$ref" not in schema:
            return schema
        reference = schema["$ref"]
        if reference in seen or not isinstance(reference, str):
            return {}
        target = self._target(reference)
        resolved = self.resolve(target, (*seen, reference))
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        return {**resolved, **beside} if isinstance(resolved, dict) else resolved

    def _target(self, reference: str) -> Any:
        path, _, fragment = reference.partition("#")
        document = (packaged_schema(path) or {}) if path else self.root
        for step in fragment.split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            document = document.get(key, {}) if isinstance(document, dict) else {}
        return document

    def shape(self, schema: Any, seen: tuple[str, ...], place: str) -> Shape:
        """The shape of a property, `json` with a note where the subset has no other."""
        here = schema.get("$ref") if isinstance(schema, dict) else None
        if here is not None and here in seen:
            return self._json(place, "it refers to itself")
        inside = (*seen, here) if here is not None else seen
        resolved = _without_null(self.resolve(schema, ()))
        if resolved is not schema and isinstance(resolved, dict) and "$ref" in resolved:
            return self.shape(resolved, inside, place)
        if not isinstance(resolved, dict):
            return self._json(place, "it allows any value")
        kind = _type(resolved)
        if kind == "string" and resolved.get("format") == "date-time":
            return Shape("instant")
        if kind in _SIMPLE:
            return Shape(_SIMPLE[kind])  # type: ignore[arg-type]  # the table holds only kinds
        if kind == "array" and isinstance(resolved.get("items"), dict) and "prefixItems" not in resolved:
            item = self.shape(resolved["items"], inside, f"{place}/items")
            return Shape("list", item=item)
        if kind == "object" and resolved.get("properties"):
            members = {k: self.shape(v, inside, f"{place}/{k}") for k, v in resolved["properties"].items()}
            return Shape("object", members=members)
        return self._json(place, "its type is not one that a column can have")

    def _json(self, place: str, reason: str) -> Shape:
        self.notes.append(f"{place}: stored as JSON text, because {reason}")
        return Shape("json")


def _without_null(schema: Any) -> Any:
    """The schema of the values other than null."""
    if not isinstance(schema, dict):
        return schema
    for keyword in ("anyOf", "oneOf"):
        branches = schema.get(keyword)
        if isinstance(branches, list):
            others = [b for b in branches if b != {"type": "null"}]
            if len(others) == 1 and len(others) < len(branches):
                return others[0]
    return schema


def _type(schema: dict[str, Any]) -> str | None:
    """The one type of a schema besides null, also where only its enum or const tells."""
    declared = schema.get("type")
    if declared is None:
        values = (
            schema["enum"]
            if isinstance(schema.get("enum"), list)
            else [schema["const"]]
            if "const" in schema
            else []
        )
        kinds = {_json_type(value) for value in values if value is not None}
        return kinds.pop() if len(kinds) == 1 else None
    kinds = {declared} if isinstance(declared, str) else set(declared)
    kinds.discard("null")
    if kinds == {"integer", "number"}:
        return "number"
    return kinds.pop() if len(kinds) == 1 else None


def _json_type(value: Any) -> str:
    names = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array"}
    return names.get(type(value), "object")


def arrow_type(shape: Shape) -> Any:
    """The Arrow type of a shape."""
    import pyarrow as pa

    match shape.kind:
        case "instant":
            return pa.timestamp("us", tz="UTC")
        case "list":
            return pa.list_(arrow_type(shape.item or Shape("json")))
        case "object":
            return pa.struct([pa.field(name, arrow_type(sub)) for name, sub in shape.members.items()])
    simple = {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
    return simple.get(shape.kind, pa.string())


_VALUE_TYPES = {
    "string": "string",
    "json": "string",
    "integer": "int64",
    "number": "float64",
    "boolean": "bool",
    "instant": "timestamp[us, tz=UTC]",
}


def hub_feature(shape: Shape) -> dict[str, Any]:
    """The hub feature of a shape, as `datasets` writes it into Parquet metadata."""
    if shape.kind == "list":
        return {"feature": hub_feature(shape.item or Shape("json")), "_type": "List"}
    if shape.kind == "object":
        return {name: hub_feature(sub) for name, sub in shape.members.items()}
    return {"dtype": _VALUE_TYPES[shape.kind], "_type": "Value"}


def card_feature(name: str, shape: Shape) -> dict[str, Any]:
    """The hub feature of a column in the form of a card's `dataset_info`."""
    return {"name": name, **_card_type(shape)}


def _card_type(shape: Shape) -> dict[str, Any]:
    if shape.kind == "list":
        inner = _card_type(shape.item or Shape("json"))
        return {"list": inner["dtype"] if set(inner) == {"dtype"} else inner.get("struct", inner)}
    if shape.kind == "object":
        return {"struct": [card_feature(name, sub) for name, sub in shape.members.items()]}
    return {"dtype": _VALUE_TYPES[shape.kind]}
