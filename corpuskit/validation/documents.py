"""Where the references of a schema lead: each subschema with its base URI, found in plain Python.

The engine resolves references for verdicts. Here they are resolved once more, by the same rules, for what has
to be known before the engine is asked, and for telling a record apart rule by rule.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import unquote, urldefrag, urljoin

from corpuskit.validation.identity import DATA, NAMED, REFERENCES, id_keyword

_HOLDERS = frozenset({
    "additionalItems", "additionalProperties", "allOf", "anyOf", "contains", "contentSchema", "else", "if", "items",
    "not", "oneOf", "prefixItems", "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties",
})  # fmt: skip
_OLD = ("draft-04/", "draft-06/", "draft-07/")


class Place(NamedTuple):
    """A subschema, the URI against which its references resolve, and how it is read.

    `key` is the keyword by which it names itself; in `old` drafts nothing beside a `$ref` counts.
    """

    schema: Any
    base: str
    key: str = "$id"
    old: bool = False

    def inside(self, schema: Any) -> "Place":
        """A subschema that stands inside this one."""
        key, old = self.key, self.old
        draft = schema.get("$schema") if isinstance(schema, dict) else None
        if isinstance(draft, str):
            key, old = id_keyword(schema, key), any(part in draft for part in _OLD)
        declared = schema.get(key) if isinstance(schema, dict) else None
        base = self.base
        if isinstance(declared, str) and not declared.startswith("#") and not (old and "$ref" in schema):
            base = _joined(base, declared).partition("#")[0]
        return Place(schema, base, key, old)


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents of a schema by URI, with their anchors; `load` gives one that is not here yet, or None.

    `taken` are whole documents, `roots` all resources, and `homes` the documents that hold them; `anchors` are by
    URI of the resource and name, and `dynamic` by name alone those to which a `$dynamicRef` may lead.
    """

    load: Callable[[str], Any]
    key: str = "$id"
    taken: dict[str, Any] = field(default_factory=dict)
    roots: dict[str, Place] = field(default_factory=dict)
    homes: dict[str, str] = field(default_factory=dict)
    anchors: dict[tuple[str, str], Place] = field(default_factory=dict)
    dynamic: dict[str, list[Place]] = field(default_factory=dict)

    def add(self, document: Any, uri: str) -> Place:
        """Take a document in under a URI, with every `$id` and every anchor inside it."""
        root = Place(document, uri, self.key).inside(document)
        self.taken[uri] = document
        self.homes[uri] = uri
        self.roots[uri] = root
        waiting = [root]
        seen: set[tuple[int, str]] = set()  # a value made in Python may stand in many places
        while waiting:
            place = waiting.pop()
            if (id(place.schema), place.base) in seen:
                continue
            seen.add((id(place.schema), place.base))
            if isinstance(place.schema, dict):
                self._named(place, uri)
            waiting.extend(place.inside(below) for below in subschemas(place.schema))
        return root

    def _named(self, place: Place, uri: str) -> None:
        """Note what a subschema calls itself."""
        schema, base = place.schema, place.base
        declared = schema.get(place.key)
        if isinstance(declared, str):
            if declared.startswith("#"):
                self.anchors[base, declared[1:]] = place
            else:
                self.roots.setdefault(base, place)
                self.homes.setdefault(base, uri)
        for keyword in ("$anchor", "$dynamicAnchor"):
            if isinstance(name := schema.get(keyword), str):
                self.anchors[base, name] = place
        if isinstance(name := schema.get("$dynamicAnchor"), str):
            self.dynamic.setdefault(name, []).append(place)
        if schema.get("$recursiveAnchor") is True:
            self.dynamic.setdefault("", []).append(place)

    def resource(self, base: str, reference: str) -> tuple[str, Place] | None:
        """The resource in which a reference leads, and the URI of the document that holds it."""
        uri = _joined(base, reference).partition("#")[0]
        root = self.resolve(uri, "")
        return (self.homes[uri], root) if root else None

    def whole(self, base: str, reference: str) -> str:
        """A reference as a whole URI."""
        return _joined(base, reference)

    def resolve(self, base: str, reference: str) -> Place | None:
        """The subschema that a reference names, None where there is none."""
        uri, _, fragment = _joined(base, reference).partition("#")
        root = self.roots.get(uri)
        if root is None:
            document = self.load(uri)
            if document is None:
                return None
            root = self.add(document, uri)
        if not fragment:
            return root
        return _at(root, fragment) if fragment.startswith("/") else self.anchors.get((root.base, fragment))

    def meant(self, base: str, reference: str, outer: str) -> Place | None:
        """The subschema that a `$dynamicRef` means where it is met from the resource `outer` on."""
        static = self.resolve(base, reference)
        name = reference.partition("#")[2]
        if static is None or not _is_dynamic(static.schema, name):
            return static
        return self.anchors.get((outer, name)) or static

    def settled(self, outer: str) -> bool:
        """Whether every dynamic anchor is one of the resource `outer`, so that its references mean that one."""
        return all(name and any(place.base == outer for place in self.dynamic[name]) for name in self.dynamic)

    def scope(self, outer: str) -> dict[str, Any]:
        """Definitions by which a schema means by its `$dynamicRef`s what the resource `outer` means."""
        found = {name: self.anchors.get((outer, name)) for name in self.dynamic if name}
        # Copies: a plain $ref to a dynamic anchor would lead the engine back here.
        return {name: {**absolute(place), "$dynamicAnchor": name} for name, place in found.items() if place}

    def candidates(self, base: str, reference: str) -> list[Place]:
        """All subschemas that a `$dynamicRef` or `$recursiveRef` may turn out to mean."""
        static = self.resolve(base, reference)
        name = reference.partition("#")[2]
        if static is None or name.startswith("/"):
            return [static] if static else []
        return [static, *(other for other in self.dynamic.get(name, ()) if other.schema is not static.schema)]


def absolute(place: Place) -> Any:
    """A subschema that means the same wherever it stands: each reference as a whole URI, and no name of its own."""
    schema = place.schema
    if isinstance(schema, list):
        return [absolute(place.inside(each)) for each in schema]
    if not isinstance(schema, dict):
        return schema
    told: dict[str, Any] = {}
    for name, value in schema.items():
        if name in REFERENCES and isinstance(value, str):
            told[name] = _joined(place.base, value)
        elif name in NAMED and isinstance(value, dict):
            told[name] = {each: absolute(place.inside(below)) for each, below in value.items()}
        elif name in DATA:
            told[name] = value
        elif name not in {place.key, "$schema", "$anchor", "$dynamicAnchor"}:
            told[name] = absolute(place.inside(value))
    return told


def subschemas(node: Any) -> Iterator[Any]:
    """What is a subschema directly below a node, lists of them included: what other keywords hold names nothing."""
    if isinstance(node, list):
        yield from node
    elif isinstance(node, dict):
        for name, value in node.items():
            if name in NAMED and isinstance(value, dict):
                yield from value.values()
            elif name in _HOLDERS and isinstance(value, dict | list):
                yield value


def _is_dynamic(schema: Any, name: str) -> bool:
    return isinstance(schema, dict) and schema.get("$dynamicAnchor") == name


def _joined(base: str, reference: str) -> str:
    try:
        return (
            urldefrag(base).url + reference
            if not reference or reference.startswith("#")
            else urljoin(base, reference)
        )
    except ValueError:  # no URI, which the engine will say
        return reference


def _at(root: Place, fragment: str) -> Place | None:
    """The subschema at a JSON Pointer below a root, with the base that the `$id`s on the way make."""
    place = root
    for step in unquote(fragment).split("/")[1:]:
        name, node = step.replace("~1", "/").replace("~0", "~"), place.schema
        if isinstance(node, dict) and name in node:
            place = place.inside(node[name])
        elif isinstance(node, list) and name.isascii() and name.isdigit() and int(name) < len(node):
            place = place.inside(node[int(name)])
        else:
            return None
    return place
