"""--registry URI=DIR: references below a prefix lead to files of a folder, and nowhere else."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import corpuskit
from corpuskit.errors import SchemaError, SpecError
from corpuskit.validation import compile_schema

HOST = "http://localhost:1234/"
INTEGER, STRING = {"type": "integer"}, {"type": "string"}
DRAFTS = [
    ("http://json-schema.org/draft-04/schema#", "id"),
    ("http://json-schema.org/draft-06/schema#", "$id"),
    ("http://json-schema.org/draft-07/schema#", "$id"),
    ("https://json-schema.org/draft/2019-09/schema", "$id"),
    ("https://json-schema.org/draft/2020-12/schema", "$id"),
]


@pytest.fixture
def shelf(tmp_path: Path) -> Callable[[Mapping[str, Any]], Path]:
    """A function that writes schemas below a folder, beside a file that must not be reached, and gives it."""

    def write(files: Mapping[str, Any]) -> Path:
        root = tmp_path / "shelf"
        for name, schema in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(schema if isinstance(schema, str) else json.dumps(schema))
        (tmp_path / "outside.json").write_text("true")
        return root

    return write


def _means_integer(schema: Any, registry: Mapping[str, Path | str], file: Path | None = None) -> bool:
    judge = compile_schema(schema, file, registry=registry)
    assert judge.accepts(1) != judge.accepts("1")
    return judge.accepts(1)


@pytest.mark.parametrize(
    ("prefix", "reference"),
    [
        (HOST, HOST + "a/b.json"),
        (HOST, HOST + "a/b.json#/$defs/x"),
        (HOST, HOST + "a/./c/../b.json"),
        (HOST, HOST + "a%2Fb.json"),
        (HOST, HOST + "a/%62.json"),
        (HOST, HOST + "a/caf%C3%A9%20satu.json"),
        (HOST, "HTTP://LOCALHOST:1234/a/b.json"),
        ("HTTP://LocalHost:1234/", HOST + "a/b.json"),
        (HOST.rstrip("/"), HOST + "a/b.json"),
        (HOST + "deep/er/", HOST + "deep/er/a/b.json"),
        ("https://example.org", "https://example.org/a/b.json"),
        ("ftp://example.org/", "ftp://example.org/a/b.json"),
        ("urn:example:", "urn:example:a/b.json"),
    ],
)
def test_a_reference_below_a_prefix_is_a_file_of_the_folder(
    shelf: Callable[..., Path], prefix: str, reference: str
) -> None:
    """Whatever the scheme and the spelling of a URI, what follows the prefix is the path of a file."""
    target = {**INTEGER, "$defs": {"x": INTEGER}}
    root = shelf({"a/b.json": target, "a/café satu.json": target})
    assert _means_integer({"$ref": reference}, {prefix: root})


@pytest.mark.parametrize(
    "reference",
    [
        HOST + "..%2Foutside.json",
        HOST + "a%2F..%2F..%2Foutside.json",
        HOST + "a%2F..%2Fb.json",
        HOST + "../outside.json",
        HOST + "link.json",
        HOST + "folder/outside.json",
        HOST + "%2Fetc%2Fhostname",
        HOST + "/etc/hostname",
        HOST + "b.json%00",
        HOST + "%FF.json",
        HOST + "x" * 5000,
        HOST + "b.json?version=1",
        HOST + "a",
        HOST,
        "http://localhost:12345/b.json",
        "http://localhost/b.json",
        "https://localhost:1234/b.json",
        "http://user@localhost:1234/b.json",
        "http://localhost.example.org:1234/b.json",
        "ftp://localhost:1234/b.json",
        "file:///etc/hostname",
        "urn:b.json",
        "//example.org/b.json",
    ],
)
@pytest.mark.parametrize("keyword", ["$ref", "$dynamicRef"])
def test_no_reference_leaves_the_folder(shelf: Callable[..., Path], reference: str, keyword: str) -> None:
    """Steps up, links, NULs and other hosts are refused in words that name the reference and the flag."""
    root = shelf({"b.json": {}, "a/b.json": {}})
    (root / "link.json").symlink_to("../outside.json")
    (root / "folder").symlink_to("..")
    with pytest.raises(SchemaError, match="--registry") as caught:
        compile_schema({keyword: reference}, registry={HOST: root})
    assert "names no file inside" in str(caught.value) or "nothing is fetched" in str(caught.value)


def test_the_longest_prefix_wins_over_shorter_ones_and_over_the_schemas_folder(
    shelf: Callable[..., Path],
) -> None:
    """Of several prefixes the longest counts, in whatever order they stand, also where it holds no such file."""
    root = shelf({"near/x.json": INTEGER, "far/deep/x.json": STRING, "far/deep/y.json": STRING})
    registry = {HOST: root / "far", HOST + "deep/": root / "near"}
    for order in (registry, dict(reversed(registry.items()))):
        assert _means_integer({"$ref": HOST + "deep/x.json"}, order)
        with pytest.raises(SchemaError):
            compile_schema({"$ref": HOST + "deep/y.json"}, registry=order)
    own = {"$id": HOST + "deep/s.json", "$ref": "x.json"}
    assert not _means_integer(own, {}, root / "far/deep/s.json")
    assert _means_integer(own, registry, root / "far/deep/s.json")


@pytest.mark.parametrize(("draft", "keyword"), DRAFTS)
@pytest.mark.parametrize("says", [True, False])
def test_ids_inside_registered_documents(
    shelf: Callable[..., Path], draft: str, keyword: str, says: bool
) -> None:
    """A document's own `$id` is the base of its references, and another name for it, in every draft."""
    schema = {
        keyword: "http://other.invalid/z/",
        "items": {"$ref": "w.json"},
        "definitions": {"w.json": INTEGER},
    }
    root = shelf(
        {
            "x/y.json": {**({"$schema": draft} if says else {}), **schema},
            "x/w.json": STRING,
            "z/w.json": INTEGER,
        }
    )
    registry = {HOST: root, "http://other.invalid/": root}
    references = {"whole": HOST + "x/y.json", "part": HOST + "x/y.json#/items", "named": "http://other.invalid/z/",
                  "there": "http://other.invalid/z/#/items"}  # fmt: skip
    properties = {name: {"$ref": reference} for name, reference in references.items()}
    judge = compile_schema({"$schema": draft, "properties": properties}, registry=registry)
    assert judge.accepts({"whole": [1], "part": 1, "named": [1], "there": 1})
    for wrong in ({"whole": ["1"]}, {"part": "1"}, {"named": ["1"]}, {"there": "1"}):
        assert not judge.accepts(wrong)


def test_names_and_data_are_no_references(shelf: Callable[..., Path]) -> None:
    """Of a document under another name only references are rewritten: no property name, constant or default."""
    data = {"$ref": "w.json", "$id": "q"}
    root = shelf(
        {
            "x.json": {
                "$id": "http://other.invalid/z/",
                "const": {"a": data},
                "default": data,
                "properties": {"const": {"$ref": "w.json"}, "$ref": {"$ref": "#/$defs/any"}, "a": True},
                "additionalProperties": {"anyOf": [{"$ref": "http://other.invalid/z/#/$defs/any"}]},
                "$defs": {"any": True, "sub": {"$id": "sub/", "$ref": "w.json"}},
            },
            "z/w.json": INTEGER,
            "z/sub/w.json": STRING,
        }
    )
    registry = {HOST: root, "http://other.invalid/": root}
    judge = compile_schema({"$ref": HOST + "x.json"}, registry=registry)
    assert judge.accepts({"a": data})
    assert not judge.accepts({"a": {"$ref": "http://other.invalid/z/w.json", "$id": "q"}})
    assert not _means_integer({"$ref": HOST + "x.json#/$defs/sub"}, registry)


def test_documents_refer_to_each_other_and_to_metaschemas(shelf: Callable[..., Path]) -> None:
    """Circles of files, dynamic references to other files, and the metaschemas of all drafts are followed."""
    root = shelf(
        {
            "tree.json": {"type": "object", "properties": {"next": {"$ref": "node.json"}}},
            "node.json": {"anyOf": [{"type": "null"}, {"$ref": "tree.json"}]},
            "anchors.json": {"$defs": {"z": {"$dynamicAnchor": "a", **INTEGER}}},
            "meta.json": {"$ref": "http://json-schema.org/draft-07/schema#"},
        }
    )
    tree = compile_schema({"$ref": HOST + "tree.json"}, registry={HOST: root})
    assert tree.accepts({"next": {"next": None}})
    assert not tree.accepts({"next": {"next": 3}})
    assert _means_integer({"$dynamicRef": HOST + "anchors.json#a"}, {HOST: root})
    meta = compile_schema({"$ref": HOST + "meta.json"}, registry={HOST: root})
    assert (meta.accepts({"type": "string"}), meta.accepts({"type": "word"})) == (True, False)


def test_a_registered_document_may_be_broken(shelf: Callable[..., Path]) -> None:
    """A document that is no JSON is named with its line; one that refers further is refused by that reference."""
    root = shelf({"a.json": '{\n"type": ', "b.json": {"$ref": "http://example.org/c.json"}})
    with pytest.raises(SchemaError, match=r"a\.json:2: is not JSON"):
        compile_schema({"$ref": HOST + "a.json"}, registry={HOST: root})
    with pytest.raises(
        SchemaError, match=r"'http://example\.org/c\.json'.*--registry http://example\.org/=DIR"
    ):
        compile_schema({"$ref": HOST + "b.json"}, registry={HOST: root})


@pytest.mark.parametrize(
    "uri", ["", "localhost", "/a", "http://", "http://a?b", "http://a#b", "http://[", "a b"]
)
def test_a_prefix_is_an_absolute_uri(tmp_path: Path, uri: str) -> None:
    """A prefix without scheme or host, or with query or fragment, is refused by name."""
    with pytest.raises(SpecError, match="registry"):
        compile_schema({}, registry={uri: tmp_path})


def test_folders_are_there_and_prefixes_are_mapped_once(tmp_path: Path) -> None:
    """A folder that is not there is refused, and a prefix that is given twice in different spellings."""
    with pytest.raises(SpecError, match="not there"):
        compile_schema({}, registry={HOST: tmp_path / "nowhere"})
    with pytest.raises(SpecError, match="twice"):
        compile_schema({}, registry={HOST: tmp_path, "http://LOCALHOST:1234": tmp_path})


def _run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "corpuskit", "validate", *map(str, arguments)],
        capture_output=True, text=True, cwd=cwd, timeout=60, check=False,
    )  # fmt: skip


def test_the_command_line_maps_prefixes(shelf: Callable[..., Path], tmp_path: Path) -> None:
    """--registry is repeatable and exits 0, 1, and 2 for what it does not know, before anything is read."""
    root = shelf({"one/a.json": INTEGER, "two/b.json": STRING})
    (tmp_path / "s.json").write_text(
        json.dumps(
            {"properties": {"a": {"$ref": HOST + "a.json"}, "b": {"$ref": "http://example.org/b.json"}}}
        )
    )
    (tmp_path / "good.jsonl").write_text('{"a": 1, "b": "x"}\n')
    (tmp_path / "bad.jsonl").write_text('{"a": "1", "b": "x"}\n')
    one, two = f"--registry={HOST}={root / 'one'}", f"--registry=http://example.org={root / 'two'}"
    assert _run("good.jsonl", "--schema", "s.json", one, two, cwd=tmp_path).returncode == 0
    assert _run("bad.jsonl", "--schema", "s.json", one, two, cwd=tmp_path).returncode == 1
    for given in (
        [one],
        [two],
        [one, one, two],
        ["--registry", "x"],
        ["--registry", f"{HOST}="],
        [one, f"{two}x"],
    ):
        done = _run("bad.jsonl", "--schema", "s.json", *given, cwd=tmp_path)
        assert done.returncode == 2
        assert "--registry" in done.stderr or "registry maps" in done.stderr
        assert "Traceback" not in done.stderr


def test_python_takes_a_mapping(shelf: Callable[..., Path], tmp_path: Path) -> None:
    """`corpuskit.validate(registry=...)` works for a schema as a file and as a value, for text files too."""
    root = shelf({"a.json": {"type": "string", "minLength": 3}})
    schema = {
        "required": ["text"],
        "properties": {"text": {"type": "string"}, "title": {"$ref": HOST + "a.json"}},
    }
    (tmp_path / "s.json").write_text(json.dumps(schema))
    (tmp_path / "a.jsonl").write_text('{"text": "isi", "title": "x"}\n')
    (tmp_path / "t.txt").write_text("Judul\n\nIsi berita yang tidak terlalu pendek.\n")
    for given in (schema, tmp_path / "s.json"):
        report = corpuskit.validate([tmp_path / "a.jsonl", tmp_path / "t.txt"], given, registry={HOST: root})
        errors = [f for f in report.findings if f.severity == "error"]
        assert [(f.pointer, f.keyword) for f in errors] == [("/title", "minLength")]


def test_an_id_of_another_draft_is_a_word_like_others(shelf: Callable[..., Path]) -> None:
    """Draft 4's `id` names a document of draft 4 alone: anywhere else it is no keyword."""
    root = shelf({"x/y.json": {"id": "http://other.invalid/z/", "items": {"$ref": "w.json"}}, "x/w.json": INTEGER,
                  "z/w.json": STRING})  # fmt: skip
    registry = {HOST: root, "http://other.invalid/": root}
    for draft, keyword in DRAFTS:
        judge = compile_schema({"$schema": draft, "items": {"$ref": HOST + "x/y.json"}}, registry=registry)
        assert judge.accepts([[1]]) is (keyword == "$id")
