"""Configs by language, licence and source: names, files, loaders, and what verify finds of them."""

import fnmatch
import hashlib
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import combinations, product
from operator import itemgetter
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest
import yaml
from conftest import article, jsonl
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

import corpuskit
from corpuskit import BuildRefused, SpecError
from corpuskit.card.front_matter import split_card
from corpuskit.cards import rewrite_card
from corpuskit.documents import render_documents
from corpuskit.partitions import FIELDS, config_name, configs_of, partition_name, pattern, slug
from corpuskit.phases.partition import config_refusals, partitioned

Corpus = Callable[..., Path]
Rows = list[dict[str, Any]]

LANGUAGES = ("id", "jv", "zh-Hant")
LICENSES = ("CC-BY-4.0", "MIT OR Apache-2.0", "LicenseRef-CRI-terms", "CC0-1.0")
# Those of them whose articles are in the config `permissive`, decided by hand.
PERMISSIVE = ("CC-BY-4.0", "MIT OR Apache-2.0", "CC0-1.0")
SOURCES = ("cri", "suara_desa")
SUBSETS = [subset for size in range(4) for subset in combinations(FIELDS, size)]


# --- names ---

KNOWN = {
    "id": "id",
    "zh-Hant": "zh-hant",
    "CC-BY-SA-4.0": "cc-by-sa-4.0",
    "MIT OR Apache-2.0": "mit-or-apache-2.0",
    "(MIT OR ISC) AND Zlib": "mit-or-isc-and-zlib-c8489d13",
    "Apache-2.0+": "apache-2.0-216b603b",
    "LicenseRef-CRI-terms": "licenseref-cri-terms",
    "suara_desa": "suara_desa",
    "a--b": "a-b-90827a2e",
    "新闻": "d39567b2",
    "": "e3b0c442",
    "../x": "x-d6b96a97",
    "x" * 60: "x" * 39 + "-42f2d973",
    None: "none",
}


@pytest.mark.parametrize(("value", "name"), KNOWN.items())
def test_known_slugs(value: str | None, name: str) -> None:
    """A few slugs, fixed for ever."""
    assert slug(value) == name


@given(st.text(), st.text())
def test_slugs_are_safe_and_differ(one: str, other: str) -> None:
    """A slug is safe in a path, a URL and YAML; values that differ in more than case and spaces differ in it."""
    for value in (one, other):
        assert re.fullmatch(r"[a-z0-9]+([._-][a-z0-9]+)*", slug(value))
        assert len(slug(value)) <= 48
        assert yaml.safe_load(config_name("language", value)) == config_name("language", value)
    if slug(one) == slug(other):
        assert one.lower().replace(" ", "-") == other.lower().replace(" ", "-")


NAMES = st.tuples(
    *(st.sampled_from(["id", "id-id", "d", "a.b", "source", "license-mit", "x_1"]) for _ in FIELDS)
)


@given(st.lists(NAMES, min_size=1), st.sampled_from(SUBSETS[1:]))
def test_a_pattern_matches_the_folders_of_its_config(
    values: list[tuple[str, ...]], fields: tuple[str, ...]
) -> None:
    """The glob of a config matches a folder just where the folder's name holds the config."""
    folders = {
        partition_name([config_name(*pair) for pair in zip(fields, each, strict=False)]) for each in values
    }
    for folder in folders:
        assert len(configs_of(folder)) == len(fields) + 1
        for config in {config for other in folders for config in configs_of(other)}:
            assert fnmatch.fnmatchcase(folder, pattern(config, fields)) == (config in configs_of(folder))


# --- releases ---


def write_corpus(root: Path, configs: tuple[str, ...], more: str = "") -> Path:
    """Three languages by four licences by two sources, a dozen articles of each; a split that nobody is in."""
    root.mkdir(parents=True)
    for number, source in enumerate(SOURCES):
        pairs = list(product(LANGUAGES, LICENSES)) * 10
        records = [
            article(1000 * number + i, language=language, license=license_, tags=[i])
            for i, (language, license_) in enumerate(pairs)
        ]
        (root / f"{source}.jsonl").write_bytes(jsonl([*records[:50], b"{rusak", *records[50:]]))
    spec = root / "corpus.toml"
    sources = "".join(
        f'[[source]]\nname = "{s}"\nfiles = ["{s}.jsonl"]\nlicense = "CC0-1.0"\n' for s in SOURCES
    )
    spec.write_text(
        f'[corpus]\nname = "tiny"\nversion = "1.0.0"\nlicense = "CC0-1.0"\n{sources}'
        f"[splits]\nshares = {{ train = 0.8, test = 0.2, dev = 0 }}\n"
        f"[output]\nconfigs = {json.dumps(configs)}\n{more}"
    )
    return spec


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Callable[[tuple[str, ...]], corpuskit.Release]:
    """A function from fields to the release with configs of them, built once."""
    root = tmp_path_factory.mktemp("configs")
    made: dict[tuple[str, ...], corpuskit.Release] = {}

    def build(fields: tuple[str, ...]) -> corpuskit.Release:
        if fields not in made:
            spec = write_corpus(root / ("-".join(fields) or "none"), fields)
            made[fields] = corpuskit.build(spec, spec.parent / "out")
        return made[fields]

    return build


@pytest.fixture(params=SUBSETS, ids=lambda subset: "+".join(subset) or "none")
def release(request: pytest.FixtureRequest, builds: Callable[..., corpuskit.Release]) -> corpuskit.Release:
    """A release with configs of each subset of the fields."""
    return builds(request.param)


def manifest_of(release: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((release / "manifest.json").read_bytes())
    return manifest


def members(manifest: Mapping[str, Any], config: str) -> Callable[[Mapping[str, Any]], bool]:
    """Whether a row is in a config, by its values alone."""
    values = manifest["config_rule"]["values"]
    field = config.partition("-")[0]
    if config == "permissive":
        return lambda row: row["license"] in PERMISSIVE
    return lambda row: config == "default" or row[field] == values[config]


def test_every_config_is_a_filter_of_the_default(release: corpuskit.Release, tmp_path: Path) -> None:
    """Every config loads with plain `load_dataset`, normal and streaming, as the rows of the default with its value."""
    import datasets

    datasets.disable_progress_bars()
    manifest, folder = manifest_of(release.path), str(release.path)
    fields = manifest["config_rule"]["fields"]
    counts = {"language": LANGUAGES, "license": LICENSES, "source": SOURCES}
    wanted = {config_name(name, value) for name in fields for value in counts[name]}
    wanted |= {"permissive"} if "license" in fields else set()
    assert set(manifest["configs"]) == {"default", *wanted}
    assert datasets.get_dataset_config_names(folder) == ["default", *sorted(wanted)]
    default = datasets.load_dataset(folder, cache_dir=str(tmp_path))
    assert sum(len(part) for part in default.values()) == 240
    for config in manifest["configs"]:
        is_member = members(manifest, config)
        loaded = datasets.load_dataset(folder, config, cache_dir=str(tmp_path))
        streamed = datasets.load_dataset(folder, config, streaming=True)
        stated = {split: n for split, n in manifest["configs"][config].items() if n}
        assert {split: len(part) for split, part in loaded.items()} == stated
        for split, part in loaded.items():
            rows = [row for row in default[split] if is_member(row)]
            assert list(part) == list(streamed[split])
            # A list of globs is read glob by glob.
            in_order = list if config != "permissive" else partial(sorted, key=itemgetter("source", "id"))
            assert in_order(part) == in_order(rows)
            assert part.features == default[split].features
            assert part.info.splits[split].num_bytes == manifest["arrow_bytes"][config][split]


def test_every_row_is_there_once(
    release: corpuskit.Release, builds: Callable[..., corpuskit.Release]
) -> None:
    """pyarrow, polars, DuckDB and `read` find all rows once in all Parquet files, whatever the configs."""
    folder = str(release.path)
    ids = [row["id"] for batch in corpuskit.read(release.path) for row in batch.to_pylist()]
    assert len(ids) == len(set(ids)) == 240
    assert Counter(pyarrow.dataset.dataset(f"{folder}/data").to_table()["id"].to_pylist()) == Counter(ids)
    assert Counter(polars.scan_parquet(f"{folder}/**/*.parquet").collect()["id"].to_list()) == Counter(ids)
    assert Counter(duckdb.sql(f"select id from '{folder}/**/*.parquet'").df()["id"]) == Counter(ids)
    assert corpuskit.verify(release.path) == []
    plain = builds(())
    assert release.content_id == plain.content_id
    assert release.splits == plain.splits
    assert pq.read_table(release.audit / "ledger.parquet").equals(
        pq.read_table(plain.audit / "ledger.parquet")
    )


def test_the_card_states_every_config(release: corpuskit.Release) -> None:
    """The YAML has globs, exact sizes and the features of each config, and none for a split without rows."""
    manifest = manifest_of(release.path)
    head, _ = split_card((release.path / "README.md").read_text())
    infos = head["dataset_info"] if len(manifest["configs"]) > 1 else [head["dataset_info"]]
    assert [c["config_name"] for c in head["configs"]] == [i["config_name"] for i in infos]
    assert [c["config_name"] for c in head["configs"] if "default" in c] == ["default"]
    for config, info in zip(head["configs"], infos, strict=True):
        name = config["config_name"]
        assert manifest["configs"][name]["dev"] == 0
        assert [part["split"] for part in config["data_files"]] == ["train", "test"]
        globs = {part["split"]: part["path"] for part in config["data_files"]}
        globs = {split: [path] if isinstance(path, str) else path for split, path in globs.items()}
        found = {split: [sorted(release.path.glob(path)) for path in paths] for split, paths in globs.items()}
        assert all(each for lists in found.values() for each in lists)
        files = {split: [path for each in lists for path in each] for split, lists in found.items()}
        for split in info["splits"]:
            rows = sum(pq.ParquetFile(path).metadata.num_rows for path in files[split["name"]])
            assert split["num_examples"] == manifest["configs"][name][split["name"]] == rows
        assert info["download_size"] == sum(path.stat().st_size for found in files.values() for path in found)
        assert info["dataset_size"] == sum(split["num_bytes"] for split in info["splits"])
        assert info["features"] == infos[0]["features"]


def test_the_card_says_how_to_load_a_config(builds: Callable[..., corpuskit.Release], tmp_path: Path) -> None:
    """The body lists configs with their values and rows, and its examples run; without configs it has none."""
    release = builds(("license", "source"))
    text = (release.path / "README.md").read_text()
    manifest = manifest_of(release.path)
    for name, value in manifest["config_rule"]["values"].items():
        rows = manifest["configs"][name]
        shown = value.replace("_", "\\_")
        assert f"| `{name}` | {shown} | {rows['train']} | {rows['test']} | {sum(rows.values())} |" in text
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert 'load_dataset("tiny-1.0.0", "license-cc-by-4.0")' in "".join(blocks)
    shutil.copytree(release.path, tmp_path / "tiny-1.0.0")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        for code in blocks:
            exec(compile(code, "README.md", "exec"), {})
    assert "Configurations" not in (builds(()).path / "README.md").read_text()


def test_read_takes_a_config(builds: Callable[..., corpuskit.Release]) -> None:
    """`read` gives the rows of a config and split, and refuses one that is not there."""
    release = builds(FIELDS)
    everything = [row for batch in corpuskit.read(release.path, split="test") for row in batch.to_pylist()]
    batches = corpuskit.read(release.path, split="test", config="license-mit-or-apache-2.0")
    found = [row for batch in batches for row in batch.to_pylist()]
    assert found == [row for row in everything if row["license"] == "MIT OR Apache-2.0"]
    assert len(found) > 3
    batches = corpuskit.read(release.path, split="test", config="permissive")
    found = [row for batch in batches for row in batch.to_pylist()]
    assert found == [row for row in everything if row["license"] in PERMISSIVE]
    with pytest.raises(SpecError, match="no config 'mit'; it has default, language-id"):
        corpuskit.read(release.path, config="mit")
    with pytest.raises(SpecError, match="no configs"):
        corpuskit.read(next(release.path.glob("data/*/*.parquet")), config="default")


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_jobs_and_the_order_of_fields_change_no_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one process or two, and with `configs` in another order, the release has the same bytes."""
    from corpuskit.phases import plan

    monkeypatch.setattr(plan, "SLICE_BYTES", 4000)
    monkeypatch.setattr(plan, "_GROUP_BYTES", 2000)
    one = write_corpus(tmp_path / "one", FIELDS, 'row_group_bytes = "500B"\n')
    other = write_corpus(tmp_path / "other", FIELDS[::-1], 'row_group_bytes = "500B"\n')
    corpuskit.build(one, tmp_path / "1", jobs=1)
    corpuskit.build(other, tmp_path / "2", jobs=2)
    assert _digests(tmp_path / "1") == _digests(tmp_path / "2")
    assert len(_digests(tmp_path / "1")) > 48


def test_a_change_stays_in_its_folder(tmp_path: Path) -> None:
    """Editing one article leaves all data files but its own as they were."""
    found = []
    for name in ("one", "other"):
        spec = write_corpus(tmp_path / name, ("language", "license"), "shards = { train = 2 }\n")
        if name == "other":
            lines = (spec.parent / "cri.jsonl").read_text().replace("nomor 7.", "nomor tujuh.")
            (spec.parent / "cri.jsonl").write_text(lines)
        release = corpuskit.build(spec, tmp_path / name / "out")
        found.append(_digests(release.path / "data"))
    changed = {name for name in found[0] | found[1] if found[0].get(name) != found[1].get(name)}
    assert len(found[0]) > 24
    assert len({name.partition("/")[0] for name in changed}) == 1


def test_fixed_counts_hold_for_each_folder(tmp_path: Path) -> None:
    """`shards` fixes the number of files of a split in each folder; no file is empty."""
    release = corpuskit.build(
        write_corpus(tmp_path / "in", ("source",), "shards = { train = 8 }\n"), tmp_path / "out"
    )
    entries = [e for e in manifest_of(release.path)["files"] if e["role"] == "data" and e["split"] == "train"]
    assert Counter(e["path"].split("/")[1] for e in entries) == {f"source-{name}": 8 for name in SOURCES}
    assert all(e["rows"] for e in entries)
    assert corpuskit.verify(release.path) == []


@pytest.mark.parametrize("field", FIELDS)
def test_duplicates_within_a_config(tmp_path: Path, field: str) -> None:
    """With `within = "config"` equal texts are one article in each config of the field, and no more than one."""
    spec = write_corpus(tmp_path / "in", (field,), '[dedup]\nwithin = "config"\n')
    for number, source in enumerate(SOURCES):
        records = [
            article(7, id=f"{number}-{i}", language=language, license=license_)
            for i, (language, license_) in enumerate(list(product(LANGUAGES, LICENSES)) * 2)
        ]
        (spec.parent / f"{source}.jsonl").write_bytes(jsonl(records))
    release = corpuskit.build(spec, tmp_path / "out")
    configs = manifest_of(release.path)["configs"]
    values = {"language": LANGUAGES, "license": LICENSES, "source": SOURCES}[field]
    union = {"permissive": len(PERMISSIVE)} if field == "license" else {}
    assert {config: sum(rows.values()) for config, rows in configs.items()} == {
        "default": len(values), **{config_name(field, value): 1 for value in values}, **union,
    }  # fmt: skip
    assert corpuskit.verify(release.path) == []


# --- what names cannot be made of ---


def _build(corpus: Corpus, tmp_path: Path, records: list[dict[str, Any]], configs: str) -> corpuskit.Release:
    spec = corpus({"a.jsonl": jsonl(records)}, extra=f"[output]\nconfigs = {configs}")
    return corpuskit.build(spec, tmp_path / "out")


def test_two_values_with_one_name_refuse_the_build(corpus: Corpus, tmp_path: Path) -> None:
    """Licences that differ in their case alone would share a folder: both are named, nothing is released."""
    records = [article(1, license="LicenseRef-A"), article(2, license="LicenseRef-a"), article(3)]
    with pytest.raises(BuildRefused, match="'LicenseRef-A' and 'LicenseRef-a' of license") as refused:
        _build(corpus, tmp_path, records, '["license"]')
    assert refused.value.exit_code == 1
    assert refused.value.outcome["findings"] == {"undeclared-conditions": 2, "unusable-configs": 1}
    assert not (tmp_path / "out/tiny-1.0.0").exists()
    assert (tmp_path / "out/tiny-1.0.0.audit/ledger.parquet").is_file()
    # An article that is not kept has no folder.
    assert _build(corpus, tmp_path, [records[0], {**records[1], "text": records[0]["text"]}], '["license"]')


def test_too_many_partitions_refuse_the_build(corpus: Corpus, tmp_path: Path) -> None:
    """More folders than are made refuse the build, with the number of values of each field."""
    records = [article(i, license=f"LicenseRef-{i // 2}", language=("id", "jv")[i % 2]) for i in range(1002)]
    told = r"1,002 partitions \(2 values of language, 501 values of license\), of at most 1,000"
    with pytest.raises(BuildRefused, match=told) as refused:
        _build(corpus, tmp_path, records, '["language", "license"]')
    assert refused.value.outcome["release"] is None


def test_as_many_partitions_as_are_made() -> None:
    """A thousand folders are made, in the order of their paths, and records that are not kept have none."""
    column = pa.chunked_array([[f"LicenseRef-{i}" for i in range(n, n + 143)] for n in range(0, 1001, 143)])
    kept = np.arange(1001) != 500
    made = partitioned({"license": column}, kept)
    assert list(config_refusals(made, "corpus.toml")) == []
    assert (made.count, len(made.names)) == (1000, 1000)
    assert [f"{name}/" for name in made.names] == sorted(f"{name}/" for name in made.names)
    assert made.code[500] == -1
    for record in np.flatnonzero(kept).tolist():
        assert made.names[made.code[record]] == config_name("license", f"LicenseRef-{record}")


@pytest.mark.parametrize(
    "name",
    [
        "default",
        "no",
        "CON",
        "../x",
        "a/b",
        "a--b",
        ".x",
        "__x",
        "新闻",
        "a*[b]?",
        "x" * 300,
        "-",
        "1e3",
        "\u202e",
    ],
)
def test_any_source_name_is_a_config(corpus: Corpus, tmp_path: Path, name: str) -> None:
    """Whatever a source is called, its config has a name of its own that loads."""
    from datasets import load_dataset

    spec = corpus(
        {"a.jsonl": jsonl([article(1), article(2)])}, extra='[output]\nconfigs = ["source", "language"]'
    )
    spec.write_text(spec.read_text().replace('name = "one"', f"name = {json.dumps(name)}"))
    release = corpuskit.build(spec, tmp_path / "out")
    config = config_name("source", name)
    assert set(manifest_of(release.path)["configs"]) == {"default", "language-id", config}
    assert manifest_of(release.path)["config_rule"]["values"][config] == name
    assert load_dataset(str(release.path), config, cache_dir=str(tmp_path / "hf"))["train"].num_rows == 2
    assert corpuskit.verify(release.path) == []


STRUCTS = {
    "type": "object",
    "required": ["text"],
    "properties": {
        "text": {"type": "string"},
        "language": {"type": ["string", "null"]},
        "place": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "at": {"type": "array", "items": {"type": "number"}}},
        },
    },
}  # fmt: skip


def test_own_columns_and_missing_values(corpus: Corpus, tmp_path: Path) -> None:
    """A column that a schema of one's own lets be null has a config for null; nested columns load in each config."""
    from datasets import load_dataset

    records = [{"text": f"Teks {i}.", "place": {"name": "x", "at": [1.5]}} for i in range(6)]
    records += [{"text": f"Teks {i}.", "language": "Bahasa!"} for i in range(6, 8)]
    files = {"a.jsonl": jsonl(records), "own.json": json.dumps(STRUCTS).encode()}
    spec = corpus(files, extra='[schema]\narticle = "own.json"\n[output]\nconfigs = ["language"]')
    spec.write_text(
        spec.read_text().replace('["a.jsonl", "own.json"]', '["a.jsonl"]').replace('language = "id"\n', "")
    )
    release = corpuskit.build(spec, tmp_path / "out")
    assert corpuskit.verify(release.path) == []
    config = config_name("language", "Bahasa!")
    assert manifest_of(release.path)["config_rule"]["values"] == {"language-none": None, config: "Bahasa!"}
    assert "| `language-none` | not stated | 6 | 6 |" in (release.path / "README.md").read_text()
    for name, rows in (("default", 8), ("language-none", 6), (config, 2)):
        loaded = load_dataset(str(release.path), name, cache_dir=str(tmp_path / "hf"))["train"]
        assert loaded.num_rows == rows
    # No hub has to follow a reference from one config's features to another's.
    assert not re.search(r"[&*]id\d", (release.path / "README.md").read_text())


def test_an_empty_corpus_has_the_default_alone(corpus: Corpus, tmp_path: Path) -> None:
    """Without articles there is no value to make a config of."""
    release = _build(corpus, tmp_path, [], '["language", "source"]')
    assert manifest_of(release.path)["configs"] == {"default": {"train": 0}}
    assert corpuskit.verify(release.path) == []


# --- what verify finds ---


@pytest.fixture
def copy(builds: Callable[..., corpuskit.Release], tmp_path: Path) -> Path:
    """A copy of a release with configs by language and source, with its audit folder."""
    shutil.copytree(builds(("language", "source")).path.parent, tmp_path / "copy")
    return tmp_path / "copy" / "tiny-1.0.0"


def seal(release: Path, manifest: dict[str, Any], *, documents: bool = True) -> None:
    """Write a manifest with a sidecar, and documents, that agree with it."""
    rendered = render_documents(manifest) if documents else {}
    for entry in manifest["files"]:
        if entry["path"] in rendered:
            (release / entry["path"]).write_text(rendered[entry["path"]][1], encoding="utf-8")
        data = (release / entry["path"]).read_bytes()
        entry |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    data = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    (release / "manifest.json").write_bytes(data)
    (release / "manifest.json.sha256").write_text(f"{hashlib.sha256(data).hexdigest()}  manifest.json\n")


def told(release: Path) -> Iterator[str]:
    """What verify says of a release that is an error."""
    return (f"{f.file}: {f.message}" for f in corpuskit.verify(release) if f.severity == "error")


def _more(table: dict[str, int], name: str) -> None:
    table[name] += 1


Forge = Callable[[dict[str, Any]], Any]
FORGERIES: dict[str, tuple[Forge, str]] = {
    "rows of one config": (lambda m: _more(m["configs"]["language-jv"], "test"), "configs.language-jv.test"),
    "rows of a split that is not there": (
        lambda m: _more(m["configs"]["source-cri"], "dev"), "no card can be rendered"
    ),
    "size of one config": (lambda m: _more(m["arrow_bytes"]["source-cri"], "train"), "arrow_bytes.source-cri.train"),
    "a config more": (
        lambda m: [m[k].update({"language-su": dict(m[k]["language-jv"])}) for k in ("configs", "arrow_bytes")],
        "language-su",
    ),
    "a config less": (lambda m: [m[k].pop("language-id") for k in ("configs", "arrow_bytes")], "language-id"),
    "another value": (lambda m: m["config_rule"]["values"].update({"language-id": "ms"}), "values.language-id"),
    "a value less": (lambda m: m["config_rule"]["values"].pop("language-id"), "language-id"),
    "fields in another order": (lambda m: m["config_rule"]["fields"].reverse(), "not in the partition"),
    "a field less": (lambda m: m["config_rule"]["fields"].pop(), "not in the partition"),
    "no fields": (lambda m: m["config_rule"].update(fields=[], values={}), "no card can be rendered"),
    "no fields and no configs": (
        lambda m: [
            m["config_rule"].update(fields=[], values={}),
            *(m.update({key: {"default": m[key]["default"]}}) for key in ("configs", "arrow_bytes")),
        ],
        "not in the partition",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("forge", "message"), FORGERIES.values(), ids=list(FORGERIES))
def test_a_false_number_of_a_config_is_found(copy: Path, forge: Forge, message: str) -> None:
    """A manifest that says something else of one config contradicts the rows, though all else agrees with it."""
    manifest = manifest_of(copy)
    forge(manifest)
    try:
        seal(copy, manifest)
    except (LookupError, UndefinedError):  # no card can be rendered from it: the old one stays
        seal(copy, manifest, documents=False)
    assert any(re.search(message, line) for line in told(copy)), list(told(copy))


CARDS: dict[str, tuple[str, str, str]] = {
    "rows in the YAML": (
        r"(config_name: source-cri\n(?:.*\n)*?    num_examples: )\d+", r"\g<1>77", "num_examples` says 77"
    ),
    "a glob in the YAML": (r"data/language-jv--\*/test-", "data/language-id--*/test-", "configs.language-jv"),
    "a number in the table": (r"\| `language-jv` \| jv \| \d+", "| `language-jv` | jv | 77", "the block `configs`"),
    "the whole block": (r"(?s)<!-- corpuskit:configs -->.*<!-- /corpuskit:configs -->", "", "`configs` is missing"),
}  # fmt: skip


@pytest.mark.parametrize(("found", "put", "message"), CARDS.values(), ids=list(CARDS))
def test_a_false_number_in_the_card_is_found(copy: Path, found: str, put: str, message: str) -> None:
    """What a published card says of one config otherwise than the rows is an error that says where."""
    shutil.rmtree(copy.with_name("tiny-1.0.0.audit"))
    card = (copy / "README.md").read_text()
    changed = re.sub(found, put, card, count=1)
    assert changed != card
    (copy / "README.md").write_text(changed)
    assert any(message in line for line in told(copy)), list(told(copy))


def test_the_card_is_rendered_again(copy: Path) -> None:
    """`card --write` mends what it says of a config and leaves the folders of data as they are."""
    before = _digests(copy)
    card = (copy / "README.md").read_text()
    (copy / "README.md").write_text(card.replace("| `language-jv` | jv |", "| `language-jv` | jv | 1 |"))
    rewrite_card(copy)
    assert _digests(copy) == before
    assert corpuskit.verify(copy) == []


def _swap(copy: Path, manifest: dict[str, Any], one: str, other: str) -> None:
    """Put two shards in each other's place, and each other's rows in the manifest."""
    first, second = (copy / one).read_bytes(), (copy / other).read_bytes()
    (copy / one).write_bytes(second)
    (copy / other).write_bytes(first)
    entries = {entry["path"]: entry for entry in manifest["files"]}
    entries[one]["rows"], entries[other]["rows"] = entries[other]["rows"], entries[one]["rows"]


def test_rows_in_another_folder_are_found(copy: Path) -> None:
    """Rows in the folder of another language are an error that names the file, though the same rows are there."""
    manifest = manifest_of(copy)
    name = "data/language-{}--source-cri/train-00000-of-00001.parquet"
    _swap(copy, manifest, name.format("id"), name.format("jv"))
    seal(copy, manifest)
    lines = list(told(copy))
    for language in ("id", "jv"):
        assert any(
            line.startswith(name.format(language)) and "not in the partition" in line for line in lines
        )


@pytest.mark.parametrize("to", ["data/language-su--source-cri/train-00000-of-00001.parquet",
                                "data/language-id--source-cri/train-00000-of-00002.parquet",
                                "data/language-id--source-cri/lain/train-00000-of-00001.parquet",
                                "data/train-00000-of-00001.parquet", "train.parquet"])  # fmt: skip
def test_a_file_by_another_name_is_found(copy: Path, to: str) -> None:
    """A data file that the globs would not find, or would find for another config, is an error."""
    manifest = manifest_of(copy)
    entry = next(e for e in manifest["files"] if e["path"].startswith("data/language-id--source-cri/train"))
    (copy / to).parent.mkdir(parents=True, exist_ok=True)
    (copy / entry["path"]).rename(copy / to)
    entry["path"] = to
    seal(copy, manifest)
    assert list(told(copy))


def test_one_schema_for_every_config(copy: Path) -> None:
    """A file with other columns, or with the same columns and other hub features, is an error that names it."""
    name = "data/language-id--source-cri/test-00000-of-00001.parquet"
    table = pq.read_table(copy / name)
    for other in (table.drop_columns(["url"]), table.replace_schema_metadata({"huggingface": "{}"})):
        pq.write_table(other, copy / name)
        seal(copy, manifest_of(copy))
        assert f"{name}: its columns are not those of the schema" in list(told(copy))
