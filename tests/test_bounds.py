"""Hostile schemas and records cost bounded time: a verdict, an explanation or a refusal, and no hang or crash."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from differential import instances, schemas
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from test_conformance import HOST, SUITE, groups

import corpuskit
from corpuskit.resources import read_json
from corpuskit.validation import Judge, compile_schema
from corpuskit.validation.bounds import MOST_WAYS
from corpuskit.validation.documents import Documents
from corpuskit.validation.ways import ways


def nested(wrap: Callable[[Any], Any], times: int, inner: Any) -> Any:
    """A value wrapped so many times."""
    for _ in range(times):
        inner = wrap(inner)
    return inner


def doubling(levels: int, keyword: str, leaf: Any, below: bool) -> dict[str, Any]:
    """Definitions of which each refers to the next twice, for the same place of the instance or one below."""

    def to(level: int) -> dict[str, Any]:
        reference = {"$ref": f"#/$defs/a{level}"}
        return {"properties": {"x": reference}} if below else reference

    steps = {f"a{n}": {keyword: [to(n - 1), to(n - 1)]} for n in range(1, levels + 1)}
    return {"$ref": f"#/$defs/a{levels}", "$defs": {"a0": leaf, **steps}}


def tree(kinds: int, keyword: str = "oneOf") -> dict[str, Any]:
    """A syntax tree of so many kinds of nodes, told by a constant, with children by reference."""
    node = {
        f"k{n}": {
            "type": "object",
            "required": ["k"],
            "properties": {
                "k": {"const": n},
                "l": {"$ref": "#/$defs/node"},
                "c": {"items": {"$ref": "#/$defs/node"}},
            },
        }
        for n in range(kinds)
    }
    every = {"node": {keyword: [{"$ref": f"#/$defs/k{n}"} for n in range(kinds)]}}
    return {"$ref": "#/$defs/node", "$defs": {**every, **node}}


def chain(length: int, wrap: Callable[[Any], Any], leaf: Any) -> dict[str, Any]:
    """Definitions of which each refers to the next."""
    steps = {f"a{n}": wrap({"$ref": f"#/$defs/a{n + 1}"}) for n in range(length)}
    return {"$ref": "#/$defs/a0", "$defs": {**steps, f"a{length}": leaf}}


def again(schema: Any, times: int) -> Any:
    """A schema below so many `unevaluatedProperties`."""
    return nested(lambda s: {"allOf": [s], "unevaluatedProperties": False}, times, schema)


LEFT = {"$ref": "#"}
BRANCHES = [{"type": "object", "properties": {"op": {"const": op}, "left": LEFT}} for op in "ab"]
BACK = {"type": ["string", "object"], "properties": {"x": {"$ref": "#/$defs/a24"}}}
CIRCLE = {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{(n + 1) % 20}"}] * 2} for n in range(20)}

REFUSED: dict[str, Callable[[], Any]] = {
    "doubling allOf": lambda: doubling(40, "allOf", {"type": "string"}, False),
    "doubling anyOf": lambda: doubling(40, "anyOf", {"type": "string"}, False),
    "doubling oneOf below": lambda: doubling(40, "oneOf", {"type": "string"}, True),
    "doubling and back": lambda: doubling(24, "allOf", BACK, False),
    "doubling below and back": lambda: doubling(24, "allOf", BACK, True),
    "a circle that doubles": lambda: {"$ref": "#/$defs/a0", "$defs": CIRCLE},
    "unevaluated over unevaluated": lambda: again({"properties": {"a": True}}, 30),
    "deep not": lambda: nested(lambda s: {"not": s}, 1_500, True),
    "deep items": lambda: nested(lambda s: {"items": s}, 11_000, True),
    "deep allOf": lambda: nested(lambda s: {"allOf": [s]}, 300, True),
    "a chain of references": lambda: chain(1_500, lambda s: s, {"type": "string"}),
    "a chain of not": lambda: chain(1_500, lambda s: {"not": s}, {"type": "string"}),
    "a chain of properties": lambda: chain(6_000, lambda s: {"properties": {"x": s}}, {"type": "string"}),
}  # fmt: skip


def _below(leaf: Any, depth: int = 60, name: str = "left") -> Any:
    return nested(lambda value: {"op": "a", name: value}, depth, leaf)


def _big(count: int) -> list[int]:
    return [10**30 + n for n in range(count)]


# schema, instance, verdict, and a word of the first and of the last violation
JUDGED: dict[str, Callable[[], tuple[Any, Any, bool, str, str]]] = {
    "items": lambda: ({"items": {"type": "string"}}, [1] * 10**6, False, "[0]: 1", "[999]: 1"),
    "the last item": lambda: (
        {"items": {"type": "string"}},
        ["a"] * 10**6 + [1],
        False,
        "[1000000]: 1",
        "[1000000]: 1",
    ),
    "names": lambda: (
        {"propertyNames": {"maxLength": 1}},
        dict.fromkeys(map(str, range(10, 10**6))),
        False,
        "10",
        "1009",
    ),
    "unevaluated fields": lambda: (
        {"unevaluatedProperties": False},
        dict.fromkeys(map(str, range(10**5))),
        False,
        "know",
        "know",
    ),
    "required": lambda: ({"required": [str(n) for n in range(10**5)]}, {}, False, "missing", "missing"),
    "alternatives": lambda: (
        {"anyOf": [{"const": n} for n in range(10**4)]},
        "a",
        False,
        "is not 0",
        "closest",
    ),
    "alternatives of items": lambda: (
        {"items": {"anyOf": [{"const": n} for n in range(100)]}},
        ["a"] * 10**4,
        False,
        "[0]",
        "[999]",
    ),
    "an enum of items": lambda: (
        {"items": {"enum": list(map(str, range(10**5)))}},
        ["a"] * 10**4,
        False,
        "[0]",
        "[999]",
    ),
    "a long string": lambda: (
        {"allOf": [{"minLength": 10**9 + n} for n in range(100)]},
        "a" * 10**7,
        False,
        "minLength",
        "minLength",
    ),
    "long numbers": lambda: (
        {"items": {"multipleOf": 10**3999}},
        [10**3998] * 1000,
        False,
        "multipleOf",
        "multipleOf",
    ),
    "equal big numbers": lambda: ({"uniqueItems": True}, _big(10**4), False, "cannot be judged", "2,000"),
    "some big numbers": lambda: ({"uniqueItems": True}, _big(1000), True, "", ""),
    "looking behind": lambda: (
        {"pattern": "(?<=a*)b"},
        "a" * 10**6,
        False,
        "cannot be judged",
        "looks behind",
    ),
    "doubling": lambda: (doubling(22, "allOf", {"type": "string"}, False), 1, False, "", "steps"),
    "doubling, kept": lambda: (doubling(22, "allOf", {"type": "string"}, False), "a", True, "", ""),
    "doubling at each value": lambda: (
        {"items": doubling(20, "oneOf", {"type": "string"}, False) | {"$id": "http://x.invalid/"}},
        [1] * 300_000,
        False,
        "cannot be judged",
        "values",
    ),
    "both branches descend": lambda: ({"oneOf": [{"type": "null"}, *BRANCHES]}, _below(None), True, "", ""),
    "both branches fail": lambda: (
        {"oneOf": [{"type": "null"}, *BRANCHES]},
        _below(5),
        False,
        "5 is an integer",
        "closest",
    ),
    "one alternative twice": lambda: (
        {"properties": {"left": {"oneOf": [LEFT, LEFT]}}},
        _below(5),
        False,
        "more than one",
        "",
    ),
    "all twice": lambda: (
        {"allOf": [{"properties": {"left": LEFT}}] * 2, "type": "object"},
        _below(5),
        False,
        "5 is an",
        "5 is an",
    ),
    "all twice, dynamic": lambda: (
        {
            "$dynamicAnchor": "n",
            "allOf": [{"properties": {"left": {"$dynamicRef": "#n"}}}] * 2,
            "type": "object",
        },
        _below(5),
        False,
        "5 is an",
        "5 is an",
    ),
    "any twice, unevaluated": lambda: (
        {
            "anyOf": [{"properties": {"left": LEFT, "op": True}}] * 2,
            "unevaluatedProperties": False,
            "type": ["object", "null"],
        },
        _below(5),
        False,
        "5 is an",
        "",
    ),
    "items in three ways": lambda: (
        {"allOf": [{"items": LEFT}, {"items": LEFT}, {"contains": LEFT}], "type": "array"},
        nested(lambda v: [v], 60, 5),
        False,
        "5 is an",
        "",
    ),
    "a syntax tree": lambda: (
        tree(20),
        nested(lambda v: {"k": 3, "l": v, "c": [v]}, 8, {"k": 0}),
        True,
        "",
        "",
    ),
    "a wrong leaf": lambda: (
        tree(20),
        nested(lambda v: {"k": 3, "l": v}, 40, {"k": -1}),
        False,
        "l.l.k: -1",
        "closest",
    ),
    "many kinds of nodes": lambda: (
        tree(200),
        nested(lambda v: {"k": 3, "l": v}, 40, {"k": 0}),
        True,
        "",
        "",
    ),
    "a long chain, deep": lambda: (
        chain(400, lambda s: {"oneOf": [False, s]}, {"properties": {"x": {"$ref": "#/$defs/a0"}}}),
        _below(5, 200, "x"),
        False,
        "cannot be judged",
        "nested deeper than the 49 levels",
    ),
    "a long chain": lambda: (
        chain(
            400,
            lambda s: {"oneOf": [False, s]},
            {"type": "object", "properties": {"x": {"$ref": "#/$defs/a0"}}},
        ),
        _below(5, 10, "x"),
        False,
        "",
        "steps",
    ),
}

# Runs in a process of its own: what hangs or eats memory in there is ended, and the last name printed tells which.
PROBE = """
import resource, signal, sys
sys.path[:0] = {path!r}
sys.set_int_max_str_digits(0)
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
import test_bounds
for name in {names!r}:
    print(name, flush=True)
    signal.alarm(15)
    test_bounds.{check}(name)
"""


def refused(name: str) -> None:
    """The schema is refused in plain words."""
    with pytest.raises(corpuskit.SchemaError, match=r"not (a )?usable") as caught:
        compile_schema(REFUSED[name]())
    assert any(word in str(caught.value) for word in ("ways", "nested", "chain")), caught.value


def judged(name: str) -> None:
    """The verdict is the one expected, and the explanation ends."""
    schema, instance, verdict, first, last = JUDGED[name]()
    judge = compile_schema(schema)
    assert judge.accepts(instance) is verdict
    if not verdict:
        told = judge.explain(instance)
        assert 0 < len(told) <= 1001
        assert first in told[0].message, told[0]
        assert last in told[-1].message, told[-1]


@pytest.mark.parametrize(
    ("check", "names"), [("refused", list(REFUSED)), *(("judged", list(JUDGED)[n::4]) for n in range(4))]
)
def test_hostile_schemas_and_records_end(check: str, names: list[str]) -> None:
    """Each case ends in a refusal, or a verdict with an explanation, within seconds and two gigabytes."""
    probe = PROBE.format(path=sys.path, names=names, check=check)
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, f"{done.stdout.splitlines()[-1:]}: {done.stderr[-2000:]}"


def test_a_refusal_names_the_file(tmp_path: Path) -> None:
    """`validate` refuses such a schema by its file, before any record."""
    (tmp_path / "s.json").write_text(json.dumps(REFUSED["doubling allOf"]()))
    (tmp_path / "a.jsonl").write_text("{}\n")
    with pytest.raises(corpuskit.SchemaError, match=r"s\.json: is not usable: applies its rules"):
        corpuskit.validate(tmp_path / "a.jsonl", tmp_path / "s.json")


def test_a_record_that_is_not_judged_is_an_error(tmp_path: Path) -> None:
    """A record beyond the limits is a finding of its own and no valid record."""
    (tmp_path / "a.jsonl").write_text(json.dumps({"x": _big(3000)}) + "\n")
    report = corpuskit.validate(tmp_path / "a.jsonl", {"properties": {"x": {"uniqueItems": True}}})
    (found,) = (f for f in report.findings if f.severity == "error")
    assert (found.kind, "cannot be judged" in found.message) == ("schema-violation", True)


def _ways(schema: Any) -> int:
    from jsonschema_specifications import REGISTRY

    documents = Documents(lambda uri: REGISTRY.contents(uri) if uri in REGISTRY else None)
    return ways(documents.add(schema, "http://x.invalid/s"), documents).most


def test_sound_schemas_are_far_from_the_limits(shared: Callable[[str], Path]) -> None:
    """Metaschemas, the schemas of corpuskit and of the suite have fewer ways than a hundredth of a percent of it."""
    from jsonschema_specifications import REGISTRY

    own = [read_json(f"{name}.schema.json") for name in ("article", "corpus", "manifest", "findings")]
    suite = [group.schema for group in groups(shared(SUITE))]
    most = max(map(_ways, [*(REGISTRY.contents(uri) for uri in REGISTRY), *own, *suite]))
    assert most < MOST_WAYS / 10_000
    assert _ways(tree(200)) < MOST_WAYS


def test_looking_at_a_schema_takes_milliseconds() -> None:
    """What is counted before the engine compiles costs less than 5 ms for the built-in schema."""
    schema = read_json("article.schema.json")
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        _ways(schema)
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.005


# What pieces name by another keyword than the engine, or do not tell beside other errors.
OTHER = {
    "contains", "minContains", "maxContains", "propertyNames", "unevaluatedItems", "unevaluatedProperties",
}  # fmt: skip


def _agree(judge: Judge, instance: Any) -> None:
    if judge.validator.is_valid(instance) or not judge.documents.settled(judge.root.base):
        return
    told = {(v.pointer, v.keyword) for v in judge.explain(instance)}
    pieces = {(v.pointer, v.keyword) for v in judge.piecewise(instance)}
    assert pieces
    assert all(keyword for _, keyword in pieces)
    if not {keyword for _, keyword in told | pieces} & OTHER:
        assert {place for place, _ in told} == {place for place, _ in pieces}
        # What leads to a schema that is `false` is its keyword, and piecewise that may be another one.
        leading = {"falseSchema", "$ref", "$dynamicRef"}
        assert all(keyword in leading for _, keyword in pieces - told), (told, pieces)


def test_errors_told_one_by_one_are_those_of_the_engine(
    shared: Callable[[str], Path], tmp_path: Path
) -> None:
    """On the suite, what is told piece by piece are the places and keywords that the engine tells."""
    from corpuskit.validation import load_judge

    for group in groups(shared(SUITE)):
        (tmp_path / "s.json").write_text(json.dumps(group.schema))
        try:
            _, judge = load_judge(tmp_path / "s.json", registry={HOST: shared(SUITE) / "remotes"})
        except corpuskit.SchemaError:
            continue
        for case in group.cases:
            _agree(judge, case.instance)


@settings(
    derandomize=True,
    max_examples=100,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.data())
def test_drawn_errors_told_one_by_one(data: st.DataObject) -> None:
    """On drawn schemas too, and none of these is refused for its ways."""
    schema = data.draw(schemas())
    judge = compile_schema(json.loads(json.dumps(schema)))
    for instance in data.draw(st.lists(instances(schema), min_size=2, max_size=6)):
        _agree(judge, instance)
