"""corpuskit's verdicts beside the reference library's, on drawn schemas and instances.

    python benchmarks/differential.py --seconds 600 --seed 7

Schemas draw from all keywords of 2020-12, instances from what their schema names. Where engine and reference
differ by design, `reference` follows the rule that docs/validation-rules.md gives: numbers that are not whole are
the decimals they print as, patterns are those of ECMA 262. Prints every disagreement, smallest first, and exits 1 for
one.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis import strategies as st

from corpuskit.errors import SchemaError
from corpuskit.readers.dialect import parse_value
from corpuskit.validation import compile_schema

# What a pattern of a schema means, and how Python spells that.
PATTERNS = {
    "^a": "^a",
    "b$": r"b\Z",
    "^ab?$": r"^ab?\Z",
    r"\d": "[0-9]",
    r"^\d+$": r"^[0-9]+\Z",
    r"^\w$": r"^[A-Za-z0-9_]\Z",
    r"^\W": "^[^A-Za-z0-9_]",
    r"\D": "[^0-9]",
    r"\s": "[\\t\\n\\v\\f\\r \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff]",
    "^.$": r"^[^\n\r\u2028\u2029]\Z",
    "[^a]": "[^a]",
    "^(a|b)*$": r"^(a|b)*\Z",
    "^$": r"^\Z",
    r"^\p{L}$": r"^[^\W\d_]\Z",
    "(?=a)": "(?=a)",
    "^(?!a)": "^(?!a)",
    "": "",
}
# Formats of which the reference library knows the same as the engine.
FORMATS = ["ipv4", "ipv6", "uuid", "date"]
KEYS = ["a", "b", "ab", "1", "", "é", "a\n"]
STRINGS = [*KEYS, "aa", "ba", "12", "٣", "😀", "e\u0301", " ", "\u00a0", "\ufeff", "\x85", "_", "b\n", "2024-02-29",
           "2023-02-29", "1.2.3.4", "01.2.3.4", "::1", "1::2::3", "2eb8aa08-aa98-11ea-b4aa-73b441d16380"]  # fmt: skip
NUMBERS = [0, 1, -1, 2, 3, 10, 0.0, -0.0, 1.0, 0.1, 0.3, 0.5, 1.5, 2.5, 0.07, 0.01, 19.99, 4.35, 1e-7, 1e21, 10**21,
           1e300, float(3 * 2**59), 3 * 2**59, 1729382256910270500, 2**53, 2**53 + 1,
           float(2**53), 2**63 - 1, 2**63, -(2**63), float(2**63), 2**64, 2**70, 2**70 + 1,
           float(2**70), 10**30, 1e30, 10**400, 5e-324]  # fmt: skip
TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"]

scalars = st.sampled_from([None, True, False, *NUMBERS, *STRINGS])
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=5,
)
_counts = st.sampled_from([0, 1, 2, 3, 2.0, 2**70])
_numbers = st.sampled_from(NUMBERS)
_names = st.sampled_from(KEYS)
_patterns = st.sampled_from(list(PATTERNS))
_references = st.sampled_from(["#", "#/$defs/x", "#/$defs/y", "#y", "#/$defs/z/items"])


def _keywords(inner: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    """What may stand at each keyword of 2020-12."""
    members = st.dictionaries(_names, inner, max_size=3)
    several = st.lists(inner, min_size=1, max_size=3)
    return {
        "type": st.sampled_from(TYPES) | st.lists(st.sampled_from(TYPES), min_size=1, max_size=3, unique=True),
        "const": values,
        "enum": st.lists(values, max_size=4),
        **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _numbers),
        "multipleOf": _numbers.filter(lambda n: n > 0),
        **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), _counts),
        **dict.fromkeys(("minContains", "maxContains"), _counts),
        "pattern": _patterns,
        "format": st.sampled_from(FORMATS),
        "uniqueItems": st.booleans(),
        "required": st.lists(_names, max_size=3, unique=True),
        "dependentRequired": st.dictionaries(_names, st.lists(_names, max_size=2, unique=True), max_size=2),
        "properties": members,
        "patternProperties": st.dictionaries(_patterns, inner, max_size=2),
        "dependentSchemas": members,
        **dict.fromkeys(("additionalProperties", "propertyNames", "unevaluatedProperties"), inner),
        **dict.fromkeys(("items", "contains", "unevaluatedItems", "not", "if", "then", "else"), inner),
        **dict.fromkeys(("prefixItems", "allOf", "anyOf", "oneOf"), several),
        "$ref": _references,
        "$dynamicRef": st.sampled_from(["#d", "#/$defs/y"]),
        "contentMediaType": st.just("application/json"),
    }  # fmt: skip


@cache
def subschemas(depth: int) -> st.SearchStrategy[Any]:
    """Schemas nested no deeper than so many levels."""
    if depth == 0:
        return st.booleans() | st.fixed_dictionaries({"type": st.sampled_from(TYPES)}) | st.just({})
    optional = _keywords(subschemas(depth - 1))
    chosen = st.lists(st.sampled_from(sorted(optional)), min_size=1, max_size=4, unique=True)
    drawn = chosen.flatmap(lambda names: st.fixed_dictionaries({name: optional[name] for name in names}))
    return st.booleans() | drawn | drawn | drawn


@st.composite
def schemas(draw: st.DrawFn) -> dict[str, Any]:
    """A schema with definitions that references may lead to, anchors and a dynamic anchor among them."""
    depth = draw(st.sampled_from([1, 1, 2, 2, 3]))
    schema = draw(subschemas(depth).filter(lambda s: isinstance(s, dict)))
    below = subschemas(1)
    definitions = {
        "x": draw(below),
        "y": {"$anchor": "y", **draw(below.filter(lambda s: isinstance(s, dict)))},
        "z": {"items": draw(below)},
        "d": {"$dynamicAnchor": "d", "type": draw(st.sampled_from(TYPES))},
    }
    whole = {**schema, "$defs": definitions}
    assume(not endless(whole))
    return whole


@st.composite
def instances(draw: st.DrawFn, schema: Any) -> Any:
    """A value that has something to do with the schema: it follows one of its keywords, level by level."""
    return _follow(draw, schema, schema, 5)


_BOUNDS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})
_OF_STRINGS = frozenset({"pattern", "format", "minLength", "maxLength", "contentMediaType", "propertyNames"})
_SEVERAL = frozenset({"allOf", "anyOf", "oneOf"})
_ITEMS = frozenset({"items", "contains", "unevaluatedItems", "uniqueItems", "prefixItems", "minItems", "maxItems",
                    "minContains", "maxContains"})  # fmt: skip
_ONE = frozenset({"not", "if", "then", "else"})
_OF_TYPE = {"null": st.none(), "boolean": st.booleans(), "integer": _numbers, "number": _numbers,
            "string": st.sampled_from(STRINGS)}  # fmt: skip


def _follow(draw: st.DrawFn, schema: Any, root: Any, left: int) -> Any:
    names = [name for name in schema if name != "$defs"] if isinstance(schema, dict) else []
    if left <= 0 or not names:
        return draw(scalars)
    name = draw(st.sampled_from(names))
    value = schema[name]
    if name == "const":
        return value
    if name == "enum":
        return draw(st.sampled_from(value) if value else scalars)
    if name == "type":
        return draw(_OF_TYPE.get(value if isinstance(value, str) else value[0], values))
    if name in _BOUNDS:
        return draw(
            _numbers | st.sampled_from([value, value + 1, value * 3 if abs(value) < 1e300 else value])
        )
    if name in _OF_STRINGS:
        return draw(st.sampled_from(STRINGS))
    if name in _ONE:
        return _follow(draw, value, root, left - 1)
    if name in _SEVERAL:
        return _follow(draw, draw(st.sampled_from(value)), root, left - 1)
    if name in {"$ref", "$dynamicRef"}:
        return _follow(draw, root["$defs"].get(value[-1], root), root, left - 1)
    if name in _ITEMS:
        return _array(draw, schema, root, left)
    return _object(draw, schema, root, left)


def _array(draw: st.DrawFn, schema: Any, root: Any, left: int) -> list[Any]:
    prefix = schema.get("prefixItems", [])
    rest = [schema[name] for name in ("items", "contains", "unevaluatedItems") if name in schema] or [True]
    count = draw(st.integers(0, 4))
    below = [prefix[at] if at < len(prefix) else draw(st.sampled_from(rest)) for at in range(count)]
    return [_follow(draw, each, root, left - 1) for each in below]


def _object(draw: st.DrawFn, schema: Any, root: Any, left: int) -> dict[str, Any]:
    chosen = draw(st.lists(_names, max_size=4, unique=True))
    if draw(st.booleans()):
        chosen += [
            name
            for name in (*schema.get("required", ()), *schema.get("properties", ()))
            if name not in chosen
        ]
    others = [schema[name] for name in ("additionalProperties", "unevaluatedProperties") if name in schema]
    others += schema.get("patternProperties", {}).values()
    return {
        name: _follow(
            draw, schema.get("properties", {}).get(name, others[0] if others else True), root, left - 1
        )
        for name in chosen
    }


def corpuskit_says(schema: Any, instance: Any) -> bool:
    """The verdict on the instance as it is written in a file; its explanation must agree with it."""
    judge = compile_schema(json.loads(json.dumps(schema)))
    value = parse_value(json.dumps(instance).encode(), 64)
    accepted = judge.accepts(value)
    if accepted != (judge.explain(value) == []):
        raise AssertionError("verdict and explanation differ")
    return accepted


def reference_says(schema: Any, instance: Any) -> bool:
    """The verdict of the reference library under the documented rules."""
    import jsonschema

    validator = reference_class()(
        in_python(schema), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    return bool(validator.is_valid(instance))


def in_python(node: Any, patterns: Mapping[str, str] = PATTERNS) -> Any:
    """A schema with its patterns as Python spells them."""
    if isinstance(node, list):
        return [in_python(item, patterns) for item in node]
    if not isinstance(node, dict):
        return node
    told = {}
    for name, value in node.items():
        if name == "pattern":
            told[name] = patterns[value]
        elif name == "patternProperties":
            told[name] = {patterns[p]: in_python(below, patterns) for p, below in value.items()}
        else:
            told[name] = value if name in {"const", "enum"} else in_python(value, patterns)
    return told


@cache
def reference_class(base: Any = None) -> Any:
    """The reference library's validator, by default of 2020-12, with the documented rules about numbers."""
    import jsonschema

    base = base or jsonschema.Draft202012Validator
    rules: dict[str, Callable[..., Iterator[Any]]] = {}

    def rule(name: str, applies: Callable[[Any], bool], holds: Callable[[Any, Any], bool]) -> None:
        def check(_validator: Any, limit: Any, instance: Any, _schema: Any) -> Iterator[Any]:
            if applies(instance) and not holds(instance, limit):
                yield jsonschema.ValidationError(f"{name} of {limit!r}")

        rules[name] = check

    def number(value: Any) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool)

    rule("multipleOf", number, lambda i, limit: exact(i) % exact(limit) == 0)
    rule("minimum", number, lambda i, limit: exact(i) >= exact(limit))
    rule("maximum", number, lambda i, limit: exact(i) <= exact(limit))
    rule("exclusiveMinimum", number, lambda i, limit: exact(i) > exact(limit))
    rule("exclusiveMaximum", number, lambda i, limit: exact(i) < exact(limit))
    rule("const", lambda _: True, same)
    rule("enum", lambda _: True, lambda i, options: any(same(i, option) for option in options))
    rule("uniqueItems", lambda i: isinstance(i, list), lambda i, on: not on or not _repeats(i))
    known = {name: check for name, check in rules.items() if name in base.VALIDATORS}
    return jsonschema.validators.extend(base, known)


def exact(number: float) -> Fraction:
    """A whole number as itself, any other as the decimal that it prints as."""
    return Fraction(number) if number == int(number) else Fraction(Decimal(repr(number)))


def same(one: Any, other: Any) -> bool:
    """Equality of JSON values: 1 is 1.0 and never true."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return exact(one) == exact(other)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return type(one) is type(other) and bool(one == other)


def _repeats(items: list[Any]) -> bool:
    return any(same(one, other) for at, one in enumerate(items) for other in items[:at])


def endless(root: Any) -> bool:
    """Whether a reference leads back to itself without a step down in the instance: the reference never ends."""
    definitions = root["$defs"]
    targets = {"#": root, "#d": definitions["d"], "#y": definitions["y"], "#/$defs/z/items": definitions["z"]["items"],
               **{f"#/$defs/{name}": definitions[name] for name in "xy"}}  # fmt: skip

    def loops(node: Any, above: tuple[int, ...]) -> bool:
        if not isinstance(node, dict):
            return False
        if id(node) in above:
            return True
        here = [targets[node[name]] for name in ("$ref", "$dynamicRef") if name in node]
        here += [node[name] for name in _ONE if name in node]
        here += [each for name in _SEVERAL for each in node.get(name, ())]
        here += node.get("dependentSchemas", {}).values()
        return any(loops(each, (*above, id(node))) for each in here)

    def everywhere(node: Any) -> Iterator[Any]:
        yield node
        for below in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            yield from everywhere(below)

    return any(loops(node, ()) for node in everywhere(root))


def compare(schema: Any, instance: Any) -> tuple[bool | str, bool]:
    """Both verdicts; a refused schema counts as one that the reference cannot have."""
    other = reference_says(schema, instance)
    try:
        return corpuskit_says(schema, instance), other
    except SchemaError as refusal:
        return str(refusal), other


def main() -> int:
    """Draw until the time is up."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    end, number = time.monotonic() + wanted.seconds, wanted.seed
    counts: Counter[bool] = Counter()
    found: dict[str, str] = {}

    @settings(max_examples=500, deadline=None, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(st.data())
    def run(data: st.DataObject) -> None:
        schema = data.draw(schemas())
        for instance in data.draw(st.lists(instances(schema), min_size=6, max_size=12)):
            said = compare(schema, instance)
            counts[said[1]] += 1
            if said[0] != said[1]:
                case = json.dumps({"schema": schema, "instance": instance})
                found[case] = f"corpuskit {said[0]}, reference {said[1]}"

    while time.monotonic() < end:
        seed(number)(run)()
        number += 1
    compared = counts[True] + counts[False]
    print(f"{compared:,} verdicts compared, {counts[True]:,} of them valid")
    print(f"{len(found):,} disagreements, seeds {wanted.seed} to {number - 1}")
    for case in sorted(found, key=len)[:20]:
        print(f"{found[case]}: {case}")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
