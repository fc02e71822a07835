"""croissant.json and CITATION.cff: what they say is what the files hold, and other tools read them."""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml
from conftest import article, jsonl

import corpuskit
from corpuskit.audit import read_manifest
from corpuskit.citation import render_citation
from corpuskit.croissant import render_croissant

Corpus = Callable[..., Path]
SPLITS = "[splits]\nshares = { train = 0.5, validation = 0.2, test = 0.3 }\n"
CONFIGS = '[output]\nconfigs = ["language"]\n'
SOURCE = """
publisher = "Warta"
homepage = "https://example.org/warta"
collected = "2023-03/2023-08"
collection = "Fetched by hand."
"""
SCHEMA = {
    "type": "object",
    "required": ["id", "text"],
    "properties": {
        "id": {"type": "string"},
        "text": {"type": "string"},
        "a name": {"type": ["string", "null"]},
        "count": {"type": "integer"},
        "score": {"type": "number"},
        "good": {"type": "boolean"},
        "seen": {"type": "string", "format": "date-time"},
        "marks": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
        "place": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "tags": {"type": "array", "items": {"type": "string"}},
            },
            "additionalProperties": False,
        },
    },
}


@pytest.fixture
def release(corpus: Corpus, tmp_path: Path) -> corpuskit.Release:
    """A release with splits, and a config for each of two languages."""
    records = [article(i, language="jv" if i % 3 else "id", published_date="2017-12-19") for i in range(60)]
    spec = corpus({"a.jsonl": jsonl(records)}, source=SOURCE, extra=SPLITS + CONFIGS)
    text = spec.read_text().replace(
        "[corpus]\n", '[corpus]\nauthors = ["Ani", { name = "Budi", orcid = "0000-0002-1825-0097" }]\n'
    )
    spec.write_text(text)
    return corpuskit.build(spec, tmp_path / "out")


@pytest.fixture
def own(corpus: Corpus, tmp_path: Path) -> corpuskit.Release:
    """A release under a schema of its own, with every sort of column."""
    row = {
        "a name": "x",
        "count": 2**53 + 1,
        "score": 0.5,
        "good": True,
        "seen": "2017-12-19T13:16:05Z",
        "marks": [[1, 2], []],
        "place": {"name": "Solo", "tags": ["a", "b"]},
    }
    records = [{"id": str(i), "text": f"Isi {i}", **row} for i in range(5)]
    spec = corpus(
        {"a.jsonl": jsonl(records), "own.json": json.dumps(SCHEMA).encode()},
        extra='[schema]\narticle = "own.json"\n',
    )
    return corpuskit.build(spec, tmp_path / "out")


def _croissant(release: corpuskit.Release) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((release.path / "croissant.json").read_bytes())
    return document


def test_files_are_those_on_the_disk(release: corpuskit.Release) -> None:
    """Size and digest of every file that it lists are those of the bytes, and it lists every data file."""
    files = {
        entry["@id"]: entry
        for entry in _croissant(release)["distribution"]
        if entry["@type"] == "cr:FileObject"
    }
    data = {path.relative_to(release.path).as_posix() for path in release.path.rglob("*.parquet")}
    assert {name for name in files if name.startswith("data/")} == data
    for name, entry in files.items():
        content = (release.path / name).read_bytes()
        assert entry["contentSize"] == f"{len(content)} B"
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()


def test_splits_and_configs_are_those_of_the_data(release: corpuskit.Release) -> None:
    """Each config's globs find its files alone, and rows by split are those in the files."""
    document = _croissant(release)
    sets = {
        entry["@id"]: entry["includes"]
        for entry in document["distribution"]
        if entry["@type"] == "cr:FileSet"
    }
    assert set(sets) == {"default-files", "language-id-files", "language-jv-files"}
    for record_set in document["recordSet"][1:]:
        paths = {path for glob in sets[f"{record_set['@id']}-files"] for path in release.path.glob(glob)}
        rows = sum(pq.read_metadata(path).num_rows for path in paths)
        assert record_set["description"] == f"{rows:,} articles"
        pattern = next(f for f in record_set["field"] if f["name"] == "split")["source"]["transform"]["regex"]
        assert {re.match(pattern, path.name)[1] for path in paths} <= set(release.splits)
    told = {row["splits/name"]: row["splits/rows"] for row in document["recordSet"][0]["data"]}
    assert told == dict(release.splits)


def test_types_of_columns(own: corpuskit.Release) -> None:
    """Every sort of column has the data type of its values; arrays have their dimensions, objects their members."""
    fields = {field["name"]: field for field in _croissant(own)["recordSet"][1]["field"]}
    plain = {name: fields[name]["dataType"] for name in ("id", "count", "score", "good", "seen")}
    assert plain == {
        "id": "sc:Text", "count": "sc:Integer", "score": "sc:Float", "good": "sc:Boolean", "seen": "sc:DateTime",
    }  # fmt: skip
    assert (fields["marks"]["dataType"], fields["marks"]["arrayShape"]) == ("sc:Integer", "-1,-1")
    members = {member["name"]: member for member in fields["place"]["subField"]}
    assert members["name"]["dataType"] == "sc:Text"
    assert (members["tags"]["isArray"], members["tags"]["dataType"]) == (True, "sc:Text")
    assert fields["a name"]["@id"] == "default/a%20name"


def test_provenance_terms(release: corpuskit.Release) -> None:
    """Sources, who published them and how they were collected, and the build with the software that did it."""
    document = _croissant(release)
    source, build = document["prov:wasDerivedFrom"][0], document["prov:wasGeneratedBy"]
    assert source["prov:wasAttributedTo"]["name"] == "Warta"
    assert source["prov:wasGeneratedBy"]["description"] == "Fetched by hand."
    assert build["prov:used"] == [{"@id": source["@id"]}]
    assert {agent["name"] for agent in build["prov:wasAssociatedWith"]} >= {"corpuskit", "pyarrow"}
    assert document["rai:dataPreprocessingProtocol"][-1].startswith("splits: train ")


def test_terms_of_use(corpus: Corpus, tmp_path: Path) -> None:
    """What follows from the licences of all articles stands there as permissions, obligations and prohibitions."""
    records = [article(1, license="CC-BY-NC-4.0"), article(2, license="CC0-1.0")]
    release = corpuskit.build(corpus({"a.jsonl": jsonl(records)}), tmp_path / "out")
    told = _croissant(release)["usageInfo"]
    actions = {
        name: [each["odrl:action"]["@id"] for each in told[f"odrl:{name}"]]
        for name in ("permission", "obligation", "prohibition")
    }
    assert actions == {
        "permission": ["cc:DerivativeWorks"],
        "obligation": ["cc:Attribution", "cc:Notice"],
        "prohibition": ["cc:CommercialUse"],
    }


def test_the_curators_answers_stand_in_their_terms(corpus: Corpus, tmp_path: Path) -> None:
    """What the curator answers in prose is what the RAI vocabulary is told."""
    spec = corpus({"a.jsonl": jsonl([article(1)])}, extra='[card]\nprose = "cards/"\n')
    (spec.parent / "cards").mkdir()
    (spec.parent / "cards" / "biases.md").write_text("Only one town.")
    release = corpuskit.build(spec, tmp_path / "out")
    assert _croissant(release)["rai:dataBiases"] == "Only one town."


def test_a_hostile_name_is_inert(corpus: Corpus, tmp_path: Path) -> None:
    """Names with quotes, tags and characters that reverse a line stay values."""
    spec = corpus({"a.jsonl": jsonl([article(1)])}, source='publisher = "</script>\\u202e\\"x"')
    release = corpuskit.build(spec, tmp_path / "out")
    text = (release.path / "croissant.json").read_text()
    assert "\u202e" not in text
    assert json.loads(text)["prov:wasDerivedFrom"][0]["prov:wasAttributedTo"]["name"] == '</script>\u202e"x'


def test_citation(release: corpuskit.Release) -> None:
    """CITATION.cff names authors, version and content id; its keys are those of the format."""
    text = (release.path / "CITATION.cff").read_text()
    cited = yaml.safe_load(text)
    assert cited["authors"] == [
        {"name": "Ani"},
        {"name": "Budi", "orcid": "https://orcid.org/0000-0002-1825-0097"},
    ]
    assert (cited["cff-version"], cited["type"], cited["version"]) == ("1.2.0", "dataset", "1.0.0")
    assert cited["identifiers"][0]["value"].endswith(release.content_id)


def test_no_author_no_citation(corpus: Corpus, tmp_path: Path) -> None:
    """The format demands an author; where none is stated there is no file, and nothing is missed."""
    release = corpuskit.build(corpus({"a.jsonl": jsonl([article(1)])}), tmp_path / "out")
    assert not (release.path / "CITATION.cff").exists()
    assert [f for f in corpuskit.verify(release.path) if f.severity == "error"] == []


LICENSES = {
    "CC-BY-4.0": "CC-BY-4.0",
    "MIT OR Apache-2.0": ["MIT", "Apache-2.0"],
    "MIT AND Apache-2.0": None,
    "LicenseRef-own": None,
    "GPL-2.0-only WITH Classpath-exception-2.0": None,
}


@pytest.mark.parametrize("expression", LICENSES)
def test_licences_that_the_format_can_say(expression: str) -> None:
    """One id, or a choice of ids; of what the format cannot say nothing stands there."""
    facts = json.loads((Path(__file__).parent / "manifest.example.json").read_bytes())
    facts["corpus"]["license"] = expression
    assert yaml.safe_load(render_citation(facts) or "").get("license") == LICENSES[expression]


def test_documents_hang_on_the_manifest_alone(release: corpuskit.Release) -> None:
    """Rendering the manifest again gives both files, byte for byte."""
    manifest = read_manifest(release.path)
    assert render_croissant(manifest) == (release.path / "croissant.json").read_text()
    assert render_citation(manifest) == (release.path / "CITATION.cff").read_text()


# --- descriptions that others wrote ---

# What Croissant 1.1 added to 1.0, which the descriptions at hand are of.
NEW_TERMS = {"isArray", "arrayShape"}
PARTS = ("cr:FileObject", "cr:FileSet", "cr:RecordSet", "cr:Field")


def _nodes(value: Any) -> list[dict[str, Any]]:
    """Every typed node of a description; records that stand in it are none."""
    if isinstance(value, list):
        return [node for each in value for node in _nodes(each)]
    if not isinstance(value, dict):
        return []
    inner = [
        n for key, each in value.items() if key not in {"@context", "data", "examples"} for n in _nodes(each)
    ]
    return [value, *inner] if "@type" in value else inner


def _astray(document: dict[str, Any]) -> set[str]:
    """References of fields to a file, a set of files or a field that the description does not have."""
    nodes = [node for node in _nodes(document) if node["@type"] in PARTS]
    named = {node["@id"] for node in nodes}

    def referred(value: Any) -> set[str]:
        if isinstance(value, list):
            return {name for each in value for name in referred(each)}
        if not isinstance(value, dict):
            return set()
        own = {value["@id"]} if set(value) == {"@id"} else set()
        return own | {name for each in value.values() for name in referred(each)}

    wanted = ("source", "references", "containedIn", "parentField")
    return {name for node in nodes for key in wanted for name in referred(node.get(key))} - named


def test_others_write_it_the_same(shared: Callable[[str], Path], release: corpuskit.Release) -> None:
    """Terms mean what they mean in real descriptions, and each of our nodes has what all of theirs have."""
    theirs = [json.loads(path.read_bytes()) for path in sorted(shared("croissant-1.0").glob("*.json"))]
    ours = _croissant(release)
    assert len(theirs) == 32
    assert [_astray(document) for document in (*theirs, ours)] == [set()] * 33
    for document in theirs:
        for term in document["@context"].keys() & ours["@context"].keys():
            assert ours["@context"][term] == document["@context"][term], term
    for kind in PARTS:
        real = [set(node) for document in theirs for node in _nodes(document) if node["@type"] == kind]
        own = [set(node) for node in _nodes(ours) if node["@type"] == kind]
        assert real
        assert own
        assert all(set.intersection(*real) <= node for node in own), kind
        plain = {key for node in own for key in node if ":" not in key}
        assert plain - NEW_TERMS <= set.union(*real), kind


@pytest.mark.croissant
@pytest.mark.parametrize("which", ["release", "own"])
def test_mlcroissant_checks_and_loads(which: str, request: pytest.FixtureRequest) -> None:
    """mlcroissant finds no error, and gives every row of every config with the values of the files."""
    import mlcroissant

    release = request.getfixturevalue(which)
    dataset = mlcroissant.Dataset(jsonld=str(release.path / "croissant.json"))
    assert not dataset.metadata.issues.errors
    for config in read_manifest(release.path)["configs"]:
        rows = {row[f"{config}/id"]: row for row in dataset.records(config)}
        pattern = "*.parquet" if config == "default" else f"{config}/*.parquet"
        expected = [
            (path, row)
            for path in release.path.joinpath("data").rglob(pattern)
            for row in pq.read_table(path).to_pylist()
        ]
        assert len(rows) == len(expected) > 0
        for path, row in expected:
            told = rows[row["id"].encode()]
            assert told[f"{config}/text"] == row["text"].encode()
            assert told[f"{config}/split"] == path.name.split("-")[0].encode()
