"""Errors one by one, each asked for by a question to the engine that costs no more than a verdict.

The engine makes all errors before it gives one, and through alternatives that refer to themselves these can be
20^8. Here a record that is known to be wrong is taken apart rule by rule and place by place: what is right is
passed over with one question, so that the cost is that of the errors told and of the way to them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import jsonschema_rs

from corpuskit.validation.documents import Documents, Place, absolute
from corpuskit.validation.sentences import leading_keyword, placed, show
from corpuskit.validation.violations import Violation, pointer, violation

Path = tuple[str | int, ...]
# Keywords that mean something only together; any other is a rule of its own.
_TOGETHER = (
    ("properties", "patternProperties", "additionalProperties"),
    ("items", "prefixItems", "additionalItems"),
    ("contains", "minContains", "maxContains"),
    ("if", "then", "else"),
    ("minimum", "exclusiveMinimum"),
    ("maximum", "exclusiveMaximum"),
)
_GROUP_OF = {name: group for group in _TOGETHER for name in group}
_WITH_SCHEMAS = frozenset({"not", "contains", "propertyNames", "unevaluatedItems", "unevaluatedProperties"})
_SILENT = frozenset({"$defs", "definitions", "default", "examples", "title", "description", "$comment"})


class Case(NamedTuple):
    """Rules of a subschema, the first keyword naming them, and a value that breaks them; both with their places."""

    place: Place
    group: tuple[str, ...]
    instance: Any
    path: Path
    at: str

    def violation(self, text: str) -> Violation:
        """That the rules are broken, in words."""
        keyword = self.group[0]
        return Violation(pointer(self.path), keyword, f"{self.at}/{keyword}", placed(self.path, text))


_CLOSEST = " (the closest of several alternatives)"
# Building a piece for the engine, and letting it tell an error, take as long as so many questions.
_COMPILING = 200
_TELLING = 10
_LONG = 1_000


class Spent(Exception):
    """So many questions were asked that no more are."""


@dataclass(slots=True)
class Pieces:
    """A schema in pieces, each compiled when it is first asked; `left` is how many questions may still be asked.

    `outer` is the URI of the whole, `first` what is wrong with a value by a subschema, and `deep` how far down
    the closest alternative led.
    """

    documents: Documents
    outer: str
    engine: Callable[[Any], jsonschema_rs.Validator]
    cost: int
    left: int
    compiled: dict[Any, jsonschema_rs.Validator] = field(default_factory=dict)
    first: dict[Any, Violation | None] = field(default_factory=dict)
    deep: dict[tuple[str, str], int] = field(default_factory=dict)
    open: set[Any] = field(default_factory=set)

    def told(self, place: Place, instance: Any, path: Path = (), at: str = "") -> Iterator[Violation]:
        """What is wrong with a value that a subschema does not accept."""
        schema, key = place.schema, (id(place.schema), place.base, path, id(instance))
        if not isinstance(schema, dict):
            steps = [int(step) if step.isdigit() else step for step in at.split("/")[1:]]
            keyword = leading_keyword(steps) or "falseSchema"
            yield Violation(pointer(path), keyword, at, placed(path, "the schema allows no value here"))
            return
        if key in self.open:  # a reference that leads back adds nothing
            return
        self.open.add(key)
        try:
            yield from self._rules(place, instance, path, at)
        finally:
            self.open.discard(key)

    def _rules(self, place: Place, instance: Any, path: Path, at: str) -> Iterator[Violation]:
        wrong = False
        for group in _groups(place):
            if self.passes(place, group, instance):
                continue
            wrong = True
            case = Case(place, group, instance, path, at)
            told = False
            for each in _HANDLERS.get(group[0], _by_engine)(self, case):
                told = True
                yield each
            if not told:
                yield case.violation(f"breaks the rule `{group[0]}` of the schema")
        last = [name for name in place.schema if name.startswith("unevaluated")]
        if not wrong and last:  # all others are kept, so it is this one
            case = Case(place, tuple(last), instance, path, at)
            yield case.violation("has parts that the schema does not know")

    def passes(self, place: Place, group: tuple[str, ...], instance: Any) -> bool:
        """Whether a value keeps some of the rules of a subschema."""
        key = (id(place.schema), place.base, group)
        if key not in self.compiled:
            rules = {name: place.schema[name] for name in group if name in place.schema}
            self._compile(key, absolute(place._replace(schema=rules)))
        return self._ask(key, instance)

    def accepts(self, place: Place, instance: Any) -> bool:
        """Whether a subschema accepts a value."""
        if not isinstance(place.schema, dict):
            return place.schema is not False
        key = (id(place.schema), place.base)
        if key not in self.compiled:
            self._compile(key, absolute(place))
        return self._ask(key, instance)

    def matches(self, pattern: str, name: str) -> bool:
        """Whether the name of a field matches a pattern."""
        if pattern not in self.compiled:
            self._compile(pattern, {"patternProperties": {pattern: False}})
        return not self._ask(pattern, {name: None})

    def _compile(self, key: Any, schema: Any) -> None:
        self.spend(_COMPILING)
        self.compiled[key] = self.engine(schema)

    def _ask(self, key: Any, instance: Any) -> bool:
        self.spend(self.cost)
        return self.compiled[key].is_valid(instance)

    def spend(self, questions: int) -> None:
        """Count questions; raises Spent where they were too many."""
        self.left -= questions
        if self.left < 0:
            raise Spent

    def best(self, place: Place, instance: Any, path: Path, at: str) -> Violation | None:
        """The first thing that is wrong; remembered, since alternatives ask again and again."""
        key = (id(place.schema), place.base, path, id(instance))
        if key not in self.first:
            self.first[key] = next(self.told(place, instance, path, at), None)
        return self.first[key]


def _groups(place: Place) -> Iterator[tuple[str, ...]]:
    """The rules of a subschema, each with the keywords that belong to it."""
    if place.old and "$ref" in place.schema:
        yield ("$ref",)
        return
    seen: set[str] = set()
    for name in place.schema:
        group = _GROUP_OF.get(name, (name,))
        if group[0] not in seen and name not in _SILENT and not name.startswith("unevaluated"):
            seen.add(group[0])
            yield group


Handler = Callable[[Pieces, Case], Iterator[Violation]]


def _by_engine(pieces: Pieces, case: Case) -> Iterator[Violation]:
    """The first error of rules that hold no subschemas, in the engine's words, which are as long as the value."""
    if not _WITH_SCHEMAS.isdisjoint(case.group):
        return
    if _is_long(case.instance):
        yield case.violation(f"{show(case.instance)} breaks the rule `{case.group[0]}` of the schema")
        return
    pieces.spend(_TELLING)
    try:
        pieces.compiled[id(case.place.schema), case.place.base, case.group].validate(case.instance)
    except jsonschema_rs.ValidationError as error:
        said = violation(error)
        where = pointer(case.path) + said.pointer
        yield Violation(where, said.keyword, case.at + said.schema_path, placed(case.path, said.message))


def _is_long(value: Any) -> bool:
    if isinstance(value, str | list | dict):
        return len(value) > _LONG
    return type(value) is int and value.bit_length() > _LONG


def _options(_: Pieces, case: Case) -> Iterator[Violation]:
    """A value that is none of those listed; the engine would write out the list each time."""
    yield case.violation(f"{show(case.instance)} is not one of {show(case.place.schema['enum'])}")


def _inside(pieces: Pieces, case: Case) -> Iterator[Violation]:
    """Rules that hold further schemas for the same value."""
    for steps, inner in _applied(pieces, case.place, case.group[0], case.instance):
        if not pieces.accepts(inner, case.instance):
            yield from pieces.told(inner, case.instance, case.path, case.at + steps)


def _applied(pieces: Pieces, place: Place, keyword: str, instance: Any) -> Iterator[tuple[str, Place]]:
    """The schemas that a keyword applies to the same value, by their places in the schema."""
    value = place.schema.get(keyword)
    if keyword == "$ref" and isinstance(value, str):
        if target := pieces.documents.resolve(place.base, value):
            yield "/$ref", target
    elif keyword == "$dynamicRef" and isinstance(value, str):
        if target := pieces.documents.meant(place.base, value, pieces.outer):
            yield "/$dynamicRef", target
    elif keyword == "allOf":
        for number, each in enumerate(value):
            yield f"/allOf/{number}", place.inside(each)
    elif keyword == "if":
        name = "then" if pieces.accepts(place.inside(value), instance) else "else"
        yield f"/{name}", place.inside(place.schema.get(name, True))
    elif isinstance(value, dict) and isinstance(instance, dict):  # dependentSchemas, dependencies
        for name, each in value.items():
            if name in instance and isinstance(each, dict | bool):
                yield f"/{keyword}{pointer([name])}", place.inside(each)


def _alternatives(pieces: Pieces, case: Case) -> Iterator[Violation]:
    """The error of the alternative that came closest: of the right type, and wrong deepest down."""
    (keyword,) = case.group
    branches = [case.place.inside(each) for each in case.place.schema[keyword]]
    if any(pieces.accepts(each, case.instance) for each in branches):
        yield case.violation("more than one of the alternatives fits, of which one may")
        return
    told = [
        pieces.best(each, case.instance, case.path, f"{case.at}/{keyword}/{n}")
        for n, each in enumerate(branches)
    ]
    here = pointer(case.path)

    def depth(of: Violation) -> tuple[bool, int]:
        deep = pieces.deep.get((of.pointer, of.schema_path), of.pointer.count("/"))
        return not (of.keyword == "type" and of.pointer == here), deep

    closest = max((each for each in told if each is not None), key=depth, default=None)
    if closest is not None:
        where = f"{case.at}/{keyword}"
        pieces.deep[here, where] = depth(closest)[1]
        yield Violation(here, keyword, where, closest.message.removesuffix(_CLOSEST) + _CLOSEST)


def _fields(pieces: Pieces, case: Case) -> Iterator[Violation]:
    """Fields that break the schema for their name."""
    named, others = (
        case.place.schema.get("properties", {}),
        case.place.schema.get("additionalProperties", True),
    )
    patterns = case.place.schema.get("patternProperties", {})
    unknown: list[str] = []
    for name, value in case.instance.items():
        rules = [(f"/properties{pointer([name])}", named[name])] if name in named else []
        rules += [
            (f"/patternProperties{pointer([p])}", each)
            for p, each in patterns.items()
            if pieces.matches(p, name)
        ]
        if not rules and others is False:
            unknown.append(name)
        for steps, each in (
            rules or [("/additionalProperties", others)] if others is not False or rules else ()
        ):
            inner = case.place.inside(each)
            if not pieces.accepts(inner, value):
                yield from pieces.told(inner, value, (*case.path, name), case.at + steps)
    if unknown:
        text = "the schema does not know " + ", ".join(map(show, unknown[:5]))
        where = f"{case.at}/additionalProperties"
        yield Violation(pointer(case.path), "additionalProperties", where, placed(case.path, text))


def _items(pieces: Pieces, case: Case) -> Iterator[Violation]:
    """Items that break the schema for their place in the array."""
    schema = case.place.schema
    rest: tuple[str, Any] = ("items", schema.get("items", True))
    first: tuple[str, Any] = ("prefixItems", schema.get("prefixItems", []))
    if isinstance(rest[1], list):
        first, rest = rest, ("additionalItems", schema.get("additionalItems", True))
    heads = [(f"/{first[0]}/{number}", case.place.inside(each)) for number, each in enumerate(first[1])]
    tail = (f"/{rest[0]}", case.place.inside(rest[1]))
    for number, value in enumerate(case.instance):
        steps, inner = heads[number] if number < len(heads) else tail
        if not pieces.accepts(inner, value):
            yield from pieces.told(inner, value, (*case.path, number), case.at + steps)


def _names(pieces: Pieces, case: Case) -> Iterator[Violation]:
    """Names of fields that the schema for names does not accept."""
    inner = case.place.inside(case.place.schema["propertyNames"])
    for name in case.instance:
        if not pieces.accepts(inner, name):
            yield case.violation(f"the schema does not allow the name {show(name)}")


def _required(_: Pieces, case: Case) -> Iterator[Violation]:
    """Fields that are missing."""
    for name in case.place.schema["required"]:
        if name not in case.instance:
            yield case.violation(f"the field {show(name)} is missing")


_HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("$ref", "$dynamicRef", "allOf", "if", "dependentSchemas", "dependencies"), _inside),
    **dict.fromkeys(("anyOf", "oneOf"), _alternatives),
    "properties": _fields,
    "items": _items,
    "propertyNames": _names,
    "required": _required,
    "enum": _options,
}
