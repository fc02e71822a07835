"""How many keys a record has, told with as little looking as its schema allows.

Of a record that is valid the schema has said what most values are: in a string there are no keys, and in an object
that is closed only those values need a look that may hold keys, or numbers that a parser rounds. What the schema
leaves open, or says in a way not read here, is counted in full.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

# Counts the keys inside a value; negative where a number may be rounded, or nesting is too deep.
Count = Callable[[Any], int]

# Not draft 4, in which const is no rule.
_DRAFTS = frozenset(
    {
        "https://json-schema.org/draft/2020-12/schema",
        "https://json-schema.org/draft/2019-09/schema",
        "http://json-schema.org/draft-07/schema",
        "http://json-schema.org/draft-06/schema",
    }
)
_LATEST = "https://json-schema.org/draft/2020-12/schema"
_NUMBERS = frozenset({"integer", "number"})
_TYPES = {str: "string", bool: "boolean", type(None): "null", int: "integer", float: "number"}
# What makes the place of a reference another one, or a type another rule.
_ELSEWHERE = frozenset({"$id", "id", "$schema", "$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveRef"})
_MOST_PLACES = 2000
# With more properties than this a record is gone through, not the schema.
_MANY = 32


def key_counter(document: Any, depth: int, within: Callable[[Any, int], int]) -> Count:
    """A function that counts the keys of a record which the schema accepts.

    `within` counts all keys of a value nested in no more than so many levels, in full.
    """
    draft = document.get("$schema", _LATEST) if isinstance(document, Mapping) else None
    known = isinstance(draft, str) and draft.removesuffix("#") in _DRAFTS
    if not known or any(map(_is_elsewhere, document.values())):
        return lambda value: within(value, depth)
    return _Plan(document, within).count(document, depth) or (lambda _: 0)


def _is_elsewhere(schema: Any) -> bool:
    """Whether a part of the document has a name, or a dialect, of its own; rather too often than too rarely."""
    if isinstance(schema, Mapping):
        named = any(isinstance(schema.get(keyword), str) for keyword in _ELSEWHERE)
        return named or any(map(_is_elsewhere, schema.values()))
    return isinstance(schema, list) and any(map(_is_elsewhere, schema))


@dataclass(slots=True)
class _Plan:
    """Follows a schema down, and gives for each of its places how values there are counted; None for nothing."""

    root: Any
    within: Callable[[Any, int], int]
    places: int = 0

    def count(self, schema: Any, left: int) -> Count | None:
        """How a value that the schema accepts is counted, where `left` more levels are allowed; None for nothing."""
        return _by_type(self.looks(schema, left, ()))

    def looks(self, schema: Any, left: int, seen: tuple[str, ...]) -> dict[type, Count]:
        """How the values are counted that need a look, by their type."""
        self.places += 1
        if schema is False:
            return {}
        if not isinstance(schema, Mapping) or left <= 0 or self.places > _MOST_PLACES:
            return self._in_full(left)
        if "$ref" in schema:
            return self._referred(schema["$ref"], left, seen)
        types = _types(schema)
        if types is None:
            return self._in_full(left)
        found: dict[type, Count] = {}
        if not types.isdisjoint(_NUMBERS):
            found[float] = self._every(left)
        if "object" in types:
            found[dict] = self._object(schema, left)
        if "array" in types and (items := self._array(schema, left)) is not None:
            found[list] = items
        return found

    def _in_full(self, left: int) -> dict[type, Count]:
        return dict.fromkeys((dict, list, float), self._every(left))

    def _every(self, left: int) -> Count:
        return lambda value: self.within(value, left)

    def _referred(self, reference: Any, left: int, seen: tuple[str, ...]) -> dict[type, Count]:
        """What a reference leads to; the rules beside it, where they count, can only forbid more."""
        if (
            not isinstance(reference, str)
            or reference in seen
            or not reference.startswith("#/")
            or "%" in reference
        ):
            return self._in_full(left)
        target = self.root
        for step in reference[2:].split("/"):
            target = (
                target.get(step.replace("~1", "/").replace("~0", "~"))
                if isinstance(target, Mapping)
                else None
            )
        return self._in_full(left) if target is None else self.looks(target, left, (*seen, reference))

    def _object(self, schema: Mapping[str, Any], left: int) -> Count:
        properties = schema.get("properties")
        closed = schema.get("additionalProperties") is False and "patternProperties" not in schema
        if not closed or not isinstance(properties, Mapping):
            return self._every(left)
        looks = [(name, kind, inside) for name, sub in properties.items()
                 for kind, inside in self.looks(sub, left - 1, ()).items()]  # fmt: skip

        if len(looks) > _MANY:
            return _by_field(looks)

        def count(value: dict[str, Any]) -> int:
            keys, get = len(value), value.get
            for name, kind, inside in looks:
                item = get(name)
                if type(item) is kind:
                    keys += inside(item)
            return keys

        return count

    def _array(self, schema: Mapping[str, Any], left: int) -> Count | None:
        items = schema.get("items")
        if not isinstance(items, Mapping) or "prefixItems" in schema:
            return self._every(left)
        inside = self.count(items, left - 1)
        return None if inside is None else lambda value: sum(map(inside, value))


def _by_field(looks: list[tuple[str, type, Count]]) -> Count:
    """As many looks as a record has fields, however many the schema has."""
    known = {(name, kind): inside for name, kind, inside in looks}

    def count(value: dict[str, Any]) -> int:
        keys = len(value)
        for name, item in value.items():
            if (inside := known.get((name, type(item)))) is not None:
                keys += inside(item)
        return keys

    return count


def _by_type(inner: dict[type, Count]) -> Count | None:
    """One function for the values of all types that need a look."""
    if not inner:
        return None
    look = inner.get

    def count(value: Any) -> int:
        inside = look(type(value))
        return 0 if inside is None else inside(value)

    return count


def _types(schema: Mapping[str, Any]) -> frozenset[str] | None:
    """The JSON types that a schema allows, None where it does not say."""
    declared = schema.get("type")
    if isinstance(declared, str):
        return frozenset({declared})
    if isinstance(declared, list):
        return frozenset(declared)
    values = (
        schema["enum"]
        if isinstance(schema.get("enum"), list)
        else [schema["const"]]
        if "const" in schema
        else None
    )
    if values is None:
        return None
    types = {_TYPES.get(type(value)) for value in values}
    return None if None in types else frozenset(filter(None, types))
