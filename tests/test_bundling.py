"""A bundle gives the verdicts of the files it is made of, and columns of the right types or of JSON text."""

import json
from pathlib import Path
from typing import Any

import pytest
from differential import instances, schemas
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from test_conformance import HOST, SUITE, groups

import corpuskit
from corpuskit.schema import article_schema
from corpuskit.validation import compile_schema, load_judge, read_schema

INTEGER, STRING, NUMBER = {"type": "integer"}, {"type": "string"}, {"type": "number"}
DRAFT7 = "http://json-schema.org/draft-07/schema#"


def article(x: Any, **more: Any) -> dict[str, Any]:
    """An article schema with a property `x`."""
    return {"type": "object", "properties": {"text": STRING, "x": x}, **more}


# The files of a schema, `s.json` first; instances of `x` that are accepted and refused; the kind of its column.
CASES: dict[str, tuple[dict[str, Any], list[Any], list[Any], str]] = {
    "a file": ({"s.json": article({"$ref": "a.json"}), "a.json": INTEGER}, [1], ["1"], "integer"),
    "a part of a file": (
        {"s.json": article({"$ref": "d/a.json#/$defs/x"}), "d/a.json": {"$defs": {"x": {"$ref": "b.json"}}},
         "d/b.json": INTEGER, "b.json": STRING},
        [1], ["1"], "integer",
    ),
    "an anchor of a file": (
        {"s.json": article({"$ref": "a.json#n"}, **{"$defs": {"m": {"$anchor": "n", **STRING}}}),
         "a.json": {"$defs": {"y": {"$anchor": "n", **INTEGER}}}},
        [1], ["1"], "integer",
    ),
    "an anchor of its own": (
        {"s.json": article({"$ref": "#n"}, **{"$defs": {"y": {"$anchor": "n", **INTEGER}}})}, [1], ["1"], "integer",
    ),
    "its own URI": (
        {"s.json": article({"$ref": "https://example.org/a.json#/$defs/y"}, **{
            "$id": "https://example.org/a.json", "$defs": {"y": INTEGER}})},
        [1], ["1"], "integer",
    ),
    "below another URI": (
        {"s.json": article({"$ref": "#/$defs/o"}, **{"$defs": {
            "o": {"$id": "http://other.invalid/o", "$ref": "#/$defs/y", "$defs": {"y": INTEGER}}, "y": STRING}})},
        [1], ["1"], "integer",
    ),
    "a file's name below another URI": (
        {"s.json": article({"$ref": "#/$defs/o"}, **{"$defs": {
            "o": {"$id": "http://other.invalid/d/o", "properties": {"y": {"$ref": "a.json"}}},
            "p": {"$id": "http://other.invalid/d/a.json", **INTEGER}}}), "a.json": STRING},
        [{"y": 1}], [{"y": "1"}], "json",
    ),
    "a file with a URI of its own": (
        {"s.json": article({"$ref": "a.json"}), "b.json": STRING, "here/b.json": INTEGER,
         "a.json": {"$id": "http://here.invalid/a.json", "items": {"$ref": "b.json"}, "type": "array"}},
        [[1]], [["1"]], "list",
    ),
    "a name that is taken": (
        {"s.json": article({"$ref": "a.json"}, **{"$defs": {"a.json": STRING}}), "a.json": INTEGER},
        [1], ["1"], "integer",
    ),
    "names to escape": (
        {"s.json": article({"$ref": "d/a%20b~c.json#/$defs/q~1r"}), "d/a b~c.json": {"$defs": {"q/r": INTEGER}}},
        [1], ["1"], "integer",
    ),
    "a circle": (
        {"s.json": article({"$ref": "a.json"}), "a.json": {"properties": {"n": {"$ref": "b.json"}}, "type": "object"},
         "b.json": {"anyOf": [{"type": "null"}, {"$ref": "a.json"}]}},
        [{"n": {"n": None}}], [{"n": {"n": 1}}], "object",
    ),
    "true and false": ({"s.json": article({"$ref": "a.json"}), "a.json": False}, [], [1], "json"),
    "data": (
        {"s.json": article({"const": {"$ref": "a.json"}}), "a.json": INTEGER}, [{"$ref": "a.json"}], [1], "json",
    ),
    "a metaschema": ({"s.json": article({"$ref": DRAFT7})}, [{"type": "string"}], [{"type": 5}], "json"),
    "another draft": (
        {"s.json": article({"$ref": "a.json"}), "a.json": {"$schema": DRAFT7, "items": [INTEGER]}},
        [[1, 2]], [["1"]], "json",
    ),
    "draft 7": (
        {"s.json": article({"$ref": "a.json#n"}, **{"$schema": DRAFT7}),
         "a.json": {"definitions": {"y": {"$id": "#n", "$ref": "#/definitions/z"}, "z": INTEGER}}},
        [1], ["1"], "integer",
    ),
    "dynamic references": (
        {"s.json": article({"$ref": "tree.json"}, **{"$defs": {"n": {"$dynamicAnchor": "n", "required": ["v"]}}}),
         "tree.json": {"$dynamicAnchor": "n", "properties": {"k": {"items": {"$dynamicRef": "#n"}}}}},
        [{"k": [{"v": 1}]}], [{"k": [{"w": 1}]}], "json",
    ),
}  # fmt: skip


def write(root: Path, files: dict[str, Any]) -> Path:
    """The files of a schema; the path of the first."""
    for name, schema in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(json.dumps(schema))
    return root / next(iter(files))


@pytest.mark.parametrize(("files", "accepted", "refused", "kind"), CASES.values(), ids=list(CASES))
def test_a_bundle_means_what_its_files_mean(
    tmp_path: Path, files: dict[str, Any], accepted: list[Any], refused: list[Any], kind: str
) -> None:
    """Original and bundle give the same verdicts, alone and under another name, and columns follow the verdicts."""
    path = write(tmp_path / "schemas", files)
    bundled, judge = read_schema(path, registry={"http://here.invalid/": tmp_path / "schemas/here"}
                                 if "here/b.json" in files else None)  # fmt: skip
    released = write(tmp_path / "release", {"schema.json": bundled})
    for each in (judge, load_judge(released)[1], compile_schema(bundled)):
        assert [x for x in accepted if not each.accepts({"x": x})] == []
        assert [x for x in refused if each.accepts({"x": x})] == []
    assert article_schema(bundled).columns["x"].kind == kind


@pytest.mark.parametrize(
    "schema",
    [
        article({"$ref": "#/$defs/y"}, **{"$defs": {"y": INTEGER}}),
        article({"$ref": "#"}),
        article(INTEGER),
        True,
    ],
)
def test_what_is_whole_stays_as_it_is(tmp_path: Path, schema: Any) -> None:
    """A document that refers to nothing outside, by paths, is released to the last byte as it was."""
    assert json.dumps(read_schema(write(tmp_path, {"s.json": schema}))[0]) == json.dumps(schema)


def test_bundles_of_the_suite_give_its_verdicts(shared: Any, tmp_path: Path) -> None:
    """Every schema of the suite, with the remote files to which it refers inside it, gives the same verdicts."""
    for group in groups(shared(SUITE)):
        path = write(tmp_path, {"s.json": group.schema})
        try:
            bundled, judge = read_schema(path, registry={HOST: shared(SUITE) / "remotes"})
        except corpuskit.SchemaError:
            continue
        (tmp_path / "b.json").write_text(json.dumps(bundled))
        own = isinstance(bundled, dict) and HOST in bundled.get("$schema", "")  # a metaschema stays outside
        again = load_judge(tmp_path / "b.json", registry={HOST: shared(SUITE) / "remotes"} if own else None)[
            1
        ]
        for case in group.cases:
            assert judge.accepts(case.instance) == again.accepts(case.instance), case.name


@settings(derandomize=True, max_examples=150, database=None, phases=[Phase.generate],
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(st.data())
def test_drawn_schemas_in_files_give_the_verdicts_of_their_bundle(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Drawn schemas in two files that refer to each other, bundled, judge drawn instances as before."""
    one, two = data.draw(schemas()), data.draw(schemas())
    one["$defs"]["x"] = {"$ref": "d/two.json#/$defs/x"}
    one["$defs"]["z"]["items"] = {
        "$ref": data.draw(st.sampled_from(["d/two.json", "d/two.json#y", "d/two.json#/$defs/z"]))
    }
    two["$defs"]["z"]["items"] = {"properties": {"a": {"$ref": "../one.json"}}}
    if not data.draw(st.booleans()):
        for each in (one, two):  # without dynamic anchors references become paths
            each["$defs"]["d"] = {"$anchor": "d", "type": "string"}
    root = tmp_path_factory.mktemp("drawn")
    bundled, judge = read_schema(write(root, {"one.json": one, "d/two.json": two}))
    again = load_judge(write(root / "out", {"schema.json": bundled}))[1]
    for instance in data.draw(st.lists(instances(one) | instances(two), min_size=4, max_size=8)):
        value = json.loads(json.dumps(instance))
        assert judge.accepts(value) == again.accepts(value), json.dumps([one, two, bundled, instance])
