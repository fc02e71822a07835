"""In how many ways the rules of a schema apply to one place of a record: what a verdict may cost, before any.

A schema of a few lines can apply its rules in 2^40 ways, through references that double. Each way costs the
engine some nanoseconds, so they are counted here on the graph of the subschemas, where counting is cheap.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from corpuskit.validation.documents import Documents, Place

# Rules for the very place of the instance at which their own schema stands, and rules for places below it.
_ONE_HERE = frozenset({"not", "if", "then", "else"})
_SEVERAL_HERE = frozenset({"allOf", "anyOf", "oneOf"})
_NAMED_HERE = frozenset({"dependentSchemas", "dependencies"})
_DYNAMIC = frozenset({"$dynamicRef", "$recursiveRef"})
_ONE_BELOW = frozenset({"contains", "propertyNames", "unevaluatedItems", "unevaluatedProperties"})
_PROPERTIES = ("properties", "additionalProperties")
_ITEMS = ("items", "prefixItems", "additionalItems")
# What the engine does again for `unevaluated*`: judge the rules beside it, and ask each what it has seen.
_AGAIN = 3
_MOST = 10**15
_LOOKS_BEHIND = re.compile(r"\(\?<[=!][^()]*[*+?{|(]")

Group = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A subschema as numbers of others, in groups: of a group one at a time applies, of several groups all do.

    `here` apply to the same place of the instance, `below` to places below it, `order` is all of them as the
    engine meets them. At most `weight` errors come of its own words, and `again` is how often the engine asks.
    """

    here: tuple[Group, ...]
    below: tuple[Group, ...]
    order: tuple[int, ...]
    weight: int
    again: int


@dataclass(frozen=True, slots=True)
class Ways:
    """What is known of a schema: `most` ways in which rules apply to one place, as the engine goes about it.

    `chain` is the longest chain of rules for one and the same place, `longest` the longest chain at all;
    `keywords` are all that occur, and `behind` says whether a pattern looks back over no fixed length.
    `levels` fill up as they are asked for.
    """

    nodes: tuple[Node, ...]
    most: int
    chain: int
    longest: int
    keywords: frozenset[str]
    behind: bool
    levels: list[list[int]] = field(default_factory=list)

    def at(self, depth: int) -> int:
        """At most so many errors there can be about one place so deep in a record."""
        while len(self.levels) <= depth:
            own = [node.weight for node in self.nodes]
            if self.levels:
                last = self.levels[-1].__getitem__
                own = [_sum(node.below, last) for node in self.nodes]
            self.levels.append(self._level(own))
        return self.levels[depth][0]

    def _level(self, own: list[int]) -> list[int]:
        def value(number: int, of: Callable[[int], int]) -> int:
            return own[number] + _sum(self.nodes[number].here, of)

        return _counted(self.nodes, _here, value, lambda _: 0)


def ways(root: Place, documents: Documents) -> Ways:
    """Count the ways of a schema."""
    nodes, keywords, behind = _graph(root, documents)

    def chain(number: int, of: Callable[[int], int]) -> int:
        return 1 + max((of(each) for group in nodes[number].here for each in group), default=0)

    def alone(number: int, of: Callable[[int], int]) -> int:
        return 1 + nodes[number].again * _sum(nodes[number].here, of)

    def whole(number: int, of: Callable[[int], int]) -> int:
        return alone(number, of) + _sum(nodes[number].below, of)

    chains = _counted(nodes, _here, chain, lambda _: 0)
    single = _counted(nodes, _here, alone, lambda _: 1)
    longest: list[int] = [0]
    once = _counted(nodes, lambda node: node.order, whole, single.__getitem__, longest)
    # Where a reference leads back, the engine remembers its verdict on an array or object, unless no reference
    # leads back below that: so the last stretch counts twice.
    most = _counted(nodes, lambda node: node.order, whole, once.__getitem__)
    return Ways(nodes, max(most), max(chains), longest[0], keywords, behind)


def _sum(groups: tuple[Group, ...], of: Callable[[int], int]) -> int:
    return sum(max(map(of, group), default=0) for group in groups)


def _here(node: Node) -> tuple[int, ...]:
    return tuple(each for group in node.here for each in group)


def _counted(
    nodes: tuple[Node, ...],
    edges: Callable[[Node], tuple[int, ...]],
    value: Callable[[int, Callable[[int], int]], int],
    back: Callable[[int], int],
    longest: list[int] | None = None,
) -> list[int]:
    """A number for each node from those behind its edges; `back` stands in where an edge leads back."""
    counts = [-1] * len(nodes)

    def of(number: int) -> int:
        return counts[number] if counts[number] >= 0 else back(number)

    open_: set[int] = set()
    for start in range(len(nodes)):
        path: list[tuple[int, Iterator[int]]] = []
        below = start
        while True:
            if below >= 0 and counts[below] < 0 and below not in open_:
                open_.add(below)
                path.append((below, iter(edges(nodes[below]))))
                if longest is not None:
                    longest[0] = max(longest[0], len(path))
            if not path:
                break
            below = next(path[-1][1], -1)
            if below < 0:
                number = path.pop()[0]
                counts[number] = min(value(number, of), _MOST)
                open_.discard(number)
    return counts


def _graph(root: Place, documents: Documents) -> tuple[tuple[Node, ...], frozenset[str], bool]:
    """The subschemas that can be reached from a schema, the schema first."""
    numbers: dict[tuple[int, str], int] = {}
    places: list[Place] = []
    keywords: set[str] = set()
    behind = False

    def number(place: Place) -> int:
        key = (id(place.schema), place.base)
        if key not in numbers:
            numbers[key] = len(places)
            places.append(place)
        return numbers[key]

    number(root)
    nodes: list[Node] = []
    while len(nodes) < len(places):
        place = places[len(nodes)]
        here: list[Group] = []
        below: list[Group] = []
        order: list[int] = []
        for inside, members in _groups(place, documents):
            group = tuple(number(each) for each in members)
            (here if inside else below).append(group)
            order += group
        schema = place.schema if isinstance(place.schema, dict) else {}
        keywords.update(schema)
        behind = behind or any(map(_LOOKS_BEHIND.search, _patterns(schema)))
        again = 1 if {"unevaluatedItems", "unevaluatedProperties"}.isdisjoint(schema) else _AGAIN
        nodes.append(Node(tuple(here), tuple(below), tuple(order), _weight(schema), again))
    return tuple(nodes), frozenset(keywords), behind


def _patterns(schema: dict[str, Any]) -> Iterator[str]:
    named = schema.get("patternProperties")
    for pattern in (schema.get("pattern"), *(named if isinstance(named, dict) else ())):
        if isinstance(pattern, str):
            yield pattern


def _weight(schema: dict[str, Any]) -> int:
    """How many errors the words of one subschema can make; an error about a long enum takes as long as several."""
    required, options = schema.get("required"), schema.get("enum")
    more = len(required) if isinstance(required, list) else 0
    return 1 + len(schema) + more + (len(options) // 100 if isinstance(options, list) else 0)


def _groups(place: Place, documents: Documents) -> Iterator[tuple[bool, list[Place]]]:
    """The subschemas to which one leads, in groups, and whether they apply to the same place of the instance."""
    schema = place.schema
    if not isinstance(schema, dict):
        return
    for name in sorted(schema):  # the order in which the engine takes them
        value = schema[name]
        if name == "$ref" and isinstance(value, str):
            target = documents.resolve(place.base, value)
            yield True, [target] if target else []
        elif name in _DYNAMIC and isinstance(value, str):
            yield True, documents.candidates(place.base, value)
        elif name in _ONE_HERE or name in _ONE_BELOW:
            yield name in _ONE_HERE, _inside(place, value)
        elif name in _SEVERAL_HERE and isinstance(value, list):
            for each in value:
                yield True, _inside(place, each)
        elif (name in _NAMED_HERE or name == "patternProperties") and isinstance(value, dict):
            for key in sorted(value):
                yield name in _NAMED_HERE, _inside(place, value[key])
        elif name in (*_PROPERTIES, *_ITEMS):
            # One member of an object, one item of an array falls under one of these.
            together = _PROPERTIES if name in _PROPERTIES else _ITEMS
            if name == min(each for each in together if each in schema):
                yield False, [p for each in sorted(together) for p in _members(place, each)]


def _inside(place: Place, schema: Any) -> list[Place]:
    """A subschema with its base; none for true, false, and what is no schema."""
    return [place.inside(schema)] if isinstance(schema, dict) else []


def _members(place: Place, name: str) -> list[Place]:
    value = place.schema.get(name)
    if name == "properties" and isinstance(value, dict):
        return [found for key in sorted(value) for found in _inside(place, value[key])]
    each = value if isinstance(value, list) else [value]
    return [found for one in each for found in _inside(place, one)]
